//! Passkeys: the team's, and shoppers'.

use crate::db::rows;
use crate::tables::{SHOPPERS, TEAM, Tables};
use crate::{Database, Statement};
use async_trait::async_trait;
use orilla_orders::Text;
use orilla_passkeys::{Credential, CredentialId, UserHandle};
use orilla_shop::PortError;
use orilla_shop::passkeys::{Account, Ceremony, Found, Passkey, Passkeys, Removal, Remove};
use std::sync::Arc;

/// Passkeys in SQL.
#[derive(Clone)]
pub struct PasskeyStore {
    db: Arc<dyn Database>,
    tables: Tables,
}

impl PasskeyStore {
    /// The team's passkeys in this database.
    pub fn new(db: Arc<dyn Database>) -> Self {
        PasskeyStore { db, tables: TEAM }
    }

    /// Those of shoppers.
    pub fn of_shoppers(db: Arc<dyn Database>) -> Self {
        PasskeyStore { db, tables: SHOPPERS }
    }
}

#[async_trait]
impl Passkeys for PasskeyStore {
    async fn account(&self, name: &Text, handle: &UserHandle, now: i64) -> Result<Account, PortError> {
        let Tables { members, .. } = self.tables;
        let insert = format!(
            "INSERT INTO {members} (name, handle, created_at) VALUES (?1, ?2, ?3)
            ON CONFLICT (name) DO NOTHING"
        );
        let select = format!(
            "SELECT json_object('id', id, 'handle', handle, 'name', name) AS doc
            FROM {members} WHERE name = ?1"
        );
        let insert = Statement::new(insert).bind(name.as_str()).bind(handle.as_str()).bind(now);
        let answers = self.db.batch(vec![insert, Statement::new(select).bind(name.as_str())]).await?;
        let found = crate::db::decode(answers.get(1).map_or(&[], Vec::as_slice))?.pop();
        found.ok_or_else(|| PortError::Unexpected("a member who was written is not there".to_owned()))
    }

    async fn credentials(&self, account: i64) -> Result<Vec<CredentialId>, PortError> {
        let Tables { passkeys, .. } = self.tables;
        let sql = format!(
            "SELECT json_quote(credential_id) AS doc FROM {passkeys} WHERE member_id = ?1 ORDER BY id"
        );
        Ok(rows(&*self.db, Statement::new(sql).bind(account)).await?)
    }

    async fn expect(&self, ceremony: &Ceremony, now: i64) -> Result<(), PortError> {
        let purpose = serde_json::to_string(&ceremony.purpose);
        let purpose = purpose.map_err(|error| PortError::Unexpected(error.to_string()))?;
        let forget = "DELETE FROM passkey_ceremonies WHERE expires_at <= ?1";
        let insert = "INSERT INTO passkey_ceremonies (challenge, purpose, bound_to, expires_at)
            VALUES (?1, ?2, ?3, ?4)";
        let insert = Statement::new(insert)
            .bind(ceremony.challenge.as_str())
            .bind(purpose)
            .bind(ceremony.bound_to.as_str())
            .bind(ceremony.expires_at);
        self.db.batch(vec![Statement::new(forget).bind(now), insert]).await?;
        Ok(())
    }

    async fn take(&self, challenge: &str) -> Result<Option<Ceremony>, PortError> {
        let sql = "DELETE FROM passkey_ceremonies WHERE challenge = ?1 RETURNING json_object(
            'challenge', challenge, 'purpose', json(purpose), 'bound_to', bound_to, 'expires_at', expires_at) AS doc";
        Ok(rows(&*self.db, Statement::new(sql).bind(challenge)).await?.pop())
    }

    async fn add(
        &self,
        account: i64,
        name: &Text,
        credential: &Credential,
        now: i64,
    ) -> Result<Option<i64>, PortError> {
        let Tables { passkeys, .. } = self.tables;
        let sql = format!(
            "INSERT INTO {passkeys}
            (member_id, credential_id, public_key, algorithm, counter, synced, name, created_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
            ON CONFLICT (credential_id) DO NOTHING RETURNING json(id) AS doc"
        );
        let insert = Statement::new(sql)
            .bind(account)
            .bind(credential.id.as_str())
            .bind(credential.public_key.as_str())
            .bind(i64::from(credential.algorithm))
            .bind(credential.counter)
            .bind(i64::from(credential.synced))
            .bind(name.as_str())
            .bind(now);
        Ok(rows(&*self.db, insert).await?.pop())
    }

    async fn find(&self, credential: &CredentialId) -> Result<Option<Found>, PortError> {
        let Tables { members, passkeys, .. } = self.tables;
        let sql = format!(
            "SELECT json_object('id', p.id, 'name', p.name,
              'account', json_object('id', m.id, 'handle', m.handle, 'name', m.name),
              'credential', json_object('id', p.credential_id, 'public_key', p.public_key,
                'algorithm', p.algorithm, 'counter', p.counter,
                'synced', json(iif(p.synced, 'true', 'false')))) AS doc
            FROM {passkeys} p JOIN {members} m ON m.id = p.member_id WHERE p.credential_id = ?1"
        );
        Ok(rows(&*self.db, Statement::new(sql).bind(credential.as_str())).await?.pop())
    }

    async fn used(&self, passkey: i64, counter: u32, now: i64) -> Result<bool, PortError> {
        let Tables { passkeys, .. } = self.tables;
        let sql = format!(
            "UPDATE {passkeys} SET counter = ?2, last_used_at = ?3
            WHERE id = ?1 AND (counter < ?2 OR (counter = 0 AND ?2 = 0)) RETURNING json(id) AS doc"
        );
        let noted: Vec<i64> =
            rows(&*self.db, Statement::new(sql).bind(passkey).bind(counter).bind(now)).await?;
        Ok(!noted.is_empty())
    }

    async fn list(&self, of: Option<&str>) -> Result<Vec<Passkey>, PortError> {
        let Tables { members, passkeys, .. } = self.tables;
        let sql = format!(
            "SELECT json_object('id', p.id, 'owner', m.name, 'name', p.name,
              'synced', json(iif(p.synced, 'true', 'false')),
              'created_at', p.created_at, 'last_used_at', p.last_used_at) AS doc
            FROM {passkeys} p JOIN {members} m ON m.id = p.member_id
            WHERE ?1 IS NULL OR m.name = ?1 ORDER BY m.name, p.id"
        );
        Ok(rows(&*self.db, Statement::new(sql).bind(of)).await?)
    }

    async fn remove(&self, wish: Remove<'_>) -> Result<Removal, PortError> {
        let Tables { members, passkeys, sessions, address } = self.tables;
        let remove = format!(
            "DELETE FROM {passkeys} WHERE id = ?1 AND (?2 = '' OR EXISTS (
            SELECT 1 FROM {passkeys} p JOIN {members} m ON m.id = p.member_id
            WHERE m.name = ?2 AND p.id <> ?1)
            OR (?4 AND EXISTS (SELECT 1 FROM {members} WHERE name = ?2 AND {address} IS NOT NULL)))
            AND (?3 IS NULL OR member_id = (SELECT id FROM {members} WHERE name = ?3))"
        );
        let end = format!(
            "DELETE FROM {sessions} WHERE passkey_id = ?1 AND id <> ?2
            AND NOT EXISTS (SELECT 1 FROM {passkeys} WHERE id = ?1)"
        );
        let left = format!(
            "SELECT json(id) AS doc FROM {passkeys} WHERE id = ?1
            AND (?2 IS NULL OR member_id = (SELECT id FROM {members} WHERE name = ?2))"
        );
        let remove = Statement::new(remove)
            .bind(wish.passkey)
            .bind(wish.keep_one_of.unwrap_or_default())
            .bind(wish.of)
            .bind(i64::from(wish.or_address));
        let end = Statement::new(end).bind(wish.passkey).bind(wish.session.unwrap_or_default());
        let answers =
            self.db.batch(vec![remove, end, Statement::new(left).bind(wish.passkey).bind(wish.of)]).await?;
        let is_left = answers.get(2).is_some_and(|rows| !rows.is_empty());
        Ok(if is_left { Removal::Last } else { Removal::Done })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SessionStore;
    use crate::testing::TestDatabase;
    use futures::executor::block_on;
    use orilla_passkeys::Challenge;
    use orilla_shop::passkeys::{Binding, Purpose};
    use orilla_shop::team::{Sessions, sign_in};

    const NOW: i64 = 1_760_000_000_000;

    fn credential(seed: u8, counter: u32) -> Credential {
        let id = CredentialId::parse(Challenge::from_random([seed; 16], [0; 16]).as_str()).unwrap();
        Credential { id, public_key: "AQID".into(), algorithm: -7, counter, synced: seed == 2 }
    }

    fn text(text: &str) -> Text {
        Text::parse(text).unwrap()
    }

    fn account(store: &PasskeyStore, name: &str, seed: u8) -> Account {
        block_on(store.account(&text(name), &UserHandle::from_random([seed; 16]), NOW)).unwrap()
    }

    fn add(store: &PasskeyStore, account: i64, credential: &Credential) -> Option<i64> {
        block_on(store.add(account, &text("Key"), credential, NOW)).unwrap()
    }

    #[test]
    fn a_passkey_is_found_as_it_was_added() {
        let store = PasskeyStore::new(Arc::new(TestDatabase::new()));
        let ada = account(&store, "Ada", 1);
        assert_eq!(account(&store, "Ada", 2), ada, "an account keeps its handle");
        let (one, two) = (credential(1, 5), credential(2, 0));
        assert_eq!(add(&store, ada.id, &one), Some(1));
        assert_eq!(add(&store, ada.id, &two), Some(2));
        assert_eq!(add(&store, account(&store, "Grace", 3).id, &one), None, "it is Ada's");
        assert_eq!(block_on(store.credentials(ada.id)).unwrap(), [one.id.clone(), two.id.clone()]);
        let found = block_on(store.find(&two.id)).unwrap().unwrap();
        assert_eq!(found, Found { id: 2, name: "Key".into(), account: ada, credential: two });
        let listed = block_on(store.list(None)).unwrap();
        assert_eq!((listed.len(), listed[1].synced, listed[1].last_used_at), (2, true, None));
    }

    #[test]
    fn a_count_goes_up_or_is_zero_forever() {
        let store = PasskeyStore::new(Arc::new(TestDatabase::new()));
        let ada = account(&store, "Ada", 1);
        add(&store, ada.id, &credential(1, 5));
        add(&store, ada.id, &credential(2, 0));
        let check = |passkey, counter, expected| {
            assert_eq!(block_on(store.used(passkey, counter, NOW)).unwrap(), expected, "{passkey} {counter}");
        };
        check(1, 5, false);
        check(1, 0, false);
        check(1, 6, true);
        check(1, 6, false);
        check(2, 0, true);
        check(2, 0, true);
        check(2, 1, true);
        check(2, 0, false);
        check(3, 9, false);
        assert_eq!(block_on(store.list(None)).unwrap()[0].last_used_at, Some(NOW));
    }

    #[test]
    fn a_challenge_is_taken_once_and_forgotten_in_time() {
        let store = PasskeyStore::new(Arc::new(TestDatabase::new()));
        let ceremony = |seed, expires_at| Ceremony {
            challenge: Challenge::from_random([seed; 16], [0; 16]),
            purpose: Purpose::Add { account: 7 },
            bound_to: Binding::session(3),
            expires_at,
        };
        let (one, two) = (ceremony(1, NOW), ceremony(2, NOW + 1));
        block_on(store.expect(&one, NOW - 1)).unwrap();
        block_on(store.expect(&two, NOW)).unwrap();
        assert_eq!(block_on(store.take(one.challenge.as_str())).unwrap(), None);
        assert_eq!(block_on(store.take(two.challenge.as_str())).unwrap(), Some(two.clone()));
        assert_eq!(block_on(store.take(two.challenge.as_str())).unwrap(), None);
    }

    #[test]
    fn a_passkey_goes_with_its_sessions_unless_it_is_the_last_way_in() {
        let database = Arc::new(TestDatabase::new());
        let (store, sessions) = (PasskeyStore::new(database.clone()), SessionStore::new(database));
        let (ada, grace) = (account(&store, "Ada", 1), account(&store, "Grace", 2));
        for (account, seed) in [(ada.id, 1), (grace.id, 2), (grace.id, 3)] {
            add(&store, account, &credential(seed, 0));
        }
        for (seed, passkey) in [(1, Some(1)), (2, Some(2)), (3, Some(2)), (4, None)] {
            block_on(sign_in(&sessions, "Ada", passkey, "", [seed; 16], NOW)).unwrap();
        }
        let remove = |passkey, keep_one_of, session| {
            block_on(store.remove(Remove { passkey, of: None, keep_one_of, or_address: true, session }))
                .unwrap()
        };
        let open = || {
            let mut open: Vec<_> = block_on(sessions.list(None)).unwrap().into_iter().map(|s| s.id).collect();
            open.sort_unstable();
            open
        };
        assert_eq!(remove(1, Some("Ada"), None), Removal::Last);
        assert_eq!(remove(1, Some("Nobody"), None), Removal::Last);
        assert_eq!(open(), [1, 2, 3, 4]);
        assert_eq!(remove(2, Some("Grace"), Some(3)), Removal::Done);
        assert_eq!(open(), [1, 3, 4]);
        let left = block_on(sessions.list(None)).unwrap();
        let by = |id| left.iter().find(|session| session.id == id).unwrap().passkey.clone();
        assert_eq!(by(1).unwrap().name.as_deref(), Some("Key"));
        assert_eq!(by(3).unwrap().name, None);
        assert_eq!(by(4), None);
        assert_eq!(remove(2, None, None), Removal::Done, "it has gone");
        assert_eq!(remove(1, None, None), Removal::Done);
        assert_eq!(remove(3, Some("Grace"), None), Removal::Last);
    }
}
