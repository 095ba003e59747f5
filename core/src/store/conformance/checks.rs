//! Checks and stamps: a decision is carried out on the state it was made from.

use super::bench::{Bench, Verdict, conflict, same};
use super::draft::{about, all, commit_id, count, doc, edge, mark, node, time, under};
use crate::store::Cause;

pub(super) async fn absent_holds_where_no_row_is(bench: Bench) -> Verdict {
    let create = || bench.draft().absent("tree", node(1)).put("tree", node(1), under(None));
    bench.done(create()).await?;
    same(
        bench.commit(create()).await,
        conflict("tree", node(1), Cause::NotAbsent),
    )?;
    bench.done(bench.draft().delete("tree", node(1))).await?;
    bench.done(create()).await?;
    Ok(())
}

pub(super) async fn present_holds_where_a_row_is(bench: Bench) -> Verdict {
    let check = || bench.draft().present("tree", node(1));
    same(
        bench.commit(check()).await,
        conflict("tree", node(1), Cause::NotPresent),
    )?;
    bench.done(bench.draft().put("tree", node(1), under(None))).await?;
    bench.done(check()).await?;
    bench.done(bench.draft().delete("tree", node(1))).await?;
    same(
        bench.commit(check()).await,
        conflict("tree", node(1), Cause::NotPresent),
    )
}

pub(super) async fn a_stamp_is_the_commit_that_last_wrote_the_row(bench: Bench) -> Verdict {
    let stamp = async || {
        bench
            .get("tree", node(1))
            .await
            .map(|row| row.and_then(|row| row.stamp))
    };
    let first = bench.done(bench.draft().put("tree", node(1), under(None))).await?;
    same(stamp().await?, Some(first))?;
    let second = bench.done(bench.draft().put("tree", node(1), under(None))).await?;
    same(stamp().await?, Some(second))
}

pub(super) async fn a_stamp_check_holds_for_that_commit_only(bench: Bench) -> Verdict {
    let change = |stamp| {
        bench
            .draft()
            .stamp("tree", node(1), stamp)
            .put("tree", node(1), under(None))
    };
    same(
        bench.commit(change(commit_id(999))).await,
        conflict("tree", node(1), Cause::OtherStamp),
    )?;
    let first = bench.done(bench.draft().put("tree", node(1), under(None))).await?;
    let second = bench.done(change(first)).await?;
    same(
        bench.commit(change(first)).await,
        conflict("tree", node(1), Cause::OtherStamp),
    )?;
    bench.done(change(second)).await?;
    Ok(())
}

pub(super) async fn a_key_deleted_and_created_again_does_not_fool_an_old_check(bench: Bench) -> Verdict {
    let row = || bench.draft().put("docs", doc(1, None, None), about(Some(1), 1, None));
    let old = bench.done(row()).await?;
    bench.done(bench.draft().delete("docs", doc(1, None, None))).await?;
    let check = || bench.draft().stamp("docs", doc(1, None, None), old);
    same(
        bench.commit(check()).await,
        conflict("docs", doc(1, None, None), Cause::OtherStamp),
    )?;
    bench.done(row()).await?;
    same(
        bench.commit(check()).await,
        conflict("docs", doc(1, None, None), Cause::OtherStamp),
    )
}

pub(super) async fn a_check_changes_neither_row_nor_stamp(bench: Bench) -> Verdict {
    let stamp = bench
        .done(bench.draft().put("docs", doc(1, None, None), about(None, 1, None)))
        .await?;
    let before = bench.rows(all("docs")).await?;
    bench
        .done(
            bench
                .draft()
                .stamp("docs", doc(1, None, None), stamp)
                .present("docs", doc(1, None, None)),
        )
        .await?;
    bench.done(bench.draft().absent("docs", doc(2, None, None))).await?;
    same(bench.rows(all("docs")).await?, before)
}

pub(super) async fn checks_tell_absent_key_parts_from_present_ones(bench: Bench) -> Verdict {
    bench
        .done(bench.draft().put("docs", doc(1, None, None), about(None, 1, None)))
        .await?;
    let draft = bench
        .draft()
        .absent("docs", doc(1, Some(""), None))
        .absent("docs", doc(1, None, Some(0)));
    bench.done(draft).await?;
    let again = bench.draft().absent("docs", doc(1, None, None));
    same(
        bench.commit(again).await,
        conflict("docs", doc(1, None, None), Cause::NotAbsent),
    )
}

pub(super) async fn tables_without_stamps_answer_none(bench: Bench) -> Verdict {
    let draft = bench
        .draft()
        .put("edges", edge(1, 2), vec![None])
        .put("marks", mark(1, "a"), vec![time(1)]);
    bench.done(draft.add(count(1, None), "n", 1)).await?;
    let found = bench.read(&[all("edges"), all("marks"), all("counts")]).await?;
    let stamps: Vec<_> = found
        .sets
        .into_iter()
        .flat_map(|set| set.rows)
        .map(|row| row.stamp)
        .collect();
    same(stamps, vec![None, None, None])
}

pub(super) async fn unstamped_tables_take_absent_and_present(bench: Bench) -> Verdict {
    let vote = || {
        bench
            .draft()
            .absent("edges", edge(1, 2))
            .put("edges", edge(1, 2), vec![None])
    };
    bench.done(vote()).await?;
    same(
        bench.commit(vote()).await,
        conflict("edges", edge(1, 2), Cause::NotAbsent),
    )?;
    bench.done(bench.draft().present("edges", edge(1, 2))).await?;
    same(
        bench.commit(bench.draft().present("edges", edge(2, 1))).await,
        conflict("edges", edge(2, 1), Cause::NotPresent),
    )
}

pub(super) async fn several_checks_of_one_key_may_stand_together(bench: Bench) -> Verdict {
    let stamp = bench.done(bench.draft().put("tree", node(1), under(None))).await?;
    let both = || bench.draft().present("tree", node(1)).stamp("tree", node(1), stamp);
    bench.done(both()).await?;
    same(
        bench.commit(both().absent("tree", node(1))).await,
        conflict("tree", node(1), Cause::NotAbsent),
    )
}
