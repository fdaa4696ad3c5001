//! The table of likely pages, as it is published and as pages read it.

use crate::page::{Area, PageKey};
use serde::{Deserialize, Serialize};

/// The version of the format. It grows with each change of the bytes' meaning.
const FORMAT: u8 = 1;

/// A page's likely pages: each by its number, with the thousandths of its probability, the most likely one first.
pub(crate) type List = Vec<(u32, u16)>;

/// Which pages are likely to be asked for next.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Every page that is named, sorted: a number is a place here.
    names: Vec<PageKey>,
    /// Sorted by page.
    pages: Vec<(u32, List)>,
    /// Sorted by area.
    areas: Vec<(Area, List)>,
}

/// A page that may be asked for next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Likely {
    /// The page.
    pub page: PageKey,
    /// How likely, in thousandths.
    pub thousandths: u16,
}

/// Bytes that are no table. Whoever reads them goes on with the table that it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// Another release wrote it.
    #[error("this table has the format {0}; this release reads {FORMAT}")]
    OtherFormat(u8),
    /// It is cut off, or contradicts itself.
    #[error("this is no table of likely pages")]
    Content,
}

impl Table {
    /// Keeps the names that are used.
    pub(crate) fn new(all: &[PageKey], pages: Vec<(u32, List)>, areas: Vec<(Area, List)>) -> Self {
        let lists = pages.iter().map(|(_, list)| list).chain(areas.iter().map(|(_, list)| list));
        let targets = lists.flatten().map(|(to, _)| *to);
        let mut used: Vec<u32> = targets.chain(pages.iter().map(|(page, _)| *page)).collect();
        used.sort_unstable();
        used.dedup();
        let place = |old: u32| {
            used.binary_search(&old).ok().and_then(|at| u32::try_from(at).ok()).unwrap_or_default()
        };
        let moved = |list: List| list.into_iter().map(|(to, thousandths)| (place(to), thousandths)).collect();
        let pages = pages.into_iter().map(|(page, list)| (place(page), moved(list))).collect();
        let areas = areas.into_iter().map(|(area, list)| (area, moved(list))).collect();
        let name = |old: &u32| all.get(usize::try_from(*old).ok()?).cloned();
        Table { names: used.iter().filter_map(name).collect(), pages, areas }
    }

    /// The pages that are likely after this one, the most likely one first: as it is known itself, else as its area is.
    pub fn likely(&self, page: &PageKey, area: &Area) -> Vec<Likely> {
        let number = self.names.binary_search(page).ok().and_then(|at| u32::try_from(at).ok());
        let own = number.and_then(|number| find(&self.pages, &number));
        let list = own.or_else(|| find(&self.areas, area)).or_else(|| find(&self.areas, &Area::of_all()));
        let likely = |(to, thousandths): &(u32, u16)| {
            let to = self.names.get(usize::try_from(*to).ok()?)?;
            (to != page).then(|| Likely { page: to.clone(), thousandths: *thousandths })
        };
        list.into_iter().flatten().filter_map(likely).collect()
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.pages.is_empty() && self.areas.is_empty()
    }

    /// Pages that are known themselves.
    pub fn len(&self) -> usize {
        self.pages.len()
    }

    /// The bytes to store: the format's version, then postcard (<https://postcard.jamesmunns.com/wire-format>).
    pub fn encode(&self) -> Vec<u8> {
        // Writing to memory can't fail for these types: no maps, no unknown lengths.
        postcard::to_extend(self, vec![FORMAT]).unwrap_or_default()
    }

    /// Reads stored bytes.
    ///
    /// # Errors
    /// Whatever is not a whole table of this release's format.
    pub fn decode(bytes: &[u8]) -> Result<Self, TableError> {
        let (format, rest) = bytes.split_first().ok_or(TableError::Content)?;
        if *format != FORMAT {
            return Err(TableError::OtherFormat(*format));
        }
        match postcard::take_from_bytes::<Table>(rest) {
            Ok((table, [])) if table.is_sound() => Ok(table),
            _ => Err(TableError::Content),
        }
    }

    pub(crate) fn is_sound(&self) -> bool {
        let is_name = |number: &u32| usize::try_from(*number).is_ok_and(|at| at < self.names.len());
        let mut lists =
            self.pages.iter().map(|(_, list)| list).chain(self.areas.iter().map(|(_, list)| list));
        self.names.is_sorted_by(|a, b| a < b)
            && self.pages.is_sorted_by(|(a, _), (b, _)| a < b)
            && self.areas.is_sorted_by(|(a, _), (b, _)| a < b)
            && self.pages.iter().all(|(page, _)| is_name(page))
            && lists.all(|list| {
                list.is_sorted_by(|(_, a), (_, b)| a >= b)
                    && list.iter().all(|(to, thousandths)| is_name(to) && *thousandths <= 1000)
            })
    }
}

/// The list of this key in a sorted table.
fn find<'a, K: Ord>(table: &'a [(K, List)], key: &K) -> Option<&'a List> {
    let at = table.binary_search_by(|(known, _)| known.cmp(key)).ok()?;
    table.get(at).map(|(_, list)| list)
}
