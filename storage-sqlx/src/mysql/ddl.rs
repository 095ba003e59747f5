//! The statements that make tables and indexes.

use super::dialect::FIELDS;
use crate::dialect::{DOCUMENT, NETWORK, Names, STAMP, quoted};
use parvis::store::{Class, Field, Index, Kind, Schema, Table};

/// All of a schema, for an empty database.
pub(super) fn all(names: &Names, schema: &Schema) -> Vec<String> {
    let tables = schema.tables.iter().flat_map(|table| {
        let indexes = table.indexes.iter().map(|index| self::index(names, table, index));
        [create(names, table)].into_iter().chain(indexes)
    });
    own(names).into_iter().chain(tables).collect()
}

/// How the tables are made: rows in the order of their key, bytes compared as bytes.
const MADE: &str = "engine=InnoDB row_format=dynamic default character set utf8mb4 collate utf8mb4_bin";

/// The store's own tables.
pub(super) fn own(names: &Names) -> [String; 5] {
    let zeros = "00".repeat(16);
    [
        format!(
            "create table if not exists {}(id int not null primary key, adds int not null, breaks int not null, \
             filled int not null) {MADE}",
            names.numbers()
        ),
        format!(
            "create table if not exists {}(n bigint not null auto_increment primary key, id binary(16) not null unique) \
             {MADE}",
            names.networks()
        ),
        format!(
            "create table if not exists {}(network bigint not null primary key, number bigint not null, \
             commit_id binary(16) not null, newest bigint not null) {MADE}",
            names.positions()
        ),
        format!(
            "create table if not exists {}(network bigint not null, id binary(16) not null, request binary(16) not null, \
             number bigint not null, commit_id binary(16) not null, answer mediumtext not null, \
             primary key(network,id)) {MADE}",
            names.commits()
        ),
        // The network of the store itself.
        format!(
            "insert into {}(n,id) values(0,x'{zeros}') on duplicate key update n=n",
            names.networks()
        ),
    ]
}

/// The position row of a network whose log is empty, where it has none.
pub(super) fn begun(names: &Names, number: i64) -> String {
    format!(
        "insert into {0}(network,number,commit_id,newest) select n,0,x'{1}',{2} from {3} where n={number} \
         on duplicate key update network={0}.network",
        names.positions(),
        "00".repeat(16),
        i64::MIN,
        names.networks()
    )
}

/// The type of a column; `indexed`: whether an order goes by it.
fn column_type(table: &Table, field: &Field, indexed: bool) -> String {
    let key = table.key.iter().any(|part| part.name == field.name);
    let kind = match (field.kind, key && field.optional) {
        (Kind::Id, false) => "binary(16)",
        (Kind::Time | Kind::Int, false) => "bigint",
        // Order forms: one byte more than the value.
        (Kind::Id, true) => "varbinary(17)",
        (Kind::Time | Kind::Int, true) => "varbinary(9)",
        (Kind::Text | Kind::Bytes, true) => "varbinary(513)",
        (Kind::Text | Kind::Bytes, false) if key || indexed => "varbinary(512)",
        (Kind::Text, false) => "mediumtext",
        (Kind::Bytes, false) => "mediumblob",
    };
    // Columns may lack a value as long as an older release writes.
    let null = match (key, table.class) {
        (true, _) => "not null",
        (false, Class::Counters) => "not null default 0",
        (false, _) => "null",
    };
    format!("{kind} {null}")
}

/// Whether an order goes by a column.
pub(super) fn is_indexed(table: &Table, field: &Field) -> bool {
    table.indexes.iter().any(|index| index.fields.contains(&field.name))
}

/// A column with its type.
pub(super) fn column(table: &Table, field: &Field) -> String {
    let kind = column_type(table, field, is_indexed(table, field));
    format!("{} {kind}", quoted(field.name))
}

/// Fields of a row that are neither key nor column.
pub(super) fn own_fields(table: &Table) -> usize {
    1 + usize::from(table.class == Class::Stamped) + usize::from(table.document)
}

/// A table without its indexes.
pub(super) fn create(names: &Names, table: &Table) -> String {
    let mut columns = vec![format!("{NETWORK} bigint not null")];
    columns.extend(table.key.iter().chain(&table.columns).map(|field| column(table, field)));
    if table.class == Class::Stamped {
        columns.push(format!("{STAMP} binary(16) null"));
    }
    if table.document {
        columns.push(format!("{DOCUMENT} mediumtext null"));
    }
    columns.push(format!("{FIELDS} smallint not null default 0"));
    let key: Vec<String> = table.key.iter().map(|field| quoted(field.name)).collect();
    format!(
        "create table if not exists {}({}, primary key({NETWORK},{})) {MADE}",
        names.table(table.name),
        columns.join(", "),
        key.join(",")
    )
}

/// An index.
pub(super) fn index(names: &Names, table: &Table, index: &Index) -> String {
    let fields = table.order(index.name).unwrap_or_default();
    let fields: Vec<String> = fields.iter().map(|field| quoted(field.name)).collect();
    format!(
        "create index {} on {}({NETWORK},{})",
        names.index(index.name),
        names.table(table.name),
        fields.join(",")
    )
}
