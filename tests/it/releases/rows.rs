//! All rows of a store, in the order of every table and of every index.

use super::kept::{hex, parts_as};
use parvis::store::conformance::wait;
use parvis::store::{
    Batch, Dir, Field, Keys, NetworkId, Parts, Range, Read, ReadAt, Row, Schema, Storage, Table, Value, Want,
};
use std::collections::BTreeSet;

/// Rows of one look.
const CHUNK: u32 = 200;

/// The networks that batches are of.
pub(super) fn networks(batches: &[(NetworkId, Batch)]) -> BTreeSet<NetworkId> {
    let named = batches.iter().map(|(network, _)| *network);
    named.chain([NetworkId::SYSTEM]).collect()
}

/// The part of a row that an order goes by.
fn part(table: &Table, row: &Row, field: &Field) -> Option<Value> {
    let at = |fields: &[Field]| fields.iter().position(|own| own.name == field.name);
    match at(&table.key) {
        Some(at) => row.key[at].clone(),
        None => row.columns[at(&table.columns).unwrap()].clone(),
    }
}

/// The rows of one order, all of them.
pub(super) fn of(store: &dyn Storage, table: &Table, index: &'static str, network: NetworkId) -> Vec<Row> {
    let order = table.order(index).unwrap();
    let (mut rows, mut from): (Vec<Row>, Parts) = (Vec::new(), Parts::new());
    loop {
        let range = Range {
            index,
            prefixes: Keys::given([Parts::new()]),
            from,
            to: Parts::new(),
            dir: Dir::Up,
            limit: CHUNK,
            want: Want::Document,
        };
        let mut found = wait(store.read(network, &[Read::Scan(range)], ReadAt::Fresh)).unwrap();
        let more = found.sets.remove(0).rows;
        let whole = more.len() == CHUNK as usize;
        rows.extend(more);
        let Some(last) = rows.last().filter(|_| whole) else {
            return rows;
        };
        from = order.iter().map(|field| part(table, last, field)).collect();
    }
}

/// A line a row and order.
pub(super) fn dump(store: &dyn Storage, schema: &Schema, networks: &BTreeSet<NetworkId>) -> Vec<String> {
    let mut lines = Vec::new();
    for network in networks {
        for table in &schema.tables {
            let rows = of(store, table, table.name, *network);
            lines.extend(rows.iter().map(|row| {
                let stamp = row.stamp.map(|stamp| hex(&stamp.0));
                let (key, columns) = (parts_as(&row.key), parts_as(&row.columns));
                let (place, document) = (hex(&network.0), &row.document);
                format!("{place} {} {key} {columns} {stamp:?} {document:?}", table.name)
            }));
            for index in &table.indexes {
                let rows = of(store, table, index.name, *network);
                let place = hex(&network.0);
                lines.extend(
                    rows.iter()
                        .map(|row| format!("{place} {} {}", index.name, parts_as(&row.key))),
                );
            }
        }
    }
    lines
}

/// The lines' hash.
pub(super) fn hash(lines: &[String]) -> String {
    blake3::hash(lines.join("\n").as_bytes()).to_hex().to_string()
}

/// Two dumps are the same; the first difference fails.
pub(super) fn same(what: &str, rows: &[String], golden: &[String]) {
    for (row, golden) in rows.iter().zip(golden) {
        assert_eq!(row, golden, "{what}");
    }
    assert_eq!(rows.len(), golden.len(), "{what}: another number of rows");
}
