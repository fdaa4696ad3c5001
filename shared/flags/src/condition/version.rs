//! Versions such as `v1.2.3-rc.1+build`, as texts that sort in their order.

/// The version with its numbers padded, so that texts compare as versions do: 1.9.0 before 1.10.0, 2.0.0-rc.1 before
/// 2.0.0. What is no version counts as `0`.
pub(super) fn padded(version: &str) -> String {
    let version = if version.is_empty() { "0" } else { version };
    let version = version.strip_prefix('v').unwrap_or(version);
    let version = version.split_once('+').map_or(version, |(before, _)| before);
    let parts = version.split(['-', '.']);
    let count = parts.clone().count();
    let mut text = String::with_capacity(version.len() + 5 * count);
    for (index, part) in parts.enumerate() {
        if index > 0 {
            text.push('-');
        }
        if !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()) {
            text.extend(std::iter::repeat_n(' ', 5_usize.saturating_sub(part.len())));
        }
        text.push_str(part);
    }
    if count == 3 {
        // `~` sorts after every other ASCII character: a release is later than its pre-releases.
        text.push_str("-~");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_order(earlier: &str, later: &str) {
        assert!(padded(earlier) < padded(later), "{earlier} < {later}");
    }

    #[test]
    fn versions_sort() {
        check_order("1.9.0", "1.10.0");
        check_order("2.0.0-rc.1", "2.0.0");
        check_order("2.0.0-beta.9", "2.0.0-rc.1");
        check_order("", "0.0.1");
        assert_eq!(padded("v1.2.3+7"), padded("1.2.3"));
    }
}
