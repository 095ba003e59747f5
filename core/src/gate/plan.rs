//! A call to the store in typed slots, and the snapshot that comes back.

use super::sealed::SealedSet;
use crate::ids::Time;
use crate::store::{
    Column, Dir, Found, Keys, NetworkId, Part, Parts, Position, Range, Read, ReadAt, Record, Rows, Storage,
    StorageError, Want, column,
};
use std::marker::PhantomData;

/// A read of a plan that answers rows of type `R`.
pub(crate) struct Slot<R> {
    at: usize,
    rows: PhantomData<fn() -> R>,
}

impl<R> Clone for Slot<R> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<R> Copy for Slot<R> {}

impl<R> Slot<R> {
    /// One key for each of its rows.
    pub(crate) fn each(self, parts: impl IntoIterator<Item = Part>) -> Keys {
        Keys::of(self.at, parts)
    }

    /// A column of its only row, as a part of keys of another read.
    pub(crate) fn only(self, column: &'static str) -> Part {
        Part::Only { read: self.at, column }
    }
}

/// The reads of one call.
#[derive(Default)]
pub(crate) struct Plan {
    reads: Vec<Read>,
}

impl Plan {
    pub(crate) fn new() -> Plan {
        Plan::default()
    }

    fn push<R>(&mut self, read: Read) -> Slot<R> {
        self.reads.push(read);
        Slot {
            at: self.reads.len() - 1,
            rows: PhantomData,
        }
    }

    /// How much of a row of `R` carries all its fields.
    fn want<R: Record>() -> Want {
        if R::table().document {
            Want::Document
        } else {
            Want::Columns
        }
    }

    /// Rows by their keys, whole.
    pub(crate) fn get<R: Record>(&mut self, keys: Keys) -> Slot<R> {
        self.push(Read::Get {
            table: R::TABLE,
            keys,
            want: Self::want::<R>(),
        })
    }

    /// Rows by their keys, without the document; the record's document fields stay empty.
    pub(crate) fn get_columns<R: Record>(&mut self, keys: Keys) -> Slot<R> {
        self.push(Read::Get {
            table: R::TABLE,
            keys,
            want: Want::Columns,
        })
    }

    /// The first `limit` rows of each range of keys.
    pub(crate) fn scan<R: Record>(&mut self, prefixes: Keys, dir: Dir, limit: u32) -> Slot<R> {
        self.range(R::TABLE, prefixes, Parts::new(), dir, limit)
    }

    /// The keys of the first `limit` rows of each range: what [`Snapshot::take_ids`] opens.
    pub(crate) fn scan_keys<R: Record>(&mut self, prefixes: Keys, dir: Dir, limit: u32) -> Slot<R> {
        self.keys_of(R::TABLE, prefixes, dir, limit)
    }

    /// The keys of the first `limit` rows of each range after `from`, in an order of one's choice.
    pub(crate) fn range_keys<R: Record>(
        &mut self,
        index: &'static str,
        prefixes: Keys,
        from: Parts,
        dir: Dir,
        limit: u32,
    ) -> Slot<R> {
        self.push(Read::Scan(Range {
            index,
            prefixes,
            from,
            to: Parts::new(),
            dir,
            limit,
            want: Want::Key,
        }))
    }

    /// The first `limit` rows of each range after `from`, in an order of one's choice.
    pub(crate) fn range<R: Record>(
        &mut self,
        index: &'static str,
        prefixes: Keys,
        from: Parts,
        dir: Dir,
        limit: u32,
    ) -> Slot<R> {
        let range = Range {
            index,
            prefixes,
            from,
            to: Parts::new(),
            dir,
            limit,
            want: Self::want::<R>(),
        };
        self.push(Read::Scan(range))
    }

    /// The keys of the first `limit` rows of each range, in an order of one's choice.
    pub(crate) fn keys_of<R: Record>(&mut self, index: &'static str, prefixes: Keys, dir: Dir, limit: u32) -> Slot<R> {
        let (from, to) = (Parts::new(), Parts::new());
        let range = Range {
            index,
            prefixes,
            from,
            to,
            dir,
            limit,
            want: Want::Key,
        };
        self.push(Read::Scan(range))
    }

    /// The keys of the last `limit` rows of each range between two bounds, in an order of one's choice.
    pub(crate) fn newest<R: Record>(
        &mut self,
        index: &'static str,
        prefixes: Keys,
        from: Parts,
        to: Parts,
        limit: u32,
    ) -> Slot<R> {
        let range = Range {
            index,
            prefixes,
            from,
            to,
            dir: Dir::Down,
            limit,
            want: Want::Key,
        };
        self.push(Read::Scan(range))
    }

    /// The last `limit` rows of all ranges before `from` as one order of one's choice.
    pub(crate) fn merge_by<R: Record>(
        &mut self,
        index: &'static str,
        prefixes: Keys,
        from: Parts,
        limit: u32,
    ) -> Slot<R> {
        let range = Range {
            index,
            prefixes,
            from,
            to: Parts::new(),
            dir: Dir::Down,
            limit,
            want: Self::want::<R>(),
        };
        self.push(Read::Merge(range))
    }

    /// The first `limit` rows of each range after `from` up to `to`, smallest first.
    pub(crate) fn between<R: Record>(&mut self, prefixes: Keys, from: Parts, to: Parts, limit: u32) -> Slot<R> {
        let range = Range {
            index: R::TABLE,
            prefixes,
            from,
            to,
            dir: Dir::Up,
            limit,
            want: Self::want::<R>(),
        };
        self.push(Read::Scan(range))
    }

    /// The first `limit` rows of all ranges as one order.
    pub(crate) fn merge<R: Record>(&mut self, prefixes: Keys, from: Parts, to: Parts, limit: u32) -> Slot<R> {
        let range = Range {
            index: R::TABLE,
            prefixes,
            from,
            to,
            dir: Dir::Down,
            limit,
            want: Want::Key,
        };
        self.push(Read::Merge(range))
    }

    /// Up a tree.
    pub(crate) fn walk<R: Record>(&mut self, start: Keys, next: &'static str) -> Slot<R> {
        let depth = crate::store::MAX_DEPTH;
        self.push(Read::Walk {
            index: R::TABLE,
            start,
            next,
            depth,
            want: Want::Columns,
        })
    }

    /// Asks the store. Always [`Fresh`](ReadAt::Fresh): what the gate and commands read decides.
    pub(crate) async fn ask(&self, storage: &dyn Storage, network: NetworkId) -> Result<Snapshot, StorageError> {
        self.ask_at(storage, network, ReadAt::Fresh).await
    }

    /// Asks the store for what decides nothing: candidates, and what orders them. It may be as old as a position.
    pub(crate) async fn ask_candidates(
        &self,
        storage: &dyn Storage,
        network: NetworkId,
        head: Position,
    ) -> Result<Snapshot, StorageError> {
        self.ask_at(storage, network, ReadAt::AtLeast(head)).await
    }

    async fn ask_at(&self, storage: &dyn Storage, network: NetworkId, at: ReadAt) -> Result<Snapshot, StorageError> {
        let found = storage.read(network, &self.reads, at).await?;
        Ok(Snapshot::new(network, found))
    }

    /// The reads, for the commit loop that turns facts into checks.
    pub(crate) fn reads(&self) -> &[Read] {
        &self.reads
    }
}

/// What one call found, of one instant.
pub(crate) struct Snapshot {
    pub(crate) network: NetworkId,
    pub(crate) position: Position,
    pub(crate) newest: Time,
    sets: Vec<Rows>,
}

impl Snapshot {
    fn new(network: NetworkId, found: Found) -> Snapshot {
        let newest = Time::from_millis(found.newest);
        Snapshot {
            network,
            position: found.position,
            newest,
            sets: found.sets,
        }
    }

    /// The rows of a slot, sealed.
    pub(crate) fn take<R: Record>(&self, slot: Slot<R>) -> Result<SealedSet<R>, StorageError> {
        let corrupt = StorageError::Corrupt { table: R::TABLE };
        let rows = &self.sets.get(slot.at).ok_or(corrupt)?.rows;
        rows.iter()
            .map(|row| R::decode(row))
            .collect::<Result<_, _>>()
            .map(SealedSet::seal)
    }

    /// One part of the keys of a slot's rows, sealed.
    pub(crate) fn take_ids<R: Record, I: Column>(
        &self,
        slot: Slot<R>,
        part: usize,
    ) -> Result<SealedSet<I>, StorageError> {
        let corrupt = StorageError::Corrupt { table: R::TABLE };
        let rows = &self.sets.get(slot.at).ok_or(corrupt)?.rows;
        rows.iter()
            .map(|row| column(&row.key, part, R::TABLE))
            .collect::<Result<_, _>>()
            .map(SealedSet::seal)
    }

    /// Raw rows by read, for the commit loop that turns facts into checks.
    pub(crate) fn sets(&self) -> &[Rows] {
        &self.sets
    }
}
