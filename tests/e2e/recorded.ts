// What the shop has recorded of its visitors, read behind its back.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type Page, expect } from "@playwright/test";

/** What says in a page how often it has told what was seen and done there, and been heard. */
export const TOLD = `performance.getEntriesByType("resource").filter(({ name }) => new URL(name).pathname === "/e").length`;

/** Waits until the page has told so often what was seen and done there. */
export async function told(page: Page, times = 1) {
  await expect.poll(() => page.evaluate<number>(TOLD), { timeout: 20_000 }).toBeGreaterThanOrEqual(times);
}

function database(): DatabaseSync {
  const folder = join(process.env.ORILLA_STATE ?? "", "v3/d1/miniflare-D1DatabaseObject");
  const files = readdirSync(folder).filter((file) => file.endsWith(".sqlite") && !file.startsWith("metadata"));
  return new DatabaseSync(join(folder, files[0]));
}

function rows(sql: string, ...values: string[]) {
  const own = database();
  try {
    return own.prepare(sql).all(...values);
  } finally {
    own.close();
  }
}

const LOOKED = "visitor IN (SELECT visitor FROM events WHERE type = 'product_view' AND subject = ?)";

/** What whoever looked at this product saw and did: types of events with their subjects, in the order of the alphabet. */
export function recorded(product: string): string[] {
  const events = rows(`SELECT concat_ws(' ', type, subject) AS event FROM events WHERE ${LOOKED} ORDER BY event`, product);
  return events.map(({ event }) => String(event));
}

/** When this product was looked at, each time, in milliseconds since 1970. */
export function lookedAt(product: string): number[] {
  const sql = "SELECT at FROM events WHERE type = 'product_view' AND subject = ? ORDER BY at";
  return rows(sql, product).map(({ at }) => Number(at));
}

/** How many people of each variation have spent something, in the histograms from which its percentiles are read. */
export function spenders(experiment: string): Record<string, number> {
  const sql = `SELECT variation, sum(units) AS people FROM metric_histograms
    WHERE experiment = ? AND metric = 'median-spend' AND dimension = 'day' GROUP BY variation`;
  return Object.fromEntries(rows(sql, experiment).map(({ variation, people }) => [String(variation), Number(people)]));
}

/** How many people met each variation of an experiment: all of them, or those who looked at this product. */
export function exposed(experiment: string, product?: string): Record<string, number> {
  const only = product === undefined ? "" : `AND ${LOOKED}`;
  const sql = `SELECT variation, count(*) AS people FROM exposures WHERE experiment = ? ${only} GROUP BY variation`;
  const found = rows(sql, experiment, ...(product === undefined ? [] : [product]));
  return Object.fromEntries(found.map(({ variation, people }) => [String(variation), Number(people)]));
}
