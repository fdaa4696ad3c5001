//! Variants as the vectors write them.

use orilla_stats::{Estimate, Joint, Moments, Result, Shape, Uplift, WithCovariate, cuped};
use serde_json::Value;

fn moments(sums: &Value) -> Result<Moments> {
    let number = |field: &str| sums[field].as_f64().unwrap();
    Moments::from_sums(sums["n"].as_u64().unwrap(), number("sum"), number("sum_squares"))
}

fn joint(of: &Value, x: &str, y: &str) -> Result<Joint> {
    Joint::from_sums(moments(&of[x])?, moments(&of[y])?, of["products"].as_f64().unwrap())
}

fn estimate(of: &Value) -> Result<Estimate> {
    match of["type"].as_str().unwrap() {
        "proportion" => Estimate::proportion(of["n"].as_u64().unwrap(), of["successes"].as_u64().unwrap()),
        "mean" => Estimate::mean_of(&moments(of)?),
        "ratio" => Estimate::ratio(&joint(of, "m", "d")?, Shape::Number, Shape::Number),
        other => panic!("{other} has no estimate of its own"),
    }
}

/// The estimates of the vector's variants `a` (the control) and `b`.
pub fn both(input: &Value) -> Result<(Estimate, Estimate)> {
    let (a, b) = (&input["a"], &input["b"]);
    let shape = match a["type"].as_str().unwrap() {
        "adjusted" => Shape::Number,
        "adjusted_binary" => Shape::Binary,
        _ => return Ok((estimate(a)?, estimate(b)?)),
    };
    let with = |of| Ok(WithCovariate { joint: joint(of, "post", "pre")?, metric: shape, covariate: shape });
    cuped(&with(a)?, &with(b)?)
}

/// How the vector measures the uplift.
pub fn uplift(input: &Value) -> Uplift {
    match input["difference"].as_str().unwrap() {
        "relative" => Uplift::Relative,
        "absolute" => Uplift::Absolute,
        other => panic!("{other} is no difference"),
    }
}
