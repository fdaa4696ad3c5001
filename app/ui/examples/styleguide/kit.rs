//! What the pages do not show.

use crate::pages::money;
use leptos::prelude::*;
use orilla_ui::*;

pub fn components(locale: Locale) -> impl IntoView {
    let kinds = [NoticeKind::Info, NoticeKind::Success, NoticeKind::Warning, NoticeKind::Error];
    let notices: Vec<_> = kinds
        .into_iter()
        .map(|kind| view! { <Notice kind=kind title="A title">"What happened, and what to do."</Notice> })
        .collect();
    let stopped = vec![TimelineStep {
        state: StepState::Stopped,
        title: locale.order_state_cancelled().to_owned(),
        text: None,
        time: None,
    }];
    view! {
        <h1>"Components"</h1>
        <div class="stack">
            <p class="lead">{locale.home_lead()}</p>
            <div class="actions">
                <Button kind=ButtonKind::Primary>"Primary"</Button>
                <Button>"Secondary"</Button>
                <Button kind=ButtonKind::Quiet>"Quiet"</Button>
                <Button disabled=true>"Disabled"</Button>
                <div class="stepper">
                    <button type="button" aria-label=locale.cart_less()><Icon name=IconName::Minus/></button>
                    <input type="number" value="2" aria-label=locale.product_quantity()/>
                    <button type="button" aria-label=locale.cart_more()><Icon name=IconName::Plus/></button>
                </div>
            </div>
            <StockBadge locale=locale available=9/><StockBadge locale=locale available=2/><StockBadge locale=locale available=0/>
            {notices}
            <TextArea locale=locale name="note" label=locale.field_note() hint=locale.field_note_hint() optional=true/>
            <Timeline steps=stopped/>
            <form class="search" style="margin-bottom:9rem;max-width:30rem">
                <input type="search" value="lan" aria-label=locale.search_label()/>
                <div class="suggestions" role="listbox" aria-label=locale.search_suggestions_title()>
                    <a role="option" aria-selected="true" href="product.en.html"><span class="title">"Storm lantern"</span><span class="brand">"Faro"</span><span class="price">{money(locale, 3950)}</span></a>
                    <a role="option" aria-selected="false" href="product.en.html"><span class="title">"Candle lantern, tin"</span><span class="brand">"Faro & Sons"</span><span class="price">{money(locale, 1490)}</span></a>
                </div>
            </form>
            <EmptyState title=locale.cart_empty_title() text=locale.cart_empty_text()><ButtonLink href="list.en.html">{locale.cart_go_shopping()}</ButtonLink></EmptyState>
            <ErrorPage locale=locale status=404><ButtonLink href="home.en.html">{locale.error_go_home()}</ButtonLink></ErrorPage>
        </div>
    }
}
