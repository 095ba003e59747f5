//! What people write: which texts are accepted.

use crate::error::{Error, Reason};
use unic_langid::LanguageIdentifier;

/// The source of a text may take this many bytes.
pub(crate) const MAX_SOURCE: usize = 16 * 1024;
/// The source of a text may take this many bytes within a document: twice its length, for quotes and line ends.
const MAX_STORED: usize = 2 * MAX_SOURCE;
/// A host's own id, and the name of an app, may take this many bytes.
const MAX_EXTERNAL: usize = 200;
/// The name under which a thing of a host is kept may take this many bytes: an id, and what kind of thing it is.
const MAX_KEPT: usize = 250;
/// A name or a title may take this many bytes.
pub(crate) const MAX_NAME: usize = 400;

/// A name: not empty, one line, without control characters; spaces around it are taken away.
///
/// # Errors
/// [`Reason::Empty`], [`Reason::LongText`], [`Reason::BadText`].
pub(crate) fn name(text: &str, field: &'static str) -> Result<String, Error> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Error::new(Reason::Empty).at(field));
    }
    if text.len() > MAX_NAME {
        return Err(Error::new(Reason::LongText).at(field));
    }
    if text
        .chars()
        .any(|c| c.is_control() || is_line_end(c) || is_direction_mark(c))
    {
        return Err(Error::new(Reason::BadText).at(field));
    }
    Ok(text.to_owned())
}

/// An optional name.
///
/// # Errors
/// As [`name`]; an empty one is absent.
pub(crate) fn optional_name(text: Option<&str>, field: &'static str) -> Result<Option<String>, Error> {
    text.filter(|text| !text.trim().is_empty())
        .map(|text| name(text, field))
        .transpose()
}

/// The source of a text: kept byte for byte, not empty, without U+0000.
///
/// # Errors
/// [`Reason::Empty`], [`Reason::LongText`], [`Reason::BadText`].
pub(crate) fn source(text: &str, field: &'static str) -> Result<String, Error> {
    if text.trim().is_empty() {
        return Err(Error::new(Reason::Empty).at(field));
    }
    if text.len() > MAX_SOURCE {
        return Err(Error::new(Reason::LongText).at(field));
    }
    if text.contains('\0') {
        return Err(Error::new(Reason::BadText).at(field));
    }
    if stored(text) > MAX_STORED {
        return Err(Error::new(Reason::LongText).at(field));
    }
    Ok(text.to_owned())
}

/// Bytes that a text takes within a document: control characters are written with six.
fn stored(text: &str) -> usize {
    let written = |byte| match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' => 2,
        0..=0x1f => 6,
        _ => 1,
    };
    text.bytes().map(written).sum()
}

/// Whether a host's own id could name anything: what cannot be stored names nothing.
pub(crate) fn may_name(app: &str, id: &str) -> bool {
    app.len() <= MAX_EXTERNAL && id.len() <= MAX_KEPT && !app.contains('\0') && !id.contains('\0')
}

/// A host's own id: 1 to 200 bytes without control characters.
///
/// # Errors
/// [`Reason::Empty`], [`Reason::LongText`], [`Reason::BadText`].
pub(crate) fn external(text: &str, field: &'static str) -> Result<String, Error> {
    if text.is_empty() {
        return Err(Error::new(Reason::Empty).at(field));
    }
    if text.len() > MAX_EXTERNAL {
        return Err(Error::new(Reason::LongText).at(field));
    }
    if text.chars().any(char::is_control) {
        return Err(Error::new(Reason::BadText).at(field));
    }
    Ok(text.to_owned())
}

/// A handle: 2 to 40 of `a` to `z`, `0` to `9`, `.`, `_` and `-`, a letter or a digit at both ends. Capitals, compatibility forms, spaces
/// around and one `@` before it are brought into that form. Letters of other scripts are not accepted, so that no two
/// handles look alike that are not; a word that calls many is nobody's handle.
///
/// # Errors
/// [`Reason::Empty`], [`Reason::LongText`], [`Reason::BadValue`].
pub(crate) fn handle(text: &str, field: &'static str) -> Result<String, Error> {
    // Compatibility forms of one character take at most this many times its bytes away.
    if text.len() > 4 * MAX_HANDLE {
        return Err(Error::new(Reason::LongText).at(field));
    }
    let text = icu_normalizer::ComposingNormalizerBorrowed::new_nfkc().normalize(text.trim());
    let text = text.strip_prefix('@').unwrap_or(&text).to_lowercase();
    if text.is_empty() {
        return Err(Error::new(Reason::Empty).at(field));
    }
    if text.len() > MAX_HANDLE {
        return Err(Error::new(Reason::LongText).at(field));
    }
    let within = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let ends = text.starts_with(within) && text.ends_with(within);
    let all = text.chars().all(|c| within(c) || matches!(c, '.' | '_' | '-'));
    if !all || !ends || text.len() < MIN_HANDLE || CALLS_MANY.contains(&text.as_str()) {
        return Err(Error::new(Reason::BadValue).at(field));
    }
    Ok(text)
}

/// A handle has at least this many characters.
const MIN_HANDLE: usize = 2;
/// A handle has at most this many characters.
const MAX_HANDLE: usize = 40;
/// Words behind an `@` that call many, here or elsewhere.
const CALLS_MANY: &[&str] = &["all", "channel", "everybody", "everyone", "here", "me", "space", "team"];

/// The language of a text (BCP 47) in its usual spelling; none where it is undetermined (`und`).
///
/// # Errors
/// [`Reason::BadValue`].
pub(crate) fn language(text: &str, field: &'static str) -> Result<Option<String>, Error> {
    let tag = text.trim();
    let language = tag
        .parse::<LanguageIdentifier>()
        .ok()
        .filter(|_| tag.len() <= MAX_LANGUAGE);
    let language = language.ok_or_else(|| Error::new(Reason::BadValue).at(field))?;
    Ok((!language.language.is_empty()).then(|| language.to_string()))
}

/// Whether two languages are one, wherever it is spoken and however it is written: `fr` and `fr-CA`.
pub(crate) fn same_language(one: &str, other: &str) -> bool {
    let first = |tag: &str| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
    first(one) == first(other)
}

/// A language mark has at most this many bytes.
const MAX_LANGUAGE: usize = 35;

/// The name of a kind of reaction: 1 to 32 lower-case letters, digits, `_`.
///
/// # Errors
/// [`Reason::BadValue`].
pub(crate) fn reaction(text: &str) -> Result<String, Error> {
    let accepted = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if text.is_empty() || text.len() > 32 || !text.chars().all(accepted) {
        return Err(Error::new(Reason::BadValue).at("reaction"));
    }
    Ok(text.to_owned())
}

/// Ends of lines and paragraphs that are no control characters.
fn is_line_end(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}')
}

/// Marks that turn the direction of a text around: in a name they let one person look like another.
fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_handle_has_one_form_and_keeps_it() {
        for (typed, kept) in [
            ("Ana", "ana"),
            (" @ana.B ", "ana.b"),
            ("\u{ff41}\u{ff4e}\u{ff41}", "ana"),
            ("a-1_2", "a-1_2"),
            ("\u{212a}im", "kim"),
        ] {
            let once = handle(typed, "handle").unwrap();
            assert_eq!(once, kept);
            assert_eq!(handle(&once, "handle").unwrap(), once);
        }
    }

    #[test]
    fn what_looks_like_another_handle_is_none() {
        // Cyrillic, Greek, a combining mark, a zero-width joiner, a direction mark; nothing; a call to many.
        for typed in [
            "\u{430}na",
            "\u{3b1}na",
            "ana\u{301}",
            "a\u{200d}na",
            "\u{202e}ana",
            "@",
            "a",
            ".ana",
            "ana-",
            "a b",
            "a@b",
            "all",
            "@Here",
            "@@ana",
        ] {
            assert!(handle(typed, "handle").is_err(), "{typed:?}");
        }
        assert_eq!(handle(&"a".repeat(41), "handle").unwrap_err().reason, Reason::LongText);
        assert_eq!(
            handle(&"\u{fdfa}".repeat(200), "handle").unwrap_err().reason,
            Reason::LongText
        );
    }
}
