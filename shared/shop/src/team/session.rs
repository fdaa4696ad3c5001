//! Who is signed in, of the team or of the shoppers: a secret in the browser's cookie, its hash in the store.

use crate::PortError;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Milliseconds of a day.
const DAY: i64 = 24 * 3_600_000;

/// How long a session lasts, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetime {
    /// At most.
    pub lasts: i64,
    /// Unused.
    pub idle: i64,
    /// Unused, until it is forgotten: until then it is known that nobody has ended it.
    pub known: i64,
}

impl Lifetime {
    /// The team's: a week, and a day unused. What it opens is the whole shop.
    pub const TEAM: Lifetime = Lifetime { lasts: 7 * DAY, idle: DAY, known: DAY };
    /// A shopper's: half a year, and two months unused. A shopper comes back after weeks, from a device of their own,
    /// and what it opens is their own orders; whoever shares the device signs out, or ends it from another one.
    pub const SHOPPERS: Lifetime = Lifetime { lasts: 182 * DAY, idle: 60 * DAY, known: 182 * DAY };
}
/// The most characters of a member's name.
pub const MEMBER_LENGTH: usize = 60;
/// How exactly the last use is known, in milliseconds: not every page is a write.
const TOUCHED_EVERY: i64 = 5 * 60_000;
/// The most characters that are kept of what a browser says of itself.
const LONGEST_AGENT: usize = 200;

/// The secret of a session: 128 random bits in 32 hexadecimal digits. Only the browser keeps it.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionKey(String);

impl SessionKey {
    /// A key from 16 bytes of a cryptographic random source.
    pub fn from_random(bytes: [u8; 16]) -> Self {
        SessionKey(format!("{:032x}", u128::from_be_bytes(bytes)))
    }

    /// Reads a key; `None` if the text is none.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = text.len() == 32 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        fits.then(|| SessionKey(text.to_owned()))
    }

    /// The key as text, for the cookie.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the store knows of it: SHA-256. Who reads the store can't sign in with it. A plain hash is enough for 128
    /// random bits.
    pub fn hash(&self) -> SessionHash {
        SessionHash(Sha256::digest(self.0.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

/// The hash of a session's key, in 64 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionHash(String);

impl SessionHash {
    /// The hash as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The passkey that began a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedBy {
    /// Its number.
    pub id: i64,
    /// Its name; `None` if it has been removed since.
    pub name: Option<String>,
}

/// A session, as lists show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Its number.
    pub id: i64,
    /// Who signed in.
    pub member: String,
    /// The passkey that began it; `None`: the team's token did, or a link that was sent to a shopper.
    pub passkey: Option<SignedBy>,
    /// What the browser said of itself.
    pub user_agent: String,
    /// When it began, in milliseconds since 1970.
    pub created_at: i64,
    /// When it was last used, to within five minutes.
    pub last_used_at: i64,
    /// When it ends at the latest.
    pub expires_at: i64,
}

impl Session {
    /// Whether it can be used now.
    pub fn is_open(&self, lifetime: Lifetime, now: i64) -> bool {
        now < self.expires_at && now < self.last_used_at.saturating_add(lifetime.idle)
    }
}

/// A session that begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSession {
    /// The hash of its key.
    pub hash: SessionHash,
    /// Who signed in.
    pub member: String,
    /// The number of the passkey that begins it; `None`: the team's token does, or a link that was sent to a shopper.
    pub passkey: Option<i64>,
    /// What the browser says of itself.
    pub user_agent: String,
    /// Now, in milliseconds since 1970.
    pub now: i64,
    /// When it ends at the latest.
    pub expires_at: i64,
}

/// The sessions of the team, or those of shoppers.
#[async_trait]
pub trait Sessions: Send + Sync {
    /// How long they last.
    fn lifetime(&self) -> Lifetime;

    /// Writes a session, and forgets those that ended before `now`.
    async fn begin(&self, session: &NewSession) -> Result<(), PortError>;

    /// The session with the key of this hash, open or not.
    async fn find(&self, hash: &SessionHash) -> Result<Option<Session>, PortError>;

    /// Notes that a session was used now.
    async fn touch(&self, id: i64, now: i64) -> Result<(), PortError>;

    /// All sessions, or those of one member, the last used first.
    async fn list(&self, of: Option<&str>) -> Result<Vec<Session>, PortError>;

    /// Ends a session, if it is this member's. One that has ended already is no error.
    async fn end(&self, id: i64, of: Option<&str>) -> Result<(), PortError>;
}

/// What a new session is told the browser.
#[derive(Clone, PartialEq, Eq)]
pub struct Begun {
    /// The secret.
    pub key: SessionKey,
    /// How long it lasts at most, in seconds.
    pub seconds: i64,
}

/// Begins a session for someone who has shown that they may: by a passkey, by the team's token, or by a link that was
/// sent to them.
///
/// # Errors
/// [`PortError`] of the store.
pub async fn sign_in(
    sessions: &dyn Sessions,
    member: &str,
    passkey: Option<i64>,
    user_agent: &str,
    random: [u8; 16],
    now: i64,
) -> Result<Begun, PortError> {
    let (key, lasts) = (SessionKey::from_random(random), sessions.lifetime().lasts);
    let session = NewSession {
        hash: key.hash(),
        member: member.to_owned(),
        passkey,
        user_agent: user_agent.chars().filter(|c| !c.is_control()).take(LONGEST_AGENT).collect(),
        now,
        expires_at: now.saturating_add(lasts),
    };
    sessions.begin(&session).await?;
    Ok(Begun { key, seconds: lasts / 1_000 })
}

/// What became of the session of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionState {
    /// It is open.
    Open(Session),
    /// It is old, or was not used for long: nobody has ended it.
    Over,
    /// It was ended, or there never was one.
    Ended,
}

/// How the session of this key stands. The use of an open one is noted.
///
/// # Errors
/// [`PortError`] of the store.
pub async fn session_state(
    sessions: &dyn Sessions,
    key: &SessionKey,
    now: i64,
) -> Result<SessionState, PortError> {
    let Some(session) = sessions.find(&key.hash()).await? else { return Ok(SessionState::Ended) };
    if !session.is_open(sessions.lifetime(), now) {
        return Ok(SessionState::Over);
    }
    if now.saturating_sub(session.last_used_at) >= TOUCHED_EVERY {
        sessions.touch(session.id, now).await?;
    }
    Ok(SessionState::Open(session))
}

/// The open session of this key, whose use is noted.
///
/// # Errors
/// [`PortError`] of the store.
pub async fn who(sessions: &dyn Sessions, key: &SessionKey, now: i64) -> Result<Option<Session>, PortError> {
    Ok(match session_state(sessions, key, now).await? {
        SessionState::Open(session) => Some(session),
        SessionState::Over | SessionState::Ended => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_32_hexadecimal_digits() {
        let key = SessionKey::from_random([0xab; 16]);
        assert!(SessionKey::parse(key.as_str()).is_some_and(|read| read == key));
        for text in ["", "ab", &"A".repeat(32), &"g".repeat(32), &"a".repeat(33), &"é".repeat(16)] {
            assert!(SessionKey::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn the_hash_is_sha_256() {
        // FIPS 180-2, appendix B, has no vector of this length; this one is of `sha256sum`.
        let hash = SessionKey::from_random([0; 16]).hash();
        assert_eq!(hash.as_str(), "84e0c0eafaa95a34c293f278ac52e45ce537bab5e752a00e6959a13ae103b65a");
    }

    #[track_caller]
    fn check_open(used: i64, now: i64, expected: bool) {
        let session = Session {
            id: 1,
            member: String::new(),
            passkey: None,
            user_agent: String::new(),
            created_at: 0,
            last_used_at: used,
            expires_at: Lifetime::TEAM.lasts,
        };
        assert_eq!(session.is_open(Lifetime::TEAM, now), expected);
    }

    #[test]
    fn a_session_ends_after_a_week_or_a_day_unused() {
        let Lifetime { lasts, idle, .. } = Lifetime::TEAM;
        check_open(0, 0, true);
        check_open(0, idle - 1, true);
        check_open(0, idle, false);
        check_open(lasts - 1, lasts - 1, true);
        check_open(lasts - 1, lasts, false);
    }
}
