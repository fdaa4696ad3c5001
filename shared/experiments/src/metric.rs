//! What is measured.

use crate::day::DAY;
use crate::fault::{Fault, Problem, filled, number, tidy};
use orilla_events::{EventKind, tokens};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The most days of a window: events are kept for 90, and 28 before an exposure are looked at.
const MOST_DAYS: i64 = 60;

/// The name of a metric: 1 to 40 characters of `a-z 0-9 -`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MetricKey(String);

impl MetricKey {
    /// Reads one.
    ///
    /// # Errors
    /// [`Problem::Empty`], [`Problem::TooLong`], [`Problem::NotAKey`].
    pub fn parse(text: &str) -> Result<Self, Problem> {
        match text.len() {
            0 => Err(Problem::Empty),
            41.. => Err(Problem::TooLong(40)),
            _ if text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') => {
                Ok(MetricKey(text.to_owned()))
            }
            _ => Err(Problem::NotAKey),
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MetricKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for MetricKey {
    type Error = Problem;
    fn try_from(text: String) -> Result<Self, Problem> {
        MetricKey::parse(&text)
    }
}

impl From<MetricKey> for String {
    fn from(key: MetricKey) -> String {
        key.0
    }
}

tokens!(
    /// What is taken of a visitor.
    MetricKind {
        /// Whether the event happened at all.
        Share = "share",
        /// How often it happened.
        Count = "count",
        /// The sum of its amounts.
        Revenue = "revenue",
        /// The sum of its amounts over how often it happened: a ratio of two sums, over all visitors.
        RevenuePerEvent = "revenue_per_event",
        /// A quantile of the sums of its amounts, among the visitors who have any.
        RevenueQuantile = "revenue_quantile",
    }
);
tokens!(
    /// Which way is better.
    Goal {
        /// More is better.
        More = "more",
        /// Less is better.
        Less = "less",
    }
);
tokens!(
    /// What a metric is to an experiment.
    Role {
        /// It decides.
        Primary = "primary",
        /// It explains.
        Secondary = "secondary",
        /// It must not get worse.
        Guardrail = "guardrail",
    }
);

impl MetricKind {
    /// Whether its values are amounts of money.
    pub fn is_money(self) -> bool {
        !matches!(self, MetricKind::Share | MetricKind::Count)
    }
}

/// A metric.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metric {
    /// What it is called.
    pub name: String,
    /// What it is about.
    pub description: String,
    /// What is taken of a visitor.
    pub kind: MetricKind,
    /// Of which events.
    pub event: EventKind,
    /// Days after the first exposure from which on events count. Above 0: who came back.
    #[serde(default)]
    pub from_days: u8,
    /// Days after the first exposure until which events count: 1 to 60.
    pub days: u8,
    /// The most that one visitor adds, in minor units or events: one whale must not decide.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<u32>,
    /// Which way is better.
    pub goal: Goal,
    /// Of a quantile, which: 50 is the median, 90 what one in ten exceeds. 1 to 99.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percentile: Option<u8>,
    /// What visitors have to do after their exposure to be counted at all: what they do counts from then on, and the
    /// window begins there. Nothing counts more than 60 days after the exposure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activation: Option<EventKind>,
}

impl Metric {
    /// Of a quantile, its level, between 0 and 1.
    pub fn level(&self) -> Option<f64> {
        let is_quantile = self.kind == MetricKind::RevenueQuantile;
        // One that says nothing else is a median: no form makes one.
        is_quantile.then(|| f64::from(self.percentile.unwrap_or(50)) / 100.0)
    }

    /// Whether it is a mean per visitor over all visitors of a variation.
    pub fn is_per_visitor(&self) -> bool {
        let is_of_all = !matches!(self.kind, MetricKind::RevenuePerEvent | MetricKind::RevenueQuantile);
        is_of_all && self.activation.is_none()
    }

    /// The window, in milliseconds after the first exposure.
    pub fn window(&self) -> (i64, i64) {
        (i64::from(self.from_days) * DAY, i64::from(self.days) * DAY)
    }

    /// The last day (of UTC, since 1970) whose visitors it may count at `now`, in milliseconds since 1970. Of what happens
    /// from the exposure on, everybody counts as they come: all variations are equally far. Whether somebody came back a
    /// week later nobody knows before that week is over, and who came yesterday has not failed to.
    pub(crate) fn last_day(&self, now: i64) -> Option<i64> {
        (self.from_days > 0).then(|| now.div_euclid(DAY) - 1 - i64::from(self.days))
    }

    /// What a ratio divides by.
    pub fn denominator(&self) -> Option<EventKind> {
        (self.kind == MetricKind::RevenuePerEvent).then_some(self.event)
    }
}

/// A metric of an experiment, as it was defined when that started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measured {
    /// Its name.
    pub key: MetricKey,
    /// What it is to the experiment.
    pub role: Role,
    /// Its definition.
    #[serde(flatten)]
    pub metric: Metric,
}

/// A metric, as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields of Metric, as texts")]
pub struct MetricForm {
    pub key: String,
    pub name: String,
    pub description: String,
    pub kind: String,
    pub event: String,
    pub from_days: String,
    pub days: String,
    pub cap: String,
    pub goal: String,
    pub percentile: String,
    /// Empty: everybody counts.
    pub activation: String,
}

impl MetricForm {
    /// The form of a metric.
    pub fn of(key: &MetricKey, metric: &Metric) -> Self {
        MetricForm {
            key: key.to_string(),
            name: metric.name.clone(),
            description: metric.description.clone(),
            kind: metric.kind.token().to_owned(),
            event: metric.event.token().to_owned(),
            from_days: metric.from_days.to_string(),
            days: metric.days.to_string(),
            cap: metric.cap.map(|cap| cap.to_string()).unwrap_or_default(),
            goal: metric.goal.token().to_owned(),
            percentile: metric.percentile.map(|percentile| percentile.to_string()).unwrap_or_default(),
            activation: metric.activation.map(EventKind::token).unwrap_or_default().to_owned(),
        }
    }

    /// Checks what was typed.
    ///
    /// # Errors
    /// All that is wrong.
    pub fn check(&self) -> Result<(MetricKey, Metric), Vec<Fault>> {
        let mut faults = Vec::new();
        let mut take = |fault: Fault| faults.push(fault);
        let unknown = |field| Fault { field, problem: Problem::Unknown };
        let key = MetricKey::parse(self.key.trim()).map_err(|problem| Fault { field: "key", problem });
        let name = filled(&self.name, 80, "name");
        let description = tidy(&self.description, 300, "description");
        let kind = MetricKind::of(&self.kind).ok_or(unknown("kind"));
        let event = EventKind::of(&self.event).filter(|event| *event != EventKind::Exposure);
        let event = event.filter(|event| {
            // Only orders have amounts.
            !kind.as_ref().is_ok_and(|kind| kind.is_money()) || *event == EventKind::OrderPlaced
        });
        let event = event.ok_or(unknown("event"));
        let whole = |text: &str, field, least, most| number(text, field, least, most).map(f64::trunc);
        let from = if self.from_days.trim().is_empty() { "0" } else { &self.from_days };
        let from_days = whole(from, "from_days", 0, MOST_DAYS - 1);
        let least = from_days.as_ref().map_or(1, |from| *from as i64 + 1);
        let days = whole(&self.days, "days", least, MOST_DAYS);
        let has_cap = !self.cap.trim().is_empty();
        let cap = has_cap.then(|| whole(&self.cap, "cap", 1, 1_000_000_000)).transpose();
        let goal = Goal::of(&self.goal).ok_or(unknown("goal"));
        let is_quantile = matches!(kind, Ok(MetricKind::RevenueQuantile));
        let percentile = is_quantile.then(|| whole(&self.percentile, "percentile", 1, 99)).transpose();
        let activation = Some(self.activation.as_str()).filter(|text| !text.is_empty());
        let activation = activation.map(|text| {
            EventKind::of(text).filter(|event| *event != EventKind::Exposure).ok_or(unknown("activation"))
        });
        let who = (percentile, activation.transpose());
        match (key, name, description, kind, event, from_days, days, cap, goal, who) {
            (
                Ok(key),
                Ok(name),
                Ok(description),
                Ok(kind),
                Ok(event),
                Ok(from_days),
                Ok(days),
                Ok(cap),
                Ok(goal),
                (Ok(percentile), Ok(activation)),
            ) => Ok((
                key,
                Metric {
                    name,
                    description,
                    kind,
                    event,
                    from_days: from_days as u8,
                    days: days as u8,
                    cap: cap.map(|cap| cap as u32),
                    goal,
                    percentile: percentile.map(|percentile| percentile as u8),
                    activation,
                },
            )),
            (key, name, description, kind, event, from_days, days, cap, goal, (percentile, activation)) => {
                key.err().map(&mut take);
                name.err().map(&mut take);
                description.err().map(&mut take);
                kind.err().map(&mut take);
                event.err().map(&mut take);
                from_days.err().map(&mut take);
                days.err().map(&mut take);
                cap.err().map(&mut take);
                goal.err().map(&mut take);
                percentile.err().map(&mut take);
                activation.err().map(&mut take);
                Err(faults)
            }
        }
    }
}
