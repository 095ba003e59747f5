//! Whole ranges away, within a number that the decision expected.

use super::bench::{Bench, Verdict, conflict, same};
use super::draft::{about, all, count, doc, edge, id, int, line, text};
use crate::store::Cause;

async fn lines(bench: &Bench) -> Verdict {
    let mut draft = bench.draft();
    for (kind, owner, t) in [
        (-1, 1, 1),
        (1, 0, 1),
        (1, 1, 1),
        (1, 1, 2),
        (1, 1, 3),
        (1, 2, 1),
        (2, 1, 1),
    ] {
        draft = draft.put("lines", line(kind, owner, t, 1), vec![]);
    }
    bench.done(draft).await?;
    Ok(())
}

pub(super) async fn every_row_under_the_prefix_goes_and_no_other(bench: Bench) -> Verdict {
    lines(&bench).await?;
    bench
        .done(bench.draft().delete_range("lines", vec![int(1), id(1)], 10))
        .await?;
    let left = vec![line(-1, 1, 1, 1), line(1, 0, 1, 1), line(1, 2, 1, 1), line(2, 1, 1, 1)];
    same(bench.keys(all("lines")).await?, left)
}

pub(super) async fn an_empty_prefix_takes_the_whole_table(bench: Bench) -> Verdict {
    lines(&bench).await?;
    bench
        .done(
            bench
                .draft()
                .put("edges", edge(1, 1), vec![None])
                .delete_range("lines", vec![], 7),
        )
        .await?;
    same(bench.keys(all("lines")).await?, vec![])?;
    same(bench.keys(all("edges")).await?, vec![edge(1, 1)])
}

pub(super) async fn a_whole_key_takes_one_row(bench: Bench) -> Verdict {
    lines(&bench).await?;
    bench
        .done(bench.draft().delete_range("lines", line(1, 1, 2, 1), 1))
        .await?;
    same(bench.keys(all("lines")).await?.len(), 6)
}

pub(super) async fn more_rows_than_expected_are_a_conflict_and_none_goes(bench: Bench) -> Verdict {
    lines(&bench).await?;
    let prefix = || vec![int(1), id(1)];
    let over = bench.draft().delete_range("lines", prefix(), 2);
    same(bench.commit(over).await, conflict("lines", prefix(), Cause::TooMany))?;
    let none = bench.draft().delete_range("lines", prefix(), 0);
    same(bench.commit(none).await, conflict("lines", prefix(), Cause::TooMany))?;
    same(bench.keys(all("lines")).await?.len(), 7)?;
    bench.done(bench.draft().delete_range("lines", prefix(), 3)).await?;
    same(bench.keys(all("lines")).await?.len(), 4)
}

pub(super) async fn an_empty_range_is_harmless(bench: Bench) -> Verdict {
    lines(&bench).await?;
    bench
        .done(
            bench
                .draft()
                .delete_range("lines", vec![int(9)], 0)
                .delete_range("docs", vec![], 0),
        )
        .await?;
    same(bench.keys(all("lines")).await?.len(), 7)
}

pub(super) async fn indexes_forget_a_range_too(bench: Bench) -> Verdict {
    lines(&bench).await?;
    let draft = bench
        .draft()
        .add(count(1, None), "n", 1)
        .add(count(1, Some("a")), "n", 1)
        .add(count(2, None), "n", 1);
    bench.done(draft).await?;
    bench
        .done(
            bench
                .draft()
                .delete_range("lines", vec![int(1)], 10)
                .delete_range("counts", vec![id(1)], 2),
        )
        .await?;
    same(
        bench.keys(all("lines_item")).await?,
        vec![line(-1, 1, 1, 1), line(2, 1, 1, 1)],
    )?;
    same(bench.keys(all("counts_n")).await?, vec![count(2, None)])
}

pub(super) async fn a_prefix_may_end_in_an_absent_part(bench: Bench) -> Verdict {
    let rows = [
        doc(1, None, None),
        doc(1, None, Some(1)),
        doc(1, Some(""), None),
        doc(1, Some("a"), Some(1)),
    ];
    let mut draft = bench.draft();
    for key in rows {
        draft = draft.put("docs", key, about(None, 1, None));
    }
    bench.done(draft).await?;
    bench
        .done(bench.draft().delete_range("docs", vec![id(1), None], 2))
        .await?;
    same(
        bench.keys(all("docs")).await?,
        vec![doc(1, Some(""), None), doc(1, Some("a"), Some(1))],
    )?;
    bench
        .done(bench.draft().delete_range("docs", vec![id(1), text("")], 1))
        .await?;
    same(bench.keys(all("docs_lang")).await?, vec![doc(1, Some("a"), Some(1))])
}
