//! Reads on a streaming replica of PostgreSQL: candidates may come from it, what decides and what is shown never does.

use crate::faults::own::Own;
use crate::live::post;
use crate::places::Served;
use crate::servers::block_on;
use crate::town::NETWORK;
use parvis::items::Place;
use parvis::operations::*;
use parvis::spaces::Visibility;
use parvis::store::{Keys, Value, Want};
use parvis::store::{LOG, NetworkId, Position, Read, ReadAt, Storage, StorageError};
use parvis::{Actor, Config, Parvis, external};
use parvis_sqlx::{Postgres, PostgresOptions};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::time::{Duration, Instant};

/// A server, its replica, and a store that reads on both.
struct Both {
    own: Own,
    replica: String,
    store: Postgres,
    db: Parvis,
}

async fn both(wait: Duration) -> Option<Both> {
    let own = Own::start(Served::Postgres)?;
    let replica = own.replicate();
    let options = PostgresOptions::new(own.url()).replica(&replica, wait);
    let store = Postgres::open(options).await.unwrap();
    let db = Parvis::open(store.clone(), Config::new()).await.unwrap();
    let people = db.system(NETWORK, "hr").people();
    for name in ["ana", "ben"] {
        people.put(PutPerson::new(external(name), name)).await.unwrap();
    }
    Some(Both {
        own,
        replica,
        store,
        db,
    })
}

impl Both {
    /// What the replica replays stands still, or goes on.
    async fn replay(&self, word: &str) {
        let mut c = PgConnection::connect(&self.replica).await.unwrap();
        let tell = format!("select pg_wal_replay_{word}()");
        sqlx::query(AssertSqlSafe(tell)).execute(&mut c).await.unwrap();
        // A pause is asked for and comes a moment later.
        let wanted = if word == "pause" { "paused" } else { "not paused" };
        loop {
            let state = sqlx::query_scalar::<_, String>("select pg_get_wal_replay_pause_state()");
            if state.fetch_one(&mut c).await.unwrap() == wanted {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn at(&self, at: ReadAt) -> Position {
        let read = Read::Get {
            table: LOG,
            keys: Keys::one([Value::Int(1)]),
            want: Want::Key,
        };
        let found = self.store.read(NetworkId::named(NETWORK), &[read], at).await;
        found.unwrap().position
    }

    /// Waits until the replica has everything.
    async fn caught_up(&self) {
        let head = self.at(ReadAt::Fresh).await;
        let alone = Postgres::open(PostgresOptions::new(&self.replica)).await.unwrap();
        let refused = alone
            .prepare(&parvis::testing::schema(), parvis::store::Prepare::Check)
            .await;
        assert_eq!(refused, Err(StorageError::ReadOnly), "a standby is no store");
        while self.stale().await != head {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// How far the replica is, asked for anything at all.
    async fn stale(&self) -> Position {
        self.at(ReadAt::AtLeast(Position::START)).await
    }

    fn of(&self, name: &str) -> Actor {
        self.db.act_as(NETWORK, external(name))
    }
}

async fn home(actor: &Actor) -> Vec<String> {
    let page = actor.feed().home(Home::new()).await.unwrap();
    let words = page.items.iter().filter_map(|item| item.body.as_ref());
    words.map(|body| body.source.clone()).collect()
}

/// Whoever asks for a position gets it, from a replica that is behind only after it has caught up.
async fn reads() {
    let Some(both) = both(Duration::from_millis(100)).await else {
        return;
    };
    let ben = both.of("ben");
    post(&ben, "One.").await;
    both.caught_up().await;
    both.replay("pause").await;
    let before = both.stale().await;
    post(&ben, "Two.").await;
    let head = both.at(ReadAt::Fresh).await;
    assert!(head.number > before.number);
    assert_eq!(both.stale().await, before, "the replica was not asked");
    assert_eq!(both.at(ReadAt::AtLeast(before)).await, before);
    // It is behind: asked elsewhere, after its time.
    let begun = Instant::now();
    assert_eq!(both.at(ReadAt::AtLeast(head)).await, head);
    assert!(begun.elapsed() >= Duration::from_millis(90), "nobody waited for it");
    // Another commit at that position is another history.
    let other = Position {
        commit: parvis::store::CommitId([7; 16]),
        ..before
    };
    assert_eq!(both.at(ReadAt::AtLeast(other)).await, head);
    assert_eq!(
        home(&both.of("ana")).await,
        ["Two.", "One."],
        "one's own process knows better"
    );
    both.replay("resume").await;
    both.caught_up().await;
    assert_eq!(both.at(ReadAt::AtLeast(head)).await, head);
}

/// One that catches up in time is waited for.
async fn waits() {
    let Some(both) = both(Duration::from_secs(20)).await else {
        return;
    };
    both.caught_up().await;
    both.replay("pause").await;
    let behind = both.stale().await;
    post(&both.of("ben"), "News.").await;
    let head = both.at(ReadAt::Fresh).await;
    let asked = {
        let store = both.store.clone();
        tokio::spawn(async move {
            let read = Read::Get {
                table: LOG,
                keys: Keys::one([Value::Int(1)]),
                want: Want::Key,
            };
            let network = NetworkId::named(NETWORK);
            store
                .read(network, &[read], ReadAt::AtLeast(head))
                .await
                .unwrap()
                .position
        })
    };
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert!(!asked.is_finished(), "answered before the replica was there");
    assert_eq!(both.stale().await, behind);
    both.replay("resume").await;
    assert_eq!(asked.await.unwrap(), head);
}

/// A revocation is in force at once, however far behind the replica is; what was new before is old news elsewhere only.
async fn revoked() {
    let Some(both) = both(Duration::from_millis(50)).await else {
        return;
    };
    let (ana, ben) = (both.of("ana"), both.of("ben"));
    let room = ben
        .spaces()
        .create(NewSpace::new("Room", Visibility::Secret))
        .await
        .unwrap()
        .id
        .0;
    ben.spaces().add(AddMember::new(room, external("ana"))).await.unwrap();
    let item = NewItem::new("Secret.").place(Place::space(room));
    ben.items().create(item).await.unwrap();
    assert_eq!(home(&ana).await, ["Secret."]);
    both.caught_up().await;
    both.replay("pause").await;
    // Another process revokes: this one has seen nothing of it, so its candidates come from the replica.
    let other = Postgres::open(PostgresOptions::new(both.own.url())).await.unwrap();
    let other = Parvis::open(other, Config::new()).await.unwrap();
    let gone = RemoveMember::new(room, external("ana"));
    other
        .act_as(NETWORK, external("ben"))
        .spaces()
        .remove(gone)
        .await
        .unwrap();
    for _ in 0..20 {
        assert_eq!(home(&ana).await.len(), 0);
    }
    // Somebody whom the replica has never heard of is asked about elsewhere.
    let people = other.system(NETWORK, "hr").people();
    people.put(PutPerson::new(external("cleo"), "cleo")).await.unwrap();
    assert_eq!(home(&both.of("cleo")).await.len(), 0);
    both.replay("resume").await;
}

/// A replica that goes away takes no read with it.
async fn killed() {
    let Some(both) = both(Duration::from_millis(100)).await else {
        return;
    };
    post(&both.of("ben"), "News.").await;
    both.caught_up().await;
    both.own.kill_replica();
    for _ in 0..20 {
        assert_eq!(home(&both.of("ana")).await, ["News."]);
    }
    let head = both.at(ReadAt::Fresh).await;
    assert_eq!(both.stale().await, head);
}

#[test]
fn a_replica_serves_what_may_be_old_and_nothing_else() {
    block_on(reads());
}

#[test]
fn a_replica_that_catches_up_in_time_is_waited_for() {
    block_on(waits());
}

#[test]
fn f12_a_replica_that_is_behind_shows_nothing_that_was_revoked() {
    block_on(revoked());
}

#[test]
fn f06_a_replica_that_goes_away_takes_no_read_with_it() {
    block_on(killed());
}
