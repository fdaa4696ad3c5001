//! From counts to probabilities.

use crate::page::{Area, PageKey};
use crate::table::{List, Table};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What one step of today weighs. Whole numbers, so that the order of what is added up does not matter.
const ONE: f64 = 1_048_576.0;
/// Half-lives after which a step is forgotten.
const HALF_LIVES: u32 = 4;

/// How often a step was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sighting {
    /// The page that was left.
    pub from: PageKey,
    /// The page that was asked for there. `None`: any of those that too few asked for to be told apart.
    pub to: Option<PageKey>,
    /// The slug of the category of the product that was left, if it was a product.
    pub category: Option<String>,
    /// How often, each time as heavy as [`Settings::fades`] says of its day.
    pub weight: u64,
    /// How often.
    pub seen: u64,
}

/// How a table is learned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Model {
    /// Whatever page one is on, the pages that most steps lead to. What the others are measured against.
    Popular,
    /// The steps that lead away from this very page.
    FirstOrder,
    /// The same, filled up with the steps away from pages of its [`Area`]: wholly for a page that nobody has seen yet,
    /// the less the more is known of the page itself.
    BackOff,
}

/// What a table is learned with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// The model.
    pub model: Model,
    /// Days after which a step weighs half.
    pub half_life: u32,
    /// How often a step must have been seen, fresh or faded, to be in the table at all: what only a few did is nobody's
    /// to show.
    pub at_least: u32,
    /// How many views of a page what is known of its area weighs as much as.
    pub area_weighs: u32,
    /// Thousandths from which on a page is likely enough to be kept.
    pub least: u16,
    /// Likely pages of one page, at most.
    pub per_page: usize,
    /// Pages in the table at most, those with most views first; and as many areas.
    pub pages: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            model: Model::BackOff,
            half_life: 14,
            at_least: 5,
            area_weighs: 20,
            least: 50,
            per_page: 4,
            pages: 8_000,
        }
    }
}

impl Settings {
    /// What a step weighs that was taken today, yesterday, and so on. What is older weighs nothing, and can be deleted.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 2^20")]
    pub fn fades(&self) -> Vec<u64> {
        let half_life = self.half_life.max(1);
        let fade = |day: u32| (ONE * (-f64::from(day) / f64::from(half_life)).exp2()).round() as u64;
        (0..half_life.saturating_mul(HALF_LIVES)).map(fade).collect()
    }
}

/// What leads away from a page or from an area.
#[derive(Default)]
struct Out {
    /// Views, by weight: no fewer than steps that lead away.
    views: u64,
    /// The weight of all steps that lead away.
    left: u64,
    /// How often it was left.
    seen: u64,
    /// By the page that it leads to.
    to: BTreeMap<u32, Weight>,
}

#[derive(Clone, Copy, Default)]
struct Weight {
    weight: u64,
    seen: u64,
}

impl Weight {
    fn add(&mut self, weight: u64, seen: u64) {
        self.weight += weight;
        self.seen += seen;
    }
}

impl Out {
    fn add(&mut self, to: Option<u32>, weight: u64, seen: u64) {
        self.left += weight;
        self.seen += seen;
        if let Some(to) = to {
            self.to.entry(to).or_default().add(weight, seen);
        }
    }
}

impl Table {
    /// Learns from what was seen. The same sightings make the same table, in whatever order they come.
    ///
    /// A page's views are not counted, only steps; they are taken for the steps that led to it or away from it,
    /// whichever are more. So a page where many leave the shop makes no other page look likely.
    pub fn learn(sightings: &[Sighting], settings: &Settings) -> Self {
        let names: BTreeSet<&PageKey> = sightings
            .iter()
            .flat_map(|sighting| std::iter::once(&sighting.from).chain(&sighting.to))
            .collect();
        let names: Vec<PageKey> = names.into_iter().cloned().collect();
        let number = |page: &PageKey| names.binary_search(page).ok().and_then(|at| u32::try_from(at).ok());
        let mut pages: BTreeMap<u32, Out> = BTreeMap::new();
        let mut areas: BTreeMap<Area, Out> = BTreeMap::new();
        let mut area_of: BTreeMap<u32, Area> = BTreeMap::new();
        let mut arrivals: BTreeMap<u32, Weight> = BTreeMap::new();
        for Sighting { from, to, category, weight, seen } in sightings {
            let Some(at) = number(from) else { continue };
            let to = to.as_ref().and_then(number);
            let (weight, seen) = (*weight, *seen);
            pages.entry(at).or_default().add(to, weight, seen);
            let area = area_of.entry(at).or_insert_with(|| Area::of(from, category.as_deref()));
            areas.entry(area.clone()).or_default().add(to, weight, seen);
            if let Some(to) = to {
                arrivals.entry(to).or_default().add(weight, seen);
            }
        }
        for (page, out) in &mut pages {
            let arrived = arrivals.get(page).map_or(0, |arrived| arrived.weight);
            out.views = out.left.max(arrived);
            if let Some(area) = area_of.get(page).and_then(|area| areas.get_mut(area)) {
                area.views += out.views;
            }
        }
        let maker = Maker { settings, area_of, areas: &areas };
        let (pages, areas) = match settings.model {
            Model::Popular => (Vec::new(), vec![(Area::of_all(), maker.popular(arrivals))]),
            Model::FirstOrder => (maker.pages(&pages, 0.0), Vec::new()),
            Model::BackOff => (maker.pages(&pages, f64::from(settings.area_weighs)), maker.areas()),
        };
        Table::new(&names, pages, areas)
    }
}

#[expect(clippy::cast_precision_loss, reason = "sums of weights are far from 2^53")]
fn float(weight: u64) -> f64 {
    weight as f64
}

struct Maker<'a> {
    settings: &'a Settings,
    area_of: BTreeMap<u32, Area>,
    areas: &'a BTreeMap<Area, Out>,
}

impl Maker<'_> {
    fn is_shared(&self, weight: &Weight) -> bool {
        weight.seen >= u64::from(self.settings.at_least)
    }

    /// The likely pages of every page that is known well enough; `area_weighs` in views.
    fn pages(&self, pages: &BTreeMap<u32, Out>, area_weighs: f64) -> Vec<(u32, List)> {
        let mut known: Vec<(&u32, &Out)> =
            pages.iter().filter(|(_, out)| out.seen >= u64::from(self.settings.at_least)).collect();
        known.sort_by_key(|(page, out)| (std::cmp::Reverse(out.views), **page));
        known.truncate(self.settings.pages);
        let mut made: Vec<_> =
            known.into_iter().map(|(page, out)| (*page, self.page(*page, out, area_weighs * ONE))).collect();
        made.sort_by_key(|(page, _)| *page);
        made
    }

    fn page(&self, page: u32, out: &Out, area_weighs: f64) -> List {
        let area =
            self.area_of.get(&page).and_then(|area| self.areas.get(area)).filter(|_| area_weighs > 0.0);
        let mut weights: BTreeMap<u32, f64> = BTreeMap::new();
        for (to, weight) in out.to.iter().filter(|(_, weight)| self.is_shared(weight)) {
            weights.insert(*to, float(weight.weight));
        }
        let alike =
            area.into_iter().flat_map(|area| area.to.iter().map(move |(to, weight)| (area, to, weight)));
        for (area, to, weight) in alike.filter(|(_, to, weight)| **to != page && self.is_shared(weight)) {
            let own = out.to.get(to).map_or(0.0, |own| float(own.weight));
            // What the area vouches for may count here, too, however seldom it was seen on this page.
            weights.insert(*to, own + area_weighs * float(weight.weight) / float(area.views.max(1)));
        }
        let all = float(out.views) + if area.is_some() { area_weighs } else { 0.0 };
        self.list(weights, all)
    }

    /// The likely pages of each area, for pages of it that are not known themselves.
    fn areas(&self) -> Vec<(Area, List)> {
        let mut known: Vec<_> = self.areas.iter().collect();
        known.sort_by_key(|(area, out)| (std::cmp::Reverse(out.views), *area));
        known.truncate(self.settings.pages);
        let mut made: Vec<_> = known
            .into_iter()
            .map(|(area, out)| (area.clone(), self.shared(&out.to, out.views)))
            .filter(|(_, list)| !list.is_empty())
            .collect();
        made.sort_by(|(a, _), (b, _)| a.cmp(b));
        made
    }

    fn popular(&self, arrivals: BTreeMap<u32, Weight>) -> List {
        let all = arrivals.values().map(|arrived| arrived.weight).sum();
        self.shared(&arrivals, all)
    }

    fn shared(&self, to: &BTreeMap<u32, Weight>, all: u64) -> List {
        let shared = to.iter().filter(|(_, weight)| self.is_shared(weight));
        self.list(shared.map(|(to, weight)| (*to, float(weight.weight))).collect(), float(all))
    }

    /// The most likely ones first.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 1000")]
    fn list(&self, weights: BTreeMap<u32, f64>, all: f64) -> List {
        let thousandths = |weight: f64| (weight * 1000.0 / all.max(1.0)).floor().clamp(0.0, 1000.0) as u16;
        let mut list: List = weights.into_iter().map(|(to, weight)| (to, thousandths(weight))).collect();
        list.retain(|(_, thousandths)| *thousandths >= self.settings.least);
        list.sort_by_key(|(to, thousandths)| (std::cmp::Reverse(*thousandths), *to));
        list.truncate(self.settings.per_page);
        list
    }
}

#[cfg(test)]
mod tests;
