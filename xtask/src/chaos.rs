//! `cargo xtask chaos device`: orders of simulated devices, while the shop is killed and started again.

use crate::build::{Build, target_folder};
use crate::instances::Instances;
use crate::process::{Result, program, root, run_quietly, step};
use crate::{dev, files, server, setup};
use std::fs;
use std::path::PathBuf;
use std::process::{Child, ExitCode, Stdio};
use std::time::Duration;

const HELP: &str = "\
cargo xtask chaos device [--orders 10000] [--seed N] [--kills 5]

  Devices leave orders and bring them to a shop of their own, over a network that loses, doubles, holds up and reorders
  what is sent; devices stop in the middle, prices change, there is less stock than is wanted, and workerd is killed
  (SIGKILL) in the middle of its writes and started again with the same state. Then the shop's orders and stock are
  compared with what the devices say. Of one seed come the same devices, wishes and dice; what meets what is the machine's.
  Shoppers with an account fill one cart on three browsers meanwhile, and in the end it is the same on all of them.";

/// Between the start of the devices and the first kill, and from one to the next.
const BETWEEN: Duration = Duration::from_secs(12);

/// How much of it.
pub struct Options {
    /// Orders that are left.
    pub orders: u32,
    /// What decides.
    pub seed: u64,
    /// How often workerd is killed.
    pub kills: u32,
}

/// Runs it and returns its exit code: 1 if an order was lost, duplicated or oversold.
///
/// # Errors
/// When it can't start.
pub fn command(args: &[String]) -> Result<ExitCode> {
    let mut options = Options { orders: 10_000, seed: 1, kills: 5 };
    let Some((what, args)) = args.split_first() else { return Err(HELP.into()) };
    if what != "device" {
        println!("{HELP}");
        return Ok(ExitCode::from(u8::from(what != "--help")));
    }
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let number = args.next().and_then(|number| number.parse::<u64>().ok());
        let number = number.ok_or_else(|| format!("{arg} needs a number\n{HELP}"))?;
        let small = u32::try_from(number).map_err(|_| format!("{arg} {number} is too large"))?;
        match arg.as_str() {
            "--orders" => options.orders = small,
            "--seed" => options.seed = number,
            "--kills" => options.kills = small,
            other => return Err(format!("chaos doesn't know \"{other}\"\n{HELP}")),
        }
    }
    setup::for_building()?;
    let is_good = run(Build::default(), &options)?;
    Ok(ExitCode::from(u8::from(!is_good)))
}

/// Runs it against a shop of its own. Says whether all is as it should be.
///
/// # Errors
/// When it can't start, or the shop does not start again.
pub fn run(build: Build, options: &Options) -> Result<bool> {
    build.run()?;
    let mut cargo = program("cargo");
    cargo.args(["build", "--quiet", "--package", "xtask", "--bin", "orilla-chaos", "--features", "chaos"]);
    step("devices", || run_quietly(&mut cargo))?;
    let folder = root().join("target/orilla-test/chaos");
    fs::remove_dir_all(&folder).ok();
    let token = dev::random_hex()?;
    let secrets = folder.join("secrets");
    files::write(&secrets, dev::local_vars(&token)?)?;
    let state = folder.join("state");
    server::fresh(&state)?;
    let port = server::free_port()?;
    let start = || Instances::start(build, &state, &secrets, &folder.join("log"), &[port]);
    let mut shop = start()?;
    let mut devices = devices(options, shop.urls.first().map_or("", String::as_str), &token)?;
    let mut kills = 0;
    loop {
        for _ in 0..BETWEEN.as_millis() / 100 {
            if let Some(status) = devices.try_wait().map_err(|error| format!("devices: {error}"))? {
                println!("{:<48}{kills:>8}", "times that the shop was killed");
                return match status.code() {
                    Some(code @ (0 | 1)) => Ok(code == 0),
                    _ => Err("the devices did not come to an end".into()),
                };
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        if kills < options.kills {
            kills += 1;
            shop.kill();
            shop = start().inspect_err(|_| drop(devices.kill()))?;
        }
    }
}

fn devices(options: &Options, url: &str, token: &str) -> Result<Child> {
    let name: PathBuf = target_folder().join("debug/orilla-chaos");
    let mut devices = program(name);
    devices.arg(options.orders.to_string()).arg(options.seed.to_string());
    devices.env("ORILLA_URL", url).env("ORILLA_STUDIO_TOKEN", token).stdin(Stdio::null());
    devices.spawn().map_err(|error| format!("can't start orilla-chaos: {error}"))
}
