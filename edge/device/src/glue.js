// What the module of WebAssembly asks of the browser.

// Files of the shop and notes, by their addresses: files are shared by all builds, for their names are their hashes.
const SHOP = "orilla-shop";
const FILES = "/device/file/";
const shop = () => caches.open(SHOP);

// The hashes of the files that are here, a line each.
export async function names() {
  const paths = (await (await shop()).keys()).map(({ url }) => new URL(url).pathname);
  return paths.filter((path) => path.startsWith(FILES)).map((path) => path.slice(FILES.length)).join("\n");
}

export async function stored(name) {
  const found = await (await shop()).match(name);
  return found && new Uint8Array(await found.arrayBuffer());
}

export async function store(name, bytes) {
  await (await shop()).put(name, new Response(bytes));
}

export async function remove(name) {
  await (await shop()).delete(name);
}

// A file of the edge's. Not from the browser's own cache, which would hold a second copy of it.
export async function download(name) {
  const answer = await fetch(name, { cache: "no-store", credentials: "omit", signal: AbortSignal.timeout(30000) });
  if (!answer.ok) throw new Error(`${name} answered ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}

export function isFull(error) {
  return error?.name === "QuotaExceededError";
}

export function sleep(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

// Texts that a search takes for the same: without marks on letters, in lower case.
export function fold(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

// Those of the shop that scripts may read: what stands in a request's header.
export async function cookies() {
  const all = await cookieStore.getAll();
  const own = all.filter(({ name }) => name.startsWith("__Host-"));
  return own.map(({ name, value }) => `${name}=${value}`).join("; ");
}

export function log(line) {
  console.warn(line);
}
