//! For tests: a clock by hand, a ready network in memory, the gate's predicates and the records' declarations as data.
//! Feature `testing`, never in a release.

use crate::actor::Parvis;
use crate::config::{Clock, Config, Entropy, EntropyFailed, Secret, Upkeep};
use crate::error::Error;
use crate::ids::Time;
use crate::store::{Declaration, Memory, Schema};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

/// Every predicate of the gate: its name and what it asks.
pub const PREDICATES: &[(&str, &str)] = crate::gate::switches::PREDICATES;

/// A clock that stands until it is moved. Clones share the hand.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    /// A clock that shows an instant.
    pub fn new(at: Time) -> ManualClock {
        ManualClock(Arc::new(AtomicI64::new(at.millis())))
    }

    /// Moves the hand, forwards or back.
    pub fn set(&self, at: Time) {
        self.0.store(at.millis(), Ordering::SeqCst);
    }

    /// Moves the hand by hours.
    pub fn advance_hours(&self, hours: i64) {
        self.set(self.now().plus_hours(hours));
    }

    /// Moves the hand by milliseconds.
    pub fn advance_millis(&self, millis: i64) {
        self.0.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Time {
        Time::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// Bytes that follow from a seed: for tests that compare byte for byte.
#[derive(Debug)]
pub struct SeededEntropy(AtomicU64);

impl SeededEntropy {
    /// Entropy of a seed.
    pub fn new(seed: u64) -> SeededEntropy {
        SeededEntropy(AtomicU64::new(seed))
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyFailed> {
        let n = self.0.fetch_add(1, Ordering::SeqCst);
        blake3::Hasher::new()
            .update(&n.to_le_bytes())
            .finalize_xof()
            .fill(bytes);
        Ok(())
    }
}

/// A configuration whose every outcome follows from the clock and a seed, and which does at once what follows from commands.
pub fn config(clock: &ManualClock, seed: u64) -> Config {
    Config::new()
        .clock(Arc::new(clock.clone()))
        .entropy(Arc::new(SeededEntropy::new(seed)))
        .secret(Secret::from_bytes([7; 32]))
        .upkeep(Upkeep::Inline)
}

/// An empty network in memory.
///
/// # Errors
/// None that a test could meet.
pub async fn memory(clock: &ManualClock) -> Result<Parvis, Error> {
    Parvis::open(Memory::new(), config(clock, 1)).await
}

/// What every record declares of itself.
pub fn declarations() -> Vec<Declaration> {
    crate::schema::declarations()
}

/// The schema of this release.
pub fn schema() -> Schema {
    crate::schema::schema()
}
