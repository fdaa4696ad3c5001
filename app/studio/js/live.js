// A form that asks shows its answer while somebody types: the page is fetched as the form would fetch it, and the part
// named by `data-live` put in the place of what is there. Whoever is quicker than the shop sees the last answer only.
const pause = 250; // milliseconds without a key
let timer, asking;

addEventListener("input", ({ target }) => {
  const form = target.form;
  if (!form?.dataset.live) return;
  clearTimeout(timer);
  timer = setTimeout(async () => {
    asking?.abort();
    asking = new AbortController();
    const url = form.action + "?" + new URLSearchParams(new FormData(form));
    try {
      const answer = await fetch(url, { signal: asking.signal });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const part = page.getElementById(form.dataset.live);
      if (part) document.getElementById(form.dataset.live).replaceChildren(...part.childNodes);
    } catch {
      // The button asks again.
    }
  }, pause);
});
