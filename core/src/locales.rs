//! What the library says to people, in their language.
//!
//! The texts stand in Fluent files under `locales/`, one folder a language, compiled in. Domain code names a message and its
//! arguments; only here does it become a sentence. A message is found by its key in the reader's language, then in English; the
//! plural rules are those of the language. Names of persons and spaces are arguments that the gate has already judged.

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use std::sync::LazyLock;
use unic_langid::LanguageIdentifier;

/// A language that the library speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Language {
    /// English: also what everybody else reads.
    #[default]
    English,
    /// French.
    French,
}

impl Language {
    /// The language of a BCP 47 tag, by its first part, in any case: `fr`, `fr-CA`, `FR_fr`. English if we do not speak it.
    pub(crate) fn of(tag: &str) -> Language {
        let first = tag.split(['-', '_']).next().unwrap_or_default();
        if first.eq_ignore_ascii_case("fr") {
            Language::French
        } else {
            Language::English
        }
    }

    /// Its BCP 47 tag.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::French => "fr",
        }
    }

    /// The Fluent files of the language. Each has a sister with the same keys in every other language.
    fn sources(self) -> &'static [&'static str] {
        match self {
            Language::English => &[
                include_str!("locales/en/feed.ftl"),
                include_str!("locales/en/errors.ftl"),
                include_str!("locales/en/inbox.ftl"),
            ],
            Language::French => &[
                include_str!("locales/fr/feed.ftl"),
                include_str!("locales/fr/errors.ftl"),
                include_str!("locales/fr/inbox.ftl"),
            ],
        }
    }
}

/// One argument of a message.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Arg<'a> {
    /// A text, printed as it is.
    Text(&'a str),
    /// A whole number; chooses the plural.
    Number(i64),
}

static ENGLISH: LazyLock<FluentBundle<FluentResource>> = LazyLock::new(|| bundle(Language::English));
static FRENCH: LazyLock<FluentBundle<FluentResource>> = LazyLock::new(|| bundle(Language::French));

/// The message `key` in `language` with its arguments. A key that no file has is printed itself: an odd word on the screen is
/// better than a page that fails.
pub(crate) fn render(language: Language, key: &str, args: &[(&str, Arg<'_>)]) -> String {
    let args: FluentArgs<'_> = args
        .iter()
        .map(|(name, arg)| match arg {
            Arg::Text(text) => (*name, FluentValue::from(*text)),
            Arg::Number(number) => (*name, FluentValue::from(*number)),
        })
        .collect();
    let mine = match language {
        Language::English => &ENGLISH,
        Language::French => &FRENCH,
    };
    format(mine, key, &args)
        .or_else(|| format(&ENGLISH, key, &args))
        .unwrap_or_else(|| key.to_owned())
}

/// The message of one bundle; `None` if it is missing or wants an argument that is not there.
fn format(bundle: &FluentBundle<FluentResource>, key: &str, args: &FluentArgs<'_>) -> Option<String> {
    let pattern = bundle.get_message(key)?.value()?;
    let mut errors = Vec::new();
    let text = bundle.format_pattern(pattern, Some(args), &mut errors).into_owned();
    errors.is_empty().then_some(text)
}

/// The bundle of a language, built once. A file that does not parse gives what could be read of it; a test refuses such a file.
fn bundle(language: Language) -> FluentBundle<FluentResource> {
    let tag: LanguageIdentifier = language.tag().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![tag]);
    // No invisible direction marks around arguments: our texts also go into mail subjects and terminals.
    bundle.set_use_isolating(false);
    for source in language.sources() {
        let resource = FluentResource::try_new((*source).to_owned()).unwrap_or_else(|(readable, _)| readable);
        bundle.add_resource_overriding(resource);
    }
    bundle
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};

    /// Keys of a file, each with the arguments that its text names. Reads the file by hand, not through the parser.
    fn keys(source: &str) -> BTreeMap<&str, BTreeSet<&str>> {
        let mut keys: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let mut current = "";
        for line in source.lines().filter(|line| !line.starts_with('#')) {
            if let Some((key, _)) = line.split_once(" =").filter(|_| !line.starts_with(' ')) {
                assert!(keys.insert(key, BTreeSet::new()).is_none(), "{key} stands twice");
                current = key;
            }
            for rest in line.split('$').skip(1) {
                let name = rest.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap();
                keys.get_mut(current).unwrap().insert(name);
            }
        }
        keys
    }

    #[test]
    fn every_file_parses_and_says_the_same_things_in_both_languages() {
        let (english, french) = (Language::English.sources(), Language::French.sources());
        assert_eq!(english.len(), french.len());
        let mut all = BTreeSet::new();
        for (english, french) in english.iter().zip(french) {
            assert_eq!(keys(english), keys(french));
            for source in [english, french] {
                assert!(FluentResource::try_new((*source).to_owned()).is_ok(), "{source}");
            }
            for key in keys(english).into_keys() {
                assert!(all.insert(key), "{key} stands in two files");
            }
        }
        assert!(!all.is_empty());
    }

    #[test]
    fn every_message_renders_in_both_languages() {
        for language in [Language::English, Language::French] {
            for (key, names) in language.sources().iter().flat_map(|source| keys(source)) {
                for n in [0, 1, 2, 21, 1_000_000] {
                    let args: Vec<(&str, Arg<'_>)> = names
                        .iter()
                        .map(|&name| {
                            (
                                name,
                                if name == "n" {
                                    Arg::Number(n)
                                } else {
                                    Arg::Text("Zoë {$n}")
                                },
                            )
                        })
                        .collect();
                    let text = render(language, key, &args);
                    assert!(text != key && !text.is_empty(), "{language:?} {key}");
                    assert!(!text.contains(['\u{2068}', '\u{2069}']), "{text:?}");
                    assert_eq!(
                        text.matches("Zoë {$n}").count(),
                        names.len() - usize::from(names.contains("n"))
                    );
                }
            }
        }
    }

    #[test]
    fn every_code_and_every_reason_has_a_text_in_both_languages() {
        use crate::feed::reasons::{Names, Reason as Ranked, ReasonCode};
        use crate::inbox::NoticeCode;
        use crate::inbox::words::{Doers, What, sentence};
        for language in [Language::English, Language::French] {
            let mut texts: Vec<(String, String)> = Vec::new();
            for reason in crate::error::Reason::ALL {
                let text = crate::error::Error::new(*reason).message(language.tag());
                texts.push((reason.as_str().to_owned(), text));
            }
            for code in NoticeCode::ALL {
                let (names, n, more) = (&["Zoë"][..], 1, false);
                let doers = Doers { names, n, more };
                let whats = match code {
                    NoticeCode::Announcement | NoticeCode::JoinRequest => [What::In(Some("Achats")), What::In(None)],
                    _ => [What::Post, What::Comment],
                };
                let said = whats.map(|what| (code.as_str().to_owned(), sentence(language, *code, &doers, what)));
                texts.extend(said);
            }
            for code in ReasonCode::ALL {
                let (points, n) = (None, Some(2));
                let reason = Ranked { code: *code, points, n };
                texts.push((code.as_str().to_owned(), reason.render(language, &Names::default())));
            }
            assert!(texts.len() > 60, "{}", texts.len());
            for (code, text) in texts {
                // What has no text prints the key of its message.
                let key = text.starts_with("error-") || text.starts_with("reason-") || text.contains("inbox-");
                assert!(
                    !key && text.contains(' '),
                    "{code} has no text in {language:?}: `{text}`"
                );
            }
        }
    }

    #[test]
    fn unknown_keys_and_missing_arguments_print_the_key() {
        assert_eq!(render(Language::French, "no-such-message", &[]), "no-such-message");
        assert_eq!(
            render(Language::French, "reason-follow-author", &[]),
            "reason-follow-author"
        );
    }

    #[test]
    fn a_tag_finds_its_language() {
        for tag in ["fr", "FR", "fr-CA", "fr_FR", "Fr-Latn-FR"] {
            assert_eq!(Language::of(tag), Language::French, "{tag}");
        }
        for tag in ["", "en", "en-GB", "de", "frr", "é"] {
            assert_eq!(Language::of(tag), Language::English, "{tag}");
        }
        assert_eq!(Language::of(Language::French.tag()), Language::French);
    }
}
