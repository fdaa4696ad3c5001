//! The pages, with made-up content.

use leptos::prelude::*;
use orilla_art::Sketch;
use orilla_money::{Currency, Money};
use orilla_ui::*;

const GOODS: [(&str, &str, i64, Option<i64>, u32); 12] = [
    ("Storm lantern, brass", "Faro & Sons", 3950, Some(4900), 12),
    ("Fisherman’s oilskin coat, yellow", "Galerna", 18900, None, 3),
    ("Enamel kettle, 1.8 l", "Cala", 4400, None, 40),
    ("Delta kite, red", "Viento Norte", 2750, None, 0),
    ("Seaweed soap", "Jabones Ría", 650, None, 200),
    ("Chart of the Rías Baixas, 1:50,000", "Derrota", 2990, None, 18),
    ("Wool watch cap", "Galerna", 2900, Some(3500), 7),
    ("Brass hand bell with a very long name that needs three lines", "Faro & Sons", 8800, None, 2),
    ("Hemp rope, 12 mm, 20 m", "Cabos del Sur", 3100, None, 25),
    ("Ship’s clock", "Derrota", 124900, None, 1),
    ("Candle lantern, tin", "Faro & Sons", 1490, None, 60),
    ("Sailcloth bag", "Trinquete", 5900, None, 9),
];

fn sketch(index: usize) -> Sketch {
    let (title, ..) = GOODS[index % GOODS.len()];
    Sketch::of(title, None, None)
}

pub fn sketches() -> impl Iterator<Item = Sketch> {
    (0..GOODS.len()).map(sketch)
}

pub fn money(locale: Locale, cents: i64) -> String {
    locale.money(Money::new(cents, Currency::EUR))
}

fn picture(index: usize) -> Picture {
    Picture { src: sketch(index).path(), alt: String::new(), width: 400, height: 400, photo: index == 8 }
}

fn cards(locale: Locale, range: std::ops::Range<usize>) -> impl IntoView {
    let cards: Vec<_> = range
        .map(|index| {
            let (title, brand, cents, before, available) = GOODS[index % GOODS.len()];
            let card = CardView {
                href: format!("product.{}.html", locale.code()),
                title: title.to_owned(),
                brand: Some(brand.to_owned()),
                picture: picture(index),
                price: money(locale, cents),
                former_price: before.map(|cents| money(locale, cents)),
                from: index == 1,
                available,
            };
            view! {
                <ProductCard locale=locale card=card>
                    {(available > 0 && index % 3 != 1).then(|| view! {
                        <form class="quick-add"><button class="button" type="button">{locale.product_add()}</button></form>
                    })}
                </ProductCard>
            }
        })
        .collect();
    view! { <CardGrid>{cards}</CardGrid> }
}

pub fn home(locale: Locale) -> impl IntoView {
    let tiles: Vec<_> = [("Lighting", 38), ("Oilskins & wool", 24), ("Galley", 31), ("Kites", 12), ("Soap & care", 19), ("Charts & books", 27)]
        .into_iter()
        .map(|(name, count)| view! { <li><a href="list.en.html">{name}<span class="count">{count}</span></a></li> })
        .collect();
    let promises: Vec<_> = [
        (locale.home_promise_repair(), locale.home_promise_repair_text()),
        (locale.home_promise_delivery(), locale.home_promise_delivery_text()),
        (locale.home_promise_returns(), locale.home_promise_returns_text()),
    ]
    .into_iter()
    .map(|(title, text)| view! { <div><h3>{title}</h3><p>{text}</p></div> })
    .collect();
    view! {
        <section class="hero">
            <h1>{locale.home_title()}</h1>
            <p class="lead">{locale.home_lead()}</p>
            <ButtonLink kind=ButtonKind::Primary href="list.en.html">{locale.home_shop_all()}<Icon name=IconName::Arrow/></ButtonLink>
            <div class="picture"><img src=picture(0).src alt="" width="400" height="400"/></div>
        </section>
        <section class="section">
            <div class="section-head">
                <h2>{locale.home_new()}</h2>
                <a href="list.en.html">{locale.home_shop_all()}</a>
            </div>
            {cards(locale, 0..8)}
        </section>
        <section class="section">
            <div class="section-head"><h2>{locale.home_categories()}</h2></div>
            <ul class="tiles" role="list">{tiles}</ul>
        </section>
        <section class="section promises">{promises}</section>
    }
}

pub fn list(locale: Locale) -> impl IntoView {
    let option = |value: &str, label: &str, count, selected| FacetOption {
        value: value.to_owned(),
        label: label.to_owned(),
        count,
        selected,
    };
    let brands = vec![
        option("faro", "Faro & Sons", 14, true),
        option("derrota", "Derrota", 9, false),
        option("cala", "Cala", 1207, false),
    ];
    let colours = vec![option("brass", "Brass", 11, false), option("tin", "Tin", 4, false)];
    let sorts = vec![("best", locale.sort_best().to_owned()), ("price", locale.sort_price_up().to_owned())];
    let filters = vec![
        ActiveFilter {
            label: format!("{}: Faro & Sons", locale.facets_brand()),
            href: "list.en.html".into(),
        },
        ActiveFilter { label: locale.facets_in_stock().to_owned(), href: "list.en.html".into() },
    ];
    let crumbs = vec![
        Crumb { label: locale.nav_home().to_owned(), href: Some("home.en.html".into()) },
        Crumb { label: "Lighting".into(), href: None },
    ];
    view! {
        <Breadcrumbs locale=locale crumbs=crumbs/>
        <h1>"Lighting"</h1>
        <div class="listing">
            <FacetPanel locale=locale action="list.en.html">
                <FacetGroup locale=locale title=locale.facets_brand() name="brand" options=brands/>
                <PriceRange locale=locale lowest="6.50" highest="1249"/>
                <FacetGroup locale=locale title="Colour" name="a.colour" options=colours open=true/>
            </FacetPanel>
            <section>
                <h2 class="visually-hidden">{locale.list_products()}</h2>
                <div class="list-bar">
                    <p>{locale.list_count(1234)}</p>
                    <SortSelect locale=locale options=sorts selected="best"/>
                </div>
                <ActiveFilters locale=locale filters=filters clear="list.en.html"/>
                {cards(locale, 0..12)}
                <Pagination locale=locale page=4 last=26 href=|page| format!("?page={page}")/>
            </section>
        </div>
    }
}

pub fn product(locale: Locale) -> impl IntoView {
    let pills = ["S", "M", "L", "XL"]
        .into_iter()
        .enumerate()
        .map(|(i, size)| Pill {
            value: size.to_owned(),
            label: size.to_owned(),
            selected: i == 1,
            available: i != 3,
        })
        .collect();
    let crumbs = vec![
        Crumb { label: locale.nav_home().to_owned(), href: Some("home.en.html".into()) },
        Crumb { label: "Oilskins & wool".into(), href: Some("list.en.html".into()) },
        Crumb { label: "Fisherman’s oilskin coat, yellow".into(), href: None },
    ];
    view! {
        <Breadcrumbs locale=locale crumbs=crumbs/>
        <div class="product">
            <div class="gallery">
                <div class="picture"><img src=picture(1).src alt="" width="800" height="800"/></div>
                <div class="picture"><img src=picture(0).src alt="" width="400" height="400"/></div>
                <div class="picture"><img src=picture(6).src alt="" width="400" height="400"/></div>
                <div class="picture"><img src=picture(4).src alt="" width="400" height="400"/></div>
            </div>
            <div class="buy">
                <div>
                    <p class="brand">"Galerna"</p>
                    <h1>"Fisherman’s oilskin coat, yellow"</h1>
                </div>
                <div class="buy-box">
                    <Price locale=locale price=money(locale, 18900) former=Some(money(locale, 21000))/>
                    <OptionPills name="size" legend="Size" pills=pills/>
                    <StockBadge locale=locale available=3/>
                    <form>
                        <QuantityField name="quantity" id="quantity" label=locale.product_quantity() value=1 max=3/>
                        <Button kind=ButtonKind::Primary>{locale.product_add()}</Button>
                    </form>
                    <p class="small">{locale.product_tax_included()}</p>
                </div>
                <ul class="reassure" role="list">
                    <li><Icon name=IconName::Truck/>{locale.product_delivery()}</li>
                    <li><Icon name=IconName::Check/>{locale.home_promise_returns()}</li>
                </ul>
            </div>
        </div>
        <section class="section split">
            <div class="prose">
                <h2>{locale.product_description()}</h2>
                <p>"Waxed twice, sewn three times. The collar stands up by itself, which is more than can be said of most of us in November. Long enough to sit on, short enough to climb in."</p>
                <ul><li>"Cotton, waxed in Vigo"</li><li>"Two pockets that drain"</li></ul>
            </div>
            <div>
                <h2>{locale.product_details()}</h2>
                <table class="properties">
                    <tbody>
                        <tr><th scope="row">"Material"</th><td>"Waxed cotton"</td></tr>
                        <tr><th scope="row">"Weight"</th><td>{locale.decimal(1.4)} " kg"</td></tr>
                        <tr><th scope="row">{locale.product_sku()}</th><td>"OIL-Y-M"</td></tr>
                    </tbody>
                </table>
            </div>
        </section>
        <section class="section">
            <div class="section-head"><h2>{locale.product_related()}</h2></div>
            {cards(locale, 4..8)}
        </section>
    }
}

fn summary(locale: Locale, label: &'static str) -> impl IntoView {
    view! {
        <section class="summary" aria-labelledby="summary">
            <h2 id="summary">{locale.cart_summary()}</h2>
            <dl>
                <div><dt>{locale.cart_subtotal()}</dt><dd>{money(locale, 24200)}</dd></div>
                <div><dt>{locale.cart_shipping()}</dt><dd>{money(locale, 495)}</dd></div>
                <div class="total"><dt>{locale.cart_total()}</dt><dd>{money(locale, 24695)}</dd></div>
            </dl>
            <p class="small">{locale.cart_tax_note()}</p>
            <Button kind=ButtonKind::Primary>{label}</Button>
        </section>
    }
}

pub fn cart(locale: Locale) -> impl IntoView {
    let lines: Vec<_> = (0..3)
        .map(|index| {
            let (title, _, cents, _, _) = GOODS[index];
            view! {
                <li class="cart-line">
                    <div class="picture"><img src=picture(index).src alt="" width="120" height="120"/></div>
                    <div class="what">
                        <h2 class="title"><a href="product.en.html">{title}</a></h2>
                        <p class="options">"M"</p>
                        <p class="unit">{money(locale, cents)}</p>
                        {(index == 1).then(|| view! { <p class="stock low">{locale.stock_low(1)}</p> })}
                    </div>
                    <form class="amount">
                        <QuantityField name="quantity" id=format!("quantity-{index}") label=locale.cart_quantity_of(title) value=2 max=9 min=0 hide_label=true/>
                    </form>
                    <p class="total">{money(locale, cents * 2)}</p>
                    <form class="remove"><Button kind=ButtonKind::Quiet label=locale.cart_remove_item(title)>{locale.cart_remove()}</Button></form>
                </li>
            }
        })
        .collect();
    view! {
        <h1>{locale.cart_title()}</h1>
        <div class="cart-layout">
            <div>
                <Notice kind=NoticeKind::Warning>{locale.cart_price_changed("Kettle", &money(locale, 4000), &money(locale, 4400))}</Notice>
                <ul class="cart-lines" role="list">{lines}</ul>
            </div>
            {summary(locale, locale.cart_checkout())}
        </div>
    }
}

pub fn checkout(locale: Locale) -> impl IntoView {
    let countries: Vec<_> = countries(locale)
        .map(|country| SelectOption { value: country.code.to_owned(), label: country.name.to_owned() })
        .collect();
    let choice = |value: &str, title: &str, hint: &str, price: Option<String>| Choice {
        value: value.to_owned(),
        title: title.to_owned(),
        hint: Some(hint.to_owned()),
        price,
    };
    let shipping = vec![
        choice(
            "standard",
            locale.shipping_standard(),
            &locale.shipping_days_range("2", "4"),
            Some(money(locale, 495)),
        ),
        choice(
            "pickup",
            locale.shipping_pickup(),
            locale.shipping_pickup_hint(),
            Some(locale.shipping_free().to_owned()),
        ),
    ];
    let payment = vec![
        choice("bank_transfer", locale.payment_transfer(), locale.payment_transfer_hint(), None),
        choice("on_delivery", locale.payment_delivery(), locale.payment_delivery_hint(), None),
    ];
    let errors = vec![FieldError {
        id: "email".into(),
        label: locale.field_email().to_owned(),
        message: locale.fault_email().to_owned(),
    }];
    view! {
        <h1>{locale.checkout_title()}</h1>
        <form class="cart-layout">
            <div class="steps">
                <ErrorSummary locale=locale errors=errors/>
                <section>
                    <h2>{locale.checkout_contact()}</h2>
                    <div class="fields">
                        <Field locale=locale name="email" kind="email" label=locale.field_email() value="maria@" autocomplete="email"
                            hint=locale.field_email_hint() error=Some(locale.fault_email().to_owned())/>
                        <Field locale=locale name="phone" kind="tel" label=locale.field_phone() autocomplete="tel" optional=true hint=locale.field_phone_hint()/>
                    </div>
                </section>
                <section>
                    <h2>{locale.checkout_address()}</h2>
                    <div class="fields">
                        <Field locale=locale name="name" label=locale.field_name() autocomplete="shipping name"/>
                        <Field locale=locale name="address1" label=locale.field_street() autocomplete="shipping address-line1"/>
                        <div class="third"><Field locale=locale name="postcode" label=locale.field_postcode() autocomplete="shipping postal-code"/></div>
                        <div class="two-thirds"><Field locale=locale name="city" label=locale.field_city() autocomplete="shipping address-level2"/></div>
                        <div class="half"><Field locale=locale name="region" label=locale.field_region() optional=true/></div>
                        <div class="half"><SelectField locale=locale name="country" label=locale.field_country() options=countries selected="PT" autocomplete="shipping country"/></div>
                    </div>
                </section>
                <section>
                    <h2>{locale.checkout_shipping()}</h2>
                    <ChoiceGroup name="shipping" legend=locale.checkout_shipping() options=shipping selected="standard"/>
                </section>
                <section>
                    <h2>{locale.checkout_payment()}</h2>
                    <ChoiceGroup name="payment" legend=locale.checkout_payment() options=payment/>
                </section>
            </div>
            {summary(locale, locale.checkout_place())}
        </form>
    }
}

pub fn order(locale: Locale) -> impl IntoView {
    let step = |state, title: &str, text: Option<&str>, at: Option<i64>| TimelineStep {
        state,
        title: title.to_owned(),
        text: text.map(str::to_owned),
        time: at.map(|at| (iso_time(at), locale.date(at))),
    };
    let at = 1_795_280_000_000;
    let steps = vec![
        step(StepState::Done, locale.order_state_placed(), Some(locale.order_event_placed()), Some(at)),
        step(StepState::Done, locale.order_state_paid(), Some(locale.order_event_paid()), Some(at)),
        step(StepState::Current, locale.order_state_packed(), Some(locale.order_event_packed()), Some(at)),
        step(StepState::Ahead, locale.order_state_shipped(), None, None),
        step(StepState::Ahead, locale.order_state_delivered(), None, None),
    ];
    view! {
        <p class="small">{locale.order_placed_on(&locale.date(at))}</p>
        <h1>{locale.order_title("OR-1042")}</h1>
        <Notice kind=NoticeKind::Success title=locale.order_thanks()><p>{locale.order_thanks_text()}</p></Notice>
        <div class="cart-layout">
            <div>
                <h2>{locale.order_history()}</h2>
                <Timeline steps=steps/>
            </div>
            {summary(locale, locale.order_cancel())}
        </div>
    }
}
