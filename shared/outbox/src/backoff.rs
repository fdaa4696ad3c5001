//! How long to wait before something is sent again.

/// The most milliseconds before the second sending.
const FIRST: i64 = 2_000;
/// The most milliseconds between two sendings: a quarter of an hour.
pub const LONGEST: i64 = 15 * 60_000;

/// Milliseconds until a command is sent again that was sent `tries` times: exponential back-off with full jitter, any
/// time from nothing to the limit alike, so that devices whose network came back at one moment don't come at one moment
/// again (Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015,
/// <https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>). `dice` is any random number.
pub fn delay(tries: u32, dice: u64) -> i64 {
    let doublings = tries.saturating_sub(1).min(20);
    let limit = FIRST.saturating_mul(1 << doublings).min(LONGEST);
    // The limit is far below what a u64 holds, so no remainder is likelier than another by more than 2⁻⁴³.
    i64::try_from(dice % limit.unsigned_abs().saturating_add(1)).unwrap_or(limit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_limit_doubles_up_to_a_quarter_of_an_hour() {
        let limit = |tries| (0..4_000_000).step_by(997).map(|dice| delay(tries, dice)).max().unwrap();
        for (tries, most) in
            [(0, 2_000), (1, 2_000), (2, 4_000), (5, 32_000), (10, LONGEST), (u32::MAX, LONGEST)]
        {
            assert!(limit(tries) <= most && limit(tries) > most - 1_000, "{tries}: {}", limit(tries));
        }
    }

    proptest! {
        #[test]
        fn it_is_never_negative_and_never_longer(tries: u32, dice: u64) {
            prop_assert!((0..=LONGEST).contains(&delay(tries, dice)));
        }
    }
}
