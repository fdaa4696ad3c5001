//! The tools that make what a browser or a Worker loads: wasm-bindgen, esbuild, and Binaryen's.

use crate::files;
use crate::process::{Result, program, run, run_quietly};
use crate::setup;
use std::path::Path;

/// Features that rustc's wasm32 target and wasm-bindgen use. `--all-features` would make modules that browsers refuse.
const WASM_FEATURES: &[&str] = &[
    "bulk-memory",
    "nontrapping-float-to-int",
    "sign-ext",
    "mutable-globals",
    "reference-types",
    "multivalue",
    "simd",
    // wasm-bindgen catches with it what the Worker throws.
    "exception-handling",
];

/// Makes of what rustc compiled a module and its script, `{name}_bg.wasm` and `{name}.js`, in `folder`.
///
/// # Errors
/// What wasm-bindgen says.
pub fn bind(compiled: &Path, name: &str, folder: &Path, options: &[&str]) -> Result<()> {
    let mut bindgen = program(setup::wasm_bindgen("wasm-bindgen")?);
    bindgen.args(["--target", "web", "--no-typescript", "--out-name", name]).args(options);
    run_quietly(bindgen.arg("--out-dir").arg(folder).arg(compiled)).map(drop)
}

/// Makes one script of a script and all that it imports.
///
/// # Errors
/// What esbuild says.
pub fn esbuild(from: &Path, to: &Path, options: &[&str]) -> Result<()> {
    let mut esbuild = program("node_modules/.bin/esbuild");
    esbuild.args(["--bundle", "--minify", "--log-level=warning", "--legal-comments=none"]).args(options);
    run(esbuild.arg(from).arg(format!("--outfile={}", to.display())))
}

/// Takes out of a Worker's module, in place, what only exports need that its bundled script never calls: the islands,
/// which leptos exports for browsers, above all.
///
/// # Errors
/// What the tools say.
pub fn keep_called_exports(wasm: &Path, script: &Path) -> Result<()> {
    let graph = wasm.with_extension("graph.json");
    let roots = "const fs = require('fs'), [wasm, script] = process.argv.slice(1);
        const called = new Set(fs.readFileSync(script, 'utf8').match(/(?<=\\.)[\\w$]+/g));
        const names = WebAssembly.Module.exports(new WebAssembly.Module(fs.readFileSync(wasm))).map((e) => e.name);
        const roots = names.filter((name) => called.has(name));
        console.log(JSON.stringify(roots.map((name) => ({ name: 'export ' + name, export: name, root: true }))));";
    let roots = run_quietly(program("node_modules/.bin/node").args(["-e", roots]).arg(wasm).arg(script))?;
    files::write(&graph, roots)?;
    let mut metadce = program("node_modules/.bin/wasm-metadce");
    metadce.args(WASM_FEATURES.iter().map(|feature| format!("--enable-{feature}")));
    run_quietly(metadce.arg("--graph-file").arg(&graph).arg(wasm).arg("-o").arg(wasm)).map(drop)
}

/// Makes a wasm module smaller and faster, in place, and takes its debug sections out.
///
/// # Errors
/// What wasm-opt says.
pub fn optimise(wasm: &Path, level: &str) -> Result<()> {
    let mut opt = program("node_modules/.bin/wasm-opt");
    opt.args(WASM_FEATURES.iter().map(|feature| format!("--enable-{feature}")));
    opt.args([level, "--strip-debug", "--strip-producers", "--strip-target-features", "-o"]);
    run_quietly(opt.arg(wasm).arg(wasm)).map(drop)
}
