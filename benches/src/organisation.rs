//! The organisation of the performance harness and the stores that take it, for all programs here.

use parvis::store::{Memory, Storage};
use parvis::{Clock, Time};
use parvis_sled::Sled;
use parvis_sqlx::{Mysql, Postgres, Sqlite, SqliteOptions};
use std::error::Error;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// A clock that stands until it is told to go on.
pub(crate) struct Ticking(AtomicI64);

impl Ticking {
    /// One that stands at an instant.
    pub(crate) fn at(time: Time) -> Ticking {
        Ticking(AtomicI64::new(time.millis()))
    }

    /// Goes on by one second.
    #[allow(dead_code, reason = "not every program here goes on")]
    pub(crate) fn tick(&self) {
        self.0.fetch_add(1_000, Ordering::Relaxed);
    }
}

impl Clock for Ticking {
    fn now(&self) -> Time {
        Time::from_millis(self.0.load(Ordering::Relaxed))
    }
}

/// The network of the organisation.
pub(crate) const NETWORK: &str = "workloads";

/// One second after the newest date in the files.
pub(crate) fn newest(folder: &Path) -> Result<Time, Box<dyn Error>> {
    let mut newest = 0;
    for file in ["posts.jsonl", "interactions.jsonl", "notifications.jsonl"] {
        for line in fs::read_to_string(folder.join(file))?.lines() {
            let row: Dated = serde_json::from_str(line)?;
            newest = newest.max(row.ts);
        }
    }
    Ok(Time::from_millis(newest * 1000 + 1000))
}

/// What dates a row of any file.
#[derive(serde::Deserialize)]
struct Dated {
    ts: i64,
}

/// The store of that name; `ESN_URL` says where it is.
pub(crate) async fn storage(store: &str) -> Result<Arc<dyn Storage>, Box<dyn Error>> {
    match store {
        "memory" => Ok(Arc::new(Memory::new())),
        "sqlite" => {
            let url = std::env::var("ESN_URL")?;
            Ok(Arc::new(Sqlite::open(SqliteOptions::from(url)).await?))
        }
        "postgres" => Ok(Arc::new(Postgres::open(std::env::var("ESN_URL")?).await?)),
        "mysql" => Ok(Arc::new(Mysql::open(std::env::var("ESN_URL")?).await?)),
        "sled" => Ok(Arc::new(Sled::open(std::env::var("ESN_URL")?).await?)),
        other => Err(format!("ESN_STORE is memory, sqlite, postgres, mysql or sled, not {other}").into()),
    }
}
