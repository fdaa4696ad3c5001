//! The snapshot in memory, and its small answers.

use crate::bucket::Bucket;
use crate::dictionary::Dictionary;
use crate::documents::Documents;
use crate::frame::{FormatError, SegmentRef};
use crate::manifest::Manifest;
use crate::next::Next;
use crate::place;
use crate::reader::RemotePicture;
use crate::tables::{At, Tables, at, category, split};
use orilla_catalog::read::{Card, CategoryNode, CategoryRef, ProductView};
use orilla_catalog::{Handle, ImageId, ProductId, tree, way};
use std::sync::Arc;

/// One version of the catalogue, with its index in memory.
#[derive(Clone, Debug)]
pub struct Snapshot {
    manifest: Arc<Manifest>,
    /// One for each bucket of the manifest.
    buckets: Vec<Arc<Bucket>>,
    dictionary: Arc<Dictionary>,
    tables: Arc<Tables>,
    next: Arc<Next>,
}

/// Why a document can't be had now.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Need {
    /// Its segment is not in memory: load it, give it to [`Documents::insert`], and ask again.
    #[error("the segment {} is needed", .0.hash)]
    Segment(SegmentRef),
    /// Its segment is there and wrong.
    #[error(transparent)]
    Format(#[from] FormatError),
}

impl Snapshot {
    pub(crate) fn new(
        manifest: Manifest,
        buckets: Vec<Arc<Bucket>>,
        dictionary: Arc<Dictionary>,
        next: Arc<Next>,
    ) -> Self {
        let tables = Arc::new(Tables::new(&manifest, &buckets));
        Snapshot { manifest: Arc::new(manifest), buckets, dictionary, tables, next }
    }

    /// What it was made from.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    pub(crate) fn buckets(&self) -> &[Arc<Bucket>] {
        &self.buckets
    }

    pub(crate) fn dictionary(&self) -> &Arc<Dictionary> {
        &self.dictionary
    }

    pub(crate) fn tables(&self) -> &Tables {
        &self.tables
    }

    pub(crate) fn next(&self) -> &Arc<Next> {
        &self.next
    }

    /// The product with this handle.
    pub fn find(&self, handle: &Handle) -> Option<ProductId> {
        let is_it = |at: &At| self.at(*at).is_some_and(|(bucket, row)| bucket.handle(row) == handle.as_str());
        let at = self.tables.with_hash(handle.as_str()).find(is_it)?;
        self.at(at).map(|(bucket, row)| bucket.id(row))
    }

    /// The bucket and row of a place.
    pub(crate) fn at(&self, at: At) -> Option<(&Bucket, usize)> {
        let (bucket, row) = split(at);
        self.buckets.get(bucket).map(|bucket| (bucket.as_ref(), row))
    }

    /// Where a product stands.
    pub(crate) fn place(&self, id: ProductId) -> Option<At> {
        let (number, slot) = place(id);
        let at_bucket = self.manifest.buckets.binary_search_by_key(&number, |bucket| bucket.number).ok()?;
        Some(at(at_bucket, self.buckets.get(at_bucket)?.row(slot)?))
    }

    /// The index of the category of the product at a place.
    pub(crate) fn category_at(&self, place: At) -> Option<usize> {
        let (bucket, row) = split(place);
        let column = *self.buckets.get(bucket)?.category.get(row)?;
        self.tables.category(bucket, column)
    }

    pub(crate) fn card_at(&self, place: At) -> Option<Card> {
        let (bucket, row) = self.at(place)?;
        let category = self.category_at(place).and_then(|at| self.manifest.categories.get(at));
        bucket.card(row, category.map(|category| category.name.clone()))
    }

    /// The card of a product.
    pub fn card(&self, id: ProductId) -> Option<Card> {
        self.card_at(self.place(id)?)
    }

    /// The way to a category, from the top, itself the last.
    pub(crate) fn way_to(&self, at: usize) -> Vec<CategoryRef> {
        let slug = self.manifest.categories.get(at).map_or("", |category| category.slug.as_str());
        let known = |slug| self.manifest.categories.get(category(&self.manifest, slug)?).cloned();
        way(slug).filter_map(known).collect()
    }

    /// All categories that have products, parents before children, siblings by name.
    pub fn categories(&self) -> Vec<CategoryNode> {
        let all = self.manifest.categories.iter().zip(&self.tables.categories);
        tree(
            all.map(|(category, counted)| CategoryNode {
                slug: category.slug.clone(),
                name: category.name.clone(),
                products: counted.products,
            })
            .collect(),
        )
    }

    /// The segment with the document of a product; `None` if there is no such product.
    pub fn document_segment(&self, id: ProductId) -> Option<SegmentRef> {
        self.place(id)?;
        self.manifest.segment_of(id).map(|(_, segment)| segment)
    }

    /// The page of a product, with the counts of stock as they were published.
    ///
    /// # Errors
    /// [`Need`] says what is missing.
    pub fn product(&self, id: ProductId, documents: &Documents) -> Result<Option<ProductView>, Need> {
        let Some((place, named)) = self.place(id).zip(self.document_segment(id)) else { return Ok(None) };
        let document = documents.document(&named, id)?;
        let categories = self.category_at(place).map_or_else(Vec::new, |at| self.way_to(at));
        Ok(Some(document.into_view(id, categories)))
    }

    /// The product with this picture.
    pub fn product_of_picture(&self, id: ImageId) -> Option<ProductId> {
        let of = |bucket: &Arc<Bucket>| bucket.row_of_picture(id).map(|row| bucket.id(row));
        self.buckets.iter().find_map(of)
    }

    /// Where a picture is.
    ///
    /// # Errors
    /// [`Need`] says what is missing.
    pub fn picture(&self, id: ImageId, documents: &Documents) -> Result<Option<RemotePicture>, Need> {
        let found = self
            .product_of_picture(id)
            .and_then(|product| Some((self.place(product)?, self.document_segment(product)?, product)));
        let Some((place, named, product)) = found else { return Ok(None) };
        let document = documents.document(&named, product)?;
        let category = self.category_at(place).and_then(|at| self.manifest.categories.get(at));
        let mut pictures = document.images.iter().zip(document.image_urls);
        let url = pictures.find(|(image, _)| image.id == id).map(|(_, url)| url);
        Ok(url.map(|url| RemotePicture {
            url,
            title: document.title,
            category: category.map(|category| category.name.clone()),
        }))
    }
}
