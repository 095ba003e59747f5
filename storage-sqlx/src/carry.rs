//! One batch inside a transaction that holds the network's position row.

use crate::dialect::Arg;
use crate::facts::{Facts, Judged, facts, question};
use crate::release::unprepared;
use crate::talk::{Fault, Talk, Whole};
use crate::writes::{Basis, Round, committed, writes};
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

/// What became of a text that judges and writes.
pub(crate) enum AtOnce {
    /// All that there was to do.
    Carried(Carried),
    /// It was written so far; this has to follow in the same transaction.
    Begun(Vec<Round>, Committed),
    /// The network changed while it waited: the same text, sent again, sees it.
    Stale,
    /// It judges less than there is to judge. Nothing was written.
    Open,
}

/// Sends the text of a batch that judges and writes.
pub(crate) async fn at_once<E: Talk>(
    engine: &E,
    c: &mut E::Connection,
    schema: &Schema,
    number: i64,
    batch: &Batch,
    whole: Whole,
) -> Result<AtOnce, Fault> {
    let known = ask(engine, c, (number, batch), whole.text, whole.args).await?;
    Ok(match known.judged {
        Some(Judged::Stale) => AtOnce::Stale,
        Some(Judged::Written) => {
            let committed = committed(batch, &known)?;
            match whole.rest.is_empty() {
                true => AtOnce::Carried(Carried::Written(committed)),
                false => AtOnce::Begun(whole.rest, committed),
            }
        }
        Some(Judged::Refused) | None => match settled(schema, batch, &known) {
            Some(carried) => AtOnce::Carried(carried),
            None => known
                .judge(batch)
                .map_or_else(|error| AtOnce::Carried(Carried::Refused(error)), |()| AtOnce::Open),
        },
    })
}

/// The facts of a batch from a text that answers them.
async fn ask<E: Talk>(
    engine: &E,
    c: &mut E::Connection,
    (number, batch): (i64, &Batch),
    text: String,
    args: Vec<Arg>,
) -> Result<Facts, Fault> {
    let args: Vec<Arg> = two(number, batch).into_iter().chain(args).collect();
    let answer = engine.fetch(c, text.into(), &args).await?;
    let known = answer.and_then(|answer| facts(batch, &answer));
    Ok(known.ok_or(StorageError::Corrupt { table: "*" })?)
}

/// The first parameters of every text about a batch.
fn two(number: i64, batch: &Batch) -> [Arg; 2] {
    [Arg::Int(number), Arg::Bytes(batch.id.0.to_vec())]
}

/// The verdict where it does not depend on the conditions.
fn settled(schema: &Schema, batch: &Batch, known: &Facts) -> Option<Carried> {
    let usable = known.numbers.ok_or_else(|| unprepared(Some(schema)));
    if let Err(error) = usable.and_then(|numbers| numbers.usable(schema)) {
        return Some(Carried::Refused(error.into()));
    }
    let (request, first) = known.first.as_ref().filter(|_| batch.is_remembered())?;
    Some(if *request == batch.request {
        Carried::Known(first.clone())
    } else {
        Carried::Refused(CommitError::KeyReused)
    })
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
    if fits.is_ok()
        && let Some(whole) = engine.whole(schema, network, batch)?
    {
        match at_once(engine, c, schema, number, batch, whole).await? {
            AtOnce::Carried(carried) => return Ok(carried),
            AtOnce::Begun(rest, committed) => {
                run(engine, c, (number, batch), rest).await?;
                return Ok(Carried::Written(committed));
            }
            // The position row is held: what follows sees what was committed before.
            AtOnce::Stale | AtOnce::Open => {}
        }
    }
    let (text, args) = question(engine.dialect(), schema, &asked);
    let known = ask(engine, c, (number, &asked), text, args).await?;
    if let Some(carried) = settled(schema, batch, &known) {
        return Ok(carried);
    }
    if let Err(error) = fits.map_err(CommitError::from).and_then(|()| known.judge(batch)) {
        return Ok(Carried::Refused(error));
    }
    let committed = committed(batch, &known)?;
    let rounds = writes(engine.dialect(), schema, network, batch, Basis::Known(&known))?;
    run(engine, c, (number, batch), rounds).await?;
    Ok(Carried::Written(committed))
}

async fn run<E: Talk>(
    engine: &E,
    c: &mut E::Connection,
    (number, batch): (i64, &Batch),
    rounds: Vec<Round>,
) -> Result<(), Fault> {
    for round in rounds {
        let args: Vec<Arg> = two(number, batch).into_iter().chain(round.args).collect();
        let text = engine.dialect().together(round.statements);
        let text = engine.dialect().finish(text, args.len());
        engine.run(c, text.into(), &args).await?;
    }
    Ok(())
}
