// The Worker's entry. What worker-build wraps around each request (an object of a class, and proxies that look for a
// failed instance) costs as much as rendering a small page, so it is used only after a failure: it then makes a new
// instance of the WebAssembly module.
import Shop from "./index.js";

export * from "./index.js";

const { fetch } = Shop.prototype;
let failed = false;
addEventListener("error", () => (failed = true));

export default {
  fetch(request, env, ctx) {
    if (failed) {
      failed = false;
      return new Shop(ctx, env).fetch(request);
    }
    try {
      return fetch.call({ env, ctx }, request);
    } catch (error) {
      reportError(error); // tells worker-build's part, too
      throw error;
    }
  },
};
