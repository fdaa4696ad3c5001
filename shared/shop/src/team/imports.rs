//! Imports from the Studio: how far one is, and what came of it.

use crate::PortError;
use crate::catalog::ImportCounts;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// Milliseconds without a step after which an import that has not ended counts as broken off: its Worker was stopped.
const SILENT: i64 = 60_000;

/// How far an import is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ImportState {
    /// It goes on.
    #[default]
    Running,
    /// It has read the whole file.
    Done,
    /// The file is not what it should be, or a store failed. What went in before that stays.
    Failed,
    /// It was interrupted. What went in before that stays.
    Stopped,
}

impl ImportState {
    /// The name in JSON and the store.
    pub fn token(self) -> &'static str {
        match self {
            ImportState::Running => "running",
            ImportState::Done => "done",
            ImportState::Failed => "failed",
            ImportState::Stopped => "stopped",
        }
    }
}

/// An import from the Studio.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportJob {
    /// Its name: the key of the form that began it.
    pub run: String,
    /// Who began it.
    pub member: String,
    /// The file's name.
    pub source: String,
    /// `shopify`, `icecat`, `google-xml`, `google-tsv` or `ndjson`; empty if it is none of them.
    pub format: String,
    /// Whether it only says what would happen.
    pub dry_run: bool,
    /// How far it is, as it was written last: see [`ImportJob::state_at`].
    pub state: ImportState,
    /// Why it has failed.
    pub message: String,
    /// Bytes of the file that were read.
    pub read: u64,
    /// Bytes of the file.
    pub total: u64,
    /// What it did, or would do.
    pub counts: ImportCounts,
    /// Rows that are no products.
    pub rejected: u32,
    /// Grows with each step.
    pub beat: u32,
    /// When it began, in milliseconds since 1970.
    pub started_at: i64,
    /// When its last step was.
    pub changed_at: i64,
}

impl ImportJob {
    /// How far it is, as far as one can know: of one that is silent for a minute, nothing more comes.
    pub fn state_at(&self, now: i64) -> ImportState {
        match self.state {
            ImportState::Running if now.saturating_sub(self.changed_at) > SILENT => ImportState::Stopped,
            state => state,
        }
    }

    /// How much of the file was read, in percent.
    pub fn percent(&self) -> u64 {
        match self.total {
            0 => 0,
            total => (self.read.saturating_mul(100) / total).min(100),
        }
    }
}

/// A row of a file that is no product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectedRow {
    /// Its place among the rejected ones, from 1.
    pub place: u32,
    /// The line at which it begins, from 1.
    pub line: u64,
    /// The column (of CSV and TSV) or the byte in the line (of JSON), from 1.
    pub column: Option<u64>,
    /// The field, as the file calls it.
    pub field: String,
    /// What is wrong and what would be right.
    pub message: String,
}

/// The imports from the Studio.
#[async_trait]
pub trait ImportDesk: Send + Sync {
    /// Writes down that an import begins; false if one of its name has begun before: nothing is written then.
    async fn begin(&self, job: &ImportJob) -> Result<bool, PortError>;

    /// Writes down how far it is, with the rows that were rejected since the last time.
    async fn step(&self, job: &ImportJob, rejected: &[RejectedRow]) -> Result<(), PortError>;

    /// The import of this name.
    async fn job(&self, run: &str) -> Result<Option<ImportJob>, PortError>;

    /// The last `most`, the newest first.
    async fn jobs(&self, most: u32) -> Result<Vec<ImportJob>, PortError>;

    /// Up to `most` rejected rows of an import, from the one after `after`.
    async fn rejected(&self, run: &str, after: u32, most: u32) -> Result<Vec<RejectedRow>, PortError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_import_that_is_silent_was_interrupted() {
        let job = ImportJob { changed_at: 1_000, ..ImportJob::default() };
        assert_eq!(job.state_at(61_000), ImportState::Running);
        assert_eq!(job.state_at(61_001), ImportState::Stopped);
        let done = ImportJob { state: ImportState::Done, ..job };
        assert_eq!(done.state_at(i64::MAX), ImportState::Done);
    }

    #[test]
    fn percents_are_within_a_hundred() {
        let percent = |read, total| ImportJob { read, total, ..ImportJob::default() }.percent();
        assert_eq!([percent(0, 0), percent(1, 3), percent(9, 3), percent(u64::MAX, 7)], [0, 33, 100, 100]);
    }
}
