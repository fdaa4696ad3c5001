//! All products of a document segment at once: for who has to look at each, as an index of words does.

use crate::document::Shelf;
use crate::frame::{FormatError, Kind, SegmentRef, open_named};
use crate::product_at;
use crate::snapshot::Snapshot;
use orilla_catalog::ProductId;
use orilla_catalog::read::ProductView;

/// The titles of the products in the file of a document segment of the bucket with this number: for who has a manifest
/// alone.
///
/// # Errors
/// Whatever is not the segment that was named.
pub fn titles_in(
    bucket: i64,
    named: &SegmentRef,
    file: &[u8],
) -> Result<Vec<(ProductId, String)>, FormatError> {
    let shelf = Shelf::decode(open_named(Kind::Documents, named, file)?)?;
    let title = |slot: &u8| {
        let document = shelf.get(*slot).transpose()?;
        Some(document.map(|document| (product_at(bucket, *slot), document.title)))
    };
    shelf.slots().iter().filter_map(title).collect()
}

impl Snapshot {
    /// The products in the file of a document segment of the bucket with this number, with the counts of stock as they
    /// were published.
    ///
    /// # Errors
    /// Whatever is not the segment that was named.
    pub fn products_in(
        &self,
        bucket: i64,
        named: &SegmentRef,
        file: &[u8],
    ) -> Result<Vec<ProductView>, FormatError> {
        let shelf = Shelf::decode(open_named(Kind::Documents, named, file)?)?;
        let mut products = Vec::with_capacity(shelf.slots().len());
        for slot in shelf.slots() {
            let (id, Some(document)) = (product_at(bucket, *slot), shelf.get(*slot)?) else { continue };
            let way = self.place(id).and_then(|place| self.category_at(place));
            products.push(document.into_view(id, way.map_or_else(Vec::new, |at| self.way_to(at))));
        }
        Ok(products)
    }

    /// The document segment of each bucket that has it, with the bucket's number.
    pub fn document_segments(&self) -> impl Iterator<Item = (i64, &SegmentRef)> {
        let buckets = self.manifest().buckets.iter();
        buckets.flat_map(|bucket| bucket.documents.iter().map(|(_, named)| (bucket.number, named)))
    }
}
