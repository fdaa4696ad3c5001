//! What the benchmark does, natively and in WebAssembly: every flag for every visitor.

use orilla_flags::{Flags, Visitor};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Shopper {
    id: String,
    country: String,
    device_type: String,
    plan: String,
    age: f64,
    cart: f64,
}

#[derive(Deserialize)]
struct Workload {
    definitions: Value,
    keys: Vec<String>,
    visitors: Vec<Shopper>,
}

/// The compiled definitions and the visitors.
pub struct Work {
    flags: Flags,
    keys: Vec<String>,
    visitors: Vec<Shopper>,
}

impl Work {
    /// Reads the workload that `bench.mjs` has written. `None` if it is malformed.
    pub fn load(json: &str) -> Option<Work> {
        let workload: Workload = serde_json::from_str(json).ok()?;
        let flags = Flags::compile(&workload.definitions.to_string()).ok()?;
        Some(Work { flags, keys: workload.keys, visitors: workload.visitors })
    }

    /// How many evaluations one round has.
    #[allow(dead_code, reason = "the native program asks; WebAssembly's caller knows")]
    pub fn evaluations(&self) -> usize {
        self.keys.len() * self.visitors.len()
    }

    /// One round; the sum of what its values weigh.
    pub fn round(&self) -> f64 {
        let mut sum = 0.0;
        for shopper in &self.visitors {
            let visitor = Visitor::new(&shopper.id)
                .country(&shopper.country)
                .device(&shopper.device_type)
                .with("plan", shopper.plan.as_str())
                .with("age", shopper.age)
                .with("cart", shopper.cart);
            for key in &self.keys {
                sum += weigh(self.flags.evaluate(key, &visitor, 0).value);
            }
        }
        sum
    }
}

fn weigh(value: &Value) -> f64 {
    match value {
        Value::Bool(value) => f64::from(u8::from(*value)),
        Value::Number(number) => number.as_f64().unwrap_or(0.0),
        Value::String(text) => text.len() as f64,
        _ => 0.0,
    }
}
