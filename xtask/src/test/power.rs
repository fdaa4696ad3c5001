//! A shop whose power a test may cut: it ends as a process that is killed does, in the middle of whatever it writes, and
//! starts again with what it has stored.
//!
//! A test sends a word on a line to `ORILLA_POWER`: `on` answers where the shop is once it answers, `off` answers when it
//! is dead. It is started by the first `on`, so that it costs nothing where no such test runs.

use crate::process::Result;
use crate::server::{self, Server};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};

/// The switch. The shop ends when this is dropped.
pub struct Power {
    address: SocketAddr,
    state: PathBuf,
    shop: Arc<Mutex<Option<Server>>>,
}

impl Power {
    /// A switch for a shop of its own below this folder. `secrets` is a file as wrangler reads it.
    ///
    /// # Errors
    /// There is no free port.
    pub fn new(folder: &Path, secrets: &Path) -> Result<Power> {
        fs::remove_dir_all(folder).ok();
        let failed = |error: std::io::Error| format!("no switch for a shop: {error}");
        let listener = TcpListener::bind("127.0.0.1:0").map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let state = folder.join("state");
        let options = server::Options {
            port: server::free_port()?,
            persist: state.clone(),
            secrets: Some(secrets.to_path_buf()),
            log: Some(folder.join("wrangler.log")),
        };
        let shop = Arc::new(Mutex::new(None));
        let own = shop.clone();
        // It listens until the tests have ended, and this program with them.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                obey(stream, &options, &own).ok();
            }
        });
        Ok(Power { address, state, shop })
    }

    /// Tells a test program where the switch is, and where the shop's database.
    pub fn describe(&self, tests: &mut Command) {
        tests.env("ORILLA_POWER", self.address.to_string()).env("ORILLA_POWER_STATE", &self.state);
    }
}

impl Drop for Power {
    fn drop(&mut self) {
        drop(self.shop.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}

fn obey(
    mut stream: TcpStream,
    options: &server::Options,
    shop: &Mutex<Option<Server>>,
) -> std::io::Result<()> {
    let mut word = String::new();
    BufReader::new(stream.try_clone()?).read_line(&mut word)?;
    let mut shop = shop.lock().unwrap_or_else(PoisonError::into_inner);
    let said = match (word.trim(), shop.take()) {
        ("on", None) => match server::fresh(&options.persist).and_then(|()| Server::start(options)) {
            Ok(server) => shop.insert(server).url.clone(),
            Err(error) => format!("error: {error}"),
        },
        ("on", Some(running)) => shop.insert(running).url.clone(),
        ("off", running) => {
            if let Some(running) = running {
                running.kill();
            }
            "off".to_owned()
        }
        (other, running) => {
            *shop = running;
            format!("error: \"{other}\" is neither on nor off")
        }
    };
    writeln!(stream, "{said}")
}
