//! The one task that writes: it takes batches from a queue and carries each out to its end, whoever still waits.

use super::connect::SqliteOptions;
use super::dialect::SqliteDialect;
use super::errors::{commit_failure, failure};
use super::prepare::prepare;
use super::run::{fetch, run};
use super::talk::SqliteEngine;
use crate::carry::{Carried, asked, carry};
use crate::dialect::{Arg, Dialect};
use crate::facts::{facts, question};
use crate::talk::{Fault, Make, Talk};
use crate::writes::{Basis, committed, writes};
use parvis::store::{Batch, CommitError, Committed, NetworkId, Prepare, Prepared, Schema, StorageError};
use sqlx::SqliteConnection;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use tokio::sync::oneshot::Sender;

/// What the task is asked.
pub(super) enum Job {
    /// Carry out a batch.
    Commit(Waiting),
    /// Fit the file to a schema.
    Prepare {
        schema: Arc<Schema>,
        mode: Prepare,
        answer: Sender<Result<Prepared, StorageError>>,
    },
    /// Close the connection.
    Close { answer: Sender<()> },
}

/// A batch, and who waits for its verdict.
pub(super) struct Waiting {
    pub(super) schema: Arc<Schema>,
    pub(super) network: NetworkId,
    pub(super) batch: Batch,
    pub(super) answer: Sender<Result<Committed, CommitError>>,
}

/// Batches that share one transaction, and its flush, at most.
const SHARED: usize = 64;

/// The task.
pub(super) struct Writer {
    options: SqliteOptions,
    /// Absent after a failure that left its state unknown; opened again for the next job.
    connection: Option<SqliteConnection>,
    networks: HashMap<NetworkId, i64>,
}

impl Writer {
    pub(super) fn new(options: SqliteOptions, connection: SqliteConnection) -> Writer {
        Writer {
            options,
            connection: Some(connection),
            networks: HashMap::new(),
        }
    }

    /// Works until nobody can ask any more.
    pub(super) async fn work(mut self, jobs: Receiver<Job>) {
        // What was taken while batches were gathered.
        let mut taken = None;
        // The receiver blocks: this thread has nothing else to do.
        while let Some(job) = taken.take().or_else(|| jobs.recv().ok()) {
            match job {
                Job::Commit(first) => {
                    let mut waiting = vec![first];
                    while waiting.len() < SHARED && taken.is_none() {
                        match jobs.try_recv() {
                            Ok(Job::Commit(next)) => waiting.push(next),
                            Ok(other) => taken = Some(other),
                            Err(_) => break,
                        }
                    }
                    self.commits(waiting).await;
                }
                Job::Prepare { schema, mode, answer } => {
                    let prepared = match self.connection().await {
                        Ok(connection) => prepare(connection, &schema, mode).await,
                        Err(error) => Err(error),
                    };
                    drop(answer.send(prepared));
                }
                Job::Close { answer } => {
                    self.close().await;
                    // Nobody may be waiting any more.
                    let _gone = answer.send(());
                    return;
                }
            }
        }
        self.close().await;
    }

    async fn close(&mut self) {
        if let Some(connection) = self.connection.take()
            && let Err(error) = sqlx::Connection::close(connection).await
        {
            tracing::warn!(%error, "sqlite failed to close the file");
        }
    }

    async fn connection(&mut self) -> Result<&mut SqliteConnection, StorageError> {
        if self.connection.is_none() {
            self.connection = Some(self.options.writer().await?);
        }
        self.connection.as_mut().ok_or(StorageError::Unavailable)
    }

    /// Batches that arrived while another one was flushed share a transaction, each with its own verdict. Where that fails
    /// before it commits, each is carried out alone.
    async fn commits(&mut self, waiting: Vec<Waiting>) {
        let verdicts = match waiting.as_slice() {
            [_] => None,
            several => self.together(several).await,
        };
        let Some(verdicts) = verdicts else {
            for one in waiting {
                let verdict = self.commit(&one.schema, one.network, &one.batch).await;
                // Nobody may be waiting any more.
                let _gone = one.answer.send(verdict);
            }
            return;
        };
        for (one, verdict) in waiting.into_iter().zip(verdicts) {
            let _gone = one.answer.send(verdict);
        }
    }

    async fn together(&mut self, waiting: &[Waiting]) -> Option<Vec<Result<Committed, CommitError>>> {
        self.connection().await.ok()?;
        let connection = self.connection.as_mut()?;
        run(connection, "begin immediate", &[]).await.ok()?;
        let mut verdicts = Vec::with_capacity(waiting.len());
        let mut written = false;
        for Waiting {
            schema, network, batch, ..
        } in waiting
        {
            let carried = in_turn(connection, &mut self.networks, schema, *network, batch).await;
            verdicts.push(match carried {
                Ok(carried) => carried.verdict(&mut written),
                Err(fault) => {
                    tracing::debug!(?fault, "batches are carried out one by one");
                    // Numbers that were made here go with the transaction.
                    self.networks.clear();
                    self.roll_back().await;
                    return None;
                }
            });
        }
        let end = if written { "commit" } else { "rollback" };
        if !written {
            self.networks.clear();
        }
        if let Err(error) = run(connection, end, &[]).await {
            self.networks.clear();
            let rolled_back = self.roll_back().await;
            let failed = commit_failure(&error, rolled_back);
            if failed == StorageError::OutcomeUnknown {
                self.close().await;
            }
            return Some(waiting.iter().map(|_| Err(failed.clone().into())).collect());
        }
        Some(verdicts)
    }

    async fn commit(&mut self, schema: &Schema, network: NetworkId, batch: &Batch) -> Result<Committed, CommitError> {
        let known = self.networks.get(&network).copied();
        let connection = self.connection().await?;
        let mut began = false;
        let result = carry_out(connection, schema, network, known, batch, &mut began).await;
        match result {
            Ok((number, committed)) => {
                self.networks.insert(network, number);
                Ok(committed)
            }
            Err(Failed::Before(error)) => {
                if began {
                    self.roll_back().await;
                }
                Err(error)
            }
            Err(Failed::While(error)) => {
                let rolled_back = self.roll_back().await;
                let failed = commit_failure(&error, rolled_back);
                if failed == StorageError::OutcomeUnknown {
                    // After a flush that failed a second one may say that all is well: the file is opened anew.
                    self.close().await;
                }
                Err(failed.into())
            }
        }
    }

    /// Takes back what was not committed; a connection that refuses is closed. Answers whether there was anything to take
    /// back.
    async fn roll_back(&mut self) -> bool {
        let Some(connection) = self.connection.as_mut() else {
            return false;
        };
        let rolled_back = run(connection, "rollback", &[]).await;
        if let Err(error) = &rolled_back {
            tracing::debug!(%error, "nothing to roll back");
            self.close().await;
        }
        rolled_back.is_ok()
    }
}

/// One batch of several in a transaction.
async fn in_turn(
    connection: &mut SqliteConnection,
    networks: &mut HashMap<NetworkId, i64>,
    schema: &Schema,
    network: NetworkId,
    batch: &Batch,
) -> Result<Carried, Fault> {
    let number = match networks.get(&network) {
        Some(number) => *number,
        None => {
            let made = SqliteEngine.number(connection, network, Make::Missing).await?;
            let number = made.ok_or(StorageError::Corrupt { table: "*" })?;
            networks.insert(network, number);
            number
        }
    };
    carry(&SqliteEngine, connection, schema, (network, number), batch).await
}

/// How far a batch came.
enum Failed {
    /// Nothing was written.
    Before(CommitError),
    /// It was being written or committed.
    While(sqlx::Error),
}

impl From<CommitError> for Failed {
    fn from(error: CommitError) -> Failed {
        Failed::Before(error)
    }
}

impl From<StorageError> for Failed {
    fn from(error: StorageError) -> Failed {
        Failed::Before(error.into())
    }
}

fn before(error: &sqlx::Error) -> Failed {
    failure(error).into()
}

async fn carry_out(
    connection: &mut SqliteConnection,
    schema: &Schema,
    network: NetworkId,
    known: Option<i64>,
    batch: &Batch,
    began: &mut bool,
) -> Result<(i64, Committed), Failed> {
    let (fits, asked) = asked(schema, batch);
    let number = match known {
        Some(number) => number,
        None => {
            *began = true;
            run(connection, "begin immediate", &[]).await.map_err(|error| {
                *began = false;
                before(&error)
            })?;
            let number = SqliteEngine.number(connection, network, Make::Missing).await;
            let number = number.map_err(Fault::error)?;
            number.ok_or(StorageError::Corrupt { table: "*" })?
        }
    };
    let (text, more) = question(&SqliteDialect, schema, &asked);
    let text = if *began {
        text
    } else {
        format!("begin immediate;{text}")
    };
    *began = true;
    let mut args = vec![Arg::Int(number), Arg::Bytes(batch.id.0.to_vec())];
    args.extend(more);
    let answer = fetch(connection, text, &args).await.map_err(|error| before(&error))?;
    let known = answer.and_then(|answer| facts(&asked, &answer));
    let known = known.ok_or(StorageError::Corrupt { table: "*" })?;
    let unprepared = StorageError::SchemaTooOld {
        found: 0,
        needed: schema.adds,
    };
    known.numbers.ok_or(unprepared)?.usable(schema)?;
    if batch.is_remembered()
        && let Some((request, first)) = known.first
    {
        run(connection, "rollback", &[]).await.map_err(|error| before(&error))?;
        *began = false;
        return match request == batch.request {
            true => Ok((number, first)),
            false => Err(CommitError::KeyReused.into()),
        };
    }
    fits?;
    known.judge(batch)?;
    let committed = committed(batch, &known)?;
    let rounds = writes(&SqliteDialect, schema, network, batch, Basis::Known(&known))?;
    args.truncate(2);
    let mut statements = Vec::new();
    for round in rounds {
        statements.extend(round.statements);
        args.extend(round.args);
    }
    statements.push("commit".to_owned());
    run(connection, SqliteDialect.together(statements), &args)
        .await
        .map_err(Failed::While)?;
    Ok((number, committed))
}
