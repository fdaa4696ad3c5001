// What the shop has recorded of its visitors, read behind its back.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

function database(): DatabaseSync {
  const folder = join(process.env.ORILLA_STATE ?? "", "v3/d1/miniflare-D1DatabaseObject");
  const files = readdirSync(folder).filter((file) => file.endsWith(".sqlite") && !file.startsWith("metadata"));
  return new DatabaseSync(join(folder, files[0]));
}

/** What whoever looked at this product saw and did: types of events with their subjects, in the order of the alphabet. */
export function recorded(product: string): string[] {
  const own = database();
  try {
    const sql = `SELECT concat_ws(' ', type, subject) AS event FROM events
      WHERE visitor IN (SELECT visitor FROM events WHERE type = 'product_view' AND subject = ?) ORDER BY event`;
    return own.prepare(sql).all(product).map(({ event }) => String(event));
  } finally {
    own.close();
  }
}
