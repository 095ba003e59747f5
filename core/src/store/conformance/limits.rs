//! What does not fit the schema or a limit is refused with a typed error, and what just fits is taken.

use super::bench::{Bench, Verdict, holds, refused, same};
use super::draft::{
    about, all, bytes, climb, count, doc, edge, get, id, int, mark, node, range, ranges, text, time, word,
};
use crate::store::{
    Dir, Keys, MAX_BATCH, MAX_DEPTH, MAX_DOCUMENT, MAX_KEY, MAX_KEYS, MAX_OPERATIONS, MAX_READS, Part, Range, Read,
    Value, Want, Write,
};

pub(super) async fn a_batch_has_at_most_a_thousand_operations(bench: Bench) -> Verdict {
    let mut draft = bench.draft().absent("tree", node(0)).log("{}");
    for n in 2..1_000 {
        draft = draft.put("tree", node(n), vec![None, None]);
    }
    same(draft.batch.operations(), MAX_OPERATIONS)?;
    let over = draft.clone().delete("tree", node(5_000));
    refused("a batch of 1,001 operations", bench.commit(over).await)?;
    bench.done(draft).await?;
    same(bench.keys(all("tree")).await?.len(), 998)
}

pub(super) async fn a_batch_has_at_most_four_mebibytes(bench: Bench) -> Verdict {
    let document = format!("\"{}\"", "x".repeat(40_000));
    let mut draft = bench.draft();
    for n in 0..104 {
        draft = draft.put_with("docs", doc(n, None, None), about(None, 1, None), &document);
    }
    holds(draft.batch.size() <= MAX_BATCH, "the case is wrong")?;
    let mut over = draft.clone();
    for n in 104..106 {
        over = over.put_with("docs", doc(n, None, None), about(None, 1, None), &document);
    }
    holds(over.batch.size() > MAX_BATCH, "the case is wrong")?;
    refused("a batch of more than 4 MiB", bench.commit(over).await)?;
    bench.done(draft).await?;
    same(bench.keys(all("docs")).await?.len(), 104)
}

pub(super) async fn a_key_has_at_most_512_bytes(bench: Bench) -> Verdict {
    let long = |n: usize| word(Some(&"k".repeat(n)), Some(1), Some(b"1234"));
    let fits = long(MAX_KEY - 12);
    bench
        .done(
            bench
                .draft()
                .absent("words", fits.clone())
                .put("words", fits.clone(), Vec::new()),
        )
        .await?;
    same(bench.keys(all("words")).await?, vec![fits.clone()])?;
    same(
        bench.get("words", fits.clone()).await?.map(|row| row.key),
        Some(fits.clone()),
    )?;
    let over = long(MAX_KEY - 11);
    refused(
        "a put",
        bench.commit(bench.draft().put("words", over.clone(), Vec::new())).await,
    )?;
    refused(
        "a check",
        bench.commit(bench.draft().absent("words", over.clone())).await,
    )?;
    refused("a delete", bench.commit(bench.draft().delete("words", over)).await)?;
    let counter = count(1, Some(&"k".repeat(MAX_KEY - 15)));
    refused("an add", bench.commit(bench.draft().add(counter, "n", 1)).await)?;
    bench
        .done(bench.draft().add(count(1, Some(&"k".repeat(MAX_KEY - 16))), "n", 1))
        .await?;
    bench.done(bench.draft().delete("words", fits)).await?;
    same(bench.keys(all("words")).await?, vec![])
}

pub(super) async fn the_columns_of_an_index_have_at_most_512_bytes(bench: Bench) -> Verdict {
    let put = |n: usize| {
        bench
            .draft()
            .put("docs", doc(1, None, None), about(Some(1), 1, Some(&"t".repeat(n))))
    };
    refused("a title", bench.commit(put(505)).await)?;
    bench.done(put(504)).await?;
    same(bench.keys(all("docs_title")).await?, vec![doc(1, None, None)])
}

pub(super) async fn a_document_has_at_most_48_kilobytes(bench: Bench) -> Verdict {
    let document = |n: usize| format!("\"{}\"", "d".repeat(n - 2));
    let put = |n| {
        bench
            .draft()
            .put_with("docs", doc(1, None, None), about(None, 1, None), &document(n))
    };
    refused("a document", bench.commit(put(MAX_DOCUMENT + 1)).await)?;
    refused(
        "a log entry",
        bench.commit(bench.draft().log(&document(MAX_DOCUMENT + 1))).await,
    )?;
    bench.done(put(MAX_DOCUMENT)).await?;
    let row = bench.get("docs", doc(1, None, None)).await?;
    holds(
        row.and_then(|row| row.document) == Some(document(MAX_DOCUMENT)),
        "the document came back changed",
    )?;
    bench.done(bench.draft().log(&document(MAX_DOCUMENT))).await?;
    same(bench.read(&[]).await?.position.number, 1)
}

pub(super) async fn an_answer_has_at_most_four_kilobytes(bench: Bench) -> Verdict {
    refused(
        "an answer",
        bench.commit(bench.draft().log("{}").answer(&"a".repeat(4_097))).await,
    )?;
    let fits = bench.draft().log("{}").answer(&"a".repeat(4_096));
    bench.done(fits.clone()).await?;
    same(bench.commit(fits).await?.answer.len(), 4_096)
}

pub(super) async fn a_zero_character_is_refused_in_texts_and_documents(bench: Bench) -> Verdict {
    let zero = "a\0b";
    let put = |draft: super::draft::Draft| async { bench.commit(draft).await };
    refused(
        "a key",
        put(bench.draft().put("words", word(Some(zero), None, None), Vec::new())).await,
    )?;
    refused(
        "a check",
        put(bench.draft().absent("words", word(Some("\0"), None, None))).await,
    )?;
    let column = bench
        .draft()
        .put("docs", doc(1, None, None), about(None, 1, Some(zero)));
    refused("a column", put(column).await)?;
    let document = bench
        .draft()
        .put_with("docs", doc(1, None, None), about(None, 1, None), "\"\0\"");
    refused("a document", put(document).await)?;
    refused("a log entry", put(bench.draft().log("\0")).await)?;
    refused(
        "a key of a read",
        bench.read(&[get("words", [word(Some(zero), None, None)])]).await,
    )?;
    refused(
        "a bound",
        bench
            .read(&[Read::Scan(Range {
                to: vec![text(zero)],
                ..range("words", vec![])
            })])
            .await,
    )?;
    bench
        .done(bench.draft().put("words", word(None, None, Some(b"\0")), Vec::new()))
        .await?;
    Ok(())
}

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

pub(super) async fn a_read_names_at_most_five_thousand_keys(bench: Bench) -> Verdict {
    let too_many = || (0..=5_000).map(node);
    same(too_many().count(), MAX_KEYS + 1)?;
    refused("a get", bench.read(&[get("tree", too_many())]).await)?;
    refused("a scan", bench.read(&[Read::Scan(ranges("tree", too_many()))]).await)?;
    refused("a merge", bench.read(&[Read::Merge(ranges("tree", too_many()))]).await)?;
    refused("a walk", bench.read(&[climb(0..=5_000, 2)]).await)
}

pub(super) async fn a_read_computes_at_most_five_thousand_keys(bench: Bench) -> Verdict {
    for batch in 0..5 {
        let mut draft = bench.draft();
        for n in 0..1_000 {
            draft = draft.put("tree", node(batch * 1_000 + n), vec![None, None]);
        }
        bench.done(draft).await?;
    }
    let nodes = Read::Scan(Range {
        limit: u32::MAX,
        want: Want::Key,
        ..range("tree", vec![])
    });
    let keys = Keys::of(0, [Part::Column("id")]);
    let of = || Read::Get {
        table: "tree",
        keys: keys.clone(),
        want: Want::Key,
    };
    same(bench.last(&[nodes.clone(), of()]).await?.len(), MAX_KEYS)?;
    bench
        .done(bench.draft().put("tree", node(5_000), vec![None, None]))
        .await?;
    refused("a get of 5,001 computed keys", bench.read(&[nodes, of()]).await)
}

pub(super) async fn a_call_holds_at_most_64_reads(bench: Bench) -> Verdict {
    let reads = vec![get("tree", [node(1)]); MAX_READS + 1];
    refused("a call of 65 reads", bench.read(&reads).await)?;
    same(
        bench
            .read(reads.split_last().map_or(&[], |(_, reads)| reads))
            .await?
            .sets
            .len(),
        MAX_READS,
    )
}

pub(super) async fn a_walk_has_one_to_sixteen_steps(bench: Bench) -> Verdict {
    refused("no step", bench.read(&[climb([1], 0)]).await)?;
    refused("17 steps", bench.read(&[climb([1], MAX_DEPTH + 1)]).await)
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
