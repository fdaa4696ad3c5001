// The floor of `bench pages`: the same page from a constant.
import page from "page.html";

export default {
  fetch: () => new Response(page, { headers: { "content-type": "text/html; charset=utf-8" } }),
};
