//! What the shop's answer means for what it was asked.

use super::{ANOTHER, Answer, Asked, Line, Placed, Seen};
use orilla_money::{Currency, Money};
use orilla_orders::Fingerprint;
use orilla_outbox::Reply;
use serde::Deserialize;

/// The code of a key that has done something else.
const SPENT: &str = "key_reused";
/// The code of a key whose order was withdrawn.
const WITHDRAWN: &str = "order_withdrawn";

/// A problem of the API, as far as it matters here (RFC 9457).
#[derive(Deserialize)]
struct Problem {
    code: String,
    #[serde(default)]
    errors: Vec<Fault>,
    quote: Option<ApiQuote>,
}

#[derive(Deserialize)]
struct Withdrawal {
    withdrawn: bool,
}

#[derive(Deserialize)]
struct Fault {
    code: String,
}

#[derive(Deserialize)]
struct ApiQuote {
    lines: Vec<ApiLine>,
    shipping: Option<ApiOffer>,
    total: ApiAmount,
    orderable: bool,
    fingerprint: Fingerprint,
}

#[derive(Deserialize)]
struct ApiLine {
    title: String,
    options: Vec<String>,
    quantity: u32,
    total: ApiAmount,
}

#[derive(Deserialize)]
struct ApiOffer {
    price: ApiAmount,
}

#[derive(Deserialize)]
struct ApiAmount {
    minor: i64,
    currency: Currency,
}

impl From<ApiAmount> for Money {
    fn from(amount: ApiAmount) -> Money {
        Money::new(amount.minor, amount.currency)
    }
}

impl From<ApiQuote> for Asked {
    fn from(quote: ApiQuote) -> Asked {
        let line = |line: ApiLine| Line {
            title: line.title,
            options: line.options,
            quantity: line.quantity,
            total: line.total.into(),
        };
        let lines = quote.lines.into_iter().filter(|line| line.quantity > 0).map(line).collect();
        let shipping = quote.shipping.map(|offer| offer.price.into());
        let now = Seen { lines, shipping, total: quote.total.into() };
        Asked { now, fingerprint: quote.fingerprint, orderable: quote.orderable }
    }
}

/// Reads the answer to an order. Whatever the shop would not say so (a page of the network's own, say) is no answer.
pub(super) fn read(answer: &Answer) -> Reply<Placed, Asked, String> {
    let after = i64::from(answer.retry_after).saturating_mul(1_000);
    let later = |unsure| Reply::Later { after, unsure };
    match answer.status {
        200 | 201 => serde_json::from_slice(&answer.body).map_or(later(true), Reply::Done),
        // Refused before anything was done.
        408 | 429 => later(false),
        400..=499 => {
            serde_json::from_slice(&answer.body).map_or(later(true), |problem: Problem| refusal(problem))
        }
        _ => later(true),
    }
}

/// What became of a request that is no order.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Came {
    /// It is done.
    Done,
    /// Nobody is left who wants it.
    Over,
    /// Anything else.
    Still(Reply<Placed, Asked, String>),
}

/// Reads the answer to a request. Where nobody is signed in, it waits for its person.
pub(super) fn read_request(answer: &Answer) -> Came {
    let is_json =
        || serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(&answer.body).is_ok();
    match answer.status {
        200 | 201 if is_json() => Came::Done,
        // An answer to an order says which one was made; to a request there is no such answer.
        200 | 201 => Came::Still(Reply::Later { after: 0, unsure: true }),
        401 => Came::Still(Reply::Later { after: 0, unsure: false }),
        _ => match read(answer) {
            Reply::Refused(code) if code == ANOTHER => Came::Over,
            reply => Came::Still(reply),
        },
    }
}

/// Whether the shop has a report, or will never take it. Each of its events has an id, so that it may be told twice.
pub(super) fn is_final(answer: &Answer) -> bool {
    match answer.status {
        204 => true,
        408 | 429 => false,
        400..=499 => serde_json::from_slice::<Problem>(&answer.body).is_ok(),
        _ => false,
    }
}

fn refusal(problem: Problem) -> Reply<Placed, Asked, String> {
    if let Some(quote) = problem.quote {
        return Reply::Asks(quote.into());
    }
    let code = problem.errors.into_iter().next().map_or(problem.code, |fault| fault.code);
    match code.as_str() {
        SPENT => Reply::Spent(code),
        WITHDRAWN => Reply::Withdrawn,
        _ => Reply::Refused(code),
    }
}

/// Reads the answer to a withdrawal: nothing will be placed, or it was before. Whatever else came is no answer.
pub(super) fn read_withdrawal(answer: &Answer) -> Reply<Placed, Asked, String> {
    match (answer.status, serde_json::from_slice(&answer.body)) {
        (200, Ok(Withdrawal { withdrawn: true })) => Reply::Withdrawn,
        (200, Ok(Withdrawal { withdrawn: false })) | (429, _) => read(answer),
        _ => Reply::Later { after: i64::from(answer.retry_after).saturating_mul(1_000), unsure: true },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use orilla_orders::{OrderNumber, OrderToken};

    #[track_caller]
    fn check(status: u16, body: &str, expected: Reply<Placed, Asked, String>) {
        let answer = Answer { status, retry_after: 2, body: body.as_bytes().to_vec() };
        assert_eq!(read(&answer), expected, "{status} {body}");
    }

    #[test]
    fn what_is_no_answer_of_the_shop_leaves_it_open() {
        let later = |unsure| Reply::Later { after: 2_000, unsure };
        for (status, body) in [
            (200, "<!DOCTYPE html><title>Welcome to the hotel</title>"),
            (201, "{}"),
            (302, ""),
            (404, "<html>"),
            (500, "{\"code\":\"internal\"}"),
            (503, ""),
        ] {
            check(status, body, later(true));
        }
        check(429, "{\"code\":\"too_many_requests\"}", later(false));
    }

    #[test]
    fn a_refusal_has_the_code_of_its_first_field() {
        check(409, "{\"code\":\"cart_empty\"}", Reply::Refused("cart_empty".into()));
        let field =
            |code: &str| format!("{{\"code\":\"invalid_fields\",\"errors\":[{{\"code\":\"{code}\"}}]}}");
        check(422, &field("payment_not_offered"), Reply::Refused("payment_not_offered".into()));
        check(422, &field("key_reused"), Reply::Spent("key_reused".into()));
        check(409, "{\"code\":\"order_withdrawn\"}", Reply::Withdrawn);
    }

    #[test]
    fn a_withdrawal_is_answered_by_the_shop_alone() {
        let check = |status, body: &str, expected| {
            let answer = Answer { status, retry_after: 2, body: body.as_bytes().to_vec() };
            assert_eq!(read_withdrawal(&answer), expected, "{status} {body}");
        };
        let later = |unsure| Reply::Later { after: 2_000, unsure };
        check(200, "{\"withdrawn\":true}", Reply::Withdrawn);
        let token = "abcdefghijklmnopqrstuvwxyz";
        let placed = format!("{{\"withdrawn\":false,\"token\":\"{token}\",\"number\":1001,\"links\":{{}}}}");
        let order = Placed { token: OrderToken::parse(token).unwrap(), number: OrderNumber(1001) };
        check(200, &placed, Reply::Done(order));
        check(429, "{\"code\":\"too_many_requests\"}", later(false));
        // Whatever an earlier build of the shop or the network says: it is asked again, later.
        for (status, body) in
            [(200, "<!DOCTYPE html>"), (200, "{}"), (204, ""), (404, "{}"), (405, "{}"), (503, "")]
        {
            check(status, body, later(true));
        }
    }
}
