//! F21: whatever level of isolation a server or a user has as its default, the library sets the one that it works in: no lost update,
//! no write skew, no bound crossed, no two instants in one read, nothing acknowledged that another handle does not see.

use super::ground::{points, report};
use super::own::Own;
use crate::folder::Folder;
use crate::load::all;
use crate::places::{Served, Way};
use parvis::store::{
    Batch, Check, Class, CommitError, CommitId, Expect, Field, Keys, Kind, Memory, NetworkId, Prepare, Read, ReadAt,
    Schema, Storage, Table, Value, Want, Write,
};
use parvis_sled::Sled;
use parvis_sqlx::Sqlite;
use sqlx::{AssertSqlSafe, Connection, MySqlConnection};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

const NETWORK: NetworkId = NetworkId([5; 16]);
const TASKS: i64 = 4;
/// The most that the bounded counter may hold.
const MOST: i64 = 25;

fn schema() -> Schema {
    let rows = Table::new("rows", [Field::new("id", Kind::Int)]).columns([Field::new("n", Kind::Int)]);
    let sums = Table::new("sums", [Field::new("id", Kind::Int)])
        .class(Class::Counters)
        .columns([Field::new("n", Kind::Int), Field::new("m", Kind::Int)]);
    Schema::new(1, 1, [rows, sums])
}

fn batch() -> Batch {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let mut id = [2; 16];
    id[..8].copy_from_slice(&NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    Batch::new(CommitId(id), id, 0)
}

fn put(batch: &mut Batch, id: i64, n: i64) {
    batch.writes.push(Write::Put {
        table: "rows",
        key: vec![Some(Value::Int(id))],
        columns: vec![Some(Value::Int(n))],
        document: None,
    });
}

fn add(batch: &mut Batch, id: i64, column: &'static str, n: i64, at_most: Option<i64>) {
    batch.writes.push(Write::Add {
        table: "sums",
        key: vec![Some(Value::Int(id))],
        column,
        n,
        at_least: Some(0),
        at_most,
    });
}

/// A decision over rows: what they hold, and a batch that checks each of them.
async fn decide(storage: &dyn Storage, ids: &[i64]) -> (Vec<i64>, Batch) {
    let reads: Vec<Read> = ids
        .iter()
        .map(|id| Read::Get {
            table: "rows",
            keys: Keys::one([Value::Int(*id)]),
            want: Want::Columns,
        })
        .collect();
    let found = storage.read(NETWORK, &reads, ReadAt::Fresh).await.unwrap();
    let mut batch = batch();
    let mut values = Vec::new();
    for (id, set) in ids.iter().zip(&found.sets) {
        let row = set.rows.first();
        values.push(match row.map(|row| &row.columns[0]) {
            Some(Some(Value::Int(n))) => *n,
            _ => 0,
        });
        batch.checks.push(Check {
            table: "rows",
            key: vec![Some(Value::Int(*id))],
            expect: row.map_or(Expect::Absent, |row| Expect::Stamp(row.stamp.unwrap())),
        });
    }
    (values, batch)
}

/// Whether it was carried out; `false` where its conditions no longer held.
async fn sent(storage: &dyn Storage, batch: Batch) -> bool {
    match storage.commit(NETWORK, batch).await {
        Ok(_) => true,
        Err(CommitError::Conflict(_)) => false,
        Err(error) => panic!("{error:?}"),
    }
}

/// One of several tasks at once; row 1 is counted up by all, of rows 2 and 3 one is on at least, as many sums are written on both
/// columns.
async fn task(storage: Arc<dyn Storage>, me: i64, rounds: i64, newest: Arc<AtomicI64>) {
    let storage = storage.as_ref();
    for round in 0..rounds {
        // What was acknowledged to anybody before this read is in it.
        let known = newest.load(Ordering::SeqCst);
        let there = storage.read(NETWORK, &[], ReadAt::Fresh).await.unwrap().position.number;
        assert!(there >= known, "{known} was acknowledged, {there} is seen");
        loop {
            let (values, mut batch) = decide(storage, &[1]).await;
            put(&mut batch, 1, values[0] + 1);
            add(&mut batch, 1, "n", 1, None);
            add(&mut batch, 1, "m", 1, None);
            match storage.commit(NETWORK, batch).await {
                Ok(committed) => {
                    newest.fetch_max(committed.position.number, Ordering::SeqCst);
                    break;
                }
                Err(CommitError::Conflict(_)) => {}
                Err(error) => panic!("{error:?}"),
            }
        }
        // Each may switch his own off while the other is on.
        let mine = 2 + me % 2;
        let (values, mut batch) = decide(storage, &[2, 3]).await;
        assert!(values[0] + values[1] > 0, "write skew in round {round}");
        let off = values[0] + values[1] == 2;
        put(&mut batch, mine, i64::from(!off));
        sent(storage, batch).await;
        let mut more = batch_of_one();
        add(&mut more, 2, "n", 1, Some(MOST));
        sent(storage, more).await;
        let reads = [all("sums", Want::Columns), all("rows", Want::Columns)];
        let found = storage.read(NETWORK, &reads, ReadAt::Fresh).await.unwrap();
        let sum = &found.sets[0].rows[0].columns;
        assert_eq!(sum[0], sum[1], "two instants in one read");
        assert_eq!(sum[0], found.sets[1].rows[0].columns[0], "two instants in one read");
    }
}

fn batch_of_one() -> Batch {
    let mut batch = batch();
    batch.log.push("{}".to_owned());
    batch
}

/// Two handles on one store, several tasks on each.
async fn suite(handles: [Arc<dyn Storage>; 2], rounds: i64) {
    for handle in &handles {
        handle.prepare(&schema(), Prepare::Upgrade).await.unwrap();
    }
    let mut first = batch();
    put(&mut first, 2, 1);
    put(&mut first, 3, 1);
    assert!(sent(handles[0].as_ref(), first).await);
    let newest = Arc::<AtomicI64>::default();
    let tasks: Vec<_> = (0..TASKS)
        .map(|me| {
            let storage = Arc::clone(&handles[me as usize / 2 % 2]);
            tokio::spawn(task(storage, me, rounds, Arc::clone(&newest)))
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let found = handles[0]
        .read(
            NETWORK,
            &[all("rows", Want::Columns), all("sums", Want::Columns)],
            ReadAt::Fresh,
        )
        .await
        .unwrap();
    let int = |n| Some(Value::Int(n));
    assert_eq!(
        found.sets[0].rows[0].columns[0],
        int(TASKS * rounds),
        "an update was lost"
    );
    assert_eq!(
        found.sets[1].rows[1].columns[0],
        int(MOST.min(TASKS * rounds)),
        "a bound was crossed, or not reached"
    );
}

fn rounds() -> i64 {
    points(15, 200) as i64
}

const LEVELS: [&str; 4] = ["read uncommitted", "read committed", "repeatable read", "serializable"];

fn told(name: &str) {
    let rounds = rounds();
    let result = format!(
        "{} tasks x {rounds} rounds by {} default levels: 0 lost updates, 0 write skews, 0 bounds crossed, 0 mixed or stale reads",
        TASKS,
        if name == "Postgres" || name == "MariaDB" { 4 } else { 1 }
    );
    report("F21", name, (TASKS * rounds) as u64, &result);
}

#[tokio::test(flavor = "multi_thread")]
async fn f21_postgres_loses_no_update_whatever_its_default_level() {
    for level in LEVELS {
        let Some(place) = Served::Postgres.place() else { return };
        let level = level.replace(' ', "%5C%20");
        let way = Way::default().parameters(format!("?options=-c%20default_transaction_isolation%3D{level}"));
        suite([place.open(&way).await, place.open(&way).await], rounds()).await;
    }
    told("Postgres");
}

#[tokio::test(flavor = "multi_thread")]
async fn f21_mysql_loses_no_update_whatever_its_default_level() {
    // The default is the whole server's.
    let Some(own) = Own::start(Served::Mysql) else { return };
    for level in LEVELS {
        let place = own.place();
        let mut c = MySqlConnection::connect(place.url()).await.unwrap();
        let set = format!("set global transaction isolation level {level}");
        sqlx::raw_sql(AssertSqlSafe(set)).execute(&mut c).await.unwrap();
        let way = Way::default();
        suite([place.open(&way).await, place.open(&way).await], rounds()).await;
    }
    told("MariaDB");
}

#[tokio::test(flavor = "multi_thread")]
async fn f21_embedded_stores_lose_no_update() {
    let folder = Folder::new();
    let file = folder.file("parvis.db");
    let sqlite: [Arc<dyn Storage>; 2] = [
        Arc::new(Sqlite::open(file.as_path()).await.unwrap()),
        Arc::new(Sqlite::open(file.as_path()).await.unwrap()),
    ];
    suite(sqlite, rounds()).await;
    told("Sqlite");
    let sled: Arc<dyn Storage> = Arc::new(Sled::open(folder.file("sled").as_path()).await.unwrap());
    suite([Arc::clone(&sled), sled], rounds()).await;
    told("Sled");
    let memory: Arc<dyn Storage> = Arc::new(Memory::new());
    suite([Arc::clone(&memory), memory], rounds()).await;
}
