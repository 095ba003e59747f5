//! A store in memory with one fault.

use super::fault::Fault;
use async_trait::async_trait;
use parvis::store::{
    AGENDA_NETWORK, Batch, CommitError, CommitId, Committed, Dir, Durability, Expect, Found, Keys, LOG, Memory,
    NetworkId, Part, Parts, Position, Prepare, Prepared, Range, Read, ReadAt, Row, Schema, Source, Storage,
    StorageError, Value, Wake, Want, Write, apply, run,
};
use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;
use std::task::Poll;

/// A store in memory with one fault.
pub(crate) struct Broken {
    fault: Fault,
    memory: Memory,
    sent: Mutex<HashMap<CommitId, u64>>,
    refusals: Mutex<HashMap<CommitId, CommitError>>,
    newest: Mutex<HashMap<NetworkId, i64>>,
    /// The store of [`Fault::LostAdd`]: a map whose commits race.
    racing: Mutex<Racing>,
}

/// A map, and the schema it was prepared for.
type Racing = (BTreeMap<Vec<u8>, Vec<u8>>, Option<Schema>);

impl Broken {
    pub(crate) fn new(fault: Fault) -> Broken {
        Broken {
            fault,
            memory: Memory::new(),
            sent: Mutex::default(),
            refusals: Mutex::default(),
            newest: Mutex::default(),
            racing: Mutex::default(),
        }
    }

    fn has(&self, fault: Fault) -> bool {
        self.fault == fault
    }

    fn network(&self, network: NetworkId) -> NetworkId {
        if self.has(Fault::NetworkIgnored) && network != AGENDA_NETWORK {
            NetworkId([1; 16])
        } else {
            network
        }
    }

    /// The read as this store understands it.
    fn asked(&self, read: &Read) -> Read {
        let mut read = read.clone();
        match (&mut read, self.fault) {
            (Read::Scan(range), Fault::WrongDirection) => range.dir = Dir::Up,
            (Read::Scan(range) | Read::Merge(range), Fault::LimitIgnored) => range.limit = u32::MAX,
            (Read::Walk { depth, .. }, Fault::DepthIgnored) => *depth = 16,
            _ => {}
        }
        read
    }

    async fn ask(&self, network: NetworkId, reads: &[Read], at: ReadAt) -> Result<Found, StorageError> {
        let reads: Vec<Read> = reads.iter().map(|read| self.asked(read)).collect();
        match self.fault {
            Fault::TornSnapshot => {
                let mut found = self.memory.read(network, &[], at).await?;
                for count in 1..=reads.len() {
                    std::thread::yield_now();
                    found
                        .sets
                        .extend(self.memory.read(network, &reads[..count], at).await?.sets.pop());
                }
                Ok(found)
            }
            Fault::OnlyOfFirst => {
                let schema = parvis::store::conformance::schema();
                let mut reads = reads;
                for number in 0..reads.len() {
                    let found = self.memory.read(network, &reads[..number], at).await?;
                    let earlier: Vec<_> = reads[..number].iter().filter_map(table_of).collect();
                    let (Read::Scan(Range { prefixes: keys, .. })
                    | Read::Merge(Range { prefixes: keys, .. })
                    | Read::Get { keys, .. }
                    | Read::Walk { start: keys, .. }) = &mut reads[number];
                    for source in &mut keys.0 {
                        let Source::Of { parts, .. } = source else { continue };
                        for part in parts {
                            let Part::Only { read, column } = part else { continue };
                            let Some(table) = earlier.get(*read).and_then(|name| schema.table_of(name)) else {
                                continue;
                            };
                            let Some(row) = found.sets[*read].rows.first() else {
                                continue;
                            };
                            let names = table.key.iter().chain(&table.columns).map(|field| field.name);
                            let mut values = names.zip(row.key.iter().chain(&row.columns));
                            if let Some((_, Some(value))) = values.find(|(name, _)| name == column) {
                                *part = Part::Const(value.clone());
                            }
                        }
                    }
                }
                self.memory.read(network, &reads, at).await
            }
            Fault::TornWalk => {
                let mut found = self.memory.read(network, &reads, at).await?;
                if let [
                    Read::Walk {
                        index, start, depth, ..
                    },
                ] = reads.as_slice()
                {
                    let mut rows: BTreeMap<Parts, Row> = BTreeMap::new();
                    let mut keys = start.clone();
                    for _ in 0..*depth {
                        std::thread::yield_now();
                        let step = Read::Get {
                            table: index,
                            keys,
                            want: Want::Document,
                        };
                        let found = self.memory.read(network, &[step], at).await?;
                        let step = &found.sets[0].rows;
                        keys = Keys::given(step.iter().filter_map(|row| Some(vec![Some(row.columns[0].clone()?)])));
                        rows.extend(step.iter().map(|row| (row.key.clone(), row.clone())));
                    }
                    found.sets[0].rows = rows.into_values().collect();
                }
                Ok(found)
            }
            Fault::LostAdd => {
                let state = self.racing.lock().unwrap().clone();
                let unprepared = StorageError::SchemaTooOld { found: 0, needed: 1 };
                run(&state.0, &state.1.ok_or(unprepared)?, network, &reads)
            }
            _ => self.memory.read(network, &reads, at).await,
        }
    }

    /// What this store makes of what one read found.
    async fn spoil(&self, network: NetworkId, reads: &[Read], number: usize, found: &mut Found) {
        let set = &mut found.sets[number];
        match (&reads[number], self.fault) {
            (Read::Scan(range), Fault::PageSkipsRow) if !range.from.is_empty() && !set.rows.is_empty() => {
                set.rows.remove(0);
            }
            (Read::Scan(Range { dir: Dir::Up, .. }), Fault::TextWithoutCase) => {
                set.rows.sort_by_key(|row| lowercase(&row.key));
            }
            (Read::Scan(Range { dir: Dir::Up, .. }), Fault::AbsentLast) => {
                set.rows.sort_by_key(|row| {
                    row.key
                        .iter()
                        .map(|part| (part.is_none(), part.clone()))
                        .collect::<Vec<_>>()
                });
            }
            (Read::Get { .. }, Fault::AbsentSwallowed) => set.absent.clear(),
            (Read::Merge(range), Fault::MergeRepeats) => {
                let one = |source: &Source| {
                    let prefixes = Keys(vec![source.clone()]);
                    Read::Scan(Range {
                        prefixes,
                        ..range.clone()
                    })
                };
                let asked: Vec<Read> = reads[..number]
                    .iter()
                    .cloned()
                    .chain(range.prefixes.0.iter().map(one))
                    .collect();
                if let Ok(found) = self.memory.read(network, &asked, ReadAt::Fresh).await {
                    let mut rows: Vec<Row> = found.sets.into_iter().skip(number).flat_map(|set| set.rows).collect();
                    let suffix = |row: &Row| row.key.iter().skip(2).cloned().collect::<Parts>();
                    rows.sort_by_key(suffix);
                    if range.dir == Dir::Down {
                        rows.reverse();
                    }
                    rows.truncate(range.limit as usize);
                    set.rows = rows;
                }
            }
            (read, Fault::LogWithGaps) if table_of(read) == Some(LOG) => {
                for row in &mut set.rows {
                    if let Some(Some(Value::Int(n))) = row.key.first_mut() {
                        *n *= 2;
                    }
                }
            }
            _ => {}
        }
    }

    /// The batch as this store understands it.
    fn understood(&self, mut batch: Batch) -> Batch {
        for write in &mut batch.writes {
            match (write, self.fault) {
                (Write::Add { at_least, at_most, .. }, Fault::BoundIgnored) => (*at_least, *at_most) = (None, None),
                (Write::DeleteRange { at_most, .. }, Fault::RangeUnlimited) => *at_most = u32::MAX,
                (
                    Write::Put {
                        document: Some(document),
                        ..
                    },
                    Fault::DocumentsTidied,
                ) => {
                    document.retain(|c| !c.is_whitespace());
                }
                _ => {}
            }
        }
        match (self.fault, batch.wake) {
            (Fault::SoonerIsExactly, Some(Wake::Sooner(at))) => batch.wake = Some(Wake::Exactly(Some(at))),
            (Fault::ChecksIgnored, _) => batch.checks.clear(),
            (Fault::LastConditionNamed, _) => batch.checks.reverse(),
            (Fault::RequestIgnored, _) => batch.request = [0; 16],
            (Fault::StampIgnored, _) => {
                for check in &mut batch.checks {
                    if matches!(check.expect, Expect::Stamp(_)) {
                        check.expect = Expect::Present;
                    }
                }
            }
            (Fault::ResendApplied, _) if batch.is_remembered() => {
                let mut sent = self.sent.lock().unwrap();
                let times = sent.entry(batch.id).or_default();
                batch.id.0[0] ^= u8::try_from(*times).unwrap();
                *times += 1;
            }
            _ => {}
        }
        batch
    }

    /// Puts and deletes first, bounded adds in a second commit.
    async fn torn(&self, network: NetworkId, batch: Batch) -> Result<Committed, CommitError> {
        let mut second = Batch {
            checks: Vec::new(),
            writes: Vec::new(),
            ..batch.clone()
        };
        let mut first = Batch {
            log: Vec::new(),
            wake: None,
            durability: Durability::Durable,
            ..batch
        };
        let adds = |write: &Write| matches!(write, Write::Add { .. } | Write::Max { .. });
        (second.writes, first.writes) = first.writes.into_iter().partition(adds);
        let id = first.id;
        first.id.0[0] ^= 0xff;
        let stamps = first.writes.iter().any(|write| matches!(write, Write::Put { .. }));
        if stamps && second.writes.is_empty() && second.log.is_empty() {
            first.id = id;
            (first.log, first.wake) = (second.log, second.wake);
            return self.memory.commit(network, first).await;
        }
        let committed = self.memory.commit(network, first).await?;
        if second.is_remembered() {
            self.memory.commit(network, second).await
        } else {
            Ok(committed)
        }
    }

    /// Rows of the free table first; then the whole batch, unless the future was dropped in between.
    async fn early(&self, network: NetworkId, batch: Batch) -> Result<Committed, CommitError> {
        let free = |write: &&Write| matches!(write, Write::Put { table: "marks", .. });
        let writes: Vec<Write> = batch.writes.iter().filter(free).cloned().collect();
        if batch.checks.is_empty() && !writes.is_empty() {
            let early = Batch {
                writes,
                ..Batch::new(batch.id, batch.request, batch.time)
            };
            self.memory.commit(network, early).await?;
            yield_once().await;
        }
        self.memory.commit(network, batch).await
    }

    async fn race(&self, network: NetworkId, batch: &Batch) -> Result<Committed, CommitError> {
        let (map, schema) = self.racing.lock().unwrap().clone();
        let schema = schema.ok_or(StorageError::SchemaTooOld { found: 0, needed: 1 })?;
        let applied = apply(&map, &schema, network, batch)?;
        std::thread::yield_now();
        let mut state = self.racing.lock().unwrap();
        write(&mut state.0, applied.writes);
        Ok(applied.committed)
    }
}

fn write(map: &mut BTreeMap<Vec<u8>, Vec<u8>>, writes: parvis::store::Writes) {
    for (key, value) in writes {
        match value {
            Some(value) => map.insert(key, value),
            None => map.remove(&key),
        };
    }
}

fn lowercase(parts: &Parts) -> Parts {
    let part = |part: &Option<Value>| match part {
        Some(Value::Text(text)) => Some(Value::Text(text.to_lowercase())),
        other => other.clone(),
    };
    parts.iter().map(part).collect()
}

fn table_of(read: &Read) -> Option<&'static str> {
    match read {
        Read::Get { table, .. } => Some(table),
        Read::Scan(range) | Read::Merge(range) => Some(range.index),
        Read::Walk { index, .. } => Some(index),
    }
}

async fn yield_once() {
    let mut polled = false;
    std::future::poll_fn(|context| {
        if std::mem::replace(&mut polled, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

#[async_trait]
impl Storage for Broken {
    async fn prepare(&self, schema: &Schema, mode: Prepare) -> Result<Prepared, StorageError> {
        let mut schema = schema.clone();
        if self.has(Fault::ColumnsUnfilled) {
            for column in schema.tables.iter_mut().flat_map(|table| &mut table.columns) {
                column.path = None;
            }
        }
        if self.has(Fault::LostAdd) {
            let mut state = self.racing.lock().unwrap();
            let (prepared, writes) = parvis::store::prepare(&state.0, &schema, mode)?;
            write(&mut state.0, writes);
            state.1 = Some(schema);
            return Ok(prepared);
        }
        self.memory.prepare(&schema, mode).await
    }

    async fn read(&self, network: NetworkId, reads: &[Read], at: ReadAt) -> Result<Found, StorageError> {
        let network = self.network(network);
        let mut found = match self.ask(network, reads, at).await {
            Err(StorageError::Refused { .. }) if self.has(Fault::NothingRefused) => self.ask(network, &[], at).await?,
            other => other?,
        };
        for number in 0..reads.len().min(found.sets.len()) {
            self.spoil(network, reads, number, &mut found).await;
        }
        match self.fault {
            Fault::LogWithGaps => found.position.number *= 2,
            Fault::TimeGoesBack => {
                let newest = self.newest.lock().unwrap();
                found.newest = newest.get(&network).copied().unwrap_or(found.newest);
            }
            _ => {}
        }
        Ok(found)
    }

    async fn commit(&self, network: NetworkId, batch: Batch) -> Result<Committed, CommitError> {
        let network = self.network(network);
        let (id, time, logs) = (batch.id, batch.time, !batch.log.is_empty());
        if let Some(refusal) = self.refusals.lock().unwrap().get(&id) {
            return Err(refusal.clone());
        }
        let batch = self.understood(batch);
        let answer = batch.answer.clone();
        let mut committed = match self.fault {
            Fault::TornBatch => self.torn(network, batch).await,
            Fault::TornByCancelling => self.early(network, batch).await,
            Fault::LostAdd => self.race(network, &batch).await,
            _ => self.memory.commit(network, batch).await,
        };
        match (&mut committed, self.fault) {
            (Ok(committed), Fault::LogWithGaps) => committed.position.number *= 2,
            (Ok(_), Fault::TimeGoesBack) if logs => {
                self.newest.lock().unwrap().insert(network, time);
            }
            (Err(refusal @ CommitError::Conflict(_)), Fault::RefusalRemembered) => {
                self.refusals.lock().unwrap().insert(id, refusal.clone());
            }
            (Err(CommitError::Storage(StorageError::Refused { .. })), Fault::NothingRefused) => {
                return Ok(Committed {
                    position: Position::START,
                    answer,
                    repeated: false,
                });
            }
            _ => {}
        }
        committed
    }
}
