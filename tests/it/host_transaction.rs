//! The host's own rows and Parvis's in one transaction: all or nothing, nobody waits for a host that dawdles, whoever has to
//! give way learns it.

use crate::folder::Folder;
use crate::mysql::{MysqlPlace, NO_MYSQL};
use crate::servers::{NO_POSTGRES, PostgresPlace};
use crate::town::NETWORK;
use parvis::items::Place;
use parvis::operations::*;
use parvis::spaces::Visibility;
use parvis::store::HostTransaction;
use parvis::{Code, Config, ItemId, Parvis, Reason, Retry, SpaceId, Transaction, external};
use parvis_sqlx::{Mysql, MysqlTransaction, Postgres, PostgresTransaction, Sqlite, SqliteTransaction};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, Connection, MySqlPool, PgConnection, PgPool, SqlitePool};
use std::sync::Arc;
use std::time::Duration;

/// A host with a table of deals, and Parvis beside it.
trait Host: Send + Sync {
    type On: HostTransaction;
    fn db(&self) -> &Parvis;
    /// A transaction in which the host has set the stage of a deal.
    async fn won(&self, deal: i64) -> Transaction;
    /// The stage of a deal.
    async fn stage(&self, deal: i64) -> String;
}

struct OnSqlite {
    db: Parvis,
    store: Sqlite,
    pool: SqlitePool,
    _folder: Folder,
}

struct OnPostgres {
    db: Parvis,
    store: Postgres,
    pool: PgPool,
    deals: String,
    _place: PostgresPlace,
}

async fn people(db: &Parvis) {
    let people = db.system(NETWORK, "crm").people();
    for name in ["ana", "ben", "cleo"] {
        people.put(PutPerson::new(external(name), name)).await.unwrap();
    }
}

const DEALS: i64 = 8;

impl OnSqlite {
    async fn new() -> OnSqlite {
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
    type On = SqliteTransaction;

    fn db(&self) -> &Parvis {
        &self.db
    }

    async fn won(&self, deal: i64) -> Transaction {
        let mut tx = self.pool.begin_with("begin immediate").await.unwrap();
        let update = sqlx::query("update deal set stage='won' where id=?").bind(deal);
        update.execute(&mut *tx).await.unwrap();
        self.db.on(self.store.enlist(tx).unwrap())
    }

    async fn stage(&self, deal: i64) -> String {
        let stage = sqlx::query_scalar("select stage from deal where id=?").bind(deal);
        stage.fetch_one(&self.pool).await.unwrap()
    }
}

impl OnPostgres {
    async fn new() -> Option<OnPostgres> {
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
            _place: place,
        })
    }
}

impl Host for OnPostgres {
    type On = PostgresTransaction;

    fn db(&self) -> &Parvis {
        &self.db
    }

    async fn won(&self, deal: i64) -> Transaction {
        let mut tx = self.pool.begin().await.unwrap();
        let update = format!("update {} set stage='won' where id=$1", self.deals);
        sqlx::query(AssertSqlSafe(update))
            .bind(deal)
            .execute(&mut *tx)
            .await
            .unwrap();
        self.db.on(self.store.enlist(tx).unwrap())
    }

    async fn stage(&self, deal: i64) -> String {
        let stage = format!("select stage from {} where id=$1", self.deals);
        sqlx::query_scalar(AssertSqlSafe(stage))
            .bind(deal)
            .fetch_one(&self.pool)
            .await
            .unwrap()
    }
}

struct OnMysql {
    db: Parvis,
    store: Mysql,
    pool: MySqlPool,
    deals: String,
    _place: MysqlPlace,
}

impl OnMysql {
    async fn new() -> Option<OnMysql> {
        let Some(place) = MysqlPlace::new() else {
            println!("{NO_MYSQL}");
            return None;
        };
        let store = Mysql::open(place.options().lock_timeout(Duration::from_secs(1)))
            .await
            .unwrap();
        let db = Parvis::open(store.clone(), Config::new()).await.unwrap();
        people(&db).await;
        let level = "set session transaction isolation level read committed";
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
            _place: place,
        })
    }
}

impl Host for OnMysql {
    type On = MysqlTransaction;

    fn db(&self) -> &Parvis {
        &self.db
    }

    async fn won(&self, deal: i64) -> Transaction {
        let mut tx = self.pool.begin().await.unwrap();
        let update = format!("update {} set stage=\"won\" where id=?", self.deals);
        sqlx::query(AssertSqlSafe(update))
            .bind(deal)
            .execute(&mut *tx)
            .await
            .unwrap();
        self.db.on(self.store.enlist(tx).unwrap())
    }

    async fn stage(&self, deal: i64) -> String {
        let stage = format!("select stage from {} where id=?", self.deals);
        let stage = sqlx::query_scalar(AssertSqlSafe(stage)).bind(deal);
        stage.fetch_one(&self.pool).await.unwrap()
    }
}

async fn room_and_post(on: &Transaction) -> (SpaceId, ItemId) {
    let ana = on.act_as(NETWORK, external("ana"));
    let room = ana
        .spaces()
        .create(NewSpace::new("Deal", Visibility::Closed))
        .await
        .unwrap()
        .id
        .0;
    ana.spaces().add(AddMember::new(room, external("ben"))).await.unwrap();
    let post = ana
        .items()
        .create(NewItem::new("Signed!").place(Place::space(room)))
        .await
        .unwrap()
        .id
        .0;
    (room, post)
}

async fn all_or_nothing<H: Host>(host: &H) {
    let ben = host.db().act_as(NETWORK, external("ben"));
    // Dropped: nothing of it is there.
    let on = host.won(1).await;
    let (_, lost) = room_and_post(&on).await;
    // What it did it sees, and nobody else.
    let inside = on.act_as(NETWORK, external("ben"));
    assert!(inside.items().get(GetItem::new(lost)).await.is_ok());
    assert_eq!(
        ben.items().get(GetItem::new(lost)).await.unwrap_err().code(),
        Code::NotFound
    );
    drop(on);
    let over = inside.items().get(GetItem::new(lost)).await.unwrap_err();
    assert_eq!(over.reason, Reason::TransactionOver);
    drop(inside);
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(host.stage(1).await, "open");
    assert_eq!(
        ben.items().get(GetItem::new(lost)).await.unwrap_err().code(),
        Code::NotFound
    );
    // Committed: all of it is there, at once.
    let on = host.won(1).await;
    let (room, post) = room_and_post(&on).await;
    let late = on.act_as(NETWORK, external("ana"));
    on.commit().await.unwrap();
    assert_eq!(host.stage(1).await, "won");
    assert_eq!(ben.items().get(GetItem::new(post)).await.unwrap().item.id, post);
    let home = ben.feed().home(Home::new()).await.unwrap();
    assert!(
        home.items.iter().any(|item| item.id == post),
        "the post is in Ben's home"
    );
    // Nobody acts on a transaction that ended.
    let over = late
        .items()
        .create(NewItem::new("Late").place(Place::space(room)))
        .await
        .unwrap_err();
    assert_eq!((over.reason, over.retry()), (Reason::TransactionOver, Retry::Never));
    // A right that is taken away in a transaction is gone when the commit returns, not before.
    let on = host.won(2).await;
    let away = RemoveMember::new(room, external("ben"));
    on.act_as(NETWORK, external("ana")).spaces().remove(away).await.unwrap();
    assert!(ben.items().get(GetItem::new(post)).await.is_ok());
    on.commit().await.unwrap();
    assert_eq!(
        ben.items().get(GetItem::new(post)).await.unwrap_err().code(),
        Code::NotFound
    );
    // A refusal changes nothing, and what else was done stands.
    let on = host.won(3).await;
    let cleo = on.act_as(NETWORK, external("cleo"));
    let refused = cleo
        .items()
        .create(NewItem::new("No").place(Place::space(room)))
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Code::Forbidden);
    on.commit().await.unwrap();
    assert_eq!(host.stage(3).await, "won");
}

#[tokio::test(flavor = "multi_thread")]
async fn n10_a_hosts_rows_and_parvis_commit_together_on_sqlite() {
    all_or_nothing(&OnSqlite::new().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn n10_a_hosts_rows_and_parvis_commit_together_on_postgres() {
    if let Some(host) = OnPostgres::new().await {
        all_or_nothing(&host).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn n10_a_hosts_rows_and_parvis_commit_together_on_mysql() {
    if let Some(host) = OnMysql::new().await {
        all_or_nothing(&host).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_on_mysql_that_is_isolated_otherwise_is_refused() {
    let Some(host) = OnMysql::new().await else { return };
    // REPEATABLE READ is the default.
    let pool = MySqlPool::connect(host._place.url()).await.unwrap();
    let on = host.db.on(host.store.enlist(pool.begin().await.unwrap()).unwrap());
    let ana = on.act_as(NETWORK, external("ana"));
    let refused = ana.items().create(NewItem::new("Mine").place(Place::Network)).await;
    assert!(refused.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_dawdles_before_it_hands_over_delays_nobody() {
    let Some(host) = OnPostgres::new().await else { return };
    let mut tx = host.pool.begin().await.unwrap();
    let update = format!("update {} set stage='won'", host.deals);
    sqlx::query(AssertSqlSafe(update)).execute(&mut *tx).await.unwrap();
    // Longer than any commit waits for a lock.
    let dawdling = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(1)).await;
        tx
    });
    let ana = host.db.act_as(NETWORK, external("ana"));
    let mut written = 0;
    while !dawdling.is_finished() {
        ana.items()
            .create(NewItem::new("Meanwhile").place(Place::Network))
            .await
            .unwrap();
        written += 1;
    }
    assert!(written > 10, "{written} posts while the host dawdled");
    let on = host.db.on(host.store.enlist(dawdling.await.unwrap()).unwrap());
    room_and_post(&on).await;
    on.commit().await.unwrap();
    assert_eq!(host.stage(4).await, "won");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_is_waited_for_so_long_and_the_transaction_goes_on() {
    let Some(host) = OnPostgres::new().await else { return };
    let first = host.won(1).await;
    room_and_post(&first).await;
    // The network is taken until the first one ends.
    let second = host.won(2).await;
    let ben = second.act_as(NETWORK, external("ben"));
    let post = || NewItem::new("Mine").place(Place::Network);
    let busy = ben.items().create(post()).await.unwrap_err();
    assert_eq!((busy.reason, busy.retry()), (Reason::Busy, Retry::After));
    first.commit().await.unwrap();
    let made = ben.items().create(post()).await.unwrap().id.0;
    second.commit().await.unwrap();
    assert_eq!((host.stage(1).await, host.stage(2).await), ("won".into(), "won".into()));
    assert!(
        host.db
            .act_as(NETWORK, external("ana"))
            .items()
            .get(GetItem::new(made))
            .await
            .is_ok()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn hosts_with_opposite_lock_orders_lose_nothing() {
    let Some(host) = OnPostgres::new().await else { return };
    let host = Arc::new(host);
    let networks = ["north", "south"];
    for network in networks {
        let people = host.db.system(network, "crm").people();
        people.put(PutPerson::new(external("ana"), "Ana")).await.unwrap();
    }
    let mut handlers = Vec::new();
    for side in 0..2_usize {
        let host = Arc::clone(&host);
        handlers.push(tokio::spawn(async move {
            let (mut again, mut busy) = (0, 0);
            for round in 0..6 {
                // The handler of a host: it is run again where its transaction had to give way.
                loop {
                    let on = host.won(1 + side as i64).await;
                    let mut given_way = None;
                    for turn in [side, 1 - side] {
                        let ana = on.act_as(networks[turn], external("ana"));
                        let post = NewItem::new(format!("{side} {round}")).place(Place::Network);
                        if let Err(error) = ana.items().create(post).await {
                            given_way = Some(error);
                            break;
                        }
                        tokio::time::sleep(Duration::from_millis(5)).await;
                    }
                    let ended = match given_way {
                        None => on.commit().await,
                        Some(error) => Err(error),
                    };
                    match ended.map_err(|error| error.reason) {
                        Ok(()) => break,
                        Err(Reason::TransactionLost) => again += 1,
                        Err(Reason::Busy) => busy += 1,
                        Err(other) => panic!("{other:?}"),
                    }
                }
            }
            (again, busy)
        }));
    }
    let mut given_way = 0;
    for handler in handlers {
        let (again, busy) = handler.await.unwrap();
        given_way += again + busy;
    }
    println!("{given_way} transactions had to give way");
    assert!(given_way > 0, "nobody met anybody");
    for network in networks {
        let wall = NetworkWall::new().limit(50);
        let page = host
            .db
            .act_as(network, external("ana"))
            .feed()
            .network_wall(wall)
            .await
            .unwrap();
        assert_eq!(page.items.len(), 12, "every post once in {network}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_is_isolated_otherwise_is_refused() {
    let Some(host) = OnPostgres::new().await else { return };
    let tx = host
        .pool
        .begin_with("begin isolation level serializable")
        .await
        .unwrap();
    let on = host.db.on(host.store.enlist(tx).unwrap());
    let ana = on.act_as(NETWORK, external("ana"));
    let refused = ana
        .items()
        .create(NewItem::new("No").place(Place::Network))
        .await
        .unwrap_err();
    assert_eq!((refused.reason, refused.code()), (Reason::Isolation, Code::Invalid));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_the_server_ends_takes_the_whole_transaction_back() {
    let Some(host) = OnPostgres::new().await else { return };
    let on = host.won(5).await;
    let (_, post) = room_and_post(&on).await;
    let mut other = PgConnection::connect(host._place.url()).await.unwrap();
    let kill = "select count(pg_terminate_backend(pid)) from pg_stat_activity \
         where state='idle in transaction' and application_name=$1";
    let killed: i64 = sqlx::query_scalar(kill)
        .bind(host._place.schema())
        .fetch_one(&mut other)
        .await
        .unwrap();
    assert_eq!(killed, 1);
    let lost = on
        .act_as(NETWORK, external("ana"))
        .items()
        .get(GetItem::new(post))
        .await
        .unwrap_err();
    assert_eq!((lost.reason, lost.retry()), (Reason::TransactionLost, Retry::Now));
    assert_eq!(on.commit().await.unwrap_err().reason, Reason::TransactionLost);
    assert_eq!(host.stage(5).await, "open");
}
