//! Windows and the ranked cursor: how a ranked feed is read page after page while the world goes on.
//!
//! A ranked order has no place to point at: an answer, an edit or a colleague's reaction moves threads up and down between two
//! pages. So the cursor does not say where the reader is but what he has had: the instant his scroll began and the roots already
//! shown. Each page ranks the candidates again and leaves those out. Nothing is shown twice, what rises is shown on the next page
//! instead of being skipped, and reading writes nothing.
//!
//! The list must not grow for ever, so the past is cut in windows: 48 effective hours of the reader's clock, then 7 days, then 30
//! days, then plain chronological order. A thread belongs to the window of its root's `t`, which never changes after publication:
//! windows never exchange threads, and the list starts empty in each. The whole order is (window, score descending, `t`
//! descending, id descending).

use super::hours::effective_hours_before;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
#[cfg(test)]
use std::cmp::Reverse;

/// A root item's id.
pub(crate) type RootId = [u8; 16];

/// At most this many roots of a window are shown in ranked order; then the next window begins.
pub(crate) const MOST_SHOWN: usize = 300;
/// The first window, in effective hours before the scroll began.
const FIRST_HOURS: u32 = 48;
const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
/// Form of [`RankedCursor::encode`].
const VERSION: u8 = 2;
/// Bytes before the hashes: version, window, `as_of`, `first`, configuration, slots filled.
const HEAD: usize = 34;

/// A stretch of the past that is ranked as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Window {
    /// The last 48 effective hours: three to four days of a working week.
    Recent,
    /// Before it, up to 7 days.
    Week,
    /// Before it, up to 30 days.
    Month,
}

/// Instants from `after` (excluded) to `until` (included), in milliseconds since 1970 UTC: what one candidate read covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    /// The older end, excluded.
    pub(crate) after: i64,
    /// The newer end, included.
    pub(crate) until: i64,
}

/// A root that may be shown, with its score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Candidate {
    /// The root.
    pub(crate) id: RootId,
    /// When the root was published, in milliseconds since 1970 UTC.
    pub(crate) t: i64,
    /// Its points for this reader.
    pub(crate) score: i32,
}

impl Candidate {
    /// What the order within a window compares, the largest first.
    pub(crate) fn rank(&self) -> (i32, i64, RootId) {
        (self.score, self.t, self.id)
    }
}

/// The instants of the first window as far back as it may reach in any zone: what is read before the reader's own is known.
pub(crate) fn first_window_in_any_zone(now: i64) -> Span {
    // A zone's clock is UTC's at another instant; four hours of grace cover half hours and a change of the clock.
    let edge = |hours: i64| {
        effective_hours_before(now.saturating_add(hours * HOUR), FIRST_HOURS, &TimeZone::UTC) - hours * HOUR
    };
    let earliest = (-12..=14).map(edge).min().unwrap_or(now);
    Span {
        after: (earliest - 4 * HOUR).max(days_before(now, 7)),
        until: i64::MAX,
    }
}

/// Where a reader's scroll stands. Content of a sealed token, never shown in clear: which roots somebody saw is his affair.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub(crate) struct RankedCursor {
    as_of: i64,
    /// The older end of the first window: kept, because a reader may change his zone while he scrolls.
    first: i64,
    window: Window,
    configuration: u64,
    /// Slots that the scroll has filled so far.
    placed: u64,
    /// Hashes of the roots of this window already shown.
    shown: Vec<u64>,
}

/// What comes after a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// More of the same window, or the next one. A page that is not full yet goes on with it at once.
    Ranked(RankedCursor),
    /// The windows are through: go on with plain chronological order from `until` (included) downward.
    Chronological {
        /// In milliseconds since 1970 UTC.
        until: i64,
    },
}

/// One page, or the part of a page that one window gives: what the property tests compare.
#[cfg(test)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    /// The roots to show, in order.
    pub(crate) roots: Vec<Candidate>,
    /// How to go on.
    pub(crate) next: Next,
}

impl RankedCursor {
    /// The beginning of a scroll at `as_of` (milliseconds since 1970 UTC) of a reader who lives in `zone`, under the formula that
    /// `configuration` names.
    pub(crate) fn start(as_of: i64, configuration: u64, zone: &TimeZone) -> RankedCursor {
        // Seven days hold more than 48 effective hours in every real zone; the bound keeps the windows in order in any other.
        let first = effective_hours_before(as_of, FIRST_HOURS, zone).max(days_before(as_of, 7));
        RankedCursor {
            as_of,
            first,
            window: Window::Recent,
            configuration,
            placed: 0,
            shown: Vec::new(),
        }
    }

    /// Slots that the scroll has filled so far.
    pub(crate) fn placed(&self) -> usize {
        usize::try_from(self.placed).unwrap_or(usize::MAX)
    }

    /// Whether a root of that date belongs to the cursor's window and was not shown in it.
    pub(crate) fn takes(&self, id: &RootId, t: i64) -> bool {
        let span = self.span();
        span.after < t && t <= span.until && !self.shown.contains(&root_hash(id))
    }

    /// The instant the scroll began: candidates are scored as of it.
    pub(crate) fn as_of(&self) -> i64 {
        self.as_of
    }

    /// The window that the next page begins in.
    #[cfg(test)]
    pub(crate) fn window(&self) -> Window {
        self.window
    }

    /// Name of the formula that the scroll began with. Under another one the order would be another: begin again.
    pub(crate) fn configuration(&self) -> u64 {
        self.configuration
    }

    /// The instants of the roots that the next page ranks.
    pub(crate) fn span(&self) -> Span {
        let (week, month) = (days_before(self.as_of, 7), days_before(self.as_of, 30));
        match self.window {
            Window::Recent => Span {
                after: self.first,
                until: self.as_of,
            },
            Window::Week => Span {
                after: week,
                until: self.first,
            },
            Window::Month => Span {
                after: month,
                until: week,
            },
        }
    }

    #[cfg(test)]
    /// The candidates that may still be shown, best first: those of the window's span, each root once, without those already shown.
    pub(crate) fn order(&self, mut candidates: Vec<Candidate>) -> Vec<Candidate> {
        candidates.sort_unstable_by_key(|c| Reverse(c.rank()));
        candidates.retain(|c| self.takes(&c.id, c.t));
        candidates.dedup_by_key(|c| c.id);
        candidates
    }

    /// How many roots this window may still show.
    pub(crate) fn room(&self) -> usize {
        MOST_SHOWN.saturating_sub(self.shown.len())
    }

    /// The cursor after `roots` were really shown. `more` says whether [`RankedCursor::order`] gave others beyond those and beyond
    /// what the gate dropped. What the gate dropped is not named here: it was not shown.
    pub(crate) fn after(mut self, roots: &[RootId], more: bool) -> Next {
        self.placed = self.placed.saturating_add(roots.len() as u64);
        self.shown.extend(roots.iter().take(self.room()).map(root_hash));
        if more && self.room() > 0 {
            return Next::Ranked(self);
        }
        let window = match self.window {
            Window::Recent => Window::Week,
            Window::Week => Window::Month,
            Window::Month => {
                return Next::Chronological {
                    until: days_before(self.as_of, 30),
                };
            }
        };
        Next::Ranked(RankedCursor {
            window,
            shown: Vec::new(),
            ..self
        })
    }

    /// The cursor as bytes, at most 2,434: what a token seals.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let window = match self.window {
            Window::Recent => 0,
            Window::Week => 1,
            Window::Month => 2,
        };
        let mut bytes = vec![VERSION, window];
        bytes.extend(self.as_of.to_be_bytes());
        bytes.extend(self.first.to_be_bytes());
        bytes.extend(self.configuration.to_be_bytes());
        bytes.extend(self.placed.to_be_bytes());
        for hash in &self.shown {
            bytes.extend(hash.to_be_bytes());
        }
        bytes
    }

    /// The cursor of [`RankedCursor::encode`]; `None` for any other bytes.
    pub(crate) fn decode(bytes: &[u8]) -> Option<RankedCursor> {
        let (head, hashes) = bytes.split_at_checked(HEAD)?;
        let (&[version, window], numbers) = head.split_first_chunk()?;
        let mut numbers = words(numbers)?;
        let (as_of, first, configuration) = (numbers.next()?, numbers.next()?, numbers.next()?);
        let placed = numbers.next()?;
        let window = match window {
            0 => Window::Recent,
            1 => Window::Week,
            2 => Window::Month,
            _ => return None,
        };
        let shown: Vec<u64> = words(hashes)?.collect();
        let cursor = RankedCursor {
            as_of: as_of as i64,
            first: first as i64,
            window,
            configuration,
            placed,
            shown,
        };
        let in_order = days_before(cursor.as_of, 7) <= cursor.first && cursor.first <= cursor.as_of;
        (version == VERSION && in_order && cursor.shown.len() <= MOST_SHOWN).then_some(cursor)
    }
}

#[cfg(test)]
/// The next page of at most `size` roots, given the candidates of the cursor's window. The page may be short, even empty, while
/// [`Next::Ranked`] has more: then it goes on with the next window's candidates. It is the last one only where the chronological
/// reading ends.
pub(crate) fn page(candidates: Vec<Candidate>, cursor: RankedCursor, size: usize) -> Page {
    let mut roots = cursor.order(candidates);
    let size = size.min(cursor.room());
    let more = roots.len() > size;
    roots.truncate(size);
    let shown: Vec<RootId> = roots.iter().map(|root| root.id).collect();
    Page {
        roots,
        next: cursor.after(&shown, more),
    }
}

/// 64 bits of a root's id: the first 8 bytes of its BLAKE3 hash. Of 300 roots shown and 600 candidates, one would be left out by
/// mistake once in 10^14 pages.
pub(crate) fn root_hash(id: &RootId) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = *blake3::hash(id).as_bytes();
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}

/// The instant so many times 24 hours before.
fn days_before(t: i64, days: i64) -> i64 {
    t.saturating_sub(days * DAY)
}

/// Bytes as big-endian words of 64 bits; `None` if some are left over.
fn words(bytes: &[u8]) -> Option<impl Iterator<Item = u64>> {
    let (words, rest) = bytes.as_chunks::<8>();
    rest.is_empty()
        .then(|| words.iter().map(|word| u64::from_be_bytes(*word)))
}

impl From<RankedCursor> for String {
    fn from(cursor: RankedCursor) -> String {
        cursor.encode().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl TryFrom<String> for RankedCursor {
    type Error = &'static str;

    fn try_from(text: String) -> Result<RankedCursor, &'static str> {
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        let byte = |&[high, low]: &[u8; 2]| Some(hex(high)? << 4 | hex(low)?);
        let bytes: Option<Vec<u8>> = pairs.iter().map(byte).collect();
        bytes
            .filter(|_| rest.is_empty())
            .and_then(|bytes| RankedCursor::decode(&bytes))
            .ok_or("no ranked cursor")
    }
}

/// The value of a lowercase hexadecimal digit.
fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
