//! What became of a folder's rows.

use std::collections::BTreeSet;
use std::fmt;

/// Why a line was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The line is no row of CSV.
    NotCsv(String),
    /// The line is no JSON object.
    NotJson(String),
    /// The line is not UTF-8.
    NotUtf8,
    /// A required value is absent.
    Missing,
    /// A value has the wrong type, or the choice does not know it.
    NotA(&'static str),
    /// A text or an id is over its bound.
    TooLong,
    /// The row that is named was neither imported nor in this folder.
    Unknown,
    /// The key occurred on an earlier line of the file.
    Duplicate,
    /// A column or value that this kind of row may not have.
    NotAllowedHere,
    /// A guest stands where he is not a member.
    GuestOutside,
    /// The row would take the role from the last owner of a space.
    LastOwner,
    /// A unit would stand above itself.
    Circle,
    /// The tree of units would have more levels than it may.
    TooDeep,
    /// A reason of a newer library.
    Other(String),
}

/// A line that was refused. It repeats only what stood in that line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// The file's name in the folder.
    pub file: String,
    /// The line on which the row begins; line 1 of a CSV file is its header.
    pub line: u64,
    /// What was wrong.
    pub reason: Reason,
    /// The column, where it was one.
    pub column: Option<String>,
    /// The value as it stood there.
    pub value: Option<String>,
}

impl fmt::Display for BadLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let BadLine {
            file,
            line,
            reason,
            column,
            value,
        } = self;
        write!(f, "{file}:{line}: ")?;
        let joint = match reason {
            Reason::NotCsv(why) => return write!(f, "not valid CSV: {why}"),
            Reason::NotJson(why) => return write!(f, "not valid JSON: {why}"),
            Reason::NotUtf8 => return f.write_str("not UTF-8"),
            Reason::NotA(what) => {
                write!(f, "not {what}")?;
                ": "
            }
            Reason::Missing => f.write_str("missing").map(|()| " ")?,
            Reason::Unknown => f.write_str("unknown").map(|()| " ")?,
            Reason::Duplicate => f.write_str("duplicate").map(|()| " ")?,
            Reason::TooLong => f.write_str("too long").map(|()| ": ")?,
            Reason::NotAllowedHere => f.write_str("not allowed here").map(|()| ": ")?,
            Reason::GuestOutside => f.write_str("guest outside his spaces").map(|()| ": ")?,
            Reason::LastOwner => f.write_str("last owner").map(|()| ": ")?,
            Reason::Circle => f.write_str("circle").map(|()| ": ")?,
            Reason::TooDeep => f.write_str("too deep").map(|()| ": ")?,
            Reason::Other(word) => f.write_str(word).map(|()| ": ")?,
        };
        if let Some(column) = column {
            write!(f, "{joint}{column}")?;
        }
        match (value, column) {
            (Some(value), Some(_)) => write!(f, " `{}`", short(value)),
            (Some(value), None) => write!(f, "{joint}`{}`", short(value)),
            (None, _) => Ok(()),
        }
    }
}

/// A value on one line, not longer than it is useful.
fn short(value: &str) -> String {
    let mut shown: String = value.chars().take(60).flat_map(char::escape_debug).collect();
    if value.chars().nth(60).is_some() {
        shown.push('…');
    }
    shown
}

/// What became of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileReport {
    /// `people`, `posts`, ...
    pub table: &'static str,
    /// The file's name in the folder.
    pub file: String,
    /// Rows that were read, refused ones included.
    pub rows: u64,
    /// Rows that were created.
    pub new: u64,
    /// Rows that replaced an older one.
    pub changed: u64,
    /// Rows that were as before.
    pub unchanged: u64,
    /// Lines that were refused, in the order of the file.
    pub bad: Vec<BadLine>,
    /// Columns that the format does not know; they were ignored.
    pub ignored: BTreeSet<String>,
}

/// What became of a folder: a line a file, then what was ignored, then what was refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The files, in the order in which they were read.
    pub files: Vec<FileReport>,
}

impl Report {
    /// All lines that were refused.
    pub fn bad(&self) -> impl Iterator<Item = &BadLine> {
        self.files.iter().flat_map(|file| &file.bad)
    }

    fn total(&self) -> FileReport {
        let mut total = FileReport {
            table: "total",
            ..FileReport::default()
        };
        for file in &self.files {
            total.rows += file.rows;
            total.new += file.new;
            total.changed += file.changed;
            total.unchanged += file.unchanged;
            total.bad.extend(file.bad.iter().cloned());
        }
        total
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total = self.total();
        let refused = total.bad.len() as u64;
        let width = |number: u64| number.to_string().len();
        let [rows, new, changed, unchanged, bad] =
            [total.rows, total.new, total.changed, total.unchanged, refused].map(width);
        for file in self.files.iter().chain([&total]) {
            writeln!(
                f,
                "{:<14} {:>rows$} rows: {:>new$} new, {:>changed$} changed, {:>unchanged$} unchanged, {:>bad$} refused",
                file.table,
                file.rows,
                file.new,
                file.changed,
                file.unchanged,
                file.bad.len()
            )?;
        }
        for file in &self.files {
            for column in &file.ignored {
                writeln!(
                    f,
                    "{}: column `{}` is not known and was ignored",
                    file.file,
                    short(column)
                )?;
            }
        }
        self.bad().try_for_each(|bad| writeln!(f, "{bad}"))
    }
}
