// The shop's Worker with stores that are no part of its process: `STORES`, a server on this machine. What the process
// costs and holds is then the Worker and the runtime.
import shop from "index.js";

async function ask(env, path, body) {
  const response = await env.STORES.fetch("http://stores" + path, { method: "POST", body });
  if (response.status === 500) throw new Error(await response.text());
  return response;
}

const sql = async (env, statements) => (await ask(env, "/sql", JSON.stringify(statements))).json();
const rows = (results) => ({ results });

function database(env) {
  const bound = (text, params) => ({
    text,
    params,
    bind: (...params) => bound(text, params),
    all: async () => rows((await sql(env, [[text, params]]))[0]),
  });
  return {
    prepare: (text) => bound(text, []),
    batch: async (statements) => (await sql(env, statements.map(({ text, params }) => [text, params]))).map(rows),
  };
}

const list = (env) =>
  new Proxy({}, {
    get: (_, what) => async (argument) =>
      (await ask(env, "/publications", JSON.stringify({ what, argument }))).json(),
  });

const files = (env) => ({
  get: async (name) => {
    const response = await ask(env, "/file?" + name);
    return response.status === 404 ? null : response.arrayBuffer();
  },
  put: (name, bytes) => ask(env, "/file?" + name, bytes),
});

let stores;
let visits = 0;

// Answers as an isolate that has nothing in memory yet, in a data centre that has the page.
async function afresh(origin, path, request, context) {
  await shop.fetch(new Request(origin + "/bench/forget"), stores, context);
  return shop.fetch(new Request(origin + path, request), stores, context);
}

export default {
  fetch(request, env, context) {
    stores ??= {
      ...env,
      DB: database(env),
      KV: files(env),
      PUBLICATIONS: { idFromName: (name) => name, get: () => list(env) },
    };
    // The name of the shop is part of a page's key: under a new one, nothing is kept.
    const { url } = request;
    const fresh = url.indexOf("/fresh/");
    if (fresh > 0) request = new Request(`http://shop-${visits++}.localhost${url.slice(fresh + 6)}`, request);
    const near = url.indexOf("/near/");
    if (near > 0) return afresh(url.slice(0, near), url.slice(near + 5), request, context);
    return shop.fetch(request, stores, context);
  },
};
