//! Two instances of the shop over one state, for tests of what one instance has to learn from another.

use crate::build::Build;
use crate::process::{Result, program, root, step};
use crate::{feed, files, server};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

/// Both, with the demo catalogue. They end when this is dropped.
pub struct Twins {
    child: Child,
    /// Where they answer.
    pub urls: [String; 2],
}

impl Twins {
    /// Starts them on workerd, from a build that is there. `secrets` is a file as wrangler reads it.
    ///
    /// # Errors
    /// They don't start, or the catalogue can't be imported.
    pub fn start(build: Build, folder: &Path, secrets: &Path, token: &str) -> Result<Twins> {
        fs::remove_dir_all(folder).ok();
        let state = folder.join("state");
        server::migrate(&state)?;
        let twins = step("twins", || Self::spawn(build, &state, secrets, &folder.join("log")))?;
        if feed::demo().is_file() {
            feed::import_demo(&twins.urls[0], token)?;
        }
        Ok(twins)
    }

    fn spawn(build: Build, state: &Path, secrets: &Path, log: &Path) -> Result<Twins> {
        files::write(log, "")?;
        let mut node = program(root().join("node_modules/.bin/node"));
        node.arg(root().join("xtask/src/test/twins.mjs"));
        node.arg(build.folder().join("worker")).arg(state).arg(secrets);
        node.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(files::named(log, fs::File::create(log))?);
        let mut child = node.spawn().map_err(|error| format!("can't start node: {error}"))?;
        let mut line = String::new();
        if let Some(output) = child.stdout.take() {
            files::named(log, BufReader::new(output).read_line(&mut line))?;
        }
        let ports: Vec<u16> = line.split_whitespace().filter_map(|port| port.parse().ok()).collect();
        let mut twins = Twins { child, urls: Default::default() };
        let [one, two] = ports.as_slice() else {
            drop(twins);
            return Err(format!("the twins did not start: {}", files::read_text(log)?));
        };
        twins.urls = [one, two].map(|port| format!("http://127.0.0.1:{port}"));
        Ok(twins)
    }
}

impl Drop for Twins {
    fn drop(&mut self) {
        // Their end of input is their end, and that of workerd.
        drop(self.child.stdin.take());
        for _ in 0..50 {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
