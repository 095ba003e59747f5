//! What `open` is given, as JSON.

use crate::callbacks::{PyClock, PyEntropy};
use crate::failure::Failure;
use async_trait::async_trait;
use parvis::live::Watch;
use parvis::store::NetworkId;
use parvis::{Config, Secret, Upkeep};
use pyo3::prelude::*;
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;

/// What `open` is given beside the URL; each absent unless named.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Options {
    /// 32 bytes in hexadecimal.
    secret: Option<String>,
    /// Whether commands do at once what is due behind them.
    inline: bool,
    /// An IANA time zone.
    zone: Option<String>,
    /// PostgreSQL: the schema of the tables.
    pub(crate) schema: Option<String>,
    /// Servers: what the names of tables begin with.
    pub(crate) prefix: Option<String>,
    /// PostgreSQL: the URL of a replica.
    pub(crate) replica: Option<String>,
    replica_wait_ms: Option<u64>,
    /// Connections, or threads, that read.
    pub(crate) readers: Option<usize>,
    /// Servers: connections that write.
    pub(crate) writers: Option<usize>,
    busy_timeout_ms: Option<u64>,
    call_timeout_ms: Option<u64>,
    acquire_timeout_ms: Option<u64>,
}

impl Options {
    pub(crate) fn read(json: &[u8]) -> Result<Options, Failure> {
        serde_json::from_slice(json).map_err(|error| Failure::refused("options", error.to_string()))
    }

    /// How long a replica is waited for.
    pub(crate) fn replica_wait(&self) -> Duration {
        Duration::from_millis(self.replica_wait_ms.unwrap_or(100))
    }

    /// How long a commit waits for another one.
    pub(crate) fn busy_timeout(&self) -> Option<Duration> {
        self.busy_timeout_ms.map(Duration::from_millis)
    }

    /// How long a call may take in all.
    pub(crate) fn call_timeout(&self) -> Option<Duration> {
        self.call_timeout_ms.map(Duration::from_millis)
    }

    /// How long a call waits for a free connection.
    pub(crate) fn acquire_timeout(&self) -> Option<Duration> {
        self.acquire_timeout_ms.map(Duration::from_millis)
    }

    /// The library's own configuration.
    pub(crate) fn config(&self, clock: Option<Py<PyAny>>, entropy: Option<Py<PyAny>>) -> Result<Config, Failure> {
        let mut config = Config::new().watch(Arc::new(Sleep));
        if let Some(secret) = &self.secret {
            let bytes = hexadecimal(secret).ok_or_else(|| Failure::refused("secret", "a secret is 32 bytes"))?;
            config = config.secret(Secret::from_bytes(bytes));
        }
        if self.inline {
            config = config.upkeep(Upkeep::Inline);
        }
        if let Some(zone) = &self.zone {
            config = config.zone(zone.clone());
        }
        if let Some(clock) = clock {
            config = config.clock(Arc::new(PyClock(clock)));
        }
        if let Some(entropy) = entropy {
            config = config.entropy(Arc::new(PyEntropy(entropy)));
        }
        Ok(config)
    }
}

/// Waits for changes on the runtime of this process: the library's own timer has a thread that a forked child lacks.
struct Sleep;

#[async_trait]
impl Watch for Sleep {
    async fn pause(&self, _network: NetworkId, at_most: Duration) {
        tokio::time::sleep(at_most).await;
    }
}

fn hexadecimal(text: &str) -> Option<[u8; 32]> {
    let digits = text.bytes().map(|digit| char::from(digit).to_digit(16));
    let digits = digits.collect::<Option<Vec<u32>>>()?;
    let bytes = digits.chunks_exact(2).map(|pair| match pair {
        [high, low] => u8::try_from(high << 4 | low).ok(),
        _ => None,
    });
    let bytes = bytes.collect::<Option<Vec<u8>>>()?;
    (digits.len() == 64).then(|| bytes.try_into().ok()).flatten()
}
