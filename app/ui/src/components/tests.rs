use super::*;
use crate::Locale;
use leptos::prelude::*;

/// What breaks out of a text or an attribute, if it is not escaped.
const HOSTILE: &str = "\"><script>alert('1')</script>&";

fn html<V: IntoView>(view: impl FnOnce() -> V) -> String {
    Owner::new().with(|| view().into_view().to_html())
}

/// Every part stands in the HTML.
#[track_caller]
fn check(html: &str, parts: &[&str]) {
    for part in parts {
        assert!(html.contains(part), "no {part} in\n{html}");
    }
}

/// The hostile text can't be found as it is, and its brackets are escaped.
#[track_caller]
fn check_escaped(html: &str) {
    assert!(!html.contains("<script"), "{html}");
    assert!(!html.contains("=\"\">"), "an attribute ended early in\n{html}");
    check(html, &["&lt;script"]);
}

fn picture() -> Picture {
    Picture { src: HOSTILE.into(), alt: HOSTILE.into(), width: 4, height: 3, photo: false }
}

fn card() -> CardView {
    CardView {
        href: "/en/p/lantern".into(),
        title: "Lantern".into(),
        brand: None,
        picture: Picture { src: "/art/1.svg".into(), alt: String::new(), width: 4, height: 3, photo: true },
        price: "€12.50".into(),
        former_price: None,
        from: false,
        available: 1,
    }
}

#[test]
fn texts_from_outside_are_escaped() {
    let hostile =
        CardView { title: HOSTILE.into(), brand: Some(HOSTILE.into()), picture: picture(), ..card() };
    check_escaped(&html(|| view! { <ProductCard locale=Locale::En card=hostile>""</ProductCard> }));
    check_escaped(&html(|| {
        view! { <Field locale=Locale::Es name="city" label=HOSTILE value=HOSTILE error=Some(HOSTILE.to_owned()) hint=HOSTILE/> }
    }));
    check_escaped(&html(|| {
        view! { <TextArea locale=Locale::Pt name="note" label="Note" value="</textarea><script>"/> }
    }));
    check_escaped(&html(|| {
        let crumbs = vec![Crumb { label: HOSTILE.into(), href: Some(HOSTILE.into()) }];
        view! { <Breadcrumbs locale=Locale::En crumbs=crumbs/> }
    }));
    check_escaped(&html(|| {
        let pills =
            vec![Pill { value: HOSTILE.into(), label: HOSTILE.into(), selected: true, available: false }];
        view! { <OptionPills name=HOSTILE legend=HOSTILE pills=pills/> }
    }));
    check_escaped(&html(|| view! { <SearchForm locale=Locale::En action="/en/search" query=HOSTILE/> }));
    check_escaped(&html(|| {
        let options =
            vec![FacetOption { value: HOSTILE.into(), label: HOSTILE.into(), count: 1, selected: true }];
        view! { <FacetGroup locale=Locale::En title=HOSTILE name="brand" options=options/> }
    }));
    check_escaped(&html(|| view! { <Notice title=HOSTILE>{HOSTILE}</Notice> }));
}

#[test]
fn a_field_is_linked_to_its_hint_and_error() {
    let plain = html(|| view! { <Field locale=Locale::En name="city" label="Town"/> });
    check(&plain, &["<label for=\"city\">", "id=\"city\"", "required"]);
    assert!(!plain.contains("aria-describedby") && !plain.contains("aria-invalid"), "{plain}");

    let wrong = html(|| {
        view! { <Field locale=Locale::En name="city" label="Town" hint="Where" error=Some("Missing".to_owned())/> }
    });
    check(
        &wrong,
        &[
            "aria-describedby=\"city-error city-hint\"",
            "id=\"city-error\"",
            "id=\"city-hint\"",
            "aria-invalid=\"true\"",
        ],
    );

    let optional = html(|| view! { <Field locale=Locale::Es name="phone" label="Teléfono" optional=true/> });
    check(&optional, &["opcional"]);
    assert!(!optional.contains("required"), "{optional}");
}

#[test]
fn an_error_summary_leads_to_the_fields() {
    let errors = vec![FieldError { id: "email".into(), label: "Email".into(), message: "Missing".into() }];
    let summary = html(|| view! { <ErrorSummary locale=Locale::En errors=errors/> });
    check(&summary, &["role=\"alert\"", "href=\"#email\"", "1 field needs"]);
    assert_eq!(html(|| view! { <ErrorSummary locale=Locale::En errors=vec![]/> }).replace("<!>", ""), "");
}

#[test]
fn the_first_choice_has_the_id_that_a_summary_links_to() {
    let choice = |value: &str| Choice { value: value.into(), title: value.into(), hint: None, price: None };
    let group = html(|| {
        view! { <ChoiceGroup name="shipping" legend="Delivery" options=vec![choice("a"), choice("b")] selected="b" error=Some("!".to_owned())/> }
    });
    check(&group, &["aria-describedby=\"shipping-error\"", "id=\"shipping-error\""]);
    assert_eq!(group.matches("id=\"shipping\"").count(), 1, "{group}");
    assert_eq!(group.matches("checked").count(), 1, "{group}");
}

#[test]
fn a_reduced_price_says_which_is_which() {
    let plain = html(|| view! { <Price locale=Locale::En price="€12.50"/> });
    assert!(!plain.contains("<del>"), "{plain}");
    let reduced = html(|| view! { <Price locale=Locale::Es price="10 €" former=Some("12 €".to_owned())/> });
    check(&reduced, &["Precio anterior", "<ins>10 €</ins>", "<del>12 €</del>"]);
    check(&html(|| view! { <Price locale=Locale::Pt price="10 €" from=true/> }), &["desde 10 €"]);
}

#[test]
fn a_card_shows_what_matters() {
    let html = |card| html(|| view! { <ProductCard locale=Locale::En card=card>""</ProductCard> });
    check(&html(card()), &["picture photo", "loading=\"lazy\"", "href=\"/en/p/lantern\"", "width=\"4\""]);
    check(&html(CardView { available: 0, ..card() }), &["Sold out"]);
    check(&html(CardView { former_price: Some("€20".into()), ..card() }), &["Reduced", "<del>€20</del>"]);
}

#[test]
fn stock_is_exact_only_when_it_is_low() {
    let html = |available| html(move || view! { <StockBadge locale=Locale::En available=available/> });
    check(&html(0), &["stock none", "Sold out"]);
    check(&html(1), &["stock low", "Only 1 left"]);
    check(&html(5), &["Only 5 left"]);
    check(&html(6), &["\"stock\"", "In stock"]);
}

#[track_caller]
fn check_window(page: u32, last: u32, expected: &str) {
    let window: Vec<_> = page_window(page, last)
        .into_iter()
        .map(|number| number.map_or("…".to_owned(), |number| number.to_string()))
        .collect();
    assert_eq!(window.join(" "), expected, "page {page} of {last}");
}

#[test]
fn a_pagination_names_the_pages_around() {
    check_window(1, 0, "1");
    check_window(1, 1, "1");
    check_window(1, 3, "1 2 3");
    check_window(2, 5, "1 2 3 4 5");
    check_window(4, 26, "1 2 3 4 5 … 26");
    check_window(5, 26, "1 … 4 5 6 … 26");
    check_window(25, 26, "1 … 24 25 26");
    check_window(99, 26, "1 … 25 26");
    check_window(0, 26, "1 2 … 26");
    check_window(u32::MAX, u32::MAX, "1 … 4294967294 4294967295");
}

#[test]
fn a_pagination_links_its_neighbours() {
    let pages = |page, last| {
        html(
            move || view! { <Pagination locale=Locale::En page=page last=last href=|page| format!("?page={page}")/> },
        )
    };
    check(
        &pages(2, 3),
        &["rel=\"prev\" href=\"?page=1\"", "rel=\"next\" href=\"?page=3\"", "aria-current=\"page\""],
    );
    assert!(!pages(1, 3).contains("rel=\"prev\""));
    assert!(!pages(3, 3).contains("rel=\"next\""));
    assert!(!pages(1, 1).contains("<nav"));
}

#[test]
fn the_cart_link_says_how_many() {
    let link = |count| html(move || view! { <CartLink locale=Locale::Es href="/es/cart" count=count/> });
    check(&link(0), &["aria-label=\"Cesta\""]);
    assert!(!link(0).contains("class=\"count\""));
    check(&link(1), &["aria-label=\"Cesta, 1 artículo\"", "class=\"count\""]);
}

#[test]
fn the_header_marks_the_language_and_the_place() {
    let header = html(|| {
        let links = vec![NavLink { href: "/es/c/luz".into(), label: "Luz".into(), current: true }];
        let languages = vec![
            LanguageLink { locale: Locale::Es, href: "/es".into() },
            LanguageLink { locale: Locale::Pt, href: "/pt".into() },
        ];
        view! { <SiteHeader locale=Locale::Es home="/es" links=links languages=languages search="" cart=""/> }
    });
    check(
        &header,
        &["href=\"#content\"", "lang=\"pt\" hreflang=\"pt\"", "Português", "aria-current=\"true\""],
    );
}

#[test]
fn the_facets_are_a_drawer_that_needs_no_script() {
    let panel = html(|| view! { <FacetPanel locale=Locale::En action="/en/search">"x"</FacetPanel> });
    check(&panel, &["popovertarget=\"facets\"", "id=\"facets\"", "popover=\"auto\"", "method=\"get\""]);
    let sort = html(|| {
        view! { <SortSelect locale=Locale::En options=vec![("best", "Best".to_owned())] selected="best"/> }
    });
    assert_eq!(sort.matches("form=\"facets\"").count(), 2, "the select and its button: {sort}");
}

#[test]
fn a_timeline_marks_the_latest_step() {
    let step = |state, title: &str| TimelineStep {
        state,
        title: title.into(),
        text: None,
        time: Some(("2026-11-22".into(), "22 November 2026".into())),
    };
    let steps = vec![
        step(StepState::Done, "Placed"),
        step(StepState::Current, "Paid"),
        step(StepState::Ahead, "Packed"),
    ];
    let timeline = html(|| view! { <Timeline steps=steps/> });
    check(&timeline, &["<time datetime=\"2026-11-22\">22 November 2026</time>"]);
    assert_eq!(timeline.matches("aria-current=\"step\"").count(), 1, "{timeline}");
}

#[test]
fn error_pages_have_their_own_words() {
    let page = |status| html(move || view! { <ErrorPage locale=Locale::En status=status>""</ErrorPage> });
    for (status, title) in [
        (400, "did not understand"),
        (404, "drifted off"),
        (413, "did not understand"),
        (500, "ran aground"),
        (503, "Rough seas"),
    ] {
        check(&page(status), &[title, &status.to_string()]);
    }
}
