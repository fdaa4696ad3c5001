//! The page of the addresses that an account keeps, and the requests that change them.

use super::keeper::{Keeper, Places};
use super::{fields, nobody_here, requests};
use crate::api::extract::{Json, Key};
use crate::api::reply::private;
use crate::form::checkout;
use crate::visit::{Headers, Visit};
use crate::{Problem, Team, reply};
use axum::body::Bytes;
use axum::response::Response;
use http::StatusCode;
use orilla_orders::{
    AddressBook, AddressChange, AddressRefusal, CheckoutForm, FieldFault, IdempotencyKey, Owner, Recipient,
};
use orilla_shop::PortError;
use orilla_shop::accounts::change_addresses;
use orilla_shop::outbox::{OwnBook, Request};
use orilla_storefront::pages::{self, ADDRESSES, AddressNotice, AddressesPage};

/// What a form is shown with.
#[derive(Default)]
struct Shown {
    form: CheckoutForm,
    faults: Vec<FieldFault>,
    /// Which address is edited, as it was seen.
    editing: Option<(String, u32)>,
    is_default: bool,
    notice: Option<AddressNotice>,
    /// What was just removed, and whether it was the default.
    removed: Option<(Recipient, bool)>,
}

/// `GET /en/account/addresses`, `?edit=ID` with the form of one of them.
pub async fn show(visit: Visit, places: Places) -> Response {
    let (keeper, book) = match Keeper::of(&visit, places).await {
        Ok(Some(found)) => found,
        Ok(None) => return nobody_here(&visit).await,
        Err(error) => return reply::failure(&visit, &error).await,
    };
    let mut query = fields(visit.query.as_bytes());
    let edited = query.remove("edit").and_then(|id| book.get(&id).cloned());
    let mut shown = Shown::default();
    if let Some(kept) = edited {
        shown.is_default = is_preferred(&book, kept.id.as_str());
        shown.form = shown.form.with_recipient(&kept.to);
        shown.editing = Some((kept.id.into(), kept.version));
    } else if query.get("done").is_some_and(|done| done == "kept") {
        shown.notice = Some(AddressNotice::Kept);
    }
    answer(&visit, &keeper, book, StatusCode::OK, shown).await
}

fn is_preferred(book: &AddressBook, id: &str) -> bool {
    book.preferred().is_some_and(|kept| kept.id.as_str() == id)
}

/// `POST /en/account/addresses`: keeps what the form says, or removes an address.
pub async fn act(visit: Visit, places: Places, body: Bytes) -> Response {
    let (keeper, book) = match Keeper::of(&visit, places).await {
        Ok(Some(found)) => found,
        Ok(None) => return nobody_here(&visit).await,
        Err(error) => return reply::failure(&visit, &error).await,
    };
    let mut form = fields(&body);
    let mut take = |name: &str| form.remove(name).unwrap_or_default();
    let (intent, key, id) = (take("intent"), take("key"), take("id"));
    let (version, is_default) = (take("version").parse().unwrap_or(0), take("default") == "1");
    let mut shown = Shown { form: checkout(&mut form), is_default, ..Shown::default() };
    let edited = IdempotencyKey::parse(&id).ok();
    shown.editing = edited.is_some().then(|| (id.clone(), version));
    if intent == "again" {
        // What a device was asked and the shop refused, as it was typed.
        shown.editing = book.get(&id).map(|kept| (id, kept.version));
        return answer(&visit, &keeper, book, StatusCode::OK, shown).await;
    }
    let change = match (intent.as_str(), edited) {
        ("remove", Some(id)) => {
            shown.removed =
                book.get(id.as_str()).map(|kept| (kept.to.clone(), is_preferred(&book, id.as_str())));
            AddressChange::Remove { id, version }
        }
        // As it stands, and the default from now on.
        ("prefer", Some(id)) => match book.get(id.as_str()) {
            Some(kept) => AddressChange::Edit { id, version, to: kept.to.clone(), is_default: true },
            None => AddressChange::Remove { id, version },
        },
        (_, edited) => match shown.form.check_recipient() {
            Ok(to) => match edited {
                Some(id) => AddressChange::Edit { id, version, to, is_default },
                None => AddressChange::Add { to, is_default },
            },
            Err(faults) => {
                shown.faults = faults;
                return answer(&visit, &keeper, book, StatusCode::UNPROCESSABLE_ENTITY, shown).await;
            }
        },
    };
    let Ok(key) = IdempotencyKey::parse(&key) else {
        // A form that was not made here: shown once more, with a key.
        return answer(&visit, &keeper, book, StatusCode::UNPROCESSABLE_ENTITY, shown).await;
    };
    let is_removal = matches!(change, AddressChange::Remove { .. });
    let came = keeper.change(&key, change).await;
    let book = match keeper.book().await {
        Ok(book) => book.unwrap_or_default(),
        Err(error) => return reply::failure(&visit, &error).await,
    };
    match came {
        Ok(Ok(())) if is_removal => {
            let removed = shown.removed.take();
            let shown = Shown { notice: Some(AddressNotice::Removed), removed, ..Shown::default() };
            answer(&visit, &keeper, book, StatusCode::OK, shown).await
        }
        Ok(Ok(())) => reply::redirect(StatusCode::SEE_OTHER, &visit.url(&format!("{ADDRESSES}?done=kept"))),
        Ok(Err(refusal)) => refused(&visit, &keeper, book, refusal, shown).await,
        Err(error) => reply::failure(&visit, &error).await,
    }
}

/// Nothing that was typed is lost, and nothing is written over what nobody here has seen.
async fn refused(
    visit: &Visit,
    keeper: &Keeper,
    book: AddressBook,
    refusal: AddressRefusal,
    mut shown: Shown,
) -> Response {
    shown.removed = None;
    let now = shown.editing.take().and_then(|(id, _)| book.get(&id).cloned());
    if shown.form.name.is_empty()
        && let Some(kept) = &now
    {
        // Nothing was typed: it was to be removed.
        shown.form = shown.form.with_recipient(&kept.to);
    }
    shown.editing = now.map(|kept| (kept.id.into(), kept.version));
    shown.notice = Some(AddressNotice::Refused(refusal));
    answer(visit, keeper, book, StatusCode::CONFLICT, shown).await
}

async fn answer(
    visit: &Visit,
    keeper: &Keeper,
    book: AddressBook,
    status: StatusCode,
    shown: Shown,
) -> Response {
    match page(visit, keeper, book, shown).await {
        Ok(page) => reply::private_page(status, pages::addresses(visit.page().await, page)),
        Err(error) => reply::failure(visit, &error).await,
    }
}

async fn page(
    visit: &Visit,
    keeper: &Keeper,
    book: AddressBook,
    shown: Shown,
) -> Result<AddressesPage, PortError> {
    Ok(AddressesPage {
        waiting: keeper.waiting().await?,
        key: IdempotencyKey::from_random(visit.host.random.bytes()?).into(),
        book,
        form: shown.form,
        faults: shown.faults,
        editing: shown.editing,
        is_default: shown.is_default,
        notice: shown.notice,
        removed: shown.removed,
    })
}

/// `GET /en/account/addresses/book`: for a device of who is signed in.
pub async fn book(visit: Visit, team: Team, Headers(headers): Headers) -> Result<Response, Problem> {
    let session = requests::member(&visit, &team, &headers).await?;
    let book = team.shoppers.accounts.address_book(&session.member).await?.book;
    Ok(private(StatusCode::OK, &OwnBook { owner: Owner::of(&session.member), book }))
}

/// `POST /en/account/addresses/change`: what a device was asked without a network.
pub async fn change(
    visit: Visit,
    team: Team,
    Headers(headers): Headers,
    Key(key): Key,
    Json(request): Json<Request>,
) -> Result<Response, Problem> {
    let member = requests::asked_by(&visit, &team, &headers, &request).await?;
    let change = request.wish.address().ok_or_else(|| Problem::not_found("address"))?;
    let came = change_addresses(&*team.shoppers.accounts, &member, &key, change).await?;
    requests::answer(came.map_err(|refusal| (refusal.code(), refusal.to_string())))
}
