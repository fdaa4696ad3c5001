//! Pictures of other hosts, each host behind its own breaker.

use super::{Remote, guarded};
use async_trait::async_trait;
use orilla_shop::{Clock, Picture, Pictures, PortError, Random};
use std::sync::Arc;

/// Pictures by another adapter, which is not asked for those of a host that does not answer: the shop then shows drawn
/// ones without waiting. That holds for what the adapter has cached, too; a host is away for minutes.
pub struct GuardedPictures {
    /// The adapter.
    pub pictures: Arc<dyn Pictures>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
}

#[async_trait]
impl Pictures for GuardedPictures {
    async fn fetch(&self, url: &str, most: usize) -> Result<Picture, PortError> {
        let host = Remote::PictureHost(host_of(url));
        let is_outage = |error: &PortError| matches!(error, PortError::Unavailable(_));
        let call = self.pictures.fetch(url, most);
        Ok(guarded(host, &*self.clock, &*self.random, is_outage, call).await?)
    }
}

/// `cdn.example` of `https://cdn.example:443/a.jpg`.
fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#', ':']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::breaker::Settings;
    use crate::gateway::testing::{Dice, FixedTime};
    use futures::executor::block_on;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[derive(Default)]
    struct Away(AtomicU32);

    #[async_trait]
    impl Pictures for Away {
        async fn fetch(&self, _: &str, _: usize) -> Result<Picture, PortError> {
            self.0.fetch_add(1, Ordering::Relaxed);
            Err(PortError::Unavailable("away".into()))
        }
    }

    #[test]
    fn a_host_that_is_away_is_asked_a_few_times_only() {
        let away = Arc::new(Away::default());
        let pictures = GuardedPictures {
            pictures: away.clone(),
            clock: Arc::new(FixedTime(0)),
            random: Arc::new(Dice(0)),
        };
        for i in 0..20 {
            assert!(block_on(pictures.fetch(&format!("https://never.example/{i}.jpg"), 1)).is_err());
        }
        assert_eq!(away.0.load(Ordering::Relaxed), Settings::PICTURES.fewest);
        assert!(block_on(pictures.fetch("https://elsewhere.example/1.jpg", 1)).is_err());
        assert_eq!(away.0.load(Ordering::Relaxed), Settings::PICTURES.fewest + 1);
    }

    #[test]
    fn a_host_is_known_by_its_name() {
        for url in
            ["https://a.example/b.jpg", "http://a.example:80/", "https://a.example?x=/", "https://a.example"]
        {
            assert_eq!(host_of(url), "a.example", "{url}");
        }
    }
}
