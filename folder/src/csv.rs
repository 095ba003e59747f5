//! CSV as RFC 4180 has it, strictly.
//!
//! Written here because a report needs what general readers do not give: the line on which a row begins, a refusal of stray
//! quotes instead of a guess, and a fresh start on the next line, so that one forgotten quote costs one row and not the file.

use super::lines::{Line, Lines, MAX_ROW};
use std::io::{self, BufRead};

/// One row: the line on which it begins, and its fields or what is wrong with it.
pub(super) type Row = (u64, Result<Vec<Vec<u8>>, &'static str>);

/// The next row that is not an empty line.
pub(super) fn next<R: BufRead>(lines: &mut Lines<R>) -> io::Result<Option<Row>> {
    let first = loop {
        match lines.next()? {
            None => return Ok(None),
            Some(line) if matches!(line.bytes.as_slice(), b"\n" | b"\r\n") => {}
            Some(line) => break line,
        }
    };
    let mut splitter = Splitter::default();
    let mut ended = feed(&mut splitter, &first);
    let mut size = first.bytes.len();
    let mut further: Vec<Line> = Vec::new();
    while let Ok(false) = ended {
        ended = match lines.next()? {
            None => Err("a quote is not closed"),
            Some(line) => {
                size += line.bytes.len();
                let fed = feed(&mut splitter, &line);
                further.push(line);
                if size > MAX_ROW { Err(TOO_LARGE) } else { fed }
            }
        };
    }
    let fields = match ended {
        Ok(_) => Ok(splitter.fields),
        Err(wrong) => {
            lines.give_back(further);
            Err(wrong)
        }
    };
    Ok(Some((first.number, fields)))
}

const TOO_LARGE: &str = "a row is larger than 1 MiB, or a quote is not closed";

fn feed(splitter: &mut Splitter, line: &Line) -> Result<bool, &'static str> {
    if line.cut {
        return Err(TOO_LARGE);
    }
    splitter.feed(&line.bytes)
}

/// Where in a field the splitter stands.
#[derive(Clone, Copy, Default, PartialEq)]
enum At {
    #[default]
    Start,
    Plain,
    Quoted,
    /// After a quote inside a quoted field: its end, or the first of two.
    Quote,
}

#[derive(Default)]
struct Splitter {
    fields: Vec<Vec<u8>>,
    field: Vec<u8>,
    at: At,
}

impl Splitter {
    /// Takes one line with its end; says whether the row ends with it.
    fn feed(&mut self, line: &[u8]) -> Result<bool, &'static str> {
        let body = super::lines::without_end(line);
        for &byte in body {
            match (self.at, byte) {
                (At::Quoted, b'"') => self.at = At::Quote,
                (At::Quoted, _) => self.field.push(byte),
                (At::Quote, b'"') => {
                    self.field.push(byte);
                    self.at = At::Quoted;
                }
                (_, b',') => {
                    self.fields.push(std::mem::take(&mut self.field));
                    self.at = At::Start;
                }
                (At::Start, b'"') => self.at = At::Quoted,
                (At::Quote, _) => return Err("text after a closing quote"),
                (_, b'"') => return Err("a quote inside an unquoted field"),
                (At::Start | At::Plain, _) => {
                    self.field.push(byte);
                    self.at = At::Plain;
                }
            }
        }
        if self.at == At::Quoted {
            // The line break belongs to the field, as it stands.
            self.field.extend(line.iter().skip(body.len()));
            return Ok(false);
        }
        self.fields.push(std::mem::take(&mut self.field));
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn rows(text: &str) -> Vec<(u64, Result<Vec<String>, &'static str>)> {
        let mut lines = Lines::new(text.as_bytes()).unwrap();
        let mut rows = Vec::new();
        while let Some((line, fields)) = next(&mut lines).unwrap() {
            let fields = fields.map(|fields| fields.into_iter().map(|f| String::from_utf8(f).unwrap()).collect());
            rows.push((line, fields));
        }
        rows
    }

    fn fields(fields: &[&str]) -> Result<Vec<String>, &'static str> {
        Ok(fields.iter().map(|field| (*field).to_owned()).collect())
    }

    #[test]
    fn rows_are_named_by_the_line_on_which_they_begin() {
        let text = "\u{feff}a,b\r\n\r\n\"x\r\ny\",\"say \"\"hi\"\"\"\n,\nlast,\"\"";
        assert_eq!(
            rows(text),
            [
                (1, fields(&["a", "b"])),
                (3, fields(&["x\r\ny", "say \"hi\""])),
                (5, fields(&["", ""])),
                (6, fields(&["last", ""]))
            ]
        );
    }

    #[test]
    fn a_stray_quote_costs_its_own_row_only() {
        assert_eq!(
            rows("a,5\"\nb,\"c\"d\ne,\"f\ng,h\n"),
            [
                (1, Err("a quote inside an unquoted field")),
                (2, Err("text after a closing quote")),
                (3, Err("a quote is not closed")),
                (4, fields(&["g", "h"]))
            ]
        );
    }

    #[test]
    fn a_quote_that_is_never_closed_costs_no_memory_and_no_other_row() {
        let long = "x".repeat(900);
        let text = format!("\"open\n{}", format!("{long}\n").repeat(3_000));
        let rows = rows(&text);
        assert_eq!(rows.len(), 3_001);
        assert_eq!(rows.first().unwrap(), &(1, Err(TOO_LARGE)));
        assert!(rows.iter().skip(1).all(|(_, row)| row.is_ok()));
    }
}
