//! The ranked home against brute force: every term that is printed equals what a naive diary of the scenario gives, through
//! commands, log, projection, store and page. Nothing of the library's formulas is used.

use parvis::feed::{Explain, Order};
use parvis::items::Place;
use parvis::operations::*;
use parvis::spaces::Visibility;
use parvis::store::Memory;
use parvis::store::conformance::wait;
use parvis::testing::{ManualClock, config};
use parvis::{Actor, Clock, ItemId, Parvis, SpaceId, Time, external};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

const PEOPLE: usize = 6;
const HOUR: f64 = 3_600_000.0;

/// What happened, written down as it was done.
#[derive(Default)]
struct Diary {
    /// Root: author, space, date.
    roots: BTreeMap<ItemId, (usize, Option<SpaceId>, i64)>,
    /// Comments of a root: author, date.
    comments: HashMap<ItemId, Vec<(usize, i64)>>,
    /// Author of any item.
    authors: HashMap<ItemId, (usize, ItemId)>,
    /// Who, whom (or which space), points, date: what is still in force.
    deeds: Vec<(usize, Target, f64, i64)>,
    follows: HashMap<(usize, usize), i64>,
    reactions: HashMap<(usize, ItemId), i64>,
    seen: HashMap<(usize, ItemId), (u32, i64)>,
    /// Roots whose author was new in the place, or had written there at most twice in the 30 days before.
    early: HashSet<ItemId>,
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Target {
    Person(usize),
    Space(SpaceId),
}

impl Diary {
    /// A deed of `who` towards `whom`: in full for him, three tenths for the other.
    fn towards(&mut self, who: usize, whom: usize, points: f64, t: i64) {
        if who != whom {
            self.deeds.push((who, Target::Person(whom), points, t));
            self.deeds.push((whom, Target::Person(who), points * 0.3, t));
        }
    }

    fn in_space(&mut self, who: usize, space: Option<SpaceId>, points: f64, t: i64) {
        if let Some(space) = space {
            self.deeds.push((who, Target::Space(space), points, t));
        }
    }

    fn take_back(&mut self, who: usize, target: Target, points: f64, t: i64) {
        let same = |deed: &(usize, Target, f64, i64)| {
            deed.0 == who && deed.1 == target && (deed.2 - points).abs() < 1e-9 && deed.3 == t
        };
        let at = self.deeds.iter().position(same).unwrap();
        self.deeds.remove(at);
    }

    /// The post just written: was it one of the first, or of few?
    fn wrote(&mut self, root: ItemId) {
        let (author, space, t) = self.roots[&root];
        let before = |days: i64| {
            let same = |other: &&(usize, Option<SpaceId>, i64)| other.0 == author && other.1 == space && other.2 < t;
            let near = |other: &&(usize, Option<SpaceId>, i64)| t - other.2 < days * 86_400_000;
            self.roots.values().filter(same).filter(near).count()
        };
        let first = before(60) == before(100_000);
        if first || before(30) <= 2 {
            self.early.insert(root);
        }
    }

    /// Who took part in a thread, its author left out: those who commented, those who only reacted.
    fn took_part(&self, root: ItemId) -> (BTreeSet<usize>, BTreeSet<usize>) {
        let author = self.roots[&root].0;
        let comments = self.comments.get(&root).into_iter().flatten();
        let said: BTreeSet<usize> = comments.map(|comment| comment.0).filter(|who| *who != author).collect();
        let reacted = self
            .reactions
            .keys()
            .filter(|(who, on)| *on == root && *who != author && !said.contains(who));
        let reacted = reacted.map(|(who, _)| *who).collect();
        (said, reacted)
    }

    fn saw(&self, root: ItemId) -> usize {
        let author = self.roots[&root].0;
        self.seen
            .keys()
            .filter(|(who, of)| *of == root && *who != author)
            .count()
    }

    /// Who took part of those reached, over the threads of some places; a person who commented and reacted counts for both.
    fn usual(&self, places: impl Fn(SpaceId) -> bool) -> (usize, f64) {
        let (mut posts, mut engaged, mut reached) = (0, 0.0, 0.0);
        for (root, (author, space, _)) in &self.roots {
            if space.is_some_and(&places) {
                posts += 1;
                engaged += self.took_part(*root).0.len() as f64;
                engaged += self
                    .reactions
                    .keys()
                    .filter(|(who, on)| on == root && who != author)
                    .count() as f64
                    / 2.0;
                reached += self.saw(*root) as f64;
            }
        }
        let reached: f64 = f64::max(reached, engaged);
        (posts, if reached > 0.0 { engaged / reached } else { 0.0 })
    }

    /// Three half-lives, summed deed by deed.
    fn affinity(&self, who: usize, target: Target, now: i64) -> f64 {
        let decayed = |half: f64| -> f64 {
            let mine = self.deeds.iter().filter(|deed| deed.0 == who && deed.1 == target);
            mine.map(|deed| deed.2 * (-((now - deed.3) as f64 / 86_400_000.0) / half).exp2())
                .sum()
        };
        [1.0, 7.0, 90.0]
            .iter()
            .map(|half: &f64| half.powf(-0.8) * decayed(*half))
            .sum()
    }
}

/// Working hours count 1, others a quarter, minute by minute, in UTC.
fn effective_hours(from: i64, to: i64) -> f64 {
    let minute = 60_000;
    let (mut at, mut hours) = (from, 0.0);
    while at < to {
        let step = (minute - at.rem_euclid(minute)).min(to - at);
        // 1970-01-01 was a Thursday.
        let (weekday, hour) = (
            (at.div_euclid(86_400_000) + 3).rem_euclid(7),
            at.rem_euclid(86_400_000) / 3_600_000,
        );
        let works = weekday < 5 && (8..18).contains(&hour);
        hours += step as f64 / HOUR * if works { 1.0 } else { 0.25 };
        at += step;
    }
    hours
}

fn points(term: f64) -> i32 {
    term.round() as i32
}

/// What each term of one root gives one reader.
fn expected(diary: &Diary, reader: usize, root: ItemId, now: i64) -> BTreeMap<&'static str, i32> {
    let (author, space, posted) = diary.roots[&root];
    let nothing = Vec::new();
    let mut comments = diary.comments.get(&root).unwrap_or(&nothing).clone();
    comments.sort_by_key(|comment| comment.1);
    let mine = comments.iter().filter(|comment| comment.0 == reader).count() + usize::from(author == reader);
    let last_mine = comments.iter().filter(|c| c.0 == reader).map(|c| c.1).max();
    let last_mine = last_mine.or((author == reader).then_some(posted));
    let news = last_mine.map_or(0, |last| {
        comments.iter().filter(|c| c.0 != reader && c.1 > last).count()
    });
    let revived = comments
        .iter()
        .filter(|c| c.0 != reader && c.1 < posted + 48 * 3_600_000)
        .map(|c| c.1)
        .max();
    let hours = effective_hours(posted.max(revived.unwrap_or(posted)), now);
    let own = if author == reader { 2.3 } else { 0.0 } + 2.8 * mine as f64 / (1 + comments.len()) as f64;
    let mut ties: Vec<f64> = (0..PEOPLE)
        .map(|p| diary.affinity(reader, Target::Person(p), now))
        .filter(|value| *value > 1e-9)
        .collect();
    ties.sort_by(f64::total_cmp);
    let quartile = if ties.is_empty() {
        0.0
    } else {
        ties[(ties.len() as f64 * 0.75).ceil() as usize - 1]
    };
    let k = quartile.max(1.0);
    let tie = if author == reader {
        0.0
    } else {
        diary.affinity(reader, Target::Person(author), now)
    };
    let mut spaces: Vec<SpaceId> = diary.roots.values().filter_map(|root| root.1).collect();
    spaces.sort();
    spaces.dedup();
    let all: f64 = spaces
        .iter()
        .map(|space| diary.affinity(reader, Target::Space(*space), now))
        .sum();
    let share = space.map_or(0.0, |space| {
        diary.affinity(reader, Target::Space(space), now) / all.max(1e-12)
    });
    let (times, last) = diary.seen.get(&(reader, root)).copied().unwrap_or((0, 0));
    let commented_since = comments.iter().any(|comment| comment.0 != reader && comment.1 > last);
    let seen = match times {
        0 => 0,
        _ if commented_since => 10,
        times => (80 * times as i32).min(320),
    };
    let (said, reacted) = diary.took_part(root);
    let mut drawn: Vec<f64> = said
        .iter()
        .chain(&reacted)
        .filter(|who| **who != reader)
        .map(|who| diary.affinity(reader, Target::Person(*who), now))
        .map(|tie| tie / (tie + k))
        .collect();
    drawn.sort_by(|a, b| b.total_cmp(a));
    let social = 1.0 - drawn.iter().take(8).map(|a| 1.0 - 0.6 * a).product::<f64>();
    let engaged = said.len() as f64 + reacted.len() as f64 / 2.0;
    let reached = diary.saw(root).max(said.len() + reacted.len()) as f64;
    let own_rate = space
        .map(|space| diary.usual(|other| other == space))
        .filter(|rate| rate.0 >= 20);
    let usual = own_rate.unwrap_or_else(|| diary.usual(|_| true)).1.max(0.002);
    let rate = (engaged + 20.0 * usual) / (reached + 20.0);
    let engage = (2.0 * rate / (rate + usual) - 1.0).max(0.0);
    let waits = comments.is_empty() && effective_hours(posted, now) < 20.0;
    let nurture = author != reader && waits && diary.early.contains(&root);
    let terms = [
        ("social", points(150.0 * social)),
        ("engage", points(100.0 * engage)),
        ("nurture", if nurture { 60 } else { 0 }),
        ("own", points(100.0 * own)),
        ("news", points(50.0 * (1.0 + news as f64).ln())),
        ("space", points(76.0 * (1.0 + 10.0 * share).ln())),
        ("author", points(150.0 * tie / (tie + k))),
        ("age", points(-115.0 * (1.0 + hours).ln())),
        ("seen", -seen),
    ];
    terms.into_iter().filter(|term| term.1 != 0).collect()
}

fn term_of(code: &str) -> &'static str {
    match code {
        "OWN_THREAD" | "THREAD_YOU_JOINED" => "own",
        "THREAD_NEWS" => "news",
        "ACTIVE_IN_SPACE" => "space",
        "CLOSE_COLLEAGUE" => "author",
        "RECENT" => "age",
        "SEEN_BEFORE" => "seen",
        "COLLEAGUES_COMMENTED" => "social",
        "POPULAR_IN_TEAM" => "engage",
        "NEW_COLLEAGUE" => "nurture",
        "MANY_BY_AUTHOR" => "many by author",
        "MANY_OF_SPACE" => "many of space",
        other => panic!("no term prints `{other}`"),
    }
}

/// Numbers that follow from a seed (splitmix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % n as u64) as usize
    }
}

async fn act(dice: &mut Dice, actors: &[Actor], rooms: &[SpaceId], diary: &mut Diary, now: i64) {
    let who = dice.below(PEOPLE);
    let me = &actors[who];
    let some_root = |dice: &mut Dice| -> Option<ItemId> {
        let roots: Vec<ItemId> = diary.roots.keys().copied().collect();
        (!roots.is_empty()).then(|| roots[dice.below(roots.len())])
    };
    match dice.below(10) {
        0..=2 => {
            let room = (dice.below(4) > 0).then(|| rooms[dice.below(rooms.len())]);
            let place = room.map_or(Place::Wall, Place::space);
            let made = me
                .items()
                .create(NewItem::new("words").place(place))
                .await
                .unwrap()
                .id
                .0;
            diary.roots.insert(made, (who, room, now));
            diary.wrote(made);
            diary.authors.insert(made, (who, made));
            diary.in_space(who, room, 3.0, now);
        }
        3..=5 => {
            let items: Vec<ItemId> = {
                let mut all: Vec<ItemId> = diary.authors.keys().copied().collect();
                all.sort();
                all
            };
            if items.is_empty() {
                return;
            }
            let on = items[dice.below(items.len())];
            let (answered, root) = diary.authors[&on];
            let made = me.items().comment(NewComment::new(on, "words")).await.unwrap().id.0;
            let (author, space, _) = diary.roots[&root];
            diary.authors.insert(made, (who, root));
            diary.comments.entry(root).or_default().push((who, now));
            diary.towards(who, author, 3.0, now);
            diary.in_space(who, space, 3.0, now);
            if on != root {
                diary.towards(who, answered, 4.0, now);
            }
        }
        6 | 7 => {
            let Some(root) = some_root(dice) else { return };
            let (author, space, _) = diary.roots[&root];
            if let Some(t) = diary.reactions.remove(&(who, root)) {
                me.items().unreact(Unreact::new(root)).await.unwrap();
                if who != author {
                    diary.take_back(who, Target::Person(author), 1.0, t);
                    diary.take_back(author, Target::Person(who), 0.3, t);
                }
                if let Some(space) = space {
                    diary.take_back(who, Target::Space(space), 1.0, t);
                }
            } else {
                me.items().react(React::new(root)).await.unwrap();
                diary.reactions.insert((who, root), now);
                diary.towards(who, author, 1.0, now);
                diary.in_space(who, space, 1.0, now);
            }
        }
        8 => {
            let whom = dice.below(PEOPLE);
            if who == whom {
                return;
            }
            let name = external(whom);
            if let Some(t) = diary.follows.remove(&(who, whom)) {
                me.people().unfollow(Unfollow::new(name)).await.unwrap();
                diary.take_back(who, Target::Person(whom), 5.0, t);
                diary.take_back(whom, Target::Person(who), 1.5, t);
            } else {
                me.people().follow(Follow::new(name)).await.unwrap();
                diary.follows.insert((who, whom), now);
                diary.towards(who, whom, 5.0, now);
            }
        }
        _ => {
            let Some(root) = some_root(dice) else { return };
            me.feed().seen(MarkSeen::new(vec![root.into()])).await.unwrap();
            let seen = diary.seen.entry((who, root)).or_insert((0, 0));
            *seen = (seen.0 + 1, now);
        }
    }
}

/// What the posts above on a page cost a post, and the rule that its place breaks.
fn place(
    above: &[(usize, Option<SpaceId>)],
    author: usize,
    space: Option<SpaceId>,
) -> (i32, i32, Option<&'static str>) {
    let cost = |k: usize| points(60.0 * (1.0 + k as f64).log2());
    let by_author = |cards: &[(usize, Option<SpaceId>)]| cards.iter().filter(|card| card.0 == author).count();
    let of_space =
        |cards: &[(usize, Option<SpaceId>)]| cards.iter().filter(|card| space.is_some() && card.1 == space).count();
    let nine = &above[above.len().saturating_sub(9)..];
    let two = &above[above.len().saturating_sub(2)..];
    let rule = if by_author(two) == 2 {
        Some("NO_OTHER_IN_A_ROW")
    } else if by_author(nine) >= 3 {
        Some("NO_OTHER_AUTHOR")
    } else if of_space(nine) >= 4 {
        Some("NO_OTHER_SPACE")
    } else {
        None
    };
    (cost(by_author(above)), cost(of_space(above)), rule)
}

async fn compare(actors: &[Actor], diary: &Diary, now: i64, met: &mut BTreeMap<&'static str, usize>) -> usize {
    let mut compared = 0;
    for (reader, me) in actors.iter().enumerate() {
        let request = Home::new().order(Order::Ranked).explain(Explain::All).limit(100_u32);
        let page = me.feed().home(request).await.unwrap();
        let mut above = Vec::new();
        for item in &page.items {
            let relaxed = item.reasons.iter().find(|reason| reason.code.starts_with("NO_OTHER"));
            let printed: BTreeMap<&str, i32> = item
                .reasons
                .iter()
                .filter(|reason| !reason.code.starts_with("NO_OTHER"))
                .map(|reason| (term_of(reason.code), reason.points.unwrap()))
                .collect();
            // What is older than the windows is listed by date: no term is older than its post.
            let mut wanted = expected(diary, reader, item.id, now);
            let (author, space, _) = diary.roots[&item.id];
            let (by_author, of_space, rule) = place(&above, author, space);
            wanted.extend([("many by author", -by_author), ("many of space", -of_space)]);
            wanted.retain(|_, points| *points != 0);
            assert_eq!(
                printed,
                wanted,
                "reader {reader}, {:?} at {}",
                diary.roots[&item.id],
                Time::from_millis(now)
            );
            assert_eq!(relaxed.map(|reason| reason.code), rule);
            assert_eq!(item.points, Some(wanted.values().sum()));
            above.push((author, space));
            compared += wanted.len();
            wanted.keys().for_each(|term| *met.entry(term).or_default() += 1);
        }
    }
    compared
}

#[test]
fn every_term_equals_a_naive_diary_after_random_histories() {
    let seed: u64 = std::env::var("PARVIS_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or(1);
    println!("seed {seed}");
    let mut compared = 0;
    let mut met = BTreeMap::new();
    for history in 0..8 {
        let mut dice = Dice(seed * 1_000 + history);
        let clock = ManualClock::new("2026-11-02T07:00:00Z".parse().unwrap());
        compared += wait(async {
            let config = config(&clock, seed).zone("UTC");
            let db = Parvis::open(Memory::new(), config).await.unwrap();
            for person in 0..PEOPLE {
                let put = PutPerson::new(external(person), format!("Person {person}"));
                db.system("acme", "hr").people().put(put).await.unwrap();
            }
            let actors: Vec<Actor> = (0..PEOPLE).map(|person| db.act_as("acme", external(person))).collect();
            let mut rooms = Vec::new();
            for name in ["Lab", "Sales"] {
                let room = actors[0]
                    .spaces()
                    .create(NewSpace::new(name, Visibility::Open))
                    .await
                    .unwrap()
                    .id
                    .0;
                for actor in &actors[1..] {
                    actor.spaces().join(JoinSpace::new(room)).await.unwrap();
                }
                rooms.push(room);
            }
            let mut diary = Diary::default();
            let mut compared = 0;
            // Half of the histories go through a week, half through a season.
            let pace = if history % 2 == 0 { 3 } else { 36 };
            for step in 0..120 {
                clock.advance_millis(1 + dice.below(pace * 3_600_000) as i64);
                act(&mut dice, &actors, &rooms, &mut diary, clock.now().millis()).await;
                if step % 12 == 11 {
                    compared += compare(&actors, &diary, clock.now().millis(), &mut met).await;
                }
            }
            compared
        });
    }
    println!("{compared} terms compared: {met:?}");
    for term in ["social", "engage", "nurture", "many by author", "many of space"] {
        assert!(
            met.get(term).is_some_and(|times| *times > 20),
            "{term} was hardly met: {met:?}"
        );
    }
    assert!(compared > 5_000, "only {compared} terms were compared");
}
