// The list of publications, as orilla_shop::publish::Publications wants it: a Durable Object, because what is current
// must be the same for all isolates, at once. It decides nothing but whether a number follows on the last.
import { DurableObject } from "cloudflare:workers";

export class PublicationList extends DurableObject {
  constructor(state, env) {
    super(state, env);
    this.sql = state.storage.sql;
    this.sql.exec("CREATE TABLE IF NOT EXISTS publications (number INTEGER PRIMARY KEY, document TEXT NOT NULL)");
  }

  rows(sql, ...values) {
    return [...this.sql.exec("SELECT document FROM publications " + sql, ...values)].map((row) => JSON.parse(row.document));
  }

  current() {
    return this.rows("ORDER BY number DESC LIMIT 1")[0];
  }

  history(most) {
    return this.rows("ORDER BY number DESC LIMIT ?", Number(most));
  }

  numbered(number) {
    return this.rows("WHERE number = ?", Number(number))[0];
  }

  // What SQLite wrote is on disk before the answer leaves: the runtime's output gate holds it until then.
  append(document) {
    const { number } = JSON.parse(document);
    const last = this.current()?.number ?? 0;
    if (number !== last + 1) return false;
    this.sql.exec("INSERT INTO publications (number, document) VALUES (?, ?)", number, document);
    return true;
  }
}
