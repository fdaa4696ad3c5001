//! Which pages are likely to be asked for next, as a version carries it.

use crate::attachment::Attachment;
use crate::fingerprint::{combine, digest};
use crate::frame::{FormatError, SegmentRef};
use crate::snapshot::Snapshot;
use orilla_catalog::{Handle, ProductId};
use orilla_prefetch::{Ahead, Area, Limits, PageKey, Table};

/// The table of a version.
#[derive(Debug, Default)]
pub(crate) struct Next {
    table: Table,
    /// The file that was looked at for it.
    pub(crate) file: Option<SegmentRef>,
}

impl Next {
    /// From the file that a manifest names. A table that this release can't read is an empty one: pages are as good
    /// without.
    pub(crate) fn open(named: SegmentRef, file: &[u8]) -> Result<Self, FormatError> {
        let bytes = Attachment::Next.open(&named, file)?;
        Ok(Next { table: Table::decode(bytes).unwrap_or_default(), file: Some(named) })
    }
}

impl Snapshot {
    /// What a browser should bring on this page before it is asked for.
    pub fn ahead(&self, page: &PageKey) -> Ahead {
        let category = self.product_of(page).and_then(|id| self.category_at(self.place(id)?));
        let category = category.and_then(|at| self.manifest().categories.get(at));
        let area = Area::of(page, category.map(|category| category.slug.as_str()));
        Limits::PAYS.choose(&self.next().table.likely(page, &area))
    }

    /// Moves with the table, and with what is known of the product whose page it is: its category may be another.
    pub(crate) fn ahead_version(&self, page: &PageKey) -> u64 {
        let product = self.product_of(page).and_then(|id| self.product_version(id));
        combine(self.next().file.map_or(0, |file| file.checksum), product.unwrap_or_default())
    }

    pub(crate) fn ahead_fingerprint(&self, page: &PageKey) -> u64 {
        let Ahead { prerender, prefetch } = self.ahead(page);
        digest(&(prerender, prefetch))
    }

    fn product_of(&self, page: &PageKey) -> Option<ProductId> {
        self.find(&Handle::parse(page.handle()?).ok()?)
    }
}
