//! Lines of a file, numbered, of bounded length; a reader may give lines back.

use std::collections::VecDeque;
use std::io::{self, BufRead, Read};

/// No line and no row is longer than this, so that a broken file costs no memory.
pub(super) const MAX_ROW: usize = 1024 * 1024;

/// One line with its end, as it stands in the file.
pub(super) struct Line {
    /// Counted from 1.
    pub(super) number: u64,
    pub(super) bytes: Vec<u8>,
    /// Whether it was cut at [`MAX_ROW`].
    pub(super) cut: bool,
}

pub(super) struct Lines<R> {
    input: R,
    number: u64,
    given_back: VecDeque<Line>,
    consumed: u64,
}

impl<R: BufRead> Lines<R> {
    /// Skips a byte order mark.
    pub(super) fn new(mut input: R) -> io::Result<Lines<R>> {
        let mark = "\u{feff}".as_bytes();
        let marked = input.fill_buf()?.starts_with(mark);
        if marked {
            input.consume(mark.len());
        }
        Ok(Lines {
            input,
            number: 0,
            given_back: VecDeque::new(),
            consumed: if marked { mark.len() as u64 } else { 0 },
        })
    }

    /// The bytes that were read so far.
    pub(super) fn consumed(&self) -> u64 {
        self.consumed
    }

    pub(super) fn next(&mut self) -> io::Result<Option<Line>> {
        if let Some(line) = self.given_back.pop_front() {
            return Ok(Some(line));
        }
        let mut bytes = Vec::new();
        let read = self.input.by_ref().take(MAX_ROW as u64).read_until(b'\n', &mut bytes)?;
        if read == 0 {
            return Ok(None);
        }
        self.consumed += read as u64;
        self.number += 1;
        let cut = read == MAX_ROW && bytes.last() != Some(&b'\n');
        if cut {
            self.consumed += self.input.skip_until(b'\n')? as u64;
        }
        Ok(Some(Line {
            number: self.number,
            bytes,
            cut,
        }))
    }

    /// These lines come again, in their order.
    pub(super) fn give_back(&mut self, lines: Vec<Line>) {
        for line in lines.into_iter().rev() {
            self.given_back.push_front(line);
        }
    }
}

/// A line without its end.
pub(super) fn without_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}
