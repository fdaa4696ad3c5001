//! Orders: the list, one order, and what is done with it.

use super::member::Member;
use super::{error, failure, fields, page, see};
use axum::body::Bytes;
use axum::response::Response;
use http::StatusCode;
use orilla_money::Currency;
use orilla_orders::{Command, IdempotencyKey, Refusal, Text};
use orilla_shop::PortError;
use orilla_shop::checkout::{CommandOrder, CommandOutcome, StoredOrder, command_order};
use orilla_shop::team::{OrderQuery, amount};
use orilla_studio::pages::{self, FormFault, OrderForm, OrderPage, Told};

/// `GET /studio/orders?status=todo&q=ada&page=2`.
pub async fn list(member: Member) -> Response {
    let query = OrderQuery::read(form_urlencoded::parse(member.visit.query.as_bytes()));
    match member.team.orders.find(&query).await {
        Ok(found) => page(StatusCode::OK, pages::orders(&member.studio, &query, &found)),
        Err(error) => failure(&member.studio, &error),
    }
}

/// `GET /studio/orders/1001`.
pub async fn show(member: Member) -> Response {
    let told = if member.visit.query == "done=1" { Shown::done() } else { Shown::default() };
    match stored(&member).await {
        Ok(Some(stored)) => render(&member, &stored, StatusCode::OK, told),
        Ok(None) => error(&member.studio, StatusCode::NOT_FOUND),
        Err(error) => failure(&member.studio, &error),
    }
}

/// What the page is shown with.
#[derive(Default)]
struct Shown {
    form: OrderForm,
    faults: Vec<FormFault>,
    /// Why the form had no effect.
    refused: Option<String>,
    /// Whether one had.
    done: bool,
}

impl Shown {
    fn done() -> Self {
        Shown { done: true, ..Shown::default() }
    }
}

/// The order with the number of the path.
async fn stored(member: &Member) -> Result<Option<StoredOrder>, PortError> {
    // JavaScript's numbers: D1 binds no larger ones.
    let Some(number) = member.segment().parse::<i64>().ok().filter(|number| (1..1 << 53).contains(number))
    else {
        return Ok(None);
    };
    match member.team.orders.token(number).await? {
        Some(token) => member.team.placed.order(&token).await,
        None => Ok(None),
    }
}

fn render(member: &Member, stored: &StoredOrder, status: StatusCode, shown: Shown) -> Response {
    let words = member.studio.words();
    let made = stored.order().and_then(|order| Ok((order, member.visit.host.random.bytes()?)));
    let (order, random) = match made {
        Ok(made) => made,
        Err(error) => return failure(&member.studio, &error),
    };
    let told = match shown.refused {
        Some(text) => Told::Refused(text),
        None if shown.done => Told::Done(words.order_done(words.status(order.status()))),
        None => Told::Nothing,
    };
    let data = OrderPage {
        number: stored.number,
        token: stored.token.clone(),
        order,
        history: stored.history.clone(),
        key: IdempotencyKey::from_random(random).into(),
        form: shown.form,
        faults: shown.faults,
        told,
    };
    page(status, pages::order(&member.studio, &data))
}

/// `POST /studio/orders/1001`: does something with the order.
pub async fn command(member: Member, body: Bytes) -> Response {
    let stored = match stored(&member).await {
        Ok(Some(stored)) => stored,
        Ok(None) => return error(&member.studio, StatusCode::NOT_FOUND),
        Err(error) => return failure(&member.studio, &error),
    };
    let currency = match stored.order() {
        Ok(order) => order.placed.total.currency,
        Err(error) => return failure(&member.studio, &error),
    };
    let mut fields = fields(&body);
    let mut take = |name: &str| fields.remove(name).unwrap_or_default();
    let (key, kind) = (take("key"), take("command"));
    let form = OrderForm {
        carrier: take("carrier"),
        tracking: take("tracking"),
        reason: take("reason"),
        restock: take("restock"),
        amount: take("amount"),
    };
    let words = member.studio.words();
    let command = match read(&member, &kind, &form, currency) {
        Ok(command) => command,
        Err(faults) => {
            let refused = faults.is_empty().then(|| words.form_stale().to_owned());
            let shown = Shown { form, faults, refused, done: false };
            return render(&member, &stored, StatusCode::UNPROCESSABLE_ENTITY, shown);
        }
    };
    let Ok(key) = IdempotencyKey::parse(&key) else {
        let refused = Some(words.form_stale().to_owned());
        return render(
            &member,
            &stored,
            StatusCode::UNPROCESSABLE_ENTITY,
            Shown { form, refused, ..Shown::default() },
        );
    };
    let wish = CommandOrder { token: stored.token.clone(), command, key, now: member.visit.host.clock.now() };
    match command_order(&*member.team.placed, &wish).await {
        Ok(CommandOutcome::Done(done)) => see(&format!("/studio/orders/{}?done=1", done.number)),
        Ok(CommandOutcome::Refused(reason)) => refuse(&member, form, reason).await,
        Ok(CommandOutcome::KeyReused) => {
            let refused = Some(words.key_reused().to_owned());
            again(&member, StatusCode::CONFLICT, Shown { form, refused, ..Shown::default() }).await
        }
        Ok(CommandOutcome::NotFound) => error(&member.studio, StatusCode::NOT_FOUND),
        Err(error) => failure(&member.studio, &error),
    }
}

/// The page that says why the order did not take the command, with the order as it is now.
async fn refuse(member: &Member, form: OrderForm, reason: Refusal) -> Response {
    let text = member.studio.words().refusal(member.studio.locale, reason);
    let at_amount =
        matches!(reason, Refusal::OtherCurrency | Refusal::NothingToRefund | Refusal::TooMuch { .. });
    let (status, shown) = if at_amount {
        let faults = vec![FormFault { field: "amount".into(), message: text }];
        (StatusCode::UNPROCESSABLE_ENTITY, Shown { form, faults, ..Shown::default() })
    } else {
        (StatusCode::CONFLICT, Shown { form, refused: Some(text), ..Shown::default() })
    };
    again(member, status, shown).await
}

async fn again(member: &Member, status: StatusCode, shown: Shown) -> Response {
    match stored(member).await {
        Ok(Some(stored)) => render(member, &stored, status, shown),
        Ok(None) => error(&member.studio, StatusCode::NOT_FOUND),
        Err(error) => failure(&member.studio, &error),
    }
}

/// Reads a command. No fault at all: the form names none that there is.
fn read(
    member: &Member,
    kind: &str,
    form: &OrderForm,
    currency: Currency,
) -> Result<Command, Vec<FormFault>> {
    let words = member.studio.words();
    let fault = |field: &str, message: &str| FormFault { field: field.into(), message: message.to_owned() };
    let text = |field: &str, typed: &str| {
        Text::parse(typed).map_err(|error| vec![fault(field, pages::text_fault(&member.studio, &error))])
    };
    Ok(match kind {
        "pay" => Command::Pay,
        "pack" => Command::Pack,
        "deliver" => Command::Deliver,
        "ship" => {
            let is_blank = form.tracking.trim().is_empty();
            let carrier = text("carrier", &form.carrier);
            let tracking = (!is_blank).then(|| text("tracking", &form.tracking)).transpose();
            match (carrier, tracking) {
                (Ok(carrier), Ok(tracking)) => Command::Ship { carrier, tracking },
                (carrier, tracking) => {
                    return Err([carrier.err(), tracking.err()].into_iter().flatten().flatten().collect());
                }
            }
        }
        "cancel" => {
            let restock = match form.restock.as_str() {
                "yes" => Ok(true),
                "no" => Ok(false),
                _ => Err(vec![fault("restock", words.restock_choose())]),
            };
            match (text("reason", &form.reason), restock) {
                (Ok(reason), Ok(restock)) => Command::Cancel { reason, restock },
                (reason, restock) => {
                    return Err([reason.err(), restock.err()].into_iter().flatten().flatten().collect());
                }
            }
        }
        "refund" => {
            let amount = amount(&form.amount, currency);
            let amount = amount.map_err(|_| vec![fault("amount", words.not_an_amount())])?;
            Command::Refund { amount }
        }
        _ => return Err(Vec::new()),
    })
}
