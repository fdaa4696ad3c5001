//! What was not randomised, against statsmodels and scipy.

use crate::{check, numbers, rows};
use orilla_stats::Logistic;
use orilla_stats::causal::{CALIPER, Observation, Study};
use orilla_stats::heterogeneity;
use serde_json::Value;

/// The treatment of each unit.
fn treated(input: &Value) -> Vec<bool> {
    numbers(&input["treated"]).into_iter().map(|treated| treated > 0.5).collect()
}

fn study(input: &Value) -> Study {
    let units = rows(&input["x"]).into_iter().zip(treated(input)).zip(numbers(&input["y"]));
    let observations: Vec<Observation> =
        units.map(|((covariates, treated), outcome)| Observation { treated, covariates, outcome }).collect();
    Study::new(&observations).unwrap()
}

#[test]
fn logistic_regression_agrees_with_statsmodels() {
    check("observational", |vector| {
        let model = Logistic::fit(&rows(&vector.input["x"]), &treated(vector.input)).unwrap();
        vector.numbers("coefficients", &model.coefficients);
        vector.numbers("errors", &model.standard_errors);
    });
}

#[test]
fn doubly_robust_agrees_with_statsmodels() {
    check("observational", |vector| {
        let estimate = study(vector.input).doubly_robust(0.05).unwrap();
        vector.number("ate", estimate.effect);
        vector.number("mean1", estimate.if_treated);
        vector.number("mean0", estimate.if_untreated);
        vector.number("se", estimate.standard_error);
    });
}

#[test]
fn matching_agrees_with_its_definition_and_scipy() {
    check("observational", |vector| {
        let matched = study(vector.input).matched(CALIPER, 0.05).unwrap();
        vector.number("pairs", matched.pairs as f64);
        vector.number("att", matched.effect);
        vector.number("p_value", matched.p_value);
        vector.number("low", matched.interval.low);
        vector.number("high", matched.interval.high);
        vector.numbers("matched", &matched.balance.differences);
    });
}

#[test]
fn balance_agrees_with_its_definition() {
    check("observational", |vector| {
        let study = study(vector.input);
        vector.numbers("before", &study.balance().unwrap().differences);
        vector.numbers("weighted", &study.weighted_balance().unwrap().differences);
    });
}

#[test]
fn heterogeneity_agrees_with_statsmodels() {
    check("heterogeneity", |vector| {
        let effects = numbers(&vector.input["effects"]);
        let pairs: Vec<(f64, f64)> = effects.into_iter().zip(numbers(&vector.input["variances"])).collect();
        let answer = heterogeneity(&pairs).unwrap();
        vector.number("q", answer.q);
        vector.number("p_value", answer.p_value);
        vector.number("i2", answer.i_squared);
        vector.number("pooled", answer.pooled);
        vector.number("se", answer.standard_error);
    });
}
