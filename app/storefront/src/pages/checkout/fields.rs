//! The fields of the checkout's form, each with what is wrong with it.

use super::CheckoutStep;
use crate::pages::addresses::one_line;
use leptos::prelude::*;
use orilla_orders::{
    AddressBook, CheckoutForm, Country, FaultCode, FieldFault, PaymentMethod, Quote, Recipient,
    ShippingMethod,
};
use orilla_ui::{
    Button, Check, Choice, ChoiceGroup, Field, FieldError, Locale, SelectField, SelectOption, countries,
};

/// The fields of the form.
pub(in crate::pages) struct Fields<'a> {
    pub(in crate::pages) locale: Locale,
    pub(in crate::pages) form: &'a CheckoutForm,
    pub(in crate::pages) faults: &'a [FieldFault],
    pub(in crate::pages) payments: &'a [PaymentMethod],
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
        self.faults.iter().find(|fault| fault.field == field).map(|fault| message(self.locale, fault, "100"))
    }

    pub(in crate::pages) fn errors(&self) -> Vec<FieldError> {
        self.faults
            .iter()
            .map(|fault| FieldError {
                id: fault.field.to_owned(),
                label: self.label(fault.field).to_owned(),
                message: message(self.locale, fault, "100"),
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

    pub(in crate::pages) fn contact(&self) -> impl IntoView + use<> {
        view! {
            <div class="fields">
                {self.text("email", &self.form.email, "email", "email", false)}
                {self.text("name", &self.form.name, "text", "name", false)}
                {self.text("phone", &self.form.phone, "tel", "tel", true)}
            </div>
        }
    }

    /// Who receives the parcel.
    pub(in crate::pages) fn recipient(&self) -> impl IntoView + use<> {
        view! {
            <div class="fields">
                {self.text("name", &self.form.name, "text", "shipping name", false)}
                {self.text("phone", &self.form.phone, "tel", "shipping tel", true)}
            </div>
        }
    }

    pub(in crate::pages) fn address(&self) -> impl IntoView + use<> {
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

    /// The choice of a kept address: it is filled in when that is asked for.
    pub(in crate::pages) fn kept(&self, book: &AddressBook) -> Option<impl IntoView + use<>> {
        let locale = self.locale;
        let options = book.addresses().iter().map(|kept| SelectOption {
            value: kept.id.as_str().to_owned(),
            label: format!("{}, {}", kept.to.name, one_line(locale, &kept.to)),
        });
        let is_filled = |to: &Recipient| self.form.check_recipient().is_ok_and(|typed| typed == *to);
        let selected = book.addresses().iter().find(|kept| is_filled(&kept.to));
        let selected = selected.map_or("", |kept| kept.id.as_str()).to_owned();
        let options: Vec<_> = options.collect();
        (!options.is_empty()).then(|| {
            view! {
                <div class="fields kept-addresses">
                    <SelectField
                        locale=locale
                        name="to"
                        label=locale.checkout_kept()
                        options=options
                        selected=selected
                        placeholder=locale.checkout_kept_choose()
                    />
                    <Button name="intent" value="use">{locale.checkout_kept_use()}</Button>
                </div>
            }
        })
    }

    /// Whether the account is to keep the address.
    pub(in crate::pages) fn keeping(&self, keeps: bool) -> impl IntoView + use<> {
        view! { <Check name="keep" text=self.locale.checkout_keep() checked=keeps/> }
    }

    /// What one of two steps has asked for, in the form of the other.
    pub(in crate::pages) fn hidden(&self, is_first: bool) -> impl IntoView + use<> {
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
    pub(in crate::pages) fn chosen(&self) -> impl IntoView + use<> {
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

    pub(in crate::pages) fn shipping(&self, quote: &Quote) -> impl IntoView + use<> {
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

    pub(in crate::pages) fn payment(&self) -> impl IntoView + use<> {
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

/// What is wrong with a field of at most so many characters.
pub(in crate::pages) fn message(locale: Locale, fault: &FieldFault, most: &str) -> String {
    match fault.code {
        FaultCode::Required => locale.fault_required().to_owned(),
        FaultCode::TooLong => locale.fault_too_long(most),
        FaultCode::ControlCharacter => locale.fault_characters().to_owned(),
        FaultCode::NotAnEmail => locale.fault_email().to_owned(),
        FaultCode::NotAPhone => locale.fault_phone().to_owned(),
        FaultCode::NotAPostcode => locale.fault_postcode().to_owned(),
        FaultCode::Unknown if fault.field == "country" => locale.fault_country().to_owned(),
        FaultCode::Unknown => locale.fault_choice().to_owned(),
    }
}
