use super::*;
use crate::pages::{FormFault, RolloutsPage, rollouts};
use orilla_rollouts::{By, Counts, Event, Harm, Plan, Recorded, Stratum, judge};
use orilla_shop::team::rollouts::{Place, RolloutForm};

const HOSTILE: &str = "</title></script><script>alert('1')</script>\"'<img src=x onerror=alert(1)>";
const HOUR: i64 = 3_600_000;

fn counts(people: u64, failed: u64) -> Counts {
    let requests = people as f64;
    Counts {
        people,
        failed,
        converted: people / 20,
        requests: people,
        requests_squared: requests,
        millis: 40.0 * requests,
        millis_squared: 1_700.0 * requests,
        products: 40.0 * requests,
    }
}

fn page(events: Vec<Event>) -> RolloutPage {
    let started = Event::Started { plan: Plan::default(), by: By::Member(HOSTILE.into()) };
    let events = std::iter::once(started).chain(events).enumerate();
    let events: Vec<_> = events.map(|(at, event)| Recorded { at: at as i64 * HOUR, event }).collect();
    let stored = StoredRollout { id: 7, flag: HOSTILE.into(), rule: HOSTILE.into(), events };
    let seen = |people, failed| Observations {
        strata: vec![Stratum {
            share: Share::percent(1),
            without: counts(people * 99, people / 2),
            with: counts(people, failed),
        }],
        last: Some(HOUR),
    };
    let rollout = stored.replay().unwrap();
    let judged = |people, failed| judge(rollout.plan(), &seen(people, failed));
    let looks =
        (0..6_u32).map(|at| Glance { at: i64::from(at) * HOUR, verdicts: judged(u64::from(at) * 200, 6) });
    RolloutPage {
        verdicts: judged(1_000, 8),
        looks: looks.collect(),
        seen: seen(1_000, 8),
        rollout,
        stored,
        now: 2 * HOUR,
        told: Told::Refused(HOSTILE.into()),
    }
}

fn harm() -> Harm {
    Harm { metric: Metric::Errors, uplift: Some(4.0), low: Some(0.8), high: None, tolerated: 0.1 }
}

fn everything() -> Vec<Event> {
    let by = || By::Member(HOSTILE.into());
    let hold = Hold::SampleRatio { share: Share::percent(5), people: [900, 100] };
    vec![
        Event::Applied { share: Share::percent(1) },
        Event::Paused { by: by() },
        Event::Resumed { by: by(), people: [0; 2] },
        Event::Advanced { from: 0, by: By::Plan },
        Event::Advanced { from: 1, by: by() },
        Event::Held { hold: Hold::NoTraffic },
        Event::Released,
        Event::Held { hold },
        Event::RolledBack { harm: harm() },
    ]
}

/// The pages of rollouts, full of hostile texts.
pub(crate) fn pages(studio: &StudioContext) -> Vec<String> {
    let shown = page(everything());
    let place = Place { flag: HOSTILE.into(), rule: HOSTILE.into(), value: HOSTILE.into(), buckets: 1_000 };
    let form = RolloutForm { place: HOSTILE.into(), steps: HOSTILE.into(), ..RolloutForm::default() };
    let list = RolloutsPage {
        rollouts: vec![(shown.stored.clone(), shown.rollout.clone())],
        places: vec![place],
        form,
        faults: vec![FormFault { field: "steps".into(), message: HOSTILE.into() }],
        key: HOSTILE.into(),
        told: Told::Refused(HOSTILE.into()),
    };
    vec![
        rollout(studio, &shown),
        rollout(studio, &page(vec![])),
        rollouts(studio, &list),
        rollouts(studio, &RolloutsPage::default()),
    ]
}

fn english() -> StudioContext {
    StudioContext {
        locale: Locale::En,
        assets: crate::Assets::default(),
        shop_name: "Orilla".into(),
        path: "/studio/rollouts/7".into(),
        member: Some("Ada".into()),
    }
}

#[track_caller]
fn check(events: Vec<Event>, says: &[&str], offers: &[&str]) {
    let html = rollout(&english(), &page(events)).replace("<!>", "");
    for text in says {
        assert!(html.contains(text), "{text} is not in {html}");
    }
    for command in ["pause", "resume", "advance", "abort"] {
        let is_offered = html.contains(&format!("value=\"{command}\""));
        assert_eq!(is_offered, offers.contains(&command), "{command}: {html}");
    }
}

#[test]
fn a_page_says_where_it_stands_and_offers_what_it_takes() {
    let by = || By::Member("Bo".into());
    check(
        vec![],
        &["1\u{a0}% of the people have the new value. The next step is due in 22 hours."],
        &["pause", "advance", "abort"],
    );
    check(
        vec![Event::Advanced { from: 0, by: By::Plan }],
        &["200 more people have to come", "enough people were seen: on to 5\u{a0}%"],
        &["pause", "advance", "abort"],
    );
    check(
        vec![Event::Paused { by: by() }],
        &["Paused at 1\u{a0}%", "Bo paused it."],
        &["resume", "advance", "abort"],
    );
    check(
        vec![Event::RolledBack { harm: harm() }],
        &[
            "Taken back: People with errors changed by +80\u{a0}% at least, most likely by +400\u{a0}%; 10\u{a0}% worse",
        ],
        &[],
    );
    check(vec![Event::Completed { by: by() }], &["Everybody has the new value.", "Bo gave everybody"], &[]);
    let hold = Hold::SampleRatio { share: Share::percent(1), people: [900, 100] };
    check(
        vec![Event::Held { hold }],
        &["10\u{a0}% of 1,000 people had the new value, where 1\u{a0}% should"],
        &["resume", "advance", "abort"],
    );
}

#[test]
fn each_guardrail_has_a_chart_and_the_same_in_numbers() {
    let html = rollout(&english(), &page(vec![]));
    assert_eq!(html.matches("class=\"interval\"><svg").count(), 3, "{html}");
    assert_eq!(html.matches("role=\"img\" aria-label=\"The interval over time").count(), 3);
    assert!(html.matches("<th scope=\"row\">").count() > 15, "{html}");
    assert!(!html.contains("NaN") && !html.contains("inf"), "{html}");
}
