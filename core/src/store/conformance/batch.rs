//! A batch happens whole or not at all.

use super::bench::{Bench, Verdict, conflict, same};
use super::draft::{Draft, about, all, count, doc, edge, get, id, line, mark, node, time, under};
use crate::store::{Cause, Dir, Range, Read, Row, Wake};

/// Writes of every kind.
fn everything(draft: Draft) -> Draft {
    draft
        .put_with("docs", doc(1, None, None), about(Some(2), 2, None), "{}")
        .delete("tree", node(9))
        .put("edges", edge(1, 2), vec![None])
        .add(count(1, None), "n", 5)
        .max(count(2, None), "peak", 5)
        .put_with("marks", mark(1, "m"), vec![time(2)], "{}")
        .delete_range("lines", vec![super::draft::int(1)], 10)
        .log("{}")
        .wake(Wake::Exactly(Some(77)))
}

/// Everything that a network and its agenda hold.
async fn state(bench: &Bench) -> Result<Vec<crate::store::Found>, super::bench::Stop> {
    let tables = [
        "docs",
        "docs_score",
        "docs_title",
        "docs_lang",
        "lines",
        "lines_item",
        "tree",
        "tree_parent",
        "edges",
    ];
    let reads: Vec<Read> = tables
        .into_iter()
        .chain(["edges_back", "counts", "counts_n", "marks", "log"])
        .map(all)
        .collect();
    let agenda = bench
        .within(crate::store::AGENDA_NETWORK)
        .read(&[all("agenda"), all("agenda_due")])
        .await?;
    Ok(vec![bench.read(&reads).await?, agenda])
}

async fn begin(bench: &Bench) -> Verdict {
    let draft = bench
        .draft()
        .put("tree", node(9), under(None))
        .put("lines", line(1, 1, 1, 1), vec![]);
    let draft = draft
        .add(count(1, None), "n", 1)
        .put("docs", doc(1, None, None), about(Some(1), 1, None))
        .log("{}");
    bench.done(draft.wake(Wake::Exactly(Some(50)))).await?;
    Ok(())
}

pub(super) async fn a_batch_does_all_it_says(bench: Bench) -> Verdict {
    begin(&bench).await?;
    bench.done(everything(bench.draft())).await?;
    let found = bench
        .read(&[
            all("docs"),
            all("tree"),
            all("edges"),
            all("counts"),
            all("marks"),
            all("lines"),
            all("log"),
        ])
        .await?;
    same(
        found.sets.iter().map(|set| set.rows.len()).collect(),
        vec![1, 0, 1, 2, 1, 0, 2],
    )
}

pub(super) async fn a_failed_check_leaves_nothing_of_the_batch(bench: Bench) -> Verdict {
    begin(&bench).await?;
    let before = state(&bench).await?;
    let draft = everything(bench.draft())
        .absent("tree", node(3))
        .present("tree", node(8));
    same(bench.commit(draft).await, conflict("tree", node(8), Cause::NotPresent))?;
    same(state(&bench).await?, before)
}

pub(super) async fn a_failed_bound_leaves_nothing_of_the_batch(bench: Bench) -> Verdict {
    begin(&bench).await?;
    let before = state(&bench).await?;
    let draft = everything(bench.draft()).bounded(count(3, None), "n", 5, None, Some(4));
    same(
        bench.commit(draft).await,
        conflict("counts", count(3, None), Cause::Bound),
    )?;
    let draft = everything(bench.draft()).put("docs", doc(2, None, None), about(None, 1, None));
    let draft = draft
        .delete_range("docs", vec![id(1), None, super::draft::int(1)], 0)
        .bounded(count(1, None), "peak", -1, Some(0), None);
    same(
        bench.commit(draft).await,
        conflict("counts", count(1, None), Cause::Bound),
    )?;
    same(state(&bench).await?, before)
}

pub(super) async fn a_range_that_is_too_long_leaves_nothing_of_the_batch(bench: Bench) -> Verdict {
    begin(&bench).await?;
    bench
        .done(
            bench
                .draft()
                .put("lines", line(2, 1, 1, 1), vec![])
                .put("lines", line(2, 1, 2, 1), vec![]),
        )
        .await?;
    let before = state(&bench).await?;
    let prefix = vec![super::draft::int(2)];
    let draft = everything(bench.draft()).delete_range("lines", prefix.clone(), 1);
    same(bench.commit(draft).await, conflict("lines", prefix, Cause::TooMany))?;
    same(state(&bench).await?, before)
}

pub(super) async fn the_first_condition_that_fails_is_named_checks_before_writes(bench: Bench) -> Verdict {
    begin(&bench).await?;
    let bound = |draft: Draft| draft.bounded(count(1, None), "n", 5, None, Some(0));
    let both = bound(bench.draft()).present("tree", node(7)).absent("tree", node(9));
    same(bench.commit(both).await, conflict("tree", node(7), Cause::NotPresent))?;
    let both = bound(bench.draft()).absent("tree", node(9)).present("tree", node(7));
    same(bench.commit(both).await, conflict("tree", node(9), Cause::NotAbsent))?;
    let both = bound(bench.draft().delete_range("lines", vec![], 0)).max(count(2, None), "n", 1);
    same(bench.commit(both).await, conflict("lines", vec![], Cause::TooMany))?;
    let both = bound(bench.draft())
        .delete_range("lines", vec![], 0)
        .bounded(count(0, None), "n", 1, None, Some(0));
    same(
        bench.commit(both).await,
        conflict("counts", count(1, None), Cause::Bound),
    )
}

pub(super) async fn checks_see_the_state_before_the_batch(bench: Bench) -> Verdict {
    let draft = bench.draft().absent("tree", node(1)).put("tree", node(1), under(None));
    let stamp = bench.done(draft).await?;
    let draft = bench
        .draft()
        .present("tree", node(1))
        .stamp("tree", node(1), stamp)
        .delete("tree", node(1));
    bench.done(draft).await?;
    same(bench.get("tree", node(1)).await?, None)
}

pub(super) async fn a_put_replaces_the_whole_row(bench: Bench) -> Verdict {
    let key = doc(1, Some("fr"), Some(1));
    let full = vec![
        super::draft::int(1),
        time(1),
        super::draft::text("t"),
        super::draft::bytes(b"b"),
    ];
    bench
        .done(bench.draft().put_with("docs", key.clone(), full, r#"{"a":1}"#))
        .await?;
    let stamp = bench
        .done(bench.draft().put("docs", key.clone(), about(None, 2, None)))
        .await?;
    let expected = Row {
        key: key.clone(),
        columns: about(None, 2, None),
        stamp: Some(stamp),
        document: None,
    };
    same(bench.rows(get("docs", [key])).await?, vec![expected])
}

pub(super) async fn deleting_what_is_not_there_is_harmless(bench: Bench) -> Verdict {
    bench
        .done(
            bench
                .draft()
                .delete("docs", doc(1, None, None))
                .delete("counts", count(1, None)),
        )
        .await?;
    bench
        .done(bench.draft().delete("tree", node(1)).delete_range("docs", vec![], 0))
        .await?;
    same(bench.keys(all("docs")).await?, vec![])
}

pub(super) async fn an_empty_batch_is_harmless(bench: Bench) -> Verdict {
    begin(&bench).await?;
    let before = state(&bench).await?;
    let position = bench.read(&[]).await?.position;
    same(bench.commit(bench.draft()).await?.position, position)?;
    same(state(&bench).await?, before)
}

pub(super) async fn a_commit_answers_its_answer_and_the_position_after_it(bench: Bench) -> Verdict {
    let draft = bench.draft().log("{}").log("{}").answer(r#"["é"]"#);
    let id = draft.batch.id;
    let committed = bench.commit(draft).await?;
    same((committed.answer.as_str(), committed.repeated), (r#"["é"]"#, false))?;
    same((committed.position.number, committed.position.commit), (2, id))?;
    same(bench.read(&[]).await?.position, committed.position)
}

pub(super) async fn a_thousand_rows_are_one_batch(bench: Bench) -> Verdict {
    let mut draft = bench.draft();
    for n in 0..1_000 {
        draft = draft.put("tree", node(n), under(Some(n / 10)));
    }
    bench.done(draft).await?;
    let newest = Range {
        dir: Dir::Down,
        limit: 3,
        ..super::draft::range("tree_parent", vec![id(50)])
    };
    same(
        bench.keys(Read::Scan(newest)).await?,
        vec![node(509), node(508), node(507)],
    )?;
    bench
        .done(
            bench
                .draft()
                .absent("tree", node(5_000))
                .delete_range("tree", vec![], 1_000),
        )
        .await?;
    same(bench.keys(all("tree_parent")).await?, vec![])
}
