//! The benchmark's native program: `flags_native WORKLOAD ROUNDS` prints nanoseconds per evaluation, and the sum.
#![allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

mod work;

use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("which workload?")?;
    let rounds: usize = arguments.next().ok_or("how many rounds?")?.parse()?;
    let work = work::Work::load(&std::fs::read_to_string(path)?).ok_or("the workload is malformed")?;
    let mut sum = work.round();
    let mut times = Vec::new();
    for _ in 0..rounds {
        let start = Instant::now();
        sum = work.round();
        times.push(start.elapsed().as_nanos() as f64 / work.evaluations() as f64);
    }
    println!("{}", serde_json::json!({ "sum": sum, "times": times }));
    Ok(())
}
