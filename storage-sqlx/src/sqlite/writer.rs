//! The one task that writes: it takes batches from a queue and carries each out to its end, whoever still waits.

use super::connect::SqliteOptions;
use super::dialect::{NAMES, SqliteDialect};
use super::errors::{commit_failure, failure};
use super::prepare::prepare;
use super::run::{fetch, run};
use crate::dialect::{Arg, Dialect};
use crate::facts::{facts, question};
use crate::writes::writes;
use parvis::store::{Batch, CommitError, Committed, NetworkId, Prepare, Prepared, Schema, StorageError, check_batch};
use sqlx::SqliteConnection;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use tokio::sync::oneshot::Sender;

/// What the task is asked.
pub(super) enum Job {
    /// Carry out a batch.
    Commit {
        schema: Arc<Schema>,
        network: NetworkId,
        batch: Batch,
        answer: Sender<Result<Committed, CommitError>>,
    },
    /// Fit the file to a schema.
    Prepare {
        schema: Arc<Schema>,
        mode: Prepare,
        answer: Sender<Result<Prepared, StorageError>>,
    },
    /// Close the connection.
    Close { answer: Sender<()> },
}

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
        // The receiver blocks: this thread has nothing else to do.
        for job in jobs {
            match job {
                Job::Commit {
                    schema,
                    network,
                    batch,
                    answer,
                } => drop(answer.send(self.commit(&schema, network, &batch).await)),
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
    // A batch that does not fit is refused only after it was looked up: the first success counts.
    let fits = check_batch(schema, batch);
    let empty;
    let asked = match &fits {
        Ok(()) => batch,
        Err(_) => {
            empty = Batch::new(batch.id, batch.request, batch.time);
            &empty
        }
    };
    let number = match known {
        Some(number) => number,
        None => {
            *began = true;
            let id = [Arg::Bytes(network.0.to_vec())];
            run(connection, "begin immediate", &[]).await.map_err(|error| {
                *began = false;
                before(&error)
            })?;
            let insert = format!("insert or ignore into {}(id) values($1)", NAMES.networks());
            run(connection, insert, &id).await.map_err(|error| before(&error))?;
            let select = format!("select n || '' from {} where id=$1", NAMES.networks());
            let number = fetch(connection, select, &id).await.map_err(|error| before(&error))?;
            let number = number.and_then(|number| number.parse().ok());
            number.ok_or(StorageError::Corrupt { table: "*" })?
        }
    };
    let (text, more) = question(&SqliteDialect, schema, asked);
    let text = if *began {
        text
    } else {
        format!("begin immediate;{text}")
    };
    *began = true;
    let mut args = vec![Arg::Int(number), Arg::Bytes(batch.id.0.to_vec())];
    args.extend(more);
    let answer = fetch(connection, text, &args).await.map_err(|error| before(&error))?;
    let known = answer.and_then(|answer| facts(asked, &answer));
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
    let (rounds, committed) = writes(&SqliteDialect, schema, network, batch, &known)?;
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
