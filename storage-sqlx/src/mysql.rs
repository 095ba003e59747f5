//! MySQL and MariaDB: one database on one server, or on a cluster that speaks their protocol.

#[cfg(test)]
mod costs;
mod ddl;
mod dialect;
mod errors;
mod fill;
mod options;
mod prepare;
mod run;

pub use options::MysqlOptions;

use crate::decode::Numbers;
use crate::dialect::{Arg, Dialect};
use crate::enlist::{Enlisted, Hosted, READING};
use crate::release::{Release, unprepared};
use crate::server::{Engine, Server, candidates};
use crate::statement::{Statement, statement};
use crate::steps::answer;
use crate::talk::{Fault, Make, Talk};
use async_trait::async_trait;
use dialect::MysqlDialect;
use errors::fault;
use parvis::store::{
    Batch, CommitError, CommitId, Committed, Found, NetworkId, Position, Prepare, Prepared, Read, ReadAt, Schema,
    Storage, StorageError, Write,
};
use run::{Asking, in_order, number, plain, rows, run, spelled, text};
use sqlx::{Connection, MySqlConnection};
use std::sync::Arc;
use std::time::Duration;

/// A store in one database of MySQL 8.0 or newer or MariaDB 10.6 or newer. Clones share it; its connections are closed with the
/// last one, or by [`Mysql::close`].
///
/// Works under any executor and blocks none: it has threads of its own. Any number of processes may share the database.
///
/// ```no_run
/// # async fn example(schema: &parvis::store::Schema) -> Result<(), parvis::store::StorageError> {
/// use parvis::store::{Prepare, Storage};
///
/// let store = parvis_sqlx::Mysql::open("mysql://app@db.example.org/intranet").await?;
/// store.prepare(schema, Prepare::Upgrade).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Mysql {
    server: Server<MysqlEngine>,
}

impl Mysql {
    /// A store by the URL of its database, or [`MysqlOptions`]. Connections are made when they are first needed.
    ///
    /// # Errors
    /// [`StorageError::Refused`] for a URL that cannot be read.
    #[expect(clippy::unused_async, reason = "all stores are opened alike")]
    pub async fn open(options: impl Into<MysqlOptions>) -> Result<Mysql, StorageError> {
        let options = options.into();
        options.check()?;
        Ok(Mysql {
            server: Server::new(MysqlEngine::new(options))?,
        })
    }

    /// Takes a transaction of the host on the same database, after the host's own statements:
    /// `db.on(store.enlist(tx)?)`.
    ///
    /// Its session must be READ COMMITTED, which is not the default here: `set session transaction isolation level read
    /// committed` before it begins; the first call on it says so otherwise. A call takes the position row of its network, and
    /// holds it until the transaction ends: commits of that network wait. It waits for the row itself as long as the session's
    /// `innodb_lock_wait_timeout` says, then answers `busy`, and the transaction goes on.
    ///
    /// # Errors
    /// [`StorageError::SchemaTooOld`] before [`prepare`](Storage::prepare).
    pub fn enlist(
        &self,
        transaction: sqlx::Transaction<'static, sqlx::MySql>,
    ) -> Result<MysqlTransaction, StorageError> {
        let (engine, release) = self.server.parts()?;
        Ok(MysqlTransaction(Enlisted::new(
            Arc::new(engine.hosted()),
            release,
            transaction,
        )))
    }

    /// The statement that writes a row on a connection of the host, whatever its driver: `store.statement(&me.later(request)?)`.
    ///
    /// # Errors
    /// [`StorageError::Refused`] for a write that is no such row; [`StorageError::SchemaTooOld`] before
    /// [`prepare`](Storage::prepare).
    pub fn statement(&self, row: impl Into<Write>) -> Result<Statement, StorageError> {
        let (engine, release) = self.server.parts()?;
        let statement = statement(engine.dialect(), &release.schema, &row.into())?.marked("?");
        let text = spelled(&statement.text);
        Ok(Statement { text, ..statement })
    }

    /// Waits for the batches under way and closes all connections. Calls after it answer [`StorageError::Unavailable`].
    pub async fn close(&self) {
        self.server.close().await;
    }
}

crate::enlist::host_transaction! {
    /// A store inside a transaction of the host: what [`Mysql::enlist`] gives and [`Parvis::on`](parvis::Parvis::on) takes.
    MysqlTransaction(MysqlEngine)
}

crate::server::storage!(Mysql);

pub(crate) struct MysqlEngine {
    options: MysqlOptions,
    dialect: MysqlDialect,
    /// Whether others begin and end its transactions.
    hosted: bool,
}

fn corrupt() -> Fault {
    Fault::Failed(StorageError::Corrupt { table: "*" })
}

impl MysqlEngine {
    fn new(options: MysqlOptions) -> MysqlEngine {
        MysqlEngine {
            dialect: MysqlDialect { names: options.names() },
            options,
            hosted: false,
        }
    }

    /// The same for transactions that others began.
    fn hosted(&self) -> MysqlEngine {
        MysqlEngine {
            hosted: true,
            ..MysqlEngine::new(self.options.clone())
        }
    }

    /// Takes the position row of a network, and a share of the numbers: nobody upgrades the store meanwhile.
    fn lock_text(&self, number: i64) -> String {
        let names = &self.dialect.names;
        format!(
            "select adds from {} lock in share mode; select number from {} where network={number} for update",
            names.numbers(),
            names.positions()
        )
    }

    /// Carries such a text out. A network that was never written to has no position row yet: it gets one.
    async fn locked(&self, c: &mut MySqlConnection, text: String, number: i64) -> Result<(), Fault> {
        match plain(c, text).await?.len() {
            2 => Ok(()),
            1 => {
                plain(c, ddl::begun(&self.dialect.names, number)).await?;
                match plain(c, self.lock_text(number)).await?.len() {
                    2 => Ok(()),
                    // The network is not there any more: history was replaced.
                    _ => Err(corrupt()),
                }
            }
            _ => Err(unprepared(None).into()),
        }
    }

    /// Begins a transaction that sees one snapshot, and reads where the network and the store stand in it.
    async fn look(&self, c: &mut MySqlConnection, network: i64) -> Result<((Position, i64), Option<Numbers>), Fault> {
        let names = &self.dialect.names;
        let begin = if self.hosted {
            // Statements of a host's transaction see what was committed before each: nobody may write in between.
            if network >= 0 {
                self.locked(c, format!("{READING}; {}", self.lock_text(network)), network)
                    .await?;
            }
            ""
        } else {
            "set transaction isolation level repeatable read; start transaction with consistent snapshot, read only; "
        };
        let begin = format!(
            "{begin}select 'p',number,hex(commit_id),newest from {} where network={network}; \
             select 'n',adds,breaks,filled from {}",
            names.positions(),
            names.numbers()
        );
        let mut head = (Position::START, i64::MIN);
        let mut numbers = None;
        for row in plain(c, begin).await? {
            let read = match text(&row, 0) {
                Some("p") => (|| {
                    let commit = u128::from_str_radix(text(&row, 2)?, 16).ok()?;
                    let commit = CommitId(commit.to_be_bytes());
                    head = (
                        Position {
                            number: number(&row, 1)?,
                            commit,
                        },
                        number(&row, 3)?,
                    );
                    Some(())
                })(),
                _ => (|| {
                    numbers = Some(Numbers {
                        adds: number(&row, 1)?,
                        breaks: number(&row, 2)?,
                        filled: number(&row, 3)?,
                    });
                    Some(())
                })(),
            };
            read.ok_or_else(corrupt)?;
        }
        Ok((head, numbers))
    }
}

#[async_trait]
impl Talk for MysqlEngine {
    type Connection = MySqlConnection;

    fn dialect(&self) -> &dyn Dialect {
        &self.dialect
    }

    async fn read(
        &self,
        c: &mut MySqlConnection,
        release: &Release,
        _network: NetworkId,
        number: i64,
        reads: &[Read],
    ) -> Result<Found, Fault> {
        let ((position, newest), numbers) = self.look(c, number).await?;
        numbers
            .ok_or_else(|| unprepared(Some(&release.schema)))?
            .usable(&release.schema)?;
        let sets = answer(&mut Asking(c), &self.dialect.names, &release.schema, number, reads).await?;
        if !self.hosted {
            plain(c, "commit".to_owned()).await?;
        }
        Ok(Found { position, newest, sets })
    }

    async fn fetch(&self, c: &mut MySqlConnection, text: Arc<str>, args: &[Arg]) -> Result<Option<String>, Fault> {
        let (text, args) = in_order(&text, args);
        let rows = rows(c, text, args).await?;
        let Some(row) = rows.into_iter().next() else {
            return Ok(None);
        };
        let cell = |cell: Option<Vec<u8>>| match cell {
            Some(bytes) => String::from_utf8(bytes).map_err(|_| corrupt()),
            None => Ok("null".to_owned()),
        };
        let cells = row.into_iter().map(cell).collect::<Result<Vec<_>, _>>()?;
        Ok(Some(format!("[{}]", cells.join(","))))
    }

    async fn run(&self, c: &mut MySqlConnection, text: Arc<str>, args: &[Arg]) -> Result<(), Fault> {
        let (text, args) = in_order(&text, args);
        run(c, text, args).await
    }

    async fn raw(&self, c: &mut MySqlConnection, text: String) -> Result<(), Fault> {
        plain(c, text).await.map(|_| ())
    }

    async fn number(&self, c: &mut MySqlConnection, network: NetworkId, make: Make) -> Result<Option<i64>, Fault> {
        let names = &self.dialect.names;
        let id = vec![Arg::Bytes(network.0.to_vec())];
        let select = format!("select cast(n as char) from {} where id=?", names.networks());
        let mut known = rows(c, select.clone(), id.clone()).await?;
        if make == Make::Missing && known.is_empty() {
            let insert = format!(
                "insert into {0}(n,id) values(?,?) on duplicate key update id={0}.id",
                names.networks()
            );
            for n in candidates(network) {
                let args = [vec![Arg::Int(n)], id.clone()].concat();
                run(c, insert.clone(), args).await?;
                known = rows(c, select.clone(), id.clone()).await?;
                if !known.is_empty() {
                    break;
                }
            }
        }
        known.first().map(|row| number(row, 0).ok_or_else(corrupt)).transpose()
    }

    async fn lock(&self, c: &mut MySqlConnection, number: i64) -> Result<(), Fault> {
        self.locked(c, self.lock_text(number), number).await
    }
}

#[async_trait]
impl Engine for MysqlEngine {
    type Driver = sqlx::MySql;

    fn pool(&self) -> Option<&sqlx::MySqlPool> {
        self.options.pool()
    }

    async fn arrive(&self, c: &mut MySqlConnection) -> Result<Option<String>, Fault> {
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

    async fn connect(&self) -> Result<MySqlConnection, Fault> {
        self.options.connection().await
    }

    async fn close(&self, connection: MySqlConnection) {
        if let Err(error) = connection.close().await {
            tracing::debug!(%error, "the server did not say farewell");
        }
    }

    async fn prepare(&self, c: &mut MySqlConnection, schema: &Schema, mode: Prepare) -> Result<Prepared, Fault> {
        prepare::prepare(c, &self.dialect, schema, mode).await
    }

    async fn begin(&self, c: &mut MySqlConnection, number: i64) -> Result<(), Fault> {
        let begin = format!("start transaction; {}", self.lock_text(number));
        self.locked(c, begin, number).await
    }

    async fn commit(&self, c: &mut MySqlConnection) -> Result<(), Fault> {
        plain(c, "commit".to_owned()).await.map(|_| ())
    }

    async fn rollback(&self, c: &mut MySqlConnection) -> Result<(), Fault> {
        plain(c, "rollback".to_owned()).await.map(|_| ())
    }
}

#[async_trait]
impl Hosted for MysqlEngine {
    type Database = sqlx::MySql;

    async fn enter(&self, c: &mut MySqlConnection) -> Result<(), Fault> {
        // Called one way by MySQL and the other by older versions of MariaDB.
        let levels = "show session variables where variable_name in ('transaction_isolation','tx_isolation')";
        let levels = plain(c, levels.to_owned()).await?;
        if levels.is_empty() || levels.iter().any(|level| text(level, 1) != Some("READ-COMMITTED")) {
            return Err(StorageError::Isolation.into());
        }
        Ok(())
    }

    fn ended(&self, error: &sqlx::Error) -> Fault {
        fault(error)
    }
}
