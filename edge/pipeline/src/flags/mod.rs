//! Feature flags: the published document (here), what it means for one visitor (`visitor`), and links that force values
//! for one browser (`qa`).
//!
//! A document is compiled once for all publications that carry it. A page reads a variant by
//! [`crate::memo::Render::flags`], another handler by [`crate::visit::Visit::variants`].

pub mod qa;
#[cfg(test)]
mod tests;
mod visitor;

pub use visitor::{Variants, VisitorFlags};

use crate::gateway::log::Level;
use crate::{Host, isolate};
use orilla_flags::{Flags, names};
use orilla_shop::PortError;
use orilla_snapshot::{Attachment, FormatError, SegmentRef};
use serde_json::{Value, json};
use std::sync::Arc;

/// A document of flags, ready to be evaluated.
#[derive(Default)]
pub struct PublishedFlags {
    /// The flags. Without a document there are none.
    pub flags: Flags,
    /// Whether a rollout drives any of them.
    pub has_rollouts: bool,
    /// The file that they were read from.
    file: Option<SegmentRef>,
    /// Whether they may ask for the visitor's country, and for the device: each costs a crossing to the host.
    asks_country: bool,
    asks_device: bool,
}

/// Why a document can't be used. The isolate goes on with the one that it has.
#[derive(Debug, PartialEq, thiserror::Error)]
pub(crate) enum BadFlags {
    /// The file is not the one that the manifest names.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// It holds no JSON.
    #[error("not JSON: {0}")]
    NotJson(String),
}

impl PublishedFlags {
    /// What tells one document from another: equal for equal documents.
    pub fn version(&self) -> u64 {
        self.file.map_or(0, |file| file.checksum)
    }

    /// The document itself.
    ///
    /// # Errors
    /// The file can't be had now, or is not what it was.
    pub async fn document(&self, host: &Host) -> Result<Value, PortError> {
        let Some(named) = self.file else { return Ok(json!({ "features": {} })) };
        let bytes = isolate::file(host, named.hash).await?;
        let unexpected = |error: String| PortError::Unexpected(format!("published flags: {error}"));
        let document =
            Attachment::Flags.open(&named, &bytes).map_err(|error| unexpected(error.to_string()))?;
        serde_json::from_slice(document).map_err(|error| unexpected(error.to_string()))
    }

    /// The flags in this file; `before`, if they are the same or can't be used.
    ///
    /// # Errors
    /// The file can't be had now: the publication is not there yet.
    pub(crate) async fn load(
        host: &Host,
        file: Option<SegmentRef>,
        before: Arc<PublishedFlags>,
    ) -> Result<Arc<PublishedFlags>, PortError> {
        if before.file == file {
            return Ok(before);
        }
        let Some(named) = file else { return Ok(Arc::default()) };
        let bytes = isolate::file(host, named.hash).await?;
        match PublishedFlags::read(named, &bytes) {
            Ok((flags, faults)) => {
                faults.iter().for_each(|fault| log(host, fault));
                Ok(Arc::new(flags))
            }
            Err(error) => {
                log(host, &error.to_string());
                Ok(before)
            }
        }
    }

    /// The flags in a file, and what in it this release does not understand. A document is checked strictly before it
    /// is published; of one that another release has let pass, whatever is sound counts.
    fn read(named: SegmentRef, file: &[u8]) -> Result<(Self, Vec<String>), BadFlags> {
        let document = Attachment::Flags.open(&named, file)?;
        let has = |name: &str| {
            let quoted = format!("\"{name}\"");
            document.windows(quoted.len()).any(|part| part == quoted.as_bytes())
        };
        let (asks_country, asks_device) = (has(names::COUNTRY), has(names::DEVICE));
        let document: Value =
            serde_json::from_slice(document).map_err(|error| BadFlags::NotJson(error.to_string()))?;
        let (flags, faults) = Flags::read(&document);
        let faults = faults.iter().map(ToString::to_string).collect();
        let has_rollouts = flags.rolling().next().is_some();
        Ok((PublishedFlags { flags, has_rollouts, file: Some(named), asks_country, asks_device }, faults))
    }
}

fn log(host: &Host, error: &str) {
    let line = json!({ "level": Level::Error, "what": "published flags", "error": error });
    host.gate.log.line(Level::Error, &line.to_string());
}
