//! What an isolate shows when two looks for a new publication overlap, or one takes its time.

use crate::Host;
use crate::testing::Shop;
use async_trait::async_trait;
use futures::channel::oneshot;
use futures::executor::block_on;
use futures::future::FutureExt;
use orilla_shop::PortError;
use orilla_shop::publish::Segments;
use orilla_snapshot::Hash;
use std::sync::{Arc, Mutex};

/// Files whose first answer comes when a test lets it.
struct Slow {
    files: Arc<dyn Segments>,
    until: Mutex<Option<oneshot::Receiver<()>>>,
}

#[async_trait]
impl Segments for Slow {
    async fn get(&self, hash: Hash) -> Result<Option<Vec<u8>>, PortError> {
        let until = self.until.lock().unwrap().take();
        if let Some(until) = until {
            until.await.unwrap();
        }
        self.files.get(hash).await
    }

    async fn put(&self, files: Vec<(Hash, Vec<u8>)>) -> Result<(), PortError> {
        self.files.put(files).await
    }
}

/// A host whose files are slow once, and what makes them answer.
fn slow(shop: &Shop) -> (Host, oneshot::Sender<()>) {
    let (release, until) = oneshot::channel();
    let files = shop.host().segments.clone();
    let slow = Slow { files, until: Mutex::new(Some(until)) };
    (Host { segments: Arc::new(slow), ..shop.host().clone() }, release)
}

/// An isolate that knows the newest publication, and another one of its shop, in which somebody publishes.
fn two() -> (Shop, Shop) {
    let shop = Shop::new();
    block_on(shop.host().isolate.check(shop.host())).unwrap();
    let other = shop.isolate();
    (shop, other)
}

fn publish(shop: &Shop, flag: &str) {
    shop.publish_flags(&format!(r#"{{"features": {{"{flag}": {{"defaultValue": true}}}}}}"#));
}

#[test]
fn a_look_that_was_overtaken_brings_nothing_back() {
    let (shop, other) = two();
    let isolate = shop.host().isolate.clone();
    let before = isolate.publication();
    publish(&other, "first");
    let (host, release) = slow(&shop);
    let mut overtaken = isolate.check(&host).boxed();
    assert!((&mut overtaken).now_or_never().is_none());
    publish(&other, "second");
    block_on(isolate.check(shop.host())).unwrap();
    assert_eq!(isolate.publication(), before + 2);
    release.send(()).unwrap();
    block_on(overtaken).unwrap();
    assert_eq!(isolate.publication(), before + 2);
}

#[test]
fn what_took_its_time_to_load_is_as_old_as_its_question() {
    let (shop, other) = two();
    let isolate = shop.host().isolate.clone();
    let before = isolate.publication();
    publish(&other, "first");
    let (host, release) = slow(&shop);
    let mut loading = isolate.check(&host).boxed();
    assert!((&mut loading).now_or_never().is_none());
    shop.wait(5_000);
    release.send(()).unwrap();
    block_on(loading).unwrap();
    assert_eq!(isolate.publication(), before + 1);
    publish(&other, "second");
    shop.anonymous().get("/en");
    assert_eq!(isolate.publication(), before + 2, "a request asks again");
}

#[test]
fn a_look_that_began_before_a_publish_here_does_not_know_of_it() {
    let (shop, other) = two();
    let isolate = shop.host().isolate.clone();
    publish(&other, "first");
    let (host, release) = slow(&shop);
    let mut looking = isolate.check(&host).boxed();
    assert!((&mut looking).now_or_never().is_none());
    publish(&shop, "second");
    let published = isolate.publication() + 2;
    release.send(()).unwrap();
    block_on(looking).unwrap();
    shop.anonymous().get("/en");
    assert_eq!(isolate.publication(), published, "whoever published sees it");
}
