//! W3C Trace Context (<https://www.w3.org/TR/trace-context/>): a request that is part of somebody's trace stays part
//! of it.

use super::ids::hex;
use http::HeaderMap;
use orilla_shop::{PortError, Random};

/// The length of a `traceparent` of version 00.
const PARENT_LENGTH: usize = 55;
/// Members of a `tracestate`, at most (section 3.3.1.1).
const MOST_MEMBERS: usize = 32;
/// The bytes of a `tracestate` that everybody has to pass on (section 3.3.1.5). We pass on no more than that.
const LONGEST_STATE: usize = 512;
/// The one flag of version 00: the caller may have recorded this trace.
const SAMPLED: u8 = 1;

/// The place of a request in a trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceContext {
    /// The trace: 16 bytes, not all zero.
    pub trace: [u8; 16],
    /// The span: 8 bytes, not all zero.
    pub span: [u8; 8],
    /// Whether spans of this trace are recorded.
    pub sampled: bool,
    /// What vendors keep with a trace, as it came: `congo=t61rcWkgMzE,rojo=00f067aa0ba902b7`. Often empty.
    pub state: String,
}

impl TraceContext {
    /// What the caller says; `None` if it says nothing that is valid.
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        // More than one `traceparent` is none (section 3.2).
        let mut parents = headers.get_all("traceparent").iter();
        let (Some(parent), None) = (parents.next(), parents.next()) else { return None };
        let (trace, span, flags) = parse_parent(parent.to_str().ok()?)?;
        Some(TraceContext { trace, span, sampled: flags & SAMPLED != 0, state: state_of(headers) })
    }

    /// A trace that begins here, recorded if `ratio` (0 to 1) of the traces that begin here includes it.
    ///
    /// # Errors
    /// If the host has no randomness.
    pub fn begin(random: &dyn Random, ratio: f64) -> Result<Self, PortError> {
        let trace = random.bytes()?;
        Ok(TraceContext {
            trace,
            span: new_span(random)?,
            sampled: is_sampled(&trace, ratio),
            state: String::new(),
        })
    }

    /// The same trace, one span further down.
    ///
    /// # Errors
    /// If the host has no randomness.
    pub fn child(&self, random: &dyn Random) -> Result<Self, PortError> {
        Ok(TraceContext { span: new_span(random)?, ..self.clone() })
    }

    /// The trace's name: 32 hex digits.
    pub fn trace_id(&self) -> String {
        hex(&self.trace)
    }

    /// The span's name: 16 hex digits.
    pub fn span_id(&self) -> String {
        hex(&self.span)
    }

    /// The header `traceparent` for a request that is made on behalf of this one.
    pub fn parent_header(&self) -> String {
        format!("00-{}-{}-{:02x}", self.trace_id(), self.span_id(), u8::from(self.sampled))
    }
}

/// `00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01` → trace, span, flags. A later version may have more
/// behind the flags (section 4.3); `ff` is no version.
fn parse_parent(text: &str) -> Option<([u8; 16], [u8; 8], u8)> {
    let later = text.get(PARENT_LENGTH..).filter(|rest| !rest.is_empty());
    let text = text.get(..PARENT_LENGTH)?;
    let mut parts = text.split('-');
    let [version] = digits(parts.next()?)?;
    let trace = digits(parts.next()?)?;
    let span = digits(parts.next()?)?;
    let [flags] = digits(parts.next()?)?;
    let may_have_more = match later {
        None => true,
        Some(rest) => version > 0 && rest.starts_with('-'),
    };
    let is_valid = parts.next().is_none() && may_have_more && version != 0xff;
    (is_valid && trace != [0; 16] && span != [0; 8]).then_some((trace, span, flags))
}

/// Exactly `N` bytes, as lower-case hex digits (section 3.2.2.1).
fn digits<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    let pairs = text.as_bytes().chunks(2);
    if text.len() != N * 2 || text.bytes().any(|byte| !matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(pairs) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

/// The lists of all `tracestate` headers as one; empty if a member is not valid, is there twice, or there are too many
/// (section 3.3: the state is dropped then, the trace is not).
fn state_of(headers: &HeaderMap) -> String {
    let mut members: Vec<&str> = Vec::new();
    for value in headers.get_all("tracestate") {
        let Ok(text) = value.to_str() else { return String::new() };
        members
            .extend(text.split(',').map(|member| member.trim_matches([' ', '\t'])).filter(|m| !m.is_empty()));
    }
    let keys: Option<Vec<&str>> = members.iter().map(|member| member_key(member)).collect();
    let is_valid = keys.is_some_and(|mut keys| {
        orilla_sorting::sort(&mut keys);
        keys.len() <= MOST_MEMBERS && keys.windows(2).all(|pair| pair.first() != pair.last())
    });
    let state = members.join(",");
    if is_valid && state.len() <= LONGEST_STATE { state } else { String::new() }
}

/// The key of `key=value`, if both are as section 3.3.1.3 wants them.
fn member_key(member: &str) -> Option<&str> {
    let (key, value) = member.split_once('=')?;
    let (tenant, system) = key.split_once('@').map_or((key, None), |(tenant, system)| (tenant, Some(system)));
    let is_word = |text: &str, most: usize, digit_first: bool| {
        let starts =
            text.bytes().next().is_some_and(|b| b.is_ascii_lowercase() || digit_first && b.is_ascii_digit());
        let goes_on = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-*/".contains(&b);
        starts && text.len() <= most && text.bytes().all(goes_on)
    };
    let is_key = match system {
        Some(system) => is_word(tenant, 241, true) && is_word(system, 14, false),
        None => is_word(tenant, 256, false),
    };
    let is_value = (1..=256).contains(&value.len())
        && value.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'=')
        && !value.ends_with(' ');
    (is_key && is_value).then_some(key)
}

fn new_span(random: &dyn Random) -> Result<[u8; 8], PortError> {
    let bytes = random.bytes()?;
    bytes.first_chunk().copied().ok_or_else(|| PortError::Unexpected("too few random bytes".to_owned()))
}

/// Whether a trace is among `ratio` of all: by its last seven bytes, which level 2 of the recommendation wants random,
/// so that everyone who decides by them decides alike.
fn is_sampled(trace: &[u8; 16], ratio: f64) -> bool {
    const PARTS: f64 = (1_u64 << 56) as f64;
    let place = trace.iter().skip(9).fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 2^56")]
    let end = (ratio.clamp(0.0, 1.0) * PARTS) as u64;
    place < end
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::testing::{Dice, headers};
    use proptest::prelude::*;

    const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[track_caller]
    fn check_parent(parent: &str, expected: Option<bool>) {
        let found = TraceContext::of(&headers(&[("traceparent", parent)]));
        assert_eq!(found.as_ref().map(|context| context.sampled), expected, "{parent}");
        if let Some(context) = found {
            assert_eq!(context.trace_id(), "4bf92f3577b34da6a3ce929d0e0e4736");
            assert_eq!(context.span_id(), "00f067aa0ba902b7");
        }
    }

    #[test]
    fn a_parent_is_read_as_the_recommendation_says() {
        check_parent(PARENT, Some(true));
        check_parent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00", Some(false));
        check_parent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-02", Some(false));
        check_parent("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", Some(true));
        check_parent("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-comes", Some(true));
        check_parent("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.what", None);
        for parent in [
            "",
            "00",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473-000f067aa0ba902b7-01",
            "00_4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7_01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0+",
            "é0-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ] {
            check_parent(parent, None);
        }
        assert_eq!(TraceContext::of(&headers(&[("traceparent", PARENT), ("traceparent", PARENT)])), None);
        assert_eq!(TraceContext::of(&HeaderMap::new()), None);
    }

    #[track_caller]
    fn check_state(states: &[&str], expected: &str) {
        let mut pairs = vec![("traceparent", PARENT)];
        pairs.extend(states.iter().map(|state| ("tracestate", *state)));
        assert_eq!(TraceContext::of(&headers(&pairs)).unwrap().state, expected, "{states:?}");
    }

    #[test]
    fn a_state_is_passed_on_whole_or_not_at_all() {
        check_state(&["congo=t61rcWkgMzE, rojo=00f067aa0ba902b7"], "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7");
        check_state(&["a=1", "b=2,,"], "a=1,b=2");
        check_state(&["1tenant@system=x y"], "1tenant@system=x y");
        check_state(&[], "");
        check_state(&["a=1,a=2"], "");
        check_state(&["A=1"], "");
        check_state(&["a=1,broken"], "");
        check_state(&["a=b=c"], "");
        check_state(&["1a=x"], "");
        check_state(&["a@1b=x"], "");
        let many: Vec<String> = (0..33).map(|i| format!("k{i}=v")).collect();
        check_state(&[&many.join(",")], "");
        check_state(&[&format!("a={0},b={0}", "x".repeat(255))], "");
    }

    #[test]
    fn a_child_has_its_parents_trace_and_a_span_of_its_own() {
        let parent = TraceContext::of(&headers(&[("traceparent", PARENT), ("tracestate", "a=1")])).unwrap();
        assert_eq!(parent.parent_header(), PARENT);
        let child = parent.child(&Dice(9)).unwrap();
        assert_eq!(child.parent_header(), "00-4bf92f3577b34da6a3ce929d0e0e4736-0909090909090909-01");
        assert_eq!(child.state, "a=1");
    }

    #[test]
    fn a_share_of_the_traces_is_recorded() {
        let sampled = |dice, ratio| TraceContext::begin(&Dice(dice), ratio).unwrap().sampled;
        assert!(sampled(0xff, 1.0) && sampled(0x01, 1.0));
        assert!(!sampled(0x00, 0.0));
        assert!(sampled(0x10, 0.1) && !sampled(0x20, 0.1));
        assert!(!sampled(0x01, f64::NAN));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(trace in any::<[u8; 16]>(), span in any::<[u8; 8]>(), sampled: bool) {
            prop_assume!(trace != [0; 16] && span != [0; 8]);
            let context = TraceContext { trace, span, sampled, state: String::new() };
            let read = TraceContext::of(&headers(&[("traceparent", &context.parent_header())]));
            prop_assert_eq!(read, Some(context));
        }

        #[test]
        fn nothing_breaks_it(parent in "[ -~é]{0,60}", state in "[ -~]{0,60}") {
            let _ = TraceContext::of(&headers(&[("traceparent", &parent), ("tracestate", &state)]));
        }
    }
}
