// The shop's Worker with a database whose answers are known: each statement is asked once of `DATABASE`, a server
// on this machine, and its rows are kept. What remains is what the Worker itself costs.
import shop from "index.js";

const kept = new Map();

async function answer(env, sql, params) {
  const question = JSON.stringify({ sql, params });
  let rows = kept.get(question);
  if (!rows) {
    const response = await env.DATABASE.fetch("http://database/", { method: "POST", body: question });
    rows = await response.json();
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

let recorded;

export default {
  fetch(request, env, context) {
    recorded ??= { ...env, DB: database(env) };
    return shop.fetch(request, recorded, context);
  },
};
