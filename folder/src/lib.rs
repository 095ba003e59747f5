//! Reads an organisation from a folder of CSV and JSON Lines files and imports it: `docs/import-format.md`.
//!
//! Files are streamed: what is held of one is a chunk of rows and the keys seen so far.

mod cells;
mod csv;
mod lines;
mod report;
mod rows;
mod tables;

pub use report::{BadLine, FileReport, Reason, Report};
pub use tables::Table;

use cells::Bad;
use indicatif::{ProgressBar, ProgressStyle};
use parvis::import::ImportRow;
use parvis::operations::{EndMissing, ImportRows};
use parvis::{Actor, Time};
use rows::{Form, Rows};
use std::path::{Path, PathBuf};

/// Rows that go to the library in one call.
const CHUNK: usize = 500;

/// Why an import could not begin, or could not go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Stop {
    /// There is no such folder.
    #[error("`{0}` is no folder")]
    NoFolder(String),
    /// The folder has no people.
    #[error("`{0}` holds neither people.csv nor people.jsonl")]
    NoPeople(String),
    /// One table stands there in two forms.
    #[error("both {0}.csv and {0}.jsonl are there: which of them is meant?")]
    Both(&'static str),
    /// The first line of a CSV file does not name its columns.
    #[error("{0}: {1}")]
    Header(String, String),
    /// A file cannot be read.
    #[error("{0} cannot be read: {1}")]
    Unreadable(String, #[source] std::io::Error),
    /// A file that is to say who there is has lines that cannot be read.
    #[error("{0}:{1} cannot be read: nobody's account was ended")]
    Unsure(String, u64),
    /// The library refused the call or cannot reach its store. What was imported stays; run it again to finish.
    #[error("the import stopped at {0}: {1}")]
    Refused(String, #[source] parvis::Error),
}

/// One file of a folder.
#[derive(Clone, Debug)]
struct File {
    table: Table,
    form: Form,
    name: String,
    path: PathBuf,
    bytes: u64,
}

/// A folder in the documented format, looked through so far that an import can begin.
#[derive(Clone, Debug)]
pub struct Folder {
    files: Vec<File>,
}

impl Folder {
    /// Finds the files and checks what would stop an import before its first row.
    ///
    /// # Errors
    /// [`Stop`], unless it is a refusal of the library.
    pub fn open(path: &Path) -> Result<Folder, Stop> {
        let shown = || path.display().to_string();
        if !path.is_dir() {
            return Err(Stop::NoFolder(shown()));
        }
        let mut files = Vec::new();
        for table in Table::ALL {
            let mut found =
                [(Form::Csv, "csv"), (Form::JsonLines, "jsonl")]
                    .into_iter()
                    .filter_map(|(form, ending)| {
                        let name = format!("{}.{ending}", table.name());
                        let path = path.join(&name);
                        let bytes = path.metadata().ok().filter(std::fs::Metadata::is_file)?.len();
                        Some(File {
                            table,
                            form,
                            name,
                            path,
                            bytes,
                        })
                    });
            let file = found.next();
            if found.next().is_some() {
                return Err(Stop::Both(table.name()));
            }
            files.extend(file);
        }
        if !files.iter().any(|file| file.table == Table::People) {
            return Err(Stop::NoPeople(shown()));
        }
        for file in &files {
            Rows::open(file)?;
        }
        Ok(Folder { files })
    }

    /// Shows every valid row to `look`, file by file in the order of an import; bad lines are passed over.
    ///
    /// # Errors
    /// [`Stop::Unreadable`].
    pub fn each(&self, mut look: impl FnMut(ImportRow)) -> Result<(), Stop> {
        for file in &self.files {
            let failed = |error| Stop::Unreadable(file.name.clone(), error);
            let mut rows = Rows::open(file)?;
            while let Some(row) = rows.next().map_err(failed)? {
                row.row.into_iter().for_each(&mut look);
            }
        }
        Ok(())
    }

    /// Ends the accounts of those of the actor's app who do not stand in the file of people, unless more than `at_most` percent of the
    /// active ones are missing; answers how many ended.
    ///
    /// # Errors
    /// [`Stop::Unsure`] where a line of that file cannot be read, [`Stop::Unreadable`], and [`Stop::Refused`] with the reason
    /// `ManyMissing` where too many are missing.
    pub async fn end_missing(&self, system: &Actor, at_most: u32) -> Result<u64, Stop> {
        let (mut present, mut name) = (Vec::new(), String::new());
        for file in self.files.iter().filter(|file| file.table == Table::People) {
            let failed = |error| Stop::Unreadable(file.name.clone(), error);
            let mut rows = Rows::open(file)?;
            while let Some(row) = rows.next().map_err(failed)? {
                match row.row {
                    Ok(ImportRow::Person(person)) => present.push(person.id),
                    _ => return Err(Stop::Unsure(file.name.clone(), row.line)),
                }
            }
            name.clone_from(&file.name);
        }
        let end = EndMissing::new(present).at_most(at_most);
        let ended = system.import().end_missing(end).await;
        Ok(ended.map_err(|error| Stop::Refused(name, error))?.ended.0)
    }

    /// Imports all files under the name of the actor's app, which must be a system actor. The bar is hidden where standard
    /// error is no terminal.
    ///
    /// # Errors
    /// [`Stop::Unreadable`] and [`Stop::Refused`]; what was imported before stays.
    pub async fn import(&self, system: &Actor) -> Result<Report, Stop> {
        let bar = ProgressBar::new(self.files.iter().map(|file| file.bytes).sum());
        if let Ok(style) = ProgressStyle::with_template("{msg:<14} {bar:40} {percent:>3} %  {eta:>4} left") {
            bar.set_style(style);
        }
        let mut report = Report::default();
        let mut before = 0;
        for file in &self.files {
            bar.set_message(file.table.name());
            let import = FileImport::new(system, file);
            report.files.push(import.run(&bar, before).await?);
            before += file.bytes;
            bar.set_position(before);
        }
        bar.finish_and_clear();
        Ok(report)
    }
}

/// The import of one file.
struct FileImport<'a> {
    system: &'a Actor,
    file: &'a File,
    report: FileReport,
    /// Rows that wait for their chunk to be full: reactions in the second list, so that the many short runs of one kind in
    /// `interactions` become few long ones. Nothing in one list names a row of the other.
    waiting: [Vec<(u64, ImportRow)>; 2],
}

impl<'a> FileImport<'a> {
    fn new(system: &'a Actor, file: &'a File) -> FileImport<'a> {
        let report = FileReport {
            table: file.table.name(),
            file: file.name.clone(),
            ..FileReport::default()
        };
        FileImport {
            system,
            file,
            report,
            waiting: [Vec::new(), Vec::new()],
        }
    }

    async fn run(mut self, bar: &ProgressBar, before: u64) -> Result<FileReport, Stop> {
        let failed = |error| Stop::Unreadable(self.file.name.clone(), error);
        let mut rows = Rows::open(self.file)?;
        while let Some(row) = rows.next().map_err(failed)? {
            self.report.rows += 1;
            match row.row {
                Ok(import) => self.push(row.line, import).await?,
                Err(bad) => self.refuse(row.line, bad),
            }
            bar.set_position(before + rows.consumed());
        }
        for list in [0, 1] {
            self.send(list, usize::MAX).await?;
        }
        self.report.ignored = rows.ignored;
        self.report.bad.sort_by_key(|bad| bad.line);
        Ok(self.report)
    }

    fn refuse(&mut self, line: u64, bad: Bad) {
        self.report.bad.push(BadLine {
            file: self.file.name.clone(),
            line,
            reason: bad.reason,
            column: bad.column,
            value: bad.value,
        });
    }

    async fn push(&mut self, line: u64, row: ImportRow) -> Result<(), Stop> {
        let list = usize::from(matches!(row, ImportRow::Reaction(_)));
        let [first, second] = &mut self.waiting;
        let waiting = if list == 0 { first } else { second };
        let full = waiting.len() >= CHUNK;
        // Rows of one instant keep their order within a call, so a call ends between two instants where it can.
        let instant = instant(&row);
        let same = |(_, row): &&(u64, ImportRow)| instant.is_some() && self::instant(row) == instant;
        let kept = waiting.iter().rev().take_while(same).count();
        let sent = if kept < waiting.len() {
            waiting.len() - kept
        } else {
            waiting.len()
        };
        if full {
            self.send(list, sent).await?;
        }
        if let Some(waiting) = self.waiting.get_mut(list) {
            waiting.push((line, row));
        }
        Ok(())
    }

    /// Sends the first `count` waiting rows.
    async fn send(&mut self, list: usize, count: usize) -> Result<(), Stop> {
        let Some(waiting) = self.waiting.get_mut(list) else {
            return Ok(());
        };
        let (lines, rows): (Vec<u64>, Vec<ImportRow>) = waiting.drain(..count.min(waiting.len())).unzip();
        let Some(first) = lines.first() else {
            return Ok(());
        };
        let place = format!("{}:{first}", self.file.name);
        let put = self.system.import().put(ImportRows::new(rows)).await;
        let put = put.map_err(|error| Stop::Refused(place, error))?;
        self.report.new += put.new.0;
        self.report.changed += put.changed.0;
        self.report.unchanged += put.same.0;
        for bad in put.bad {
            let line = usize::try_from(bad.row.0).ok().and_then(|at| lines.get(at)).copied();
            let reason = reason(bad.reason.as_str());
            let (column, value) = (bad.field.0, bad.value.0);
            self.refuse(line.unwrap_or_default(), Bad { reason, column, value });
        }
        Ok(())
    }
}

/// The library's word as a reason of the report.
fn reason(word: &str) -> Reason {
    match word {
        "unknown" => Reason::Unknown,
        "duplicate" => Reason::Duplicate,
        "not_allowed" => Reason::NotAllowedHere,
        "guest_outside" => Reason::GuestOutside,
        "last_owner" => Reason::LastOwner,
        "circle" => Reason::Circle,
        "too_deep" => Reason::TooDeep,
        "too_long" => Reason::TooLong,
        "bad_text" => Reason::NotA("a text of one line"),
        "missing" => Reason::Missing,
        other => Reason::Other(other.to_owned()),
    }
}

fn instant(row: &ImportRow) -> Option<Time> {
    match row {
        ImportRow::Post(row) => Some(row.ts),
        ImportRow::Comment(row) => Some(row.ts),
        _ => None,
    }
}
