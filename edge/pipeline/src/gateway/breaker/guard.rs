//! A breaker around a call of a port. An isolate keeps one per remote: isolates do not share what they learn, and need
//! not; each finds out with its own few calls.

use super::{Breaker, BreakerState, Refused, Settings};
use orilla_shop::{Clock, PortError, Random};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::Future;

/// Hosts of pictures that are remembered. A catalogue names a handful.
const MOST_HOSTS: usize = 64;

/// What can be away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remote<'a> {
    /// The database.
    Database,
    /// The store of published snapshots.
    Snapshots,
    /// The provider of e-mail.
    Mail,
    /// A host of pictures, by its name.
    PictureHost(&'a str),
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GuardedError<E> {
    /// The remote was not asked: it has failed too often lately.
    Refused(String),
    /// It was asked, and failed.
    Failed(E),
}

impl From<GuardedError<PortError>> for PortError {
    fn from(error: GuardedError<PortError>) -> Self {
        match error {
            GuardedError::Refused(text) => PortError::Unavailable(text),
            GuardedError::Failed(error) => error,
        }
    }
}

struct Breakers {
    database: Breaker,
    snapshots: Breaker,
    mail: Breaker,
    hosts: BTreeMap<String, Breaker>,
}

thread_local! {
    // Plain values: no port, no handle, nothing of a request.
    static BREAKERS: RefCell<Breakers> = const { RefCell::new(Breakers::new()) };
}

impl Breakers {
    const fn new() -> Self {
        Breakers {
            database: Breaker::new(Settings::STORE),
            snapshots: Breaker::new(Settings::STORE),
            mail: Breaker::new(Settings::MAIL),
            hosts: BTreeMap::new(),
        }
    }

    fn of(&mut self, remote: Remote<'_>, now: i64) -> &mut Breaker {
        match remote {
            Remote::Database => &mut self.database,
            Remote::Snapshots => &mut self.snapshots,
            Remote::Mail => &mut self.mail,
            Remote::PictureHost(name) => {
                if self.hosts.len() >= MOST_HOSTS && !self.hosts.contains_key(name) {
                    self.forget_one(now);
                }
                self.hosts.entry(name.to_owned()).or_insert_with(|| Breaker::new(Settings::PICTURES))
            }
        }
    }

    /// Makes room: a closed one knows least.
    fn forget_one(&mut self, now: i64) {
        let least =
            self.hosts.iter().min_by_key(|(_, breaker)| breaker.state(now)).map(|(name, _)| name.clone());
        if let Some(name) = least {
            self.hosts.remove(&name);
        }
    }
}

/// Calls a remote, unless it has failed too often lately. `is_outage` tells whether an error means that the remote is
/// away: one that answers «no» is there.
///
/// # Errors
/// What the call failed with, or that it was not made.
pub async fn guarded<T, E>(
    remote: Remote<'_>,
    clock: &dyn Clock,
    random: &dyn Random,
    is_outage: impl Fn(&E) -> bool,
    call: impl Future<Output = Result<T, E>>,
) -> Result<T, GuardedError<E>> {
    let permit = with(remote, clock.now(), |breaker, now| breaker.permit(now));
    let permit = permit.map_err(|Refused { wait }| {
        GuardedError::Refused(format!("circuit open: not asked again for {wait} ms"))
    })?;
    let outcome = call.await;
    let succeeded = outcome.as_ref().err().is_none_or(|error| !is_outage(error));
    // Without randomness the middle of the range.
    let dice = if succeeded { 0.0 } else { random.bytes().map_or(0.5, |[byte, ..]| f64::from(byte) / 255.0) };
    with(remote, clock.now(), |breaker, now| breaker.report(permit, succeeded, now, dice));
    outcome.map_err(GuardedError::Failed)
}

fn with<T>(remote: Remote<'_>, now: i64, use_it: impl FnOnce(&mut Breaker, i64) -> T) -> T {
    BREAKERS.with_borrow_mut(|breakers| use_it(breakers.of(remote, now), now))
}

/// The state of each remote, for the counters: hosts of pictures as one, in the worst state that any of them is in.
pub fn states(now: i64) -> [(&'static str, BreakerState); 4] {
    BREAKERS.with_borrow(|breakers| {
        let hosts = breakers.hosts.values().map(|breaker| breaker.state(now)).max();
        [
            ("database", breakers.database.state(now)),
            ("snapshots", breakers.snapshots.state(now)),
            ("mail", breakers.mail.state(now)),
            ("picture_hosts", hosts.unwrap_or(BreakerState::Closed)),
        ]
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::testing::{Dice, FixedTime};
    use futures::executor::block_on;
    use std::cell::Cell;

    fn away() -> PortError {
        PortError::Unavailable("away".into())
    }

    /// Asks a remote; says whether it was asked.
    fn ask(remote: Remote<'_>, now: i64, answer: Result<(), PortError>) -> bool {
        let asked = Cell::new(false);
        let call = async {
            asked.set(true);
            answer
        };
        let is_outage = |error: &PortError| matches!(error, PortError::Unavailable(_));
        let outcome = block_on(guarded(remote, &FixedTime(now), &Dice(255), is_outage, call));
        assert_eq!(asked.get(), !matches!(outcome, Err(GuardedError::Refused(_))));
        asked.get()
    }

    // Each test has remotes of its own: a thread may run several.

    #[test]
    fn what_is_away_is_left_alone_and_tried_again() {
        let host = Remote::PictureHost("away.example");
        for _ in 0..Settings::PICTURES.fewest {
            assert!(ask(host, 0, Err(away())));
        }
        assert!(!ask(host, 0, Ok(())));
        assert!(ask(Remote::PictureHost("other.example"), 0, Ok(())));
        assert_eq!(states(0)[3], ("picture_hosts", BreakerState::Open));
        assert!(ask(host, Settings::PICTURES.pause, Ok(())));
        assert!(ask(host, Settings::PICTURES.pause, Ok(())));
    }

    #[test]
    fn a_provider_of_mail_that_is_away_keeps_nobody_waiting() {
        for _ in 0..Settings::MAIL.fewest {
            assert!(ask(Remote::Mail, 0, Err(away())));
        }
        assert!(!ask(Remote::Mail, 0, Ok(())));
        assert_eq!(states(0)[2], ("mail", BreakerState::Open));
        assert!(ask(Remote::Mail, Settings::MAIL.pause, Ok(())));
    }

    #[test]
    fn an_answer_that_says_no_is_an_answer() {
        for _ in 0..100 {
            assert!(ask(Remote::Snapshots, 0, Err(PortError::Unexpected("no such column".into()))));
        }
    }

    #[test]
    fn a_refusal_says_why() {
        let host = Remote::PictureHost("ill.example");
        for _ in 0..Settings::PICTURES.fewest {
            ask(host, 0, Err(away()));
        }
        let refused =
            block_on(guarded(host, &FixedTime(0), &Dice(0), |_: &PortError| true, async { Ok(()) }));
        let text = "circuit open: not asked again for 10000 ms".to_owned();
        assert_eq!(refused.map_err(PortError::from), Err(PortError::Unavailable(text)));
    }

    #[test]
    fn hosts_are_forgotten_before_they_fill_the_memory() {
        let mut breakers = Breakers::new();
        let ill = breakers.of(Remote::PictureHost("ill.example"), 0);
        for _ in 0..Settings::PICTURES.fewest {
            let permit = ill.permit(0).unwrap();
            ill.report(permit, false, 0, 1.0);
        }
        for i in 0..1_000 {
            breakers.of(Remote::PictureHost(&format!("{i}.example")), 0);
        }
        assert_eq!(breakers.hosts.len(), MOST_HOSTS);
        assert_eq!(breakers.hosts["ill.example"].state(0), BreakerState::Open);
    }
}
