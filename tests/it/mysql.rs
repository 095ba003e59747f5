//! The conformance kit on MariaDB, or MySQL.

use crate::servers::block_on;
use parvis::store::conformance::{Kit, wait};
use parvis::store::{
    Batch, Class, CommitId, Dir, Field, Keys, Kind, LOG, NetworkId, Prepare, Range, Read, ReadAt, Schema, Storage,
    StorageError, Table, Value, Want, Write,
};
use parvis_sqlx::{Mysql, MysqlOptions};
use sqlx::{AssertSqlSafe, Connection, MySqlConnection};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// Where the server of the tests is said to be.
const URL: &str = "PARVIS_TEST_MYSQL";
/// What a test prints where there is no server.
pub(crate) const NO_MYSQL: &str = "skipped: no `PARVIS_TEST_MYSQL`; scripts/test makes a server";

/// Tables of its own in a database of the test server; removed with its last clone.
#[derive(Clone, Debug)]
pub(crate) struct MysqlPlace(Arc<Dropped>);

#[derive(Debug)]
struct Dropped {
    url: String,
    prefix: String,
}

impl MysqlPlace {
    /// A place on the server of the tests, where there is one.
    pub(crate) fn new() -> Option<MysqlPlace> {
        std::env::var(URL).ok().map(|url| MysqlPlace::at(&url))
    }

    /// A place on the server at a URL.
    pub(crate) fn at(url: &str) -> MysqlPlace {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let url = url.to_owned();
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let prefix = format!("p{}_{count}_", std::process::id());
        MysqlPlace(Arc::new(Dropped { url, prefix }))
    }

    /// The URL of the database.
    pub(crate) fn url(&self) -> &str {
        &self.0.url
    }

    /// What the names of its tables begin with.
    pub(crate) fn prefix(&self) -> &str {
        &self.0.prefix
    }

    /// How to open it.
    pub(crate) fn options(&self) -> MysqlOptions {
        MysqlOptions::new(&self.0.url)
            .prefix(&self.0.prefix)
            .readers(2)
            .writers(2)
    }
}

impl Drop for Dropped {
    fn drop(&mut self) {
        block_on(async {
            let mut connection = MySqlConnection::connect(&self.url).await.unwrap();
            let names = "select table_name from information_schema.tables where table_schema=database() and left(table_name,?)=?";
            let names = sqlx::query_scalar::<_, String>(names)
                .bind(i64::try_from(self.prefix.len()).unwrap())
                .bind(&self.prefix)
                .fetch_all(&mut connection)
                .await
                .unwrap();
            if !names.is_empty() {
                let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
                let away = format!("drop table if exists {}", names.join(","));
                sqlx::raw_sql(AssertSqlSafe(away))
                    .execute(&mut connection)
                    .await
                    .unwrap();
            }
        });
    }
}

fn kit() -> Kit {
    if std::env::var_os(URL).is_none() {
        return Kit::unavailable(NO_MYSQL);
    }
    let place = || MysqlPlace::new().unwrap();
    Kit::reopening(
        place,
        |place| async move { Mysql::open(place.options()).await.unwrap() },
    )
    .shared()
}

parvis::conformance!(kit());

const CUTS: usize = 100;
const NETWORK: NetworkId = NetworkId([6; 16]);

/// What a batch leaves: one more, and one entry of the log.
fn one_more(number: u64) -> Batch {
    let mut id = [0; 16];
    id[..8].copy_from_slice(&number.to_be_bytes());
    let mut batch = Batch::new(CommitId(id), [0; 16], 0);
    batch.writes.push(Write::Add {
        table: "counts",
        key: vec![Some(Value::Int(1))],
        column: "n",
        n: 1,
        at_least: None,
        at_most: None,
    });
    batch.log.push(format!("{{\"n\":{number}}}"));
    batch
}

/// Cuts connections to this database, all there are now and then; how many it cut.
async fn cut(url: &str, database: &str, cutting: &AtomicBool) -> usize {
    let mut connection = MySqlConnection::connect(url).await.unwrap();
    let mut cuts = 0;
    while cuts < CUTS {
        tokio::time::sleep(Duration::from_millis(20)).await;
        let ids = "select id from information_schema.processlist where db=?";
        let ids = sqlx::query_scalar::<_, i64>(ids).bind(database);
        for id in ids.fetch_all(&mut connection).await.unwrap() {
            // It may have ended by itself.
            let killed = sqlx::raw_sql(AssertSqlSafe(format!("kill {id}")));
            cuts += usize::from(killed.execute(&mut connection).await.is_ok());
        }
    }
    cutting.store(false, Ordering::Relaxed);
    cuts
}

#[test]
fn f06_a_hundred_cut_connections_to_mysql_double_and_lose_nothing() {
    let Ok(url) = std::env::var(URL) else {
        println!("{NO_MYSQL}");
        return;
    };
    let database = format!("parvis_cut_{}", std::process::id());
    let run = async |statement: String| {
        let mut connection = MySqlConnection::connect(&url).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(statement))
            .execute(&mut connection)
            .await
            .unwrap();
    };
    block_on(run(format!("create database {database}")));
    let place = url
        .rsplit_once('/')
        .map(|(server, _)| format!("{server}/{database}"))
        .unwrap();
    let store = wait(Mysql::open(MysqlOptions::new(&place).readers(2).writers(2))).unwrap();
    let counts = Table::new("counts", [Field::new("id", Kind::Int)]).columns([Field::new("n", Kind::Int)]);
    let schema = Schema::new(1, 1, [counts.class(Class::Counters)]);
    wait(store.prepare(&schema, Prepare::Upgrade)).unwrap();
    let (cutting, sent, known) = (AtomicBool::new(true), AtomicU64::new(0), AtomicU64::new(0));
    let cuts = std::thread::scope(|scope| {
        let cuts = scope.spawn(|| block_on(cut(&url, &database, &cutting)));
        let workers: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    while cutting.load(Ordering::Relaxed) {
                        let batch = one_more(sent.fetch_add(1, Ordering::Relaxed));
                        // What is unknown is asked for again, with the same batch.
                        loop {
                            match wait(store.commit(NETWORK, batch.clone())) {
                                Ok(_) => break,
                                Err(error) => {
                                    let error = match error {
                                        parvis::store::CommitError::Storage(error) => error,
                                        error => panic!("{error:?}"),
                                    };
                                    let passes = [
                                        StorageError::OutcomeUnknown,
                                        StorageError::Unavailable,
                                        StorageError::Busy,
                                    ];
                                    assert!(passes.contains(&error), "{error:?}");
                                }
                            }
                        }
                        known.fetch_add(1, Ordering::Relaxed);
                    }
                })
            })
            .collect();
        for worker in workers {
            worker.join().unwrap();
        }
        cuts.join().unwrap()
    });
    let counter = Read::Get {
        table: "counts",
        keys: Keys::one([Value::Int(1)]),
        want: Want::Columns,
    };
    let newest = Read::Scan(Range {
        index: LOG,
        prefixes: Keys::given([Vec::new()]),
        from: Vec::new(),
        to: Vec::new(),
        dir: Dir::Down,
        limit: u32::MAX,
        want: Want::Key,
    });
    let found = wait(store.read(NETWORK, &[counter, newest], ReadAt::Fresh)).unwrap();
    let known = known.load(Ordering::Relaxed);
    println!("{cuts} connections cut, {known} batches");
    assert!(cuts >= CUTS, "{cuts}");
    assert_eq!(found.sets[0].rows[0].columns, [Some(Value::Int(known as i64))]);
    assert_eq!(found.sets[1].rows.len() as u64, known);
    assert_eq!(found.position.number as u64, known);
    wait(store.close());
    block_on(run(format!("drop database {database}")));
}

/// Two releases: the newer one has another column, which old rows hold in their documents, and orders by an old text.
pub(crate) fn releases() -> [Schema; 2] {
    let docs = || {
        Table::new("docs", [Field::new("id", Kind::Int)])
            .columns([Field::optional("word", Kind::Text)])
            .document()
    };
    let mut newer = docs().index("docs_word", ["word"]).index("docs_rank", ["rank"]);
    newer.columns.push(Field {
        path: Some("$.rank"),
        ..Field::optional("rank", Kind::Int)
    });
    [Schema::new(1, 1, [docs()]), Schema::new(2, 1, [newer])]
}

#[test]
fn rows_of_an_older_release_beside_a_newer_one_are_filled_in_and_no_others() {
    let Some(place) = MysqlPlace::new() else {
        println!("{NO_MYSQL}");
        return;
    };
    let [older, newer] = releases();
    let put = |n: i64, rank: Option<Option<i64>>, document: &str| {
        let mut batch = Batch::new(CommitId([n as u8; 16]), [0; 16], 0);
        let mut columns = vec![Some(Value::Text(format!("w{n}")))];
        columns.extend(rank.map(|rank| rank.map(Value::Int)));
        batch.writes.push(Write::Put {
            table: "docs",
            key: vec![Some(Value::Int(n))],
            columns,
            document: Some(document.to_owned()),
        });
        batch
    };
    let all = Read::Scan(Range {
        index: "docs_rank",
        prefixes: Keys::given([Vec::new()]),
        from: Vec::new(),
        to: Vec::new(),
        dir: Dir::Up,
        limit: 10,
        want: Want::Columns,
    });
    wait(async {
        let [old, new] =
            [place.options(), place.options()].map(|options| async { Mysql::open(options).await.unwrap() });
        let (old, new) = (old.await, new.await);
        old.prepare(&older, Prepare::Upgrade).await.unwrap();
        old.commit(NETWORK, put(1, None, "{\"rank\":1}")).await.unwrap();
        assert!(new.prepare(&newer, Prepare::Upgrade).await.unwrap().changed);
        new.commit(NETWORK, put(2, Some(Some(5)), "{\"rank\":9}"))
            .await
            .unwrap();
        new.commit(NETWORK, put(3, Some(None), "{\"rank\":9}")).await.unwrap();
        old.commit(NETWORK, put(4, None, "{\"rank\":4}")).await.unwrap();
        old.commit(NETWORK, put(1, None, "{\"rank\":7}")).await.unwrap();
        let too_old = StorageError::SchemaTooOld { found: 1, needed: 2 };
        assert_eq!(
            new.read(NETWORK, std::slice::from_ref(&all), ReadAt::Fresh).await,
            Err(too_old)
        );
        assert!(new.prepare(&newer, Prepare::Upgrade).await.unwrap().changed);
        let found = new.read(NETWORK, &[all], ReadAt::Fresh).await.unwrap();
        let ranks = found.sets[0]
            .rows
            .iter()
            .map(|row| (row.key[0].clone(), row.columns[1].clone()));
        let int = |n| Some(Value::Int(n));
        let expected = [(3, None), (4, int(4)), (2, int(5)), (1, int(7))].map(|(id, rank)| (int(id), rank));
        assert_eq!(ranks.collect::<Vec<_>>(), expected);
    });
}
