//! The report as text.

use super::report::{Comparison, Methods, MetricReport, Report};
use super::{MetricType, Observed};
use crate::Interval;
use crate::causal::SMD_THRESHOLD;
use crate::text::table;
use std::fmt::{self, Display, Formatter};

/// A number with five significant digits.
fn short(value: f64) -> String {
    if value.abs() <= 0.0 || (1e-4..1e7).contains(&value.abs()) {
        let digits = if value.abs() > 0.0 { value.abs().log10().floor() } else { 0.0 };
        let decimals = (4.0 - digits).clamp(0.0, 8.0);
        format!("{value:.0$}", decimals as usize)
    } else {
        format!("{value:.3e}")
    }
}

fn percent(value: f64) -> String {
    format!("{:+.2} %", value * 100.0)
}

fn p(value: f64) -> String {
    if value < 1e-4 { format!("{value:.1e}") } else { format!("{value:.4}") }
}

fn interval(of: Interval, number: fn(f64) -> String) -> String {
    format!("[{}, {}]", number(of.low), number(of.high))
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} rows, {} units", self.rows, self.multiple_exposures.of)?;
        if self.incomplete_rows > 0 {
            writeln!(f, "{} rows without a unit or a variant were left out", self.incomplete_rows)?;
        }
        let multiple = &self.multiple_exposures;
        if multiple.units > 0 {
            let warning = if multiple.too_many() { ": TOO MANY, the assignment is not stable" } else { "" };
            let share = multiple.share() * 100.0;
            writeln!(
                f,
                "{} units ({share:.2} %) are in several variants and were left out{warning}",
                multiple.units
            )?;
        }
        match &self.sample_ratio {
            _ if !self.confounders.is_empty() => writeln!(
                f,
                "nobody threw dice: plain methods compare groups that differ; look at those that account for {}",
                self.confounders.join(", ")
            )?,
            Ok(ratio) => {
                let verdict =
                    if ratio.mismatch() { "MISMATCH: don't trust the results" } else { "as expected" };
                writeln!(f, "sample ratio: {verdict} (p {})", p(ratio.p_value))?;
            }
            Err(why) => writeln!(f, "sample ratio: {why}")?,
        }
        self.metrics.iter().try_for_each(|metric| metric.show(f, self.alpha))
    }
}

impl MetricReport {
    fn show(&self, f: &mut Formatter<'_>, alpha: f64) -> fmt::Result {
        let kind = match self.metric_type {
            MetricType::Proportion => "proportion".to_owned(),
            MetricType::Retention => "retention".to_owned(),
            MetricType::Mean => "mean per unit".to_owned(),
            MetricType::RevenuePerVisitor => "revenue per visitor".to_owned(),
            MetricType::Ratio => "ratio".to_owned(),
            MetricType::Quantile(level) => format!("quantile {level}"),
        };
        writeln!(f, "\n{}: {kind}", self.name)?;
        let mut rows = vec![vec!["variant".into(), "n".into(), "value".into(), "std. error".into()]];
        for arm in &self.arms {
            let cells = match &arm.estimate {
                Ok(of) => vec![of.n().to_string(), short(of.mean()), short(of.standard_error())],
                Err(why) => vec![why.to_string()],
            };
            rows.push(std::iter::once(arm.variant.clone()).chain(cells).collect());
        }
        table(f, &rows)?;
        self.comparisons.iter().try_for_each(|comparison| comparison.show(f, alpha))
    }
}

impl Comparison {
    fn show(&self, f: &mut Formatter<'_>, alpha: f64) -> fmt::Result {
        writeln!(
            f,
            "\n  {} against the control, intervals of {} %",
            self.variant,
            (1e6 * (1.0 - alpha)).round() / 1e4
        )?;
        let mut rows = vec![vec![
            "  method".to_owned(),
            "uplift".to_owned(),
            "interval".to_owned(),
            "p or chance to win".to_owned(),
        ]];
        self.relative.rows("relative", percent, &mut rows);
        self.absolute.rows("absolute", short, &mut rows);
        if let Some(proportions) = &self.proportions {
            let answer = proportions.as_ref().map(|test| (test.difference, test.interval, p(test.p_value)));
            row("two proportions, absolute", answer.map_err(ToString::to_string), short, &mut rows);
        }
        if let Some(methods) = &self.cuped {
            methods.rows("CUPED, absolute", short, &mut rows);
        }
        if let Some(methods) = &self.post_stratified {
            methods.rows("post-stratified, absolute", short, &mut rows);
        }
        if let Some(observed) = &self.observed {
            observed.rows(&mut rows);
        }
        table(f, &rows)?;
        if let Some(observed) = &self.observed {
            observed.show_balance(f)?;
        }
        if let Some(adjusted) = self.adjusted_p_value {
            writeln!(f, "    Welch's p value, corrected for all comparisons (Holm): {}", p(adjusted))?;
        }
        match &self.segments {
            None => Ok(()),
            Some(Err(why)) => writeln!(f, "    by segment: {why}"),
            Some(Ok(report)) => {
                match &report.heterogeneity {
                    Ok(of) => writeln!(f, "    do the segments differ? p {} (Cochran's Q)", p(of.p_value))?,
                    Err(why) => writeln!(f, "    do the segments differ? {why}")?,
                }
                let mut rows = Vec::new();
                for segment in &report.segments {
                    let test = &segment.test;
                    let answer = Ok((
                        test.uplift,
                        test.interval,
                        format!("{} corrected", p(segment.adjusted_p_value)),
                    ));
                    row(&segment.name, answer, short, &mut rows);
                }
                for (name, why) in &report.left_out {
                    row(name, Err(why.to_string()), short, &mut rows);
                }
                table(f, &rows)
            }
        }
    }
}

impl Observed {
    fn rows(&self, rows: &mut Vec<Vec<String>>) {
        let text = |why: &crate::Undefined| why.to_string();
        let robust = self.doubly_robust.as_ref().map(|of| (of.effect, of.interval, p(of.p_value)));
        row("doubly robust, absolute", robust.map_err(text), short, rows);
        let matched = self.matched.as_ref().map(|of| (of.effect, of.interval, p(of.p_value)));
        row("matched pairs, absolute", matched.map_err(text), short, rows);
    }

    fn show_balance(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.left_out > 0 {
            writeln!(f, "    {} units lack a value of these columns and were left out", self.left_out)?;
        }
        writeln!(
            f,
            "    standardised differences of the groups (up to {SMD_THRESHOLD} they are comparable):"
        )?;
        let matched = self.matched.as_ref().map(|matched| &matched.balance);
        let mut rows =
            vec![std::iter::once("    ".to_owned()).chain(self.confounders.iter().cloned()).collect()];
        for (name, balance) in [
            ("as they came", self.before.as_ref()),
            ("weighted", self.weighted.as_ref()),
            ("matched", matched),
        ] {
            let cells = match balance {
                Ok(balance) => balance.differences.iter().map(|one| format!("{one:+.3}")).collect(),
                Err(why) => vec![why.to_string()],
            };
            rows.push(std::iter::once(format!("    {name}")).chain(cells).collect());
        }
        table(f, &rows)?;
        if let Ok(matched) = &self.matched {
            writeln!(
                f,
                "    {} pairs, {} of the variant without a partner",
                matched.pairs, matched.unmatched
            )?;
        }
        Ok(())
    }
}

impl Methods {
    fn rows(&self, how: &str, number: fn(f64) -> String, rows: &mut Vec<Vec<String>>) {
        let text = |why: &crate::Undefined| why.to_string();
        let welch = self.welch.as_ref().map(|test| (test.uplift, test.interval, p(test.p_value)));
        // One reason is enough: the methods fail together.
        if let Err(why) = &welch {
            rows.push(vec![format!("  {how}"), why.to_string()]);
            return;
        }
        row(&format!("Welch, {how}"), welch.map_err(text), number, rows);
        let sequential = self.sequential.as_ref().map(|test| (test.uplift, test.interval, p(test.p_value)));
        row(&format!("sequential, {how}"), sequential.map_err(text), number, rows);
        let chance = |value: f64| format!("{:.2} % win", value * 100.0);
        let bayes = self.bayes.as_ref().map(|of| (of.uplift, of.interval, chance(of.chance_to_win)));
        row(&format!("Bayesian, {how}"), bayes.map_err(text), number, rows);
    }
}

fn row(
    name: &str,
    answer: std::result::Result<(f64, Interval, String), String>,
    number: fn(f64) -> String,
    rows: &mut Vec<Vec<String>>,
) {
    let name = format!("  {name}");
    rows.push(match answer {
        Ok((uplift, of, last)) => vec![name, number(uplift), interval(of, number), last],
        Err(why) => vec![name, why],
    });
}
