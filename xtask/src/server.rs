//! The shop under wrangler on this machine: started, asked whether it is up, ended.

use crate::files::{self, stamped};
use crate::process::{Result, program, root, run_quietly, signal, step};
use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

/// A running wrangler. It ends when this is dropped.
pub struct Server {
    child: Child,
    /// Where the shop answers: `http://localhost:8787`.
    pub url: String,
    port: u16,
}

/// How to start one.
pub struct Options {
    /// The port of the shop.
    pub port: u16,
    /// Where D1 and KV are kept.
    pub persist: PathBuf,
    /// A file of secrets in place of .dev.vars.
    pub secrets: Option<PathBuf>,
    /// A file for wrangler's output; without one the developer sees it.
    pub log: Option<PathBuf>,
}

impl Server {
    /// Brings the database up to date, starts wrangler and waits until the shop answers.
    ///
    /// # Errors
    /// The port is taken, a migration fails, or the shop doesn't answer.
    pub fn start(options: &Options) -> Result<Server> {
        let port = options.port;
        if TcpListener::bind(("127.0.0.1", port)).is_err() {
            return Err(format!(
                "port {port} is in use: end the program that uses it, or choose another with --port"
            ));
        }
        migrate(&options.persist)?;
        let mut command = wrangler();
        command.args([
            "dev",
            "--local",
            "--ip=127.0.0.1",
            "--inspector-port=0",
            "--show-interactive-dev-session=false",
        ]);
        command.arg(format!("--port={port}")).arg("--persist-to").arg(&options.persist);
        if let Some(secrets) = &options.secrets {
            command.arg("--env-file").arg(secrets);
        }
        if let Some(log) = &options.log {
            files::write(log, "")?;
            let file = files::named(log, File::create(log))?;
            let second = files::named(log, file.try_clone())?;
            command.stdout(file).stderr(second);
        } else {
            command.args(["--log-level=warn"]);
        }
        // A group of its own: wrangler's own children end with it.
        let child =
            command.process_group(0).spawn().map_err(|error| format!("can't start wrangler: {error}"))?;
        let mut server = Server { child, url: format!("http://localhost:{port}"), port };
        let waited = server.wait();
        if let (Err(_), Some(log)) = (&waited, &options.log) {
            eprintln!("{}", files::read_text(log)?);
        }
        waited.map(|()| server)
    }

    fn wait(&mut self) -> Result<()> {
        let start = Instant::now();
        let mut last = String::from("no answer");
        while start.elapsed() < Duration::from_secs(60) {
            if self.ended() {
                return Err("wrangler ended; its output says why".into());
            }
            match get(self.port, "/health", None) {
                Ok((200, _)) => return Ok(()),
                Ok((status, body)) => last = format!("{status} {body}"),
                Err(error) => last = error.to_string(),
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Err(format!("{}/health did not answer 200 within 60 s: {last}", self.url))
    }

    /// Whether wrangler has ended by itself.
    pub fn ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// Ends it as a machine that loses its power does: in the middle of whatever it writes.
    pub fn kill(mut self) {
        signal(&self.child, "-KILL");
        self.child.wait().ok();
        // Its children end a moment later.
        for _ in 0..100 {
            if TcpListener::bind(("127.0.0.1", self.port)).is_ok() {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Whether the catalogue has no product.
    ///
    /// # Errors
    /// The shop doesn't answer as it should.
    pub fn catalogue_is_empty(&self, token: &str) -> Result<bool> {
        match get(self.port, "/studio/api/export", Some(token)) {
            Ok((200, body)) => Ok(body.trim().is_empty()),
            Ok((status, body)) => Err(format!("GET /studio/api/export answered {status}: {body}")),
            Err(error) => Err(format!("GET /studio/api/export: {error}")),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        for (word, patience) in [("-TERM", 50), ("-KILL", 50)] {
            signal(&self.child, word);
            for _ in 0..patience {
                if self.ended() {
                    // What is left of the group after its leader.
                    signal(&self.child, "-KILL");
                    return;
                }
                std::thread::sleep(Duration::from_millis(100));
            }
        }
    }
}

/// The file that says which migrations a local database has.
const MIGRATED: &str = "migrated";

/// All that there are, and what says where the database is.
fn migrations() -> String {
    files::fingerprint(&files::of_workspace(&["migrations", "wrangler.toml", "package-lock.json"]), "")
}

/// Applies the migrations that a local database lacks.
///
/// # Errors
/// What the database says.
pub fn migrate(persist: &Path) -> Result<()> {
    let state = migrations();
    let stamp = persist.join(MIGRATED);
    if stamped(&stamp, &state) {
        return Ok(());
    }
    let mut command = wrangler();
    command.args(["d1", "migrations", "apply", "DB", "--local", "--persist-to"]).arg(persist);
    step("migrations of the database", || run_quietly(&mut command))?;
    files::write(&stamp, state)
}

/// A state of tests: as `persist` holds it, or an empty database with all migrations, which are applied once for all tests.
///
/// # Errors
/// What the database says.
pub fn fresh(persist: &Path) -> Result<()> {
    if persist.join(MIGRATED).is_file() {
        return Ok(());
    }
    let migrated = root().join("target/orilla-test/migrated");
    if !stamped(&migrated.join(MIGRATED), &migrations()) {
        fs::remove_dir_all(&migrated).ok();
    }
    migrate(&migrated)?;
    // The stamp comes last: what is copied in part must not look whole.
    let (stamp, files): (Vec<_>, Vec<_>) =
        files::below(&migrated).into_iter().partition(|file| file.ends_with(MIGRATED));
    for file in files.iter().chain(&stamp) {
        files::copy(file, &persist.join(file.strip_prefix(&migrated).unwrap_or(file)))?;
    }
    Ok(())
}

/// A port that nothing uses.
///
/// # Errors
/// When there is none.
pub fn free_port() -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| format!("no free port: {error}"))?;
    listener.local_addr().map(|address| address.port()).map_err(|error| format!("no free port: {error}"))
}

fn wrangler() -> Command {
    let mut command = program(root().join("node_modules/.bin/wrangler"));
    command.env("WRANGLER_SEND_METRICS", "false").env("WRANGLER_HIDE_BANNER", "true");
    command.env("CLOUDFLARE_CF_FETCH_ENABLED", "false").env("CI", "1");
    // What wrangler.toml's [build] asks for is done.
    command.env("ORILLA_BUILT", "1");
    command
}

/// The status and the body of an answer on this machine.
fn get(port: u16, path: &str, token: Option<&str>) -> std::io::Result<(u16, String)> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let staff = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
    write!(stream, "GET {path} HTTP/1.0\r\nHost: localhost:{port}\r\n{staff}\r\n")?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    Ok((status, body.to_owned()))
}
