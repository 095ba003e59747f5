//! Several handles of one store, as several processes of a host have them.

use super::bench::{Bench, Verdict, conflict, holds, same};
use super::draft::{about, all, count, doc, int, node, under};
use crate::store::{Cause, ReadAt};

pub(super) async fn a_fresh_read_sees_what_another_handle_was_acknowledged(bench: Bench) -> Verdict {
    let other = bench.beside().await?;
    for n in 0..10_000 {
        let (from, to) = if n % 2 == 0 { (&bench, &other) } else { (&other, &bench) };
        let committed = from
            .commit(
                from.draft()
                    .put("docs", doc(n, None, None), about(None, 1, None))
                    .log("{}"),
            )
            .await?;
        let found = to.read(&[super::draft::get("docs", [doc(n, None, None)])]).await?;
        holds(
            found.sets.iter().all(|set| set.rows.len() == 1),
            "an acknowledged row is not there",
        )?;
        same(found.position, committed.position)?;
    }
    Ok(())
}

pub(super) async fn checks_hold_across_handles(bench: Bench) -> Verdict {
    let other = bench.beside().await?;
    let create = |bench: &Bench| bench.draft().absent("tree", node(1)).put("tree", node(1), under(None));
    let stamp = bench.done(create(&bench)).await?;
    same(
        other.commit(create(&other)).await,
        conflict("tree", node(1), Cause::NotAbsent),
    )?;
    other
        .done(other.draft().stamp("tree", node(1), stamp).delete("tree", node(1)))
        .await?;
    let late = bench.draft().stamp("tree", node(1), stamp);
    same(bench.commit(late).await, conflict("tree", node(1), Cause::OtherStamp))
}

pub(super) async fn two_handles_lose_no_add_and_no_position(bench: Bench) -> Verdict {
    let other = bench.beside().await?;
    bench
        .threads(4, move |bench, thread| {
            let bench = if thread % 2 == 0 { bench } else { other.clone() };
            async move {
                for _ in 0..20 {
                    bench.done(bench.draft().add(count(1, None), "n", 1).log("{}")).await?;
                }
                Ok(())
            }
        })
        .await?;
    same(
        bench.get("counts", count(1, None)).await?.map(|row| row.columns),
        Some(vec![int(80), int(0)]),
    )?;
    same(bench.keys(all("log")).await?, (1..=80).map(|n| vec![int(n)]).collect())
}

pub(super) async fn a_read_at_a_position_sees_at_least_that(bench: Bench) -> Verdict {
    for n in 0..10 {
        let draft = bench.draft().put("tree", node(n), under(None)).log("{}");
        let position = bench.commit(draft).await?.position;
        let reads = [super::draft::get("tree", [node(n)])];
        let found = bench
            .store
            .read(bench.network, &reads, ReadAt::AtLeast(position))
            .await?;
        holds(found.position.number >= position.number, "the position is not reached")?;
        holds(found.sets.iter().all(|set| set.rows.len() == 1), "the row is not there")?;
    }
    Ok(())
}
