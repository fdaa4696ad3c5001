//! What happens by itself, without a request: the cron trigger calls it every minute, and the clock of rollouts sooner.

use crate::gateway::log::Level;
use crate::routes::events::tell_untold;
use crate::routes::publish::press;
use crate::{Host, Team, rollouts};
use orilla_shop::PortError;
use orilla_shop::team::bandits::{Bandits, Followed, follow};
use serde_json::json;

/// Does what has to happen now to all rollouts and to all bandits, and logs it; tells of orders that are not counted yet;
/// forgets addresses that were sent links. Answers when to come again, in milliseconds since 1970.
///
/// # Errors
/// The stores': come again as soon as you can.
pub async fn drive(host: &Host, team: &Team) -> Result<Option<i64>, PortError> {
    let next = rollouts::drive(host, team).await;
    // None of these holds up another, nor when rollouts are looked at again.
    let done = [follow_bandits(host, team).await, tell_untold(host, team).await, sweep(host, team).await];
    for error in done.into_iter().filter_map(Result::err) {
        host.complain(&format!("what happens by itself is put off: {error}"));
    }
    next
}

async fn sweep(host: &Host, team: &Team) -> Result<(), PortError> {
    match team.shoppers.mailer {
        Some(_) => team.shoppers.addresses.sweep(host.clock.now()).await.map(drop),
        None => Ok(()),
    }
}

async fn follow_bandits(host: &Host, team: &Team) -> Result<(), PortError> {
    let bandits = Bandits {
        desk: &*team.experiments,
        flags: &*team.flags,
        press: press(host, &team.writer),
        currency: host.config.currency,
    };
    let Followed { updates, failed } = follow(bandits, host.clock.now()).await?;
    for (experiment, update) in updates {
        let line =
            json!({ "level": Level::Info, "what": "bandit", "experiment": experiment, "update": update });
        host.gate.log.line(Level::Info, &line.to_string());
    }
    for error in failed {
        let line = json!({ "level": Level::Error, "what": "bandit", "error": error });
        host.gate.log.line(Level::Error, &line.to_string());
    }
    Ok(())
}
