// The server has said no: the message is for people, in the page's language.
export class Refused extends Error {}

// Sends JSON to a page of the shop or of the Studio and gives the JSON that comes back.
export async function post(address, document) {
  const response = await fetch(address, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify(document),
  });
  const isJson = /^application\/(problem\+)?json/.test(response.headers.get("content-type") ?? "");
  const answer = isJson ? await response.json() : {};
  if (!response.ok) throw answer.detail ? new Refused(answer.detail) : new Error(response.status);
  return answer;
}
