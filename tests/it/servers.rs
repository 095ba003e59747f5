//! Places on database servers: each test has its own. `scripts/test` makes the servers and says where they are.

use sqlx::{AssertSqlSafe, Connection};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What a test prints where there is no server.
pub(crate) const NO_POSTGRES: &str = "skipped: no `PARVIS_TEST_POSTGRES`; scripts/test makes a server";

/// A schema of its own in a PostgreSQL database; removed with its last clone.
#[derive(Clone, Debug)]
pub(crate) struct PostgresPlace(Arc<Dropped>);

#[derive(Debug)]
struct Dropped {
    url: String,
    schema: String,
}

impl PostgresPlace {
    /// A place on the server of the tests, where there is one.
    pub(crate) fn new() -> Option<PostgresPlace> {
        std::env::var("PARVIS_TEST_POSTGRES")
            .ok()
            .map(|url| PostgresPlace::at(&url))
    }

    /// A place on the server at a URL.
    pub(crate) fn at(url: &str) -> PostgresPlace {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let url = url.to_owned();
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let schema = format!("parvis_{}_{count}", std::process::id());
        PostgresPlace(Arc::new(Dropped { url, schema }))
    }

    /// How to open it.
    pub(crate) fn options(&self) -> parvis_sqlx::PostgresOptions {
        parvis_sqlx::PostgresOptions::new(&self.0.url)
            .schema(&self.0.schema)
            .readers(2)
            .writers(2)
    }

    /// The URL for sessions that call themselves so.
    pub(crate) fn url_as(&self, name: &str) -> String {
        format!("{}?application_name={name}", self.0.url)
    }

    /// The URL of the database.
    pub(crate) fn url(&self) -> &str {
        &self.0.url
    }

    /// The schema.
    pub(crate) fn schema(&self) -> &str {
        &self.0.schema
    }
}

/// Runs work of the driver on a thread of its own, whatever runs here.
pub(crate) fn block_on<T: Send>(work: impl Future<Output = T> + Send) -> T {
    std::thread::scope(|scope| {
        let run = || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(work)
        };
        scope.spawn(run).join().unwrap()
    })
}

impl Drop for Dropped {
    fn drop(&mut self) {
        block_on(async {
            let mut connection = sqlx::PgConnection::connect(&self.url).await.unwrap();
            let away = format!("drop schema if exists {} cascade", self.schema);
            sqlx::raw_sql(AssertSqlSafe(away))
                .execute(&mut connection)
                .await
                .unwrap();
        });
    }
}
