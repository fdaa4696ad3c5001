//! Instances of the shop straight on workerd, over one state.

use crate::build::Build;
use crate::files;
use crate::process::{Result, program, root, signal};
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

/// They end when this is dropped.
pub struct Instances {
    child: Child,
    /// Where each answers.
    pub urls: Vec<String>,
}

impl Instances {
    /// Starts one for each port (0: any that is free), from a build that is there, over a database that has all
    /// migrations. `secrets` is a file as wrangler reads it.
    ///
    /// # Errors
    /// They don't start.
    pub fn start(build: Build, state: &Path, secrets: &Path, log: &Path, ports: &[u16]) -> Result<Instances> {
        files::write(log, "")?;
        let mut node = program(root().join("node_modules/.bin/node"));
        node.arg(root().join("xtask/src/instances.mjs"));
        node.arg(build.folder().join("worker")).arg(state).arg(secrets);
        node.args(ports.iter().map(u16::to_string));
        node.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(files::named(log, fs::File::create(log))?);
        // A group of their own: workerd ends with it.
        let mut child =
            node.process_group(0).spawn().map_err(|error| format!("can't start node: {error}"))?;
        let mut line = String::new();
        let output = child.stdout.take();
        let mut instances = Instances { child, urls: Vec::new() };
        if let Some(output) = output {
            files::named(log, BufReader::new(output).read_line(&mut line))?;
        }
        let started: Vec<u16> = line.split_whitespace().filter_map(|port| port.parse().ok()).collect();
        instances.urls = started.iter().map(|port| format!("http://127.0.0.1:{port}")).collect();
        if started.len() == ports.len() {
            return Ok(instances);
        }
        drop(instances);
        Err(format!("the shop did not start: {}", files::read_text(log)?))
    }

    /// Ends them as a machine that loses its power does: in the middle of whatever they write.
    pub fn kill(mut self) {
        self.end();
    }

    /// Ends whatever is left of the group: workerd may outlive its node.
    fn end(&mut self) {
        signal(&self.child, "-KILL");
        self.child.wait().ok();
    }
}

impl Drop for Instances {
    fn drop(&mut self) {
        // Their end of input is their end, and that of workerd.
        drop(self.child.stdin.take());
        for _ in 0..50 {
            if !matches!(self.child.try_wait(), Ok(None)) {
                break;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        self.end();
    }
}
