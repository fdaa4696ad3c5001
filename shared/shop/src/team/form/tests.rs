use super::*;
use crate::team::{Category, CategoryTree, differences};
use orilla_catalog::{AttributeKey, CategoryId, ImageUrl, ProductDraft, ProductId, Variant};
use proptest::prelude::*;

fn stored() -> StoredProduct {
    let variant = |sku: &str, size: &str, minor| Variant {
        sku: Some(sku.into()),
        barcode: None,
        options: vec![size.into()],
        price: Money::new(minor, Currency::EUR),
        compare_at: None,
        available: 3,
        sold: 1,
    };
    let attribute = |name: &str, value, unit: Option<&str>| Attribute {
        key: AttributeKey::from_label(name).unwrap(),
        name: name.into(),
        value,
        unit: unit.map(str::to_owned),
    };
    let image = |name: &str| Image {
        url: ImageUrl::parse(&format!("https://img.example/{name}.jpg")).unwrap(),
        alt: name.into(),
    };
    let draft = ProductDraft {
        handle: "lantern".into(),
        title: "Lantern".into(),
        category: CategoryPath::new(vec!["Light".into(), "Lanterns".into()]).ok(),
        options: vec!["Size".into()],
        variants: vec![variant("A", "S", 3_900), variant("B", "L", 5_900)],
        attributes: vec![
            attribute("Colour", AttributeValue::Text("Red".into()), None),
            attribute("Weight", AttributeValue::Number(1.1 + 2.2), Some("kg")),
            attribute("Waterproof", AttributeValue::Boolean(true), None),
        ],
        images: vec![image("a"), image("b"), image("c")],
        ..ProductDraft::default()
    };
    let product = draft.check().unwrap();
    StoredProduct { id: ProductId(1), version: 4, product, variants: vec![VariantId(7), VariantId(8)] }
}

fn categories() -> CategoryTree {
    let category = |id, slug: &str, name: &str, parent: Option<i64>| Category {
        id: CategoryId(id),
        parent: parent.map(CategoryId),
        slug: slug.into(),
        name: name.into(),
        version: 0,
        products: 0,
        active: 0,
    };
    CategoryTree::new(vec![
        category(1, "light", "Light", None),
        category(2, "light/lanterns", "Lanterns", Some(1)),
        category(3, "deck", "Deck", None),
    ])
}

fn make(form: &ProductForm, stored: Option<&StoredProduct>) -> Result<Made, Vec<ProductFault>> {
    form.make(Ground { stored, categories: &categories(), currency: Currency::EUR })
}

fn told(faults: Vec<ProductFault>) -> Vec<String> {
    let line = |fault: ProductFault| match fault.kind {
        ProductFaultKind::Checked(kind) => format!("{}: {kind}", fault.field),
        kind => format!("{}: {kind:?}", fault.field),
    };
    faults.into_iter().map(line).collect()
}

/// What an edit of the form changes, as `field: before → after`, or what is wrong with it.
#[track_caller]
fn check(edit: impl FnOnce(&mut ProductForm), expected: &[&str]) {
    let stored = stored();
    let mut form = ProductForm::of(&stored).with_room(2, 2, 2);
    edit(&mut form);
    let lines = match make(&form, Some(&stored)) {
        Ok(made) => differences(&stored.product, &made.product)
            .into_iter()
            .map(|change| format!("{}: {} → {}", change.field, change.before, change.after))
            .collect(),
        Err(faults) => told(faults),
    };
    assert_eq!(lines, expected);
}

#[test]
fn a_form_that_nobody_touched_changes_nothing() {
    check(|_| (), &[]);
}

#[test]
fn each_field_changes_what_it_names() {
    check(|f| f.title = " Storm  lantern ".into(), &["title: Lantern → Storm lantern"]);
    check(|f| f.brand = "Faro".into(), &["brand:  → Faro"]);
    check(|f| f.description = "<p>a<script>b</script></p>".into(), &["description:  → <p>a</p>"]);
    check(|f| f.status = "draft".into(), &["status: active → draft"]);
    check(|f| f.category = "light".into(), &["category: Light > Lanterns → Light"]);
    check(|f| f.category = " ".into(), &["category: Light > Lanterns → "]);
    check(|f| f.variants[1].price = "49,5".into(), &["variants[1].price: 59.00 EUR → 49.50 EUR"]);
    check(|f| f.variants[0].compare_at = "45".into(), &["variants[0].compare_at:  → 45.00 EUR"]);
    check(|f| f.variants[0].sku = String::new(), &["variants[0].sku: A → "]);
    check(|f| f.options[0] = "Length".into(), &["options: Size → Length"]);
    check(|f| f.variants[0].options[0] = "XS".into(), &["variants[0].options: S → XS"]);
    // One that stands in no form stays as it is.
    check(|f| f.variants.clear(), &[]);
}

#[test]
fn attributes_are_typed() {
    check(|f| f.attributes[0].value = "Blue".into(), &["attributes[colour]: Colour: Red → Colour: Blue"]);
    check(
        |f| f.attributes[1].value = "2,5".into(),
        &["attributes[weight]: Weight: 3.3000000000000003 kg → Weight: 2.5 kg"],
    );
    check(
        |f| f.attributes[2].value = "NÃO".into(),
        &["attributes[waterproof]: Waterproof: true → Waterproof: false"],
    );
    check(|f| f.attributes[0] = AttributeForm::default(), &["attributes[colour]: Colour: Red → "]);
    check(
        |f| {
            f.attributes[3].name = "Tip type".into();
            f.attributes[3].value = "fine".into();
        },
        &["attributes[tip_type]:  → Tip type: fine"],
    );
    check(|f| f.attributes[1].value = "much".into(), &["attributes[1].value: NotANumber"]);
    check(|f| f.attributes[1].value = "inf".into(), &["attributes[1].value: NotANumber"]);
    check(|f| f.attributes[2].value = "maybe".into(), &["attributes[2].value: NotYesOrNo"]);
    check(|f| f.attributes[0].kind = "odd".into(), &["attributes[0].kind: NoKind"]);
    check(|f| f.attributes[0].unit = "kg".into(), &["attributes[0].unit: only numbers have a unit"]);
    check(|f| f.attributes[3].value = "x".into(), &["attributes[3].name: NoKey"]);
    check(|f| f.attributes[0].value = " ".into(), &["attributes[0].value: is empty"]);
}

#[test]
fn pictures_have_an_order() {
    let urls = |names: &str| {
        let line = |name: char| format!("https://img.example/{name}.jpg {name}");
        names.chars().map(line).collect::<Vec<_>>().join("\n")
    };
    let from = |names: &str| format!("images: {} → {}", urls("abc"), urls(names));
    check(|f| f.images[2].place = "1".into(), &[&from("cab")]);
    check(|f| f.images[0].place = "3".into(), &[&from("bac")]);
    check(|f| f.images[0].place = "9".into(), &[&from("bca")]);
    check(|f| f.images[1].url = String::new(), &[&from("ac")]);
    check(|f| f.images[3].url = "ftp://x".into(), &["images[3].url: NotAUrl"]);
    check(|f| f.images[0].place = "first".into(), &["images[0].place: NotAPlace"]);
    check(|f| f.images[1].alt = "x".repeat(501), &["images[1].alt: has 501 characters, 500 are allowed"]);
}

#[test]
fn variants_come_and_go() {
    let add = |form: &mut ProductForm| {
        form.variants[2].options[0] = "XL".into();
        form.variants[2].price = "69".into();
        form.variants[2].pieces = "4".into();
    };
    let before = "S · A · 39.00 EUR\nL · B · 59.00 EUR";
    check(add, &[&format!("variants: {before} → {before}\nXL · 69.00 EUR")]);
    check(|f| f.variants[0].is_removed = true, &[&format!("variants: {before} → L · B · 59.00 EUR")]);
    // Which of the stored ones each is, the form says.
    let stored = stored();
    let mut form = ProductForm::of(&stored).with_room(1, 0, 0);
    add(&mut form);
    form.variants[0].is_removed = true;
    form.variants[1].sku = "A".into();
    let made = make(&form, Some(&stored)).unwrap();
    assert_eq!(made.variants, [Some(VariantId(8)), None]);
    assert_eq!((made.product.variants[0].available, made.product.variants[1].available), (3, 4));
}

#[test]
fn what_cannot_be_read_is_named() {
    check(|f| f.status = "gone".into(), &["status: NoStatus"]);
    check(|f| f.category = "light/never".into(), &["category: NoCategory"]);
    check(|f| f.title = " ".into(), &["title: is empty"]);
    check(|f| f.variants[0].sku = "B".into(), &["variants[1].sku: \"B\" stands twice"]);
    check(
        |f| f.variants[0].compare_at = "1".into(),
        &["variants[0].compare_at: must be above the price, in its currency"],
    );
    check(|f| f.variants[1].price = "-1".into(), &["variants[1].price: is negative"]);
    check(|f| f.variants[1].price = "1e3".into(), &["variants[1].price: NotAnAmount"]);
    check(|f| f.variants[1].options[0] = "S".into(), &["variants[1].options[0]: \"S\" stands twice"]);
    check(|f| f.variants[0].options[1] = "x".into(), &["options[1]: NamelessOption"]);
    check(
        |f| f.variants.iter_mut().for_each(|v| v.is_removed = true),
        &["variants: a product needs at least one variant, with a price"],
    );
    for pieces in ["x", "-1", "10000001"] {
        check(
            |f| {
                f.variants[2].options[0] = "XL".into();
                f.variants[2].price = "1".into();
                f.variants[2].pieces = pieces.into();
            },
            &["variants[2].pieces: NotPieces"],
        );
    }
    // A row that counts for nothing does not move the faults of those behind it.
    check(
        |f| {
            f.variants[0].is_removed = true;
            f.variants[1].price = "-1".into();
        },
        &["variants[1].price: is negative"],
    );
}

#[test]
fn a_new_product_has_a_handle() {
    let new = |edit: &dyn Fn(&mut ProductForm)| {
        let mut form = ProductForm::blank();
        form.title = "Storm Lantern".into();
        form.variants[0].price = "39".into();
        edit(&mut form);
        make(&form, None).map(|made| made.product.handle().to_owned()).map_err(told)
    };
    assert_eq!(new(&|_| ()).as_deref(), Ok("storm-lantern"));
    assert_eq!(new(&|f| f.handle = " gale-lamp ".into()).as_deref(), Ok("gale-lamp"));
    let fault =
        "handle: \"Gale\" is not a handle: use lower-case letters, digits, - and _, at most 200 bytes";
    assert_eq!(new(&|f| f.handle = "Gale".into()), Err(vec![fault.to_owned()]));
    assert_eq!(new(&|f| f.variants[0].price = String::new()).unwrap_err().len(), 1);
}

proptest! {
    /// Whatever is typed, it is read or told, and a fault names a field that the form has.
    #[test]
    fn anything_can_be_typed(
        texts in proptest::collection::vec("[ -~é\\n]{0,12}|1|text|number|boolean|yes", 34),
        removed in any::<bool>(),
    ) {
        let mut texts = texts.into_iter();
        let mut next = || texts.next().unwrap_or_default();
        let stored = stored();
        let mut form = ProductForm::of(&stored).with_room(1, 1, 1);
        (form.title, form.category, form.status) = (next(), next(), next());
        form.options = std::array::from_fn(|_| next());
        for variant in &mut form.variants {
            variant.options = std::array::from_fn(|_| next());
            (variant.sku, variant.price, variant.pieces) = (next(), next(), next());
        }
        form.variants[0].is_removed = removed;
        for attribute in &mut form.attributes {
            (attribute.kind, attribute.value) = (next(), next());
        }
        for image in &mut form.images {
            (image.url, image.place) = (next(), next());
        }
        if let Err(faults) = make(&form, Some(&stored)) {
            prop_assert!(!faults.is_empty());
            for ProductFault { field, .. } in faults {
                let row = field.split_once('[').and_then(|(_, rest)| rest.split_once(']'));
                let row = row.map_or(0, |(row, _)| row.parse::<usize>().unwrap());
                prop_assert!(row < 5, "{}", field);
            }
        }
    }
}
