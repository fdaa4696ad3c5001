//! The texts of the Studio.

use orilla_orders::{Event, Refusal, Status};
use orilla_ui::{Locale, every_key_has_all_languages, iso_time};
use typed_i18n::TypedI18N;

/// The languages of the Studio: those of the shop. Each key of `texts.lrc` is a method, as in [`Locale`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, TypedI18N)]
#[typed_i18n(filename = "texts.lrc")]
#[typed_i18n(builder = "mixed_str")]
pub enum Words {
    /// English.
    #[default]
    En,
    /// Spanish.
    Es,
    /// Portuguese.
    Pt,
}

const _: () = assert!(
    every_key_has_all_languages(include_str!("../texts.lrc")),
    "texts.lrc: each key needs its three lines, in the order en, es, pt"
);

impl From<Locale> for Words {
    fn from(locale: Locale) -> Words {
        match locale {
            Locale::En => Words::En,
            Locale::Es => Words::Es,
            Locale::Pt => Words::Pt,
        }
    }
}

impl Words {
    /// An order's status.
    pub fn status(self, status: Status) -> &'static str {
        match status {
            Status::Placed => self.status_placed(),
            Status::Paid => self.status_paid(),
            Status::Packed => self.status_packed(),
            Status::Shipped => self.status_shipped(),
            Status::Delivered => self.status_delivered(),
            Status::Cancelled => self.status_cancelled(),
            Status::Refunded => self.status_refunded(),
        }
    }

    /// What an event is called: as the status that it leads to.
    pub fn event(self, event: &Event) -> &'static str {
        match event {
            Event::Placed(_) => self.status_placed(),
            Event::Paid => self.status_paid(),
            Event::Packed => self.status_packed(),
            Event::Shipped { .. } => self.status_shipped(),
            Event::Delivered => self.status_delivered(),
            Event::Cancelled { .. } => self.status_cancelled(),
            Event::Refunded { .. } => self.event_refunded(),
        }
    }

    /// Why a command had no effect. Amounts are in the format of `locale`.
    pub fn refusal(self, locale: Locale, refusal: Refusal) -> String {
        let text = match refusal {
            Refusal::AlreadyPaid => self.refused_already_paid(),
            Refusal::NotPaid => self.refused_not_paid(),
            Refusal::AlreadyPacked => self.refused_already_packed(),
            Refusal::NotPacked => self.refused_not_packed(),
            Refusal::AlreadyShipped => self.refused_already_shipped(),
            Refusal::NotShipped => self.refused_not_shipped(),
            Refusal::AlreadyDelivered => self.refused_already_delivered(),
            Refusal::Cancelled => self.refused_cancelled(),
            Refusal::Refunded => self.refused_refunded(),
            Refusal::OtherCurrency => self.refused_other_currency(),
            Refusal::NothingToRefund => self.refused_nothing_to_refund(),
            Refusal::TooMuch { left } => return self.refused_too_much(&locale.money(left)),
        };
        text.to_owned()
    }
}

/// A time to the minute: `22 November 2026, 17:05 UTC`.
pub(crate) fn moment(locale: Locale, unix_millis: i64) -> String {
    let iso = iso_time(unix_millis);
    let clock = iso.split('T').nth(1).and_then(|clock| clock.get(..5)).unwrap_or_default();
    format!("{}, {clock} UTC", locale.date(unix_millis))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_has_its_minute() {
        assert_eq!(moment(Locale::En, 1_760_000_000_000), "9 October 2025, 08:53 UTC");
        assert_eq!(moment(Locale::Es, 0), "1 de enero de 1970, 00:00 UTC");
    }
}
