//! Where the server is, and how connections to it are set up.

use super::ddl;
use super::errors::fault;
use super::run::{number, plain, spelled, text};
use crate::dialect::Names;
use crate::release::STATEMENTS;
use crate::server::{ACQUIRE_TIMEOUT, CALL_TIMEOUT};
use crate::talk::Fault;
use parvis::store::{Schema, StorageError};
use sqlx::mysql::MySqlConnectOptions;
use sqlx::{ConnectOptions, MySqlConnection, MySqlPool};
use std::time::Duration;

/// A batch of 4 MiB is sent as JSON, its bytes as digits.
const PACKET: u64 = 16 * 1024 * 1024;

/// Where and how to open a store.
///
/// A commit is as lasting as the server makes it: `innodb_flush_log_at_trx_commit=1` (the default) survives a power cut.
#[derive(Clone, Debug)]
pub struct MysqlOptions {
    /// Absent where the URL could not be read, or the pool knows it.
    server: Option<MySqlConnectOptions>,
    pool: Option<MySqlPool>,
    prefix: String,
    readers: usize,
    writers: usize,
    lock: Duration,
    call: Duration,
    acquire: Duration,
}

impl MysqlOptions {
    /// The database at a URL like `mysql://user:password@host:3306/database`; parameters as sqlx takes them (`ssl-mode`,
    /// `ssl-ca`).
    pub fn new(url: &str) -> MysqlOptions {
        let server = url.parse::<MySqlConnectOptions>().ok();
        let server = server.filter(|server| server.get_database().is_some_and(|name| !name.is_empty()));
        MysqlOptions {
            server: server.map(|server| {
                server
                    .charset("utf8mb4")
                    .collation("utf8mb4_bin")
                    .statement_cache_capacity(STATEMENTS)
                    .disable_statement_logging()
            }),
            pool: None,
            prefix: "parvis_".to_owned(),
            readers: 4,
            writers: 4,
            lock: Duration::from_secs(5),
            call: CALL_TIMEOUT,
            acquire: ACQUIRE_TIMEOUT,
        }
    }

    /// On a pool of the host: its TLS, its limits. The store must be opened within the pool's runtime of tokio, works there and has
    /// no threads and connections of its own.
    ///
    /// A connection is taken for one read or one commit, its session set up and proved idle, and given back as it was: a few more
    /// round trips. `readers` and `writers` bound how many are taken, 4 each by default. The pool's connections should keep
    /// 256 prepared statements (`statement_cache_capacity`).
    pub fn from_pool(pool: MySqlPool) -> MysqlOptions {
        MysqlOptions {
            server: None,
            pool: Some(pool),
            ..MysqlOptions::new("")
        }
    }

    pub(super) fn pool(&self) -> Option<&MySqlPool> {
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
    pub(super) fn server(&self) -> Result<&MySqlConnectOptions, StorageError> {
        self.server.as_ref().ok_or(StorageError::Refused {
            table: "*",
            what: "a database is named by a URL like mysql://user:password@host:3306/database",
        })
    }

    /// What the names of all tables begin with; `parvis_` by default. Stores with different ones share a database.
    pub fn prefix(mut self, prefix: impl Into<String>) -> MysqlOptions {
        self.prefix = prefix.into();
        self
    }

    /// How many reads run at the same time, 1 to 1,000; 4 by default.
    pub fn readers(mut self, readers: usize) -> MysqlOptions {
        self.readers = readers.clamp(1, 1_000);
        self
    }

    /// Of how many networks batches are written at the same time, 1 to 1,000; 4 by default.
    pub fn writers(mut self, writers: usize) -> MysqlOptions {
        self.writers = writers.clamp(1, 1_000);
        self
    }

    /// How long a commit waits for another one of its network, in whatever process, before it answers
    /// [`StorageError::Busy`], in whole seconds; 5 by default.
    pub fn lock_timeout(mut self, wait: Duration) -> MysqlOptions {
        self.lock = wait;
        self
    }

    /// How long a read or a commit may take in all, with what is tried again; 30 seconds by default. Where the server does not
    /// answer, a read then says [`StorageError::Unavailable`], a commit that, or [`StorageError::OutcomeUnknown`], at most half
    /// a second later. MariaDB ends a session of ours that idles so long within a transaction.
    /// Should be well above `lock_timeout`. [`prepare`](parvis::store::Storage::prepare) takes as long as it needs.
    pub fn call_timeout(mut self, limit: Duration) -> MysqlOptions {
        self.call = limit;
        self
    }

    /// How long a read or a commit waits for one of the `readers` or `writers` to become free before it answers
    /// [`StorageError::Busy`]; 5 seconds by default. A commit that arrives while others of its network wait shares their connection, and
    /// may wait twice as long.
    pub fn acquire_timeout(mut self, wait: Duration) -> MysqlOptions {
        self.acquire = wait;
        self
    }

    /// The statements that make the tables of a schema in an empty database, for those who read before they run.
    pub fn ddl(&self, schema: &Schema) -> Vec<String> {
        let texts = ddl::all(&self.names(), schema);
        texts.iter().map(|text| spelled(text)).collect()
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

    pub(super) fn names(&self) -> Names {
        Names::new(String::new(), self.prefix.clone())
    }

    /// A connection whose session does not depend on how the server or the database is set up.
    pub(super) async fn connection(&self) -> Result<MySqlConnection, Fault> {
        let mut c = self.server()?.connect().await.map_err(|error| fault(&error))?;
        self.settle(&mut c).await?;
        Ok(c)
    }

    /// Sets a session of the host's pool up, and answers the text that makes it what it was. What was left open on it is taken back.
    pub(super) async fn arrive(&self, c: &mut MySqlConnection) -> Result<Option<String>, Fault> {
        let names = [
            "sql_mode",
            "autocommit",
            "sql_auto_is_null",
            "sql_select_limit",
            "group_concat_max_len",
            "innodb_lock_wait_timeout",
            "lock_wait_timeout",
            // Of some servers only.
            "idle_transaction_timeout",
            "wsrep_sync_wait",
            "tx_isolation",
            "transaction_isolation",
        ];
        let list = names.map(|name| format!("'{name}'")).join(",");
        let text_now = format!("rollback; show session variables where variable_name in ({list})");
        let mut back = String::new();
        for row in plain(c, text_now).await? {
            let (Some(name), Some(value)) = (text(&row, 0), text(&row, 1)) else {
                return Err(StorageError::Corrupt { table: "*" }.into());
            };
            let value = match value.bytes().all(|byte| byte.is_ascii_digit()) && !value.is_empty() {
                true => value.to_owned(),
                false => format!("'{}'", value.replace('\'', "''")),
            };
            back.push_str(&format!("set session {name}={value};"));
        }
        self.settle(c).await?;
        Ok(Some(back))
    }

    /// Makes a session ours, on a server that will do.
    async fn settle(&self, c: &mut MySqlConnection) -> Result<(), Fault> {
        let wait = self.lock.as_secs().max(1);
        let settings = format!(
            "set session sql_mode='STRICT_ALL_TABLES,STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION,\
             NO_AUTO_VALUE_ON_ZERO', autocommit=1, sql_auto_is_null=0, sql_select_limit=default, group_concat_max_len=67108864, \
             innodb_lock_wait_timeout={wait}, lock_wait_timeout=60; \
             set session transaction isolation level read committed"
        );
        plain(c, settings).await?;
        // On a cluster a read waits until its node has what was acknowledged by another one.
        let cluster = plain(c, "show variables like 'wsrep_on'".to_owned()).await?;
        if cluster.first().and_then(|row| text(row, 1)) == Some("ON") {
            plain(c, "set session wsrep_sync_wait=1".to_owned()).await?;
        }
        let about = "select version(),@@global.read_only,@@max_allowed_packet";
        let about = plain(c, about.to_owned()).await?;
        let about = about.first().ok_or(StorageError::Corrupt { table: "*" })?;
        let version = text(about, 0).unwrap_or_default();
        if !is_new_enough(version) {
            tracing::warn!(version, "MariaDB 10.6 or MySQL 8.0 or newer is needed");
            return Err(StorageError::Unavailable.into());
        }
        if version.contains("MariaDB") {
            // Whoever holds a lock and is silent longer than a call may take has gone.
            let idle = self.call.as_secs().clamp(1, 3_600);
            plain(c, format!("set session idle_transaction_timeout={idle}")).await?;
        }
        if text(about, 1) != Some("0") {
            tracing::warn!("the server takes no writes");
            return Err(StorageError::ReadOnly.into());
        }
        if number::<u64>(about, 2).is_some_and(|most| most < PACKET) {
            tracing::warn!("max_allowed_packet is below 16 MiB: large batches will fail");
        }
        Ok(())
    }
}

/// Whether a server of this version has what the texts need: `json_table` and `with consistent snapshot, read only`.
fn is_new_enough(version: &str) -> bool {
    let mut numbers = version.split(|c: char| !c.is_ascii_digit()).map(str::parse::<u32>);
    let (Some(Ok(major)), Some(Ok(minor))) = (numbers.next(), numbers.next()) else {
        return false;
    };
    (major, minor) >= if version.contains("MariaDB") { (10, 6) } else { (8, 0) }
}

impl From<&str> for MysqlOptions {
    fn from(url: &str) -> MysqlOptions {
        MysqlOptions::new(url)
    }
}

impl From<String> for MysqlOptions {
    fn from(url: String) -> MysqlOptions {
        MysqlOptions::new(&url)
    }
}

impl From<MySqlPool> for MysqlOptions {
    fn from(pool: MySqlPool) -> MysqlOptions {
        MysqlOptions::from_pool(pool)
    }
}
