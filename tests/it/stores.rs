//! Every store that ours are tested on, each time in a place of its own.

use crate::folder::Folder;
use crate::mysql::{MysqlPlace, NO_MYSQL};
use crate::servers::{NO_POSTGRES, PostgresPlace};
use parvis::store::conformance::wait;
use parvis::store::{Memory, Storage};
use parvis_sled::{Sled, SledOptions};
use parvis_sqlx::{Mysql, Postgres, Sqlite, SqliteOptions};
use std::any::Any;
use std::sync::Arc;

/// One of our engines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Memory,
    Sqlite,
    Sled,
    Postgres,
    Mysql,
}

/// A store; its place goes away with it.
pub(crate) struct Made {
    pub(crate) storage: Arc<dyn Storage>,
    _place: Box<dyn Any>,
}

impl Engine {
    /// An empty store; `None` where its server is not there, which is said.
    pub(crate) fn make(self) -> Option<Made> {
        let folder = Folder::new();
        let made = |storage: Arc<dyn Storage>, place: Box<dyn Any>| Made { storage, _place: place };
        Some(match self {
            Engine::Memory => made(Arc::new(Memory::new()), Box::new(())),
            Engine::Sqlite => {
                let options = SqliteOptions::new(folder.file("parvis.db")).readers(2).cache_kib(2048);
                made(Arc::new(wait(Sqlite::open(options)).unwrap()), Box::new(folder))
            }
            Engine::Sled => {
                let options = SledOptions::new(folder.file("parvis")).readers(1).cache_bytes(4 << 20);
                made(Arc::new(wait(Sled::open(options)).unwrap()), Box::new(folder))
            }
            Engine::Postgres => {
                let Some(place) = PostgresPlace::new() else {
                    println!("{NO_POSTGRES}");
                    return None;
                };
                let store = wait(Postgres::open(place.options())).unwrap();
                made(Arc::new(store), Box::new(place))
            }
            Engine::Mysql => {
                let Some(place) = MysqlPlace::new() else {
                    println!("{NO_MYSQL}");
                    return None;
                };
                let store = wait(Mysql::open(place.options())).unwrap();
                made(Arc::new(store), Box::new(place))
            }
        })
    }
}
