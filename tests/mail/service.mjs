// A provider of transactional e-mail that stands in for a real one, which no test can reach. It takes what Resend documents
// (https://resend.com/docs/api-reference/emails/send-email): who asks must show the key, say who it is and name each mail; the
// same mail asked for again is sent once, another one under the same name is refused.
import { createServer } from "node:http";
import { Refusal, must } from "../refusal.mjs";

export async function startMailService(port, { key }) {
  const mails = []; // as they were sent, the last one last
  const known = new Map(); // by their idempotency keys
  const answers = []; // what is said to the next ones, instead: a status; 0: nothing at all

  function send({ method, url, headers }, body) {
    must(url === "/emails" && method === "POST", 404, "not found");
    must(headers.authorization === `Bearer ${key}`, 401, "the key");
    must(headers["user-agent"], 403, "User-Agent");
    must(headers["content-type"] === "application/json", 400, "Content-Type");
    const name = headers["idempotency-key"] ?? "";
    must(name.length >= 1 && name.length <= 256, 400, "Idempotency-Key");
    const mail = JSON.parse(body);
    must(/^[^<>]+ <\S+@\S+>$/.test(mail.from), 422, "from");
    must(Array.isArray(mail.to) && mail.to.every((to) => /^\S+@\S+$/.test(to)), 422, "to");
    must(mail.subject && mail.text, 422, "subject and text");
    if (answers.length > 0) throw new Refusal(answers.shift(), "as it was told");
    must((known.get(name) ?? body) === body, 409, "another mail of this name");
    if (!known.has(name)) mails.push(mail);
    known.set(name, body);
    return { id: name };
  }

  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    let status = 200;
    let answer;
    try {
      answer = send(request, Buffer.concat(chunks).toString());
    } catch (error) {
      if (error.status === 0) return;
      status = error.status ?? 400;
      answer = { message: error.message };
    }
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
  });
  await new Promise((resolve, reject) => server.once("error", reject).listen(port, "127.0.0.1", resolve));

  return {
    mails,
    /** What the next requests are answered, one after the other. */
    says: (...statuses) => answers.push(...statuses),
    end: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
