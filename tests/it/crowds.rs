//! Many writers of several processes in one network: beside each other, beside hosts that take their rows in another order, and
//! while the server ends their sessions.

use crate::faults::ground::{points, report};
use crate::folder::Folder;
use crate::load::{Load, exactly, people};
use crate::places::{Place, Served, Way};
use crate::servers::block_on;
use parvis::{Config, ItemId, Parvis};
use parvis_sqlx::{Sqlite, SqliteOptions};
use sqlx::{AssertSqlSafe, Connection, MySqlConnection, PgConnection};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

const WRITERS: usize = 16;
/// Handles, each with connections of its own, as processes have them.
const PROCESSES: usize = 4;
/// How long a host that crosses them rests: whoever gives way ten times in a row is told.
const PAUSE: Duration = Duration::from_millis(50);

async fn on(storage: Arc<dyn parvis::store::Storage>) -> Parvis {
    Parvis::open_shared(storage, Config::new()).await.unwrap()
}

/// So many writers on handles of their own, and what all of them write to.
async fn processes(place: &Place, way: &Way, writers: usize) -> (Vec<Parvis>, ItemId) {
    let mut handles = Vec::new();
    for _ in 0..PROCESSES {
        handles.push(on(place.open(way).await).await);
    }
    let common = people(&handles[0], writers).await;
    let handles = (0..writers).map(|writer| handles[writer % PROCESSES].clone()).collect();
    (handles, common)
}

/// Lets them work until so many commands are done; nobody may be told of anything.
async fn quietly(load: Load, storage: &dyn parvis::store::Storage, commands: usize) -> usize {
    while load.written() < commands {
        load.moves_on(1).await;
    }
    let seen = Arc::clone(&load.seen);
    let acknowledged = load.end().await;
    exactly(storage, acknowledged).await;
    let told = (seen.unsure.load(Ordering::Relaxed), seen.away.load(Ordering::Relaxed));
    assert_eq!(
        told,
        (0, 0),
        "somebody was told that the outcome is unknown, or the store busy"
    );
    seen.written.load(Ordering::Relaxed)
}

async fn crowd(served: Served) {
    let Some(place) = served.place() else { return };
    let (handles, common) = processes(&place, &Way::default(), WRITERS).await;
    let storage = place.open(&Way::default()).await;
    on(Arc::clone(&storage)).await;
    let load = Load::begin(&handles, common, "");
    let commands = quietly(load, storage.as_ref(), points(960, 10_000) as usize).await;
    let result = format!(
        "{commands} commands of {WRITERS} writers in {PROCESSES} processes: 0 told of a conflict, counters = rows, no gap"
    );
    report("F20", served.name(), commands as u64, &result);
}

#[test]
fn f20_sixteen_writers_of_four_processes_lose_no_update_on_postgres() {
    block_on(crowd(Served::Postgres));
}

#[test]
fn f20_sixteen_writers_of_four_processes_lose_no_update_on_mysql() {
    block_on(crowd(Served::Mysql));
}

/// A host that takes counters first and the network afterwards, which is the other way round; it prefers that others give way. How
/// often it had to itself, and how many deadlocks the server counted.
struct Crossing {
    given_way: u64,
    deadlocks: u64,
}

async fn crossing_postgres(place: &Place, stop: &AtomicBool) -> Crossing {
    let Place::Postgres(of) = place else {
        panic!("{place:?}")
    };
    let mut c = PgConnection::connect(of.url()).await.unwrap();
    let schema = of.schema();
    let count = "select deadlocks from pg_stat_database where datname=current_database()";
    let patient = "set deadlock_timeout='1s'";
    sqlx::raw_sql(patient).execute(&mut c).await.unwrap();
    let before: i64 = sqlx::query_scalar(count).fetch_one(&mut c).await.unwrap();
    let mut given_way = 0;
    while !stop.load(Ordering::Relaxed) {
        let rows = format!("begin; select * from {schema}.parvis_comment_count for update");
        sqlx::raw_sql(AssertSqlSafe(rows)).execute(&mut c).await.unwrap();
        tokio::time::sleep(Duration::from_millis(5)).await;
        let rest = format!("select * from {schema}.parvis__position for update; commit");
        if sqlx::raw_sql(AssertSqlSafe(rest)).execute(&mut c).await.is_err() {
            given_way += 1;
            sqlx::raw_sql("rollback").execute(&mut c).await.unwrap();
        }
        tokio::time::sleep(PAUSE).await;
    }
    // The server publishes what it counted now and then.
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    let after: i64 = sqlx::query_scalar(count).fetch_one(&mut c).await.unwrap();
    Crossing {
        given_way,
        deadlocks: (after - before) as u64,
    }
}

async fn crossing_mysql(place: &Place, stop: &AtomicBool) -> Crossing {
    let Place::Mysql(of) = place else { panic!("{place:?}") };
    let mut c = MySqlConnection::connect(of.url()).await.unwrap();
    let prefix = of.prefix();
    let count = "select cast(variable_value as signed) from information_schema.global_status where variable_name='Innodb_deadlocks'";
    // The engine lets the one give way who wrote less.
    let own = format!("create table {prefix}own(n int primary key) engine=InnoDB");
    sqlx::raw_sql(AssertSqlSafe(own)).execute(&mut c).await.unwrap();
    let before: i64 = sqlx::query_scalar(count).fetch_one(&mut c).await.unwrap();
    let mut given_way = 0;
    while !stop.load(Ordering::Relaxed) {
        let rows = format!(
            "start transaction; delete from {prefix}own; insert into {prefix}own select seq from seq_1_to_300; \
             select * from {prefix}comment_count for update"
        );
        let mut done = sqlx::raw_sql(AssertSqlSafe(rows)).execute(&mut c).await.is_ok();
        tokio::time::sleep(Duration::from_millis(5)).await;
        if done {
            let rest = format!("select * from {prefix}_position for update; commit");
            done = sqlx::raw_sql(AssertSqlSafe(rest)).execute(&mut c).await.is_ok();
        }
        if !done {
            given_way += 1;
            sqlx::raw_sql("rollback").execute(&mut c).await.unwrap();
        }
        tokio::time::sleep(PAUSE).await;
    }
    let after: i64 = sqlx::query_scalar(count).fetch_one(&mut c).await.unwrap();
    Crossing {
        given_way,
        deadlocks: (after - before) as u64,
    }
}

async fn deadlocks(served: Served) {
    let Some(place) = served.place() else { return };
    let (handles, common) = processes(&place, &Way::default(), PROCESSES).await;
    let storage = place.open(&Way::default()).await;
    on(Arc::clone(&storage)).await;
    let load = Load::begin(&handles, common, "");
    load.moves_on(PROCESSES).await;
    let stop = Arc::<AtomicBool>::default();
    let host = tokio::spawn({
        let (place, stop) = (place.clone(), Arc::clone(&stop));
        async move {
            match served {
                Served::Postgres => crossing_postgres(&place, &stop).await,
                Served::Mysql => crossing_mysql(&place, &stop).await,
            }
        }
    });
    let more = points(60, 2_000) as usize;
    load.moves_on(more).await;
    stop.store(true, Ordering::Relaxed);
    let crossing = host.await.unwrap();
    let commands = quietly(load, storage.as_ref(), 0).await;
    assert!(
        crossing.deadlocks > crossing.given_way,
        "nobody but the host had to give way"
    );
    let result = format!(
        "{commands} commands beside a host that takes rows the other way round: {} deadlocks, {} of them the host's to bear; 0 told, \
         counters = rows, no gap",
        crossing.deadlocks, crossing.given_way
    );
    report("F20", served.name(), commands as u64, &result);
}

#[test]
fn f20_deadlocks_on_postgres_are_told_to_nobody() {
    block_on(deadlocks(Served::Postgres));
}

#[test]
fn f20_deadlocks_on_mysql_are_told_to_nobody() {
    block_on(deadlocks(Served::Mysql));
}

#[test]
fn f20_sqlite_that_is_busy_is_told_to_nobody() {
    block_on(async {
        let folder = Folder::new();
        let file = folder.file("parvis.db");
        let mut stores = Vec::new();
        for _ in 0..PROCESSES {
            let options = SqliteOptions::new(&file).readers(1).cache_kib(1024);
            stores.push(on(Arc::new(Sqlite::open(options).await.unwrap())).await);
        }
        let common = people(&stores[0], WRITERS).await;
        let handles: Vec<Parvis> = (0..WRITERS).map(|writer| stores[writer % PROCESSES].clone()).collect();
        let load = Load::begin(&handles, common, "");
        // A host that takes the file for itself now and then.
        let stop = Arc::<AtomicBool>::default();
        let host = tokio::spawn({
            let (stop, file) = (Arc::clone(&stop), file.clone());
            async move {
                let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&file);
                let mut c = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
                let mut taken = 0;
                while !stop.load(Ordering::Relaxed) {
                    if sqlx::raw_sql("begin immediate").execute(&mut c).await.is_ok() {
                        tokio::time::sleep(Duration::from_millis(60)).await;
                        sqlx::raw_sql("rollback").execute(&mut c).await.unwrap();
                        taken += 1;
                    }
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                taken
            }
        });
        let last = Sqlite::open(file.as_path()).await.unwrap();
        on(Arc::new(last.clone())).await;
        load.moves_on(points(300, 10_000) as usize).await;
        stop.store(true, Ordering::Relaxed);
        let taken = host.await.unwrap();
        let commands = quietly(load, &last, 0).await;
        assert!(taken > 0, "the host never had the file");
        let result = format!(
            "{commands} commands of {WRITERS} writers on {PROCESSES} handles, beside a host that took the file {taken} times: 0 told, \
             counters = rows, no gap"
        );
        report("F20", "Sqlite", commands as u64, &result);
    });
}

#[test]
fn f06_postgres_sessions_that_are_ended_double_and_lose_nothing() {
    let cuts = points(40, 100) as i64;
    let name = format!("f06-{}", std::process::id());
    block_on(async {
        let Some(place) = Served::Postgres.place() else { return };
        let way = Way::default().parameters(format!("?application_name={name}"));
        let (handles, common) = processes(&place, &way, PROCESSES).await;
        let load = Load::begin(&handles, common, "");
        let mut killer = PgConnection::connect(place.url()).await.unwrap();
        let cut = "select count(pg_terminate_backend(pid)) from (select pid from pg_stat_activity \
             where application_name=$1 and state in ('active','idle in transaction') order by random() limit 1) one";
        let mut done = 0;
        while done < cuts {
            let ended: i64 = sqlx::query_scalar(cut)
                .bind(&name)
                .fetch_one(&mut killer)
                .await
                .unwrap();
            done += ended;
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        let (seen, storage) = (Arc::clone(&load.seen), place.open(&Way::default()).await);
        on(Arc::clone(&storage)).await;
        exactly(storage.as_ref(), load.end().await).await;
        let result = format!(
            "{done} sessions ended by the server; {} commands, {} told that the outcome is unknown, {} that the store is away; 0 \
             doubled, 0 lost",
            seen.written.load(Ordering::Relaxed),
            seen.unsure.load(Ordering::Relaxed),
            seen.away.load(Ordering::Relaxed)
        );
        report("F06", "Postgres", done as u64, &result);
    });
}
