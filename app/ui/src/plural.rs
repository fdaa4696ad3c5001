//! Texts with a number in them, in the plural form that the number asks for.

use crate::Locale;

/// Makes `locale.name(count, …)` from the keys `name_one` and `name_other`. The rule of CLDR for whole numbers is
/// the same in English, Spanish and European Portuguese: one is `one`, everything else `other`. (Spanish and
/// Portuguese have a form for whole millions too, which no count of this shop reaches.)
macro_rules! plurals {
    ($($(#[$doc:meta])* $name:ident = $one:ident | $other:ident ($($argument:ident),*);)*) => {
        impl Locale {
            $($(#[$doc])*
            pub fn $name(self, count: u64 $(, $argument: &str)*) -> String {
                let number = self.integer(count);
                match count {
                    1 => self.$one(&number $(, $argument)*),
                    _ => self.$other(&number $(, $argument)*),
                }
            })*
        }
    };
}

plurals! {
    /// "Cart, 3 items": the name of the cart link.
    nav_cart_items = nav_cart_one | nav_cart_other();
    /// "3 suggestions. Use the arrow keys …": said when suggestions appear.
    search_suggestions = search_suggestions_one | search_suggestions_other();
    /// "1,234 products".
    list_count = list_count_one | list_count_other();
    /// "3 versions" of a product.
    list_variants = list_variants_one | list_variants_other();
    /// "3 products" with a facet's value.
    facets_count = facets_count_one | facets_count_other();
    /// "12 reviews" of a product.
    reviews_count = reviews_count_one | reviews_count_other();
    /// "Only 3 left".
    stock_low = stock_low_one | stock_low_other();
    /// "Only 3 of {title} are left. We have changed the quantity."
    cart_stock_changed = cart_stock_changed_one | cart_stock_changed_other(title);
    /// "2 fields need your attention".
    checkout_errors = checkout_errors_one | checkout_errors_other();
    /// "3 working days".
    shipping_days = shipping_days_one | shipping_days_other();
    /// "Only 3 can be ordered."
    notice_quantity_limited = notice_quantity_limited_one | notice_quantity_limited_other();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(count: u64, expected: [&str; 3]) {
        assert_eq!(Locale::ALL.map(|locale| locale.list_count(count)), expected);
    }

    #[test]
    fn numbers_choose_the_form() {
        check(0, ["0 products", "0 productos", "0 produtos"]);
        check(1, ["1 product", "1 producto", "1 produto"]);
        check(2, ["2 products", "2 productos", "2 produtos"]);
        check(19_406, ["19,406 products", "19.406 productos", "19\u{a0}406 produtos"]);
    }

    #[test]
    fn other_arguments_follow_the_count() {
        assert_eq!(
            Locale::Es.cart_stock_changed(1, "Farol"),
            "Solo queda 1 de Farol. Hemos cambiado la cantidad."
        );
    }
}
