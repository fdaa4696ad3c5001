//! What a browser should bring before it is asked for.

use crate::page::PageKey;
use crate::table::Likely;

/// From which probability on a page is brought, and how many at most.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Thousandths from which on a page is fetched.
    pub prefetch: u16,
    /// Thousandths from which on it is drawn, too: with its pictures and scripts, so it costs several times as much.
    pub prerender: u16,
    /// Pages that are fetched at most, those that are drawn among them.
    pub most: usize,
}

impl Limits {
    /// What pays, by `cargo xtask eval prefetch`.
    pub const PAYS: Limits = Limits { prefetch: 100, prerender: 400, most: 3 };

    /// What of the likely pages to bring. `likely` has the most likely one first.
    pub fn choose(self, likely: &[Likely]) -> Ahead {
        let mut ahead = Ahead::default();
        for page in likely.iter().take(self.most) {
            if page.thousandths >= self.prerender && ahead.prerender.is_none() {
                ahead.prerender = Some(page.page.clone());
            } else if page.thousandths >= self.prefetch {
                ahead.prefetch.push(page.page.clone());
            }
        }
        ahead
    }
}

/// What a browser should bring beforehand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ahead {
    /// The one page to draw.
    pub prerender: Option<PageKey>,
    /// The pages to fetch.
    pub prefetch: Vec<PageKey>,
}

impl Ahead {
    /// Whether there is nothing to bring.
    pub fn is_empty(&self) -> bool {
        self.prerender.is_none() && self.prefetch.is_empty()
    }

    /// All pages in it.
    pub fn pages(&self) -> impl Iterator<Item = &PageKey> {
        self.prerender.iter().chain(&self.prefetch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn likely(all: &[(&str, u16)]) -> Vec<Likely> {
        let one = |(path, thousandths): &(&str, u16)| Likely {
            page: PageKey::parse(path).unwrap(),
            thousandths: *thousandths,
        };
        all.iter().map(one).collect()
    }

    #[track_caller]
    fn check(all: &[(&str, u16)], prerender: Option<&str>, prefetch: &[&str]) {
        let ahead = Limits { prefetch: 100, prerender: 400, most: 3 }.choose(&likely(all));
        assert_eq!(ahead.prerender.as_ref().map(PageKey::as_str), prerender);
        assert_eq!(ahead.prefetch.iter().map(PageKey::as_str).collect::<Vec<_>>(), prefetch);
    }

    #[test]
    fn the_very_likely_one_is_drawn_and_others_are_fetched() {
        check(&[], None, &[]);
        check(&[("/p/a", 99)], None, &[]);
        check(&[("/p/a", 399), ("/p/b", 100), ("/p/c", 99)], None, &["/p/a", "/p/b"]);
        check(&[("/p/a", 400), ("/p/b", 400)], Some("/p/a"), &["/p/b"]);
        check(&[("/p/a", 300), ("/p/b", 250), ("/p/c", 200), ("/p/d", 150)], None, &["/p/a", "/p/b", "/p/c"]);
    }
}
