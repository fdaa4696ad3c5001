//! Ports of the edge that a device has nothing behind.

use async_trait::async_trait;
use orilla_pipeline::gateway::limit::{LimitClass, RateLimiter};
use orilla_pipeline::gateway::log::{Level, LogSink};
use orilla_prefetch::Counted;
use orilla_shop::navigation::Navigations;
use orilla_shop::rollouts::{Batch, Tallies};
use orilla_shop::{Health, PageStore, Picture, Pictures, PortError};

fn out_of_reach() -> PortError {
    PortError::Unavailable("the shop is out of reach".to_owned())
}

/// Nobody else uses this host, so nobody is counted.
pub struct Unlimited;

#[async_trait]
impl RateLimiter for Unlimited {
    async fn admits(&self, _: LimitClass, _: &str) -> Result<bool, PortError> {
        Ok(true)
    }
}

/// The shop itself, from where it can't be reached.
pub struct OutOfReach;

#[async_trait]
impl Health for OutOfReach {
    async fn database(&self) -> Result<(), PortError> {
        Err(out_of_reach())
    }
}

#[async_trait]
impl Pictures for OutOfReach {
    async fn fetch(&self, _: &str, _: usize) -> Result<Picture, PortError> {
        Err(out_of_reach())
    }
}

/// Who is seen here counts when the edge sees them.
#[async_trait]
impl Tallies for OutOfReach {
    async fn add(&self, _: &Batch) -> Result<(), PortError> {
        Ok(())
    }
}

/// Steps from page to page without a network are not counted.
#[async_trait]
impl Navigations for OutOfReach {
    async fn add(&self, _: i64, _: &[Counted]) -> Result<(), PortError> {
        Ok(())
    }
}

/// One isolate shares its pages with nobody.
#[async_trait]
impl PageStore for OutOfReach {
    async fn get(&self, _: &str) -> Result<Option<Vec<u8>>, PortError> {
        Ok(None)
    }

    async fn put(&self, _: &str, _: Vec<u8>, _: u32) -> Result<(), PortError> {
        Ok(())
    }
}

/// The browser's console.
pub struct Console;

impl LogSink for Console {
    fn line(&self, level: Level, line: &str) {
        if level != Level::Info {
            crate::glue::log(line);
        }
    }
}
