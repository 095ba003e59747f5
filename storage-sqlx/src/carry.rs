//! One batch inside a transaction that holds the network's position row.

use crate::dialect::Arg;
use crate::facts::{facts, question};
use crate::release::unprepared;
use crate::talk::{Fault, Talk};
use crate::writes::writes;
use parvis::store::{Batch, CommitError, Committed, NetworkId, Schema, StorageError, check_batch};
use std::borrow::Cow;

/// What became of a batch.
pub(crate) enum Carried {
    /// It was written; it lasts once the transaction commits.
    Written(Committed),
    /// It was committed before: the first answer.
    Known(Committed),
    /// A condition of it does not hold; nothing was written.
    Refused(CommitError),
}

impl Carried {
    /// What whoever sent it learns once the transaction has committed; `written` becomes true where there is something to
    /// commit.
    pub(crate) fn verdict(self, written: &mut bool) -> Result<Committed, CommitError> {
        match self {
            Carried::Written(committed) => {
                *written = true;
                Ok(committed)
            }
            Carried::Known(committed) => Ok(committed),
            Carried::Refused(error) => Err(error),
        }
    }
}

/// Whether a batch fits the schema, and what is asked about it: one that does not fit is refused only after it was looked up,
/// since the first success counts.
pub(crate) fn asked<'a>(schema: &Schema, batch: &'a Batch) -> (Result<(), StorageError>, Cow<'a, Batch>) {
    let fits = check_batch(schema, batch);
    let asked = match &fits {
        Ok(()) => Cow::Borrowed(batch),
        Err(_) => Cow::Owned(Batch::new(batch.id, batch.request, batch.time)),
    };
    (fits, asked)
}

/// Judges a batch and writes it.
pub(crate) async fn carry<E: Talk>(
    engine: &E,
    c: &mut E::Connection,
    schema: &Schema,
    (network, number): (NetworkId, i64),
    batch: &Batch,
) -> Result<Carried, Fault> {
    let (fits, asked) = asked(schema, batch);
    let two = [Arg::Int(number), Arg::Bytes(batch.id.0.to_vec())];
    let (text, more) = question(engine.dialect(), schema, &asked);
    let args: Vec<Arg> = two.iter().cloned().chain(more).collect();
    let answer = engine.fetch(c, text.into(), &args).await?;
    let known = answer.and_then(|answer| facts(&asked, &answer));
    let known = known.ok_or(StorageError::Corrupt { table: "*" })?;
    let usable = known.numbers.ok_or_else(|| unprepared(Some(schema)));
    if let Err(error) = usable.and_then(|numbers| numbers.usable(schema)) {
        return Ok(Carried::Refused(error.into()));
    }
    if batch.is_remembered()
        && let Some((request, first)) = known.first
    {
        return Ok(if request == batch.request {
            Carried::Known(first)
        } else {
            Carried::Refused(CommitError::KeyReused)
        });
    }
    if let Err(error) = fits.map_err(CommitError::from).and_then(|()| known.judge(batch)) {
        return Ok(Carried::Refused(error));
    }
    let (rounds, committed) = writes(engine.dialect(), schema, network, batch, &known)?;
    for round in rounds {
        let args: Vec<Arg> = two.iter().cloned().chain(round.args).collect();
        let text = engine.dialect().together(round.statements);
        let text = engine.dialect().finish(text, args.len());
        engine.run(c, text.into(), &args).await?;
    }
    Ok(Carried::Written(committed))
}
