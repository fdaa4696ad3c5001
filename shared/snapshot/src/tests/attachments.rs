//! Documents that a version carries.

use super::catalogue::lantern;
use super::{Host, puts};
use crate::frame::{Kind, open};
use crate::{Attachment, Builder, FormatError, Manifest, Shop};

/// A manifest with both documents, and their files.
fn carried() -> (Manifest, Vec<Vec<u8>>) {
    let mut builder = Builder::default();
    let files = Attachment::ALL.map(|what| builder.attach(what, what_says(what)).unwrap().file);
    (builder.finish(1, 0, 0, Shop::default()), files.into())
}

fn what_says(what: Attachment) -> &'static [u8] {
    match what {
        Attachment::Flags => b"{}",
        Attachment::Next => b"",
    }
}

#[test]
fn a_document_is_read_as_it_was_given() {
    let (manifest, files) = carried();
    let manifest = Manifest::decode(&manifest.encode()).unwrap();
    for (what, file) in Attachment::ALL.into_iter().zip(&files) {
        let named = manifest.attachments.get(what).unwrap();
        assert_eq!(what.open(&named, file), Ok(what_says(what)));
        assert!(manifest.segments().any(|segment| *segment == named));
    }
}

#[test]
fn another_file_is_refused() {
    let (manifest, files) = carried();
    let flags = manifest.attachments.flags.unwrap();
    let other = Attachment::Flags.seal(b"[]").file;
    let mut damaged = files[0].clone();
    damaged[16] ^= 1;
    for (file, expected) in [
        (&files[1], FormatError::OtherKind('N')),
        (&other, FormatError::OtherSegment),
        (&damaged, FormatError::Damaged),
        (&Vec::new(), FormatError::Truncated),
    ] {
        assert_eq!(Attachment::Flags.open(&flags, file), Err(expected));
    }
}

#[test]
fn documents_stay_until_they_are_replaced() {
    let (manifest, _) = carried();
    for mut builder in [Builder::new(Some(&manifest)), Builder::anew(Some(&manifest))] {
        assert_eq!(builder.attach(Attachment::Flags, b"{}"), None, "the same bytes are the same file");
        let file = builder.attach(Attachment::Next, b"other").unwrap();
        let after = builder.finish(2, 0, 0, Shop::default()).attachments;
        assert_eq!(after.flags, manifest.attachments.flags);
        assert_eq!(after.next, Some(file.reference));
    }
}

#[test]
fn a_manifest_of_format_1_carries_nothing() {
    let mut host = Host::default();
    host.publish(puts([1, 300].map(lantern)));
    let manifest = host.manifest.unwrap();
    let mut file = manifest.encode();
    let payload = open(Kind::Manifest, &file).unwrap();
    let old = crate::frame::seal(Kind::Manifest, &payload[..payload.len() - 2]);
    assert!(Manifest::decode(&old).is_err(), "format 2 has them");
    file = old;
    file[7] = 1;
    assert_eq!(Manifest::decode(&file), Ok(manifest));
}
