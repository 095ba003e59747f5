//! The one commit loop: load facts, decide, commit; decide again on a conflict.
//!
//! Every row that a decision loaded is checked by the batch, whether the decision looked at it or not: a decision cannot
//! leave a fact out.

use super::batch::{Batch, Cause, Check, CommitError, Expect, Wake, Write};
use super::read::{Read, Rows};
use super::record::Record;
use super::schema::{Class, Schema};
use super::value::{CommitId, NetworkId, Position, Value};
use crate::error::{Error, Reason};
use crate::gate::Switches;
use crate::gate::plan::{Plan, Snapshot};
use crate::ids::{IdMaker, Time, hash16};
use crate::log::Entry;
use serde::{Serialize, de::DeserializeOwned};

/// How often a command is decided again before it answers `contended`.
const ATTEMPTS: usize = 8;

/// What a command needs to know of its surroundings.
pub(crate) struct Context<'a> {
    pub(crate) storage: &'a dyn super::Storage,
    pub(crate) schema: &'a Schema,
    pub(crate) network: NetworkId,
    /// Names the one who acts, for commit ids.
    pub(crate) actor: Vec<u8>,
    pub(crate) clock: Time,
    /// Makes the command's commit id; drawn by chance where the caller gave none.
    pub(crate) idempotency: Idempotency,
    pub(crate) switches: &'a Switches,
}

/// Where a command's idempotency key comes from.
pub(crate) enum Idempotency {
    /// From the caller: a repeated call answers with the first success.
    Given(String),
    /// Drawn: the call stands for itself.
    Drawn([u8; 16]),
}

/// A command: a value that loads facts and decides purely.
pub(crate) trait Command: Serialize + Send + Sync {
    /// Name in the table of operations.
    const NAME: &'static str;
    /// The slots of its reads.
    type Slots: Send;
    /// What it made: ids, kept with the commit.
    type Made: Serialize + DeserializeOwned + Send;

    /// Appends the reads of every fact.
    fn load(&self, plan: &mut Plan) -> Self::Slots;

    /// Decides from the facts of one snapshot; writes into the draft only.
    fn decide(&self, facts: &Snapshot, slots: Self::Slots, draft: &mut Draft) -> Result<Self::Made, Error>;

    /// The reason where a bound of a counter was crossed.
    fn bound(&self, _table: &'static str) -> Reason {
        Reason::Contended
    }
}

/// The batch in the making.
pub(crate) struct Draft {
    pub(crate) now: Time,
    pub(crate) switches: Switches,
    /// What the clock says, which may be behind `now`: workers look at the clock.
    clock: Time,
    ids: IdMaker,
    batch: Batch,
}

impl Draft {
    /// The bytes of a new id.
    pub(crate) fn id(&mut self) -> [u8; 16] {
        self.ids.make()
    }

    /// The bytes of a new id with an instant of its own.
    pub(crate) fn id_at(&mut self, at: Time) -> [u8; 16] {
        self.ids.make_at(at)
    }

    /// The next ids come after `n` others that were made of the same instants elsewhere.
    pub(crate) fn ids_after(&mut self, n: u32) {
        self.ids.begin_at(n);
    }

    pub(crate) fn put<R: Record>(&mut self, row: &R) {
        self.batch.writes.push(row.put());
    }

    pub(crate) fn delete<R: Record>(&mut self, row: &R) {
        self.batch.writes.push(row.delete());
    }

    /// Deletes a row that another one follows, unless both have the same key.
    pub(crate) fn delete_unless<R: Record>(&mut self, row: &R, follower: &R) {
        if row.key() != follower.key() {
            self.delete(row);
        }
    }

    /// Adds to a counter that stays at 0 or above.
    pub(crate) fn add(&mut self, table: &'static str, key: Vec<Value>, column: &'static str, n: i64) {
        self.add_within(table, key, column, n, 0, i64::MAX);
    }

    /// Adds to a counter whose value after must lie within bounds; else [`Command::bound`] names the reason.
    pub(crate) fn add_within(
        &mut self,
        table: &'static str,
        key: Vec<Value>,
        column: &'static str,
        n: i64,
        least: i64,
        most: i64,
    ) {
        let key = key.into_iter().map(Some).collect();
        let (at_least, at_most) = (Some(least), (most < i64::MAX).then_some(most));
        self.batch.writes.push(Write::Add {
            table,
            key,
            column,
            n,
            at_least,
            at_most,
        });
    }

    pub(crate) fn write(&mut self, write: Write) {
        self.batch.writes.push(write);
    }

    /// A log entry; workers are woken to follow it.
    pub(crate) fn log(&mut self, entry: &Entry) {
        // An entry is plain data: turning it into JSON cannot fail.
        self.batch.log.push(serde_json::to_string(entry).unwrap_or_default());
        self.batch.wake = Some(Wake::Sooner(self.clock.millis()));
    }

    /// A log entry that stands for all of its kind in this batch.
    pub(crate) fn log_once(&mut self, entry: &Entry) {
        let text = serde_json::to_string(entry).unwrap_or_default();
        if !self.batch.log.contains(&text) {
            self.log(entry);
        }
    }

    /// Whether nothing has been written.
    pub(crate) fn is_empty(&self) -> bool {
        self.batch.writes.is_empty() && self.batch.log.is_empty()
    }
}

/// What a command did.
pub(crate) struct Executed<M> {
    pub(crate) made: M,
    pub(crate) position: Position,
}

/// Runs a command to its end.
pub(crate) async fn execute<C: Command>(context: &Context<'_>, command: &C) -> Result<Executed<C::Made>, Error> {
    let body = serde_json::to_vec(command).map_err(|_| Error::new(Reason::Corrupt))?;
    let request = hash16(&[C::NAME.as_bytes(), &body]);
    let key: &[u8] = match &context.idempotency {
        Idempotency::Given(key) => key.as_bytes(),
        Idempotency::Drawn(bytes) => bytes,
    };
    let commit = CommitId(hash16(&[&context.network.0, &context.actor, C::NAME.as_bytes(), key]));
    for _ in 0..ATTEMPTS {
        let mut plan = Plan::new();
        let slots = command.load(&mut plan);
        let facts = plan.ask(context.storage, context.network).await?;
        let now = context.clock.max(facts.newest);
        let mut draft = Draft {
            now,
            switches: context.switches.clone(),
            clock: context.clock,
            ids: IdMaker::new(commit, now),
            batch: Batch::new(commit, request, now.millis()),
        };
        let made = match command.decide(&facts, slots, &mut draft) {
            Ok(made) => made,
            Err(refusal) => return first_success(context, commit, request).await?.ok_or(refusal),
        };
        let mut batch = draft.batch;
        let given = matches!(context.idempotency, Idempotency::Given(_));
        if given {
            batch.answer = serde_json::to_string(&made).map_err(|_| Error::new(Reason::Corrupt))?;
        }
        let own = batch.checks.len();
        for check in checks(context.schema, plan.reads(), facts.sets()) {
            let mut decided = batch.checks.iter().take(own);
            if !decided.any(|c| c.table == check.table && c.key == check.key) {
                batch.checks.push(check);
            }
        }
        if batch.writes.is_empty() && batch.log.is_empty() && batch.wake.is_none() {
            let nothing = Executed {
                made,
                position: facts.position,
            };
            return Ok(first_success(context, commit, request).await?.unwrap_or(nothing));
        }
        match context.storage.commit(context.network, batch).await {
            Ok(committed) if committed.repeated && given => return answer(&committed.answer, committed.position),
            // Under a drawn key only this very call can have sent it before.
            Ok(committed) => {
                return Ok(Executed {
                    made,
                    position: committed.position,
                });
            }
            Err(CommitError::Conflict(conflict)) => match conflict.cause {
                Cause::Bound | Cause::Overflow => {
                    let reason = command.bound(conflict.table);
                    if reason != Reason::Contended {
                        return Err(reason.into());
                    }
                }
                _ => tracing::debug!(table = conflict.table, "deciding again"),
            },
            Err(error) => return Err(error.into()),
        }
    }
    Err(Reason::Contended.into())
}

/// The first success under the caller's idempotency key, for a request that would now be refused or change nothing: a batch
/// that cannot be carried out asks the store for it.
///
/// # Errors
/// [`Reason::OtherRequest`] where the key belongs to another request.
async fn first_success<M: DeserializeOwned>(
    context: &Context<'_>,
    commit: CommitId,
    request: [u8; 16],
) -> Result<Option<Executed<M>>, Error> {
    if matches!(context.idempotency, Idempotency::Drawn(_)) {
        return Ok(None);
    }
    let mut probe = Batch::new(commit, request, context.clock.millis());
    let nobody = vec![Some(Value::Int(i64::MIN))];
    probe.checks.push(Check {
        table: super::schema::LOG,
        key: nobody,
        expect: Expect::Present,
    });
    match context.storage.commit(context.network, probe).await {
        Ok(committed) => answer(&committed.answer, committed.position).map(Some),
        Err(CommitError::KeyReused) => Err(Reason::OtherRequest.into()),
        Err(CommitError::Conflict(_)) => Ok(None),
        Err(CommitError::Storage(error)) => Err(error.into()),
    }
}

fn answer<M: DeserializeOwned>(text: &str, position: Position) -> Result<Executed<M>, Error> {
    let made = serde_json::from_str(text).map_err(|_| Error::new(Reason::Corrupt))?;
    Ok(Executed { made, position })
}

/// The checks that pin every fact: rows by their stamp, absent ones by their absence. Tables without stamps decide nothing.
fn checks(schema: &Schema, reads: &[Read], sets: &[Rows]) -> Vec<Check> {
    let mut checks: Vec<Check> = Vec::new();
    let mut known = std::collections::HashSet::new();
    for (read, set) in reads.iter().zip(sets) {
        let index = match read {
            Read::Get { table, .. } => table,
            Read::Walk { index, .. } => index,
            Read::Scan(range) | Read::Merge(range) => range.index,
        };
        let Some(table) = schema.table_of(index).filter(|table| table.class == Class::Stamped) else {
            continue;
        };
        debug_assert!(
            !matches!(read, Read::Scan(_) | Read::Merge(_)) || GUARDED.contains(&table.name),
            "a decision read the unguarded range `{}`",
            table.name
        );
        let lasting = LASTING.contains(&table.name);
        let rows = set
            .rows
            .iter()
            .filter(|_| !lasting)
            .filter_map(|row| Some((&row.key, Expect::Stamp(row.stamp?))));
        let absent = set.absent.iter().map(|key| (key, Expect::Absent));
        for (key, expect) in rows.chain(absent) {
            if known.insert((table.name, key.clone())) {
                checks.push(Check {
                    table: table.name,
                    key: key.clone(),
                    expect,
                });
            }
        }
    }
    checks
}

/// Tables whose rows are written once and never changed or deleted: that one is there is no fact that could change. That one
/// is absent still is.
const LASTING: &[&str] = &["external"];

/// Tables whose ranges a decision may read, because every command that writes one rewrites a row that the decision read
/// by its key: the audience keys of an item, the words of its version and whom it mentions are written together with it.
const GUARDED: &[&str] = &["audience", "mention", "text"];
