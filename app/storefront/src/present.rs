//! From the catalogue's read models to what the design system shows.

use orilla_art::Sketch;
use orilla_catalog::ImageId;
use orilla_catalog::read::Card;
use orilla_ui::{CardView, Locale, Picture};

/// Where a product's picture is: its own, or one that is drawn from what it is.
pub fn picture(image: Option<ImageId>, title: &str, category: Option<&str>, colour: Option<&str>) -> Picture {
    Picture {
        src: match image {
            Some(ImageId(id)) => format!("/img/{id}"),
            None => format!("/art/{}", Sketch::of(title, category, colour).path()),
        },
        // The title stands beside it.
        alt: String::new(),
        width: 400,
        height: 400,
        photo: image.is_some(),
    }
}

/// A product in a list.
pub fn card(locale: Locale, card: &Card) -> CardView {
    CardView {
        href: format!("/{}/p/{}", locale.code(), card.handle),
        title: card.title.clone(),
        brand: card.brand.clone(),
        picture: picture(card.image, &card.title, card.category.as_deref(), None),
        price: locale.money(card.price_from),
        former_price: card.compare_at.map(|price| locale.money(price)),
        from: card.price_to != card.price_from,
        available: card.available,
    }
}
