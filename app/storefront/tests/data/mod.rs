//! What the islands of both tests show.

use orilla_storefront::islands::{BuyBoxData, OptionData, VariantData};
use orilla_storefront::server::{CartData, CartLineData};

/// Two sizes in two colours: the large red one is sold out, and there is no large blue one.
pub fn buy_box() -> BuyBoxData {
    let variant = |id, size: &str, colour: &str, price: &str, available| VariantData {
        id,
        options: vec![size.to_owned(), colour.to_owned()],
        price: price.to_owned(),
        former: None,
        available,
        sku: Some(format!("SKU-{id}")),
    };
    let option = |name: &str, values: [&str; 2]| OptionData {
        name: name.to_owned(),
        values: values.map(str::to_owned).into(),
    };
    BuyBoxData {
        locale: "en".to_owned(),
        options: vec![option("Size", ["Small", "Large"]), option("Colour", ["Red", "Blue"])],
        variants: vec![
            variant(11, "Small", "Red", "€10.00", 9),
            variant(12, "Large", "Red", "€20.00", 0),
            variant(13, "Small", "Blue", "€11.00", 2),
        ],
        selected: 0,
    }
}

/// A cart with a line for each quantity; each piece costs a euro.
pub fn cart(quantities: &[u32]) -> CartData {
    let line = |(variant, quantity): (i64, u32)| CartLineData {
        variant,
        title: format!("Product {variant}"),
        options: String::new(),
        href: format!("/en/p/product-{variant}"),
        picture: "data:,".to_owned(),
        unit: "€1.00".to_owned(),
        quantity,
        most: 9,
        total: format!("€{quantity}.00"),
        problem: None,
    };
    let pieces = quantities.iter().sum();
    CartData {
        lines: (1..)
            .zip(quantities.iter().copied())
            .filter(|(_, quantity)| *quantity > 0)
            .map(line)
            .collect(),
        subtotal: format!("€{pieces}.00"),
        pieces,
        orderable: pieces > 0,
    }
}
