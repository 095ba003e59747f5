//! The stores that a URL can name, opened.

use crate::bytes_map::PyStorage;
use crate::failure::Failure;
use crate::foreign::{self, Company, Ours};
use crate::options::Options;
use crate::place::{self, Place};
use parvis::later::CommandRow;
use parvis::store::{Memory, Storage};
use parvis_sled::{Sled, SledOptions};
use parvis_sqlx::{Mysql, Postgres, Sqlite, SqliteOptions, Statement};
use pyo3::prelude::*;
use std::sync::Arc;

/// An opened store.
#[derive(Clone)]
pub(crate) enum Store {
    Memory(Memory),
    Python(PyStorage),
    Sqlite(Sqlite, Arc<Ours>),
    Sled(Sled),
    Postgres(Postgres),
    Mysql(Mysql),
}

impl Store {
    /// Opens it. `storage` is the host's own, in Python, in the place of any other.
    pub(crate) async fn open(place: &Place, options: &Options, storage: Option<Py<PyAny>>) -> Result<Store, Failure> {
        if let Some(storage) = storage {
            return Ok(Store::Python(PyStorage::new(storage)));
        }
        match place {
            Place::Memory => Ok(Store::Memory(Memory::new())),
            Place::Sqlite(file) => {
                if let Some(folder) = file.parent().filter(|folder| !folder.is_dir()) {
                    return Err(Failure::Absent(format!("there is no folder {}", folder.display())));
                }
                let ours = foreign::enter(file).await?;
                let mut to = SqliteOptions::new(file);
                if let Some(readers) = options.readers {
                    to = to.readers(readers);
                }
                if let Some(wait) = options.busy_timeout() {
                    to = to.busy_timeout(wait);
                }
                let store = Sqlite::open(to).await?;
                if ours.met_another() {
                    store.close().await;
                    return Err(Failure::Foreign);
                }
                Ok(Store::Sqlite(store, Arc::new(ours)))
            }
            Place::Sled(folder) => {
                let mut to = SledOptions::new(folder);
                if let Some(readers) = options.readers {
                    to = to.readers(readers);
                }
                if let Some(wait) = options.busy_timeout() {
                    to = to.busy_timeout(wait);
                }
                Ok(Store::Sled(Sled::open(to).await?))
            }
            Place::Postgres(url) => Ok(Store::Postgres(Postgres::open(place::postgres(url, options)).await?)),
            Place::Mysql(url) => Ok(Store::Mysql(Mysql::open(place::mysql(url, options)).await?)),
        }
    }

    /// Who else of this process works on it.
    pub(crate) fn company(&self) -> Company {
        match self {
            Store::Sqlite(_, ours) => ours.company(),
            Store::Memory(_) | Store::Python(_) | Store::Sled(_) | Store::Postgres(_) | Store::Mysql(_) => {
                Company::None
            }
        }
    }

    /// What the library works on.
    pub(crate) fn storage(&self) -> Arc<dyn Storage> {
        match self {
            Store::Memory(store) => Arc::new(store.clone()),
            Store::Python(store) => Arc::new(store.clone()),
            Store::Sqlite(store, _) => Arc::new(store.clone()),
            Store::Sled(store) => Arc::new(store.clone()),
            Store::Postgres(store) => Arc::new(store.clone()),
            Store::Mysql(store) => Arc::new(store.clone()),
        }
    }

    /// The statement that writes a command's row on a connection of the host; `percent` for drivers that write `%s`.
    pub(crate) fn statement(&self, row: &CommandRow, percent: bool) -> Result<Statement, Failure> {
        let statement = match self {
            Store::Sqlite(store, _) => store.statement(row)?,
            Store::Postgres(store) => store.statement(row)?,
            Store::Mysql(store) => store.statement(row)?,
            Store::Memory(_) | Store::Python(_) | Store::Sled(_) => {
                let text = "commands are handed over in a transaction of a SQL database";
                return Err(Failure::refused("url", text));
            }
        };
        Ok(if percent { statement.percent() } else { statement })
    }

    /// Waits for what is under way and closes it.
    pub(crate) async fn close(&self) {
        match self {
            Store::Memory(_) | Store::Python(_) => {}
            Store::Sqlite(store, ours) => {
                store.close().await;
                ours.left();
            }
            Store::Sled(store) => store.close().await,
            Store::Postgres(store) => store.close().await,
            Store::Mysql(store) => store.close().await,
        }
    }
}
