//! Places on servers of either kind, and handles on them.

use crate::mysql::{MysqlPlace, NO_MYSQL};
use crate::servers::{NO_POSTGRES, PostgresPlace};
use parvis::store::Storage;
use parvis_sqlx::{Mysql, MysqlOptions, Postgres, PostgresOptions};
use std::sync::Arc;
use std::time::Duration;

/// An engine with servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Served {
    Postgres,
    Mysql,
}

/// Tables of its own on a server; removed with its last clone.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    Postgres(PostgresPlace),
    Mysql(MysqlPlace),
}

/// How a handle talks to its server.
#[derive(Clone, Debug, Default)]
pub(crate) struct Way {
    port: Option<u16>,
    call: Option<Duration>,
    lock: Option<Duration>,
    parameters: String,
}

impl Way {
    /// Through another port of this machine.
    pub(crate) fn port(mut self, port: u16) -> Way {
        self.port = Some(port);
        self
    }

    /// With calls of at most so long.
    pub(crate) fn call(mut self, limit: Duration) -> Way {
        self.call = Some(limit);
        self
    }

    /// Waiting for locks so long.
    pub(crate) fn lock(mut self, wait: Duration) -> Way {
        self.lock = Some(wait);
        self
    }

    /// With more in the URL.
    pub(crate) fn parameters(mut self, parameters: impl Into<String>) -> Way {
        self.parameters = parameters.into();
        self
    }
}

/// A URL as what stands before the port, the port, and what follows it.
fn around_port(url: &str) -> (&str, u16, &str) {
    let (host, rest) = url.rsplit_once(':').unwrap();
    let (port, database) = rest.split_once('/').unwrap();
    (host, port.parse().unwrap(), database)
}

impl Served {
    /// The variable that says where the tests' server is.
    pub(crate) fn variable(self) -> &'static str {
        match self {
            Served::Postgres => "PARVIS_TEST_POSTGRES",
            Served::Mysql => "PARVIS_TEST_MYSQL",
        }
    }

    /// A place on the server of the tests; `None` where there is none, which is said.
    pub(crate) fn place(self) -> Option<Place> {
        let (place, none) = match self {
            Served::Postgres => (PostgresPlace::new().map(Place::Postgres), NO_POSTGRES),
            Served::Mysql => (MysqlPlace::new().map(Place::Mysql), NO_MYSQL),
        };
        if place.is_none() {
            println!("{none}");
        }
        place
    }

    /// A place on the server at a URL.
    pub(crate) fn at(self, url: &str) -> Place {
        match self {
            Served::Postgres => Place::Postgres(PostgresPlace::at(url)),
            Served::Mysql => Place::Mysql(MysqlPlace::at(url)),
        }
    }

    /// As the tables of results call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Served::Postgres => "Postgres",
            Served::Mysql => "MariaDB",
        }
    }
}

impl Place {
    /// The URL of the database.
    pub(crate) fn url(&self) -> &str {
        match self {
            Place::Postgres(place) => place.url(),
            Place::Mysql(place) => place.url(),
        }
    }

    /// The port of the server.
    pub(crate) fn port(&self) -> u16 {
        around_port(self.url()).1
    }

    /// The name of the database.
    pub(crate) fn database(&self) -> &str {
        around_port(self.url()).2
    }

    /// The URL by which a handle talks.
    pub(crate) fn url_by(&self, way: &Way) -> String {
        let (host, port, database) = around_port(self.url());
        let port = way.port.unwrap_or(port);
        format!("{host}:{port}/{database}{}", way.parameters)
    }

    /// As a child process is told of it.
    pub(crate) fn told(&self, way: &Way) -> String {
        let name = match self {
            Place::Postgres(place) => place.schema(),
            Place::Mysql(place) => place.prefix(),
        };
        format!("{} {name}", self.url_by(way))
    }

    /// A handle with connections of its own, as a process has it.
    pub(crate) async fn open(&self, way: &Way) -> Arc<dyn Storage> {
        let url = self.url_by(way);
        match self {
            Place::Postgres(place) => {
                let options = PostgresOptions::new(&url).schema(place.schema()).readers(2).writers(2);
                let options = way.call.into_iter().fold(options, PostgresOptions::call_timeout);
                let options = way.lock.into_iter().fold(options, PostgresOptions::lock_timeout);
                Arc::new(Postgres::open(options).await.unwrap())
            }
            Place::Mysql(place) => {
                let options = MysqlOptions::new(&url).prefix(place.prefix()).readers(2).writers(2);
                let options = way.call.into_iter().fold(options, MysqlOptions::call_timeout);
                let options = way.lock.into_iter().fold(options, MysqlOptions::lock_timeout);
                Arc::new(Mysql::open(options).await.unwrap())
            }
        }
    }
}
