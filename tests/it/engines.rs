//! `docs/engines.md` says the truth: its statements run as they stand, on the engine that they are for.

use crate::folder::Folder;
use crate::mysql::{MysqlPlace, NO_MYSQL};
use crate::servers::{NO_POSTGRES, PostgresPlace};
use crate::town::NETWORK;
use parvis::items::Place;
use parvis::operations::*;
use parvis::store::Storage;
use parvis::{Config, Parvis, external};
use parvis_sqlx::{Mysql, Postgres, Sqlite};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, MySqlConnection, PgConnection};

/// The statement in the page's section about an engine.
fn statement(engine: &str) -> String {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/engines.md")).unwrap();
    let section = page.split("\n## ").find(|section| section.starts_with(engine)).unwrap();
    let block = section.split("```sql\n").nth(1).unwrap();
    block.split("```").next().unwrap().to_owned()
}

/// A post of Ana's.
async fn posted(store: impl Storage) {
    let db = Parvis::open(store, Config::new()).await.unwrap();
    let people = db.system(NETWORK, "hr").people();
    people.put(PutPerson::new(external("ana"), "Ana")).await.unwrap();
    let ana = db.act_as(NETWORK, external("ana"));
    ana.items()
        .create(NewItem::new("Seen with SQL").place(Place::Network))
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_statement_for_sqlite_finds_the_words() {
    let folder = Folder::new();
    let file = folder.file("parvis.db");
    posted(Sqlite::open(file.as_path()).await.unwrap()).await;
    let mut host = SqliteConnectOptions::new().filename(&file).connect().await.unwrap();
    let found = sqlx::query_as::<_, (String, String, String)>(AssertSqlSafe(statement("SQLite")));
    let rows = found.fetch_all(&mut host).await.unwrap();
    assert_eq!(
        rows.iter().map(|row| row.2.as_str()).collect::<Vec<_>>(),
        ["Seen with SQL"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_statement_for_postgresql_finds_the_words() {
    let Some(place) = PostgresPlace::new() else {
        println!("{NO_POSTGRES}");
        return;
    };
    posted(Postgres::open(place.options()).await.unwrap()).await;
    let mut host = PgConnection::connect(place.url()).await.unwrap();
    let text = statement("PostgreSQL").replace("parvis_", &format!("{}.parvis_", place.schema()));
    let text = format!("select words from ({text}) found");
    let found = sqlx::query_scalar::<_, String>(AssertSqlSafe(text));
    assert_eq!(found.fetch_all(&mut host).await.unwrap(), ["Seen with SQL"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_statement_for_mariadb_finds_the_words() {
    let Some(place) = MysqlPlace::new() else {
        println!("{NO_MYSQL}");
        return;
    };
    posted(Mysql::open(place.options()).await.unwrap()).await;
    let mut host = MySqlConnection::connect(place.url()).await.unwrap();
    let text = statement("MariaDB").replace("parvis_", place.prefix());
    let text = format!("select words from ({text}) found");
    let found = sqlx::query_scalar::<_, String>(AssertSqlSafe(text));
    assert_eq!(found.fetch_all(&mut host).await.unwrap(), ["Seen with SQL"]);
}
