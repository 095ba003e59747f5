//! How much the first ten threads of a ranked home change when one weight of the formula is halved or doubled, on the imported
//! organisation of the workloads. Prints the table of `docs/ranking.md`.
//!
//! `ESN_DATA` names the folder of the organisation, `ESN_STORE` and `ESN_URL` a store that `workloads` has filled.

#![expect(clippy::print_stdout, reason = "the answer of this program is what it prints")]

mod organisation;

use organisation::{NETWORK, Ticking, newest, storage};
use parvis::feed::Weights;
use parvis::operations::Home;
use parvis::store::Storage;
use parvis::{Config, ItemId, Parvis, Time, external};
use std::collections::HashSet;
use std::error::Error;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

/// Threads that are compared.
const TOP: u32 = 10;

#[derive(serde::Deserialize)]
struct Samples {
    readers: Vec<u32>,
}

/// A weight by its name, and how to reach it.
type Weight = (&'static str, fn(&mut Weights) -> &mut f64);

const WEIGHTS: [Weight; 17] = [
    ("mention", |w| &mut w.mention),
    ("mention_least", |w| &mut w.mention_least),
    ("own", |w| &mut w.own),
    ("own_started", |w| &mut w.own_started),
    ("own_part", |w| &mut w.own_part),
    ("news", |w| &mut w.news),
    ("space", |w| &mut w.space),
    ("author", |w| &mut w.author),
    ("social", |w| &mut w.social),
    ("engage", |w| &mut w.engage),
    ("nurture", |w| &mut w.nurture),
    ("announcement", |w| &mut w.announcement),
    ("age", |w| &mut w.age),
    ("seen", |w| &mut w.seen),
    ("seen_most", |w| &mut w.seen_most),
    ("seen_commented", |w| &mut w.seen_commented),
    ("language", |w| &mut w.language),
];

fn main() -> Result<(), Box<dyn Error>> {
    tokio::runtime::Builder::new_current_thread()
        .build()?
        .block_on(sensitivity())
}

async fn sensitivity() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::var("ESN_DATA")?);
    let storage = storage(&std::env::var("ESN_STORE").unwrap_or_else(|_| "sqlite".to_owned())).await?;
    let samples: Samples = serde_json::from_str(&fs::read_to_string(folder.join("samples.json"))?)?;
    let now = newest(&folder)?;
    let base = tops(&storage, now, &samples.readers, Weights::default()).await?;
    println!("| weight | halved: new in the ten | homes that change | doubled: new in the ten | homes that change |");
    println!("|---|---|---|---|---|");
    for (name, of) in WEIGHTS {
        let mut cells = Vec::new();
        for factor in [0.5, 2.0] {
            let mut weights = Weights::default();
            *of(&mut weights) *= factor;
            let other = tops(&storage, now, &samples.readers, weights).await?;
            let pairs = || base.iter().zip(&other);
            let new: usize = pairs()
                .map(|(base, other)| other.iter().filter(|id| !base.contains(id)).count())
                .sum();
            let changed = pairs().filter(|(base, other)| base != other).count();
            let homes = base.len().max(1) as f64;
            cells.push(format!(
                "{:.2} | {:.0} %",
                new as f64 / homes,
                100.0 * changed as f64 / homes
            ));
        }
        println!("| {name} | {} |", cells.join(" | "));
    }
    Ok(())
}

/// The first threads of every reader's home, in order.
async fn tops(
    storage: &Arc<dyn Storage>,
    now: Time,
    readers: &[u32],
    weights: Weights,
) -> Result<Vec<Vec<ItemId>>, Box<dyn Error>> {
    let config = Config::new().clock(Arc::new(Ticking::at(now))).weights(weights);
    let parvis = Parvis::open_shared(storage.clone(), config).await?;
    let mut tops = Vec::new();
    let distinct: HashSet<u32> = readers.iter().copied().collect();
    let mut distinct: Vec<u32> = distinct.into_iter().collect();
    distinct.sort_unstable();
    for reader in distinct {
        let page = parvis
            .act_as(NETWORK, external(reader))
            .feed()
            .home(Home::new().limit(TOP))
            .await?;
        tops.push(page.items.iter().map(|item| item.id).collect());
    }
    Ok(tops)
}
