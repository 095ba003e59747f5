//! sled's tree as the ordered map that [`run`](parvis::store::run) and [`apply`](parvis::store::apply) work on.
//!
//! Keys are stored as they are: their bytes are in order. A value is followed by four bytes: a checksum over key and value.

use crate::errors::meaning;
use parvis::store::{Dir, Entries, OrderedMap, StorageError, Writes};
use sled::{IVec, Tree};
use std::cell::Cell;
use std::ops::Bound;

/// The tree, under the lock of whoever made this.
pub(crate) struct Map<'a> {
    tree: &'a Tree,
    failed: Cell<bool>,
}

impl<'a> Map<'a> {
    pub(crate) fn of(tree: &'a Tree) -> Map<'a> {
        Map {
            tree,
            failed: Cell::new(false),
        }
    }

    /// Whether the medium failed. A write that failed in the background is told to whoever asks next, and from then on to all:
    /// the engine has to be opened anew.
    pub(crate) fn has_failed(&self) -> bool {
        self.failed.get()
    }

    fn meaning(&self, error: sled::Error) -> StorageError {
        if matches!(error, sled::Error::Io(_)) {
            self.failed.set(true);
        }
        meaning(error)
    }
}

/// Bytes of a checksum.
const SUM: usize = 4;

fn sum(key: &[u8], value: &[u8]) -> [u8; SUM] {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(key);
    hasher.update(value);
    hasher.finalize().to_le_bytes()
}

/// The value without its checksum, where that fits.
fn checked(key: &[u8], stored: &[u8]) -> Result<Vec<u8>, StorageError> {
    match stored.split_last_chunk::<SUM>() {
        Some((value, found)) if *found == sum(key, value) => Ok(value.to_vec()),
        _ => {
            tracing::error!("a value does not fit its checksum");
            Err(StorageError::Corrupt { table: "*" })
        }
    }
}

impl OrderedMap for Map<'_> {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        let stored = self.tree.get(key).map_err(|error| self.meaning(error))?;
        stored.map(|stored| checked(key, &stored)).transpose()
    }

    fn range(&self, from: Bound<&[u8]>, to: Bound<&[u8]>, dir: Dir) -> Entries<'_> {
        // Lazy: sled reads a page when its first entry is asked for.
        let entries = self.tree.range::<&[u8], _>((from, to));
        let told = |entry: sled::Result<(IVec, IVec)>| {
            let (key, stored) = entry.map_err(|error| self.meaning(error))?;
            let value = checked(&key, &stored)?;
            Ok((key.to_vec(), value))
        };
        match dir {
            Dir::Up => Box::new(entries.map(told)),
            Dir::Down => Box::new(entries.rev().map(told)),
        }
    }
}

/// The writes of a batch as sled takes them.
pub(crate) fn batch(writes: Writes) -> sled::Batch {
    let mut batch = sled::Batch::default();
    for (key, value) in writes {
        match value {
            Some(mut value) => {
                value.extend(sum(&key, &value));
                batch.insert(key, value);
            }
            None => batch.remove(key),
        }
    }
    batch
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_was_changed_or_moved_is_corrupt() {
        let stored: Vec<u8> = [b"value".as_slice(), &sum(b"key", b"value")].concat();
        assert_eq!(checked(b"key", &stored), Ok(b"value".to_vec()));
        let corrupt = Err(StorageError::Corrupt { table: "*" });
        assert_eq!(checked(b"kez", &stored), corrupt, "under another key");
        assert_eq!(checked(b"key", stored.get(1..).unwrap_or_default()), corrupt, "cut");
        for bit in 0..stored.len() * 8 {
            let mut flipped = stored.clone();
            if let Some(byte) = flipped.get_mut(bit / 8) {
                *byte ^= 1 << (bit % 8);
            }
            assert_eq!(checked(b"key", &flipped), corrupt, "bit {bit}");
        }
    }
}
