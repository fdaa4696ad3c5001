//! Words and numbers of experiments.

use crate::Words;
use crate::page::StudioContext;
use orilla_events::{Device, EventKind};
use orilla_experiments::{Goal, Metric, MetricKind, Problem, Role, Status};
use orilla_money::{Currency, Money};
use orilla_stats::{Interval, Undefined};
use orilla_ui::Locale;

impl Words {
    /// Where an experiment stands.
    pub(crate) fn experiment_is(self, status: Status) -> &'static str {
        match status {
            Status::Draft => self.experiment_draft(),
            Status::Running => self.experiment_running(),
            Status::Stopped => self.experiment_stopped(),
            Status::Decided => self.experiment_decided(),
        }
    }

    /// What a metric is to an experiment.
    pub(crate) fn role(self, role: Role) -> &'static str {
        match role {
            Role::Primary => self.role_primary(),
            Role::Secondary => self.role_secondary(),
            Role::Guardrail => self.role_guardrail(),
        }
    }

    /// What is taken of a visitor.
    pub(crate) fn metric_kind_is(self, kind: MetricKind) -> &'static str {
        match kind {
            MetricKind::Share => self.kind_share(),
            MetricKind::Count => self.kind_count(),
            MetricKind::Revenue => self.kind_revenue(),
            MetricKind::RevenuePerEvent => self.kind_revenue_per_event(),
            MetricKind::RevenueQuantile => self.kind_revenue_quantile(),
        }
    }

    /// What a metric measures: the event, what is taken of it, and who is counted.
    pub(crate) fn metric_is(self, metric: &Metric) -> String {
        let kind = match metric.level() {
            Some(_) => self.metric_percentile_of(&metric.percentile.unwrap_or(50).to_string()),
            None => self.metric_kind_is(metric.kind).to_owned(),
        };
        let who = metric.activation.map(|event| self.metric_activated(self.event_kind(event)));
        format!(
            "{}: {kind}{}",
            self.event_kind(metric.event),
            who.map_or(String::new(), |who| format!("; {who}"))
        )
    }

    /// Which way is better.
    pub(crate) fn goal(self, goal: Goal) -> &'static str {
        match goal {
            Goal::More => self.goal_more(),
            Goal::Less => self.goal_less(),
        }
    }

    /// A type of events.
    pub(crate) fn event_kind(self, event: EventKind) -> &'static str {
        match event {
            EventKind::Exposure => self.event_exposure(),
            EventKind::PageView => self.event_page_view(),
            EventKind::ProductView => self.event_product_view(),
            EventKind::AddToCart => self.event_add_to_cart(),
            EventKind::CheckoutBegun => self.event_checkout_begun(),
            EventKind::OrderPlaced => self.event_order_placed(),
            EventKind::Search => self.event_search(),
        }
    }

    /// A segment of a dimension.
    pub(crate) fn segment_is(self, name: &str) -> String {
        match Device::of(name) {
            Some(Device::Phone) => self.device_phone().to_owned(),
            Some(Device::Tablet) => self.device_tablet().to_owned(),
            Some(Device::Desktop) => self.device_desktop().to_owned(),
            None if name.is_empty() => self.segment_unknown().to_owned(),
            None => name.to_owned(),
        }
    }

    /// Why there is no number.
    pub(crate) fn why(self, why: &Undefined) -> &'static str {
        match why {
            Undefined::NoUnits | Undefined::TooFewUnits { .. } => self.reading_no_data(),
            Undefined::NoVariance => self.why_no_variance(),
            Undefined::ZeroBaseline => self.why_zero_baseline(),
            Undefined::ZeroDenominator => self.why_zero_denominator(),
            Undefined::NotFinite => self.why_not_finite(),
            Undefined::InvalidParameter { .. } => self.why_out_of_range(),
            Undefined::Collinear | Undefined::NotConverged | Undefined::NoOverlap => self.why_incomparable(),
        }
    }

    /// What is wrong with a field of an experiment or a metric.
    pub fn experiment_fault(self, problem: Problem) -> String {
        match problem {
            Problem::Empty => self.required().to_owned(),
            Problem::TooLong(_) => self.too_long().to_owned(),
            Problem::NotAKey => self.measure_fault_not_a_key().to_owned(),
            Problem::NotANumber => self.measure_fault_not_a_number().to_owned(),
            Problem::OutOfRange(least, most) => {
                self.measure_fault_out_of_range(&least.to_string(), &most.to_string())
            }
            Problem::Unknown => self.measure_fault_unknown().to_owned(),
            Problem::Twice => self.measure_fault_twice().to_owned(),
            Problem::Taken => self.measure_fault_taken().to_owned(),
            Problem::NotPerVisitor => self.measure_fault_not_per_visitor().to_owned(),
            Problem::NoShare => self.measure_fault_no_share().to_owned(),
        }
    }
}

/// A part as per cent with one digit: `12.3 %`.
pub(crate) fn percent(locale: Locale, part: f64) -> String {
    format!("{}\u{a0}%", locale.decimal((part * 1_000.0).round() / 10.0))
}

/// A change in per cent, with its sign. Over nothing, or without an end, it is infinite.
pub(super) fn change(locale: Locale, part: f64) -> String {
    if part.is_infinite() {
        return if part > 0.0 { "+∞" } else { "−∞" }.to_owned();
    }
    let sign = if part >= 0.0005 { "+" } else { "" };
    format!("{sign}{}", percent(locale, part))
}

/// `−2 % … +5 %`.
pub(super) fn interval(locale: Locale, Interval { low, high }: Interval) -> String {
    format!("{} … {}", change(locale, low), change(locale, high))
}

/// A p value.
pub(super) fn p_value(locale: Locale, p: f64) -> String {
    if p < 0.001 { format!("< {}", locale.decimal(0.001)) } else { locale.decimal(p) }
}

/// A metric's value.
pub(super) fn value(studio: &StudioContext, kind: MetricKind, mean: f64, currency: Currency) -> String {
    let locale = studio.locale;
    match kind {
        MetricKind::Share => percent(locale, mean),
        MetricKind::Count => locale.decimal(mean),
        MetricKind::Revenue | MetricKind::RevenuePerEvent | MetricKind::RevenueQuantile => {
            locale.money(Money { minor: mean.round() as i64, currency })
        }
    }
}
