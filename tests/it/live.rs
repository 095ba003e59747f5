//! What changed since one last looked, and waiting for it: woken by what concerns the reader, by nothing else, at the cost of one
//! look a round for all who wait.

use crate::stores::Engine;
use crate::town::{NETWORK, act, clock, settings};
use async_trait::async_trait;
use parvis::due::Budget;
use parvis::gate::answer::Token;
use parvis::items::Place;
use parvis::live::{ChangesView, Watch};
use parvis::operations::*;
use parvis::people::PersonStatus;
use parvis::spaces::Visibility;
use parvis::store::conformance::wait;
use parvis::store::{
    Batch, CommitError, Committed, Found, Memory, NetworkId, Prepare, Prepared, Read, ReadAt, Schema, Storage,
    StorageError,
};
use parvis::testing::SeededEntropy;
use parvis::{Actor, Config, ItemId, Parvis, Reason, Upkeep, external};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Lets no time pass, and counts.
#[derive(Default)]
struct Counted(AtomicU64);

#[async_trait]
impl Watch for Counted {
    async fn pause(&self, _network: NetworkId, at_most: Duration) {
        assert!(at_most <= Duration::from_secs(1));
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// A store that counts its reads.
struct Reads {
    memory: Memory,
    reads: AtomicU64,
}

#[async_trait]
impl Storage for Reads {
    async fn prepare(&self, schema: &Schema, mode: Prepare) -> Result<Prepared, StorageError> {
        self.memory.prepare(schema, mode).await
    }

    async fn read(&self, network: NetworkId, reads: &[Read], at: ReadAt) -> Result<Found, StorageError> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        self.memory.read(network, reads, at).await
    }

    async fn commit(&self, network: NetworkId, batch: Batch) -> Result<Committed, CommitError> {
        self.memory.commit(network, batch).await
    }
}

async fn people(db: &Parvis) {
    let people = db.system(NETWORK, "hr").people();
    for name in ["ana", "ben", "cleo"] {
        people.put(PutPerson::new(external(name), name)).await.unwrap();
    }
}

/// Posts to the network.
pub(crate) async fn post(actor: &Actor, words: &str) -> ItemId {
    let item = NewItem::new(words).place(Place::Network);
    actor.items().create(item).await.unwrap().id.0
}

async fn now(actor: &Actor) -> Token {
    actor.changes(Changes::new()).await.unwrap().position.clone()
}

async fn since(actor: &Actor, after: &Token, seconds: u32) -> ChangesView {
    let request = Changes::new().after(after.clone()).wait_seconds(seconds);
    (*actor.changes(request).await.unwrap()).clone()
}

fn told(view: &ChangesView) -> (u32, u32, u32) {
    (view.unread, view.badge, view.feed_new)
}

/// A store in memory, where waiting takes no time.
fn quick() -> (Parvis, Arc<Counted>) {
    let watch = Arc::new(Counted::default());
    let config = settings(&clock()).upkeep(Upkeep::Inline).watch(watch.clone());
    let db = wait(Parvis::open(Memory::new(), config)).unwrap();
    wait(people(&db));
    (db, watch)
}

#[test]
fn it_tells_what_is_unread_and_what_is_new_at_home() {
    wait(async {
        let (db, watch) = quick();
        let (ana, ben) = (act(&db, "ana"), act(&db, "ben"));
        let first = now(&ana).await;
        let mine = post(&ana, "Mine.").await;
        assert_eq!(
            told(&since(&ana, &first, 0).await),
            (0, 0, 0),
            "one's own post is no news"
        );
        post(&ben, "One.").await;
        post(&ben, "Two.").await;
        ben.items().react(React::new(mine)).await.unwrap();
        let second = since(&ana, &first, 0).await;
        assert_eq!(told(&second), (1, 1, 2));
        assert_eq!(told(&since(&ana, &second.position, 0).await), (1, 1, 0));
        // The position of any other answer will do.
        let page = ana.feed().home(Home::new().limit(1_u32)).await.unwrap();
        post(&ben, "Three.").await;
        assert_eq!(told(&since(&ana, &page.position, 0).await), (1, 1, 1));
        ana.inbox().seen(SeenInbox::new()).await.unwrap();
        assert_eq!(told(&since(&ana, &page.position, 0).await), (1, 0, 1));
        for n in 0..25 {
            post(&ben, &format!("More {n}.")).await;
        }
        assert_eq!(since(&ana, &page.position, 0).await.feed_new, 20);
        assert_eq!(watch.0.load(Ordering::SeqCst), 0, "nobody asked to wait");
    });
}

#[test]
fn new_is_what_came_after_many_other_things_too() {
    wait(async {
        let clock = clock();
        let db = Parvis::open(Memory::new(), settings(&clock)).await.unwrap();
        people(&db).await;
        let (ana, ben) = (act(&db, "ana"), act(&db, "ben"));
        let old = post(&ben, "Old.").await;
        let after = now(&ana).await;
        for _ in 0..40 {
            ben.items().react(React::new(old)).await.unwrap();
            ben.items().unreact(Unreact::new(old)).await.unwrap();
        }
        assert_eq!(since(&ana, &after, 0).await.feed_new, 0, "what was there is no news");
        clock.advance_millis(1);
        post(&ben, "New.").await;
        assert_eq!(since(&ana, &after, 0).await.feed_new, 1);
    });
}

#[test]
fn l026_what_is_new_goes_with_the_right_to_see_it() {
    wait(async {
        let (db, _) = quick();
        let (ana, ben) = (act(&db, "ana"), act(&db, "ben"));
        let room = NewSpace::new("Room", Visibility::Secret);
        let room = ben.spaces().create(room).await.unwrap().id.0;
        let added = AddMember::new(room, external("ana"));
        ben.spaces().add(added).await.unwrap();
        let after = now(&ana).await;
        let item = NewItem::new("Secret.").place(Place::space(room));
        ben.items().create(item).await.unwrap();
        assert_eq!(since(&ana, &after, 0).await.feed_new, 1);
        let gone = RemoveMember::new(room, external("ana"));
        ben.spaces().remove(gone).await.unwrap();
        assert_eq!(told(&since(&ana, &after, 0).await), (0, 0, 0));
    });
}

#[test]
fn l078_what_one_may_not_see_neither_wakes_nor_takes_longer() {
    wait(async {
        let mut rounds = Vec::new();
        for secret in [false, true] {
            let (db, watch) = quick();
            let (ana, ben) = (act(&db, "ana"), act(&db, "ben"));
            let room = ben
                .spaces()
                .create(NewSpace::new("Room", Visibility::Secret))
                .await
                .unwrap()
                .id
                .0;
            let after = now(&ana).await;
            if secret {
                let item = NewItem::new("Secret.").place(Place::space(room));
                ben.items().create(item).await.unwrap();
            }
            assert_eq!(told(&since(&ana, &after, 3).await), (0, 0, 0));
            rounds.push(watch.0.load(Ordering::SeqCst));
        }
        assert_eq!(rounds, [12, 12]);
    });
}

#[test]
fn a_position_of_elsewhere_is_refused() {
    wait(async {
        let (db, _) = quick();
        let other = db.system("other", "hr").people();
        other.put(PutPerson::new(external("ana"), "Ana")).await.unwrap();
        let elsewhere = now(&db.act_as("other", external("ana"))).await;
        for token in [elsewhere, Token::new("AAAA"), Token::new("")] {
            let refused = act(&db, "ana").changes(Changes::new().after(token)).await;
            let error = refused.map(|_| ()).unwrap_err();
            assert_eq!((error.reason, error.field), (Reason::Cursor, Some("after")));
        }
    });
}

#[test]
fn f29_whoever_waits_learns_that_history_was_replaced() {
    wait(async {
        let memory = Memory::new();
        let open = |memory: &Memory, seed: u64| {
            let config = settings(&clock()).entropy(Arc::new(SeededEntropy::new(seed)));
            wait(Parvis::open(memory.clone(), config)).unwrap()
        };
        let db = open(&memory, 1 << 40);
        people(&db).await;
        let backup = memory.fork();
        let ana = act(&db, "ana");
        let early = now(&ana).await;
        post(&act(&db, "ben"), "Lost.").await;
        let late = now(&ana).await;

        let restored = open(&backup, 1 << 41);
        let ana = act(&restored, "ana");
        assert!(!since(&ana, &early, 0).await.replaced);
        assert!(since(&ana, &late, 0).await.replaced, "the log is shorter than that");
        post(&act(&restored, "cleo"), "Instead.").await;
        assert!(since(&ana, &late, 0).await.replaced, "another commit stands there");
        let fresh = now(&ana).await;
        assert!(!since(&ana, &fresh, 0).await.replaced);
    });
}

fn woken(engine: Engine) {
    let Some(made) = engine.make() else { return };
    let open = |storage| wait(Parvis::open_shared(storage, Config::new())).unwrap();
    let (here, there) = (open(made.storage.clone()), open(made.again()));
    wait(people(&there));
    let (ana, ben) = (act(&here, "ana"), act(&there, "ben"));
    let mine = wait(post(&act(&there, "ana"), "Mine."));
    let after = wait(now(&ana));
    let waiting = |after: Token| {
        let ana = ana.clone();
        thread::spawn(move || {
            let begun = Instant::now();
            (wait(since(&ana, &after, 30)), begun.elapsed())
        })
    };
    let waiter = waiting(after);
    thread::sleep(Duration::from_millis(400));
    wait(post(&ben, "News."));
    let (view, took) = waiter.join().unwrap();
    assert_eq!(told(&view), (0, 0, 1));
    assert!(took < Duration::from_secs(10), "{engine:?}: woken after {took:?}");
    // What a worker of another process brings into the inbox wakes, too.
    let waiter = waiting(view.position);
    wait(ben.items().react(React::new(mine))).unwrap();
    thread::sleep(Duration::from_millis(400));
    wait(there.run_due(Budget::steps(100))).unwrap();
    let (view, took) = waiter.join().unwrap();
    assert_eq!(told(&view), (1, 1, 0));
    assert!(took < Duration::from_secs(10), "{engine:?}: woken after {took:?}");
    println!("{engine:?}: woken after {took:?}");
    // So does the end of an account: whoever waits with it is sent away.
    let waiter = {
        let (ana, after) = (ana.clone(), view.position);
        thread::spawn(move || {
            let begun = Instant::now();
            let changes = Changes::new().after(after).wait_seconds(30);
            (wait(ana.changes(changes)).map(|_| ()), begun.elapsed())
        })
    };
    thread::sleep(Duration::from_millis(400));
    let gone = PutPerson::new(external("ana"), "Ana").status(PersonStatus::Deactivated);
    wait(there.system(NETWORK, "hr").people().put(gone)).unwrap();
    let (ended, took) = waiter.join().unwrap();
    assert_eq!(ended.unwrap_err().reason, Reason::Actor);
    assert!(took < Duration::from_secs(10), "{engine:?}: sent away after {took:?}");
}

#[test]
fn memory_wakes_who_waits() {
    woken(Engine::Memory);
}

#[test]
fn sqlite_wakes_who_waits_in_another_process() {
    woken(Engine::Sqlite);
}

#[test]
fn postgres_wakes_who_waits_in_another_process() {
    woken(Engine::Postgres);
}

#[test]
fn mysql_wakes_who_waits_in_another_process() {
    woken(Engine::Mysql);
}

#[test]
fn a_hundred_who_wait_cost_one_read_a_round() {
    let storage = Arc::new(Reads {
        memory: Memory::new(),
        reads: AtomicU64::new(0),
    });
    let db = wait(Parvis::open_shared(storage.clone(), Config::new())).unwrap();
    wait(people(&db));
    let after = wait(now(&act(&db, "ana")));
    storage.reads.store(0, Ordering::SeqCst);
    let waiters: Vec<_> = (0..100)
        .map(|_| {
            let (ana, after) = (act(&db, "ana"), after.clone());
            thread::spawn(move || wait(since(&ana, &after, 3)))
        })
        .collect();
    for waiter in waiters {
        assert_eq!(told(&waiter.join().unwrap()), (0, 0, 0));
    }
    let reads = storage.reads.load(Ordering::SeqCst);
    // Each looks once; threads begin at their own times, so a round or two more than twelve are led.
    assert!(reads <= 100 + 40, "{reads} reads");
}

#[test]
fn whoever_stops_waiting_leaves_the_others_waiting() {
    let db = wait(Parvis::open(Memory::new(), Config::new())).unwrap();
    wait(people(&db));
    let after = wait(now(&act(&db, "ana")));
    let (ana, ben) = (act(&db, "ana"), act(&db, "ben"));
    let mut first = Box::pin(since(&ana, &after, 30));
    // It leads, and is dropped while it does.
    let waker = std::task::Waker::noop();
    let mut context = std::task::Context::from_waker(waker);
    assert!(first.as_mut().poll(&mut context).is_pending());
    let other = {
        let (ana, after) = (act(&db, "ana"), after.clone());
        thread::spawn(move || wait(since(&ana, &after, 30)))
    };
    thread::sleep(Duration::from_millis(200));
    drop(first);
    thread::sleep(Duration::from_millis(200));
    wait(post(&ben, "News."));
    assert_eq!(told(&other.join().unwrap()), (0, 0, 1));
}

#[test]
fn a_transaction_of_the_host_wakes_when_it_commits() {
    let folder = crate::folder::Folder::new();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let file = folder.file("host.db");
        let store = parvis_sqlx::Sqlite::open(file.as_path()).await.unwrap();
        let db = Parvis::open(store.clone(), Config::new()).await.unwrap();
        people(&db).await;
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&file);
        let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
        let (ana, after) = (act(&db, "ana"), now(&act(&db, "ana")).await);
        let waiter = tokio::spawn(async move { since(&ana, &after, 30).await });
        let tx = pool.begin_with("begin immediate").await.unwrap();
        let on = db.on(store.enlist(tx).unwrap());
        let item = NewItem::new("News.").place(Place::Network);
        on.act_as(NETWORK, external("ben")).items().create(item).await.unwrap();
        tokio::time::sleep(Duration::from_millis(600)).await;
        assert!(!waiter.is_finished(), "woken by what is not committed");
        on.commit().await.unwrap();
        assert_eq!(told(&waiter.await.unwrap()), (0, 0, 1));
    });
}
