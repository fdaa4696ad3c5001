//! What an isolate shows when two looks for a new publication overlap, or one takes its time.

use super::LOST_AFTER;
use crate::Host;
use crate::testing::Shop;
use async_trait::async_trait;
use futures::channel::oneshot;
use futures::executor::block_on;
use futures::future::{FutureExt, join};
use orilla_shop::publish::Segments;
use orilla_shop::{PortError, Timer};
use orilla_snapshot::Hash;
use std::collections::HashSet;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;

/// Files whose first answer comes when a test lets it; they remember what they were asked for.
struct Slow {
    files: Arc<dyn Segments>,
    asked: Arc<Mutex<Vec<Hash>>>,
    until: Mutex<Option<oneshot::Receiver<()>>>,
}

#[async_trait]
impl Segments for Slow {
    async fn get(&self, hash: Hash) -> Result<Option<Vec<u8>>, PortError> {
        self.asked.lock().unwrap().push(hash);
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
    let (host, release, _) = cold(shop);
    (host, release)
}

/// A timer that lets others go on, however long it is to wait.
struct Turns;

impl Timer for Turns {
    fn sleep(&self, _: u32) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let mut has_waited = false;
        Box::pin(poll_fn(move |context| {
            if std::mem::replace(&mut has_waited, true) {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        }))
    }
}

/// A cold isolate whose files are slow once: its host, what makes them answer, and what they were asked for.
fn cold(shop: &Shop) -> (Host, oneshot::Sender<()>, Arc<Mutex<Vec<Hash>>>) {
    let (release, until) = oneshot::channel();
    let asked = Arc::<Mutex<Vec<Hash>>>::default();
    let files = shop.host().segments.clone();
    let slow = Slow { files, asked: asked.clone(), until: Mutex::new(Some(until)) };
    let host = Host { segments: Arc::new(slow), timer: Arc::new(Turns), ..shop.host().clone() };
    (host, release, asked)
}

#[test]
fn requests_that_come_at_once_to_a_cold_isolate_load_the_catalogue_once() {
    let (shop, other) = two();
    let (host, release, asked) = cold(&other);
    let (mut first, mut second) = (host.isolate.current(&host).boxed(), host.isolate.current(&host).boxed());
    assert!((&mut first).now_or_never().is_none());
    assert!((&mut second).now_or_never().is_none());
    release.send(()).unwrap();
    let (first, second) = block_on(join(first, second));
    assert!(Arc::ptr_eq(&first.unwrap().snapshot, &second.unwrap().snapshot));
    assert_eq!(host.isolate.publication(), shop.host().isolate.publication());
    let asked = asked.lock().unwrap();
    assert!(asked.len() > 1);
    assert_eq!(asked.iter().collect::<HashSet<_>>().len(), asked.len(), "each file is asked for once");
}

#[test]
fn a_look_that_ended_with_its_request_is_taken_over() {
    let (_shop, other) = two();
    let (host, _release, _) = cold(&other);
    // The runtime goes on with a request no more when its visitor is gone, and tells nobody.
    let mut gone = host.isolate.current(&host).boxed();
    assert!((&mut gone).now_or_never().is_none());
    let mut waiting = host.isolate.current(&host).boxed();
    assert!((&mut waiting).now_or_never().is_none());
    other.wait(LOST_AFTER);
    assert!(block_on(waiting).is_ok());
    assert!(host.isolate.publication() > 0);
}

#[test]
fn a_look_that_nobody_ends_is_not_waited_for_without_end() {
    let (_shop, other) = two();
    let (host, _release, asked) = cold(&other);
    let mut stuck = host.isolate.current(&host).boxed();
    assert!((&mut stuck).now_or_never().is_none());
    assert!(block_on(host.isolate.current(&host)).is_err(), "there is nothing to show");
    assert_eq!(asked.lock().unwrap().len(), 1);
}

#[test]
fn who_waits_for_a_look_that_fails_is_told_so() {
    let (_shop, other) = two();
    let (host, release, asked) = cold(&other);
    let (mut first, mut second) = (host.isolate.current(&host).boxed(), host.isolate.current(&host).boxed());
    assert!((&mut first).now_or_never().is_none());
    assert!((&mut second).now_or_never().is_none());
    other.break_files(true);
    release.send(()).unwrap();
    let (first, second) = block_on(join(first, second));
    assert!(first.is_err() && second.is_err());
    assert_eq!(asked.lock().unwrap().len(), 1);
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
