//! Requests that come when they come, whether or not those before are answered: what shoppers do.

use super::load::{Connection, Round};
use super::process;
use crate::process::Result;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Connections: as many requests can be under way. More would never be needed below the Worker's capacity.
const CONNECTIONS: usize = 8;

/// Asks for a path `rate` times a second for `seconds`, and measures. A request's time begins when it was due, also
/// where all connections were busy then: waiting for those before is part of what a shopper waits.
///
/// # Errors
/// An answer that is no 200.
pub fn round(port: u16, path: &str, rate: f64, seconds: f64, ids: &[u32]) -> Result<Round> {
    let schedule = Schedule { start: Instant::now(), rate, count: (rate * seconds) as usize };
    let (next, before) = (AtomicUsize::new(0), process::cpu(ids)?);
    let parts: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..CONNECTIONS).map(|_| scope.spawn(|| schedule.work(port, path, &next))).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().map_err(|_| "the load loop ended".to_owned()))
            .collect()
    });
    let mut times = Vec::new();
    for part in parts {
        times.extend(part?.map_err(|error| format!("GET {path} on port {port}: {error}"))?);
    }
    let cpu = process::cpu(ids)?.saturating_sub(before);
    Ok(Round::of(times, schedule.start.elapsed(), cpu))
}

struct Schedule {
    start: Instant,
    rate: f64,
    count: usize,
}

impl Schedule {
    /// The waiting times of the requests that this connection takes, in microseconds.
    fn work(&self, port: u16, path: &str, next: &AtomicUsize) -> std::io::Result<Vec<f64>> {
        let mut connection = Connection::open(port)?;
        let mut times = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= self.count {
                return Ok(times);
            }
            let due = self.start + Duration::from_secs_f64(number as f64 / self.rate);
            let early = due.saturating_duration_since(Instant::now());
            std::thread::sleep(early);
            // Who slept too long was held up by this machine, not by the server.
            let begin = if early.is_zero() { due } else { Instant::now() };
            match connection.get(path)?.status {
                200 => times.push(begin.elapsed().as_secs_f64() * 1e6),
                status => return Err(std::io::Error::other(format!("answered {status}"))),
            }
        }
    }
}
