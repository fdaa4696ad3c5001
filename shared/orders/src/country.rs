//! Countries by their ISO 3166-1 alpha-2 codes, and what their post wants in an address.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A country or territory that ISO 3166-1 lists, by its alpha-2 code. Names are the user interface's.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Country([u8; 2]);

/// A code that ISO 3166-1 does not list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a country: use a code of ISO 3166-1 such as ES")]
pub struct UnknownCountry(pub String);

/// All 249 codes of ISO 3166-1 alpha-2, in order, separated by a space.
pub const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN \
BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH \
ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM \
IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG \
MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM \
PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH \
TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

/// Members of the European Union (2024).
const EUROPEAN_UNION: &str =
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK";

/// Where no parcel arrives without a postcode. Elsewhere it is asked for, and may be left out: a rule that is
/// too strict would keep people from ordering, one that is too lax costs a question.
const NEEDS_POSTCODE: &str = "AT AU BE BG BR CA CH CN CY CZ DE DK EE ES FI FR GB GR HR HU IN IT JP KR LI LT LU \
LV MC MT MX NL NO NZ PL PT RO RU SE SG SI SK SM TR TW UA US";

/// Where the state, province or prefecture is a part of every address.
const NEEDS_REGION: &str = "AU BR CA CN IN JP MX US";

impl Country {
    /// Spain.
    pub const ES: Country = Country(*b"ES");

    /// Reads a code, in upper or lower case.
    ///
    /// # Errors
    /// [`UnknownCountry`] if ISO 3166-1 does not list it.
    pub fn parse(code: &str) -> Result<Self, UnknownCountry> {
        let upper = code.trim().to_ascii_uppercase();
        match upper.as_bytes().try_into() {
            Ok(bytes) if is_in(&upper, COUNTRIES) => Ok(Country(bytes)),
            _ => Err(UnknownCountry(code.chars().take(20).collect())),
        }
    }

    /// The code, as `ES`.
    pub fn code(&self) -> &str {
        // Only ASCII letters get in, so this never falls back.
        std::str::from_utf8(&self.0).unwrap_or("ZZ")
    }

    /// Every country, by code.
    pub fn all() -> impl Iterator<Item = Country> {
        COUNTRIES.split(' ').filter_map(|code| Country::parse(code).ok())
    }

    /// Whether it is a member of the European Union.
    pub fn is_in_european_union(self) -> bool {
        is_in(self.code(), EUROPEAN_UNION)
    }

    /// Whether an address there must have a postcode.
    pub fn needs_postcode(self) -> bool {
        is_in(self.code(), NEEDS_POSTCODE)
    }

    /// Whether an address there must have a region: a state, province or prefecture.
    pub fn needs_region(self) -> bool {
        is_in(self.code(), NEEDS_REGION)
    }
}

fn is_in(code: &str, list: &str) -> bool {
    list.split(' ').any(|listed| listed == code)
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl TryFrom<String> for Country {
    type Error = UnknownCountry;
    fn try_from(code: String) -> Result<Self, UnknownCountry> {
        Country::parse(&code)
    }
}

impl From<Country> for String {
    fn from(country: Country) -> String {
        country.code().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_whole_and_in_order() {
        let codes: Vec<Country> = Country::all().collect();
        assert_eq!(codes.len(), 249);
        assert!(codes.is_sorted() && codes.windows(2).all(|pair| pair[0] != pair[1]));
        for (list, length) in [(EUROPEAN_UNION, 27), (NEEDS_POSTCODE, 47), (NEEDS_REGION, 8)] {
            assert!(list.split(' ').all(|code| is_in(code, COUNTRIES)));
            assert_eq!(list.split(' ').count(), length);
        }
    }

    #[test]
    fn reads_codes_only() {
        assert_eq!(Country::parse(" es "), Ok(Country::ES));
        for code in ["", "E", "ESP", "XX", "ZZ", "UK", "E S", "ñ", "ES PT", "  "] {
            assert!(Country::parse(code).is_err(), "{code}");
        }
        assert!(Country::ES.needs_postcode() && !Country::ES.needs_region());
        assert!(!Country::parse("AE").unwrap().needs_postcode());
        assert!(Country::parse("US").unwrap().needs_region());
    }
}
