//! What the flags mean for one visitor.

use super::PublishedFlags;
use super::qa::Forced;
use crate::gateway::visitor::Purpose;
use crate::gateway::visitor::agent::Device;
use crate::published::Notes;
use crate::rollouts::Met;
use crate::visit::Visit;
use orilla_flags::{Visitor, names};
use orilla_money::Currency;
use orilla_orders::Country;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

/// What is written of an experiment's name as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');

/// The flags for the visitor of one request: nothing is evaluated before a page asks, and each flag once.
///
/// Who has not agreed to be counted, and programs, have no id here: they are in no experiment and no percentage, and
/// get what is meant for their country, device or language. A page that is fetched before it is seen shows what its
/// visitor would see, since nobody asks again when it is; whether it was seen is known in the page alone, and so it is
/// there that exposures are counted.
///
/// A shopper who is signed in has the id of their account in the cookie, on every browser that agreed
/// (`orilla_shop::accounts::stitch`): so nobody moves between variants from one browser to the next.
pub struct VisitorFlags {
    published: Arc<PublishedFlags>,
    person: Person,
    now: i64,
    /// Where rollouts are told of: while one runs, of who has nothing forced, and not of a page that may never be seen.
    met: Option<Met>,
    answers: Mutex<Vec<(String, Answer)>>,
}

struct Person {
    id: Option<String>,
    country: Option<Country>,
    device: Option<&'static str>,
    locale: &'static str,
    currency: Currency,
    url: String,
    forced: Vec<(String, Value)>,
}

#[derive(Clone, Default)]
struct Answer {
    /// The flag's value as JSON; empty: the caller's default.
    value: String,
    /// The experiments behind it, each with the variation.
    exposures: Vec<(String, String)>,
}

impl VisitorFlags {
    /// Those of this request.
    pub fn of(visit: &Visit, published: Arc<PublishedFlags>) -> Self {
        let (visitor, now) = (&visit.visitor, visit.host.clock.now());
        let keys = visit.host.gate.settings.visitor_keys.as_ref();
        let agreed = visitor.consent().is_some_and(|consent| consent.statistics);
        let id = if agreed { visitor.id(keys, now) } else { None };
        let device = |device| match device {
            Device::Phone => "mobile",
            Device::Tablet => "tablet",
            Device::Desktop => "desktop",
        };
        let person = Person {
            id: id.filter(|_| !visitor.is_bot()).map(|id| id.text()),
            country: if published.asks_country { visitor.country() } else { None },
            device: published.asks_device.then(|| device(visitor.device())),
            locale: visit.locale.code(),
            currency: visit.host.config.currency,
            url: visit.absolute(&visit.url(&visit.path)),
            forced: Forced::of(visitor, keys, now).map(|forced| forced.values).unwrap_or_default(),
        };
        let is_seen = visitor.purpose() == Purpose::Visit;
        let met = visit.met.clone().filter(|_| is_seen && person.forced.is_empty());
        VisitorFlags { published, person, now, met, answers: Mutex::default() }
    }

    /// The value of a flag as JSON, in one spelling: the part of a page's key. Empty: the caller's default counts,
    /// because there is no such flag, it has no value, or an attribute is missing.
    pub fn value(&self, flag: &str) -> String {
        self.answer(flag).value
    }

    /// What the analysis has to know of a visitor who met these flags, as `EXPERIMENT:VARIATION` with spaces between.
    /// Empty for who is not to be counted: without consent, a program, or sent by a link that forces values.
    pub fn exposures(&self, flags: &[impl AsRef<str>]) -> String {
        let mut text = String::new();
        if self.person.id.is_none() || !self.person.forced.is_empty() {
            return text;
        }
        let mut met: Vec<_> = flags.iter().flat_map(|flag| self.answer(flag.as_ref()).exposures).collect();
        orilla_sorting::sort(&mut met);
        met.dedup();
        for (experiment, variation) in met {
            let space = if text.is_empty() { "" } else { " " };
            let (experiment, variation) =
                (utf8_percent_encode(&experiment, PLAIN), utf8_percent_encode(&variation, PLAIN));
            // Writing to a text can't fail.
            let _ = write!(text, "{space}{experiment}:{variation}");
        }
        text
    }

    fn answer(&self, flag: &str) -> Answer {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, answer)) = answers.iter().find(|(known, _)| known == flag) {
            return answer.clone();
        }
        let answer = self.evaluate(flag);
        answers.push((flag.to_owned(), answer.clone()));
        answer
    }

    fn evaluate(&self, flag: &str) -> Answer {
        let person = &self.person;
        let forced: Vec<(&str, Value)> =
            person.forced.iter().map(|(flag, value)| (flag.as_str(), value.clone())).collect();
        let visitor = match &person.id {
            Some(id) => Visitor::new(id),
            None => Visitor::unknown().without_experiments(),
        };
        let mut visitor = visitor
            .with(names::LOCALE, person.locale)
            .with(names::CURRENCY, person.currency.code())
            .with(names::URL, person.url.as_str())
            .at_url(&person.url)
            .force_values(&forced);
        if let Some(country) = &person.country {
            visitor = visitor.country(country.code());
        }
        if let Some(device) = person.device {
            visitor = visitor.device(device);
        }
        let evaluation = self.published.flags.evaluate(flag, &visitor, self.now);
        if let Some(met) = &self.met {
            met.note(&evaluation);
        }
        let has_value = evaluation.failure().is_none() && !evaluation.value.is_null();
        let exposures = evaluation
            .exposures()
            .filter(|exposure| exposure.attribute == names::ID)
            .map(|exposure| (exposure.experiment.key().to_owned(), exposure.variation_key().into_owned()))
            .collect();
        Answer { value: if has_value { evaluation.value.to_string() } else { String::new() }, exposures }
    }
}

/// Reads variants, and writes down which: the one call of a component.
///
/// `from.flags().on("free-gift")`, `from.flags().text("card-layout", "grid")`.
pub struct Variants<'a> {
    flags: &'a VisitorFlags,
    notes: Option<&'a Notes>,
}

impl<'a> Variants<'a> {
    /// Reads for a page that is kept by what it reads, if there are notes.
    pub fn new(flags: &'a VisitorFlags, notes: Option<&'a Notes>) -> Self {
        Variants { flags, notes }
    }

    /// Whether a flag is on: `true`. Off, if there is no such flag or it is of another type.
    pub fn on(&self, flag: &'static str) -> bool {
        self.read(flag) == "true"
    }

    /// The text of a flag; `default`, if there is no such flag or it is of another type.
    pub fn text(&self, flag: &'static str, default: &str) -> String {
        serde_json::from_str(&self.read(flag)).unwrap_or_else(|_| default.to_owned())
    }

    fn read(&self, flag: &'static str) -> String {
        let value = self.flags.value(flag);
        if let Some(notes) = self.notes {
            notes.flag(flag, value.clone());
        }
        value
    }
}
