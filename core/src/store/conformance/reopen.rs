//! What was acknowledged is there after the store is opened again.

use super::bench::{Bench, Verdict, conflict, same};
use super::draft::{about, all, count, doc, edge, int, line, mark, node, time, under};
use super::schema::schema;
use crate::store::{AGENDA_DUE, AGENDA_NETWORK, Cause, Prepare, Prepared, Wake};

pub(super) async fn what_was_acknowledged_is_there_after_reopening(bench: Bench) -> Verdict {
    for n in 0..20 {
        let draft = bench
            .draft()
            .put_with("docs", doc(n, None, None), about(Some(1), 1, Some("t")), "{}");
        let draft = draft
            .put("edges", edge(n, 1), vec![int(1)])
            .add(count(n % 3, None), "n", 1)
            .log("{}");
        bench
            .done(
                draft
                    .put("marks", mark(n, "m"), vec![time(1)])
                    .put("lines", line(1, n, 1, 1), vec![]),
            )
            .await?;
    }
    bench
        .done(
            bench
                .draft()
                .delete("docs", doc(3, None, None))
                .delete_range("lines", vec![int(1)], 20),
        )
        .await?;
    bench.done(bench.draft().wake(Wake::Sooner(9))).await?;
    let reads = [
        "docs",
        "docs_score",
        "docs_title",
        "edges",
        "counts",
        "marks",
        "lines",
        "lines_item",
        "log",
    ]
    .map(all);
    let before = bench.read(&reads).await?;
    let bench = bench.reopen().await?;
    let prepared = bench.store.prepare(&schema(), Prepare::Check).await?;
    same(
        prepared,
        Prepared {
            adds: 1,
            breaks: 1,
            changed: false,
        },
    )?;
    same(bench.read(&reads).await?, before)?;
    same(bench.within(AGENDA_NETWORK).keys(all(AGENDA_DUE)).await?.len(), 1)
}

pub(super) async fn positions_and_times_go_on_after_reopening(bench: Bench) -> Verdict {
    let first = bench.commit(bench.draft().at(90).log("{}")).await?;
    let bench = bench.reopen().await?;
    bench.store.prepare(&schema(), Prepare::Check).await?;
    let found = bench.read(&[]).await?;
    same((found.position, found.newest), (first.position, 90))?;
    same(bench.commit(bench.draft().at(50).log("{}")).await?.position.number, 2)?;
    same(bench.read(&[]).await?.newest, 90)
}

pub(super) async fn batches_stay_remembered_after_reopening(bench: Bench) -> Verdict {
    let draft = bench
        .draft()
        .absent("tree", node(1))
        .put("tree", node(1), under(None))
        .log("{}")
        .answer("kept");
    let first = bench.commit(draft.clone()).await?;
    let bench = bench.reopen().await?;
    bench.store.prepare(&schema(), Prepare::Check).await?;
    let again = bench.commit(draft.clone()).await?;
    same(
        (again.answer, again.repeated, again.position),
        ("kept".into(), true, first.position),
    )?;
    same(
        bench.commit(draft.request(999)).await,
        Err(crate::store::CommitError::KeyReused),
    )
}

pub(super) async fn what_failed_left_nothing_after_reopening(bench: Bench) -> Verdict {
    let draft = bench
        .draft()
        .put("tree", node(1), under(None))
        .log("{}")
        .present("tree", node(2));
    same(bench.commit(draft).await, conflict("tree", node(2), Cause::NotPresent))?;
    let bench = bench.reopen().await?;
    bench.store.prepare(&schema(), Prepare::Check).await?;
    let found = bench.read(&[all("tree"), all("log")]).await?;
    same(found.sets.iter().map(|set| set.rows.len()).sum::<usize>(), 0)?;
    same(found.position.number, 0)
}

pub(super) async fn a_store_may_be_opened_many_times(bench: Bench) -> Verdict {
    let mut bench = bench;
    for n in 0..5 {
        bench.done(bench.draft().add(count(1, None), "n", 1)).await?;
        bench = bench.reopen().await?;
        bench.store.prepare(&schema(), Prepare::Upgrade).await?;
        same(
            bench.get("counts", count(1, None)).await?.map(|row| row.columns),
            Some(vec![int(n + 1), int(0)]),
        )?;
    }
    Ok(())
}
