//! Tags: what a thing is about, in one word. Two spellings that differ by case or by compatibility forms are one tag.

use super::views::TagView;
use crate::ids::{TagId, hash16};
use icu_casemap::CaseMapper;
use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::CodePointSetData;
use icu_properties::props::XidContinue;
use std::ops::Range;

/// An item has at most this many tags.
pub(crate) const MAX_TAGS: usize = 20;
/// A tag has at most this many characters; its bytes are those of at most four each.
const MAX_CHARS: usize = 64;

/// A tag, as it was spelt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tag {
    /// Follows from the spelling without case (NFKC and case folding, Unicode TR 15 and 31).
    pub(crate) id: TagId,
    /// The spelling in NFKC, without `#`.
    pub(crate) name: String,
}

impl Tag {
    /// A tag of letters, digits, marks, `_` and, between them, `-`; with or without `#` before it. `None` for what is empty, has
    /// more than 64 characters, holds another character, or no letter.
    pub(crate) fn new(text: &str) -> Option<Tag> {
        let text = text.trim();
        let text = text.strip_prefix('#').unwrap_or(text);
        if text.chars().nth(MAX_CHARS).is_some() {
            return None;
        }
        let name = nfkc(text);
        let edges = name.starts_with('-') || name.ends_with('-');
        let words = name.chars().all(|c| c == '-' || is_word(c));
        let letter = name.chars().any(char::is_alphabetic);
        if edges || !words || !letter || name.chars().nth(MAX_CHARS).is_some() {
            return None;
        }
        let plain = nfkc(&CaseMapper::new().fold_string(&name));
        Some(Tag {
            id: TagId::from_bytes(hash16(&[b"tag", plain.as_bytes()])),
            name,
        })
    }
}

/// Tags as they are shown, from their stored spellings.
pub(crate) fn views(names: Option<&[String]>) -> Vec<TagView> {
    let names = names.unwrap_or_default().iter();
    let tags = names.filter_map(|name| Tag::new(name));
    tags.map(|Tag { id, name }| TagView { id, name }).collect()
}

fn nfkc(text: &str) -> String {
    ComposingNormalizerBorrowed::new_nfkc().normalize(text).into_owned()
}

/// Whether a character may stand in a word: what continues an identifier (Unicode TR 31).
pub(crate) fn is_word(c: char) -> bool {
    CodePointSetData::new::<XidContinue>().contains(c)
}

/// The tags that stand in a run of words, with their places: `#` and a tag, not inside another word. `before` is the character that
/// the words follow; `\0` before `#` marks one that was escaped.
pub(crate) fn in_words(words: &str, before: Option<char>) -> impl Iterator<Item = (Range<usize>, Tag)> + '_ {
    let starts = words.char_indices().scan(before, |before, (at, c)| {
        let free = before.is_none_or(|c| !(is_word(c) || matches!(c, '#' | '/' | '&' | '\0')));
        *before = Some(c);
        Some((at, c == '#' && free))
    });
    starts.filter(|(_, starts)| *starts).filter_map(|(at, _)| {
        let rest = words.get(at + 1..)?;
        let end = rest.find(|c| !(c == '-' || is_word(c))).unwrap_or(rest.len());
        let name = rest.get(..end)?.trim_end_matches('-');
        Some((at..at + 1 + name.len(), Tag::new(name)?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> Option<TagId> {
        Tag::new(text).map(|tag| tag.id)
    }

    #[test]
    fn spellings_of_one_tag_are_one() {
        for (one, other) in [
            ("Rex", "rex"),
            ("#Rex", "REX"),
            ("Stra\u{df}e", "STRASSE"),
            ("e\u{301}te\u{301}", "\u{c9}t\u{e9}"),
            ("\u{ff32}\u{ff25}\u{ff38}", "rex"),
            ("\u{fb01}n", "FIN"),
        ] {
            assert!(id(one).is_some());
            assert_eq!(id(one), id(other), "{one} {other}");
        }
        assert_ne!(id("ete"), id("\u{e9}t\u{e9}"));
        assert_eq!(
            Tag::new(" #Compte-Rendu_2 ").map(|tag| tag.name).as_deref(),
            Some("Compte-Rendu_2")
        );
    }

    #[test]
    fn what_is_no_word_is_no_tag() {
        for text in [
            "",
            "#",
            "2026",
            "-a",
            "a-",
            "a b",
            "a\u{202e}b",
            "<b>",
            "a.b",
            "##a",
            "\0",
            "_",
        ] {
            assert_eq!(id(text), None, "{text:?}");
        }
        assert!(id(&"a".repeat(64)).is_some());
        assert_eq!(id(&"a".repeat(65)), None);
        // One character that stands for eighteen.
        assert_eq!(id(&"\u{fdfa}".repeat(60)), None);
    }

    #[test]
    fn tags_stand_free_in_a_text() {
        let found = |text: &str| in_words(text, None).map(|(_, tag)| tag.name).collect::<Vec<_>>();
        assert_eq!(
            found("#one and (#two), #three-four- #\u{939}\u{93f}\u{928}\u{94d}\u{926}\u{940}"),
            ["one", "two", "three-four", "\u{939}\u{93f}\u{928}\u{94d}\u{926}\u{940}"]
        );
        assert_eq!(found("a#no ##no &#no; http://x/#no \0#no #1 c#"), Vec::<String>::new());
    }
}
