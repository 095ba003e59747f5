//! Home pages of a store that `bindings/python/benches/calls.py` filled, from Rust: what the same pages cost from Python is compared
//! with. `pages FILE READERS ROUNDS REQUEST` prints one line of JSON with the microseconds of each call, in order.

#![expect(clippy::print_stdout, reason = "the answer of this program is what it prints")]

use parvis::{Config, Parvis, external};
use parvis_sqlx::{Sqlite, SqliteOptions};
use std::error::Error;
use std::time::Instant;

/// The network that the other program fills.
const NETWORK: &str = "bench";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut next = |what: &'static str| arguments.next().ok_or(what);
    let file = next("the file")?;
    let (readers, rounds) = (next("readers")?.parse::<u32>()?, next("rounds")?.parse::<u32>()?);
    let request = next("the request")?;
    let store = Sqlite::open(SqliteOptions::new(&file)).await?;
    let db = Parvis::open(store, Config::new()).await?;
    let actors: Vec<_> = (0..readers).map(|id| db.act_as(NETWORK, external(id))).collect();
    let mut times = Vec::new();
    // The first round is not counted: it fills the caches.
    for round in 0..=rounds {
        for actor in &actors {
            let start = Instant::now();
            let page = actor.call("feed.home", request.as_bytes()).await?;
            let took = start.elapsed().as_nanos() as f64 / 1e3;
            if page.len() < 100 {
                return Err("an empty page".into());
            }
            if round > 0 {
                times.push(took);
            }
        }
    }
    println!("{}", serde_json::to_string(&times)?);
    Ok(())
}
