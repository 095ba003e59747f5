//! Affinity: how much one person's recent deeds went to another person or to a space.
//!
//! Interest is forgotten along a power law: the sum over deeds of `(age + 1)^-0.8`. Storing every deed to compute that would
//! cost history, so an edge holds three decayed sums `S` with half-lives `H` of 1, 7 and 90 days, all brought to one instant
//! `t0`; `sum of H^-0.8 * S_H` follows the power law closely and costs the same for the first deed and for the millionth. A sum
//! of weights decayed to `t0` obeys, for a deed of weight `w` at `t`:
//!
//! ```text
//! t >= t0:  S' = S * 2^(-(t - t0)/H) + w       t0' = t
//! t <  t0:  S' = S + w * 2^(-(t0 - t)/H)       t0' = t0
//! ```
//!
//! Both lines weigh every deed by its age at the later instant, so the order of arrival does not matter: a late deed is exact,
//! and the edges of two histories add up. Exponentials come from `libm`, not from the platform: the same deeds give the same bits
//! on every machine.
//!
//! Not here: a cap of 20 points per pair and day, which would need the day's points beside the sums; until then a flood of
//! comments counts in full (`docs/ranking.md`). "Following counts once" is kept by the caller, who sees whether the follow is new.

/// Half-lives of the three sums, in days, shortest first.
const HALF_LIVES: [f64; 3] = [1.0, 7.0, 90.0];
/// `H^-0.8` for each half-life: the weights that make the three sums follow the power law.
const HORIZON_WEIGHTS: [f64; 3] = [1.0, 0.210_824_737_370_650_27, 0.027_327_883_176_104_03];
/// Milliseconds in a day.
const DAY: f64 = 86_400_000.0;
/// A deed may be dated this many milliseconds after now (clocks differ); a later date is brought back to this bound.
const AHEAD: i64 = 5 * 60 * 1000;
/// Below this 90-day sum an edge says nothing: a single passing view is 0.1 and falls this low after four years.
const NEGLIGIBLE: f64 = 1e-6;
/// Steps of the eviction key per unit of the logarithm: finer than any difference that matters, far from overflow.
const KEY_STEPS: f64 = 4_294_967_296.0;

/// Something a person did that says whom, or where, his interest goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    /// Reacted to something of the other person.
    Reaction,
    /// Commented on a post of the other person.
    Comment,
    /// Replied to a comment of the other person.
    Reply,
    /// Began to follow the other person. Counts once: the caller skips a follow that existed before.
    Follow,
    /// Wrote a post in a space. It credits the space only, as much as a comment does: the one weight that is our own choice.
    Post,
}

impl Deed {
    /// Points of the deed for who does it.
    fn points(self) -> f64 {
        match self {
            Deed::Reaction => 1.0,
            Deed::Comment | Deed::Post => 3.0,
            Deed::Reply => 4.0,
            Deed::Follow => 5.0,
        }
    }
}

/// On which end of the deed the owner of the edge stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// He did it: it counts in full.
    Mine,
    /// It was done to him: attention received says less about his interest than attention given, so 0.3.
    DoneToMe,
}

/// A weight that a sum can bear: finite and above 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Weight(f64);

impl Weight {
    #[cfg(test)]
    /// The weight `w` in points; `None` if it is not finite or not above 0, for one such number would spoil an edge for good.
    pub(crate) fn new(w: f64) -> Option<Weight> {
        (w.is_finite() && w > 0.0).then_some(Weight(w))
    }

    /// The weight of one deed addressed to `people` persons: `points * side / sqrt(people)`. What is said to fifty is said less to
    /// each. For a space, and for a deed aimed at one person, `people` is 1; 0 counts as 1.
    pub(crate) fn of(deed: Deed, side: Side, people: u32) -> Weight {
        let side = match side {
            Side::Mine => 1.0,
            Side::DoneToMe => 0.3,
        };
        Weight(deed.points() * side / f64::from(people.max(1)).sqrt())
    }
}

/// One edge: three decayed sums and the instant they stand at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Affinity {
    /// `S` for each of the half-lives, in points at `t0`. Never negative, never infinite.
    sums: [f64; 3],
    /// The instant of the sums, in milliseconds since 1970 UTC.
    t0: i64,
}

impl Affinity {
    /// The edge after a first deed at `t`, seen at `now`; see [`Affinity::add`].
    pub(crate) fn first(weight: Weight, t: i64, now: i64) -> Affinity {
        Affinity {
            sums: [finite(weight.0); 3],
            t0: dated(t, now),
        }
    }

    /// The edge after one more deed at `t` (milliseconds since 1970 UTC), before or after those it holds. A deed dated more than
    /// five minutes after `now` is brought back to that bound: a wrong clock must not outshine years of deeds.
    #[must_use]
    pub(crate) fn add(self, weight: Weight, t: i64, now: i64) -> Affinity {
        self.merge(Affinity::first(weight, t, now))
    }

    /// The edge without a deed that [`Affinity::add`] put in, named by the same weight and instants; `None` when nothing that
    /// matters is left, so that the row can be deleted. Undoing what was never added stops at 0.
    #[must_use]
    pub(crate) fn undo(self, weight: Weight, t: i64, now: i64) -> Option<Affinity> {
        let deed = Affinity::first(weight, t, now);
        let to = self.t0.max(deed.t0);
        let (held, gone) = (self.at(to), deed.at(to));
        let [a, b, c] = held;
        let [x, y, z] = gone;
        let left = Affinity {
            sums: [(a - x).max(0.0), (b - y).max(0.0), (c - z).max(0.0)],
            t0: to,
        };
        let [_, _, longest] = left.sums;
        (longest >= NEGLIGIBLE).then_some(left)
    }

    /// The edge of both histories together: shards and machines that were apart may count for themselves and add up later.
    #[must_use]
    pub(crate) fn merge(self, other: Affinity) -> Affinity {
        let to = self.t0.max(other.t0);
        let [a, b, c] = self.at(to);
        let [x, y, z] = other.at(to);
        Affinity {
            sums: [finite(a + x), finite(b + y), finite(c + z)],
            t0: to,
        }
    }

    /// What the edge is worth at `now`, in points: `sum of H^-0.8 * S_H` with `S` decayed to `now` (weights 1, 0.2108 and
    /// 0.02733). An instant before the newest deed gives the value at that deed.
    pub(crate) fn value(&self, now: i64) -> f64 {
        let [a, b, c] = self.at(now);
        let [x, y, z] = HORIZON_WEIGHTS;
        a * x + b * y + c * z
    }

    /// A key that orders the edges of one person as their 90-day sums do at any instant, without a clock:
    /// `L = log2(S_90) + t0/90 d`, in steps of 2^-32. The common factor `2^(-now/H)` cancels, so that the lowest key is the edge to
    /// drop when a person has too many.
    pub(crate) fn eviction_key(&self) -> i64 {
        let [_, _, longest] = self.sums;
        let [_, _, half_life] = HALF_LIVES;
        // The smallest sum that is not 0 stands for 0, whose logarithm is no number.
        let level = libm::log2(longest.max(f64::MIN_POSITIVE)) + self.t0 as f64 / (half_life * DAY);
        (level * KEY_STEPS).round() as i64
    }

    /// The four integer columns of the edge: the three sums as IEEE 754 bit patterns, then `t0`.
    ///
    /// Bit patterns and not fixed point: every sum comes back exactly, so that an edge read, changed and written a million times
    /// drifts no more than one held in memory; and as no sum is negative, the patterns are in the order of the sums.
    pub(crate) fn to_columns(self) -> [i64; 4] {
        let [a, b, c] = self.sums;
        [a.to_bits() as i64, b.to_bits() as i64, c.to_bits() as i64, self.t0]
    }

    /// The edge of four columns; `None` if they were not written by [`Affinity::to_columns`] (a sum negative or not finite).
    pub(crate) fn from_columns([a, b, c, t0]: [i64; 4]) -> Option<Affinity> {
        let sums = [
            f64::from_bits(a as u64),
            f64::from_bits(b as u64),
            f64::from_bits(c as u64),
        ];
        sums.iter()
            .all(|s| s.is_finite() && s.is_sign_positive())
            .then_some(Affinity { sums, t0 })
    }

    /// The sums decayed to `now`, or as they are if `now` lies before them.
    fn at(&self, now: i64) -> [f64; 3] {
        let age = now.saturating_sub(self.t0).max(0) as f64 / DAY;
        let [a, b, c] = self.sums;
        let [x, y, z] = HALF_LIVES;
        [
            a * libm::exp2(-age / x),
            b * libm::exp2(-age / y),
            c * libm::exp2(-age / z),
        ]
    }
}

/// Half saturation `k_v` of one reader: the 75th percentile of what his edges are worth, at least 1, so that a newcomer's single
/// reaction does not make a best friend. The percentile is the smallest value that at least three quarters of them do not exceed.
pub(crate) fn half_saturation(values: &[f64]) -> f64 {
    let mut values: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    values.sort_by(f64::total_cmp);
    let rank = (values.len() * 3).div_ceil(4);
    rank.checked_sub(1)
        .and_then(|at| values.get(at))
        .copied()
        .unwrap_or(1.0)
        .max(1.0)
}

/// An edge's value on a scale from 0 to 1: `a = S/(S + k_v)`, one half at the reader's own 75th percentile.
pub(crate) fn normalise(value: f64, half_saturation: f64) -> f64 {
    if value > 0.0 {
        value / (value + half_saturation)
    } else {
        0.0
    }
}

/// The part of all of a reader's activity that went to one space, from 0 to 1; 0 for who did nothing anywhere.
pub(crate) fn share(value: f64, total: f64) -> f64 {
    if value > 0.0 && total > 0.0 {
        (value / total).min(1.0)
    } else {
        0.0
    }
}

/// The instant a deed counts at.
fn dated(t: i64, now: i64) -> i64 {
    t.min(now.saturating_add(AHEAD))
}

/// A sum stops far below the largest number there is, so that neither a stored edge nor its value is ever infinite.
fn finite(sum: f64) -> f64 {
    sum.min(1e300)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::dice::Dice;

    const DAY_MS: i64 = 86_400_000;
    /// An instant after every deed of a test, so that none is brought back.
    const LATER: i64 = 1 << 52;

    fn weight(w: f64) -> Weight {
        Weight::new(w).unwrap()
    }

    fn edge(deeds: &[(f64, i64)]) -> Affinity {
        let (&(w, t), rest) = deeds.split_first().unwrap();
        rest.iter().fold(Affinity::first(weight(w), t, LATER), |edge, &(w, t)| {
            edge.add(weight(w), t, LATER)
        })
    }

    /// The definition, with no sum kept: every deed by its own age.
    fn naive(deeds: &[(f64, i64)], now: i64) -> f64 {
        let newest = deeds.iter().map(|&(_, t)| t).max().unwrap();
        let now = now.max(newest);
        let decayed = |h: f64| {
            deeds
                .iter()
                .map(|&(w, t)| w * 0.5f64.powf((now - t) as f64 / 3_600_000.0 / (24.0 * h)))
                .sum::<f64>()
        };
        [1.0f64, 7.0, 90.0].iter().map(|&h| h.powf(-0.8) * decayed(h)).sum()
    }

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() <= 1e-12 * a.abs().max(b.abs()).max(1e-9)
    }

    #[test]
    fn three_deeds_of_the_reference_text() {
        let mut deeds = vec![(4.0, 40 * DAY_MS), (3.0, 0), (1.0, 10 * DAY_MS)];
        for _ in 0..3 {
            deeds.rotate_left(1);
            assert!((edge(&deeds).value(40 * DAY_MS) - 5.057_403_715_9).abs() < 1e-10);
            assert!((edge(&deeds).value(100 * DAY_MS) - 0.122_756_057_3).abs() < 1e-10);
        }
    }

    #[test]
    fn horizon_weights_are_the_power_of_the_half_lives() {
        for (h, w) in HALF_LIVES.iter().zip(HORIZON_WEIGHTS) {
            assert!((h.powf(-0.8) - w).abs() < 1e-16, "{h}");
        }
    }

    #[test]
    fn any_order_and_any_split_equal_the_sum_over_deeds() {
        let mut dice = Dice::new(11);
        for _ in 0..500 {
            let mut deeds: Vec<(f64, i64)> = (0..=dice.below(30))
                .map(|_| (0.01 + dice.unit() * 5.0, dice.within(0, 400 * DAY_MS)))
                .collect();
            let now = dice.within(0, 800 * DAY_MS);
            let expected = naive(&deeds, now);
            assert!(close(edge(&deeds).value(now), expected));
            dice.shuffle(&mut deeds);
            assert!(close(edge(&deeds).value(now), expected));
            if let (left @ [_, ..], right @ [_, ..]) = deeds.split_at(deeds.len() / 2) {
                assert!(close(edge(left).merge(edge(right)).value(now), expected));
                assert!(close(edge(right).merge(edge(left)).value(now), expected));
            }
        }
    }

    #[test]
    fn undo_takes_back_what_add_put_in() {
        let mut dice = Dice::new(12);
        for _ in 0..500 {
            let deeds: Vec<(f64, i64)> = (0..=dice.below(10))
                .map(|_| (0.5 + dice.unit() * 5.0, dice.within(0, 30 * DAY_MS)))
                .collect();
            let (w, t) = (weight(0.5 + dice.unit()), dice.within(0, 30 * DAY_MS));
            let undone = edge(&deeds).add(w, t, LATER).undo(w, t, LATER).unwrap();
            let now = 31 * DAY_MS;
            assert!((undone.value(now) - edge(&deeds).value(now)).abs() < 1e-12);
        }
        assert_eq!(Affinity::first(weight(3.0), 5, LATER).undo(weight(3.0), 5, LATER), None);
        assert_eq!(
            Affinity::first(weight(3.0), 5, LATER).undo(weight(4.0), 5, LATER),
            None,
            "it stops at 0"
        );
    }

    #[test]
    fn the_eviction_key_orders_as_the_ninety_day_sum_does() {
        let mut dice = Dice::new(13);
        let long = |deeds: &[(f64, i64)]| {
            deeds
                .iter()
                .map(|&(w, t)| w * 2f64.powf((t - 500 * DAY_MS) as f64 / (90 * DAY_MS) as f64))
                .sum::<f64>()
        };
        for _ in 0..500 {
            let mut two = || -> Vec<(f64, i64)> {
                (0..=dice.below(5))
                    .map(|_| (0.1 + dice.unit() * 5.0, dice.within(0, 400 * DAY_MS)))
                    .collect()
            };
            let (a, b) = (two(), two());
            if (long(&a) / long(&b) - 1.0).abs() > 1e-6 {
                assert_eq!(
                    edge(&a).eviction_key().cmp(&edge(&b).eviction_key()),
                    long(&a).total_cmp(&long(&b))
                );
            }
        }
        // Single 30-day counter of the reference text, in days: log2(5.69) + 40/30; the same shape at 90 days.
        let l = edge(&[(4.0, 40 * DAY_MS), (3.0, 0), (1.0, 10 * DAY_MS)]).eviction_key() as f64 / KEY_STEPS;
        let s = 4.0 + 3.0 * 2f64.powf(-40.0 / 90.0) + 2f64.powf(-30.0 / 90.0);
        assert!((l - (s.log2() + 40.0 / 90.0)).abs() < 1e-9);
    }

    #[test]
    fn a_deed_from_the_future_is_brought_back_to_five_minutes() {
        let now = 1_000 * DAY_MS;
        assert_eq!(
            Affinity::first(weight(1.0), now + DAY_MS, now),
            Affinity::first(weight(1.0), now + 300_000, now)
        );
        assert_ne!(
            Affinity::first(weight(1.0), now + 299_999, now),
            Affinity::first(weight(1.0), now + 300_000, now)
        );
        assert_eq!(
            Affinity::first(weight(1.0), i64::MAX, i64::MAX).to_columns()[3],
            i64::MAX
        );
    }

    #[test]
    fn weights_refuse_what_is_no_weight() {
        for w in [0.0, -0.0, -1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(Weight::new(w), None, "{w}");
        }
        assert_eq!(Weight::of(Deed::Reaction, Side::Mine, 1), weight(1.0));
        assert_eq!(Weight::of(Deed::Comment, Side::Mine, 1), weight(3.0));
        assert_eq!(Weight::of(Deed::Post, Side::Mine, 1), weight(3.0));
        assert_eq!(Weight::of(Deed::Reply, Side::DoneToMe, 4), weight(4.0 * 0.3 / 2.0));
        assert_eq!(Weight::of(Deed::Follow, Side::Mine, 0), weight(5.0));
    }

    #[test]
    fn columns_give_the_same_edge_back_and_refuse_others() {
        let mut dice = Dice::new(14);
        for _ in 0..500 {
            let edge = edge(&[
                (dice.unit() + 1e-9, dice.within(0, LATER)),
                (dice.unit() + 1e-9, dice.within(0, LATER)),
            ]);
            assert_eq!(Affinity::from_columns(edge.to_columns()), Some(edge));
        }
        for bad in [-1.0, -0.0, f64::NAN, f64::INFINITY] {
            assert_eq!(Affinity::from_columns([0, bad.to_bits() as i64, 0, 0]), None);
        }
        let huge = edge(&[(f64::MAX, 0), (f64::MAX, 0)]);
        assert!(huge.value(0).is_finite());
        assert_eq!(Affinity::from_columns(huge.to_columns()), Some(huge));
    }

    #[test]
    fn normalisation_against_its_definition() {
        let mut dice = Dice::new(15);
        for _ in 0..300 {
            let values: Vec<f64> = (0..dice.below(40)).map(|_| dice.unit() * 9.0).collect();
            let k = half_saturation(&values);
            // Naive: try every value, keep the smallest that three quarters do not exceed.
            let covers = |v: f64| values.iter().filter(|&&x| x <= v).count() * 4 >= values.len() * 3;
            let quartile = values
                .iter()
                .copied()
                .filter(|&v| covers(v))
                .fold(f64::INFINITY, f64::min);
            assert_eq!(k, if values.is_empty() { 1.0 } else { quartile.max(1.0) });
            assert_eq!(normalise(k, k), 0.5);
            let total: f64 = values.iter().sum();
            let parts: f64 = values.iter().map(|&v| share(v, total)).sum();
            assert!(values.is_empty() || (parts - 1.0).abs() < 1e-9);
        }
        assert_eq!((normalise(0.0, 1.0), share(0.0, 0.0), share(2.0, 1.0)), (0.0, 0.0, 1.0));
    }
}
