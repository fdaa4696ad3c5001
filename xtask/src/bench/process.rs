//! What the kernel says of a process: CPU time and memory (proc(5)).

use crate::files;
use crate::process::Result;
use std::fs;
use std::path::Path;

/// The kernel counts CPU time in ticks; Linux tells programs of 100 a second, whatever it uses itself.
const MICROSECONDS_PER_TICK: u64 = 10_000;

/// CPU time of all threads of some processes so far, in microseconds, to 10 ms.
///
/// # Errors
/// A process has ended.
pub fn cpu(ids: &[u32]) -> Result<u64> {
    ids.iter().try_fold(0, |sum, id| {
        let text = files::read_text(Path::new(&format!("/proc/{id}/stat")))?;
        let ticks = ticks(&text).ok_or_else(|| format!("/proc/{id}/stat is not as expected"))?;
        Ok(sum + ticks * MICROSECONDS_PER_TICK)
    })
}

/// utime + stime. The name in parentheses may hold anything, so the fields are counted behind it.
fn ticks(stat: &str) -> Option<u64> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut times = fields.split_whitespace().skip(11);
    let mut next = || times.next()?.parse::<u64>().ok();
    Some(next()? + next()?)
}

/// The most memory that a process has used, in KiB.
pub fn peak_memory(id: u32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.split_whitespace().next()?.parse().ok()
}

/// The processes below this one, with their command lines.
pub fn below(id: u32) -> Vec<(u32, String)> {
    let mut found = Vec::new();
    let mut open = vec![id];
    while let Some(parent) = open.pop() {
        let Ok(children) = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")) else {
            continue;
        };
        for child in children.split_whitespace().filter_map(|child| child.parse().ok()) {
            let line = fs::read_to_string(format!("/proc/{child}/cmdline")).unwrap_or_default();
            found.push((child, line.replace('\0', " ")));
            open.push(child);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adds_user_and_system_time() {
        let stat = "12 (a (b) c) S 1 2 3 4 5 6 7 8 9 10 250 30 1 1 20 0 5";
        assert_eq!(ticks(stat), Some(280));
        assert_eq!(ticks("12 (a) S 1"), None);
    }

    #[test]
    fn this_process_has_used_memory() {
        assert!(peak_memory(std::process::id()) > Some(100));
    }
}
