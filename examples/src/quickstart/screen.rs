//! A screen of lines: width, wrapping, rules, and bold text where the terminal has it.

use std::io::{self, Write};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Columns of a line.
pub(super) const WIDTH: usize = 92;

/// Prints lines.
pub(super) struct Screen<'a> {
    out: &'a mut dyn Write,
    styled: bool,
}

impl<'a> Screen<'a> {
    /// `styled`: whether bold and dim text may be used.
    pub(super) fn new(out: &'a mut dyn Write, styled: bool) -> Screen<'a> {
        Screen { out, styled }
    }

    pub(super) fn line(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{}", text.trim_end())?;
        self.out.flush()
    }

    /// A heading over the whole width.
    pub(super) fn heading(&mut self, text: &str) -> io::Result<()> {
        let text = cut(text, WIDTH - 4);
        let rule = "─".repeat(WIDTH.saturating_sub(text.width() + 4));
        let text = self.bold(&text);
        self.line("")?;
        self.line(&format!("── {text} {rule}"))
    }

    pub(super) fn bold(&self, text: &str) -> String {
        self.style("1", text)
    }

    pub(super) fn dim(&self, text: &str) -> String {
        self.style("2", text)
    }

    fn style(&self, code: &str, text: &str) -> String {
        if self.styled {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}

/// Text for a terminal: one line, no control characters.
pub(super) fn plain(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text on one line of at most `width` columns.
pub(super) fn cut(text: &str, width: usize) -> String {
    let text = plain(text);
    if text.width() <= width {
        return text;
    }
    let mut shown = String::new();
    let mut used = 1;
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used > width {
            break;
        }
        shown.push(c);
    }
    format!("{}…", shown.trim_end())
}

/// The text on one line of exactly `width` columns.
pub(super) fn pad(text: &str, width: usize) -> String {
    let text = cut(text, width);
    let missing = width.saturating_sub(text.width());
    format!("{text}{}", " ".repeat(missing))
}

/// The text on at most `lines` lines of at most `width` columns.
pub(super) fn wrap(text: &str, width: usize, lines: usize) -> Vec<String> {
    let text = plain(text);
    let mut wrapped: Vec<String> = Vec::new();
    let mut rest = text.as_str();
    while !rest.is_empty() {
        if wrapped.len() + 1 == lines {
            wrapped.push(cut(rest, width));
            break;
        }
        let (line, later) = split(rest, width);
        wrapped.push(line.to_owned());
        rest = later;
    }
    wrapped
}

/// The words that fit a line, and the rest.
fn split(text: &str, width: usize) -> (&str, &str) {
    let (mut used, mut fits, mut space) = (0, 0, None);
    for (at, c) in text.char_indices() {
        used += c.width().unwrap_or(0);
        if used > width {
            // A space that just does not fit ends the line as well.
            let end = if c == ' ' { at } else { space.unwrap_or(fits.max(1)) };
            let (line, rest) = text.split_at_checked(end).unwrap_or((text, ""));
            return (line, rest.trim_start());
        }
        if c == ' ' {
            space = Some(at);
        }
        fits = at + c.len_utf8();
    }
    (text, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cut_by_columns_and_between_words() {
        assert_eq!(cut("été à Lyon", 6), "été à…");
        assert_eq!(pad("日本", 5), "日本 ");
        assert_eq!(wrap("one two three four", 9, 3), ["one two", "three", "four"]);
        assert_eq!(wrap("one two three four", 9, 2), ["one two", "three fo…"]);
        assert_eq!(wrap("abcdefghij", 4, 9), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("a\u{1b}[2Jb", 9, 1), ["a [2Jb"]);
    }
}
