//! Every store that ours are tested on, each time in a place of its own.

use crate::folder::Folder;
use crate::mysql::{MysqlPlace, NO_MYSQL};
use crate::servers::{NO_POSTGRES, PostgresPlace};
use parvis::store::conformance::wait;
use parvis::store::{Memory, Storage};
use parvis_sled::{Sled, SledOptions};
use parvis_sqlx::{Mysql, Postgres, Sqlite, SqliteOptions};
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
    open: Box<dyn Fn() -> Arc<dyn Storage>>,
}

impl Made {
    fn new(open: impl Fn() -> Arc<dyn Storage> + 'static) -> Made {
        Made {
            storage: open(),
            open: Box::new(open),
        }
    }

    /// The same place, opened once more as another process would.
    pub(crate) fn again(&self) -> Arc<dyn Storage> {
        (self.open)()
    }
}

impl Engine {
    /// An empty store; `None` where its server is not there, which is said.
    pub(crate) fn make(self) -> Option<Made> {
        let folder = Folder::new();
        Some(match self {
            Engine::Memory => {
                let memory = Memory::new();
                Made::new(move || Arc::new(memory.reopen()))
            }
            Engine::Sqlite => Made::new(move || {
                let options = SqliteOptions::new(folder.file("parvis.db")).readers(2).cache_kib(2048);
                Arc::new(wait(Sqlite::open(options)).unwrap())
            }),
            Engine::Sled => Made::new(move || {
                let options = SledOptions::new(folder.file("parvis")).readers(1).cache_bytes(4 << 20);
                Arc::new(wait(Sled::open(options)).unwrap())
            }),
            Engine::Postgres => {
                let Some(place) = PostgresPlace::new() else {
                    println!("{NO_POSTGRES}");
                    return None;
                };
                Made::new(move || Arc::new(wait(Postgres::open(place.options())).unwrap()))
            }
            Engine::Mysql => {
                let Some(place) = MysqlPlace::new() else {
                    println!("{NO_MYSQL}");
                    return None;
                };
                Made::new(move || Arc::new(wait(Mysql::open(place.options())).unwrap()))
            }
        })
    }
}
