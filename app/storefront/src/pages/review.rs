//! What somebody says of the products that they have received. On a device without a network: what waits there.

use super::account::whole;
use super::checkout::fields::message;
use crate::page::PageContext;
use leptos::either::Either;
use leptos::prelude::*;
use orilla_catalog::Handle;
use orilla_orders::{FieldFault, Language, Prose, Review, ReviewForm, ReviewRefusal, Stars};
use orilla_shop::reviews::{OwnReview, ReviewState};
use orilla_ui::{
    Button, ButtonKind, Choice, ChoiceGroup, ErrorSummary, Field, FieldError, Locale, Notice, NoticeKind,
    TextArea,
};
use std::sync::Arc;

/// The path of the list behind the language; that of a review goes on with the product's handle.
pub const OWN_REVIEWS: &str = "/account/reviews";

/// What the list shows.
#[derive(Clone, Debug)]
pub struct OwnReviewsPage {
    /// The products that have come; of a device, those whose reviews wait there.
    pub reviews: Vec<OwnReview>,
    /// The keys of the changes that wait on this device.
    pub waiting: Vec<String>,
    /// Whether a review was just kept.
    pub is_kept: bool,
    /// Whether a device shows it.
    pub is_away: bool,
}

/// What has just happened to a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnReviewNotice {
    /// It is gone.
    Removed,
    /// Nothing is changed.
    Refused(ReviewRefusal),
}

/// What the page of a review shows.
#[derive(Clone, Debug)]
pub struct OwnReviewPage {
    /// The product, and what is known of its review.
    pub own: OwnReview,
    /// What was typed so far.
    pub form: ReviewForm,
    /// In which language.
    pub language: Option<Language>,
    /// What is wrong with it.
    pub faults: Vec<FieldFault>,
    /// What has just happened.
    pub notice: Option<OwnReviewNotice>,
    /// What was just removed.
    pub removed: Option<Review>,
    /// Whether a device shows it.
    pub is_away: bool,
    /// Makes the keys of this page's forms.
    pub key: String,
}

/// The list. `waiting.js` asks for it anew when other changes wait than `data-requests` says.
pub fn own_reviews(page: Arc<PageContext>, data: &OwnReviewsPage) -> String {
    let locale = page.locale;
    let told = if !data.waiting.is_empty() {
        Some((NoticeKind::Info, locale.addresses_waiting()))
    } else if data.is_kept && !data.is_away {
        Some((NoticeKind::Success, locale.own_review_kept()))
    } else {
        None
    };
    let told = told.map(|(kind, text)| view! { <Notice kind=kind><p>{text}</p></Notice> });
    let list = if data.reviews.is_empty() {
        let text = if data.is_away { locale.own_reviews_none_away() } else { locale.own_reviews_none() };
        Either::Left(view! { <p>{text}</p> })
    } else {
        let lines: Vec<_> = data.reviews.iter().map(|own| line(&page, own, data.is_away)).collect();
        let rest = data.is_away.then(|| view! { <p>{locale.own_reviews_away()}</p> });
        Either::Right(view! { <ul class="account-lines own-reviews" role="list">{lines}</ul> {rest} })
    };
    let content = view! {
        <div class="prose account-door" data-requests=data.waiting.join(" ")>
            <h1>{locale.own_reviews_title()}</h1>
            {told}
            <p>{locale.own_reviews_lead()}</p>
            {list}
            <p><a href=page.url("/account")>{locale.account_title()}</a></p>
        </div>
    };
    whole(page, locale.own_reviews_title(), content)
}

fn line(page: &PageContext, own: &OwnReview, is_away: bool) -> impl IntoView + use<> {
    let locale = page.locale;
    let said = own.review.as_ref().map(|review| stars_text(locale, review.stars));
    let (text, label) = match own.review {
        Some(_) => (locale.addresses_edit(), locale.own_review_edit_label(&own.title)),
        None => (locale.reviews_write(), locale.own_review_write_label(&own.title)),
    };
    let state = state_text(locale, own.state, is_away);
    view! {
        <li>
            <div>
                <strong>{product_link(page, own)}</strong>
                <p>{said.map(|stars| view! { {stars} " · " })} {state}</p>
            </div>
            <a class="button quiet" href=address(page, &own.handle) aria-label=label>{text}</a>
        </li>
    }
}

fn product_link(page: &PageContext, own: &OwnReview) -> impl IntoView + use<> {
    let href = page.url(&format!("/p/{}", own.handle));
    view! { <a href=href lang=page.product_lang()>{own.title.clone()}</a> }
}

/// Where the review of a product is written.
fn address(page: &PageContext, product: &Handle) -> String {
    page.url(&format!("{OWN_REVIEWS}/{product}"))
}

fn state_text(locale: Locale, state: Option<ReviewState>, is_away: bool) -> &'static str {
    match state {
        Some(ReviewState::Waiting) if is_away => locale.own_review_on_device(),
        Some(ReviewState::Removed) if is_away => locale.own_review_removal_on_device(),
        Some(ReviewState::Waiting) => locale.own_review_waits(),
        Some(ReviewState::Shown) => locale.own_review_shown(),
        Some(ReviewState::Hidden) => locale.own_review_hidden(),
        Some(ReviewState::Removed) | None => locale.own_review_none(),
    }
}

pub(super) fn stars_text(locale: Locale, stars: Stars) -> String {
    locale.reviews_stars(&stars.number().to_string())
}

/// The page of a review.
pub fn own_review(page: Arc<PageContext>, data: &OwnReviewPage) -> String {
    let locale = page.locale;
    let error = |fault: &FieldFault| FieldError {
        id: fault.field.to_owned(),
        label: label(locale, fault.field).to_owned(),
        message: fault_text(locale, fault),
    };
    let errors: Vec<_> = data.faults.iter().map(error).collect();
    let is_for_others =
        !data.own.is_received && data.own.review.is_none() && data.form == ReviewForm::default();
    let form = if is_for_others {
        Either::Left(view! { <p>{locale.own_review_not_received()}</p> })
    } else {
        Either::Right(form(&page, data))
    };
    let content = view! {
        <div class="prose account-door">
            <h1>{locale.own_review_title()}</h1>
            <p class="lead">{product_link(&page, &data.own)}</p>
            {told(&page, data)}
            <ErrorSummary locale=locale errors=errors/>
            {form}
            <p><a href=page.url(OWN_REVIEWS)>{locale.own_reviews_title()}</a></p>
        </div>
    };
    let title = format!("{}: {}", locale.own_review_title(), data.own.title);
    whole(page, &title, content)
}

/// What has happened, or else how the review stands.
fn told(page: &PageContext, data: &OwnReviewPage) -> impl IntoView + use<> {
    let (locale, own) = (page.locale, &data.own);
    let (kind, text) = match (data.notice, own.state) {
        (Some(OwnReviewNotice::Removed), _) => (NoticeKind::Success, locale.own_review_removed()),
        (Some(OwnReviewNotice::Refused(refusal)), _) => {
            (NoticeKind::Warning, refusal_text(locale, refusal.code()))
        }
        (None, Some(_)) if data.is_away => (NoticeKind::Info, locale.addresses_waiting()),
        (None, None) if data.is_away => (NoticeKind::Info, locale.own_review_unknown()),
        (None, state) => (NoticeKind::Info, state_text(locale, state, false)),
    };
    let is_worth_it = data.notice.is_some() || data.is_away || own.review.is_some();
    // Of who has typed something else without having seen it, what it says by now.
    let is_other = |review: &&Review| data.faults.is_empty() && data.form != ReviewForm::from(*review);
    let now = own.review.as_ref().filter(is_other).map(|review| {
        view! { <p>{locale.own_review_now()}</p> {said(locale, review)} }
    });
    let undo = data.removed.as_ref().map(|removed| {
        view! {
            <form method="post" action=address(page, &own.handle)>
                <input type="hidden" name="key" value=format!("{}-undo", data.key)/>
                {seen(own)}
                {hidden(removed)}
                <Button name="intent" value="keep">{locale.addresses_undo()}</Button>
            </form>
        }
    });
    is_worth_it.then(|| view! { <Notice kind=kind><p>{text}</p>{now}{undo}</Notice> })
}

/// What somebody sees who changes a review.
fn seen(own: &OwnReview) -> impl IntoView + use<> {
    let made_of = own.made_of.as_ref().map(|key| {
        view! { <input type="hidden" name="made_of" value=key.as_str().to_owned()/> }
    });
    view! { <input type="hidden" name="version" value=own.version/> {made_of} }
}

/// What a review says.
pub(super) fn said(locale: Locale, review: &Review) -> impl IntoView + use<> {
    let lang = (review.language.code() != locale.code()).then(|| review.language.code().to_owned());
    view! {
        <p>{stars_text(locale, review.stars)} " · " {review.author.to_string()}</p>
        <blockquote class="said" lang=lang>{review.text.to_string()}</blockquote>
    }
}

/// What a review says, in a form that asks for nothing.
pub(super) fn hidden(review: &Review) -> impl IntoView + use<> {
    let ReviewForm { stars, author, text } = ReviewForm::from(review);
    view! {
        <input type="hidden" name="language" value=review.language.code().to_owned()/>
        <input type="hidden" name="stars" value=stars/>
        <input type="hidden" name="author" value=author/>
        <input type="hidden" name="text" value=text/>
    }
}

/// Why a change is not made, by its code.
pub(super) fn refusal_text(locale: Locale, code: &str) -> &'static str {
    match code {
        "review_no_product" => locale.own_review_no_product(),
        "review_not_received" => locale.own_review_not_received(),
        "review_changed" => locale.own_review_changed(),
        _ => locale.notice_failed(),
    }
}

fn label(locale: Locale, field: &str) -> &'static str {
    match field {
        "stars" => locale.own_review_legend(),
        "text" => locale.own_review_text(),
        _ => locale.own_review_author(),
    }
}

fn fault_text(locale: Locale, fault: &FieldFault) -> String {
    let most = if fault.field == "text" { Prose::MOST } else { ReviewForm::LONGEST_AUTHOR };
    message(locale, fault, &most.to_string())
}

fn form(page: &PageContext, data: &OwnReviewPage) -> impl IntoView + use<> {
    let locale = page.locale;
    let error = |field: &str| {
        let fault = data.faults.iter().find(|fault| fault.field == field);
        fault.map(|fault| fault_text(locale, fault))
    };
    let choice = |stars: Stars| Choice {
        value: stars.number().to_string(),
        title: match stars.number() {
            5 => locale.own_review_5(),
            4 => locale.own_review_4(),
            3 => locale.own_review_3(),
            2 => locale.own_review_2(),
            _ => locale.own_review_1(),
        }
        .to_owned(),
        hint: None,
        price: None,
    };
    let language = data.language.as_ref().map(|language| {
        view! { <input type="hidden" name="language" value=language.code().to_owned()/> }
    });
    let remove = data.own.review.as_ref().map(|_| {
        view! {
            <Button kind=ButtonKind::Quiet name="intent" value="remove">{locale.own_review_remove()}</Button>
        }
    });
    let most = |characters: usize| u32::try_from(characters).unwrap_or(u32::MAX);
    let ReviewForm { stars, author, text } = data.form.clone();
    view! {
        <form class="stack own-review" method="post" action=address(page, &data.own.handle) novalidate>
            <input type="hidden" name="key" value=data.key.clone()/>
            {seen(&data.own)}
            {language}
            <ChoiceGroup name="stars" legend=locale.own_review_legend() shows_legend=true
                options=Stars::ALL.map(choice).into() selected=stars error=error("stars")/>
            <TextArea locale=locale name="text" label=locale.own_review_text() value=text
                hint=locale.own_review_text_hint() error=error("text")
                maxlength=most(Prose::MOST)/>
            <Field locale=locale name="author" label=locale.own_review_author() value=author
                hint=locale.own_review_author_hint() autocomplete="nickname" error=error("author")
                maxlength=most(ReviewForm::LONGEST_AUTHOR)/>
            <div class="actions">
                <Button kind=ButtonKind::Primary name="intent" value="keep">{locale.own_review_keep()}</Button>
                {remove}
            </div>
        </form>
    }
}
