//! Prints what the simulations show: `cargo run -p orilla-stats --release --features simulate --example simulate`,
//! with the number of runs and the seed as arguments. Ends with a failure if a method breaks its promise.

use orilla_stats::simulate::{Settings, evaluate};
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut numbers = std::env::args().skip(1).map(|arg| arg.parse::<u64>());
    let default = Settings::default();
    let (runs, seed) = match (numbers.next().transpose(), numbers.next().transpose()) {
        (Ok(runs), Ok(seed)) => (runs, seed),
        _ => {
            eprintln!("error: the runs and the seed are whole numbers");
            return ExitCode::from(2);
        }
    };
    let runs = runs.and_then(|runs| u32::try_from(runs).ok()).unwrap_or(default.runs).max(1);
    let evaluation = evaluate(Settings { runs, seed: seed.unwrap_or(default.seed) });
    print!("{evaluation}");
    let broken = evaluation.broken_promises();
    for promise in &broken {
        eprintln!("broken: {promise}");
    }
    if broken.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
