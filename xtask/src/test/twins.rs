//! Two instances of the shop over one state, for tests of what one instance has to learn from another.

use crate::build::Build;
use crate::instances::Instances;
use crate::process::{Result, step};
use crate::{feed, server};
use std::fs;
use std::path::Path;

/// Starts both on workerd, with the demo catalogue, from a build that is there. `secrets` is a file as wrangler reads it.
///
/// # Errors
/// They don't start, or the catalogue can't be imported.
pub fn start(build: Build, folder: &Path, secrets: &Path, token: &str) -> Result<Instances> {
    fs::remove_dir_all(folder).ok();
    let state = folder.join("state");
    server::fresh(&state)?;
    let twins = step("twins", || Instances::start(build, &state, secrets, &folder.join("log"), &[0, 0]))?;
    if let (true, [one, ..]) = (feed::demo().is_file(), twins.urls.as_slice()) {
        feed::import_demo(one, token)?;
    }
    Ok(twins)
}
