//! A page whose slot has to wait, byte by byte as it comes from workerd.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use orilla_integration::{Shop, unique};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// How often it is tried: a slot that is let go too late, because this machine is slow, is left out of its page.
const ATTEMPTS: usize = 20;
const SHARED: &str = "<p>What everybody shares.</p>";
const SLOT: &str = "<p>A slot that was let go.</p>";

/// Reads on until the text holds so many of these, or ends.
fn read_until(stream: &mut TcpStream, text: &mut String, mark: &str, count: usize) {
    let (mut byte, mut seen) = ([0], 0);
    while seen < count && stream.read(&mut byte).unwrap() > 0 {
        text.push(char::from(byte[0]));
        seen += usize::from(text.ends_with(mark));
    }
}

#[test]
fn what_stands_before_a_slot_leaves_before_the_slot_is_there() {
    // No proxy between, which could hold bytes back or hand them on early.
    let [shop, _] = Shop::twins();
    let address = shop.url.strip_prefix("http://").unwrap();
    if shop.get("/held/here/let-go").status == 404 {
        eprintln!("skipped: the build that is deployed has no page whose slot waits");
        return;
    }
    let was_let_go = (0..ATTEMPTS).any(|_| {
        let name = unique("slot");
        let mut stream = TcpStream::connect(address).unwrap();
        let request = format!("GET /held/{name} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let mut before = String::new();
        read_until(&mut stream, &mut before, SHARED, 100);
        assert_eq!(before.matches(SHARED).count(), 100, "all that stands before the slot is here: {before}");
        // Nothing but this makes the slot ready, and it happens after what was read has left.
        shop.get(&format!("/held/{name}/let-go")).expect(200);
        let mut rest = String::new();
        stream.read_to_string(&mut rest).unwrap();
        assert_eq!(rest.matches(SHARED).count(), 100, "the page goes on behind the slot: {rest}");
        assert!(!before.contains(SLOT));
        rest.contains(SLOT)
    });
    assert!(was_let_go, "the slot's content was never there, or the page waited for it");
}
