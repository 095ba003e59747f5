//! A world that never stands still, read page after page.

use super::*;
use crate::feed::dice::Dice;

const AS_OF: i64 = 1_700_000_000_000;

fn zone() -> TimeZone {
    TimeZone::get("Europe/Paris").unwrap()
}

fn start() -> RankedCursor {
    RankedCursor::start(AS_OF, 7, &zone())
}

fn id(n: u64) -> RootId {
    let mut id = [0; 16];
    id[8..].copy_from_slice(&n.to_be_bytes());
    id
}

fn spans() -> Vec<Span> {
    let mut cursor = start();
    let mut spans = vec![];
    loop {
        spans.push(cursor.span());
        match cursor.after(&[], false) {
            Next::Ranked(next) => cursor = next,
            Next::Chronological { until } => {
                spans.push(Span { after: i64::MIN, until });
                return spans;
            }
        }
    }
}

#[test]
fn windows_touch_and_cover_the_past_once() {
    let spans = spans();
    assert_eq!(spans.len(), 4);
    assert_eq!(
        (start().as_of(), start().configuration(), spans[0].until),
        (AS_OF, 7, AS_OF)
    );
    assert!(
        spans
            .windows(2)
            .all(|two| two[0].after == two[1].until && two[0].after < two[0].until)
    );
    assert_eq!(spans[1].after, AS_OF - 7 * DAY);
    assert_eq!(spans[2].after, AS_OF - 30 * DAY);
    let hours = crate::feed::hours::effective_hours(spans[0].after, AS_OF, &zone());
    assert!((48.0..48.001).contains(&hours), "{hours}");
}

#[test]
fn every_zone_keeps_the_windows_in_order() {
    let mut dice = Dice::new(51);
    for name in ["UTC", "Pacific/Apia", "America/St_Johns", "Africa/Casablanca"] {
        for _ in 0..50 {
            let as_of = dice.within(1_300_000_000_000, 1_900_000_000_000);
            let cursor = RankedCursor::start(as_of, 0, &TimeZone::get(name).unwrap());
            assert!(
                cursor.first < as_of - 2 * DAY + 8 * 3_600_000 && cursor.first > as_of - 7 * DAY,
                "{name} {as_of}"
            );
        }
    }
}

/// Posts of a small network. `kept`: there from the first page to the last.
#[derive(Clone)]
struct Post {
    candidate: Candidate,
    kept: bool,
}

struct World {
    dice: Dice,
    posts: Vec<Post>,
    made: u64,
}

impl World {
    fn post(&mut self, t: i64, kept: bool) {
        // Odd factor: ids all differ, but not in the order of their making.
        self.made += 1;
        let n = self.made.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        // Few scores and few instants, so that ties are common.
        let score = self.dice.below(12) as i32 - 6;
        self.posts.push(Post {
            candidate: Candidate { id: id(n), t, score },
            kept,
        });
    }

    fn some_instant(&mut self) -> i64 {
        let span = spans()[self.dice.below(3) as usize];
        let step = (span.until - span.after) / 10;
        span.until - step * self.dice.within(0, 10)
    }

    /// Posts, edits, comments and deletions between two pages.
    fn goes_on(&mut self) {
        for _ in 0..self.dice.below(8) {
            match self.dice.below(5) {
                0 => self.post(AS_OF + 1, false),
                1 => {
                    // An old post comes in by an import.
                    let t = self.some_instant();
                    self.post(t, false);
                }
                2 if !self.posts.is_empty() => {
                    let at = self.dice.below(self.posts.len() as u64) as usize;
                    if !self.posts[at].kept {
                        self.posts.swap_remove(at);
                    }
                }
                _ if !self.posts.is_empty() => {
                    let at = self.dice.below(self.posts.len() as u64) as usize;
                    self.posts[at].candidate.score += self.dice.within(-5, 6) as i32;
                }
                _ => {}
            }
        }
    }

    /// What a candidate read gives: unordered, some roots by two ways.
    fn candidates(&mut self) -> Vec<Candidate> {
        let mut found: Vec<Candidate> = self.posts.iter().map(|post| post.candidate).collect();
        for _ in 0..self.dice.below(5) {
            if let Some(again) = found.first().copied() {
                found.push(again);
            }
        }
        self.dice.shuffle(&mut found);
        found
    }
}

#[test]
fn nothing_twice_and_nothing_skipped_while_the_world_goes_on() {
    for seed in 0..200 {
        let mut world = World {
            dice: Dice::new(seed),
            posts: vec![],
            made: 0,
        };
        for _ in 0..world.dice.below(120) {
            let t = world.some_instant();
            world.post(t, true);
        }
        let (mut cursor, mut shown, mut pages) = (start(), Vec::<Candidate>::new(), 0);
        loop {
            let size = 1 + world.dice.below(9) as usize;
            let span = cursor.span();
            // By hand: cross out what was shown, then pick the best one at a time.
            let mut left: Vec<Candidate> = world.posts.iter().map(|post| post.candidate).collect();
            left.retain(|c| c.t > span.after && c.t <= span.until && !shown.iter().any(|s| s.id == c.id));
            let mut expected = vec![];
            while expected.len() < size && !left.is_empty() {
                let better = |a: &Candidate, b: &Candidate| (a.score, a.t, a.id) > (b.score, b.t, b.id);
                let best = (0..left.len())
                    .find(|&i| left.iter().all(|c| !better(c, &left[i])))
                    .unwrap();
                expected.push(left.remove(best));
            }
            let page = page(world.candidates(), cursor, size);
            assert_eq!(page.roots, expected, "seed {seed}");
            shown.extend(page.roots);
            match page.next {
                Next::Ranked(next) => cursor = RankedCursor::decode(&next.encode()).unwrap(),
                Next::Chronological { until } => {
                    assert_eq!(until, AS_OF - 30 * DAY);
                    break;
                }
            }
            world.goes_on();
            pages += 1;
            assert!(pages < 1_000, "it ends");
        }
        let mut ids: Vec<RootId> = shown.iter().map(|c| c.id).collect();
        ids.sort_unstable();
        assert!(ids.windows(2).all(|two| two[0] != two[1]), "seed {seed}: shown twice");
        for post in world.posts.iter().filter(|post| post.kept) {
            assert!(ids.contains(&post.candidate.id), "seed {seed}: skipped");
        }
        assert!(
            shown.iter().all(|c| c.t <= AS_OF),
            "what is newer waits for the next scroll"
        );
    }
}

#[test]
fn a_still_world_is_read_in_one_total_order() {
    let mut world = World {
        dice: Dice::new(52),
        posts: vec![],
        made: 0,
    };
    for _ in 0..250 {
        let t = world.some_instant();
        world.post(t, true);
    }
    let spans = spans();
    let window = |t: i64| spans.iter().position(|span| t > span.after).unwrap();
    let mut whole = world.candidates();
    whole.sort_by_key(|c| (window(c.t), Reverse((c.score, c.t, c.id))));
    whole.dedup();
    for size in [1, 7, 300] {
        let (mut cursor, mut read) = (start(), vec![]);
        loop {
            let page = page(world.candidates(), cursor, size);
            read.extend(page.roots);
            let Next::Ranked(next) = page.next else { break };
            cursor = next;
        }
        assert_eq!(read, whole, "pages of {size}");
    }
}

#[test]
fn a_window_ends_after_300_roots() {
    let span = start().span();
    let all: Vec<Candidate> = (0..700)
        .map(|n| Candidate {
            id: id(n),
            t: span.until,
            score: n as i32,
        })
        .collect();
    let mut cursor = start();
    let mut read = 0;
    while cursor.window() == Window::Recent {
        let page = page(all.clone(), cursor, 40);
        read += page.roots.len();
        let Next::Ranked(next) = page.next else {
            panic!("two windows follow")
        };
        assert!(next.encode().len() <= 2_426);
        cursor = next;
    }
    assert_eq!((read, cursor.window(), cursor.room()), (300, Window::Week, 300));
    assert!(
        cursor.order(all).is_empty(),
        "the rest of the window is not taken up again"
    );
}

#[test]
fn what_the_gate_dropped_is_not_counted_as_shown() {
    let span = start().span();
    let all: Vec<Candidate> = (0..9)
        .map(|n| Candidate {
            id: id(n),
            t: span.until,
            score: 0,
        })
        .collect();
    let order = start().order(all.clone());
    let Next::Ranked(next) = start().after(&[order[0].id, order[2].id], true) else {
        panic!("more of the window")
    };
    let left = next.order(all);
    assert_eq!(left.len(), 7);
    assert_eq!(left[0], order[1]);
}

#[test]
fn only_its_own_bytes_are_a_cursor() {
    let Next::Ranked(cursor) = start().after(&[id(1), id(2)], true) else {
        panic!("more of the window")
    };
    let bytes = cursor.encode();
    assert_eq!(RankedCursor::decode(&bytes), Some(cursor.clone()));
    for cut in 0..bytes.len() {
        let whole_words = cut >= HEAD && (cut - HEAD).is_multiple_of(8);
        assert_eq!(RankedCursor::decode(&bytes[..cut]).is_some(), whole_words, "{cut}");
    }
    for (at, value) in [(0, 1), (1, 3), (10, 1), (2, 0x7f)] {
        let mut other = bytes.clone();
        other[at] = value;
        assert_eq!(RankedCursor::decode(&other), None, "byte {at}");
    }
    let long: Vec<u8> = bytes.iter().copied().chain([0; 8 * 300]).collect();
    assert_eq!(RankedCursor::decode(&long), None);

    let text = serde_json::to_string(&cursor).unwrap();
    assert_eq!(serde_json::from_str::<RankedCursor>(&text).unwrap(), cursor);
    for bad in ["\"\"", "\"0\"", "\"0g\"", "\"é\"", "\"00\"", "7"] {
        assert!(serde_json::from_str::<RankedCursor>(bad).is_err(), "{bad}");
    }
}

#[test]
fn the_first_window_of_every_zone_is_in_what_is_read_for_it() {
    let mut dice = Dice::new(77);
    let names = [
        "Europe/Paris",
        "America/St_Johns",
        "Asia/Kathmandu",
        "Pacific/Kiritimati",
        "Pacific/Niue",
        "Pacific/Apia",
        "Australia/Lord_Howe",
        "Antarctica/Troll",
        "Etc/GMT+12",
    ];
    let zones = names.map(|name| TimeZone::get(name).unwrap());
    for _ in 0..400 {
        let now = dice.within(1_300_000_000_000, 1_900_000_000_000);
        let read = first_window_in_any_zone(now);
        for zone in &zones {
            let span = RankedCursor::start(now, 7, zone).span();
            assert!(read.after <= span.after && span.until <= read.until, "{now} {zone:?}");
        }
        assert!(now - read.after <= 7 * DAY);
    }
}

#[test]
fn a_root_hash_is_the_beginning_of_blake3() {
    assert_eq!(
        root_hash(&[0; 16]).to_be_bytes(),
        blake3::hash(&[0; 16]).as_bytes()[..8]
    );
    assert_ne!(root_hash(&id(1)), root_hash(&id(2)));
}
