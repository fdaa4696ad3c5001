//! Addresses: targeting by URL, variations forced in a query, and redirects that keep the query.

use crate::fault::At;
use crate::json::Object;
use form_urlencoded::{Serializer, parse};
use regex_lite::{Regex, RegexBuilder, escape};
use serde_json::Value;

/// The wildcard of a simple pattern, as it travels through the splitting of an address.
const WILDCARD: &str = "_____";

/// The parts of an address.
#[derive(Debug)]
struct Parts<'u> {
    scheme: &'u str,
    host: &'u str,
    path: &'u str,
    query: &'u str,
    hash: &'u str,
}

impl<'u> Parts<'u> {
    /// The parts of an address; of one without a host, the host is `default_host`.
    fn split(url: &'u str, default_host: &'u str) -> Self {
        let (rest, hash) = url.split_once('#').unwrap_or((url, ""));
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (scheme, rest) = match rest.split_once("://") {
            Some((scheme, rest)) => (scheme, Some(rest)),
            None => ("https", rest.strip_prefix("//")),
        };
        let (host, path) = match rest {
            Some(rest) => rest.split_at(rest.find('/').unwrap_or(rest.len())),
            None => (default_host, url.split(['?', '#']).next().unwrap_or("")),
        };
        let default_port = if scheme == "http" { ":80" } else { ":443" };
        Parts { scheme, host: host.strip_suffix(default_port).unwrap_or(host), path, query, hash }
    }

    /// The path; that of a host alone is `/`.
    fn rooted_path(&self) -> String {
        if self.path.starts_with('/') { self.path.to_owned() } else { format!("/{}", self.path) }
    }

    /// Path, query and fragment.
    fn relative(&self) -> String {
        let mut text = self.rooted_path();
        for (mark, part) in [('?', self.query), ('#', self.hash)] {
            if !part.is_empty() {
                text.push(mark);
                text.push_str(part);
            }
        }
        text
    }

    fn query_value(&self, name: &str) -> String {
        parse(self.query.as_bytes())
            .find(|(key, _)| key == name)
            .map_or_else(String::new, |(_, value)| value.into_owned())
    }
}

/// A pattern of addresses where an experiment runs, or does not.
#[derive(Debug)]
pub(crate) struct UrlTarget {
    includes: bool,
    /// `None` if malformed: it matches no address.
    pattern: Option<Pattern>,
}

#[derive(Debug)]
enum Pattern {
    Regex(Regex),
    Simple { host: Regex, path: Regex, hash: Option<Regex>, query: Vec<(String, Regex)> },
}

impl UrlTarget {
    pub(crate) fn compile(value: &Value, at: &At<'_>) -> Self {
        let Some(object) = Object::read(value, at) else {
            return UrlTarget { includes: true, pattern: None };
        };
        object.allow_only(&["include", "type", "pattern"]);
        let pattern = match (object.text("type"), object.text("pattern")) {
            (Some("regex"), Some(pattern)) => RegexBuilder::new(pattern).build().ok().map(Pattern::Regex),
            (Some("simple"), Some(pattern)) => simple_pattern(pattern),
            _ => None,
        };
        if pattern.is_none() {
            at.fault("needs a \"type\", \"simple\" or \"regex\", and a \"pattern\" of that type");
        }
        UrlTarget { includes: object.flag("include").unwrap_or(true), pattern }
    }

    fn matches(&self, parts: &Parts<'_>) -> bool {
        match &self.pattern {
            None => false,
            Some(Pattern::Regex(regex)) => {
                let relative = parts.relative();
                regex.is_match(&format!("{}://{}{relative}", parts.scheme, parts.host))
                    || regex.is_match(&relative)
            }
            Some(Pattern::Simple { host, path, hash, query }) => {
                host.is_match(parts.host)
                    && path.is_match(&parts.rooted_path())
                    && hash.as_ref().is_none_or(|hash| hash.is_match(parts.hash))
                    && query.iter().all(|(name, value)| value.is_match(&parts.query_value(name)))
            }
        }
    }
}

/// `example.com/shoes/*?color=red`: what it names must match, part by part.
fn simple_pattern(pattern: &str) -> Option<Pattern> {
    let pattern = pattern.replace('*', WILDCARD);
    // `example.com/…` begins with a host: there is a dot before any slash, query or port.
    let begins_with_host = pattern.split([':', '/', '?']).next().is_some_and(|start| start.contains('.'));
    let pattern = if begins_with_host { format!("https://{pattern}") } else { pattern };
    let parts = Parts::split(&pattern, WILDCARD);
    let query = parse(parts.query.as_bytes())
        .map(|(name, value)| Some((name.into_owned(), whole(&wildcards(&value))?)))
        .collect::<Option<Vec<_>>>()?;
    Some(Pattern::Simple {
        host: whole(&wildcards(parts.host))?,
        path: whole(&format!("/?{}/?", wildcards(trim_slashes(&parts.rooted_path()))))?,
        hash: if parts.hash.is_empty() { None } else { Some(whole(&wildcards(parts.hash))?) },
        query,
    })
}

/// Without the first slash and the last: both are optional.
fn trim_slashes(path: &str) -> &str {
    let path = path.strip_prefix('/').unwrap_or(path);
    path.strip_suffix('/').unwrap_or(path)
}

fn wildcards(text: &str) -> String {
    escape(text).replace(WILDCARD, ".*")
}

fn whole(pattern: &str) -> Option<Regex> {
    RegexBuilder::new(&format!("^{pattern}$")).case_insensitive(true).build().ok()
}

/// Whether an experiment with these targets runs at `url`: no exclusion matches, and an inclusion does if there are any.
pub(crate) fn is_targeted(url: &str, targets: &[UrlTarget]) -> bool {
    let parts = Parts::split(url, "_");
    let (mut has_inclusions, mut is_included) = (false, false);
    for target in targets {
        let matches = target.matches(&parts);
        if !target.includes && matches {
            return false;
        }
        has_inclusions |= target.includes;
        is_included |= target.includes && matches;
    }
    !targets.is_empty() && (is_included || !has_inclusions)
}

/// The variation that the query of `url` forces, as `?experiment=1`, if there are that many.
pub fn query_override(experiment: &str, url: &str, variations: usize) -> Option<usize> {
    let (_, query) = url.split_once('?')?;
    // A second question mark ends the query here, as in GrowthBook's SDKs.
    let query = query.split(['?', '#']).next()?;
    let value = query.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (key == experiment).then_some(value)
    })?;
    let digits = value.trim_start();
    let digits = digits.strip_prefix('+').unwrap_or(digits);
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let index: usize = digits.get(..end)?.parse().ok()?;
    (index < variations).then_some(index)
}

/// `target` with the parameters of `current` that it has none of.
pub(crate) fn with_query_of(current: &str, target: &str) -> String {
    let (rest, hash) = target.split_once('#').map_or((target, None), |(rest, hash)| (rest, Some(hash)));
    let (base, query) = rest.split_once('?').unwrap_or((rest, ""));
    let current = Parts::split(current, "_");
    let mut missing: Vec<(String, String)> = Vec::new();
    for (key, value) in parse(current.query.as_bytes()) {
        let is_named = parse(query.as_bytes()).any(|(known, _)| known == key);
        if !is_named && !missing.iter().any(|(known, _)| *known == key) {
            missing.push((key.into_owned(), value.into_owned()));
        }
    }
    if missing.is_empty() {
        return target.to_owned();
    }
    let query =
        Serializer::new(String::new()).extend_pairs(parse(query.as_bytes())).extend_pairs(missing).finish();
    let hash = hash.map(|hash| format!("#{hash}")).unwrap_or_default();
    format!("{base}?{query}{hash}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::Faults;
    use serde_json::json;

    #[track_caller]
    fn check(kind: &str, pattern: &str, url: &str, expected: bool) {
        let faults = Faults::default();
        let target = UrlTarget::compile(
            &json!({"type": kind, "pattern": pattern, "include": true}),
            &At::root(&faults),
        );
        assert_eq!(is_targeted(url, &[target]), expected, "{pattern} at {url}");
    }

    #[test]
    fn simple_patterns() {
        check("simple", "http://www.example.com/home", "http://www.example.com/home", true);
        check("simple", "http://www.example.com/", "http://www.example.com/home", false);
        check("simple", "/shoes/*", "https://shop.example/shoes/red?size=42", true);
        check("simple", "/shoes/*", "https://shop.example/hats/red", false);
        check("simple", "/shoes", "https://shop.example/shoes/", true);
        check("simple", "example.com/*", "https://example.com/a/b", true);
        check("simple", "*.example.com/a", "https://www.example.com/a", true);
        check("simple", "/a?x=1", "https://e.com/a?y=2&x=1", true);
        check("simple", "/a?x=1", "https://e.com/a?x=2", false);
        check("simple", "/a#top", "https://e.com/a#top", true);
        check("simple", "/a#top", "https://e.com/a", false);
        check("simple", "/a.b", "https://e.com/aXb", false);
        check("simple", "/", "https://e.com", true);
        check("simple", "/a", "/a?b=1", true);
    }

    #[test]
    fn regex_patterns() {
        check("regex", "^/shoes/[0-9]+$", "https://e.com/shoes/12", true);
        check("regex", "^https://e.com/shoes", "https://e.com/shoes/12", true);
        check("regex", "(", "https://e.com/", false);
        check("other", "/", "https://e.com/", false);
    }

    #[test]
    fn queries_are_merged() {
        assert_eq!(with_query_of("https://a.b/c?x=1&x=2&y=%20", "/d?y=3#e"), "/d?y=3&x=1#e");
        assert_eq!(with_query_of("https://a.b/c", "/d?y=3#e"), "/d?y=3#e");
    }
}
