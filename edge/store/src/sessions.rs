//! The team's sessions.

use crate::db::rows;
use crate::{Database, Statement};
use async_trait::async_trait;
use orilla_shop::PortError;
use orilla_shop::team::{IDLE, NewSession, Session, SessionHash, Sessions};
use std::sync::Arc;

/// Sessions in SQL.
#[derive(Clone)]
pub struct SessionStore {
    db: Arc<dyn Database>,
}

/// Sessions `s` as JSON.
const SELECT: &str = "SELECT json_object('id', s.id, 'member', s.member, 'user_agent', s.user_agent,
    'created_at', s.created_at, 'last_used_at', s.last_used_at, 'expires_at', s.expires_at,
    'passkey', iif(s.passkey_id IS NULL, json('null'), json_object('id', s.passkey_id, 'name', p.name))) AS doc
  FROM studio_sessions s LEFT JOIN studio_passkeys p ON p.id = s.passkey_id";

impl SessionStore {
    /// Sessions in this database.
    pub fn new(db: Arc<dyn Database>) -> Self {
        SessionStore { db }
    }
}

#[async_trait]
impl Sessions for SessionStore {
    async fn begin(&self, session: &NewSession) -> Result<(), PortError> {
        let ended = "DELETE FROM studio_sessions WHERE expires_at <= ?1 OR last_used_at + ?2 <= ?1";
        let insert =
            "INSERT INTO studio_sessions (hash, member, user_agent, created_at, last_used_at, expires_at, passkey_id)
            VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?6)";
        let insert = Statement::new(insert)
            .bind(session.hash.as_str())
            .bind(session.member.as_str())
            .bind(session.user_agent.as_str())
            .bind(session.now)
            .bind(session.expires_at)
            .bind(session.passkey);
        self.db.batch(vec![Statement::new(ended).bind(session.now).bind(IDLE), insert]).await?;
        Ok(())
    }

    async fn find(&self, hash: &SessionHash) -> Result<Option<Session>, PortError> {
        let sql = format!("{SELECT} WHERE s.hash = ?1");
        Ok(rows(&*self.db, Statement::new(sql).bind(hash.as_str())).await?.pop())
    }

    async fn touch(&self, id: i64, now: i64) -> Result<(), PortError> {
        let sql = "UPDATE studio_sessions SET last_used_at = max(last_used_at, ?2) WHERE id = ?1";
        self.db.batch(vec![Statement::new(sql).bind(id).bind(now)]).await?;
        Ok(())
    }

    async fn all(&self) -> Result<Vec<Session>, PortError> {
        let sql = format!("{SELECT} ORDER BY s.last_used_at DESC, s.id DESC");
        Ok(rows(&*self.db, Statement::new(sql)).await?)
    }

    async fn end(&self, id: i64) -> Result<(), PortError> {
        let sql = "DELETE FROM studio_sessions WHERE id = ?1";
        self.db.batch(vec![Statement::new(sql).bind(id)]).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestDatabase;
    use futures::executor::block_on;
    use orilla_shop::team::{LASTS, SessionKey, sign_in, who};

    const NOW: i64 = 1_760_000_000_000;

    fn store() -> SessionStore {
        SessionStore::new(Arc::new(TestDatabase::new()))
    }

    fn begin(store: &SessionStore, seed: u8, now: i64) -> SessionKey {
        block_on(sign_in(store, "Ada", None, "Browser\n1", [seed; 16], now)).unwrap().key
    }

    fn member(store: &SessionStore, key: &SessionKey, now: i64) -> Option<String> {
        block_on(who(store, key, now)).unwrap().map(|session| session.member)
    }

    #[test]
    fn who_signed_in_is_known_until_the_session_ends() {
        let store = store();
        let (key, other) = (begin(&store, 1, NOW), begin(&store, 2, NOW));
        assert_eq!(member(&store, &key, NOW).as_deref(), Some("Ada"));
        assert_eq!(member(&store, &SessionKey::from_random([3; 16]), NOW), None);
        let sessions = block_on(store.all()).unwrap();
        assert_eq!(sessions[0].user_agent, "Browser1");
        block_on(store.end(sessions[1].id)).unwrap();
        assert_eq!(member(&store, &key, NOW), None);
        assert_eq!(member(&store, &other, NOW).as_deref(), Some("Ada"));
    }

    #[test]
    fn use_keeps_a_session_open_for_a_week_at_most() {
        let store = store();
        let key = begin(&store, 1, NOW);
        for hours in (0..7 * 24).step_by(23) {
            assert!(member(&store, &key, NOW + hours * 3_600_000).is_some(), "{hours}");
        }
        assert_eq!(member(&store, &key, NOW + LASTS), None);
        let idle = begin(&store, 2, NOW);
        assert_eq!(member(&store, &idle, NOW + IDLE), None);
    }

    #[test]
    fn what_has_ended_is_forgotten_when_the_next_begins() {
        let store = store();
        begin(&store, 1, NOW);
        begin(&store, 2, NOW + IDLE);
        assert_eq!(block_on(store.all()).unwrap().len(), 1);
    }
}
