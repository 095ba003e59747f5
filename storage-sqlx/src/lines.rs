//! What the tests of costs read from: timelines of any length in one table, as every engine stores it.

use parvis::store::{
    Batch, CommitId, Dir, Field, Keys, Kind, NetworkId, Prepare, Range, Schema, Storage, Table, Value, Want, Write,
};

pub(crate) const NETWORK: NetworkId = NetworkId([3; 16]);

/// Entries by timeline and instant; every other one also stands in an index.
pub(crate) fn schema() -> Schema {
    let key = [
        Field::new("of", Kind::Int),
        Field::new("t", Kind::Time),
        Field::new("id", Kind::Int),
    ];
    let table = Table::new("line", key).columns([Field::optional("more", Kind::Int)]);
    Schema::new(1, 1, [table.index("line_more", ["of", "more"])])
}

/// Prepares an empty store and writes these entries: timeline, instant, id.
pub(crate) async fn fill(store: &impl Storage, entries: impl Iterator<Item = (i64, i64, i64)>) {
    store.prepare(&schema(), Prepare::Upgrade).await.unwrap();
    let put = |(of, t, id): (i64, i64, i64)| Write::Put {
        table: "line",
        key: vec![Some(Value::Int(of)), Some(Value::Time(t)), Some(Value::Int(id))],
        columns: vec![(id % 2 == 0).then_some(Value::Int(id))],
        document: None,
    };
    let writes: Vec<Write> = entries.map(put).collect();
    for (number, some) in writes.chunks(1_000).enumerate() {
        let mut batch = Batch::new(CommitId([number as u8; 16]), [0; 16], 0);
        batch.writes.extend_from_slice(some);
        store.commit(NETWORK, batch).await.unwrap();
    }
}

/// The newest entries of these timelines.
pub(crate) fn range(index: &'static str, timelines: impl IntoIterator<Item = i64>, limit: u32) -> Range {
    Range {
        index,
        prefixes: Keys::given(timelines.into_iter().map(|of| vec![Some(Value::Int(of))])),
        from: Vec::new(),
        to: Vec::new(),
        dir: Dir::Down,
        limit,
        want: Want::Columns,
    }
}
