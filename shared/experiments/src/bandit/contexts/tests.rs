use super::super::{Entry, PARTS, Reweighed, Why};
use super::*;
use crate::tests::{defined, design};
use crate::{Design, SumRow, Sums, UnitRow, analyse};
use orilla_events::ExperimentKey;
use orilla_stats::{Moments, Random, SplitMix64};

const DAY: i64 = 86_400_000;
/// 1 January 2026, at midnight and a bit.
const START: i64 = 20_454 * DAY + 30_000;
const PLAN: BanditPlan = BanditPlan { burn_in: 3, every: 1, least: 5, by_device: true };
/// Devices: how many of a hundred come with it, and how many of a hundred order, by variation.
type Devices = [(&'static str, f64, [f64; 2]); 2];
/// Phones like the plain one.
const DEVICES: Devices = [("phone", 0.6, [0.13, 0.08]), ("desktop", 0.4, [0.08, 0.13])];

fn running(plan: BanditPlan) -> Experiment {
    let design = Design { bandit: Some(plan), secondary: Vec::new(), guardrails: Vec::new(), ..design() };
    let key = ExperimentKey::parse("card-layout").unwrap();
    Experiment::new(key, design, "Ada", START).started(defined, "Ada", START).unwrap()
}

/// Adds visitors and orders of a day, as the store does: by day, and by day and device.
fn add(rollups: &mut Rollups, day: i64, device: &str, variation: usize, (units, orders): (u64, u64)) {
    let day = format!("2026-01-{:02}", day + 1);
    let variation = ["plain", "large"][variation].to_owned();
    for (dimension, segment) in [("day", day.clone()), (DIMENSION, format!("{day} {device}"))] {
        let (dimension, orders) = (dimension.to_owned(), orders as f64);
        rollups.sums.push(SumRow {
            activated: 0,
            dimension: dimension.clone(),
            segment: segment.clone(),
            variation: variation.clone(),
            metric: "conversion".into(),
            sums: Sums { sum: orders, squares: orders, ..Sums::default() },
        });
        rollups.units.push(UnitRow { dimension, segment, variation: variation.clone(), units });
    }
}

/// What visitors of a device get.
fn shares(experiment: &Experiment, device: &str) -> Vec<f64> {
    super::super::shares_of(experiment, device)
}

fn play(plan: BanditPlan, days: i64, people: u32, seed: u64) -> (Experiment, Rollups, u64) {
    play_on(DEVICES, plan, days, people, seed)
}

/// Lets people come for `days`; the shares follow at each midnight. Answers how many ordered, too.
fn play_on(
    devices: Devices,
    plan: BanditPlan,
    days: i64,
    people: u32,
    seed: u64,
) -> (Experiment, Rollups, u64) {
    let mut random = SplitMix64::new(seed);
    let (mut experiment, mut rollups, mut ordered) = (running(plan), Rollups::default(), 0);
    for day in 0..days {
        let now = START + day * DAY;
        if experiment.is_due(now) {
            experiment = experiment.reweighed(&rollups, now).unwrap();
        }
        for (device, part, rates) in devices {
            let (shares, mut arms) = (shares(&experiment, device), [(0, 0); 2]);
            for _ in 0..(f64::from(people) * part) as u32 {
                let arm = random.pick(&shares).unwrap();
                arms[arm].0 += 1;
                arms[arm].1 += u64::from(random.uniform() < rates[arm]);
            }
            for (variation, arm) in arms.into_iter().enumerate() {
                add(&mut rollups, day, device, variation, arm);
                ordered += arm.1;
            }
        }
    }
    (experiment, rollups, ordered)
}

#[test]
fn each_device_gets_what_its_people_like() {
    let (experiment, rollups, ordered) = play(PLAN, 28, 2_000, 7);
    let (phone, desktop) = (shares(&experiment, "phone"), shares(&experiment, "desktop"));
    assert!(phone[0] > 0.9 && desktop[1] > 0.9, "{phone:?} {desktop:?}");
    assert!(phone[1] > 0.05 - 1e-3 && desktop[0] > 0.05 - 1e-3, "{phone:?} {desktop:?}");
    // Nobody came with a tablet: whoever does gets what is best for all.
    let last = experiment.update().unwrap();
    assert_eq!(last.why, Why::Learned);
    assert!(last.contexts.keys().eq(["desktop", "phone"]), "{:?}", last.contexts);
    assert!(last.contexts.values().all(|parts| parts.iter().sum::<u32>() == PARTS));
    // To one that splits everybody alike, some of them are lost for ever.
    let (.., alike) = play(BanditPlan { by_device: false, ..PLAN }, 28, 2_000, 7);
    assert!(ordered > alike + 300, "{ordered} {alike}");
    let found = analyse(&experiment, &rollups, i64::MAX);
    assert!(!found.sample_ratio.as_ref().unwrap().mismatch(), "{:?}", found.sample_ratio);
    let [by_device] = found.segments.as_slice() else { panic!("{:?}", found.segments) };
    let effects = &by_device.report.as_ref().unwrap().segments;
    let better: Vec<_> = effects.iter().map(|one| (one.name.as_str(), one.test.uplift > 0.0)).collect();
    assert_eq!(better, [("phone", false), ("desktop", true)], "{effects:?}");
    let stored = serde_json::to_string(&experiment).unwrap();
    assert_eq!(serde_json::from_str::<Experiment>(&stored).unwrap(), experiment);
}

#[test]
fn where_devices_are_alike_hardly_anything_is_lost() {
    const ALIKE: Devices = [("phone", 0.8, [0.10, 0.12]), ("desktop", 0.2, [0.10, 0.12])];
    let all = |by_device| {
        (0..20).map(|seed| play_on(ALIKE, BanditPlan { by_device, ..PLAN }, 28, 1_000, seed).2).sum()
    };
    let (own, common): (u64, u64) = (all(true), all(false));
    // Of what can be lost at all, which is a sixth: not a tenth.
    assert!(own as f64 > common as f64 * (1.0 - 0.1 / 6.0), "{own} {common}");
}

#[test]
fn a_device_that_hardly_anybody_has_borrows_of_the_others() {
    let of = |units: u64, mean: f64| Estimate::new(units, mean, mean * (1.0 - mean)).unwrap();
    let check = |units: u64, expected: std::ops::Range<f64>| {
        let own = [of(10_000, 0.10), of(10_000, 0.10), of(units, 0.20)];
        let arm = Arm::learned(&own, spread(&[own.to_vec()])).unwrap();
        let Some(Belief::Normal { mean, .. }) = arm.belief(2, 3, 1.0) else { panic!("nothing is believed") };
        assert!(expected.contains(&mean), "{units}: {mean}");
    };
    check(100, 0.10..0.12);
    check(1_000, 0.15..0.20);
    check(10_000, 0.19..0.20);
    // Where it is the only one, it is what it is.
    let alone = [of(100, 0.20)];
    let arm = Arm::learned(&alone, spread(&[alone.to_vec()])).unwrap();
    let Some(Belief::Normal { mean, deviation }) = arm.belief(0, 1, 1.0) else {
        panic!("nothing is believed")
    };
    assert!((mean - 0.20).abs() < 1e-6 && (deviation / 0.04 - 1.0).abs() < 0.02, "{mean} {deviation}");
}

/// By plain means, `large` would seem as good as it is on desktops: hardly anybody with a phone gets it.
#[test]
fn the_analysis_accounts_for_the_shares_of_each_device() {
    let truth = [0, 1].map(|arm| DEVICES.iter().map(|(_, part, rates)| part * rates[arm]).sum::<f64>());
    let (mut held, mut deceived) = (0, 0);
    for seed in 0..100 {
        let (experiment, rollups, _) = play(PLAN, 21, 800, seed);
        let found = super::super::estimates(&experiment, &rollups, "conversion", None).unwrap();
        for (found, truth) in found.iter().zip(truth) {
            let found = found.as_ref().unwrap();
            held += u32::from((found.mean() - truth).abs() < 1.96 * found.standard_error());
        }
        let orders: f64 = large(&rollups.sums, |row| (&row.dimension, &row.variation, row.sums.sum));
        let units: f64 = large(&rollups.units, |row| (&row.dimension, &row.variation, row.units as f64));
        deceived += u32::from(orders / units > truth[1] + 0.01);
    }
    // 95 % of 200, less three standard deviations.
    assert!(held >= 181, "{held} of 200");
    assert!(deceived > 80, "{deceived} of 100");
}

/// Of each device, a person or two order with each variation, or nobody does. Were a device left out until somebody has
/// with each, only what chance was kind to would count.
#[test]
fn a_rare_metric_is_as_frequent_as_it_is() {
    const RATE: f64 = 0.001;
    const RARE: Devices = [("phone", 0.5, [RATE, RATE]), ("tablet", 0.5, [RATE, RATE])];
    let (mut last, mut early) = (Moments::default(), Moments::default());
    for seed in 0..300 {
        let (experiment, rollups, _) = play_on(RARE, PLAN, 8, 500, seed);
        let mean_of = |until, moments: &mut Moments| {
            let found = super::super::estimates(&experiment, &rollups, "conversion", until);
            // Nobody has ordered at all: that is a mean of 0, although nobody knows how sure it is.
            let own =
                found.map_or([0.0; 2], |found| [0, 1].map(|at: usize| found[at].as_ref().unwrap().mean()));
            own.into_iter().for_each(|mean| moments.push(mean));
        };
        mean_of(None, &mut last);
        mean_of(Some("2026-01-04"), &mut early);
    }
    for found in [last, early] {
        let error = (found.variance().unwrap() / found.n() as f64).sqrt();
        let off = found.mean().unwrap() - RATE;
        assert!(off.abs() < 3.0 * error && error < RATE / 10.0, "{found:?} {error}");
    }
}

#[test]
fn a_device_without_an_order_counts_with_its_visitors() {
    let mut rollups = Rollups::default();
    for (device, orders) in [("phone", [8, 4]), ("tablet", [0, 2])] {
        for (variation, orders) in orders.into_iter().enumerate() {
            add(&mut rollups, 0, device, variation, (200, orders));
        }
    }
    let found = super::super::estimates(&running(PLAN), &rollups, "conversion", None).unwrap();
    let means = [0, 1].map(|at: usize| found[at].as_ref().unwrap().mean());
    assert!((means[0] - 0.02).abs() < 1e-12 && (means[1] - 0.015).abs() < 1e-12, "{means:?}");
    // 2 of 400 with a tablet: half a per cent, with the spread of that.
    let tablet = |rollups: &Rollups| by_device(&running(PLAN), rollups, "conversion", None).pop().unwrap();
    let (name, own) = tablet(&rollups);
    let none = own[0].as_ref().unwrap();
    assert!(name == "tablet" && none.mean().abs() < 1e-12, "{name} {none:?}");
    assert!((none.standard_error() - (2.0 * 0.99 / 398.0 / 200.0f64).sqrt()).abs() < 1e-9, "{none:?}");
    // Nobody at all has ordered with a tablet: as all do. And with nobody in a variation, the device counts nowhere.
    rollups
        .sums
        .iter_mut()
        .filter(|row| row.segment.ends_with("tablet"))
        .for_each(|row| row.sums = Sums::default());
    let (_, own) = tablet(&rollups);
    let spread = (8.0 * 0.96 + 4.0 * 0.98) / 796.0;
    let error = own[1].as_ref().unwrap().standard_error();
    assert!((error - (spread / 200.0f64).sqrt()).abs() < 1e-9, "{own:?}");
    rollups.units.retain(|row| !row.segment.ends_with("tablet") || row.variation == "plain");
    let found = super::super::estimates(&running(PLAN), &rollups, "conversion", None).unwrap();
    assert!((found[0].as_ref().unwrap().mean() - 0.04).abs() < 1e-12, "{found:?}");
}

fn large<'r, R>(rows: &'r [R], of: impl Fn(&'r R) -> (&'r String, &'r String, f64)) -> f64 {
    let own =
        rows.iter().map(of).filter(|(dimension, variation, _)| *dimension == "day" && *variation == "large");
    own.map(|(.., value)| value).sum()
}

#[test]
fn without_sums_by_device_the_shares_stay_for_all() {
    let mut rollups = Rollups::default();
    add(&mut rollups, 0, "phone", 0, (50, 5));
    add(&mut rollups, 0, "phone", 1, (50, 10));
    let next = running(PLAN).reweighed(&rollups, START + 3 * DAY).unwrap();
    let expected = Reweighed { parts: vec![5_000, 5_000], why: Why::TooFew, contexts: BTreeMap::new() };
    assert_eq!(next.log.last().unwrap().entry, Entry::Reweighed(expected));
}

#[test]
fn a_row_is_of_a_day_and_maybe_of_a_device() {
    assert_eq!(day("day", "2026-01-01", None), Some("2026-01-01"));
    assert_eq!(day(DIMENSION, "2026-01-01 phone", Some("phone")), Some("2026-01-01"));
    for (dimension, segment, device) in [
        ("country", "ES", None),
        (DIMENSION, "2026-01-01 phone", None),
        (DIMENSION, "2026-01-01 phone", Some("tablet")),
        (DIMENSION, "2026-01-01", Some("phone")),
        ("day", "2026-01-01", Some("phone")),
    ] {
        assert_eq!(day(dimension, segment, device), None, "{dimension} {segment}");
    }
}
