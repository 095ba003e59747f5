//! The reader's clock: hours that count while he works and hardly count while he does not.
//!
//! A post of Friday evening is not old on Monday morning. So an hour of working time, Monday to Friday from 8 to 18 in the
//! reader's own zone, counts 1 and any other hour counts 0.25. Public holidays and absences are not known yet: they count as the
//! weekday they fall on.
//!
//! An instant belongs to working time by what the clock on the reader's wall shows then. Between two changes of that clock
//! (daylight saving, usually two a year) local time runs evenly, so the working time of such a stretch is the difference of one
//! closed formula at its ends; the cost follows the number of clock changes, never the number of days. No float is involved before
//! the last division.

use jiff::{Timestamp, tz::TimeZone};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
const WEEK: i64 = 7 * DAY;
/// Working time begins at 8 and ends at 18, local time.
const OPENS: i64 = 8 * HOUR;
const WORKDAY: i64 = 10 * HOUR;
/// Monday to Friday.
const WORKDAYS: i64 = 5;
/// 1970-01-01 was a Thursday: the Monday before it lies three days back.
const MONDAY: i64 = 3 * DAY;

/// Effective hours from one instant to another (both in milliseconds since 1970 UTC) for somebody in `zone`:
/// `working hours + 0.25 * other hours`, exact to the millisecond. 0 if `to` is not after `from`.
pub(crate) fn effective_hours(from: i64, to: i64, zone: &TimeZone) -> f64 {
    effective_quarters(from, to, zone) as f64 / (4 * HOUR) as f64
}

/// The latest instant from which to `to` at least `hours` effective hours pass: the older edge of a window on the reader's clock.
/// In milliseconds since 1970 UTC.
pub(crate) fn effective_hours_before(to: i64, hours: u32, zone: &TimeZone) -> i64 {
    let wanted = i64::from(hours) * HOUR * 4;
    // One hour counts at least a quarter and at most one: the answer lies between these two instants, and the count
    // never falls as the start moves back, so halving finds it.
    let (mut enough, mut short) = (to.saturating_sub(wanted), to.saturating_sub(wanted / 4 - 1));
    while short.saturating_sub(enough) > 1 {
        let middle = enough + (short - enough) / 2;
        if effective_quarters(middle, to, zone) >= wanted {
            enough = middle
        } else {
            short = middle
        }
    }
    enough
}

/// Effective time in quarters of a millisecond: 4 for a working one, 1 for another.
fn effective_quarters(from: i64, to: i64, zone: &TimeZone) -> i64 {
    let (Ok(start), Ok(end)) = (Timestamp::from_millisecond(from), Timestamp::from_millisecond(to)) else {
        // No calendar reaches there: such a date is a mistake, and counts as time off.
        return to.saturating_sub(from).max(0);
    };
    if start >= end {
        return 0;
    }
    let mut working = 0;
    let mut since = start;
    let mut offset = offset_ms(zone, start);
    for change in zone.following(start) {
        if change.timestamp() >= end {
            break;
        }
        let until = change.timestamp();
        working += worked(until.as_millisecond() + offset) - worked(since.as_millisecond() + offset);
        since = until;
        offset = i64::from(change.offset().seconds()) * 1000;
    }
    working += worked(to + offset) - worked(since.as_millisecond() + offset);
    (to - from) + 3 * working
}

/// How far the wall clock of `zone` is ahead of UTC at `at`, in milliseconds.
fn offset_ms(zone: &TimeZone, at: Timestamp) -> i64 {
    i64::from(zone.to_offset(at).seconds()) * 1000
}

/// Working milliseconds from a fixed Monday, 0:00, to the local instant `local` (milliseconds of a wall clock that never
/// changes); negative before it. Only differences matter.
fn worked(local: i64) -> i64 {
    let since_monday = local + MONDAY;
    let (weeks, rest) = (since_monday.div_euclid(WEEK), since_monday.rem_euclid(WEEK));
    let (day, time) = (rest / DAY, rest % DAY);
    let today = if day < WORKDAYS {
        (time - OPENS).clamp(0, WORKDAY)
    } else {
        0
    };
    (weeks * WORKDAYS + day.min(WORKDAYS)) * WORKDAY + today
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::dice::Dice;
    use jiff::civil::Weekday;

    const MINUTE: i64 = 60_000;
    /// Whole, half and quarter hours, daylight saving of one hour, of half an hour and of two, a day that never was (Apia, December
    /// 2011), and a zone that leaves summer time for a month of every year.
    const ZONES: [&str; 11] = [
        "Europe/Paris",
        "America/New_York",
        "America/St_Johns",
        "Asia/Kolkata",
        "Asia/Kathmandu",
        "Pacific/Apia",
        "Australia/Lord_Howe",
        "Africa/Casablanca",
        "Antarctica/Troll",
        "Pacific/Chatham",
        "UTC",
    ];

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).unwrap()
    }

    fn at(text: &str) -> i64 {
        text.parse::<jiff::Zoned>().unwrap().timestamp().as_millisecond()
    }

    /// Looks at the wall clock in every single minute.
    fn naive(from: i64, to: i64, zone: &TimeZone) -> f64 {
        let mut quarters = 0;
        let mut t = from;
        while t < to {
            let wall = zone.to_datetime(Timestamp::from_millisecond(t).unwrap());
            let free = matches!(wall.weekday(), Weekday::Saturday | Weekday::Sunday) || !(8..18).contains(&wall.hour());
            quarters += if free { 1 } else { 4 };
            t += MINUTE;
        }
        quarters as f64 / 240.0
    }

    #[test]
    fn weekend_night_and_day_count_as_said() {
        let paris = zone("Europe/Paris");
        let hours = |a: &str, b: &str| effective_hours(at(a), at(b), &paris);
        assert_eq!(
            hours("2026-03-02T09:00[Europe/Paris]", "2026-03-02T12:00[Europe/Paris]"),
            3.0
        );
        assert_eq!(
            hours("2026-03-02T18:00[Europe/Paris]", "2026-03-03T08:00[Europe/Paris]"),
            3.5
        );
        assert_eq!(
            hours("2026-03-06T18:00[Europe/Paris]", "2026-03-09T08:00[Europe/Paris]"),
            15.5
        );
        assert_eq!(
            hours("2026-03-02T08:00[Europe/Paris]", "2026-03-09T08:00[Europe/Paris]"),
            50.0 + 118.0 / 4.0
        );
        // The Sunday that loses an hour: a quarter less.
        assert_eq!(
            hours("2026-03-27T18:00[Europe/Paris]", "2026-03-30T08:00[Europe/Paris]"),
            15.25
        );
        assert_eq!(
            hours("2026-10-23T18:00[Europe/Paris]", "2026-10-26T08:00[Europe/Paris]"),
            15.75
        );
        assert_eq!(
            hours("2026-03-03T08:00[Europe/Paris]", "2026-03-02T08:00[Europe/Paris]"),
            0.0
        );
    }

    #[test]
    fn every_span_equals_a_look_at_the_clock_each_minute() {
        let mut dice = Dice::new(21);
        for name in ZONES {
            let zone = zone(name);
            for round in 0..24 {
                // Half of the spans cover a change of the clock on purpose; Apia's missing day is one of them.
                let near = if round % 2 == 0 {
                    let some = Timestamp::from_millisecond(dice.within(1_300_000_000_000, 1_900_000_000_000)).unwrap();
                    zone.following(some)
                        .next()
                        .map_or(some, |change| change.timestamp())
                        .as_millisecond()
                } else {
                    dice.within(1_300_000_000_000, 1_900_000_000_000)
                };
                let from = (near - dice.within(0, 4 * DAY)).div_euclid(MINUTE) * MINUTE;
                let to = from + dice.within(0, 12 * DAY) / MINUTE * MINUTE;
                assert_eq!(
                    effective_hours(from, to, &zone),
                    naive(from, to, &zone),
                    "{name} {from} {to}"
                );
            }
        }
        let apia = zone("Pacific/Apia");
        let (from, to) = (
            at("2011-12-28T00:00[Pacific/Apia]"),
            at("2012-01-03T00:00[Pacific/Apia]"),
        );
        assert_eq!(effective_hours(from, to, &apia), naive(from, to, &apia));
    }

    #[test]
    fn spans_of_years_add_up() {
        let mut dice = Dice::new(22);
        for name in ZONES {
            let zone = zone(name);
            for _ in 0..50 {
                let mut points = [0; 3].map(|_| dice.within(-2_000_000_000_000, 4_000_000_000_000));
                points.sort();
                let [a, b, c] = points;
                let parts = effective_quarters(a, b, &zone) + effective_quarters(b, c, &zone);
                assert_eq!(parts, effective_quarters(a, c, &zone), "{name} {points:?}");
                assert!(parts >= c - a && parts <= 4 * (c - a));
            }
        }
    }

    #[test]
    fn the_edge_of_a_window_is_the_latest_instant_that_is_far_enough() {
        let mut dice = Dice::new(23);
        for name in ZONES {
            let zone = zone(name);
            for hours in [0, 1, 48, 200] {
                let to = dice.within(1_300_000_000_000, 1_900_000_000_000);
                let edge = effective_hours_before(to, hours, &zone);
                let wanted = i64::from(hours) * 4 * HOUR;
                assert!(effective_quarters(edge, to, &zone) >= wanted, "{name} {to} {hours}");
                assert!(
                    edge == to || effective_quarters(edge + 1, to, &zone) < wanted,
                    "{name} {to} {hours}"
                );
            }
        }
    }

    #[test]
    fn dates_outside_every_calendar_do_not_stop_the_feed() {
        let paris = zone("Europe/Paris");
        assert!(effective_hours(i64::MIN, 0, &paris) > 1e9);
        assert_eq!(effective_hours(0, i64::MIN, &paris), 0.0);
        assert!(effective_hours(-377_000_000_000_000, 253_000_000_000_000, &paris) > 1e7);
        effective_hours_before(i64::MIN, 48, &paris);
        effective_hours_before(i64::MAX, 48, &paris);
    }
}
