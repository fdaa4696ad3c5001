//! Bandits against scipy's quadrature and numpy.

use crate::{check, numbers, rows};
use orilla_stats::Moments;
use orilla_stats::bandit::{Belief, LinearArm, Period, adaptive_means, best_arm_probabilities};

#[test]
fn best_arm_agrees_with_scipy() {
    check("best_arm", |vector| {
        let normal = vector.input["family"] == "normal";
        let belief = |arm: Vec<f64>| {
            if normal {
                Belief::Normal { mean: arm[0], deviation: arm[1] }
            } else {
                Belief::Beta { a: arm[0], b: arm[1] }
            }
        };
        let arms: Vec<Belief> = rows(&vector.input["arms"]).into_iter().map(belief).collect();
        vector.numbers("", &best_arm_probabilities(&arms).unwrap());
    });
}

#[test]
fn linear_arms_agree_with_numpy() {
    check("linear_bandit", |vector| {
        let at = numbers(&vector.input["at"]);
        let mut arm = LinearArm::new(at.len(), vector.input["ridge"].as_f64().unwrap()).unwrap();
        for (context, reward) in rows(&vector.input["x"]).iter().zip(numbers(&vector.input["y"])) {
            arm.learn(context, reward).unwrap();
        }
        let prediction = arm.predict(&at).unwrap();
        vector.numbers("theta", &arm.coefficients().unwrap());
        vector.number("mean", prediction.mean);
        let alpha = vector.input["alpha"].as_f64().unwrap();
        vector.number("bound", prediction.mean + alpha * prediction.width);
    });
}

#[test]
fn adaptive_means_agree_with_the_sum_over_units() {
    check("adaptive", |vector| {
        let period = |value: &serde_json::Value| Period {
            weights: numbers(&value["weights"]),
            arms: value["arms"]
                .as_array()
                .unwrap()
                .iter()
                .map(|arm| {
                    let (n, sum) = (arm["n"].as_u64().unwrap(), arm["sum"].as_f64().unwrap());
                    Moments::from_sums(n, sum, sum).unwrap()
                })
                .collect(),
        };
        let periods: Vec<Period> = vector.input["periods"].as_array().unwrap().iter().map(period).collect();
        let expected = vector.expected.as_array().unwrap();
        let means = adaptive_means(&periods).unwrap();
        assert_eq!(means.len(), expected.len());
        for (mean, expected) in means.into_iter().zip(expected) {
            let mean = mean.unwrap();
            vector.expected = expected;
            vector.number("mean", mean.mean);
            vector.number("variance", mean.standard_error.powi(2));
        }
    });
}
