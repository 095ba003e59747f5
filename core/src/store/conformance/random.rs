//! Random scripts of batches and reads on the store and on [`Memory`], every outcome compared.

mod coverage;
mod generate;
mod replay;

use super::bench::{Bench, Verdict, holds};
use super::schema::schema;
use crate::store::{Batch, CommitError, Memory, NetworkId, Prepare, Read, Storage};
use coverage::Coverage;
use generate::Generator;
use std::fmt::Write as _;

/// One step of a script: plain data, so that a script can be replayed and shrunk.
#[derive(Clone, Debug)]
enum Step {
    Commit(NetworkId, Batch),
    Read(NetworkId, Vec<Read>),
}

fn from_environment(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

const SCRIPTS: u64 = 120;
const STEPS: usize = 60;

/// Scripts of one seed, each on a fresh store; the coverage of all of them must not show a zero.
pub(super) async fn scripts_agree_with_memory(bench: Bench) -> Verdict {
    let seed = from_environment("PARVIS_SEED").unwrap_or(1);
    let scripts = from_environment("PARVIS_SCRIPTS").unwrap_or(SCRIPTS);
    eprintln!("PARVIS_SEED={seed} PARVIS_SCRIPTS={scripts}");
    let mut coverage = Coverage::default();
    for number in 0..scripts {
        let mut generator = Generator::new(seed.wrapping_mul(0x1_0000_0001).wrapping_add(number));
        let script = generator.script(STEPS);
        let model = Memory::new();
        model.prepare(&schema(), Prepare::Upgrade).await?;
        for step in &script {
            coverage.step(&model, step).await?;
        }
        if replay::differs(&bench, &script).await?.is_some() {
            let (script, difference) = replay::shrink(&bench, script).await?;
            let mut text = format!("seed {seed}, script {number}, shrunk to {} steps:\n", script.len());
            for step in &script {
                let _ = writeln!(text, "    {step:?}");
            }
            return holds(false, format_args!("{text}{difference}"));
        }
    }
    eprintln!("{coverage}");
    let missing = coverage.zeros();
    holds(
        scripts < SCRIPTS || missing.is_empty(),
        format_args!("the scripts of seed {seed} never showed {missing:?}"),
    )
}

/// An outcome in the form that is compared: what a refusal says is the adapter's own affair, that it refuses is not.
fn comparable<T>(outcome: Result<T, impl Into<CommitError>>) -> Result<T, CommitError> {
    use crate::store::StorageError::Refused;
    outcome.map_err(|error| match error.into() {
        CommitError::Storage(Refused { .. }) => CommitError::Storage(Refused { table: "", what: "" }),
        other => other,
    })
}
