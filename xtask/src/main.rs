//! The developer's commands: `cargo xtask <command>`.
// A host program: it measures how long its own steps take.
#![allow(clippy::disallowed_methods)]

mod analyze;
mod bench;
mod build;
mod chaos;
mod dev;
mod eval;
mod feed;
mod files;
mod instances;
mod process;
mod server;
mod setup;
mod test;
mod wasm;

use process::Result;
use std::process::ExitCode;

const HELP: &str = "\
cargo xtask <command>

  setup                        Installs what building and testing need. The other commands do it themselves.
  build [--release] [--bench]  Builds the shop into build/ (with the bench pages: into build/bench/).
  dev [--port 8787] [--persist DIR] [--release]
                               Runs the shop on http://localhost:8787 and rebuilds it when a source file changes.
  test [FILTER] [--only checks|native|wasm|worker|e2e] [--release]
                               Runs every test there is, or those whose name has FILTER in it.
  bench [size] [ssr] [import] [pages] [memory] [day] [snapshot] [events] [lighthouse]
                               Measures speed and size on this machine, and writes build/bench/*.json.
  import FILE… [--format F] [--dry-run] [--draft] [--report FILE] [--url URL] [--token T] [--currency EUR]
                               Imports catalogues: Shopify CSV, Icecat JSON, Google Merchant XML or TSV, our NDJSON; .gz too.
  export [FILE] [--url URL] [--token T]
                               Writes the catalogue as NDJSON.
  flags FILE.json [--first] [--url URL] [--token T]
                               Puts feature flags (GrowthBook's format) into the shop and publishes them.
  analyze FILE.csv --unit COLUMN --variant COLUMN --metric COLUMN[:TYPE]…
                               Analyses an experiment from a file of units; more options: `cargo xtask analyze --help`.
  eval prefetch                Says what bringing likely pages beforehand is worth, to simulated shoppers.
  chaos device [--orders 10000] [--seed N] [--kills 5]
                               Orders of devices, over a network that loses and doubles, in a shop that is killed.
  eval stats                   Shows by simulations whether the analysis of experiments keeps its promises.
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match command(&args) {
        Ok(code) => code,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn command(args: &[String]) -> Result<ExitCode> {
    let Some((command, args)) = args.split_first() else {
        print!("{HELP}");
        return Ok(ExitCode::SUCCESS);
    };
    match command.as_str() {
        "setup" => setup::for_building(),
        "build" => build::command(args),
        "bench" => bench::command(args),
        "dev" => dev::command(args),
        "test" => return test::command(args),
        "import" | "export" | "flags" => {
            return feed::command(&std::iter::once(command).chain(args).cloned().collect::<Vec<_>>());
        }
        "chaos" => return chaos::command(args),
        "eval" => return eval::command(args),
        "analyze" => return analyze::command(args),
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(())
        }
        other => Err(format!("\"{other}\" is not a command; `cargo xtask help` lists them")),
    }?;
    Ok(ExitCode::SUCCESS)
}
