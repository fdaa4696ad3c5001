//! A shelf for tests.

use super::Shelf;
use crate::PortError;
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A shelf of this process: what stands on it is gone with it.
#[derive(Default)]
pub struct Memory(Mutex<BTreeMap<String, (u32, String)>>);

impl Memory {
    fn orders(&self) -> MutexGuard<'_, BTreeMap<String, (u32, String)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Shelf for Memory {
    async fn all(&self) -> Result<Vec<String>, PortError> {
        Ok(self.orders().values().map(|(_, text)| text.clone()).collect())
    }
    async fn write(&self, id: &str, over: u32, version: u32, text: String) -> Result<bool, PortError> {
        let mut all = self.orders();
        let is_there = all.get(id).map_or(0, |(version, _)| *version) == over;
        if is_there {
            all.insert(id.to_owned(), (version, text));
        }
        Ok(is_there)
    }
    async fn remove(&self, id: &str, version: u32) -> Result<bool, PortError> {
        let mut all = self.orders();
        let is_there = all.get(id).is_some_and(|(there, _)| *there == version);
        if is_there {
            all.remove(id);
        }
        Ok(is_there)
    }
}
