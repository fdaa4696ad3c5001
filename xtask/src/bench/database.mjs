// Answers SQL over HTTP from a D1 database that wrangler left in a file: the source of recorded.js.
import { createServer } from "node:http";
import { DatabaseSync } from "node:sqlite";

const database = new DatabaseSync(process.argv[2]);
const server = createServer(async (request, response) => {
  let text = "";
  for await (const part of request) text += part;
  try {
    const { sql, params } = JSON.parse(text);
    // D1's own numbering: ?1 is the first parameter, however often it stands in the text.
    response.end(JSON.stringify(database.prepare(sql).all(...params)));
  } catch (error) {
    response.writeHead(500).end(String(error));
  }
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
