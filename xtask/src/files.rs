//! Files: reading, copying, and the fingerprints by which work is skipped and names are made immutable.

use crate::process::{Result, root};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

/// Adds the file's name to an I/O error.
pub fn named<T>(path: &Path, result: std::io::Result<T>) -> Result<T> {
    result.map_err(|error| format!("{}: {error}", path.display()))
}

/// All files below a folder, sorted; none when there is no such folder.
pub fn below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                Ok(_) => files.push(entry.path()),
                Err(_) => {}
            }
        }
    }
    files.sort();
    files
}

/// All files of these files and folders of the workspace.
pub fn of_workspace(paths: &[&str]) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for path in paths.iter().map(|path| root().join(path)) {
        if path.is_file() {
            files.push(path);
        } else {
            files.extend(below(&path));
        }
    }
    files
}

/// Sixteen hexadecimal digits that stand for some bytes.
pub fn digest(bytes: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// Sixteen hexadecimal digits that stand for the names and contents of some files, and for `also`.
pub fn fingerprint(files: &[PathBuf], also: &str) -> String {
    let mut hasher = DefaultHasher::new();
    also.hash(&mut hasher);
    for file in files {
        file.strip_prefix(root()).unwrap_or(file).hash(&mut hasher);
        fs::read(file).unwrap_or_default().hash(&mut hasher);
    }
    format!("{:016x}", hasher.finish())
}

/// Reads a text file.
///
/// # Errors
/// Names the file.
pub fn read_text(path: &Path) -> Result<String> {
    named(path, fs::read_to_string(path))
}

/// Writes a file and the folders that it needs.
///
/// # Errors
/// Names the file.
pub fn write(path: &Path, bytes: impl AsRef<[u8]>) -> Result<()> {
    if let Some(folder) = path.parent() {
        named(folder, fs::create_dir_all(folder))?;
    }
    named(path, fs::write(path, bytes))
}

/// Copies a file into a folder that may not be there yet.
///
/// # Errors
/// Names the file.
pub fn copy(from: &Path, to: &Path) -> Result<()> {
    let bytes = named(from, fs::read(from))?;
    if fs::read(to).is_ok_and(|there| there == bytes) {
        return Ok(());
    }
    write(to, bytes)
}

/// Whether a stamp file says that the work for `state` is done.
pub fn stamped(stamp: &Path, state: &str) -> bool {
    fs::read_to_string(stamp).is_ok_and(|there| there == state)
}
