//! The conformance kit on SQLite: under the kit's own small executor, and under tokio.

use crate::folder::Folder;
use parvis::store::conformance::Kit;
use parvis_sqlx::{Sqlite, SqliteOptions};

fn kit() -> Kit {
    Kit::reopening(Folder::new, |folder| async move {
        let options = SqliteOptions::new(folder.file("parvis.db")).readers(2).cache_kib(2048);
        Sqlite::open(options).await.unwrap()
    })
    .shared()
}

parvis::conformance!(kit());
