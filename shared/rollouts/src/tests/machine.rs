//! The state machine, whatever is seen and wanted.

use crate::*;
use proptest::prelude::*;

const HOUR: i64 = 3_600_000;

fn plan(guardrails: Vec<Guardrail>) -> Plan {
    let step = |percent, least| Step { share: Share::percent(percent), lasts: 24 * HOUR, least };
    Plan { steps: vec![step(5, 10), step(50, 10), step(100, 0)], guardrails, ..Plan::default() }
}

fn start(plan: Plan) -> Vec<Recorded> {
    vec![Recorded { at: 0, event: Event::Started { plan, by: By::Member("ana".into()) } }]
}

fn seen(strata: &[(u16, u64, u64)], last: i64) -> Observations {
    let counts = |people| Counts { people, requests: people, ..Counts::default() };
    let strata = strata.iter().map(|(percent, without, with)| Stratum {
        share: Share::percent(*percent),
        without: counts(*without),
        with: counts(*with),
    });
    Observations { strata: strata.collect(), last: Some(last) }
}

/// Ticks at these hours, always with the same observations but for the time of the last one; what happened.
#[track_caller]
fn check(strata: &[(u16, u64, u64)], last_seen: impl Fn(i64) -> i64, hours: &[i64], expected: &[&str]) {
    let mut events = start(plan(Vec::new()));
    let mut rollout = Rollout::replay(&events).unwrap();
    for hour in hours {
        if let Some(event) = rollout.tick(hour * HOUR, &seen(strata, last_seen(*hour) * HOUR)) {
            events.push(Recorded { at: hour * HOUR, event });
            rollout.apply(events.last().unwrap()).unwrap();
        }
    }
    let names: Vec<String> = events
        .iter()
        .map(|recorded| {
            let name = serde_json::to_value(&recorded.event).unwrap()["event"].as_str().unwrap().to_owned();
            format!("{}:{name}", recorded.at / HOUR)
        })
        .collect();
    assert_eq!(names, expected);
    assert_eq!(Rollout::replay(&events).unwrap(), rollout);
}

#[test]
fn steps_take_their_time_and_their_people() {
    let enough = [(5, 950, 50), (50, 500, 500)];
    let busy = |hour| hour;
    check(&enough, busy, &[1, 23], &["0:started"]);
    check(&enough, busy, &[24, 25, 47, 48, 49], &["0:started", "24:advanced", "48:completed"]);
    // Two ticks at once, or a driver that slept for weeks: one step.
    check(&enough, busy, &[24, 24, 24], &["0:started", "24:advanced"]);
    check(&enough, busy, &[2400, 2400, 2423, 2424], &["0:started", "2400:advanced", "2424:completed"]);
    // Nine of ten people that must be seen.
    check(&[(5, 171, 9)], busy, &[24, 100, 1000], &["0:started"]);
    // A clock that goes back changes nothing.
    check(&enough, busy, &[24, 3, 24, 47], &["0:started", "24:advanced"]);
}

#[test]
fn no_traffic_holds_until_somebody_comes() {
    let enough = [(5, 950, 50), (50, 500, 500)];
    // Nobody from hour 2 to hour 20: the hours in which it is held don't count.
    let gap = |hour: i64| if hour < 20 { hour.min(2) } else { hour };
    check(
        &enough,
        gap,
        &[1, 7, 8, 9, 19, 20, 24, 35, 36],
        &["0:started", "8:held", "20:released", "36:advanced"],
    );
    // Never anybody.
    check(&[], |_| 0, &[5, 6, 100, 1000], &["0:started", "6:held"]);
}

#[test]
fn odd_groups_hold_until_a_member_looks() {
    let odd = [(5, 900, 100)];
    check(&odd, |hour| hour, &[1, 2, 30], &["0:started", "1:held"]);
    let mut events = start(plan(Vec::new()));
    let mut rollout = Rollout::replay(&events).unwrap();
    let mut happen = |at: i64, event: Event, rollout: &mut Rollout| {
        events.push(Recorded { at: at * HOUR, event });
        rollout.apply(events.last().unwrap()).unwrap();
    };
    let event = rollout.tick(HOUR, &seen(&odd, HOUR)).unwrap();
    assert_eq!(
        event,
        Event::Held { hold: Hold::SampleRatio { share: Share::percent(5), people: [900, 100] } }
    );
    happen(1, event, &mut rollout);
    let resumed = rollout.decide(Command::Resume, "ana", &seen(&odd, HOUR)).unwrap();
    happen(5, resumed[0].clone(), &mut rollout);
    // From here on the groups have the sizes they should have.
    let good = [(5, 900 + 950, 100 + 50)];
    assert_eq!(rollout.tick(6 * HOUR, &seen(&good, 6 * HOUR)), None);
    assert_eq!(rollout.elapsed(28 * HOUR), 24 * HOUR);
    assert!(matches!(rollout.tick(28 * HOUR, &seen(&good, 28 * HOUR)), Some(Event::Advanced { .. })));
}

#[test]
fn members_pause_resume_advance_and_abort() {
    let nothing = Observations::default();
    let mut rollout = Rollout::replay(&start(plan(Vec::new()))).unwrap();
    let happen = |at: i64, command, rollout: &mut Rollout| {
        let events = rollout.decide(command, "ana", &nothing).unwrap();
        events.into_iter().for_each(|event| rollout.apply(&Recorded { at, event }).unwrap());
    };
    happen(HOUR, Command::Pause, &mut rollout);
    assert_eq!((rollout.status(), rollout.elapsed(9 * HOUR)), (&Status::Paused, HOUR));
    assert_eq!(rollout.tick(100 * HOUR, &nothing), None);
    assert_eq!(rollout.decide(Command::Pause, "ben", &nothing), Ok(vec![]));
    happen(9 * HOUR, Command::Resume, &mut rollout);
    assert_eq!(rollout.elapsed(10 * HOUR), 2 * HOUR);
    happen(10 * HOUR, Command::Advance { from: 0 }, &mut rollout);
    assert_eq!((rollout.share(), rollout.elapsed(10 * HOUR)), (Share::percent(50), 0));
    // The same button twice.
    assert_eq!(rollout.decide(Command::Advance { from: 0 }, "ana", &nothing), Err(Refused::OtherStep));
    happen(11 * HOUR, Command::Abort, &mut rollout);
    assert_eq!((rollout.share(), rollout.status()), (Share::NOBODY, &Status::Aborted));
    assert_eq!(rollout.decide(Command::Resume, "ana", &nothing), Err(Refused::Over));
    assert_eq!(rollout.tick(12 * HOUR, &nothing), None);
}

#[test]
fn a_flag_is_owed_its_coverage_until_it_has_it() {
    let mut rollout = Rollout::replay(&start(plan(Vec::new()))).unwrap();
    let mut happen = |at, event| rollout.apply(&Recorded { at, event }).map(|()| rollout.owes());
    assert_eq!(happen(1, Event::Applied { share: Share::percent(5) }), Some(None));
    let by = By::Plan;
    assert_eq!(happen(2, Event::Advanced { from: 0, by: by.clone() }), Some(Some(Share::percent(50))));
    assert_eq!(happen(3, Event::Aborted { by: by.clone() }), Some(Some(Share::NOBODY)));
    // After the end, too; and then never again: what a member does with the flag later stays.
    assert_eq!(happen(4, Event::Applied { share: Share::NOBODY }), Some(None));
    assert_eq!(happen(5, Event::Resumed { by, people: [0; 2] }), None);
}

#[test]
fn plans_that_can_not_be_carried_out() {
    let check = |change: fn(&mut Plan), expected| {
        let mut plan = Plan::default();
        change(&mut plan);
        assert_eq!(plan.check().err(), expected);
    };
    check(|_| {}, None);
    check(|plan| plan.steps.truncate(1), Some(Fault::Steps));
    check(|plan| plan.steps.swap(0, 1), Some(Fault::NotGrowing(2)));
    check(|plan| plan.steps[0].share = Share::NOBODY, Some(Fault::NotGrowing(1)));
    check(|plan| plan.steps.truncate(5), Some(Fault::NotAll));
    check(|plan| plan.steps[5].share = Share(10_001), Some(Fault::NotAll));
    check(|plan| plan.steps[2].lasts = 10, Some(Fault::Lasts(3)));
    check(|plan| plan.guardrails.push(plan.guardrails[0]), Some(Fault::Twice));
    check(|plan| plan.guardrails[0].tolerated = f64::NAN, Some(Fault::Tolerated));
    check(|plan| plan.alpha = 0.5, Some(Fault::Alpha));
    check(|plan| plan.quiet = 0, Some(Fault::Quiet));
    check(|plan| plan.buckets = 7, Some(Fault::Buckets));
}

#[test]
fn a_coverage_is_a_whole_number_of_buckets() {
    let check = |share: Share, buckets, expected: f64| {
        assert!((share.exact(buckets) - expected).abs() < 1e-12, "{share:?} {buckets}");
    };
    check(Share::percent(1), 1000, 0.011);
    check(Share::percent(1), 10_000, 0.0101);
    check(Share(5), 1000, 0.001);
    check(Share::NOBODY, 1000, 0.0);
    check(Share::ALL, 10_000, 1.0);
}

#[derive(Clone, Debug)]
enum Move {
    Tick,
    Come { without: u64, with: u64, failed: u64 },
    Want(Command),
    WantOnward,
}

fn moves() -> impl Strategy<Value = Vec<(i64, Move)>> {
    let one = prop_oneof![
        6 => Just(Move::Tick),
        4 => (0u64..400, 0u64..40, 0u64..3).prop_map(|(without, with, failed)| Move::Come { without, with, failed }),
        1 => prop_oneof![Just(Command::Pause), Just(Command::Resume), Just(Command::Abort)].prop_map(Move::Want),
        1 => Just(Move::WantOnward),
    ];
    prop::collection::vec((-HOUR..30 * HOUR, one), 1..80)
}

proptest! {
    #[test]
    fn coverage_only_grows_and_no_step_is_skipped(moves in moves()) {
        let guardrails = vec![Guardrail { metric: Metric::Errors, tolerated: 0.1 }];
        let mut events = start(Plan { guardrails, ..Plan::default() });
        let mut rollout = Rollout::replay(&events).unwrap();
        let (mut now, mut seen) = (0, Observations::default());
        for (later, step) in moves {
            now += later;
            let before = rollout.clone();
            let share = before.share();
            let happened: Vec<Event> = match step {
                Move::Tick => rollout.tick(now, &seen).into_iter().collect(),
                Move::Come { without, with, failed } => {
                    let group = |people, failed| Counts { people, failed, requests: people, ..Counts::default() };
                    let came = (group(without, failed.min(without)), group(with, failed.min(with)));
                    match seen.strata.iter_mut().find(|stratum| stratum.share == share) {
                        Some(found) => {
                            found.without = found.without.and(came.0);
                            found.with = found.with.and(came.1);
                        }
                        None => seen.strata.push(Stratum { share, without: came.0, with: came.1 }),
                    }
                    seen.last = Some(now);
                    Vec::new()
                }
                Move::Want(command) => rollout.decide(command, "ana", &seen).unwrap_or_default(),
                Move::WantOnward => rollout.decide(Command::Advance { from: before.step() }, "ana", &seen).unwrap_or_default(),
            };
            prop_assert!(happened.len() <= 1);
            for event in happened {
                let recorded = Recorded { at: now, event };
                prop_assert_eq!(rollout.apply(&recorded), Some(()));
                // Who comes second with the same step changes nothing.
                if matches!(recorded.event, Event::Advanced { .. }) {
                    prop_assert_eq!(rollout.clone().apply(&recorded), None);
                }
                if let Event::Advanced { by: By::Plan, .. } | Event::Completed { by: By::Plan } = &recorded.event {
                    let step = before.current().unwrap();
                    prop_assert!(before.elapsed(now) >= step.lasts);
                    prop_assert!(seen.at(step.share).with.people >= step.least);
                    prop_assert_eq!(before.status(), &Status::Running);
                }
                events.push(recorded);
            }
            prop_assert!(rollout.step() <= before.step() + 1 || *rollout.status() == Status::Completed);
            prop_assert!(rollout.share() >= share || rollout.share() == Share::NOBODY);
            prop_assert!(!before.status().is_over() || rollout == before);
        }
        let stored: Vec<Recorded> = serde_json::from_str(&serde_json::to_string(&events).unwrap()).unwrap();
        prop_assert_eq!(&stored, &events);
        prop_assert_eq!(Rollout::replay(&stored).unwrap(), rollout);
    }
}
