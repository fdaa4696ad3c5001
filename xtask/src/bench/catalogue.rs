//! Shops with a catalogue, for what can't be measured without one.

use super::DEPLOYED;
use crate::process::{Result, root, step};
use crate::server::{self, Options, Server};
use crate::{dev, feed, files};
use std::path::PathBuf;

/// The 19,406 real products that the figures are about. They are not part of the project.
const ICECAT: &str = "../shared/data/catalog/icecat-19k.ndjson.gz";

/// The file with the large catalogue, if it is on this machine: `$ORILLA_ICECAT`, or beside the project.
pub fn icecat() -> Option<PathBuf> {
    let file = std::env::var_os("ORILLA_ICECAT").map_or_else(|| root().join(ICECAT), PathBuf::from);
    file.is_file().then_some(file)
}

/// A shop under `wrangler dev`, as it is deployed.
pub struct Shop {
    /// The server; it ends with this.
    pub server: Server,
    /// The port of the server.
    pub port: u16,
    /// The staff's token.
    pub token: String,
    /// Where its database is.
    pub state: PathBuf,
}

impl Shop {
    /// Starts one on a database that is kept between runs under this name.
    ///
    /// # Errors
    /// The build or wrangler fails.
    pub fn start(name: &str) -> Result<Shop> {
        DEPLOYED.run()?;
        let folder = folder(name);
        let token = dev::random_hex()?;
        let secrets = folder.join("secrets");
        files::write(&secrets, dev::local_vars(&token)?)?;
        let (port, state) = (server::free_port()?, folder.join("state"));
        let log = Some(folder.join("wrangler.log"));
        let server = step("shop under wrangler", || {
            Server::start(&Options { port, persist: state.clone(), secrets: Some(secrets), log })
        })?;
        Ok(Shop { server, port, token, state })
    }

    /// The shop with the demo catalogue.
    ///
    /// # Errors
    /// It can't be started or filled.
    pub fn demo() -> Result<Shop> {
        let shop = Shop::start("demo")?;
        feed::import_demo(&shop.server.url, &shop.token)?;
        Ok(shop)
    }
}

/// The folder of a shop.
pub fn folder(name: &str) -> PathBuf {
    root().join("target/orilla-bench").join(name)
}
