//! Where the file lies, and how connections to it are set up.

use super::errors::unopened;
use crate::release::STATEMENTS;
use parvis::store::StorageError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, SqliteConnection};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Where and how to open a store.
///
/// Every commit is flushed before it is acknowledged (`synchronous=FULL` over a write-ahead log): it survives a power cut.
/// Batches that only ask for [`Durability::Replayable`](parvis::store::Durability::Replayable) are served the same way.
///
/// The crate that compiles SQLite asks it for one page cache, with one lock, for all connections of a process. A host whose threads
/// read at the same time compiles it without: `LIBSQLITE3_FLAGS` in the `.cargo/config.toml` of this repository is what it sets.
#[derive(Clone, Debug)]
pub struct SqliteOptions {
    path: PathBuf,
    readers: usize,
    busy: Duration,
    cache_kib: u32,
    mmap_bytes: u64,
    /// Nothing of it can be written.
    frozen: bool,
}

impl SqliteOptions {
    /// A file by its path; it is made when it does not exist, its folder is not.
    pub fn new(path: impl AsRef<Path>) -> SqliteOptions {
        SqliteOptions {
            path: path.as_ref().to_owned(),
            readers: 3,
            busy: Duration::from_secs(5),
            cache_kib: 64 * 1024,
            mmap_bytes: 0,
            frozen: false,
        }
    }

    /// How many reads run at the same time, 1 to 16; 3 by default. More than the machine has cores gains nothing.
    pub fn readers(mut self, readers: usize) -> SqliteOptions {
        self.readers = readers.clamp(1, 16);
        self
    }

    /// How long a commit waits for another process that writes to the same file before it answers
    /// [`StorageError::Busy`]; 5 seconds by default.
    pub fn busy_timeout(mut self, wait: Duration) -> SqliteOptions {
        self.busy = wait;
        self
    }

    /// Page cache of each connection in KiB; 64 MiB by default.
    pub fn cache_kib(mut self, kib: u32) -> SqliteOptions {
        self.cache_kib = kib;
        self
    }

    /// Up to how many bytes of the file are mapped into memory; none by default: a file that grows is mapped anew again and again.
    pub fn mmap_bytes(mut self, bytes: u64) -> SqliteOptions {
        self.mmap_bytes = bytes;
        self
    }

    pub(super) fn reader_count(&self) -> usize {
        self.readers
    }

    fn connection(&self) -> SqliteConnectOptions {
        SqliteConnectOptions::new()
            .filename(&self.path)
            .busy_timeout(self.busy)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(false)
            .pragma("cache_size", format!("-{}", self.cache_kib))
            .pragma("mmap_size", self.mmap_bytes.to_string())
            .statement_cache_capacity(STATEMENTS)
            // A batch changes pages all over the file: copying the log back often writes the same pages again and again.
            .pragma("wal_autocheckpoint", "10000")
            .disable_statement_logging()
    }

    /// The same for a file that is there, on a medium that cannot be written. `None` where the file has a log beside it: what
    /// it holds counts, and cannot be read without writing.
    pub(super) fn frozen(&self) -> Option<SqliteOptions> {
        let mut log = self.path.clone().into_os_string();
        log.push("-wal");
        let alone = self.path.is_file() && !Path::new(&log).exists();
        alone.then(|| SqliteOptions {
            frozen: true,
            ..self.clone()
        })
    }

    /// The connection that writes; it makes the file.
    pub(super) async fn writer(&self) -> Result<SqliteConnection, StorageError> {
        if self.frozen {
            return self.reader().await;
        }
        let options = self
            .connection()
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .thread_name(|number| format!("parvis-sqlite-write-{number}"));
        options.connect().await.map_err(|error| unopened(&error))
    }

    /// A connection that reads.
    pub(super) async fn reader(&self) -> Result<SqliteConnection, StorageError> {
        let options = self
            .connection()
            .pragma("query_only", "on")
            .read_only(self.frozen)
            .immutable(self.frozen)
            .thread_name(|number| format!("parvis-sqlite-read-{number}"));
        options.connect().await.map_err(|error| unopened(&error))
    }
}

impl From<&str> for SqliteOptions {
    /// A path, or a URL like `sqlite://parvis.db`.
    fn from(place: &str) -> SqliteOptions {
        let path = place.strip_prefix("sqlite:").unwrap_or(place);
        SqliteOptions::new(path.strip_prefix("//").unwrap_or(path))
    }
}

impl From<String> for SqliteOptions {
    fn from(place: String) -> SqliteOptions {
        SqliteOptions::from(place.as_str())
    }
}

impl From<&Path> for SqliteOptions {
    fn from(path: &Path) -> SqliteOptions {
        SqliteOptions::new(path)
    }
}

impl From<PathBuf> for SqliteOptions {
    fn from(path: PathBuf) -> SqliteOptions {
        SqliteOptions::new(path)
    }
}
