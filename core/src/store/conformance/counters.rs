//! Counters: sums, bounds and peaks.

use super::bench::{Bench, Stop, Verdict, conflict, same};
use super::draft::{all, count, int, range};
use crate::store::{Cause, Parts, Read};

async fn counts(bench: &Bench, key: Parts) -> Result<Option<Parts>, Stop> {
    Ok(bench.get("counts", key).await?.map(|row| row.columns))
}

pub(super) async fn add_and_max_create_a_row_at_zero(bench: Bench) -> Verdict {
    let draft = bench.draft().add(count(1, None), "n", 5).max(count(2, None), "peak", 7);
    bench
        .done(draft.max(count(3, None), "n", -7).add(count(4, None), "n", 0))
        .await?;
    same(counts(&bench, count(1, None)).await?, Some(vec![int(5), int(0)]))?;
    same(counts(&bench, count(2, None)).await?, Some(vec![int(0), int(7)]))?;
    same(counts(&bench, count(3, None)).await?, Some(vec![int(0), int(0)]))?;
    same(counts(&bench, count(4, None)).await?, Some(vec![int(0), int(0)]))?;
    same(counts(&bench, count(5, None)).await?, None)
}

pub(super) async fn adds_sum_up(bench: Bench) -> Verdict {
    for n in [5, -8, 0, 4] {
        bench.done(bench.draft().add(count(1, Some("a")), "n", n)).await?;
    }
    same(counts(&bench, count(1, Some("a"))).await?, Some(vec![int(1), int(0)]))
}

pub(super) async fn columns_of_a_counter_are_independent(bench: Bench) -> Verdict {
    bench
        .done(bench.draft().add(count(1, None), "n", 2).max(count(1, None), "peak", 9))
        .await?;
    bench
        .done(
            bench
                .draft()
                .add(count(1, None), "n", 3)
                .add(count(1, None), "peak", -1),
        )
        .await?;
    same(counts(&bench, count(1, None)).await?, Some(vec![int(5), int(8)]))?;
    bench.done(bench.draft().add(count(1, Some("")), "n", 1)).await?;
    same(counts(&bench, count(1, None)).await?, Some(vec![int(5), int(8)]))
}

pub(super) async fn bounds_hold_for_the_value_after(bench: Bench) -> Verdict {
    let add = |n, at_least, at_most| bench.draft().bounded(count(1, None), "n", n, at_least, at_most);
    let crossed = || conflict("counts", count(1, None), Cause::Bound);
    bench.done(add(3, Some(3), Some(3))).await?;
    same(bench.commit(add(1, None, Some(3))).await, crossed())?;
    same(bench.commit(add(-4, Some(0), None)).await, crossed())?;
    same(bench.commit(add(0, Some(4), None)).await, crossed())?;
    bench.done(add(-3, Some(0), Some(0))).await?;
    same(bench.commit(add(-1, Some(0), None)).await, crossed())?;
    same(counts(&bench, count(1, None)).await?, Some(vec![int(0), int(0)]))
}

pub(super) async fn a_bound_crossed_on_a_new_counter_creates_no_row(bench: Bench) -> Verdict {
    let draft = bench.draft().bounded(count(1, None), "n", -1, Some(0), None);
    same(
        bench.commit(draft).await,
        conflict("counts", count(1, None), Cause::Bound),
    )?;
    same(counts(&bench, count(1, None)).await?, None)
}

pub(super) async fn several_bounds_of_one_batch_all_hold(bench: Bench) -> Verdict {
    let move_one = || {
        let draft = bench.draft().bounded(count(1, None), "n", -1, Some(0), None);
        draft
            .bounded(count(2, None), "n", 1, None, Some(2))
            .bounded(count(2, None), "peak", 1, None, Some(9))
    };
    bench.done(bench.draft().add(count(1, None), "n", 3)).await?;
    bench.done(move_one()).await?;
    bench.done(move_one()).await?;
    same(
        bench.commit(move_one()).await,
        conflict("counts", count(2, None), Cause::Bound),
    )?;
    same(counts(&bench, count(1, None)).await?, Some(vec![int(1), int(0)]))?;
    same(counts(&bench, count(2, None)).await?, Some(vec![int(2), int(2)]))
}

pub(super) async fn an_overflow_is_a_conflict_that_changes_nothing(bench: Bench) -> Verdict {
    let overflow = || conflict("counts", count(1, None), Cause::Overflow);
    bench.done(bench.draft().add(count(1, None), "n", i64::MAX)).await?;
    same(
        bench.commit(bench.draft().add(count(1, None), "n", 1)).await,
        overflow(),
    )?;
    bench.done(bench.draft().add(count(1, None), "peak", i64::MIN)).await?;
    same(
        bench.commit(bench.draft().add(count(1, None), "peak", -1)).await,
        overflow(),
    )?;
    let bounded = bench.draft().bounded(count(1, None), "n", 1, None, Some(5));
    same(bench.commit(bounded).await, overflow())?;
    same(
        counts(&bench, count(1, None)).await?,
        Some(vec![int(i64::MAX), int(i64::MIN)]),
    )
}

pub(super) async fn max_never_lowers(bench: Bench) -> Verdict {
    for value in [4, 9, -3, 9, 8] {
        bench.done(bench.draft().max(count(1, None), "peak", value)).await?;
    }
    same(counts(&bench, count(1, None)).await?, Some(vec![int(0), int(9)]))?;
    bench.done(bench.draft().max(count(1, None), "peak", i64::MAX)).await?;
    same(counts(&bench, count(1, None)).await?, Some(vec![int(0), int(i64::MAX)]))
}

pub(super) async fn a_deleted_counter_begins_at_zero_again(bench: Bench) -> Verdict {
    bench
        .done(
            bench
                .draft()
                .add(count(1, None), "n", 5)
                .add(count(1, Some("b")), "n", 5),
        )
        .await?;
    bench
        .done(
            bench
                .draft()
                .delete("counts", count(1, None))
                .delete_range("counts", count(1, Some("b")), 1),
        )
        .await?;
    same(counts(&bench, count(1, None)).await?, None)?;
    bench
        .done(
            bench
                .draft()
                .add(count(1, None), "n", 2)
                .max(count(1, Some("b")), "n", 1),
        )
        .await?;
    same(counts(&bench, count(1, None)).await?, Some(vec![int(2), int(0)]))?;
    same(counts(&bench, count(1, Some("b"))).await?, Some(vec![int(1), int(0)]))
}

pub(super) async fn an_index_follows_a_counter(bench: Bench) -> Verdict {
    bench
        .done(
            bench
                .draft()
                .add(count(1, None), "n", 5)
                .add(count(2, None), "n", -5)
                .max(count(3, None), "n", 1),
        )
        .await?;
    same(
        bench.keys(all("counts_n")).await?,
        vec![count(2, None), count(3, None), count(1, None)],
    )?;
    bench
        .done(bench.draft().add(count(2, None), "n", 20).max(count(3, None), "n", 9))
        .await?;
    same(
        bench.keys(all("counts_n")).await?,
        vec![count(1, None), count(3, None), count(2, None)],
    )?;
    same(bench.keys(Read::Scan(range("counts_n", vec![int(-5)]))).await?, vec![])?;
    bench.done(bench.draft().delete("counts", count(1, None))).await?;
    same(bench.keys(all("counts_n")).await?, vec![count(3, None), count(2, None)])
}
