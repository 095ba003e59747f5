//! F14: a migration is cut at each of its statements, or writes. The store is of the old release or of the new one, the old one
//! works until it is of the new one, and whoever prepares again, or waited meanwhile, finishes it as if nothing had been.

use super::ground::{Engine, Opened, Random, can_inject, child, integrity, points, report, tell};
use super::proxy::{Cut, Proxy};
use crate::folder::Folder;
use crate::load::all;
use crate::mysql::releases;
use crate::places::{Place, Served, Way};
use crate::servers::block_on;
use parvis::store::conformance::wait;
use parvis::store::{
    Batch, CommitId, Found, NetworkId, Prepare, ReadAt, Schema, Storage, StorageError, Value, Want, Write,
};
use sqlx::{AssertSqlSafe, Connection, MySqlConnection, PgConnection};
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

const NETWORK: NetworkId = NetworkId([8; 16]);
const ROWS: i64 = 40;
const PATIENCE: Duration = Duration::from_secs(60);

/// What is migrated: rows of an older release to a newer one, or nothing to all that Parvis has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Migration {
    Newer = 0,
    Whole = 1,
}

impl Migration {
    fn schema(self) -> Schema {
        match self {
            Migration::Newer => releases()[1].clone(),
            Migration::Whole => parvis::testing::schema(),
        }
    }

    /// What an older release left.
    async fn before(self, storage: &dyn Storage) {
        if self == Migration::Whole {
            return;
        }
        storage.prepare(&releases()[0], Prepare::Upgrade).await.unwrap();
        for n in 0..ROWS {
            let mut batch = Batch::new(CommitId([n as u8 + 1; 16]), [0; 16], n);
            batch.writes.push(Write::Put {
                table: "docs",
                key: vec![Some(Value::Int(n))],
                columns: vec![(n % 3 > 0).then(|| Value::Text(format!("w{}", n % 7)))],
                document: Some(format!("{{\"rank\":{}}}", 100 - n)),
            });
            batch.log.push(format!("{{\"n\":{n}}}"));
            storage.commit(NETWORK, batch).await.unwrap();
        }
    }

    /// All rows in the order of the table and of each index.
    async fn rows(self, storage: &dyn Storage) -> Found {
        let schema = self.schema();
        let mut reads = Vec::new();
        for table in &schema.tables {
            reads.push(all(
                table.name,
                if table.document { Want::Document } else { Want::Columns },
            ));
            reads.extend(table.indexes.iter().map(|index| all(index.name, Want::Columns)));
        }
        // A call holds so many reads.
        let mut found: Option<Found> = None;
        for reads in reads.chunks(16) {
            let more = storage.read(NETWORK, reads, ReadAt::Fresh).await.unwrap();
            match &mut found {
                Some(found) => found.sets.extend(more.sets),
                None => found = Some(more),
            }
        }
        found.unwrap()
    }

    /// The store is of one release or the other.
    async fn is_one_or_the_other(self, storage: &dyn Storage) {
        match storage.prepare(&self.schema(), Prepare::Check).await {
            Ok(_) => {}
            Err(StorageError::SchemaTooOld { found, .. }) => {
                assert_eq!(found, u32::from(self == Migration::Newer));
                if self == Migration::Newer {
                    // The older release still works.
                    storage.prepare(&releases()[0], Prepare::Check).await.unwrap();
                    let found = storage
                        .read(NETWORK, &[all("docs", Want::Document)], ReadAt::Fresh)
                        .await;
                    assert_eq!(found.unwrap().sets[0].rows.len() as i64, ROWS);
                }
            }
            Err(error) => panic!("{error:?}"),
        }
    }
}

/// The child: prepares.
pub(super) async fn migrate(engine: Engine, place: &Path, points: u64) {
    let migration = if points == 0 {
        Migration::Newer
    } else {
        Migration::Whole
    };
    let opened = Opened::bare(engine, place).await.unwrap();
    let prepared = opened
        .storage()
        .prepare(&migration.schema(), Prepare::Upgrade)
        .await
        .unwrap();
    assert!(prepared.changed);
    tell("done");
    opened.close().await;
}

/// Tables, columns and indexes as the server has them, without the name of the place.
async fn structure(place: &Place) -> Vec<String> {
    let (mut lines, name): (Vec<String>, &str) = match place {
        Place::Postgres(of) => {
            let mut connection = PgConnection::connect(of.url()).await.unwrap();
            let text = format!(
                "select concat_ws(' ',table_name,column_name,data_type,is_nullable,collation_name) from information_schema.columns \
                 where table_schema='{0}' union all select indexdef from pg_indexes where schemaname='{0}'",
                of.schema()
            );
            let lines = sqlx::query_scalar(AssertSqlSafe(text)).fetch_all(&mut connection).await;
            (lines.unwrap(), of.schema())
        }
        Place::Mysql(of) => {
            let mut connection = MySqlConnection::connect(of.url()).await.unwrap();
            let text = format!(
                "select concat_ws(' ',table_name,column_name,column_type,is_nullable,collation_name) from information_schema.columns \
                 where table_schema=database() and left(table_name,{1})='{0}' union all \
                 select concat_ws(' ',table_name,index_name,seq_in_index,column_name,non_unique,collation) \
                 from information_schema.statistics where table_schema=database() and left(table_name,{1})='{0}'",
                of.prefix(),
                of.prefix().len()
            );
            let lines = sqlx::query_scalar(AssertSqlSafe(text)).fetch_all(&mut connection).await;
            (lines.unwrap(), of.prefix())
        }
    };
    for line in &mut lines {
        *line = line.replace(name, "");
    }
    lines.sort();
    lines
}

/// A place as it was before, and its dump after a run that nobody cuts.
async fn clean(served: Served, migration: Migration) -> Option<(Vec<String>, Found)> {
    let place = served.place()?;
    let storage = place.open(&Way::default()).await;
    migration.before(storage.as_ref()).await;
    storage.prepare(&migration.schema(), Prepare::Upgrade).await.unwrap();
    Some((structure(&place).await, migration.rows(storage.as_ref()).await))
}

/// Cuts one migration after so many messages; whether it had not ended by then.
fn cut_after(
    messages: u64,
    (engine, served, migration): (Engine, Served, Migration),
    (lines, rows): &(Vec<String>, Found),
) -> bool {
    let place = served.place().unwrap();
    let proxy = Proxy::to(place.port());
    let straight = block_on(place.open(&Way::default()));
    block_on(migration.before(straight.as_ref()));
    let by = place.told(&Way::default().port(proxy.port()));
    proxy.stop_after(messages);
    let mut child = child(&[], "migrate", engine, Path::new(&by), migration as u64);
    let mut child = child.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let begun = Instant::now();
    let ended = loop {
        assert!(begun.elapsed() < PATIENCE, "neither cut nor done");
        if proxy.has_stopped() {
            break false;
        }
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success());
            break true;
        }
        std::thread::sleep(Duration::from_millis(1));
    };
    if !ended {
        // Another process prepares while the first one is under way, or after it.
        let second = messages.is_multiple_of(2).then(|| {
            let storage = Arc::clone(&straight);
            std::thread::spawn(move || block_on(storage.prepare(&migration.schema(), Prepare::Upgrade)))
        });
        child.kill().unwrap();
        child.wait().unwrap();
        proxy.cut(Cut::Reset);
        match second {
            Some(second) => drop(second.join().unwrap().unwrap()),
            None => block_on(async {
                let fresh = place.open(&Way::default()).await;
                migration.is_one_or_the_other(fresh.as_ref()).await;
            }),
        }
    }
    block_on(async {
        straight.prepare(&migration.schema(), Prepare::Upgrade).await.unwrap();
        assert_eq!(&structure(&place).await, lines, "cut after {messages} messages");
        assert_eq!(
            &migration.rows(straight.as_ref()).await,
            rows,
            "cut after {messages} messages"
        );
    });
    !ended
}

fn cuts(engine: Engine, served: Served) {
    let Some(newer) = block_on(clean(served, Migration::Newer)) else {
        return;
    };
    let mut random = Random::new();
    // Every message of the smaller one; per commit every third.
    let step = points(3, 1);
    let mut messages = random.below(step);
    let mut met = 0;
    while cut_after(messages, (engine, served, Migration::Newer), &newer) {
        messages += step;
        met += 1;
    }
    let whole = block_on(clean(served, Migration::Whole)).unwrap();
    let mut of_whole = 0;
    for _ in 0..points(2, 40) {
        of_whole += u64::from(cut_after(random.below(200), (engine, served, Migration::Whole), &whole));
    }
    assert!(met >= 5, "{met} cuts");
    let result = format!(
        "an upgrade killed after {met} of its {messages} messages, the first preparation after {of_whole} of its: old or new, and as \
         if nothing had been after it was repeated"
    );
    report("F14", served.name(), met + of_whole, &result);
}

#[test]
fn f14_an_upgrade_of_postgres_cut_anywhere_is_repeated_as_if_nothing_had_been() {
    cuts(Engine::Postgres, Served::Postgres);
}

#[test]
fn f14_an_upgrade_of_mysql_cut_anywhere_is_repeated_as_if_nothing_had_been() {
    cuts(Engine::Mysql, Served::Mysql);
}

fn copied(from: &Path, to: &Path) {
    if from.is_dir() {
        std::fs::create_dir_all(to).unwrap();
        for entry in std::fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            copied(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        std::fs::copy(from, to).unwrap();
    }
}

/// Kills an upgrade of a file at one of its system calls of a kind; whether it had not ended by then.
fn killed_at((call, nth): (&str, u64), engine: Engine, old: &Path, rows: &Found) -> bool {
    let folder = Folder::new();
    let (place, log) = (folder.file("parvis"), folder.file("log"));
    copied(old, &place);
    let inject = format!("inject={call}:signal=SIGKILL:when={nth}");
    let trace = format!("trace={call}");
    let log = log.to_str().unwrap();
    let words = ["strace", "-f", "-qq", "-o", log, "-e", &trace, "-e", &inject];
    let mut child = child(&words, "migrate", engine, &place, 0);
    let output = child.stderr(Stdio::null()).output().unwrap();
    let done = String::from_utf8_lossy(&output.stdout).contains("told done");
    wait(async {
        let opened = Opened::bare(engine, &place).await.unwrap();
        let storage = opened.storage();
        Migration::Newer.is_one_or_the_other(storage.as_ref()).await;
        storage.prepare(&releases()[1], Prepare::Upgrade).await.unwrap();
        assert_eq!(
            &Migration::Newer.rows(storage.as_ref()).await,
            rows,
            "killed at {call} {nth}"
        );
        opened.close().await;
    });
    if engine == Engine::Sqlite {
        integrity(&place);
    }
    !done
}

fn kills(engine: Engine) {
    if !can_inject() {
        return;
    }
    let folder = Folder::new();
    let (old, new) = (folder.file("old"), folder.file("new"));
    let rows = wait(async {
        let opened = Opened::bare(engine, &old).await.unwrap();
        Migration::Newer.before(opened.storage().as_ref()).await;
        opened.close().await;
        copied(&old, &new);
        let opened = Opened::bare(engine, &new).await.unwrap();
        opened
            .storage()
            .prepare(&releases()[1], Prepare::Upgrade)
            .await
            .unwrap();
        let rows = Migration::Newer.rows(opened.storage().as_ref()).await;
        opened.close().await;
        rows
    });
    let mut met = 0;
    for (call, step) in [
        ("pwrite64", 8),
        ("fsync", 2),
        ("fdatasync", 2),
        ("ftruncate", 2),
        ("unlink", 2),
        ("rename", 2),
    ] {
        let step = points(step, 1);
        let mut nth = 1;
        while nth < 400 && killed_at((call, nth), engine, &old, &rows) {
            nth += step;
            met += 1;
        }
    }
    assert!(met > 0, "no write was met");
    let result = "an upgrade killed at each of its writes and flushes: old or new, and whole after it was repeated";
    report("F14", &engine.name(), met, result);
}

#[test]
fn f14_an_upgrade_of_sqlite_killed_at_any_write_is_repeated_as_if_nothing_had_been() {
    kills(Engine::Sqlite);
}

#[test]
fn f14_an_upgrade_of_sled_killed_at_any_write_is_repeated_as_if_nothing_had_been() {
    kills(Engine::Sled);
}
