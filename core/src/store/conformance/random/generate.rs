//! Scripts from a seed: small worlds, so that keys meet, tie and repeat.

use super::super::draft::{commit_id, doc, edge, id, int, line, mark, node, text, time, word};
use super::Step;
use crate::store::{
    AGENDA_DUE, AGENDA_NETWORK, Batch, Check, CommitId, Dir, Expect, Keys, Kind, NetworkId, Part, Parts, Range, Read,
    Schema, Source, Table, Value, Wake, Want, Write,
};
use std::collections::{BTreeMap, BTreeSet};

/// A source of scripts.
pub(super) struct Generator {
    state: u64,
    schema: Schema,
    commits: u64,
    /// The commit that probably wrote a row last: what most stamp checks name.
    stamps: BTreeMap<(NetworkId, &'static str, Parts), CommitId>,
    sent: Vec<(NetworkId, Batch)>,
}

const LANGS: [Option<&str>; 4] = [None, Some(""), Some("de"), Some("fr")];
const WORDS: [Option<&str>; 6] = [None, Some(""), Some("A"), Some("a"), Some("ab"), Some("é")];

impl Generator {
    pub(super) fn new(seed: u64) -> Generator {
        let schema = super::super::schema::schema();
        Generator {
            state: seed,
            schema,
            commits: 0,
            stamps: BTreeMap::new(),
            sent: Vec::new(),
        }
    }

    /// SplitMix64.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`.
    fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    fn small(&mut self, from: i64, to: i64) -> i64 {
        from + self.below((to - from + 1).unsigned_abs()).cast_signed()
    }

    /// Once in `n` times.
    fn once_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> Option<T> {
        let n = self.below(from.len() as u64);
        from.get(usize::try_from(n).unwrap_or_default()).cloned()
    }

    pub(super) fn script(&mut self, steps: usize) -> Vec<Step> {
        (0..steps).map(|_| self.step()).collect()
    }

    fn step(&mut self) -> Step {
        let network = if self.once_in(5) {
            NetworkId([9; 16])
        } else {
            NetworkId([8; 16])
        };
        if self.once_in(2) {
            return if self.once_in(15) {
                let due = self.once_in(2).then(|| time(self.small(0, 9)));
                let range = Range {
                    to: due.into_iter().collect(),
                    ..super::super::draft::range(AGENDA_DUE, vec![])
                };
                Step::Read(AGENDA_NETWORK, vec![Read::Scan(range)])
            } else {
                Step::Read(network, self.reads())
            };
        }
        if self.once_in(8)
            && let Some((network, mut batch)) = self.pick(&self.sent.clone())
        {
            if self.once_in(3) {
                batch.request = [0xee; 16];
            }
            return Step::Commit(network, batch);
        }
        let batch = self.batch(network);
        self.sent.push((network, batch.clone()));
        Step::Commit(network, batch)
    }

    fn batch(&mut self, network: NetworkId) -> Batch {
        self.commits += 1;
        let mut batch = Batch::new(
            commit_id(self.commits),
            commit_id(self.commits + 1_000_000).0,
            self.small(-5, 99),
        );
        let mut touched: BTreeSet<(&'static str, Parts)> = BTreeSet::new();
        for _ in 0..self.below(10) {
            self.write(network, &mut batch, &mut touched);
        }
        if self.once_in(3) {
            for _ in 0..=self.below(2) {
                let check = self.check(network);
                batch.checks.push(check);
            }
        }
        if self.once_in(2) {
            for n in 0..=self.below(2) {
                batch.log.push(format!("{{\"commit\": {}, \"n\":{n}}}", self.commits));
            }
        }
        if self.once_in(6) {
            batch.wake = Some(match self.below(5) {
                0 => Wake::Exactly(None),
                1 | 2 => Wake::Exactly(Some(self.small(0, 9))),
                _ => Wake::Sooner(self.small(0, 9)),
            });
        }
        if self.once_in(3) {
            batch.answer = format!("[{}]", self.commits);
        }
        batch
    }

    fn check(&mut self, network: NetworkId) -> Check {
        let table = self
            .pick(&["docs", "tree", "lines", "edges", "words"])
            .unwrap_or("docs");
        let known: Vec<(Parts, CommitId)> = self
            .stamps
            .iter()
            .filter(|((at, name, _), _)| *at == network && *name == table)
            .map(|((_, _, key), stamp)| (key.clone(), *stamp))
            .collect();
        match self.pick(&known) {
            Some((key, stamp)) if !self.once_in(4) => {
                let old = self.once_in(8);
                let expect = match self.below(3) {
                    0 => Expect::Present,
                    _ if table == "edges" => Expect::Present,
                    _ if old => Expect::Stamp(commit_id(1)),
                    _ => Expect::Stamp(stamp),
                };
                Check { table, key, expect }
            }
            _ => {
                let expect = if self.once_in(6) {
                    Expect::Present
                } else {
                    Expect::Absent
                };
                Check {
                    table,
                    key: self.key(table),
                    expect,
                }
            }
        }
    }

    fn write(&mut self, network: NetworkId, batch: &mut Batch, touched: &mut BTreeSet<(&'static str, Parts)>) {
        let names = [
            "docs", "docs", "docs", "lines", "lines", "tree", "edges", "counts", "counts", "marks", "words",
        ];
        let table = self.pick(&names).unwrap_or("docs");
        let key = self.key(table);
        if self.once_in(20) {
            let mut prefix = key;
            prefix.truncate(
                usize::try_from(self.below(prefix.len() as u64))
                    .unwrap_or_default()
                    .max(1),
            );
            // Now and then a prefix meets a key of the batch: then all stores refuse it.
            if self.once_in(20)
                || !touched
                    .iter()
                    .any(|(name, key)| *name == table && key.starts_with(&prefix))
            {
                touched.insert((table, prefix.clone()));
                self.stamps
                    .retain(|(at, name, key), _| (*at, *name) != (network, table) || !key.starts_with(&prefix));
                let at_most = self.pick(&[0, 1, 2, 5, 100]).unwrap_or(100);
                batch.writes.push(Write::DeleteRange { table, prefix, at_most });
            }
            return;
        }
        let under = touched
            .iter()
            .any(|(name, other)| *name == table && key.starts_with(other));
        if under && !self.once_in(100) {
            return;
        }
        touched.insert((table, key.clone()));
        if table == "counts" {
            return self.count(batch, key);
        }
        if self.once_in(5) {
            self.stamps.remove(&(network, table, key.clone()));
            batch.writes.push(Write::Delete { table, key });
            return;
        }
        self.stamps.insert((network, table, key.clone()), batch.id);
        let (mut columns, with_document) = self.columns(table);
        if self.once_in(200) {
            columns.push(None);
        }
        let document = with_document.then(|| format!("{{ \"n\":{} }}", self.below(9)));
        batch.writes.push(Write::Put {
            table,
            key,
            columns,
            document,
        });
    }

    fn count(&mut self, batch: &mut Batch, key: Parts) {
        let table = "counts";
        for column in ["n", "peak"] {
            let (key, n) = (key.clone(), self.small(-3, 5));
            batch.writes.push(match self.below(8) {
                0 => Write::Max {
                    table,
                    key,
                    column,
                    value: n,
                },
                1 => continue,
                2 if self.once_in(3) => Write::Add {
                    table,
                    key,
                    column,
                    n: i64::MAX,
                    at_least: None,
                    at_most: None,
                },
                3..=5 => Write::Add {
                    table,
                    key,
                    column,
                    n,
                    at_least: Some(-2),
                    at_most: Some(9),
                },
                _ => Write::Add {
                    table,
                    key,
                    column,
                    n,
                    at_least: None,
                    at_most: None,
                },
            });
        }
    }

    fn key(&mut self, table: &str) -> Parts {
        match table {
            "docs" => {
                let page = if self.once_in(2) { None } else { Some(self.small(-1, 2)) };
                doc(self.below(4), self.pick(&LANGS).flatten(), page)
            }
            "lines" => line(self.small(0, 1), self.below(3), self.small(-1, 4), self.below(5)),
            "tree" => node(self.below(8)),
            "edges" => edge(self.below(6), self.below(6)),
            "marks" => mark(self.below(3), self.pick(&WORDS).flatten().unwrap_or("z")),
            "counts" => vec![id(self.below(4)), self.pick(&LANGS).flatten().and_then(text)],
            _ => {
                let n = if self.once_in(2) { None } else { Some(self.small(-1, 1)) };
                word(
                    self.pick(&WORDS).flatten(),
                    n,
                    self.pick(&[None, Some(&b""[..]), Some(b"\0"), Some(b"\xff")]).flatten(),
                )
            }
        }
    }

    fn columns(&mut self, table: &str) -> (Parts, bool) {
        match table {
            "docs" => {
                let score = if self.once_in(3) { None } else { int(self.small(-1, 3)) };
                let title = self.pick(&WORDS).flatten().and_then(text);
                (vec![score, time(self.small(0, 3)), title, None], self.once_in(2))
            }
            "tree" => {
                let parent = if self.once_in(4) { None } else { id(self.below(8)) };
                (vec![parent, None], false)
            }
            "edges" => (vec![if self.once_in(2) { None } else { int(self.small(0, 1)) }], false),
            "marks" => (vec![time(self.small(0, 9))], self.once_in(2)),
            _ => (Vec::new(), false),
        }
    }

    fn reads(&mut self) -> Vec<Read> {
        let mut reads = Vec::new();
        let mut tables: Vec<Table> = Vec::new();
        for _ in 0..=self.below(4) {
            let Some(table) = self.pick(&self.schema.tables.clone()) else {
                continue;
            };
            let read = self.read(&table, &tables);
            let order = match &read {
                Read::Get { table, .. } => table,
                Read::Scan(range) | Read::Merge(range) => range.index,
                Read::Walk { index, .. } => index,
            };
            tables.extend(self.schema.table_of(order).cloned());
            reads.push(read);
        }
        reads
    }

    fn read(&mut self, table: &Table, earlier: &[Table]) -> Read {
        let want = self
            .pick(&[Want::Columns, Want::Document, Want::Document, Want::Key])
            .unwrap_or(Want::Document);
        match self.below(8) {
            6 => {
                // Timelines that share items.
                let prefixes = Keys::given([0, 1, 2].map(|owner| vec![int(self.small(0, 1)), id(owner)]));
                let range = super::super::draft::range("lines", Vec::new());
                let dir = if self.once_in(2) { Dir::Up } else { Dir::Down };
                Read::Merge(Range {
                    prefixes,
                    dir,
                    limit: self.pick(&[2, 5, 50]).unwrap_or(5),
                    want,
                    ..range
                })
            }
            0 => {
                let fields: Vec<Kind> = table.key.iter().map(|field| field.kind).collect();
                Read::Get {
                    table: table.name,
                    keys: self.keys(table, table.name, fields.len(), earlier),
                    want,
                }
            }
            1 | 7 => {
                let (table, index, next) = self
                    .pick(&[
                        ("tree", "tree", "parent"),
                        ("tree", "tree_parent", "id"),
                        ("edges", "edges", "to"),
                        ("edges", "edges_back", "from"),
                    ])
                    .unwrap_or(("tree", "tree", "parent"));
                let Some(table) = self.schema.table(table).cloned() else {
                    return super::super::draft::all("tree");
                };
                let depth = self.pick(&[1, 2, 3, 16, 16]).unwrap_or(16);
                Read::Walk {
                    index,
                    start: self.keys(&table, index, 1, earlier),
                    next,
                    depth,
                    want,
                }
            }
            n => {
                let mut orders: Vec<&'static str> = vec![table.name];
                orders.extend(table.indexes.iter().map(|index| index.name));
                let index = self.pick(&orders).unwrap_or(table.name);
                let length = table.order(index).map_or(0, |order| order.len() as u64);
                let prefix = usize::try_from(self.below(length)).unwrap_or_default();
                let rest = length.saturating_sub(prefix as u64);
                let prefixes = self.keys(table, index, prefix, earlier);
                let bound = |generator: &mut Generator| {
                    if !generator.once_in(3) {
                        return Vec::new();
                    }
                    let taken = usize::try_from(1 + generator.below(rest)).unwrap_or(1);
                    generator
                        .place(table, index)
                        .into_iter()
                        .skip(prefix)
                        .take(taken)
                        .collect()
                };
                let (from, to) = (bound(self), bound(self));
                let dir = if self.once_in(2) { Dir::Up } else { Dir::Down };
                let limit = self.pick(&[0, 1, 2, 3, 5, 50, 50]).unwrap_or(5);
                let range = Range {
                    index,
                    prefixes,
                    from,
                    to,
                    dir,
                    limit,
                    want,
                };
                if n % 2 == 0 {
                    Read::Scan(range)
                } else {
                    Read::Merge(range)
                }
            }
        }
    }

    /// Parts of an order as a row might have them.
    fn place(&mut self, table: &Table, index: &str) -> Parts {
        let (mut values, columns) = if table.name == "log" || table.name == "agenda" {
            (
                vec![if table.name == "log" {
                    int(self.small(0, 9))
                } else {
                    id(8)
                }],
                vec![time(3), id(1)],
            )
        } else if table.name == "counts" {
            (self.key("counts"), vec![int(self.small(-3, 8)), int(0)])
        } else {
            (self.key(table.name), self.columns(table.name).0)
        };
        values.extend(columns);
        let named: Vec<(&str, Option<Value>)> = table
            .key
            .iter()
            .chain(&table.columns)
            .map(|field| field.name)
            .zip(values)
            .collect();
        let order = table.order(index).unwrap_or_default();
        order
            .iter()
            .map(|field| {
                named
                    .iter()
                    .find(|(name, _)| *name == field.name)
                    .and_then(|(_, value)| value.clone())
            })
            .collect()
    }

    /// Prefixes of `length` parts: some given, some from an earlier read.
    fn keys(&mut self, table: &Table, index: &'static str, length: usize, earlier: &[Table]) -> Keys {
        let mut keys = Keys::default();
        if length == 0 {
            return Keys::given([Vec::new()]);
        }
        for _ in 0..self.below(4) {
            let parts: Parts = self.place(table, index).into_iter().take(length).collect();
            keys.0.push(Source::Given(parts));
        }
        if !earlier.is_empty() && !self.once_in(3) {
            let read = usize::try_from(self.below(earlier.len() as u64)).unwrap_or_default();
            let order = table.order(index).unwrap_or_default();
            let place = self.place(table, index);
            let named = |other: &Table, kind: Kind| -> Vec<&'static str> {
                let fields = other.key.iter().chain(&other.columns);
                fields
                    .filter(|field| field.kind == kind)
                    .map(|field| field.name)
                    .collect()
            };
            let parts: Option<Vec<Part>> = order
                .iter()
                .zip(place)
                .take(length)
                .map(|(field, value)| {
                    let other = usize::try_from(self.below(earlier.len() as u64)).unwrap_or_default();
                    let of_row = self.pick(&named(earlier.get(read)?, field.kind));
                    let of_only = self.pick(&named(earlier.get(other)?, field.kind));
                    match (of_row, of_only) {
                        (_, Some(column)) if self.once_in(5) => Some(Part::Only { read: other, column }),
                        (Some(column), _) if !self.once_in(4) => Some(Part::Column(column)),
                        _ => value.map(Part::Const),
                    }
                })
                .collect();
            keys.0.extend(parts.map(|parts| Source::Of { read, parts }));
        }
        keys
    }
}
