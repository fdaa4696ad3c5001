//! `cargo xtask build`: from the sources to what wrangler serves.
//!
//! The client comes first, then the static files, then the Worker: the names of the first two hold their content's
//! hash, and reach the Worker at compile time as environment variables (see [`Names`]). Client and Worker are never
//! compiled in one cargo invocation: their features `hydrate` and `ssr` would unify.

use crate::files::{self, stamped};
use crate::process::{Result, program, root, run, step};
use crate::setup::{self, WASM};
use crate::wasm::{self, esbuild, keep_called_exports, optimise};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What changes a build when it changes.
pub const INPUTS: &[&str] = &[
    "Cargo.toml",
    "Cargo.lock",
    ".cargo/config.toml",
    "package-lock.json",
    "app",
    "edge",
    "shared",
    "public",
    "xtask/src/build.rs",
    "xtask/src/wasm.rs",
];

/// The Worker's modules of WebAssembly, in `edge/modules`.
pub const MODULES: [&str; 2] = ["shop", "team"];

/// After a panic an instance is of no use: the script can ask for another one.
const RESTARTS: &[&str] = &["--experimental-reset-state-function"];

/// Which build.
#[derive(Clone, Copy, Debug, Default)]
pub struct Build {
    /// Small and fast, slow to build.
    pub release: bool,
    /// With the pages that frameworks are compared on. Never deployed: it has a folder of its own.
    pub bench: bool,
}

/// `cargo xtask build`.
///
/// # Errors
/// The step that failed.
pub fn command(args: &[String]) -> Result<()> {
    let mut build = Build::default();
    for arg in args {
        match arg.as_str() {
            "--release" => build.release = true,
            "--bench" => build.bench = true,
            other => return Err(format!("build doesn't know \"{other}\"; it takes --release and --bench")),
        }
    }
    setup::for_building()?;
    build.run()?;
    Ok(())
}

impl Build {
    /// The folder with `assets/` (static files) and `worker/` (`index.js` and its wasm).
    pub fn folder(self) -> PathBuf {
        root().join(if self.bench { "build/bench" } else { "build" })
    }

    /// Builds what has changed. False when nothing had.
    ///
    /// # Errors
    /// The step that failed.
    pub fn run(self) -> Result<bool> {
        let fingerprint = files::fingerprint(&files::of_workspace(INPUTS), self.profile());
        let stamp = self.folder().join("stamp");
        if stamped(&stamp, &fingerprint) {
            return Ok(false);
        }
        // A build that is interrupted must not look finished.
        fs::remove_file(&stamp).ok();
        let mut names = Names(Vec::new());
        let mut hashed = Vec::new();
        step("client for the browser", || self.client(&mut names, &mut hashed))?;
        step("static files", || self.static_files(&mut names, &mut hashed))?;
        names.add("ORILLA_BUILD", fingerprint.clone());
        step("Worker and device", || self.worker(&names))?;
        step("service worker", || self.device(&names, &mut hashed))?;
        self.headers(&mut hashed)?;
        files::write(&stamp, fingerprint)?;
        Ok(true)
    }

    /// Cargo, which in a release names sources as their crates do: where this machine keeps them is nobody's business, and
    /// stands in each message of a panic.
    fn cargo(self) -> Command {
        let mut cargo = program("cargo");
        let registry = cargo_home().join("registry/src");
        let sources = fs::read_dir(&registry).into_iter().flatten().flatten().map(|entry| entry.path());
        let remapped = sources.map(|folder| format!("--remap-path-prefix={}/=", folder.display()));
        if self.release {
            // Added to those of .cargo/config.toml.
            cargo
                .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", remapped.collect::<Vec<_>>().join(" "));
        }
        cargo
    }

    fn profile(self) -> &'static str {
        if self.release { "release" } else { "dev-wasm" }
    }

    /// The module that serves pages is made for speed where that counts. What travels to the shopper is made for size, and
    /// so is the team's: the runtime reads all of a Worker before the first request.
    fn module_profile(self, module: &str) -> &'static str {
        if self.release && module == "shop" { "worker" } else { self.profile() }
    }

    fn compiled(self, module: &str) -> PathBuf {
        target_folder().join(WASM).join(self.module_profile(module)).join(module).with_extension("wasm")
    }

    fn assets(self) -> PathBuf {
        self.folder().join("assets")
    }

    /// Intermediate files. Release and development have their own, so that one doesn't undo the other's work.
    fn stage(self, part: &str) -> PathBuf {
        let variant = if self.bench { "bench-" } else { "" };
        root().join("build/stage").join(format!("{variant}{}", self.profile())).join(part)
    }

    /// app/client → a wasm module and its JavaScript, both in `assets/pkg` under hashed names.
    fn client(self, names: &mut Names, hashed: &mut Vec<PathBuf>) -> Result<()> {
        let mut cargo = self.cargo();
        cargo.args(["build", "--package", "orilla-client", "--target", WASM]);
        cargo.args(["--profile", self.profile()]);
        cargo.args(if self.bench { &["--features", "bench"][..] } else { &[] });
        run(&mut cargo)?;
        let compiled = target_folder().join(WASM).join(self.profile()).join("orilla_client.wasm");
        let stage = self.stage("client");
        let bytes = files::named(&compiled, fs::read(&compiled))?;
        let stamp = stage.join("stamp");
        let wasm = stage.join("client_bg.wasm");
        if !stamped(&stamp, &files::digest(&bytes)) {
            fs::remove_dir_all(&stage).ok();
            wasm::bind(&compiled, "client", &stage, &[])?;
            if self.release {
                optimise(&wasm, "-Oz")?;
            }
            files::write(&stamp, files::digest(&bytes))?;
        }
        let wasm_name = self.publish(&wasm, "client", hashed)?;
        // The module finds its wasm by the name that it has on the server.
        let script = stage.join("client.js");
        let text = files::read_text(&script)?.replace("client_bg.wasm", file_name(&wasm_name));
        let named = stage.join("named.js");
        files::write(&named, text)?;
        let bundle = stage.join("bundle.js");
        esbuild(&named, &bundle, &["--format=esm", "--platform=browser"])?;
        names.add("ORILLA_CLIENT_WASM", wasm_name);
        names.add("ORILLA_CLIENT_JS", self.publish(&bundle, "client", hashed)?);
        Ok(())
    }

    /// public/** as it is; the style sheets of app/ui/style and app/studio/style, the Studio's script and the scripts
    /// app/client/*.js, minified, under hashed names.
    fn static_files(self, names: &mut Names, hashed: &mut Vec<PathBuf>) -> Result<()> {
        let stage = self.stage("static");
        self.style_sheet("app/ui/style", "style", names, hashed)?;
        self.style_sheet("app/studio/style", "studio_style", names, hashed)?;
        self.studio_script(names, hashed)?;
        for script in files::below(&root().join("app/client")) {
            let stem = script.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            if script.extension().is_some_and(|extension| extension == "js") {
                let out = stage.join(format!("{stem}.js"));
                esbuild(&script, &out, &["--format=iife", "--platform=browser"])?;
                names.add(&format!("ORILLA_{}_JS", stem.to_uppercase()), self.publish(&out, &stem, hashed)?);
                names.add(
                    &format!("ORILLA_{}_TEXT", stem.to_uppercase()),
                    files::read_text(&out)?.trim().to_owned(),
                );
            }
        }
        self.served_as_they_are(hashed)
    }

    /// The sheets of a folder as one: `ORILLA_STYLE` for `style`.
    fn style_sheet(
        self,
        folder: &str,
        stem: &str,
        names: &mut Names,
        hashed: &mut Vec<PathBuf>,
    ) -> Result<()> {
        let stage = self.stage("static");
        let sheets = files::below(&root().join(folder));
        let imports = sheets.iter().filter(|file| file.extension().is_some_and(|e| e == "css"));
        let entry: String = imports.map(|file| format!("@import \"{}\";\n", file.display())).collect();
        let entry_file = stage.join(format!("{stem}.css"));
        files::write(&entry_file, entry)?;
        let fonts = stage.join("out").join(stem);
        fs::remove_dir_all(&fonts).ok();
        let sheet = fonts.join("sheet.css");
        esbuild(&entry_file, &sheet, &["--loader:.woff2=file", "--loader:.svg=dataurl"])?;
        let name = self.publish(&sheet, &stem.replace('_', "-"), hashed)?;
        names.add(&format!("ORILLA_{}", stem.to_uppercase()), name);
        // Fonts, to which the style sheet refers by the hashed names that esbuild gave them.
        for file in files::below(&fonts).into_iter().filter(|file| *file != sheet) {
            let target = self.assets().join("pkg").join(file.file_name().unwrap_or_default());
            files::copy(&file, &target)?;
            hashed.push(target);
        }
        Ok(())
    }

    /// The Studio's bundle: every file app/studio/js/*.js, in the order of their names, and what they import of folders
    /// below. A feature is a file: nobody lists them.
    fn studio_script(self, names: &mut Names, hashed: &mut Vec<PathBuf>) -> Result<()> {
        let folder = root().join("app/studio/js");
        let features = files::below(&folder);
        let features = features.iter().filter(|file| is_script(file) && file.parent() == Some(&folder));
        let entry: String = features.map(|file| format!("import \"{}\";\n", file.display())).collect();
        let entry_file = self.stage("static").join("studio.entry.js");
        files::write(&entry_file, entry)?;
        let bundle = self.stage("static").join("studio.js");
        esbuild(&entry_file, &bundle, &["--format=iife", "--platform=browser"])?;
        names.add("ORILLA_STUDIO_JS", self.publish(&bundle, "studio", hashed)?);
        Ok(())
    }

    /// public/**.
    fn served_as_they_are(self, hashed: &mut Vec<PathBuf>) -> Result<()> {
        let public = root().join("public");
        for file in files::below(&public) {
            let target = self.assets().join(file.strip_prefix(&public).unwrap_or(&file));
            files::copy(&file, &target)?;
            hashed.push(target);
        }
        Ok(())
    }

    /// The headers of all static files; what an older build left is removed.
    fn headers(self, hashed: &mut Vec<PathBuf>) -> Result<()> {
        let headers = self.assets().join("_headers");
        // Cloudflare compresses at its edge (and wrangler's local server does the same), by Accept-Encoding.
        files::write(
            &headers,
            "/*\n  X-Content-Type-Options: nosniff\n/pkg/*\n  Cache-Control: public, max-age=31536000, immutable\n",
        )?;
        hashed.push(headers);
        for file in files::below(&self.assets()).iter().filter(|file| !hashed.contains(file)) {
            files::named(file, fs::remove_file(file))?;
        }
        Ok(())
    }

    /// edge/modules/* and the entry → `worker/index.js` and a wasm module each.
    fn worker(self, names: &Names) -> Result<()> {
        // One invocation for each profile: what several need is compiled once.
        let together: &[&[&str]] =
            if self.release { &[&["shop"], &["team", "device"]] } else { &[&["shop", "team", "device"]] };
        for modules in together {
            let mut cargo = self.cargo();
            names.set(&mut cargo);
            cargo.args(["build", "--target", WASM]);
            cargo.args(modules.first().map(|first| format!("--profile={}", self.module_profile(first))));
            cargo.args(modules.iter().map(|module| match *module {
                "device" => "--package=orilla-device".to_owned(),
                module => format!("--package=orilla-{module}-module"),
            }));
            if modules.contains(&"shop") {
                cargo.args(self.bench.then_some("--features=orilla-shop-module/bench"));
                // Tests on workerd meet the page of `held` in any build that is not deployed.
                cargo.args((!self.release).then_some("--features=orilla-shop-module/trial"));
            }
            run(&mut cargo)?;
        }
        let stage = self.stage("worker");
        let entry = root().join("edge/worker/src/entry.js");
        let sources: Vec<PathBuf> =
            MODULES.iter().map(|name| self.compiled(name)).chain([entry.clone()]).collect();
        let stamp = files::fingerprint(&sources, self.profile());
        let script = self.folder().join("worker/index.js");
        if stamped(&stage.join("stamp"), &stamp) && script.is_file() {
            return Ok(());
        }
        fs::remove_dir_all(&stage).ok();
        for name in MODULES {
            wasm::bind(&self.compiled(name), name, &stage.join(name), RESTARTS)?;
        }
        for script in files::below(&root().join("edge/worker/src")).iter().filter(|file| is_script(file)) {
            files::copy(script, &stage.join(script.file_name().unwrap_or_default()))?;
        }
        let outside = ["--format=esm", "--external:*.wasm", "--external:cloudflare:*"];
        esbuild(&stage.join("entry.js"), &script, &outside)?;
        for name in MODULES {
            let wasm = stage.join(name).join(format!("{name}_bg.wasm"));
            if self.release {
                keep_called_exports(&wasm, &script)?;
                optimise(&wasm, "-Oz")?;
            }
            files::copy(&wasm, &self.folder().join(format!("worker/{name}_bg.wasm")))?;
        }
        files::write(&stage.join("stamp"), stamp)
    }

    /// edge/device → a module of WebAssembly, and the service worker's script, whose name is the build's: `/sw.js` asks
    /// for that of its own build, and the files that it names are of the same one.
    fn device(self, names: &Names, hashed: &mut Vec<PathBuf>) -> Result<()> {
        let (compiled, stage) = (self.compiled("device"), self.stage("device"));
        let (bound, stamp) = (stage.join("device"), stage.join("stamp"));
        let wasm = bound.join("device_bg.wasm");
        let mut sources = files::below(&root().join("edge/device/src"));
        sources.retain(|file| is_script(file));
        let state = files::fingerprint(&[std::slice::from_ref(&compiled), &sources].concat(), "");
        let (sw, script) = (stage.join("sw.js"), stage.join("bundle.js"));
        let bundle = |wasm: &str| {
            files::write(&stage.join("build.js"), names.as_script(wasm))?;
            let options = ["--format=iife", "--platform=browser", "--log-override:empty-import-meta=silent"];
            esbuild(&sw, &script, &options)
        };
        if !stamped(&stamp, &state) {
            fs::remove_dir_all(&stage).ok();
            wasm::bind(&compiled, "device", &bound, RESTARTS)?;
            for source in &sources {
                files::copy(source, &stage.join(source.file_name().unwrap_or_default()))?;
            }
            if self.release {
                // What the script calls decides what the module keeps, and the module's hash stands in the script.
                bundle("")?;
                keep_called_exports(&wasm, &script)?;
                optimise(&wasm, "-Oz")?;
            }
            files::write(&stamp, state)?;
        }
        let wasm_name = self.publish(&wasm, "device", hashed)?;
        bundle(&wasm_name)?;
        let target = self.assets().join(format!("pkg/device-{}.js", names.get("ORILLA_BUILD")));
        files::copy(&script, &target)?;
        hashed.push(target);
        Ok(())
    }

    /// Copies a file to `assets/pkg` under a name with its hash, and returns its path on the server.
    fn publish(self, file: &Path, stem: &str, hashed: &mut Vec<PathBuf>) -> Result<String> {
        let bytes = files::named(file, fs::read(file))?;
        let extension = file.extension().unwrap_or_default().to_string_lossy();
        let name = format!("{stem}-{}.{extension}", files::digest(&bytes));
        let target = self.assets().join("pkg").join(&name);
        files::copy(file, &target)?;
        hashed.push(target);
        Ok(format!("/pkg/{name}"))
    }
}

/// The environment variables with which the Worker is compiled; it reads them with `option_env!`.
struct Names(Vec<(String, String)>);

impl Names {
    fn add(&mut self, name: &str, value: String) {
        self.0.push((name.to_owned(), value));
    }

    fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// What the service worker is told of its build, as a module of JavaScript.
    fn as_script(&self, wasm: &str) -> String {
        let assets = [
            ("style", "ORILLA_STYLE"),
            ("loader", "ORILLA_LOADER_JS"),
            ("client", "ORILLA_CLIENT_JS"),
            ("client_wasm", "ORILLA_CLIENT_WASM"),
            ("beacon", "ORILLA_BEACON_JS"),
            ("keep", "ORILLA_KEEP_JS"),
            ("share", "ORILLA_SHARE_JS"),
        ];
        let pairs: Vec<_> = assets.iter().map(|(key, name)| format!("{key}: {:?}", self.get(name))).collect();
        let files: Vec<_> =
            assets.iter().map(|(_, name)| self.get(name)).chain([wasm, "/icon.svg"]).collect();
        format!(
            "export const BUILD = {{ build: {:?}, assets: {{ {} }}, wasm: {wasm:?}, files: {files:?} }};\n",
            self.get("ORILLA_BUILD"),
            pairs.join(", ")
        )
    }

    fn set(&self, command: &mut Command) {
        for (name, value) in &self.0 {
            command.env(name, value);
        }
    }
}

fn is_script(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "js")
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Cargo's.
pub fn target_folder() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// Where cargo keeps the sources of crates.
fn cargo_home() -> PathBuf {
    let home = || std::env::home_dir().unwrap_or_default().join(".cargo");
    std::env::var_os("CARGO_HOME").map_or_else(home, PathBuf::from)
}
