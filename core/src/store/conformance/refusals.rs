//! What does not fit the schema is refused with a typed error.

use super::bench::{Bench, Verdict, refused, same};
use super::draft::{about, all, bytes, count, doc, edge, get, id, int, mark, node, range, ranges, text, time};
use crate::store::{Dir, Keys, Part, Range, Read, Value, Want, Write};

pub(super) async fn unknown_names_are_refused(bench: Bench) -> Verdict {
    refused(
        "a put",
        bench.commit(bench.draft().put("nowhere", node(1), Vec::new())).await,
    )?;
    refused("a check", bench.commit(bench.draft().absent("nowhere", node(1))).await)?;
    refused(
        "a write by an index",
        bench
            .commit(bench.draft().delete("docs_score", doc(1, None, None)))
            .await,
    )?;
    refused(
        "a column",
        bench.commit(bench.draft().add(count(1, None), "m", 1)).await,
    )?;
    refused(
        "a column of max",
        bench.commit(bench.draft().max(count(1, None), "what", 1)).await,
    )?;
    refused("a table of a get", bench.read(&[get("nowhere", [node(1)])]).await)?;
    refused("an index of a get", bench.read(&[get("tree_parent", [node(1)])]).await)?;
    refused("an index of a scan", bench.read(&[all("nowhere")]).await)?;
    let walk = |next| Read::Walk {
        index: "tree",
        start: Keys::given([node(1)]),
        next,
        depth: 2,
        want: Want::Key,
    };
    refused("a next column", bench.read(&[walk("nowhere")]).await)?;
    refused("a next column of another kind", bench.read(&[walk("weight")]).await)?;
    let of = Read::Get {
        table: "tree",
        keys: Keys::of(0, [Part::Column("nowhere")]),
        want: Want::Key,
    };
    refused("a computed part", bench.read(&[all("tree"), of]).await)
}

pub(super) async fn writes_of_the_wrong_shape_are_refused(bench: Bench) -> Verdict {
    let cases = [
        ("a key too short", "docs", vec![id(1), None], about(None, 1, None)),
        ("a key too long", "tree", vec![id(1), id(2)], vec![None, None]),
        ("a key part of another kind", "tree", vec![int(1)], vec![None, None]),
        ("a time for an integer", "words", vec![None, time(1), None], vec![]),
        (
            "an absent part that is required",
            "docs",
            vec![None, None, None],
            about(None, 1, None),
        ),
        ("too few columns", "docs", doc(1, None, None), vec![None, time(1), None]),
        (
            "too many columns",
            "docs",
            doc(1, None, None),
            vec![None, time(1), None, None, None],
        ),
        (
            "an absent column that is required",
            "docs",
            doc(1, None, None),
            vec![None, None, None, None],
        ),
        (
            "a column of another kind",
            "docs",
            doc(1, None, None),
            vec![text("1"), time(1), None, None],
        ),
        (
            "bytes for a text",
            "docs",
            doc(1, None, None),
            vec![None, time(1), bytes(b"x"), None],
        ),
    ];
    for (what, table, key, columns) in cases {
        refused(what, bench.commit(bench.draft().put(table, key, columns)).await)?;
    }
    let with_document = bench.draft().put_with("tree", node(1), vec![None, None], "{}");
    refused("a document where none is allowed", bench.commit(with_document).await)?;
    refused(
        "a check with half a key",
        bench.commit(bench.draft().absent("docs", vec![id(1)])).await,
    )?;
    refused(
        "a delete with half a key",
        bench.commit(bench.draft().delete("docs", vec![id(1)])).await,
    )?;
    refused(
        "a counter with half a key",
        bench.commit(bench.draft().add(vec![id(1)], "n", 1)).await,
    )?;
    let prefix = vec![id(1), text("a"), int(1), int(1)];
    refused(
        "a prefix too long",
        bench.commit(bench.draft().delete_range("docs", prefix, 9)).await,
    )?;
    let prefix = vec![id(1), int(1)];
    refused(
        "a prefix of another kind",
        bench.commit(bench.draft().delete_range("docs", prefix, 9)).await,
    )
}

pub(super) async fn reads_of_the_wrong_shape_are_refused(bench: Bench) -> Verdict {
    let scan = |prefix, from, to| {
        Read::Scan(Range {
            from,
            to,
            ..range("docs", prefix)
        })
    };
    let whole = vec![id(1), None, None];
    for (what, read) in [
        ("a get by half a key", get("docs", [vec![id(1)]])),
        ("keys of two lengths", get("docs", [doc(1, None, None), vec![id(1)]])),
        (
            "prefixes of two lengths",
            Read::Merge(ranges("docs", [vec![id(1)], vec![id(2), text("a")]])),
        ),
        ("a prefix too long", scan(vec![id(1), None, None, None], vec![], vec![])),
        ("a prefix of another kind", scan(vec![int(1)], vec![], vec![])),
        (
            "a prefix in the table's order",
            Read::Scan(range("docs_title", vec![id(1)])),
        ),
        ("a lower bound too long", scan(whole.clone(), vec![None], vec![])),
        ("an upper bound too long", scan(whole, vec![], vec![None])),
        ("a lower bound of another kind", scan(vec![id(1)], vec![int(1)], vec![])),
        (
            "an upper bound of another kind",
            scan(vec![id(1)], vec![], vec![None, text("1")]),
        ),
        (
            "a start of another kind",
            Read::Walk {
                index: "tree",
                start: Keys::one([Value::Int(1)]),
                next: "parent",
                depth: 2,
                want: Want::Key,
            },
        ),
    ] {
        refused(what, bench.read(&[read]).await)?;
    }
    Ok(())
}

pub(super) async fn computed_keys_that_do_not_fit_are_refused(bench: Bench) -> Verdict {
    let of = |read, parts: Vec<Part>| Read::Get {
        table: "tree",
        keys: Keys::of(read, parts),
        want: Want::Key,
    };
    let to = || Part::Column("to");
    refused(
        "keys of the read itself",
        bench.read(&[of(0, vec![Part::Column("id")])]).await,
    )?;
    refused(
        "keys of a later read",
        bench.read(&[of(1, vec![to()]), all("edges")]).await,
    )?;
    refused("keys of no read", bench.read(&[all("edges"), of(7, vec![to()])]).await)?;
    refused(
        "too many parts",
        bench.read(&[all("edges"), of(0, vec![to(), to()])]).await,
    )?;
    refused("too few parts", bench.read(&[all("edges"), of(0, vec![])]).await)?;
    refused(
        "a column of another kind",
        bench.read(&[all("edges"), of(0, vec![Part::Column("weight")])]).await,
    )?;
    let constant = of(0, vec![Part::Const(Value::Text("x".into()))]);
    refused(
        "a constant of another kind",
        bench.read(&[all("edges"), constant]).await,
    )
}

pub(super) async fn writes_against_the_class_of_a_table_are_refused(bench: Bench) -> Verdict {
    let put = bench.draft().put("counts", count(1, None), vec![int(1), int(1)]);
    refused("a put of a counter", bench.commit(put).await)?;
    let add = Write::Add {
        table: "tree",
        key: node(1),
        column: "weight",
        n: 1,
        at_least: None,
        at_most: None,
    };
    refused("an add to a column", bench.commit(bench.draft().write(add)).await)?;
    let max = Write::Max {
        table: "tree",
        key: node(1),
        column: "weight",
        value: 1,
    };
    refused("a max of a column", bench.commit(bench.draft().write(max)).await)
}

pub(super) async fn checks_against_the_class_of_a_table_are_refused(bench: Bench) -> Verdict {
    let stamp = super::draft::commit_id(1);
    for (what, draft) in [
        ("absent on a counter", bench.draft().absent("counts", count(1, None))),
        ("present on a counter", bench.draft().present("counts", count(1, None))),
        (
            "a stamp on a counter",
            bench.draft().stamp("counts", count(1, None), stamp),
        ),
        ("absent on a free table", bench.draft().absent("marks", mark(1, "a"))),
        ("present on a free table", bench.draft().present("marks", mark(1, "a"))),
        (
            "a stamp on a free table",
            bench.draft().stamp("marks", mark(1, "a"), stamp),
        ),
        (
            "a stamp on an unstamped table",
            bench.draft().stamp("edges", edge(1, 1), stamp),
        ),
    ] {
        refused(what, bench.commit(draft).await)?;
    }
    Ok(())
}

pub(super) async fn a_key_is_written_at_most_once(bench: Bench) -> Verdict {
    let (put, key) = (
        |draft: super::draft::Draft| draft.put("tree", node(1), vec![None, None]),
        || count(1, None),
    );
    for (what, draft) in [
        ("two puts", put(put(bench.draft()))),
        ("a put and a delete", put(bench.draft()).delete("tree", node(1))),
        (
            "two deletes",
            bench.draft().delete("tree", node(1)).delete("tree", node(1)),
        ),
        ("two adds", bench.draft().add(key(), "n", 1).add(key(), "n", 1)),
        (
            "an add and a max of one column",
            bench.draft().add(key(), "n", 1).max(key(), "n", 1),
        ),
        (
            "an add and a delete",
            bench.draft().add(key(), "n", 1).delete("counts", key()),
        ),
        (
            "a put under a prefix that goes",
            put(bench.draft()).delete_range("tree", vec![], 9),
        ),
        (
            "an add under a prefix that goes",
            bench.draft().delete_range("counts", vec![id(1)], 9).add(key(), "n", 1),
        ),
        (
            "a prefix under a prefix",
            bench
                .draft()
                .delete_range("docs", vec![id(1)], 9)
                .delete_range("docs", vec![], 9),
        ),
    ] {
        refused(what, bench.commit(draft).await)?;
    }
    let fine = bench
        .draft()
        .add(key(), "n", 1)
        .add(key(), "peak", 1)
        .max(count(1, Some("x")), "n", 1);
    bench
        .done(
            put(fine)
                .delete_range("docs", vec![id(1)], 9)
                .delete_range("docs", vec![id(2)], 9),
        )
        .await?;
    Ok(())
}

pub(super) async fn the_store_alone_writes_its_log_and_its_agenda(bench: Bench) -> Verdict {
    let entry = vec![time(1), Some(Value::Id([1; 16]))];
    refused(
        "a put into the log",
        bench
            .commit(bench.draft().put_with("log", vec![int(1)], entry, "{}"))
            .await,
    )?;
    refused(
        "a delete in the log",
        bench.commit(bench.draft().delete("log", vec![int(1)])).await,
    )?;
    refused(
        "a range of the log",
        bench.commit(bench.draft().delete_range("log", vec![], 9)).await,
    )?;
    let system = bench.within(crate::store::AGENDA_NETWORK);
    refused(
        "a put into the agenda",
        system.commit(bench.draft().put("agenda", node(1), vec![time(1)])).await,
    )?;
    refused(
        "a delete in the agenda",
        system.commit(bench.draft().delete("agenda", node(1))).await,
    )
}

pub(super) async fn a_refused_batch_changes_nothing_and_is_not_remembered(bench: Bench) -> Verdict {
    let good = bench
        .draft()
        .put("tree", node(1), vec![None, None])
        .add(count(1, None), "n", 1)
        .log("{}");
    refused(
        "the batch",
        bench.commit(good.clone().put("nowhere", node(1), vec![])).await,
    )?;
    let reads = [
        all("tree"),
        all("counts"),
        all("log"),
        Read::Scan(Range {
            dir: Dir::Down,
            ..range("tree", vec![])
        }),
    ];
    let found = bench.read(&reads).await?;
    same(found.sets.iter().map(|set| set.rows.len()).sum::<usize>(), 0)?;
    same(found.position.number, 0)?;
    same(bench.commit(good).await?.repeated, false)
}
