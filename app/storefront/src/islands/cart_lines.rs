//! The lines of the cart: quantities, removal with undo, and the sum.

use super::handed::{handed, handed_members};
use super::{browser, locale_of};
use crate::server::{CartData, CartLineData, SET_QUANTITY, set_quantity};
use leptos::either::Either;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};

/// What the lines are told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CartLinesData {
    /// The language's code.
    pub locale: String,
    /// The cart.
    pub cart: CartData,
}

handed_members!("cart-lines", CartLinesData { locale, cart });

/// Each line is a form of its own; with scripts, a changed number is enough.
#[island]
pub fn CartLines() -> impl IntoView {
    let CartLinesData { locale, cart } = handed();
    let code = locale.clone();
    let locale = locale_of(&locale);
    let cart = RwSignal::new(cart);
    let status = RwSignal::new(None::<String>);
    let undo = RwSignal::new(None::<(i64, u32)>);
    let change = Callback::new(move |(variant, before, quantity): (i64, u32, u32)| {
        let code = code.clone();
        spawn_local(async move {
            let _turn = browser::cart_turn().await;
            match set_quantity(&code, variant, quantity).await {
                Some(change) => {
                    browser::announce_cart(change.cart.pieces);
                    undo.set((quantity == 0 && before > 0).then_some((variant, before)));
                    status.set(Some(change.message));
                    cart.set(change.cart);
                }
                None => status.set(Some(locale.notice_failed().to_owned())),
            }
        });
    });
    let undo_button = NodeRef::<leptos::html::Button>::new();
    // Who removed a line by keyboard stood on a button that is gone.
    Effect::new(move |_| undo_button.get().map(|button| button.focus()));
    let status_line = move || {
        status.get().map(|message| {
            let undo = undo.get().map(|(variant, quantity)| {
                view! {
                    <button
                        class="button quiet"
                        type="button"
                        node_ref=undo_button
                        on:click=move |_| change.run((variant, 0, quantity))
                    >
                        {locale.cart_undo()}
                    </button>
                }
            });
            view! { <div class="notice info"><div><p>{message} " " {undo}</p></div></div> }
        })
    };
    let is_empty = Memo::new(move |_| cart.with(|cart| cart.lines.is_empty()));
    let orderable = Memo::new(move |_| cart.with(|cart| cart.orderable));
    let lines = move || {
        if is_empty.get() {
            return Either::Left(view! {
                <div class="empty">
                    <h2>{locale.cart_empty_title()}</h2>
                    <p>{locale.cart_empty_text()}</p>
                    <div class="actions">
                        <a class="button primary" href=format!("/{}/search", locale.code())>{locale.cart_go_shopping()}</a>
                    </div>
                </div>
            });
        }
        Either::Right(view! {
            <div class="cart-layout">
                <ul class="cart-lines" role="list">
                    <For each=move || cart.get().lines key=|line| line.variant let:line>
                        <Line locale=locale.code().to_owned() line=line cart=cart change=change/>
                    </For>
                </ul>
                <section class="summary" aria-labelledby="summary">
                    <h2 id="summary">{locale.cart_summary()}</h2>
                    <dl>
                        <div><dt>{locale.cart_subtotal()}</dt><dd>{move || cart.with(|cart| cart.subtotal.clone())}</dd></div>
                        <div><dt>{locale.cart_shipping()}</dt><dd>{locale.cart_shipping_later()}</dd></div>
                    </dl>
                    <p class="small">{locale.cart_tax_note()}</p>
                    {move || orderable.get().then(|| view! {
                        <a class="button primary" href=format!("/{}/checkout", locale.code())>{locale.cart_checkout()}</a>
                    })}
                    <a class="button" href=format!("/{}/search", locale.code())>{locale.cart_continue()}</a>
                </section>
            </div>
        })
    };
    view! {
        <div class="cart">
            <div role="status">{status_line}</div>
            {lines}
        </div>
    }
}

/// One line. It follows the cart in place, so that a shopper who goes through it by keyboard stays where they are.
#[component]
fn Line(
    locale: String,
    line: CartLineData,
    cart: RwSignal<CartData>,
    change: Callback<(i64, u32, u32)>,
) -> impl IntoView {
    let code = locale.clone();
    let locale = locale_of(&locale);
    let CartLineData { variant, title, options, href, picture, .. } = line.clone();
    let id = format!("quantity-{variant}");
    let now = Memo::new(move |_| {
        cart.with(|cart| cart.lines.iter().find(|line| line.variant == variant).cloned())
            .unwrap_or_else(|| line.clone())
    });
    let quantity = move || now.with(|line| line.quantity);
    let most = move || now.with(|line| line.most.max(line.quantity));
    let submit = move |event: leptos::ev::SubmitEvent| event.prevent_default();
    let set = move |event: leptos::ev::Event| {
        if let Ok(wanted) = event_target_value(&event).parse() {
            change.run((variant, now.with_untracked(|line| line.quantity), wanted));
        }
    };
    let remove = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        change.run((variant, now.with_untracked(|line| line.quantity), 0));
    };
    view! {
        <li class="cart-line">
            <div class="picture"><img src=picture alt="" width="120" height="120" loading="lazy"/></div>
            <div class="what">
                <h2 class="title"><a href=href>{title.clone()}</a></h2>
                <p class="options">{options}</p>
                <p class="unit">{move || now.with(|line| line.unit.clone())}</p>
                {move || now.with(|line| line.problem.clone()).map(|problem| view! { <p class="stock low">{problem}</p> })}
            </div>
            <form class="amount" method="post" action=SET_QUANTITY on:submit=submit>
                <input type="hidden" name="locale" value=code.clone()/>
                <input type="hidden" name="variant" value=variant/>
                <div class="quantity">
                    <label class="visually-hidden" for=id.clone()>{locale.cart_quantity_of(&title)}</label>
                    <input id=id type="number" name="quantity" value=quantity prop:value=quantity min="0" max=most step="1" inputmode="numeric" required on:change=set/>
                </div>
                <button class="button quiet no-islands" type="submit">{locale.cart_update()}</button>
            </form>
            <p class="total">{move || now.with(|line| line.total.clone())}</p>
            <form class="remove" method="post" action=SET_QUANTITY on:submit=remove>
                <input type="hidden" name="locale" value=code/>
                <input type="hidden" name="variant" value=variant/>
                <input type="hidden" name="quantity" value="0"/>
                <button class="button quiet" type="submit" aria-label=locale.cart_remove_item(&title)>{locale.cart_remove()}</button>
            </form>
        </li>
    }
}
