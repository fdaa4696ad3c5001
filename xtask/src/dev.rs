//! `cargo xtask dev`: the shop on this machine, rebuilt when a source file changes.

use crate::build::{self, Build};
use crate::files;
use crate::process::{Result, root};
use crate::server::{self, Options, Server};
use crate::{feed, setup};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

/// `cargo xtask dev`.
///
/// # Errors
/// The step that failed. A failed build after a change of a source is only shown.
pub fn command(args: &[String]) -> Result<()> {
    let mut build = Build::default();
    let mut options = Options { port: 8787, persist: root().join(".orilla/state"), secrets: None, log: None };
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let mut value = || args.next().ok_or(format!("{arg} needs a value"));
        match arg.as_str() {
            "--release" => build.release = true,
            "--port" => {
                options.port =
                    value()?.parse().map_err(|_| "--port needs a number from 1 to 65535".to_owned())?
            }
            "--persist" => {
                options.persist = std::path::absolute(value()?).map_err(|error| error.to_string())?
            }
            other => {
                return Err(format!(
                    "dev doesn't know \"{other}\"; it takes --port, --persist and --release"
                ));
            }
        }
    }
    let end = end_signal()?;
    setup::for_building()?;
    build.run()?;
    let token = secrets()?;
    let mut server = Server::start(&options)?;
    if feed::demo().is_file() && server.catalogue_is_empty(&token)? {
        feed::import_demo(&server.url, &token)?;
    }
    eprintln!(
        "Orilla runs on {} (staff: `Authorization: Bearer` with STUDIO_TOKEN of .dev.vars; Ctrl-C ends it)",
        server.url
    );
    watch(build, &options.persist, &mut server, &end)
}

/// Set by Ctrl-C and by a request to end, so that wrangler is ended too.
///
/// # Errors
/// When the system refuses.
pub fn end_signal() -> Result<Arc<AtomicBool>> {
    let end = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM, signal_hook::consts::SIGHUP] {
        // The first asks; the second, for the impatient, ends this program at once.
        signal_hook::flag::register_conditional_shutdown(signal, 130, Arc::clone(&end))
            .and_then(|_| signal_hook::flag::register(signal, Arc::clone(&end)))
            .map_err(|error| format!("can't catch signals: {error}"))?;
    }
    Ok(end)
}

fn watch(build: Build, persist: &Path, server: &mut Server, end: &AtomicBool) -> Result<()> {
    let mut seen = times();
    while !end.load(Ordering::Relaxed) {
        if server.ended() {
            return Err("wrangler ended; its output says why".into());
        }
        std::thread::sleep(Duration::from_millis(300));
        let now = times();
        if now == seen {
            continue;
        }
        seen = now;
        match server::migrate(persist).and_then(|()| build.run()) {
            Ok(true) => eprintln!("Rebuilt; {} serves it.", server.url),
            Ok(false) => {}
            Err(_) if end.load(Ordering::Relaxed) => {}
            Err(error) => eprintln!("error: {error}; the last good build stays up"),
        }
    }
    Ok(())
}

/// When each source was last written.
fn times() -> Vec<(PathBuf, Option<SystemTime>)> {
    let inputs: Vec<&str> = build::INPUTS.iter().copied().chain(["migrations"]).collect();
    let time = |file: PathBuf| {
        let modified = fs::metadata(&file).and_then(|data| data.modified()).ok();
        (file, modified)
    };
    files::of_workspace(&inputs).into_iter().map(time).collect()
}

/// The staff's token of this machine; made, with the rest of [`local_vars`], when `.dev.vars` is missing.
///
/// # Errors
/// When the file can't be read or written, or names no token.
pub fn secrets() -> Result<String> {
    let file = root().join(".dev.vars");
    if !file.is_file() {
        files::write(&file, local_vars(&random_hex()?)?)?;
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        files::named(&file, fs::set_permissions(&file, mode))?;
        eprintln!(
            "Made .dev.vars with a random STUDIO_TOKEN: staff sends it as `Authorization: Bearer <token>`."
        );
    }
    let text = files::read_text(&file)?;
    let token = text.lines().find_map(|line| line.trim().strip_prefix("STUDIO_TOKEN="));
    token
        .map(|token| token.trim_matches('"').to_owned())
        .ok_or_else(|| "add STUDIO_TOKEN=… to .dev.vars, or remove the file".into())
}

/// The example account of the IBAN registry (ISO 13616): for shops on this machine, never for one that is deployed.
const EXAMPLE_IBAN: &str = "ES9121000418450200051332";

/// What a shop on this machine is told beside `wrangler.toml`, as the text of a `.dev.vars`: the staff's token, the key
/// that signs visitors' ids, the one by which push services know the shop, and an account, so that transfers can be tried.
///
/// # Errors
/// When the system has no random bytes.
pub fn local_vars(token: &str) -> Result<String> {
    Ok(format!(
        "STUDIO_TOKEN={token}\nVISITOR_KEY={}\nVAPID_KEY={}\nBANK_IBAN={EXAMPLE_IBAN}\nCLIENT_KEYS={CLIENT_KEY}\n",
        random_hex()?,
        random_hex()?
    ))
}

/// The key by which apps read the flags of a shop on this machine.
const CLIENT_KEY: &str = "orilla-dev";

/// 32 random bytes.
pub fn random_hex() -> Result<String> {
    let mut bytes = [0u8; 32];
    let source = Path::new("/dev/urandom");
    files::named(source, fs::File::open(source).and_then(|mut file| file.read_exact(&mut bytes)))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrangler_watches_all_that_a_build_reads() {
        let settings = files::read_text(&root().join("wrangler.toml")).unwrap();
        let watched = settings.lines().find_map(|line| line.strip_prefix("watch_dir = ")).unwrap();
        assert_eq!(watched, format!("{:?}", build::INPUTS));
    }

    #[test]
    fn only_shops_on_this_machine_have_the_example_account() {
        let deployed = files::read_text(&root().join("wrangler.toml")).unwrap();
        let accounts: Vec<_> = deployed.lines().filter(|line| line.contains("BANK_IBAN")).collect();
        assert_eq!(accounts, ["BANK_IBAN = \"\""]);
        assert!(!deployed.contains(EXAMPLE_IBAN));
        let local = local_vars("t").unwrap();
        assert!(local.contains(&format!("\nBANK_IBAN={EXAMPLE_IBAN}\n")), "{local}");
    }
}
