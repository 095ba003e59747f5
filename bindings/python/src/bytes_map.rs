//! A storage of the host, in Python: an ordered map of bytes to bytes, with three methods. What tables, keys and batches mean on
//! it is the library's own.

use crate::callbacks::call;
use async_trait::async_trait;
use parvis::store::{
    Batch, CommitError, Committed, Dir, Entries, Found, NetworkId, OrderedMap, Prepare, Prepared, Read, ReadAt, Schema,
    Storage, StorageError, Writes, apply, run,
};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList};
use std::collections::VecDeque;
use std::ops::Bound::{self, Excluded, Included, Unbounded};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Entries that one `scan` asks for.
const PAGE: usize = 64;

/// The host's map, as an object of Python.
struct Map(Py<PyAny>);

impl Map {
    /// One page of a range, `from` included and `to` not.
    fn scan(&self, from: &[u8], to: Option<&[u8]>, dir: Dir) -> Result<Page, StorageError> {
        let page = call("storage", |py| {
            let bytes = |bytes| PyBytes::new(py, bytes);
            let arguments = (bytes(from), to.map(bytes), dir == Dir::Down, PAGE);
            self.0
                .bind(py)
                .call_method1("scan", arguments)?
                .extract::<Vec<(Vec<u8>, Vec<u8>)>>()
        });
        page.ok_or(StorageError::Unavailable)
    }

    fn write(&self, writes: &Writes) -> Result<(), StorageError> {
        let written = call("storage", |py| {
            let changes = writes.iter().map(|(key, value)| {
                let value = value.as_ref().map(|value| PyBytes::new(py, value));
                (PyBytes::new(py, key), value)
            });
            let changes = PyList::new(py, changes.collect::<Vec<_>>())?;
            self.0.bind(py).call_method1("write", (changes,)).map(drop)
        });
        // How far it came only the host knows.
        written.ok_or(StorageError::OutcomeUnknown)
    }
}

type Page = Vec<(Vec<u8>, Vec<u8>)>;

impl OrderedMap for Map {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        let value = call("storage", |py| {
            let value = self.0.bind(py).call_method1("get", (PyBytes::new(py, key),))?;
            value.extract::<Option<Vec<u8>>>()
        });
        value.ok_or(StorageError::Unavailable)
    }

    fn range(&self, from: Bound<&[u8]>, to: Bound<&[u8]>, dir: Dir) -> Entries<'_> {
        // The next key in byte order has one more byte, 0.
        let behind = |key: &[u8]| [key, &[0]].concat();
        let from = match from {
            Included(key) => key.to_vec(),
            Excluded(key) => behind(key),
            Unbounded => Vec::new(),
        };
        let to = match to {
            Included(key) => Some(behind(key)),
            Excluded(key) => Some(key.to_vec()),
            Unbounded => None,
        };
        Box::new(Pages {
            map: self,
            from,
            to,
            dir,
            page: VecDeque::new(),
            more: true,
        })
    }
}

/// A range, page by page.
struct Pages<'a> {
    map: &'a Map,
    from: Vec<u8>,
    to: Option<Vec<u8>>,
    dir: Dir,
    page: VecDeque<(Vec<u8>, Vec<u8>)>,
    more: bool,
}

impl Iterator for Pages<'_> {
    type Item = Result<(Vec<u8>, Vec<u8>), StorageError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.page.is_empty() && self.more {
            let page = match self.map.scan(&self.from, self.to.as_deref(), self.dir) {
                Ok(page) => page,
                Err(error) => {
                    self.more = false;
                    return Some(Err(error));
                }
            };
            self.more = page.len() >= PAGE;
            if let Some((last, _)) = page.last() {
                match self.dir {
                    Dir::Up => self.from = [last, [0].as_slice()].concat(),
                    Dir::Down => self.to = Some(last.clone()),
                }
            }
            self.page = page.into();
        }
        self.page.pop_front().map(Ok)
    }
}

/// A store on the host's map. Calls are one after the other.
#[derive(Clone)]
pub(crate) struct PyStorage {
    map: Arc<Mutex<Map>>,
    schema: Arc<Mutex<Option<Arc<Schema>>>>,
}

impl PyStorage {
    pub(crate) fn new(map: Py<PyAny>) -> PyStorage {
        PyStorage {
            map: Arc::new(Mutex::new(Map(map))),
            schema: Arc::default(),
        }
    }

    fn schema(&self) -> Result<Arc<Schema>, StorageError> {
        let unprepared = StorageError::SchemaTooOld { found: 0, needed: 1 };
        lock(&self.schema).clone().ok_or(unprepared)
    }
}

/// Nobody waits for these with the interpreter lock held: calls are carried out without it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[async_trait]
impl Storage for PyStorage {
    async fn prepare(&self, schema: &Schema, mode: Prepare) -> Result<Prepared, StorageError> {
        let map = lock(&self.map);
        let (prepared, writes) = parvis::store::prepare(&*map, schema, mode)?;
        if !writes.is_empty() {
            map.write(&writes)?;
        }
        *lock(&self.schema) = Some(Arc::new(schema.clone()));
        Ok(prepared)
    }

    async fn read(&self, network: NetworkId, reads: &[Read], _at: ReadAt) -> Result<Found, StorageError> {
        let schema = self.schema()?;
        run(&*lock(&self.map), &schema, network, reads)
    }

    async fn commit(&self, network: NetworkId, batch: Batch) -> Result<Committed, CommitError> {
        let schema = self.schema()?;
        let map = lock(&self.map);
        let applied = apply(&*map, &schema, network, &batch)?;
        if !applied.writes.is_empty() {
            map.write(&applied.writes)?;
        }
        Ok(applied.committed)
    }
}
