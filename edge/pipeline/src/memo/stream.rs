//! A page whose slots are not all there yet: what is ready leaves at once, and each slot leaves in its place as soon as
//! what stands before it has.

use axum::body::Bytes;
use futures_util::Stream;
use orilla_shop::{PortError, Timer};
use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// A slot's content, on its way.
pub(super) type Pending = Pin<Box<dyn Future<Output = Result<String, PortError>> + Send>>;

/// A part of a page.
pub(super) enum Part {
    /// Bytes that are there.
    Ready(Bytes),
    /// A slot that waits.
    Waiting(Pin<Box<dyn Future<Output = Bytes> + Send>>),
}

/// How long a slot may take, and what happens if it takes longer or fails.
pub(super) struct Patience {
    /// The host's timer.
    pub(super) timer: Arc<dyn Timer>,
    /// Milliseconds.
    pub(super) most: u32,
    /// What stands there then.
    pub(super) fallback: &'static str,
    /// Who is told of a failure.
    pub(super) failed: Box<dyn FnOnce(&PortError) + Send>,
}

impl Part {
    /// Starts a slot. One that needs nothing but what is in memory is ready at once, and costs no stream and no timer.
    pub(super) async fn start(mut content: Pending, patience: Patience) -> Part {
        let first = poll_fn(|context| Poll::Ready(content.as_mut().poll(context))).await;
        match first {
            Poll::Ready(content) => Part::Ready(patience.settle(content)),
            Poll::Pending => Part::Waiting(Box::pin(async move {
                let mut alarm = patience.timer.sleep(patience.most);
                let content = poll_fn(|context| match content.as_mut().poll(context) {
                    Poll::Ready(content) => Poll::Ready(content),
                    Poll::Pending => alarm
                        .as_mut()
                        .poll(context)
                        .map(|()| Err(PortError::Unavailable("took too long".to_owned()))),
                });
                let content = content.await;
                patience.settle(content)
            })),
        }
    }
}

impl Patience {
    fn settle(self, content: Result<String, PortError>) -> Bytes {
        content.map_or_else(
            |error| {
                (self.failed)(&error);
                Bytes::from_static(self.fallback.as_bytes())
            },
            Bytes::from,
        )
    }
}

/// The parts of a page in order. All slots go on at the same time, whichever stands first.
pub(super) struct Parts(pub(super) Vec<Part>);

impl Stream for Parts {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        for part in &mut self.0 {
            if let Part::Waiting(slot) = part
                && let Poll::Ready(content) = slot.as_mut().poll(context)
            {
                *part = Part::Ready(content);
            }
        }
        let ready = self.0.iter().take_while(|part| matches!(part, Part::Ready(_))).count();
        let bytes = joined(self.0.drain(..ready));
        match (bytes.is_empty(), self.0.is_empty()) {
            (false, _) => Poll::Ready(Some(Ok(bytes.into()))),
            (true, true) => Poll::Ready(None),
            (true, false) => Poll::Pending,
        }
    }
}

/// Parts that are ready, in one piece.
pub(super) fn joined(parts: impl Iterator<Item = Part>) -> Vec<u8> {
    let ready: Vec<Bytes> = parts
        .filter_map(|part| match part {
            Part::Ready(bytes) => Some(bytes),
            Part::Waiting(_) => None,
        })
        .collect();
    let mut all = Vec::with_capacity(ready.iter().map(Bytes::len).sum());
    ready.iter().for_each(|bytes| all.extend_from_slice(bytes));
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::channel::oneshot::{Receiver, Sender, channel};
    use futures::{FutureExt, StreamExt};
    use proptest::prelude::*;
    use std::sync::Mutex;

    /// A timer that rings when the test says so.
    #[derive(Default)]
    struct Bell(Mutex<Vec<Sender<()>>>);

    impl Timer for Bell {
        fn sleep(&self, _: u32) -> Pin<Box<dyn Future<Output = ()> + Send>> {
            let (ring, rings) = channel();
            self.0.lock().unwrap().push(ring);
            Box::pin(rings.map(|_| ()))
        }
    }

    /// A slot whose content comes when the test sends it.
    fn slot(timer: &Arc<Bell>, content: Receiver<Result<String, PortError>>) -> Part {
        let content = Box::pin(content.map(|sent| sent.expect("the test sends something")));
        let patience =
            Patience { timer: timer.clone(), most: 100, fallback: "(nothing)", failed: Box::new(|_| {}) };
        Part::start(content, patience).now_or_never().expect("starting waits for nothing")
    }

    fn next(parts: &mut Parts) -> Option<Option<String>> {
        let next = parts.next().now_or_never()?;
        Some(next.map(|bytes| String::from_utf8(bytes.unwrap().to_vec()).unwrap()))
    }

    fn text(text: &'static str) -> Part {
        Part::Ready(Bytes::from_static(text.as_bytes()))
    }

    fn said(text: &str) -> Option<Option<String>> {
        Some(Some(text.to_owned()))
    }

    #[test]
    fn what_stands_before_a_slot_leaves_at_once_and_the_rest_in_order() {
        let bell = Arc::<Bell>::default();
        let ((first, a), (second, b)) = (channel(), channel());
        let mut parts =
            Parts(vec![text("<a>"), text("<b>"), slot(&bell, a), text("<c>"), slot(&bell, b), text("<d>")]);
        assert_eq!(next(&mut parts), said("<a><b>"));
        assert_eq!(next(&mut parts), None, "it waits");
        second.send(Ok("two".into())).unwrap();
        assert_eq!(next(&mut parts), None, "the order stays");
        first.send(Ok("one".into())).unwrap();
        assert_eq!(next(&mut parts), said("one<c>two<d>"));
        assert_eq!(next(&mut parts), Some(None));
    }

    #[test]
    fn a_slot_that_fails_or_is_late_is_replaced() {
        let bell = Arc::<Bell>::default();
        let ((broken, a), (late, b)) = (channel(), channel());
        let mut parts = Parts(vec![slot(&bell, a), text("<a>"), slot(&bell, b), text("<b>")]);
        assert_eq!(next(&mut parts), None);
        broken.send(Err(PortError::Unavailable("broken".into()))).unwrap();
        assert_eq!(next(&mut parts), said("(nothing)<a>"));
        assert_eq!(next(&mut parts), None);
        for ring in std::mem::take(&mut *bell.0.lock().unwrap()) {
            // Of a slot that has ended nobody hears it any more.
            let _ = ring.send(());
        }
        assert_eq!(next(&mut parts), said("(nothing)<b>"));
        assert_eq!(next(&mut parts), Some(None));
        drop(late);
    }

    #[test]
    fn a_slot_that_is_there_needs_no_timer() {
        let bell = Arc::<Bell>::default();
        let (send, content) = channel();
        send.send(Ok("there".into())).unwrap();
        assert!(matches!(slot(&bell, content), Part::Ready(bytes) if bytes == "there"));
        let (send, content) = channel();
        send.send(Err(PortError::Unexpected("no".into()))).unwrap();
        assert!(matches!(slot(&bell, content), Part::Ready(bytes) if bytes == "(nothing)"));
        assert!(bell.0.lock().unwrap().is_empty());
    }

    proptest! {
        /// In whatever order slots come, fail or are given up: the page is its parts, in order.
        #[test]
        fn the_page_is_its_parts_in_order(
            slots in prop::collection::vec((any::<bool>(), any::<u16>()), 0..6),
        ) {
            let bell = Arc::<Bell>::default();
            let mut sends = Vec::new();
            let (mut parts, mut expected) = (vec![text("start")], "start".to_owned());
            for (number, (works, order)) in slots.into_iter().enumerate() {
                let (send, content) = channel();
                parts.extend([slot(&bell, content), text(";")]);
                let sent = if works { Ok(format!("slot {number}")) } else { Err(PortError::Unavailable("no".into())) };
                expected.push_str(sent.as_deref().unwrap_or("(nothing)"));
                expected.push(';');
                sends.push((order, send, sent));
            }
            sends.sort_by_key(|(order, ..)| *order);
            let (mut parts, mut seen) = (Parts(parts), String::new());
            let mut sends = sends.into_iter();
            loop {
                match next(&mut parts) {
                    Some(Some(chunk)) => seen.push_str(&chunk),
                    Some(None) => break,
                    None => {
                        let (_, send, sent) = sends.next().expect("somebody is waited for");
                        send.send(sent).unwrap();
                    }
                }
            }
            prop_assert_eq!(seen, expected);
        }
    }
}
