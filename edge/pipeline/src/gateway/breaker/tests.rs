//! What a breaker does, and what it never does.

use super::*;
use proptest::prelude::*;

const TEST: Settings =
    Settings { window: 1_000, fewest: 4, rate: 0.5, pause: 100, longest_pause: 400, probes: 2, patience: 50 };

/// Calls at a time, with this outcome.
fn call(breaker: &mut Breaker, now: i64, succeeded: bool) {
    let permit = breaker.permit(now).unwrap();
    breaker.report(permit, succeeded, now, 1.0);
}

/// One that opened at this time, for 100 ms.
fn opened(now: i64) -> Breaker {
    let mut breaker = Breaker::new(TEST);
    for _ in 0..4 {
        call(&mut breaker, now, false);
    }
    assert_eq!(breaker.state(now), BreakerState::Open);
    breaker
}

#[track_caller]
fn check_outcomes(outcomes: &[(i64, bool)], expected: BreakerState) {
    let mut breaker = Breaker::new(TEST);
    for (now, succeeded) in outcomes {
        call(&mut breaker, *now, *succeeded);
    }
    let last = outcomes.last().map_or(0, |(now, _)| *now);
    assert_eq!(breaker.state(last), expected, "{outcomes:?}");
}

#[test]
fn it_opens_by_the_share_of_failures_in_the_window() {
    let (yes, no) = (true, false);
    check_outcomes(&[(0, no), (0, no), (0, no)], BreakerState::Closed);
    check_outcomes(&[(0, no), (0, no), (0, no), (0, no)], BreakerState::Open);
    check_outcomes(&[(0, yes), (0, no), (0, yes), (0, no)], BreakerState::Open);
    check_outcomes(&[(0, yes), (0, no), (0, yes), (0, yes), (0, no)], BreakerState::Closed);
    check_outcomes(&[(0, yes); 100], BreakerState::Closed);
    // What is older than the window does not count.
    check_outcomes(&[(0, no), (0, no), (0, no), (1_000, no)], BreakerState::Closed);
    check_outcomes(&[(0, no), (0, no), (0, no), (899, no)], BreakerState::Open);
    check_outcomes(&[(0, no), (5_000_000, no), (5_000_100, no), (5_000_200, no)], BreakerState::Closed);
}

#[test]
fn an_open_one_refuses_and_says_for_how_long() {
    let mut breaker = opened(1_000);
    assert_eq!(breaker.permit(1_000), Err(Refused { wait: 100 }));
    assert_eq!(breaker.permit(1_099), Err(Refused { wait: 1 }));
    assert!(breaker.permit(1_100).is_ok());
    assert_eq!(breaker.state(1_100), BreakerState::HalfOpen);
}

#[test]
fn a_half_open_one_sends_one_probe_at_a_time_and_closes_after_the_last() {
    let mut breaker = opened(0);
    let first = breaker.permit(100).unwrap();
    assert_eq!(breaker.permit(110), Err(Refused { wait: 40 }));
    breaker.report(first, true, 120, 0.0);
    assert_eq!(breaker.state(120), BreakerState::HalfOpen);
    call(&mut breaker, 121, true);
    assert_eq!(breaker.state(121), BreakerState::Closed);
}

#[test]
fn a_probe_that_fails_doubles_the_pause_up_to_the_longest() {
    let mut breaker = opened(0);
    let mut now = 100;
    for pause in [200, 400, 400, 400] {
        call(&mut breaker, now, false);
        assert_eq!(breaker.permit(now), Err(Refused { wait: pause }));
        now += pause;
    }
    call(&mut breaker, now, true);
    call(&mut breaker, now, true);
    // The next illness begins with the shortest pause again.
    for _ in 0..4 {
        call(&mut breaker, now, false);
    }
    assert_eq!(breaker.permit(now), Err(Refused { wait: 100 }));
}

#[test]
fn a_probe_that_never_comes_back_is_followed_by_another() {
    let mut breaker = opened(0);
    let lost = breaker.permit(100).unwrap();
    assert!(breaker.permit(149).is_err());
    let second = breaker.permit(150).unwrap();
    breaker.report(second, true, 151, 0.0);
    call(&mut breaker, 152, true);
    assert_eq!(breaker.state(152), BreakerState::Closed);
    // It does, after all: it says nothing of now.
    breaker.report(lost, false, 153, 0.0);
    assert_eq!(breaker, {
        let mut same = Breaker::new(TEST);
        same.stretch = breaker.stretch;
        same
    });
}

#[test]
fn an_answer_from_before_it_opened_says_nothing() {
    let mut breaker = Breaker::new(TEST);
    let early = breaker.permit(0).unwrap();
    for _ in 0..4 {
        call(&mut breaker, 0, false);
    }
    let open = breaker;
    breaker.report(early, true, 10, 0.0);
    assert_eq!(breaker, open);
}

#[derive(Clone, Debug)]
enum Event {
    Ask,
    /// The outcome of the n-th call on its way.
    Answer(prop::sample::Index, bool),
    Wait(i64),
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        3 => Just(Event::Ask),
        3 => (any::<prop::sample::Index>(), any::<bool>()).prop_map(|(which, went)| Event::Answer(which, went)),
        2 => (-20_i64..300).prop_map(Event::Wait),
    ];
    prop::collection::vec(event, 0..200)
}

proptest! {
    #[test]
    fn it_keeps_its_promises_whatever_happens(events in events(), dice in 0.0_f64..=1.0) {
        let mut breaker = Breaker::new(TEST);
        let (mut now, mut on_their_way) = (0_i64, Vec::new());
        for event in events {
            match event {
                Event::Wait(milliseconds) => now += milliseconds,
                Event::Ask => {
                    let before = breaker.state(now);
                    match breaker.permit(now) {
                        Ok(permit) => {
                            prop_assert_ne!(before, BreakerState::Open);
                            // No second probe beside this one.
                            if before == BreakerState::HalfOpen {
                                prop_assert!(breaker.permit(now).is_err());
                            }
                            on_their_way.push(permit);
                        }
                        Err(Refused { wait }) => {
                            prop_assert_ne!(before, BreakerState::Closed);
                            prop_assert!(wait > 0, "{}", wait);
                            // Clocks that went back make a wait longer by as much, nothing else does.
                            prop_assert!(breaker.clone().permit(now + wait).is_ok());
                        }
                    }
                }
                Event::Answer(_, _) if on_their_way.is_empty() => {}
                Event::Answer(which, succeeded) => {
                    let permit = on_their_way.swap_remove(which.index(on_their_way.len()));
                    let before = breaker.state(now);
                    breaker.report(permit, succeeded, now, dice);
                    if breaker.state(now) == BreakerState::Open && before != BreakerState::Open {
                        prop_assert!(!succeeded);
                        let Err(Refused { wait }) = breaker.permit(now) else { panic!("open and permits") };
                        prop_assert!((TEST.pause / 2..=TEST.longest_pause).contains(&wait), "{}", wait);
                    }
                }
            }
        }
        // Whatever happened, what is well again is used again.
        for _ in 0..=TEST.probes {
            now += TEST.longest_pause + TEST.patience + 20 * 200;
            call(&mut breaker, now, true);
        }
        prop_assert_eq!(breaker.state(now), BreakerState::Closed);
    }

    #[test]
    fn few_failures_among_many_never_open_it(seed in prop::collection::vec(0_u8..10, 100..400)) {
        let mut breaker = Breaker::new(Settings { fewest: 20, ..TEST });
        for _ in 0..20 {
            call(&mut breaker, 0, true);
        }
        // At most every third call fails: never half of those in a window.
        for (i, draw) in seed.into_iter().enumerate() {
            call(&mut breaker, i as i64, !(i % 3 == 0 && draw < 5));
        }
        prop_assert_eq!(breaker.state(400), BreakerState::Closed);
    }
}
