// One crossing per request and one per answer: each value that crosses between JavaScript and WebAssembly costs
// about as much as rendering a product card, and a request has twenty of them.

export function head(request) {
  let text = request.method + "\n" + request.url;
  for (const [name, value] of request.headers) text += "\n" + name + "\n" + value;
  return text;
}

export function respond(status, head, body) {
  const headers = new Headers();
  const lines = head.split("\n");
  for (let i = 0; i + 1 < lines.length; i += 2) headers.append(lines[i], lines[i + 1]);
  return new Response(body, { status, headers });
}
