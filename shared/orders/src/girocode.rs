//! What a QR code says from which a banking app fills in a transfer.

use orilla_money::{Currency, Money};

/// The longest name of a payee, in characters.
const LONGEST_NAME: usize = 70;
/// The most that a transfer can be, in cents.
const MOST: i64 = 99_999_999_999;

/// The payload of a "girocode": the quick response code of the European Payments Council for a SEPA credit transfer
/// (EPC069-12, version 2.1, table 2). Its lines are the service tag, the version (2: the BIC may be missing), the coding
/// (1: UTF-8), the kind of transfer, BIC, name, IBAN, amount, purpose, structured reference, text for the payee.
///
/// `None` where there is no such transfer: another currency than the euro, or less than a cent.
pub fn girocode(
    holder: &str,
    iban: &str,
    bic: Option<&str>,
    reference: &str,
    amount: Money,
) -> Option<String> {
    if amount.currency != Currency::EUR || !(1..=MOST).contains(&amount.minor) {
        return None;
    }
    let name: String = holder.chars().take(LONGEST_NAME).collect();
    let sum = format!("EUR{}.{:02}", amount.minor / 100, amount.minor % 100);
    // The shop's reference has no check digits (ISO 11649): it is a text.
    let lines = ["BCD", "002", "1", "SCT", bic.unwrap_or_default(), &name, iban, &sum, "", "", reference];
    Some(lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(amount: Money, bic: Option<&str>, expected: Option<&str>) {
        let made = girocode("Orilla Cádiz", "ES9121000418450200051332", bic, "ORI-7K2M9QXA", amount);
        assert_eq!(made.as_deref(), expected, "{amount:?}");
    }

    #[test]
    fn a_transfer_in_euros_is_what_the_guidelines_say() {
        check(
            Money::new(4_150, Currency::EUR),
            Some("CAIXESBB"),
            Some(
                "BCD\n002\n1\nSCT\nCAIXESBB\nOrilla Cádiz\nES9121000418450200051332\nEUR41.50\n\n\nORI-7K2M9QXA",
            ),
        );
        check(
            Money::new(1, Currency::EUR),
            None,
            Some("BCD\n002\n1\nSCT\n\nOrilla Cádiz\nES9121000418450200051332\nEUR0.01\n\n\nORI-7K2M9QXA"),
        );
    }

    #[test]
    fn what_is_no_such_transfer_has_no_code() {
        check(Money::new(4_150, Currency::USD), None, None);
        check(Money::new(0, Currency::EUR), None, None);
        check(Money::new(MOST + 1, Currency::EUR), None, None);
    }

    #[test]
    fn the_longest_fits_into_a_code_of_version_13() {
        let (holder, iban) = ("é".repeat(100), "M".repeat(34));
        let made =
            girocode(&holder, &iban, Some("CAIXESBBXXX"), "ORI-7K2M9QXA", Money::new(MOST, Currency::EUR));
        assert!(made.unwrap().len() <= 331);
    }
}
