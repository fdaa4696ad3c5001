//! How far the import is: a bar on a terminal, a line now and then elsewhere.

use std::io::{IsTerminal, Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A reader that counts what it read, so that progress is known for compressed files too.
pub struct Counted<R> {
    inner: R,
    read: Arc<AtomicU64>,
}

impl<R> Counted<R> {
    /// Counts into `read`.
    pub fn new(inner: R, read: Arc<AtomicU64>) -> Self {
        Counted { inner, read }
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// Shows progress on the standard error.
pub struct Progress {
    start: Instant,
    shown: Instant,
    terminal: bool,
    bytes: u64,
    /// Bytes of the files that were read so far.
    pub read: Arc<AtomicU64>,
}

impl Progress {
    /// For files of `bytes` together.
    pub fn new(bytes: u64) -> Self {
        let now = Instant::now();
        let read = Arc::default();
        Progress {
            start: now,
            shown: now,
            terminal: std::io::stderr().is_terminal(),
            bytes: bytes.max(1),
            read,
        }
    }

    /// Says that `count` products are in, if it is time to say something.
    pub fn show(&mut self, count: u64) {
        let pause = Duration::from_millis(if self.terminal { 200 } else { 5_000 });
        if self.shown.elapsed() < pause {
            return;
        }
        self.shown = Instant::now();
        let percent = (self.read.load(Ordering::Relaxed) * 100 / self.bytes).min(100);
        let filled = "#".repeat(usize::try_from(percent / 4).unwrap_or(0));
        let text = format!("[{filled:<25}] {percent:>3} %  {count} products, {:.0} s", self.seconds());
        if self.terminal {
            eprint!("\r{text}\x1b[K");
        } else {
            eprintln!("{text}");
        }
        std::io::stderr().flush().ok();
    }

    /// Removes the bar.
    pub fn clear(&self) {
        if self.terminal {
            eprint!("\r\x1b[K");
        }
    }

    /// Since the start.
    pub fn seconds(&self) -> f32 {
        self.start.elapsed().as_secs_f32()
    }
}
