//! The flags that are published with the catalogue: compiled once for all publications that carry the same document.

use crate::gateway::log::Level;
use crate::{Host, isolate};
use orilla_flags::Flags;
use orilla_shop::PortError;
use orilla_snapshot::{Attachment, FormatError, SegmentRef};
use serde_json::{Value, json};
use std::sync::Arc;

/// A document of flags, ready to be evaluated.
#[derive(Default)]
pub struct PublishedFlags {
    /// The flags. Without a document there are none.
    pub flags: Flags,
    /// The file that they were read from.
    file: Option<SegmentRef>,
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
        let document: Value =
            serde_json::from_slice(document).map_err(|error| BadFlags::NotJson(error.to_string()))?;
        let (flags, faults) = Flags::read(&document);
        let faults = faults.iter().map(ToString::to_string).collect();
        Ok((PublishedFlags { flags, file: Some(named) }, faults))
    }
}

fn log(host: &Host, error: &str) {
    let line = json!({ "level": Level::Error, "what": "published flags", "error": error });
    host.gate.log.line(Level::Error, &line.to_string());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Shop;
    use futures::executor::block_on;
    use orilla_flags::Visitor;

    #[test]
    fn a_file_that_is_not_the_one_or_no_json_is_an_error() {
        let read = |file: &[u8]| PublishedFlags::read(Attachment::Flags.seal(b"{}").reference, file);
        let other = Attachment::Flags.seal(b"[]").file;
        assert!(matches!(read(&other), Err(BadFlags::Format(FormatError::OtherSegment))));
        assert!(matches!(read(b""), Err(BadFlags::Format(FormatError::Truncated))));
        let text = Attachment::Flags.seal(b"{");
        let read = PublishedFlags::read(text.reference, &text.file);
        assert!(matches!(read, Err(BadFlags::NotJson(_))));
    }

    /// Whether the flag is on for anybody at this shop.
    fn is_on(shop: &Shop, flag: &str) -> bool {
        let edition = block_on(shop.host().isolate.current(shop.host())).unwrap();
        edition.flags.flags.evaluate(flag, &Visitor::unknown(), 0).is_on()
    }

    #[test]
    fn a_document_that_can_not_be_used_leaves_the_one_before() {
        let shop = Shop::new();
        assert!(!is_on(&shop, "a"));
        shop.publish_flags(r#"{"features": {"a": {"defaultValue": true}}}"#);
        assert!(is_on(&shop, "a"));
        shop.logged();
        shop.publish_flags(r#"{"features": "#);
        assert!(is_on(&shop, "a"));
        assert!(shop.logged().iter().any(|line| line.contains("published flags") && line.contains("EOF")));
        // What another release has let pass counts as far as it is sound.
        shop.publish_flags(
            r#"{"features": {"a": {"defaultValue": false}, "b": {"defaultValue": 1, "x": 2}}}"#,
        );
        assert!(!is_on(&shop, "a") && is_on(&shop, "b"));
        assert!(shop.logged().iter().any(|line| line.contains("/features/b/x")));
    }

    #[test]
    fn other_publications_share_the_compiled_flags() {
        let shop = Shop::new();
        let flags = || block_on(shop.host().isolate.current(shop.host())).unwrap().flags;
        shop.publish_flags("{}");
        let before = flags();
        shop.execute("UPDATE products SET title = 'Boots' WHERE handle = 'harbour-boots'");
        shop.publish();
        assert!(Arc::ptr_eq(&before, &flags()));
        assert_ne!(before.version(), 0);
    }
}
