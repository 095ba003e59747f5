//! Short words for batches, keys and reads of the kit's schema.

use crate::store::{Batch, Check, CommitId, Dir, Expect, Keys, Parts, Range, Read, Value, Wake, Want, Write};

/// A batch in the making.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    /// What it has come to.
    pub(super) batch: Batch,
}

impl Draft {
    /// An empty batch whose id and request are made of `number`; its time is 1,000.
    pub(super) fn new(number: u64) -> Draft {
        Draft {
            batch: Batch::new(commit_id(number), request(number), 1_000),
        }
    }

    pub(super) fn at(mut self, time: i64) -> Draft {
        self.batch.time = time;
        self
    }

    pub(super) fn answer(mut self, answer: &str) -> Draft {
        self.batch.answer = answer.into();
        self
    }

    /// The same batch under another request.
    pub(super) fn request(mut self, number: u64) -> Draft {
        self.batch.request = request(number);
        self
    }

    fn check(mut self, table: &'static str, key: Parts, expect: Expect) -> Draft {
        self.batch.checks.push(Check { table, key, expect });
        self
    }

    pub(super) fn absent(self, table: &'static str, key: Parts) -> Draft {
        self.check(table, key, Expect::Absent)
    }

    pub(super) fn present(self, table: &'static str, key: Parts) -> Draft {
        self.check(table, key, Expect::Present)
    }

    pub(super) fn stamp(self, table: &'static str, key: Parts, stamp: CommitId) -> Draft {
        self.check(table, key, Expect::Stamp(stamp))
    }

    pub(super) fn write(mut self, write: Write) -> Draft {
        self.batch.writes.push(write);
        self
    }

    /// A row without a document.
    pub(super) fn put(self, table: &'static str, key: Parts, columns: Parts) -> Draft {
        self.write(Write::Put {
            table,
            key,
            columns,
            document: None,
        })
    }

    /// A row with a document.
    pub(super) fn put_with(self, table: &'static str, key: Parts, columns: Parts, document: &str) -> Draft {
        self.write(Write::Put {
            table,
            key,
            columns,
            document: Some(document.into()),
        })
    }

    pub(super) fn delete(self, table: &'static str, key: Parts) -> Draft {
        self.write(Write::Delete { table, key })
    }

    /// Onto a column of `counts`, without bounds.
    pub(super) fn add(self, key: Parts, column: &'static str, n: i64) -> Draft {
        self.bounded(key, column, n, None, None)
    }

    /// Onto a column of `counts`, within bounds.
    pub(super) fn bounded(
        self,
        key: Parts,
        column: &'static str,
        n: i64,
        at_least: Option<i64>,
        at_most: Option<i64>,
    ) -> Draft {
        self.write(Write::Add {
            table: "counts",
            key,
            column,
            n,
            at_least,
            at_most,
        })
    }

    /// The larger one in a column of `counts`.
    pub(super) fn max(self, key: Parts, column: &'static str, value: i64) -> Draft {
        self.write(Write::Max {
            table: "counts",
            key,
            column,
            value,
        })
    }

    pub(super) fn delete_range(self, table: &'static str, prefix: Parts, at_most: u32) -> Draft {
        self.write(Write::DeleteRange { table, prefix, at_most })
    }

    pub(super) fn log(mut self, entry: &str) -> Draft {
        self.batch.log.push(entry.into());
        self
    }

    pub(super) fn wake(mut self, wake: Wake) -> Draft {
        self.batch.wake = Some(wake);
        self
    }
}

/// A commit id made of a number.
pub(super) fn commit_id(number: u64) -> CommitId {
    CommitId((0xc0_u128 << 120 | u128::from(number)).to_be_bytes())
}

fn request(number: u64) -> [u8; 16] {
    (0x4e_u128 << 120 | u128::from(number)).to_be_bytes()
}

pub(super) fn id(n: u64) -> Option<Value> {
    Some(Value::Id(u128::from(n).to_be_bytes()))
}

pub(super) fn int(n: i64) -> Option<Value> {
    Some(Value::Int(n))
}

pub(super) fn time(n: i64) -> Option<Value> {
    Some(Value::Time(n))
}

pub(super) fn text(text: &str) -> Option<Value> {
    Some(Value::Text(text.into()))
}

pub(super) fn bytes(bytes: &[u8]) -> Option<Value> {
    Some(Value::Bytes(bytes.into()))
}

/// A key of `docs`.
pub(super) fn doc(owner: u64, lang: Option<&str>, page: Option<i64>) -> Parts {
    vec![id(owner), lang.and_then(text), page.and_then(int)]
}

/// Columns of `docs`.
pub(super) fn about(score: Option<i64>, at: i64, title: Option<&str>) -> Parts {
    vec![score.and_then(int), time(at), title.and_then(text), None]
}

/// A key of `lines`.
pub(super) fn line(kind: i64, owner: u64, t: i64, item: u64) -> Parts {
    vec![int(kind), id(owner), time(t), id(item)]
}

/// A key of `tree`.
pub(super) fn node(n: u64) -> Parts {
    vec![id(n)]
}

/// Columns of `tree`.
pub(super) fn under(parent: Option<u64>) -> Parts {
    vec![parent.and_then(id), None]
}

/// A key of `edges`.
pub(super) fn edge(from: u64, to: u64) -> Parts {
    vec![id(from), id(to)]
}

/// A key of `counts`.
pub(super) fn count(n: u64, what: Option<&str>) -> Parts {
    vec![id(n), what.and_then(text)]
}

/// A key of `marks`.
pub(super) fn mark(who: u64, name: &str) -> Parts {
    vec![id(who), text(name)]
}

/// A key of `words`.
pub(super) fn word(word: Option<&str>, n: Option<i64>, raw: Option<&[u8]>) -> Parts {
    vec![word.and_then(text), n.and_then(int), raw.and_then(bytes)]
}

/// Rows with everything, by key.
pub(super) fn get(table: &'static str, keys: impl IntoIterator<Item = Parts>) -> Read {
    Read::Get {
        table,
        keys: Keys::given(keys),
        want: Want::Document,
    }
}

/// One prefix of an order upwards without bounds, at most 1,000 rows, with everything.
pub(super) fn range(index: &'static str, prefix: Parts) -> Range {
    ranges(index, [prefix])
}

/// Several prefixes of an order upwards without bounds, at most 1,000 rows, with everything.
pub(super) fn ranges(index: &'static str, prefixes: impl IntoIterator<Item = Parts>) -> Range {
    Range {
        index,
        prefixes: Keys::given(prefixes),
        from: Vec::new(),
        to: Vec::new(),
        dir: Dir::Up,
        limit: 1_000,
        want: Want::Document,
    }
}

/// The whole of an order upwards.
pub(super) fn all(index: &'static str) -> Read {
    Read::Scan(range(index, Vec::new()))
}

/// Up the tree from these nodes.
pub(super) fn climb(start: impl IntoIterator<Item = u64>, depth: u8) -> Read {
    let start = Keys::given(start.into_iter().map(node));
    Read::Walk {
        index: "tree",
        start,
        next: "parent",
        depth,
        want: Want::Document,
    }
}
