//! What every page must do, whatever orders and products hold.

use super::*;
use crate::{Assets, StudioContext};
use orilla_catalog::{CategoryId, FaultKind, Handle, ProductDraft, ProductId, Status, Variant, VariantId};
use orilla_money::{Currency, Money};
use orilla_orders::{
    Address, Contact, Country, Email, Event, Instructions, Language, Order, OrderLine, OrderNumber,
    OrderToken, Placed, Quantity, Recorded, ReviewForm, ShippingMethod, Text,
};
use orilla_richtext::SafeHtml;
use orilla_shop::catalog::{ImportCounts, ImportRun};
use orilla_shop::checkout::ListedOrder;
use orilla_shop::passkeys::Passkey;
use orilla_shop::publish::{Pending, Publication, Waiting};
use orilla_shop::reviews::{ListedReview, ReviewPage, ReviewState};
use orilla_shop::team::{
    Category, CategoryChange, CategoryEntry, CategoryTree, FieldChange, Freshness, HistoryEntry, ImportJob,
    ImportState, KeptPage, KeptRead, ListedProduct, MoveFault, NearPage, Nearby, OrderPage as Found,
    OrderQuery, PagesReport, ProductChange, ProductFault, ProductFaultKind, ProductForm,
    ProductPage as ListFound, ProductQuery, RecentPage, RejectedRow, Session, SignedBy, Standing,
    StoredProduct, Takings,
};
use orilla_ui::Locale;

/// A text that would run if a page did not escape it.
const HOSTILE: &str = "</title></script><script>alert('1')</script>\"'<img src=x onerror=alert(1)>";

pub(super) fn studio(locale: Locale) -> StudioContext {
    StudioContext {
        locale,
        assets: Assets::default(),
        shop_name: HOSTILE.into(),
        path: "/studio/orders".into(),
        member: Some(HOSTILE.into()),
    }
}

fn text() -> Text {
    Text::parse(HOSTILE).unwrap()
}

fn history() -> Vec<Recorded> {
    let money = |minor| Money::new(minor, Currency::EUR);
    let line = OrderLine {
        variant: VariantId(1),
        handle: Handle::parse("lantern").unwrap(),
        title: HOSTILE.into(),
        options: vec![HOSTILE.into()],
        sku: Some(HOSTILE.into()),
        unit: money(3_900),
        quantity: Quantity::new(1).unwrap(),
        total: money(3_900),
    };
    let placed = Placed {
        lines: vec![line],
        subtotal: money(3_900),
        shipping: ShippingMethod::Standard,
        shipping_price: money(490),
        total: money(4_390),
        contact: Contact { email: Email::parse("ada@example.com").unwrap(), name: text(), phone: None },
        address: Address {
            address1: text(),
            address2: Some(text()),
            city: text(),
            region: Some(text()),
            postcode: Some(text()),
            country: Country::ES,
        },
        payment: Instructions::OnDelivery { amount: money(4_390) },
    };
    let events =
        [Event::Placed(Box::new(placed)), Event::Paid, Event::Cancelled { reason: text(), restock: true }];
    (1..).zip(events).map(|(version, event)| Recorded { version, at: 1_760_000_000_000, event }).collect()
}

fn order_page(studio: &StudioContext) -> String {
    let history = history();
    let fault = |field: &str| FormFault { field: field.into(), message: HOSTILE.into() };
    let form = OrderForm {
        carrier: HOSTILE.into(),
        tracking: HOSTILE.into(),
        reason: HOSTILE.into(),
        restock: HOSTILE.into(),
        amount: HOSTILE.into(),
    };
    let data = OrderPage {
        number: OrderNumber(1001),
        token: OrderToken::from_random([1; 16]),
        order: Order::replay(&history).unwrap(),
        history,
        key: "0123456789".into(),
        form,
        faults: vec![fault("carrier"), fault("amount")],
        told: Told::Refused(HOSTILE.into()),
    };
    order(studio, &data)
}

fn listed() -> ListedOrder {
    let summary = Order::replay(&history()).unwrap().summary();
    ListedOrder { number: OrderNumber(1001), token: OrderToken::from_random([1; 16]), summary }
}

fn stored() -> StoredProduct {
    let variant = Variant {
        sku: Some(HOSTILE.into()),
        barcode: Some(HOSTILE.into()),
        options: vec![HOSTILE.into()],
        price: Money::new(3_900, Currency::EUR),
        compare_at: None,
        available: 3,
        sold: 0,
    };
    let draft = ProductDraft {
        handle: "lantern".into(),
        title: HOSTILE.into(),
        brand: Some(HOSTILE.into()),
        description: HOSTILE.into(),
        options: vec![HOSTILE.into()],
        variants: vec![variant],
        ..ProductDraft::default()
    };
    let product = draft.check().unwrap();
    StoredProduct { id: ProductId(1), version: 4, product, variants: vec![VariantId(7)] }
}

/// Fields that have a fault on the page of a product.
const FAULTS: [&str; 9] = [
    "title",
    "variants[0].price",
    "variants[1].options[0]",
    "options[1]",
    "attributes[0].value",
    "attributes[0].kind",
    "images[0].url",
    "pieces-7",
    HOSTILE,
];

fn product_page(studio: &StudioContext, has_conflict: bool) -> String {
    let stored = stored();
    let change = FieldChange { field: HOSTILE.into(), before: HOSTILE.into(), after: HOSTILE.into() };
    let edited = |version| ProductChange::Edited {
        version,
        fields: vec![change.clone()],
        is_undo: false,
        before: None,
    };
    let counted = ProductChange::Stock { variant: VariantId(7), pieces: -3, reason: text() };
    let entry = |change| HistoryEntry { at: 0, member: HOSTILE.into(), change, can_be_undone: true };
    let fault = |field: &str| FormFault { field: field.into(), message: HOSTILE.into() };
    let mut form = ProductForm::of(&stored).with_room(1, 1, 1);
    form.description = format!("{HOSTILE}</textarea>{HOSTILE}");
    let hostile = || std::array::from_fn(|_| HOSTILE.to_owned());
    form.options = hostile();
    form.category = HOSTILE.into();
    for variant in &mut form.variants {
        (variant.options, variant.pieces) = (hostile(), HOSTILE.into());
    }
    for attribute in &mut form.attributes {
        (attribute.key, attribute.name, attribute.value) = (HOSTILE.into(), HOSTILE.into(), HOSTILE.into());
    }
    for image in &mut form.images {
        (image.url, image.alt, image.place) = (HOSTILE.into(), HOSTILE.into(), HOSTILE.into());
    }
    let data = ProductPage {
        editor: Editor {
            preview: SafeHtml::sanitise(&form.description),
            form,
            version: Some(stored.version),
            action: "/studio/products/lantern".into(),
            currency: Currency::EUR,
            categories: category_tree(),
            show_preview: true,
            faults: FAULTS.map(fault).into(),
        },
        stock: StockForm { variant: "7".into(), pieces: HOSTILE.into(), reason: HOSTILE.into() },
        key: "0123456789".into(),
        conflict: None,
        history: vec![entry(edited(4)), entry(edited(3)), entry(counted), entry(ProductChange::Created)],
        told: Told::Refused(HOSTILE.into()),
        stored,
    };
    let data = if has_conflict {
        ProductPage { conflict: Some(Conflict::Compared(vec![change])), ..data }
    } else {
        data
    };
    product(studio, &data)
}

fn new_editor() -> Editor {
    Editor {
        form: ProductForm { title: HOSTILE.into(), ..ProductForm::blank() },
        version: None,
        action: "/studio/new-product".into(),
        currency: Currency::EUR,
        categories: category_tree(),
        preview: SafeHtml::sanitise(HOSTILE),
        show_preview: false,
        faults: vec![FormFault { field: "handle".into(), message: HOSTILE.into() }],
    }
}

#[test]
fn the_last_edit_alone_can_be_taken_back() {
    let html = product_page(&studio(Locale::En), false);
    assert_eq!(html.matches("/studio/products/lantern/undo").count(), 1);
    assert!(!product_page(&studio(Locale::En), true).contains("/undo"));
}

#[test]
fn every_fault_of_a_product_has_its_words() {
    let kinds = [
        ProductFaultKind::Checked(FaultKind::TooMuch { count: 501, most: 500, unit: "characters" }),
        ProductFaultKind::Checked(FaultKind::Twice(HOSTILE.into())),
        ProductFaultKind::SkuTaken("anchor".into()),
        ProductFaultKind::NoKey,
    ];
    for locale in Locale::ALL {
        for kind in kinds.clone() {
            let told = product_fault(&studio(locale), ProductFault { field: "title".into(), kind });
            assert!(told.field == "title" && !told.message.is_empty());
        }
    }
}

fn product_list(studio: &StudioContext) -> String {
    let listed = ListedProduct {
        handle: Handle::parse("lantern").unwrap(),
        title: HOSTILE.into(),
        brand: Some(HOSTILE.into()),
        status: Status::Draft,
        category: Some(HOSTILE.into()),
        available: 0,
        price_from: Money::new(3_900, Currency::EUR),
    };
    let query =
        ProductQuery { search: HOSTILE.into(), category: HOSTILE.into(), page: 3, ..ProductQuery::default() };
    products(studio, &query, &ListFound { total: 500, products: vec![listed] }, &category_tree())
}

fn category_tree() -> CategoryTree {
    let category = |id, slug: &str, parent: Option<i64>| Category {
        id: CategoryId(id),
        parent: parent.map(CategoryId),
        slug: slug.into(),
        name: HOSTILE.into(),
        version: 1,
        products: 2,
        active: 1,
    };
    CategoryTree::new(vec![category(1, "light", None), category(2, "light/lanterns", Some(1))])
}

fn category_history() -> Vec<CategoryEntry> {
    let text = || HOSTILE.to_owned();
    let changes = [
        CategoryChange::Created { path: text() },
        CategoryChange::Moved { before: text(), after: text(), merged: false },
        CategoryChange::Moved { before: text(), after: text(), merged: true },
        CategoryChange::Deleted { path: text() },
    ];
    changes.into_iter().map(|change| CategoryEntry { at: 0, member: text(), change }).collect()
}

fn categories_page(studio: &StudioContext) -> String {
    let tree = category_tree();
    let faults = [MoveFault::Exists(CategoryId(2)), MoveFault::TooDeep];
    let data = CategoriesPage {
        faults: faults.map(|fault| move_fault(studio, &tree, fault)).into(),
        tree,
        form: CategoryForm { name: HOSTILE.into(), parent: "1".into() },
        history: category_history(),
        told: Told::Refused(HOSTILE.into()),
    };
    categories(studio, &data)
}

fn category_page(studio: &StudioContext) -> String {
    let tree = category_tree();
    let data = CategoryPage {
        category: tree.all()[0].clone(),
        form: CategoryForm { name: HOSTILE.into(), parent: HOSTILE.into() },
        faults: vec![move_fault(studio, &tree, MoveFault::Exists(CategoryId(2)))],
        can_merge: true,
        is_stale: true,
        former: vec![HOSTILE.into()],
        history: category_history(),
        told: Told::Done(HOSTILE.into()),
        tree,
    };
    category(studio, &data)
}

#[test]
fn a_category_does_not_stand_in_itself() {
    let html = category_page(&studio(Locale::En));
    let places = html.split("<select").nth(1).unwrap().split("</select>").next().unwrap();
    assert_eq!(places.matches("<option").count(), 1, "{places}");
}

fn publication(number: u64, manifest: &str) -> Publication {
    Publication { number, manifest: manifest.into(), products: 7, at: 0, note: HOSTILE.into() }
}

fn publish_page(studio: &StudioContext) -> String {
    let put = Waiting::Put { handle: Handle::parse("lantern").unwrap(), title: HOSTILE.into() };
    let removed = Waiting::Remove { title: HOSTILE.into() };
    let pending = Pending { changes: vec![put, removed], more: true };
    let history = vec![publication(3, "a"), publication(2, "b"), publication(1, "a")];
    publish(studio, &PublishPage { pending: Some(pending), history, told: Told::Refused(HOSTILE.into()) })
}

#[test]
fn what_stands_behind_many_drafts_can_be_published() {
    let pending = Some(Pending { changes: Vec::new(), more: true });
    let html = publish(&studio(Locale::En), &PublishPage { pending, ..PublishPage::default() });
    assert!(
        html.contains("Many products have changed.") && html.contains("action=\"/studio/publish\""),
        "{html}"
    );
    let pending = Some(Pending::default());
    let html = publish(&studio(Locale::En), &PublishPage { pending, ..PublishPage::default() });
    assert!(html.contains("Nothing has changed") && !html.contains("action=\"/studio/publish\""), "{html}");
}

#[test]
fn one_goes_back_to_what_is_not_shown_now() {
    let html = publish_page(&studio(Locale::En));
    let offered: Vec<_> =
        html.split("name=\"number\" value=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(offered, ["2"]);
}

fn reviews_page(studio: &StudioContext, state: ReviewState, count: i64) -> String {
    let form = ReviewForm { stars: "4".into(), author: "<script>".into(), text: HOSTILE.into() };
    let review = form.check(&Language::parse("es").unwrap()).unwrap();
    let listed = |id| ListedReview {
        id,
        handle: Handle::parse("lamp").unwrap(),
        title: HOSTILE.into(),
        version: 3,
        state,
        review: review.clone(),
        at: 0,
    };
    let data = ReviewsPage {
        place: ReviewPlace { state, page: 2 },
        counts: vec![(ReviewState::Waiting, 60), (ReviewState::Shown, 1)],
        found: ReviewPage { total: 60, reviews: (1..=count).map(listed).collect() },
        decided: Some(Decision { id: 9, version: 2, state: ReviewState::Shown }),
        told: Told::Refused(HOSTILE.into()),
    };
    reviews(studio, &data)
}

#[test]
fn a_review_has_the_buttons_that_change_something() {
    let page = |state, count| reviews_page(&studio(Locale::En), state, count);
    let offers = |html: &str| {
        let list = html.split("class=\"reviews\"").nth(1).unwrap().split("</ul>").next().unwrap().to_owned();
        ["shown", "hidden"].map(|state| list.contains(&format!("name=\"decision\" value=\"{state}\"")))
    };
    assert_eq!(offers(&page(ReviewState::Waiting, 1)), [true, true]);
    assert_eq!(offers(&page(ReviewState::Shown, 1)), [false, true]);
    assert_eq!(offers(&page(ReviewState::Hidden, 1)), [true, false]);
    let empty = page(ReviewState::Hidden, 0);
    assert!(empty.contains("No review is hidden.") && empty.contains("Waiting (60)"), "{empty}");
}

/// Every page, full of hostile texts.
pub(super) fn pages(studio: &StudioContext) -> Vec<String> {
    let session = Session {
        passkey: Some(SignedBy { id: 1, name: Some(HOSTILE.into()) }),
        id: 1,
        member: HOSTILE.into(),
        user_agent: HOSTILE.into(),
        created_at: 0,
        last_used_at: 0,
        expires_at: 0,
    };
    let run = ImportRun {
        run: HOSTILE.into(),
        source: HOSTILE.into(),
        format: HOSTILE.into(),
        counts: ImportCounts::default(),
        rejected: 0,
        at: 0,
    };
    let query = OrderQuery { search: HOSTILE.into(), page: 2, ..OrderQuery::default() };
    let passkey = Passkey {
        id: 1,
        owner: HOSTILE.into(),
        name: HOSTILE.into(),
        synced: true,
        created_at: 0,
        last_used_at: None,
    };
    let passkeys_page =
        PasskeysPage { passkeys: vec![passkey], told: Told::Done(HOSTILE.into()), refused: None };
    let read = |read, state| KeptRead { read, state };
    let kept = KeptPage {
        address: HOSTILE.into(),
        dimensions: vec![(HOSTILE.into(), HOSTILE.into())],
        state: Freshness::Stale,
        reads: vec![
            read(HOSTILE.into(), Freshness::Fresh),
            read(serde_json::json!({"Handle": HOSTILE}), Freshness::Outdated),
        ],
        bytes: 1,
        hits: 2,
        age_ms: 3,
    };
    let recent = RecentPage { address: HOSTILE.into(), hits: 1, bytes: 1 };
    let report = PagesReport { recent: vec![recent], kept: vec![kept], ..PagesReport::default() };
    let near = NearPage {
        address: HOSTILE.into(),
        kind: HOSTILE.into(),
        key: HOSTILE.into(),
        dimensions: vec![(HOSTILE.into(), HOSTILE.into())],
        state: Nearby::Kept(Freshness::Outdated),
        reads: vec![read(serde_json::json!({"Next": HOSTILE}), Freshness::Stale)],
        bytes: 4,
    };
    let kept_page = KeptPagesPage { address: HOSTILE.into(), report, near: Some(near), told: Told::Nothing };
    let sign_in_page = SignInPage {
        has_passkeys: true,
        next: HOSTILE.into(),
        name: HOSTILE.into(),
        faults: vec![FormFault { field: "name".into(), message: HOSTILE.into() }],
        told: Told::Refused(HOSTILE.into()),
    };
    let today = DashboardPage {
        to_do: 1,
        orders: vec![listed()],
        standing: Standing {
            takings: vec![Takings { orders: 2, total: Money::new(8_780, Currency::EUR) }],
            to_pack: 1,
            to_ship: 0,
            unpaid: 4,
        },
        low: 2,
        sold_out: 3,
        reviews: 5,
        pending: Some(Pending { changes: vec![Waiting::Remove { title: HOSTILE.into() }], more: true }),
        publication: Some(publication(1, "a")),
        imports: vec![run.clone()],
    };
    let job = ImportJob {
        run: "run-number-1".into(),
        member: HOSTILE.into(),
        source: HOSTILE.into(),
        message: HOSTILE.into(),
        rejected: 2,
        ..ImportJob::default()
    };
    let row =
        RejectedRow { place: 1, line: 3, column: Some(4), field: HOSTILE.into(), message: HOSTILE.into() };
    let import_page = |state, now| {
        let job = ImportJob { state, ..job.clone() };
        import(studio, &ImportPage { job, rejected: vec![row.clone()], now })
    };
    let import_list = ImportsPage {
        key: HOSTILE.into(),
        jobs: vec![job.clone()],
        runs: vec![run.clone()],
        now: 0,
        faults: vec![FormFault { field: "file".into(), message: HOSTILE.into() }],
        told: Told::Refused(HOSTILE.into()),
    };
    let mut all = vec![
        imports(studio, &import_list),
        import_page(ImportState::Running, 0),
        import_page(ImportState::Running, i64::MAX),
        import_page(ImportState::Failed, 0),
        import_page(ImportState::Done, 0),
        categories_page(studio),
        category_page(studio),
        order_page(studio),
        orders(studio, &query, &Found { total: 500, orders: vec![listed()] }),
        sessions(studio, &[session], Some(1), Told::Done(HOSTILE.into())),
        sign_in(studio, sign_in_page),
        passkeys(studio, &passkeys_page),
        kept_pages(studio, &kept_page),
        dashboard(studio, &today),
        error(studio, 404),
        product_page(studio, false),
        product_page(studio, true),
        new_product(studio, &new_editor(), Told::Refused(HOSTILE.into())),
        product_list(studio),
        publish_page(studio),
        reviews_page(studio, ReviewState::Waiting, 2),
    ];
    all.extend(super::experiments::tests::pages(studio));
    all.extend(super::rollout::tests::pages(studio));
    all
}

#[test]
fn hostile_texts_stay_texts() {
    for html in pages(&studio(Locale::En)) {
        assert!(!html.contains("<script>") && !html.contains("<img src=x"), "{html}");
        assert_eq!(html.matches("<script").count(), 1, "the Studio's own, from a file");
        assert_eq!(html.matches("<title>").count(), 1);
        assert_eq!(html.matches("</html>").count(), 1);
    }
}

#[test]
fn pages_hold_nothing_that_the_policy_forbids() {
    for html in pages(&studio(Locale::Es)) {
        for inline in [" style=", "<style", " onclick=", " onsubmit="] {
            assert!(!html.contains(inline), "{inline}: {html}");
        }
    }
}

#[test]
fn each_page_has_one_heading_and_names_its_language() {
    for locale in Locale::ALL {
        for html in pages(&studio(locale)) {
            assert_eq!(html.matches("<h1").count(), 1, "{html}");
            assert!(html.contains(&format!("<html lang=\"{}\">", locale.code())));
        }
    }
}

/// The ids of a page.
fn ids(html: &str) -> Vec<&str> {
    html.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn an_id_names_one_element() {
    for html in pages(&studio(Locale::En)) {
        let mut ids = ids(&html);
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count, "{html}");
    }
}

#[test]
fn an_error_leads_to_its_field() {
    let html = product_page(&studio(Locale::En), true);
    for field in FAULTS.into_iter().filter(|field| *field != HOSTILE) {
        assert!(html.contains(&format!("href=\"#{field}\"")), "{field}");
        assert!(ids(&html).contains(&field), "{field}");
    }
    for name in ["Variant 1: Price", "Option 2", "Attribute 1: Value", "Picture 1: Address of the picture"] {
        assert!(html.contains(name), "{name}");
    }
}

#[test]
fn an_order_offers_what_it_takes() {
    // Paid and cancelled: its money can go back, nothing else.
    let html = order_page(&studio(Locale::En));
    assert!(html.contains("value=\"refund\""));
    for command in ["pay", "pack", "ship", "deliver", "cancel"] {
        assert!(!html.contains(&format!("name=\"command\" value=\"{command}\"")), "{command}");
    }
}

#[test]
fn a_link_to_a_page_of_a_list_keeps_the_question() {
    let query = OrderQuery { search: "a & b".into(), page: 1, ..OrderQuery::default() };
    let html = orders(&studio(Locale::En), &query, &Found { total: 120, orders: vec![] });
    assert!(html.contains("href=\"/studio/orders?q=a+%26+b&amp;page=3\""), "{html}");
}

#[test]
fn the_first_page_says_what_waits() {
    let html = pages(&studio(Locale::En)).into_iter().find(|html| html.contains("class=\"tiles\"")).unwrap();
    for tile in [
        "Sold today</span> <strong>€87.80",
        "To pack</span> <strong>1",
        "Reviews to read</span> <strong>5",
        "changes</span> <strong>1+",
    ] {
        assert!(html.contains(tile), "{tile}: {html}");
    }
    assert_eq!(html.matches("tile waits").count(), 4, "{html}");
}
