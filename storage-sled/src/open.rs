//! The engine while it is open. All of this blocks, and runs on the store's threads only.

use crate::errors::meaning;
use crate::map::{Map, batch};
use crate::options::{Flush, SledOptions};
use crate::watch::{Calls, PATIENCE, aside, wait, watch};
use parvis::store::{OrderedMap, StorageError, Writes};
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// Bytes that stay free: two of sled's segments to write into, and as much again to clean up and to open the folder.
const RESERVE: u64 = 2 << 20;

/// A folder that is open.
pub(crate) struct Open {
    /// Present until it is dropped.
    db: Option<sled::Db>,
    /// The file of sled's log, to sync it: sled itself only waits for the system's cache.
    log: File,
    folder: std::path::PathBuf,
    flush: Flush,
    /// Reads share it, a batch that is applied has it alone.
    lock: RwLock<()>,
    /// Batches were applied since the last sync.
    dirty: AtomicBool,
    /// A sync failed: what lies in memory is more than what lies on the medium, and nothing more can be written.
    failed: AtomicBool,
    /// A batch failed half-way: not even reads may see what lies in memory.
    torn: AtomicBool,
    calls: Calls,
}

impl Open {
    /// Opens the folder, or makes it.
    pub(crate) fn at(options: &SledOptions) -> Result<Arc<Open>, StorageError> {
        let folder = &options.folder;
        std::fs::create_dir_all(folder).map_err(meaning)?;
        without_unfinished(folder).map_err(meaning)?;
        let interval = match options.flush {
            Flush::Every(interval) => u64::try_from(interval.as_millis()).unwrap_or(u64::MAX),
            Flush::Each => 500,
        };
        let config = sled::Config::new()
            .path(folder)
            .cache_capacity(options.cache_bytes)
            .flush_every_ms(Some(interval));
        // sled panics over some damaged files.
        let db = catch_unwind(AssertUnwindSafe(|| config.open())).unwrap_or_else(|_| {
            tracing::error!("sled panicked while it opened the folder");
            Err(sled::Error::Corruption { at: None, bt: () })
        });
        let db = db.map_err(meaning)?;
        let log = File::open(folder.join("db")).map_err(meaning)?;
        lasting(folder)?;
        let open = Arc::new(Open {
            db: Some(db),
            log,
            folder: folder.clone(),
            flush: options.flush,
            lock: RwLock::new(()),
            dirty: AtomicBool::new(true),
            failed: AtomicBool::new(false),
            torn: AtomicBool::new(false),
            calls: Calls::default(),
        });
        watch(&open).map_err(meaning)?;
        Ok(open)
    }

    /// The calls under way.
    pub(crate) fn calls(&self) -> &Calls {
        &self.calls
    }

    /// Asks sled, on a thread of its own, whether something has failed; if so, who waits for it is told.
    pub(crate) fn ask(self: &Arc<Open>) {
        let open = Arc::clone(self);
        let ask = move || {
            tracing::warn!("sled takes long");
            let asked = catch_unwind(AssertUnwindSafe(|| open.tree().map(|tree| tree.flush().is_ok())));
            tracing::debug!(?asked, "sled was asked");
        };
        let thread = std::thread::Builder::new().name("parvis-sled-ask".to_owned());
        if let Err(error) = thread.spawn(ask) {
            tracing::warn!(%error, "no thread that asks");
        }
    }

    /// Whether reads may use it.
    pub(crate) fn is_whole(&self) -> bool {
        !self.torn.load(Ordering::Acquire)
    }

    /// Whether batches may use it.
    pub(crate) fn is_sound(&self) -> bool {
        self.is_whole() && !self.failed.load(Ordering::Acquire)
    }

    fn tree(&self) -> Result<&sled::Tree, StorageError> {
        self.db.as_deref().ok_or(StorageError::Unavailable)
    }

    /// Reads at one instant.
    pub(crate) fn read<T>(
        &self,
        read: impl FnOnce(&dyn OrderedMap) -> Result<T, StorageError>,
    ) -> Result<T, StorageError> {
        let _call = self.calls.begin();
        let _shared = self.lock.read().unwrap_or_else(PoisonError::into_inner);
        // Looked at under the lock: a batch may have failed meanwhile.
        if !self.is_whole() {
            return Err(StorageError::Unavailable);
        }
        let map = Map::of(self.tree()?);
        let found = read(&map);
        self.torn.fetch_or(map.has_failed(), Ordering::AcqRel);
        found
    }

    /// Decides and writes, alone. What was written is visible now and lasts after [`Open::sync`].
    pub(crate) fn write<T, E: From<StorageError>>(
        &self,
        decide: impl FnOnce(&dyn OrderedMap) -> Result<(T, Writes), E>,
    ) -> Result<T, E> {
        let _call = self.calls.begin();
        let _alone = self.lock.write().unwrap_or_else(PoisonError::into_inner);
        let tree = self.tree()?;
        let map = Map::of(tree);
        let decided = decide(&map);
        self.torn.fetch_or(map.has_failed(), Ordering::AcqRel);
        let (answer, writes) = decided?;
        if writes.is_empty() {
            return Ok(answer);
        }
        room(&self.folder, writes_bytes(&writes))?;
        self.dirty.store(true, Ordering::Release);
        // Until sled has taken all of it, nobody may see any of it.
        self.torn.store(true, Ordering::Release);
        match catch_unwind(AssertUnwindSafe(|| tree.apply_batch(batch(writes)))) {
            Ok(Ok(())) => {
                self.torn.store(false, Ordering::Release);
                Ok(answer)
            }
            Ok(Err(error)) => {
                meaning(error);
                Err(StorageError::OutcomeUnknown.into())
            }
            Err(_) => {
                tracing::error!("sled panicked while it applied a batch");
                Err(StorageError::OutcomeUnknown.into())
            }
        }
    }

    /// Waits until everything written so far is on the medium, where batches are flushed each.
    pub(crate) fn sync(&self) -> Result<(), StorageError> {
        match self.flush {
            Flush::Each => self.flush(),
            Flush::Every(_) => Ok(()),
        }
    }

    /// Waits until everything written so far is on the medium.
    pub(crate) fn flush(&self) -> Result<(), StorageError> {
        if !self.is_sound() {
            return Err(StorageError::OutcomeUnknown);
        }
        if !self.dirty.swap(false, Ordering::AcqRel) {
            return Ok(());
        }
        let tree = self.tree()?;
        let _call = self.calls.begin();
        let flushed = catch_unwind(AssertUnwindSafe(|| {
            tree.flush()?;
            Ok(self.log.sync_data()?)
        }));
        let flushed = match flushed {
            Ok(flushed) => flushed.map_err(|error: sled::Error| {
                meaning(error);
            }),
            Err(_) => {
                tracing::error!("sled panicked while it flushed");
                Err(())
            }
        };
        flushed.map_err(|()| {
            // A second sync may say that all is well although pages were dropped: only what is read back counts.
            self.failed.store(true, Ordering::Release);
            StorageError::OutcomeUnknown
        })
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let db = self.db.take();
        let closed = aside("close", || {
            // sled flushes in its destructor, and panics where that fails.
            if catch_unwind(AssertUnwindSafe(|| drop(db))).is_err() {
                tracing::error!("sled panicked while it closed the folder");
            }
            Ok(())
        });
        if closed.is_ok_and(|closed| wait(&closed, PATIENCE).is_none()) {
            tracing::error!("sled does not come back from closing the folder");
        }
    }
}

fn writes_bytes(writes: &Writes) -> u64 {
    let bytes = writes
        .iter()
        .map(|(key, value)| key.len() + value.as_ref().map_or(0, Vec::len) + 64);
    bytes.sum::<usize>() as u64
}

/// Refuses where too little would stay free: a full disk is foreseen, not met in the middle of a write.
pub(crate) fn room(folder: &Path, bytes: u64) -> Result<(), StorageError> {
    match fs2::available_space(folder) {
        Ok(free) if free < bytes.saturating_mul(2).saturating_add(RESERVE) => {
            tracing::warn!(free, "no room left");
            Err(StorageError::Full)
        }
        Ok(_) => Ok(()),
        Err(error) => Err(meaning(error)),
    }
}

/// Throws away a snapshot that was being written when the process was killed: sled 0.34 takes it for the newest one, finds it damaged and
/// opens no more. The finished one before it is still there, and the log.
fn without_unfinished(folder: &Path) -> std::io::Result<()> {
    let mut unfinished = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with("snap.") && name.ends_with(".generating") {
            unfinished.push(path);
        }
    }
    if unfinished.is_empty() {
        return Ok(());
    }
    // Whoever has the folder open may be writing one: he holds this lock, as sled does, and the file is his.
    let log = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(folder.join("db"))?;
    if fs2::FileExt::try_lock_exclusive(&log).is_err() {
        return Ok(());
    }
    for path in unfinished {
        tracing::warn!(?path, "a snapshot that was not finished is thrown away");
        std::fs::remove_file(path)?;
    }
    fs2::FileExt::unlock(&log)
}

/// A new file lasts when its folder has its name, and a new folder when its parent has.
fn lasting(folder: &Path) -> Result<(), StorageError> {
    if cfg!(unix) {
        let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty());
        for folder in [Some(folder), parent].into_iter().flatten() {
            match File::open(folder).and_then(|folder| folder.sync_all()) {
                // A parent that may not be read is not ours to sync.
                Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {}
                synced => synced.map_err(meaning)?,
            }
        }
    }
    Ok(())
}
