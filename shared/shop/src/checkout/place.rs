//! Placing an order.

use super::{
    Append, AppendError, Earlier, MOST_TRIES, Orders, Payment, PaymentAnswer, PaymentRefusal, PaymentRequest,
    Race, Variants, request_fingerprint, too_busy,
};
use crate::PortError;
use crate::events::Sender;
use orilla_money::{Currency, MoneyError};
use orilla_orders::{
    Cart, Checkout, Destination, Event, Fingerprint, IdempotencyKey, NotOrderable, Order, OrderNumber,
    OrderToken, Placed, Quote, Recorded,
};

/// Where orders are placed: the ports, and what the shop has chosen.
#[derive(Clone, Copy)]
pub struct Till<'a> {
    /// Where orders are kept.
    pub orders: &'a dyn Orders,
    /// What can be bought.
    pub variants: &'a dyn Variants,
    /// The ways to pay that the shop offers.
    pub payments: &'a [Box<dyn Payment>],
    /// The currency of an empty cart.
    pub currency: Currency,
}

/// A shopper's request to place an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaceOrder {
    /// What.
    pub cart: Cart,
    /// Who, where and how.
    pub checkout: Checkout,
    /// The fingerprint of the quote that the shopper saw.
    pub seen: Fingerprint,
    /// The name of this request.
    pub key: IdempotencyKey,
    /// The name of the account of who is signed in.
    pub account: Option<String>,
    /// As whom the order is counted, if it may be.
    pub counted: Option<Sender>,
    /// Now, in milliseconds since 1970.
    pub now: i64,
    /// 16 bytes of a cryptographic random source: the order's token, if it is placed.
    pub random: [u8; 16],
}

/// What became of a request to place an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlaceOutcome {
    /// It is placed (by this request, or by an earlier one with the same key and content).
    Placed {
        /// The order's link.
        token: OrderToken,
        /// The order's number.
        number: OrderNumber,
    },
    /// It is not placed: prices, stock or shipping are no longer what the shopper saw. Show this and ask again.
    Changed {
        /// What the cart costs now.
        quote: Box<Quote>,
    },
    /// It is not placed.
    Refused(PlaceRefusal),
}

/// Why an order is not placed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlaceRefusal {
    /// The cart makes no order.
    #[error(transparent)]
    NotOrderable(#[from] NotOrderable),
    /// It can't be paid in this way.
    #[error(transparent)]
    Payment(#[from] PaymentRefusal),
    /// The sum is beyond what money can count.
    #[error("this order is too large: {0}")]
    TooLarge(#[from] MoneyError),
    /// Another request had this key.
    #[error("this idempotency key belongs to another request: send a new one")]
    KeyReused,
    /// It was taken back before it came.
    #[error("this order was withdrawn: to order all the same, send a new idempotency key")]
    Withdrawn,
}

impl PlaceRefusal {
    /// A stable name, for translations and the API.
    pub fn code(&self) -> &'static str {
        match self {
            PlaceRefusal::NotOrderable(reason) => reason.code(),
            PlaceRefusal::Payment(reason) => reason.code(),
            PlaceRefusal::TooLarge(_) => "too_large",
            PlaceRefusal::KeyReused => "key_reused",
            PlaceRefusal::Withdrawn => "order_withdrawn",
        }
    }
}

/// What a cart costs now.
///
/// # Errors
/// [`PortError`] of the store; the inner result is an error if a sum is beyond what money can count.
pub async fn quote_cart(
    variants: &dyn Variants,
    cart: &Cart,
    destination: Option<Destination>,
    currency: Currency,
) -> Result<Result<Quote, MoneyError>, PortError> {
    let ids: Vec<_> = cart.lines().iter().map(|line| line.variant).collect();
    let known = if ids.is_empty() { Vec::new() } else { variants.variants(&ids).await? };
    Ok(Quote::new(cart, &known, destination, currency))
}

/// Places an order, once for each key.
///
/// # Errors
/// [`PortError`] if the store failed: send the same request with the same key again.
pub async fn place_order(till: Till<'_>, wish: &PlaceOrder) -> Result<PlaceOutcome, PortError> {
    let request = request_fingerprint(&("place", &wish.cart, &wish.checkout, &wish.seen))?;
    let mut lost = Race::Key;
    for _ in 0..MOST_TRIES {
        if let Some(outcome) = earlier_outcome(till.orders, wish, &request).await? {
            return Ok(outcome);
        }
        let placed = match decide(till, wish).await? {
            Ok(placed) => placed,
            Err(outcome) => return Ok(outcome),
        };
        match till.orders.append(&first_event(wish, &request, placed)?).await {
            Ok(number) => {
                let token = OrderToken::from_random(wish.random);
                return Ok(PlaceOutcome::Placed { token, number });
            }
            Err(AppendError::Lost(race)) => lost = race,
            Err(AppendError::Port(error)) => return Err(error),
        }
    }
    Err(too_busy(lost))
}

/// What an earlier request with this key has come to.
async fn earlier_outcome(
    orders: &dyn Orders,
    wish: &PlaceOrder,
    request: &Fingerprint,
) -> Result<Option<PlaceOutcome>, PortError> {
    let earlier = orders.done(&wish.key).await?;
    Ok(earlier.map(|earlier| match earlier {
        Earlier::Done(done) if done.request == *request => {
            PlaceOutcome::Placed { token: done.token, number: done.number }
        }
        Earlier::Done(_) => PlaceOutcome::Refused(PlaceRefusal::KeyReused),
        Earlier::Withdrawn => PlaceOutcome::Refused(PlaceRefusal::Withdrawn),
    }))
}

/// The order as it would be placed now, or the outcome that it is not.
async fn decide(till: Till<'_>, wish: &PlaceOrder) -> Result<Result<Placed, PlaceOutcome>, PortError> {
    let destination = wish.checkout.destination();
    let refused = |reason| Ok(Err(PlaceOutcome::Refused(reason)));
    let quote = match quote_cart(till.variants, &wish.cart, Some(destination), till.currency).await? {
        Ok(quote) => quote,
        Err(error) => return refused(error.into()),
    };
    if quote.fingerprint() != wish.seen {
        return Ok(Err(PlaceOutcome::Changed { quote: Box::new(quote) }));
    }
    if let Err(reason) = quote.orderable() {
        return refused(reason.into());
    }
    let method = wish.checkout.payment;
    let Some(payment) = till.payments.iter().find(|payment| payment.method() == method) else {
        return refused(PaymentRefusal::NotOffered.into());
    };
    let token = OrderToken::from_random(wish.random);
    let (key, now) = (wish.key.clone(), wish.now);
    match payment.prepare(&PaymentRequest { total: quote.total, destination, token, key, now }).await? {
        PaymentAnswer::Refused(reason) => refused(reason.into()),
        PaymentAnswer::Accepted(instructions) => {
            let placed = Placed::new(&quote, &wish.checkout, instructions);
            Ok(placed.map_err(|reason| PlaceOutcome::Refused(reason.into())))
        }
    }
}

fn first_event(wish: &PlaceOrder, request: &Fingerprint, placed: Placed) -> Result<Append, PortError> {
    let recorded = Recorded { version: 1, at: wish.now, event: Event::Placed(Box::new(placed)) };
    let order = Order::replay(std::slice::from_ref(&recorded))
        .map_err(|error| PortError::Unexpected(error.to_string()))?;
    Ok(Append {
        token: OrderToken::from_random(wish.random),
        key: wish.key.clone(),
        request: request.clone(),
        recorded,
        summary: order.summary(),
        account: wish.account.clone(),
        counted: wish.counted.clone(),
    })
}
