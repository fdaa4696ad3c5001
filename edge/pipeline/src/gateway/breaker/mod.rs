//! Circuit breakers: what does not answer is left alone for a while, so that a request fails at once rather than after
//! a time-out, and what is ill is not asked by everybody until it is well.
//!
//! [`Breaker`] is the state machine, without a clock or dice of its own; [`guarded`] puts it around a call of a port.

mod guard;
mod pictures;

pub use guard::{GuardedError, Remote, guarded, states};
pub use pictures::GuardedPictures;

/// Parts into which a window is divided: a failure counts for between nine and ten tenths of the window.
const BUCKETS: usize = 10;

/// When a breaker opens, and when it tries again. Times in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// How far back calls count.
    pub window: i64,
    /// Calls in the window below which nothing is concluded.
    pub fewest: u32,
    /// The share of failures (0 to 1) from which on it opens.
    pub rate: f64,
    /// How long it stays open the first time. Each probe that fails doubles it.
    pub pause: i64,
    /// And how long at most.
    pub longest_pause: i64,
    /// Probes that have to succeed, one after the other, before it closes.
    pub probes: u32,
    /// How long a probe may take before another may be sent: the first may never come back.
    pub patience: i64,
}

impl Settings {
    /// For a database or a store, which every request needs: back soon, and quickly trusted.
    pub const STORE: Settings = Settings {
        window: 10_000,
        fewest: 10,
        rate: 0.5,
        pause: 1_000,
        longest_pause: 30_000,
        probes: 2,
        patience: 10_000,
    };
    /// For the provider of e-mail, for whom shoppers wait: those of four in a minute are enough, each asks twice.
    pub const MAIL: Settings = Settings {
        window: 60_000,
        fewest: 8,
        rate: 0.5,
        pause: 10_000,
        longest_pause: 60_000,
        probes: 1,
        patience: 15_000,
    };
    /// For a host of pictures, for which there is a drawn one: few calls are enough, and it may stay away for long.
    pub const PICTURES: Settings = Settings {
        window: 60_000,
        fewest: 4,
        rate: 0.5,
        pause: 10_000,
        longest_pause: 600_000,
        probes: 1,
        patience: 10_000,
    };
}

/// What a breaker shows of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BreakerState {
    /// Calls go through.
    Closed,
    /// One call at a time goes through, to see whether it works.
    HalfOpen,
    /// No call goes through.
    Open,
}

/// The right to make one call. Its outcome is given back with [`Breaker::report`]; if it never is, nothing breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permit {
    /// In which stretch between two changes of state it was given: a late answer from an earlier one says nothing.
    stretch: u64,
}

/// No call goes through now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Milliseconds after which asking again makes sense.
    pub wait: i64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Closed { counts: Window },
    Open { until: i64, pauses: u32 },
    HalfOpen { probe_since: Option<i64>, succeeded: u32, pauses: u32 },
}

/// Closed, open or half-open. Times are milliseconds of any clock that the caller keeps to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Breaker {
    settings: Settings,
    state: State,
    stretch: u64,
}

impl Breaker {
    /// A closed one.
    pub const fn new(settings: Settings) -> Self {
        Breaker { settings, state: State::Closed { counts: Window::EMPTY }, stretch: 0 }
    }

    /// Asks for a call.
    ///
    /// # Errors
    /// [`Refused`] while it is open, or half-open with a probe on its way.
    pub fn permit(&mut self, now: i64) -> Result<Permit, Refused> {
        if let State::Open { until, pauses } = self.state {
            if now < until {
                return Err(Refused { wait: until - now });
            }
            self.change(State::HalfOpen { probe_since: None, succeeded: 0, pauses });
        }
        if let State::HalfOpen { probe_since, .. } = &mut self.state {
            let patience = self.settings.patience;
            match probe_since {
                Some(since) if (0..patience).contains(&(now - *since)) => {
                    return Err(Refused { wait: *since + patience - now });
                }
                _ => *probe_since = Some(now),
            }
        }
        Ok(Permit { stretch: self.stretch })
    }

    /// Says how a call went. `dice` is from 0 to 1, and spreads the next tries of many breakers over time.
    pub fn report(&mut self, permit: Permit, succeeded: bool, now: i64, dice: f64) {
        if permit.stretch != self.stretch {
            return;
        }
        match &mut self.state {
            State::Closed { counts } => {
                counts.count(succeeded, now, self.settings.window);
                // The first success after failures is no reason to stop asking.
                if !succeeded && counts.is_bad(&self.settings) {
                    self.open(0, now, dice);
                }
            }
            State::HalfOpen { probe_since, succeeded: count, pauses } => {
                if !succeeded {
                    let pauses = pauses.saturating_add(1);
                    self.open(pauses, now, dice);
                    return;
                }
                *probe_since = None;
                *count += 1;
                if *count >= self.settings.probes {
                    self.change(State::Closed { counts: Window::EMPTY });
                }
            }
            State::Open { .. } => {}
        }
    }

    /// The state at a time.
    pub fn state(&self, now: i64) -> BreakerState {
        match self.state {
            State::Closed { .. } => BreakerState::Closed,
            State::Open { until, .. } if now < until => BreakerState::Open,
            State::Open { .. } | State::HalfOpen { .. } => BreakerState::HalfOpen,
        }
    }

    /// Opens for between half and all of the pause: many isolates that saw the same failure do not come back at once.
    fn open(&mut self, pauses: u32, now: i64, dice: f64) {
        let doubled = self.settings.pause.saturating_mul(1_i64 << pauses.min(32));
        let pause = doubled.min(self.settings.longest_pause);
        let half = pause / 2;
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            reason = "a share of minutes in milliseconds"
        )]
        let more = (half as f64 * dice.clamp(0.0, 1.0)) as i64;
        self.change(State::Open { until: now.saturating_add(pause - half + more), pauses });
    }

    fn change(&mut self, state: State) {
        self.state = state;
        self.stretch = self.stretch.wrapping_add(1);
    }
}

/// Calls and failures of the last while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Window {
    /// The number of the newest bucket's stretch of time.
    newest: i64,
    /// Calls and failures; the newest first.
    buckets: [(u32, u32); BUCKETS],
}

impl Window {
    const EMPTY: Window = Window { newest: 0, buckets: [(0, 0); BUCKETS] };

    fn count(&mut self, succeeded: bool, now: i64, window: i64) {
        #[expect(clippy::cast_possible_wrap, reason = "ten")]
        let number = now.div_euclid((window / BUCKETS as i64).max(1));
        // A clock that goes back counts in the newest bucket.
        let steps = usize::try_from(number.saturating_sub(self.newest)).unwrap_or(0).min(BUCKETS);
        self.buckets.rotate_right(steps % BUCKETS);
        self.buckets.iter_mut().take(steps).for_each(|bucket| *bucket = (0, 0));
        self.newest = self.newest.max(number);
        if let Some((calls, failures)) = self.buckets.first_mut() {
            *calls = calls.saturating_add(1);
            *failures = failures.saturating_add(u32::from(!succeeded));
        }
    }

    fn is_bad(&self, settings: &Settings) -> bool {
        let add = |(calls, failures): (u64, u64), bucket: &(u32, u32)| {
            (calls + u64::from(bucket.0), failures + u64::from(bucket.1))
        };
        let (calls, failures) = self.buckets.iter().fold((0, 0), add);
        #[expect(clippy::cast_precision_loss, reason = "counts of ten seconds")]
        let is_often = failures as f64 >= settings.rate * calls as f64;
        calls >= u64::from(settings.fewest) && is_often
    }
}

#[cfg(test)]
mod tests;
