//! The checkout: one form with numbered steps, which works without scripts.

use crate::page::{Head, PageContext, document};
use crate::render;
use leptos::either::Either;
use leptos::prelude::*;
use orilla_orders::{
    CheckoutForm, Country, FaultCode, FieldFault, Issue, PaymentMethod, Quote, ShippingMethod,
};
use orilla_ui::{
    ButtonKind, ButtonLink, Choice, ChoiceGroup, EmptyState, ErrorSummary, Field, FieldError, Locale, Notice,
    NoticeKind, SelectField, SelectOption, countries,
};
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
}

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
    let content = view! {
        <h1>{locale.checkout_title()}</h1>
        {warnings(&page, &data)}
        <ErrorSummary locale=locale errors=fields.errors()/>
        <form class="with-summary" method="post" action=page.url("/checkout") novalidate>
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
                {fields.address()}
            </section>
        }
    });
    let chosen = (step == CheckoutStep::Paying).then(|| fields.chosen());
    let kept = (step == CheckoutStep::Address).then(|| fields.hidden(false));
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
    view! { {place} {first} {chosen} {kept} {second} }
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

/// The fields of the form.
struct Fields<'a> {
    locale: Locale,
    form: &'a CheckoutForm,
    faults: &'a [FieldFault],
    payments: &'a [PaymentMethod],
}

impl Fields<'_> {
    fn label(&self, field: &str) -> &'static str {
        match field {
            "email" => self.locale.field_email(),
            "name" => self.locale.field_name(),
            "phone" => self.locale.field_phone(),
            "address1" => self.locale.field_street(),
            "address2" => self.locale.field_street2(),
            "city" => self.locale.field_city(),
            "region" => self.locale.field_region(),
            "postcode" => self.locale.field_postcode(),
            "country" => self.locale.field_country(),
            "shipping" => self.locale.checkout_shipping(),
            _ => self.locale.checkout_payment(),
        }
    }

    fn error(&self, field: &str) -> Option<String> {
        self.faults.iter().find(|fault| fault.field == field).map(|fault| message(self.locale, fault))
    }

    fn errors(&self) -> Vec<FieldError> {
        self.faults
            .iter()
            .map(|fault| FieldError {
                id: fault.field.to_owned(),
                label: self.label(fault.field).to_owned(),
                message: message(self.locale, fault),
            })
            .collect()
    }

    fn text(
        &self,
        name: &'static str,
        value: &str,
        kind: &'static str,
        autocomplete: &'static str,
        optional: bool,
    ) -> impl IntoView + use<> {
        let hint = match name {
            "email" => Some(self.locale.field_email_hint().to_owned()),
            "phone" => Some(self.locale.field_phone_hint().to_owned()),
            _ => None,
        };
        view! {
            <Field
                locale=self.locale
                name=name
                label=self.label(name)
                value=value.to_owned()
                kind=kind
                autocomplete=autocomplete
                hint=hint.unwrap_or_default()
                error=self.error(name)
                optional=optional
                maxlength=100
            />
        }
    }

    fn contact(&self) -> impl IntoView + use<> {
        view! {
            <div class="fields">
                {self.text("email", &self.form.email, "email", "email", false)}
                {self.text("name", &self.form.name, "text", "name", false)}
                {self.text("phone", &self.form.phone, "tel", "tel", true)}
            </div>
        }
    }

    fn address(&self) -> impl IntoView + use<> {
        let country = Country::parse(&self.form.country).ok();
        let (postcode, region) = country.map_or((true, true), |c| (!c.needs_postcode(), !c.needs_region()));
        let options = countries(self.locale)
            .map(|c| SelectOption { value: c.code.to_owned(), label: c.name.to_owned() })
            .collect();
        view! {
            <div class="fields">
                <SelectField
                    locale=self.locale
                    name="country"
                    label=self.label("country")
                    options=options
                    selected=self.form.country.clone()
                    placeholder=self.locale.field_country_choose()
                    autocomplete="shipping country"
                    error=self.error("country")
                />
                {self.text("address1", &self.form.address1, "text", "shipping address-line1", false)}
                {self.text("address2", &self.form.address2, "text", "shipping address-line2", true)}
                {self.text("postcode", &self.form.postcode, "text", "shipping postal-code", postcode)}
                {self.text("city", &self.form.city, "text", "shipping address-level2", false)}
                {self.text("region", &self.form.region, "text", "shipping address-level1", region)}
            </div>
        }
    }

    /// What one of two steps has asked for, in the form of the other.
    fn hidden(&self, is_first: bool) -> impl IntoView + use<> {
        let form = self.form;
        let all = [
            ("email", &form.email),
            ("name", &form.name),
            ("phone", &form.phone),
            ("address1", &form.address1),
            ("address2", &form.address2),
            ("city", &form.city),
            ("region", &form.region),
            ("postcode", &form.postcode),
            ("country", &form.country),
            ("shipping", &form.shipping),
            ("payment", &form.payment),
        ];
        let inputs = all.into_iter().filter(|(name, _)| CheckoutStep::asks_first(name) == is_first);
        inputs
            .map(|(name, value)| view! { <input type="hidden" name=name value=value.clone()/> })
            .collect::<Vec<_>>()
    }

    /// What the first of two steps has asked for, and the way back to it.
    fn chosen(&self) -> impl IntoView + use<> {
        let form = self.form;
        let country = countries(self.locale).find(|country| country.code == form.country);
        let country = country.map_or(form.country.as_str(), |country| country.name).to_owned();
        let street = [form.address1.as_str(), form.address2.as_str()].join(" ").trim().to_owned();
        let city =
            [form.postcode.as_str(), form.city.as_str(), form.region.as_str()].join(" ").trim().to_owned();
        view! {
            {self.hidden(true)}
            <section aria-labelledby="chosen">
                <h2 id="chosen">{self.locale.checkout_address()}</h2>
                <p>
                    {form.name.clone()} <br/> {street} <br/> {city} <br/> {country} <br/>
                    <span class="small">{form.email.clone()}</span>
                </p>
                <button class="button" type="submit" name="intent" value="back">{self.locale.checkout_change_address()}</button>
            </section>
        }
    }

    fn shipping(&self, quote: &Quote) -> impl IntoView + use<> {
        let locale = self.locale;
        let options = quote
            .offers
            .iter()
            .map(|offer| {
                let title = match offer.method {
                    ShippingMethod::Standard => locale.shipping_standard(),
                    ShippingMethod::Express => locale.shipping_express(),
                    ShippingMethod::Pickup => locale.shipping_pickup(),
                };
                let hint = match offer.days {
                    _ if offer.method == ShippingMethod::Pickup => locale.shipping_pickup_hint().to_owned(),
                    (from, to) if from == to => locale.shipping_days(to.into()),
                    (from, to) => locale.shipping_days_range(&from.to_string(), &to.to_string()),
                };
                let price = if offer.price.minor == 0 {
                    locale.shipping_free().to_owned()
                } else {
                    locale.money(offer.price)
                };
                Choice {
                    value: offer.method.token().to_owned(),
                    title: title.to_owned(),
                    hint: Some(hint),
                    price: Some(price),
                }
            })
            .collect();
        let none = quote.offers.is_empty().then(|| view! { <p>{locale.checkout_not_shipped()}</p> });
        view! {
            {none}
            <ChoiceGroup
                name="shipping"
                legend=locale.checkout_shipping()
                options=options
                selected=self.form.shipping.clone()
                error=self.error("shipping")
            />
            <button class="button" type="submit" name="intent" value="update">{locale.checkout_update_shipping()}</button>
        }
    }

    fn payment(&self) -> impl IntoView + use<> {
        let locale = self.locale;
        let options = self
            .payments
            .iter()
            .map(|method| {
                let (title, hint) = match method {
                    PaymentMethod::BankTransfer => {
                        (locale.payment_transfer(), locale.payment_transfer_hint())
                    }
                    PaymentMethod::OnDelivery => (locale.payment_delivery(), locale.payment_delivery_hint()),
                };
                Choice {
                    value: method.token().to_owned(),
                    title: title.to_owned(),
                    hint: Some(hint.to_owned()),
                    price: None,
                }
            })
            .collect();
        view! {
            <ChoiceGroup
                name="payment"
                legend=locale.checkout_payment()
                options=options
                selected=self.form.payment.clone()
                error=self.error("payment")
            />
        }
    }
}

fn message(locale: Locale, fault: &FieldFault) -> String {
    match fault.code {
        FaultCode::Required => locale.fault_required().to_owned(),
        FaultCode::TooLong => locale.fault_too_long("100"),
        FaultCode::ControlCharacter => locale.fault_characters().to_owned(),
        FaultCode::NotAnEmail => locale.fault_email().to_owned(),
        FaultCode::NotAPhone => locale.fault_phone().to_owned(),
        FaultCode::NotAPostcode => locale.fault_postcode().to_owned(),
        FaultCode::Unknown if fault.field == "country" => locale.fault_country().to_owned(),
        FaultCode::Unknown => locale.fault_choice().to_owned(),
    }
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
    let place = if data.changed { locale.checkout_confirm_changes() } else { locale.checkout_place() };
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
