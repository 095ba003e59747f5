//! What follows the log or the clock: projections that crash and start again or anew, due rows that are crossed, the agenda.

mod again;
mod clock;
mod crash;
mod idle;
mod watched;

use crate::oracle::history::{self, Size};
use parvis::store::conformance::wait;
use parvis::store::{
    AGENDA, AGENDA_NETWORK, Dir, Keys, LOG, Memory, NetworkId, Parts, Range, Read, ReadAt, Row, Storage, Want,
};
use parvis::testing::{ManualClock, config};
use parvis::{Config, Parvis, Time, Upkeep};
use std::sync::Arc;

/// The network of the oracle's histories.
const NETWORK: &str = crate::oracle::drive::NETWORK;

/// A process that works behind the commands of a store; it shares nothing with others but the store.
fn worker(storage: Arc<dyn Storage>, clock: &ManualClock, seed: u64) -> Parvis {
    // Seeds far apart: what two processes draw must differ.
    let config: Config = config(clock, (1 + seed) << 40).upkeep(Upkeep::Worker);
    wait(Parvis::open_shared(storage, config)).unwrap()
}

/// A random organisation and what happened in it, that nobody followed yet.
fn past(seed: u64, commands: usize) -> Memory {
    let memory = Memory::new();
    let size = Size {
        persons: 10,
        spaces: 5,
        commands,
        glances: false,
        every: usize::MAX,
    };
    let lived = wait(history::unfollowed(memory.clone(), seed, size));
    let found = lived.err().map(|it| format!("{}: {}", it.by, it.said));
    assert_eq!(found, None, "history {seed}");
    memory
}

/// The same, each command followed at once by what it brings.
fn lived(seed: u64, commands: usize) -> Memory {
    let memory = Memory::new();
    let size = Size {
        persons: 10,
        spaces: 5,
        commands,
        glances: false,
        every: usize::MAX,
    };
    let (_, lived) = wait(history::run(memory.clone(), seed, size, |config| {
        config.upkeep(Upkeep::Inline)
    }));
    assert_eq!(
        lived.err().map(|it| format!("{}: {}", it.by, it.said)),
        None,
        "history {seed}"
    );
    memory
}

/// All rows of a table.
fn rows(memory: &Memory, network: &str, table: &'static str) -> Vec<Row> {
    let tables = parvis::testing::schema();
    let document = table == LOG || tables.tables.iter().any(|it| it.name == table && it.document);
    let range = Range {
        index: table,
        prefixes: Keys::given([Parts::new()]),
        from: Parts::new(),
        to: Parts::new(),
        dir: Dir::Up,
        limit: 100_000,
        want: if document { Want::Document } else { Want::Columns },
    };
    let network = if table == AGENDA {
        AGENDA_NETWORK
    } else {
        NetworkId::named(network)
    };
    let found = wait(memory.read(network, &[Read::Scan(range)], ReadAt::Fresh)).unwrap();
    found.sets.into_iter().next().unwrap().rows
}

/// Rows by table.
type Derived = Vec<(&'static str, Vec<Row>)>;

/// What the projections derived, without the ids of the batches that wrote it.
fn derived(memory: &Memory) -> Derived {
    let tables = parvis::testing::schema().tables;
    let own = [LOG, AGENDA, "due", "follower_position", "worker"];
    let tables = tables.iter().map(|table| table.name).filter(|name| !own.contains(name));
    let unstamped = |mut row: Row| {
        row.stamp = None;
        row
    };
    tables
        .map(|name| (name, rows(memory, NETWORK, name).into_iter().map(unstamped).collect()))
        .collect()
}

/// How often a word stands in the log.
fn logged(memory: &Memory, network: &str, verb: &str) -> usize {
    let entry = format!("\"verb\":\"{verb}\"");
    let log = rows(memory, network, LOG);
    log.iter()
        .filter(|row| row.document.as_ref().unwrap().contains(&entry))
        .count()
}

/// Later than all that happens in a history.
fn later() -> ManualClock {
    ManualClock::new("2027-06-01T08:00:00Z".parse::<Time>().unwrap())
}
