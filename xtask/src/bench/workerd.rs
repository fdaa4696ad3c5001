//! The runtime alone: a Worker on workerd, without wrangler, whose proxy costs more than a page.

use super::load;
use crate::build::{Build, MODULES};
use crate::files;
use crate::process::{Result, program, root};
use crate::server;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// The Durable Object's part of the configuration.
const OBJECT: &str = "durableObjectNamespaces = [(className = \"PublicationList\", uniqueKey = \"publications\", \
     enableSql = true)],\ndurableObjectStorage = (localDisk = \"objects\"),\n";

/// What a Worker is made of, in a folder of its own.
pub struct Worker {
    folder: PathBuf,
    modules: Vec<(String, &'static str)>,
    /// Bindings, as the configuration writes them: `(name = "SHOP_NAME", text = "Orilla")`.
    pub bindings: Vec<String>,
    /// Services beside the Worker.
    pub services: Vec<String>,
    /// Whether it has the shop's Durable Object: the list of publications.
    pub has_object: bool,
    /// The service that answers the Cache API. None: there is no such API.
    pub cache: Option<&'static str>,
}

impl Worker {
    /// An empty one.
    pub fn new(folder: PathBuf) -> Worker {
        Worker {
            folder,
            modules: Vec::new(),
            bindings: Vec::new(),
            services: Vec::new(),
            has_object: false,
            cache: None,
        }
    }

    /// Adds a module; the first is the Worker's own. `kind` is `esModule`, `wasm` or `text`.
    ///
    /// # Errors
    /// Names the file.
    pub fn module(&mut self, name: &str, kind: &'static str, content: impl AsRef<[u8]>) -> Result<()> {
        files::write(&self.folder.join(name), content)?;
        self.modules.push((name.to_owned(), kind));
        Ok(())
    }

    /// Adds a file as a module.
    ///
    /// # Errors
    /// Names the file.
    pub fn file(&mut self, file: &Path, kind: &'static str) -> Result<()> {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let bytes = files::named(file, std::fs::read(file))?;
        self.module(&name, kind, bytes)
    }

    /// Adds the Worker that this build made.
    ///
    /// # Errors
    /// Names the file.
    pub fn built(&mut self, build: Build) -> Result<()> {
        let folder = build.folder().join("worker");
        self.file(&folder.join("index.js"), "esModule")?;
        MODULES.iter().try_for_each(|name| self.file(&folder.join(format!("{name}_bg.wasm")), "wasm"))
    }

    fn configuration(&self, port: u16) -> String {
        let modules =
            self.modules.iter().map(|(name, kind)| format!("(name = \"{name}\", {kind} = embed \"{name}\")"));
        let modules: Vec<String> = modules.collect();
        let cache = self.cache.map(|name| format!("cacheApiOutbound = \"{name}\",\n")).unwrap_or_default();
        let services: String = self.services.iter().map(|service| format!(", {service}")).collect();
        format!(
            "using Workerd = import \"/workerd/workerd.capnp\";\n\
             const config :Workerd.Config = (\n\
             services = [(name = \"main\", worker = .worker){services}],\n\
             sockets = [(name = \"http\", address = \"127.0.0.1:{port}\", http = (), service = \"main\")]);\n\
             const worker :Workerd.Worker = (\n\
             modules = [{}],\n\
             bindings = [{}],\n\
             {}{cache}\
             compatibilityDate = \"2026-10-01\");\n",
            modules.join(", "),
            self.bindings.join(", "),
            if self.has_object { OBJECT } else { "" }
        )
    }

    /// Starts it and waits for its first answer, 200, for `path`.
    ///
    /// # Errors
    /// It does not answer within ten seconds; its log says why.
    pub fn start(&self, path: &str) -> Result<Running> {
        let port = server::free_port()?;
        let configuration = self.folder.join("config.capnp");
        files::write(&configuration, self.configuration(port))?;
        let log = self.folder.join("log");
        let output = files::named(&log, std::fs::File::create(&log))?;
        // The binary itself: its npm wrapper is a Node program.
        let mut command = program(binary()?);
        command.arg("serve").arg(&configuration).stdout(Stdio::null()).stderr(output);
        let start = Instant::now();
        let child = command.spawn().map_err(|error| format!("can't start workerd: {error}"))?;
        let mut running = Running { child, port, cold_start: 0.0 };
        while start.elapsed() < Duration::from_secs(10) {
            match load::page(port, path) {
                Ok((200, _)) => {
                    running.cold_start = start.elapsed().as_secs_f64() * 1e3;
                    return Ok(running);
                }
                Ok((status, body)) => {
                    return Err(format!("GET {path} answered {status}: {}", String::from_utf8_lossy(&body)));
                }
                Err(_) => std::thread::sleep(Duration::from_micros(500)),
            }
        }
        Err(format!("workerd did not answer: {}", files::read_text(&log)?))
    }
}

/// A Worker on a running workerd, which ends when this is dropped.
pub struct Running {
    child: Child,
    /// Where it answers, on 127.0.0.1.
    pub port: u16,
    /// From the start of the process to its first answer, in milliseconds.
    pub cold_start: f64,
}

impl Running {
    /// The process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn binary() -> Result<PathBuf> {
    let packages = root().join("node_modules/@cloudflare");
    let binaries = files::named(&packages, std::fs::read_dir(&packages))?
        .flatten()
        .map(|entry| entry.path().join("bin/workerd"))
        .find(|file| file.is_file());
    binaries.ok_or_else(|| "node_modules has no workerd for this machine: run `npm ci`".to_owned())
}
