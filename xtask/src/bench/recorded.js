// The shop's Worker with stores whose answers are known. The database: each statement is asked once of `STORES`, a
// server on this machine, and its rows are kept. Published files and the list of publications: in memory. What remains
// is what the Worker itself costs.
import shop from "index.js";

const kept = new Map();

async function answer(env, sql, params) {
  const question = JSON.stringify([sql, params]);
  let rows = kept.get(question);
  if (!rows) {
    const response = await env.STORES.fetch("http://stores/sql", { method: "POST", body: `[${question}]` });
    [rows] = await response.json();
    kept.set(question, rows);
  }
  return { results: rows };
}

function database(env) {
  const bound = (sql, params) => ({ bind: (...params) => bound(sql, params), all: () => answer(env, sql, params) });
  return {
    prepare: (sql) => bound(sql, []),
    batch: (statements) => Promise.all(statements.map((statement) => statement.all())),
  };
}

// The catalogue is published into these by the Worker itself.
const files = new Map();
const publications = [];
const list = {
  current: async () => publications.at(-1),
  numbered: async (number) => publications[Number(number) - 1],
  history: async (most) => publications.slice(-most).reverse(),
  append: async (document) => Boolean(publications.push(JSON.parse(document))),
};

function stores(env) {
  return {
    ...env,
    DB: database(env),
    KV: { get: async (name) => files.get(name) ?? null, put: async (name, bytes) => files.set(name, bytes.slice().buffer) },
    PUBLICATIONS: { idFromName: (name) => name, get: () => list },
  };
}

let recorded;
let visits = 0;

export default {
  fetch(request, env, context) {
    recorded ??= stores(env);
    const { pathname, search } = new URL(request.url);
    if (pathname === "/publish") {
      const headers = { authorization: `Bearer ${env.STUDIO_TOKEN}`, "content-type": "application/json" };
      const publish = new Request("http://localhost/studio/api/publish", { method: "POST", headers, body: "{}" });
      return shop.fetch(publish, recorded, context);
    }
    // The name of the shop is part of a page's key: under a new one, nothing is kept.
    if (pathname.startsWith("/fresh/")) {
      request = new Request(`http://shop-${visits++}.localhost${pathname.slice(6)}${search}`, request);
    }
    return shop.fetch(request, recorded, context);
  },
};
