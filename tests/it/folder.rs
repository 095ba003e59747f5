//! Folders that go away with the test.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A new, empty folder; removed with its last clone.
#[derive(Clone, Debug)]
pub(crate) struct Folder(Arc<Removed>);

#[derive(Debug)]
struct Removed(PathBuf);

impl Folder {
    pub(crate) fn new() -> Folder {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("parvis-{}-{count}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(Arc::new(Removed(path)))
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0.0
    }
}

impl Drop for Removed {
    fn drop(&mut self) {
        // Left behind at worst, in the folder for such things.
        let _left = std::fs::remove_dir_all(&self.0);
    }
}
