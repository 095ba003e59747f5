//! A store on the host's own pool of connections: they come back as they were, one in the midst of a transaction is not begun on,
//! and who holds the last one keeps nobody waiting for ever.

use crate::load::{exactly, people};
use crate::places::{Place, Served, Way};
use crate::servers::block_on;
use crate::town::NETWORK;
use parvis::operations::*;
use parvis::store::Storage;
use parvis::{Config, Parvis, Reason, external};
use parvis_sqlx::{Mysql, MysqlOptions, Postgres, PostgresOptions};
use sqlx::mysql::MySqlPoolOptions;
use sqlx::postgres::PgPoolOptions;
use sqlx::{MySqlPool, PgPool, Row};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long a call waits for a connection here.
const PATIENCE: Duration = Duration::from_millis(500);

enum Pool {
    Postgres(PgPool),
    Mysql(MySqlPool),
}

/// Settings that say what happened, not what holds.
const HAPPENED: [&str; 9] = [
    "pseudo_thread_id",
    "timestamp",
    "last_insert_id",
    "identity",
    "rand_seed1",
    "rand_seed2",
    "error_count",
    "warning_count",
    "last_gtid",
];

impl Pool {
    /// One connection, which the host has set up in its own way.
    async fn new(place: &Place) -> Pool {
        match place {
            Place::Postgres(place) => {
                let pool = PgPoolOptions::new().max_connections(1).after_connect(|c, _| {
                    Box::pin(async move {
                        let own = "set enable_hashjoin=on; set lock_timeout='7s'; set synchronous_commit=off; \
                            set default_transaction_isolation='serializable'";
                        sqlx::raw_sql(own).execute(c).await.map(|_| ())
                    })
                });
                Pool::Postgres(pool.connect(place.url()).await.unwrap())
            }
            Place::Mysql(place) => {
                let pool = MySqlPoolOptions::new().max_connections(1).after_connect(|c, _| {
                    Box::pin(async move {
                        let own = "set session lock_wait_timeout=7, sql_mode='ANSI_QUOTES', innodb_lock_wait_timeout=9; \
                            set session transaction isolation level serializable";
                        sqlx::raw_sql(own).execute(c).await.map(|_| ())
                    })
                });
                Pool::Mysql(pool.connect(place.url()).await.unwrap())
            }
        }
    }

    async fn store(&self, place: &Place) -> Arc<dyn Storage> {
        match (self, place) {
            (Pool::Postgres(pool), Place::Postgres(place)) => {
                let options = PostgresOptions::from_pool(pool.clone()).schema(place.schema());
                Arc::new(Postgres::open(options.acquire_timeout(PATIENCE)).await.unwrap())
            }
            (Pool::Mysql(pool), Place::Mysql(place)) => {
                let options = MysqlOptions::from_pool(pool.clone()).prefix(place.prefix());
                Arc::new(Mysql::open(options.acquire_timeout(PATIENCE)).await.unwrap())
            }
            _ => panic!("two engines"),
        }
    }

    /// Everything that is set in the session.
    async fn session(&self) -> BTreeMap<String, String> {
        match self {
            Pool::Postgres(pool) => {
                let mut c = pool.acquire().await.unwrap();
                let rows = sqlx::query("select name, setting from pg_settings").fetch_all(&mut *c);
                rows.await.unwrap().iter().map(|row| (row.get(0), row.get(1))).collect()
            }
            Pool::Mysql(pool) => {
                let mut c = pool.acquire().await.unwrap();
                let rows = sqlx::query("show session variables").fetch_all(&mut *c).await.unwrap();
                let settings = rows.iter().map(|row| (row.get(0), row.get(1)));
                let holds = |(name, _): &(String, String)| !HAPPENED.contains(&name.as_str());
                settings.filter(holds).collect()
            }
        }
    }

    /// The server's number of the session.
    async fn id(&self) -> i64 {
        match self {
            Pool::Postgres(pool) => sqlx::query_scalar("select pg_backend_pid()::bigint")
                .fetch_one(pool)
                .await
                .unwrap(),
            Pool::Mysql(pool) => sqlx::query_scalar("select cast(connection_id() as signed)")
                .fetch_one(pool)
                .await
                .unwrap(),
        }
    }

    /// Leaves a transaction open on the connection.
    async fn forgets(&self) {
        match self {
            Pool::Postgres(pool) => {
                let mut c = pool.acquire().await.unwrap();
                sqlx::raw_sql("begin; select 1").execute(&mut *c).await.unwrap();
            }
            Pool::Mysql(pool) => {
                let mut c = pool.acquire().await.unwrap();
                sqlx::raw_sql("start transaction").execute(&mut *c).await.unwrap();
            }
        }
    }
}

async fn guest(served: Served) {
    let Some(place) = served.place() else { return };
    let pool = Pool::new(&place).await;
    let (before, id) = (pool.session().await, pool.id().await);
    let storage = pool.store(&place).await;
    let db = Parvis::open_shared(Arc::clone(&storage), Config::new()).await.unwrap();
    let common = people(&db, 2).await;
    let me = db.act_as(NETWORK, external("w1"));
    let mut acknowledged = BTreeSet::new();
    for n in 0..20 {
        let text = format!("comment {n} of a guest");
        let comment = NewComment::new(common, text.clone()).idempotency_key(text.clone());
        me.items().comment(comment).await.unwrap();
        acknowledged.insert(text);
        me.items().get(GetItem::new(common)).await.unwrap();
    }
    assert_eq!(pool.id().await, id, "the connection did not come back");
    let after = pool.session().await;
    for (name, value) in &before {
        assert_eq!(after.get(name), Some(value), "`{name}` is another one");
    }
    // What is acknowledged is not part of what the host forgot to end.
    for n in 0..3 {
        pool.forgets().await;
        let text = format!("comment {n} beside what was forgotten");
        let comment = NewComment::new(common, text.clone()).idempotency_key(text.clone());
        me.items().comment(comment).await.unwrap();
        acknowledged.insert(text);
        let elsewhere = place.open(&Way::default()).await;
        on(&elsewhere).await;
        exactly(elsewhere.as_ref(), acknowledged.clone()).await;
    }
    // The host keeps its only connection.
    let begun = Instant::now();
    let busy = match &pool {
        Pool::Postgres(pool) => {
            let _held = pool.acquire().await.unwrap();
            me.items().get(GetItem::new(common)).await.unwrap_err()
        }
        Pool::Mysql(pool) => {
            let _held = pool.acquire().await.unwrap();
            me.items().get(GetItem::new(common)).await.unwrap_err()
        }
    };
    assert_eq!(busy.reason, Reason::Busy);
    assert!(begun.elapsed() < PATIENCE + Duration::from_secs(2));
    me.items().get(GetItem::new(common)).await.unwrap();
}

async fn on(storage: &Arc<dyn Storage>) {
    Parvis::open_shared(Arc::clone(storage), Config::new()).await.unwrap();
}

#[test]
fn a_store_on_the_hosts_pool_of_postgres_leaves_its_connections_as_they_were() {
    block_on(guest(Served::Postgres));
}

#[test]
fn a_store_on_the_hosts_pool_of_mysql_leaves_its_connections_as_they_were() {
    block_on(guest(Served::Mysql));
}
