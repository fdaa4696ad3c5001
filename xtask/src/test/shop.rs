//! The tests that need a running shop. Each suite gets one of its own, with the demo catalogue and nothing else.

use super::{Options, cargo};
use crate::build::Build;
use crate::process::{Result, program, root, step};
use crate::server::{self, Server};
use crate::test::power::Power;
use crate::test::tally::Tally;
use crate::test::twins;
use crate::{chaos, dev, feed, files, setup};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// The package `orilla-integration`: what needs workerd and its database.
pub fn worker(options: &Options, tally: &mut Tally) -> Result<()> {
    if !root().join("tests/integration/Cargo.toml").is_file() {
        return Ok(());
    }
    let shop = Shop::start(options, "worker")?;
    let build = Build { release: options.release, bench: false };
    let folder = root().join("target/orilla-test/twins");
    let twins = twins::start(build, &folder, &shop.secrets, &shop.token)?;
    let power = Power::new(&root().join("target/orilla-test/power"), &shop.secrets)?;
    let importer = feed::compiled(false)?;
    let mut tests = cargo(&["test", "--quiet", "--no-fail-fast", "--package", "orilla-integration"]);
    tests.args(&options.filter).env("ORILLA_FEED", importer.get_program());
    tests.env("ORILLA_TWINS", twins.urls.join(" "));
    power.describe(&mut tests);
    tally.count(shop.describe(&mut tests))?;
    drop((twins, power));
    chaos(options, build, tally)
}

/// Orders of devices while the shop is killed: one test as a whole.
fn chaos(options: &Options, build: Build, tally: &mut Tally) -> Result<()> {
    const NAME: &str = "chaos_device";
    if options.filter.as_ref().is_some_and(|filter| !NAME.contains(filter.as_str())) {
        return Ok(());
    }
    match chaos::run(build, &chaos::Options { orders: 10_000, seed: 7, kills: 5 })? {
        true => tally.passed += 1,
        false => tally.fail("orders of devices were lost, duplicated or oversold"),
    }
    Ok(())
}

/// The journeys in Chromium.
pub fn e2e(options: &Options, tally: &mut Tally) -> Result<()> {
    let shop = Shop::start(options, "e2e")?;
    let mut tests = program(root().join("node_modules/.bin/playwright"));
    tests.args(["test", "--config=tests/e2e/playwright.config.ts"]);
    tests.args(options.filter.iter().flat_map(|filter| ["--grep", filter]));
    tests.args(options.filter.iter().map(|_| "--pass-with-no-tests"));
    tests.env("ORILLA_CHROMIUM", &options.browser.chromium).env("ORILLA_SHELL", &options.browser.shell);
    tests.env("ORILLA_CHROMIUM_FLAGS", setup::CHROMIUM_FLAGS.join(" "));
    tally.count(shop.describe(&mut tests))
}

/// A running shop, and how tests reach it.
struct Shop {
    server: Server,
    secrets: PathBuf,
    token: String,
    state: PathBuf,
    push: String,
    mail: String,
}

/// The key of the provider of e-mail that tests start.
const MAIL_KEY: &str = "a-key-for-tests-only";

impl Shop {
    fn start(options: &Options, name: &str) -> Result<Shop> {
        Build { release: options.release, bench: false }.run()?;
        let folder = root().join("target/orilla-test").join(name);
        fs::remove_dir_all(&folder).ok();
        let token = dev::random_hex()?;
        let (secrets, state) = (folder.join("secrets"), folder.join("state"));
        // Where tests that need a push service start one: the shop sends to it, beside the open internet.
        let push = format!("http://127.0.0.1:{}", server::free_port()?);
        // And one of e-mail, which has to be another one.
        let mail = format!("http://127.0.0.1:{}", server::free_port()?);
        let provider = format!(
            "MAIL_URL={mail}/emails\nMAIL_KEY={MAIL_KEY}\nMAIL_FROM=\"Orilla <hello@shop.example>\"\n"
        );
        let vars = format!("{}PUSH_LOOPBACK={push}\n{provider}", dev::local_vars(&token)?);
        files::write(&secrets, vars)?;
        server::fresh(&state)?;
        let server = step("shop under test", || {
            Server::start(&server::Options {
                port: server::free_port()?,
                persist: state.clone(),
                secrets: Some(secrets.clone()),
                log: Some(folder.join("wrangler.log")),
            })
        })?;
        if feed::demo().is_file() {
            feed::import_demo(&server.url, &token)?;
        }
        Ok(Shop { server, secrets, token, state, push, mail })
    }

    /// Tells a test program where the shop is, the staff's token, and where its database and files are, and where it
    /// expects a push service and a provider of e-mail.
    fn describe<'a>(&self, tests: &'a mut Command) -> &'a mut Command {
        tests.env("ORILLA_URL", &self.server.url).env("ORILLA_STUDIO_TOKEN", &self.token);
        tests.env("ORILLA_MAIL", &self.mail).env("ORILLA_MAIL_KEY", MAIL_KEY);
        tests.env("ORILLA_STATE", &self.state).env("ORILLA_PUSH", &self.push)
    }
}
