//! Many writers at once: nothing is lost, nothing happens twice.

use super::bench::{Bench, Stop, Verdict, holds, same};
use super::draft::{all, count, int, node, under};
use crate::store::{Cause, CommitError, Conflict};
use std::collections::BTreeSet;

const WRITERS: u64 = 6;
const ROUNDS: u64 = 25;

pub(super) async fn no_add_is_lost(bench: Bench) -> Verdict {
    bench
        .threads(WRITERS, |bench, _| async move {
            for _ in 0..ROUNDS {
                bench.done(bench.draft().add(count(1, None), "n", 1)).await?;
            }
            Ok(())
        })
        .await?;
    let total = i64::try_from(WRITERS * ROUNDS).unwrap_or_default();
    same(
        bench.get("counts", count(1, None)).await?.map(|row| row.columns),
        Some(vec![int(total), int(0)]),
    )
}

pub(super) async fn positions_stay_dense_and_times_in_order(bench: Bench) -> Verdict {
    let positions = bench
        .threads(WRITERS, |bench, thread| async move {
            let mut positions = Vec::new();
            for round in 0..ROUNDS {
                let t = i64::try_from(round * 7 + thread).unwrap_or_default();
                positions.push(bench.commit(bench.draft().at(t).log("{}")).await?.position.number);
            }
            let rising = positions.is_sorted_by(|a, b| a < b);
            holds(rising, "one writer's positions must rise")?;
            Ok(positions)
        })
        .await?;
    let total = i64::try_from(WRITERS * ROUNDS).unwrap_or_default();
    let answered: BTreeSet<i64> = positions.into_iter().flatten().collect();
    same(answered, (1..=total).collect())?;
    let rows = bench.rows(all("log")).await?;
    same(
        rows.iter().map(|row| row.key.clone()).collect(),
        (1..=total).map(|n| vec![int(n)]).collect::<Vec<_>>(),
    )?;
    holds(
        rows.is_sorted_by_key(|row| row.columns.first().cloned()),
        "a time went back",
    )
}

pub(super) async fn of_many_who_create_a_key_exactly_one_wins(bench: Bench) -> Verdict {
    for n in 0..10 {
        let won = bench
            .threads(WRITERS, move |bench, _| async move {
                let draft = bench.draft().absent("tree", node(n)).put("tree", node(n), under(None));
                let id = draft.batch.id;
                let lost = Conflict {
                    table: "tree",
                    key: node(n),
                    cause: Cause::NotAbsent,
                };
                match bench.commit(draft).await {
                    Ok(_) => Ok(Some(id)),
                    Err(CommitError::Conflict(conflict)) if conflict == lost => Ok(None),
                    Err(other) => Err(Stop::from(other)),
                }
            })
            .await?;
        let winners: Vec<_> = won.into_iter().flatten().collect();
        same(winners.len(), 1)?;
        same(
            bench.get("tree", node(n)).await?.and_then(|row| row.stamp),
            winners.first().copied(),
        )?;
    }
    Ok(())
}

pub(super) async fn stamps_let_one_change_through_at_a_time(bench: Bench) -> Verdict {
    bench
        .done(bench.draft().put("tree", node(1), vec![None, int(0)]))
        .await?;
    bench
        .threads(4, |bench, _| async move {
            for _ in 0..10 {
                let mut attempts = 0;
                loop {
                    attempts += 1;
                    holds(attempts < 10_000, "a change with the newest stamp never gets through")?;
                    let Some(row) = bench.get("tree", node(1)).await? else {
                        return holds(false, "the row is gone");
                    };
                    let Some(Some(crate::store::Value::Int(n))) = row.columns.get(1).cloned() else {
                        return holds(false, "the number is gone");
                    };
                    let Some(stamp) = row.stamp else {
                        return holds(false, "the stamp is gone");
                    };
                    let draft =
                        bench
                            .draft()
                            .stamp("tree", node(1), stamp)
                            .put("tree", node(1), vec![None, int(n + 1)]);
                    match bench.commit(draft).await {
                        Ok(_) => break,
                        Err(CommitError::Conflict(Conflict {
                            cause: Cause::OtherStamp,
                            ..
                        })) => {}
                        Err(other) => return Err(other.into()),
                    }
                }
            }
            Ok(())
        })
        .await?;
    same(
        bench.get("tree", node(1)).await?.map(|row| row.columns),
        Some(vec![None, int(40)]),
    )
}

pub(super) async fn a_batch_sent_by_many_at_once_happens_once(bench: Bench) -> Verdict {
    for n in 0..10 {
        let draft = bench.draft().add(count(n, None), "n", 1).log("{}").answer("one");
        let answers = bench.threads(WRITERS, move |bench, _| {
            let draft = draft.clone();
            async move { Ok(bench.commit(draft).await?) }
        });
        let answers = answers.await?;
        same(answers.iter().filter(|answer| !answer.repeated).count(), 1)?;
        holds(answers.iter().all(|answer| answer.answer == "one"), "an answer differs")?;
        same(
            bench.get("counts", count(n, None)).await?.map(|row| row.columns),
            Some(vec![int(1), int(0)]),
        )?;
    }
    same(bench.read(&[]).await?.position.number, 10)
}

pub(super) async fn a_bound_holds_under_a_crowd(bench: Bench) -> Verdict {
    let won = bench
        .threads(WRITERS, |bench, _| async move {
            let mut won = 0;
            for _ in 0..10 {
                match bench
                    .commit(bench.draft().bounded(count(1, None), "n", 1, None, Some(17)))
                    .await
                {
                    Ok(_) => won += 1,
                    Err(CommitError::Conflict(Conflict {
                        cause: Cause::Bound, ..
                    })) => {}
                    Err(other) => return Err(other.into()),
                }
            }
            Ok(won)
        })
        .await?;
    same(won.into_iter().sum::<i32>(), 17)?;
    same(
        bench.get("counts", count(1, None)).await?.map(|row| row.columns),
        Some(vec![int(17), int(0)]),
    )
}

pub(super) async fn whoever_has_an_acknowledgement_is_seen_by_all(bench: Bench) -> Verdict {
    bench
        .threads(4, |bench, thread| async move {
            for n in 0..ROUNDS {
                let key = node(thread * 1_000 + n);
                let committed = bench
                    .commit(bench.draft().put("tree", key.clone(), under(None)).log("{}"))
                    .await?;
                let found = bench.read(&[super::draft::get("tree", [key])]).await?;
                holds(
                    found.sets.iter().all(|set| set.rows.len() == 1),
                    "an acknowledged row is not there",
                )?;
                holds(
                    found.position.number >= committed.position.number,
                    "an acknowledged position is not there",
                )?;
            }
            Ok(())
        })
        .await?;
    Ok(())
}

pub(super) async fn many_networks_write_at_once(bench: Bench) -> Verdict {
    bench
        .threads(WRITERS, |bench, thread| async move {
            let bench = bench.network(u8::try_from(thread + 1).unwrap_or_default());
            for n in 1..=ROUNDS {
                let committed = bench
                    .commit(bench.draft().add(count(1, None), "n", 1).log("{}"))
                    .await?;
                same(committed.position.number, i64::try_from(n).unwrap_or_default())?;
            }
            Ok(())
        })
        .await?;
    Ok(())
}
