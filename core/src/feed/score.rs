//! The score: a sum of whole points, one term for each reason to show a thread sooner or later.
//!
//! ```text
//! points = 100*own + 50*news + 76*ln(1 + 10*space) + 150*author - 115*k*ln(1 + h) - seen
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
    /// The reader started the thread or wrote in it.
    Own,
    /// Others wrote in it since he did.
    News,
    /// His activity in its space.
    Space,
    /// His affinity to its author.
    Author,
    /// The time since its last activity, on his working clock.
    Age,
    /// He saw it before.
    Seen,
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
const TERMS: [Term; 6] = [
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
        line("seen", self.seen.to_bits());
        line("seen_most", self.seen_most.to_bits());
        line("seen_commented", self.seen_commented.to_bits());
        let [a, b, c, d, e, f, g, h, ..] = *hash.finalize().as_bytes();
        u64::from_be_bytes([a, b, c, d, e, f, g, h])
    }
}

/// Raised whenever the meaning of a feature changes without a weight doing so.
const FEATURES_VERSION: u64 = 1;

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
mod tests {
    use super::*;
    use crate::feed::dice::Dice;
    use TermName::*;

    const NOTHING: Features = Features {
        ageing: 1.0,
        hours: 0.0,
        space: 0.0,
        author: 0.0,
        started: false,
        part: 0.0,
        news: 0,
        sightings: 0,
        commented_since: false,
    };

    fn points(features: Features, names: &[TermName]) -> Vec<i32> {
        let score = Score::of(&features, &Weights::default());
        names.iter().map(|&name| score.points(name)).collect()
    }

    #[test]
    fn the_cases_of_the_reference_text_term_by_term() {
        let a = Features {
            hours: 6.0,
            author: 0.6,
            space: 0.2,
            ..NOTHING
        };
        assert_eq!(
            points(a, &[Age, Space, Author, Own, News, Seen]),
            [-224, 83, 90, 0, 0, 0]
        );
        let b = Features {
            hours: 2.0,
            ageing: 0.4,
            author: 0.05,
            space: 0.02,
            ..NOTHING
        };
        assert_eq!(points(b, &[Age, Space, Author]), [-51, 14, 8]);
        let c = Features {
            hours: 20.0,
            ageing: 0.7,
            author: 0.1,
            space: 0.1,
            ..NOTHING
        };
        assert_eq!(points(c, &[Age, Space, Author]), [-245, 53, 15]);
        let d = Features { sightings: 2, ..a };
        assert_eq!(points(d, &[Age, Space, Author, Seen]), [-224, 83, 90, -160]);
        let e = Features {
            hours: 30.0,
            started: true,
            part: 0.4,
            news: 3,
            author: 0.3,
            space: 0.2,
            ..NOTHING
        };
        assert_eq!(points(e, &[Age, Own, News, Space, Author]), [-395, 342, 69, 83, 45]);
        assert_eq!(Score::of(&e, &Weights::default()).total, 144);
        let f = Features {
            hours: 1.0,
            space: 0.02,
            ..NOTHING
        };
        assert_eq!(points(f, &[Age, Space]), [-80, 14]);
        assert_eq!(Score::of(&f, &Weights::default()).total, -66);
    }

    #[test]
    fn the_example_of_the_page_on_ranking() {
        let a = Features {
            hours: 30.0,
            started: true,
            part: 0.4,
            news: 3,
            space: 0.2,
            ..NOTHING
        };
        let b = Features {
            hours: 6.0,
            author: 0.6,
            space: 0.2,
            ..NOTHING
        };
        let c = Features {
            hours: 1.0,
            space: 0.02,
            ..NOTHING
        };
        assert_eq!(
            [a, b, c].map(|features| Score::of(&features, &Weights::default()).total),
            [99, -51, -66]
        );
        let page = include_str!("../../../docs/ranking.md");
        assert!(
            ["| **99** |", "| **-51** |", "| **-66** |"]
                .iter()
                .all(|score| page.contains(score))
        );
    }

    /// The formula written out once more, by hand and with the platform's logarithm; before rounding.
    fn naive(f: &Features) -> [(TermName, f64); 6] {
        let own = if f.started {
            230.0 + 280.0 * f.part
        } else {
            280.0 * f.part
        };
        let seen = match (f.sightings, f.commented_since) {
            (0, _) => 0.0,
            (_, true) => 10.0,
            (1, false) => 80.0,
            (2, false) => 160.0,
            (3, false) => 240.0,
            _ => 320.0,
        };
        [
            (Own, own),
            (News, 50.0 * (1.0 + f64::from(f.news)).ln()),
            (Space, 76.0 * (1.0 + 10.0 * f.space).ln()),
            (Author, 150.0 * f.author),
            (Age, -115.0 * f.ageing * (1.0 + f.hours).ln()),
            (Seen, -seen),
        ]
    }

    fn random(dice: &mut Dice) -> Features {
        Features {
            ageing: dice.unit(),
            hours: dice.unit() * 900.0,
            space: dice.unit(),
            author: dice.unit(),
            started: dice.below(2) == 0,
            part: dice.unit(),
            news: dice.below(40) as u32,
            sightings: dice.below(7) as u32,
            commented_since: dice.below(2) == 0,
        }
    }

    #[test]
    fn every_term_equals_the_formula_written_out_and_the_sum_is_the_score() {
        let mut dice = Dice::new(41);
        for _ in 0..20_000 {
            let features = random(&mut dice);
            let score = Score::of(&features, &Weights::default());
            for (name, raw) in naive(&features) {
                // Half a point of rounding, and a last bit of the other logarithm.
                assert!(
                    (f64::from(score.points(name)) - raw).abs() <= 0.5 + 1e-9,
                    "{name:?} {features:?}"
                );
            }
            assert_eq!(score.total, score.terms.iter().map(|(_, p)| p).sum::<i32>());
            assert_eq!(score.faults, 0);
        }
    }

    #[test]
    fn halves_round_away_from_zero() {
        let weights = Weights {
            author: 5.0,
            age: 0.5,
            ..Weights::default()
        };
        let features = Features {
            author: 0.5,
            hours: libm::expm1(1.0),
            ..NOTHING
        };
        let score = Score::of(&features, &weights);
        assert_eq!((score.points(Author), score.points(Age)), (3, -1));
    }

    #[test]
    fn more_of_a_positive_feature_never_lowers_the_score() {
        let mut dice = Dice::new(42);
        let total = |f: Features| Score::of(&f, &Weights::default()).total;
        for _ in 0..5_000 {
            let f = random(&mut dice);
            let up = |share: f64| share + (1.0 - share) * 0.3;
            assert!(
                total(Features {
                    space: up(f.space),
                    ..f
                }) >= total(f)
            );
            assert!(
                total(Features {
                    author: up(f.author),
                    ..f
                }) >= total(f)
            );
            assert!(total(Features { part: up(f.part), ..f }) >= total(f));
            assert!(total(Features { started: true, ..f }) >= total(f));
            assert!(total(Features { news: f.news + 1, ..f }) >= total(f));
            assert!(
                total(Features {
                    hours: f.hours + 1.0,
                    ..f
                }) <= total(f)
            );
            let unanswered = Features {
                commented_since: false,
                ..f
            };
            assert!(
                total(Features {
                    sightings: f.sightings + 1,
                    ..unanswered
                }) <= total(unanswered)
            );
            assert!(
                total(Features {
                    commented_since: true,
                    ..f
                }) >= total(unanswered)
            );
        }
    }

    #[test]
    fn what_is_no_number_counts_nothing_and_is_reported() {
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            for broken in [
                Features { hours: bad, ..NOTHING },
                Features {
                    ageing: bad,
                    hours: 1.0,
                    ..NOTHING
                },
                Features { space: bad, ..NOTHING },
                Features { author: bad, ..NOTHING },
                Features { part: bad, ..NOTHING },
            ] {
                let score = Score::of(&broken, &Weights::default());
                assert_eq!((score.total, score.faults), (0, 1), "{broken:?}");
            }
            let all = Features {
                sightings: 9,
                news: 1,
                started: true,
                ..NOTHING
            };
            for weights in [
                Weights {
                    own: bad,
                    ..Weights::default()
                },
                Weights {
                    own_part: bad,
                    ..Weights::default()
                },
                Weights {
                    news: bad,
                    ..Weights::default()
                },
                Weights {
                    seen: bad,
                    ..Weights::default()
                },
            ] {
                assert!(Score::of(&all, &weights).faults >= 1);
            }
        }
        let huge = Weights {
            news: f64::MAX,
            own: -1e300,
            ..Weights::default()
        };
        let score = Score::of(
            &Features {
                news: 1,
                started: true,
                ..NOTHING
            },
            &huge,
        );
        assert_eq!(
            (score.points(News), score.points(Own), score.total),
            (1_000_000, -1_000_000, 0)
        );
    }

    #[test]
    fn the_configuration_names_the_formula() {
        let base = Weights::default();
        assert_eq!(base.configuration(), Weights::default().configuration());
        let others = [
            Weights { age: 116.0, ..base },
            Weights { space: 77.0, ..base },
            Weights { author: 151.0, ..base },
            Weights { own: 101.0, ..base },
            Weights {
                own_started: 2.4,
                ..base
            },
            Weights { own_part: 2.9, ..base },
            Weights { news: 51.0, ..base },
            Weights { seen: 81.0, ..base },
            Weights {
                seen_most: 321.0,
                ..base
            },
            Weights {
                seen_commented: 11.0,
                ..base
            },
        ];
        let mut names: Vec<u64> = others.iter().chain([&base]).map(Weights::configuration).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), 11, "every weight has a say");
        // Changed on purpose only: cursors in the hands of readers end with it.
        assert_eq!(base.configuration(), 13_939_362_793_765_530_369);
    }
}
