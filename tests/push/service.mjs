// A push service that stands in for those of the browsers' makers, which no test can reach. It speaks their protocol (RFC
// 8030), takes messages from the key alone that a subscription was made for (RFC 8292), and reads them as a browser does (RFC
// 8291), by WebCrypto: nothing of it is the shop's code.
//
// Tests in other languages start main.mjs and talk to it: POST /subscriptions {key} → {id, subscription};
// POST /subscriptions/ID/answers [{status, retryAfter}]; GET /subscriptions/ID → {attempts, messages}.
import { createServer } from "node:http";
import { must } from "../refusal.mjs";

const { subtle } = crypto;
const text = (bytes) => new TextDecoder().decode(bytes);
const bytes = (string) => new TextEncoder().encode(string);
const encode = (buffer) => Buffer.from(buffer).toString("base64url");
const decode = (string) => new Uint8Array(Buffer.from(string, "base64url"));
const join = (...parts) => new Uint8Array(Buffer.concat(parts));

export async function startPushService(port) {
  const subscriptions = new Map();
  const origin = `http://127.0.0.1:${port}`;

  async function subscribe({ key }) {
    const id = encode(crypto.getRandomValues(new Uint8Array(16)));
    const pair = await subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, false, ["deriveBits"]);
    const p256dh = new Uint8Array(await subtle.exportKey("raw", pair.publicKey));
    const auth = crypto.getRandomValues(new Uint8Array(16));
    subscriptions.set(id, { key, pair, p256dh, auth, answers: [], attempts: [], messages: [], isGone: false });
    const keys = { p256dh: encode(p256dh), auth: encode(auth) };
    return { id, subscription: { endpoint: `${origin}/send/${id}`, expirationTime: null, keys } };
  }

  async function send(id, { headers }, body) {
    const subscription = subscriptions.get(id);
    must(subscription, 404, "no such subscription");
    await verify(headers.authorization ?? "", subscription.key);
    must(/^\d{1,9}$/.test(headers.ttl ?? ""), 400, "TTL");
    must(headers["content-encoding"] === "aes128gcm", 415, "Content-Encoding");
    must(["very-low", "low", "normal", "high"].includes(headers.urgency ?? "normal"), 400, "Urgency");
    must(/^[\w-]{1,32}$/.test(headers.topic ?? "a"), 400, "Topic");
    must(body.length <= 4096, 413, "at most 4,096 bytes");
    must(!subscription.isGone, 410, "gone");
    const answer = subscription.answers.shift() ?? { status: 201 };
    if (answer.status === 410) subscription.isGone = true;
    if (answer.status === 201) {
      const message = { text: await decrypt(subscription, body), ttl: Number(headers.ttl), length: body.length };
      subscription.messages.push({ ...message, urgency: headers.urgency, topic: headers.topic });
    }
    return answer;
  }

  async function verify(authorization, key) {
    const [, token, k] = authorization.match(/^vapid t=([\w.-]+), ?k=([\w-]+)$/) ?? [];
    must(token, 401, "Authorization");
    const [header, claims, signature, ...rest] = token.split(".");
    must(signature && !rest.length, 401, "no JWT");
    const { typ, alg } = JSON.parse(text(decode(header)));
    must(typ === "JWT" && alg === "ES256", 401, "no ES256");
    const algorithm = { name: "ECDSA", namedCurve: "P-256" };
    const publicKey = await subtle.importKey("raw", decode(k), algorithm, false, ["verify"]);
    const signed = bytes(`${header}.${claims}`);
    const isOurs = await subtle.verify({ name: "ECDSA", hash: "SHA-256" }, publicKey, decode(signature), signed);
    must(isOurs, 403, "the signature is wrong");
    must(k === key, 403, "a subscription is for one key");
    const { aud, exp, sub } = JSON.parse(text(decode(claims)));
    const now = Date.now() / 1000;
    must(aud === origin, 403, `aud: ${aud}`);
    must(exp > now && exp <= now + 24 * 3600, 403, `exp: ${exp}`);
    must(sub === undefined || /^(https:|mailto:)/.test(sub), 403, `sub: ${sub}`);
  }

  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const [, kind, id, what] = request.url.split("/");
    const subscription = subscriptions.get(id);
    const reply = (status, value, headers = {}) => response.writeHead(status, headers).end(JSON.stringify(value));
    try {
      if (kind === "subscriptions" && !id) return reply(200, await subscribe(JSON.parse(body)));
      if (kind === "subscriptions" && what === "answers") {
        subscription.answers.push(...JSON.parse(body));
        return reply(200, {});
      }
      if (kind === "subscriptions") return reply(200, { attempts: subscription.attempts, messages: subscription.messages });
      must(kind === "send" && request.method === "POST", 404, "nothing here");
      const { status, retryAfter } = await send(id, request, body);
      subscription.attempts.push({ status, at: Date.now() });
      reply(status, {}, { location: `${origin}/message/1`, ...(retryAfter && { "retry-after": retryAfter }) });
    } catch (error) {
      const status = error.status ?? 400;
      subscription?.attempts.push({ status, at: Date.now(), why: error.message });
      reply(status, { error: error.message });
    }
  });
  await new Promise((resolve, reject) => server.once("error", reject).listen(port, "127.0.0.1", resolve));
  return { origin, subscribe, of: (id) => subscriptions.get(id), end: () => server.close() };
}

async function hkdf(secret, salt, info, length) {
  const key = await subtle.importKey("raw", secret, "HKDF", false, ["deriveBits"]);
  return subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt, info }, key, length * 8);
}

async function decrypt({ pair, p256dh, auth }, body) {
  const [salt, size, idLength] = [body.subarray(0, 16), body.readUInt32BE(16), body[20]];
  const [sender, record] = [body.subarray(21, 21 + idLength), body.subarray(21 + idLength)];
  must(idLength === 65 && record.length <= size && record.length > 17, 400, "one record, from a key");
  const curve = { name: "ECDH", namedCurve: "P-256" };
  const theirs = await subtle.importKey("raw", sender, curve, false, []);
  const shared = await subtle.deriveBits({ name: "ECDH", public: theirs }, pair.privateKey, 256);
  const both = await hkdf(shared, auth, join(bytes("WebPush: info\0"), p256dh, sender), 32);
  const key = await hkdf(both, salt, bytes("Content-Encoding: aes128gcm\0"), 16);
  const iv = await hkdf(both, salt, bytes("Content-Encoding: nonce\0"), 12);
  const cipher = await subtle.importKey("raw", key, "AES-GCM", false, ["decrypt"]);
  const plain = new Uint8Array(await subtle.decrypt({ name: "AES-GCM", iv }, cipher, record));
  const end = plain.findLastIndex((byte) => byte !== 0);
  must(plain[end] === 2, 400, "the last record ends with 2");
  return text(plain.subarray(0, end));
}
