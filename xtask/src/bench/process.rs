//! What the kernel says of a process: CPU time and memory (proc(5)).

use crate::files;
use crate::process::Result;
use std::fs;
use std::path::PathBuf;

/// CPU time of all threads of some processes so far, in microseconds: what the scheduler has counted, which is finer
/// than the ticks of 10 ms in `/proc/{id}/stat`.
///
/// # Errors
/// A process has ended.
pub fn cpu(ids: &[u32]) -> Result<u64> {
    ids.iter().try_fold(0, |sum, id| {
        let threads = PathBuf::from(format!("/proc/{id}/task"));
        let entries = files::named(&threads, fs::read_dir(&threads))?;
        // A thread may end while its neighbours are read.
        let texts =
            entries.flatten().filter_map(|thread| fs::read_to_string(thread.path().join("schedstat")).ok());
        Ok(sum + texts.filter_map(|text| nanoseconds(&text)).sum::<u64>() / 1_000)
    })
}

/// The first field: the time on a CPU.
fn nanoseconds(schedstat: &str) -> Option<u64> {
    schedstat.split(' ').next()?.parse().ok()
}

/// The most memory that a process has used, in KiB.
pub fn peak_memory(id: u32) -> Option<u64> {
    status(id, "VmHWM:")
}

/// The memory that a process uses now, in KiB.
pub fn memory(id: u32) -> Option<u64> {
    status(id, "VmRSS:")
}

fn status(id: u32, field: &str) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    text.lines().find_map(|line| line.strip_prefix(field))?.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_time_on_a_cpu() {
        assert_eq!(nanoseconds("8200123 4000 12"), Some(8_200_123));
        assert_eq!(nanoseconds(""), None);
    }

    #[test]
    fn this_process_has_used_time_and_memory() {
        assert!(cpu(&[std::process::id()]).unwrap() > 0);
        assert!(peak_memory(std::process::id()) > Some(100));
    }
}
