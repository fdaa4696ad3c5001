//! A shopper who does not exist.
//!
//! Made up, but not at will: few products are liked by many and many by few (Zipf); people look at what stands first;
//! each has something that they came for; most journeys are short, and many end where they began.

use crate::site::{Link, Place, Site};
use orilla_stats::{Random, SplitMix64};

/// Pages that one shopper looks at, at most.
const LONGEST: usize = 40;

/// A page that was looked at, and the pages that were asked for there: more than one after a way back.
pub struct View {
    pub page: usize,
    pub next: Vec<Next>,
}

/// Where a navigation led.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// To a shared page.
    Page(usize),
    /// To what nobody brings beforehand: the cart, a search, a filtered list.
    Other,
}

/// The journey of one shopper.
pub fn walk(site: &Site, random: &mut SplitMix64) -> Vec<View> {
    let taste = Taste::of(site, random);
    let Some(start) = taste.start(site, random) else { return Vec::new() };
    let mut views = vec![View { page: start, next: Vec::new() }];
    // The way that the back button goes.
    let mut way = vec![0_usize];
    while let Some(at) = way.last().copied().filter(|_| views.len() < LONGEST) {
        let Some(page) = views.get(at).and_then(|view| site.pages.get(view.page)) else { break };
        let kind = Kind::of(page.key.as_str());
        if random.uniform() < kind.leaves() {
            break;
        }
        // Back to the list: the browser shows it as it was, and asks for nothing.
        if kind == Kind::Product && way.len() > 1 && random.uniform() < 0.35 {
            way.pop();
            continue;
        }
        // A search, a filter, a piece into the cart and a look at it.
        if random.uniform() < kind.other() {
            views.get_mut(at).into_iter().for_each(|view| view.next.push(Next::Other));
            if random.uniform() < 0.5 {
                break;
            }
            continue;
        }
        let weights: Vec<f64> = page.links.iter().map(|link| taste.weight(site, kind, link)).collect();
        let Some(to) = random.pick(&weights).and_then(|link| page.links.get(link)?.to) else { break };
        views.get_mut(at).into_iter().for_each(|view| view.next.push(Next::Page(to)));
        way.push(views.len());
        views.push(View { page: to, next: Vec::new() });
    }
    views
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Home,
    List,
    Product,
    Text,
}

impl Kind {
    fn of(path: &str) -> Self {
        match path {
            "" => Kind::Home,
            "/about" | "/privacy" => Kind::Text,
            _ if path.starts_with("/p/") => Kind::Product,
            _ => Kind::List,
        }
    }

    /// How often somebody leaves the shop from there.
    fn leaves(self) -> f64 {
        match self {
            Kind::Home => 0.3,
            Kind::List => 0.18,
            Kind::Product => 0.3,
            Kind::Text => 0.5,
        }
    }

    /// How often what is asked for there is a page that has no key.
    fn other(self) -> f64 {
        match self {
            Kind::Home => 0.15,
            Kind::List => 0.2,
            Kind::Product => 0.15,
            Kind::Text => 0.02,
        }
    }
}

/// What a shopper came for.
struct Taste {
    /// The slug of a main category.
    favourite: String,
}

impl Taste {
    fn of(site: &Site, random: &mut SplitMix64) -> Self {
        let mut tops: Vec<&str> = site
            .pages
            .iter()
            .filter_map(|page| page.key.as_str().strip_prefix("/c/"))
            .filter(|slug| !slug.contains('/'))
            .collect();
        // Not by the alphabet: by something that has nothing to do with it, and is always the same.
        tops.sort_by_key(|slug| mixed(slug));
        let weights: Vec<f64> = (1..=tops.len()).map(|rank| 1.0 / float(rank)).collect();
        let favourite = random.pick(&weights).and_then(|at| tops.get(at)).map_or("", |slug| *slug);
        Taste { favourite: favourite.to_owned() }
    }

    /// Home, what was searched for elsewhere, or a link from somewhere.
    fn start(&self, site: &Site, random: &mut SplitMix64) -> Option<usize> {
        let kind = match random.uniform() {
            draw if draw < 0.45 => Kind::Home,
            draw if draw < 0.65 => Kind::List,
            _ => Kind::Product,
        };
        let weight = |page: &crate::site::Page| {
            let fits = Kind::of(page.key.as_str()) == kind;
            if fits { liked(page.key.as_str()) * self.interest(page) } else { 0.0 }
        };
        random.pick(&site.pages.iter().map(weight).collect::<Vec<_>>())
    }

    fn interest(&self, page: &crate::site::Page) -> f64 {
        let slug = page.category.as_deref().or_else(|| page.key.as_str().strip_prefix("/c/"));
        let top = slug.and_then(|slug| slug.split('/').next());
        match top {
            Some(top) if top == self.favourite => 6.0,
            _ => 1.0,
        }
    }

    fn weight(&self, site: &Site, from: Kind, link: &Link) -> f64 {
        let Some(page) = link.to.and_then(|to| site.pages.get(to)) else { return 0.0 };
        let to = Kind::of(page.key.as_str());
        let place = match (link.place, from, to) {
            (Place::Footer, ..) => 0.02,
            (Place::Header, _, Kind::Home) => 0.6,
            (Place::Header, _, _) => 0.35,
            // The first ones of a list are seen by everybody.
            (Place::Content(before), _, Kind::Product) => 1.0 / float(before + 1).sqrt(),
            // From a product back to its list, without the button.
            (Place::Content(_), Kind::Product, Kind::List) => 1.2,
            (Place::Content(_), ..) => 0.8,
        };
        place * liked(page.key.as_str()) * self.interest(page)
    }
}

/// How much a page is liked by all: Zipf, of a rank that is drawn by its name. Between about 0.1 and 5.
fn liked(path: &str) -> f64 {
    if !path.starts_with("/p/") {
        return 1.0;
    }
    let rank = 1 + mixed(path) % 136;
    5.0 / float(usize::try_from(rank).unwrap_or(1)).powf(0.8)
}

/// A number that follows from a text, and looks like none.
fn mixed(text: &str) -> u64 {
    let seed = text.bytes().fold(0_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
    SplitMix64::new(seed).bits()
}

#[expect(clippy::cast_precision_loss, reason = "small numbers")]
fn float(number: usize) -> f64 {
    number as f64
}
