//! The workloads, on the organisation of the performance harness, through the public API. `README.md` says what they are.
//!
//! `ESN_DATA` names the folder, `ESN_STORE` the store (`memory`, `sqlite` or `sled`), `ESN_URL` an empty database.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the answer of this program is what it prints"
)]

mod measure;
mod replay;

use measure::Bench;
use parvis::due::Budget;
use parvis::store::{Memory, Storage};
use parvis::{Clock, Config, Parvis, Time};
use parvis_examples::folder::Folder;
use parvis_sled::Sled;
use parvis_sqlx::{Sqlite, SqliteOptions};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

/// A clock that stands.
struct Standing(Time);

impl Clock for Standing {
    fn now(&self) -> Time {
        self.0
    }
}

/// The network of the organisation, and the app that imports it.
const NETWORK: &str = "workloads";
/// See [`NETWORK`].
const APP: &str = parvis::HOST;

fn main() -> Result<(), Box<dyn Error>> {
    // One thread: the clients of the other peers have one, too.
    tokio::runtime::Builder::new_current_thread()
        .build()?
        .block_on(workloads())
}

/// One second after the newest date in the files.
fn newest(folder: &Path) -> Result<Time, Box<dyn Error>> {
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

async fn storage(store: &str) -> Result<Arc<dyn Storage>, Box<dyn Error>> {
    match store {
        "memory" => Ok(Arc::new(Memory::new())),
        "sqlite" => {
            let url = std::env::var("ESN_URL")?;
            Ok(Arc::new(Sqlite::open(SqliteOptions::from(url)).await?))
        }
        "sled" => Ok(Arc::new(Sled::open(std::env::var("ESN_URL")?).await?)),
        other => Err(format!("ESN_STORE is memory, sqlite or sled, not {other}").into()),
    }
}

async fn workloads() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::var("ESN_DATA")?);
    let store = std::env::var("ESN_STORE").unwrap_or_else(|_| "memory".to_owned());
    let now = newest(&folder)?;
    let config = Config::new().clock(Arc::new(Standing(now)));
    let parvis = Parvis::open_shared(storage(&store).await?, config).await?;
    let mut bench = Bench::new(format!("parvis {store}"));
    let begun = Instant::now();
    // A file that an earlier run left behind is measured as it stands: for work on the reads.
    if std::env::var("ESN_KEEP").is_err() {
        let report = Folder::open(&folder)?.import(&parvis.system(NETWORK, APP)).await?;
        if let Some(bad) = report.bad().next() {
            return Err(format!("a bad line: {bad:?}").into());
        }
        eprintln!("rows imported after {:.1} s", begun.elapsed().as_secs_f64());
        while parvis.run_due(Budget::steps(1_000)).await?.more {}
    }
    bench.once("W7", begun);
    replay::replay(&parvis, &folder, &mut bench).await
}
