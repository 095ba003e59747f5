//! Hosts that keep their deals beside Parvis, on each engine.

use crate::folder::Folder;
use crate::mysql::{MysqlPlace, NO_MYSQL};
use crate::servers::{NO_POSTGRES, PostgresPlace};
use crate::town::NETWORK;
use parvis::operations::*;
use parvis::{Config, Parvis, Transaction, external};
use parvis_sqlx::{Mysql, Postgres, Sqlite};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, Connection, MySqlConnection, MySqlPool, PgConnection, PgPool, SqlitePool};
use std::time::Duration;

/// A host with a table of deals, and Parvis beside it.
pub(super) trait Host {
    type Begun: Send + 'static;
    fn db(&self) -> &Parvis;
    /// A transaction in which the host has set the stage of a deal.
    async fn begin(&self, deal: i64) -> Self::Begun;
    /// Hands it over.
    fn over(&self, begun: Self::Begun) -> Transaction;
    /// The stage of a deal.
    async fn stage(&self, deal: i64) -> String;

    /// Both at once.
    async fn won(&self, deal: i64) -> Transaction {
        self.over(self.begin(deal).await)
    }
}

/// One whose database is a server.
pub(super) trait OnServer: Host {
    /// A transaction that is isolated more than Parvis can work in.
    async fn serializable(&self) -> Self::Begun;
    /// The session of a transaction.
    async fn session(&self, begun: &mut Self::Begun) -> i64;
    /// Lets the server end a session.
    async fn end(&self, session: i64);
}

pub(super) struct OnSqlite {
    db: Parvis,
    store: Sqlite,
    pool: SqlitePool,
    _folder: Folder,
}

pub(super) struct OnPostgres {
    db: Parvis,
    store: Postgres,
    pool: PgPool,
    deals: String,
    place: PostgresPlace,
}

async fn people(db: &Parvis) {
    let people = db.system(NETWORK, "crm").people();
    for name in ["ana", "ben", "cleo"] {
        people.put(PutPerson::new(external(name), name)).await.unwrap();
    }
}

const DEALS: i64 = 8;

impl OnSqlite {
    pub(super) async fn new() -> OnSqlite {
        let folder = Folder::new();
        let file = folder.file("host.db");
        let store = Sqlite::open(file.as_path()).await.unwrap();
        let db = Parvis::open(store.clone(), Config::new()).await.unwrap();
        people(&db).await;
        let pool = SqlitePool::connect_with(SqliteConnectOptions::new().filename(&file))
            .await
            .unwrap();
        sqlx::query("create table deal(id integer primary key, stage text not null)")
            .execute(&pool)
            .await
            .unwrap();
        for id in 1..=DEALS {
            sqlx::query("insert into deal values(?, 'open')")
                .bind(id)
                .execute(&pool)
                .await
                .unwrap();
        }
        OnSqlite {
            db,
            store,
            pool,
            _folder: folder,
        }
    }
}

impl Host for OnSqlite {
    type Begun = sqlx::Transaction<'static, sqlx::Sqlite>;

    fn db(&self) -> &Parvis {
        &self.db
    }

    async fn begin(&self, deal: i64) -> Self::Begun {
        let mut tx = self.pool.begin_with("begin immediate").await.unwrap();
        let update = sqlx::query("update deal set stage='won' where id=?").bind(deal);
        update.execute(&mut *tx).await.unwrap();
        tx
    }

    fn over(&self, begun: Self::Begun) -> Transaction {
        self.db.on(self.store.enlist(begun).unwrap())
    }

    async fn stage(&self, deal: i64) -> String {
        let stage = sqlx::query_scalar("select stage from deal where id=?").bind(deal);
        stage.fetch_one(&self.pool).await.unwrap()
    }
}

impl OnPostgres {
    pub(super) async fn new() -> Option<OnPostgres> {
        let Some(place) = PostgresPlace::new() else {
            println!("{NO_POSTGRES}");
            return None;
        };
        let store = Postgres::open(place.options().lock_timeout(Duration::from_millis(400)))
            .await
            .unwrap();
        let db = Parvis::open(store.clone(), Config::new()).await.unwrap();
        people(&db).await;
        let pool = PgPool::connect(&place.url_as(place.schema())).await.unwrap();
        let deals = format!("{}.deal", place.schema());
        let make = format!(
            "create table {deals}(id bigint primary key, stage text not null); \
             insert into {deals} select n, 'open' from generate_series(1,{DEALS}) n"
        );
        sqlx::raw_sql(AssertSqlSafe(make)).execute(&pool).await.unwrap();
        Some(OnPostgres {
            db,
            store,
            pool,
            deals,
            place,
        })
    }
}

/// What a host on a server does, whatever its driver; `mark` is how that writes a parameter.
macro_rules! host_on_server {
    ($host:ident, $driver:ty, $mark:literal) => {
        impl Host for $host {
            type Begun = sqlx::Transaction<'static, $driver>;

            fn db(&self) -> &Parvis {
                &self.db
            }

            async fn begin(&self, deal: i64) -> Self::Begun {
                let mut tx = self.pool.begin().await.unwrap();
                let update = format!("update {} set stage='won' where id={}", self.deals, $mark);
                let update = sqlx::query(AssertSqlSafe(update)).bind(deal);
                update.execute(&mut *tx).await.unwrap();
                tx
            }

            fn over(&self, begun: Self::Begun) -> Transaction {
                self.db.on(self.store.enlist(begun).unwrap())
            }

            async fn stage(&self, deal: i64) -> String {
                let stage = format!("select stage from {} where id={}", self.deals, $mark);
                let stage = sqlx::query_scalar(AssertSqlSafe(stage)).bind(deal);
                stage.fetch_one(&self.pool).await.unwrap()
            }
        }
    };
}
host_on_server!(OnPostgres, sqlx::Postgres, "$1");
host_on_server!(OnMysql, sqlx::MySql, "?");

pub(super) struct OnMysql {
    db: Parvis,
    store: Mysql,
    pool: MySqlPool,
    deals: String,
    place: MysqlPlace,
}

impl OnMysql {
    pub(super) async fn new() -> Option<OnMysql> {
        let Some(place) = MysqlPlace::new() else {
            println!("{NO_MYSQL}");
            return None;
        };
        let store = Mysql::open(place.options().lock_timeout(Duration::from_secs(1)))
            .await
            .unwrap();
        let db = Parvis::open(store.clone(), Config::new()).await.unwrap();
        people(&db).await;
        let level = "set session transaction isolation level read committed; set session innodb_lock_wait_timeout=1";
        let pool = sqlx::mysql::MySqlPoolOptions::new()
            .after_connect(move |connection, _| {
                Box::pin(async move { sqlx::raw_sql(level).execute(connection).await.map(|_| ()) })
            })
            .connect(place.url())
            .await
            .unwrap();
        let deals = format!("{}deal", place.prefix());
        let make = format!("create table {deals}(id bigint primary key, stage varchar(9) not null) engine=InnoDB");
        sqlx::raw_sql(AssertSqlSafe(make)).execute(&pool).await.unwrap();
        for id in 1..=DEALS {
            let insert = sqlx::query(AssertSqlSafe(format!("insert into {deals} values(?, \"open\")"))).bind(id);
            insert.execute(&pool).await.unwrap();
        }
        Some(OnMysql {
            db,
            store,
            pool,
            deals,
            place,
        })
    }
}

impl OnServer for OnPostgres {
    async fn serializable(&self) -> Self::Begun {
        let begin = "begin isolation level serializable";
        self.pool.begin_with(begin).await.unwrap()
    }

    async fn session(&self, begun: &mut Self::Begun) -> i64 {
        let session = sqlx::query_scalar("select pg_backend_pid()::bigint");
        session.fetch_one(&mut **begun).await.unwrap()
    }

    async fn end(&self, session: i64) {
        let mut other = PgConnection::connect(self.place.url()).await.unwrap();
        let end = sqlx::query("select pg_terminate_backend($1::int)").bind(session);
        end.execute(&mut other).await.unwrap();
    }
}

impl OnServer for OnMysql {
    async fn serializable(&self) -> Self::Begun {
        // The next transaction of the session, and no other.
        let mut connection = self.pool.acquire().await.unwrap();
        let level = "set session transaction isolation level serializable";
        sqlx::raw_sql(level).execute(&mut *connection).await.unwrap();
        sqlx::Transaction::begin(connection, None).await.unwrap()
    }

    async fn session(&self, begun: &mut Self::Begun) -> i64 {
        let session = sqlx::query_scalar("select cast(connection_id() as signed)");
        session.fetch_one(&mut **begun).await.unwrap()
    }

    async fn end(&self, session: i64) {
        let mut other = MySqlConnection::connect(self.place.url()).await.unwrap();
        let end = AssertSqlSafe(format!("kill {session}"));
        sqlx::raw_sql(end).execute(&mut other).await.unwrap();
    }
}
