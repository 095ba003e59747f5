//! The stores that the examples can open.

use parvis::store::{Memory, Storage, StorageError};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

/// Which store, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Store {
    /// Nothing is written to disk, nothing survives the process.
    Memory,
    /// One SQLite file.
    Sqlite(PathBuf),
    /// One sled folder.
    Sled(PathBuf),
    /// A PostgreSQL database by its URL.
    Postgres(String),
    /// A MySQL or MariaDB database by its URL.
    Mysql(String),
}

impl Store {
    /// Opens it. The folder of a file is made where it is missing.
    ///
    /// # Errors
    /// A file or a folder that cannot be opened, or that another release wrote.
    pub async fn open(&self) -> Result<Arc<dyn Storage>, StorageError> {
        match self {
            Store::Memory => Ok(Arc::new(Memory::new())),
            Store::Sqlite(file) => {
                if let Some(folder) = file.parent() {
                    // Where this fails, opening the file says so.
                    let _ = std::fs::create_dir_all(folder);
                }
                Ok(Arc::new(
                    parvis_sqlx::Sqlite::open(parvis_sqlx::SqliteOptions::new(file)).await?,
                ))
            }
            Store::Postgres(url) => Ok(Arc::new(parvis_sqlx::Postgres::open(url.as_str()).await?)),
            Store::Mysql(url) => Ok(Arc::new(parvis_sqlx::Mysql::open(url.as_str()).await?)),
            Store::Sled(folder) => Ok(Arc::new(
                parvis_sled::Sled::open(parvis_sled::SledOptions::new(folder)).await?,
            )),
        }
    }
}

impl fmt::Display for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Store::Memory => f.write_str("memory"),
            // A URL may hold a password.
            Store::Postgres(_) => f.write_str("postgres"),
            Store::Mysql(_) => f.write_str("mysql"),
            Store::Sqlite(file) | Store::Sled(file) => write!(f, "{}", file.display()),
        }
    }
}
