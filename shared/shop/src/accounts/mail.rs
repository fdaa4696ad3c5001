//! Mails that the shop sends: what a provider of transactional e-mail is asked, and what its answer means.
//!
//! It is the API that Resend documents (<https://resend.com/docs/api-reference/emails/send-email>): one `POST` of JSON for a
//! mail, the key as a bearer token, and an `Idempotency-Key`, by which the same mail that is asked for again within a day is
//! sent once (<https://resend.com/docs/dashboard/emails/idempotency-keys>). Statuses:
//! <https://resend.com/docs/api-reference/errors>.

use crate::PortError;
use async_trait::async_trait;
use orilla_orders::{Email, Text, TextError};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;

/// An e-mail address by which somebody signs in: an [`Email`] in lower case.
///
/// RFC 5321 lets a mail server tell `Ada@` from `ada@`; people and their telephones do not. Mails go to the address in lower
/// case as well, so whoever gets one reads the mailbox that the account is of.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MailAddress(Email);

impl MailAddress {
    /// Reads an address.
    ///
    /// # Errors
    /// As [`Email::parse`].
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let email = Email::parse(text)?;
        Email::parse(&email.as_str().to_lowercase()).map(MailAddress)
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// A mail of plain text.
pub struct Mail<'a> {
    /// To whom.
    pub to: &'a MailAddress,
    /// The subject.
    pub subject: String,
    /// The text.
    pub text: String,
    /// What tells it from others, in at most 256 characters: the same mail again is sent once.
    pub key: String,
}

/// Why a mail was not sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// The provider has too much to do, or was asked too much: a minute later it may be sent.
    #[error("the provider of e-mail is busy")]
    Busy,
    /// The provider takes no mail to this address.
    #[error("the provider of e-mail refuses the address")]
    Refused,
    /// The provider wants another key or sender: the text is for the log.
    #[error("no e-mail: {0}")]
    Unavailable(String),
    /// The provider does not answer, or not well: it may have been sent, or may not. The text is for the log.
    #[error("perhaps no e-mail: {0}")]
    Unknown(String),
}

/// What a provider is asked. It holds the operator's key and a link's: it has no `Debug`, and is not for logs.
pub struct MailRequest {
    /// Where.
    pub url: String,
    /// The headers.
    pub headers: Vec<(&'static str, String)>,
    /// JSON.
    pub body: String,
}

/// A provider of transactional e-mail.
#[async_trait]
pub trait MailService: Send + Sync {
    /// Sends a request by `POST`, without following redirects, within a few seconds. Answers the status.
    ///
    /// # Errors
    /// See [`NoAnswer`].
    async fn post(&self, request: &MailRequest) -> Result<u16, NoAnswer>;
}

/// Why a provider has answered nothing. The texts are for the log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoAnswer {
    /// It was asked, and may have done it.
    #[error(transparent)]
    Lost(#[from] PortError),
    /// It was not asked: it has answered nothing too often lately.
    #[error("{0}")]
    NotAsked(String),
}

/// Why mails can't be sent with what the operator has set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoMail {
    /// The provider's address.
    #[error("MAIL_URL is no https:// address")]
    Url,
    /// The sender.
    #[error("MAIL_FROM is no sender, such as Orilla <hello@shop.example>")]
    From,
    /// The provider's key.
    #[error("MAIL_KEY is no key")]
    Key,
}

/// What the operator has set. No `Debug`: it holds a key.
#[derive(Clone)]
pub struct MailSettings {
    url: String,
    from: String,
    key: String,
}

impl MailSettings {
    /// Reads the provider's address, the sender and the provider's key. Beside https, a provider on this machine may be
    /// asked (`http://127.0.0.1:…`), for development and tests.
    ///
    /// # Errors
    /// [`NoMail`] says what is wrong.
    pub fn parse(url: &str, from: &str, key: &str) -> Result<Self, NoMail> {
        let is_plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        let host = ["https://", "http://127.0.0.1:"].iter().find_map(|begin| url.strip_prefix(begin));
        if !is_plain(url) || host.is_none_or(|host| host.is_empty() || host.starts_with('/')) {
            return Err(NoMail::Url);
        }
        let named = from.strip_suffix('>').and_then(|from| from.rsplit_once('<')).map(|(_, address)| address);
        if Text::parse(from).is_err() || Email::parse(named.unwrap_or(from)).is_err() {
            return Err(NoMail::From);
        }
        if !is_plain(key) {
            return Err(NoMail::Key);
        }
        Ok(MailSettings { url: url.to_owned(), from: from.to_owned(), key: key.to_owned() })
    }
}

/// Sends mails by a provider.
pub struct Mailer {
    settings: MailSettings,
    service: Arc<dyn MailService>,
}

impl Mailer {
    /// By this provider.
    pub fn new(settings: MailSettings, service: Arc<dyn MailService>) -> Self {
        Mailer { settings, service }
    }

    /// Sends a mail. Where the provider does not answer, it is asked once more.
    ///
    /// # Errors
    /// [`MailError`]. But after [`MailError::Unknown`] it was not sent.
    pub async fn send(&self, mail: &Mail<'_>) -> Result<(), MailError> {
        let request = self.request(mail);
        let first = self.service.post(&request).await;
        if matches!(first, Err(NoAnswer::Lost(_)) | Ok(500..)) {
            // Whatever is answered now but that it is sent, or refused: nobody knows what became of the first.
            return judged(self.service.post(&request).await).map_err(|error| match error {
                MailError::Busy => MailError::Unknown(error.to_string()),
                MailError::Unavailable(text) => MailError::Unknown(text),
                known => known,
            });
        }
        judged(first)
    }

    fn request(&self, mail: &Mail<'_>) -> MailRequest {
        let MailSettings { url, from, key } = &self.settings;
        let body = json!({
            "from": from, "to": [mail.to.as_str()], "subject": mail.subject, "text": mail.text,
        });
        let headers = vec![
            ("authorization", format!("Bearer {key}")),
            ("content-type", "application/json".to_owned()),
            ("idempotency-key", mail.key.clone()),
            // Providers refuse who does not say what they are.
            ("user-agent", "Orilla".to_owned()),
        ];
        MailRequest { url: url.clone(), headers, body: body.to_string() }
    }
}

fn judged(answer: Result<u16, NoAnswer>) -> Result<(), MailError> {
    let told = |status: u16| format!("the provider answered {status}");
    match answer {
        Ok(200..=299) => Ok(()),
        Ok(429) => Err(MailError::Busy),
        // 400 is no word on the address: it is what a key is answered that is none.
        Ok(422) => Err(MailError::Refused),
        // 409: the same mail is being sent right now.
        Ok(status @ (409 | 500..)) => Err(MailError::Unknown(told(status))),
        Ok(status) => Err(MailError::Unavailable(told(status))),
        Err(NoAnswer::NotAsked(text)) => Err(MailError::Unavailable(text)),
        Err(NoAnswer::Lost(error)) => Err(MailError::Unknown(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::executor::block_on;
    use std::sync::Mutex;

    /// What a provider is to answer, last first, and what it was sent.
    struct Provider {
        answers: Mutex<Vec<Result<u16, NoAnswer>>>,
        asked: Mutex<Vec<(String, String)>>,
    }

    #[async_trait]
    impl MailService for Provider {
        async fn post(&self, request: &MailRequest) -> Result<u16, NoAnswer> {
            let key = request.headers.iter().find(|(name, _)| *name == "idempotency-key");
            self.asked.lock().unwrap().push((key.unwrap().1.clone(), request.body.clone()));
            self.answers.lock().unwrap().pop().unwrap()
        }
    }

    fn away() -> Result<u16, NoAnswer> {
        Err(PortError::Unavailable("timed out".into()).into())
    }

    #[track_caller]
    fn check_sent(answers: &[Result<u16, NoAnswer>], expected: Result<(), MailError>, asked: usize) {
        let answers = Mutex::new(answers.iter().rev().cloned().collect());
        let provider = Arc::new(Provider { answers, asked: Mutex::default() });
        let settings = MailSettings::parse("https://mail.example/emails", "shop@shop.example", "k").unwrap();
        let to = MailAddress::parse("ada@example.org").unwrap();
        let mail = Mail { to: &to, subject: "S".into(), text: "T".into(), key: "link/1".into() };
        assert_eq!(block_on(Mailer::new(settings, provider.clone()).send(&mail)), expected);
        let seen = provider.asked.lock().unwrap();
        assert_eq!(seen.len(), asked);
        assert!(seen.iter().all(|request| *request == seen[0]), "the same mail, by the same key");
        let body = r#"{"from":"shop@shop.example","subject":"S","text":"T","to":["ada@example.org"]}"#;
        assert_eq!(seen[0], ("link/1".to_owned(), body.to_owned()));
    }

    #[test]
    fn an_answer_means_sent_later_never_or_nobody_knows() {
        let unavailable = |text: &str| Err(MailError::Unavailable(text.into()));
        let unknown = |text: &str| Err(MailError::Unknown(text.into()));
        check_sent(&[Ok(200)], Ok(()), 1);
        check_sent(&[Ok(202)], Ok(()), 1);
        check_sent(&[Ok(429)], Err(MailError::Busy), 1);
        check_sent(&[Ok(409)], unknown("the provider answered 409"), 1);
        check_sent(&[Ok(422)], Err(MailError::Refused), 1);
        check_sent(&[Ok(500), Ok(200)], Ok(()), 2);
        check_sent(&[away(), Ok(200)], Ok(()), 2);
        check_sent(&[away(), Ok(422)], Err(MailError::Refused), 2);
        check_sent(&[away(), away()], unknown("unavailable: timed out"), 2);
        check_sent(&[away(), Ok(500)], unknown("the provider answered 500"), 2);
        check_sent(&[away(), Ok(401)], unknown("the provider answered 401"), 2);
        check_sent(&[away(), Ok(429)], unknown("the provider of e-mail is busy"), 2);
        let spared = || Err(NoAnswer::NotAsked("circuit open".into()));
        check_sent(&[spared()], unavailable("circuit open"), 1);
        check_sent(&[away(), spared()], unknown("circuit open"), 2);
        check_sent(&[Ok(400)], unavailable("the provider answered 400"), 1);
        check_sent(&[Ok(403)], unavailable("the provider answered 403"), 1);
        check_sent(&[Ok(302)], unavailable("the provider answered 302"), 1);
    }

    #[track_caller]
    fn check_settings(url: &str, from: &str, key: &str, expected: Option<NoMail>) {
        assert_eq!(MailSettings::parse(url, from, key).err(), expected, "{url} {from}");
    }

    #[test]
    fn what_the_operator_sets_is_a_provider_a_sender_and_a_key() {
        let url = "https://mail.example/emails";
        check_settings(url, "shop@shop.example", "key", None);
        check_settings(url, "Orilla <shop@shop.example>", "key", None);
        check_settings("http://127.0.0.1:8025/emails", "shop@shop.example", "key", None);
        for bad in ["", "mail.example", "http://mail.example/", "https://", "https:///emails", "https://a b"]
        {
            check_settings(bad, "shop@shop.example", "key", Some(NoMail::Url));
        }
        for bad in ["", "Orilla", "Orilla <shop>", "Orilla\n<shop@shop.example>", "a@b.co, c@d.co"] {
            check_settings(url, bad, "key", Some(NoMail::From));
        }
        for bad in ["", "a key", "key\n", "clé"] {
            check_settings(url, "shop@shop.example", bad, Some(NoMail::Key));
        }
    }

    #[test]
    fn an_address_is_one_however_it_is_typed() {
        let address = |text| MailAddress::parse(text).map(|address| address.as_str().to_owned());
        assert_eq!(address(" Ada@Example.ORG "), Ok("ada@example.org".to_owned()));
        assert_eq!(address("ÉMILE@exemple.fr"), Ok("émile@exemple.fr".to_owned()));
        // Its lower case is two characters, one of which no address has.
        assert_eq!(address("İ@example.org"), Err(TextError::NotAnEmail));
        assert_eq!(address("ada"), Err(TextError::NotAnEmail));
    }
}
