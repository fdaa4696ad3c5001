// The floor of the bench: the same pages from a constant, and from string templates.
import list from "list.html";
import product from "product.html";

const escape = (text) => text.replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);
const products = Array.from({ length: 48 }, (_, index) => ({
  id: index + 1,
  name: `Product number ${index + 1} with a fine name`,
  cents: 1000 + 37 * (index + 1),
  rating: ((index + 1) % 50) / 10,
}));
const price = (cents) => `€${(cents / 100).toFixed(2)}`;
const words = ["a", "fine", "thing", "for", "every", "shore", "made", "with", "care", "indeed"];

function shell(title, main) {
  return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escape(title)}</title></head><body><header><nav><a href="/">Home</a><a href="/bench/list">Products</a><a href="/about">About</a><a href="/cart">Cart</a><a href="/help">Help</a></nav></header><main>${main}</main></body></html>`;
}

function card({ id, name, cents, rating }) {
  return `<li class="card"><a href="/bench/product/${id}"><img src="/img/${id}.webp" alt="${escape(name)}" width="320" height="320" loading="lazy"><h2>${escape(name)}</h2></a><p class="price">${price(cents)}</p><p class="rating">${rating.toFixed(1)} / 5</p><button class="add">Add (0)</button></li>`;
}

function productPage({ id, name, cents }) {
  const description = Array.from({ length: 200 }, (_, index) => words[index % 10]).join(" ");
  const others = products.filter((other) => other.id !== id).slice(0, 8);
  const related = others.map((other) => `<li><a href="/bench/product/${other.id}">${escape(other.name)}</a></li>`).join("");
  return shell(name, `<h1>${escape(name)}</h1><img src="/img/${id}.webp" alt="${escape(name)}" width="640" height="640"><p class="price">${price(cents)}</p><p class="description">${escape(description)}</p><button class="add">Add (0)</button><h2>Related</h2><ul class="related">${related}</ul>`);
}

const pages = {
  "/constant/list": () => list,
  "/constant/product": () => product,
  "/templates/list": () => shell("Products", `<h1>Products</h1><ul class="grid">${products.map(card).join("")}</ul>`),
  "/templates/product": () => productPage(products[6]),
};

export default {
  fetch(request) {
    const page = pages[new URL(request.url).pathname];
    if (!page) return new Response("", { status: 404 });
    return new Response(page(), { headers: { "content-type": "text/html; charset=utf-8" } });
  },
};
