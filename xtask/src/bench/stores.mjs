// What a Worker of the bench keeps outside of its own process: a D1 database that wrangler left in a file, published
// files, the list of publications, and the pages of the Cache API. Answers over HTTP: POST /sql, /file (a name and bytes,
// or a name alone) and /publications; GET and PUT are those of workerd's Cache API.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { DatabaseSync } from "node:sqlite";

const database = new DatabaseSync(process.argv[2]);
const files = new Map();
const publications = [];

const list = {
  current: () => publications.at(-1),
  numbered: (number) => publications[Number(number) - 1],
  history: (most) => publications.slice(-most).reverse(),
  append: (document) => Boolean(publications.push(JSON.parse(document))),
};

function sql(statements) {
  // D1's own numbering: ?1 is the first parameter, however often it stands in the text.
  const run = ([sql, params]) => database.prepare(sql).all(...params);
  if (statements.length === 1) return statements.map(run);
  database.exec("BEGIN");
  try {
    const rows = statements.map(run);
    database.exec("COMMIT");
    return rows;
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  }
}

const answers = {
  "/sql": (body) => JSON.stringify(sql(JSON.parse(body))),
  "/file": (body, name) => {
    if (body.length > 0) files.set(name, body);
    return files.get(name) ?? null;
  },
  "/publications": (body) => {
    const { what, argument } = JSON.parse(body);
    return JSON.stringify(list[what](argument) ?? null);
  },
};

// On the disk: a hundred thousand pages are too many for the memory. What is put is an answer as HTTP writes it: head,
// empty line, body.
const folder = process.argv[2] + ".pages/";
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder);
const cache = {
  PUT: (name, body) => {
    writeFileSync(folder + name, body.subarray(body.indexOf("\r\n\r\n") + 4));
    return [204, {}];
  },
  GET: (name) => {
    try {
      return [200, { "cf-cache-status": "HIT", "cache-control": "max-age=1000" }, readFileSync(folder + name)];
    } catch {
      return [504, { "cf-cache-status": "MISS" }];
    }
  },
};

const server = createServer(async (request, response) => {
  const parts = [];
  try {
    for await (const part of request) parts.push(part);
  } catch {
    return; // the Worker was ended meanwhile, as each measurement ends its own
  }
  if (request.method in cache) {
    const [status, headers, body] = cache[request.method](request.url.replace(/\W/g, ""), Buffer.concat(parts));
    response.writeHead(status, headers).end(body);
    return;
  }
  const { pathname, search } = new URL(request.url, "http://stores");
  try {
    const answer = answers[pathname](Buffer.concat(parts), search.slice(1));
    response.writeHead(answer === null ? 404 : 200).end(answer);
  } catch (error) {
    response.writeHead(500).end(String(error));
  }
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
