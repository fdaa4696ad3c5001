//! The e-mail addresses of accounts, and the links that were sent to them.

use crate::db::{decode, rows};
use crate::{Database, Statement};
use async_trait::async_trait;
use orilla_passkeys::UserHandle;
use orilla_shop::PortError;
use orilla_shop::accounts::{Addresses, COUNTED, LINK_LIVES, Link, LinkHash, MOST_MAILS, NewLink};
use std::sync::Arc;

/// Addresses and links in SQL.
#[derive(Clone)]
pub struct AddressStore {
    db: Arc<dyn Database>,
}

impl AddressStore {
    /// Those in this database.
    pub fn new(db: Arc<dyn Database>) -> Self {
        AddressStore { db }
    }
}

/// The link with the hash `?1`, if it can be used at `?2`.
const USABLE: &str = "FROM account_links l WHERE l.hash = ?1 AND l.expires_at > ?2";

fn select() -> String {
    format!(
        "SELECT json_object('address', l.address, 'account', l.account,
           'holder', (SELECT name FROM accounts a WHERE a.address = l.address)) AS doc {USABLE}"
    )
}

fn sweeping(now: i64) -> Statement {
    Statement::new("DELETE FROM account_links WHERE sent_at <= ?1").bind(now.saturating_sub(COUNTED))
}

#[async_trait]
impl Addresses for AddressStore {
    async fn offer(&self, link: &NewLink) -> Result<bool, PortError> {
        // One statement counts and writes: two requests at once are not one too many.
        let insert = "INSERT INTO account_links (hash, address, account, sent_at, expires_at)
            SELECT ?1, ?2, ?3, ?4, ?5
            WHERE (SELECT count(*) FROM account_links l WHERE l.address = ?2 AND l.sent_at > ?6) < ?7
            RETURNING json_quote(hash) AS doc";
        let insert = Statement::new(insert)
            .bind(link.hash.as_str())
            .bind(link.address.as_str())
            .bind(link.account.as_deref())
            .bind(link.now)
            .bind(link.now.saturating_add(LINK_LIVES))
            .bind(link.now.saturating_sub(COUNTED))
            .bind(MOST_MAILS);
        let written: Vec<String> = rows(&*self.db, insert).await?;
        Ok(!written.is_empty())
    }

    async fn withdraw(&self, hash: &LinkHash) -> Result<(), PortError> {
        let sql = "DELETE FROM account_links WHERE hash = ?1";
        self.db.batch(vec![Statement::new(sql).bind(hash.as_str())]).await?;
        Ok(())
    }

    async fn find(&self, hash: &LinkHash, now: i64) -> Result<Option<Link>, PortError> {
        Ok(rows(&*self.db, Statement::new(select()).bind(hash.as_str()).bind(now)).await?.pop())
    }

    async fn take(&self, hash: &LinkHash, handle: &UserHandle, now: i64) -> Result<Option<Link>, PortError> {
        // A batch is a transaction: each statement sees the link as it was before, until the last one uses it up.
        let open = format!(
            "INSERT INTO accounts (name, handle, created_at, address)
             SELECT ?3, ?3, ?2, l.address {USABLE} AND l.account IS NULL
             ON CONFLICT (address) DO NOTHING"
        );
        // Where another account has the address, nothing changes.
        let add = format!(
            "UPDATE OR IGNORE accounts SET address = (SELECT l.address {USABLE})
             WHERE name = (SELECT l.account {USABLE})"
        );
        let end = "UPDATE account_links SET expires_at = ?2 WHERE hash = ?1 AND expires_at > ?2".to_owned();
        let on = |sql: String| Statement::new(sql).bind(hash.as_str()).bind(now);
        let batch = vec![on(open).bind(handle.as_str()), on(add), on(select()), on(end)];
        let answers = self.db.batch(batch).await?;
        Ok(decode(answers.get(2).map_or(&[], Vec::as_slice))?.pop())
    }

    async fn remove(&self, account: &str, session: i64) -> Result<bool, PortError> {
        let remove = "UPDATE accounts SET address = NULL WHERE name = ?1
            AND EXISTS (SELECT 1 FROM account_passkeys p WHERE p.member_id = accounts.id)";
        let is_gone = "EXISTS (SELECT 1 FROM accounts WHERE name = ?1 AND address IS NULL)";
        let end = format!(
            "DELETE FROM account_sessions WHERE member = ?1 AND passkey_id IS NULL AND id <> ?2 AND {is_gone}"
        );
        let left = format!("SELECT json('true') AS doc WHERE {is_gone}");
        let on = |sql: &str| Statement::new(sql).bind(account);
        let answers = self.db.batch(vec![on(remove), on(&end).bind(session), on(&left)]).await?;
        Ok(answers.get(2).is_some_and(|rows| !rows.is_empty()))
    }

    async fn sweep(&self, now: i64) -> Result<(), PortError> {
        self.db.batch(vec![sweeping(now)]).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestDatabase;
    use crate::{AccountStore, PasskeyStore, SessionStore};
    use futures::executor::block_on;
    use orilla_orders::Text;
    use orilla_passkeys::{Challenge, Credential, CredentialId};
    use orilla_shop::accounts::{Accounts, Entry, LinkKey, MailAddress, use_link};
    use orilla_shop::passkeys::{Passkeys, Removal, Remove};
    use orilla_shop::team::{Sessions, sign_in};
    use proptest::prelude::*;

    const NOW: i64 = 1_760_000_000_000;

    struct World {
        database: Arc<TestDatabase>,
        addresses: AddressStore,
        accounts: AccountStore,
    }

    fn world() -> World {
        let database = Arc::new(TestDatabase::new());
        let (addresses, accounts) =
            (AddressStore::new(database.clone()), AccountStore::new(database.clone()));
        World { database, addresses, accounts }
    }

    fn key(seed: u8) -> LinkKey {
        LinkKey::from_random([seed; 16])
    }

    fn address(text: &str) -> MailAddress {
        MailAddress::parse(text).unwrap()
    }

    impl World {
        fn offer(&self, seed: u8, to: &str, account: Option<&str>, now: i64) -> bool {
            let (hash, address) = (key(seed).hash(), address(to));
            let link = NewLink { hash, address, account: account.map(str::to_owned), now };
            block_on(self.addresses.offer(&link)).unwrap()
        }

        fn take(&self, seed: u8, now: i64) -> Entry {
            block_on(use_link(&self.addresses, &key(seed), [seed; 16], now)).unwrap()
        }

        /// Signs in by a new link: the account's name.
        fn enter(&self, seed: u8, to: &str, now: i64) -> String {
            assert!(self.offer(seed, to, None, now));
            match self.take(seed, now) {
                Entry::SignedIn(name) | Entry::Opened(name) => name,
                other => panic!("{other:?}"),
            }
        }

        fn address_of(&self, name: &str) -> Option<MailAddress> {
            block_on(self.accounts.account(name)).unwrap().unwrap().address
        }
    }

    #[test]
    fn a_link_opens_the_account_of_its_address_and_counts_once() {
        let world = world();
        world.offer(1, "ada@example.org", None, NOW);
        let Entry::Opened(name) = world.take(1, NOW) else { panic!("no account") };
        assert_eq!(world.take(1, NOW), Entry::Over);
        assert_eq!(world.take(2, NOW), Entry::Over, "there never was one");
        world.offer(3, "ada@example.org", None, NOW);
        assert_eq!(world.take(3, NOW), Entry::SignedIn(name.clone()));
        assert_eq!(world.address_of(&name), Some(address("ada@example.org")));
        assert_ne!(world.enter(4, "bea@example.org", NOW), name);
    }

    #[test]
    fn a_link_lives_to_the_millisecond_and_looking_does_not_use_it() {
        let world = world();
        let last = NOW + LINK_LIVES - 1;
        for (seed, at, lives) in [(1, NOW, true), (2, last, true), (3, last + 1, false)] {
            world.offer(seed, &format!("ada{seed}@example.org"), None, NOW);
            let look = || block_on(world.addresses.find(&key(seed).hash(), at)).unwrap();
            assert_eq!((look().is_some(), look().is_some()), (lives, lives), "{at}");
            assert_eq!(world.take(seed, at) != Entry::Over, lives, "{at}");
            assert_eq!(look(), None);
        }
    }

    #[test]
    fn an_address_gets_three_in_an_hour_and_those_that_were_not_sent_do_not_count() {
        let world = world();
        for seed in 1..=3 {
            assert!(world.offer(seed, "ada@example.org", None, NOW + i64::from(seed)));
        }
        world.take(1, NOW + 5);
        let check = |at, expected| {
            assert_eq!(world.offer(4, "ada@example.org", None, at), expected, "{at}");
            block_on(world.addresses.withdraw(&key(4).hash())).unwrap();
        };
        check(NOW + 6, false);
        assert!(world.offer(5, "bea@example.org", None, NOW + 6), "it is another's");
        check(NOW + COUNTED, false);
        check(NOW + COUNTED + 1, true);
        block_on(world.addresses.withdraw(&key(2).hash())).unwrap();
        check(NOW + 7, true);
        block_on(world.addresses.sweep(NOW + COUNTED + 2)).unwrap();
        let left = Statement::new("SELECT json(count(*)) AS doc FROM account_links");
        assert_eq!(block_on(world.database.batch(vec![left])).unwrap(), [["2"]], "3, and the other's");
    }

    #[test]
    fn an_address_is_added_to_its_account_alone() {
        let world = world();
        let ada = world.enter(1, "ada@example.org", NOW);
        let bea = world.enter(2, "bea@example.org", NOW);
        for (seed, to) in [(3, "bea@example.org"), (4, "ada@example.net"), (5, "ada@example.net")] {
            world.offer(seed, to, Some(&ada), NOW);
        }
        assert_eq!(world.take(3, NOW), Entry::Taken);
        assert_eq!(world.address_of(&ada), Some(address("ada@example.org")));
        assert_eq!(world.take(4, NOW), Entry::Added(ada.clone()));
        assert_eq!(world.take(5, NOW), Entry::Added(ada.clone()), "it has it");
        assert_eq!(world.address_of(&ada), Some(address("ada@example.net")));
        assert_eq!(world.address_of(&bea), Some(address("bea@example.org")));
        // What it left is free; and what an account was to get that is gone goes to nobody.
        assert_ne!(world.enter(6, "ada@example.org", NOW), ada);
        world.offer(7, "eve@example.org", Some(&ada), NOW);
        block_on(world.accounts.delete(&ada)).unwrap();
        assert_eq!(world.take(7, NOW), Entry::Over);
        assert_ne!(world.enter(8, "ada@example.net", NOW), ada);
    }

    #[test]
    fn the_last_way_in_stays_whichever_it_is() {
        let world = world();
        let (passkeys, sessions) = (
            PasskeyStore::of_shoppers(world.database.clone()),
            SessionStore::of_shoppers(world.database.clone()),
        );
        let ada = world.enter(1, "ada@example.org", NOW);
        let remove = || block_on(world.addresses.remove(&ada, 1)).unwrap();
        assert!(!remove());
        let handle = UserHandle::from_random([9; 16]);
        let account = block_on(passkeys.account(&Text::parse(&ada).unwrap(), &handle, NOW)).unwrap();
        let id = CredentialId::parse(Challenge::from_random([1; 16], [0; 16]).as_str()).unwrap();
        let credential =
            Credential { id, public_key: "AQID".into(), algorithm: -7, counter: 0, synced: false };
        let add = || block_on(passkeys.add(account.id, &Text::parse("Key").unwrap(), &credential, NOW));
        let drop = |passkey, or_address| {
            let wish = Remove { passkey, of: Some(&ada), keep_one_of: Some(&ada), or_address, session: None };
            block_on(passkeys.remove(wish)).unwrap()
        };
        let first = add().unwrap().unwrap();
        assert_eq!(drop(first, false), Removal::Last, "no links are sent");
        assert_eq!(drop(first, true), Removal::Done);
        assert!(!remove());
        let second = add().unwrap().unwrap();
        // Two by a link, one by the passkey: those by links end with the address, but for the one that removes it.
        for (seed, passkey) in [(1, None), (2, None), (3, Some(second))] {
            block_on(sign_in(&sessions, &ada, passkey, "", [seed; 16], NOW)).unwrap();
        }
        assert!(remove());
        assert_eq!(world.address_of(&ada), None);
        let mut left: Vec<_> = block_on(sessions.list(None)).unwrap().into_iter().map(|s| s.id).collect();
        left.sort_unstable();
        assert_eq!(left, [1, 3]);
        assert_eq!(drop(second, true), Removal::Last);
    }

    #[derive(Clone, Copy, Debug)]
    enum Step {
        Ask(u8, u8),
        Use(u8, u8),
        Wait(i64),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            (0..6u8, 0..2u8).prop_map(|(link, who)| Step::Ask(link, who)),
            (0..6u8, 1..4u8).prop_map(|(link, times)| Step::Use(link, times)),
            (0..LINK_LIVES * 2).prop_map(Step::Wait),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn a_link_leads_to_one_account_once_however_often_it_is_used_at_once(
            steps in prop::collection::vec(step(), 1..40),
        ) {
            let world = world();
            let (mut now, mut next) = (NOW, 0u8);
            // Of each place its link's seed, whose address it was sent to, and until when it lives.
            let mut sent: [Option<(u8, u8, i64)>; 6] = [None; 6];
            let mut accounts: [Option<String>; 2] = [None, None];
            for step in steps {
                match step {
                    Step::Wait(by) => now += by,
                    Step::Ask(at, who) => {
                        next += 1;
                        if world.offer(next, &format!("who{who}@example.org"), None, now) {
                            sent[usize::from(at)] = Some((next, who, now + LINK_LIVES));
                        }
                    }
                    Step::Use(at, times) => {
                        let Some((seed, who, until)) = sent[usize::from(at)] else { continue };
                        let entries: Vec<_> = (0..times).map(|_| world.take(seed, now)).collect();
                        let led: Vec<_> = entries.iter().filter(|entry| **entry != Entry::Over).collect();
                        prop_assert_eq!(led.len(), usize::from(now < until));
                        sent[usize::from(at)] = Some((seed, who, i64::MIN));
                        let known = &mut accounts[usize::from(who)];
                        match (led.first(), known.clone()) {
                            (None, _) => {}
                            (Some(Entry::Opened(name)), None) => *known = Some(name.clone()),
                            (Some(Entry::SignedIn(name)), Some(before)) => prop_assert_eq!(name, &before),
                            (entry, before) => prop_assert!(false, "{:?} {:?}", entry, before),
                        }
                    }
                }
            }
        }
    }
}
