//! The score: a sum of whole points, one term for each reason to show a thread sooner or later.
//!
//! ```text
//! points = 450*mention + 100*own + 50*news + 76*ln(1 + 10*space) + 150*author + 150*social + 100*engage + 60*nurture
//!        + 300 announcement - 115*k*ln(1 + h) - seen - language
//! mention = max(0.3, 2^(-h/24)) while a mention of the reader waits for him
//! own    = 2.3 if the reader started the thread + 2.8 * his share of its posts
//! news   = ln(1 + posts by others since his newest one in it)
//! ```
//!
//! Evidence adds up as logarithms: a product would be blind as soon as one factor is near zero. Every term is rounded to a whole
//! number before it is added, half away from zero, so that an explanation that lists the terms *is* the computation. Logarithms come
//! from `libm`: equal bits on every machine. `docs/ranking.md` says what the terms mean and which are still absent.
//!
//! A new term is a variant, a line in [`TERMS`], a weight and a function; no other term changes.

use super::features::Features;

/// What a term speaks about. The order is the order of [`TERMS`], and the tie-break between equal contributions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TermName {
    /// A mention of the reader waits for him.
    Mention,
    /// The reader started the thread or wrote in it.
    Own,
    /// Others wrote in it since he did.
    News,
    /// His activity in its space.
    Space,
    /// His affinity to its author.
    Author,
    /// His affinity to those who took part.
    Social,
    /// How much more of those it reached took part than is usual there.
    Engage,
    /// A first word that waits for an answer.
    Nurture,
    /// An announcement that he has not read.
    Announcement,
    /// The time since its last activity, on his working clock.
    Age,
    /// He saw it before.
    Seen,
    /// It is in a language that he does not read.
    Language,
}

/// One line of the formula: `weight * feature`, rounded.
struct Term {
    name: TermName,
    /// The name in the canonical form of a configuration; never changed once published.
    key: &'static str,
    /// Signed: a penalty has a negative weight.
    weight: fn(&Weights) -> f64,
    feature: fn(&Features, &Weights) -> f64,
}

/// The formula, in the order in which it is printed.
const TERMS: [Term; 12] = [
    Term {
        name: TermName::Mention,
        key: "mention",
        weight: |w| w.mention,
        feature: mention,
    },
    Term {
        name: TermName::Own,
        key: "own",
        weight: |w| w.own,
        feature: own,
    },
    Term {
        name: TermName::News,
        key: "news",
        weight: |w| w.news,
        feature: |f, _| libm::log1p(f64::from(f.news)),
    },
    Term {
        name: TermName::Space,
        key: "space",
        weight: |w| w.space,
        feature: |f, _| libm::log1p(10.0 * unit(f.space)),
    },
    Term {
        name: TermName::Author,
        key: "author",
        weight: |w| w.author,
        feature: |f, _| unit(f.author),
    },
    Term {
        name: TermName::Social,
        key: "social",
        weight: |w| w.social,
        feature: |f, _| unit(f.social),
    },
    Term {
        name: TermName::Engage,
        key: "engage",
        weight: |w| w.engage,
        feature: |f, _| unit(f.engage),
    },
    Term {
        name: TermName::Nurture,
        key: "nurture",
        weight: |w| w.nurture,
        feature: |f, _| one_if(f.nurture),
    },
    Term {
        name: TermName::Announcement,
        key: "announcement",
        weight: |w| w.announcement,
        feature: |f, _| one_if(f.announced),
    },
    Term {
        name: TermName::Age,
        key: "age",
        weight: |w| -w.age,
        feature: |f, _| f.ageing * libm::log1p(f.hours),
    },
    Term {
        name: TermName::Seen,
        key: "seen",
        weight: |_| -1.0,
        feature: seen,
    },
    Term {
        name: TermName::Language,
        key: "language",
        weight: |w| -w.language,
        feature: |f, _| one_if(f.foreign),
    },
];

/// No term may give more points than this, in either direction, so that a sum never overflows.
const MOST: f64 = 1_000_000.0;

/// The weights of the formula, in points. The defaults are those of the reference formula; the evaluation on real feeds will
/// decide the final ones.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weights {
    /// Points per unit of the logarithm of the age, taken away. Default 115.
    pub age: f64,
    /// Points per unit of `ln(1 + 10 * share of activity in the space)`. Default 76.
    pub space: f64,
    /// Points for the closest author imaginable. Default 150.
    pub author: f64,
    /// Points per unit of `own`. Default 100.
    pub own: f64,
    /// `own` of somebody who started the thread. Default 2.3.
    pub own_started: f64,
    /// `own` of somebody who wrote all of its posts, added to the former. Default 2.8.
    pub own_part: f64,
    /// Points per unit of `ln(1 + new posts)`. Default 50.
    pub news: f64,
    /// Points for a mention that waits for the reader, as long as it is fresh. Default 450.
    pub mention: f64,
    /// The part of them that stays however old it is. Default 0.3.
    pub mention_least: f64,
    /// Points for the closest colleagues imaginable in a thread. Default 150.
    pub social: f64,
    /// Points for a thread in which all take part. Default 100.
    pub engage: f64,
    /// Points for a first word that waits for an answer. Default 60.
    pub nurture: f64,
    /// Points for an announcement until it is read or has expired. Default 300.
    pub announcement: f64,
    /// Points taken away for a language that the reader does not read. Default 80.
    pub language: f64,
    /// Points taken away per sighting. Default 80.
    pub seen: f64,
    /// Points taken away for sightings at most. Default 320.
    pub seen_most: f64,
    /// Points taken away for sightings when somebody else commented after the last one. Default 10.
    pub seen_commented: f64,
}

impl Default for Weights {
    fn default() -> Weights {
        Weights {
            age: 115.0,
            space: 76.0,
            author: 150.0,
            own: 100.0,
            own_started: 2.3,
            own_part: 2.8,
            news: 50.0,
            mention: 450.0,
            mention_least: 0.3,
            social: 150.0,
            engage: 100.0,
            nurture: 60.0,
            announcement: 300.0,
            language: 80.0,
            seen: 80.0,
            seen_most: 320.0,
            seen_commented: 10.0,
        }
    }
}

impl Weights {
    /// A 64-bit name of this formula with these weights: the first 8 bytes of BLAKE3 over the terms' keys and the weights' names and
    /// IEEE 754 bits, in a fixed order, with the version of the features in front. Cursors carry it: a page is never continued
    /// under another formula. Equal on every machine and in every release that computes the same points.
    pub(crate) fn configuration(&self) -> u64 {
        let mut hash = blake3::Hasher::new();
        let mut line = |name: &str, value: u64| {
            hash.update(name.as_bytes());
            hash.update(&[0]);
            hash.update(&value.to_be_bytes());
        };
        line("parvis ranking", FEATURES_VERSION);
        for term in TERMS {
            line(term.key, (term.weight)(self).to_bits());
        }
        // Those that a term uses inside its feature.
        line("own_started", self.own_started.to_bits());
        line("own_part", self.own_part.to_bits());
        line("mention_least", self.mention_least.to_bits());
        line("seen", self.seen.to_bits());
        line("seen_most", self.seen_most.to_bits());
        line("seen_commented", self.seen_commented.to_bits());
        let [a, b, c, d, e, f, g, h, ..] = *hash.finalize().as_bytes();
        u64::from_be_bytes([a, b, c, d, e, f, g, h])
    }
}

/// Raised whenever the meaning of a feature changes without a weight doing so.
const FEATURES_VERSION: u64 = 2;

/// The points of one thread for one reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Score {
    /// The points of every term, in the order of the formula; 0 where it says nothing.
    pub(crate) terms: [(TermName, i32); TERMS.len()],
    /// Their sum; may be negative, only the order of sums counts.
    pub(crate) total: i32,
    /// Terms that were not a finite number and count 0: always 0 unless a feature or a weight is wrong. Worth a warning in a log.
    pub(crate) faults: u32,
}

impl Score {
    /// The points of `features` under `weights`.
    pub(crate) fn of(features: &Features, weights: &Weights) -> Score {
        let mut faults = 0;
        let terms = TERMS.map(|term| {
            let points = (term.weight)(weights) * (term.feature)(features, weights);
            if !points.is_finite() {
                faults += 1;
                return (term.name, 0);
            }
            // Whole and within a million: the conversion is exact.
            (term.name, points.round().clamp(-MOST, MOST) as i32)
        });
        Score {
            terms,
            total: terms.iter().map(|(_, points)| points).sum(),
            faults,
        }
    }

    /// The points of one term.
    pub(crate) fn points(&self, name: TermName) -> i32 {
        self.terms
            .iter()
            .find(|(term, _)| *term == name)
            .map_or(0, |(_, points)| *points)
    }
}

/// Effective hours in which a mention loses half of its points.
const MENTION_HALF_LIFE: f64 = 24.0;

/// A waiting mention, fading with the age of the thread down to a floor.
fn mention(features: &Features, weights: &Weights) -> f64 {
    let fresh = libm::exp2(-features.hours / MENTION_HALF_LIFE);
    match (
        features.mentioned,
        fresh.is_finite() && weights.mention_least.is_finite(),
    ) {
        (false, _) => 0.0,
        (true, false) => f64::NAN,
        (true, true) => fresh.max(weights.mention_least),
    }
}

fn one_if(holds: bool) -> f64 {
    f64::from(u8::from(holds))
}

/// Own part in the thread: having started it, and the share of its posts.
fn own(features: &Features, weights: &Weights) -> f64 {
    let started = if features.started { weights.own_started } else { 0.0 };
    started + weights.own_part * unit(features.part)
}

/// Penalty for sightings, in points: so much for each up to a limit; little once somebody else has commented.
fn seen(features: &Features, weights: &Weights) -> f64 {
    let each = weights.seen * f64::from(features.sightings);
    match (features.sightings, features.commented_since) {
        // A weight that is no number is a fault to be counted: a limit would hide it.
        _ if !each.is_finite() => f64::NAN,
        (0, _) => 0.0,
        (_, true) => weights.seen_commented,
        (_, false) if each > weights.seen_most => weights.seen_most,
        (_, false) => each,
    }
}

/// A share held to its range from 0 to 1. What is not finite stays a fault to be counted: `clamp` would make 1 of infinity.
fn unit(share: f64) -> f64 {
    if share.is_finite() {
        share.clamp(0.0, 1.0)
    } else {
        f64::NAN
    }
}

#[cfg(test)]
mod tests;
