//! What a case works with: one fresh store, one network, commits and reads, and the words of its verdict.

use super::draft::Draft;
use super::kit::{Kit, Place};
use super::schema::schema;
use crate::store::{
    Cause, CommitError, CommitId, Committed, Conflict, Found, Keys, NetworkId, Parts, Prepare, Read, ReadAt, Row,
    Storage, StorageError, Want,
};
use std::fmt::{Debug, Display};
use std::panic::Location;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};

/// Why a case ends before its last line.
#[derive(Debug)]
pub(super) enum Stop {
    /// The store broke the contract; says where and how.
    Failed(String),
    /// The store does not offer what the case needs.
    NotApplicable(&'static str),
}

/// How a case ends.
pub(super) type Verdict = Result<(), Stop>;

#[track_caller]
fn failed(what: impl Display) -> Stop {
    let place = Location::caller();
    Stop::Failed(format!("{what}\n    at {}:{}", place.file(), place.line()))
}

impl From<CommitError> for Stop {
    #[track_caller]
    fn from(error: CommitError) -> Stop {
        failed(format_args!("unexpected failure of a commit: {error:?}"))
    }
}

impl From<StorageError> for Stop {
    #[track_caller]
    fn from(error: StorageError) -> Stop {
        failed(format_args!("unexpected failure of the store: {error:?}"))
    }
}

impl From<String> for Stop {
    #[track_caller]
    fn from(what: String) -> Stop {
        failed(what)
    }
}

/// The store must have answered exactly this.
#[track_caller]
pub(super) fn same<T: PartialEq + Debug>(found: T, expected: T) -> Verdict {
    if found == expected {
        Ok(())
    } else {
        Err(failed(format_args!("found    {found:?}\nexpected {expected:?}")))
    }
}

/// This must hold.
#[track_caller]
pub(super) fn holds(what: bool, otherwise: impl Display) -> Verdict {
    if what { Ok(()) } else { Err(failed(otherwise)) }
}

/// The store must have refused this with [`StorageError::Refused`]; `what` names the attempt.
#[track_caller]
pub(super) fn refused<T: Debug, E: Into<CommitError>>(what: &str, outcome: Result<T, E>) -> Verdict {
    match outcome.map_err(Into::into) {
        Err(CommitError::Storage(StorageError::Refused { .. })) => Ok(()),
        other => Err(failed(format_args!("{what} was not refused but answered {other:?}"))),
    }
}

/// The conflict that a commit must answer.
pub(super) fn conflict(table: &'static str, key: Parts, cause: Cause) -> Result<Committed, CommitError> {
    Err(CommitError::Conflict(Conflict { table, key, cause }))
}

/// One fresh store and one network in it.
#[derive(Clone)]
pub(super) struct Bench {
    kit: Kit,
    place: Place,
    /// The handle.
    pub(super) store: Arc<dyn Storage>,
    /// The network of commits and reads.
    pub(super) network: NetworkId,
    drafts: Arc<AtomicU64>,
}

impl Bench {
    pub(super) fn new(kit: Kit, place: Place, store: Arc<dyn Storage>) -> Bench {
        Bench {
            kit,
            place,
            store,
            network: NetworkId([7; 16]),
            drafts: Arc::new(AtomicU64::new(1)),
        }
    }

    /// A fresh store that has the kit's schema.
    pub(super) async fn prepared(kit: &Kit) -> Result<Bench, Stop> {
        let bench = kit.fresh().await;
        bench.store.prepare(&schema(), Prepare::Upgrade).await?;
        Ok(bench)
    }

    /// Another fresh store, not prepared.
    pub(super) async fn bare(&self) -> Bench {
        self.kit.fresh().await
    }

    /// The same store, another network.
    pub(super) fn network(&self, n: u8) -> Bench {
        self.within(NetworkId([n; 16]))
    }

    /// The same store, this network.
    pub(super) fn within(&self, network: NetworkId) -> Bench {
        Bench {
            network,
            ..self.clone()
        }
    }

    /// Drops the handle without any farewell and opens the place again.
    pub(super) async fn reopen(self) -> Result<Bench, Stop> {
        if !self.place.reopens {
            return Err(Stop::NotApplicable("the store lives as long as its handle"));
        }
        let Bench {
            kit,
            place,
            store,
            network,
            drafts,
        } = self;
        drop(store);
        let store = place.open().await;
        Ok(Bench {
            kit,
            place,
            store,
            network,
            drafts,
        })
    }

    /// A second handle while this one stays open; has the kit's schema.
    pub(super) async fn beside(&self) -> Result<Bench, Stop> {
        if !self.place.shares {
            return Err(Stop::NotApplicable("the store has one handle at a time"));
        }
        let bench = Bench {
            store: self.place.open().await,
            ..self.clone()
        };
        bench.store.prepare(&schema(), Prepare::Check).await?;
        Ok(bench)
    }

    /// An empty batch with an id of its own.
    pub(super) fn draft(&self) -> Draft {
        Draft::new(self.drafts.fetch_add(1, Ordering::Relaxed))
    }

    /// Commits a batch.
    pub(super) async fn commit(&self, draft: Draft) -> Result<Committed, CommitError> {
        self.store.commit(self.network, draft.batch).await
    }

    /// Commits a batch that must succeed and answers its id, the stamp of what it wrote.
    pub(super) async fn done(&self, draft: Draft) -> Result<CommitId, CommitError> {
        let id = draft.batch.id;
        self.commit(draft).await.map(|_| id)
    }

    /// Several reads in one call.
    pub(super) async fn read(&self, reads: &[Read]) -> Result<Found, StorageError> {
        self.store.read(self.network, reads, ReadAt::Fresh).await
    }

    /// The rows of one read.
    pub(super) async fn rows(&self, read: Read) -> Result<Vec<Row>, StorageError> {
        self.last(&[read]).await
    }

    /// The rows of the last of several reads.
    pub(super) async fn last(&self, reads: &[Read]) -> Result<Vec<Row>, StorageError> {
        Ok(self.read(reads).await?.sets.pop().unwrap_or_default().rows)
    }

    /// The keys of the rows of one read.
    pub(super) async fn keys(&self, read: Read) -> Result<Vec<Parts>, StorageError> {
        Ok(keys_of(self.rows(read).await?))
    }

    /// The row under one key.
    pub(super) async fn get(&self, table: &'static str, key: Parts) -> Result<Option<Row>, StorageError> {
        let read = Read::Get {
            table,
            keys: Keys::given([key]),
            want: Want::Document,
        };
        Ok(self.rows(read).await?.pop())
    }

    /// Runs `work` on several threads at once, each with its own executor, and answers what each came to.
    pub(super) async fn threads<T, F>(
        &self,
        count: u64,
        work: impl Fn(Bench, u64) -> F + Clone + Send + 'static,
    ) -> Result<Vec<T>, Stop>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Stop>> + Send + 'static,
    {
        let crowd = Arc::new(Mutex::new(Crowd {
            results: Vec::new(),
            running: count,
            waker: None,
        }));
        for number in 0..count {
            let (bench, work, crowd) = (self.clone(), work.clone(), Arc::clone(&crowd));
            std::thread::spawn(move || {
                let _last_word = LastWord(Arc::clone(&crowd));
                let kit = bench.kit.clone();
                if let Some(result) = kit.run(work(bench, number))
                    && let Ok(mut crowd) = crowd.lock()
                {
                    crowd.results.push(result);
                }
            });
        }
        let results: Vec<Result<T, Stop>> = std::future::poll_fn(move |context| match crowd.lock() {
            Ok(mut crowd) if crowd.running > 0 => {
                crowd.waker = Some(context.waker().clone());
                Poll::Pending
            }
            Ok(mut crowd) => Poll::Ready(std::mem::take(&mut crowd.results)),
            Err(_) => Poll::Ready(Vec::new()),
        })
        .await;
        let results: Vec<T> = results.into_iter().collect::<Result<_, _>>()?;
        holds(results.len() as u64 == count, "a thread did not come to its end")?;
        Ok(results)
    }
}

/// Threads under way.
struct Crowd<T> {
    results: Vec<T>,
    running: u64,
    waker: Option<Waker>,
}

/// Counts a thread down when it ends, by a panic too.
struct LastWord<T>(Arc<Mutex<Crowd<T>>>);

impl<T> Drop for LastWord<T> {
    fn drop(&mut self) {
        if let Ok(mut crowd) = self.0.lock() {
            crowd.running -= 1;
            if let Some(waker) = crowd.waker.take() {
                waker.wake();
            }
        }
    }
}

/// The keys of rows.
pub(super) fn keys_of(rows: Vec<Row>) -> Vec<Parts> {
    rows.into_iter().map(|row| row.key).collect()
}
