//! Opening an account, or signing in, by a link that is sent to an e-mail address; and adding that address to an account.
//! Without a provider of e-mail none of this is there.
//!
//! What asks for a link is answered alike whether the address has an account or not. A mail's scanner follows links: looking
//! at one changes nothing.

use super::shopper::{signed_in, state_of};
use super::welcome::welcome;
use super::{door_with, fields, nobody, overview, overview_with, to_account};
use crate::reply::Logged;
use crate::visit::{Headers, Segment, Visit};
use crate::{Team, reply};
use axum::body::Bytes;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use orilla_shop::PortError;
use orilla_shop::accounts::{
    Entry, Link, LinkError, LinkKey, MailAddress, MailError, Mailer, send_link, use_link,
};
use orilla_shop::team::{Session, SessionState};
use orilla_storefront::pages::{self, AccountNotice, LinkFault, LinkForm, LinkPage};

/// What links are sent by, and where they lead: `https://shop.example`.
pub struct Post<'a> {
    mailer: &'a Mailer,
    site: &'a str,
}

impl<'a> Post<'a> {
    /// `None`: the operator has set no provider, or has not said where the shop is on the web. A link in a mail must not
    /// lead to where a request's header says; on a developer's machine it may.
    pub fn of(visit: &'a Visit, team: &'a Team) -> Option<Self> {
        let mailer = team.shoppers.mailer.as_deref()?;
        let is_local =
            ["http://localhost:", "http://127.0.0.1:"].iter().any(|own| visit.origin.starts_with(own));
        let is_known = !visit.host.config.public_url.is_empty() || is_local;
        is_known.then_some(Post { mailer, site: &visit.origin })
    }

    /// Subject and text of the mail with a link.
    fn words(&self, visit: &Visit, is_addition: bool, key: &LinkKey) -> (String, String) {
        let (locale, shop) = (visit.locale, &visit.host.config.shop_name);
        let address = format!("{}{}", self.site, visit.url(&format!("/account/link/{}", key.as_str())));
        let begin = if is_addition { locale.account_mail_add(shop) } else { locale.account_mail_enter(shop) };
        let (until, ignore) = (locale.account_mail_until(), locale.account_mail_ignore());
        let text = format!("{begin}\n\n{address}\n\n{until}\n{ignore}\n\n{shop}\n{}\n", self.site);
        (locale.account_mail_subject(shop), text)
    }
}

/// The form that asks for a link, where links are sent.
pub fn form(visit: &Visit, team: &Team) -> Option<LinkForm> {
    Post::of(visit, team).map(|_| LinkForm::default())
}

/// `POST /en/account/link`: sends a link to the address of the form. Of who is signed in, the address is to be the account's.
pub async fn ask(visit: Visit, team: Team, Headers(headers): Headers, body: Bytes) -> Response {
    let Some(post) = Post::of(&visit, &team) else { return reply::not_found(&visit).await };
    let session = match signed_in(&visit, &team, &headers).await {
        Ok(session) => session,
        Err(error) => return reply::failure(&visit, &error).await,
    };
    let typed = fields(&body).remove("email").unwrap_or_default();
    let Ok(address) = MailAddress::parse(&typed) else {
        let form = LinkForm { typed, fault: Some(LinkFault::Address) };
        return again(&visit, &team, session.as_ref(), StatusCode::UNPROCESSABLE_ENTITY, form).await;
    };
    let random = match visit.host.random.bytes() {
        Ok(random) => random,
        Err(error) => return reply::failure(&visit, &error).await,
    };
    let account = session.as_ref().map(|session| session.member.clone());
    let words = |key: &LinkKey| post.words(&visit, session.is_some(), key);
    let (ports, now) = ((&*team.shoppers.addresses, post.mailer), visit.host.clock.now());
    match send_link(ports, address, account, words, random, now).await {
        Ok(()) => reply::redirect(StatusCode::SEE_OTHER, &to_account(&visit, AccountNotice::LinkSent)),
        Err(LinkError::Port(error)) => reply::failure(&visit, &error).await,
        Err(LinkError::Mail(error)) => {
            let (status, fault) = match error {
                MailError::Refused => (StatusCode::UNPROCESSABLE_ENTITY, LinkFault::Refused),
                MailError::Busy | MailError::Unavailable(_) | MailError::Unknown(_) => {
                    (StatusCode::SERVICE_UNAVAILABLE, LinkFault::Away)
                }
            };
            let form = LinkForm { typed, fault: Some(fault) };
            let mut response = again(&visit, &team, session.as_ref(), status, form).await;
            if status == StatusCode::SERVICE_UNAVAILABLE {
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
            }
            response.extensions_mut().insert(Logged(error.to_string()));
            response
        }
    }
}

/// The page with the form, which says what is wrong.
async fn again(
    visit: &Visit,
    team: &Team,
    session: Option<&Session>,
    status: StatusCode,
    form: LinkForm,
) -> Response {
    match session {
        Some(session) => overview_with(visit, team, session, status, None, Some(form)).await,
        None => door_with(visit, status, None, Some(form)).await,
    }
}

/// A link that can be used, and who is signed in.
struct Opened {
    key: LinkKey,
    link: Link,
    session: Option<Session>,
}

impl Opened {
    /// `Err` is the answer to a link that leads nowhere, here or at all.
    async fn of(visit: &Visit, team: &Team, headers: &HeaderMap, key: &str) -> Result<Self, Response> {
        if Post::of(visit, team).is_none() {
            return Err(reply::not_found(visit).await);
        }
        let Some(key) = LinkKey::parse(key) else { return Err(over(visit, team).await) };
        let found = team.shoppers.addresses.find(&key.hash(), visit.host.clock.now()).await;
        let (link, state) = match (found, state_of(&visit.host, team, headers).await) {
            (Ok(link), Ok(state)) => (link, state),
            (Err(error), _) | (_, Err(error)) => return Err(reply::failure(visit, &error).await),
        };
        let Some(link) = link else { return Err(over(visit, team).await) };
        let session = match state {
            SessionState::Open(session) => Some(session),
            SessionState::Over | SessionState::Ended => None,
        };
        // Whoever shares a browser leaves it first: what is personal goes with that. And an address is added by who asked
        // for it, signed in: the link alone lets nobody into that account.
        let fits = match &session {
            Some(session) => link.leads_to() == Some(&session.member),
            None => link.account.is_none(),
        };
        if !fits {
            let (status, is_inside) = match session {
                Some(_) => (StatusCode::CONFLICT, true),
                None => (StatusCode::UNAUTHORIZED, false),
            };
            return Err(guarded(status, pages::link_elsewhere(visit.page().await, shown(&link), is_inside)));
        }
        Ok(Opened { key, link, session })
    }
}

/// `GET /en/account/link/KEY`: what the link is for, and the button that uses it.
pub async fn show(visit: Visit, team: Team, Headers(headers): Headers, Segment(key): Segment) -> Response {
    let opened = match Opened::of(&visit, &team, &headers, &key).await {
        Ok(opened) => opened,
        Err(answer) => return answer,
    };
    guarded(StatusCode::OK, pages::link(visit.page().await, shown(&opened.link)))
}

fn shown(link: &Link) -> LinkPage {
    LinkPage { address: link.address.as_str().to_owned(), is_addition: link.account.is_some() }
}

/// `POST /en/account/link/KEY`: uses it.
pub async fn enter(visit: Visit, team: Team, Headers(headers): Headers, Segment(key): Segment) -> Response {
    let Opened { key, session, .. } = match Opened::of(&visit, &team, &headers, &key).await {
        Ok(opened) => opened,
        Err(answer) => return answer,
    };
    match entered(&visit, &team, &headers, &key, session.is_some()).await {
        Ok(Some(response)) => response,
        Ok(None) => over(&visit, &team).await,
        Err(error) => reply::failure(&visit, &error).await,
    }
}

/// Where the link leads; `None`: nowhere any more.
async fn entered(
    visit: &Visit,
    team: &Team,
    headers: &HeaderMap,
    key: &LinkKey,
    is_inside: bool,
) -> Result<Option<Response>, PortError> {
    let host = &visit.host;
    let entry = use_link(&*team.shoppers.addresses, key, host.random.bytes()?, host.clock.now()).await?;
    let (notice, account) = match entry {
        Entry::SignedIn(account) => (AccountNotice::SignedIn, Some(account)),
        Entry::Opened(account) => (AccountNotice::Opened, Some(account)),
        // Who uses it is inside: see `Opened::of`.
        Entry::Added(_) => (AccountNotice::AddressAdded, None),
        Entry::Taken => (AccountNotice::AddressTaken, None),
        Entry::Over => return Ok(None),
    };
    let response = reply::redirect(StatusCode::SEE_OTHER, &to_account(visit, notice));
    Ok(Some(match account.filter(|_| !is_inside) {
        Some(account) => welcome(visit, team, headers, (&account, None), response).await?,
        None => response,
    }))
}

/// The link was used, is too old, or never was: a new one can be asked for.
async fn over(visit: &Visit, team: &Team) -> Response {
    guarded(StatusCode::GONE, pages::link_over(visit.page().await, form(visit, team)))
}

/// A page at the address of a link, which is a key: it must not leak to another host.
fn guarded(status: StatusCode, html: String) -> Response {
    reply::with_header(reply::private_page(status, html), header::REFERRER_POLICY, "same-origin")
}

/// `POST /en/account/address/remove`: the account's address opens it no more.
pub async fn remove(visit: Visit, team: Team, Headers(headers): Headers) -> Response {
    let session = match signed_in(&visit, &team, &headers).await {
        Ok(Some(session)) => session,
        Ok(None) => return nobody(&visit, &team).await,
        Err(error) => return reply::failure(&visit, &error).await,
    };
    let (status, notice) = match team.shoppers.addresses.remove(&session.member, session.id).await {
        Ok(true) => (StatusCode::OK, AccountNotice::AddressRemoved),
        Ok(false) => (StatusCode::CONFLICT, AccountNotice::AddressLast),
        Err(error) => return reply::failure(&visit, &error).await,
    };
    overview(&visit, &team, &session, status, Some(notice)).await
}
