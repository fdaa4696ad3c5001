// Experiments as the team begins them in the Studio.
import { type APIRequestContext, expect } from "@playwright/test";

export const bearer = { authorization: `Bearer ${process.env.ORILLA_STUDIO_TOKEN}` };

const address = (experiment: string) => `/studio/experiments/${experiment}`;

/** The experiment's page. */
export async function studio(request: APIRequestContext, experiment: string) {
  return (await request.get(address(experiment), { headers: bearer })).text();
}

async function act(request: APIRequestContext, experiment: string, form: Record<string, string>) {
  const version = (await studio(request, experiment)).match(/name="version" value="(\d+)"/)?.[1] ?? "";
  const done = await request.post(address(experiment), { headers: bearer, form: { version, ...form }, maxRedirects: 0 });
  expect(done.status(), await done.text()).toBe(303);
}

/** Designs and starts the experiment, unless another test has. */
export async function start(request: APIRequestContext, experiment: string) {
  await expect(async () => {
    if (!(await studio(request, experiment)).includes('value="save"')) return;
    const design = { name: experiment, hypothesis: "It makes up a mind.", primary: "conversion" };
    const others = { "secondary.revenue": "on", "secondary.median-spend": "on", "guardrails.checkout": "on" };
    const numbers = { baseline: "5", effect: "20", traffic: "100" };
    await act(request, experiment, { intent: "save", ...design, ...others, ...numbers });
    await act(request, experiment, { intent: "start" });
  }).toPass();
}
