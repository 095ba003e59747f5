//! Keys that come from earlier reads of the same call.

use super::bench::{Bench, Verdict, keys_of, refused, same};
use super::draft::{about, all, climb, doc, edge, get, id, int, line, node, range, ranges, time, under};
use crate::store::{Dir, Keys, Part, Range, Read, Value, Want};

fn of(table: &'static str, read: usize, parts: impl IntoIterator<Item = Part>) -> Read {
    Read::Get {
        table,
        keys: Keys::of(read, parts),
        want: Want::Document,
    }
}

/// Edges 1 to 2, 3, 4 with and without a weight; nodes 2 and 3 under 1, node 1.
async fn graph(bench: &Bench) -> Verdict {
    let draft = bench
        .draft()
        .put("edges", edge(1, 2), vec![int(20)])
        .put("edges", edge(1, 3), vec![None]);
    let draft = draft.put("edges", edge(1, 4), vec![int(20)]);
    let draft = draft
        .put("tree", node(1), under(None))
        .put("tree", node(2), under(Some(1)));
    bench.done(draft.put("tree", node(3), under(Some(1)))).await?;
    Ok(())
}

pub(super) async fn keys_may_come_from_an_earlier_read(bench: Bench) -> Verdict {
    graph(&bench).await?;
    let reads = [
        Read::Scan(range("edges", vec![id(1)])),
        of("tree", 0, [Part::Column("to")]),
    ];
    let set = bench.read(&reads).await?.sets.pop().unwrap_or_default();
    same(keys_of(set.rows), vec![node(2), node(3)])?;
    same(set.absent, vec![node(4)])
}

pub(super) async fn an_absent_column_gives_no_key(bench: Bench) -> Verdict {
    graph(&bench).await?;
    let found = bench
        .read(&[all("tree"), of("tree", 0, [Part::Column("parent")])])
        .await?;
    let set = found.sets.into_iter().next_back().unwrap_or_default();
    same(keys_of(set.rows), vec![node(1)])?;
    same(set.absent, vec![])
}

pub(super) async fn equal_computed_keys_count_once(bench: Bench) -> Verdict {
    graph(&bench).await?;
    let draft = bench.draft().put("lines", line(20, 0, 1, 1), Vec::new());
    bench.done(draft.put("lines", line(20, 0, 2, 2), Vec::new())).await?;
    let edges = Read::Scan(range("edges", vec![id(1)]));
    let weighted = Range {
        prefixes: Keys::of(0, [Part::Column("weight")]),
        ..range("lines", Vec::new())
    };
    let expected = vec![line(20, 0, 1, 1), line(20, 0, 2, 2)];
    same(
        keys_of(bench.last(&[edges.clone(), Read::Scan(weighted.clone())]).await?),
        expected.clone(),
    )?;
    let both = Range {
        prefixes: Keys::one([Value::Int(20)]).and(weighted.prefixes.clone()),
        ..weighted
    };
    same(keys_of(bench.last(&[edges, Read::Scan(both)]).await?), expected)
}

pub(super) async fn keys_of_an_empty_read_are_none(bench: Bench) -> Verdict {
    graph(&bench).await?;
    let nothing = Read::Scan(range("edges", vec![id(9)]));
    let keys = || Keys::of(0, [Part::Column("to")]);
    let range = Range {
        prefixes: keys(),
        ..range("tree", Vec::new())
    };
    let walk = Read::Walk {
        index: "tree",
        start: keys(),
        next: "parent",
        depth: 3,
        want: Want::Key,
    };
    let get = of("tree", 0, [Part::Column("to")]);
    let found = bench
        .read(&[nothing, get, Read::Scan(range.clone()), Read::Merge(range), walk])
        .await?;
    same(
        found.sets.iter().map(|set| set.rows.len() + set.absent.len()).collect(),
        vec![0; 5],
    )
}

pub(super) async fn given_and_computed_keys_stand_together(bench: Bench) -> Verdict {
    graph(&bench).await?;
    let keys = Keys::of(0, [Part::Column("to")]).and(Keys::given([node(1), node(3)]));
    let reads = [
        Read::Scan(range("edges", vec![id(1)])),
        Read::Get {
            table: "tree",
            keys,
            want: Want::Key,
        },
    ];
    let set = bench.read(&reads).await?.sets.pop().unwrap_or_default();
    same(keys_of(set.rows), vec![node(1), node(2), node(3)])?;
    same(set.absent, vec![node(4)])
}

pub(super) async fn a_constant_may_stand_beside_columns(bench: Bench) -> Verdict {
    graph(&bench).await?;
    let draft = bench.draft().put("lines", line(5, 2, 10, 1), Vec::new());
    let draft = draft
        .put("lines", line(5, 3, 20, 2), Vec::new())
        .put("lines", line(6, 3, 30, 3), Vec::new());
    bench.done(draft).await?;
    let prefixes = Keys::of(0, [Part::Const(Value::Int(5)), Part::Column("to")]);
    let merge = Read::Merge(Range {
        prefixes,
        dir: Dir::Down,
        ..range("lines", Vec::new())
    });
    let found = bench.last(&[Read::Scan(range("edges", vec![id(1)])), merge]).await?;
    same(keys_of(found), vec![line(5, 3, 20, 2), line(5, 2, 10, 1)])
}

pub(super) async fn reads_may_chain_through_several(bench: Bench) -> Verdict {
    graph(&bench).await?;
    let draft = bench.draft().put("lines", line(5, 2, 10, 1), Vec::new());
    bench
        .done(draft.put("docs", doc(1, None, None), about(None, 3, None)))
        .await?;
    let timelines = Range {
        prefixes: Keys::of(0, [Part::Const(Value::Int(5)), Part::Column("to")]),
        ..range("lines", Vec::new())
    };
    let docs = Range {
        prefixes: Keys::of(1, [Part::Column("item")]),
        ..range("docs", Vec::new())
    };
    let reads = [
        Read::Scan(range("edges", vec![id(1)])),
        Read::Merge(timelines),
        Read::Scan(docs),
    ];
    same(keys_of(bench.last(&reads).await?), vec![doc(1, None, None)])
}

pub(super) async fn a_walk_gives_and_takes_computed_keys(bench: Bench) -> Verdict {
    graph(&bench).await?;
    let draft = bench.draft().put("edges", edge(1, 1), vec![None]);
    bench.done(draft.put("edges", edge(2, 5), vec![None])).await?;
    let walk = Read::Walk {
        index: "tree",
        start: Keys::of(0, [Part::Column("to")]),
        next: "parent",
        depth: 16,
        want: Want::Columns,
    };
    let edges = Range {
        prefixes: Keys::of(1, [Part::Column("id")]),
        ..range("edges", Vec::new())
    };
    let found = bench
        .last(&[get("edges", [edge(1, 2)]), walk, Read::Scan(edges)])
        .await?;
    same(
        keys_of(found),
        vec![edge(1, 1), edge(1, 2), edge(1, 3), edge(1, 4), edge(2, 5)],
    )
}

pub(super) async fn key_parts_serve_as_keys_whatever_the_earlier_read_wanted(bench: Bench) -> Verdict {
    graph(&bench).await?;
    let edges = Read::Scan(Range {
        want: Want::Key,
        ..range("edges", vec![id(1)])
    });
    let found = bench.read(&[edges, of("tree", 0, [Part::Column("to")])]).await?;
    same(found.sets.iter().map(|set| set.rows.len()).collect(), vec![3, 2])
}

pub(super) async fn a_column_that_the_earlier_read_did_not_want_is_refused(bench: Bench) -> Verdict {
    graph(&bench).await?;
    let nodes = Read::Get {
        table: "tree",
        keys: Keys::given([node(2)]),
        want: Want::Key,
    };
    refused(
        "a column of a read of keys",
        bench.read(&[nodes, of("tree", 0, [Part::Column("parent")])]).await,
    )
}

pub(super) async fn only_rows_give_keys_not_the_absent_ones(bench: Bench) -> Verdict {
    graph(&bench).await?;
    let found = bench
        .read(&[get("tree", [node(3), node(77)]), of("tree", 0, [Part::Column("id")])])
        .await?;
    let set = found.sets.into_iter().next_back().unwrap_or_default();
    same((keys_of(set.rows), set.absent), (vec![node(3)], vec![]))
}

pub(super) async fn only_rows_within_the_limit_give_keys(bench: Bench) -> Verdict {
    graph(&bench).await?;
    let first = Range {
        limit: 1,
        ..range("edges", vec![id(1)])
    };
    let found = bench
        .last(&[Read::Scan(first), of("tree", 0, [Part::Column("to")])])
        .await?;
    same(keys_of(found), vec![node(2)])?;
    let merged = Read::Merge(Range {
        limit: 2,
        dir: Dir::Down,
        ..ranges("tree", [vec![]])
    });
    let found = bench.last(&[merged, of("tree", 0, [Part::Column("id")])]).await?;
    same(keys_of(found), vec![node(2), node(3)])
}

pub(super) async fn five_thousand_keys_are_answered(bench: Bench) -> Verdict {
    graph(&bench).await?;
    let found = bench.read(&[get("tree", (1..=5_000).map(node))]).await?;
    let counts: Vec<_> = found
        .sets
        .iter()
        .map(|set| (set.rows.len(), set.absent.len()))
        .collect();
    same(counts, vec![(3, 4_997)])?;
    bench
        .done(bench.draft().put("lines", line(1, 4_999, 5, 5), Vec::new()))
        .await?;
    let many = ranges("lines", (1..=5_000).map(|owner| vec![int(1), id(owner)]));
    same(
        bench
            .keys(Read::Merge(Range {
                to: vec![time(9)],
                ..many
            }))
            .await?,
        vec![line(1, 4_999, 5, 5)],
    )?;
    same(bench.keys(climb(1..=5_000, 2)).await?, vec![node(1), node(2), node(3)])
}

fn only(read: usize, column: &'static str) -> Part {
    Part::Only { read, column }
}

pub(super) async fn a_part_may_be_a_column_of_the_only_row_of_another_read(bench: Bench) -> Verdict {
    graph(&bench).await?;
    let nodes = get("tree", [node(2), node(77)]);
    let edges = Read::Scan(range("edges", vec![id(1)]));
    // Whose parent is 1: pairs (1, 2), (1, 3) and (1, 4).
    let pairs = Read::Get {
        table: "edges",
        keys: Keys::of(1, [only(0, "parent"), Part::Column("to")]),
        want: Want::Key,
    };
    let found = bench.last(&[nodes.clone(), edges.clone(), pairs]).await?;
    same(keys_of(found), vec![edge(1, 2), edge(1, 3), edge(1, 4)])?;
    // The pairing read may be the one that has the only row.
    let twice = Keys::of(0, [only(0, "parent"), Part::Column("id")]);
    let pair = Read::Get {
        table: "edges",
        keys: twice,
        want: Want::Key,
    };
    same(keys_of(bench.last(&[nodes, pair]).await?), vec![edge(1, 2)])
}

pub(super) async fn no_row_several_rows_and_an_absent_column_give_no_only_part(bench: Bench) -> Verdict {
    graph(&bench).await?;
    let edges = Read::Scan(range("edges", vec![id(1)]));
    for nodes in [vec![], vec![node(77)], vec![node(2), node(3)], vec![node(1)]] {
        let keys = || Keys::of(1, [only(0, "parent"), Part::Column("to")]);
        let pairs = Read::Get {
            table: "edges",
            keys: keys(),
            want: Want::Key,
        };
        let merge = Read::Merge(Range {
            prefixes: keys(),
            ..range("edges", vec![])
        });
        let found = bench.read(&[get("tree", nodes), edges.clone(), pairs, merge]).await?;
        let sizes = found
            .sets
            .iter()
            .skip(2)
            .map(|set| set.rows.len() + set.absent.len())
            .collect();
        same(sizes, vec![0, 0])?;
    }
    Ok(())
}

pub(super) async fn an_only_part_that_does_not_fit_is_refused(bench: Bench) -> Verdict {
    let pairs = |part| Read::Get {
        table: "edges",
        keys: Keys::of(0, [part, Part::Column("to")]),
        want: Want::Key,
    };
    refused(
        "a later read",
        bench.read(&[all("edges"), pairs(only(2, "id")), all("tree")]).await,
    )?;
    refused(
        "the read itself",
        bench.read(&[all("edges"), pairs(only(1, "to"))]).await,
    )?;
    refused(
        "an unknown column",
        bench.read(&[all("edges"), pairs(only(0, "nowhere"))]).await,
    )?;
    refused(
        "another kind",
        bench.read(&[all("edges"), pairs(only(0, "weight"))]).await,
    )?;
    let keys = Read::Get {
        table: "tree",
        keys: Keys::given([node(2)]),
        want: Want::Key,
    };
    refused(
        "a column not wanted",
        bench.read(&[all("edges"), keys, pairs(only(1, "parent"))]).await,
    )
}
