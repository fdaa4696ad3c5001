//! A rollout as a form writes it.

use orilla_rollouts::{Fault, Guardrail, Metric, Plan, Share, Step};

/// The texts of the form's fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RolloutForm {
    /// The flag, a slash and the id of the rule.
    pub place: String,
    /// The steps in percent: `1 5 10 25 50 100`.
    pub steps: String,
    /// How long a step lasts, in `unit`s.
    pub lasts: String,
    /// `second`, `minute`, `hour` or `day`.
    pub unit: String,
    /// People in each group of a step.
    pub least: String,
    /// The tolerated change of errors in percent; empty: not guarded.
    pub errors: String,
    /// Of milliseconds.
    pub latency: String,
    /// Of orders.
    pub conversion: String,
    /// How long nobody may come before it is held, in `unit`s.
    pub quiet: String,
}

impl Default for RolloutForm {
    fn default() -> Self {
        let text = str::to_owned;
        RolloutForm {
            place: String::new(),
            steps: text("1 5 10 25 50 100"),
            lasts: text("24"),
            unit: text("hour"),
            least: text("200"),
            errors: text("10"),
            latency: text("10"),
            conversion: text("5"),
            quiet: text("6"),
        }
    }
}

/// Which field can't be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RolloutField {
    /// The rule.
    Place,
    /// The steps.
    Steps,
    /// How long they last.
    Lasts,
    /// How many people.
    Least,
    /// The tolerance of errors.
    Errors,
    /// Of milliseconds.
    Latency,
    /// Of orders.
    Conversion,
    /// How long nobody may come.
    Quiet,
}

impl RolloutField {
    /// The field's name in the form.
    pub const fn name(self) -> &'static str {
        match self {
            RolloutField::Place => "place",
            RolloutField::Steps => "steps",
            RolloutField::Lasts => "lasts",
            RolloutField::Least => "least",
            RolloutField::Errors => "errors",
            RolloutField::Latency => "latency",
            RolloutField::Conversion => "conversion",
            RolloutField::Quiet => "quiet",
        }
    }
}

/// The most people that a step can ask for.
const MOST_PEOPLE: u64 = 100_000_000;

impl RolloutForm {
    /// The flag, the rule and the plan.
    ///
    /// # Errors
    /// Every field that can't be read, or that makes a plan that can't be carried out.
    pub fn check(&self) -> Result<(&str, &str, Plan), Vec<RolloutField>> {
        let mut faults = Vec::new();
        let mut or_fault = |value: Option<i64>, field| {
            value.unwrap_or_else(|| {
                faults.push(field);
                0
            })
        };
        let unit = match self.unit.as_str() {
            "second" => 1_000,
            "minute" => 60_000,
            "day" => 86_400_000,
            _ => 3_600_000,
        };
        let time = |text: &str| whole(text).filter(|number| *number > 0)?.checked_mul(unit);
        let lasts = or_fault(time(&self.lasts), RolloutField::Lasts);
        let quiet = or_fault(time(&self.quiet), RolloutField::Quiet);
        let least = u64::try_from(or_fault(whole(&self.least), RolloutField::Least)).unwrap_or_default();
        let mut guardrails = Vec::new();
        for (text, metric, field) in [
            (&self.errors, Metric::Errors, RolloutField::Errors),
            (&self.latency, Metric::Latency, RolloutField::Latency),
            (&self.conversion, Metric::Conversion, RolloutField::Conversion),
        ] {
            if text.trim().is_empty() {
                continue;
            }
            match percent(text) {
                Some(percent) => guardrails.push(Guardrail { metric, tolerated: percent / 100.0 }),
                None => faults.push(field),
            }
        }
        let shares: Option<Vec<Share>> =
            self.steps.split([' ', ',', ';', '%', '→']).filter(|part| !part.is_empty()).map(share).collect();
        let steps = shares.unwrap_or_else(|| {
            faults.push(RolloutField::Steps);
            Vec::new()
        });
        let steps = steps.into_iter().map(|share| Step { share, lasts, least: least.min(MOST_PEOPLE) });
        let plan = Plan { steps: steps.collect(), guardrails, quiet, ..Plan::default() };
        let place = self.place.rsplit_once('/').filter(|(flag, rule)| !flag.is_empty() && !rule.is_empty());
        if place.is_none() {
            faults.push(RolloutField::Place);
        }
        if faults.is_empty()
            && let Err(fault) = plan.check()
        {
            faults.push(match fault {
                Fault::Steps | Fault::NotGrowing(_) | Fault::NotAll | Fault::Buckets => RolloutField::Steps,
                Fault::Lasts(_) => RolloutField::Lasts,
                Fault::Quiet => RolloutField::Quiet,
                Fault::Twice | Fault::Tolerated | Fault::Alpha => RolloutField::Errors,
            });
        }
        match place {
            Some((flag, rule)) if faults.is_empty() => Ok((flag, rule, plan)),
            _ => Err(faults),
        }
    }
}

fn whole(text: &str) -> Option<i64> {
    text.trim().parse().ok().filter(|number| (0..=1_000_000_000).contains(number))
}

/// From 0 to 100; a comma is a point.
fn percent(text: &str) -> Option<f64> {
    let number: f64 = text.trim().trim_end_matches('%').trim().replace(',', ".").parse().ok()?;
    (0.0..=100.0).contains(&number).then_some(number)
}

fn share(text: &str) -> Option<Share> {
    let hundredths = text.parse::<f64>().ok().filter(|number| (0.0..=100.0).contains(number))? * 100.0;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 10,000")]
    let share = Share(hundredths.round() as u16);
    Some(share)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> RolloutForm {
        RolloutForm { place: "new/cart/go".into(), ..RolloutForm::default() }
    }

    #[track_caller]
    fn check(change: fn(&mut RolloutForm), expected: &[RolloutField]) {
        let mut form = form();
        change(&mut form);
        assert_eq!(form.check().err().unwrap_or_default(), expected);
    }

    #[test]
    fn the_default_form_is_the_default_plan() {
        assert_eq!(form().check(), Ok(("new/cart", "go", Plan::default())));
        let short = RolloutForm {
            steps: "0.5% → 50 % → 100 %".into(),
            lasts: "3".into(),
            unit: "second".into(),
            latency: " ".into(),
            conversion: "2,5".into(),
            ..form()
        };
        let (_, _, plan) = short.check().unwrap();
        assert_eq!(plan.steps.iter().map(|step| step.share.0).collect::<Vec<_>>(), [50, 5_000, 10_000]);
        assert_eq!((plan.steps[0].lasts, plan.quiet, plan.guardrails.len()), (3_000, 6_000, 2));
        assert!((plan.guardrails[1].tolerated - 0.025).abs() < 1e-9);
    }

    #[test]
    fn what_can_not_be_read_is_named() {
        check(|form| form.place = "go".into(), &[RolloutField::Place]);
        check(|form| form.steps = "5 1 100".into(), &[RolloutField::Steps]);
        check(|form| form.steps = "many".into(), &[RolloutField::Steps]);
        check(|form| form.steps = String::new(), &[RolloutField::Steps]);
        check(|form| form.lasts = "0".into(), &[RolloutField::Lasts]);
        check(|form| form.lasts = "9999".into(), &[RolloutField::Lasts]);
        check(|form| form.quiet = "-1".into(), &[RolloutField::Quiet]);
        check(|form| form.least = "x".into(), &[RolloutField::Least]);
        check(|form| form.errors = "NaN".into(), &[RolloutField::Errors]);
        check(|form| form.latency = "101".into(), &[RolloutField::Latency]);
        check(|form| form.conversion = "-1".into(), &[RolloutField::Conversion]);
    }
}
