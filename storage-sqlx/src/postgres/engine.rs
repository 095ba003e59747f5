//! Statements through the driver.

use super::connect::PostgresOptions;
use super::dialect::PostgresDialect;
use super::errors::fault;
use super::prepare::prepare;
use super::whole::whole;
use crate::dialect::{Arg, Dialect};
use crate::enlist::Hosted;
use crate::server::{Engine, candidates};
use crate::talk::{Fault, Make, Talk, Whole};
use async_trait::async_trait;
use parvis::store::{Batch, CommitId, NetworkId, Position, Prepare, Prepared, Schema, StorageError};
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgArgumentBuffer, PgArguments, PgTypeInfo};
use sqlx::{AssertSqlSafe, Connection, Encode, PgConnection, Postgres, Row, Type};
use std::sync::Arc;
use std::time::Duration;

/// PostgreSQL.
pub(crate) struct PostgresEngine {
    pub(super) options: PostgresOptions,
    pub(super) dialect: PostgresDialect,
}

impl PostgresEngine {
    pub(super) fn new(options: PostgresOptions) -> PostgresEngine {
        PostgresEngine {
            dialect: PostgresDialect { names: options.names() },
            options,
        }
    }

    /// Carries out a text that takes the position row. A network without one is not there any more: history was replaced.
    async fn locked(&self, c: &mut PgConnection, text: String) -> Result<(), Fault> {
        let held = sqlx::raw_sql(AssertSqlSafe(text)).fetch_all(c).await;
        match held.map_err(|error| fault(&error))?.is_empty() {
            false => Ok(()),
            true => Err(StorageError::Corrupt { table: "*" }.into()),
        }
    }

    fn lock_text(&self, number: i64) -> String {
        let positions = self.dialect.names.positions();
        format!("select 1 from {positions} where network={number} for update")
    }
}

/// The type that the cast in the text says: an id and other bytes look alike, and what is absent has none.
const UNSPECIFIED: Oid = Oid(0);

impl Type<Postgres> for Arg {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(UNSPECIFIED)
    }
}

impl Encode<'_, Postgres> for Arg {
    fn encode_by_ref(&self, buf: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        match self {
            Arg::Int(n) => buf.extend_from_slice(&n.to_be_bytes()),
            Arg::Text(text) => buf.extend_from_slice(text.as_bytes()),
            Arg::Bytes(bytes) => buf.extend_from_slice(bytes),
            Arg::Absent => return Ok(IsNull::Yes),
        }
        Ok(IsNull::No)
    }
}

/// A text of ours with its parameters. Texts are made of names of the schema only.
fn query(text: Arc<str>, args: &[Arg]) -> sqlx::query::Query<'static, Postgres, PgArguments> {
    let query = sqlx::query(AssertSqlSafe(text));
    args.iter().fold(query, |query, arg| query.bind(arg.clone()))
}

/// Statements without parameters.
pub(super) async fn raw(c: &mut PgConnection, text: String) -> Result<(), Fault> {
    let done = sqlx::raw_sql(AssertSqlSafe(text)).execute(c).await;
    done.map(|_| ()).map_err(|error| fault(&error))
}

#[async_trait]
impl Talk for PostgresEngine {
    type Connection = PgConnection;

    fn dialect(&self) -> &dyn Dialect {
        &self.dialect
    }

    /// The columns of the row, each a JSON value or NULL, as one array.
    async fn fetch(&self, c: &mut PgConnection, text: Arc<str>, args: &[Arg]) -> Result<Option<String>, Fault> {
        let row = query(text, args).fetch_optional(c).await;
        let Some(row) = row.map_err(|error| fault(&error))? else {
            return Ok(None);
        };
        let mut out = String::from("[");
        for at in 0..row.len() {
            if at > 0 {
                out.push(',');
            }
            let cell: Option<&str> = row.try_get_unchecked(at).map_err(|error| fault(&error))?;
            out.push_str(cell.unwrap_or("null"));
        }
        out.push(']');
        Ok(Some(out))
    }

    async fn run(&self, c: &mut PgConnection, text: Arc<str>, args: &[Arg]) -> Result<(), Fault> {
        let done = query(text, args).execute(c).await;
        done.map(|_| ()).map_err(|error| fault(&error))
    }

    fn whole(&self, schema: &Schema, network: NetworkId, batch: &Batch) -> Result<Option<Whole>, StorageError> {
        whole(&self.dialect, schema, network, batch).map(Some)
    }

    async fn number(&self, c: &mut PgConnection, network: NetworkId, make: Make) -> Result<Option<i64>, Fault> {
        let names = &self.dialect.names;
        let id = [Arg::Bytes(network.0.to_vec())];
        let select = format!("select n from {} where id=$1::uuid", names.networks());
        if make == Make::Missing {
            let insert = format!(
                "insert into {}(n,id) values($2::bigint,$1::uuid) on conflict do nothing",
                names.networks()
            );
            for n in candidates(network) {
                let [id] = id.clone();
                self.run(c, insert.clone().into(), &[id.clone(), Arg::Int(n)]).await?;
                let found = query(select.clone().into(), &[id]).fetch_optional(&mut *c).await;
                if found.map_err(|error| fault(&error))?.is_some() {
                    break;
                }
            }
            let Position {
                number,
                commit: CommitId(commit),
            } = Position::START;
            let insert = format!(
                "insert into {}(network,number,commit_id,newest) select n,$2::bigint,$3::uuid,$4::bigint from {} \
                 where id=$1::uuid on conflict do nothing",
                names.positions(),
                names.networks()
            );
            let [id] = id.clone();
            let args = [id, Arg::Int(number), Arg::Bytes(commit.to_vec()), Arg::Int(i64::MIN)];
            self.run(c, insert.into(), &args).await?;
        }
        let row = query(select.into(), &id).fetch_optional(c).await;
        let row = row.map_err(|error| fault(&error))?;
        row.map(|row| row.try_get(0)).transpose().map_err(|error| fault(&error))
    }

    async fn raw(&self, c: &mut PgConnection, text: String) -> Result<(), Fault> {
        raw(c, text).await
    }

    async fn lock(&self, c: &mut PgConnection, number: i64) -> Result<(), Fault> {
        self.locked(c, self.lock_text(number)).await
    }
}

#[async_trait]
impl Engine for PostgresEngine {
    type Driver = Postgres;

    fn pool(&self) -> Option<&sqlx::PgPool> {
        self.options.pool()
    }

    async fn arrive(&self, c: &mut PgConnection) -> Result<Option<String>, Fault> {
        self.options.arrive(c).await
    }

    fn connections(&self) -> (usize, usize) {
        self.options.connections()
    }

    fn call_timeout(&self) -> Duration {
        self.options.limit()
    }

    fn acquire_timeout(&self) -> Duration {
        self.options.patience()
    }

    async fn connect(&self) -> Result<PgConnection, Fault> {
        self.options.connect().await
    }

    async fn close(&self, connection: PgConnection) {
        if let Err(error) = connection.close().await {
            tracing::debug!(%error, "a connection was closed before");
        }
    }

    async fn prepare(&self, c: &mut PgConnection, schema: &Schema, mode: Prepare) -> Result<Prepared, Fault> {
        prepare(self, c, schema, mode).await
    }

    async fn begin(&self, c: &mut PgConnection, number: i64) -> Result<(), Fault> {
        self.locked(c, format!("begin; {}", self.lock_text(number))).await
    }

    async fn commit(&self, c: &mut PgConnection) -> Result<(), Fault> {
        raw(c, "commit".to_owned()).await
    }

    async fn rollback(&self, c: &mut PgConnection) -> Result<(), Fault> {
        raw(c, "rollback".to_owned()).await
    }
}

#[async_trait]
impl Hosted for PostgresEngine {
    type Database = Postgres;

    async fn enter(&self, c: &mut PgConnection) -> Result<(), Fault> {
        let level = "select to_json(current_setting('transaction_isolation'))::text";
        let level = self.fetch(c, level.into(), &[]).await?;
        if level.as_deref() != Some("[\"read committed\"]") {
            return Err(StorageError::Isolation.into());
        }
        raw(c, self.options.session("set local ")).await
    }

    fn ended(&self, error: &sqlx::Error) -> Fault {
        fault(error)
    }
}
