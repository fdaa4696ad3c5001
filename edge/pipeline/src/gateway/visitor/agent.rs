//! What a browser says of itself: the kind of device, and whether it is a browser at all.
//!
//! A short list of our own: the crates for this bring tables of regular expressions for questions that nobody asks
//! here. It is for what may be wrong now and then: counting and layout, never for what somebody may do.

/// The kind of device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Device {
    /// Small, held in a hand.
    Phone,
    /// Larger, touched.
    Tablet,
    /// Everything else.
    Desktop,
}

impl Device {
    /// Its name: in the key of a page, in counters.
    pub const fn name(self) -> &'static str {
        match self {
            Device::Phone => "phone",
            Device::Tablet => "tablet",
            Device::Desktop => "desktop",
        }
    }

    /// From the hint `Sec-CH-UA-Mobile` (`?1` or `?0`; Chromium sends it always) and `User-Agent`. A tablet sends
    /// `?0`, as a desktop does.
    pub fn of(mobile_hint: Option<&str>, agent: &str) -> Self {
        if mobile_hint == Some("?1") {
            return Device::Phone;
        }
        let has = |word: &str| agent.contains(word);
        // Android's own advice: a phone says Mobile, a tablet does not.
        if has("iPad") || has("Tablet") || has("Silk/") && !has("Mobile") || has("Android") && !has("Mobile")
        {
            Device::Tablet
        } else if mobile_hint.is_none() && (has("Mobi") || has("iPhone")) {
            Device::Phone
        } else {
            Device::Desktop
        }
    }
}

/// Words that programs have in their names, lower case. The first row is what nearly all crawlers say, the others are
/// those that say none of it: previews of messengers, measuring and monitoring, libraries.
const PROGRAMS: [&str; 40] = [
    "bot",
    "crawl",
    "spider",
    "slurp",
    "scrape",
    "preview",
    "archiver",
    "fetcher", //
    "facebookexternalhit",
    "facebookcatalog",
    "meta-externalagent",
    "whatsapp",
    "embedly",
    "quora link",
    "skypeuri",
    "vkshare",
    "google-inspectiontool",
    "googleother",
    "mediapartners",
    "feedfetcher",
    "bingpreview",
    "yandex.com/",
    "headlesschrome",
    "lighthouse",
    "pagespeed",
    "gtmetrix",
    "pingdom",
    "uptime",
    "statuscake",
    "checkly", //
    "curl/",
    "wget/",
    "python",
    "go-http-client",
    "java/",
    "okhttp",
    "node-fetch",
    "axios/",
    "libwww",
    "http_request",
];

/// Words in which a browser's own name looks like a program's: phones of the brand Cubot.
const BROWSERS: [&str; 1] = ["cubot"];

/// Whether a program asks, by its `User-Agent`. One without is a program: every browser sends it.
pub fn is_bot(agent: &str) -> bool {
    let agent = BROWSERS.iter().fold(agent.to_ascii_lowercase(), |agent, name| agent.replace(name, ""));
    agent.trim().is_empty() || PROGRAMS.iter().any(|word| agent.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like \
                          Gecko) Version/18.5 Mobile/15E148 Safari/604.1";
    const PIXEL: &str = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) \
                         Chrome/141.0.0.0 Mobile Safari/537.36";
    const GALAXY_TAB: &str = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) \
                              Chrome/141.0.0.0 Safari/537.36";
    const IPAD: &str = "Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                        Version/18.5 Mobile/15E148 Safari/604.1";
    const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
                          Chrome/141.0.0.0 Safari/537.36";
    const FIREFOX_TABLET: &str = "Mozilla/5.0 (Android 15; Tablet; rv:143.0) Gecko/143.0 Firefox/143.0";

    #[track_caller]
    fn check(hint: Option<&str>, agent: &str, expected: Device) {
        assert_eq!(Device::of(hint, agent), expected, "{hint:?} {agent}");
        assert!(!is_bot(agent), "{agent}");
    }

    #[test]
    fn a_device_is_known_by_its_hint_or_its_name() {
        check(None, IPHONE, Device::Phone);
        check(None, PIXEL, Device::Phone);
        check(Some("?1"), PIXEL, Device::Phone);
        check(Some("?1"), CHROME, Device::Phone);
        check(Some("?0"), GALAXY_TAB, Device::Tablet);
        check(None, GALAXY_TAB, Device::Tablet);
        check(None, IPAD, Device::Tablet);
        check(None, FIREFOX_TABLET, Device::Tablet);
        check(Some("?0"), CHROME, Device::Desktop);
        check(None, CHROME, Device::Desktop);
        assert_eq!(Device::of(None, ""), Device::Desktop);
    }

    #[test]
    fn programs_are_known_by_their_names() {
        for agent in [
            "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; Googlebot/2.1; \
             +http://www.google.com/bot.html) Chrome/141.0.0.0 Safari/537.36",
            "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
            "Mozilla/5.0 (compatible; GPTBot/1.2; +https://openai.com/gptbot)",
            "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
            "WhatsApp/2.23.20.0",
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/141.0.0.0 Safari/537.36",
            "curl/8.9.1",
            "python-requests/2.32.3",
            "Go-http-client/2.0",
            "",
            " ",
        ] {
            assert!(is_bot(agent), "{agent}");
        }
        assert!(!is_bot(
            "Mozilla/5.0 (Linux; Android 14; CUBOT KINGKONG) Chrome/141.0.0.0 Mobile Safari/537.36"
        ));
    }
}
