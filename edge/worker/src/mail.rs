//! The operator's provider of e-mail, by `fetch`.

use crate::glue;
use crate::host::{SystemClock, SystemRandom};
use async_trait::async_trait;
use orilla_pipeline::gateway::breaker::{GuardedError, Remote, guarded};
use orilla_shop::PortError;
use orilla_shop::accounts::{MailRequest, MailService, MailSettings, Mailer, NoAnswer};
use std::cell::OnceCell;
use std::sync::Arc;
use worker::js_sys::Reflect;
use worker::send::SendFuture;
use worker::wasm_bindgen::JsValue;

/// How long the provider may take, in milliseconds: a shopper waits for it.
const PATIENCE: u32 = 6_000;

thread_local! {
    /// What is set does not change within an isolate.
    static SETTINGS: OnceCell<Option<MailSettings>> = const { OnceCell::new() };
}

/// What sends mails; none, if the operator has set no provider, and with a line in the log if it is none.
pub fn mailer(env: &JsValue) -> Option<Arc<Mailer>> {
    let settings = SETTINGS.with(|cell| cell.get_or_init(|| settings(env)).clone())?;
    Some(Arc::new(Mailer::new(settings, Arc::new(Provider))))
}

fn settings(env: &JsValue) -> Option<MailSettings> {
    let text = |name: &str| Reflect::get(env, &name.into()).ok().and_then(|value| value.as_string());
    let [url, from, key] = ["MAIL_URL", "MAIL_FROM", "MAIL_KEY"].map(|name| text(name).unwrap_or_default());
    if url.is_empty() && key.is_empty() {
        return None;
    }
    match MailSettings::parse(&url, &from, &key) {
        Ok(settings) => Some(settings),
        Err(error) => {
            worker::console_error!("no e-mail is sent: {error}");
            None
        }
    }
}

struct Provider;

#[async_trait]
impl MailService for Provider {
    async fn post(&self, request: &MailRequest) -> Result<u16, NoAnswer> {
        let headers = request.headers.iter().map(|(name, value)| (*name, value.as_str()));
        // An async block keeps the JavaScript promise inside the future that is declared Send.
        let call = SendFuture::new(async {
            let answer = glue::post(&request.url, headers, request.body.as_bytes(), PATIENCE).await?;
            Ok(answer.status)
        });
        let is_outage = |error: &PortError| matches!(error, PortError::Unavailable(_));
        guarded(Remote::Mail, &SystemClock, &SystemRandom, is_outage, call).await.map_err(|error| match error
        {
            GuardedError::Refused(text) => NoAnswer::NotAsked(text),
            GuardedError::Failed(error) => NoAnswer::Lost(error),
        })
    }
}
