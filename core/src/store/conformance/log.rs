//! The log: dense positions, times that never go back.

use super::bench::{Bench, Verdict, conflict, same};
use super::draft::{all, int, node, range, time, under};
use crate::store::{Cause, Dir, Position, Range, Read, Row, Value, Want};

pub(super) async fn an_empty_log_is_at_the_start(bench: Bench) -> Verdict {
    let found = bench.read(&[all("log")]).await?;
    same((found.position, found.newest), (Position::START, i64::MIN))?;
    same(found.sets.iter().map(|set| set.rows.len()).collect(), vec![0])
}

pub(super) async fn positions_are_dense_and_entries_keep_their_order(bench: Bench) -> Verdict {
    let first = bench
        .done(bench.draft().at(10).log(r#"{"n":1}"#).log(r#"{"n":2}"#))
        .await?;
    bench.done(bench.draft().put("tree", node(1), under(None))).await?;
    let failing = bench.draft().at(15).present("tree", node(2)).log("{}");
    same(
        bench.commit(failing).await,
        conflict("tree", node(2), Cause::NotPresent),
    )?;
    let second = bench.done(bench.draft().at(20).log(r#"{"n":3}"#)).await?;
    let entry = |number, t, commit: crate::store::CommitId, document: &str| Row {
        key: vec![int(number)],
        columns: vec![time(t), Some(Value::Id(commit.0))],
        stamp: Some(commit),
        document: Some(document.into()),
    };
    let expected = vec![
        entry(1, 10, first, r#"{"n":1}"#),
        entry(2, 10, first, r#"{"n":2}"#),
        entry(3, 20, second, r#"{"n":3}"#),
    ];
    same(bench.rows(all("log")).await?, expected)
}

pub(super) async fn a_position_names_the_commit_of_the_newest_entry(bench: Bench) -> Verdict {
    let first = bench.done(bench.draft().at(10).log("{}").log("{}")).await?;
    let found = bench.read(&[]).await?;
    same(
        (found.position, found.newest),
        (
            Position {
                number: 2,
                commit: first,
            },
            10,
        ),
    )?;
    let second = bench.commit(bench.draft().at(20).log("{}")).await?;
    same(second.position.number, 3)?;
    let found = bench.read(&[]).await?;
    same((found.position, found.newest), (second.position, 20))
}

pub(super) async fn a_batch_without_entries_leaves_position_and_newest_time(bench: Bench) -> Verdict {
    let first = bench.commit(bench.draft().at(10).log("{}")).await?.position;
    let draft = bench.draft().at(99).put("tree", node(1), under(None));
    same(bench.commit(draft.absent("tree", node(1))).await?.position, first)?;
    let found = bench.read(&[]).await?;
    same((found.position, found.newest), (first, 10))
}

pub(super) async fn times_of_entries_never_go_back(bench: Bench) -> Verdict {
    for t in [50, 40, i64::MIN, 60, 59] {
        bench.done(bench.draft().at(t).log("{}")).await?;
    }
    let rows = bench.rows(all("log")).await?;
    let times: Vec<_> = rows.iter().filter_map(|row| row.columns.first().cloned()).collect();
    same(times, [50, 50, 50, 60, 60].map(time).to_vec())?;
    same(bench.read(&[]).await?.newest, 60)
}

pub(super) async fn times_before_1970_are_times_too(bench: Bench) -> Verdict {
    bench.done(bench.draft().at(-5).log("{}")).await?;
    same(bench.read(&[]).await?.newest, -5)?;
    bench.done(bench.draft().at(-9).log("{}")).await?;
    same(bench.read(&[]).await?.newest, -5)
}

pub(super) async fn the_log_is_read_like_a_table(bench: Bench) -> Verdict {
    for _ in 0..5 {
        bench.done(bench.draft().log("{}").log("{}")).await?;
    }
    let page = Range {
        from: vec![int(3)],
        limit: 4,
        want: Want::Key,
        ..range("log", vec![])
    };
    let expected = |numbers: &[i64]| numbers.iter().map(|n| vec![int(*n)]).collect::<Vec<_>>();
    same(bench.keys(Read::Scan(page)).await?, expected(&[4, 5, 6, 7]))?;
    let newest = Range {
        dir: Dir::Down,
        limit: 2,
        ..range("log", vec![])
    };
    same(bench.keys(Read::Scan(newest)).await?, expected(&[10, 9]))?;
    let found = bench
        .read(&[super::draft::get("log", [vec![int(11)], vec![int(1)]])])
        .await?;
    same(
        found
            .sets
            .iter()
            .map(|set| (set.rows.len(), set.absent.clone()))
            .collect(),
        vec![(1, vec![vec![int(11)]])],
    )
}

pub(super) async fn the_log_may_be_checked(bench: Bench) -> Verdict {
    let commit = bench.done(bench.draft().log("{}")).await?;
    let next = || {
        bench
            .draft()
            .absent("log", vec![int(2)])
            .stamp("log", vec![int(1)], commit)
            .log("{}")
    };
    bench.done(next()).await?;
    same(
        bench.commit(next()).await,
        conflict("log", vec![int(2)], Cause::NotAbsent),
    )
}
