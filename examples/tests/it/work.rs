//! Folders made by hand, and a store in memory to import them into.

use parvis::store::Memory;
use parvis::{Actor, Config, HOST, Parvis};
use parvis_folder::{Folder, Report, Stop};
use pollster::block_on;
use std::path::Path;
use tempfile::TempDir;

/// The network of the tests.
pub(crate) const NETWORK: &str = "acme";

/// A folder with these files.
pub(crate) fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

/// A store in memory.
pub(crate) struct Town {
    pub(crate) db: Parvis,
}

impl Town {
    pub(crate) fn new() -> Town {
        let db = block_on(Parvis::open(Memory::new(), Config::new())).unwrap();
        Town { db }
    }

    pub(crate) fn system(&self) -> Actor {
        self.db.system(NETWORK, HOST)
    }

    pub(crate) fn person(&self, id: &str) -> Actor {
        self.db.act_as(NETWORK, parvis::external(id))
    }

    pub(crate) fn import(&self, folder: &Path) -> Result<Report, Stop> {
        let folder = Folder::open(folder)?;
        block_on(folder.import(&self.system()))
    }
}

/// The bad lines of a report as they are printed.
pub(crate) fn bad(report: &Report) -> Vec<String> {
    report.bad().map(ToString::to_string).collect()
}

/// New, changed, unchanged and refused rows of one file.
pub(crate) fn counts(report: &Report, table: &str) -> (u64, u64, u64, usize) {
    let file = report.files.iter().find(|file| file.table == table).unwrap();
    (file.new, file.changed, file.unchanged, file.bad.len())
}

/// Whether nothing was new, changed or refused.
pub(crate) fn settled(report: &Report) -> bool {
    let text = report.to_string();
    let lines = text.lines().filter(|line| line.contains(" rows: "));
    lines.clone().count() > 1
        && lines
            .clone()
            .all(|line| line.contains("0 new, 0 changed") && line.ends_with(" 0 refused"))
}
