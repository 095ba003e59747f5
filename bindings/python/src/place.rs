//! Which store a URL names.

use crate::failure::Failure;
use crate::options::Options;
use parvis_sqlx::{MysqlOptions, PostgresOptions};
use pyo3::prelude::*;
use std::ffi::OsString;
use std::path::PathBuf;

/// Which store, and where. Nothing of it is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Nothing is written to disk, nothing survives the process.
    Memory,
    /// One file.
    Sqlite(PathBuf),
    /// One folder.
    Sled(PathBuf),
    /// A database by its URL.
    Postgres(String),
    /// A database by its URL.
    Mysql(String),
}

const ACCEPTED: &str = "a store is named by a URL: sqlite://parvis.db (sqlite:///srv/parvis.db is absolute), \
     postgresql://user:password@host/database, mysql://user:password@host/database, sled://folder, or memory:";

impl Place {
    /// Reads a URL. A relative path is one of the folder that is the current one now, whatever it is at the first use.
    pub(crate) fn of(url: &str) -> Result<Place, Failure> {
        let refused = || Failure::refused("url", ACCEPTED);
        let (scheme, rest) = url.split_once(':').ok_or_else(refused)?;
        let path = || match rest.strip_prefix("//").unwrap_or(rest) {
            "" => Err(refused()),
            // What other libraries call a database that nobody keeps.
            ":memory:" => Err(Failure::refused("url", "a store that nobody keeps is named memory:")),
            path => std::path::absolute(path).map_err(|_| refused()),
        };
        match scheme.to_ascii_lowercase().as_str() {
            "memory" if rest.trim_matches('/').is_empty() => Ok(Place::Memory),
            "sqlite" => path().map(Place::Sqlite),
            "sled" => path().map(Place::Sled),
            "postgresql" | "postgres" => server(url).map(Place::Postgres),
            "mysql" | "mariadb" => server(&format!("mysql:{rest}")).map(Place::Mysql),
            _ => Err(refused()),
        }
    }

    /// The engine's name.
    pub(crate) fn engine(&self) -> &'static str {
        match self {
            Place::Memory => "memory",
            Place::Sqlite(_) => "sqlite",
            Place::Sled(_) => "sled",
            Place::Postgres(_) => "postgresql",
            Place::Mysql(_) => "mysql",
        }
    }

    /// Refuses options that mean nothing here.
    pub(crate) fn accepts(&self, options: &Options) -> Result<(), Failure> {
        let server = matches!(self, Place::Postgres(_) | Place::Mysql(_));
        let postgres = matches!(self, Place::Postgres(_));
        let embedded = matches!(self, Place::Sqlite(_) | Place::Sled(_));
        let options = [
            ("schema", options.schema.is_some(), postgres),
            ("replica", options.replica.is_some(), postgres),
            ("prefix", options.prefix.is_some(), server),
            ("writers", options.writers.is_some(), server),
            ("call_timeout", options.call_timeout().is_some(), server),
            ("acquire_timeout", options.acquire_timeout().is_some(), server),
            ("readers", options.readers.is_some(), server || embedded),
            ("busy_timeout", options.busy_timeout().is_some(), server || embedded),
        ];
        let strange = options.iter().find(|(_, given, known)| *given && !known);
        strange.map_or(Ok(()), |(name, _, _)| {
            Err(Failure::refused(name, "this store has no such option"))
        })
    }
}

/// What a URL names: the engine, and the file or folder where it is one. Nothing is opened.
#[pyfunction]
pub(crate) fn place(py: Python<'_>, url: &str) -> PyResult<(&'static str, Option<OsString>)> {
    let place = Place::of(url).map_err(|failure| failure.raise(py, None))?;
    let engine = place.engine();
    Ok(match place {
        Place::Sqlite(path) | Place::Sled(path) => (engine, Some(path.into_os_string())),
        Place::Memory | Place::Postgres(_) | Place::Mysql(_) => (engine, None),
    })
}

/// A server's URL, which is told to be none before anything is asked of it. What was wrong may be a password: it is not repeated.
fn server(url: &str) -> Result<String, Failure> {
    match url::Url::parse(url) {
        // Without a host, where a socket is named behind it.
        Ok(_) => Ok(url.to_owned()),
        Err(error) => Err(Failure::refused("url", format!("{error}; {ACCEPTED}"))),
    }
}

/// How a PostgreSQL database is opened.
pub(crate) fn postgres(url: &str, options: &Options) -> PostgresOptions {
    let mut to = PostgresOptions::new(url);
    if let Some(schema) = &options.schema {
        to = to.schema(schema.clone());
    }
    if let Some(prefix) = &options.prefix {
        to = to.prefix(prefix.clone());
    }
    if let Some(replica) = &options.replica {
        to = to.replica(replica, options.replica_wait());
    }
    if let Some(readers) = options.readers {
        to = to.readers(readers);
    }
    if let Some(writers) = options.writers {
        to = to.writers(writers);
    }
    if let Some(wait) = options.busy_timeout() {
        to = to.lock_timeout(wait);
    }
    if let Some(limit) = options.call_timeout() {
        to = to.call_timeout(limit);
    }
    match options.acquire_timeout() {
        Some(wait) => to.acquire_timeout(wait),
        None => to,
    }
}

/// How a MySQL or MariaDB database is opened.
pub(crate) fn mysql(url: &str, options: &Options) -> MysqlOptions {
    let mut to = MysqlOptions::new(url);
    if let Some(prefix) = &options.prefix {
        to = to.prefix(prefix.clone());
    }
    if let Some(readers) = options.readers {
        to = to.readers(readers);
    }
    if let Some(writers) = options.writers {
        to = to.writers(writers);
    }
    if let Some(wait) = options.busy_timeout() {
        to = to.lock_timeout(wait);
    }
    if let Some(limit) = options.call_timeout() {
        to = to.call_timeout(limit);
    }
    match options.acquire_timeout() {
        Some(wait) => to.acquire_timeout(wait),
        None => to,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_name_stores() {
        let here = |path: &str| std::env::current_dir().unwrap().join(path);
        for (url, place) in [
            ("memory:", Place::Memory),
            ("memory://", Place::Memory),
            ("sqlite://parvis.db", Place::Sqlite(here("parvis.db"))),
            ("sqlite:///srv/parvis.db", Place::Sqlite("/srv/parvis.db".into())),
            ("sled:///srv/town", Place::Sled("/srv/town".into())),
            ("postgres://a@b/c", Place::Postgres("postgres://a@b/c".to_owned())),
            ("mariadb://a@b/c", Place::Mysql("mysql://a@b/c".to_owned())),
        ] {
            assert_eq!(Place::of(url).unwrap(), place, "{url}");
        }
        for url in ["", "parvis.db", "sqlite:", "sqlite://", "redis://x", "memory://x"] {
            assert!(matches!(Place::of(url), Err(Failure::Refused("url", _))), "{url}");
        }
    }
}
