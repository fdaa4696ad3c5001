//! What every page of the Studio shares: the shell around its content.

use crate::Words;
use crate::drawn::{Draw, Drawn};
use crate::words::moment;
use leptos::either::Either;
use leptos::prelude::*;
use orilla_ui::{Locale, NavLink, Notice, NoticeKind, SelectOption, iso_time, render};

/// The hashed names of the static files, as paths on the server.
#[derive(Clone, Copy, Debug, Default)]
pub struct Assets {
    /// The style sheet of the shop: tokens and components.
    pub style: &'static str,
    /// The Studio's own.
    pub studio_style: &'static str,
    /// The script of all its pages.
    pub script: &'static str,
}

/// What a page needs beside its own data.
#[derive(Clone, Debug)]
pub struct StudioContext {
    /// The language.
    pub locale: Locale,
    /// The static files.
    pub assets: Assets,
    /// The shop's name.
    pub shop_name: String,
    /// The path: `/studio/orders`.
    pub path: String,
    /// Who is signed in; `None` on the page for signing in.
    pub member: Option<String>,
}

impl StudioContext {
    /// The texts in the page's language.
    pub fn words(&self) -> Words {
        self.locale.into()
    }

    fn nav(&self) -> Vec<NavLink> {
        let words = self.words();
        let links = [
            ("/studio", words.nav_dashboard()),
            ("/studio/orders", words.nav_orders()),
            ("/studio/products", words.nav_products()),
            ("/studio/categories", words.nav_categories()),
            ("/studio/reviews", words.nav_reviews()),
            ("/studio/experiments", words.nav_experiments()),
            ("/studio/metrics", words.nav_metrics()),
            ("/studio/import", words.nav_import()),
            ("/studio/rollouts", words.nav_rollouts()),
            ("/studio/flags", words.nav_flags()),
            ("/studio/publish", words.nav_publish()),
            ("/studio/pages", words.nav_pages()),
            ("/studio/sessions", words.nav_access()),
        ];
        let is_current = |href: &str| match href {
            "/studio" => self.path == href,
            "/studio/metrics" if self.path == "/studio/events" => true,
            "/studio/products" if self.path == "/studio/new-product" => true,
            "/studio/sessions" if self.path == "/studio/passkeys" => true,
            _ => self.path == href || self.path.starts_with(&format!("{href}/")),
        };
        links
            .into_iter()
            .map(|(href, label)| NavLink {
                href: href.to_owned(),
                label: label.to_owned(),
                current: is_current(href),
            })
            .collect()
    }
}

/// A whole page. `content` is everything below the header, its heading included.
pub(crate) fn document<V: IntoView + 'static>(
    studio: &StudioContext,
    title: &str,
    content: impl FnOnce() -> V,
) -> String {
    render(|| {
        view! {
            <!DOCTYPE html>
            <html lang=studio.locale.code()>
                <head>
                    <meta charset="utf-8"/>
                    <meta name="viewport" content="width=device-width, initial-scale=1"/>
                    <meta name="robots" content="noindex"/>
                    <title>{format!("{title} · {} Studio", studio.shop_name)}</title>
                    <link rel="stylesheet" href=studio.assets.style/>
                    <link rel="stylesheet" href=studio.assets.studio_style/>
                    <script src=studio.assets.script defer></script>
                    <link rel="icon" href="/icon.svg" type="image/svg+xml"/>
                    <link rel="manifest" href="/studio/app.webmanifest"/>
                </head>
                <body class="studio">
                    {header(studio)}
                    <main id="content" tabindex="-1">{content()}</main>
                </body>
            </html>
        }
    })
}

fn header(studio: &StudioContext) -> impl IntoView + use<> {
    let words = studio.words();
    let signed_in = studio.member.clone().map(|member| {
        let links: Vec<_> = studio
            .nav()
            .into_iter()
            .map(|NavLink { href, label, current }| {
                view! { <li><a href=href aria-current=current.then_some("true")>{label}</a></li> }
            })
            .collect();
        view! {
            <nav class="site-nav" aria-label=words.a11y_nav()><ul role="list">{links}</ul></nav>
            <form class="member" method="post" action="/studio/sign-out">
                <span>{member}</span>
                <button class="button quiet" type="submit">{words.sign_out()}</button>
            </form>
        }
    });
    view! {
        <a class="skip" href="#content">{studio.locale.a11y_skip()}</a>
        <header class="studio-header">
            <a class="logo" href="/studio">{studio.shop_name.clone()} <span>" Studio"</span></a>
            {signed_in}
        </header>
    }
}

/// A time, for people and machines.
pub(crate) fn time(locale: Locale, unix_millis: i64) -> impl IntoView + use<> {
    view! { <time datetime=iso_time(unix_millis)>{moment(locale, unix_millis)}</time> }
}

/// What a form came to: nothing yet, a success, or why it had no effect.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Told {
    /// Nothing.
    #[default]
    Nothing,
    /// It worked.
    Done(String),
    /// It had no effect.
    Refused(String),
}

pub(crate) fn told(told: Told) -> Option<impl IntoView> {
    let (kind, text) = match told {
        Told::Nothing => return None,
        Told::Done(text) => (NoticeKind::Success, text),
        Told::Refused(text) => (NoticeKind::Error, text),
    };
    Some(view! { <Notice kind=kind><p>{text}</p></Notice> })
}

/// A search field with one or more selects beside it, sent as a query.
pub(crate) fn filters(
    studio: &StudioContext,
    action: &'static str,
    search: (&'static str, String),
    selects: Vec<(&'static str, &'static str, Vec<SelectOption>, String)>,
) -> impl IntoView + use<> {
    let words = studio.words();
    let selects: Vec<_> = selects
        .into_iter()
        .map(|(name, label, options, selected)| {
            let options: Vec<_> = options
                .into_iter()
                .map(|SelectOption { value, label }| {
                    let chosen = value == selected;
                    view! { <option value=value selected=chosen>{label}</option> }
                })
                .collect();
            view! {
                <div class="field"><label for=name>{label}</label><select id=name name=name>{options}</select></div>
            }
        })
        .collect();
    view! {
        <form class="filters" role="search" method="get" action=action>
            <div class="field wide">
                <label for="q">{search.0}</label>
                <input id="q" type="search" name="q" value=search.1 maxlength="200" autocomplete="off"/>
            </div>
            {selects}
            <button class="button" type="submit">{words.search()}</button>
        </form>
    }
}

/// An address with these fields as its query.
pub(crate) fn with_query(path: &str, fields: &[(&str, String)]) -> String {
    if fields.is_empty() {
        return path.to_owned();
    }
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    format!("{path}?{query}")
}

/// One change of a history: who made it, when, and what it was.
pub(crate) fn change_entry(
    studio: &StudioContext,
    unix_millis: i64,
    member: &str,
    what: impl IntoView + 'static,
) -> Drawn {
    let who = format!("{} · {member}", moment(studio.locale, unix_millis));
    view! { <li><p class="small">{who}</p>{what}</li> }.drawn()
}

/// What was done to something, the last first, or a line that says that nothing was.
pub(crate) fn history(
    studio: &StudioContext,
    none: &'static str,
    entries: Vec<Drawn>,
) -> impl IntoView + use<> {
    let nothing = entries.is_empty().then(|| view! { <p class="nothing">{none}</p> });
    view! {
        <section aria-labelledby="history">
            <h2 id="history">{studio.words().history_title()}</h2>
            {nothing}
            <ol class="history" role="list">{entries}</ol>
        </section>
    }
}

/// A list as a table, or a line that says that there is nothing.
pub(crate) fn table<R: IntoView + 'static>(
    caption: &str,
    head: &[&str],
    rows: Vec<R>,
    nothing: &'static str,
) -> impl IntoView + use<R> {
    if rows.is_empty() {
        return Either::Left(view! { <p class="nothing">{nothing}</p> });
    }
    let head: Vec<_> = head.iter().map(|text| view! { <th scope="col">{(*text).to_owned()}</th> }).collect();
    Either::Right(view! {
        <table class="list">
            <caption class="visually-hidden">{caption.to_owned()}</caption>
            <thead><tr>{head}</tr></thead>
            <tbody>{rows}</tbody>
        </table>
    })
}
