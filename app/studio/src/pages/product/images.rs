//! The pictures of a product.

use super::form::{Editor, most};
use crate::drawn::{Draw, Drawn};
use crate::page::StudioContext;
use leptos::prelude::*;
use orilla_catalog::LIMITS;
use orilla_shop::team::ImageForm;
use orilla_ui::Field;

pub(super) fn section(studio: &StudioContext, data: &Editor) -> impl IntoView + use<> {
    let words = studio.words();
    let open = data.has_fault_in("images");
    let count = data.form.images.iter().filter(|image| !image.url.trim().is_empty()).count();
    let rows: Vec<_> =
        data.form.images.iter().enumerate().map(|(row, image)| one(studio, data, row, image)).collect();
    view! {
        <h2 id="images">{words.product_images()}</h2>
        <details class="fold" open=open>
            <summary>{words.product_images()} " (" {count} ")"</summary>
            <p class="hint">{words.product_images_hint()}</p>
            {rows}
        </details>
    }
}

fn one(studio: &StudioContext, data: &Editor, row: usize, image: &ImageForm) -> Drawn {
    let (locale, words) = (studio.locale, studio.words());
    let name = |part: &str| format!("images[{row}].{part}");
    let error = |part: &str| data.error(&name(part));
    let legend = match image.url.trim() {
        "" => words.image_new().to_owned(),
        _ => words.image_numbered(&(row + 1).to_string()),
    };
    let url = view! {
        <Field locale=locale name=name("url") label=words.image_url() value=image.url.clone()
            error=error("url") optional=true maxlength=2_000/>
    };
    let alt = view! {
        <Field locale=locale name=name("alt") label=words.image_alt() value=image.alt.clone()
            error=error("alt") optional=true maxlength=most(LIMITS.title)/>
    };
    let place = view! {
        <Field locale=locale name=name("place") label=words.image_place() value=image.place.clone()
            error=error("place") optional=true maxlength=4/>
    };
    view! {
        <fieldset class="variant">
            <legend>{legend}</legend>
            <div class="fields">
                {url.drawn()}
                <div class="half">{alt.drawn()}</div>
                <div class="half">{place.drawn()}</div>
            </div>
        </fieldset>
    }
    .drawn()
}
