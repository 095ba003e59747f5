//! The conformance kit on SQLite: under the kit's own small executor, and under tokio.

use crate::folder::Folder;
use parvis::store::conformance::Kit;
use parvis_sqlx::{Sqlite, SqliteOptions};
use sqlx::Connection;

fn kit() -> Kit {
    Kit::reopening(Folder::new, |folder| async move {
        let options = SqliteOptions::new(folder.file("parvis.db")).readers(2).cache_kib(2048);
        Sqlite::open(options).await.unwrap()
    })
    .shared()
}

parvis::conformance!(kit());

#[test]
fn it_is_compiled_with_a_page_cache_for_each_connection() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let options: Vec<String> = runtime.block_on(async {
        let mut c = sqlx::SqliteConnection::connect("sqlite::memory:").await.unwrap();
        sqlx::query_scalar("pragma compile_options")
            .fetch_all(&mut c)
            .await
            .unwrap()
    });
    // `.cargo/config.toml` says so. Whoever sets LIBSQLITE3_FLAGS has his own reasons.
    if std::env::var("LIBSQLITE3_FLAGS").is_ok_and(|flags| !flags.contains("MEMORY_MANAGEMENT")) {
        println!("skipped: LIBSQLITE3_FLAGS is set");
        return;
    }
    assert!(
        options.iter().all(|option| option != "ENABLE_MEMORY_MANAGEMENT"),
        "{options:?}"
    );
    assert!(options.contains(&"DEFAULT_PCACHE_INITSZ=0".to_owned()), "{options:?}");
}
