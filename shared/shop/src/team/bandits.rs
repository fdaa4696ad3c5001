//! Bandits while they run: on a schedule, an experiment's shares follow what was learned, and are published.
//!
//! The experiment's own history is the record: an update is a line of it, guarded by the version as every change of an
//! experiment is, so that of two drivers one writes it. What is published follows the record: an update that was
//! recorded and not published is published by the next call, and nothing has to be remembered in between.

use super::experiments::{ExperimentDesk, has_shares, with_shares};
use super::flags::{AmendError, FlagDesk, amend};
use crate::PortError;
use crate::publish::{Press, attached};
use orilla_experiments::{Entry, Experiment, MEMBER, Reweighed, Status};
use orilla_money::Currency;
use orilla_orders::IdempotencyKey;
use orilla_snapshot::Attachment;
use serde_json::Value;

/// What [`follow`] did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Followed {
    /// The experiments that got an update, and the update.
    pub updates: Vec<(String, Reweighed)>,
    /// What went wrong: the next call tries again.
    pub failed: Vec<String>,
}

/// The ports of [`follow`].
#[derive(Clone, Copy)]
pub struct Bandits<'a> {
    /// The experiments.
    pub desk: &'a dyn ExperimentDesk,
    /// The flags.
    pub flags: &'a dyn FlagDesk,
    /// Where flags are published.
    pub press: Press<'a>,
    /// In which amounts are counted.
    pub currency: Currency,
}

/// Gives those experiments new shares whose time has come, and makes what is published follow. Idempotent, and safe at
/// the same time from anywhere: a period has one update. `now` is in milliseconds since 1970.
///
/// # Errors
/// The store's. What fails of one experiment is in the answer, and holds up no other.
pub async fn follow(bandits: Bandits<'_>, now: i64) -> Result<Followed, PortError> {
    let mut followed = Followed::default();
    let all = bandits.desk.experiments().await?;
    for experiment in
        all.into_iter().filter(|one| one.status() == Status::Running && one.design.bandit.is_some())
    {
        let key = experiment.key.as_str().to_owned();
        match one(bandits, experiment, now).await {
            Ok(update) => followed.updates.extend(update.map(|update| (key, update))),
            Err(error) => followed.failed.push(format!("bandit {key}: {error}")),
        }
    }
    Ok(followed)
}

async fn one(
    bandits: Bandits<'_>,
    mut experiment: Experiment,
    now: i64,
) -> Result<Option<Reweighed>, AmendError> {
    let mut update = None;
    if experiment.is_due(now) {
        let rollups = bandits.desk.rollups(&experiment.key).await?;
        let seen = experiment.version;
        let Ok(next) = experiment.reweighed(&rollups, now) else { return Ok(None) };
        if !bandits.desk.save(seen, &next, bandits.currency).await? {
            // Somebody was quicker: the next call sees what they did.
            return Ok(None);
        }
        update = next.log.last().and_then(|line| match &line.entry {
            Entry::Reweighed(update) => Some(update.clone()),
            _ => None,
        });
        experiment = next;
    }
    let settled = settle(bandits, &experiment, now).await;
    // What is analysed is what visitors got: it depends on when they did.
    let note = match &settled {
        Err(_) => update.is_some().then(|| experiment.clone().delayed(now)),
        Ok(()) => experiment.is_delayed().then(|| experiment.clone().published(now)),
    };
    let noted = match note {
        Some(noted) => bandits.desk.save(experiment.version, &noted, bandits.currency).await,
        None => Ok(true),
    };
    settled?;
    noted?;
    Ok(update)
}

/// Makes the published flag follow the record: compares, and changes what is other.
async fn settle(bandits: Bandits<'_>, experiment: &Experiment, now: i64) -> Result<(), AmendError> {
    let Some(update) = experiment.update() else { return Ok(()) };
    let (flag, key) = (experiment.design.flag.as_str(), experiment.key.as_str());
    let published = attached(bandits.press, Attachment::Flags).await?;
    let document = published.and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
    let is_published = document.as_ref().is_some_and(|document| has_shares(document, flag, key, update));
    if is_published {
        return Ok(());
    }
    // A name for a change that is made anew until it is done: by its content, it has its effect once.
    let name = IdempotencyKey::parse(&format!("bandit/{key}/{}/{now}", experiment.version))
        .map_err(|error| PortError::Unexpected(error.to_string()))?;
    let reason = format!("{key}: {}", said(update));
    let edit = |document: &mut Value| with_shares(document, flag, key, update);
    match amend(bandits.press, bandits.flags, MEMBER, &reason, &name, now, &edit).await {
        // The rule is gone or is another one: the page of the experiment says so, and there is nothing to be done here.
        Ok(_) | Err(AmendError::Misfit(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

/// `25.5 : 74.5 %`; of devices with their own, `25.5 : 74.5 %, phone 90 : 10 %`.
fn said(update: &Reweighed) -> String {
    let said = |parts: &[u32]| {
        let shares: Vec<String> = parts.iter().map(|part| (f64::from(*part) / 100.0).to_string()).collect();
        format!("{} %", shares.join(" : "))
    };
    let contexts = update.contexts.iter().map(|(device, parts)| format!(", {device} {}", said(parts)));
    std::iter::once(said(&update.parts)).chain(contexts).collect()
}
