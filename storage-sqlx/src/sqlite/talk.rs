//! SQLite through a connection of the host.

use super::dialect::{NAMES, SqliteDialect};
use super::errors::host_fault;
use super::run::{fetch, run};
use crate::dialect::{Arg, Dialect};
use crate::enlist::Hosted;
use crate::talk::{Fault, Make, Talk};
use async_trait::async_trait;
use parvis::store::NetworkId;
use sqlx::{AssertSqlSafe, SqliteConnection};
use std::sync::Arc;

/// SQLite.
pub(crate) struct SqliteEngine;

#[async_trait]
impl Talk for SqliteEngine {
    type Connection = SqliteConnection;

    fn dialect(&self) -> &dyn Dialect {
        &SqliteDialect
    }

    async fn fetch(&self, c: &mut SqliteConnection, text: Arc<str>, args: &[Arg]) -> Result<Option<String>, Fault> {
        fetch(c, text, args).await.map_err(|error| host_fault(&error))
    }

    async fn run(&self, c: &mut SqliteConnection, text: Arc<str>, args: &[Arg]) -> Result<(), Fault> {
        run(c, text, args).await.map_err(|error| host_fault(&error))
    }

    async fn raw(&self, c: &mut SqliteConnection, text: String) -> Result<(), Fault> {
        let done = sqlx::raw_sql(AssertSqlSafe(text)).execute(c).await;
        done.map(|_| ()).map_err(|error| host_fault(&error))
    }

    async fn number(&self, c: &mut SqliteConnection, network: NetworkId, make: Make) -> Result<Option<i64>, Fault> {
        let id = [Arg::Bytes(network.0.to_vec())];
        if make == Make::Missing {
            let insert = format!("insert or ignore into {}(id) values($1)", NAMES.networks());
            self.run(c, insert.into(), &id).await?;
        }
        let select = format!("select n || '' from {} where id=$1", NAMES.networks());
        let number = self.fetch(c, select.into(), &id).await?;
        Ok(number.and_then(|number| number.parse().ok()))
    }

    /// There is one writer in the file: any statement that writes makes this one it.
    async fn lock(&self, c: &mut SqliteConnection, number: i64) -> Result<(), Fault> {
        let positions = NAMES.positions();
        self.raw(
            c,
            format!("update {positions} set number=number where network={number}"),
        )
        .await
    }
}

#[async_trait]
impl Hosted for SqliteEngine {
    type Database = sqlx::Sqlite;

    /// Transactions are serial whatever they say.
    async fn enter(&self, _c: &mut SqliteConnection) -> Result<(), Fault> {
        Ok(())
    }

    fn ended(&self, error: &sqlx::Error) -> Fault {
        host_fault(error)
    }
}
