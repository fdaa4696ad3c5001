//! Every component of the design system on static pages, to look at in a browser:
//!
//! ```sh
//! cargo run -p orilla-ui --features ssr --example styleguide -- build/styleguide
//! ```
//!
//! It writes `home.html`, `list.html`, `product.html`, `cart.html`, `checkout.html`, `order.html` and
//! `components.html` in each language, the drawings, and the style sheets as one file.

#![allow(clippy::indexing_slicing, reason = "run by hand on a list of its own")]

mod kit;
mod pages;

use leptos::prelude::*;
use orilla_ui::*;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("which folder? e.g. build/styleguide")?);
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("style.css"), style_sheet()?)?;
    for sketch in pages::sketches() {
        fs::write(folder.join(sketch.path()), sketch.svg())?;
    }
    for locale in Locale::ALL {
        let write =
            |name: &str, html: String| fs::write(folder.join(format!("{name}.{}.html", locale.code())), html);
        write("home", document(locale, pages::home(locale)))?;
        write("list", document(locale, pages::list(locale)))?;
        write("product", document(locale, pages::product(locale)))?;
        write("cart", document(locale, pages::cart(locale)))?;
        write("checkout", document(locale, pages::checkout(locale)))?;
        write("order", document(locale, pages::order(locale)))?;
        write("components", document(locale, kit::components(locale)))?;
    }
    println!("{}", folder.display());
    Ok(())
}

/// The style sheets one after the other, in the order of their names, as the build joins them.
fn style_sheet() -> Result<String, Box<dyn Error>> {
    let mut files: Vec<_> = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("style"))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    files.sort();
    Ok(files.iter().map(fs::read_to_string).collect::<Result<String, _>>()?)
}

/// A page with header and footer around it.
fn document<V: IntoView + 'static>(locale: Locale, content: V) -> String {
    let languages: Vec<_> = Locale::ALL
        .into_iter()
        .map(|locale| LanguageLink { locale, href: format!("home.{}.html", locale.code()) })
        .collect();
    let link = |page: &str, label: &str, current| NavLink {
        href: format!("{page}.{}.html", locale.code()),
        label: label.to_owned(),
        current,
    };
    let links = vec![
        link("list", locale.nav_all_products(), false),
        link("list", "Lighting", true),
        link("product", "Oilskins & wool", false),
        link("cart", "Galley", false),
        link("checkout", "Kites", false),
        link("order", "Soap & care", false),
        link("components", "Charts & books", false),
    ];
    let footer = vec![
        link("list", locale.nav_all_products(), false),
        link("home", locale.nav_about(), false),
        link("home", locale.nav_privacy(), false),
    ];
    let owner = Owner::new();
    owner.with(|| {
        view! {
            <!DOCTYPE html>
            <html lang=locale.code()>
                <head>
                    <meta charset="utf-8"/>
                    <meta name="viewport" content="width=device-width, initial-scale=1"/>
                    <title>"Orilla"</title>
                    <link rel="stylesheet" href="style.css"/>
                </head>
                <body>
                    <SiteHeader
                        locale=locale
                        home=format!("home.{}.html", locale.code())
                        links=links
                        languages=languages.clone()
                        search=view! { <SearchForm locale=locale action="list.en.html"/> }
                        cart=view! { <CartLink locale=locale href=format!("cart.{}.html", locale.code()) count=3/> }
                    />
                    <main id="content" tabindex="-1">{content}</main>
                    <SiteFooter locale=locale links=footer languages=languages/>
                </body>
            </html>
        }
        .to_html()
    })
}
