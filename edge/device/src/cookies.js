// What this script reads and changes of the shop's cookies: those that scripts may read.

// The cart of who is signed in is that of all their browsers.
export const isShared = () => cookieStore.get("__Host-cart-copy");

// Somebody has left this browser. An answer of the shop's says so, and no address: whoever types one has left nothing.
const LEFT = "__Host-left";
export const hasLeft = () => cookieStore.get(LEFT);
export const noteForgotten = () => cookieStore.delete({ name: LEFT, path: "/" });

const YEAR = 365 * 24 * 3600 * 1000; // milliseconds

// What an answer's `Set-Cookie` says. Browsers take that of a network's answers only.
export async function keep(text) {
  const [pair, ...rest] = text.split("; ");
  const at = pair.indexOf("=");
  const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
  const age = Number(rest.find((part) => part.startsWith("Max-Age="))?.slice(8) ?? 0);
  const cookie = { name, value, path: "/", sameSite: "lax" };
  // One that scripts may not read can't be changed here; it stays as it is.
  if (age > 0) await cookieStore.set({ ...cookie, expires: Date.now() + age * 1000 }).catch(() => {});
  // A cart that others share says that it is empty: without a cookie it would be one that the browser has lost.
  else if (name === "__Host-cart" && (await isShared()))
    await cookieStore.set({ ...cookie, value: "1.", expires: Date.now() + YEAR }).catch(() => {});
  else await cookieStore.delete({ name, path: "/" }).catch(() => {});
}
