//! What shoppers say of products, and what the team shows of it.

use crate::drawn::{Draw, Drawn};
use crate::page::{StudioContext, Told, document, time, told, with_query};
use leptos::either::Either;
use leptos::prelude::*;
use orilla_shop::reviews::{ListedReview, ReviewPage, ReviewState, count_in, last_page};
use orilla_ui::{Button, Notice, NoticeKind, Pagination};

/// Where the list stands.
const PATH: &str = "/studio/reviews";

/// A page of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReviewPlace {
    /// Which reviews.
    pub state: ReviewState,
    /// The page, from 1.
    pub page: u32,
}

impl ReviewPlace {
    /// Its address, with these fields beside its own.
    pub fn address(self, beside: &[(&'static str, String)]) -> String {
        let state = (self.state != ReviewState::Waiting).then(|| ("state", self.state.name().to_owned()));
        let page = (self.page > 1).then(|| ("page", self.page.to_string()));
        let fields: Vec<_> = state.into_iter().chain(page).chain(beside.iter().cloned()).collect();
        with_query(PATH, &fields)
    }
}

/// What somebody of the team decides about a review that they have read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The review.
    pub id: i64,
    /// The version that they have read.
    pub version: u32,
    /// Shown or hidden.
    pub state: ReviewState,
}

/// What the page shows.
#[derive(Clone, Debug)]
pub struct ReviewsPage {
    /// Which page of the list.
    pub place: ReviewPlace,
    /// How many reviews there are in each state.
    pub counts: Vec<(ReviewState, u32)>,
    /// Those of the page.
    pub found: ReviewPage,
    /// What was decided last, which can be taken back here.
    pub decided: Option<Decision>,
    /// What a form came to that decided nothing.
    pub told: Told,
}

/// The reviews of one state.
pub fn reviews(studio: &StudioContext, data: &ReviewsPage) -> String {
    let (locale, words, place) = (studio.locale, studio.words(), data.place);
    let href = move |page| ReviewPlace { page, ..place }.address(&[]);
    let all: Vec<_> = data.found.reviews.iter().map(|listed| review(studio, place, listed)).collect();
    let list = if all.is_empty() {
        Either::Left(view! { <p class="nothing">{nothing(studio, place.state)}</p> })
    } else {
        Either::Right(view! { <ul class="reviews" role="list">{all}</ul> })
    };
    document(studio, words.nav_reviews(), || {
        view! {
            <h1>{words.nav_reviews()}</h1>
            <p class="lead">{words.reviews_text()} " " <a href="/studio/publish">{words.reviews_publish()}</a></p>
            {data.decided.map(|decision| decided(studio, place, decision))}
            {told(data.told.clone())}
            {states(studio, data)}
            {list}
            <Pagination locale=locale page=place.page last=last_page(data.found.total) href=href/>
        }
    })
}

/// The ways to the lists, with how many reviews are in each.
fn states(studio: &StudioContext, data: &ReviewsPage) -> impl IntoView + use<> {
    let (locale, words) = (studio.locale, studio.words());
    let links = ReviewState::READ.map(|state| {
        let name = match state {
            ReviewState::Waiting => words.reviews_waiting(),
            ReviewState::Shown => words.reviews_shown(),
            ReviewState::Hidden | ReviewState::Removed => words.reviews_hidden(),
        };
        let current = (state == data.place.state).then_some("page");
        let count = locale.integer(count_in(&data.counts, state).into());
        let label = format!("{name} ({count})");
        let href = ReviewPlace { state, page: 1 }.address(&[]);
        view! { <li><a href=href aria-current=current>{label}</a></li> }
    });
    view! { <nav class="site-nav tabs" aria-label=words.nav_reviews()><ul role="list">{links.to_vec()}</ul></nav> }
}

fn nothing(studio: &StudioContext, state: ReviewState) -> &'static str {
    let words = studio.words();
    match state {
        ReviewState::Waiting => words.reviews_none_waiting(),
        ReviewState::Shown => words.reviews_none_shown(),
        ReviewState::Hidden | ReviewState::Removed => words.reviews_none_hidden(),
    }
}

fn review(studio: &StudioContext, place: ReviewPlace, listed: &ListedReview) -> impl IntoView + use<> {
    let (locale, words) = (studio.locale, studio.words());
    let said = &listed.review;
    let language = said.language.code().to_owned();
    let lines: Vec<_> =
        said.text.as_str().split('\n').filter(|line| !line.is_empty()).map(str::to_owned).collect();
    let lines: Vec<_> = lines.into_iter().map(|line| view! { <p>{line}</p> }).collect();
    let button = |state: ReviewState, text: &'static str, label: String| {
        (listed.state != state).then(|| {
            view! { <Button name="decision" value=state.name() label=label>{text}</Button> }
        })
    };
    let author = said.author.as_str();
    let show = words.review_show_of(author, &listed.title);
    let hide = words.review_hide_of(author, &listed.title);
    view! {
        <li class="card">
            <h2><a href=format!("/studio/products/{}", listed.handle)>{listed.title.clone()}</a></h2>
            <p class="small">
                <strong>{locale.reviews_stars(&said.stars.number().to_string())}</strong>
                " · " {said.author.to_string()} " · " {language.clone()} " · " {time(locale, listed.at)}
            </p>
            <div class="prose" lang=language>{lines}</div>
            <form class="decision" method="post" action=PATH>
                {hidden_fields(place, listed.id, listed.version)}
                {button(ReviewState::Shown, words.review_show(), show)}
                {button(ReviewState::Hidden, words.review_hide(), hide)}
            </form>
        </li>
    }
}

/// What was done, with the button that does the other.
fn decided(studio: &StudioContext, place: ReviewPlace, decision: Decision) -> Drawn {
    let words = studio.words();
    let (text, other, undo) = match decision.state {
        ReviewState::Shown => (words.review_is_shown(), ReviewState::Hidden, words.review_hide_after_all()),
        _ => (words.review_is_hidden(), ReviewState::Shown, words.review_show_after_all()),
    };
    let notice = view! {
        <Notice kind=NoticeKind::Success>
            <p>{text}</p>
            <form class="decision" method="post" action=PATH>
                {hidden_fields(place, decision.id, decision.version)}
                <Button name="decision" value=other.name()>{undo}</Button>
            </form>
        </Notice>
    };
    notice.drawn()
}

/// Which review a form is about, as it was read, and where to go back to.
fn hidden_fields(place: ReviewPlace, id: i64, version: u32) -> impl IntoView + use<> {
    let fields = [
        ("id", id.to_string()),
        ("version", version.to_string()),
        ("state", place.state.name().to_owned()),
        ("page", place.page.to_string()),
    ];
    fields.map(|(name, value)| view! { <input type="hidden" name=name value=value/> }).to_vec()
}
