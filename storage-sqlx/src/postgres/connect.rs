//! Where the database is, and how sessions with it are set up.

use super::ddl;
use super::errors::fault;
use crate::dialect::{Names, quoted};
use crate::release::STATEMENTS;
use crate::server::{ACQUIRE_TIMEOUT, CALL_TIMEOUT};
use crate::talk::Fault;
use parvis::store::{Schema, StorageError};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, PgConnection, Row};
use std::time::Duration;

/// Plans follow from the texts, whatever the tables hold and whenever they were last looked at: every range is read through
/// its index, from the first relation to the last.
const PLANS: [&str; 9] = [
    "plan_cache_mode=force_generic_plan",
    "jit=off",
    "enable_seqscan=off",
    "enable_bitmapscan=off",
    "enable_hashjoin=off",
    "enable_mergejoin=off",
    "join_collapse_limit=1",
    "from_collapse_limit=1",
    "max_parallel_workers_per_gather=0",
];

/// Where and how to open a store.
///
/// A commit is flushed before it is acknowledged (`synchronous_commit` is switched on where it is off).
#[derive(Clone, Debug)]
pub struct PostgresOptions {
    /// Absent where the URL could not be read.
    server: Option<PgConnectOptions>,
    schema: Option<String>,
    prefix: String,
    readers: usize,
    writers: usize,
    lock: Duration,
    call: Duration,
    acquire: Duration,
}

impl PostgresOptions {
    /// The database at a URL like `postgresql://user:password@host:5432/database`.
    pub fn new(url: &str) -> PostgresOptions {
        let server = url.parse::<PgConnectOptions>().ok().map(|server| {
            let server = match server.get_application_name() {
                Some(_) => server,
                None => server.application_name("parvis"),
            };
            server.statement_cache_capacity(STATEMENTS).disable_statement_logging()
        });
        PostgresOptions {
            server,
            schema: None,
            prefix: "parvis_".to_owned(),
            readers: 4,
            writers: 4,
            lock: Duration::from_secs(5),
            call: CALL_TIMEOUT,
            acquire: ACQUIRE_TIMEOUT,
        }
    }

    /// # Errors
    /// [`StorageError::Refused`] for a URL that cannot be read.
    pub(super) fn server(&self) -> Result<&PgConnectOptions, StorageError> {
        self.server.as_ref().ok_or(StorageError::Refused {
            table: "*",
            what: "a database is named by a URL like postgresql://user:password@host:5432/database",
        })
    }

    /// The schema of the database in which the tables lie; it is made when it does not exist. By default the first one of the
    /// user's `search_path`.
    pub fn schema(mut self, schema: impl Into<String>) -> PostgresOptions {
        self.schema = Some(schema.into());
        self
    }

    /// What the names of all tables begin with; `parvis_` by default.
    pub fn prefix(mut self, prefix: impl Into<String>) -> PostgresOptions {
        self.prefix = prefix.into();
        self
    }

    /// How many reads run at the same time, 1 to 1,000; 4 by default.
    pub fn readers(mut self, readers: usize) -> PostgresOptions {
        self.readers = readers.clamp(1, 1_000);
        self
    }

    /// Of how many networks batches are written at the same time, 1 to 1,000; 4 by default.
    pub fn writers(mut self, writers: usize) -> PostgresOptions {
        self.writers = writers.clamp(1, 1_000);
        self
    }

    /// How long a commit waits for another one of its network, in whatever process, before it answers
    /// [`StorageError::Busy`]. 5 seconds by default.
    pub fn lock_timeout(mut self, wait: Duration) -> PostgresOptions {
        self.lock = wait;
        self
    }

    /// How long a read or a commit may take in all, with what is tried again; 30 seconds by default. Where the server does not
    /// answer, a read then says [`StorageError::Unavailable`], a commit that, or [`StorageError::OutcomeUnknown`], at most half
    /// a second later. A session of ours that idles so long within a transaction is ended by the server.
    /// Should be well above `lock_timeout`. [`prepare`](parvis::store::Storage::prepare) takes as long as it needs.
    pub fn call_timeout(mut self, limit: Duration) -> PostgresOptions {
        self.call = limit;
        self
    }

    /// How long a read or a commit waits for one of the `readers` or `writers` to become free before it answers
    /// [`StorageError::Busy`]; 5 seconds by default. A commit that arrives while others of its network wait shares their connection, and
    /// may wait twice as long.
    pub fn acquire_timeout(mut self, wait: Duration) -> PostgresOptions {
        self.acquire = wait;
        self
    }

    /// The statements that make the tables of a schema in an empty database, for those who read before they run.
    pub fn ddl(&self, schema: &Schema) -> Vec<String> {
        ddl::create(&self.names(), self.place().as_deref(), schema)
    }

    pub(super) fn names(&self) -> Names {
        let within = self.place().map_or_else(String::new, |place| place + ".");
        Names::new(within, self.prefix.clone())
    }

    /// The schema as an identifier.
    pub(super) fn place(&self) -> Option<String> {
        self.schema.as_deref().map(quoted)
    }

    pub(super) fn connections(&self) -> (usize, usize) {
        (self.readers, self.writers)
    }

    pub(super) fn limit(&self) -> Duration {
        self.call
    }

    pub(super) fn patience(&self) -> Duration {
        self.acquire
    }

    /// The statements that set how plans are made and how long locks are waited for.
    pub(super) fn session(&self, set: &str) -> String {
        let wait = format!("{set}lock_timeout='{}ms'", self.lock.as_millis());
        let plans = PLANS.iter().map(|plan| format!("; {set}{plan}"));
        wait + &plans.collect::<String>()
    }

    /// A session with a server that takes writes.
    pub(super) async fn connect(&self) -> Result<PgConnection, Fault> {
        let mut connection = self.server()?.connect().await.map_err(|error| fault(&error))?;
        let session = format!(
            "set client_encoding=utf8; set default_transaction_isolation='read committed'; \
             set idle_in_transaction_session_timeout='{}ms'; {}",
            // Whoever holds a lock and is silent longer than a call may take has gone.
            self.call.as_millis().clamp(1_000, 3_600_000),
            self.session("set ")
        );
        let set = sqlx::raw_sql(AssertSqlSafe(session)).execute(&mut connection).await;
        set.map_err(|error| fault(&error))?;
        let about = "select current_setting('server_version_num')::int, pg_is_in_recovery() or \
             current_setting('transaction_read_only')='on', current_setting('synchronous_commit')='off'";
        let row = sqlx::query(about).fetch_one(&mut connection).await;
        let row = row.map_err(|error| fault(&error))?;
        let (version, frozen, lazy): (i32, bool, bool) = match (row.try_get(0), row.try_get(1), row.try_get(2)) {
            (Ok(version), Ok(frozen), Ok(lazy)) => (version, frozen, lazy),
            _ => return Err(StorageError::Corrupt { table: "*" }.into()),
        };
        if version < 150_000 {
            tracing::warn!(version, "PostgreSQL 15 or newer is needed");
            return Err(StorageError::Unavailable.into());
        }
        if frozen {
            tracing::warn!("the server is a standby or takes no writes");
            return Err(StorageError::ReadOnly.into());
        }
        if lazy {
            let set = sqlx::query("set synchronous_commit=on").execute(&mut connection).await;
            set.map_err(|error| fault(&error))?;
        }
        Ok(connection)
    }
}

impl From<&str> for PostgresOptions {
    fn from(url: &str) -> PostgresOptions {
        PostgresOptions::new(url)
    }
}

impl From<String> for PostgresOptions {
    fn from(url: String) -> PostgresOptions {
        PostgresOptions::new(&url)
    }
}
