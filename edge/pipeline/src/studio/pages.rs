//! The pages that the shop's module keeps in this isolate, and those that the isolates of the data centre share.

use super::member::Member;
use super::{failure, page};
use crate::memo::nearby;
use axum::response::Response;
use http::StatusCode;
use orilla_studio::pages::{self, KeptPagesPage, Told};

/// The most bytes of an address.
const LONGEST: usize = 2_000;

/// `GET /studio/pages?url=/en/c/light`.
pub async fn show(member: Member) -> Response {
    let url = form_urlencoded::parse(member.visit.query.as_bytes()).find(|(name, _)| name == "url");
    let address = url.map(|(_, value)| value.trim().to_owned()).unwrap_or_default();
    if address.len() > LONGEST {
        let told = Told::Refused(member.studio.words().too_long().to_owned());
        let data = KeptPagesPage { told, ..KeptPagesPage::default() };
        return page(StatusCode::UNPROCESSABLE_ENTITY, pages::kept_pages(&member.studio, &data));
    }
    match member.team.pages.inspect(&address) {
        Ok(report) => {
            let near = match address.as_str() {
                "" => None,
                address => Some(nearby(&member.visit, address).await),
            };
            let data = KeptPagesPage { address, report, near, told: Told::Nothing };
            page(StatusCode::OK, pages::kept_pages(&member.studio, &data))
        }
        Err(error) => failure(&member.studio, &error),
    }
}
