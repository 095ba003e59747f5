//! Reads and batches together, on the reference backend and on its plain map.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice, clippy::panic)]

use super::*;
use std::collections::BTreeMap;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

mod batches;

const NET: NetworkId = NetworkId([7; 16]);

/// The reference backend is done at the first poll.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the reference backend waited"),
    }
}

fn tables() -> Vec<Table> {
    vec![
        Table::new("doc", [Field::new("id", Kind::Int)])
            .columns([Field::optional("parent", Kind::Int), Field::new("name", Kind::Text)])
            .document()
            .index("doc_name", ["name"])
            .index("doc_parent", ["parent"]),
        Table::new(
            "line",
            [
                Field::new("of", Kind::Text),
                Field::new("t", Kind::Time),
                Field::new("doc", Kind::Int),
            ],
        )
        .class(Class::Free),
        Table::new("count", [Field::new("id", Kind::Int)])
            .class(Class::Counters)
            .columns([Field::new("a", Kind::Int), Field::new("b", Kind::Int)]),
        Table::new("vote", [Field::new("id", Kind::Int)]).class(Class::Unstamped),
    ]
}

fn schema() -> Schema {
    Schema::new(1, 1, tables())
}

fn store() -> Memory {
    let store = Memory::new();
    assert!(now(store.prepare(&schema(), Prepare::Upgrade)).unwrap().changed);
    store
}

fn int(n: i64) -> Option<Value> {
    Some(Value::Int(n))
}

fn text(text: &str) -> Option<Value> {
    Some(Value::Text(text.into()))
}

fn id(n: u8) -> CommitId {
    CommitId([n; 16])
}

fn batch(n: u8) -> Batch {
    Batch::new(id(n), [n; 16], 1_000 + i64::from(n))
}

fn doc(n: i64, parent: Option<i64>, name: &str) -> Write {
    let document = Some(format!("{{\"name\":\"{name}\",\"rank\":{n}}}"));
    Write::Put {
        table: "doc",
        key: vec![int(n)],
        columns: vec![parent.and_then(int), text(name)],
        document,
    }
}

fn line(of: &str, t: i64, doc: i64) -> Write {
    let key = vec![text(of), Some(Value::Time(t)), int(doc)];
    Write::Put {
        table: "line",
        key,
        columns: vec![],
        document: None,
    }
}

fn commit(store: &Memory, batch: Batch) -> Result<Committed, CommitError> {
    now(store.commit(NET, batch))
}

fn wrote(store: &Memory, n: u8, writes: Vec<Write>) {
    commit(store, Batch { writes, ..batch(n) }).unwrap();
}

fn read(store: &Memory, reads: &[Read]) -> Vec<Rows> {
    now(store.read(NET, reads, ReadAt::Fresh)).unwrap().sets
}

fn range(index: &'static str, prefixes: Vec<Parts>) -> Range {
    Range {
        index,
        prefixes: Keys::given(prefixes),
        from: vec![],
        to: vec![],
        dir: Dir::Up,
        limit: 100,
        want: Want::Document,
    }
}

fn ints(rows: &Rows, part: usize) -> Vec<i64> {
    let number = |row: &Row| match row.key[part] {
        Some(Value::Int(n)) => n,
        _ => panic!("no integer"),
    };
    rows.rows.iter().map(number).collect()
}

#[test]
fn get_answers_in_key_order_and_reports_absent_keys() {
    let store = store();
    wrote(&store, 1, vec![doc(3, None, "c"), doc(-1, Some(3), "a")]);
    let keys = Keys::given([vec![int(3)], vec![int(9)], vec![int(-1)], vec![int(3)]]);
    let sets = read(
        &store,
        &[Read::Get {
            table: "doc",
            keys,
            want: Want::Document,
        }],
    );
    assert_eq!(ints(&sets[0], 0), [-1, 3]);
    assert_eq!(sets[0].absent, [vec![int(9)]]);
    assert_eq!(sets[0].rows[0].columns, [int(3), text("a")]);
    assert_eq!(sets[0].rows[0].stamp, Some(id(1)));
    assert_eq!(
        sets[0].rows[0].document.as_deref(),
        Some("{\"name\":\"a\",\"rank\":-1}")
    );
}

#[test]
fn indexes_follow_puts_and_deletes() {
    let store = store();
    wrote(
        &store,
        1,
        vec![doc(1, None, "b"), doc(2, Some(1), "a"), doc(3, Some(1), "c")],
    );
    let by_name = || ints(&read(&store, &[Read::Scan(range("doc_name", vec![vec![]]))])[0], 0);
    assert_eq!(by_name(), [2, 1, 3]);
    wrote(
        &store,
        2,
        vec![
            doc(2, None, "z"),
            Write::Delete {
                table: "doc",
                key: vec![int(1)],
            },
        ],
    );
    assert_eq!(by_name(), [3, 2]);
    let root = Read::Scan(range("doc_parent", vec![vec![None]]));
    assert_eq!(ints(&read(&store, &[root])[0], 0), [2]);
    wrote(
        &store,
        3,
        vec![Write::DeleteRange {
            table: "doc",
            prefix: vec![],
            at_most: 2,
        }],
    );
    assert_eq!(by_name(), [0; 0]);
    // An entry left behind would name a row that is gone.
    assert_eq!(
        read(&store, &[Read::Scan(range("doc_parent", vec![vec![]]))])[0],
        Rows::default()
    );
}

#[test]
fn keys_come_from_earlier_reads_and_walks_end_in_cycles() {
    let store = store();
    wrote(
        &store,
        1,
        vec![
            doc(1, Some(3), "a"),
            doc(2, Some(1), "b"),
            doc(3, Some(2), "c"),
            doc(4, None, "d"),
        ],
    );
    wrote(&store, 2, vec![line("x", 5, 4), line("x", 6, 2), line("x", 7, 99)]);
    let reads = [
        Read::Scan(Range {
            want: Want::Key,
            ..range("line", vec![vec![text("x")]])
        }),
        Read::Get {
            table: "doc",
            keys: Keys::of(0, [Part::Column("doc")]),
            want: Want::Columns,
        },
        // The parent of doc 4 is absent: it gives no key.
        Read::Get {
            table: "doc",
            keys: Keys::of(1, [Part::Column("parent")]),
            want: Want::Key,
        },
        Read::Walk {
            index: "doc",
            start: Keys::of(1, [Part::Column("id")]),
            next: "parent",
            depth: 16,
            want: Want::Key,
        },
        Read::Walk {
            index: "doc_parent",
            start: Keys::one([Value::Int(1)]),
            next: "id",
            depth: 2,
            want: Want::Columns,
        },
    ];
    let sets = read(&store, &reads);
    assert_eq!(ints(&sets[1], 0), [2, 4]);
    assert_eq!(sets[1].absent, [vec![int(99)]]);
    assert_eq!(ints(&sets[2], 0), [1]);
    assert_eq!(ints(&sets[3], 0), [1, 2, 3, 4]);
    assert!(
        sets[3]
            .rows
            .iter()
            .all(|row| row.columns.is_empty() && row.stamp.is_none())
    );
    assert_eq!(ints(&sets[4], 0), [2, 3]);
}

/// Every combination of direction, bounds and limit against sorting everything.
#[test]
fn merge_and_scan_agree_with_sorting_all_rows() {
    let store = store();
    let mut rows = Vec::new();
    for n in 0..60i64 {
        let of = ["a", "b", "c", "\u{1}"][(n % 4) as usize];
        rows.push((of, n * 7 % 11, n * 5 % 6));
    }
    rows.sort();
    rows.dedup();
    wrote(&store, 1, rows.iter().map(|(of, t, doc)| line(of, *t, *doc)).collect());
    let prefixes = ["c", "a", "b", "none"];
    let time = |t: i64| Some(Value::Time(t));
    let bounds: [Parts; 4] = [vec![], vec![time(3)], vec![time(7)], vec![time(7), int(2)]];
    for (from, to) in bounds.iter().flat_map(|from| bounds.iter().map(move |to| (from, to))) {
        for dir in [Dir::Up, Dir::Down] {
            for limit in [0, 1, 2, 5, 13, 100] {
                let keys = prefixes.iter().map(|of| vec![text(of)]).collect();
                let asked = Range {
                    from: from.clone(),
                    to: to.clone(),
                    dir,
                    limit,
                    ..range("line", keys)
                };
                let sets = read(&store, &[Read::Merge(asked.clone()), Read::Scan(asked)]);

                let cut = |parts: &Parts, suffix: &Parts| suffix[..parts.len()].cmp(parts);
                let (first, last) = if dir == Dir::Up { (from, to) } else { (to, from) };
                let within = |suffix: &Parts| {
                    let from_ok = from.is_empty() || cut(from, suffix).is_ne();
                    let low = first.is_empty() || cut(first, suffix).is_ge();
                    from_ok && low && (last.is_empty() || cut(last, suffix).is_le())
                };
                let mut all: Vec<(Parts, &str)> = rows
                    .iter()
                    .map(|(of, t, doc)| (vec![time(*t), int(*doc)], *of))
                    .collect();
                all.retain(|(suffix, of)| prefixes.contains(of) && within(suffix));
                all.sort();
                if dir == Dir::Down {
                    all.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
                }
                let key = |(suffix, of): &(Parts, &str)| [vec![text(of)], suffix.clone()].concat();
                let each: Vec<Parts> = ["a", "b", "c"]
                    .iter()
                    .flat_map(|of| all.iter().filter(move |row| row.1 == *of).take(limit as usize).map(key))
                    .collect();
                all.dedup_by(|b, a| a.0 == b.0);
                let merged: Vec<Parts> = all.iter().take(limit as usize).map(key).collect();
                let keys = |set: &Rows| set.rows.iter().map(|row| row.key.clone()).collect::<Vec<_>>();
                assert_eq!(keys(&sets[0]), merged, "merge {from:?} {to:?} {dir:?} {limit}");
                assert_eq!(keys(&sets[1]), each, "scan {from:?} {to:?} {dir:?} {limit}");
            }
        }
    }
}

#[test]
fn reads_that_do_not_fit_are_refused() {
    let store = store();
    let mut reads = vec![
        Read::Scan(range("nothing", vec![vec![]])),
        Read::Scan(range("doc", vec![vec![text("kind")]])),
        Read::Scan(range("doc", vec![vec![], vec![int(1)]])),
        Read::Scan(range("doc", vec![vec![int(1), int(2)]])),
        Read::Scan(range("doc", vec![vec![None]])),
        Read::Scan(Range {
            from: vec![int(1)],
            ..range("doc", vec![vec![int(1)]])
        }),
        Read::Scan(range("doc_name", vec![vec![text("\0")]])),
        Read::Scan(range("doc", (0..5_001).map(|n| vec![int(n)]).collect())),
        Read::Get {
            table: "doc_name",
            keys: Keys::given([vec![text("a")]]),
            want: Want::Key,
        },
        Read::Get {
            table: "line",
            keys: Keys::given([vec![text("a")]]),
            want: Want::Key,
        },
        Read::Get {
            table: "doc",
            keys: Keys::of(0, [Part::Column("id")]),
            want: Want::Key,
        },
    ];
    for depth in [0, 17] {
        let start = Keys::one([Value::Int(1)]);
        reads.push(Read::Walk {
            index: "doc",
            start,
            next: "parent",
            depth,
            want: Want::Key,
        });
    }
    let start = Keys::one([Value::Int(1)]);
    reads.push(Read::Walk {
        index: "doc",
        start,
        next: "name",
        depth: 2,
        want: Want::Key,
    });
    for one in reads {
        let answer = now(store.read(NET, std::slice::from_ref(&one), ReadAt::Fresh));
        assert!(matches!(answer, Err(StorageError::Refused { .. })), "{one:?}");
    }
    // A column that the earlier read does not want.
    let keys_only = Read::Scan(Range {
        want: Want::Key,
        ..range("doc", vec![vec![]])
    });
    let of = Read::Get {
        table: "doc",
        keys: Keys::of(0, [Part::Column("parent")]),
        want: Want::Key,
    };
    assert!(now(store.read(NET, &[keys_only.clone(), of], ReadAt::Fresh)).is_err());
    assert!(now(store.read(NET, &vec![keys_only; 65], ReadAt::Fresh)).is_err());
}

#[test]
fn a_newer_release_fills_what_an_older_one_left_out() {
    let old = store();
    wrote(&old, 1, vec![doc(1, None, "b"), doc(2, None, "a")]);
    let mut tables = tables();
    tables[0].columns.push(Field {
        path: Some("$.rank"),
        ..Field::optional("rank", Kind::Int)
    });
    tables[0] = tables[0].clone().index("doc_rank", ["rank"]);
    let newer = Schema::new(2, 1, tables);
    let new = old.reopen();
    let too_old = StorageError::SchemaTooOld { found: 1, needed: 2 };
    assert_eq!(now(new.prepare(&newer, Prepare::Check)), Err(too_old));
    let prepared = Prepared {
        adds: 2,
        breaks: 1,
        changed: true,
    };
    assert_eq!(now(new.prepare(&newer, Prepare::Upgrade)), Ok(prepared));
    let ranks = |ranks: &[i64]| {
        let of = Read::Scan(range("doc_rank", vec![vec![]]));
        let set = read(&new, &[of]).remove(0);
        assert_eq!(ints(&set, 0), ranks);
        assert!(set.rows.iter().all(|row| row.columns[2] == row.key[0]));
    };
    ranks(&[1, 2]);
    // The older release goes on; the newer one looks again before it does.
    wrote(
        &old,
        2,
        vec![
            doc(3, None, "c"),
            Write::Delete {
                table: "doc",
                key: vec![int(1)],
            },
        ],
    );
    assert!(now(new.read(NET, &[], ReadAt::Fresh)).is_err());
    assert_eq!(now(new.prepare(&newer, Prepare::Upgrade)), Ok(prepared));
    ranks(&[2, 3]);
    assert_eq!(
        now(new.prepare(&newer, Prepare::Check)),
        Ok(Prepared {
            changed: false,
            ..prepared
        })
    );
    // A release that changes what is stored shuts the older one out.
    now(old.reopen().prepare(
        &Schema {
            breaks: 2,
            adds: 3,
            ..newer
        },
        Prepare::Upgrade,
    ))
    .unwrap();
    let too_new = StorageError::SchemaTooNew { found: 2, known: 1 };
    assert_eq!(commit(&old, batch(9)), Err(CommitError::Storage(too_new)));
}

/// Counts what a merge asks of the map.
struct Counted(
    BTreeMap<Vec<u8>, Vec<u8>>,
    std::cell::Cell<usize>,
    std::rc::Rc<std::cell::Cell<usize>>,
);

impl OrderedMap for Counted {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        OrderedMap::get(&self.0, key)
    }

    fn range(&self, from: std::ops::Bound<&[u8]>, to: std::ops::Bound<&[u8]>, dir: Dir) -> Entries<'_> {
        self.1.set(self.1.get() + 1);
        let pulled = self.2.clone();
        Box::new(OrderedMap::range(&self.0, from, to, dir).inspect(move |_| pulled.set(pulled.get() + 1)))
    }
}

#[test]
fn a_merge_pulls_no_more_than_it_needs() {
    let mut map = BTreeMap::new();
    let (_, writes) = prepare(&map, &schema(), Prepare::Upgrade).unwrap();
    map.extend(writes.into_iter().filter_map(|(key, value)| Some((key, value?))));
    for of in 0..100i64 {
        let writes = (0..9).map(|n| line(&format!("p{of:03}"), n * 100 + of, n)).collect();
        let applied = apply(&map, &schema(), NET, &Batch { writes, ..batch(1) }).unwrap();
        map.extend(
            applied
                .writes
                .into_iter()
                .filter_map(|(key, value)| Some((key, value?))),
        );
    }
    let map = Counted(map, Default::default(), Default::default());
    let prefixes = (0..100).map(|of| vec![text(&format!("p{of:03}"))]).collect();
    let asked = Range {
        limit: 20,
        dir: Dir::Down,
        want: Want::Key,
        ..range("line", prefixes)
    };
    let found = run(&map, &schema(), NET, &[Read::Merge(asked)]).unwrap();
    assert_eq!(found.sets[0].rows.len(), 20);
    assert_eq!(map.1.get(), 100);
    assert!(map.2.get() <= 120, "{}", map.2.get());
}
