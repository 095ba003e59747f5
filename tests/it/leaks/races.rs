//! Many at once: what must happen once happens once, and a revoke is in force when its call returns.

use super::check;
use super::leak_test;
use super::town::{ACME, Town};
use parvis::operations::*;
use parvis::spaces::Role;
use parvis::store::conformance::wait;
use parvis::{Error, Reason, external};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

/// The same deed from 64 threads at once.
fn all_at_once<T: Send>(deed: impl AsyncFn(usize) -> Result<T, Error> + Sync) -> Vec<Result<T, Error>> {
    let ready = AtomicUsize::new(0);
    let run = |number: usize| {
        ready.fetch_add(1, Ordering::SeqCst);
        while ready.load(Ordering::SeqCst) < 64 {
            thread::yield_now();
        }
        wait(deed(number))
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..64).map(|number| scope.spawn(move || run(number))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

leak_test!(
    l095_the_same_deed_at_once_leaves_one_row_and_one_count,
    // No predicate: every fact that a command loaded is checked by its batch.
    [],
    async |town: Town| {
        let lab = town.lab().await;
        let post = town.post("olga", lab, "a post").await;
        let open = town.space("Open", parvis::spaces::Visibility::Open).await;
        let tolerated = |answers: &[Result<(), Error>]| {
            answers.iter().all(|answer| {
                answer.as_ref().is_ok_and(|()| true)
                    || answer.as_ref().is_err_and(|error| error.reason == Reason::Contended)
            })
        };
        let react = all_at_once(async |_| town.of("ben").items().react(React::new(post)).await.map(drop));
        check!(tolerated(&react), "a reaction failed: {react:?}");
        let page = town.of("ben").items().get(GetItem::new(post)).await.unwrap();
        check!(
            page.root.reactions[0].n == 1,
            "{} reactions of one person",
            page.root.reactions[0].n
        );
        let join = all_at_once(async |_| town.of("ben").spaces().join(JoinSpace::new(open)).await.map(drop));
        check!(tolerated(&join), "joining failed: {join:?}");
        let follow = all_at_once(async |_| {
            town.of("ben")
                .people()
                .follow(Follow::new(external("cleo")))
                .await
                .map(drop)
        });
        check!(tolerated(&follow), "following failed: {follow:?}");
        let counts = super::tenants::rows(&town.store, ACME, "person_counts").await;
        let ben = town.id("ben").await;
        let ben = parvis::store::Value::Id(ben.bytes());
        let counts = counts.iter().find(|row| row.key == [Some(ben.clone())]).unwrap();
        // The lab and the open space; cleo; nobody blocked, nothing muted, no tag followed.
        let expected = [2, 1, 0, 0, 0].map(|n| Some(parvis::store::Value::Int(n)));
        check!(counts.columns == expected, "counted {:?}", counts.columns);
        Ok(())
    }
);

leak_test!(
    l095_one_idempotency_key_makes_one_item_and_is_nobody_elses,
    // No predicate: the commit id is made of network, actor, operation and key.
    [],
    async |town: Town| {
        let lab = town.lab().await;
        let create = |words: &str| {
            NewItem::new(words)
                .place(parvis::items::Place::space(lab))
                .idempotency_key("one-key")
        };
        let made = all_at_once(async |_| {
            town.of("ben")
                .items()
                .create(create("once"))
                .await
                .map(|made| made.id.0)
        });
        let mut ids: Vec<_> = made.iter().flatten().copied().collect();
        ids.sort();
        ids.dedup();
        check!(ids.len() == 1, "{} items of one key", ids.len());
        let other = town.of("ben").items().create(create("other words")).await;
        check!(
            other.is_err_and(|error| error.reason == Reason::OtherRequest),
            "a key serves two requests"
        );
        let another = town.of("mona").items().create(create("once")).await.unwrap();
        check!(another.id.0 != ids[0], "the key of one person answers another");
        let elsewhere = all_at_once(async |_| {
            town.of("ben")
                .items()
                .create(create("once"))
                .await
                .map(|made| made.id.0)
        });
        check!(
            elsewhere.iter().flatten().all(|id| *id == ids[0]),
            "a repetition makes another item"
        );
        Ok(())
    }
);

leak_test!(
    l095_the_last_owner_cannot_leave_even_if_all_leave_at_once,
    // No predicate: the counter of owners has a bound that every batch keeps.
    [],
    async |town: Town| {
        let lab = town.lab().await;
        town.add(lab, "mona", Role::Owner).await;
        town.add(lab, "ben", Role::Owner).await;
        let left = all_at_once(async |number| {
            let name = ["olga", "mona", "ben"][number % 3];
            town.of(name).spaces().leave(LeaveSpace::new(lab)).await.map(drop)
        });
        let last = left.iter().flatten().count();
        check!(last > 0, "nobody could leave");
        let rows = super::tenants::rows(&town.store, ACME, "member").await;
        let owners = rows
            .iter()
            .filter(|row| row.columns[0] == Some(parvis::store::Value::Int(2)))
            .count();
        check!(owners == 1, "{owners} owners remain");
        Ok(())
    }
);

leak_test!(
    f12_no_read_that_begins_after_a_revoke_shows_the_content,
    ["member_held"],
    async |town: Town| {
        let lab = town.lab().await;
        let post = town.post("olga", lab, "in-the-lab").await;
        for _ in 0..40 {
            town.add(lab, "ben", Role::Member).await;
            let (revoked, violations) = (AtomicBool::new(false), AtomicUsize::new(0));
            thread::scope(|scope| {
                for path in 0..2 {
                    let (revoked, violations, town) = (&revoked, &violations, &town);
                    scope.spawn(move || {
                        let mut after = 0;
                        while after < 3 {
                            let begun_after = revoked.load(Ordering::SeqCst);
                            let shown = wait(async {
                                match path {
                                    0 => town.of("ben").items().get(GetItem::new(post)).await.is_ok(),
                                    _ => town.home("ben").await.contains(&post),
                                }
                            });
                            violations.fetch_add(usize::from(begun_after && shown), Ordering::SeqCst);
                            after += usize::from(begun_after);
                        }
                    });
                }
                wait(town.remove(lab, "ben"));
                revoked.store(true, Ordering::SeqCst);
            });
            let violations = violations.into_inner();
            check!(
                violations == 0,
                "{violations} reads after the revoke showed the content"
            );
        }
        Ok(())
    }
);
