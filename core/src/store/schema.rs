//! The schema: tables, keys, columns and indexes as data. Adapters derive their tables and statement texts from it.

use super::value::Kind;

/// What writing a row of a table leaves behind, and what a batch may ask of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// A row carries the commit id that wrote it; a batch may check `absent`, `present` and `stamp`.
    Stamped,
    /// A key and integers, changed by `add` and `max` only; bounds instead of checks.
    Counters,
    /// Last write wins; no check.
    Free,
    /// No stamp and no time; only `absent` and `present`.
    Unstamped,
}

/// A named, typed part of a key or a column.
#[derive(Clone, Debug)]
pub struct Field {
    /// Name, unique within its table.
    pub name: &'static str,
    /// Type of its values.
    pub kind: Kind,
    /// Whether it may be absent.
    pub optional: bool,
    /// Where an adapter finds the value in the document of a row written before the column existed, as a JSON path.
    pub path: Option<&'static str>,
}

impl Field {
    /// A field that is always present.
    pub const fn new(name: &'static str, kind: Kind) -> Field {
        Field {
            name,
            kind,
            optional: false,
            path: None,
        }
    }

    /// A field that may be absent.
    pub const fn optional(name: &'static str, kind: Kind) -> Field {
        Field {
            name,
            kind,
            optional: true,
            path: None,
        }
    }
}

/// A second order over the rows of a table.
#[derive(Clone, Debug)]
pub struct Index {
    /// Name, unique within the schema, and no table's name.
    pub name: &'static str,
    /// Key parts and columns it orders by; the key parts that are missing follow in key order.
    pub fields: Vec<&'static str>,
}

/// A table.
#[derive(Clone, Debug)]
pub struct Table {
    /// Name, unique within the schema; also the name of the index over its key.
    pub name: &'static str,
    /// See [`Class`].
    pub class: Class,
    /// The key, at least one part.
    pub key: Vec<Field>,
    /// The columns. Those of a [`Class::Counters`] table are required integers.
    pub columns: Vec<Field>,
    /// Whether rows may carry a document.
    pub document: bool,
    /// Further orders.
    pub indexes: Vec<Index>,
    /// Whether a missing row allows something that the row would forbid. Backends whose engine notices no damage to its
    /// files look through such a table, all of it, when they are prepared.
    pub guard: bool,
}

impl Table {
    /// A stamped table without columns, document or index.
    pub fn new(name: &'static str, key: impl IntoIterator<Item = Field>) -> Table {
        Table {
            name,
            class: Class::Stamped,
            key: key.into_iter().collect(),
            columns: Vec::new(),
            document: false,
            indexes: Vec::new(),
            guard: false,
        }
    }

    /// Sets the class.
    pub fn class(mut self, class: Class) -> Table {
        self.class = class;
        self
    }

    /// Sets the columns.
    pub fn columns(mut self, columns: impl IntoIterator<Item = Field>) -> Table {
        self.columns = columns.into_iter().collect();
        self
    }

    /// Lets rows carry a document.
    pub fn document(mut self) -> Table {
        self.document = true;
        self
    }

    /// Adds an index.
    pub fn index(mut self, name: &'static str, fields: impl IntoIterator<Item = &'static str>) -> Table {
        self.indexes.push(Index {
            name,
            fields: fields.into_iter().collect(),
        });
        self
    }

    /// Says that a missing row allows something; such a table is stamped and has a column.
    pub fn guard(mut self) -> Table {
        self.guard = true;
        self
    }

    /// A key part or a column by name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.key.iter().chain(&self.columns).find(|field| field.name == name)
    }

    /// The fields of the order called `index` (the table's own name is its key order), the missing key parts appended.
    pub fn order(&self, index: &str) -> Option<Vec<&Field>> {
        let named: &[&'static str] = if index == self.name {
            &[]
        } else {
            &self.indexes.iter().find(|i| i.name == index)?.fields
        };
        let rest = self.key.iter().filter(|part| !named.contains(&part.name));
        named
            .iter()
            .filter_map(|name| self.field(name))
            .chain(rest)
            .map(Some)
            .collect()
    }
}

/// All tables of one release.
#[derive(Clone, Debug)]
pub struct Schema {
    /// Grows with every addition; a store with another number works.
    pub adds: u32,
    /// Grows when the meaning of something stored changes; a store with a larger number is refused.
    pub breaks: u32,
    /// The tables, [`LOG`] and [`AGENDA`] among them.
    pub tables: Vec<Table>,
}

/// The log: one row per entry, key `number`, columns `t` and `commit`, the entry as document. Written by the store itself.
pub const LOG: &str = "log";
/// The agenda of network [`SYSTEM`](super::NetworkId::SYSTEM): one row per network that has work to do, with the instant
/// when; index [`AGENDA_DUE`] in order of instants. Written by the store itself.
pub const AGENDA: &str = "agenda";
/// The agenda in order of instants.
pub const AGENDA_DUE: &str = "agenda_due";

impl Schema {
    /// A schema of these tables and the store's own.
    pub fn new(adds: u32, breaks: u32, tables: impl IntoIterator<Item = Table>) -> Schema {
        let mut all: Vec<Table> = tables.into_iter().collect();
        all.push(
            Table::new(LOG, [Field::new("number", Kind::Int)])
                .columns([Field::new("t", Kind::Time), Field::new("commit", Kind::Id)])
                .document(),
        );
        all.push(
            Table::new(AGENDA, [Field::new("network", Kind::Id)])
                .class(Class::Free)
                .columns([Field::new("at", Kind::Time)])
                .index(AGENDA_DUE, ["at"]),
        );
        Schema {
            adds,
            breaks,
            tables: all,
        }
    }

    /// A table by name.
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name == name)
    }

    /// The table that an index (or a table's own name) orders.
    pub fn table_of(&self, index: &str) -> Option<&Table> {
        self.tables
            .iter()
            .find(|t| t.name == index || t.indexes.iter().any(|i| i.name == index))
    }
}
