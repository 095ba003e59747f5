//! The agenda: one row a network in the network SYSTEM, in order of instants.

use super::bench::{Bench, Stop, Verdict, conflict, same};
use super::draft::{all, id, node, range, time};
use crate::store::{AGENDA, AGENDA_DUE, AGENDA_NETWORK, Cause, Parts, Range, Read, Row, Value, Wake};

async fn agenda(bench: &Bench) -> Result<Vec<(Parts, Parts)>, Stop> {
    let rows = bench.within(AGENDA_NETWORK).rows(all(AGENDA_DUE)).await?;
    Ok(rows.into_iter().map(|row| (row.key, row.columns)).collect())
}

fn entry(bench: &Bench, at: i64) -> (Parts, Parts) {
    (vec![Some(Value::Id(bench.network.0))], vec![time(at)])
}

async fn wake(bench: &Bench, wake: Wake) -> Verdict {
    bench.done(bench.draft().wake(wake)).await?;
    Ok(())
}

pub(super) async fn sooner_keeps_the_earlier_instant(bench: Bench) -> Verdict {
    for (at, expected) in [(50, 50), (70, 50), (40, 40), (-5, -5), (0, -5)] {
        wake(&bench, Wake::Sooner(at)).await?;
        same(agenda(&bench).await?, vec![entry(&bench, expected)])?;
    }
    Ok(())
}

pub(super) async fn exactly_sets_the_instant_or_takes_the_row_away(bench: Bench) -> Verdict {
    wake(&bench, Wake::Exactly(None)).await?;
    same(agenda(&bench).await?, vec![])?;
    for at in [50, 70, 40] {
        wake(&bench, Wake::Exactly(Some(at))).await?;
        same(agenda(&bench).await?, vec![entry(&bench, at)])?;
    }
    wake(&bench, Wake::Exactly(None)).await?;
    same(agenda(&bench).await?, vec![])?;
    wake(&bench, Wake::Sooner(90)).await?;
    same(agenda(&bench).await?, vec![entry(&bench, 90)])
}

pub(super) async fn the_agenda_is_read_in_due_order(bench: Bench) -> Verdict {
    for (network, at) in [(3, 30), (1, 10), (2, 20), (4, 10), (5, -1)] {
        wake(&bench.network(network), Wake::Sooner(at)).await?;
    }
    let expected = [(5, -1), (1, 10), (4, 10), (2, 20), (3, 30)];
    let expected = expected
        .map(|(network, at)| entry(&bench.network(network), at))
        .to_vec();
    same(agenda(&bench).await?, expected.clone())?;
    let system = bench.within(AGENDA_NETWORK);
    let due = Range {
        to: vec![time(10)],
        limit: 2,
        ..range(AGENDA_DUE, vec![])
    };
    let keys: Vec<Parts> = expected.into_iter().map(|(key, _)| key).collect();
    same(
        system.keys(Read::Scan(due.clone())).await?,
        keys.iter().take(2).cloned().collect(),
    )?;
    let next = Range {
        from: vec![time(10), Some(Value::Id([1; 16]))],
        ..due
    };
    same(
        system.keys(Read::Scan(next)).await?,
        keys.iter().skip(2).take(1).cloned().collect(),
    )
}

pub(super) async fn the_agenda_is_in_the_network_system_only(bench: Bench) -> Verdict {
    wake(&bench, Wake::Sooner(5)).await?;
    same(bench.keys(all(AGENDA)).await?, vec![])?;
    let system = bench.within(AGENDA_NETWORK);
    let row = Row {
        key: vec![Some(Value::Id(bench.network.0))],
        columns: vec![time(5)],
        stamp: None,
        document: None,
    };
    same(system.get(AGENDA, row.key.clone()).await?, Some(row))?;
    same(system.get(AGENDA, vec![id(1)]).await?, None)
}

pub(super) async fn a_batch_that_fails_wakes_nobody(bench: Bench) -> Verdict {
    wake(&bench, Wake::Exactly(Some(50))).await?;
    let failing = bench.draft().present("tree", node(1)).wake(Wake::Sooner(10));
    same(
        bench.commit(failing).await,
        conflict("tree", node(1), Cause::NotPresent),
    )?;
    same(agenda(&bench).await?, vec![entry(&bench, 50)])
}

pub(super) async fn a_resent_wake_changes_nothing(bench: Bench) -> Verdict {
    let draft = bench.draft().wake(Wake::Exactly(Some(10)));
    bench.done(draft.clone()).await?;
    wake(&bench, Wake::Exactly(Some(99))).await?;
    same(bench.commit(draft).await?.repeated, true)?;
    same(agenda(&bench).await?, vec![entry(&bench, 99)])
}

pub(super) async fn a_wake_leaves_the_logs_of_both_networks(bench: Bench) -> Verdict {
    bench.done(bench.draft().log("{}").wake(Wake::Sooner(1))).await?;
    same(bench.read(&[]).await?.position.number, 1)?;
    same(bench.within(AGENDA_NETWORK).read(&[]).await?.position.number, 0)
}
