//! Statements through the driver.

use crate::dialect::Arg;
use sqlx::sqlite::SqliteArguments;
use sqlx::{AssertSqlSafe, Row, Sqlite, SqliteConnection};
use std::sync::Arc;

/// A text of ours with its parameters. Texts are made of names of the schema only.
fn query(text: impl Into<Arc<str>>, args: &[Arg]) -> sqlx::query::Query<'static, Sqlite, SqliteArguments> {
    let text: Arc<str> = text.into();
    let query = sqlx::query(AssertSqlSafe(text));
    args.iter().fold(query, |query, arg| match arg {
        Arg::Int(n) => query.bind(*n),
        Arg::Text(text) => query.bind(text.clone()),
        Arg::Bytes(bytes) => query.bind(bytes.clone()),
        Arg::Absent => query.bind(f64::NEG_INFINITY),
    })
}

/// Carries out all statements of a text.
pub(super) async fn run(
    connection: &mut SqliteConnection,
    text: impl Into<Arc<str>>,
    args: &[Arg],
) -> Result<(), sqlx::Error> {
    query(text, args).execute(connection).await.map(|_| ())
}

/// The only column of the first row of a text.
pub(super) async fn fetch(
    connection: &mut SqliteConnection,
    text: impl Into<Arc<str>>,
    args: &[Arg],
) -> Result<Option<String>, sqlx::Error> {
    let row = query(text, args).fetch_optional(connection).await?;
    row.map(|row| row.try_get_unchecked(0)).transpose()
}
