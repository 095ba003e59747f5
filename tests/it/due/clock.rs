//! Due rows: each is crossed by a clock, with a crash before and after, by two workers, and while the clock jumps.

use super::watched::{Death, Watched};
use super::{later, logged, rows, worker};
use parvis::due::Budget;
use parvis::items::Place;
use parvis::operations::*;
use parvis::people::PersonKind;
use parvis::spaces::{Role, Visibility};
use parvis::store::conformance::wait;
use parvis::store::{Memory, Value};
use parvis::testing::ManualClock;
use parvis::{Clock, ItemId, Parvis, Reason, Ref, Time, external};
use std::sync::Arc;

const ACME: &str = "acme";
/// Hours until everything below is due.
const HOURS: i64 = 24;

/// A place with one row due of every sort, all at the same instant.
struct Scene {
    memory: Memory,
    clock: ManualClock,
    at: Time,
    space: Ref,
    post: ItemId,
    /// Scheduled by Ana, and by Cleo.
    later: ItemId,
    never: ItemId,
}

/// Due rows of a scene.
const DUE: usize = 5;
/// What of them is seen in the log: three ends and one publication. Cleo's comes to nothing, since she is no member then.
const SEEN: usize = 4;
/// Kinds of timelines: of a space, of its broadcasts.
const SPACE: i64 = b'S' as i64;
const BROADCAST: i64 = b'B' as i64;
/// Roots of the scene.
const ROOTS: usize = 2;

impl Scene {
    async fn new() -> Scene {
        let clock = later();
        let memory = Memory::new();
        let db = worker(Arc::new(memory.clone()), &clock, 1);
        let at = clock.now().plus_hours(HOURS);
        let hr = db.system(ACME, "hr").people();
        for name in ["ana", "cleo"] {
            hr.put(PutPerson::new(external(name), name)).await.unwrap();
        }
        let gus = PutPerson::new(external("gus"), "Gus").kind(PersonKind::Guest);
        hr.put(gus.expires(at)).await.unwrap();
        let ana = db.act_as(ACME, external("ana"));
        let space = ana
            .spaces()
            .create(NewSpace::new("Lab", Visibility::Closed))
            .await
            .unwrap();
        let space = Ref::from(space.id.0);
        ana.spaces()
            .add(AddMember::new(space.clone(), external("gus")))
            .await
            .unwrap();
        let cleo = AddMember::new(space.clone(), external("cleo")).role(Role::Member);
        ana.spaces().add(cleo.expires(at)).await.unwrap();
        let post = NewItem::new("For the lab").place(Place::Space { space: space.clone() });
        let post = ana.items().create(post).await.unwrap().id.0;
        let soon = |words: &str| {
            NewItem::new(words)
                .place(Place::Space { space: space.clone() })
                .publish_at(at)
        };
        let later = ana.items().create(soon("Later")).await.unwrap().id.0;
        let cleo = db.act_as(ACME, external("cleo"));
        let never = cleo.items().create(soon("Never")).await.unwrap().id.0;
        let word = NewItem::new("To all of you")
            .kind("announcement")
            .title("Hear")
            .expires(at);
        ana.items()
            .create(word.place(Place::Space { space: space.clone() }))
            .await
            .unwrap();
        let scene = Scene {
            memory,
            clock,
            at,
            space,
            post,
            later,
            never,
        };
        scene.run(&db).await;
        scene
    }

    fn worker(&self, seed: u64) -> Parvis {
        worker(Arc::new(self.memory.clone()), &self.clock, seed)
    }

    async fn run(&self, db: &Parvis) -> u32 {
        let mut done = 0;
        loop {
            let due = db.run_due(Budget::steps(3)).await.unwrap();
            done += due.done;
            if !due.more {
                return done;
            }
        }
    }

    /// Whose time came can read nothing, and everybody else what he could.
    async fn holds(&self, db: &Parvis, ended: bool) {
        let read = async |name: &str| {
            let actor = db.act_as(ACME, external(name));
            actor
                .items()
                .get(GetItem::new(self.post))
                .await
                .map(drop)
                .map_err(|error| error.reason)
        };
        assert_eq!(read("ana").await, Ok(()));
        let gone = |reason| if ended { Err(reason) } else { Ok(()) };
        assert_eq!(read("gus").await, gone(Reason::Actor), "the guest");
        assert_eq!(read("cleo").await, gone(Reason::Named), "the member");
        let never = db
            .act_as(ACME, external("ana"))
            .items()
            .get(GetItem::new(self.never))
            .await;
        assert!(never.is_err(), "what was not published is read");
    }

    fn carried(&self) -> usize {
        logged(&self.memory, ACME, "expire") + logged(&self.memory, ACME, "create") - ROOTS
    }

    /// Rows of a timeline kind.
    fn listed(&self, kind: i64) -> usize {
        let lines = rows(&self.memory, ACME, "timeline");
        lines.iter().filter(|row| row.key[0] == Some(Value::Int(kind))).count()
    }
}

#[test]
fn what_is_due_is_carried_out_once_when_its_instant_comes_and_not_before() {
    wait(async {
        let scene = Scene::new().await;
        let db = scene.worker(2);
        assert_eq!(db.status(ACME).await.unwrap().next, Some(scene.at));
        assert_eq!((scene.listed(SPACE), scene.listed(BROADCAST)), (ROOTS, 1));
        scene.clock.set(Time::from_millis(scene.at.millis() - 1));
        assert_eq!(db.run_due(Budget::steps(9)).await.unwrap().next, Some(scene.at));
        assert_eq!((scene.carried(), db.status(ACME).await.unwrap().overdue), (0, 0));
        scene.holds(&db, false).await;

        // No right waits for a worker.
        scene.clock.set(scene.at);
        scene.holds(&db, true).await;
        assert_eq!(db.status(ACME).await.unwrap().overdue as usize, DUE);
        assert!(scene.run(&db).await as usize >= DUE);
        assert_eq!(scene.carried(), SEEN);
        assert_eq!((scene.listed(SPACE), scene.listed(BROADCAST)), (ROOTS + 1, 0));
        scene.holds(&db, true).await;
        let published = db
            .act_as(ACME, external("ana"))
            .items()
            .get(GetItem::new(scene.later))
            .await;
        assert_eq!(published.unwrap().root.publish_at, None);
        let status = db.status(ACME).await.unwrap();
        assert_eq!((status.overdue, status.next), (0, None));
        for hours in [0, 1, HOURS * 30] {
            scene.clock.advance_hours(hours);
            assert_eq!(scene.run(&db).await, 0, "nothing is due twice");
        }
        assert_eq!(scene.carried(), SEEN);
    });
}

#[test]
fn what_was_decided_otherwise_is_not_carried_out() {
    wait(async {
        let scene = Scene::new().await;
        let db = scene.worker(2);
        let longer = scene.at.plus_hours(HOURS);
        let gus = PutPerson::new(external("gus"), "Gus").kind(PersonKind::Guest);
        let hr = || db.system(ACME, "hr").people();
        hr().put(gus.clone().expires(longer)).await.unwrap();
        let ana = db.act_as(ACME, external("ana"));
        ana.spaces()
            .remove(RemoveMember::new(scene.space.clone(), external("cleo")))
            .await
            .unwrap();
        ana.items().delete(DeleteItem::new(scene.later)).await.unwrap();
        let wall = ana
            .feed()
            .space_wall(SpaceWall::new(scene.space.clone()))
            .await
            .unwrap();
        let word = wall.items.iter().find(|item| item.expires.is_some()).unwrap();
        let longer_word = EditItem::new(word.id, "Still to all of you", word.version.clone()).expires(longer);
        ana.items().edit(longer_word).await.unwrap();
        scene.run(&db).await;
        scene.clock.set(scene.at);
        scene.run(&db).await;
        assert_eq!(
            (scene.carried(), scene.listed(SPACE), scene.listed(BROADCAST)),
            (0, ROOTS, 1)
        );
        let status = db.status(ACME).await.unwrap();
        assert_eq!((status.overdue, status.next), (0, Some(longer)));
        // Back to the first date, which is past: it is due again, although that row was there before.
        hr().put(gus.expires(scene.at)).await.unwrap();
        scene.run(&db).await;
        assert_eq!(scene.carried(), 1, "the guest");
        scene.clock.set(longer);
        scene.run(&db).await;
        assert_eq!((scene.carried(), scene.listed(BROADCAST)), (2, 0), "the announcement");
    });
}

#[test]
fn a_crash_before_or_after_any_batch_carries_out_once() {
    let mut crashes = 0;
    for number in 1.. {
        let mut died = false;
        for death in [Death::Before(number), Death::After(number)] {
            wait(async {
                let scene = Scene::new().await;
                scene.clock.set(scene.at);
                let watched = Arc::new(Watched::new(scene.memory.clone()).dies(death));
                let fell = worker(watched, &scene.clock, 7)
                    .run_due(Budget::steps(99))
                    .await
                    .is_err();
                died |= fell;
                crashes += usize::from(fell);
                scene.run(&scene.worker(8)).await;
                assert_eq!(scene.carried(), SEEN, "{death:?}");
                let status = scene.worker(9).status(ACME).await.unwrap();
                assert_eq!((status.overdue, status.next), (0, None), "{death:?}");
            });
        }
        if !died && number > 2 {
            break;
        }
    }
    assert!(crashes >= 2 * DUE, "{crashes}");
}

#[test]
fn two_workers_carry_out_once() {
    for round in 0..30 {
        let scene = wait(Scene::new());
        scene.clock.set(scene.at);
        std::thread::scope(|threads| {
            for seed in 0..2 {
                let scene = &scene;
                threads.spawn(move || wait(scene.run(&scene.worker(10 + seed))));
            }
        });
        wait(scene.run(&scene.worker(20)));
        assert_eq!(scene.carried(), SEEN, "round {round}");
    }
}

#[test]
fn f08_what_ended_stays_ended_and_nothing_is_lost_or_doubled_whatever_the_clock_does() {
    let (hour, day) = (1, 24);
    // Hours; the first three stand for a millisecond back, a clock that stands, and one that goes on.
    for jump in [
        i64::MIN,
        0,
        1,
        -hour,
        -day,
        -30 * day,
        400 * day,
        30 * day,
        -2 * day,
        -400 * day,
    ] {
        wait(async {
            let scene = Scene::new().await;
            let db = scene.worker(2);
            let move_on = |by: i64| match by {
                i64::MIN => scene.clock.advance_millis(-1),
                hours => scene.clock.advance_hours(hours),
            };
            scene.clock.set(scene.at);
            scene.run(&db).await;
            assert_eq!(scene.carried(), SEEN);
            move_on(jump);
            scene.holds(&db, true).await;
            scene.run(&db).await;
            assert_eq!(scene.carried(), SEEN, "after {jump} hours");
            // What is written now is followed now, although the log may be ahead of the clock.
            let ana = db.act_as(ACME, external("ana"));
            ana.items().create(NewItem::new("And now")).await.unwrap();
            scene.run(&db).await;
            let status = db.status(ACME).await.unwrap();
            assert!(status.projections.iter().all(|it| it.behind == 0), "after {jump} hours");
            scene.holds(&db, true).await;
        });
    }
}
