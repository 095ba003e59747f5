//! What engines with servers have in common: connections, a queue of batches for each network, and what is done again.
//!
//! Everything runs on threads of the store's own: a caller may use any executor, and whoever stops waiting leaves nothing
//! half done.

mod limit;
mod pool;
mod queue;
mod replica;

use crate::release::{Release, unprepared};
use crate::talk::{Fault, Make, Talk};
use async_trait::async_trait;
use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use limit::Limit;
use parvis::store::{
    Batch, CommitError, Committed, Found, NetworkId, Prepare, Prepared, Read, ReadAt, Schema, StorageError, check_reads,
};
use pool::Pool;
use queue::{Crowd, Queues};
use replica::Replica;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::oneshot;

/// A call is tried so often again before its failure is answered.
const TRIES: usize = 9;
/// How long a call may take unless it is said otherwise.
pub(crate) const CALL_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a call waits for a connection that is free, unless it is told otherwise.
pub(crate) const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// The numbers that a network may have, the one that it has nearly always first. They follow from its id: where an older copy of the
/// database is put back under processes that stay up, a number they know is never another network's.
pub(crate) fn candidates(network: NetworkId) -> impl Iterator<Item = i64> {
    let (high, low) = network.0.split_at(8);
    let sums = [[high, low].concat(), [low, high].concat()].map(|bytes| i64::from(crc32fast::hash(&bytes)));
    // 52 bits, which JSON holds too, and never 0, which is the system's.
    let first = (sums[0] << 20 | sums[1] & 0xF_FFFF) + 1;
    (0..16).map(move |more| first + more)
}

/// An engine with servers.
#[async_trait]
pub(crate) trait Engine: Talk<Connection: sqlx::Connection> {
    /// The driver's name of the engine.
    type Driver: sqlx::Database<Connection = Self::Connection>;

    /// How many connections read, and how many write, at the same time.
    fn connections(&self) -> (usize, usize);

    /// How long a read or a commit may take in all.
    fn call_timeout(&self) -> Duration;

    /// How long a call waits for a connection that is free.
    fn acquire_timeout(&self) -> Duration;

    /// The host's pool, where the store lies on it.
    fn pool(&self) -> Option<&sqlx::Pool<Self::Driver>>;

    /// Makes the session of a connection of that pool ours, and answers the text that makes it what it was; `None` where a
    /// transaction is open on it.
    async fn arrive(&self, c: &mut Self::Connection) -> Result<Option<String>, Fault>;

    /// A new connection, to a server that takes writes.
    async fn connect(&self) -> Result<Self::Connection, Fault>;

    /// Closes a connection in good order.
    async fn close(&self, connection: Self::Connection);

    /// Compares the store with the schema, or makes it fit.
    async fn prepare(&self, c: &mut Self::Connection, schema: &Schema, mode: Prepare) -> Result<Prepared, Fault>;

    /// Begins a transaction and takes the position row of the network.
    async fn begin(&self, c: &mut Self::Connection, number: i64) -> Result<(), Fault>;

    /// Commits: lasting when it returns.
    async fn commit(&self, c: &mut Self::Connection) -> Result<(), Fault>;

    /// Takes back what was not committed.
    async fn rollback(&self, c: &mut Self::Connection) -> Result<(), Fault>;
}

/// A store on servers of one engine.
pub(crate) struct Server<E: Engine> {
    shared: Arc<Shared<E>>,
    threads: Arc<Threads>,
}

impl<E: Engine> Clone for Server<E> {
    fn clone(&self) -> Self {
        Server {
            shared: Arc::clone(&self.shared),
            threads: Arc::clone(&self.threads),
        }
    }
}

struct Shared<E: Engine> {
    engine: Arc<E>,
    readers: Pool<E>,
    writers: Pool<E>,
    replica: Option<Replica<E>>,
    queues: Queues,
    crowd: Crowd,
    prepared: RwLock<Option<Arc<Release>>>,
    networks: RwLock<HashMap<NetworkId, i64>>,
}

/// Where the work is done.
enum Threads {
    /// On threads of our own; they end with the last handle.
    Own(Option<Runtime>),
    /// Where the connections of the host's pool are at home.
    Host(Handle),
}

impl Threads {
    fn new(of_host: bool) -> Result<Threads, StorageError> {
        if of_host {
            let handle = Handle::try_current().map_err(|_| StorageError::Refused {
                table: "*",
                what: "a store on a pool is opened within the pool's runtime of tokio",
            });
            return Ok(Threads::Host(handle?));
        }
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("parvis-sql")
            .enable_all()
            .build();
        let runtime = runtime.map_err(|error| {
            tracing::warn!(%error, "no threads for the store");
            StorageError::Unavailable
        })?;
        Ok(Threads::Own(Some(runtime)))
    }

    fn handle(&self) -> Option<&Handle> {
        match self {
            Threads::Own(runtime) => runtime.as_ref().map(Runtime::handle),
            Threads::Host(handle) => Some(handle),
        }
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        // Waiting for them is not allowed where a future is polled.
        if let Threads::Own(runtime) = self
            && let Some(runtime) = runtime.take()
        {
            runtime.shutdown_background();
        }
    }
}

impl<E: Engine> Server<E> {
    /// A store; connections are made when they are first needed.
    pub(crate) fn new(engine: E) -> Result<Server<E>, StorageError> {
        Server::beside(engine, None)
    }

    /// A store with a replica, which is waited for so long.
    pub(crate) fn beside(engine: E, replica: Option<(E, Duration)>) -> Result<Server<E>, StorageError> {
        let threads = Threads::new(engine.pool().is_some())?;
        let (readers, writers) = engine.connections();
        Ok(Server {
            shared: Arc::new(Shared {
                readers: Pool::new(readers),
                writers: Pool::new(writers),
                replica: replica.map(|(engine, wait)| Replica::new(engine, wait)),
                queues: Queues::default(),
                crowd: Crowd::default(),
                prepared: RwLock::default(),
                networks: RwLock::default(),
                engine: Arc::new(engine),
            }),
            threads: Arc::new(threads),
        })
    }

    /// Carries work out to its end on the store's threads, whoever still waits.
    async fn on_threads<T: Send + 'static, X: From<StorageError> + Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, X>> + Send + 'static,
    ) -> Result<T, X> {
        let (answer, answered) = oneshot::channel();
        let Some(threads) = self.threads.handle() else {
            return Err(StorageError::Unavailable.into());
        };
        threads.spawn(async move { drop(answer.send(work.await)) });
        answered
            .await
            .unwrap_or_else(|_| Err(StorageError::OutcomeUnknown.into()))
    }

    fn release(&self) -> Result<Arc<Release>, StorageError> {
        let prepared = self.shared.prepared.read().unwrap_or_else(PoisonError::into_inner);
        prepared.clone().ok_or_else(|| unprepared(None))
    }

    /// What a transaction of the host works with.
    pub(crate) fn parts(&self) -> Result<(Arc<E>, Arc<Release>), StorageError> {
        Ok((Arc::clone(&self.shared.engine), self.release()?))
    }

    /// See [`Storage::prepare`](parvis::store::Storage::prepare).
    pub(crate) async fn prepare(&self, schema: &Schema, mode: Prepare) -> Result<Prepared, StorageError> {
        let schema = Arc::new(schema.clone());
        let (shared, given) = (Arc::clone(&self.shared), Arc::clone(&schema));
        let prepared = self
            .on_threads(async move { shared.prepare(&given, mode).await })
            .await?;
        let release = Arc::new(Release::new(schema));
        *self.shared.prepared.write().unwrap_or_else(PoisonError::into_inner) = Some(release);
        Ok(prepared)
    }

    /// See [`Storage::read`](parvis::store::Storage::read).
    pub(crate) async fn read(&self, network: NetworkId, reads: &[Read], at: ReadAt) -> Result<Found, StorageError> {
        let release = self.release()?;
        check_reads(&release.schema, reads)?;
        let (shared, reads) = (Arc::clone(&self.shared), reads.to_vec());
        self.on_threads(async move { shared.read(&release, network, &reads, at).await })
            .await
    }

    /// See [`Storage::commit`](parvis::store::Storage::commit).
    pub(crate) async fn commit(&self, network: NetworkId, batch: Batch) -> Result<Committed, CommitError> {
        let release = self.release()?;
        let shared = Arc::clone(&self.shared);
        self.on_threads(async move { shared.commit(release, network, batch).await })
            .await
    }

    /// Waits for the batches under way and closes all connections. Calls after it answer [`StorageError::Unavailable`].
    pub(crate) async fn close(&self) {
        let shared = Arc::clone(&self.shared);
        let closed = self.on_threads(async move {
            let end = || Limit::new(shared.engine.call_timeout());
            if let Some(replica) = &shared.replica {
                end().tidy(replica.close()).await;
            }
            for pool in [&shared.writers, &shared.readers] {
                end().tidy(pool.close(shared.engine.as_ref())).await;
            }
            Ok::<(), StorageError>(())
        });
        if let Err(error) = closed.await {
            tracing::debug!(%error, "the store was closed before");
        }
    }
}

/// The tries of one call, with waits between them that grow and differ by chance: opponents must not meet again.
struct Tries(ExponentialBackoff);

impl Tries {
    fn new() -> Tries {
        let waits = ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(2))
            .with_max_delay(Duration::from_millis(500))
            .with_factor(3.0)
            .with_max_times(TRIES)
            .with_jitter();
        Tries(waits.build())
    }

    /// Waits before the next try; `false` where there is none.
    async fn again(&mut self) -> bool {
        let Some(wait) = self.0.next() else { return false };
        tokio::time::sleep(wait).await;
        true
    }
}

impl<E: Engine> Shared<E> {
    async fn prepare(&self, schema: &Schema, mode: Prepare) -> Result<Prepared, StorageError> {
        let mut tries = Tries::new();
        loop {
            let limit = Limit::new(self.engine.call_timeout());
            let mut connection = limit.keep(self.writers.get(&self.engine)).await.map_err(Fault::error)?;
            let prepared = self.engine.prepare(connection.get()?, schema, mode).await;
            match prepared {
                Ok(prepared) => {
                    connection.sound();
                    return Ok(prepared);
                }
                Err(Fault::Failed(error)) => {
                    connection.sound();
                    return Err(error);
                }
                Err(fault) => {
                    drop(connection);
                    if !tries.again().await {
                        return Err(fault.error());
                    }
                }
            }
        }
    }

    async fn read(
        &self,
        release: &Release,
        network: NetworkId,
        reads: &[Read],
        at: ReadAt,
    ) -> Result<Found, StorageError> {
        if let (ReadAt::AtLeast(position), Some(replica)) = (at, &self.replica)
            && let Some(found) = replica.read(self, release, network, reads, position).await
        {
            return Ok(found);
        }
        let mut tries = Tries::new();
        let limit = Limit::new(self.engine.call_timeout());
        loop {
            match limit.one_try().keep(self.read_once(release, network, reads)).await {
                Ok(found) => return Ok(found),
                Err(Fault::Failed(error)) => return Err(error),
                Err(fault) => {
                    if limit.is_over() || !tries.again().await {
                        return Err(fault.error());
                    }
                }
            }
        }
    }

    async fn read_once(&self, release: &Release, network: NetworkId, reads: &[Read]) -> Result<Found, Fault> {
        let mut connection = self.readers.get(&self.engine).await?;
        let c = connection.get()?;
        let number = self.number(c, network, Make::Nothing).await?;
        let found = self.engine.read(c, release, network, number.unwrap_or(-1), reads).await;
        match &found {
            Ok(_) => connection.sound(),
            // The session of a question that was refused is as good as before.
            Err(Fault::Failed(_)) => connection.undo().await,
            Err(_) => {}
        }
        found
    }

    /// Forgets the number of a network; whether it was known.
    fn forget(&self, network: NetworkId) -> bool {
        let mut networks = self.networks.write().unwrap_or_else(PoisonError::into_inner);
        networks.remove(&network).is_some()
    }

    /// The number of a network, which never changes while the network is there.
    async fn number(&self, c: &mut E::Connection, network: NetworkId, make: Make) -> Result<Option<i64>, Fault> {
        let known = |networks: &HashMap<NetworkId, i64>| networks.get(&network).copied();
        let cached = known(&self.networks.read().unwrap_or_else(PoisonError::into_inner));
        if cached.is_some() {
            return Ok(cached);
        }
        let number = self.engine.number(c, network, make).await?;
        if let Some(number) = number {
            let mut networks = self.networks.write().unwrap_or_else(PoisonError::into_inner);
            networks.insert(network, number);
        }
        Ok(number)
    }
}

/// The storage of an engine's servers: a type whose field `server` is one.
macro_rules! storage {
    ($name:ident) => {
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }

        #[async_trait]
        impl Storage for $name {
            async fn prepare(&self, schema: &Schema, mode: Prepare) -> Result<Prepared, StorageError> {
                self.server.prepare(schema, mode).await
            }

            async fn read(&self, network: NetworkId, reads: &[Read], at: ReadAt) -> Result<Found, StorageError> {
                self.server.read(network, reads, at).await
            }

            async fn commit(&self, network: NetworkId, batch: Batch) -> Result<Committed, CommitError> {
                self.server.commit(network, batch).await
            }
        }
    };
}
pub(crate) use storage;
