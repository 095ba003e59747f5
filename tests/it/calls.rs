//! Long random calls on every store against memory: up to 14 reads that take their keys from each other in every way, over few
//! different values, so that ties, repeats and absent parts are everywhere.

use crate::stores::Engine;
use parvis::store::conformance::wait;
use parvis::store::{
    Batch, Class, CommitId, Dir, Field, Keys, Kind, Memory, NetworkId, Part, Parts, Prepare, Range, Read, ReadAt,
    Schema, Source, Storage, Table, Value, Want, Write,
};

const NETWORK: NetworkId = NetworkId([5; 16]);

fn schema() -> Schema {
    let (one, maybe) = (Field::new, Field::optional);
    let a = Table::new("a", [one("id", Kind::Id)])
        .columns([maybe("up", Kind::Id), maybe("n", Kind::Int), one("text", Kind::Text)])
        .document()
        .index("a_up", ["up"])
        .index("a_n", ["n", "text"]);
    let b = Table::new(
        "b",
        [
            maybe("kind", Kind::Text),
            maybe("of", Kind::Id),
            one("t", Kind::Time),
            one("id", Kind::Id),
        ],
    );
    let c = Table::new("c", [one("of", Kind::Id), maybe("n", Kind::Int)])
        .class(Class::Free)
        .columns([maybe("id", Kind::Id), one("bytes", Kind::Bytes)])
        .document()
        .index("c_id", ["id", "bytes"]);
    Schema::new(1, 1, [a, b.class(Class::Unstamped), c])
}

struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (x ^ (x >> 31)) % end
    }

    fn of<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len() as u64) as usize]
    }

    fn value(&mut self, field: &Field) -> Option<Value> {
        if field.optional && self.below(4) == 0 {
            return None;
        }
        Some(match field.kind {
            Kind::Id => Value::Id([self.below(7) as u8 * 40; 16]),
            Kind::Time => Value::Time(self.below(4) as i64 - 1),
            Kind::Int => Value::Int(*self.of(&[i64::MIN, -1, 0, 1, i64::MAX])),
            Kind::Text => Value::Text((*self.of(&["", "a", "A", "ab", "\u{10ffff}", "\u{1}\"\\"])).to_owned()),
            Kind::Bytes => Value::Bytes(self.of(&[&[][..], &[0], &[0, 0], &[255, 255], &[65]]).to_vec()),
        })
    }

    fn values(&mut self, fields: &[Field]) -> Parts {
        fields.iter().map(|field| self.value(field)).collect()
    }

    fn batch(&mut self, schema: &Schema, number: u8) -> Batch {
        let mut batch = Batch::new(CommitId([number; 16]), [0; 16], 0);
        let mut written = Vec::new();
        for _ in 0..60 {
            let table = self.of(&schema.tables[..3]).clone();
            let key = self.values(&table.key);
            if !written.contains(&(table.name, key.clone())) {
                written.push((table.name, key.clone()));
                let columns = self.values(&table.columns);
                let document = (table.document && self.below(2) == 0).then(|| format!("{{\"n\":{number}}}\n\u{e9}"));
                let table = table.name;
                batch.writes.push(Write::Put {
                    table,
                    key,
                    columns,
                    document,
                });
            }
        }
        batch
    }

    /// A computed or given part-by-part key of the fields, from the earlier reads.
    fn source(&mut self, fields: &[Field], earlier: &[(Table, Want)]) -> Option<Source> {
        if earlier.is_empty() || self.below(4) == 0 {
            return Some(Source::Given(self.values(fields)));
        }
        let read = self.below(earlier.len() as u64) as usize;
        let mut parts = Vec::new();
        for field in fields {
            let only = self.below(5) == 0;
            let of = if only {
                self.below(earlier.len() as u64) as usize
            } else {
                read
            };
            let (table, want) = &earlier[of];
            let columns: &[Field] = if *want == Want::Key { &[] } else { &table.columns };
            let fitting = |of: &&Field| of.kind == field.kind;
            let names: Vec<&'static str> = table
                .key
                .iter()
                .chain(columns)
                .filter(fitting)
                .map(|f| f.name)
                .collect();
            parts.push(match names.as_slice() {
                [] => Part::Const(self.value(&Field::new(field.name, field.kind))?),
                _ if self.below(8) == 0 => Part::Const(self.value(&Field::new(field.name, field.kind))?),
                names if only => Part::Only {
                    read: of,
                    column: self.of::<&str>(names),
                },
                names => Part::Column(self.of::<&str>(names)),
            });
        }
        Some(Source::Of { read, parts })
    }

    fn keys(&mut self, fields: &[Field], earlier: &[(Table, Want)]) -> Keys {
        let count = self.below(5);
        Keys((0..count).filter_map(|_| self.source(fields, earlier)).collect())
    }

    fn read(&mut self, schema: &Schema, earlier: &[(Table, Want)]) -> (Read, (Table, Want)) {
        let table = self.of(&schema.tables[..3]).clone();
        let want = *self.of(&[Want::Key, Want::Columns, Want::Document]);
        let mut names = vec![table.name];
        names.extend(table.indexes.iter().map(|index| index.name));
        let index = *self.of(&names);
        let order: Vec<Field> = table.order(index).unwrap().into_iter().cloned().collect();
        let read = match self.below(8) {
            0..3 => Read::Get {
                table: table.name,
                keys: self.keys(&table.key, earlier),
                want,
            },
            3 if table.name != "b" => {
                let length = self.below(order.len() as u64) as usize + 1;
                let kind = order[0].kind;
                let mut columns = table.key.iter().chain(&table.columns);
                Read::Walk {
                    index,
                    start: self.keys(&order[..length], earlier),
                    next: columns.find(|f| f.kind == kind).unwrap().name,
                    depth: self.below(5) as u8 + 1,
                    want,
                }
            }
            kind => {
                let length = self.below(order.len() as u64 + 1) as usize;
                let prefixes = self.keys(&order[..length], earlier);
                let rest = order.len() - length;
                let mut bound = || {
                    let parts = if self.below(2) == 0 {
                        0
                    } else {
                        self.below(rest as u64 + 1) as usize
                    };
                    self.values(&order[length..length + parts])
                };
                let (from, to) = (bound(), bound());
                let range = Range {
                    index,
                    from: if prefixes.0.is_empty() { Vec::new() } else { from },
                    to: if prefixes.0.is_empty() { Vec::new() } else { to },
                    prefixes,
                    dir: *self.of(&[Dir::Up, Dir::Down]),
                    limit: *self.of(&[0, 1, 2, 3, 5, 100, u32::MAX]),
                    want,
                };
                if kind < 6 {
                    Read::Scan(range)
                } else {
                    Read::Merge(range)
                }
            }
        };
        (read, (table, want))
    }
}

#[test]
fn long_calls_on_sqlite_agree_with_memory() {
    agree(Engine::Sqlite, 150);
}

#[test]
fn long_calls_on_sled_agree_with_memory() {
    agree(Engine::Sled, 150);
}

#[test]
fn long_calls_on_postgres_agree_with_memory() {
    agree(Engine::Postgres, 60);
}

#[test]
fn long_calls_on_mysql_agree_with_memory() {
    agree(Engine::Mysql, 60);
}

fn agree(engine: Engine, calls: usize) {
    let Some(made) = engine.make() else { return };
    let store = &made.storage;
    let seed = std::env::var("PARVIS_SEED").map_or(1, |seed| seed.parse().unwrap());
    let calls: usize = std::env::var("PARVIS_CALLS").map_or(calls, |calls| calls.parse().unwrap());
    let schema = schema();
    let mut random = Random(seed);
    wait(async {
        let memory = Memory::new();
        memory.prepare(&schema, Prepare::Upgrade).await.unwrap();
        store.prepare(&schema, Prepare::Upgrade).await.unwrap();
        let (mut rows, mut refused) = (0, 0);
        for call in 0..calls {
            if call % 20 == 0 {
                let batch = random.batch(&schema, (call / 20) as u8);
                memory.commit(NETWORK, batch.clone()).await.unwrap();
                store.commit(NETWORK, batch).await.unwrap();
            }
            let mut earlier = Vec::new();
            let mut reads = Vec::new();
            for _ in 0..random.below(14) + 1 {
                let (read, answered) = random.read(&schema, &earlier);
                reads.push(read);
                earlier.push(answered);
            }
            let expected = memory.read(NETWORK, &reads, ReadAt::Fresh).await;
            let found = store.read(NETWORK, &reads, ReadAt::Fresh).await;
            if let (Ok(found), Ok(expected)) = (&found, &expected) {
                for (number, sets) in found.sets.iter().zip(&expected.sets).enumerate() {
                    assert_eq!(
                        sets.0, sets.1,
                        "PARVIS_SEED={seed} call {call} read {number} of {reads:#?}"
                    );
                }
            }
            assert_eq!(found, expected, "PARVIS_SEED={seed} call {call}: {reads:#?}");
            match expected {
                Ok(found) => rows += found.sets.iter().map(|set| set.rows.len()).sum::<usize>(),
                Err(_) => refused += 1,
            }
        }
        println!("{calls} calls, {rows} rows, {refused} refused");
        assert!(rows > calls && refused < calls / 4, "{rows} rows, {refused} refused");
    });
}
