//! What ceremonies with passkeys have in common, in the Studio and in a shopper's account: what `app/ui/js/passkeys.js`
//! sends, and is answered.

use crate::{Problem, reply};
use axum::response::Response;
use http::StatusCode;
use orilla_passkeys::{Assertion, Attestation, Fault};
use orilla_shop::passkeys::PasskeyError;
use orilla_ui::Locale;
use serde::Deserialize;
use serde_json::Value;

/// A passkey that a browser has made.
#[derive(Deserialize)]
pub struct Made {
    /// What its owner calls it; none: the first one of an account.
    #[serde(default)]
    pub name: String,
    /// What the device says of it.
    pub credential: Attestation,
}

/// What a browser says of a passkey that has signed.
#[derive(Deserialize)]
pub struct Signed {
    /// Where its owner wanted to go.
    #[serde(default)]
    pub next: String,
    /// What the device says.
    pub credential: Assertion,
}

/// A step's answer.
pub fn answer(document: &Value) -> Response {
    reply::private_json(document.to_string())
}

/// What is told of a ceremony that came to nothing. The log has the whole of it. `unknown` says of a passkey that is not
/// known what else there is.
pub fn problem(locale: Locale, unknown: &'static str, error: PasskeyError) -> Problem {
    let log = error.to_string();
    let (status, code, detail) = match error {
        PasskeyError::Port(error) => return error.into(),
        PasskeyError::Expired | PasskeyError::Fault(Fault::Challenge) => {
            (StatusCode::CONFLICT, "passkey_expired", locale.passkey_expired())
        }
        PasskeyError::Unknown => (StatusCode::UNAUTHORIZED, "passkey_unknown", unknown),
        PasskeyError::Taken => (StatusCode::CONFLICT, "passkey_taken", locale.passkey_taken()),
        PasskeyError::TooMany => (StatusCode::CONFLICT, "too_many_passkeys", locale.passkey_too_many()),
        PasskeyError::Fault(fault) => match fault {
            Fault::Malformed(_) => (StatusCode::BAD_REQUEST, "malformed", locale.passkey_refused()),
            Fault::Origin | Fault::Party => {
                (StatusCode::FORBIDDEN, "passkey_of_another_site", locale.passkey_refused())
            }
            Fault::Unverified => {
                (StatusCode::UNAUTHORIZED, "passkey_unverified", locale.passkey_unverified())
            }
            Fault::Counter => (StatusCode::UNAUTHORIZED, "passkey_copied", locale.passkey_copied()),
            Fault::Algorithm(_) => {
                (StatusCode::UNPROCESSABLE_ENTITY, "passkey_algorithm", locale.passkey_refused())
            }
            Fault::OtherUser | Fault::Signature | Fault::Challenge => {
                (StatusCode::UNAUTHORIZED, "passkey_wrong", locale.passkey_refused())
            }
        },
    };
    Problem { log: Some(log), ..Problem::new(status, code, detail) }
}
