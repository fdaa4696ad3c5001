//! The Content Security Policy (level 3, <https://www.w3.org/TR/CSP3/>): what a page may run, load and send.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use sha2::{Digest, Sha256};

/// What every page may do, in front of the hashes of its scripts: everything is this host's alone, and nothing is
/// allowed that is not named. A script is a file; one that stands in a page runs only if its hash is named. Data in a
/// page (`application/ld+json`, what islands are handed) is no script, and rules that say what to bring beforehand run
/// nothing.
macro_rules! before {
    () => {
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval' 'inline-speculation-rules'"
    };
}
/// And behind them. Styles are files, without exception.
macro_rules! behind {
    () => {
        "; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; manifest-src 'self'; \
         worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    };
}

/// The hash of a script that stands in a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptHash(String);

impl ScriptHash {
    /// Of the script's whole text, as it stands between its tags.
    pub fn of(script: &str) -> Self {
        ScriptHash(format!("'sha256-{}'", STANDARD.encode(Sha256::digest(script))))
    }
}

/// An answer's extension: the scripts that stand in its page. A page says its scripts once, where it is rendered; they
/// are kept with it in the memo, so the policy needs no nonce.
#[derive(Clone, Debug, Default)]
pub struct InlineScripts(pub Vec<ScriptHash>);

/// The policy of a page with these scripts in it.
pub fn policy(scripts: &[ScriptHash]) -> HeaderValue {
    if scripts.is_empty() {
        // Nearly every answer: one text, which no answer has to make.
        return HeaderValue::from_static(concat!(before!(), behind!()));
    }
    let mut text = before!().to_owned();
    for ScriptHash(hash) in scripts {
        text.extend([" ", hash]);
    }
    text.push_str(behind!());
    // Base64 and the texts above are ASCII.
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(scripts: &[&str], expected: &str) {
        let hashes: Vec<_> = scripts.iter().map(|script| ScriptHash::of(script)).collect();
        let policy = policy(&hashes);
        let directive =
            policy.to_str().unwrap().split("; ").find(|part| part.starts_with("script-src")).unwrap();
        assert_eq!(directive, expected);
    }

    #[test]
    fn scripts_in_a_page_are_named_by_their_hash() {
        check(&[], "script-src 'self' 'wasm-unsafe-eval' 'inline-speculation-rules'");
        // The example of CSP level 2.
        check(
            &["alert('Hello, world.');"],
            "script-src 'self' 'wasm-unsafe-eval' 'inline-speculation-rules' 'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='",
        );
        check(
            &["", "alert('Hello, world.');"],
            "script-src 'self' 'wasm-unsafe-eval' 'inline-speculation-rules' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' \
             'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='",
        );
    }

    #[test]
    fn nothing_is_allowed_that_is_not_named() {
        for policy in [policy(&[]), policy(&[ScriptHash::of("x")])] {
            let text = policy.to_str().unwrap();
            assert!(text.starts_with("default-src 'none'; "));
            for lax in ["unsafe-inline", "'unsafe-eval'", "*", "http:", "https:", "blob:"] {
                assert!(!text.contains(lax), "{lax} in {text}");
            }
            for strict in ["base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'"] {
                assert!(text.contains(strict), "{strict}");
            }
        }
    }
}
