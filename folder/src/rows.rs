//! Streams the rows of one file, CSV or JSON Lines.

use super::cells::{Bad, Cell, Cells};
use super::lines::{Line, Lines, without_end};
use super::report::Reason;
use super::tables::{Keys, Table};
use super::{File, Stop};
use parvis::import::ImportRow;
use std::collections::BTreeSet;
use std::io::BufReader;

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Csv,
    JsonLines,
}

/// A row of a file, or why there is none.
pub(super) struct FileRow {
    /// The line on which it begins.
    pub(super) line: u64,
    pub(super) row: Result<ImportRow, Bad>,
}

/// The rows of one file.
pub(super) struct Rows {
    table: Table,
    lines: Lines<BufReader<std::fs::File>>,
    /// For CSV: which column of the table each field is.
    header: Option<Vec<Option<usize>>>,
    keys: Keys,
    pub(super) ignored: BTreeSet<String>,
}

/// A file that names more unknown columns than this has its columns mixed up; the report need not name them all.
const MAX_IGNORED: usize = 50;

impl Rows {
    /// Opens the file; of a CSV file the header is read and checked.
    pub(super) fn open(file: &File) -> Result<Rows, Stop> {
        let failed = |error| Stop::Unreadable(file.name.clone(), error);
        let input = std::fs::File::open(&file.path).map_err(failed)?;
        let mut rows = Rows {
            table: file.table,
            lines: Lines::new(BufReader::new(input)).map_err(failed)?,
            header: None,
            keys: Keys::default(),
            ignored: BTreeSet::new(),
        };
        if file.form == Form::Csv {
            let header = super::csv::next(&mut rows.lines).map_err(failed)?;
            rows.header = Some(match header {
                // An empty file is the same as a missing one.
                None => Vec::new(),
                Some((_, fields)) => rows
                    .header_of(fields)
                    .map_err(|why| Stop::Header(file.name.clone(), why))?,
            });
        }
        Ok(rows)
    }

    fn header_of(&mut self, fields: Result<Vec<Vec<u8>>, &str>) -> Result<Vec<Option<usize>>, String> {
        let columns = self.table.columns();
        let mut header = Vec::new();
        for field in fields? {
            let name = String::from_utf8(field).map_err(|_| "the header is not UTF-8")?;
            let known = columns.iter().position(|(column, _)| *column == name);
            match known {
                Some(at) if header.contains(&Some(at)) => return Err(format!("column `{name}` stands twice")),
                Some(_) => {}
                None => self.ignore(name),
            }
            header.push(known);
        }
        let absent = columns
            .iter()
            .enumerate()
            .find(|(at, (_, required))| *required && !header.contains(&Some(*at)));
        match absent {
            Some((_, (name, _))) => Err(format!("column `{name}` is missing")),
            None => Ok(header),
        }
    }

    fn ignore(&mut self, column: String) {
        if self.ignored.len() < MAX_IGNORED {
            self.ignored.insert(column);
        }
    }

    /// The bytes that were read so far.
    pub(super) fn consumed(&self) -> u64 {
        self.lines.consumed()
    }

    /// The next row.
    pub(super) fn next(&mut self) -> std::io::Result<Option<FileRow>> {
        Ok(self.cells()?.map(|(line, cells)| FileRow {
            line,
            row: cells.and_then(|cells| self.table.row(&cells, &mut self.keys)),
        }))
    }

    fn cells(&mut self) -> std::io::Result<Option<(u64, Result<Cells, Bad>)>> {
        if self.header.is_some() {
            let row = super::csv::next(&mut self.lines)?;
            return Ok(row.map(|(line, fields)| (line, self.of_fields(fields))));
        }
        loop {
            match self.lines.next()? {
                None => return Ok(None),
                Some(line) if line.bytes.iter().all(u8::is_ascii_whitespace) => {}
                Some(line) => return Ok(Some((line.number, self.of_json(&line)))),
            }
        }
    }

    fn of_fields(&self, fields: Result<Vec<Vec<u8>>, &str>) -> Result<Cells, Bad> {
        let not_csv = |why: String| Bad::line(Reason::NotCsv(why));
        let fields = fields.map_err(|why| not_csv(why.to_owned()))?;
        let header = self.header.as_deref().unwrap_or_default();
        if fields.len() != header.len() {
            let why = format!("{} fields, the header has {}", fields.len(), header.len());
            return Err(not_csv(why));
        }
        let columns = self.table.columns();
        let mut cells = vec![None; columns.len()];
        for (field, column) in fields.into_iter().zip(header) {
            let text = String::from_utf8(field).map_err(|_| Bad::line(Reason::NotUtf8))?;
            if let Some(cell) = column.and_then(|at| cells.get_mut(at)) {
                *cell = Cell::of_field(text);
            }
        }
        Ok(Cells { columns, cells })
    }

    fn of_json(&mut self, line: &Line) -> Result<Cells, Bad> {
        if line.cut {
            return Err(Bad::line(Reason::NotJson("the line is longer than 1 MiB".to_owned())));
        }
        let text = std::str::from_utf8(without_end(&line.bytes)).map_err(|_| Bad::line(Reason::NotUtf8))?;
        let value: serde_json::Value = serde_json::from_str(text).map_err(|error| {
            let why = format!("it breaks off or errs at column {}", error.column());
            Bad::line(Reason::NotJson(why))
        })?;
        let serde_json::Value::Object(fields) = value else {
            return Err(Bad::line(Reason::NotJson("the line is no object".to_owned())));
        };
        let columns = self.table.columns();
        let mut cells = vec![None; columns.len()];
        for (name, value) in fields {
            match columns.iter().position(|(column, _)| *column == name) {
                None => self.ignore(name),
                Some(at) => {
                    if let Some(cell) = cells.get_mut(at) {
                        *cell = Cell::of_json(value);
                    }
                }
            }
        }
        Ok(Cells { columns, cells })
    }
}
