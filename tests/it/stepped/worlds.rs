//! One past and its two next instants, and a storage that is at one of them: what a reader meets whose gaps the deeds fill.

use super::deeds::Deed;
use crate::town::{Town, clock, noon, settings};
use async_trait::async_trait;
use parvis::store::conformance::wait;
use parvis::store::{
    Batch, CommitError, Committed, Found, Memory, NetworkId, Prepare, Prepared, Read, ReadAt, Schema, Storage,
    StorageError,
};
use parvis::{Parvis, Time};
use std::sync::atomic::{AtomicUsize, Ordering};

/// The world before a pair of deeds, between them, and after: what is stored and what the clock shows.
pub(crate) struct Worlds(pub(crate) [(Memory, Time); 3]);

impl Worlds {
    /// Carries the pair out, each deed to its end.
    pub(crate) fn of(town: &Town, pair: &[Deed; 2]) -> Worlds {
        let clock = clock();
        let mut at = town.memory.fork();
        let mut worlds = vec![(at.fork(), noon())];
        for deed in pair {
            at = at.fork();
            wait(async {
                let db = Parvis::open(at.clone(), settings(&clock)).await.unwrap();
                deed.run(&db, &clock).await;
            });
            worlds.push((at.fork(), parvis::Clock::now(&clock)));
        }
        let [before, between, after] = <[_; 3]>::try_from(worlds).map_err(|_| ()).unwrap();
        Worlds([before, between, after])
    }
}

/// How the storage of [`Switch`] breaks the promise that the gate is built on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mutant {
    /// It keeps it.
    None,
    /// Rights come from the instant before the one that contents come from.
    EarlyRights,
    /// Contents come from the instant before the one that rights come from.
    LateRights,
    /// The first half of the reads of a call comes from the instant before.
    Torn,
    /// A call is served at an instant that is over.
    Stale,
    /// It keeps it, and what may be old is as old as it may be.
    Old,
}

/// The tables that say who the reader is and where he may read.
const RIGHTS: [&str; 7] = ["external", "person", "unit", "member", "follow", "block", "space"];

/// The worlds, at one of their instants.
pub(crate) struct Switch {
    pub(crate) worlds: Worlds,
    pub(crate) at: AtomicUsize,
    pub(crate) mutant: Mutant,
    /// Reads that were answered from before.
    pub(crate) old: AtomicUsize,
}

impl Switch {
    fn table(read: &Read) -> &'static str {
        match read {
            Read::Get { table, .. } => table,
            Read::Walk { index, .. } => index,
            Read::Scan(range) | Read::Merge(range) => range.index,
        }
    }
}

#[async_trait]
impl Storage for Switch {
    async fn prepare(&self, schema: &Schema, mode: Prepare) -> Result<Prepared, StorageError> {
        self.worlds.0[0].0.prepare(schema, mode).await
    }

    async fn read(&self, network: NetworkId, reads: &[Read], at: ReadAt) -> Result<Found, StorageError> {
        let now = self.at.load(Ordering::SeqCst);
        if let (Mutant::Old, ReadAt::AtLeast(position)) = (self.mutant, at) {
            for (age, (world, _)) in self.worlds.0[..=now].iter().enumerate() {
                let found = world.read(network, reads, at).await?;
                if found.position.number >= position.number {
                    self.old.fetch_add(usize::from(age < now), Ordering::SeqCst);
                    return Ok(found);
                }
            }
        }
        let before = self.worlds.0[now.saturating_sub(1)].0.read(network, reads, at).await?;
        let mut found = self.worlds.0[now].0.read(network, reads, at).await?;
        let half = reads.len() / 2;
        for (number, (set, old)) in found.sets.iter_mut().zip(before.sets).enumerate() {
            let rights = RIGHTS.contains(&Switch::table(&reads[number]));
            let swap = match self.mutant {
                Mutant::None | Mutant::Old => false,
                Mutant::EarlyRights => rights,
                Mutant::LateRights => !rights,
                Mutant::Torn => number < half,
                Mutant::Stale => true,
            };
            if swap {
                *set = old;
            }
        }
        Ok(found)
    }

    async fn commit(&self, network: NetworkId, batch: Batch) -> Result<Committed, CommitError> {
        self.worlds.0[self.at.load(Ordering::SeqCst)]
            .0
            .commit(network, batch)
            .await
    }
}
