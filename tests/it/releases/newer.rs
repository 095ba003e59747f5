//! A release to come: this library on a schema with more in it, whose rows hold what this release does not know; and a store in
//! which it works beside this one.

use super::kept::hex;
use async_trait::async_trait;
use parvis::store::{
    Batch, CommitError, Committed, Field, Found, Keys, Kind, LOG, NetworkId, Parts, Prepare, Prepared, Read, ReadAt,
    Schema, Storage, StorageError, Table, Value, Want, Write,
};
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Where the columns of the release to come lie in documents. This one writes the last of them, too, but into the document only.
const MORE: [(&str, &str, Kind, &str); 3] = [
    ("item", "mood", Kind::Int, "$.mood"),
    ("person", "nick", Kind::Text, "$.more.nick"),
    ("person", "rank", Kind::Text, "$.title"),
];

/// The schema of a release to come: columns that documents hold, an index over one, and a table.
pub(super) fn newer(mut schema: Schema) -> Schema {
    schema.adds += 1;
    for (table, column, kind, path) in MORE {
        let table = schema.tables.iter_mut().find(|known| known.name == table).unwrap();
        table.columns.push(Field {
            path: Some(path),
            ..Field::optional(column, kind)
        });
    }
    let item = schema.tables.iter_mut().find(|table| table.name == "item").unwrap();
    *item = item.clone().index("item_mood", ["mood"]);
    let poll = Table::new("poll", [Field::new("id", Kind::Id)]).columns([Field::new("n", Kind::Int)]);
    schema.tables.push(poll);
    schema
}

/// What the release to come keeps in the documents of every table: one unknown field, and what its columns show.
fn more(table: &str, key: &Parts, document: &mut Map<String, Json>) {
    let Some(Some(Value::Id(id))) = key.first() else { return };
    document
        .entry("future")
        .or_insert(json!({"by": "newer", "of": hex(id)}));
    match table {
        "item" => drop(document.entry("mood").or_insert(json!(id[15] % 5))),
        "person" => drop(document.entry("more").or_insert(json!({"nick": hex(&id[12..])}))),
        _ => {}
    }
}

/// The columns of the release to come, from a document.
pub(super) fn columns(table: &str, document: &Json) -> Parts {
    let column = |(of, _, kind, path): &(&str, &str, Kind, &str)| {
        (*of == table).then(|| {
            let found = path.split('.').skip(1).try_fold(document, |at, name| at.get(name))?;
            match kind {
                Kind::Int => found.as_i64().map(Value::Int),
                _ => found.as_str().map(|text| Value::Text(text.to_owned())),
            }
        })
    };
    MORE.iter().filter_map(column).collect()
}

/// A put as the release to come writes it.
pub(super) fn put(schema: &Schema, write: Write) -> Write {
    let Write::Put {
        table,
        key,
        mut columns,
        document,
    } = write
    else {
        return write;
    };
    let documents = schema.table(table).is_some_and(|table| table.document);
    let Some(text) = document.filter(|_| documents) else {
        let document = None;
        return Write::Put {
            table,
            key,
            columns,
            document,
        };
    };
    let mut document: Json = serde_json::from_str(&text).unwrap();
    more(table, &key, document.as_object_mut().unwrap());
    columns.extend(self::columns(table, &document));
    Write::Put {
        table,
        key,
        columns,
        document: Some(document.to_string()),
    }
}

/// The library of the release to come, as this library sees it: told of no column that it does not know.
pub(super) struct Newer {
    pub(super) inner: Arc<dyn Storage>,
}

#[async_trait]
impl Storage for Newer {
    async fn prepare(&self, schema: &Schema, mode: Prepare) -> Result<Prepared, StorageError> {
        self.inner.prepare(&newer(schema.clone()), mode).await
    }

    async fn read(&self, network: NetworkId, reads: &[Read], at: ReadAt) -> Result<Found, StorageError> {
        let schema = parvis::testing::schema();
        let mut found = self.inner.read(network, reads, at).await?;
        for (read, set) in reads.iter().zip(&mut found.sets) {
            let index = match read {
                Read::Get { table, .. } => table,
                Read::Walk { index, .. } => index,
                Read::Scan(range) | Read::Merge(range) => range.index,
            };
            let known = schema.table_of(index).unwrap().columns.len();
            set.rows.iter_mut().for_each(|row| row.columns.truncate(known));
        }
        Ok(found)
    }

    async fn commit(&self, network: NetworkId, mut batch: Batch) -> Result<Committed, CommitError> {
        let schema = newer(parvis::testing::schema());
        batch.writes = batch.writes.into_iter().map(|write| put(&schema, write)).collect();
        self.inner.commit(network, batch).await
    }
}

/// Two releases on one store: each call goes to one of them.
pub(super) struct Both {
    pub(super) older: Arc<dyn Storage>,
    pub(super) newer: Newer,
    pub(super) calls: AtomicU64,
    /// Rows with unknown fields that the older release rewrote.
    pub(super) kept: AtomicU64,
}

impl Both {
    pub(super) fn new(older: Arc<dyn Storage>, newer: Arc<dyn Storage>) -> Both {
        Both {
            older,
            newer: Newer { inner: newer },
            calls: AtomicU64::new(0),
            kept: AtomicU64::new(0),
        }
    }

    /// Whether the next call is the older release's.
    fn older_is_next(&self) -> bool {
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        // A few calls each: what follows on a commit of one release is a question to the other, or not.
        blake3::hash(&(call / 3).to_le_bytes()).as_bytes()[0].is_multiple_of(2)
    }

    /// What the rows that a batch rewrites hold that the older release does not know.
    async fn unknown(&self, network: NetworkId, batch: &Batch) -> Result<Vec<Unknown>, StorageError> {
        let schema = parvis::testing::schema();
        let mut unknown = Vec::new();
        for write in &batch.writes {
            let Write::Put {
                table,
                key,
                document: Some(after),
                ..
            } = write
            else {
                continue;
            };
            if *table == LOG || schema.table(table).is_none_or(|table| !table.document) {
                continue;
            }
            let get = Read::Get {
                table,
                keys: Keys::given([key.clone()]),
                want: Want::Document,
            };
            let found = self.older.read(network, &[get], ReadAt::Fresh).await?;
            if let Some(before) = found.sets[0].rows.first().and_then(|row| row.document.as_deref()) {
                let [before, after] = [before, after].map(|text| serde_json::from_str(text).unwrap());
                unknown.push(Unknown { table, before, after });
            }
        }
        Ok(unknown)
    }
}

/// A row that the older release rewrites.
struct Unknown {
    table: &'static str,
    before: Json,
    after: Json,
}

impl Unknown {
    /// How many fields are kept; one that is lost fails.
    fn kept(&self) -> u64 {
        let fields = ["future", "mood", "more"].into_iter();
        let kept = fields
            .filter(|field| self.before.get(field).is_some())
            .inspect(|field| {
                assert_eq!(
                    self.after.get(field),
                    self.before.get(field),
                    "`{field}` of {}",
                    self.table
                );
            });
        kept.count() as u64
    }
}

#[async_trait]
impl Storage for Both {
    async fn prepare(&self, schema: &Schema, mode: Prepare) -> Result<Prepared, StorageError> {
        self.newer.prepare(schema, mode).await?;
        self.older.prepare(schema, mode).await
    }

    async fn read(&self, network: NetworkId, reads: &[Read], at: ReadAt) -> Result<Found, StorageError> {
        match self.older_is_next() {
            true => self.older.read(network, reads, at).await,
            false => self.newer.read(network, reads, at).await,
        }
    }

    async fn commit(&self, network: NetworkId, batch: Batch) -> Result<Committed, CommitError> {
        let unknown = self.unknown(network, &batch).await?;
        // What the newer release wrote is rewritten by the older one, whose turn it may be or not.
        let rewrites = unknown.iter().any(|row| row.before.get("future").is_some());
        match self.older_is_next() || rewrites {
            true => {
                let committed = self.older.commit(network, batch).await?;
                if !committed.repeated {
                    let kept = unknown.iter().map(Unknown::kept).sum();
                    self.kept.fetch_add(kept, Ordering::Relaxed);
                }
                Ok(committed)
            }
            false => self.newer.commit(network, batch).await,
        }
    }
}
