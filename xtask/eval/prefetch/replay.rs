//! Journeys against a table: what was brought, what of it was wanted.

use crate::site::Site;
use crate::walk::{Next, View};
use orilla_prefetch::{Ahead, Limits, PageKey, Settings, Sighting, Table};
use std::collections::HashMap;

/// Days over which the counted journeys are spread.
const DAYS: usize = 28;

/// What came of it.
#[derive(Default)]
pub struct Score {
    navigations: usize,
    hits: usize,
    drawn: usize,
    fetched: usize,
    wasted: usize,
}

impl Score {
    /// The share of all navigations, to the cart and to searches as well, whose page was there.
    pub fn hit_rate(&self) -> f64 {
        share(self.hits, self.navigations)
    }

    /// And drawn.
    pub fn drawn_rate(&self) -> f64 {
        share(self.drawn, self.navigations)
    }

    /// Kilobytes that were brought, for each navigation.
    pub fn fetched_kb(&self) -> f64 {
        share(self.fetched, self.navigations) / 1000.0
    }

    /// Those of pages that nobody asked for then.
    pub fn wasted_kb(&self) -> f64 {
        share(self.wasted, self.navigations) / 1000.0
    }

    /// Their share.
    pub fn wasted_share(&self) -> f64 {
        share(self.wasted, self.fetched)
    }

    /// A page was looked at: `ahead` was brought, and `next` was asked for. `bytes` of a page: fetched, and drawn.
    pub fn view(
        &mut self,
        ahead: &Ahead,
        next: &[Option<&PageKey>],
        bytes: impl Fn(&PageKey) -> (usize, usize),
    ) {
        self.navigations += next.len();
        for page in ahead.pages() {
            let is_drawn = ahead.prerender.as_ref() == Some(page);
            let (fetched, drawn) = bytes(page);
            let cost = if is_drawn { drawn } else { fetched };
            self.fetched += cost;
            // A second time after a way back, it is not there any more.
            if next.contains(&Some(page)) {
                self.hits += 1;
                self.drawn += usize::from(is_drawn);
            } else {
                self.wasted += cost;
            }
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "far from 2^53")]
fn share(part: usize, of: usize) -> f64 {
    part as f64 / of.max(1) as f64
}

/// The table that is published after these journeys.
pub fn learn(site: &Site, journeys: &[Vec<View>], settings: &Settings) -> Table {
    let mut counts: HashMap<(usize, usize, usize), u64> = HashMap::new();
    for (at, views) in journeys.iter().enumerate() {
        let days = DAYS * (journeys.len() - 1 - at) / journeys.len();
        for view in views {
            for next in &view.next {
                if let Next::Page(to) = next {
                    *counts.entry((view.page, *to, days)).or_default() += 1;
                }
            }
        }
    }
    let fades = settings.fades();
    let sightings: Vec<Sighting> = counts
        .into_iter()
        .filter_map(|((from, to, days), count)| {
            let (from, to) = (site.pages.get(from)?, site.pages.get(to)?);
            Some(Sighting {
                from: from.key.clone(),
                to: Some(to.key.clone()),
                category: from.category.clone(),
                weight: count * fades.get(days)?,
                seen: count,
            })
        })
        .collect();
    Table::learn(&sightings, settings)
}

/// What the table is worth to these shoppers.
pub fn replay(site: &Site, table: &Table, limits: Limits, journeys: &[Vec<View>]) -> Score {
    let bytes: HashMap<&PageKey, (usize, usize)> =
        site.pages.iter().map(|page| (&page.key, (page.html, page.html + page.pictures))).collect();
    let mut score = Score::default();
    for view in journeys.iter().flatten() {
        let Some(page) = site.pages.get(view.page) else { continue };
        let ahead = limits.choose(&table.likely(&page.key, &page.area));
        let next: Vec<Option<&PageKey>> = view
            .next
            .iter()
            .map(|next| match next {
                Next::Page(to) => site.pages.get(*to).map(|page| &page.key),
                Next::Other => None,
            })
            .collect();
        score.view(&ahead, &next, |page| bytes.get(page).copied().unwrap_or_default());
    }
    score
}
