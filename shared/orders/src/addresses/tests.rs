use super::*;
use crate::CheckoutForm;
use proptest::prelude::*;

fn to(name: &str) -> Recipient {
    let form = CheckoutForm {
        name: name.into(),
        address1: "Calle del Faro 7".into(),
        city: "Cádiz".into(),
        postcode: "11001".into(),
        country: "ES".into(),
        ..CheckoutForm::default()
    };
    form.check_recipient().unwrap()
}

fn key(number: usize) -> IdempotencyKey {
    IdempotencyKey::parse(&format!("key-number-{number}")).unwrap()
}

fn add(name: &str, is_default: bool) -> AddressChange {
    AddressChange::Add { to: to(name), is_default }
}

fn edit(id: usize, version: u32, name: &str) -> AddressChange {
    AddressChange::Edit { id: key(id), version, to: to(name), is_default: false }
}

fn remove(id: usize, version: u32) -> AddressChange {
    AddressChange::Remove { id: key(id), version }
}

fn names(book: &AddressBook) -> Vec<&str> {
    book.addresses().iter().map(|kept| kept.to.name.as_str()).collect()
}

/// Makes these changes one after the other, under a key each, and expects what comes of each.
#[track_caller]
fn check(changes: &[(AddressChange, Result<(), AddressRefusal>)], left: &[&str]) {
    let mut book = AddressBook::default();
    for (number, (change, expected)) in changes.iter().enumerate() {
        assert_eq!(book.change(&key(number), change), *expected, "{number} {change:?}");
        // The same again has no effect, and is answered the same.
        let once = book.clone();
        assert_eq!(book.change(&key(number), change), *expected, "{number} {change:?}");
        assert_eq!(book, once);
    }
    assert_eq!(names(&book), left);
}

#[test]
fn who_saw_another_version_changes_nothing_over_it() {
    use AddressRefusal::{Changed, Gone};
    check(&[(add("Ada", false), Ok(())), (edit(0, 1, "Bea"), Ok(())), (edit(0, 2, "Cai"), Ok(()))], &["Cai"]);
    check(
        &[(add("Ada", false), Ok(())), (edit(0, 1, "Bea"), Ok(())), (edit(0, 1, "Cai"), Err(Changed))],
        &["Bea"],
    );
    // Both wanted the same.
    check(&[(add("Ada", false), Ok(())), (edit(0, 1, "Bea"), Ok(())), (edit(0, 1, "Bea"), Ok(()))], &["Bea"]);
    check(
        &[(add("Ada", false), Ok(())), (edit(0, 1, "Bea"), Ok(())), (remove(0, 1), Err(Changed))],
        &["Bea"],
    );
    check(&[(add("Ada", false), Ok(())), (remove(0, 1), Ok(())), (edit(0, 1, "Bea"), Err(Gone))], &[]);
    check(&[(add("Ada", false), Ok(())), (remove(0, 1), Ok(())), (remove(0, 1), Ok(()))], &[]);
}

#[test]
fn an_address_is_kept_once_and_one_is_the_default() {
    let mut book = AddressBook::default();
    for (number, name) in ["Ada", "Bea", "Ada"].into_iter().enumerate() {
        book.change(&key(number), &add(name, number == 1)).unwrap();
    }
    assert_eq!(names(&book), ["Ada", "Bea"]);
    assert_eq!(book.preferred().unwrap().to.name.as_str(), "Bea");
    book.change(&key(3), &remove(1, 1)).unwrap();
    assert_eq!(book.preferred().unwrap().to.name.as_str(), "Ada");
    // Taken back: it is the default again.
    book.change(&key(4), &add("Bea", true)).unwrap();
    assert_eq!(book.preferred().unwrap().id, key(4));
}

#[test]
fn there_are_no_more_than_fit_and_a_key_is_spent() {
    let mut book = AddressBook::default();
    for number in 0..MOST_ADDRESSES {
        book.change(&key(number), &add(&format!("Ada {number}"), false)).unwrap();
    }
    assert_eq!(book.change(&key(10), &add("Bea", false)), Err(AddressRefusal::Full));
    book.change(&key(11), &remove(0, 1)).unwrap();
    // What was refused under a key stays so: its person may have written something else since.
    assert_eq!(book.change(&key(10), &add("Bea", false)), Err(AddressRefusal::Full));
    assert_eq!(book.change(&key(11), &add("Bea", false)), Err(AddressRefusal::KeyReused));
    assert_eq!(book.change(&key(12), &add("Bea", false)), Ok(()));
}

fn changes() -> impl Strategy<Value = AddressChange> {
    let name = "[A-D]";
    prop_oneof![
        (name, any::<bool>()).prop_map(|(name, is_default)| add(&name, is_default)),
        (0..12usize, 1..3u32, name).prop_map(|(id, version, name)| edit(id, version, &name)),
        (0..12usize, 1..3u32).prop_map(|(id, version)| remove(id, version)),
    ]
}

proptest! {
    /// However often copies of earlier changes come again, the addresses are those of each change made once.
    #[test]
    fn what_comes_again_has_no_effect(
        changes in prop::collection::vec(changes(), 1..25),
        again in prop::collection::vec(any::<prop::sample::Index>(), 0..25),
    ) {
        let (mut once, mut often) = (AddressBook::default(), AddressBook::default());
        let mut came = Vec::new();
        for (number, change) in changes.iter().enumerate() {
            came.push(once.change(&key(number), change));
            prop_assert_eq!(often.change(&key(number), change), came[number]);
            for index in &again {
                let earlier = index.index(number + 1);
                prop_assert_eq!(often.change(&key(earlier), &changes[earlier]), came[earlier]);
            }
        }
        prop_assert_eq!(&once, &often);
        prop_assert!(once.addresses().len() <= MOST_ADDRESSES);
        let text = serde_json::to_string(&once).unwrap();
        prop_assert_eq!(serde_json::from_str::<AddressBook>(&text).unwrap(), once);
    }
}
