//! The workloads, on the organisation of the performance harness, through the public API. `README.md` says what they are.
//!
//! `ESN_DATA` names the folder, `ESN_STORE` the store (`memory`, `sqlite` or `sled`), `ESN_URL` an empty database.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the answer of this program is what it prints"
)]

mod measure;
mod organisation;
mod publish;
mod replay;

use measure::Bench;
use organisation::{NETWORK, Ticking, newest, storage};
use parvis::due::Budget;
use parvis::{Config, Parvis};
use parvis_folder::Folder;
use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

/// The app that imports the organisation.
const APP: &str = parvis::HOST;

fn main() -> Result<(), Box<dyn Error>> {
    // One thread: the clients of the other peers have one, too.
    tokio::runtime::Builder::new_current_thread()
        .build()?
        .block_on(workloads())
}

async fn workloads() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::var("ESN_DATA")?);
    let store = std::env::var("ESN_STORE").unwrap_or_else(|_| "memory".to_owned());
    let now = newest(&folder)?;
    let clock = Arc::new(Ticking::at(now));
    let config = Config::new().clock(clock.clone());
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
    replay::replay(&parvis, &folder, &clock, &mut bench).await
}
