use super::*;
use crate::table::{Likely, TableError};
use proptest::prelude::*;
use std::collections::HashMap;

fn page(path: &str) -> PageKey {
    PageKey::parse(path).unwrap()
}

/// The category of a product is the first letter of its name.
fn category(path: &str) -> Option<String> {
    path.strip_prefix("/p/").map(|name| format!("of-{}", name.split('-').next().unwrap_or_default()))
}

fn sighting(from: &str, to: Option<&str>, half_life: u32, days: usize, count: u64) -> Sighting {
    let fades = Settings { half_life, ..Settings::default() }.fades();
    Sighting {
        from: page(from),
        to: to.map(page),
        category: category(from),
        weight: count * fades[days],
        seen: count,
    }
}

fn seen(from: &str, to: &str, days: usize, count: u64) -> Sighting {
    sighting(from, Some(to), 14, days, count)
}

fn likely(table: &Table, from: &str) -> Vec<(String, u16)> {
    let category = category(from);
    let from = page(from);
    let found = table.likely(&from, &Area::of(&from, category.as_deref()));
    found.into_iter().map(|Likely { page, thousandths }| (page.to_string(), thousandths)).collect()
}

#[track_caller]
fn check(sightings: &[Sighting], settings: Settings, from: &str, expected: &[(&str, u16)]) {
    let table = Table::learn(sightings, &settings);
    let expected: Vec<_> =
        expected.iter().map(|(path, thousandths)| ((*path).to_owned(), *thousandths)).collect();
    assert_eq!(likely(&table, from), expected, "{from}");
}

fn first_order() -> Settings {
    Settings { model: Model::FirstOrder, ..Settings::default() }
}

#[test]
fn a_page_is_likely_as_often_as_it_followed() {
    let all = [seen("", "/search", 0, 60), seen("", "/about", 0, 30), seen("", "/privacy", 0, 10)];
    check(&all, first_order(), "", &[("/search", 600), ("/about", 300), ("/privacy", 100)]);
    check(&all, Settings { per_page: 1, ..first_order() }, "", &[("/search", 600)]);
    check(&all, Settings { least: 200, ..first_order() }, "", &[("/search", 600), ("/about", 300)]);
    check(&all, first_order(), "/search", &[]);
}

#[test]
fn who_leaves_the_shop_makes_nothing_likely() {
    // 100 came, 20 went on.
    let all = [seen("", "/search", 0, 100), seen("/search", "/about", 0, 20)];
    check(&all, first_order(), "/search", &[("/about", 200)]);
}

#[test]
fn what_is_not_told_apart_counts_as_a_way_out() {
    let all = [seen("", "/search", 0, 30), sighting("", None, 14, 0, 70)];
    check(&all, first_order(), "", &[("/search", 300)]);
}

#[test]
fn what_few_did_is_not_shown() {
    let all = [seen("", "/search", 0, 4), seen("", "/about", 3, 3), seen("", "/about", 2, 2)];
    check(&all, first_order(), "", &[("/about", 523)]);
    check(&all, Settings { at_least: 6, ..first_order() }, "", &[]);
}

#[test]
fn a_step_fades() {
    let all = [seen("", "/about", 14, 20), seen("", "/search", 0, 10), seen("", "/privacy", 28, 40)];
    check(&all, first_order(), "", &[("/about", 333), ("/privacy", 333), ("/search", 333)]);
}

#[test]
fn a_page_that_is_not_known_is_like_its_area() {
    let all = [
        seen("/p/a-1", "/c/lamps", 0, 30),
        seen("/p/a-2", "/c/lamps", 0, 30),
        seen("/p/a-2", "/p/a-1", 0, 30),
        seen("/p/b-1", "/c/ropes", 0, 30),
    ];
    check(&all, Settings::default(), "/p/a-9", &[("/c/lamps", 666), ("/p/a-1", 333)]);
    check(&all, Settings::default(), "/p/c-9", &[]);
    check(&all, first_order(), "/p/a-9", &[]);
    // Of 30 own views and 20 of the area's kind: (30 + 20 × 2/3) / 50.
    check(&all, Settings::default(), "/p/a-1", &[("/c/lamps", 866)]);
    check(&all, first_order(), "/p/a-1", &[("/c/lamps", 1000)]);
}

#[test]
fn popular_pages_are_the_same_for_all() {
    let all = [seen("", "/search", 0, 60), seen("/search", "/about", 0, 40)];
    let popular = Settings { model: Model::Popular, ..Settings::default() };
    check(&all, popular, "/p/x", &[("/search", 600), ("/about", 400)]);
    check(&all, popular, "/search", &[("/about", 400)]);
}

#[test]
fn other_bytes_are_no_table() {
    let table = Table::learn(&[seen("", "/search", 0, 60)], &Settings::default());
    let bytes = table.encode();
    assert_eq!(Table::decode(&bytes), Ok(table));
    assert_eq!(Table::decode(&[]), Err(TableError::Content));
    assert_eq!(Table::decode(&[9]), Err(TableError::OtherFormat(9)));
    assert_eq!(Table::decode(&[bytes.as_slice(), &[0]].concat()), Err(TableError::Content));
    // A table of another's making must not name what is private.
    let at = bytes.windows(7).position(|some| some == b"/search").unwrap();
    let forged = [&bytes[..at], b"/orders", &bytes[at + 7..]].concat();
    assert_eq!(Table::decode(&forged), Err(TableError::Content));
}

fn path() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just("/search".to_owned()),
        (0..4_u8, 0..6_u8).prop_map(|(kind, n)| format!("/p/{}-{n}", char::from(b'a' + kind))),
        (0..4_u8).prop_map(|n| format!("/c/of-{}", char::from(b'a' + n))),
    ]
}

fn sightings() -> impl Strategy<Value = Vec<Sighting>> {
    let one = (path(), prop::option::weighted(0.9, path()), 0_usize..56, 1_u64..40);
    let one = one.prop_map(|(from, to, days, count)| sighting(&from, to.as_deref(), 14, days, count));
    prop::collection::vec(one, 0..60).prop_map(|mut all| {
        all.retain(|sighting| Some(&sighting.from) != sighting.to.as_ref());
        all
    })
}

fn settings() -> impl Strategy<Value = Settings> {
    let models = prop::sample::select(vec![Model::Popular, Model::FirstOrder, Model::BackOff]);
    (models, 1_u32..30, 0_u32..20, 0_u32..50, 0_u16..300, 0_usize..6, 0_usize..8).prop_map(
        |(model, half_life, at_least, area_weighs, least, per_page, pages)| Settings {
            model,
            half_life,
            at_least,
            area_weighs,
            least,
            per_page,
            pages,
        },
    )
}

const PATHS: [&str; 9] =
    ["", "/search", "/p/a-1", "/p/a-9", "/p/b-1", "/p/c-3", "/c/of-a", "/c/of-b", "/about"];

proptest! {
    #[test]
    fn a_table_is_within_its_bounds(all in sightings(), settings in settings()) {
        let table = Table::learn(&all, &settings);
        prop_assert!(table.len() <= settings.pages);
        for from in PATHS {
            let found = likely(&table, from);
            prop_assert!(found.len() <= settings.per_page);
            prop_assert!(found.iter().all(|(to, p)| to != from && *p >= settings.least));
            prop_assert!(found.is_sorted_by(|(_, a), (_, b)| a >= b));
            prop_assert!(found.iter().map(|(_, p)| u32::from(*p)).sum::<u32>() <= 1000, "{:?}", found);
        }
        prop_assert_eq!(Table::decode(&table.encode()), Ok(table));
    }

    #[test]
    fn what_is_shown_was_seen_often_enough(all in sightings(), settings in settings()) {
        let table = Table::learn(&all, &settings);
        let mut from_page: HashMap<(PageKey, PageKey), u64> = HashMap::new();
        let mut from_area: HashMap<(Area, PageKey), u64> = HashMap::new();
        let mut arrived: HashMap<PageKey, u64> = HashMap::new();
        for Sighting { from, to, category, seen: count, .. } in &all {
            let Some(to) = to else { continue };
            *from_page.entry((from.clone(), to.clone())).or_default() += count;
            *from_area.entry((Area::of(from, category.as_deref()), to.clone())).or_default() += count;
            *arrived.entry(to.clone()).or_default() += count;
        }
        for from in PATHS {
            let area = Area::of(&page(from), category(from).as_deref());
            for (to, _) in likely(&table, from) {
                let to = page(&to);
                let seen = match settings.model {
                    Model::Popular => arrived[&to],
                    Model::FirstOrder => from_page[&(page(from), to)],
                    Model::BackOff => {
                        let own = from_page.get(&(page(from), to.clone())).copied().unwrap_or_default();
                        own.max(from_area.get(&(area.clone(), to)).copied().unwrap_or_default())
                    }
                };
                prop_assert!(seen >= u64::from(settings.at_least));
            }
        }
    }

    #[test]
    fn the_order_of_what_was_seen_does_not_matter(all in sightings(), settings in settings(), by in 0_usize..100) {
        let mut turned = all.clone();
        turned.rotate_left(by.min(all.len()));
        turned.reverse();
        prop_assert_eq!(Table::learn(&all, &settings).encode(), Table::learn(&turned, &settings).encode());
    }

    /// Time alone changes nothing in what followed on a page: all of it fades alike.
    #[test]
    fn all_fade_alike(
        all in prop::collection::vec((path(), path(), 0_usize..8, 1_u64..40), 0..60),
        half_lives in 1_usize..4,
    ) {
        let learn = |later: usize| {
            let of = |(from, to, days, count): &(String, String, usize, u64)| {
                sighting(from, Some(to), 8, days + later, *count)
            };
            Table::learn(&all.iter().map(of).collect::<Vec<_>>(), &first_order())
        };
        let (now, then) = (learn(0), learn(8 * half_lives));
        for from in PATHS {
            let then: HashMap<_, _> = likely(&then, from).into_iter().collect();
            for (to, thousandths) in likely(&now, from) {
                // At the edge of what is kept, rounding decides.
                let other = then.get(&to).copied().unwrap_or(first_order().least);
                prop_assert!(other.abs_diff(thousandths) <= 1 || then.len() == first_order().per_page);
            }
        }
    }

    #[test]
    fn what_is_newer_weighs_more(count in 5_u64..1_000, days in 0_usize..40, older in 1_usize..16) {
        let all = [seen("", "/search", days, count), seen("", "/about", days + older, count)];
        let found = likely(&Table::learn(&all, &Settings { least: 0, ..Settings::default() }), "");
        prop_assert_eq!(&found[0].0, "/search");
        prop_assert!(found[0].1 >= found[1].1);
    }

    #[test]
    fn a_step_weighs_half_after_a_half_life_and_nothing_after_four(half_life in 1_u32..60) {
        let fades = Settings { half_life, ..Settings::default() }.fades();
        prop_assert_eq!(fades.len(), 4 * half_life as usize);
        prop_assert!(fades.is_sorted_by(|a, b| a > b));
        for (day, fade) in fades.iter().enumerate() {
            if let Some(later) = fades.get(day + half_life as usize) {
                prop_assert!((fade / 2).abs_diff(*later) <= 1);
            }
        }
    }

    #[test]
    fn damaged_bytes_are_an_error_or_a_sound_table(
        all in sightings(),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = Table::learn(&all, &Settings::default()).encode();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        for bytes in [&bytes[..], &bytes[..cut.index(bytes.len())]] {
            if let Ok(table) = Table::decode(bytes) {
                prop_assert!(table.is_sound());
            }
        }
    }
}
