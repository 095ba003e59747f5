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
use sqlx::{ConnectOptions, MySqlConnection};
use std::time::Duration;

/// A batch of 4 MiB is sent as JSON, its bytes as digits.
const PACKET: u64 = 16 * 1024 * 1024;

/// Where and how to open a store.
///
/// A commit is as lasting as the server makes it: `innodb_flush_log_at_trx_commit=1` (the default) survives a power cut.
#[derive(Clone, Debug)]
pub struct MysqlOptions {
    /// Absent where the URL could not be read.
    server: Option<MySqlConnectOptions>,
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
        let wait = self.lock.as_secs().max(1);
        let settings = format!(
            "set session sql_mode='STRICT_ALL_TABLES,STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION,\
             NO_AUTO_VALUE_ON_ZERO', autocommit=1, sql_auto_is_null=0, sql_select_limit=default, group_concat_max_len=67108864, \
             innodb_lock_wait_timeout={wait}, lock_wait_timeout=60; \
             set session transaction isolation level read committed"
        );
        plain(&mut c, settings).await?;
        // On a cluster a read waits until its node has what was acknowledged by another one.
        let cluster = plain(&mut c, "show variables like 'wsrep_on'".to_owned()).await?;
        if cluster.first().and_then(|row| text(row, 1)) == Some("ON") {
            plain(&mut c, "set session wsrep_sync_wait=1".to_owned()).await?;
        }
        let about = "select version(),@@global.read_only,@@max_allowed_packet";
        let about = plain(&mut c, about.to_owned()).await?;
        let about = about.first().ok_or(StorageError::Corrupt { table: "*" })?;
        let version = text(about, 0).unwrap_or_default();
        if !is_new_enough(version) {
            tracing::warn!(version, "MariaDB 10.6 or MySQL 8.0 or newer is needed");
            return Err(StorageError::Unavailable.into());
        }
        if version.contains("MariaDB") {
            // Whoever holds a lock and is silent longer than a call may take has gone.
            let idle = self.call.as_secs().clamp(1, 3_600);
            plain(&mut c, format!("set session idle_transaction_timeout={idle}")).await?;
        }
        if text(about, 1) != Some("0") {
            tracing::warn!("the server takes no writes");
            return Err(StorageError::ReadOnly.into());
        }
        if number::<u64>(about, 2).is_some_and(|most| most < PACKET) {
            tracing::warn!("max_allowed_packet is below 16 MiB: large batches will fail");
        }
        Ok(c)
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
