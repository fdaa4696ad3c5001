// The floor of `bench pages`: the same pages from constants.
import page from "page.html";
import slots from "slots.html";

export default {
  fetch: ({ url }) =>
    new Response(url.endsWith("/slots") ? slots : page, { headers: { "content-type": "text/html; charset=utf-8" } }),
};
