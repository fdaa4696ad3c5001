use super::*;
use crate::checkout::{Append, AppendError, Earlier, ListedOrder};
use async_trait::async_trait;
use futures::executor::block_on;
use orilla_orders::{Event, IdempotencyKey, OrderNumber};
use orilla_push::Keys;
use std::sync::Mutex;

const NOW: i64 = 1_760_000_000_000;

/// One order, one browser, one push service.
struct World {
    told: Mutex<u32>,
    version: u32,
    endpoint: Mutex<Option<&'static str>>,
    answer: Result<(u16, Option<&'static str>), ()>,
    sent: Mutex<Vec<Request>>,
}

fn world(version: u32, answer: Result<(u16, Option<&'static str>), ()>) -> World {
    let endpoint = Mutex::new(Some("https://push.net/1"));
    World { told: Mutex::new(1), version, endpoint, answer, sent: Mutex::default() }
}

fn token() -> OrderToken {
    OrderToken::from_random([7; 16])
}

#[async_trait]
impl Subscriptions for World {
    async fn add(&self, _: &Subscribe, _: i64) -> Result<Added, PortError> {
        Ok(Added::Kept)
    }
    async fn has(&self, _: &OrderToken, _: &str) -> Result<bool, PortError> {
        Ok(true)
    }
    async fn remove(&self, _: &OrderToken, _: &str) -> Result<(), PortError> {
        Ok(())
    }
    async fn forget(&self, endpoint: &str) -> Result<(), PortError> {
        let forgotten = self.endpoint.lock().unwrap().take();
        assert_eq!(forgotten, Some(endpoint));
        Ok(())
    }
    async fn renew(&self, _: &str, _: &str, _: &Keys) -> Result<bool, PortError> {
        Ok(true)
    }
    async fn of_order(&self, asked: &OrderToken) -> Result<Vec<i64>, PortError> {
        Ok(if *asked == token() { vec![1, 2] } else { vec![] })
    }
    async fn find(&self, id: i64) -> Result<Option<Subscriber>, PortError> {
        let Some(endpoint) = *self.endpoint.lock().unwrap() else { return Ok(None) };
        let p256dh =
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
        Ok((id == 1).then(|| Subscriber {
            id,
            token: token(),
            endpoint: endpoint.into(),
            keys: Keys::parse(p256dh, "BTBZMqHH6r4Tts7J_aSIgg").unwrap(),
            language: "es".into(),
            site: "https://shop.net".into(),
            told: *self.told.lock().unwrap(),
        }))
    }
    async fn told(&self, _: i64, version: u32) -> Result<(), PortError> {
        *self.told.lock().unwrap() = version;
        Ok(())
    }
}

#[async_trait]
impl Orders for World {
    async fn order(&self, token: &OrderToken) -> Result<Option<StoredOrder>, PortError> {
        let history =
            (1..=self.version).map(|version| Recorded { version, at: NOW, event: Event::Packed }).collect();
        Ok(Some(StoredOrder { number: OrderNumber(1001), token: token.clone(), history }))
    }
    async fn done(&self, _: &IdempotencyKey) -> Result<Option<Earlier>, PortError> {
        Ok(None)
    }
    async fn withdraw(&self, _: &IdempotencyKey, _: i64) -> Result<Earlier, PortError> {
        Ok(Earlier::Withdrawn)
    }
    async fn append(&self, _: &Append) -> Result<OrderNumber, AppendError> {
        Ok(OrderNumber(1001))
    }
    async fn list(&self, _: Option<OrderNumber>, _: u32) -> Result<Vec<ListedOrder>, PortError> {
        Ok(Vec::new())
    }
}

#[async_trait]
impl PushService for World {
    async fn send(&self, request: &Request) -> Result<PushAnswer, PortError> {
        self.sent.lock().unwrap().push(request.clone());
        let (status, retry_after) = self.answer.map_err(|()| PortError::Unavailable("away".into()))?;
        Ok(PushAnswer { status, retry_after: retry_after.map(str::to_owned) })
    }
}

#[async_trait]
impl NoticeQueue for Mutex<Vec<String>> {
    async fn put(&self, messages: &[String]) -> Result<(), PortError> {
        self.lock().unwrap().extend_from_slice(messages);
        Ok(())
    }
}

struct Dice;

impl Random for Dice {
    fn bytes(&self) -> Result<[u8; 16], PortError> {
        Ok([5; 16])
    }
}

fn delivered(world: &World, message: &str, attempts: u32, now: i64) -> Fate {
    let vapid = Vapid::parse(&"1".repeat(64)).unwrap();
    let teller = Teller {
        subscriptions: world,
        orders: world,
        service: world,
        random: &Dice,
        vapid: &vapid,
        loopback: None,
        words: &|_, _, last| last.event.kind().to_owned(),
    };
    block_on(tell(teller, message, attempts, now)).unwrap()
}

#[track_caller]
fn check(
    version: u32,
    answer: Result<(u16, Option<&'static str>), ()>,
    expected: Fate,
    told: u32,
    sent: usize,
) {
    let world = world(version, answer);
    assert_eq!(delivered(&world, &Due { subscription: 1 }.text(), 2, NOW), expected);
    assert_eq!((*world.told.lock().unwrap(), world.sent.lock().unwrap().len()), (told, sent));
    let is_forgotten = world.endpoint.lock().unwrap().is_none();
    assert_eq!(is_forgotten, expected == Fate::Forgotten);
}

#[test]
fn what_a_push_service_says_decides() {
    check(3, Ok((201, None)), Fate::Told, 3, 1);
    check(1, Ok((201, None)), Fate::Nothing, 1, 0);
    check(2, Ok((404, None)), Fate::Forgotten, 1, 1);
    check(2, Ok((410, None)), Fate::Forgotten, 1, 1);
    check(2, Ok((429, Some("7"))), Fate::Again(7), 1, 1);
    check(2, Ok((429, Some("0"))), Fate::Again(1), 1, 1);
    check(2, Ok((503, Some("999999"))), Fate::Again(43_200), 1, 1);
    check(2, Ok((500, None)), Fate::Again(60), 1, 1);
    check(2, Ok((403, None)), Fate::Refused(403), 1, 1);
    check(2, Err(()), Fate::Again(60), 1, 1);
}

#[test]
fn a_message_that_comes_again_says_nothing_again() {
    let world = world(3, Ok((201, None)));
    let message = Due { subscription: 1 }.text();
    let fates = [1, 1, 2].map(|attempts| delivered(&world, &message, attempts, NOW));
    assert_eq!(fates, [Fate::Told, Fate::Nothing, Fate::Nothing]);
    assert_eq!(world.sent.lock().unwrap().len(), 1);
}

#[test]
fn what_is_old_or_for_nobody_is_let_go() {
    let message = Due { subscription: 1 }.text();
    for (message, now) in
        [(message.as_str(), NOW + FRESH + 1), ("{\"subscription\":2}", NOW), ("nonsense", NOW), ("", NOW)]
    {
        assert_eq!(delivered(&world(3, Ok((201, None))), message, 1, now), Fate::Nothing, "{message}");
    }
}

#[test]
fn only_public_endpoints_are_asked() {
    let world = world(2, Ok((201, None)));
    *world.endpoint.lock().unwrap() = Some("https://169.254.169.254/latest");
    assert_eq!(delivered(&world, &Due { subscription: 1 }.text(), 1, NOW), Fate::Forgotten);
    assert!(world.sent.lock().unwrap().is_empty());
}

#[test]
fn waits_double_up_to_an_hour() {
    assert_eq!([0, 1, 2, 3, 8, 100].map(wait), [30, 30, 60, 120, 3_600, 3_600]);
}

#[test]
fn each_browser_of_an_order_gets_a_message() {
    let (world, queue) = (world(2, Ok((201, None))), Mutex::<Vec<String>>::default());
    block_on(announce(&world, &queue, &token())).unwrap();
    block_on(announce(&world, &queue, &OrderToken::from_random([8; 16]))).unwrap();
    assert_eq!(*queue.lock().unwrap(), ["{\"subscription\":1}", "{\"subscription\":2}"]);
}
