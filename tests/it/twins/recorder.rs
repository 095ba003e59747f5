//! A store that writes down the shape of every call: which reads, of how many keys, in which order; never a value.

use async_trait::async_trait;
use parvis::store::{
    Batch, CommitError, Committed, Found, Keys, Memory, NetworkId, Prepare, Prepared, Range, Read, ReadAt, Schema,
    Source, Storage, StorageError,
};
use std::sync::{Arc, Mutex};

/// A store in memory that records.
#[derive(Clone)]
pub(crate) struct Recorder {
    memory: Arc<Memory>,
    calls: Arc<Mutex<Vec<String>>>,
}

impl Recorder {
    pub(crate) fn new() -> Recorder {
        Recorder {
            memory: Arc::new(Memory::new()),
            calls: Arc::default(),
        }
    }

    /// The calls since this was asked before.
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.calls.lock().unwrap())
    }

    fn note(&self, call: String) {
        self.calls.lock().unwrap().push(call);
    }
}

fn keys(keys: &Keys) -> String {
    let source = |source: &Source| match source {
        Source::Given(parts) => format!("{} given", parts.len()),
        Source::Of { read, parts } => format!("of {read} {parts:?}"),
    };
    keys.0.iter().map(source).collect::<Vec<_>>().join(", ")
}

fn range(range: &Range) -> String {
    let (from, to) = (range.from.len(), range.to.len());
    let prefixes = keys(&range.prefixes);
    format!(
        "{} [{prefixes}] {from} {to} {:?} {} {:?}",
        range.index, range.dir, range.limit, range.want
    )
}

fn shape(read: &Read) -> String {
    match read {
        Read::Get { table, keys: of, want } => format!("get {table} [{}] {want:?}", keys(of)),
        Read::Scan(of) => format!("scan {}", range(of)),
        Read::Merge(of) => format!("merge {}", range(of)),
        // No value of the caller's stands in a walk: its start is a key of another read.
        other => format!("{other:?}"),
    }
}

#[async_trait]
impl Storage for Recorder {
    async fn prepare(&self, schema: &Schema, mode: Prepare) -> Result<Prepared, StorageError> {
        self.memory.prepare(schema, mode).await
    }

    async fn read(&self, network: NetworkId, reads: &[Read], at: ReadAt) -> Result<Found, StorageError> {
        self.note(format!("read {at:?} {:?}", reads.iter().map(shape).collect::<Vec<_>>()));
        self.memory.read(network, reads, at).await
    }

    async fn commit(&self, network: NetworkId, batch: Batch) -> Result<Committed, CommitError> {
        self.note("commit".to_owned());
        self.memory.commit(network, batch).await
    }
}
