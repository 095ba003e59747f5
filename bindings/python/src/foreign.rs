//! Whether another SQLite library of this process works on a file.
//!
//! Two copies of SQLite in one process do not see each other's locks, and each undoes the other's by closing the file. On Linux the
//! copy that works on a file can be seen: it maps the file's `-shm` into memory, each piece once.

use crate::failure::Failure;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How often, and how long in between, a file that was ours a moment ago is looked at again.
const LOOKS: u32 = 40;
const PAUSE: Duration = Duration::from_millis(50);
/// How often it is looked whether somebody else has joined while a file is open.
const BETWEEN: Duration = Duration::from_secs(1);

/// The files that Parvis has, or had, open in a process.
#[derive(Default)]
struct Files {
    process: u32,
    /// How often each is open now.
    open: BTreeMap<PathBuf, usize>,
    /// Those that are mapped while this process forks.
    still: BTreeSet<PathBuf>,
    /// Those that were open when this process was forked: its copy of SQLite believes in locks that the parent holds.
    inherited: BTreeSet<PathBuf>,
}

static FILES: Mutex<Option<Files>> = Mutex::new(None);

type Held = MutexGuard<'static, Option<Files>>;

thread_local! {
    static HELD: RefCell<Option<Held>> = const { RefCell::new(None) };
}

fn lock() -> Held {
    FILES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Works on the list of this process.
fn files<T>(work: impl FnOnce(&mut Files) -> T) -> T {
    let mut held = lock();
    let files = held.get_or_insert_default();
    let process = std::process::id();
    if files.process != process {
        let open = std::mem::take(&mut files.open);
        let open = open.into_iter().filter(|(_, count)| *count > 0);
        files.inherited.extend(open.map(|(file, _)| file));
        files.inherited.extend(std::mem::take(&mut files.still));
        files.process = process;
    }
    work(files)
}

/// Whether none of the files is mapped into this process any more.
pub(crate) fn nothing_is_open() -> bool {
    let known: Vec<_> = files(|files| files.open.keys().cloned().collect());
    known.iter().all(|file| mapped(file).is_empty())
}

/// Keeps the list as it is while this thread forks. What is still mapped is not for the child.
pub(crate) fn hold() {
    files(|files| {
        let still = files.open.keys().filter(|file| !mapped(file).is_empty());
        files.still = still.cloned().collect();
    });
    HELD.with(|held| *held.borrow_mut() = Some(lock()));
}

/// Ends it.
pub(crate) fn release() {
    HELD.with(|held| held.borrow_mut().take());
    files(|files| files.still.clear());
}

/// Who else works on a file that Parvis has open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Company {
    /// Nobody.
    None,
    /// Another library.
    Joined,
    /// Another library did. As it left it may have taken the log away from under Parvis: the file is to be opened anew.
    Left,
}

/// A file that Parvis opens.
#[derive(Debug)]
pub(crate) struct Ours {
    file: PathBuf,
    left: AtomicBool,
    company: Mutex<(Instant, Company)>,
}

impl Ours {
    /// Whether another library has joined.
    pub(crate) fn met_another(&self) -> bool {
        let mut seen = HashSet::new();
        mapped(&self.file).into_iter().any(|piece| !seen.insert(piece))
    }

    /// Who else works on it, as of the last look. There is one a second, where calls are: it costs more than a short call.
    pub(crate) fn company(&self) -> Company {
        let mut company = self.company.lock().unwrap_or_else(PoisonError::into_inner);
        if company.0.elapsed() >= BETWEEN {
            *company = (
                Instant::now(),
                match (self.met_another(), company.1) {
                    (true, _) => Company::Joined,
                    (false, Company::None) => Company::None,
                    (false, Company::Joined | Company::Left) => Company::Left,
                },
            );
        }
        company.1
    }

    /// Parvis has closed it.
    pub(crate) fn left(&self) {
        if !self.left.swap(true, Ordering::AcqRel) {
            files(|files| {
                if let Some(count) = files.open.get_mut(&self.file) {
                    *count = count.saturating_sub(1);
                }
            });
        }
    }
}

impl Drop for Ours {
    fn drop(&mut self) {
        self.left();
    }
}

/// Says that Parvis is about to open a file.
///
/// # Errors
/// [`Failure::Foreign`] where another library has it, [`Failure::Forked`] where this process inherited it open.
pub(crate) async fn enter(file: &Path) -> Result<Ours, Failure> {
    // As the kernel names it. A file that is not there yet is nobody's.
    let file = std::fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    for _ in 0..LOOKS {
        let (known, inherited) = files(|files| (files.open.get(&file).copied(), files.inherited.contains(&file)));
        if inherited {
            return Err(Failure::Forked);
        }
        let ours = known.is_some_and(|count| count > 0);
        if ours || mapped(&file).is_empty() {
            files(|files| *files.open.entry(file.clone()).or_default() += 1);
            let entered = Ours {
                file,
                left: AtomicBool::new(false),
                company: Mutex::new((Instant::now(), Company::None)),
            };
            return if entered.met_another() {
                Err(Failure::Foreign)
            } else {
                Ok(entered)
            };
        }
        if known.is_none() {
            break;
        }
        // Perhaps it is our own: a store that was dropped closes its file a moment later.
        tokio::time::sleep(PAUSE).await;
    }
    Err(Failure::Foreign)
}

/// The pieces of the file's `-shm` that are mapped, by where they begin.
#[cfg(target_os = "linux")]
fn mapped(file: &Path) -> Vec<String> {
    let mut shared = file.as_os_str().to_owned();
    shared.push("-shm");
    let Some(shared) = shared.to_str() else {
        return Vec::new();
    };
    // address, permissions, offset, device, inode, path
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
    let lines = maps.lines().filter(|line| line.ends_with(shared));
    let lines = lines.filter_map(|line| {
        let mut fields = line.splitn(6, ' ');
        let offset = fields.nth(2)?;
        (fields.nth(2)?.trim_start() == shared).then(|| offset.to_owned())
    });
    lines.collect()
}

/// Elsewhere it cannot be seen.
#[cfg(not(target_os = "linux"))]
fn mapped(_file: &Path) -> Vec<String> {
    Vec::new()
}
