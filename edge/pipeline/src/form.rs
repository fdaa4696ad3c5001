//! Forms of pages.

use orilla_orders::CheckoutForm;
use std::collections::HashMap;

/// The first `most` fields of a form (application/x-www-form-urlencoded). Of a field that was sent twice, the last
/// counts; bytes that are no UTF-8 become replacement characters, which no field accepts as more than text.
pub fn fields(body: &[u8], most: usize) -> HashMap<String, String> {
    form_urlencoded::parse(body)
        .take(most)
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect()
}

/// What a checkout asks, taken out of a form's fields. What is not there is empty.
pub fn checkout(fields: &mut HashMap<String, String>) -> CheckoutForm {
    let mut take = |name: &str| fields.remove(name).unwrap_or_default();
    CheckoutForm {
        email: take("email"),
        name: take("name"),
        phone: take("phone"),
        address1: take("address1"),
        address2: take("address2"),
        city: take("city"),
        region: take("region"),
        postcode: take("postcode"),
        country: take("country"),
        shipping: take("shipping"),
        payment: take("payment"),
    }
}
