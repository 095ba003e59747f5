//! The batches of each network, one transaction after the other. What arrives while a transaction is under way shares the
//! next one, and its flush; each batch has its own verdict.

use super::limit::Limit;
use super::pool::Lent;
use super::{Engine, Shared, Tries};
use crate::carry::{AtOnce, at_once, carry};
use crate::release::Release;
use crate::talk::{Fault, Make};
use parvis::store::{Batch, CommitError, Committed, NetworkId, StorageError, check_batch};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::timeout;

/// Batches that share one transaction at most.
const SHARED: usize = 64;
/// By how much later than its end whoever waits for a batch is free: what is known by then is better than that it is not.
const GRACE: Duration = Duration::from_millis(500);

type Verdict = Result<Committed, CommitError>;

/// A batch that waits.
struct Job {
    release: Arc<Release>,
    batch: Batch,
    answer: oneshot::Sender<Verdict>,
    /// When it has to be done, from its arrival.
    limit: Limit,
}

/// What waits, by network. A network stands here while somebody works for it.
#[derive(Default)]
pub(super) struct Queues(Mutex<HashMap<NetworkId, Vec<Job>>>);

impl Queues {
    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<NetworkId, Vec<Job>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a batch in line; `true` where nobody works for its network yet.
    fn push(&self, network: NetworkId, job: Job) -> bool {
        let mut queues = self.lock();
        let working = queues.contains_key(&network);
        queues.entry(network).or_default().push(job);
        !working
    }

    /// The next batches of a network; where there are none, nobody works for it any more.
    fn next(&self, network: NetworkId) -> Option<Vec<Job>> {
        let mut queues = self.lock();
        let waiting = queues.get_mut(&network)?;
        if waiting.is_empty() {
            queues.remove(&network);
            return None;
        }
        let some = waiting.len().min(SHARED);
        Some(waiting.drain(..some).collect())
    }
}

/// Whether other processes commit in the same networks: a text that waits for its turn has looked in vain, and a transaction that
/// holds the position row first does not.
#[derive(Default)]
pub(super) struct Crowd(AtomicU32);

/// So many transactions begin with the position row after others were met.
const CAREFUL: u32 = 32;

impl Crowd {
    fn met(&self) {
        self.0.store(CAREFUL, Ordering::Relaxed);
    }

    fn is_away(&self) -> bool {
        let less = |n: u32| n.checked_sub(1);
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_err()
    }
}

/// Lets those in line learn it where work for a network ends otherwise than by an empty line.
struct Leaving<'a> {
    queues: &'a Queues,
    network: NetworkId,
    ended: bool,
}

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        if !self.ended {
            self.queues.lock().remove(&self.network);
        }
    }
}

impl<E: Engine> Shared<E> {
    /// Puts a batch in line and waits for its verdict; whoever comes first works until the line is empty.
    pub(super) async fn commit(
        self: Arc<Self>,
        release: Arc<Release>,
        network: NetworkId,
        batch: Batch,
    ) -> Result<Committed, CommitError> {
        let (answer, verdict) = oneshot::channel();
        let whole = self.engine.call_timeout();
        let job = Job {
            release,
            batch,
            answer,
            limit: Limit::new(whole),
        };
        if self.queues.push(network, job) {
            let shared = Arc::clone(&self);
            tokio::spawn(async move {
                let mut leaving = Leaving {
                    queues: &shared.queues,
                    network,
                    ended: false,
                };
                while let Some(jobs) = shared.queues.next(network) {
                    shared.work(network, jobs).await;
                }
                leaving.ended = true;
            });
        }
        match timeout(whole.saturating_add(GRACE), verdict).await {
            Ok(Ok(verdict)) => verdict,
            _ => Err(StorageError::OutcomeUnknown.into()),
        }
    }

    /// Carries batches out together; where that fails other than by a condition, one by one.
    async fn work(&self, network: NetworkId, jobs: Vec<Job>) {
        // What failed while it was committed may have happened, for each of them.
        let mut unknown = false;
        if let [first, _, ..] = jobs.as_slice() {
            match self.once(network, &jobs, first.limit.one_try()).await {
                Ok(verdicts) => {
                    for (job, verdict) in jobs.into_iter().zip(verdicts) {
                        // Nobody may be waiting any more.
                        let _gone = job.answer.send(verdict);
                    }
                    return;
                }
                // No connection or no lock was free in time, and would not be for each of them either.
                Err(Failed {
                    fault: Fault::Failed(StorageError::Busy),
                    committing: false,
                }) => {
                    for job in jobs {
                        let _gone = job.answer.send(Err(StorageError::Busy.into()));
                    }
                    return;
                }
                Err(failed) => unknown = failed.committing,
            }
        }
        for job in jobs {
            let verdict = self.alone(network, &job, unknown).await;
            let _gone = job.answer.send(verdict);
        }
    }

    /// One batch, tried again where that is safe: the identical batch may always be sent again.
    async fn alone(&self, network: NetworkId, job: &Job, mut unknown: bool) -> Verdict {
        let mut tries = Tries::new();
        let mut forgotten = false;
        loop {
            let once = self.once(network, std::slice::from_ref(job), job.limit.one_try());
            let fault = match once.await {
                Ok(verdicts) => match verdicts.into_iter().next() {
                    Some(verdict) => return verdict,
                    None => return Err(StorageError::Corrupt { table: "*" }.into()),
                },
                Err(failed) => {
                    unknown |= failed.committing;
                    failed.fault
                }
            };
            // Where an older copy of the database was put back, the network may have gone with it: it is made again.
            if !forgotten && fault == Fault::Failed(StorageError::Corrupt { table: "*" }) && self.forget(network) {
                forgotten = true;
                continue;
            }
            if matches!(fault, Fault::Failed(_)) || job.limit.is_over() || !tries.again().await {
                let error = if unknown {
                    StorageError::OutcomeUnknown
                } else {
                    fault.error()
                };
                return Err(error.into());
            }
        }
    }

    /// One transaction, within its time.
    async fn once(&self, network: NetworkId, jobs: &[Job], limit: Limit) -> Result<Vec<Verdict>, Failed> {
        if let [job] = jobs
            && self.crowd.is_away()
            && let Some(verdict) = self.at_once(network, job, limit).await?
        {
            return Ok(vec![verdict]);
        }
        let (mut connection, verdicts, written) = limit.keep(self.carried(network, jobs)).await?;
        let (engine, c) = (self.engine.as_ref(), connection.get()?);
        let ended = if written {
            limit.keep(engine.commit(c)).await
        } else {
            limit.keep(engine.rollback(c)).await
        };
        match ended {
            Ok(()) => {
                connection.sound();
                Ok(verdicts)
            }
            // A server that gave way while it committed has said that nothing was written.
            Err(Fault::Again) => {
                limit.tidy(connection.undo()).await;
                Err(Fault::Again.into())
            }
            Err(fault) => Err(Failed {
                committing: written,
                fault,
            }),
        }
    }

    /// A batch as one text that is a transaction of its own. `None` where it needs several, or the network changed while it
    /// waited for its turn; nothing was written then.
    async fn at_once(&self, network: NetworkId, job: &Job, limit: Limit) -> Result<Option<Verdict>, Failed> {
        let Job { release, batch, .. } = job;
        let schema = &release.schema;
        if check_batch(schema, batch).is_err() {
            return Ok(None);
        }
        let engine = self.engine.as_ref();
        let Some(whole) = engine
            .whole(schema, network, batch)?
            .filter(|whole| whole.rest.is_empty())
        else {
            return Ok(None);
        };
        let (mut connection, number) = limit.keep(self.numbered(network)).await?;
        let c = connection.get()?;
        match limit.keep(at_once(engine, c, schema, number, batch, whole)).await {
            Ok(done) => {
                connection.sound();
                if matches!(done, AtOnce::Stale) {
                    self.crowd.met();
                }
                Ok(match done {
                    AtOnce::Carried(carried) => Some(carried.verdict(&mut false)),
                    AtOnce::Begun(..) | AtOnce::Stale | AtOnce::Open => None,
                })
            }
            Err(Fault::Lost) => Err(Failed {
                committing: true,
                fault: Fault::Lost,
            }),
            Err(fault) => {
                // What the server refused has ended; that nothing is open is asked all the same.
                limit.tidy(connection.undo()).await;
                Err(fault.into())
            }
        }
    }

    /// A connection for writing, and the number of the network.
    async fn numbered(&self, network: NetworkId) -> Result<(Lent<'_, E>, i64), Fault> {
        let mut connection = self.writers.get(&self.engine).await?;
        let number = self.number(connection.get()?, network, Make::Missing).await?;
        Ok((connection, number.ok_or(StorageError::Corrupt { table: "*" })?))
    }

    /// Up to the commit: the connection with the open transaction, the verdicts, and whether there is something to commit.
    async fn carried(&self, network: NetworkId, jobs: &[Job]) -> Result<(Lent<'_, E>, Vec<Verdict>, bool), Fault> {
        let (mut connection, number) = self.numbered(network).await?;
        match self.carry_all(connection.get()?, (network, number), jobs).await {
            Ok((verdicts, written)) => Ok((connection, verdicts, written)),
            Err(fault) => {
                connection.undo().await;
                Err(fault)
            }
        }
    }

    /// Begins, and carries out: the verdicts, and whether there is something to commit.
    async fn carry_all(
        &self,
        c: &mut E::Connection,
        (network, number): (NetworkId, i64),
        jobs: &[Job],
    ) -> Result<(Vec<Verdict>, bool), Fault> {
        let engine = self.engine.as_ref();
        engine.begin(c, number).await?;
        let mut verdicts = Vec::with_capacity(jobs.len());
        let mut written = false;
        for job in jobs {
            let carried = carry(engine, c, &job.release.schema, (network, number), &job.batch).await?;
            verdicts.push(carried.verdict(&mut written));
        }
        Ok((verdicts, written))
    }
}

/// Why a transaction failed.
struct Failed {
    fault: Fault,
    /// Whether it may have been committed all the same.
    committing: bool,
}

impl<F: Into<Fault>> From<F> for Failed {
    fn from(fault: F) -> Failed {
        Failed {
            fault: fault.into(),
            committing: false,
        }
    }
}
