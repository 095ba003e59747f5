//! Checksums of rows. An engine may notice that its file is no longer in order; it does not notice that a cell holds another
//! value than the one that was written. What decides rights must not be read from such a cell.
//!
//! Summed are the rows that batches check (those of stamped tables), where they hold anything beside their key. The sum is
//! one number: the lower half is over network, table, key, columns and stamp, and is looked at with every row that is read
//! with its columns; the upper half is over the document, and is looked at where that is read.

use parvis::store::{Class, CommitId, LOG, NetworkId, Parts, Row, Table, Value};

/// Whether rows of a table carry a sum.
pub(crate) fn summed(table: &Table) -> bool {
    // The log is written by a statement of its own, and decides nothing.
    table.class == Class::Stamped && table.name != LOG && (table.document || !table.columns.is_empty())
}

/// The sums of one table in one network.
pub(crate) struct Sums {
    start: crc32fast::Hasher,
    bytes: Vec<u8>,
}

/// Bits of a document's sum: a sum is no negative number.
const UPPER: u32 = u32::MAX >> 1;

impl Sums {
    pub(crate) fn of(network: NetworkId, table: &Table) -> Sums {
        let mut start = crc32fast::Hasher::new();
        start.update(&network.0);
        start.update(table.name.as_bytes());
        Sums {
            start,
            bytes: Vec::with_capacity(256),
        }
    }

    /// The sum of a row.
    pub(crate) fn sum(&mut self, key: &Parts, columns: &Parts, stamp: CommitId, document: Option<&str>) -> i64 {
        i64::from(self.lower(key, columns, stamp)) | i64::from(upper(document)) << 32
    }

    /// Whether a row that was read is the one that was written: its document too, where that was `wanted`.
    pub(crate) fn fits(&mut self, row: &Row, sum: i64, wanted: bool) -> bool {
        let Some(stamp) = row.stamp else { return false };
        let lower = self.lower(&row.key, &row.columns, stamp);
        sum & i64::from(u32::MAX) == i64::from(lower)
            && (!wanted || sum >> 32 == i64::from(upper(row.document.as_deref())))
    }

    fn lower(&mut self, key: &Parts, columns: &Parts, stamp: CommitId) -> u32 {
        self.bytes.clear();
        for value in key.iter().chain(columns) {
            push(&mut self.bytes, value.as_ref());
        }
        self.bytes.extend_from_slice(&stamp.0);
        let mut hasher = self.start.clone();
        hasher.update(&self.bytes);
        hasher.finalize()
    }
}

fn upper(document: Option<&str>) -> u32 {
    document.map_or(0, |document| crc32fast::hash(document.as_bytes()) & UPPER)
}

/// Appends a value so that no two lists of values are the same bytes.
fn push(out: &mut Vec<u8>, value: Option<&Value>) {
    let mut long = |mark: u8, bytes: &[u8]| {
        out.push(mark);
        out.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
        out.extend_from_slice(bytes);
    };
    match value {
        None => out.push(0),
        Some(Value::Id(id)) => {
            out.push(1);
            out.extend_from_slice(id);
        }
        Some(Value::Time(n) | Value::Int(n)) => {
            out.push(2);
            out.extend_from_slice(&n.to_le_bytes());
        }
        Some(Value::Text(text)) => long(3, text.as_bytes()),
        Some(Value::Bytes(bytes)) => long(4, bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parvis::store::{Field, Kind};

    fn row() -> Row {
        Row {
            key: vec![Some(Value::Id([7; 16])), None],
            columns: vec![Some(Value::Int(5)), Some(Value::Text("word".to_owned()))],
            stamp: Some(CommitId([9; 16])),
            document: Some("{\"a\":1}".to_owned()),
        }
    }

    fn table(name: &'static str) -> Table {
        Table::new(name, [Field::new("id", Kind::Id), Field::optional("n", Kind::Int)])
            .columns([Field::new("a", Kind::Int), Field::new("b", Kind::Text)])
            .document()
    }

    #[test]
    fn what_was_changed_or_moved_does_not_fit() {
        let row = row();
        let network = NetworkId([3; 16]);
        let mut sums = Sums::of(network, &table("t"));
        let sum = sums.sum(&row.key, &row.columns, CommitId([9; 16]), row.document.as_deref());
        assert!(sum >= 0 && sums.fits(&row, sum, true));
        assert!(!Sums::of(NetworkId([4; 16]), &table("t")).fits(&row, sum, true));
        assert!(!Sums::of(network, &table("u")).fits(&row, sum, true));
        for bit in 0..63 {
            assert!(!sums.fits(&row, sum ^ (1 << bit), true), "bit {bit} of the sum");
        }
        type Change = fn(&mut Row);
        let changes: [Change; 6] = [
            |row| row.key.reverse(),
            |row| row.columns.reverse(),
            |row| row.columns = vec![Some(Value::Int(4)), Some(Value::Text("word".to_owned()))],
            |row| row.columns = vec![Some(Value::Int(5)), None],
            |row| row.stamp = Some(CommitId([8; 16])),
            |row| row.stamp = None,
        ];
        for (at, change) in changes.into_iter().enumerate() {
            let mut changed = row.clone();
            change(&mut changed);
            assert!(!sums.fits(&changed, sum, false), "change {at}");
        }
        let mut other = row.clone();
        other.document = Some("{\"a\":2}".to_owned());
        assert!(!sums.fits(&other, sum, true) && sums.fits(&other, sum, false));
        other.document = None;
        assert!(!sums.fits(&other, sum, true));
    }

    #[test]
    fn rows_that_decide_are_summed() {
        assert!(summed(&table("t")));
        assert!(!summed(&table("t").class(Class::Free)));
        assert!(!summed(&Table::new("keys", [Field::new("id", Kind::Id)])));
    }
}
