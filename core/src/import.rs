//! Import: organisations coming in row by row, places and members before items. `docs/import-format.md` describes the rows.
//!
//! Invariants hold, rights are not asked, nobody is notified: what an old system had shown comes as rows of its own. A row is known again by the host's id.

mod chunk;
mod contents;
mod crowd;
mod members;
mod missing;
mod moves;
mod notices;
mod places;
mod rows;

pub use rows::{
    CommentRow, FollowRow, ImportRow, MemberRow, NoticeKind, NoticeRow, PersonRow, PostAudience, PostRow, ReactionRow,
    SpaceRow, UnitRow,
};

use crate::actor::Actor;
use crate::answer;
use crate::error::{Error, Reason};
use crate::gate::answer::{Echo, Meter, Word};
use crate::markup;
use crate::operations::{EndMissing, ImportRows};
use crate::people::names::{self, MAX_ENTRIES};
use crate::spaces::Role;
use crate::store::MAX_OPERATIONS;
use crate::store::execute::Command;
use chunk::{Bad, BadReason, Names, Outcome};
use std::collections::HashSet;

answer! {
    /// Why one row was refused.
    pub struct BadRow {
        /// Its place in the request, counted from 0.
        pub row: Echo<u64>,
        /// What was wrong.
        pub reason: Word,
        /// The column, where it was one.
        pub field: Echo<Option<String>>,
        /// The value as it stood in the row.
        pub value: Echo<Option<String>>,
    }
}

answer! {
    /// What became of the rows of one call.
    pub struct ImportReport {
        /// Rows that were created.
        pub new: Meter,
        /// Rows that replaced an older one.
        pub changed: Meter,
        /// Rows that were as before.
        pub same: Meter,
        /// Rows that were refused.
        pub bad: Vec<BadRow>,
    }
}

answer! {
    /// What became of the people who may act.
    pub struct EndedReport {
        /// Those whose accounts ended now.
        pub ended: Meter,
        /// Those who stayed.
        pub stayed: Meter,
    }
}

/// How often a chunk is begun again whose hints had become others.
const ATTEMPTS: usize = 3;
/// A request holds at most this many rows.
const MAX_ROWS: usize = 500;

/// Checks, writes and log entries that a batch of an import may hold.
const ROOM: usize = MAX_OPERATIONS - 10;

/// Rows that the marks of a text may take: a tag or a mention and its timeline, and what they were before.
fn marked(text: &str) -> usize {
    let marks = markup::marks(text);
    4 * (marks.tags.len() + marks.mentions.len())
}

/// How many of the first rows, all of one kind, fit one batch with all their checks.
fn fitting(rows: &[ImportRow]) -> usize {
    let mut named = HashSet::new();
    let mut taken = 0;
    for (at, row) in rows.iter().enumerate() {
        // A row and its name; a check for each of them and for what it names.
        let (own, names): (usize, [Option<&String>; 2]) = match row {
            ImportRow::Unit(row) => (4, [row.parent.as_ref(), None]),
            // And the rows by which it is found, those of an older name too; of a person a log entry.
            ImportRow::Person(row) => (8 + MAX_ENTRIES + names::entries(&row.name, None).len(), [None, None]),
            ImportRow::Space(row) => (
                9 + MAX_ENTRIES + names::entries(&row.name, None).len(),
                [row.owner.as_ref(), None],
            ),
            ImportRow::Member(row) => (
                2 + usize::from(row.role != Role::Member) + usize::from(row.expires.is_some()),
                [Some(&row.person), Some(&row.person)],
            ),
            ImportRow::Follow(row) => (2, [Some(&row.person), None]),
            ImportRow::Post(row) => (12 + marked(&row.text), [Some(&row.author), None]),
            ImportRow::Comment(row) => (11 + marked(&row.text), [Some(&row.person), Some(&row.post)]),
            ImportRow::Reaction(row) => (6, [Some(&row.person), Some(&row.post)]),
            // The row, that it is unread, and the check that it is new.
            ImportRow::Notice(row) => (2 + usize::from(!row.read), [None, None]),
        };
        taken += own;
        for (kind, name) in names.into_iter().enumerate() {
            taken += usize::from(name.is_some_and(|name| named.insert((kind, name))));
        }
        if taken > ROOM {
            return at.max(1);
        }
    }
    rows.len()
}

pub(crate) async fn end_missing(actor: &Actor, request: EndMissing) -> Result<EndedReport, Error> {
    missing::end(actor, request).await
}

pub(crate) async fn put(actor: &Actor, request: ImportRows) -> Result<ImportReport, Error> {
    let app = actor.app()?;
    if request.rows.len() > MAX_ROWS {
        return Err(Error::new(Reason::LongList).at("rows"));
    }
    let mut report = ImportReport {
        new: Meter(0),
        changed: Meter(0),
        same: Meter(0),
        bad: Vec::new(),
    };
    let mut rest: &[ImportRow] = &request.rows;
    let mut done = 0;
    while let Some(first) = rest.first() {
        let same_kind = |row: &&ImportRow| std::mem::discriminant(*row) == std::mem::discriminant(first);
        let same = rest.iter().take_while(same_kind).count();
        let fitting = rest.get(..same).map_or(1, fitting);
        // Even chunks: as many batches as a few large ones and a small one.
        let (chunk, later) = rest.split_at(same.div_ceil(same.div_ceil(fitting.max(1)).max(1)));
        let outcomes = put_chunk(actor, app, chunk, done).await?;
        for (at, outcome) in outcomes.into_iter().enumerate() {
            match outcome {
                Outcome::New => report.new.0 += 1,
                Outcome::Changed => report.changed.0 += 1,
                Outcome::Same => report.same.0 += 1,
                Outcome::Bad(Bad { reason, field, value }) => report.bad.push(BadRow {
                    row: Echo((done + at) as u64),
                    reason: Word(reason.as_str()),
                    field: Echo(field),
                    value: Echo(value),
                }),
            }
        }
        (rest, done) = (later, done + chunk.len());
    }
    Ok(report)
}

/// One chunk as one batch. Where a bound of a counter refuses it, its rows go one by one, so that only the guilty are bad.
async fn put_chunk(actor: &Actor, app: &str, rows: &[ImportRow], before: usize) -> Result<Vec<Outcome>, Error> {
    let mut attempts = 0..ATTEMPTS;
    loop {
        match put_batch(actor, app, rows, before).await {
            Err(error) if matches!(error.reason, Reason::LastOwner | Reason::ManyTies) => break,
            // What was hinted is no longer so: hinted anew.
            Err(error) if error.reason == Reason::Contended && attempts.next().is_some() => {}
            other => return other,
        }
    }
    let mut outcomes = Vec::with_capacity(rows.len());
    for (at, row) in rows.iter().enumerate() {
        match put_batch(actor, app, std::slice::from_ref(row), before + at).await {
            Ok(outcome) => outcomes.extend(outcome),
            Err(error) if matches!(error.reason, Reason::LastOwner | Reason::ManyTies) => {
                let reason = if error.reason == Reason::LastOwner {
                    BadReason::LastOwner
                } else {
                    BadReason::TooLong
                };
                outcomes.push(Outcome::Bad(Bad {
                    reason,
                    field: None,
                    value: None,
                }));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(outcomes)
}

/// Collects the rows of one kind.
macro_rules! only {
    ($rows:expr, $kind:ident) => {
        $rows
            .iter()
            .filter_map(|row| {
                if let ImportRow::$kind(row) = row {
                    Some(row)
                } else {
                    None
                }
            })
            .collect()
    };
}

async fn put_batch(actor: &Actor, app: &str, rows: &[ImportRow], before: usize) -> Result<Vec<Outcome>, Error> {
    let named: Vec<_> = rows.iter().flat_map(chunk::names_of).collect();
    let wanted: Vec<_> = named.iter().map(|(named, name)| (*named, name.as_str())).collect();
    let hinted = matches!(
        rows.first(),
        Some(ImportRow::Post(_) | ImportRow::Reaction(_) | ImportRow::Comment(_) | ImportRow::Notice(_))
    );
    let mut names = chunk::resolve(actor, app, &wanted, hinted).await?;
    let notices: Vec<_> = only!(rows, Notice);
    if !notices.is_empty() {
        names.find_comments(actor, &notices).await?;
    }
    let names: &Names = &names;
    let network = actor.network;
    let before = u32::try_from(before).unwrap_or_default();
    match rows.first() {
        None => Ok(Vec::new()),
        Some(ImportRow::Unit(_)) => {
            run(
                actor,
                places::Units {
                    app,
                    rows: only!(rows, Unit),
                    names,
                },
            )
            .await
        }
        Some(ImportRow::Person(_)) => {
            run(
                actor,
                places::People {
                    app,
                    rows: only!(rows, Person),
                    names,
                },
            )
            .await
        }
        Some(ImportRow::Space(_)) => {
            run(
                actor,
                places::Spaces {
                    app,
                    rows: only!(rows, Space),
                    names,
                },
            )
            .await
        }
        Some(ImportRow::Member(_)) => {
            run(
                actor,
                members::Members {
                    rows: only!(rows, Member),
                    names,
                },
            )
            .await
        }
        Some(ImportRow::Follow(_)) => {
            run(
                actor,
                members::Follows {
                    rows: only!(rows, Follow),
                    names,
                },
            )
            .await
        }
        Some(ImportRow::Post(_)) => {
            run(
                actor,
                contents::Posts {
                    app,
                    network,
                    before,
                    rows: only!(rows, Post),
                    names,
                },
            )
            .await
        }
        Some(ImportRow::Reaction(_)) => {
            run(
                actor,
                contents::Reactions {
                    rows: only!(rows, Reaction),
                    names,
                },
            )
            .await
        }
        Some(ImportRow::Notice(_)) => run(actor, notices::Notices { rows: notices, names }).await,
        Some(ImportRow::Comment(_)) => {
            run(
                actor,
                contents::Comments {
                    app,
                    before,
                    rows: only!(rows, Comment),
                    names,
                },
            )
            .await
        }
    }
}

async fn run<C: Command<Made = Vec<Outcome>>>(actor: &Actor, command: C) -> Result<Vec<Outcome>, Error> {
    Ok(actor.execute(&command, None).await?.made)
}
