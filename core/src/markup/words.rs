//! Runs of words, and what stands in them: addresses, tags and handles.

use crate::items::tags::{self, Tag};
use crate::text;
use linkify::{LinkFinder, LinkKind};
use std::ops::Range;

/// The words of a text as they were before markup cut them into pieces. `\0` stands before a character that was escaped, which
/// begins neither a tag nor a mention; a text cannot hold one itself.
#[derive(Default)]
pub(super) struct Run(String);

impl Run {
    /// Takes words in; `at` is where they begin in the source.
    pub(super) fn push(&mut self, words: &str, source: &str, at: usize) {
        let before = at.checked_sub(1).and_then(|before| source.as_bytes().get(before));
        if before == Some(&b'\\') {
            self.0.push('\0');
        }
        self.0.push_str(words);
    }

    /// Whether a link behind these words is a mention: they end with a free `@`.
    pub(super) fn calls(&self) -> bool {
        let Some(before) = self.0.strip_suffix('@') else {
            return false;
        };
        before.chars().next_back().is_none_or(frees)
    }

    /// Takes the `@` away that [`Run::calls`] found.
    pub(super) fn uncall(&mut self) {
        self.0.pop();
    }

    pub(super) fn take(&mut self) -> String {
        std::mem::take(&mut self.0)
    }
}

/// Whether an `@` behind this character is free.
fn frees(before: char) -> bool {
    !(tags::is_word(before) || matches!(before, '\0' | '@'))
}

/// Words without the marks of what was escaped.
pub(super) fn unmarked(words: &str) -> String {
    words.replace('\0', "")
}

/// A piece of a run.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// Words, with their marks.
    Words(&'a str),
    /// A tag, as it is written.
    Tag(Tag, &'a str),
    /// A handle in its one form, with its `@`; as it is written.
    Handle(String, &'a str),
    /// An address, and where it leads.
    Address(&'a str, String),
}

/// The pieces of a run, in order; nothing is lost.
pub(super) fn pieces(words: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    if !words.contains(['#', ':', '@']) {
        pieces.push(Piece::Words(words));
        return pieces;
    }
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url, LinkKind::Email]);
    for span in finder.spans(words) {
        let text = span.as_str();
        match span.kind() {
            Some(LinkKind::Url) if !text.contains('\0') => pieces.push(Piece::Address(text, text.to_owned())),
            Some(LinkKind::Email) if !text.contains('\0') => {
                pieces.push(Piece::Address(text, format!("mailto:{text}")));
            }
            _ => {
                // What stood before decides whether a `#` is free.
                let before = words.get(..span.start()).and_then(|before| before.chars().next_back());
                let mut done = 0;
                for (range, tag) in tags::in_words(text, before) {
                    spoken(&mut pieces, words, span.start() + done..span.start() + range.start);
                    done = range.end;
                    pieces.extend(text.get(range).map(|written| Piece::Tag(tag, written)));
                }
                spoken(&mut pieces, words, span.start() + done..span.end());
            }
        }
    }
    pieces
}

/// Words and handles: a free `@` with a handle behind it that no other word goes on with.
fn spoken<'a>(pieces: &mut Vec<Piece<'a>>, words: &'a str, range: Range<usize>) {
    let Some(text) = words.get(range.clone()) else { return };
    let mut done = 0;
    for (at, _) in text.match_indices('@') {
        let before = words
            .get(..range.start + at)
            .and_then(|before| before.chars().next_back());
        let Some(rest) = text.get(at + 1..).filter(|_| at >= done && before.is_none_or(frees)) else {
            continue;
        };
        let within = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        let end = rest.find(|c| !within(c)).unwrap_or(rest.len());
        let ends = rest.get(end..).and_then(|rest| rest.chars().next());
        let name = rest.get(..end).unwrap_or_default().trim_end_matches(['.', '_', '-']);
        let handle = text::handle(name, "handle").ok();
        let Some(handle) = handle.filter(|_| !ends.is_some_and(|c| tags::is_word(c) || c == '@')) else {
            continue;
        };
        let behind = at + 1 + name.len();
        pieces.extend(text.get(done..at).filter(|words| !words.is_empty()).map(Piece::Words));
        pieces.extend(
            text.get(at..behind)
                .map(|written| Piece::Handle(format!("@{handle}"), written)),
        );
        done = behind;
    }
    pieces.extend(text.get(done..).filter(|words| !words.is_empty()).map(Piece::Words));
}
