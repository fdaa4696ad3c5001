//! What a checkout asks, and how what was typed becomes types.

use crate::{Country, Destination, Email, PaymentMethod, Phone, Recipient, ShippingMethod, Text, TextError};
use serde::{Deserialize, Serialize};

/// A checkout form as it came in: any text, nothing checked. A field that was not sent is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CheckoutForm {
    /// Where the confirmation goes. Required.
    pub email: String,
    /// Who receives the parcel. Required, at most 100 characters.
    pub name: String,
    /// For the courier's questions.
    pub phone: String,
    /// Street and house number. Required, at most 100 characters.
    pub address1: String,
    /// Flat, floor, company: at most 100 characters.
    pub address2: String,
    /// The town. Required, at most 80 characters.
    pub city: String,
    /// The state, province or prefecture, required where [`Country::needs_region`]. At most 80 characters.
    pub region: String,
    /// Required where [`Country::needs_postcode`]. At most 12 characters.
    pub postcode: String,
    /// An ISO 3166-1 alpha-2 code. Required.
    pub country: String,
    /// A token of [`ShippingMethod`]. Required.
    pub shipping: String,
    /// A token of [`PaymentMethod`]. Required.
    pub payment: String,
}

/// Who buys.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Contact {
    /// Where the confirmation goes.
    pub email: Email,
    /// Who receives the parcel.
    pub name: Text,
    /// For the courier's questions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Phone>,
}

/// Where the parcel goes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Address {
    /// Street and house number.
    pub address1: Text,
    /// Flat, floor, company.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address2: Option<Text>,
    /// The town.
    pub city: Text,
    /// The state, province or prefecture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Text>,
    /// The postcode, in upper case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postcode: Option<Text>,
    /// The country.
    pub country: Country,
}

/// A checkout form that has been checked.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Checkout {
    /// Who buys.
    pub contact: Contact,
    /// Where the parcel goes.
    pub address: Address,
    /// How it gets there.
    pub shipping: ShippingMethod,
    /// How it is paid.
    pub payment: PaymentMethod,
}

/// What is wrong with a field: stable names, for translations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultCode {
    /// Nothing was written.
    Required,
    /// Too many characters.
    TooLong,
    /// A line break or another control character.
    ControlCharacter,
    /// No e-mail address.
    NotAnEmail,
    /// No telephone number.
    NotAPhone,
    /// No postcode: other characters than letters, digits, spaces and `-`.
    NotAPostcode,
    /// Not one of the choices.
    Unknown,
}

/// A field of the form that has to be written otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldFault {
    /// The field's name in [`CheckoutForm`].
    pub field: &'static str,
    /// What is wrong.
    pub code: FaultCode,
    /// What to do, in English.
    pub message: String,
}

impl CheckoutForm {
    /// Checks all fields and makes them types.
    ///
    /// # Errors
    /// Every fault, in the order of the fields; at most one per field.
    pub fn check(&self) -> Result<Checkout, Vec<FieldFault>> {
        let mut faults = Faults::default();
        let email = faults.take("email", Email::parse(&self.email));
        let recipient = self.recipient(&mut faults);
        let shipping = ShippingMethod::parse(&self.shipping);
        let shipping = faults.choice("shipping", &self.shipping, shipping, "choose how the parcel travels");
        let payment = PaymentMethod::parse(&self.payment);
        let payment = faults.choice("payment", &self.payment, payment, "choose how to pay");
        let checkout = || {
            let Recipient { name, phone, address } = recipient?;
            let contact = Contact { email: email?, name, phone };
            Some(Checkout { contact, address, shipping: shipping?, payment: payment? })
        };
        faults.unless(checkout())
    }

    /// Checks the fields that say who receives the parcel, and where; the others may be empty.
    ///
    /// # Errors
    /// Their faults, as of [`CheckoutForm::check`].
    pub fn check_recipient(&self) -> Result<Recipient, Vec<FieldFault>> {
        let mut faults = Faults::default();
        let recipient = self.recipient(&mut faults);
        faults.unless(recipient)
    }

    fn recipient(&self, faults: &mut Faults) -> Option<Recipient> {
        let name = faults.take("name", Text::at_most(&self.name, 100));
        let phone = faults.optional("phone", &self.phone, Phone::parse);
        let address1 = faults.take("address1", Text::at_most(&self.address1, 100));
        let address2 = faults.optional("address2", &self.address2, |text| Text::at_most(text, 100));
        let city = faults.take("city", Text::at_most(&self.city, 80));
        let country = Country::parse(&self.country).ok();
        let region = faults.optional("region", &self.region, |text| Text::at_most(text, 80));
        let postcode = faults.optional("postcode", &self.postcode, |text| Text::at_most(text, 12));
        faults.needed("region", &region, country.is_some_and(Country::needs_region));
        faults.needed("postcode", &postcode, country.is_some_and(Country::needs_postcode));
        let postcode = postcode.and_then(|postcode| faults.postcode(postcode));
        let country = faults.choice("country", &self.country, country, "choose a country from the list");
        let (address1, city, country) = (address1?, city?, country?);
        let address = Address { address1, address2, city, region, postcode, country };
        Some(Recipient { name: name?, phone, address })
    }

    /// Fills these fields in.
    #[must_use]
    pub fn with_recipient(mut self, to: &Recipient) -> Self {
        let text = |text: &Option<Text>| text.as_ref().map_or("", Text::as_str).to_owned();
        let Recipient { name, phone, address } = to;
        name.as_str().clone_into(&mut self.name);
        self.phone = phone.as_ref().map_or("", Phone::as_str).to_owned();
        address.address1.as_str().clone_into(&mut self.address1);
        self.address2 = text(&address.address2);
        address.city.as_str().clone_into(&mut self.city);
        self.region = text(&address.region);
        self.postcode = text(&address.postcode);
        address.country.code().clone_into(&mut self.country);
        self
    }
}

impl Checkout {
    /// Where the goods go, and how.
    pub fn destination(&self) -> Destination {
        Destination { method: self.shipping, country: self.address.country }
    }

    /// Who receives the parcel, and where.
    pub fn recipient(&self) -> Recipient {
        let Contact { name, phone, .. } = self.contact.clone();
        Recipient { name, phone, address: self.address.clone() }
    }
}

/// Collects what is wrong.
#[derive(Default)]
pub(crate) struct Faults(Vec<FieldFault>);

impl Faults {
    /// What was read, unless something is wrong.
    pub(crate) fn unless<T>(self, read: Option<T>) -> Result<T, Vec<FieldFault>> {
        match read {
            Some(read) if self.0.is_empty() => Ok(read),
            _ => Err(self.0),
        }
    }

    fn add(&mut self, field: &'static str, code: FaultCode, message: impl Into<String>) {
        if self.0.iter().all(|fault| fault.field != field) {
            self.0.push(FieldFault { field, code, message: message.into() });
        }
    }

    pub(crate) fn take<T>(&mut self, field: &'static str, read: Result<T, TextError>) -> Option<T> {
        read.map_err(|error| self.add(field, code_of(error), error.to_string())).ok()
    }

    /// A field that may be left empty.
    fn optional<T>(
        &mut self,
        field: &'static str,
        text: &str,
        read: impl FnOnce(&str) -> Result<T, TextError>,
    ) -> Option<T> {
        match read(text) {
            Err(TextError::Empty) => None,
            read => self.take(field, read),
        }
    }

    fn needed<T>(&mut self, field: &'static str, value: &Option<T>, is_needed: bool) {
        if is_needed && value.is_none() {
            self.add(field, FaultCode::Required, "addresses in this country need it");
        }
    }

    fn postcode(&mut self, typed: Text) -> Option<Text> {
        let upper = typed.as_str().to_uppercase();
        if upper.chars().all(|c| c.is_ascii_alphanumeric() || c == ' ' || c == '-') {
            return Text::parse(&upper).ok();
        }
        self.add("postcode", FaultCode::NotAPostcode, "write letters, digits, spaces and - only");
        None
    }

    pub(crate) fn choice<T>(
        &mut self,
        field: &'static str,
        typed: &str,
        read: Option<T>,
        message: &'static str,
    ) -> Option<T> {
        if read.is_none() {
            let code = if typed.trim().is_empty() { FaultCode::Required } else { FaultCode::Unknown };
            self.add(field, code, message);
        }
        read
    }
}

fn code_of(error: TextError) -> FaultCode {
    match error {
        TextError::Empty => FaultCode::Required,
        TextError::TooLong { .. } => FaultCode::TooLong,
        TextError::Control => FaultCode::ControlCharacter,
        TextError::NotAnEmail => FaultCode::NotAnEmail,
        TextError::NotAPhone => FaultCode::NotAPhone,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn filled() -> CheckoutForm {
        CheckoutForm {
            email: "ana@example.org".into(),
            name: "Ana María Ñandú".into(),
            address1: "Calle Mayor 1".into(),
            city: "Cádiz".into(),
            postcode: "11001".into(),
            country: "ES".into(),
            shipping: "standard".into(),
            payment: "bank_transfer".into(),
            ..CheckoutForm::default()
        }
    }

    /// Changes one field of a good form, and expects this.
    #[track_caller]
    fn check(change: impl FnOnce(&mut CheckoutForm), expected: &[(&str, FaultCode)]) {
        let mut form = filled();
        change(&mut form);
        let faults = form.check().err().unwrap_or_default();
        assert_eq!(faults.iter().map(|f| (f.field, f.code)).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_good_form_becomes_types() {
        let checkout = filled().check().unwrap();
        assert_eq!(checkout.contact.email.as_str(), "ana@example.org");
        assert_eq!((checkout.contact.phone, checkout.address.region), (None, None));
        assert_eq!(checkout.address.country, Country::ES);
        check(|form| form.phone = "+34 600 000 000".into(), &[]);
        check(|form| form.postcode = " 11001 ".into(), &[]);
        let mut british = filled();
        (british.country, british.postcode) = ("gb".into(), "sw1a 1aa".into());
        assert_eq!(british.check().unwrap().address.postcode.unwrap().as_str(), "SW1A 1AA");
    }

    #[test]
    fn every_fault_has_its_field_and_code() {
        use FaultCode::*;
        let long = "x".repeat(5_000);
        check(|f| f.email = "ana".into(), &[("email", NotAnEmail)]);
        check(|f| f.email = long.clone(), &[("email", TooLong)]);
        check(|f| f.name = "  ".into(), &[("name", Required)]);
        check(|f| f.name = "a\r\nb".into(), &[("name", ControlCharacter)]);
        check(|f| f.name = "x".repeat(101), &[("name", TooLong)]);
        check(|f| f.phone = "call me".into(), &[("phone", NotAPhone)]);
        check(|f| f.address1.clear(), &[("address1", Required)]);
        check(|f| f.address2 = long.clone(), &[("address2", TooLong)]);
        check(|f| f.city = "\0".into(), &[("city", ControlCharacter)]);
        check(|f| f.postcode.clear(), &[("postcode", Required)]);
        check(|f| f.postcode = "11001; DROP".into(), &[("postcode", NotAPostcode)]);
        check(|f| f.postcode = "1".repeat(13), &[("postcode", TooLong)]);
        check(|f| f.country.clear(), &[("country", Required)]);
        check(|f| f.country = "Spain".into(), &[("country", Unknown)]);
        check(|f| f.country = "US".into(), &[("region", Required)]);
        check(|f| f.region = long.clone(), &[("region", TooLong)]);
        check(|f| f.shipping = "drone".into(), &[("shipping", Unknown)]);
        check(|f| f.payment = "".into(), &[("payment", Required)]);
        check(|f| (f.country, f.postcode) = ("AE".into(), String::new()), &[]);
    }

    #[test]
    fn an_empty_form_names_every_required_field() {
        let faults = CheckoutForm::default().check().unwrap_err();
        let fields: Vec<_> = faults.iter().map(|fault| fault.field).collect();
        assert_eq!(fields, ["email", "name", "address1", "city", "country", "shipping", "payment"]);
        assert!(faults.iter().all(|fault| fault.code == FaultCode::Required && !fault.message.is_empty()));
    }

    proptest! {
        #[test]
        fn no_text_breaks_it_and_what_passes_is_kept(text in "\\PC{0,40}|[\\x00-\\x7f]{0,40}") {
            let set = |field: fn(&mut CheckoutForm) -> &mut String| {
                let mut form = filled();
                *field(&mut form) = text.clone();
                form.check()
            };
            for field in [
                (|f| &mut f.email) as fn(&mut CheckoutForm) -> &mut String, |f| &mut f.name, |f| &mut f.phone,
                |f| &mut f.address1, |f| &mut f.address2, |f| &mut f.city, |f| &mut f.region, |f| &mut f.postcode,
                |f| &mut f.country, |f| &mut f.shipping, |f| &mut f.payment,
            ] {
                if let Ok(checkout) = set(field) {
                    let json = serde_json::to_string(&checkout).unwrap();
                    prop_assert_eq!(serde_json::from_str::<Checkout>(&json).unwrap(), checkout);
                }
            }
        }
    }
}
