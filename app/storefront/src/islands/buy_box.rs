//! What a product costs and the way into the cart: choice of the variant, price, stock, quantity, button.

use super::handed::{handed, handed_members};
use super::{browser, locale_of};
use crate::server::{ADD_TO_CART, add_to_cart};
use leptos::prelude::*;
use leptos::task::spawn_local;
use orilla_ui::{Price, StockBadge};
use serde::{Deserialize, Serialize};

/// An option of the product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OptionData {
    /// "Size".
    pub name: String,
    /// Its values, in the product's order.
    pub values: Vec<String>,
}

/// A variant, ready to show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VariantData {
    /// What a cart line points at.
    pub id: i64,
    /// The value of each option.
    pub options: Vec<String>,
    /// The price.
    pub price: String,
    /// The former price.
    pub former: Option<String>,
    /// Pieces that can be sold.
    pub available: u32,
    /// The article number.
    pub sku: Option<String>,
}

/// The product's options and variants.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuyBoxData {
    /// The language's code.
    pub locale: String,
    /// The options; empty if there is one variant.
    pub options: Vec<OptionData>,
    /// The variants, at least one.
    pub variants: Vec<VariantData>,
    /// The index of the variant that is shown first.
    pub selected: usize,
}

handed_members!("buy-box", BuyBoxData { locale, options, variants, selected });
#[cfg(feature = "hydrate")]
crate::json::read_members!(OptionData { name, values });
#[cfg(feature = "hydrate")]
crate::json::read_members!(VariantData { id, options, price, former, available, sku });

impl BuyBoxData {
    /// The variant to show when `value` is chosen for the option `option`: the one that differs from the selected in
    /// that alone, else the first that has the value.
    pub fn choose(&self, selected: usize, option: usize, value: &str) -> Option<usize> {
        let wanted = |variant: &VariantData| variant.options.get(option).is_some_and(|own| own == value);
        let current = self.variants.get(selected)?;
        let same_elsewhere = |variant: &VariantData| {
            let pairs = variant.options.iter().zip(&current.options).enumerate();
            pairs.into_iter().all(|(i, (own, other))| i == option || own == other)
        };
        let exact = self.variants.iter().position(|variant| wanted(variant) && same_elsewhere(variant));
        exact.or_else(|| self.variants.iter().position(wanted))
    }
}

/// Variants are links to the page with that variant, the button is a form: with scripts, neither reloads.
#[island]
pub fn BuyBox() -> impl IntoView {
    let data: BuyBoxData = handed();
    let code = data.locale.clone();
    let locale = locale_of(&code);
    let selected = RwSignal::new(data.selected);
    let data = StoredValue::new(data);
    let quantity = NodeRef::<leptos::html::Input>::new();
    let busy = RwSignal::new(false);
    let status = RwSignal::new(None::<(bool, String)>);
    let variant = move || data.with_value(|data| data.variants.get(selected.get()).cloned());
    let available = move || variant().map_or(0, |variant| variant.available);

    let code_sent = code.clone();
    let add = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(variant) = variant() else { return };
        // What the shopper sees counts: a browser puts old values back without an event.
        let wanted = quantity.get_untracked().and_then(|field| field.value().parse().ok()).unwrap_or(1);
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let code = code_sent.clone();
        spawn_local(async move {
            let _turn = browser::cart_turn().await;
            let outcome = add_to_cart(&code, variant.id, wanted).await;
            status.set(Some(match outcome {
                Some(change) => {
                    browser::announce_cart(change.cart.pieces);
                    (change.done, change.message)
                }
                None => (false, locale.notice_failed().to_owned()),
            }));
            busy.set(false);
        });
    };
    let options: Vec<_> = data
        .with_value(|data| data.options.clone())
        .into_iter()
        .enumerate()
        .map(|(index, option)| view! { <OptionLinks index=index option=option data=data selected=selected/> })
        .collect();
    let cart = format!("/{}/cart", locale.code());
    view! {
        <div class="buy-box">
            {move || variant().map(|variant| view! { <Price locale=locale price=variant.price former=variant.former/> })}
            {options}
            {move || view! { <StockBadge locale=locale available=available()/> }}
            <form method="post" action=ADD_TO_CART on:submit=add>
                <input type="hidden" name="locale" value=code/>
                <input type="hidden" name="variant" value=move || variant().map(|variant| variant.id)/>
                <div class="quantity">
                    <label for="quantity">{locale.product_quantity()}</label>
                    <input
                        id="quantity"
                        type="number"
                        name="quantity"
                        value="1"
                        min="1"
                        max=move || available().clamp(1, 99)
                        step="1"
                        inputmode="numeric"
                        required
                        node_ref=quantity
                    />
                </div>
                <button class="button primary" type="submit" disabled=move || available() == 0 aria-busy=move || busy.get().then_some("true")>
                    {move || if available() == 0 { locale.product_sold_out() } else { locale.product_add() }}
                </button>
            </form>
            <div class="buy-status" role="status">
                {move || status.get().map(|(done, message)| view! {
                    <div class=if done { "notice success" } else { "notice warning" }>
                        <div>
                            <p>{message}</p>
                            <p><a href=cart.clone()>{locale.notice_view_cart()}</a></p>
                        </div>
                    </div>
                })}
            </div>
            {move || variant().and_then(|variant| variant.sku).map(|sku| view! { <p class="small sku">{locale.product_sku()} ": " {sku}</p> })}
        </div>
    }
}

/// The values of one option, each a link to the page with a variant that has it.
#[component]
fn OptionLinks(
    index: usize,
    option: OptionData,
    data: StoredValue<BuyBoxData>,
    selected: RwSignal<usize>,
) -> impl IntoView {
    let links: Vec<_> = option
        .values
        .into_iter()
        .map(|value| {
            let target = {
                let value = value.clone();
                move || data.with_value(|data| data.choose(selected.get(), index, &value))
            };
            let variant = {
                let target = target.clone();
                move || target().and_then(|at| data.with_value(|data| data.variants.get(at).cloned()))
            };
            let is_current = {
                let value = value.clone();
                move || {
                    data.with_value(|data| {
                        let current = data.variants.get(selected.get());
                        current.and_then(|variant| variant.options.get(index)).is_some_and(|own| *own == value)
                    })
                }
            };
            let (for_href, for_class) = (variant.clone(), variant.clone());
            let href = move || for_href().map_or_else(String::new, |variant| format!("?variant={}", variant.id));
            let class = move || match for_class() {
                Some(variant) if variant.available > 0 => "pill",
                _ => "pill unavailable",
            };
            let choose = move |event: leptos::ev::MouseEvent| {
                if event.ctrl_key() || event.meta_key() || event.shift_key() || event.button() != 0 {
                    return; // into a new tab
                }
                event.prevent_default();
                if let (Some(at), Some(variant)) = (target(), variant()) {
                    selected.set(at);
                    browser::replace_query(&format!("?variant={}", variant.id));
                }
            };
            view! {
                <a class=class data-island="" href=href rel="nofollow" aria-current=move || is_current().then_some("true") on:click=choose>
                    {value}
                </a>
            }
        })
        .collect();
    let name = option.name;
    let label = name.clone();
    view! {
        <div class="pills" role="group" aria-label=label>
            <p class="legend">{name}</p>
            {links}
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data() -> BuyBoxData {
        let variant = |id, size: &str, colour: &str| VariantData {
            id,
            options: vec![size.to_owned(), colour.to_owned()],
            price: String::new(),
            former: None,
            available: 1,
            sku: None,
        };
        BuyBoxData {
            locale: "en".to_owned(),
            options: vec![],
            variants: vec![variant(1, "S", "red"), variant(2, "L", "red"), variant(3, "S", "blue")],
            selected: 0,
        }
    }

    #[test]
    fn a_choice_changes_one_option_where_it_can() {
        assert_eq!(data().choose(0, 0, "L"), Some(1));
        assert_eq!(data().choose(0, 1, "blue"), Some(2));
        // There is no large blue one: the first blue one it is.
        assert_eq!(data().choose(1, 1, "blue"), Some(2));
        assert_eq!(data().choose(0, 1, "green"), None);
        assert_eq!(data().choose(9, 0, "L"), None);
    }
}
