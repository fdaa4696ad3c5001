// Each value that crosses between JavaScript and WebAssembly costs about as much as rendering a product card, and a
// request has twenty of them: so a request, an answer and a database batch cross as one text each.

// What pages read of a request without a body, and the gateway of every one. Browsers send a dozen headers more, and
// each costs: those are asked for one by one, by `header`.
const READ = [
  "accept",
  "accept-language",
  "authorization",
  "cf-ray",
  "cookie",
  "if-none-match",
  "referer",
  "traceparent",
];

export function head(request) {
  const { method, url, headers } = request;
  let text = method + "\n" + url;
  if (method === "GET" || method === "HEAD") {
    for (const name of READ) {
      const value = headers.get(name);
      if (value !== null) text += "\n" + name + "\n" + value;
    }
    const state = text.includes("\ntraceparent\n") && headers.get("tracestate");
    if (state) text += "\ntracestate\n" + state;
  } else {
    for (const [name, value] of headers) text += "\n" + name + "\n" + value;
  }
  // The runtime parses what it knows of the visitor when it is first asked: only the checkout wants the country.
  const country = url.includes("/checkout") && request.cf?.country;
  return country ? text + "\nx-orilla-country\n" + country : text;
}

// A header that `head` did not bring along.
export function header(request, name) {
  return request.headers.get(name) ?? undefined;
}

// The country of the visitor's address.
export function country(request) {
  return request.cf?.country ?? undefined;
}

// Whether one more request of this key is within the limit that this binding counts.
export async function limit(env, binding, key) {
  return (await env[binding].limit({ key })).success;
}

// Sends a text. What fails is lost.
export async function send(url, headers, body) {
  const init = { method: "POST", headers: JSON.parse(headers), body, signal: AbortSignal.timeout(5000) };
  try {
    await (await fetch(url, init)).body?.cancel();
  } catch {}
}

// The body, or null as soon as it is known to be larger than `most` bytes.
export async function body(request, most) {
  if (!request.body) return new Uint8Array(0);
  const chunks = [];
  let size = 0;
  for await (const chunk of request.body) {
    size += chunk.byteLength;
    if (size > most) return null;
    chunks.push(chunk);
  }
  if (chunks.length === 1) return chunks[0];
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}

// Headers that many answers share, by their text: making them anew costs a tenth of a small page.
const shared = new Map();
// What belongs to one visitor or one request.
const OWN = ["location", "set-cookie", "x-request-id"];

function headersOf(text) {
  let headers = shared.get(text);
  if (!headers) {
    headers = new Headers();
    const lines = text.split("\n");
    for (let i = 0; i + 1 < lines.length; i += 2) headers.append(lines[i], lines[i + 1]);
    // What is said to one visitor only is not kept, nor how long something took. `Response` copies what it is given.
    if (shared.size < 64 && !text.includes(";dur=") && !OWN.some((name) => headers.has(name))) shared.set(text, headers);
  }
  return headers;
}

export function respond(status, head, body) {
  const empty = status === 204 || status === 304;
  return new Response(empty ? null : body, { status, headers: headersOf(head) });
}

// The beginning of an answer whose end is still to come. `more` and `end` go on with what this gives back.
export function begin(status, head, bytes) {
  const { readable, writable } = new TransformStream();
  const writer = writable.getWriter();
  // One who has gone away hears nothing more: `more` says so.
  writer.closed.catch(() => {});
  // A view of WebAssembly's memory, which moves on.
  if (bytes.length > 0) writer.write(bytes.slice()).catch(() => {});
  return { writer, response: new Response(readable, { status, headers: headersOf(head) }) };
}

export function begun(answer) {
  return answer.response;
}

// Waits until there is room again: who reads slowly is not sent more than can be held.
export async function more(answer, bytes) {
  const copy = bytes.slice();
  await answer.writer.ready;
  await answer.writer.write(copy);
}

// The answer is complete, or, if it is not `whole`, broken off.
export function end(answer, whole) {
  (whole ? answer.writer.close() : answer.writer.abort()).catch(() => {});
}

// Ends after so many milliseconds.
export function sleep(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

// Entries of the data centre's cache that are no answers to anybody: their address is nobody's.
const entry = (key) => "https://entries.invalid/" + key;

export async function cached(key) {
  const found = await caches.default.match(entry(key));
  return found && new Uint8Array(await found.arrayBuffer());
}

export async function cache(key, bytes, seconds) {
  // `slice`: a view of WebAssembly's memory, which moves on.
  const headers = { "cache-control": `max-age=${seconds}` };
  await caches.default.put(entry(key), new Response(bytes.slice(), { headers }));
}

// Statements as JSON: [[sql, [param, …]], …]. Rows come back as their one column `doc`, a line each; statements are
// separated by U+001E, which JSON text never holds unescaped.
export async function batch(env, statements) {
  const prepared = JSON.parse(statements).map(([sql, params]) => env.DB.prepare(sql).bind(...params));
  const answers = prepared.length === 1 ? [await prepared[0].all()] : await env.DB.batch(prepared);
  return answers.map((answer) => answer.results.map((row) => row.doc).join("\n")).join("\x1e");
}

// A published file, by its hash; null if it is not there (yet: KV may take a while to show it everywhere).
export async function file(env, name) {
  const file = await env.KV.get("file/" + name, "arrayBuffer");
  return file && new Uint8Array(file);
}

// Stores [name, bytes] pairs, as many at a time as a Worker may have connections.
export async function store(env, files) {
  for (let at = 0; at < files.length; at += 6) {
    await Promise.all(files.slice(at, at + 6).map(([name, bytes]) => env.KV.put("file/" + name, bytes)));
  }
}

// Asks the Durable Object that lists the publications; JSON comes back.
export async function publications(env, what, argument) {
  const object = env.PUBLICATIONS.get(env.PUBLICATIONS.idFromName("catalogue"));
  return JSON.stringify((await object[what](argument)) ?? null);
}

// Puts a message on the queue of events. When this is done, the queue has it.
export async function enqueue(env, message) {
  await env.EVENTS.send(message, { contentType: "text" });
}

// Puts messages, as a JSON list, on the queue of notices. When this is done, the queue has all of them.
export async function notify(env, messages) {
  await env.NOTICES.sendBatch(JSON.parse(messages).map((body) => ({ body, contentType: "text" })));
}

// Sends a message to a push service; answers its status and `Retry-After`. Throws if nothing answers in time.
export async function post(url, headers, bytes, milliseconds) {
  // `slice`: a view of WebAssembly's memory, which moves on.
  const body = bytes.slice();
  const signal = AbortSignal.timeout(milliseconds);
  const response = await fetch(url, { method: "POST", headers: JSON.parse(headers), body, redirect: "manual", signal });
  await response.body?.cancel();
  return [response.status, response.headers.get("retry-after")];
}

// Sets the alarm of the clock of rollouts, in milliseconds since 1970. When this is done, it is stored.
export async function wake(env, at) {
  await env.ROLLOUTS.get(env.ROLLOUTS.idFromName("clock")).wake(at);
}

export function waitUntil(context, promise) {
  context.waitUntil(promise);
}

// A picture of another host: null if it is not one, is too large or redirects; throws if the host can't be reached.
export async function picture(url, most, milliseconds) {
  const cache = caches.default;
  const cached = await cache.match(url);
  const response =
    cached ||
    (await fetch(url, {
      redirect: "manual",
      signal: AbortSignal.timeout(milliseconds),
      headers: { accept: "image/avif,image/webp,image/png,image/jpeg,image/gif" },
    }));
  const type = (response.headers.get("content-type") || "").split(";")[0].trim().toLowerCase();
  if (response.status !== 200 || !/^image\/(avif|webp|png|jpeg|gif)$/.test(type)) {
    if (response.body) await response.body.cancel();
    return null;
  }
  const bytes = await body(response, most);
  if (bytes && !cached) {
    await cache.put(url, new Response(bytes, { headers: { "content-type": type, "cache-control": "max-age=604800" } }));
  }
  return bytes && [type, bytes];
}
