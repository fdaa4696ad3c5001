// The shop as a module of WebAssembly: started when it is first needed, and anew after it has failed.
import init, * as module from "./device/device.js";
import { BUILD } from "./build.js";

let starting;

function start() {
  starting ??= (async () => {
    const wasm = (await caches.match(BUILD.wasm)) ?? (await fetch(BUILD.wasm));
    await init({ module_or_path: wasm });
    module.start(JSON.stringify(BUILD));
    return module;
  })().catch((error) => {
    starting = undefined;
    throw error;
  });
  return starting;
}

// After a panic an instance is in no state to go on: the next call gets a new one.
export async function call(act) {
  const instance = await start();
  try {
    return await act(instance);
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) {
      starting = undefined;
      module.__wbg_reset_state();
    }
    throw error;
  }
}
addEventListener("unhandledrejection", ({ reason }) => {
  if (reason instanceof WebAssembly.RuntimeError) {
    starting = undefined;
    module.__wbg_reset_state();
  }
});
