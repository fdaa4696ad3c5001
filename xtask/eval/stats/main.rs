//! `orilla-eval-stats`: simulated experiments that show whether the methods of the analysis (shared/stats), and the shop's
//! own decisions and bandits (shared/experiments), keep their promises. Ends with a failure if one does not.

use orilla_experiments::simulate::{Decisions, DeviceBandits, decisions, device_bandits};
use orilla_stats::simulate::{Evaluation, Settings, evaluate};
use serde::Serialize;
use std::path::Path;
use std::process::ExitCode;

/// An error is one line for the one who evaluates.
type Result<T> = std::result::Result<T, String>;

const USAGE: &str = "\
cargo xtask eval stats [--runs 2000] [--seed 1] [--out build/eval/stats.json]
  Simulates experiments: false positives of A/A tests under continuous looking, power, coverage of intervals, and
  what bandits lose against equal shares, the shop's own by device too; and the decisions of the shop's experiments.
  Prints tables, and writes the same as JSON. The same seed gives the same numbers. Fails if a method breaks its promise by more than chance explains (three standard errors).
";

struct Options {
    settings: Settings,
    out: String,
}

impl Options {
    fn parse(args: &[String]) -> Result<Self> {
        let mut options = Options { settings: Settings::default(), out: "build/eval/stats.json".to_owned() };
        let mut args = args.iter();
        while let Some(name) = args.next() {
            let value = args.next().ok_or_else(|| format!("{name} needs a value"))?;
            let number = || value.parse::<u64>().map_err(|_| format!("{name} must be a whole number"));
            match name.as_str() {
                "--runs" => {
                    let runs = u32::try_from(number()?).ok().filter(|runs| *runs > 0);
                    options.settings.runs = runs.ok_or("--runs must be at least 1")?;
                }
                "--seed" => options.settings.seed = number()?,
                "--out" => options.out.clone_from(value),
                other => return Err(format!("there is no option {other}; --help lists them")),
            }
        }
        Ok(options)
    }
}

/// All simulations.
#[derive(Serialize)]
struct All {
    #[serde(flatten)]
    methods: Evaluation,
    decisions: Decisions,
    devices: DeviceBandits,
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if args.iter().any(|arg| arg == "--help" || arg == "-h") {
        print!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    match command(&args) {
        Ok(code) => code,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::from(2)
        }
    }
}

fn command(args: &[String]) -> Result<ExitCode> {
    let options = Options::parse(args)?;
    let methods = evaluate(options.settings);
    print!("{methods}");
    let decisions = decisions(options.settings).map_err(|error| error.to_string())?;
    print!("{decisions}");
    let devices = device_bandits(Settings { runs: options.settings.runs.div_ceil(10), ..options.settings });
    print!("{devices}");
    let all = All { methods, decisions, devices };
    write(&all, Path::new(&options.out))?;
    println!("\n{}", options.out);
    let broken =
        [all.methods.broken_promises(), all.decisions.broken_promises(), all.devices.broken_promises()]
            .concat();
    for promise in &broken {
        eprintln!("broken: {promise}");
    }
    Ok(if broken.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn write(evaluation: &All, out: &Path) -> Result<()> {
    let json = serde_json::to_string_pretty(evaluation).map_err(|error| error.to_string())?;
    let failed = |error: std::io::Error| format!("{}: {error}", out.display());
    if let Some(folder) = out.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    std::fs::write(out, json).map_err(failed)
}
