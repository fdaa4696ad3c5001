//! Sessions: the team's, and shoppers'.

use crate::db::rows;
use crate::tables::{SHOPPERS, TEAM, Tables};
use crate::{Database, Statement};
use async_trait::async_trait;
use orilla_shop::PortError;
use orilla_shop::team::{Lifetime, NewSession, Session, SessionHash, Sessions};
use std::sync::Arc;

/// Sessions in SQL.
#[derive(Clone)]
pub struct SessionStore {
    db: Arc<dyn Database>,
    tables: Tables,
    lifetime: Lifetime,
}

impl SessionStore {
    /// The team's sessions in this database.
    pub fn new(db: Arc<dyn Database>) -> Self {
        SessionStore { db, tables: TEAM, lifetime: Lifetime::TEAM }
    }

    /// Those of shoppers.
    pub fn of_shoppers(db: Arc<dyn Database>) -> Self {
        SessionStore { db, tables: SHOPPERS, lifetime: Lifetime::SHOPPERS }
    }

    /// Sessions `s` as JSON.
    fn select(&self) -> String {
        let Tables { sessions, passkeys, .. } = self.tables;
        format!(
            "SELECT json_object('id', s.id, 'member', s.member, 'user_agent', s.user_agent,
    'created_at', s.created_at, 'last_used_at', s.last_used_at, 'expires_at', s.expires_at,
    'passkey', iif(s.passkey_id IS NULL, json('null'), json_object('id', s.passkey_id, 'name', p.name))) AS doc
  FROM {sessions} s LEFT JOIN {passkeys} p ON p.id = s.passkey_id"
        )
    }
}

#[async_trait]
impl Sessions for SessionStore {
    fn lifetime(&self) -> Lifetime {
        self.lifetime
    }

    async fn begin(&self, session: &NewSession) -> Result<(), PortError> {
        let Tables { sessions, .. } = self.tables;
        let ended = format!("DELETE FROM {sessions} WHERE expires_at <= ?1 OR last_used_at + ?2 <= ?1");
        let insert = format!(
            "INSERT INTO {sessions} (hash, member, user_agent, created_at, last_used_at, expires_at, passkey_id)
            VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?6)"
        );
        let insert = Statement::new(insert)
            .bind(session.hash.as_str())
            .bind(session.member.as_str())
            .bind(session.user_agent.as_str())
            .bind(session.now)
            .bind(session.expires_at)
            .bind(session.passkey);
        self.db
            .batch(vec![Statement::new(ended).bind(session.now).bind(self.lifetime.known), insert])
            .await?;
        Ok(())
    }

    async fn find(&self, hash: &SessionHash) -> Result<Option<Session>, PortError> {
        let sql = format!("{} WHERE s.hash = ?1", self.select());
        Ok(rows(&*self.db, Statement::new(sql).bind(hash.as_str())).await?.pop())
    }

    async fn touch(&self, id: i64, now: i64) -> Result<(), PortError> {
        let sessions = self.tables.sessions;
        let sql = format!("UPDATE {sessions} SET last_used_at = max(last_used_at, ?2) WHERE id = ?1");
        self.db.batch(vec![Statement::new(sql).bind(id).bind(now)]).await?;
        Ok(())
    }

    async fn list(&self, of: Option<&str>) -> Result<Vec<Session>, PortError> {
        let select = self.select();
        let sql =
            format!("{select} WHERE ?1 IS NULL OR s.member = ?1 ORDER BY s.last_used_at DESC, s.id DESC");
        Ok(rows(&*self.db, Statement::new(sql).bind(of)).await?)
    }

    async fn end(&self, id: i64, of: Option<&str>) -> Result<(), PortError> {
        let sessions = self.tables.sessions;
        let sql = format!("DELETE FROM {sessions} WHERE id = ?1 AND (?2 IS NULL OR member = ?2)");
        self.db.batch(vec![Statement::new(sql).bind(id).bind(of)]).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestDatabase;
    use futures::executor::block_on;
    use orilla_shop::team::{SessionKey, sign_in, who};

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
        let sessions = block_on(store.list(None)).unwrap();
        assert_eq!(sessions[0].user_agent, "Browser1");
        block_on(store.end(sessions[1].id, None)).unwrap();
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
        assert_eq!(member(&store, &key, NOW + Lifetime::TEAM.lasts), None);
        let idle = begin(&store, 2, NOW);
        assert_eq!(member(&store, &idle, NOW + Lifetime::TEAM.idle), None);
    }

    #[test]
    fn what_has_ended_is_forgotten_when_the_next_begins() {
        let store = store();
        begin(&store, 1, NOW);
        begin(&store, 2, NOW + Lifetime::TEAM.idle);
        assert_eq!(block_on(store.list(None)).unwrap().len(), 1);
    }

    #[test]
    fn shoppers_have_sessions_of_their_own_and_see_no_others() {
        let database = Arc::new(TestDatabase::new());
        let (team, shoppers) = (SessionStore::new(database.clone()), SessionStore::of_shoppers(database));
        begin(&team, 1, NOW);
        let key = begin(&shoppers, 2, NOW);
        block_on(sign_in(&shoppers, "Bea", None, "", [3; 16], NOW)).unwrap();
        assert_eq!(member(&team, &key, NOW), None);
        assert_eq!(member(&shoppers, &key, NOW + 40 * 24 * 3_600_000).as_deref(), Some("Ada"));
        let own = block_on(shoppers.list(Some("Bea"))).unwrap();
        assert_eq!(own.len(), 1);
        block_on(shoppers.end(own[0].id, Some("Ada"))).unwrap();
        assert_eq!(block_on(shoppers.list(None)).unwrap().len(), 2, "it is not hers to end");
        block_on(shoppers.end(own[0].id, Some("Bea"))).unwrap();
        assert_eq!(block_on(shoppers.list(Some("Bea"))).unwrap(), []);
    }
}
