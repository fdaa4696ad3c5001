//! Imports from the Studio.

use super::{hidden, signed_in};
use crate::testing::{Answer, Client, Shop};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;

const IMPORT: &str = "/studio/import";
const FEED: &str = "Handle,Title,Variant Price\nbuoy,Buoy,12.50\noops,Oops,cheap\nfender,Fender,8\n";

/// A form with a file, as browsers send it.
fn multipart(fields: &[(&str, &str)], name: &str, file: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    for (field, value) in fields {
        write!(body, "--x\r\ncontent-disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n").unwrap();
    }
    write!(body, "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n").unwrap();
    body.extend(b"content-type: text/csv\r\n\r\n");
    body.extend(file);
    body.extend(b"\r\n--x--\r\n");
    body
}

fn post(client: &Client<'_>, body: &[u8]) -> Answer {
    client.send("POST", IMPORT, &[("content-type", "multipart/form-data; boundary=x")], body)
}

/// Sends a file with a new key, and answers the address of the report.
fn send(staff: &Client<'_>, intent: &str, name: &str, file: &[u8]) -> String {
    let key = hidden(&staff.get(IMPORT), "key");
    let sent = post(staff, &multipart(&[("key", &key), ("format", ""), ("intent", intent)], name, file));
    assert_eq!(sent.status, 303, "{}", sent.text());
    assert_eq!(sent.header("location"), format!("{IMPORT}/{key}"));
    sent.header("location").to_owned()
}

#[test]
fn a_file_is_imported_and_its_mistakes_are_told() {
    let shop = Shop::empty();
    let staff = signed_in(&shop);
    let key = hidden(&staff.get(IMPORT), "key");
    let body =
        multipart(&[("key", &key), ("format", ""), ("intent", "import")], "a & b.csv", FEED.as_bytes());
    for _ in 0..2 {
        let sent = post(&staff, &body);
        assert_eq!((sent.status, sent.header("location")), (303, &*format!("{IMPORT}/{key}")));
    }
    let report = staff.get(&format!("{IMPORT}/{key}"));
    for shown in ["finished", "Shopify CSV", "<dd>2</dd>", "Variant Price", "is not an amount"] {
        assert!(report.text().contains(shown), "{shown}: {}", report.text());
    }
    assert_eq!(report.header("cache-control"), "private, no-store");
    let csv = staff.get(&format!("{IMPORT}/{key}/rejected.csv"));
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    let lines = csv.text();
    let lines: Vec<_> = lines.lines().collect();
    assert_eq!(lines[0], "File,Line,Column,Field,Reason");
    assert!(
        lines[1].ends_with(&"write a decimal number such as 12.50\"")
            && lines[1].contains(",\"3\",\"3\",\"Variant Price\","),
        "{lines:?}"
    );
    assert_eq!(lines.len(), 2);
    shop.publish();
    assert_eq!(shop.anonymous().get("/api/v1/products/buoy").json()["title"], "Buoy");
    let list = staff.get(IMPORT).text();
    assert_eq!(list.matches(&format!("href=\"{IMPORT}/{key}\"")).count(), 1, "{list}");
    // The log has it once, and the first page shows it.
    assert!(staff.get("/studio").text().contains("a &amp; b.csv"));
    // The same file again changes nothing.
    let again = send(&staff, "import", "again.csv", FEED.as_bytes());
    assert!(staff.get(&again).text().contains("<dt>Equal</dt><dd>2</dd>"), "{}", staff.get(&again).text());
}

#[test]
fn a_check_changes_nothing() {
    let shop = Shop::empty();
    let staff = signed_in(&shop);
    let report = send(&staff, "check", "feed.csv", FEED.as_bytes());
    let text = staff.get(&report).text();
    assert!(text.contains("Nothing was changed") && text.contains("<dt>New</dt><dd>2</dd>"), "{text}");
    let found = staff.get("/studio/products").text();
    assert!(found.contains("Products found: 0"), "{found}");
}

#[test]
fn a_packed_file_is_unpacked() {
    let shop = Shop::empty();
    let staff = signed_in(&shop);
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(FEED.as_bytes()).unwrap();
    let report = send(&staff, "import", "feed.csv.gz", &encoder.finish().unwrap());
    assert!(staff.get(&report).text().contains("<dt>New</dt><dd>2</dd>"));
    // One that is cut off tells so; what went in before stays.
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(FEED.as_bytes()).unwrap();
    let mut broken = encoder.finish().unwrap();
    broken.truncate(broken.len() - 9);
    let report = send(&staff, "import", "feed.csv.gz", &broken);
    let text = staff.get(&report).text();
    assert!(text.contains("The import ended before the file did."), "{text}");
}

#[test]
fn what_is_no_feed_is_refused() {
    let shop = Shop::empty();
    let staff = signed_in(&shop);
    let key = hidden(&staff.get(IMPORT), "key");
    let fields = |format| [("key", key.clone()), ("format", format), ("intent", "import".to_owned())];
    let check = |format: &str, name: &str, file: &str, field: &str| {
        let fields = fields(format.to_owned());
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let before = shop.rows_written();
        let answer = post(&staff, &multipart(&fields, name, file.as_bytes()));
        assert_eq!((answer.status, shop.rows_written()), (422, before), "{}", answer.text());
        assert!(field.is_empty() || answer.text().contains(&format!("id=\"{field}-error\"")));
    };
    check("", "", "", "file");
    check("", "photo.jpg", "\u{1}\u{2}", "file");
    check("odd", "feed.csv", FEED, "file");
    for body in ["", "key=x", "--x\r\n"] {
        assert_eq!(post(&staff, body.as_bytes()).status, 422, "{body}");
    }
    let no_key = multipart(&[("key", "short")], "feed.csv", FEED.as_bytes());
    assert_eq!(post(&staff, &no_key).status, 422);
    // A file that is something else than the form says ends at once.
    let other = multipart(&[("key", &key), ("format", "google-tsv")], "feed.csv", FEED.as_bytes());
    let report = post(&staff, &other).header("location").to_owned();
    assert!(staff.get(&report).text().contains("failed"), "{}", staff.get(&report).text());
    assert_eq!(staff.get("/studio/import/never-was-one").status, 404);
    assert_eq!(staff.get("/studio/import/never-was-one/rejected.csv").status, 404);
    let stranger = shop.anonymous();
    assert_eq!(stranger.get(IMPORT).status, 303);
    assert_eq!(post(&stranger, &no_key).status, 401);
    assert_eq!(stranger.get("/studio/import/never-was-one/events").status, 303);
}

#[test]
fn events_tell_how_an_import_ended() {
    let shop = Shop::empty();
    let staff = signed_in(&shop);
    let report = send(&staff, "import", "feed.csv", FEED.as_bytes());
    let events = staff.get(&format!("{report}/events"));
    assert_eq!((events.status, events.header("content-type")), (200, "text/event-stream"));
    let text = events.text();
    assert!(text.starts_with("retry: 1000\n\nevent: progress\nid: 2\ndata: {"), "{text}");
    let data = text.split("data: ").nth(1).unwrap().lines().next().unwrap();
    let data: serde_json::Value = serde_json::from_str(data).unwrap();
    assert_eq!(
        data,
        serde_json::json!({ "state": "done", "percent": 100, "added": 2, "changed": 0, "unchanged": 0, "rejected": 1 })
    );
    assert_eq!(events.header("cache-control"), "private, no-store");
}

#[test]
fn events_go_on_while_the_import_does_and_end_with_it() {
    let shop = Shop::empty();
    let staff = signed_in(&shop);
    let report = send(&staff, "import", "feed.csv", FEED.as_bytes());
    // As it looks while it goes on: nothing is news to who has heard of this step.
    shop.execute("UPDATE import_runs SET state = 'running', beat = 7, read_bytes = 20, rejected = 0");
    let heard = staff.send("GET", &format!("{report}/events"), &[("last-event-id", "7")], b"");
    assert!(!heard.text().contains("event:") && heard.text().contains(": going on"), "{}", heard.text());
    let new = staff.send("GET", &format!("{report}/events"), &[("last-event-id", "6")], b"").text();
    assert_eq!(new.matches("event: progress\nid: 7\n").count(), 1, "{new}");
    assert!(staff.get(&report).text().contains("data-listen="));
    // Of one that has been silent for long, nothing more comes.
    shop.wait(61_000);
    let ended = staff.get(&format!("{report}/events")).text();
    assert!(ended.contains("\"state\":\"stopped\""), "{ended}");
    assert!(staff.get(&report).text().contains("The import was interrupted."));
}
