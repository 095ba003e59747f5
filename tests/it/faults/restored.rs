//! F29: a copy is made while many write, and put back later under a process that stays up. The copy is of one instant; whoever had
//! seen a later position notices that history was replaced; nothing of one network lands in another.

use super::ground::{points, report};
use crate::folder::Folder;
use crate::load::{Load, all, exactly, people, whole};
use crate::places::{Place, Served, Way};
use crate::servers::block_on;
use crate::town::NETWORK;
use parvis::due::Budget;
use parvis::items;
use parvis::operations::*;
use parvis::store::{Keys, LOG, NetworkId, Position, Read, ReadAt, Storage, Value, Want};
use parvis::{Code, Config, Parvis, external};
use parvis_sqlx::Sqlite;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

const WRITERS: usize = 2;

/// Where a tool of the PostgreSQL packages is.
fn postgres_tool(name: &str) -> Option<std::path::PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let tools = versions.map(|version| version.unwrap().path().join("bin").join(name));
    tools.filter(|tool| tool.exists()).max()
}

/// Whether the tools are here; if not, a word about it.
fn has_tools(served: Served) -> bool {
    let here = match served {
        Served::Postgres => postgres_tool("pg_dump").is_some() && postgres_tool("psql").is_some(),
        Served::Mysql => Command::new("mariadb-dump")
            .arg("--version")
            .stdout(Stdio::null())
            .status()
            .is_ok(),
    };
    if !here {
        println!("skipped: no tools of {} here that copy a database", served.name());
    }
    here
}

fn ran(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn mariadb(tool: &str, place: &Place) -> Command {
    let mut command = Command::new(tool);
    let port = place.port().to_string();
    command.args(["--no-defaults", "-h127.0.0.1", "-uparvis", "-pparvis", "-P", &port]);
    command
}

/// Copies a place into a file while others write.
fn copy(place: &Place, tables: &[String], file: &Path) {
    match place {
        Place::Postgres(of) => ran(Command::new(postgres_tool("pg_dump").unwrap())
            .args(["--schema", of.schema(), "--file", file.to_str().unwrap()])
            .arg(place.url())),
        Place::Mysql(_) => ran(mariadb("mariadb-dump", place)
            .args([
                "--single-transaction",
                "--result-file",
                file.to_str().unwrap(),
                place.database(),
            ])
            .args(tables)),
    }
}

/// Puts the copy back in the same place. On PostgreSQL in one transaction.
fn put_back(place: &Place, file: &Path) {
    match place {
        Place::Postgres(of) => ran(Command::new(postgres_tool("psql").unwrap())
            .args([
                "--quiet",
                "--single-transaction",
                "--set",
                "ON_ERROR_STOP=1",
                "--output",
                "/dev/null",
            ])
            .arg("--command")
            .arg(format!("drop schema {} cascade", of.schema()))
            .arg("--file")
            .arg(file)
            .arg(place.url())),
        Place::Mysql(_) => ran(mariadb("mariadb", place)
            .arg(place.database())
            .stdin(std::fs::File::open(file).unwrap())),
    }
}

async fn tables(place: &Place) -> Vec<String> {
    let Place::Mysql(of) = place else { return Vec::new() };
    use sqlx::Connection as _;
    let mut c = sqlx::MySqlConnection::connect(of.url()).await.unwrap();
    let names =
        "select table_name from information_schema.tables where table_schema=database() and left(table_name,?)=?";
    let names = sqlx::query_scalar(names)
        .bind(of.prefix().len() as i64)
        .bind(of.prefix());
    names.fetch_all(&mut c).await.unwrap()
}

/// Whether the entry that somebody saw at a position is still the one that stands there.
async fn is_history(storage: &dyn Storage, network: &str, seen: Position) -> bool {
    let entry = Read::Get {
        table: LOG,
        keys: Keys::one([Value::Int(seen.number)]),
        want: Want::Columns,
    };
    let found = storage
        .read(NetworkId::named(network), &[entry], ReadAt::Fresh)
        .await
        .unwrap();
    let row = found.sets[0].rows.first();
    row.is_some_and(|row| row.columns.contains(&Some(Value::Id(seen.commit.0))))
}

async fn seen(storage: &dyn Storage, network: &str) -> Position {
    storage
        .read(NetworkId::named(network), &[], ReadAt::Fresh)
        .await
        .unwrap()
        .position
}

async fn post(db: &Parvis, network: &str, name: &str, text: &str) {
    let people = db.system(network, "hr").people();
    people.put(PutPerson::new(external(name), name)).await.unwrap();
    let new = NewItem::new(text).place(items::Place::Network);
    db.act_as(network, external(name)).items().create(new).await.unwrap();
}

/// The words on the wall of a network, as one of its people reads it; `None` where there is no such person.
async fn wall(db: &Parvis, network: &str, name: &str) -> Option<Vec<String>> {
    match db
        .act_as(network, external(name))
        .feed()
        .network_wall(NetworkWall::new())
        .await
    {
        Ok(page) => Some(
            page.items
                .iter()
                .map(|item| item.body.as_ref().unwrap().source.clone())
                .collect(),
        ),
        Err(error) => {
            assert_eq!(error.code(), Code::NotFound);
            None
        }
    }
}

async fn restores(served: Served) {
    if !has_tools(served) {
        return;
    }
    let rounds = points(2, 20);
    let (mut kept, mut gone) = (0, 0);
    for round in 0..rounds {
        let Some(place) = served.place() else { return };
        let folder = Folder::new();
        let file = folder.file("copy.sql");
        // Two processes that stay up, and one that comes later.
        let storage = place.open(&Way::default()).await;
        let db = Parvis::open_shared(Arc::clone(&storage), Config::new()).await.unwrap();
        let other = Parvis::open_shared(place.open(&Way::default()).await, Config::new())
            .await
            .unwrap();
        let common = people(&db, WRITERS).await;
        post(&db, "before", "ana", "old").await;
        let load = Load::begin(&[db.clone(), other.clone()], common, "");
        load.moves_on(5 + round as usize % 7).await;
        let (names, task) = (tables(&place).await, (place.clone(), file.clone()));
        let copied = tokio::task::spawn_blocking(move || copy(&task.0, &names, &task.1));
        copied.await.unwrap();
        load.moves_on(5).await;
        let acknowledged = load.end().await;
        exactly(storage.as_ref(), acknowledged.clone()).await;
        // A network that the copy does not know, and what somebody saw last.
        post(&db, "late", "ana", "of late").await;
        post(&db, "before", "ana", "new").await;
        let last = [
            seen(storage.as_ref(), NETWORK).await,
            seen(storage.as_ref(), "before").await,
        ];
        put_back(&place, &file);
        // Of one instant, and whoever had seen more than that notices it.
        let there = whole(storage.as_ref()).await;
        let mut known = acknowledged.clone();
        known.insert("all at once".to_owned());
        assert!(there.is_subset(&known));
        kept += there.len();
        gone += known.len() - there.len();
        assert!(
            !is_history(storage.as_ref(), "before", last[1]).await,
            "the replaced entry stands there"
        );
        assert_eq!(wall(&db, "before", "ana").await, Some(vec!["old".to_owned()]));
        // Another network comes into being before the lost one is met again.
        let fresh = Parvis::open_shared(place.open(&Way::default()).await, Config::new())
            .await
            .unwrap();
        post(&fresh, "fresh", "ana", "of fresh").await;
        assert_eq!(wall(&db, "late", "ana").await, None, "the lost network shows something");
        post(&db, "late", "ana", "of late again").await;
        for db in [&db, &other, &fresh] {
            assert_eq!(wall(db, "late", "ana").await, Some(vec!["of late again".to_owned()]));
            assert_eq!(wall(db, "fresh", "ana").await, Some(vec!["of fresh".to_owned()]));
        }
        // Everybody goes on; the positions that were seen once are of another history now.
        let load = Load::begin(&[db.clone(), other.clone()], common, " again");
        load.moves_on(12).await;
        let more = load.end().await;
        let expected = there.union(&more).cloned().collect();
        assert_eq!(whole(storage.as_ref()).await, expected);
        post(&db, "before", "ana", "newer").await;
        assert!(
            !is_history(storage.as_ref(), "before", last[1]).await,
            "the replaced entry stands there"
        );
        assert!(
            !is_history(storage.as_ref(), NETWORK, last[0]).await,
            "the replaced entry stands there"
        );
        while other.run_due(Budget::steps(100)).await.unwrap().more {}
        let status = db.status(NETWORK).await.unwrap();
        assert!(
            status.projections.iter().all(|progress| progress.behind == 0),
            "{status:?}"
        );
        whole(storage.as_ref()).await;
    }
    let result = format!(
        "a copy made under load and put back under two processes: {kept} items kept, {gone} gone, whole; replaced positions known by \
         their commit id, nothing in another network, everybody went on"
    );
    report("F29", served.name(), rounds, &result);
}

#[test]
fn f29_postgres_restored_under_processes_is_one_instant_and_noticed() {
    block_on(restores(Served::Postgres));
}

#[test]
fn f29_mysql_restored_under_processes_is_one_instant_and_noticed() {
    block_on(restores(Served::Mysql));
}

#[test]
fn f29_sqlite_copied_under_load_is_one_instant() {
    block_on(async {
        let rounds = points(3, 20);
        let folder = Folder::new();
        let file = folder.file("parvis.db");
        let store = Sqlite::open(file.as_path()).await.unwrap();
        let db = Parvis::open(store.clone(), Config::new()).await.unwrap();
        let common = people(&db, WRITERS).await;
        let handles = vec![db.clone(); WRITERS];
        let mut last = 0;
        for round in 0..rounds {
            let load = Load::begin(&handles, common, &format!(" of {round}"));
            load.moves_on(4).await;
            let copy = folder.file(&format!("copy{round}.db"));
            {
                use sqlx::{AssertSqlSafe, Connection as _};
                let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&file);
                let mut c = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
                let text = format!("vacuum into '{}'", copy.to_str().unwrap());
                sqlx::raw_sql(AssertSqlSafe(text)).execute(&mut c).await.unwrap();
            }
            load.moves_on(4).await;
            load.end().await;
            let now = seen(&store, NETWORK).await;
            // The process ends, the copy takes the file's place, a process begins: it goes on from the copy.
            let restored = Sqlite::open(copy.as_path()).await.unwrap();
            let other = Parvis::open(restored.clone(), Config::new()).await.unwrap();
            let there = whole(&restored).await;
            assert!(there.is_subset(&whole(&store).await));
            assert!(!is_history(&restored, NETWORK, now).await);
            let load = Load::begin(std::slice::from_ref(&other), common, " elsewhere");
            load.moves_on(1 + (now.number - seen(&restored, NETWORK).await.number) as usize)
                .await;
            load.end().await;
            assert!(
                !is_history(&restored, NETWORK, now).await,
                "another history has the same position"
            );
            assert!(is_history(&store, NETWORK, now).await);
            while other.run_due(Budget::steps(100)).await.unwrap().more {}
            whole(&restored).await;
            last = there.len();
            restored.close().await;
        }
        let found = store
            .read(NetworkId::named(NETWORK), &[all("item", Want::Key)], ReadAt::Fresh)
            .await;
        assert!(found.unwrap().sets[0].rows.len() >= last);
        let result = "a copy made under load (`vacuum into`), opened by another process: whole, replaced positions known by their commit id";
        report("F29", "Sqlite", rounds, result);
    });
}
