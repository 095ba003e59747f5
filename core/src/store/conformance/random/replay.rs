//! Scripts on the store and on memory side by side, and the shortest one that still differs.

use super::super::bench::{Bench, Stop};
use super::super::draft::all;
use super::super::schema::schema;
use super::{Step, comparable};
use crate::store::{Memory, NetworkId, Prepare, ReadAt, Storage};
use std::fmt::Debug;

/// A script is replayed at most this often while it is shrunk.
const ATTEMPTS: usize = 2_000;

/// The first difference between the store and memory; after the script everything is read once more.
pub(super) async fn differs(bench: &Bench, script: &[Step]) -> Result<Option<String>, Stop> {
    let fresh = bench.bare().await;
    let (store, model) = (&fresh.store, Memory::new());
    store.prepare(&schema(), Prepare::Upgrade).await?;
    model.prepare(&schema(), Prepare::Upgrade).await?;
    let mut networks: Vec<NetworkId> = vec![NetworkId::SYSTEM];
    for step in script {
        let (Step::Commit(network, _) | Step::Read(network, _)) = step;
        networks.push(*network);
        let difference = match step {
            Step::Commit(network, batch) => compare(
                comparable(store.commit(*network, batch.clone()).await),
                comparable(model.commit(*network, batch.clone()).await),
            ),
            Step::Read(network, reads) => compare(
                comparable(store.read(*network, reads, ReadAt::Fresh).await),
                comparable(model.read(*network, reads, ReadAt::Fresh).await),
            ),
        };
        if let Some(difference) = difference {
            return Ok(Some(format!("at {step:?}\n{difference}")));
        }
    }
    networks.sort();
    networks.dedup();
    let orders = schema().tables.into_iter().flat_map(|table| {
        let indexes: Vec<&'static str> = table.indexes.iter().map(|index| index.name).collect();
        std::iter::once(table.name).chain(indexes)
    });
    let everything: Vec<_> = orders.map(all).collect();
    for network in networks {
        let found = comparable(store.read(network, &everything, ReadAt::Fresh).await);
        let expected = comparable(model.read(network, &everything, ReadAt::Fresh).await);
        if let Some(difference) = compare(found, expected) {
            return Ok(Some(format!("in all that {network:?} holds in the end\n{difference}")));
        }
    }
    Ok(None)
}

fn compare<T: PartialEq + Debug>(found: T, expected: T) -> Option<String> {
    (found != expected).then(|| format!("found    {found:?}\nexpected {expected:?}"))
}

/// Leaves out steps, then parts of steps, as long as a difference remains.
pub(super) async fn shrink(bench: &Bench, script: Vec<Step>) -> Result<(Vec<Step>, String), Stop> {
    let mut script = script;
    let mut difference = differs(bench, &script)
        .await?
        .unwrap_or_else(|| "a difference that comes and goes".into());
    let mut attempts = 0;
    let mut length = script.len().div_ceil(2);
    while length > 0 {
        let mut start = 0;
        while start < script.len() && attempts < ATTEMPTS {
            attempts += 1;
            let shorter: Vec<Step> = script
                .iter()
                .take(start)
                .chain(script.iter().skip(start + length))
                .cloned()
                .collect();
            match differs(bench, &shorter).await? {
                Some(found) => (script, difference) = (shorter, found),
                None => start += length,
            }
        }
        length /= 2;
    }
    for position in 0..script.len() {
        let mut part = 0;
        while attempts < ATTEMPTS {
            attempts += 1;
            let mut smaller = script.clone();
            if !smaller.get_mut(position).is_some_and(|step| leave_out(step, part)) {
                break;
            }
            match differs(bench, &smaller).await? {
                Some(found) => (script, difference) = (smaller, found),
                None => part += 1,
            }
        }
    }
    Ok((script, difference))
}

/// Takes the numbered part out of a step; `false` where there is none. A read goes only from the end: others may name it.
fn leave_out(step: &mut Step, part: usize) -> bool {
    match step {
        Step::Read(_, reads) => part == 0 && reads.len() > 1 && reads.pop().is_some(),
        Step::Commit(_, batch) => {
            let (checks, writes, entries) = (batch.checks.len(), batch.writes.len(), batch.log.len());
            if part < checks {
                batch.checks.remove(part);
            } else if part < checks + writes {
                batch.writes.remove(part - checks);
            } else if part < checks + writes + entries {
                batch.log.remove(part - checks - writes);
            } else if part == checks + writes + entries && batch.wake.is_some() {
                batch.wake = None;
            } else {
                return false;
            }
            true
        }
    }
}
