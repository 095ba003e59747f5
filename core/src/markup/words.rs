//! Runs of words, and what stands in them: addresses and tags.

use crate::items::tags::{self, Tag};
use linkify::{LinkFinder, LinkKind};

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
        let last = before.chars().next_back();
        last.is_none_or(|c| !(tags::is_word(c) || matches!(c, '\0' | '@')))
    }

    /// Takes the `@` away that [`Run::calls`] found.
    pub(super) fn uncall(&mut self) {
        self.0.pop();
    }

    pub(super) fn take(&mut self) -> String {
        std::mem::take(&mut self.0)
    }
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
    /// An address, and where it leads.
    Address(&'a str, String),
}

impl Piece<'_> {
    pub(super) fn tag(self) -> Option<Tag> {
        match self {
            Piece::Tag(tag, _) => Some(tag),
            Piece::Words(_) | Piece::Address(..) => None,
        }
    }
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
                    pieces.extend(text.get(done..range.start).map(Piece::Words));
                    done = range.end;
                    pieces.extend(text.get(range).map(|written| Piece::Tag(tag, written)));
                }
                pieces.extend(text.get(done..).map(Piece::Words));
            }
        }
    }
    pieces
}
