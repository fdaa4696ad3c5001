//! The import of a file: products go into the store in batches, and what is none is told.

use crate::Writer;
use async_trait::async_trait;
use orilla_catalog::Product;
use orilla_feeds::{Entry, FeedError, Format, Located, Rejection, Settings, read};
use orilla_shop::PortError;
use orilla_shop::catalog::{ImportCounts, ImportError};
use std::collections::HashMap;
use std::io::BufRead;

/// Products that go into the store in one transaction.
pub const BATCH: usize = 200;
/// Conflicts of one batch that are taken out one by one; with more, the rest of the batch is rejected.
const MOST_CONFLICTS: usize = 50;
/// Rejections that are kept of one file. The number of all is always told.
pub const MOST_REJECTIONS: usize = 1_000;

/// What an import did.
#[derive(Debug, Default)]
pub struct Done {
    /// Products that went in.
    pub counts: ImportCounts,
    /// How many rows were rejected, in all.
    pub rejected_total: u32,
    /// The first of them.
    pub rejected: Vec<Rejection>,
}

impl Done {
    fn reject(&mut self, rejection: Rejection) {
        self.rejected_total += 1;
        if self.rejected.len() < MOST_REJECTIONS {
            self.rejected.push(rejection);
        }
    }
}

/// Why an import ended before the file did. What went in before that stays.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// The file is not of the format, or can't be read.
    #[error(transparent)]
    Feed(#[from] FeedError),
    /// The store failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// Who is told after each batch.
#[async_trait]
pub trait Watcher: Send {
    /// So far is it.
    async fn batch(&mut self, done: &Done) -> Result<(), PortError>;
}

/// Nobody.
pub struct Nobody;

#[async_trait]
impl Watcher for Nobody {
    async fn batch(&mut self, _: &Done) -> Result<(), PortError> {
        Ok(())
    }
}

/// An import.
pub struct Importing<'a> {
    /// Where products go.
    pub writer: &'a Writer,
    /// What the file does not say about itself.
    pub settings: Settings,
    /// Whether it only finds out what would happen.
    pub dry_run: bool,
}

impl Importing<'_> {
    /// Reads the whole file. Whenever it is interrupted, whole batches have gone in, and the same file brings the rest.
    ///
    /// # Errors
    /// See [`Broken`]; what was done until then is in `done`.
    pub async fn run(
        &self,
        format: Format,
        reader: impl BufRead + Send,
        done: &mut Done,
        watcher: &mut impl Watcher,
    ) -> Result<(), Broken> {
        let mut batch = Vec::with_capacity(BATCH);
        let mut seen = HashMap::new();
        let mut read_of_batch = 0;
        for entry in read(format, reader, self.settings) {
            match entry? {
                Entry::Product(product) => match repeats(&mut seen, &product) {
                    Some(rejection) => done.reject(rejection),
                    None => batch.push(product),
                },
                Entry::Rejected(rejection) => done.reject(rejection),
            }
            read_of_batch += 1;
            // A file of nothing but mistakes is told of, too.
            if batch.len() == BATCH || read_of_batch == 5 * BATCH {
                read_of_batch = 0;
                self.put_in(&mut batch, done).await?;
                watcher.batch(done).await?;
            }
        }
        self.put_in(&mut batch, done).await?;
        Ok(())
    }

    /// Puts a batch into the store; an entry that contradicts the store is taken out and reported.
    async fn put_in(&self, batch: &mut Vec<Located<Product>>, done: &mut Done) -> Result<(), PortError> {
        let (mut lines, mut products): (Vec<u64>, Vec<Product>) =
            batch.drain(..).map(|found| (found.line, found.value)).unzip();
        for _ in 0..=MOST_CONFLICTS {
            if products.is_empty() {
                return Ok(());
            }
            match self.writer.catalog.import(&products, self.dry_run).await {
                Ok(counts) => {
                    done.counts.added += counts.added;
                    done.counts.changed += counts.changed;
                    done.counts.unchanged += counts.unchanged;
                    return Ok(());
                }
                Err(ImportError::Conflict { index, field, message }) if index < products.len() => {
                    products.remove(index);
                    done.reject(Rejection::new(lines.remove(index), &field, message));
                }
                Err(ImportError::Conflict { message, .. }) => return Err(PortError::Unexpected(message)),
                Err(ImportError::Port(error)) => return Err(error),
            }
        }
        for line in lines {
            let message = "its batch had too many conflicts: mend those first";
            done.reject(Rejection::new(line, "product", message));
        }
        Ok(())
    }
}

/// Why this product is not taken, if its handle stood in the file before: were the later one taken, each import of the
/// same file would flip the product between the two. `seen` is where each handle stood first.
fn repeats(seen: &mut HashMap<String, u64>, product: &Located<Product>) -> Option<Rejection> {
    let handle = product.value.handle();
    if let Some(first) = seen.get(handle) {
        let message = format!("\"{handle}\" stands in line {first} already");
        return Some(Rejection::new(product.line, "handle", message));
    }
    seen.insert(handle.to_owned(), product.line);
    None
}
