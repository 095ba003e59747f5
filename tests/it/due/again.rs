//! The inbox derived anew: its projection is set back to an earlier position, over the rows that it derived already.

use super::crash::{COMMANDS, finish, half_read_of, read_some};
use super::watched::{Death, Watched};
use super::{Derived, NETWORK, derived, later, lived, past, rows, worker};
use parvis::due::Budget;
use parvis::external;
use parvis::operations::*;
use parvis::spaces::{Role, Visibility};
use parvis::store::conformance::wait;
use parvis::store::{Batch, CommitId, LOG, Memory, NetworkId, Storage, Value, Wake, Write};
use parvis::testing::{ManualClock, config};
use parvis::{Actor, Parvis, Upkeep};
use std::sync::Arc;

/// Sets the inbox's projection back, as who wants it derived anew does.
fn set_back(memory: &Memory, position: i64) {
    let before = rows(memory, NETWORK, "follower_position");
    let mut row = before
        .into_iter()
        .find(|row| row.key[0] == Some(Value::Text("inbox".into())))
        .unwrap();
    row.columns[0] = Some(Value::Int(position));
    let mut batch = Batch::new(CommitId([0xbb; 16]), [0; 16], parvis::Clock::now(&later()).millis());
    batch.writes.push(Write::Put {
        table: "follower_position",
        key: row.key,
        columns: row.columns,
        document: None,
    });
    batch.wake = Some(Wake::Exactly(Some(0)));
    wait(memory.commit(NetworkId::named(NETWORK), batch)).unwrap();
}

#[test]
fn the_inbox_derives_the_same_anew_from_every_earlier_position() {
    let commands = COMMANDS / 2;
    let pasts = (5..8).map(|seed| (seed, past(seed, commands)));
    let pasts = pasts.chain((8..11).map(|seed| (seed, half_read_of(seed, commands))));
    for (seed, past) in pasts.chain((11..19).map(|seed| (seed, lived(seed, commands)))) {
        finish(&past, 0);
        // What others do after the first time stays as well.
        read_some(&past, 3);
        let told = rows(&past, NETWORK, "inbox").len();
        assert!(told > 20, "history {seed} tells {told} notices");
        same_from_everywhere(&past, &format!("history {seed}"));
    }
}

/// From every earlier position the same is derived.
fn same_from_everywhere(past: &Memory, what: &str) {
    let expected = derived(past);
    let end = rows(past, NETWORK, LOG).len() as i64;
    for position in 0..end {
        let memory = past.fork();
        set_back(&memory, position);
        finish(&memory, 9);
        let found = derived(&memory);
        let differs = || differs(&found, &expected);
        assert!(found == expected, "{what}, from {position} of {end}:\n{}", differs());
    }
}

/// The rows that are on one side only.
fn differs(one: &Derived, other: &Derived) -> String {
    let side = |mark: &str, here: &Derived, there: &Derived| {
        let tables = here.iter().zip(there);
        let rows = tables.flat_map(|((name, here), (_, there))| {
            let only = here.iter().filter(|row| !there.contains(row));
            only.map(move |row| format!("{mark} {name} {row:?}\n"))
                .collect::<Vec<_>>()
        });
        rows.collect::<String>()
    };
    side("+", one, other) + &side("-", other, one)
}

#[test]
fn a_step_that_was_sent_twice_is_done_once_after_a_set_back_too() {
    let past = past(8, COMMANDS / 4);
    finish(&past, 0);
    let expected = derived(&past);
    set_back(&past, 3);
    for number in 1..=3 {
        for death in [Death::Before(number), Death::After(number)] {
            let memory = past.fork();
            let watched = Arc::new(Watched::new(memory.clone()).dies(death));
            let _ = wait(worker(watched, &later(), 5).run_due(Budget::steps(u32::MAX)));
            finish(&memory, 9);
            assert!(derived(&memory) == expected, "{death:?}");
        }
    }
}

/// Ana's space, in which Ben reads; each command is followed at once.
async fn town(memory: &Memory, clock: &ManualClock) -> [Actor; 4] {
    let config = config(clock, 1).upkeep(Upkeep::Inline);
    let db = Parvis::open(memory.clone(), config).await.unwrap();
    let people = ["ana", "ben", "cleo", "dora"];
    for name in people {
        let put = PutPerson::new(external(name), name);
        db.system(NETWORK, "hr").people().put(put).await.unwrap();
    }
    people.map(|name| db.act_as(NETWORK, external(name)))
}

#[test]
fn what_was_taken_back_and_told_again_in_one_millisecond_keeps_its_marks() {
    wait(async {
        let (memory, clock) = (Memory::new(), later());
        let [ana, ben, cleo, _] = town(&memory, &clock).await;
        let follow = || Follow::new(external("ana"));
        ben.people().follow(follow()).await.unwrap();
        for _ in 0..2 {
            // The clock stands still: one notice, told three times.
            cleo.people().follow(follow()).await.unwrap();
            cleo.people().unfollow(Unfollow::new(external("ana"))).await.unwrap();
        }
        cleo.people().follow(follow()).await.unwrap();
        clock.advance_millis(1);
        let page = ana.inbox().entries(Entries::new()).await.unwrap();
        assert_eq!(page.entries.len(), 2);
        ana.inbox()
            .read(ReadEntries::new(vec![page.entries[0].id]))
            .await
            .unwrap();
        ana.inbox().read_up_to(ReadUpTo::new()).await.unwrap();
        clock.advance_millis(1);
        same_from_everywhere(&memory, "follows");
    });
}

#[test]
fn requests_to_join_stay_with_those_who_were_staff() {
    wait(async {
        let (memory, clock) = (Memory::new(), later());
        let [ana, ben, cleo, dora] = town(&memory, &clock).await;
        let space = NewSpace::new("Lab", Visibility::Closed);
        let lab = ana.spaces().create(space).await.unwrap().id.0;
        let add = |role: Role| AddMember::new(lab, external("ben")).role(role);
        ana.spaces().add(add(Role::Moderator)).await.unwrap();
        // Cleo's request was told to two, of whom one may not answer it any more when it is refused, and may again later.
        cleo.spaces().ask(AskToJoin::new(lab)).await.unwrap();
        ana.spaces().add(add(Role::Member)).await.unwrap();
        let refuse = RefuseRequest::new(lab, external("cleo"));
        ana.spaces().refuse(refuse).await.unwrap();
        // Dora's, which stands, was told to one.
        dora.spaces().ask(AskToJoin::new(lab)).await.unwrap();
        ana.spaces().add(add(Role::Moderator)).await.unwrap();
        let told = ben.inbox().entries(Entries::new()).await.unwrap();
        assert!(told.entries.is_empty());
        same_from_everywhere(&memory, "requests");
        // What is new is followed as ever.
        set_back(&memory, 1);
        cleo.spaces().ask(AskToJoin::new(lab)).await.unwrap();
        let told = ben.inbox().entries(Entries::new()).await.unwrap();
        assert_eq!(told.entries.len(), 1);
    });
}
