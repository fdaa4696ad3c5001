//! Which command is next.

use crate::{Entry, State};
use std::collections::BTreeSet;

/// What there is to do.
#[derive(Debug, PartialEq, Eq)]
pub enum Next<'a, B, A, Q, R> {
    /// Send this one now.
    Send(&'a Entry<B, A, Q, R>),
    /// Nothing before this moment, in milliseconds since 1970.
    Wait(i64),
    /// Nothing, until a command is left or its person answers a question.
    Nothing,
}

/// What there is to do `now`, in milliseconds since 1970. Of each aggregate only the first open command may go.
pub fn next<B, A, Q, R>(entries: &[Entry<B, A, Q, R>], now: i64) -> Next<'_, B, A, Q, R> {
    let mut all: Vec<_> = entries.iter().filter(|entry| entry.is_open()).collect();
    all.sort_by_key(|entry| (entry.place(), entry.id()));
    let mut begun = BTreeSet::new();
    let mut soonest = None;
    for entry in all {
        if !begun.insert(entry.aggregate()) {
            continue;
        }
        let State::Waiting { due } = *entry.state() else { continue };
        if due <= now {
            return Next::Send(entry);
        }
        soonest = Some(soonest.map_or(due, |known: i64| known.min(due)));
    }
    soonest.map_or(Next::Nothing, Next::Wait)
}
