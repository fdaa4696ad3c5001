//! The islands in a browser: the shop's HTML (`tests/fixtures/`) is hydrated, used, and looked at. Only the network is
//! replaced.
#![cfg(all(target_arch = "wasm32", feature = "hydrate"))]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

#[expect(dead_code, reason = "the product stands in the page")]
mod data;

use data::cart;
use leptos::prelude::*;
use leptos::tachys::view::Position;
use orilla_storefront::islands::{self, BuyBox, CartBadge, CartLines, QuickAdd, SearchBox};
use orilla_storefront::server::{CartChange, CartData, SuggestionData};
use serde::Serialize;
use std::sync::Once;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Element, Event, EventInit, HtmlElement, HtmlInputElement, KeyboardEvent, KeyboardEventInit};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen(inline_js = r#"
    const answers = [], asked = [], network = window.fetch;
    window.fetch = async (request, ...rest) => {
        const url = new URL(request.url ?? request, location);
        if (!url.pathname.startsWith("/fn/")) return network(request, ...rest);
        const sent = request.method === "GET" ? url.search.slice(1) : await request.text();
        const fields = [...new URLSearchParams(sent)].map(([name, value]) => `${name}=${value}`);
        asked.push(`${request.method} ${url.pathname} ${fields.join("&")}`);
        const answer = answers.shift();
        if (answer === undefined) throw new TypeError("no network");
        return new Response(answer.text, { status: answer.status, headers: { "content-type": "application/json" } });
    };
    export function answer_next(status, text) { answers.push({ status, text }); }
    export function take_asked() { return asked.splice(0).join("\n"); }
    // Every request, answer and repaint that is due has happened after a few turns of the event loop.
    export async function settle() { for (let i = 0; i < 5; i++) await new Promise((done) => setTimeout(done)); }
    export function forget_page() { history.replaceState(null, "", location.pathname); }
"#)]
extern "C" {
    fn answer_next(status: u32, text: &str);
    fn take_asked() -> String;
    async fn settle();
    fn forget_page();
}

/// What the shop will answer to the next request.
fn answer(value: &impl Serialize) {
    answer_next(200, &leptos::serde_json::to_string(value).unwrap());
}

fn changed(done: bool, message: &str, cart: CartData) -> CartChange {
    CartChange { done, message: message.to_owned(), cart }
}

/// A page with the shop's HTML, taken over by the island as the bundle's loader does it.
fn hydrate<V: IntoView>(html: &str, island: fn() -> V) -> Page {
    static START: Once = Once::new();
    START.call_once(islands::start);
    take_asked();
    let document = web_sys::window().unwrap().document().unwrap();
    let root: HtmlElement = document.create_element("div").unwrap().unchecked_into();
    root.set_inner_html(html.trim_end());
    document.body().unwrap().append_child(&root).unwrap();
    let before = root.inner_html();
    let element = root.query_selector("leptos-island").unwrap().unwrap();
    let state = island().into_view().hydrate_from_position::<true>(&element, Position::Current);
    std::mem::forget(state); // as long as the page lives
    assert_eq!(root.inner_html(), before, "hydration changes nothing");
    Page { root }
}

struct Page {
    root: HtmlElement,
}

impl Drop for Page {
    fn drop(&mut self) {
        self.root.remove();
    }
}

impl Page {
    fn element(&self, selector: &str) -> HtmlElement {
        let found = self.root.query_selector(selector).unwrap();
        found.unwrap_or_else(|| panic!("no {selector} in {}", self.root.inner_html())).unchecked_into()
    }

    fn has(&self, selector: &str) -> bool {
        self.root.query_selector(selector).unwrap().is_some()
    }

    fn text(&self, selector: &str) -> String {
        self.element(selector).text_content().unwrap().trim().to_owned()
    }

    /// The one of these elements that has this text.
    fn with_text(&self, selector: &str, text: &str) -> HtmlElement {
        let all = self.root.query_selector_all(selector).unwrap();
        let mut all = (0..all.length()).map(|at| all.get(at).unwrap().unchecked_into::<HtmlElement>());
        all.find(|element| element.text_content().unwrap().trim() == text).unwrap()
    }

    async fn click(&self, selector: &str) {
        self.element(selector).click();
        settle().await;
    }

    async fn type_into(&self, selector: &str, text: &str, event: &str) {
        let field: HtmlInputElement = self.element(selector).unchecked_into();
        field.set_value(text);
        let init = EventInit::new();
        init.set_bubbles(true);
        field.dispatch_event(&Event::new_with_event_init_dict(event, &init).unwrap()).unwrap();
        settle().await;
    }

    /// Presses a key, and tells whether the browser does with it what it would.
    async fn press(&self, selector: &str, key: &str) -> bool {
        let init = KeyboardEventInit::new();
        init.set_bubbles(true);
        init.set_cancelable(true);
        init.set_key(key);
        let event = KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &init).unwrap();
        let goes_on = self.element(selector).dispatch_event(&event).unwrap();
        settle().await;
        goes_on
    }
}

fn quick_add() -> Page {
    hydrate(include_str!("fixtures/quick_add.html"), QuickAdd)
}

#[wasm_bindgen_test]
async fn quick_add_puts_one_piece_in_and_the_badge_follows() {
    let badge = hydrate(include_str!("fixtures/cart_badge.html"), CartBadge);
    let page = quick_add();
    assert!(badge.element(".count").hidden());
    answer(&changed(true, "", cart(&[3])));
    page.click("button").await;
    assert_eq!(take_asked(), "POST /fn/add_to_cart locale=en&variant=7&quantity=1");
    assert_eq!(page.text("[role=status]"), "Added to your cart");
    assert!(!badge.element(".count").hidden());
    assert_eq!(badge.element("a").get_attribute("aria-label").unwrap(), "Cart, 3 items");
}

#[wasm_bindgen_test]
async fn quick_add_sends_an_impatient_shoppers_clicks_once() {
    let page = quick_add();
    answer(&changed(true, "", cart(&[1])));
    page.element("button").click();
    page.click("button").await;
    assert_eq!(take_asked().lines().count(), 1);
}

#[wasm_bindgen_test]
async fn quick_add_tells_what_the_shop_says_and_when_it_says_nothing() {
    let page = quick_add();
    answer(&changed(false, "Rope is sold out.", cart(&[])));
    page.click("button").await;
    assert_eq!(page.text("[role=status]"), "Rope is sold out.");
    page.click("button").await; // no network
    assert_eq!(page.text("[role=status]"), "That did not work. Please try again.");
    answer(&changed(true, "", cart(&[1])));
    page.click("button").await;
    assert_eq!(page.text("[role=status]"), "Added to your cart");
}

#[wasm_bindgen_test]
async fn quick_add_believes_no_answer_that_it_does_not_understand() {
    let page = quick_add();
    let sound = leptos::serde_json::to_string(&changed(true, "", cart(&[1]))).unwrap();
    let broken = [
        (503, sound.clone()),
        (200, sound.replace("\"done\"", "\"other\"")),
        (200, sound.replace("\"pieces\":1", "\"pieces\":-1")),
        (200, sound.replace("\"lines\":[", "\"lines\":[null,")),
        (200, "null".to_owned()),
        (200, "<p>an error page</p>".to_owned()),
    ];
    for (status, text) in &broken {
        answer(&changed(true, "", cart(&[1])));
        page.click("button").await;
        assert_eq!(page.text("[role=status]"), "Added to your cart");
        answer_next(*status, text);
        page.click("button").await;
        assert_eq!(page.text("[role=status]"), "That did not work. Please try again.", "{status} {text}");
    }
}

fn product() -> Page {
    hydrate(include_str!("fixtures/buy_box.html"), BuyBox)
}

#[wasm_bindgen_test]
async fn buy_box_shows_the_chosen_version_and_its_address() {
    let page = product();
    assert_eq!(page.text(".price"), "€10.00");
    page.with_text("a", "Blue").click();
    settle().await;
    assert_eq!(page.text(".price"), "€11.00");
    assert_eq!(web_sys::window().unwrap().location().search().unwrap(), "?variant=13");
    assert_eq!(page.text(".sku"), "Article number: SKU-13");
    assert_eq!(page.with_text("a", "Blue").get_attribute("aria-current").as_deref(), Some("true"));
    assert!(!page.with_text("a", "Red").has_attribute("aria-current"));
    // There is no large blue one: Large is the red one, which is sold out.
    page.with_text("a", "Large").click();
    settle().await;
    assert_eq!((page.text(".price"), page.text("button")), ("€20.00".to_owned(), "Sold out".to_owned()));
    assert!(page.element("button").has_attribute("disabled"));
    forget_page();
}

#[wasm_bindgen_test]
async fn buy_box_sends_the_version_and_the_quantity() {
    let page = product();
    page.with_text("a", "Blue").click();
    settle().await;
    page.type_into("#quantity", "2", "input").await;
    answer(&changed(true, "It is in your cart.", cart(&[2])));
    page.click("button").await;
    assert_eq!(take_asked(), "POST /fn/add_to_cart locale=en&variant=13&quantity=2");
    assert!(page.text(".buy-status").starts_with("It is in your cart."));
    assert!(page.has(".buy-status .notice.success"));
    page.click("button").await; // no network
    assert!(page.has(".buy-status .notice.warning"));
    forget_page();
}

fn full_cart() -> Page {
    hydrate(include_str!("fixtures/cart.html"), CartLines)
}

#[wasm_bindgen_test]
async fn cart_lines_follow_a_new_quantity_and_stay_where_they_are() {
    let page = full_cart();
    let field: Element = page.element("#quantity-1").into();
    answer(&changed(true, "Your cart is up to date.", cart(&[5, 1])));
    page.type_into("#quantity-1", "5", "change").await;
    assert_eq!(take_asked(), "POST /fn/set_quantity locale=en&variant=1&quantity=5");
    assert_eq!(page.text(".cart-line .total"), "€5.00");
    assert_eq!(page.text(".summary dd"), "€6.00");
    assert!(page.text("[role=status]").starts_with("Your cart is up to date."));
    assert!(!page.has("[role=status] button"), "nothing to undo");
    assert!(field.is_same_node(Some(&page.element("#quantity-1"))), "the field kept its focus");
}

#[wasm_bindgen_test]
async fn cart_lines_that_were_removed_can_come_back() {
    let page = full_cart();
    answer(&changed(true, "Your cart is up to date.", cart(&[0, 1])));
    page.click(".cart-line .remove button").await;
    assert_eq!(take_asked(), "POST /fn/set_quantity locale=en&variant=1&quantity=0");
    assert!(!page.has("#quantity-1") && page.has("#quantity-2"));
    let undo = page.element("[role=status] button");
    let focused = web_sys::window().unwrap().document().unwrap().active_element().unwrap();
    assert!(undo.is_same_node(Some(&focused)), "who removed it by keyboard can go on from there");
    answer(&changed(true, "Your cart is up to date.", cart(&[2, 1])));
    undo.click();
    settle().await;
    assert_eq!(take_asked(), "POST /fn/set_quantity locale=en&variant=1&quantity=2");
    assert!(page.has("#quantity-1") && !page.has("[role=status] button"));
}

#[wasm_bindgen_test]
async fn cart_lines_end_with_an_empty_cart_and_begin_with_one() {
    let page = full_cart();
    answer(&changed(true, "Your cart is up to date.", CartData::default()));
    page.click(".cart-line .remove button").await;
    assert_eq!(page.text("h2"), "Your cart is empty");
    answer(&changed(true, "Your cart is up to date.", cart(&[2])));
    page.click("[role=status] button").await;
    assert!(page.has("#quantity-1"));
    drop(page);
    let page = hydrate(include_str!("fixtures/empty_cart.html"), CartLines);
    assert_eq!(page.text("h2"), "Your cart is empty");
}

#[wasm_bindgen_test]
async fn cart_lines_stay_as_they_are_without_a_network() {
    let page = full_cart();
    page.click(".cart-line .remove button").await;
    assert!(page.has("#quantity-1"));
    assert!(page.text("[role=status]").starts_with("That did not work."));
}

fn search() -> Page {
    hydrate(include_str!("fixtures/search_box.html"), SearchBox)
}

fn suggestions(titles: &[&str]) -> Vec<SuggestionData> {
    let suggestion = |title: &&str| SuggestionData {
        href: format!("/en/p/{title}"),
        title: (*title).to_owned(),
        brand: None,
        price: "€1.00".to_owned(),
    };
    titles.iter().map(suggestion).collect()
}

#[wasm_bindgen_test]
async fn search_box_suggests_and_is_moved_through_by_keys() {
    let page = search();
    page.type_into("#search", "l", "input").await;
    assert_eq!(take_asked(), "", "one letter fits too much");
    answer(&suggestions(&["lamp", "lantern"]));
    page.type_into("#search", "la", "input").await;
    assert_eq!(take_asked(), "GET /fn/suggest locale=en&q=la");
    let expanded = || page.element("#search").get_attribute("aria-expanded").unwrap();
    let active = || page.element("#search").get_attribute("aria-activedescendant");
    assert_eq!((expanded(), active()), ("true".to_owned(), None));
    assert!(page.text("form > [role=status]").starts_with("2 suggestions"));
    for (key, at) in [("ArrowDown", 0), ("ArrowDown", 1), ("ArrowDown", 0), ("ArrowUp", 1)] {
        assert!(!page.press("#search", key).await, "the caret stays");
        assert_eq!(active(), Some(format!("suggestion-{at}")));
        assert_eq!(page.text("[aria-selected=true] .title"), ["lamp", "lantern"][at]);
    }
    assert!(!page.press("#search", "Escape").await, "the text stays");
    assert_eq!((expanded(), active()), ("false".to_owned(), None));
    assert!(page.press("#search", "Escape").await);
    assert!(page.press("#search", "Enter").await, "the form is sent");
}

#[wasm_bindgen_test]
async fn search_box_closes_when_nothing_fits_or_the_network_is_gone() {
    let page = search();
    for nothing in [true, false] {
        answer(&suggestions(&["lamp"]));
        page.type_into("#search", "la", "input").await;
        assert!(page.has("[role=option]"));
        if nothing {
            answer(&suggestions(&[]));
        }
        page.type_into("#search", "laz", "input").await;
        assert!(!page.has("[role=option]"));
        assert!(page.element("#suggestions").hidden());
    }
}

#[wasm_bindgen_test]
async fn search_box_asks_for_any_text() {
    let page = search();
    page.type_into("#search", "a&b = 50% + é", "input").await;
    assert_eq!(take_asked(), "GET /fn/suggest locale=en&q=a&b = 50% + é");
    assert_eq!(page.text("[role=status]"), "");
}
