//! A notice as a sentence: who, and what they did. The names are those that the gate has judged.

use super::records::NoticeCode;
use crate::locales::{Arg, Language, render};

/// Who did something, for a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Doers<'a> {
    /// The names that may be said, latest first; two are printed.
    pub(crate) names: &'a [&'a str],
    /// How many persons in all.
    pub(crate) n: u32,
    /// Whether there are more than that.
    pub(crate) more: bool,
}

/// What was done it to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What<'a> {
    /// A post, or what has none.
    Post,
    /// A comment.
    Comment,
    /// Something in a space, by its name where it may be said.
    In(Option<&'a str>),
}

/// The persons of a sentence: `Alice`, `Alice and Bob`, `Alice, Bob and 3 others`.
fn who(language: Language, doers: &Doers<'_>) -> String {
    let others = i64::from(doers.n) - 2;
    match doers.names {
        [] => render(language, "inbox-who-unnamed", &[("n", Arg::Number(i64::from(doers.n)))]),
        [one] if doers.n <= 1 => (*one).to_owned(),
        [one] => {
            let args = [("first", Arg::Text(one)), ("n", Arg::Number(others + 1))];
            render(language, "inbox-who-one-more", &args)
        }
        [one, two, ..] => {
            let (first, second) = (("first", Arg::Text(one)), ("second", Arg::Text(two)));
            match (doers.more, others) {
                (true, _) => render(language, "inbox-who-many", &[first, second]),
                (false, ..=0) => render(language, "inbox-who-two", &[first, second]),
                (false, others) => render(language, "inbox-who-more", &[first, second, ("n", Arg::Number(others))]),
            }
        }
    }
}

/// The sentence, without a full stop.
pub(crate) fn sentence(language: Language, code: NoticeCode, doers: &Doers<'_>, what: What<'_>) -> String {
    let who = who(language, doers);
    let name = code.as_str().replace('_', "-");
    // Of several persons nobody knows how many beyond the bound: the plural holds.
    let n = ("n", Arg::Number(i64::from(doers.n.max(1))));
    let who = ("who", Arg::Text(&who));
    match what {
        What::In(Some(space)) => render(
            language,
            &format!("inbox-{name}"),
            &[who, n, ("space", Arg::Text(space))],
        ),
        What::In(None) => render(language, &format!("inbox-{name}-unnamed"), &[who, n]),
        What::Comment if code == NoticeCode::Reaction => render(language, "inbox-reaction-comment", &[who, n]),
        What::Post | What::Comment => render(language, &format!("inbox-{name}"), &[who, n]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LANGUAGES: [Language; 2] = [Language::English, Language::French];

    fn said(code: NoticeCode, names: &[&str], n: u32, what: What<'_>) -> [String; 2] {
        let doers = Doers { names, n, more: n > 99 };
        LANGUAGES.map(|language| sentence(language, code, &doers, what))
    }

    /// What a notice of a code is about.
    fn whats(code: NoticeCode) -> Vec<What<'static>> {
        match code {
            NoticeCode::Announcement | NoticeCode::JoinRequest => vec![What::In(Some("Achats")), What::In(None)],
            _ => vec![What::Post, What::Comment],
        }
    }

    #[test]
    fn every_code_is_a_sentence_in_both_languages_for_one_and_for_many() {
        for code in NoticeCode::ALL {
            for what in whats(*code) {
                for (names, n) in [
                    (&["Zoë"][..], 1),
                    (&["Zoë", "Bob"], 2),
                    (&["Zoë", "Bob"], 3),
                    (&["Zoë", "Bob"], 7),
                    (&["Zoë", "Bob"], 100),
                    (&["Zoë"], 4),
                    (&[], 1),
                    (&[], 5),
                ] {
                    for text in said(*code, names, n, what) {
                        assert!(!text.contains("inbox-") && !text.ends_with('.'), "{text}");
                        assert!(names.iter().all(|name| text.contains(name)), "{text}");
                        assert_eq!(text.contains("Achats"), what == What::In(Some("Achats")), "{text}");
                    }
                }
            }
        }
    }

    #[test]
    fn plurals_follow_the_language() {
        use NoticeCode::{Comment, Reaction};
        assert_eq!(
            said(Comment, &["Alice"], 1, What::Post),
            ["Alice commented on your post", "Alice a commenté votre publication"]
        );
        assert_eq!(
            said(Reaction, &["Alice", "Bob"], 2, What::Post),
            [
                "Alice and Bob reacted to your post",
                "Alice et Bob ont réagi à votre publication"
            ]
        );
        assert_eq!(
            said(Reaction, &["Alice", "Bob"], 3, What::Comment),
            [
                "Alice, Bob and one other reacted to your comment",
                "Alice, Bob et une autre personne ont réagi à votre commentaire"
            ]
        );
        assert_eq!(
            said(Reaction, &["Alice", "Bob"], 5, What::Post),
            [
                "Alice, Bob and 3 others reacted to your post",
                "Alice, Bob et 3 autres personnes ont réagi à votre publication"
            ]
        );
        assert_eq!(
            said(Reaction, &["Alice", "Bob"], 100, What::Post)[0],
            "Alice, Bob and more than 97 others reacted to your post"
        );
    }
}
