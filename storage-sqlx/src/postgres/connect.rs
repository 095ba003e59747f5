//! Where the database is, and how sessions with it are set up.

use super::ddl;
use super::errors::fault;
use crate::dialect::{Names, quoted};
use crate::release::STATEMENTS;
use crate::server::{ACQUIRE_TIMEOUT, CALL_TIMEOUT};
use crate::talk::Fault;
use parvis::store::{Schema, StorageError};
use sqlx::postgres::{PgConnectOptions, PgRow};
use sqlx::{AssertSqlSafe, ConnectOptions, PgConnection, PgPool, Row};
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

fn server(url: &str) -> Option<PgConnectOptions> {
    let server = url.parse::<PgConnectOptions>().ok()?;
    let server = match server.get_application_name() {
        Some(_) => server,
        None => server.application_name("parvis"),
    };
    Some(server.statement_cache_capacity(STATEMENTS).disable_statement_logging())
}

/// Where and how to open a store.
///
/// A commit is flushed before it is acknowledged (`synchronous_commit` is switched on where it is off).
#[derive(Clone, Debug)]
pub struct PostgresOptions {
    /// Absent where the URL could not be read, or the pool knows it.
    server: Option<PgConnectOptions>,
    pool: Option<PgPool>,
    schema: Option<String>,
    prefix: String,
    readers: usize,
    writers: usize,
    lock: Duration,
    call: Duration,
    acquire: Duration,
    /// The URL of a replica that could be read, and how long it is waited for.
    replica: Option<(Option<PgConnectOptions>, Duration)>,
    /// Whether a server that takes no writes will do.
    standby: bool,
}

impl PostgresOptions {
    /// The database at a URL like `postgresql://user:password@host:5432/database`.
    pub fn new(url: &str) -> PostgresOptions {
        PostgresOptions {
            server: server(url),
            pool: None,
            schema: None,
            prefix: "parvis_".to_owned(),
            readers: 4,
            writers: 4,
            lock: Duration::from_secs(5),
            call: CALL_TIMEOUT,
            acquire: ACQUIRE_TIMEOUT,
            replica: None,
            standby: false,
        }
    }

    /// On a pool of the host: its TLS, its limits. The store must be opened within the pool's runtime of tokio, works there and has
    /// no threads and connections of its own.
    ///
    /// A connection is taken for one read or one commit, its session set up and proved idle, and given back as it was: two more
    /// round trips. `readers` and `writers` bound how many are taken, 4 each by default. The pool's connections should keep
    /// 256 prepared statements (`statement_cache_capacity`).
    pub fn from_pool(pool: PgPool) -> PostgresOptions {
        PostgresOptions {
            server: None,
            pool: Some(pool),
            ..PostgresOptions::new("")
        }
    }

    pub(super) fn pool(&self) -> Option<&PgPool> {
        self.pool.as_ref()
    }

    /// # Errors
    /// [`StorageError::Refused`] for a URL that cannot be read.
    pub(super) fn check(&self) -> Result<(), StorageError> {
        match self.pool {
            Some(_) => Ok(()),
            None => self.server().map(|_| ()),
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

    /// A streaming replica at a URL. Reads that may be a little old are made there: candidates of a home, whose every entry is judged
    /// afterwards on the server that takes writes. One that has not reached what this process has seen is waited for so long
    /// (100 milliseconds are a good beginning), as is one that does not answer; then the read is made on the server itself.
    pub fn replica(mut self, url: &str, wait: Duration) -> PostgresOptions {
        self.replica = Some((server(url), wait));
        self
    }

    /// The same for the replica, and how long it is waited for.
    pub(super) fn of_replica(&self) -> Option<(PostgresOptions, Duration)> {
        let (server, wait) = self.replica.clone()?;
        let options = PostgresOptions {
            server,
            pool: None,
            replica: None,
            standby: true,
            ..self.clone()
        };
        Some((options, wait))
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

    /// What a session of ours has set.
    fn settings(&self) -> Vec<(&'static str, String)> {
        // Whoever holds a lock and is silent longer than a call may take has gone.
        let idle = self.call.as_millis().clamp(1_000, 3_600_000);
        let plans = PLANS.iter().filter_map(|plan| plan.split_once('='));
        let mut settings: Vec<(&str, String)> = plans.map(|(name, value)| (name, value.to_owned())).collect();
        settings.extend([
            ("lock_timeout", format!("{}ms", self.lock.as_millis())),
            ("idle_in_transaction_session_timeout", format!("{idle}ms")),
            ("default_transaction_isolation", "read committed".to_owned()),
        ]);
        settings
    }

    /// A session with a server that takes writes.
    pub(super) async fn connect(&self) -> Result<PgConnection, Fault> {
        let mut connection = self.server()?.connect().await.map_err(|error| fault(&error))?;
        let set = self.settings();
        let set = set.iter().map(|(name, value)| format!("; set {name}='{value}'"));
        let session = format!("set client_encoding=utf8{}", set.collect::<String>());
        let set = sqlx::raw_sql(AssertSqlSafe(session)).execute(&mut connection).await;
        set.map_err(|error| fault(&error))?;
        let about = sqlx::raw_sql(AssertSqlSafe(format!("select {ABOUT}")));
        let row = about.fetch_one(&mut connection).await.map_err(|error| fault(&error))?;
        // A replica flushes nothing.
        if self.standby && cell(&row, FROZEN)? == "true" {
            return Ok(connection);
        }
        fit(&row)?;
        if cell(&row, LAZY)? == "true" {
            let set = sqlx::query("set synchronous_commit=on").execute(&mut connection).await;
            set.map_err(|error| fault(&error))?;
        }
        Ok(connection)
    }

    /// Sets a session of the host's pool up, and answers the text that makes it what it was; `None` where a transaction is open
    /// on it.
    pub(super) async fn arrive(&self, connection: &mut PgConnection) -> Result<Option<String>, Fault> {
        let mut settings = self.settings();
        let commit = "synchronous_commit";
        let names = settings.iter().map(|(name, _)| *name).chain([commit]);
        let now: String = names.map(|name| format!(",current_setting('{name}')")).collect();
        let set = settings
            .iter()
            .map(|(name, value)| format!(",set_config('{name}','{value}',false)"));
        // What a statement that opens its own transaction sees as its time is when it began.
        let text = format!(
            "select {ABOUT},(now()=statement_timestamp())::text{now}; \
             select 1,set_config('{commit}',case current_setting('{commit}') when 'off' then 'on' \
             else current_setting('{commit}') end,false){}",
            set.collect::<String>()
        );
        let rows = sqlx::raw_sql(AssertSqlSafe(text)).fetch_all(&mut *connection).await;
        let rows = rows.map_err(|error| fault(&error))?;
        let row = rows.first().ok_or(StorageError::Corrupt { table: "*" })?;
        fit(row)?;
        if cell(row, IDLE)? != "true" {
            return Ok(None);
        }
        settings.push((commit, String::new()));
        let mut back = String::from("select 1");
        for (at, (name, _)) in settings.iter().enumerate() {
            let old = cell(row, IDLE + 1 + at)?.replace('\'', "''");
            back.push_str(&format!(",set_config('{name}','{old}',false)"));
        }
        Ok(Some(back))
    }
}

/// What is asked of a server: its version, whether it takes writes, whether commits are acknowledged before they are flushed.
const ABOUT: &str = "current_setting('server_version_num'),(pg_is_in_recovery() or \
     current_setting('transaction_read_only')='on')::text,(current_setting('synchronous_commit')='off')::text";
const FROZEN: usize = 1;
const LAZY: usize = 2;
/// Where it stands whether a session was idle; the settings follow.
const IDLE: usize = 3;

fn cell(row: &PgRow, at: usize) -> Result<&str, Fault> {
    row.try_get_unchecked(at).map_err(|error| fault(&error))
}

/// Whether a server that says this about itself will do.
fn fit(row: &PgRow) -> Result<(), Fault> {
    let version = cell(row, 0)?;
    if version.parse::<u32>().is_ok_and(|version| version < 150_000) {
        tracing::warn!(version, "PostgreSQL 15 or newer is needed");
        return Err(StorageError::Unavailable.into());
    }
    if cell(row, FROZEN)? == "true" {
        tracing::warn!("the server is a standby or takes no writes");
        return Err(StorageError::ReadOnly.into());
    }
    Ok(())
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

impl From<PgPool> for PostgresOptions {
    fn from(pool: PgPool) -> PostgresOptions {
        PostgresOptions::from_pool(pool)
    }
}
