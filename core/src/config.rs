//! What a host gives once, at `open`: secret, clock, entropy, limits. The system's own are wired here and nowhere else.

use crate::feed::Weights;
use crate::gate::Switches;
use crate::ids::Time;
use crate::live::{Sleep, Watch};
use std::fmt;
use std::sync::Arc;

/// Tells the time.
pub trait Clock: Send + Sync + 'static {
    /// The present instant.
    fn now(&self) -> Time;
}

/// Draws random bytes fit for secrets.
pub trait Entropy: Send + Sync + 'static {
    /// Fills the buffer.
    ///
    /// # Errors
    /// Where the source is not available.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyFailed>;
}

/// The source of randomness is not available.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no randomness available")]
pub struct EntropyFailed;

struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Time {
        Time::from_millis(jiff::Timestamp::now().as_millisecond())
    }
}

struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyFailed> {
        getrandom::fill(bytes).map_err(|_| EntropyFailed)
    }
}

/// The key that seals cursors and tokens.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret([u8; 32]);

impl Secret {
    /// A secret from 32 bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Secret {
        Secret(bytes)
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// Whether commands run what is due behind them before they answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Upkeep {
    /// A worker of the host calls `run_due`.
    #[default]
    Worker,
    /// Every command does: for tests, phones and small tools.
    Inline,
}

/// What a host gives at `open`.
#[derive(Clone)]
#[non_exhaustive]
pub struct Config {
    pub(crate) secret: Option<Secret>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) upkeep: Upkeep,
    pub(crate) watch: Arc<dyn Watch>,
    pub(crate) weights: Weights,
    pub(crate) zone: String,
    pub(crate) switches: Switches,
}

impl Default for Config {
    fn default() -> Config {
        Config::new()
    }
}

impl Config {
    /// The system's clock and entropy; a secret drawn at the first `open` and kept in the store.
    pub fn new() -> Config {
        Config {
            secret: None,
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
            upkeep: Upkeep::default(),
            watch: Arc::new(Sleep),
            weights: Weights::default(),
            zone: "Europe/Paris".to_owned(),
            switches: Switches::default(),
        }
    }

    /// The secret that seals cursors and tokens; all processes of one store must share it.
    pub fn secret(mut self, secret: Secret) -> Config {
        self.secret = Some(secret);
        self
    }

    /// Another clock.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Config {
        self.clock = clock;
        self
    }

    /// Another source of randomness.
    pub fn entropy(mut self, entropy: Arc<dyn Entropy>) -> Config {
        self.entropy = entropy;
        self
    }

    /// Who runs what follows from commands.
    pub fn upkeep(mut self, upkeep: Upkeep) -> Config {
        self.upkeep = upkeep;
        self
    }

    /// How those who wait for changes learn of commits of other processes; they sleep and look unless said otherwise.
    pub fn watch(mut self, watch: Arc<dyn Watch>) -> Config {
        self.watch = watch;
        self
    }

    /// The weights of the ranked home feed.
    pub fn weights(mut self, weights: Weights) -> Config {
        self.weights = weights;
        self
    }

    /// The time zone (IANA name) of persons who named none; working hours are counted in it.
    pub fn zone(mut self, zone: impl Into<String>) -> Config {
        self.zone = zone.into();
        self
    }

    /// A gate with one predicate out of force, by its name in [`testing::PREDICATES`](crate::testing::PREDICATES): a leak test that stays
    /// green with it proves nothing.
    #[cfg(feature = "testing")]
    pub fn without_predicate(mut self, name: &'static str) -> Config {
        self.switches = Switches::without(name);
        self
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("upkeep", &self.upkeep)
            .field("zone", &self.zone)
            .finish_non_exhaustive()
    }
}
