use super::estimates::Calendar;
use super::*;
use crate::day::epoch_day;
use crate::tests::{defined, design, key};
use crate::{DesignForm, Fault, Metric, MetricKind, Problem, Sums, Variation, Verdict, analyse};
use orilla_events::{EventKind, ExperimentKey};
use orilla_stats::{Random, SplitMix64};
use proptest::prelude::*;

/// 1 January 2026, at midnight and a bit.
const START: i64 = 20_454 * DAY + 30_000;
const PLAN: BanditPlan = BanditPlan { burn_in: 3, every: 1, least: 5, by_device: false };

fn running(plan: Option<BanditPlan>) -> Experiment {
    let design = crate::Design { bandit: plan, secondary: Vec::new(), guardrails: Vec::new(), ..design() };
    let key = ExperimentKey::parse("card-layout").unwrap();
    Experiment::new(key, design, "Ada", START).started(defined, "Ada", START).unwrap()
}

fn iso(day: i64) -> String {
    // All days of a test are in January.
    format!("2026-01-{:02}", day - 20_453)
}

/// Adds people of a day and how many of them ordered, of both variations.
fn add(rollups: &mut Rollups, day: i64, arms: [(u64, u64); 2]) {
    for (variation, (units, orders)) in ["plain", "large"].into_iter().zip(arms) {
        let (dimension, segment, variation) = ("day".to_owned(), iso(day), variation.to_owned());
        let orders = orders as f64;
        rollups.sums.push(crate::SumRow {
            dimension: dimension.clone(),
            segment: segment.clone(),
            variation: variation.clone(),
            metric: "conversion".into(),
            activated: 0,
            sums: Sums { sum: orders, squares: orders, ..Sums::default() },
        });
        rollups.units.push(crate::UnitRow { dimension, segment, variation, units });
    }
}

fn shares(experiment: &Experiment) -> Vec<f64> {
    stretches(experiment).pop().unwrap().shares
}

/// Lets `people` a day come for `days`, who convert at the rates of their day; the shares follow at each midnight.
fn play(days: i64, people: u64, rate: impl Fn(i64) -> [f64; 2], seed: u64) -> (Experiment, Rollups) {
    let mut random = SplitMix64::new(seed);
    let (mut experiment, mut rollups) = (running(Some(PLAN)), Rollups::default());
    for day in 0..days {
        let now = START + day * DAY;
        if experiment.is_due(now) {
            experiment = experiment.reweighed(&rollups, now).unwrap();
        }
        let (shares, rates) = (shares(&experiment), rate(day));
        let mut arms = [(0, 0); 2];
        for _ in 0..people {
            let arm = random.pick(&shares).unwrap();
            arms[arm].0 += 1;
            arms[arm].1 += u64::from(random.uniform() < rates[arm]);
        }
        add(&mut rollups, now.div_euclid(DAY), arms);
    }
    (experiment, rollups)
}

#[test]
fn shares_follow_the_better_variation_and_the_analysis_finds_it() {
    let (experiment, rollups) = play(28, 2_000, |_| [0.10, 0.13], 7);
    let updates = experiment.log.iter().filter(|line| matches!(line.entry, Entry::Reweighed(_)));
    // The burn-in of three days, then one a day.
    assert_eq!(updates.count(), 25);
    let shares = shares(&experiment);
    assert!(shares[1] > 0.9 && shares[0] > 0.05 - 1e-3, "{shares:?}");
    let found = analyse(&experiment, &rollups, i64::MAX);
    assert!(!found.sample_ratio.as_ref().unwrap().mismatch(), "{:?}", found.sample_ratio);
    assert!(matches!(found.reading.verdict, Verdict::Better { variation: 1, .. }), "{:?}", found.reading);
    assert!(found.segments.is_empty());
    assert_eq!(found.timeline.len(), 28);
}

#[test]
fn intervals_hold_the_truth_as_often_as_they_say() {
    let (truth, mut held) = ([0.10, 0.13], 0);
    for seed in 0..100 {
        let (experiment, rollups) = play(21, 600, |_| truth, seed);
        let found = estimates(&experiment, &rollups, "conversion", None).unwrap();
        for (found, truth) in found.iter().zip(truth) {
            let found = found.as_ref().unwrap();
            held += u32::from((found.mean() - truth).abs() < 1.96 * found.standard_error());
        }
    }
    // 95 % of 200, less three standard deviations.
    assert!(held >= 181, "{held} of 200");
}

/// Both are equal, and the second week sells three times as well: who was sent more people in it looks better by plain
/// means. Whoever looks every day must still not find a winner more often than they accept.
#[test]
fn a_good_week_and_looks_every_day_make_no_winner() {
    let (mut wins, runs) = (0, 200u32);
    for seed in 0..runs {
        let rate = |day: i64| if day < 7 { [0.06; 2] } else { [0.18; 2] };
        let (experiment, rollups) = play(21, 600, rate, u64::from(seed));
        // What each day's look would have said.
        let looks = analyse(&experiment, &rollups, i64::MAX).timeline;
        let tells = |point: &crate::Point| point.variants[0].is_some_and(|(_, found)| !found.contains(0.0));
        wins += u32::from(looks.iter().any(tells));
    }
    assert!(wins <= runs / 20, "{wins} of {runs}");
}

#[test]
fn plain_means_would_be_deceived_where_weighed_ones_are_not() {
    let mut experiment = running(Some(PLAN));
    let mut rollups = Rollups::default();
    let first = START.div_euclid(DAY);
    // 5 % in the first week, 15 % in the second, for both; of which the second variation gets nine of ten.
    for day in 0..7 {
        add(&mut rollups, first + day, [(1_000, 50), (1_000, 50)]);
    }
    let update = Reweighed { parts: vec![1_000, 9_000], why: Why::Learned, contexts: BTreeMap::new() };
    experiment = experiment.logged(Entry::Reweighed(update), MEMBER, START + 7 * DAY);
    for day in 7..14 {
        add(&mut rollups, first + day, [(200, 30), (1_800, 270)]);
    }
    let means = estimates(&experiment, &rollups, "conversion", None).unwrap();
    let mean = |at: usize| means[at].as_ref().unwrap().mean();
    assert!((mean(0) - mean(1)).abs() < 0.005, "{} {}", mean(0), mean(1));
    let plain =
        analyse(&Experiment { design: running(None).design, ..experiment.clone() }, &rollups, i64::MAX);
    let plain = |at: usize| plain.metrics[0].variants[at].estimate.as_ref().unwrap().mean();
    assert!(plain(1) - plain(0) > 0.04, "{} {}", plain(0), plain(1));
    assert!(!split(&experiment, &rollups).unwrap().mismatch());
}

#[test]
fn an_update_is_due_once_in_its_time_and_stays_where_little_is_known() {
    let plan = BanditPlan { burn_in: 3, every: 2, least: 10, by_device: false };
    let mut experiment = running(Some(plan));
    let at = |day: i64, hour: i64| START.div_euclid(DAY) * DAY + day * DAY + hour * 3_600_000;
    assert!(!experiment.is_due(at(2, 23)) && experiment.is_due(at(3, 0)) && experiment.is_due(at(9, 9)));
    experiment = experiment.reweighed(&Rollups::default(), at(3, 0)).unwrap();
    assert_eq!(experiment.update().map(|update| update.parts.as_slice()), Some(&[5_000, 5_000][..]));
    assert!(matches!(
        &experiment.log.last().unwrap().entry,
        Entry::Reweighed(Reweighed { why: Why::TooFew, .. })
    ));
    assert!(!experiment.is_due(at(3, 5)) && !experiment.is_due(at(4, 23)) && experiment.is_due(at(5, 0)));
    let stored = serde_json::to_string(&experiment).unwrap();
    assert_eq!(serde_json::from_str::<Experiment>(&stored).unwrap(), experiment);
    let stopped = experiment.stopped("Ada", at(6, 0)).unwrap();
    assert!(!stopped.is_due(at(9, 0)));
    assert_eq!(stopped.reweighed(&Rollups::default(), at(9, 0)).unwrap_err(), Refusal::NotRunning);
    let plain = running(None);
    assert!(!plain.is_due(at(9, 0)) && plain.update().is_none());
    assert!(plain.reweighed(&Rollups::default(), at(9, 0)).is_err());
}

/// A variation with which the checkout is broken, say: it shows no spread, and is the worst there can be.
#[test]
fn a_variation_that_nobody_orders_with_loses_its_visitors_and_is_known_to_be_worse() {
    let (experiment, rollups) = play(14, 1_000, |_| [0.05, 0.0], 3);
    let shares = shares(&experiment);
    assert!(shares[1] < 0.06, "{shares:?}");
    let found = analyse(&experiment, &rollups, i64::MAX);
    assert!(matches!(found.reading.verdict, Verdict::Worse { variation: 1, .. }), "{:?}", found.reading);
    let known = found.timeline.iter().filter(|point| point.variants[0].is_some()).count();
    assert_eq!(known, 14, "on each day");
    // Where nobody orders with any, nothing is known, and the shares stay.
    let (experiment, rollups) = play(7, 1_000, |_| [0.0, 0.0], 3);
    assert_eq!(experiment.update().unwrap().why, Why::TooFew);
    assert_eq!(analyse(&experiment, &rollups, i64::MAX).reading.verdict, Verdict::NoData);
}

#[test]
fn a_day_with_two_splits_is_left_out() {
    let experiment = running(Some(PLAN));
    let noon = START + 4 * DAY + DAY / 2;
    let update = Reweighed { parts: vec![1_000, 9_000], why: Why::Learned, contexts: BTreeMap::new() };
    let experiment = experiment.logged(Entry::Reweighed(update.clone()), MEMBER, noon);
    let midnight = Entry::Reweighed(update);
    let experiment = experiment.logged(midnight, MEMBER, START + 6 * DAY);
    let calendar = Calendar::of(&experiment);
    let first = START.div_euclid(DAY);
    let places: Vec<_> = (0..8).map(|day| calendar.place(&iso(first + day))).collect();
    assert_eq!(
        places,
        [Some(0), Some(0), Some(0), Some(0), None, Some(1), Some(2), Some(2)],
        "the first day is whole: nobody is counted before the start"
    );
    assert_eq!(calendar.place("2025-12-31"), None);
    assert_eq!(calendar.place("yesterday"), None);
}

#[test]
fn shares_that_were_published_late_are_those_of_the_days_after() {
    let update = Reweighed { parts: vec![1_000, 9_000], why: Why::Learned, contexts: BTreeMap::new() };
    let day = |day: i64| START + day * DAY;
    let experiment = running(Some(PLAN)).logged(Entry::Reweighed(update.clone()), MEMBER, day(3));
    assert!(!experiment.is_delayed());
    let experiment = experiment.delayed(day(3));
    assert!(experiment.is_delayed());
    let places = |experiment: &Experiment| -> Vec<_> {
        let (calendar, first) = (Calendar::of(experiment), START.div_euclid(DAY));
        (1..8).map(|day| calendar.place(&iso(first + day))).collect()
    };
    assert_eq!(places(&experiment), [Some(0); 7]);
    let published = experiment.clone().published(day(4) + DAY / 2);
    assert!(!published.is_delayed());
    assert_eq!(places(&published), [Some(0), Some(0), Some(0), None, Some(1), Some(1), Some(1)]);
    // Shares that nobody ever had are of no day.
    let next = experiment.logged(Entry::Reweighed(update), MEMBER, day(5));
    assert_eq!(places(&next), [Some(0), Some(0), Some(0), Some(0), Some(2), Some(2), Some(2)]);
}

#[test]
fn days_of_the_calendar() {
    for (text, day) in
        [("1970-01-01", 0), ("2026-01-01", 20_454), ("2024-02-29", 19_782), ("2024-03-01", 19_783)]
    {
        assert_eq!(epoch_day(text), Some(day), "{text}");
    }
    for odd in ["", "2026", "2026-13-01", "2026-01", "a-b-c"] {
        assert_eq!(epoch_day(odd), None, "{odd}");
    }
}

#[test]
fn a_plan_is_checked() {
    let form = |burn_in: &str, every: &str, least: &str| BanditForm {
        is_on: true,
        burn_in: burn_in.into(),
        every: every.into(),
        least: least.into(),
        by_device: false,
    };
    assert_eq!(BanditForm::default().check(2), Ok(None));
    assert_eq!(
        form("7", "1", "5").check(3),
        Ok(Some(BanditPlan { burn_in: 7, every: 1, least: 5, by_device: false }))
    );
    assert_eq!(BanditForm::of(Some(&PLAN)).check(2), Ok(Some(PLAN)));
    let by_device = BanditPlan { by_device: true, ..PLAN };
    assert_eq!(BanditForm::of(Some(&by_device)).check(2), Ok(Some(by_device)));
    let fields = |form: BanditForm, variations| -> Vec<&'static str> {
        form.check(variations).unwrap_err().iter().map(|fault| fault.field).collect()
    };
    assert_eq!(fields(form("0", "1.5", "50"), 3), ["burn_in", "every", "least"]);
    assert_eq!(fields(form("7", "", "5"), 2), ["every"]);
    let typed = DesignForm { bandit: form("7", "1", "5"), ..DesignForm::of(&design(), MetricKind::Share) };
    let share = || defined(&key("conversion"));
    let others = [
        Metric { kind: MetricKind::RevenuePerEvent, ..share().unwrap() },
        Metric { kind: MetricKind::RevenueQuantile, ..share().unwrap() },
        Metric { activation: Some(EventKind::AddToCart), ..share().unwrap() },
    ];
    for other in others {
        let metric = |metric: &crate::MetricKey| {
            if metric.as_str() == "revenue" { Some(other.clone()) } else { share() }
        };
        let faults = typed.check("card-layout", &design().variations, metric).unwrap_err();
        assert_eq!(faults, [Fault { field: "secondary", problem: Problem::NotPerVisitor }]);
    }
    let mut idle = design().variations;
    idle[1].weight = 0.0;
    let faults = typed.check("card-layout", &idle, |_| share()).unwrap_err();
    assert_eq!(faults, [Fault { field: "least", problem: Problem::NoShare }]);
    let checked = typed.check("card-layout", &design().variations, |_| share()).unwrap();
    assert_eq!((checked.bandit.unwrap().burn_in, checked.primary), (7, key("conversion")));
}

proptest! {
    #[test]
    fn parts_are_the_whole_and_keep_the_least(
        arms in proptest::collection::vec((100u64..5_000, 0.0f64..0.3), 2..6), least in 1u32..16,
    ) {
        let mut experiment = running(Some(BanditPlan { least, ..PLAN }));
        let variation = |at: usize| Variation { key: at.to_string(), name: String::new(), weight: 1.0 };
        experiment.design.variations = (0..arms.len()).map(variation).collect();
        let mut rollups = Rollups::default();
        for (at, (units, rate)) in arms.iter().enumerate() {
            let (dimension, segment, variation) = ("day".to_owned(), iso(20_454), at.to_string());
            let sum = (*units as f64 * rate).round();
            let sums = Sums { sum, squares: sum, ..Sums::default() };
            rollups.units.push(crate::UnitRow {
                dimension: dimension.clone(), segment: segment.clone(), variation: variation.clone(), units: *units,
            });
            rollups.sums.push(crate::SumRow { dimension, segment, variation, metric: "conversion".into(), activated: 0, sums });
        }
        let next = experiment.reweighed(&rollups, START + 3 * DAY).unwrap();
        let parts = &next.update().unwrap().parts;
        prop_assert_eq!(parts.len(), arms.len());
        prop_assert_eq!(parts.iter().sum::<u32>(), PARTS);
        prop_assert!(parts.iter().all(|part| *part + 1 >= least * 100), "{:?}", parts);
    }
}
