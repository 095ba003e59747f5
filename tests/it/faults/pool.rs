//! F19: every connection of a store is in use: who finds none is told in time, nobody hangs, and what was held up goes on as before
//! once they are free.

use super::ground::{points, report, schema};
use crate::places::{Place, Served};
use crate::servers::block_on;
use parvis::store::{
    Batch, CommitError, CommitId, Keys, NetworkId, Prepare, Read, ReadAt, Storage, StorageError, Value, Want, Write,
};
use parvis_sqlx::{Mysql, MysqlOptions, Postgres, PostgresOptions};
use sqlx::{AssertSqlSafe, Connection, MySqlConnection, PgConnection};
use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const CLIENTS: u64 = 200;
const NETWORKS: u64 = 20;
/// How long a call waits for a connection; a commit may wait twice.
const PATIENCE: Duration = Duration::from_millis(800);
/// How long the connections are held up.
const HELD: Duration = Duration::from_secs(2);
/// What a loaded machine may add: how long it really took is said.
const GRACE: Duration = Duration::from_secs(20);
/// Nobody waits longer than this.
const HUNG: Duration = Duration::from_secs(60);
/// Throughput is looked at for so long.
const SOON: Duration = Duration::from_secs(1);
/// Throughput is looked at in pieces of this length.
const PIECE: Duration = Duration::from_millis(500);

async fn store(place: &Place, connections: usize) -> Arc<dyn Storage> {
    match place {
        Place::Postgres(of) => {
            let options = PostgresOptions::new(of.url()).schema(of.schema());
            let options = options.readers(connections).writers(connections);
            Arc::new(Postgres::open(options.acquire_timeout(PATIENCE)).await.unwrap())
        }
        Place::Mysql(of) => {
            let options = MysqlOptions::new(of.url()).prefix(of.prefix());
            let options = options.readers(connections).writers(connections);
            Arc::new(Mysql::open(options.acquire_timeout(PATIENCE)).await.unwrap())
        }
    }
}

/// Somebody else has a table for himself, so that whoever reads or writes it waits with his connection.
async fn held(place: &Place) {
    let table = schema().tables.first().unwrap().name;
    match place {
        Place::Postgres(of) => {
            let mut c = PgConnection::connect(of.url()).await.unwrap();
            let lock = format!(
                "begin; lock table \"{}\".parvis_{table} in access exclusive mode",
                of.schema()
            );
            sqlx::raw_sql(AssertSqlSafe(lock)).execute(&mut c).await.unwrap();
            tokio::time::sleep(HELD).await;
            sqlx::raw_sql("rollback").execute(&mut c).await.unwrap();
        }
        Place::Mysql(of) => {
            let mut c = MySqlConnection::connect(of.url()).await.unwrap();
            let lock = format!("lock tables `{}{table}` write", of.prefix());
            sqlx::raw_sql(AssertSqlSafe(lock)).execute(&mut c).await.unwrap();
            tokio::time::sleep(HELD).await;
            sqlx::raw_sql("unlock tables").execute(&mut c).await.unwrap();
        }
    }
}

/// What the clients saw.
#[derive(Default)]
struct Seen {
    stop: AtomicBool,
    busy: AtomicU64,
    /// When a command was done, and by which client.
    done: Mutex<Vec<(Instant, u64)>>,
    slowest: Mutex<Duration>,
}

impl Seen {
    fn between(&self, from: Instant, to: Instant) -> usize {
        let done = self.done.lock().unwrap();
        done.iter().filter(|(at, _)| (from..to).contains(at)).count()
    }

    /// How many clients did a command since then.
    fn clients_since(&self, from: Instant) -> usize {
        let done = self.done.lock().unwrap();
        let clients: HashSet<u64> = done
            .iter()
            .filter(|(at, _)| *at >= from)
            .map(|(_, client)| *client)
            .collect();
        clients.len()
    }

    /// A call that has ended; whether it did what it was to do.
    fn ended(&self, begun: Instant, failed: Option<StorageError>) -> bool {
        let took = begun.elapsed();
        let mut slowest = self.slowest.lock().unwrap();
        *slowest = took.max(*slowest);
        match failed {
            None => {
                assert!(took <= 2 * PATIENCE + HELD + GRACE, "a call took {took:?}");
                true
            }
            Some(StorageError::Busy) => {
                assert!(took <= 2 * PATIENCE + GRACE, "told after {took:?}");
                self.busy.fetch_add(1, Ordering::Relaxed);
                false
            }
            Some(error) => panic!("{error:?}"),
        }
    }
}

fn commit_id(n: u64) -> CommitId {
    let mut id = [9; 16];
    id[..8].copy_from_slice(&n.to_be_bytes());
    CommitId(id)
}

/// Reads and writes until told to stop, as a command does: one connection after the other.
async fn client(storage: Arc<dyn Storage>, seen: Arc<Seen>, number: u64) {
    let network = NetworkId([u8::try_from(number % NETWORKS).unwrap() + 1; 16]);
    let table = schema().tables.first().unwrap().name;
    let key = vec![Some(Value::Int(i64::try_from(number).unwrap())), Some(Value::Int(0))];
    let write = Write::Put {
        table,
        key: key.clone(),
        columns: vec![Some(Value::Text("of a client".to_owned()))],
        document: Some("{}".to_owned()),
    };
    let reads = [Read::Get {
        table,
        keys: Keys::given([key]),
        want: Want::Document,
    }];
    let pause = Duration::from_millis(20);
    let mut commands = 0;
    while !seen.stop.load(Ordering::Relaxed) {
        let begun = Instant::now();
        let read = storage.read(network, &reads, ReadAt::Fresh).await;
        if !seen.ended(begun, read.err()) {
            tokio::time::sleep(pause).await;
            continue;
        }
        commands += 1;
        let id = commit_id(number << 32 | commands);
        let mut batch = Batch::new(id, id.0, 0);
        batch.writes.push(write.clone());
        let begun = Instant::now();
        let failed = match storage.commit(network, batch).await {
            Ok(_) => None,
            Err(CommitError::Storage(error)) => Some(error),
            Err(error) => panic!("{error:?}"),
        };
        if seen.ended(begun, failed) {
            seen.done.lock().unwrap().push((Instant::now(), number));
        }
        tokio::time::sleep(pause).await;
    }
}

/// The most work in one piece of the first seconds since the connections were free, in parts of a hundred of the usual. It is said, not
/// insisted on: others use the machine, too.
async fn recovered(seen: &Seen, usual: usize, free: Instant) -> usize {
    let until = free + SOON + PIECE;
    tokio::time::sleep_until(until.into()).await;
    let starts = (0..=10).map(|tenth| free + SOON / 10 * tenth);
    let most = starts.map(|from| seen.between(from, from + PIECE)).max();
    most.unwrap_or_default() * 100 / usual
}

async fn exhausted(served: Served) {
    let mut results = Vec::new();
    for connections in [1, 2, 5] {
        let Some(place) = served.place() else { return };
        let storage = store(&place, connections).await;
        storage.prepare(&schema(), Prepare::Upgrade).await.unwrap();
        let seen = Arc::new(Seen::default());
        let clients: Vec<_> = (0..CLIENTS)
            .map(|number| tokio::spawn(client(Arc::clone(&storage), Arc::clone(&seen), number)))
            .collect();
        let (mut everybody, mut least) = (Duration::ZERO, usize::MAX);
        for _ in 0..points(1, 10) {
            tokio::time::sleep(3 * PIECE).await;
            let before = Instant::now();
            let usual = seen.between(before - 2 * PIECE, before).div_ceil(2);
            assert!(usual > 0, "nobody did anything before");
            let told = seen.busy.load(Ordering::Relaxed);
            held(&place).await;
            assert!(
                seen.busy.load(Ordering::Relaxed) > told,
                "nobody was told that there is no connection"
            );
            let free = Instant::now();
            while seen.clients_since(free) < CLIENTS as usize {
                assert!(
                    free.elapsed() < HUNG,
                    "{} clients of {CLIENTS} came back",
                    seen.clients_since(free)
                );
                tokio::time::sleep(PIECE / 5).await;
            }
            everybody = everybody.max(free.elapsed());
            let share = recovered(&seen, usual, free).await;
            least = least.min(share);
        }
        seen.stop.store(true, Ordering::Relaxed);
        for client in clients {
            client.await.unwrap();
        }
        results.push(format!(
            "{connections}: {} told, the slowest call {:.1} s, everybody served {:.1} s later, {least} % of the usual work within a second",
            seen.busy.load(Ordering::Relaxed),
            seen.slowest.lock().unwrap().as_secs_f64(),
            everybody.as_secs_f64()
        ));
    }
    let result = format!(
        "{CLIENTS} clients, all connections held up for {HELD:?}; connections: {}; 0 hung",
        results.join("; ")
    );
    report("F19", served.name(), 3 * points(1, 10), &result);
}

#[test]
fn f19_who_finds_no_connection_to_postgres_is_told_in_time() {
    block_on(exhausted(Served::Postgres));
}

#[test]
fn f19_who_finds_no_connection_to_mysql_is_told_in_time() {
    block_on(exhausted(Served::Mysql));
}
