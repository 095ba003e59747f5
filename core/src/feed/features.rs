//! Features: what the facts about one thread say to one reader, as the numbers that [`super::score`] weighs.
//!
//! Pure functions of stored facts and the instant `as_of`; nothing after `as_of` is seen, so that every page of one scroll
//! judges the same past.

use super::hours::effective_hours;
use crate::graph::affinity::{normalise, share};
use jiff::tz::TimeZone;

/// Ranking constants of a kind of content: traits that the kind declares, whatever its name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct KindTraits {
    /// How fast it ages, the factor `k`: 1 for a post, 0.7 for a question, 0.6 for a document, 0.4 for an announcement or an idea.
    pub(crate) ageing: f64,
    /// For how long after the post a comment makes the thread young again, in milliseconds: 48 hours, 14 days for a question.
    pub(crate) revived_for: i64,
}

impl KindTraits {
    /// The traits of a plain post: `k` = 1, comments revive it for 48 hours.
    pub(crate) const POST: KindTraits = KindTraits {
        ageing: 1.0,
        revived_for: 48 * 3_600_000,
    };

    /// The traits of an announcement: it ages slowly, `k` = 0.4.
    pub(crate) const ANNOUNCEMENT: KindTraits = KindTraits {
        ageing: 0.4,
        ..KindTraits::POST
    };
}

/// One comment of a thread, as far as ranking needs it: no text, no name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Comment {
    /// When it was written, in milliseconds since 1970 UTC.
    pub(crate) t: i64,
    /// Whether the reader wrote it.
    pub(crate) mine: bool,
}

/// What happened in a thread, seen by one reader at `as_of`. The root counts as a post of the thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Thread {
    /// When the root was posted, in milliseconds since 1970 UTC.
    pub(crate) posted: i64,
    /// Whether the reader posted the root.
    pub(crate) started: bool,
    /// Posts in the thread, the root included; at least 1.
    pub(crate) posts: u32,
    /// Those of them that the reader wrote.
    pub(crate) mine: u32,
    /// Posts by others after the reader's newest one; 0 if he wrote none.
    pub(crate) news: u32,
    /// Newest comment by another person that still makes the thread young (see [`KindTraits::revived_for`]).
    pub(crate) revived: Option<i64>,
    /// Newest comment by another person, whatever its age.
    pub(crate) answered: Option<i64>,
}

impl Thread {
    /// Reads the comments of a thread, in any order; only those the reader may see should be given. Comments after `as_of` do not
    /// count.
    pub(crate) fn read(posted: i64, started: bool, comments: &[Comment], kind: KindTraits, as_of: i64) -> Thread {
        let past = || comments.iter().filter(|comment| comment.t <= as_of);
        let others = || past().filter(|comment| !comment.mine).map(|comment| comment.t);
        let mine = || past().filter(|comment| comment.mine).map(|comment| comment.t);
        let my_last = mine().max().or(started.then_some(posted));
        let closes = posted.saturating_add(kind.revived_for);
        Thread {
            posted,
            started,
            posts: 1u32.saturating_add(count(past())),
            mine: u32::from(started).saturating_add(count(mine())),
            news: my_last.map_or(0, |last| count(others().filter(|&t| t > last))),
            revived: others().filter(|&t| t < closes).max(),
            answered: others().max(),
        }
    }
}

/// How often the reader saw a thread's card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sightings {
    /// How many times; 0 is the same as never.
    pub(crate) times: u32,
    /// The last time, in milliseconds since 1970 UTC.
    pub(crate) last: i64,
}

/// How many took part in a thread among those it reached. The author counts for neither.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Engaged {
    /// A commenter counts 1, somebody who only reacted 0.5.
    pub(crate) engaged: f64,
    /// Persons reached: those who saw it, at least those who took part.
    pub(crate) reached: f64,
    /// Mean of `engaged / reached` over the threads of the place.
    pub(crate) usual: f64,
}

/// All that ranking knows about one thread for one reader.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Facts {
    /// Ranking constants of the root's kind.
    pub(crate) kind: KindTraits,
    /// What happened in it.
    pub(crate) thread: Thread,
    /// It does not age before this instant: the deadline of a poll, the end of a meeting.
    pub(crate) fresh_until: Option<i64>,
    /// The reader's affinity to the author, as [`crate::graph::affinity::Affinity::value`] gives it; 0 without an edge.
    pub(crate) author: f64,
    /// The reader's affinity to the space, likewise; 0 without an edge or without a space.
    pub(crate) space: f64,
    /// The sightings that the reader's device reported.
    pub(crate) seen: Option<Sightings>,
    /// The reader's affinities to those who took part in it, but the author and himself; 0 without an edge.
    pub(crate) colleagues: Vec<f64>,
    /// How many took part.
    pub(crate) engaged: Engaged,
    /// Whether the author is new in its place or seldom writes there.
    pub(crate) early: bool,
    /// Whether a mention of the reader in it waits for him.
    pub(crate) mentioned: bool,
    /// Whether it is an announcement that he has not read and that has not expired.
    pub(crate) announced: bool,
    /// Whether it is in a language that he does not read.
    pub(crate) foreign: bool,
}

/// The reader, for one scroll.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    /// The instant the scroll began, in milliseconds since 1970 UTC.
    pub(crate) as_of: i64,
    /// The zone he works in.
    pub(crate) zone: &'a TimeZone,
    /// Half saturation of his affinity to persons: [`crate::graph::affinity::half_saturation`] over those edges.
    pub(crate) half_saturation: f64,
    /// The sum of his affinities to all spaces.
    pub(crate) spaces: f64,
}

/// The numbers that the score weighs. A host's rule or a test may set any of them: the score guards itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Features {
    /// The kind's ageing factor `k`.
    pub(crate) ageing: f64,
    /// `h`: effective hours since the last activity by another person, at least 0.
    pub(crate) hours: f64,
    /// Share of the reader's activity that went to the space, 0 to 1.
    pub(crate) space: f64,
    /// Normalised affinity to the author, 0 to 1.
    pub(crate) author: f64,
    /// Whether the reader started the thread.
    pub(crate) started: bool,
    /// The reader's share of the thread's posts, 0 to 1.
    pub(crate) part: f64,
    /// Posts by others since his newest one.
    pub(crate) news: u32,
    /// How often he saw the card.
    pub(crate) sightings: u32,
    /// Whether somebody else commented after he last saw it.
    pub(crate) commented_since: bool,
    /// How likely it is that one of his colleagues in it draws him, 0 to 1.
    pub(crate) social: f64,
    /// How many of those colleagues there are.
    pub(crate) colleagues: u32,
    /// How much more of those it reached took part than is usual in its place, 0 to 1.
    pub(crate) engage: f64,
    /// Nobody has answered yet somebody who is new in the place or seldom writes there.
    pub(crate) nurture: bool,
    /// A mention of the reader waits for him.
    pub(crate) mentioned: bool,
    /// An announcement that he has not read.
    pub(crate) announced: bool,
    /// In a language that he does not read.
    pub(crate) foreign: bool,
}

impl Features {
    /// The features of one thread for one reader.
    pub(crate) fn of(facts: &Facts, reader: &Reader<'_>) -> Features {
        let Facts { thread, seen, .. } = facts;
        let sightings = seen.map_or(0, |seen| seen.times);
        let colleagues: Vec<f64> = facts.colleagues.iter().copied().filter(|value| *value > 0.0).collect();
        let waits = thread.posts <= 1 && effective_hours(thread.posted, reader.as_of, reader.zone) < WAITING_HOURS;
        Features {
            social: social(&colleagues, reader.half_saturation),
            colleagues: u32::try_from(colleagues.len()).unwrap_or(u32::MAX),
            engage: engage(&facts.engaged),
            nurture: facts.early && waits,
            mentioned: facts.mentioned,
            announced: facts.announced,
            foreign: facts.foreign,
            ageing: facts.kind.ageing,
            hours: hours(facts, reader),
            space: share(facts.space, reader.spaces),
            author: normalise(facts.author, reader.half_saturation),
            started: thread.started,
            part: f64::from(thread.mine.min(thread.posts)) / f64::from(thread.posts.max(1)),
            news: thread.news,
            sightings,
            commented_since: seen.is_some_and(|seen| thread.answered.is_some_and(|t| t > seen.last)),
        }
    }
}

/// Effective hours for which a first word may wait for an answer: two working days.
const WAITING_HOURS: f64 = 20.0;
/// Colleagues in a thread that count, the closest first.
const COLLEAGUES: usize = 8;
/// What a colleague as close as can be adds to the chance that a thread draws the reader.
const DRAWN: f64 = 0.6;
/// Persons that a thread must have reached for its own rate to weigh as much as what is usual in its place.
const USUAL_WEIGHT: f64 = 20.0;
/// Smallest rate of a place.
const LEAST_USUAL: f64 = 0.002;

/// `1 - prod(1 - 0.6 * a)` over the normalised affinities of the closest colleagues who took part.
fn social(affinities: &[f64], half_saturation: f64) -> f64 {
    let mut closest: Vec<f64> = affinities
        .iter()
        .map(|&value| normalise(value, half_saturation))
        .collect();
    closest.sort_by(|a, b| b.total_cmp(a));
    let missed = closest.iter().take(COLLEAGUES).map(|a| 1.0 - DRAWN * a);
    1.0 - missed.product::<f64>()
}

/// What is usual in a place stands for 20 persons beside those reached: `r = (e + 20 p) / (n + 20)`, `E = r / (r + p)`, answered is
/// `2 E - 1`, at least 0. So a team of ten can beat a post to the whole company; raw counts never let it.
fn engage(of: &Engaged) -> f64 {
    (2.0 * engagement(of) - 1.0).max(0.0)
}

/// `E` of [`engage`], 0 to 1; 0.5 is usual.
fn engagement(of: &Engaged) -> f64 {
    let usual = of.usual.max(LEAST_USUAL);
    let rate = (of.engaged + USUAL_WEIGHT * usual) / (of.reached + USUAL_WEIGHT);
    rate / (rate + usual)
}

/// Effective hours since the last activity: the post itself or a later comment by another person that still counts. 0 while a
/// deadline lies ahead; from then on the hours run from the deadline.
fn hours(facts: &Facts, reader: &Reader<'_>) -> f64 {
    let active = facts.thread.posted.max(facts.thread.revived.unwrap_or(i64::MIN));
    let since = active.max(facts.fresh_until.unwrap_or(i64::MIN));
    effective_hours(since, reader.as_of, reader.zone)
}

/// A count that stops at the largest number instead of wrapping.
fn count(items: impl Iterator) -> u32 {
    u32::try_from(items.count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::dice::Dice;

    const HOUR: i64 = 3_600_000;
    const DAY: i64 = 24 * HOUR;

    /// Walks through the thread in the order it was written and keeps a diary, as a person would.
    fn diary(
        posted: i64,
        started: bool,
        comments: &[Comment],
        kind: KindTraits,
        as_of: i64,
    ) -> (f64, u32, i64, Option<i64>) {
        let mut sorted = comments.to_vec();
        sorted.sort_by_key(|c| (c.t, c.mine));
        let (mut all, mut mine, mut news, mut active, mut answered) = (1.0, 0.0, 0, posted, None);
        let mut wrote = started;
        if started {
            mine += 1.0;
        }
        for c in sorted {
            if c.t > as_of {
                break;
            }
            all += 1.0;
            if c.mine {
                (wrote, news) = (true, 0);
                mine += 1.0;
            } else {
                if wrote {
                    news += 1;
                }
                answered = Some(c.t);
                if c.t - posted < kind.revived_for && c.t > active {
                    active = c.t;
                }
            }
        }
        (mine / all, news, active, answered)
    }

    #[test]
    fn each_feature_equals_a_diary_of_the_thread() {
        let mut dice = Dice::new(31);
        let zone = TimeZone::get("Europe/Paris").unwrap();
        for _ in 0..2_000 {
            // Half of the worlds tick in whole half days, so that instants often meet a bound exactly.
            let tick = [1, DAY / 2][dice.below(2) as usize];
            let mut later = |low: i64, high: i64| dice.within(low / tick, high / tick + 1) * tick;
            let (as_of, pace, sighted, deadline) = (
                later(0, 12 * DAY),
                later(HOUR, DAY).max(tick),
                later(0, 9 * DAY),
                later(0, 9 * DAY),
            );
            let posted = dice.within(1_600_000_000_000, 1_700_000_000_000);
            let as_of = posted + as_of;
            let started = dice.below(2) == 0;
            // Distinct instants, after the post, unordered.
            let mut steps: Vec<i64> = (1..=dice.below(12) as i64).collect();
            dice.shuffle(&mut steps);
            let comments: Vec<Comment> = steps
                .iter()
                .map(|step| Comment {
                    t: posted + step * pace,
                    mine: dice.below(3) == 0,
                })
                .collect();
            let kind = KindTraits {
                ageing: dice.unit(),
                revived_for: [2, 14][dice.below(2) as usize] * DAY,
            };
            let seen = (dice.below(2) == 0).then(|| Sightings {
                times: dice.below(6) as u32,
                last: posted + sighted,
            });
            let fresh_until = (dice.below(4) == 0).then_some(posted + deadline);
            let (author, space, spaces, k) = (dice.unit() * 9.0, dice.unit(), 1.0 + dice.unit(), 1.0 + dice.unit());
            let thread = Thread::read(posted, started, &comments, kind, as_of);
            let colleagues: Vec<f64> = (0..dice.below(12))
                .map(|_| (dice.unit() - 0.2).max(0.0) * 9.0)
                .collect();
            let engaged = Engaged {
                engaged: dice.below(20) as f64 / 2.0,
                reached: dice.below(40) as f64,
                usual: dice.unit() * 0.1,
            };
            let facts = Facts {
                kind,
                thread,
                fresh_until,
                author,
                space,
                seen,
                colleagues: colleagues.clone(),
                engaged,
                early: dice.below(2) == 0,
                mentioned: dice.below(2) == 0,
                announced: dice.below(2) == 0,
                foreign: dice.below(2) == 0,
            };
            let reader = Reader {
                as_of,
                zone: &zone,
                half_saturation: k,
                spaces,
            };
            let features = Features::of(&facts, &reader);

            let (part, news, active, answered) = diary(posted, started, &comments, kind, as_of);
            let mut drawn = colleagues.iter().map(|a| a / (a + k)).collect::<Vec<f64>>();
            drawn.sort_by(|a, b| b.partial_cmp(a).unwrap());
            let mut missed = 1.0;
            for a in drawn.iter().take(8) {
                missed *= 1.0 - 0.6 * a;
            }
            let usual = if engaged.usual > 0.002 { engaged.usual } else { 0.002 };
            let rate = (engaged.engaged + 20.0 * usual) / (engaged.reached + 20.0);
            let alone = comments.iter().all(|c| c.t > as_of);
            let since = if let Some(deadline) = fresh_until {
                active.max(deadline)
            } else {
                active
            };
            let expected = Features {
                ageing: kind.ageing,
                hours: if since > as_of {
                    0.0
                } else {
                    effective_hours(since, as_of, &zone)
                },
                space: space / spaces,
                author: author / (author + k),
                started,
                part,
                news,
                sightings: seen.map(|s| s.times).unwrap_or(0),
                commented_since: matches!((seen, answered), (Some(s), Some(t)) if t > s.last),
                social: 1.0 - missed,
                colleagues: colleagues.iter().filter(|a| **a > 0.0).count() as u32,
                engage: (2.0 * (rate / (rate + usual)) - 1.0).max(0.0),
                nurture: facts.early && alone && effective_hours(posted, as_of, &zone) < 20.0,
                mentioned: facts.mentioned,
                announced: facts.announced,
                foreign: facts.foreign,
            };
            assert_eq!(features, expected);
        }
    }

    #[test]
    fn a_team_can_beat_the_company() {
        let e = |engaged, reached, usual| {
            let of = Engaged {
                engaged,
                reached,
                usual,
            };
            (engagement(&of) * 1000.0).round() / 1000.0
        };
        assert_eq!(e(3.0, 9.0, 0.15), 0.580, "three of nine in a team of twelve");
        assert_eq!(e(300.0, 40_000.0, 0.01), 0.429, "three hundred of the whole company");
        assert_eq!(e(30.0, 40_000.0, 0.01), 0.070);
        assert_eq!(e(0.0, 0.0, 0.3), 0.5, "nobody reached");
        assert_eq!(e(0.0, 0.0, 0.0), 0.5, "a place without any rate");
        // Where no client reports what was seen, those who took part are those reached, everywhere: nothing is unusual.
        assert!((e(4.0, 4.0, 1.0) - 0.5).abs() < 1e-9);
    }

    #[test]
    fn three_colleagues_of_the_reference_text() {
        assert!((social(&[1.0, 1.0, 1.0], 1.0) - 0.657).abs() < 1e-12);
        assert_eq!(social(&[], 1.0), 0.0);
        assert_eq!(social(&[1.0; 8], 1.0), social(&[1.0; 20], 1.0), "eight count");
    }

    #[test]
    fn a_late_comment_is_news_but_makes_nothing_young() {
        let comments = [Comment {
            t: 3 * DAY,
            mine: false,
        }];
        let thread = Thread::read(0, true, &comments, KindTraits::POST, 9 * DAY);
        assert_eq!((thread.revived, thread.answered, thread.news), (None, Some(3 * DAY), 1));
        let question = KindTraits {
            ageing: 0.7,
            revived_for: 14 * DAY,
        };
        assert_eq!(
            Thread::read(0, true, &comments, question, 9 * DAY).revived,
            Some(3 * DAY)
        );
        assert_eq!(
            Thread::read(0, true, &comments, question, 2 * DAY).posts,
            1,
            "not written yet"
        );
    }

    #[test]
    fn a_reader_without_a_post_of_his_own_has_no_news() {
        let comments = [Comment { t: 5, mine: false }, Comment { t: 6, mine: false }];
        assert_eq!(Thread::read(0, false, &comments, KindTraits::POST, 10).news, 0);
    }
}
