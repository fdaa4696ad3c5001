//! Tests of two variants against gbstats, scipy and statsmodels.

use crate::samples::{both, uplift};
use crate::{check, numbers, rows};
use orilla_stats::{
    BayesOptions, Conversions, Estimate, Prior, SequentialOptions, Tail, TestOptions, Uplift, bayes,
    clustered_quantile_of, proportion_interval, quantile_of, sequential, two_proportions, welch,
};

#[test]
fn welch_agrees_with_gbstats() {
    check("welch", |vector| {
        let tail = match vector.input["tail"].as_str().unwrap() {
            "both" => Tail::Both,
            "greater" => Tail::Greater,
            _ => Tail::Less,
        };
        let options = TestOptions {
            uplift: uplift(vector.input),
            tail,
            alpha: vector.input["alpha"].as_f64().unwrap(),
            null: vector.input["null"].as_f64().unwrap(),
        };
        let answer = both(vector.input).and_then(|(a, b)| welch(&a, &b, &options));
        let Some(test) = vector.answer(answer) else { return };
        vector.number("uplift", test.uplift);
        vector.number("standard_error", test.standard_error);
        vector.number("dof", test.dof);
        vector.number("t", test.t);
        vector.number("p_value", test.p_value);
        if tail != Tail::Less {
            vector.number("low", test.interval.low);
        }
        if tail != Tail::Greater {
            vector.number("high", test.interval.high);
        }
    });
}

#[test]
fn welch_of_units_agrees_with_scipy() {
    check("welch_from_units", |vector| {
        let of = |side: &str| Estimate::mean_of(&numbers(&vector.input[side]).into_iter().collect());
        let options = TestOptions { uplift: Uplift::Absolute, ..TestOptions::default() };
        let test = welch(&of("a").unwrap(), &of("b").unwrap(), &options).unwrap();
        vector.number("t", test.t);
        vector.number("dof", test.dof);
        vector.number("p_value", test.p_value);
        vector.number("low", test.interval.low);
        vector.number("high", test.interval.high);
    });
}

#[test]
fn sequential_agrees_with_gbstats() {
    check("sequential", |vector| {
        let options = SequentialOptions {
            uplift: uplift(vector.input),
            alpha: vector.input["alpha"].as_f64().unwrap(),
            tuning: vector.input["tuning"].as_f64().unwrap(),
            null: 0.0,
        };
        let answer = both(vector.input).and_then(|(a, b)| sequential(&a, &b, &options));
        let Some(test) = vector.answer(answer) else { return };
        vector.number("uplift", test.uplift);
        vector.number("standard_error", test.standard_error);
        vector.number("p_value", test.p_value);
        vector.number("low", test.interval.low);
        vector.number("high", test.interval.high);
    });
}

#[test]
fn bayes_agrees_with_gbstats() {
    check("bayes", |vector| {
        let given = &vector.input["prior"];
        let prior = (!given.is_null()).then(|| Prior {
            mean: given["mean"].as_f64().unwrap(),
            variance: given["variance"].as_f64().unwrap(),
            uplift: if given["type"] == "relative" { Uplift::Relative } else { Uplift::Absolute },
        });
        let options = BayesOptions {
            uplift: uplift(vector.input),
            alpha: 0.05,
            prior,
            smaller_is_better: vector.input["inverse"].as_bool().unwrap(),
        };
        let answer = both(vector.input).and_then(|(a, b)| bayes(&a, &b, &options));
        let Some(posterior) = vector.answer(answer) else { return };
        vector.number("uplift", posterior.uplift);
        vector.number("standard_deviation", posterior.standard_deviation);
        vector.number("chance_to_win", posterior.chance_to_win);
        vector.number("risk_of_control", posterior.risk_of_control);
        vector.number("risk_of_variant", posterior.risk_of_variant);
        vector.number("low", posterior.interval.low);
        vector.number("high", posterior.interval.high);
    });
}

#[test]
fn quantiles_agree_with_gbstats_and_numpy() {
    check("quantiles", |vector| {
        let level = vector.input["level"].as_f64().unwrap();
        let of = |side: &str| {
            let units = rows(&vector.input[side]);
            if vector.input["clustered"] == true {
                clustered_quantile_of(&units, level)
            } else {
                quantile_of(&mut units.concat(), level)
            }
        };
        let options = TestOptions { uplift: Uplift::Absolute, ..TestOptions::default() };
        let answer = of("a").and_then(|a| welch(&a, &of("b")?, &options));
        let Some(test) = vector.answer(answer) else { return };
        vector.number("uplift", test.uplift);
        vector.number("standard_error", test.standard_error);
        vector.number("low", test.interval.low);
        vector.number("high", test.interval.high);
    });
}

#[test]
fn two_proportions_agree_with_statsmodels() {
    check("proportions", |vector| {
        let of = |side: &str| Conversions {
            n: vector.input[side][0].as_u64().unwrap(),
            successes: vector.input[side][1].as_u64().unwrap(),
        };
        let test = two_proportions(of("a"), of("b"), 0.05).unwrap();
        vector.number("z", test.z);
        vector.number("p_value", test.p_value);
        vector.number("low", test.interval.low);
        vector.number("high", test.interval.high);
        let wilson = proportion_interval(of("b"), 0.05).unwrap();
        vector.number("wilson_low", wilson.low);
        vector.number("wilson_high", wilson.high);
        assert_eq!(test.relative.is_some(), vector.expected.get("relative_low").is_some(), "{}", vector.name);
        if let Some((_, relative)) = test.relative {
            vector.number("relative_low", relative.low);
            vector.number("relative_high", relative.high);
        }
    });
}
