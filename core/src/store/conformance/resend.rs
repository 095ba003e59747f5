//! A batch that is sent again happens once.

use super::bench::{Bench, Verdict, conflict, same};
use super::draft::{Draft, all, count, int, mark, node, time, under};
use crate::store::{Cause, CommitError, Wake};

fn rich(bench: &Bench) -> Draft {
    let draft = bench
        .draft()
        .absent("tree", node(1))
        .put("tree", node(1), under(None))
        .add(count(1, None), "n", 1);
    draft.log("{}").answer("first")
}

pub(super) async fn a_resent_batch_answers_its_first_success(bench: Bench) -> Verdict {
    let draft = rich(&bench);
    let first = bench.commit(draft.clone()).await?;
    same((first.answer.as_str(), first.repeated), ("first", false))?;
    bench.done(bench.draft().log("{}")).await?;
    for _ in 0..2 {
        let again = bench.commit(draft.clone()).await?;
        same(
            (again.answer.as_str(), again.repeated, again.position),
            ("first", true, first.position),
        )?;
    }
    Ok(())
}

pub(super) async fn a_resent_batch_is_applied_once(bench: Bench) -> Verdict {
    let draft = rich(&bench);
    bench.done(draft.clone()).await?;
    let last = bench
        .done(bench.draft().put("tree", node(1), under(Some(5))).log("{}"))
        .await?;
    let before = bench.read(&[all("tree"), all("counts"), all("log")]).await?;
    same(bench.commit(draft).await?.repeated, true)?;
    same(bench.read(&[all("tree"), all("counts"), all("log")]).await?, before)?;
    same(bench.get("tree", node(1)).await?.and_then(|row| row.stamp), Some(last))
}

pub(super) async fn another_request_under_the_same_id_is_refused(bench: Bench) -> Verdict {
    let draft = rich(&bench);
    bench.done(draft.clone()).await?;
    let before = bench.read(&[all("tree"), all("counts"), all("log")]).await?;
    same(
        bench.commit(draft.clone().request(999)).await,
        Err(CommitError::KeyReused),
    )?;
    same(bench.read(&[all("tree"), all("counts"), all("log")]).await?, before)?;
    same(bench.commit(draft).await?.repeated, true)
}

pub(super) async fn a_refusal_is_decided_again(bench: Bench) -> Verdict {
    let draft = rich(&bench).present("tree", node(2));
    for _ in 0..2 {
        same(
            bench.commit(draft.clone()).await,
            conflict("tree", node(2), Cause::NotPresent),
        )?;
    }
    bench.done(bench.draft().put("tree", node(2), under(None))).await?;
    same(bench.commit(draft.clone()).await?.repeated, false)?;
    same(bench.commit(draft).await?.repeated, true)
}

pub(super) async fn a_refused_id_may_come_with_another_request(bench: Bench) -> Verdict {
    let draft = rich(&bench);
    let failing = draft.clone().present("tree", node(2)).request(999);
    same(
        bench.commit(failing).await,
        conflict("tree", node(2), Cause::NotPresent),
    )?;
    same(bench.commit(draft).await?.repeated, false)
}

pub(super) async fn a_check_an_add_a_wake_and_an_entry_each_make_a_batch_remembered(bench: Bench) -> Verdict {
    let drafts = [
        bench.draft().absent("tree", node(9)),
        bench.draft().add(count(1, None), "n", 1),
        bench.draft().wake(Wake::Exactly(Some(9))),
        bench.draft().wake(Wake::Exactly(None)),
        bench.draft().log("{}"),
    ];
    for draft in drafts {
        let draft = draft.answer("yes");
        let first = bench.commit(draft.clone()).await?;
        let again = bench.commit(draft).await?;
        same(
            (again.answer, again.repeated, again.position),
            ("yes".into(), true, first.position),
        )?;
    }
    same(
        bench.get("counts", count(1, None)).await?.map(|row| row.columns),
        Some(vec![int(1), int(0)]),
    )
}

pub(super) async fn plain_writes_are_carried_out_each_time(bench: Bench) -> Verdict {
    let seen = bench.draft().put("marks", mark(1, "seen"), vec![time(1)]);
    bench.done(seen.clone()).await?;
    bench
        .done(bench.draft().put("marks", mark(1, "seen"), vec![time(2)]))
        .await?;
    same(bench.commit(seen).await?.repeated, false)?;
    same(
        bench.get("marks", mark(1, "seen")).await?.map(|row| row.columns),
        Some(vec![time(1)]),
    )
}

pub(super) async fn the_same_id_in_another_network_is_another_batch(bench: Bench) -> Verdict {
    let draft = rich(&bench);
    bench.done(draft.clone()).await?;
    let other = bench.network(9);
    same(other.commit(draft.clone().request(999)).await?.repeated, false)?;
    same(other.commit(draft.clone()).await, Err(CommitError::KeyReused))?;
    same(bench.commit(draft).await?.repeated, true)
}

pub(super) async fn a_resent_batch_is_answered_although_it_would_fail_now(bench: Bench) -> Verdict {
    let draft = bench
        .draft()
        .bounded(count(1, None), "n", 1, None, Some(1))
        .answer("taken");
    bench.done(draft.clone()).await?;
    same(bench.commit(draft).await?.answer, "taken".into())?;
    let other = bench.draft().bounded(count(1, None), "n", 1, None, Some(1));
    same(
        bench.commit(other).await,
        conflict("counts", count(1, None), Cause::Bound),
    )
}
