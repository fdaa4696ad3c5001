// What waits on this device, in IndexedDB: orders, and what is told of visitors. What they say is sealed (AES-GCM) with a key that scripts can use and
// can't read: who copies the browser's files has neither names nor addresses.
const DATABASE = "orilla-outbox";
const ORDERS = "orders";
const KEYS = "keys";
// Written to the disk, not only handed to the system, before a page says that it is written.
const DURABLE = { durability: "strict" };

let opening;

function open() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(ORDERS, { keyPath: "id" });
      request.result.createObjectStore(KEYS);
    };
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const database = request.result;
      database.onclose = () => (opening = undefined);
      database.onversionchange = () => {
        database.close();
        opening = undefined;
      };
      resolve(database);
    };
  }).catch((error) => {
    opening = undefined;
    throw error;
  });
  return opening;
}

const answer = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

const end = (transaction) =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error("the storage broke off"));
  });

async function key(database) {
  const known = await answer(database.transaction(KEYS).objectStore(KEYS).get(1));
  if (known) return known;
  const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const transaction = database.transaction(KEYS, "readwrite", DURABLE);
  const ended = end(transaction);
  // Whoever was first: its key counts.
  const first = await answer(transaction.objectStore(KEYS).get(1));
  if (!first) transaction.objectStore(KEYS).put(made, 1);
  await ended;
  return first ?? made;
}

// A sealed text is opened only as what it was sealed as.
const sealing = (iv, id, version) => ({ name: "AES-GCM", iv, additionalData: new TextEncoder().encode(`${id} ${version}`) });

// The texts of all that can be read, as JSON. What can't be stays.
export async function shelved() {
  const database = await open();
  const records = await answer(database.transaction(ORDERS).objectStore(ORDERS).getAll());
  if (records.length === 0) return "[]";
  const secret = await key(database);
  const read = ({ id, version, iv, sealed }) =>
    crypto.subtle.decrypt(sealing(iv, id, version), secret, sealed).then(
      (bytes) => new TextDecoder().decode(bytes),
      () => undefined,
    );
  return JSON.stringify((await Promise.all(records.map(read))).filter((text) => text !== undefined));
}

// Writes (or removes, without a text) what is there as version `over`. False: another version is.
export async function shelve(id, over, version, text) {
  const database = await open();
  let record;
  if (text !== undefined) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const secret = await key(database);
    const sealed = await crypto.subtle.encrypt(sealing(iv, id, version), secret, new TextEncoder().encode(text));
    record = { id, version, iv, sealed };
  }
  const transaction = database.transaction(ORDERS, "readwrite", DURABLE);
  const ended = end(transaction);
  const orders = transaction.objectStore(ORDERS);
  const there = await answer(orders.get(id));
  const isThere = (there?.version ?? 0) === over;
  if (isThere && record) orders.put(record);
  else if (isThere) orders.delete(id);
  await ended;
  return isThere;
}

// Forgets all of it, the key too.
export async function clear() {
  const transaction = (await open()).transaction([ORDERS, KEYS], "readwrite", DURABLE);
  const ended = end(transaction);
  transaction.objectStore(ORDERS).clear();
  transaction.objectStore(KEYS).clear();
  await ended;
}

// Milliseconds that the shop may take to say that it is there, and to take something.
const KNOCK = 5000;
const TAKE = 20000;

// Whether the shop is in reach; a page of the network's own is not the shop.
export async function knock() {
  try {
    const came = await fetch("/device/current", { cache: "no-store", credentials: "omit", signal: AbortSignal.timeout(KNOCK) });
    return came.ok && typeof (await came.json()).build === "string";
  } catch {
    return false;
  }
}

// Sends something, under a key if there is one; without a body, that what the key stands for is not wanted any more:
// `[status, seconds to wait, body]`.
export async function post(path, key, body) {
  const came = await fetch(path, {
    method: body === undefined ? "DELETE" : "POST",
    headers: { "content-type": "application/json", ...(key && { "idempotency-key": key }) },
    body,
    redirect: "manual",
    signal: AbortSignal.timeout(TAKE),
  });
  const seconds = Number(came.headers.get("retry-after")) || 0;
  return [came.status, Math.min(Math.max(seconds, 0), 86400), new Uint8Array(await came.arrayBuffer())];
}
