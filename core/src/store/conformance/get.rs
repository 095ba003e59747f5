//! Rows by their keys.

use super::bench::{Bench, Verdict, holds, keys_of, same};
use super::draft::{about, doc, edge, get, mark, time, word};
use crate::store::{Keys, Read, Row, Want};

pub(super) async fn a_missing_row_is_reported_absent_never_an_error(bench: Bench) -> Verdict {
    bench
        .done(bench.draft().put("docs", doc(2, None, None), about(None, 1, None)))
        .await?;
    let asked = [doc(3, None, None), doc(2, None, None), doc(1, None, None)];
    let found = bench.read(&[get("docs", asked)]).await?;
    let set = found.sets.into_iter().next().unwrap_or_default();
    same(set.absent, vec![doc(1, None, None), doc(3, None, None)])?;
    same(keys_of(set.rows), vec![doc(2, None, None)])
}

pub(super) async fn rows_come_in_key_order_whatever_order_was_asked(bench: Bench) -> Verdict {
    let ordered = vec![
        doc(1, None, None),
        doc(1, None, Some(1)),
        doc(1, Some("a"), None),
        doc(2, None, None),
        doc(9, None, None),
    ];
    let mut draft = bench.draft();
    for key in ordered.iter().rev() {
        draft = draft.put("docs", key.clone(), about(None, 1, None));
    }
    bench.done(draft).await?;
    same(bench.keys(get("docs", ordered.iter().rev().cloned())).await?, ordered)
}

pub(super) async fn equal_keys_are_answered_once(bench: Bench) -> Verdict {
    bench
        .done(bench.draft().put("docs", doc(1, None, None), about(None, 1, None)))
        .await?;
    let asked = [
        doc(1, None, None),
        doc(2, None, None),
        doc(1, None, None),
        doc(2, None, None),
    ];
    let found = bench.read(&[get("docs", asked)]).await?;
    let counts: Vec<_> = found
        .sets
        .iter()
        .map(|set| (set.rows.len(), set.absent.len()))
        .collect();
    same(counts, vec![(1, 1)])
}

pub(super) async fn want_decides_how_much_of_a_row_comes_back(bench: Bench) -> Verdict {
    let (key, columns) = (doc(1, None, None), about(Some(4), 1, Some("t")));
    let stamp = bench
        .done(bench.draft().put_with("docs", key.clone(), columns.clone(), "{}"))
        .await?;
    let read = |want| Read::Get {
        table: "docs",
        keys: Keys::given([key.clone()]),
        want,
    };
    let found = bench
        .read(&[read(Want::Key), read(Want::Columns), read(Want::Document)])
        .await?;
    let rows: Vec<Row> = found.sets.into_iter().flat_map(|set| set.rows).collect();
    let only_key = Row {
        key: key.clone(),
        columns: Vec::new(),
        stamp: None,
        document: None,
    };
    let with_columns = Row {
        columns,
        stamp: Some(stamp),
        ..only_key.clone()
    };
    let whole = Row {
        document: Some("{}".into()),
        ..with_columns.clone()
    };
    same(rows, vec![only_key, with_columns, whole])
}

pub(super) async fn absent_key_parts_make_a_key_of_their_own(bench: Bench) -> Verdict {
    let keys = [
        doc(1, None, None),
        doc(1, None, Some(0)),
        doc(1, Some(""), None),
        doc(1, Some(""), Some(0)),
    ];
    let mut draft = bench.draft();
    for (at, key) in (0..).zip(&keys) {
        draft = draft.put("docs", key.clone(), about(None, at, None));
    }
    bench.done(draft).await?;
    for (at, key) in (0..).zip(keys) {
        same(
            bench.get("docs", key).await?.map(|row| row.columns),
            Some(about(None, at, None)),
        )?;
    }
    Ok(())
}

pub(super) async fn keys_that_differ_in_case_accent_or_blank_are_different_rows(bench: Bench) -> Verdict {
    let names = [
        "straße",
        "STRASSE",
        "strasse",
        "eleve",
        "élève",
        "e\u{301}le\u{300}ve",
        "a",
        "a ",
        " a",
        "A",
        "K",
        "\u{212a}",
    ];
    let mut draft = bench.draft();
    for (at, name) in (0..).zip(names) {
        draft = draft.put("marks", mark(1, name), vec![time(at)]);
    }
    bench.done(draft).await?;
    for (at, name) in (0..).zip(names) {
        same(
            bench.get("marks", mark(1, name)).await?.map(|row| row.columns),
            Some(vec![time(at)]),
        )?;
    }
    Ok(())
}

pub(super) async fn absent_columns_come_back_absent_and_empty_ones_empty(bench: Bench) -> Verdict {
    let empty = about(Some(0), 0, Some(""));
    let draft = bench.draft().put("docs", doc(1, None, None), about(None, 0, None));
    bench
        .done(
            draft
                .put("docs", doc(2, None, None), empty.clone())
                .put("edges", edge(1, 2), vec![None]),
        )
        .await?;
    let rows = bench
        .rows(get("docs", [doc(1, None, None), doc(2, None, None)]))
        .await?;
    same(
        rows.into_iter().map(|row| row.columns).collect(),
        vec![about(None, 0, None), empty],
    )?;
    same(
        bench.get("edges", edge(1, 2)).await?.map(|row| row.columns),
        Some(vec![None]),
    )
}

pub(super) async fn a_key_may_be_of_absent_parts_only(bench: Bench) -> Verdict {
    bench
        .done(bench.draft().put("words", word(None, None, None), Vec::new()))
        .await?;
    let found = bench
        .read(&[get("words", [word(None, None, None), word(Some(""), None, None)])])
        .await?;
    let set = found.sets.into_iter().next().unwrap_or_default();
    same(keys_of(set.rows), vec![word(None, None, None)])?;
    same(set.absent, vec![word(Some(""), None, None)])
}

pub(super) async fn a_read_without_keys_finds_nothing(bench: Bench) -> Verdict {
    bench
        .done(bench.draft().put("docs", doc(1, None, None), about(None, 1, None)))
        .await?;
    let found = bench
        .read(&[get("docs", []), Read::Scan(super::draft::ranges("docs", []))])
        .await?;
    same(found.sets.len(), 2)?;
    holds(
        found
            .sets
            .iter()
            .all(|set| set.rows.is_empty() && set.absent.is_empty()),
        "something was found",
    )?;
    same(bench.read(&[]).await?.sets.len(), 0)
}
