//! The visitor that a flag is evaluated for.

use crate::attribute::{Attribute, number_text};
use crate::sticky::StickyBuckets;
use serde_json::{Map, Value};
use std::borrow::Cow;

/// The names of the attributes that a shop's definitions may rely on. Hosts set these; a condition names them:
/// `{"country": {"$in": ["ES", "FR"]}, "deviceType": "mobile", "audiences": {"$in": ["returning"]}}`.
pub mod names {
    /// What buckets are made from unless a rule says otherwise: the visitor's id.
    pub const ID: &str = "id";
    /// The id of a visitor who has signed in.
    pub const USER_ID: &str = "userId";
    /// The country of the visitor's network, ISO 3166-1 alpha-2 in capitals: `ES`.
    pub const COUNTRY: &str = "country";
    /// The language and region of the page, BCP 47: `es-ES`.
    pub const LOCALE: &str = "locale";
    /// The currency that prices are shown in, ISO 4217: `EUR`.
    pub const CURRENCY: &str = "currency";
    /// `mobile`, `tablet` or `desktop`.
    pub const DEVICE: &str = "deviceType";
    /// The names of the audiences that the visitor belongs to: a list.
    pub const AUDIENCES: &str = "audiences";
    /// The address of the page.
    pub const URL: &str = "url";
}

/// Who a flag is evaluated for: attributes and overrides, all borrowed. It lives as long as the request does.
///
/// ```
/// use orilla_flags::Visitor;
/// let visitor = Visitor::new("v-81").country("ES").device("mobile").audiences(&["returning"]).with("cart", 3);
/// assert_eq!(visitor.attribute("country").is_truthy(), true);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Visitor<'a> {
    attributes: Vec<(&'a str, Attribute<'a>)>,
    pub(crate) url: &'a str,
    pub(crate) forced_variations: &'a [(&'a str, usize)],
    pub(crate) forced_values: &'a [(&'a str, Value)],
    pub(crate) sticky: Option<&'a StickyBuckets>,
    pub(crate) is_qa: bool,
    pub(crate) is_excluded: bool,
}

impl<'a> Visitor<'a> {
    /// A visitor with this id.
    pub fn new(id: &'a str) -> Self {
        Visitor { attributes: Vec::with_capacity(8), ..Visitor::default() }.with(names::ID, id)
    }

    /// A visitor of whom nothing is known.
    pub fn unknown() -> Self {
        Visitor::default()
    }

    /// A visitor with these attributes, such as the context of an OFREP request.
    pub fn from_json(attributes: &'a Map<String, Value>) -> Self {
        let attributes =
            attributes.iter().map(|(name, value)| (name.as_str(), Attribute::from(value))).collect();
        Visitor { attributes, ..Visitor::default() }
    }

    /// Sets an attribute. A second value of one name replaces the first.
    #[must_use]
    pub fn with(mut self, name: &'a str, value: impl Into<Attribute<'a>>) -> Self {
        let value = value.into();
        match self.attributes.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = value,
            None => self.attributes.push((name, value)),
        }
        self
    }

    /// Sets [`names::COUNTRY`].
    #[must_use]
    pub fn country(self, code: &'a str) -> Self {
        self.with(names::COUNTRY, code)
    }

    /// Sets [`names::DEVICE`].
    #[must_use]
    pub fn device(self, device: &'a str) -> Self {
        self.with(names::DEVICE, device)
    }

    /// Sets [`names::AUDIENCES`].
    #[must_use]
    pub fn audiences(self, audiences: &'a [&'a str]) -> Self {
        self.with(names::AUDIENCES, audiences)
    }

    /// Sets the address of the page: for URL targeting, redirects, and variations forced by `?experiment=1`.
    ///
    /// A host that wants such links signed gives the address without its query, and [`Visitor::force_variations`].
    #[must_use]
    pub fn at_url(mut self, url: &'a str) -> Self {
        self.url = url;
        self
    }

    /// Forces the variations (by their index) of experiments (by their key). They count as no exposure.
    #[must_use]
    pub fn force_variations(mut self, variations: &'a [(&'a str, usize)]) -> Self {
        self.forced_variations = variations;
        self
    }

    /// Forces the values of flags.
    #[must_use]
    pub fn force_values(mut self, values: &'a [(&'a str, Value)]) -> Self {
        self.forced_values = values;
        self
    }

    /// Brings the assignments that were stored for this visitor: experiments then keep a person where they were.
    /// Without this call, sticky bucketing is off.
    #[must_use]
    pub fn sticky(mut self, buckets: &'a StickyBuckets) -> Self {
        self.sticky = Some(buckets);
        self
    }

    /// For quality assurance: experiments are off unless a variation is forced.
    #[must_use]
    pub fn qa(mut self, is_qa: bool) -> Self {
        self.is_qa = is_qa;
        self
    }

    /// Takes part in no experiment, not even a forced one: bots, prerenders, and who has not consented.
    #[must_use]
    pub fn without_experiments(mut self) -> Self {
        self.is_excluded = true;
        self
    }

    /// An attribute; null if it is not known.
    pub fn attribute(&self, name: &str) -> Attribute<'a> {
        self.attributes.iter().find(|(known, _)| *known == name).map_or(Attribute::Null, |(_, value)| *value)
    }

    /// The attribute that buckets are made from: `attribute`, or `fallback` if that is missing or empty.
    pub(crate) fn unit(&self, attribute: &'a str, fallback: Option<&'a str>) -> Unit<'a> {
        let value = UnitValue::of(self.attribute(attribute));
        if value.is_none()
            && let Some(fallback) = fallback
            && let Some(value) = UnitValue::of(self.attribute(fallback))
        {
            return Unit { attribute: fallback, value: Some(value) };
        }
        Unit { attribute, value }
    }
}

/// What a bucket is made from: an attribute and its value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unit<'a> {
    pub(crate) attribute: &'a str,
    pub(crate) value: Option<UnitValue<'a>>,
}

/// A value that can be hashed. False, 0, empty texts, lists and objects can't.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum UnitValue<'a> {
    /// A text.
    Text(&'a str),
    /// A number.
    Number(f64),
    /// `true`.
    True,
}

impl<'a> UnitValue<'a> {
    fn of(attribute: Attribute<'a>) -> Option<Self> {
        match attribute {
            Attribute::Text(text) if !text.is_empty() => Some(UnitValue::Text(text)),
            Attribute::Number(number) if attribute.is_truthy() => Some(UnitValue::Number(number)),
            Attribute::Bool(true) => Some(UnitValue::True),
            _ => None,
        }
    }

    /// The value as text, as it is hashed.
    pub fn text(&self) -> Cow<'a, str> {
        match *self {
            UnitValue::Text(text) => text.into(),
            UnitValue::Number(number) => number_text(number).into(),
            UnitValue::True => "true".into(),
        }
    }

    /// The value as JSON.
    pub fn json(&self) -> Value {
        match *self {
            UnitValue::Text(text) => text.into(),
            UnitValue::Number(number) => number.into(),
            UnitValue::True => true.into(),
        }
    }
}
