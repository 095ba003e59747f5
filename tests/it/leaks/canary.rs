//! The canary sweep: every text that anybody writes carries a word of its own, and after every command of a random history
//! everything that everybody can get is searched for the words that he may not read.
//!
//! `PARVIS_HISTORIES` sets how many histories a run has, `PARVIS_SEED` where they begin.

use super::check;
use super::history::History;
use super::leak_test;
use parvis::items::Place;
use parvis::operations::*;
use parvis::store::conformance::wait;
use parvis::testing;

/// Fields with people's words in which the sweep plants canaries.
const PLANTED: &[(&str, &str)] = &[
    ("person", "name"),
    ("person", "handle"),
    ("person", "email"),
    ("word", "text"),
    ("join_request", "words"),
    ("person", "title"),
    ("person", "skills"),
    ("handle", "handle"),
    ("unit", "name"),
    ("space", "name"),
    ("space", "handle"),
    ("space", "about"),
    // Each post has its word as a tag too.
    ("item", "tags"),
    ("follow_tag", "name"),
    ("mute", "name"),
    ("text", "source"),
    // Handed over by the host, waiting and refused.
    ("command", "request"),
    // Planted past the library beside the words of a kind that has no title: nobody may read it.
    ("text", "title"),
];

/// Commands of a history.
const LENGTH: usize = 12;

/// One history from its seed: how many calls were searched, or what leaked.
async fn history(seed: u64, without: Option<&'static str>) -> Result<u64, String> {
    let mut history = History::begin(seed, without).await;
    for _ in 0..LENGTH {
        let step = history.step().await;
        let swept = match step {
            Ok(()) => history.sweep().await,
            Err(what) => Err(what),
        };
        if let Err(what) = swept {
            return Err(format!("seed {seed}: {what}\nafter\n{}", history.done.join("\n")));
        }
    }
    Ok(history.calls)
}

fn from_environment(name: &str, otherwise: u64) -> u64 {
    std::env::var(name)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(otherwise)
}

#[test]
fn l018_every_declared_text_is_planted() {
    let mut declared = Vec::new();
    for declaration in testing::declarations() {
        declared.extend(declaration.texts.iter().map(|field| (declaration.table, *field)));
    }
    declared.sort_unstable();
    let mut planted = PLANTED.to_vec();
    planted.sort_unstable();
    assert_eq!(
        declared, planted,
        "what records declare as words (left) is what the sweep plants"
    );
}

#[test]
fn u1_canary_sweep() {
    let histories = from_environment("PARVIS_HISTORIES", 1_000);
    let first = from_environment("PARVIS_SEED", 1);
    let workers = std::thread::available_parallelism().map_or(1, |cores| cores.get() as u64);
    let sweep = |worker: u64| -> u64 {
        let seeds = (first..first + histories).filter(|seed| seed % workers == worker);
        let searched = seeds.map(|seed| wait(history(seed, None)).unwrap_or_else(|what| panic!("a leak: {what}")));
        searched.sum()
    };
    let calls: u64 = std::thread::scope(|scope| {
        let started: Vec<_> = (0..workers).map(|worker| scope.spawn(move || sweep(worker))).collect();
        started.into_iter().map(|worker| worker.join().unwrap()).sum()
    });
    println!("{histories} histories of {LENGTH} commands, {calls} answers searched, 0 canaries");
}

/// Predicates that the sweep alone turns red.
const RED: &[&str] = &[
    "reader_active",
    "reader_unexpired",
    "guest_confined",
    "membership_unexpired",
    "member_held",
    "staff_only",
    "unit_held",
    "follower_held",
    "person_held",
    "open_only",
    "narrow_key",
    "space_found",
    "person_found",
    "blocked_folded",
];

#[test]
fn u1_canary_sweep_goes_red_without_a_predicate() {
    for predicate in RED {
        let red = (1..=60).find_map(|seed| wait(history(seed, Some(predicate))).err());
        let what = red.unwrap_or_else(|| panic!("60 histories stay green without `{predicate}`"));
        println!("red without `{predicate}`: {}", what.lines().next().unwrap_or_default());
    }
}

leak_test!(
    u1_the_sweep_finds_a_word_that_is_planted_in_the_open,
    // No predicate: the sweep itself.
    [],
    async |_town| {
        let mut history = History::begin(1, None).await;
        let words = history.canary();
        let told = history
            .of(1)
            .items()
            .create(NewItem::new(words.clone()).place(Place::Network))
            .await
            .unwrap();
        history.things.items.push(told.id.0);
        let found = history.sweep().await;
        check!(
            found.is_err_and(|what| what.contains(&words)),
            "a word that the model does not know passes"
        );
        Ok(())
    }
);
