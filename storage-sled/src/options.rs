//! Where the folder lies, and how it is opened.

use std::path::{Path, PathBuf};
use std::time::Duration;

/// When a batch is on the medium.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Flush {
    /// Before it is acknowledged: it survives a kill of the process and a loss of power.
    #[default]
    Each,
    /// At least this often (1 ms to 1 hour), whatever was acknowledged.
    ///
    /// A killed process may lose the batches acknowledged within the last interval, a loss of power those of the last
    /// two. They are lost whole, the newest first: what is there afterwards is the state after some earlier batch, and
    /// nothing is there by half. [`close`](crate::Sled::close) and the drop of the last handle flush.
    Every(Duration),
}

/// Where and how to open a store.
#[derive(Clone, Debug)]
pub struct SledOptions {
    pub(crate) folder: PathBuf,
    pub(crate) flush: Flush,
    pub(crate) readers: usize,
    pub(crate) busy: Duration,
    pub(crate) cache_bytes: u64,
}

impl SledOptions {
    /// A folder by its path; it is made when it does not exist.
    pub fn new(folder: impl AsRef<Path>) -> SledOptions {
        SledOptions {
            folder: folder.as_ref().to_owned(),
            flush: Flush::Each,
            readers: 3,
            busy: Duration::from_secs(5),
            cache_bytes: 64 << 20,
        }
    }

    /// When batches are flushed; each before it is acknowledged by default.
    pub fn flush(mut self, flush: Flush) -> SledOptions {
        self.flush = match flush {
            Flush::Every(interval) => {
                Flush::Every(interval.clamp(Duration::from_millis(1), Duration::from_secs(3_600)))
            }
            Flush::Each => Flush::Each,
        };
        self
    }

    /// How many reads run at the same time, 1 to 16; 3 by default. More than the machine has cores gains nothing.
    pub fn readers(mut self, readers: usize) -> SledOptions {
        self.readers = readers.clamp(1, 16);
        self
    }

    /// How long opening waits for another process (or for a handle of this one that was just dropped) to let go of the
    /// folder before it answers [`Busy`](parvis::store::StorageError::Busy); 5 seconds by default.
    pub fn busy_timeout(mut self, wait: Duration) -> SledOptions {
        self.busy = wait;
        self
    }

    /// How many bytes sled's cache aims at; 64 MiB by default. It takes up to twice as many.
    pub fn cache_bytes(mut self, bytes: u64) -> SledOptions {
        self.cache_bytes = bytes.max(1 << 20);
        self
    }
}

impl From<&str> for SledOptions {
    /// A path, or a URL like `sled://folder` (relative) or `sled:///srv/folder`.
    fn from(place: &str) -> SledOptions {
        let path = place.strip_prefix("sled:").unwrap_or(place);
        SledOptions::new(path.strip_prefix("//").unwrap_or(path))
    }
}

impl From<String> for SledOptions {
    fn from(place: String) -> SledOptions {
        SledOptions::from(place.as_str())
    }
}

impl From<&Path> for SledOptions {
    fn from(folder: &Path) -> SledOptions {
        SledOptions::new(folder)
    }
}

impl From<PathBuf> for SledOptions {
    fn from(folder: PathBuf) -> SledOptions {
        SledOptions::new(folder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_paths_or_urls() {
        for (place, folder) in [
            ("town", "town"),
            ("sled://town", "town"),
            ("sled:///srv/town", "/srv/town"),
            ("sled:town", "town"),
        ] {
            assert_eq!(SledOptions::from(place).folder, Path::new(folder), "{place}");
        }
    }
}
