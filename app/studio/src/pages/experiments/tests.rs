//! Pages of experiments and metrics, full of texts that would run if a page did not escape them.

use super::super::{MetricPage, RefusedPage, metric, metrics, refused};
use super::*;
use orilla_events::{EventKind, ExperimentKey};
use orilla_experiments::{
    BanditPlan, Decision, Design, Goal, HistogramRow, LogEntry, Metric, MetricForm, MetricKey, MetricKind,
    Reweighed, Rollups, SumRow, Sums, UnitRow, Why, analyse, need,
};
use orilla_shop::team::{DeadLetter, RefusedFor};

/// 8 November 2026, in the evening: a week after the first visitors of `sums`.
const NOW: i64 = 1_794_160_800_000;
const HOSTILE: &str = "</title></script><script>alert('1')</script>\"'<img src=x onerror=alert(1)>";

fn defined(kind: MetricKind) -> Metric {
    Metric {
        name: HOSTILE.into(),
        description: HOSTILE.into(),
        kind,
        event: EventKind::OrderPlaced,
        from_days: 0,
        days: 14,
        cap: None,
        goal: Goal::More,
        percentile: None,
        activation: None,
    }
}

fn stored(key: &str, kind: MetricKind) -> StoredMetric {
    StoredMetric { key: MetricKey::parse(key).unwrap(), version: 1, metric: defined(kind) }
}

fn draft() -> Experiment {
    let variation = |key: &str| Variation { key: key.into(), name: HOSTILE.into(), weight: 0.5 };
    let key = |text: &str| MetricKey::parse(text).unwrap();
    let design = Design {
        name: HOSTILE.into(),
        hypothesis: HOSTILE.into(),
        audience: HOSTILE.into(),
        flag: HOSTILE.into(),
        variations: vec![variation("0"), variation("1")],
        primary: key("conversion"),
        secondary: vec![key("revenue")],
        guardrails: vec![key("checkout")],
        baseline: 0.1,
        deviation: None,
        effect: 0.1,
        traffic: 1_000.0,
        bandit: None,
    };
    Experiment::new(ExperimentKey::parse("cards").unwrap(), design, HOSTILE, 0)
}

/// Started, with its metrics.
fn running() -> Experiment {
    let metric = |key: &MetricKey| {
        Some(defined(if key.as_str() == "revenue" { MetricKind::Revenue } else { MetricKind::Share }))
    };
    draft().started(metric, HOSTILE, 0).unwrap()
}

/// Started, with a quantile of those who begin a checkout as the metric that decides.
fn of_buyers() -> Experiment {
    let metric = |_: &MetricKey| {
        Some(Metric {
            percentile: Some(90),
            activation: Some(EventKind::CheckoutBegun),
            ..defined(MetricKind::RevenueQuantile)
        })
    };
    draft().started(metric, HOSTILE, 0).unwrap()
}

/// As a bandit, with an update of each kind.
fn bandit() -> Experiment {
    let design = Design {
        bandit: Some(BanditPlan { burn_in: 1, every: 1, least: 5, by_device: true }),
        ..draft().design
    };
    let metric = |_: &MetricKey| Some(defined(MetricKind::Share));
    let draft = draft().redesigned(design, HOSTILE, 0).unwrap();
    let running = draft.started(metric, HOSTILE, 0).unwrap();
    let mut updated = running.reweighed(&Rollups::default(), 1).unwrap();
    let Some(Entry::Reweighed(last)) = updated.log.last().map(|line| line.entry.clone()) else { panic!() };
    let contexts = [("phone".to_owned(), vec![1_000, 9_000])].into();
    let learned = Entry::Reweighed(Reweighed { why: Why::Learned, contexts, ..last });
    updated.log.push(LogEntry { at: 2, member: HOSTILE.into(), entry: learned });
    updated
}

/// So many visitors and orders in each variation.
fn sums(variations: [(u64, f64); 2]) -> Rollups {
    let mut rollups = Rollups::default();
    for (variation, (units, orders)) in ["0", "1"].into_iter().zip(variations) {
        for (dimension, segment) in
            [("day", "2026-11-01"), ("day", "2026-11-02"), ("country", HOSTILE), ("device", "phone")]
        {
            let (dimension, segment, variation) =
                (dimension.to_owned(), segment.to_owned(), variation.to_owned());
            let half = if dimension == "day" { 2 } else { 1 };
            for metric in ["conversion", "revenue", "checkout"] {
                let sums =
                    Sums { sum: orders / half as f64, squares: orders / half as f64, ..Sums::default() };
                let (dimension, segment) = (dimension.clone(), segment.clone());
                rollups.sums.push(SumRow {
                    dimension,
                    segment,
                    variation: variation.clone(),
                    metric: metric.into(),
                    activated: units / 2,
                    sums,
                });
            }
            // Half as much again, in whole buckets.
            let scale = if variation == "1" { 1.01f64.powi(41) } else { 1.0 };
            let values = (1..=units / half / 100).map(|at| scale * (2_000.0 + 10.0 * at as f64)).collect();
            rollups.histograms.push(HistogramRow {
                dimension: dimension.clone(),
                segment: segment.clone(),
                variation: variation.clone(),
                metric: "conversion".into(),
                values,
            });
            rollups.units.push(UnitRow { dimension, segment, variation, units: units / half });
        }
    }
    rollups
}

fn data(experiment: Experiment, rollups: Option<&Rollups>) -> ExperimentPage {
    let design = &experiment.design;
    let (form, need) = (DesignForm::of(design, MetricKind::Share), need(design, &defined(MetricKind::Share)));
    ExperimentPage {
        key: "cards".into(),
        in_flags: Some(InFlags {
            flag: HOSTILE.into(),
            key: "cards".into(),
            variations: design.variations.clone(),
            is_on: false,
        }),
        form,
        faults: vec![FormFault { field: "secondary".into(), message: HOSTILE.into() }],
        need: Some(need),
        metrics: vec![stored("conversion", MetricKind::Share), stored("revenue", MetricKind::Revenue)],
        analysis: rollups.map(|rollups| analyse(&experiment, rollups, NOW)),
        experiment: Some(experiment),
        currency: Currency::EUR,
        told: Told::Refused(HOSTILE.into()),
    }
}

/// All of them.
pub(crate) fn pages(studio: &StudioContext) -> Vec<String> {
    let list = ExperimentsPage {
        experiments: vec![draft()],
        in_flags: vec![InFlags {
            flag: HOSTILE.into(),
            key: "other".into(),
            variations: draft().design.variations,
            is_on: true,
        }],
    };
    let won = sums([(20_000, 2_000.0), (20_000, 2_400.0)]);
    let stopped = running().stopped(HOSTILE, 5).unwrap();
    let decision = Decision { variation: 1, note: HOSTILE.into() };
    let decided = stopped.clone().decided(decision, HOSTILE, 6).unwrap();
    let mut all: Vec<String> = [
        data(draft(), None),
        data(running(), Some(&Rollups::default())),
        data(running(), Some(&won)),
        data(stopped, Some(&sums([(20_000, 2_400.0), (20_000, 2_000.0)]))),
        data(running(), Some(&sums([(20_000, 2_000.0), (25_000, 2_400.0)]))),
        data(decided, Some(&won)),
        data(bandit(), Some(&won)),
    ]
    .iter()
    .map(|data| experiment(studio, data))
    .collect();
    let form = MetricForm { name: HOSTILE.into(), cap: HOSTILE.into(), ..MetricForm::default() };
    let faults = vec![FormFault { field: "key".into(), message: HOSTILE.into() }];
    let told = || Told::Refused(HOSTILE.into());
    all.push(experiments(studio, &list));
    all.push(experiment(studio, &data(of_buyers(), Some(&won))));
    all.push(metrics(studio, &[stored("conversion", MetricKind::Share)], 3, told()));
    let letter = DeadLetter { at: 5, code: HOSTILE.into(), reason: HOSTILE.into(), body: HOSTILE.into() };
    let sum = RefusedFor { code: HOSTILE.into(), count: 1, last: 5 };
    all.push(refused(
        studio,
        &RefusedPage { sums: vec![sum], chosen: Some(HOSTILE.into()), letters: vec![letter] },
    ));
    all.push(refused(studio, &RefusedPage::default()));
    all.push(metric(studio, &MetricPage { version: 0, form, faults, told: told() }));
    all
}

#[test]
fn a_result_is_said_in_words_with_its_certainty_and_what_to_do() {
    let studio = crate::pages::tests::studio(orilla_ui::Locale::En);
    let said = |rollups: &Rollups| {
        let mut data = data(running(), Some(rollups));
        if let Some(experiment) = &mut data.experiment {
            experiment.measured.iter_mut().for_each(|measured| measured.metric.name = "Orders".into());
            experiment.design.variations.iter_mut().for_each(|v| v.name = format!("card {}", v.key));
        }
        experiment(&studio, &data)
    };
    let won = said(&sums([(20_000, 2_000.0), (20_000, 2_400.0)]));
    assert!(
        won.contains("With “card 1”, “Orders” changes by +20\u{a0}% against “card 0”: that is better."),
        "{won}"
    );
    assert!(won.contains("We are 95 % sure") && won.contains("give “card 1” to everybody"), "{won}");
    assert!(won.contains("<svg class=\"plot\""));
    let early = said(&sums([(1_000, 100.0), (1_000, 110.0)]));
    assert!(early.contains("Nothing is decided yet.") && !early.contains("significant"), "{early}");
    let broken = said(&sums([(20_000, 2_000.0), (25_000, 2_400.0)]));
    assert!(broken.contains("Do not trust these numbers"), "{broken}");
}

#[test]
fn a_percentile_is_said_and_drawn_as_every_metric_and_who_counts_is_told() {
    let studio = crate::pages::tests::studio(orilla_ui::Locale::En);
    let mut data = data(of_buyers(), Some(&sums([(20_000, 2_000.0), (20_000, 2_000.0)])));
    if let Some(experiment) = &mut data.experiment {
        experiment.measured.iter_mut().for_each(|measured| measured.metric.name = "Spend".into());
        experiment.design.variations.iter_mut().for_each(|v| v.name = format!("card {}", v.key));
    }
    let page = experiment(&studio, &data);
    for text in [
        "With “card 1”, “Spend” changes by +50.4",
        "We are 95 % sure",
        "<svg class=\"plot\"",
        "Of 100 visitors who spend something, 90 spend less than this. Exact to 1 %.",
        "did this: checkout begun",
        // Those who have a value.
        ">200<",
    ] {
        assert!(page.contains(text), "{text}: {page}");
    }
    let uneven = |rollups: &mut Rollups| {
        let second = rollups.sums.iter_mut().filter(|row| row.variation == "1");
        second.for_each(|row| row.activated += row.activated / 5);
    };
    let mut rollups = sums([(20_000, 2_000.0), (20_000, 2_000.0)]);
    uneven(&mut rollups);
    let page = experiment(&studio, &self::data(of_buyers(), Some(&rollups)));
    assert!(page.contains("Do not trust this metric: those whom it counts"), "{page}");
}

#[test]
fn where_there_is_no_number_the_page_says_why_in_its_language() {
    let studio = crate::pages::tests::studio(orilla_ui::Locale::Es);
    let shown = |rollups: &Rollups| experiment(&studio, &data(running(), Some(rollups)));
    let nobody = shown(&sums([(1, 1.0), (0, 0.0)]));
    assert!(nobody.contains("Todavía hay muy pocas visitas para dar un número."), "{nobody}");
    assert!(!nobody.contains("<polyline"), "a chart without a number: {nobody}");
    let equal = shown(&sums([(50, 50.0), (50, 50.0)]));
    assert!(equal.contains("Hasta ahora todos los valores son iguales"), "{equal}");
    let never = shown(&sums([(500, 0.0), (500, 30.0)]));
    assert!(never.contains("El valor del control es cero"), "{never}");
    // That it got better is known for all that.
    assert!(
        never.contains("+∞") && never.contains(": es mejor.") && !never.contains("inf\u{a0}%"),
        "{never}"
    );
}

#[test]
fn who_may_still_come_back_does_not_count_as_one_who_did_not() {
    let studio = crate::pages::tests::studio(orilla_ui::Locale::En);
    let came_back = |days: u8| {
        let metric = |_: &MetricKey| Some(Metric { from_days: 1, days, ..defined(MetricKind::Share) });
        let experiment = draft().started(metric, HOSTILE, 0).unwrap();
        super::experiment(&studio, &data(experiment, Some(&sums([(20_000, 2_000.0), (20_000, 2_400.0)]))))
    };
    let early = came_back(14);
    assert!(
        early.contains("It is too early: whether a visitor does this") && !early.contains("10\u{a0}%"),
        "{early}"
    );
    assert!(early.contains("and who are not counted: 40,000.") && early.contains("Let it run until then."));
    let half = came_back(6);
    assert!(half.contains("and who are not counted: 20,000.") && half.contains("10\u{a0}%"), "{half}");
    let all = came_back(5);
    assert!(!all.contains("are not counted") && all.contains("10\u{a0}%"), "{all}");
}
