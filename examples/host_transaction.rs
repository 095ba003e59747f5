//! A CRM wins a deal: its own row, the room for the project and the first post in it, in one transaction.
//!
//! `cargo run --example host_transaction` does it on one SQLite file, once as it should be and once with a host that changes
//! its mind: then nothing of it is there. On PostgreSQL it is the same with `parvis_sqlx::Postgres` and a `PgPool`.

use parvis::items::Place;
use parvis::operations::{AddMember, GetItem, NewItem, NewSpace, PutPerson};
use parvis::spaces::{Role, Visibility};
use parvis::{Config, ItemId, Parvis, Retry, Transaction, external};
use parvis_sqlx::Sqlite;
use sqlx::SqlitePool;
use sqlx::sqlite::SqliteConnectOptions;
use std::error::Error;
use std::io::{Write, stdout};
use std::path::Path;

/// A CRM that has Parvis inside.
pub(crate) struct Crm {
    /// Its own tables.
    pool: SqlitePool,
    /// Parvis's tables in the same file.
    store: Sqlite,
    db: Parvis,
}

/// How often a handler is run before its caller learns that it had to give way.
const TRIES: usize = 5;

impl Crm {
    /// Opens the file, or makes it with three people and one deal.
    ///
    /// # Errors
    /// A file that cannot be opened.
    pub(crate) async fn open(file: &Path) -> Result<Crm, Box<dyn Error>> {
        let store = Sqlite::open(file).await?;
        let db = Parvis::open(store.clone(), Config::new()).await?;
        let people = db.system("acme", "crm").people();
        for (id, name) in [(1, "Ana Lima"), (2, "Ben Okafor"), (3, "Cleo Sand")] {
            people.put(PutPerson::new(external(id), name)).await?;
        }
        let pool = SqlitePool::connect_with(SqliteConnectOptions::new().filename(file)).await?;
        sqlx::query("create table if not exists deal(id integer primary key, stage text not null)")
            .execute(&pool)
            .await?;
        sqlx::query("insert or ignore into deal values(42, 'open')")
            .execute(&pool)
            .await?;
        Ok(Crm { pool, store, db })
    }

    /// Ana wins a deal. A transaction that had to give way to another one is begun again.
    ///
    /// # Errors
    /// What either side refuses: then nothing of it is there.
    pub(crate) async fn win(&self, deal: i64) -> Result<ItemId, Box<dyn Error>> {
        let mut tries = 1;
        loop {
            match self.try_to_win(deal).await {
                Err(error) if again(error.as_ref()) && tries < TRIES => tries += 1,
                ended => return ended,
            }
        }
    }

    async fn try_to_win(&self, deal: i64) -> Result<ItemId, Box<dyn Error>> {
        let (on, post) = self.begin(deal).await?;
        on.commit().await?;
        Ok(post)
    }

    /// The same, by a host that changes its mind at the last moment: what is not committed is taken back when it is dropped.
    ///
    /// # Errors
    /// What either side refuses.
    pub(crate) async fn almost_win(&self, deal: i64) -> Result<ItemId, Box<dyn Error>> {
        let (_on, post) = self.begin(deal).await?;
        Ok(post)
    }

    /// Everything but the commit: the host's statements first, Parvis last.
    async fn begin(&self, deal: i64) -> Result<(Transaction, ItemId), Box<dyn Error>> {
        let mut tx = self.pool.begin_with("begin immediate").await?;
        sqlx::query("update deal set stage = 'won' where id = ?")
            .bind(deal)
            .execute(&mut *tx)
            .await?;
        let on = self.db.on(self.store.enlist(tx)?);
        let ana = on.act_as("acme", external(1));
        let room = NewSpace::new(format!("Deal {deal}"), Visibility::Closed);
        let room = ana.spaces().create(room).await?.id.0;
        ana.spaces()
            .add(AddMember::new(room, external(2)).role(Role::Owner))
            .await?;
        let post = NewItem::new("Signed!").place(Place::space(room));
        let post = ana.items().create(post).await?.id.0;
        Ok((on, post))
    }

    /// The stage of a deal, and whether Ben reads the post about it.
    ///
    /// # Errors
    /// A failure of the database.
    pub(crate) async fn look(&self, deal: i64, post: ItemId) -> Result<(String, bool), Box<dyn Error>> {
        let stage = sqlx::query_scalar("select stage from deal where id = ?")
            .bind(deal)
            .fetch_one(&self.pool)
            .await?;
        let ben = self.db.act_as("acme", external(2));
        Ok((stage, ben.items().get(GetItem::new(post)).await.is_ok()))
    }
}

/// Whether Parvis says that the same may succeed at once.
fn again(error: &(dyn Error + 'static)) -> bool {
    let error = error.downcast_ref::<parvis::Error>();
    error.is_some_and(|error| error.retry() == Retry::Now)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let crm = Crm::open(&folder.path().join("crm.db")).await?;
    let show = |what: &str, (stage, reads): (String, bool)| {
        let finds = if reads { "reads" } else { "does not find" };
        writeln!(stdout(), "{what}: the deal is {stage}, Ben {finds} the post")
    };
    let post = crm.almost_win(42).await?;
    show("taken back", crm.look(42, post).await?)?;
    let post = crm.win(42).await?;
    show("committed", crm.look(42, post).await?)?;
    Ok(())
}
