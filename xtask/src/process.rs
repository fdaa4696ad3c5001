//! Running other programs, with errors of one line.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

/// An error is one line for the developer: what is wrong and the mend.
pub type Result<T> = std::result::Result<T, String>;

/// The folder of the workspace.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// A command that runs in the workspace's folder and finds the npm packages' programs (node 22 among them) first.
pub fn program(name: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(name);
    command.current_dir(root()).env("PATH", path()).stdin(Stdio::null());
    command
}

fn path() -> OsString {
    let own = root().join("node_modules/.bin");
    let inherited = std::env::var_os("PATH").unwrap_or_default();
    let all = std::iter::once(own).chain(std::env::split_paths(&inherited));
    std::env::join_paths(all).unwrap_or(inherited)
}

/// Where the PATH has this program.
pub fn which(name: &str) -> Option<PathBuf> {
    let inherited = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&inherited).map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// Sends a signal (`-TERM`, `-KILL`) to a child that has a group of its own, and to all of that.
pub fn signal(child: &Child, signal: &str) {
    let group = format!("-{}", child.id());
    Command::new("kill").args([signal, "--", &group]).stderr(Stdio::null()).status().ok();
}

/// Runs a command whose output the developer sees.
///
/// # Errors
/// When it can't start or reports a failure.
pub fn run(command: &mut Command) -> Result<()> {
    let name = name_of(command);
    let status = command.status().map_err(|error| format!("can't start {name}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{name} failed ({status})")) }
}

/// Runs a command whose output is only of interest when it fails, and returns that output.
///
/// # Errors
/// When it can't start or reports a failure; the output was then printed.
pub fn run_quietly(command: &mut Command) -> Result<String> {
    let name = name_of(command);
    let output = command.output().map_err(|error| format!("can't start {name}: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    eprint!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    Err(format!("{name} failed ({})", output.status))
}

fn name_of(command: &Command) -> String {
    let program =
        Path::new(command.get_program()).file_name().unwrap_or_default().to_string_lossy().into_owned();
    let words = command.get_args().take(2).map(|arg| arg.to_string_lossy());
    let words: Vec<_> = words.filter(|word| !word.starts_with(['-', '/'])).collect();
    std::iter::once(program.as_str()).chain(words.iter().map(AsRef::as_ref)).collect::<Vec<_>>().join(" ")
}

/// Announces a step, runs it, and says how long it took when that was more than two seconds.
///
/// # Errors
/// Those of the step.
pub fn step<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let start = Instant::now();
    eprintln!("· {what}");
    let done = work()?;
    let seconds = start.elapsed().as_secs_f32();
    if seconds > 2.0 {
        eprintln!("  {what}: {seconds:.1} s");
    }
    Ok(done)
}
