//! The agenda: what idle networks cost, and that nobody waits for somebody else's trouble.

use super::watched::Watched;
use super::{later, rows, worker};
use parvis::due::Budget;
use parvis::operations::*;
use parvis::people::PersonKind;
use parvis::store::conformance::wait;
use parvis::store::{AGENDA, Batch, CommitId, Memory, NetworkId, Storage, Value, Wake, Write};
use parvis::{Clock, Parvis, external};
use std::sync::Arc;

fn name(number: usize) -> String {
    format!("network {number}")
}

/// So many networks: in every other one a guest's time ends some day.
async fn networks(db: &Parvis, count: usize) {
    for number in 0..count {
        let ana = PutPerson::new(external("ana"), "Ana");
        let ana = if number % 2 == 0 {
            ana.kind(PersonKind::Guest)
        } else {
            ana
        };
        db.system(&name(number), "hr").people().put(ana).await.unwrap();
        if number % 2 == 1 {
            let hello = NewItem::new("Hello").place(parvis::items::Place::Network);
            db.act_as(&name(number), external("ana"))
                .items()
                .create(hello)
                .await
                .unwrap();
        }
    }
}

#[test]
fn a_thousand_idle_networks_cost_one_read_a_tick() {
    let clock = later();
    let watched = Arc::new(Watched::new(Memory::new()));
    let db = worker(watched.clone(), &clock, 1);
    wait(async {
        networks(&db, 1_000).await;
        let mut done = 0;
        loop {
            let due = db.run_due(Budget::steps(100)).await.unwrap();
            done += due.done;
            if !due.more {
                break;
            }
        }
        assert!(done >= 500, "{done}");
        watched.calls();
        for _ in 0..50 {
            clock.advance_millis(1_000);
            let due = db.run_due(Budget::steps(100)).await.unwrap();
            assert_eq!((due.done, due.more, due.failed), (0, false, 0));
            assert!(due.next.unwrap() > clock.now(), "guests are due some day");
        }
        let (reads, commits) = watched.calls();
        assert_eq!(reads, 50);
        assert!(commits <= 1, "a worker leaves word once a minute, not {commits} times");

        // Work in one of them costs what that work costs.
        let ana = db.act_as(&name(501), external("ana"));
        ana.items().create(NewItem::new("Again")).await.unwrap();
        watched.calls();
        let due = db.run_due(Budget::steps(100)).await.unwrap();
        assert!(due.done > 0);
        let (reads, commits) = watched.calls();
        assert!(
            reads <= 5 + 5 * due.done as usize && commits <= 3 + due.done as usize,
            "{reads} reads, {commits} commits"
        );
    });
}

#[test]
fn the_networks_that_wait_longest_come_first_and_the_budget_holds() {
    let clock = later();
    let memory = Memory::new();
    let db = worker(Arc::new(memory.clone()), &clock, 2);
    wait(async {
        for number in [5, 3, 9] {
            let hello = NewItem::new("Hello").place(parvis::items::Place::Network);
            db.system(&name(number), "hr")
                .people()
                .put(PutPerson::new(external("ana"), "Ana"))
                .await
                .unwrap();
            db.act_as(&name(number), external("ana"))
                .items()
                .create(hello)
                .await
                .unwrap();
            clock.advance_millis(1_000);
        }
        for (turn, number) in [5, 3, 9].into_iter().enumerate() {
            assert!(
                db.status(&name(number))
                    .await
                    .unwrap()
                    .projections
                    .iter()
                    .any(|it| it.behind > 0)
            );
            loop {
                let due = db.run_due(Budget::steps(1)).await.unwrap();
                assert!(due.done <= 1);
                if due.more {
                    assert_eq!(due.lag.as_secs(), 3 - turn as u64, "how long the oldest waits");
                }
                if db
                    .status(&name(number))
                    .await
                    .unwrap()
                    .projections
                    .iter()
                    .all(|it| it.behind == 0)
                {
                    break;
                }
            }
        }
    });
}

#[test]
fn a_row_of_a_newer_release_and_a_network_in_trouble_hold_nobody_up() {
    let clock = later();
    let memory = Memory::new();
    let db = worker(Arc::new(memory.clone()), &clock, 3);
    wait(async {
        networks(&db, 4).await;
        // What is due by a kind that this release does not know, since an hour.
        let unknown = Value::Time(clock.now().plus_hours(-1).millis());
        let mut newer = Batch::new(CommitId([3; 16]), [3; 16], clock.now().millis());
        newer.writes.push(Write::Put {
            table: "due",
            key: vec![Some(unknown), Some(Value::Int(99)), Some(Value::Id([9; 16])), None],
            columns: Vec::new(),
            document: None,
        });
        newer.wake = Some(Wake::Sooner(0));
        memory.commit(NetworkId::named(&name(1)), newer).await.unwrap();
        // An entry of the log that nobody can read.
        let mut broken = Batch::new(CommitId([4; 16]), [4; 16], clock.now().millis());
        broken.log.push("[]".to_owned());
        broken.wake = Some(Wake::Sooner(0));
        memory.commit(NetworkId::named(&name(2)), broken).await.unwrap();

        let due = db.run_due(Budget::steps(1_000)).await.unwrap();
        assert!(!due.more);
        assert_eq!(due.failed, 1, "the network whose log cannot be read");
        for number in [0, 1, 3] {
            let status = db.status(&name(number)).await.unwrap();
            assert!(status.projections.iter().all(|it| it.behind == 0), "network {number}");
        }
        assert_eq!(
            db.status(&name(1)).await.unwrap().overdue,
            1,
            "it waits for its release"
        );
        assert_eq!(db.status(&name(1)).await.unwrap().worker_ran, Some(clock.now()));
        // Both are looked at again in a minute, and not at every tick.
        let soon = rows(&memory, "", AGENDA);
        let soon = soon
            .iter()
            .filter(|row| row.columns[0] == Some(Value::Time(clock.now().millis() + 60_000)));
        assert_eq!(soon.count(), 2);
        assert_eq!(db.run_due(Budget::steps(1_000)).await.unwrap().done, 0);
        clock.advance_millis(60_000);
        assert_eq!(db.run_due(Budget::steps(1_000)).await.unwrap().failed, 1);
    });
}
