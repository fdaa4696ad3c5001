//! The checkout: one form with numbered steps, which works without scripts.

pub(super) mod fields;

use crate::page::{Head, PageContext, document};
use crate::render;
use fields::Fields;
use leptos::either::Either;
use leptos::prelude::*;
use orilla_orders::{AddressBook, CheckoutForm, FieldFault, Issue, PaymentMethod, Quote};
use orilla_ui::{ButtonKind, ButtonLink, EmptyState, ErrorSummary, Notice, NoticeKind};
use std::sync::Arc;

/// Which part of the form a page shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CheckoutStep {
    /// All of it.
    #[default]
    Whole,
    /// The first of two: who and where.
    Address,
    /// The second of two: delivery and payment. What the first has asked for is hidden in it.
    Paying,
}

impl CheckoutStep {
    /// The fields of the first of two steps.
    const ADDRESS: [&str; 9] =
        ["email", "name", "phone", "address1", "address2", "city", "region", "postcode", "country"];

    /// The step that a form names; one that names none is whole.
    pub fn parse(token: &str) -> Self {
        match token {
            "1" => CheckoutStep::Address,
            "2" => CheckoutStep::Paying,
            _ => CheckoutStep::Whole,
        }
    }

    fn token(self) -> &'static str {
        match self {
            CheckoutStep::Whole => "",
            CheckoutStep::Address => "1",
            CheckoutStep::Paying => "2",
        }
    }

    /// Whether a field is asked for in the first of two steps.
    pub fn asks_first(field: &str) -> bool {
        CheckoutStep::ADDRESS.contains(&field)
    }
}

/// What the checkout shows.
#[derive(Clone, Debug)]
pub struct CheckoutPage {
    /// The cart that the form shows, as text: the order is for it.
    pub cart: String,
    /// What was filled in so far.
    pub form: CheckoutForm,
    /// What is wrong with it.
    pub faults: Vec<FieldFault>,
    /// What the cart costs now, with delivery.
    pub quote: Quote,
    /// Whether the shopper has seen other prices or stock before.
    pub changed: bool,
    /// Why the order was not taken, beside the fields.
    pub refusal: Option<String>,
    /// The ways to pay that the shop offers.
    pub payments: Vec<PaymentMethod>,
    /// The idempotency key of this form.
    pub key: String,
    /// Which part of the form is shown.
    pub step: CheckoutStep,
    /// Whether the shop is out of reach: the order waits on the device.
    pub is_away: bool,
    /// The addresses of who is signed in. A guest has none, and is not asked whether to keep one.
    pub kept: Option<AddressBook>,
    /// Whether the address is to be kept.
    pub keeps: bool,
}

/// What the address of the form says that was made where the shop is out of reach: nothing of it was ever sent.
pub const AWAY_QUERY: &str = "away=1";
/// The same, behind a path.
const AWAY: &str = "?away=1";

/// The checkout page.
pub fn checkout(page: Arc<PageContext>, data: CheckoutPage) -> String {
    let locale = page.locale;
    let head = Head {
        title: locale.checkout_title().to_owned(),
        description: locale.checkout_title().to_owned(),
        ..Head::default()
    };
    if data.quote.sold_lines().next().is_none() {
        let shop = page.url("/search");
        // Whoever had something in the cart reads here where it went.
        let content = view! {
            {warnings(&page, &data)}
            <EmptyState title=locale.cart_empty_title() text=locale.cart_empty_text() heading=true>
                <ButtonLink href=shop kind=ButtonKind::Primary>{locale.cart_go_shopping()}</ButtonLink>
            </EmptyState>
        };
        return render(|| document(page, head, content));
    }
    let fields = Fields { locale, form: &data.form, faults: &data.faults, payments: &data.payments };
    let action = page.url("/checkout") + if data.is_away { AWAY } else { "" };
    let away = data.is_away.then(|| {
        view! {
            <Notice kind=NoticeKind::Info title=locale.checkout_away_title()><p>{locale.checkout_away_text()}</p></Notice>
        }
    });
    let content = view! {
        <h1>{locale.checkout_title()}</h1>
        {away}
        {warnings(&page, &data)}
        <ErrorSummary locale=locale errors=fields.errors()/>
        <form class="with-summary" method="post" action=action novalidate>
            {data.kept.is_some().then(usual_button)}
            <input type="hidden" name="key" value=data.key.clone()/>
            <input type="hidden" name="cart" value=data.cart.clone()/>
            <input type="hidden" name="seen" value=data.quote.fingerprint().as_str().to_owned()/>
            <input type="hidden" name="step" value=data.step.token()/>
            <div class="steps">{steps(&fields, &data)}</div>
            {summary(&page, &data)}
        </form>
    };
    render(|| document(page, head, content))
}

/// The first button of a form is what the enter key presses: it must not fill in what was typed over.
fn usual_button() -> impl IntoView {
    view! {
        <button class="visually-hidden" type="submit" name="intent" value="update" tabindex="-1" aria-hidden="true"></button>
    }
}

/// The sections of the form that this step shows, and what the other step has asked for.
fn steps(fields: &Fields<'_>, data: &CheckoutPage) -> impl IntoView + use<> {
    let (locale, step) = (fields.locale, data.step);
    let number = step.token();
    let place = (!number.is_empty()).then(|| view! { <p class="small">{locale.checkout_step(number)}</p> });
    let first = (step != CheckoutStep::Paying).then(|| {
        view! {
            <section aria-labelledby="contact">
                <h2 id="contact">{locale.checkout_contact()}</h2>
                {fields.contact()}
            </section>
            <section aria-labelledby="address">
                <h2 id="address">{locale.checkout_address()}</h2>
                {data.kept.as_ref().and_then(|book| fields.kept(book))}
                {fields.address()}
                {data.kept.is_some().then(|| fields.keeping(data.keeps))}
            </section>
        }
    });
    let chosen = (step == CheckoutStep::Paying).then(|| fields.chosen());
    let kept = (step == CheckoutStep::Address).then(|| fields.hidden(false));
    let keeps = (step == CheckoutStep::Paying && data.keeps)
        .then(|| view! { <input type="hidden" name="keep" value="1"/> });
    let second = (step != CheckoutStep::Address).then(|| {
        view! {
            <section aria-labelledby="delivery">
                <h2 id="delivery">{locale.checkout_shipping()}</h2>
                {fields.shipping(&data.quote)}
            </section>
            <section aria-labelledby="paying">
                <h2 id="paying">{locale.checkout_payment()}</h2>
                {fields.payment()}
            </section>
        }
    });
    view! { {place} {first} {chosen} {kept} {keeps} {second} }
}

/// What the shopper must see before the order is placed.
fn warnings(page: &PageContext, data: &CheckoutPage) -> impl IntoView + use<> {
    let locale = page.locale;
    let refusal =
        data.refusal.clone().map(|text| view! { <Notice kind=NoticeKind::Error><p>{text}</p></Notice> });
    let title_of = |id| {
        data.quote.lines.iter().find(|line| line.variant.id == id).map_or("", |line| &line.variant.title)
    };
    let issues: Vec<_> = data
        .quote
        .issues
        .iter()
        .map(|issue| match issue {
            Issue::Gone { .. } => locale.cart_gone().to_owned(),
            Issue::SoldOut { variant } => locale.cart_sold_out(title_of(*variant)),
            Issue::Fewer { variant, available, .. } => {
                locale.cart_stock_changed(u64::from(*available), title_of(*variant))
            }
            Issue::OtherCurrency { variant, currency } => {
                locale.cart_other_currency(title_of(*variant), currency.code())
            }
            Issue::NotShipped { .. } => locale.checkout_not_shipped().to_owned(),
        })
        .map(|text| view! { <li>{text}</li> })
        .collect();
    let changed = (data.changed || !issues.is_empty()).then(|| {
        view! {
            <Notice kind=NoticeKind::Warning title=locale.checkout_changed_title()>
                <p>{locale.checkout_changed_text()}</p>
                <ul>{issues}</ul>
            </Notice>
        }
    });
    view! { {refusal} {changed} }
}

fn summary(page: &PageContext, data: &CheckoutPage) -> impl IntoView + use<> {
    let (locale, lang) = (page.locale, page.product_lang());
    let quote = &data.quote;
    let lines: Vec<_> = quote
        .sold_lines()
        .map(|line| {
            let options = line.variant.options.join(" / ");
            view! {
                <li>
                    <span>{line.quantity} " × " <span lang=lang.clone()>{line.variant.title.clone()}</span></span>
                    <span>{locale.money(line.total)}</span>
                    <span class="small">{options}</span>
                </li>
            }
        })
        .collect();
    let shipping = quote.shipping.map_or_else(|| "–".to_owned(), |offer| locale.money(offer.price));
    let place = match data.changed {
        true => locale.checkout_confirm_changes(),
        false if data.is_away => locale.checkout_away_place(),
        false => locale.checkout_place(),
    };
    let act = if data.step == CheckoutStep::Address {
        Either::Left(view! {
            <button class="button primary" type="submit" name="intent" value="continue">{locale.checkout_continue()}</button>
        })
    } else {
        Either::Right(view! {
            <button class="button primary" type="submit" name="intent" value="place">{place}</button>
            <p class="small">{locale.checkout_binding()}</p>
        })
    };
    view! {
        <aside class="summary" aria-labelledby="review">
            <h2 id="review">{locale.checkout_review()}</h2>
            <ul class="summary-lines" role="list">{lines}</ul>
            <dl>
                <dt>{locale.cart_subtotal()}</dt><dd>{locale.money(quote.subtotal)}</dd>
                <dt>{locale.cart_shipping()}</dt><dd>{shipping}</dd>
                <dt class="total">{locale.cart_total()}</dt><dd class="total">{locale.money(quote.total)}</dd>
            </dl>
            {act}
            <a href=page.url("/cart")>{locale.checkout_back_to_cart()}</a>
        </aside>
    }
}
