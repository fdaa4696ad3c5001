//! Corrections, health checks, power and post-stratification against gbstats and statsmodels.

use crate::{check, numbers};
use orilla_stats::{
    Correction, Demand, Spread, Stratum, TestOptions, Uplift, adjust, minimum_detectable_effect,
    minimum_detectable_uplift, post_stratify, power, sample_ratio, sample_size, welch,
};

#[test]
fn corrections_agree_with_statsmodels() {
    check("corrections", |vector| {
        let p = numbers(&vector.input["p"]);
        vector.numbers("holm", &adjust(&p, Correction::Holm).unwrap());
        vector.numbers("benjamini_hochberg", &adjust(&p, Correction::BenjaminiHochberg).unwrap());
    });
}

#[test]
fn sample_ratio_agrees_with_gbstats() {
    check("sample_ratios", |vector| {
        let units: Vec<u64> =
            vector.input["units"].as_array().unwrap().iter().map(|units| units.as_u64().unwrap()).collect();
        let ratio = sample_ratio(&units, &numbers(&vector.input["weights"])).unwrap();
        vector.number("", ratio.p_value);
    });
}

#[test]
fn power_agrees_with_statsmodels() {
    check("powers", |vector| {
        let number = |field: &str| vector.input[field].as_f64().unwrap();
        let (n, alpha, ratio) = (number("n"), number("alpha"), number("ratio"));
        let demand = Demand { alpha, power: 0.8, ratio };
        let (effect, spread) = if vector.input["kind"] == "means" {
            (number("effect"), Spread::of_means(number("sd"), number("sd"), ratio))
        } else {
            let (p0, p1) = (number("p0"), number("p1"));
            (p1 - p0, Spread::of_proportions(p0, p1, ratio))
        };
        vector.number("power", power(effect, n, spread, alpha).unwrap());
        if vector.expected.get("n").is_some() {
            vector.number("n", sample_size(effect, spread, &demand).unwrap());
        }
        if vector.expected.get("mde").is_some() {
            vector.number("mde", minimum_detectable_effect(n, spread, &demand).unwrap());
        }
        if vector.expected.get("uplift").is_some() {
            let p0 = vector.input["p0"].as_f64().unwrap();
            vector.number("uplift", minimum_detectable_uplift(p0, n, &demand).unwrap().unwrap());
        }
    });
}

#[test]
fn post_stratification_agrees_with_statsmodels() {
    check("post_stratification", |vector| {
        let strata: Vec<Stratum> = vector.input["strata"]
            .as_array()
            .unwrap()
            .iter()
            .map(|stratum| Stratum {
                control: numbers(&stratum["a"]).into_iter().collect(),
                variant: numbers(&stratum["b"]).into_iter().collect(),
            })
            .collect();
        let (control, variant) = post_stratify(&strata).unwrap();
        let options = TestOptions { uplift: Uplift::Absolute, ..TestOptions::default() };
        let test = welch(&control, &variant, &options).unwrap();
        vector.number("difference", test.uplift);
        vector.number("se", test.standard_error);
    });
}
