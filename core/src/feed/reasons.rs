//! Why a thread is here: codes and numbers taken from the very score that placed it, rendered in the reader's language at the end.

use super::arrange::{Rule, Variety};
use super::features::Features;
use super::score::{Score, TermName};
use crate::locales::{Arg, Language, render};
use serde::{Deserialize, Serialize};

/// Effective hours within which a thread is called recent: one working day.
const RECENT_HOURS: f64 = 10.0;

/// The way by which a thread came to the reader's home, strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Source {
    /// It is addressed to him.
    Person,
    /// He follows its author.
    Author,
    /// He is a member of its space.
    Space,
    /// It bears a tag that he follows.
    Tag,
    /// It is for the whole network.
    Network,
    /// He takes part in it.
    Thread,
    /// It is from an open space that he has not joined.
    Outside,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)+) => {
        /// A reason, as data. Stable names: hosts and clients may match on them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        pub(crate) enum ReasonCode { $($(#[$doc])* $name),+ }

        impl ReasonCode {
            /// All of them.
            #[cfg(test)]
            pub(crate) const ALL: &'static [ReasonCode] = &[$(ReasonCode::$name),+];

            /// The code as it is written outside: `FOLLOW_AUTHOR`.
            pub(crate) fn as_str(self) -> &'static str {
                match self { $(ReasonCode::$name => $text),+ }
            }
        }
    };
}

codes! {
    /// A mention of the reader in it waits for him. Term `mention`.
    Mentioned = "MENTIONED",
    /// The thread is addressed to the reader. A source.
    SentToYou = "SENT_TO_YOU",
    /// The reader follows its author. A source.
    FollowAuthor = "FOLLOW_AUTHOR",
    /// The reader is a member of its space. A source.
    MemberOfSpace = "MEMBER_OF_SPACE",
    /// It bears a tag that the reader follows. A source.
    FollowTag = "FOLLOW_TAG",
    /// The thread is for everybody in the network. A source.
    WholeNetwork = "WHOLE_NETWORK",
    /// It is in an open space that the reader has not joined. A source.
    Discovery = "DISCOVERY",
    /// The reader started the thread. Term `own`.
    OwnThread = "OWN_THREAD",
    /// The reader wrote in the thread of somebody else. Term `own`.
    ThreadYouJoined = "THREAD_YOU_JOINED",
    /// Others wrote since the reader did; `n` posts. Term `news`.
    ThreadNews = "THREAD_NEWS",
    /// Some of the reader's activity goes to its space. Term `space`.
    ActiveInSpace = "ACTIVE_IN_SPACE",
    /// Reader and author are in touch. Term `author`.
    CloseColleague = "CLOSE_COLLEAGUE",
    /// `n` colleagues whom the reader is in touch with took part. Term `social`.
    ColleaguesCommented = "COLLEAGUES_COMMENTED",
    /// More of those it reached took part than is usual there. Term `engage`.
    PopularInTeam = "POPULAR_IN_TEAM",
    /// Its author is new there or seldom writes, and nobody has answered. Term `nurture`.
    NewColleague = "NEW_COLLEAGUE",
    /// An announcement that the reader has not read. Term `announcement`.
    Announcement = "ANNOUNCEMENT",
    /// The last activity was `n` full effective hours ago. Term `age`.
    Recent = "RECENT",
    /// The reader saw it `n` times. Term `seen`.
    SeenBefore = "SEEN_BEFORE",
    /// It is in a language that the reader does not read. Term `language`.
    OtherLanguage = "OTHER_LANGUAGE",
    /// The author stands above on the page already. Taken away by the arrangement.
    ManyByAuthor = "MANY_BY_AUTHOR",
    /// The space stands above on the page already. Taken away by the arrangement.
    ManyOfSpace = "MANY_OF_SPACE",
    /// More of its space in a stretch than the rule allows: there was nothing else.
    NoOtherSpace = "NO_OTHER_SPACE",
    /// More by its author in a stretch than the rule allows: there was nothing else.
    NoOtherAuthor = "NO_OTHER_AUTHOR",
    /// More in a row by its author than the rule allows: there was nothing else.
    NoOtherInARow = "NO_OTHER_IN_A_ROW",
}

impl ReasonCode {
    /// Whose name the sentence prints.
    fn names(self) -> Named {
        match self {
            ReasonCode::FollowAuthor
            | ReasonCode::CloseColleague
            | ReasonCode::NewColleague
            | ReasonCode::ManyByAuthor
            | ReasonCode::NoOtherAuthor
            | ReasonCode::NoOtherInARow => Named::Author,
            ReasonCode::MemberOfSpace
            | ReasonCode::ActiveInSpace
            | ReasonCode::Discovery
            | ReasonCode::ManyOfSpace
            | ReasonCode::NoOtherSpace => Named::Space,
            ReasonCode::ColleaguesCommented => Named::Colleagues,
            _ => Named::Nobody,
        }
    }
}

/// Whom a reason names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Named {
    Nobody,
    Author,
    Space,
    Colleagues,
}

/// One reason: a code, its number if it has one, and the points it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Reason {
    /// Which reason.
    pub(crate) code: ReasonCode,
    /// Its points in the score; `None` for a source, which earns none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) points: Option<i32>,
    /// The number in its sentence, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) n: Option<u32>,
}

/// Names that the gate has judged visible to the reader, at the instant of the answer. A name left out is not printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Names<'a> {
    /// The author of the root.
    pub(crate) author: Option<&'a str>,
    /// The space of the root.
    pub(crate) space: Option<&'a str>,
    /// The closest of the reader's colleagues who took part, at most two.
    pub(crate) colleagues: [Option<&'a str>; 2],
}

impl Reason {
    /// The reason as a sentence without a full stop.
    pub(crate) fn render(&self, language: Language, names: &Names<'_>) -> String {
        let key = format!("reason-{}", self.code.as_str().to_ascii_lowercase().replace('_', "-"));
        let (argument, name) = match self.code.names() {
            Named::Nobody => ("n", None),
            Named::Author => ("author", names.author),
            Named::Space => ("space", names.space),
            Named::Colleagues => return self.colleagues(language, &key, names),
        };
        match (self.code.names(), name) {
            (Named::Nobody, _) => render(language, &key, &[(argument, Arg::Number(self.n.unwrap_or(0).into()))]),
            (_, Some(name)) => render(language, &key, &[(argument, Arg::Text(name))]),
            (_, None) => render(language, &format!("{key}-unnamed"), &[]),
        }
    }

    /// Up to two colleagues by name, the others as a number.
    fn colleagues(&self, language: Language, key: &str, names: &Names<'_>) -> String {
        let n = self.n.unwrap_or(0);
        match names.colleagues {
            [Some(first), Some(second)] if n > 2 => {
                let others = Arg::Number(n.saturating_sub(2).into());
                let args = [
                    ("first", Arg::Text(first)),
                    ("second", Arg::Text(second)),
                    ("n", others),
                ];
                render(language, key, &args)
            }
            [Some(first), Some(second)] => {
                let args = [("first", Arg::Text(first)), ("second", Arg::Text(second))];
                render(language, &format!("{key}-two"), &args)
            }
            [Some(first), None] if n <= 1 => render(language, &format!("{key}-one"), &[("first", Arg::Text(first))]),
            _ => render(language, &format!("{key}-unnamed"), &[("n", Arg::Number(n.into()))]),
        }
    }

    /// The reason of a source.
    fn source(source: Source) -> Reason {
        let code = match source {
            Source::Person => ReasonCode::SentToYou,
            Source::Author => ReasonCode::FollowAuthor,
            Source::Space => ReasonCode::MemberOfSpace,
            Source::Tag => ReasonCode::FollowTag,
            Source::Network => ReasonCode::WholeNetwork,
            Source::Thread => ReasonCode::ThreadYouJoined,
            Source::Outside => ReasonCode::Discovery,
        };
        Reason {
            code,
            points: None,
            n: None,
        }
    }

    /// The reason that a term of a score stands for.
    fn term(name: TermName, points: i32, features: &Features) -> Reason {
        let (code, n) = match name {
            TermName::Mention => (ReasonCode::Mentioned, None),
            TermName::Own if features.started => (ReasonCode::OwnThread, None),
            TermName::Own => (ReasonCode::ThreadYouJoined, None),
            TermName::News => (ReasonCode::ThreadNews, Some(features.news)),
            TermName::Space => (ReasonCode::ActiveInSpace, None),
            TermName::Author => (ReasonCode::CloseColleague, None),
            TermName::Social => (ReasonCode::ColleaguesCommented, Some(features.colleagues)),
            TermName::Engage => (ReasonCode::PopularInTeam, None),
            TermName::Nurture => (ReasonCode::NewColleague, None),
            TermName::Announcement => (ReasonCode::Announcement, None),
            TermName::Language => (ReasonCode::OtherLanguage, None),
            // A number of hours that is none becomes 0; whole hours, rounded down.
            TermName::Age => (ReasonCode::Recent, Some(features.hours as u32)),
            TermName::Seen => (ReasonCode::SeenBefore, Some(features.sightings)),
        };
        Reason {
            code,
            points: Some(points),
            n,
        }
    }
}

/// The one or two reasons to print beside a thread: the largest contributions that speak for it (equal ones in the order of the
/// formula), then the strongest of its `sources`, then that it is recent. `features` and `score` are those that placed it.
pub(crate) fn main_reasons(features: &Features, score: &Score, sources: &[Source]) -> Vec<Reason> {
    let mut speaking: Vec<(TermName, i32)> = score.terms.iter().copied().filter(|(_, points)| *points > 0).collect();
    speaking.sort_by_key(|&(name, points)| (std::cmp::Reverse(points), name));
    let terms = speaking
        .into_iter()
        .map(|(name, points)| Reason::term(name, points, features));
    let source = sources.iter().min().copied().map(Reason::source);
    let recent =
        (features.hours < RECENT_HOURS).then(|| Reason::term(TermName::Age, score.points(TermName::Age), features));
    terms.chain(source).chain(recent).take(2).collect()
}

/// The whole computation: every term that gave or took points, in the order of the formula, then what the place on the page took
/// and the rule that it could not keep. The points add up to the points of the place.
pub(crate) fn breakdown(features: &Features, score: &Score, variety: &Variety) -> Vec<Reason> {
    let counted = score.terms.iter().filter(|(_, points)| *points != 0);
    let terms = counted.map(|&(name, points)| Reason::term(name, points, features));
    let place = [
        (ReasonCode::ManyByAuthor, variety.author),
        (ReasonCode::ManyOfSpace, variety.space),
    ];
    let place = place
        .into_iter()
        .filter(|(_, points)| *points != 0)
        .map(|(code, points)| Reason {
            code,
            points: Some(points.saturating_neg()),
            n: None,
        });
    let relaxed = variety.relaxed.map(|rule| Reason {
        code: match rule {
            Rule::Space => ReasonCode::NoOtherSpace,
            Rule::Author => ReasonCode::NoOtherAuthor,
            Rule::InARow => ReasonCode::NoOtherInARow,
        },
        points: None,
        n: None,
    });
    terms.chain(place).chain(relaxed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::dice::Dice;
    use crate::feed::score::Weights;
    use ReasonCode::*;

    const NAMES: Names<'static> = Names {
        author: Some("Zoë Martin"),
        space: Some("Achats"),
        colleagues: [Some("Ana"), Some("Bo")],
    };

    fn said(code: ReasonCode, n: u32) -> [String; 2] {
        let reason = Reason {
            code,
            points: None,
            n: Some(n),
        };
        [Language::English, Language::French].map(|language| reason.render(language, &NAMES))
    }

    #[test]
    fn every_code_is_a_sentence_in_both_languages_with_and_without_names() {
        for code in ReasonCode::ALL.iter().copied() {
            let reason = Reason {
                code,
                points: None,
                n: Some(3),
            };
            for language in [Language::English, Language::French] {
                for names in [NAMES, Names::default()] {
                    let text = reason.render(language, &names);
                    assert!(!text.starts_with("reason-") && !text.ends_with('.'), "{text}");
                    assert_eq!(
                        text.contains("Zoë Martin"),
                        names.author.is_some() && code.names() == Named::Author
                    );
                    assert_eq!(
                        text.contains("Achats"),
                        names.space.is_some() && code.names() == Named::Space
                    );
                    assert_eq!(
                        text.contains('3'),
                        [ThreadNews, Recent, SeenBefore].contains(&code)
                            || (code == ColleaguesCommented && names == Names::default())
                    );
                }
            }
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
        }
        assert_eq!(
            said(FollowAuthor, 0),
            ["You follow Zoë Martin", "Vous suivez Zoë Martin"]
        );
        assert_eq!(
            said(MemberOfSpace, 0),
            ["You are a member of Achats", "Vous êtes membre de l’espace Achats"]
        );
        let colleagues = |n, colleagues| {
            let reason = Reason {
                code: ColleaguesCommented,
                points: None,
                n: Some(n),
            };
            let names = Names {
                colleagues,
                ..Names::default()
            };
            [Language::English, Language::French].map(|language| reason.render(language, &names))
        };
        assert_eq!(
            colleagues(1, [Some("Ana"), None]),
            [
                "Ana, whom you are in touch with, took part",
                "Ana, avec qui vous échangez, y participe"
            ]
        );
        assert_eq!(
            colleagues(2, [Some("Ana"), Some("Bo")])[0],
            "Ana and Bo, whom you are in touch with, took part"
        );
        assert_eq!(
            colleagues(4, [Some("Ana"), Some("Bo")])[1],
            "Ana, Bo et 2 autres collègues avec qui vous échangez y participent"
        );
        assert_eq!(
            colleagues(1, [None, None])[0],
            "A colleague whom you are in touch with took part"
        );
        assert_eq!(
            said(SeenBefore, 1),
            ["You have seen it once", "Vous l’avez vue une fois"]
        );
        assert_eq!(
            said(ThreadNews, 2)[1],
            "2 nouvelles réponses depuis votre dernier message"
        );
        assert_eq!(
            said(Recent, 0)[0],
            "Active less than an hour ago, by your working hours"
        );
    }

    fn random(dice: &mut Dice) -> Features {
        let or_nothing = |dice: &mut Dice| if dice.below(2) == 0 { 0.0 } else { dice.unit() };
        Features {
            ageing: 1.0,
            hours: dice.unit() * 30.0,
            space: or_nothing(dice),
            author: or_nothing(dice),
            started: dice.below(4) == 0,
            part: or_nothing(dice),
            news: dice.below(3) as u32,
            sightings: dice.below(3) as u32,
            commented_since: dice.below(2) == 0,
            social: or_nothing(dice),
            colleagues: dice.below(9) as u32,
            engage: or_nothing(dice),
            nurture: dice.below(4) == 0,
            mentioned: dice.below(8) == 0,
            announced: dice.below(8) == 0,
            foreign: dice.below(4) == 0,
        }
    }

    #[test]
    fn the_two_largest_contributions_are_named_then_the_source_then_the_hour() {
        let mut dice = Dice::new(61);
        for _ in 0..5_000 {
            let features = random(&mut dice);
            let score = Score::of(&features, &Weights::default());
            let reasons = main_reasons(&features, &score, &[Source::Network, Source::Space]);
            // By hand: take the best positive term away twice.
            let mut left = score.terms.to_vec();
            let mut expected = vec![];
            while expected.len() < 2 {
                let most = left.iter().map(|(_, p)| *p).max().unwrap();
                if most <= 0 {
                    break;
                }
                let at = left.iter().position(|(_, p)| *p == most).unwrap();
                expected.push(Some(left.remove(at).1));
            }
            if expected.len() < 2 {
                expected.push(None);
            }
            if expected.len() < 2 && features.hours < 10.0 {
                expected.push(Some(score.points(TermName::Age)));
            }
            assert_eq!(
                reasons.iter().map(|r| r.points).collect::<Vec<_>>(),
                expected,
                "{features:?}"
            );
            assert!(
                reasons.iter().all(|r| r.points.is_some() || r.code == MemberOfSpace),
                "the strongest source"
            );
            assert!(
                reasons.iter().all(|r| r.code != SeenBefore),
                "nobody is shown a thread because he saw it"
            );
        }
    }

    #[test]
    fn where_nothing_speaks_for_a_thread_its_source_does() {
        let features = Features {
            hours: 50.0,
            space: 0.0,
            author: 0.0,
            started: false,
            part: 0.0,
            news: 0,
            social: 0.0,
            engage: 0.0,
            nurture: false,
            mentioned: false,
            announced: false,
            ..random(&mut Dice::new(1))
        };
        let score = Score::of(&features, &Weights::default());
        let code = |sources: &[Source]| {
            main_reasons(&features, &score, sources)
                .iter()
                .map(|r| r.code)
                .collect::<Vec<_>>()
        };
        assert_eq!(code(&[Source::Network]), [WholeNetwork]);
        assert_eq!(code(&[Source::Space, Source::Network]), [MemberOfSpace]);
        assert_eq!(code(&[Source::Space, Source::Author]), [FollowAuthor]);
        assert_eq!(code(&[Source::Author, Source::Person]), [SentToYou]);
        assert_eq!(code(&[]), []);
    }

    #[test]
    fn the_breakdown_adds_up_to_the_score() {
        let mut dice = Dice::new(62);
        for _ in 0..5_000 {
            let features = random(&mut dice);
            let score = Score::of(&features, &Weights::default());
            let variety = Variety {
                author: dice.below(2) as i32 * 60,
                space: dice.below(2) as i32 * 95,
                relaxed: (dice.below(2) == 0).then_some(Rule::Author),
            };
            let parts = breakdown(&features, &score, &variety);
            let points = score.total - variety.points();
            assert_eq!(parts.iter().filter_map(|r| r.points).sum::<i32>(), points);
            let taken = usize::from(variety.author > 0) + usize::from(variety.space > 0);
            let counted = score.terms.iter().filter(|(_, p)| *p != 0).count() + taken;
            assert_eq!(parts.len(), counted + usize::from(variety.relaxed.is_some()));
            let last = parts.last().filter(|part| part.code == NoOtherAuthor);
            assert_eq!(last.is_some(), variety.relaxed.is_some());
        }
    }

    #[test]
    fn a_thread_of_ones_own_is_told_from_one_joined() {
        let base = Features {
            hours: 30.0,
            ..random(&mut Dice::new(0))
        };
        for (started, code) in [(true, OwnThread), (false, ThreadYouJoined)] {
            let features = Features {
                started,
                part: 0.9,
                news: 0,
                mentioned: false,
                announced: false,
                ..base
            };
            let score = Score::of(&features, &Weights::default());
            assert_eq!(main_reasons(&features, &score, &[Source::Space])[0].code, code);
        }
    }
}
