use super::*;
use proptest::prelude::*;

fn cart(text: &str) -> Cart {
    Cart::parse(text).unwrap()
}

/// What a replica may do: one of a few variants, some pieces, in or out.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Add(i64, u32),
    Remove(i64, u32),
}

fn deed() -> impl Strategy<Value = Deed> {
    (1..4i64, 1..5u32, prop::bool::ANY)
        .prop_map(|(variant, pieces, is_in)| if is_in { Deed::Add } else { Deed::Remove }(variant, pieces))
}

fn act(cart: &mut JointCart, replica: Replica, deed: Deed) {
    match deed {
        Deed::Add(variant, pieces) => cart.add(replica, VariantId(variant), pieces),
        Deed::Remove(variant, pieces) => cart.remove(VariantId(variant), pieces),
    }
}

/// Three replicas after deeds and visits of one to another.
fn replicas() -> impl Strategy<Value = Vec<JointCart>> {
    prop::collection::vec((0..3usize, 0..3usize, deed()), 0..30).prop_map(|steps| {
        let mut carts = vec![JointCart::default(); 3];
        for (who, from, deed) in steps {
            if who == from {
                act(&mut carts[who], who as Replica + 1, deed);
            } else {
                let other = carts[from].clone();
                carts[who].merge(&other);
            }
        }
        carts
    })
}

fn merged(a: &JointCart, b: &JointCart) -> JointCart {
    let mut both = a.clone();
    both.merge(b);
    both
}

proptest! {
    #[test]
    fn merging_is_a_join(carts in replicas()) {
        let (a, b, c) = (&carts[0], &carts[1], &carts[2]);
        prop_assert_eq!(merged(a, b), merged(b, a));
        prop_assert_eq!(merged(&merged(a, b), c), merged(a, &merged(b, c)));
        prop_assert_eq!(&merged(a, a), a);
        let both = merged(a, b);
        prop_assert_eq!(&merged(&both, a), &both);
    }

    #[test]
    fn whatever_way_news_go_all_know_the_same_in_the_end(
        carts in replicas(),
        visits in prop::collection::vec((0..3usize, 0..3usize), 0..12),
    ) {
        let all = carts.iter().fold(JointCart::default(), |all, cart| merged(&all, cart));
        let mut carts = carts;
        for (who, from) in visits {
            carts[who] = merged(&carts[who], &carts[from]);
        }
        for _ in 0..2 {
            for (who, from) in [(1, 0), (2, 1), (0, 2)] {
                carts[who] = merged(&carts[who], &carts[from]);
            }
        }
        prop_assert!(carts.iter().all(|cart| *cart == all));
    }

    #[test]
    fn one_replica_counts_as_anybody_would(deeds in prop::collection::vec(deed(), 0..40)) {
        let (mut cart, mut model) = (JointCart::default(), BTreeMap::<i64, u32>::new());
        for deed in deeds {
            act(&mut cart, 1, deed);
            match deed {
                Deed::Add(variant, pieces) => *model.entry(variant).or_default() += pieces,
                Deed::Remove(variant, pieces) => {
                    let left = model.entry(variant).or_default();
                    *left = left.saturating_sub(pieces);
                }
            }
            for (variant, pieces) in &model {
                prop_assert_eq!(cart.quantity(VariantId(*variant)), *pieces);
            }
        }
    }

    #[test]
    fn what_one_adds_while_others_take_out_stays(
        before in prop::collection::vec(deed(), 0..10),
        others in prop::collection::vec(deed(), 0..10),
        added in 1..9u32,
    ) {
        let mut one = JointCart::default();
        before.into_iter().for_each(|deed| act(&mut one, 1, deed));
        let mut other = one.clone();
        one.add(2, VariantId(1), added);
        others.into_iter().for_each(|deed| act(&mut other, 3, deed));
        let without = other.quantity(VariantId(1));
        prop_assert_eq!(merged(&one, &other).quantity(VariantId(1)), without + added);
    }
}

#[test]
fn the_same_piece_is_taken_out_once() {
    let mut one = JointCart::default();
    one.add(1, VariantId(7), 2);
    one.add(2, VariantId(7), 1);
    let mut other = one.clone();
    one.remove(VariantId(7), 1);
    other.remove(VariantId(7), 1);
    assert_eq!(merged(&one, &other).quantity(VariantId(7)), 2);
    other.remove(VariantId(7), 9);
    assert_eq!(merged(&one, &other).quantity(VariantId(7)), 0);
}

/// A browser: what its cookies hold.
#[derive(Clone, Debug)]
struct Tab {
    held: Held,
    cart: Cart,
}

impl Tab {
    fn new(seed: u8) -> Self {
        let browser = BrowserId::from_random([seed; 8]);
        Tab { held: Held::first(browser, Owner::of("ada")), cart: Cart::default() }
    }

    fn with(seed: u8, text: &str) -> Self {
        Tab { cart: cart(text), ..Tab::new(seed) }
    }

    fn sync(&mut self, ledger: &mut CartLedger) {
        let synced = ledger.sync(self.held, &self.cart, 0);
        (self.held, self.cart) = (synced.held, synced.cart);
    }

    fn act(&mut self, deed: Deed) {
        self.cart = after(&self.cart, deed);
    }

    /// The shop does it, and answers.
    fn ask(&self, ledger: &mut CartLedger, deed: Deed) -> Tab {
        let mut seen = self.clone();
        // Nothing of what is shown is kept before it is done.
        seen.sync(&mut ledger.clone());
        let to = after(&seen.cart, deed);
        let synced = ledger.change(self.held, &self.cart, &seen.cart, &to, 0);
        Tab { held: synced.held, cart: synced.cart }
    }
}

fn after(cart: &Cart, deed: Deed) -> Cart {
    let mut cart = cart.clone();
    match deed {
        Deed::Add(variant, pieces) => {
            let _ = cart.add(VariantId(variant), Quantity::new(pieces).unwrap());
        }
        Deed::Remove(variant, pieces) => {
            let before = cart.quantity(VariantId(variant)).map_or(0, Quantity::get);
            match Quantity::new(before.saturating_sub(pieces)) {
                Ok(left) => cart.set(VariantId(variant), left).unwrap(),
                Err(_) => cart.remove(VariantId(variant)),
            }
        }
    }
    cart
}

fn lines(cart: &Cart) -> BTreeMap<i64, u32> {
    cart.lines().iter().map(|line| (line.variant.0, line.quantity.get())).collect()
}

fn stored(ledger: &CartLedger) -> CartLedger {
    serde_json::from_str(&serde_json::to_string(ledger).unwrap()).unwrap()
}

/// What happens in a browser.
#[derive(Clone, Copy, Debug)]
enum Step {
    Act(Deed),
    Sync,
    /// The shop has heard, and the answer got lost.
    Lost,
    /// The shop is asked to do it.
    Ask(Deed),
    /// The shop did it, and the answer got lost; the device does it, or does not.
    Unanswered(Deed, bool),
    /// The same request arrives twice.
    Doubled(Deed),
    /// Something else is asked meanwhile, and its answer comes last, or first.
    AtOnce(Deed, bool),
}

impl Step {
    fn deed(self) -> Option<Deed> {
        match self {
            Step::Act(deed) | Step::Ask(deed) | Step::Unanswered(deed, _) => Some(deed),
            Step::Doubled(deed) | Step::AtOnce(deed, _) => Some(deed),
            Step::Sync | Step::Lost => None,
        }
    }
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => deed().prop_map(Step::Act),
        2 => Just(Step::Sync),
        1 => Just(Step::Lost),
        3 => deed().prop_map(Step::Ask),
        1 => (deed(), any::<bool>()).prop_map(|(deed, again)| Step::Unanswered(deed, again)),
        1 => deed().prop_map(Step::Doubled),
        1 => (deed(), any::<bool>()).prop_map(|(deed, is_last)| Step::AtOnce(deed, is_last)),
    ]
}

fn take(tab: &mut Tab, ledger: &mut CartLedger, step: Step) {
    match step {
        Step::Act(deed) => tab.act(deed),
        Step::Sync => tab.sync(ledger),
        Step::Lost => tab.clone().sync(ledger),
        Step::Ask(deed) => *tab = tab.ask(ledger, deed),
        Step::Unanswered(deed, is_done_here) => {
            tab.ask(ledger, deed);
            if is_done_here {
                tab.act(deed);
            }
        }
        Step::Doubled(deed) => {
            tab.ask(ledger, deed);
            *tab = tab.ask(ledger, deed);
        }
        Step::AtOnce(deed, is_last) => {
            let mut other = tab.clone();
            let answer = tab.ask(ledger, deed);
            other.sync(ledger);
            *tab = if is_last { other } else { answer };
        }
    }
}

fn play(tabs: &mut [Tab], ledger: &mut CartLedger, steps: &[(usize, Step)]) {
    for (who, step) in steps {
        take(&mut tabs[*who], ledger, *step);
        *ledger = stored(ledger);
    }
    for _ in 0..3 {
        tabs.iter_mut().for_each(|tab| tab.sync(ledger));
    }
}

proptest! {
    #[test]
    fn browsers_that_have_all_been_here_show_the_same(
        steps in prop::collection::vec((0..3usize, step()), 0..40),
    ) {
        let (mut tabs, mut ledger) = ([Tab::new(1), Tab::new(2), Tab::new(3)], CartLedger::default());
        play(&mut tabs, &mut ledger, &steps);
        for tab in &tabs {
            prop_assert_eq!(lines(&tab.cart), lines(&ledger.cart()));
        }
        let before = ledger.clone();
        tabs.iter_mut().for_each(|tab| tab.sync(&mut ledger));
        prop_assert_eq!(before, ledger, "nothing is left to be told");
    }

    #[test]
    fn nothing_that_was_added_is_lost(
        steps in prop::collection::vec((0..3usize, step()), 0..30),
    ) {
        // Of an answer that got lost nobody knows whether what is asked next is the same again: it counts as that.
        let is_in = |step: &Step| !matches!(step.deed(), Some(Deed::Remove(..))) && !matches!(step, Step::Unanswered(_, false));
        let steps: Vec<_> = steps.into_iter().filter(|(_, step)| is_in(step)).collect();
        let mut added = BTreeMap::<i64, u32>::new();
        for (_, step) in &steps {
            if let Some(Deed::Add(variant, pieces)) = step.deed() {
                *added.entry(variant).or_default() += pieces;
            }
        }
        prop_assume!(added.values().all(|pieces| *pieces <= Quantity::MOST));
        let (mut tabs, mut ledger) = ([Tab::new(1), Tab::new(2), Tab::new(3)], CartLedger::default());
        play(&mut tabs, &mut ledger, &steps);
        prop_assert_eq!(lines(&ledger.cart()), added);
    }

    #[test]
    fn the_cart_of_one_browser_is_its_own(steps in prop::collection::vec(step(), 0..40)) {
        let (mut tab, mut ledger) = (Tab::new(1), CartLedger::default());
        for step in steps {
            let mut expected = tab.cart.clone();
            match step {
                Step::Act(deed) | Step::Ask(deed) => expected = after(&expected, deed),
                Step::Sync | Step::Lost => {}
                _ => continue,
            }
            take(&mut tab, &mut ledger, step);
            prop_assert_eq!(&tab.cart, &expected);
        }
        tab.sync(&mut ledger);
        prop_assert_eq!(lines(&tab.cart), lines(&ledger.cart()));
    }
}

#[test]
fn requests_of_one_browser_at_once_all_count() {
    let mut ledger = CartLedger::default();
    let mut phone = Tab::with(1, "1.1x1");
    phone.sync(&mut ledger);
    let first = phone.ask(&mut ledger, Deed::Add(2, 1));
    let second = phone.ask(&mut ledger, Deed::Add(3, 1));
    assert_eq!(second.cart.to_string(), "1.1x1-2x1-3x1");
    // The first answer comes last: the next page has it all.
    phone = first;
    assert_eq!(phone.cart.to_string(), "1.1x1-2x1");
    phone.sync(&mut ledger);
    assert_eq!(phone.cart.to_string(), "1.1x1-2x1-3x1");
}

#[test]
fn what_a_network_took_and_did_not_answer_counts_once() {
    let mut ledger = CartLedger::default();
    let (mut phone, mut laptop) = (Tab::with(1, "1.1x2"), Tab::new(2));
    phone.sync(&mut ledger);
    laptop.sync(&mut ledger);
    phone.ask(&mut ledger, Deed::Add(2, 1));
    phone.ask(&mut ledger, Deed::Remove(1, 1));
    laptop.cart = cart("1.1x3");
    laptop.sync(&mut ledger);
    // The device did both on its own.
    phone.act(Deed::Add(2, 1));
    phone.act(Deed::Remove(1, 1));
    phone.sync(&mut ledger);
    assert_eq!(lines(&phone.cart), BTreeMap::from([(1, 2), (2, 1)]));
}

#[test]
fn the_shop_takes_out_what_the_browser_had_not_been_told_of() {
    let mut ledger = CartLedger::default();
    let (mut phone, mut laptop) = (Tab::with(1, "1.1x1"), Tab::with(2, "1.2x3"));
    phone.sync(&mut ledger);
    laptop.sync(&mut ledger);
    phone = phone.ask(&mut ledger, Deed::Remove(2, 2));
    assert_eq!(phone.cart.to_string(), "1.1x1-2x1");
    laptop.sync(&mut ledger);
    assert_eq!(lines(&laptop.cart), BTreeMap::from([(1, 1), (2, 1)]));
}

#[test]
fn a_guest_brings_the_cart_along() {
    let mut ledger = CartLedger::default();
    let (mut phone, mut laptop) = (Tab::with(1, "1.1x1-2x1"), Tab::with(2, "1.3x2-1x1"));
    phone.sync(&mut ledger);
    laptop.sync(&mut ledger);
    assert_eq!(laptop.cart.to_string(), "1.3x2-1x2-2x1", "its own order comes first");
    // The first answer got lost, and the shopper signs in again with the same cart.
    let mut again = Tab::with(2, "1.3x2-1x1");
    again.sync(&mut ledger);
    assert_eq!(again.cart.to_string(), "1.3x2-1x2-2x1");
    phone.sync(&mut ledger);
    assert_eq!(phone.cart.to_string(), "1.1x2-2x1-3x2");
}

#[test]
fn an_order_takes_out_what_it_had() {
    let mut ledger = CartLedger::default();
    let (mut phone, mut laptop) = (Tab::with(1, "1.1x2"), Tab::new(2));
    phone.sync(&mut ledger);
    laptop.sync(&mut ledger);
    // On the train one more of them goes into the phone's cart, and another thing, while the laptop orders.
    (phone.cart, laptop.cart) = (cart("1.1x3-5x1"), Cart::default());
    laptop.sync(&mut ledger);
    phone.sync(&mut ledger);
    assert_eq!(phone.cart.to_string(), "1.1x1-5x1");
    laptop.sync(&mut ledger);
    assert_eq!(laptop.cart.to_string(), "1.1x1-5x1");
}

#[test]
fn a_browser_that_was_forgotten_loses_and_doubles_nothing() {
    let mut ledger = CartLedger::default();
    let mut old = Tab::with(1, "1.1x2");
    old.sync(&mut ledger);
    for seed in 2..=9 {
        let browser = BrowserId::from_random([seed; 8]);
        ledger.sync(Held::first(browser, Owner::of("ada")), &Cart::default(), i64::from(seed));
    }
    assert_eq!(ledger.browsers.len(), MOST_BROWSERS);
    old.cart = cart("1.1x3");
    old.sync(&mut ledger);
    assert_eq!(old.cart.to_string(), "1.1x3");
    old.sync(&mut ledger);
    assert_eq!(lines(&ledger.cart()), BTreeMap::from([(1, 3)]));
}

#[test]
fn a_cart_that_is_full_hides_what_does_not_fit_and_keeps_it() {
    let mut ledger = CartLedger::default();
    let text = |from: i64| (from..from + 50).map(|id| format!("{id}x99")).collect::<Vec<_>>().join("-");
    let (mut one, mut two) =
        (Tab::with(1, &format!("1.{}", text(101))), Tab::with(2, &format!("1.{}", text(1))));
    one.sync(&mut ledger);
    two.sync(&mut ledger);
    assert_eq!(two.cart.to_string(), format!("1.{}", text(1)));
    two.cart.remove(VariantId(50));
    two.sync(&mut ledger);
    assert_eq!(two.cart.quantity(VariantId(101)).map(Quantity::get), Some(99), "now there is room");
    one.sync(&mut ledger);
    assert_eq!(one.cart.to_string(), format!("1.{}", text(101)));
    let document = serde_json::to_string(&ledger).unwrap();
    assert!(document.len() < 20_000, "{}", document.len());
}

#[test]
fn a_ledger_stays_small() {
    let mut ledger = CartLedger::default();
    let mut tabs: Vec<Tab> = (1..=8).map(Tab::new).collect();
    // One browser is never told again.
    tabs[7].sync(&mut ledger);
    for round in 0..400 {
        let tab = &mut tabs[round % 7];
        tab.sync(&mut ledger);
        let variant = VariantId((round % 60) as i64 + 1);
        if tab.cart.quantity(variant).is_some() {
            tab.cart.remove(variant);
        } else {
            let _ = tab.cart.add(variant, Quantity::new(3).unwrap());
        }
        tab.sync(&mut ledger);
        assert!(ledger.cart.size() <= LARGEST);
    }
    let document = serde_json::to_string(&ledger).unwrap();
    assert!(document.len() < 60_000, "{}", document.len());
    let before = ledger.cart();
    ledger = stored(&ledger);
    assert_eq!(ledger.cart(), before);
}

#[test]
fn what_a_browser_holds_has_one_text() {
    let browser = BrowserId::from_random([0, 1, 2, 3, 4, 5, 6, 0xab]);
    let held = Held { copy: 7, ..Held::first(browser, Owner::of("ada")) };
    // The SHA-256 of "ada" (`sha256sum`).
    assert_eq!(held.to_string(), "2.00010203040506ab.7.fdee430d40bd57de");
    assert_eq!(Held::parse(&held.to_string()), Some(held));
    for text in [
        "",
        "2.",
        "1.00010203040506ab.7",
        "2.00010203040506ab.7",
        "2.00010203040506AB.7.0123456789abcdef",
        "2.00010203040506ab.07.0123456789abcdef",
        "2.00010203040506ab.7.0123456789abcde",
        "2.00010203040506ab.7.0123456789abcdef.",
        "2.1.7.0123456789abcdef",
        "2.00010203040506ab.-1.0123456789abcdef",
    ] {
        assert_eq!(Held::parse(text), None, "{text}");
    }
}
