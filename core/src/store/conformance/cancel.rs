//! A future that is dropped leaves all or nothing, and a store that goes on working.

use super::bench::{Bench, Verdict, holds, same};
use super::draft::{all, count, int, mark, node, time, under};
use std::pin::pin;
use std::task::Poll;

/// Polls a future at most `polls` times (each after it asked for it), then drops it. Answers whether it came to its end.
async fn cut(future: impl Future, polls: u32) -> bool {
    let mut future = pin!(future);
    let mut left = polls;
    std::future::poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(false);
        }
        left -= 1;
        match future.as_mut().poll(context) {
            Poll::Ready(_) => Poll::Ready(true),
            // The last poll is behind us: dropped while the work is under way, not after it.
            Poll::Pending if left == 0 => Poll::Ready(false),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

pub(super) async fn a_commit_dropped_at_any_poll_happens_whole_or_not_at_all(bench: Bench) -> Verdict {
    for polls in 0..50 {
        let n = u64::from(polls);
        let draft = bench
            .draft()
            .put("tree", node(n), under(None))
            .add(count(n, None), "n", 1)
            .log("{}");
        let draft = draft.put("marks", mark(n, "m"), vec![time(1)]).answer("done");
        let ended = cut(bench.commit(draft.clone()), polls).await;
        let one = |table, key| super::draft::get(table, [key]);
        let reads = [
            one("tree", node(n)),
            one("counts", count(n, None)),
            one("marks", mark(n, "m")),
        ];
        let found = bench.read(&reads).await?;
        let sizes: Vec<usize> = found.sets.iter().map(|set| set.rows.len()).collect();
        let whole = sizes == [1; 3] || (!ended && sizes == [0; 3]);
        holds(
            whole,
            format_args!("dropped after {polls} polls it left {sizes:?} rows of [1, 1, 1]"),
        )?;
        // Sent again it happens exactly once, whatever became of the first.
        same(bench.commit(draft).await?.answer, "done".into())?;
        same(
            bench.get("counts", count(n, None)).await?.map(|row| row.columns),
            Some(vec![int(1), int(0)]),
        )?;
        if ended {
            let entries = i64::from(polls) + 1;
            return same(bench.read(&[]).await?.position.number, entries);
        }
    }
    holds(false, "a commit needs more than 50 polls")
}

pub(super) async fn a_read_dropped_at_any_poll_leaves_the_store_working(bench: Bench) -> Verdict {
    bench.done(bench.draft().put("tree", node(1), under(None))).await?;
    for polls in 0..50 {
        let reads = [all("tree"), all("docs"), all("log")];
        let ended = cut(bench.read(&reads), polls).await;
        bench
            .done(bench.draft().put("tree", node(1), under(None)).log("{}"))
            .await?;
        same(bench.keys(all("tree")).await?, vec![node(1)])?;
        if ended {
            return Ok(());
        }
    }
    holds(false, "a read needs more than 50 polls")
}

pub(super) async fn many_dropped_commits_leave_the_store_working(bench: Bench) -> Verdict {
    for n in 0..100 {
        cut(
            bench.commit(bench.draft().put("tree", node(n), under(None)).log("{}")),
            1,
        )
        .await;
    }
    bench
        .done(bench.draft().put("tree", node(500), under(None)).log("{}"))
        .await?;
    let found = bench.read(&[all("tree"), all("log")]).await?;
    let sizes: Vec<usize> = found.sets.iter().map(|set| set.rows.len()).collect();
    holds(
        sizes.iter().min() == sizes.iter().max(),
        format_args!("rows and log entries differ: {sizes:?}"),
    )?;
    same(
        found.position.number,
        i64::try_from(sizes.last().copied().unwrap_or_default()).unwrap_or_default(),
    )
}
