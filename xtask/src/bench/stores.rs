//! A server for what a Worker keeps outside of its own process (stores.mjs): the database, published files, the list of
//! publications, and the pages of the Cache API.

use super::workerd::Worker;
use crate::files;
use crate::process::{Result, program, root};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

/// The token with which the bench publishes.
pub const TOKEN: &str = "a-token-of-the-bench";

/// The key that signs the ids of visitors.
const VISITOR_KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// A running server.
pub struct Stores {
    child: Child,
    port: u16,
}

impl Stores {
    /// Over a database in a file; nothing is published yet.
    ///
    /// # Errors
    /// Names the file.
    pub fn open(file: &Path) -> Result<Stores> {
        let script = root().join("xtask/src/bench/stores.mjs");
        let mut node = program(root().join("node_modules/.bin/node"));
        node.args(["--no-warnings"]).arg(&script).arg(file).stdout(Stdio::piped());
        let mut child = node.spawn().map_err(|error| format!("can't start node: {error}"))?;
        let mut line = String::new();
        if let Some(output) = child.stdout.take() {
            files::named(&script, BufReader::new(output).read_line(&mut line))?;
        }
        let mut stores = Stores { child, port: 0 };
        stores.port = line.trim().parse().map_err(|_| "the database's file can't be opened".to_owned())?;
        Ok(stores)
    }

    /// Lets a Worker use them, as `STORES`.
    pub fn serve(&self, worker: &mut Worker) {
        worker.bindings.push("(name = \"STORES\", service = \"stores\")".to_owned());
        worker.bindings.push(format!("(name = \"STUDIO_TOKEN\", text = \"{TOKEN}\")"));
        worker.bindings.push(format!("(name = \"VISITOR_KEY\", text = \"{VISITOR_KEY}\")"));
        worker.cache = Some("stores");
        worker.services.push(format!(
            "(name = \"stores\", external = (address = \"127.0.0.1:{}\", http = ()))",
            self.port
        ));
    }
}

impl Drop for Stores {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// The file in which miniflare keeps the shop's database: the one that is not its own bookkeeping.
///
/// # Errors
/// There is none.
pub fn database_file(state: &Path) -> Result<PathBuf> {
    let is_database = |file: &PathBuf| {
        file.extension().is_some_and(|e| e == "sqlite")
            && file.file_stem().is_some_and(|stem| stem != "metadata")
    };
    let mut files = files::below(&state.join("v3/d1")).into_iter().filter(is_database);
    files.next().ok_or_else(|| format!("{} holds no database of D1", state.display()))
}
