//! Threads from both ends: order, previews, placeholders, and how much of the store a page reads. Pins.

use crate::folder::Folder;
use crate::stores::Engine;
use crate::town::{NETWORK, act, clock, settings};
use async_trait::async_trait;
use parvis::gate::answer::Token;
use parvis::import::ImportRow;
use parvis::items::{CommentAudience, CommentView, Place, PlaceView, Shown, ThreadEnd, ThreadPage};
use parvis::operations::*;
use parvis::spaces::{Role, Visibility};
use parvis::store::conformance::wait;
use parvis::store::{
    Batch, CommitError, Committed, Found, Memory, NetworkId, Prepare, Prepared, Read, ReadAt, Schema, Storage,
    StorageError,
};
use parvis::{Clock, ItemId, Parvis, Reason, Ref, external};
use parvis_sqlx::{Sqlite, SqliteOptions};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A store that counts the rows it gives.
struct Counting {
    inner: Arc<dyn Storage>,
    rows: Arc<AtomicUsize>,
    calls: Arc<AtomicUsize>,
}

#[async_trait]
impl Storage for Counting {
    async fn prepare(&self, schema: &Schema, mode: Prepare) -> Result<Prepared, StorageError> {
        self.inner.prepare(schema, mode).await
    }

    async fn read(&self, network: NetworkId, reads: &[Read], at: ReadAt) -> Result<Found, StorageError> {
        let found = self.inner.read(network, reads, at).await?;
        let rows: usize = found.sets.iter().map(|set| set.rows.len() + set.absent.len()).sum();
        self.rows.fetch_add(rows, Ordering::SeqCst);
        self.calls.fetch_add(1, Ordering::SeqCst);
        Ok(found)
    }

    async fn commit(&self, network: NetworkId, batch: Batch) -> Result<Committed, CommitError> {
        self.inner.commit(network, batch).await
    }
}

/// A thread of so many comments; the fifth has so many answers. Every comment is Ana's.
fn thread(post: &str, comments: usize, answers: usize) -> Vec<ImportRow> {
    let at = |n: usize| 1_780_000_000_000_i64 + n as i64 * 1_000;
    let said = |id: String, parent: Option<String>, n: usize| {
        json!({"type": "comment", "id": id, "person": "ana", "post": post, "ts": parvis::Time::from_millis(at(n)),
            "text": "Words", "staff": false, "parent": parent})
    };
    let root = json!({"type": "post", "id": post, "author": "ana", "text": "A post", "ts": parvis::Time::from_millis(at(0)),
        "space": "lab", "audience": {"type": "place"}});
    let first = (1..=comments).map(|n| said(format!("{post}-{n}"), None, n));
    let fifth = Some(format!("{post}-5"));
    let under = (1..=answers).map(|n| said(format!("{post}-5-{n}"), fifth.clone(), comments + n));
    let rows = [root].into_iter().chain(first).chain(under);
    rows.map(|row| serde_json::from_value(row).unwrap()).collect()
}

async fn settled(store: Arc<dyn Storage>) -> Parvis {
    let db = Parvis::open_shared(store, settings(&clock())).await.unwrap();
    let people = ["ana", "ben"].map(|name| json!({"type": "person", "id": name, "name": name}));
    let lab = json!({"type": "space", "id": "lab", "name": "The lab", "kind": "closed", "owner": "ana"});
    let ben = json!({"type": "member", "space": "lab", "person": "ben"});
    let rows = people.into_iter().chain([lab, ben]);
    let mut rows: Vec<ImportRow> = rows.map(|row| serde_json::from_value(row).unwrap()).collect();
    rows.extend(thread("short", 100, 10));
    rows.extend(thread("long", 9_000, 1_000));
    let host = db.system(NETWORK, "host");
    for chunk in rows.chunks(500) {
        let report = host.import().put(ImportRows::new(chunk.to_vec())).await.unwrap();
        assert!(report.bad.is_empty(), "{:?}", report.bad);
    }
    db
}

async fn a_page_reads_a_page(inner: Arc<dyn Storage>) {
    let (rows, calls) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let store = Counting {
        inner,
        rows: rows.clone(),
        calls: calls.clone(),
    };
    let db = settled(Arc::new(store)).await;
    let ben = act(&db, "ben");
    let counted = async |request: GetItem| {
        rows.store(0, Ordering::SeqCst);
        calls.store(0, Ordering::SeqCst);
        let page = ben.items().get(request).await.unwrap();
        assert_eq!(calls.load(Ordering::SeqCst), 1, "a page is one call");
        (rows.load(Ordering::SeqCst), ThreadPage::clone(&page))
    };
    let mut read = Vec::new();
    for (post, comments, answers) in [("short", 110, 10), ("long", 10_000, 1_000)] {
        let first = |end| GetItem::new(external(post)).end(end).limit(20u32);
        let (oldest, page) = counted(first(ThreadEnd::Oldest)).await;
        assert_eq!((page.root.comments, page.comments.len()), (comments, 20));
        assert_eq!(page.comments[4].comments, answers);
        assert_eq!(page.comments[4].answers.len(), 3);
        let (second, _) = counted(first(ThreadEnd::Oldest).cursor(page.next.clone().unwrap())).await;
        let (newest, last) = counted(first(ThreadEnd::Newest)).await;
        let id = last.comments[19].external.clone();
        assert_eq!(id, Some(format!("comment:{post}-{}", comments - answers)));
        let (before, _) = counted(first(ThreadEnd::Newest).cursor(last.next.clone().unwrap())).await;
        // The answers of a comment are a list of their own.
        let more = GetItem::new(page.comments[4].id).limit(5u32);
        let (answered, under) = counted(more.cursor(page.comments[4].next.clone().unwrap())).await;
        assert_eq!(under.comments.len(), 5);
        assert_eq!(under.comments[0].external, Some(format!("comment:{post}-5-4")));
        read.push([oldest, second, newest, before, answered]);
    }
    println!("rows of a page: {read:?}");
    assert_eq!(
        read[0], read[1],
        "a page of a long thread reads more than one of a short thread"
    );
    assert!(read[1].iter().all(|rows| *rows < 200), "{read:?}");
}

#[test]
fn a_page_of_ten_thousand_comments_reads_a_page_in_memory() {
    wait(a_page_reads_a_page(Arc::new(Memory::new())));
}

#[test]
fn a_page_of_ten_thousand_comments_reads_a_page_in_sqlite() {
    let folder = Folder::new();
    let options = SqliteOptions::new(folder.file("parvis.db")).readers(1);
    wait(async { a_page_reads_a_page(Arc::new(Sqlite::open(options).await.unwrap())).await });
}

#[test]
fn a_page_of_ten_thousand_comments_reads_a_page_in_postgres() {
    if let Some(made) = Engine::Postgres.make() {
        wait(a_page_reads_a_page(Arc::clone(&made.storage)));
    }
}

#[test]
fn a_page_of_ten_thousand_comments_reads_a_page_in_mysql() {
    if let Some(made) = Engine::Mysql.make() {
        wait(a_page_reads_a_page(Arc::clone(&made.storage)));
    }
}

/// Ana owns the lab, Mona moderates it, Ben is a member.
struct Lab {
    db: Parvis,
    clock: parvis::testing::ManualClock,
    post: ItemId,
}

impl Lab {
    async fn new() -> Lab {
        let clock = clock();
        let db = Parvis::open(Memory::new(), settings(&clock)).await.unwrap();
        let host = db.system(NETWORK, "host").people();
        for name in ["ana", "mona", "ben"] {
            host.put(PutPerson::new(external(name), name)).await.unwrap();
        }
        let ana = act(&db, "ana");
        let space = ana
            .spaces()
            .create(NewSpace::new("Lab", Visibility::Closed))
            .await
            .unwrap();
        for (name, role) in [("mona", Role::Moderator), ("ben", Role::Member)] {
            let add = AddMember::new(space.id.0, external(name)).role(role);
            ana.spaces().add(add).await.unwrap();
        }
        let post = NewItem::new("A post").place(Place::space(space.id.0));
        let post = ana.items().create(post).await.unwrap().id.0;
        Lab { db, clock, post }
    }

    async fn say(&self, by: &str, on: ItemId, words: &str) -> ItemId {
        self.clock.advance_millis(1_000);
        let said = NewComment::new(on, words);
        act(&self.db, by).items().comment(said).await.unwrap().id.0
    }

    async fn aside(&self, on: ItemId, words: &str) -> ItemId {
        self.clock.advance_millis(1_000);
        let said = NewComment::new(on, words).audience(CommentAudience::Staff);
        act(&self.db, "mona").items().comment(said).await.unwrap().id.0
    }

    async fn delete(&self, item: ItemId) {
        act(&self.db, "ana")
            .items()
            .delete(DeleteItem::new(item))
            .await
            .unwrap();
    }

    async fn get(&self, by: &str, request: GetItem) -> ThreadPage {
        ThreadPage::clone(&act(&self.db, by).items().get(request).await.unwrap())
    }
}

fn words(comments: &[CommentView]) -> Vec<String> {
    let said = |view: &CommentView| view.body.as_ref().map_or("-".to_owned(), |body| body.source.clone());
    comments.iter().map(said).collect()
}

/// Comments and their answers as a line.
fn told(page: &ThreadPage) -> String {
    let said = |body: &Option<parvis::items::Body>| body.as_ref().map_or("-".to_owned(), |body| body.source.clone());
    let each = page.comments.iter().map(|view| {
        let answers: Vec<String> = view.answers.iter().map(|answer| said(&answer.body)).collect();
        format!("{}({}:{})", said(&view.body), view.comments, answers.join(" "))
    });
    each.collect::<Vec<_>>().join(" ")
}

#[test]
fn a_thread_goes_on_from_either_end_and_back() {
    wait(async {
        let lab = Lab::new().await;
        for n in 1..=7 {
            lab.say("ben", lab.post, &n.to_string()).await;
        }
        let page = async |end: ThreadEnd, cursor: Option<&Token>| {
            let mut request = GetItem::new(lab.post).limit(3u32).end(end);
            request.cursor = cursor.cloned();
            lab.get("ana", request).await
        };
        let last = page(ThreadEnd::Newest, None).await;
        assert_eq!(words(&last.comments), ["5", "6", "7"]);
        let middle = page(ThreadEnd::Newest, last.next.as_ref()).await;
        assert_eq!(words(&middle.comments), ["2", "3", "4"]);
        // A cursor goes on in its own direction, whatever end is named beside it.
        let first = page(ThreadEnd::Oldest, middle.next.as_ref()).await;
        assert_eq!((words(&first.comments), first.next), (vec!["1".to_owned()], None));
        let back = page(ThreadEnd::Oldest, first.previous.as_ref()).await;
        assert_eq!(words(&back.comments), ["2", "3", "4"]);
        // Behind the newest comment more may come.
        lab.say("ben", lab.post, "8").await;
        let new = page(ThreadEnd::Newest, last.previous.as_ref()).await;
        assert_eq!((words(&new.comments), new.next), (vec!["8".to_owned()], None));
        let oldest = page(ThreadEnd::Oldest, None).await;
        assert_eq!((words(&oldest.comments).len(), oldest.previous), (3, None));
    });
}

#[test]
fn any_depth_is_kept_and_two_levels_are_shown() {
    wait(async {
        let lab = Lab::new().await;
        let one = lab.say("ben", lab.post, "1").await;
        let mut at = one;
        for n in 1..=20 {
            at = lab.say("ana", at, &format!("1.{n}")).await;
        }
        lab.say("ben", lab.post, "2").await;
        let page = lab.get("ben", GetItem::new(lab.post)).await;
        assert_eq!(told(&page), "1(20:1.1 1.2 1.3) 2(0:)");
        assert_eq!(page.root.comments, 22);
        let newest = lab.get("ben", GetItem::new(lab.post).end(ThreadEnd::Newest)).await;
        assert_eq!(told(&newest), "1(20:1.18 1.19 1.20) 2(0:)");
        // The page of an answer is that of the comment it is shown under.
        let deep = lab.get("ben", GetItem::new(at).limit(100u32)).await;
        assert_eq!(
            (deep.item.id, deep.top.as_ref().map(|top| top.id), deep.root.id),
            (at, Some(one), lab.post)
        );
        assert_eq!(deep.comments.len(), 20);
        assert_eq!(deep.comments[19].parent, Some(deep.comments[18].id));
        let under = lab.get("ben", GetItem::new(one).limit(100u32)).await;
        assert_eq!((under.top, &under.comments), (None, &deep.comments));
        let rest = lab
            .get("ben", GetItem::new(one).cursor(page.comments[0].next.clone().unwrap()))
            .await;
        assert_eq!((rest.comments.len(), words(&rest.comments)[0].as_str()), (17, "1.4"));
    });
}

#[test]
fn a_deleted_comment_stays_in_its_place_as_long_as_it_has_answers() {
    wait(async {
        let lab = Lab::new().await;
        let one = lab.say("ben", lab.post, "1").await;
        let two = lab.say("ben", lab.post, "2").await;
        let answer = lab.say("ana", one, "1.1").await;
        let deep = lab.say("ben", answer, "1.2").await;
        lab.say("ben", lab.post, "3").await;
        for gone in [one, two, answer] {
            lab.delete(gone).await;
        }
        let page = lab.get("ben", GetItem::new(lab.post)).await;
        assert_eq!(told(&page), "-(1:- 1.2) 3(0:)");
        assert_eq!((page.comments[0].shown, page.root.comments), (Shown::Deleted, 2));
        lab.delete(deep).await;
        let page = lab.get("ben", GetItem::new(lab.post)).await;
        assert_eq!((told(&page).as_str(), page.root.comments), ("3(0:)", 1));
        let refused = act(&lab.db, "ana").items().comment(NewComment::new(one, "late")).await;
        assert_eq!(refused.unwrap_err().reason, Reason::Deleted);
    });
}

#[test]
fn what_is_for_the_staff_leaves_no_trace_in_the_thread_of_others() {
    wait(async {
        let lab = Lab::new().await;
        let one = lab.say("ben", lab.post, "1").await;
        for n in 0..8 {
            lab.aside(one, &format!("aside {n}")).await;
        }
        let plain = lab.get("ben", GetItem::new(lab.post)).await;
        assert_eq!((told(&plain).as_str(), &plain.comments[0].next), ("1(0:)", &None));
        lab.say("ana", one, "1.1").await;
        let two = lab.say("ben", lab.post, "2").await;
        lab.aside(two, "an aside").await;
        lab.delete(two).await;
        // A placeholder tells of answers: only those who read them are shown it.
        let seen = lab.get("ben", GetItem::new(lab.post)).await;
        assert_eq!((told(&seen).as_str(), &seen.comments[0].next), ("1(1:1.1)", &None));
        let staff = lab.get("mona", GetItem::new(lab.post)).await;
        assert_eq!(told(&staff), "1(9:aside 0 aside 1 aside 2) -(1:an aside)");
        let newest = lab.get("ben", GetItem::new(lab.post).end(ThreadEnd::Newest)).await;
        assert_eq!(told(&newest), "1(1:1.1)");
    });
}

#[test]
fn an_imported_comment_stays_under_what_it_answers() {
    wait(async {
        let db = settled(Arc::new(Memory::new())).await;
        let row = json!({"type": "comment", "id": "short-5-1", "person": "ana", "post": "short", "text": "Moved",
            "ts": "2026-05-28T20:28:21Z", "staff": false, "parent": "short-6"});
        let rows = ImportRows::new(vec![serde_json::from_value(row).unwrap()]);
        let report = db.system(NETWORK, "host").import().put(rows).await.unwrap();
        assert_eq!(report.bad.len(), 1, "{report:?}");
        let page = act(&db, "ben")
            .items()
            .get(GetItem::new(Ref::from(external("short"))))
            .await
            .unwrap();
        assert_eq!((page.comments[4].comments, page.comments[5].comments), (10, 0));
    });
}

#[test]
fn a_space_has_three_pins_at_a_time_for_thirty_days_at_most() {
    wait(async {
        let lab = Lab::new().await;
        let mona = act(&lab.db, "mona");
        let space = match mona.items().get(GetItem::new(lab.post)).await.unwrap().root.place {
            PlaceView::Space { id, .. } => id,
            ref other => panic!("{other:?}"),
        };
        let mut posts = Vec::new();
        for n in 0..5 {
            let post = NewItem::new(format!("post {n}")).place(Place::space(space));
            posts.push(mona.items().create(post).await.unwrap().id.0);
        }
        let now = lab.clock.now();
        let pin = async |n: usize, days: i64| {
            lab.clock.advance_millis(1_000);
            let pinned = mona.items().pin(PinItem::new(posts[n], now.plus_days(days))).await;
            pinned.map(drop).map_err(|error| error.reason)
        };
        let shown = async || {
            let wall = mona.feed().space_wall(SpaceWall::new(space).limit(2u32)).await.unwrap();
            let next = SpaceWall::new(space).cursor(wall.next.clone().unwrap());
            assert!(
                mona.feed().space_wall(next).await.unwrap().pinned.is_empty(),
                "the first page only"
            );
            let at = |id: ItemId| posts.iter().position(|post| *post == id).unwrap();
            wall.pinned.iter().map(|pin| at(pin.id)).collect::<Vec<_>>()
        };
        for (days, expected) in [(0, Err(Reason::BadValue)), (31, Err(Reason::BadValue)), (30, Ok(()))] {
            assert_eq!(pin(0, days).await, expected, "{days}");
        }
        assert_eq!((pin(1, 1).await, pin(2, 2).await), (Ok(()), Ok(())));
        assert_eq!(pin(3, 3).await, Err(Reason::ManyPins));
        assert_eq!(shown().await, [2, 1, 0]);
        // Pinned again, it has the new instant and comes first; it takes no further place.
        assert_eq!(pin(1, 5).await, Ok(()));
        assert_eq!(shown().await, [1, 2, 0]);
        mona.items().unpin(UnpinItem::new(posts[2])).await.unwrap();
        mona.items().unpin(UnpinItem::new(posts[2])).await.unwrap();
        assert_eq!((pin(3, 3).await, shown().await), (Ok(()), vec![3, 1, 0]));
        // What is over, and what is deleted, leaves its place by itself.
        mona.items().delete(DeleteItem::new(posts[3])).await.unwrap();
        assert_eq!((pin(4, 6).await, shown().await), (Ok(()), vec![4, 1, 0]));
        lab.clock.advance_hours(24 * 5 + 1);
        assert_eq!(shown().await, [4, 0]);
        assert_eq!((pin(2, 9).await, shown().await), (Ok(()), vec![2, 4, 0]));
    });
}
