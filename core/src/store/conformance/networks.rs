//! One call, one network: nothing crosses.

use super::bench::{Bench, Verdict, same};
use super::draft::{about, all, climb, count, doc, get, int, line, node, range, ranges, under};
use crate::store::{NetworkId, Position, Range, Read};

async fn fill(bench: &Bench) -> Verdict {
    let draft = bench
        .draft()
        .put_with("docs", doc(1, None, None), about(Some(1), 1, None), "{}");
    let draft = draft
        .put("lines", line(1, 1, 1, 1), vec![])
        .put("tree", node(1), under(Some(2)));
    bench
        .done(
            draft
                .put("tree", node(2), under(None))
                .add(count(1, None), "n", 1)
                .log("{}"),
        )
        .await?;
    Ok(())
}

/// A network's neighbours: bytes that differ by one at either end, and the two extremes.
fn neighbours(bench: &Bench) -> Vec<Bench> {
    let mut last = bench.network.0;
    let mut first = bench.network.0;
    if let (Some(last), Some(first)) = (last.last_mut(), first.first_mut()) {
        *last += 1;
        *first -= 1;
    }
    [last, first, [0; 16], [0xff; 16]]
        .into_iter()
        .map(|network| bench.within(NetworkId(network)))
        .collect()
}

pub(super) async fn rows_of_one_network_are_absent_in_every_other(bench: Bench) -> Verdict {
    fill(&bench).await?;
    for other in neighbours(&bench) {
        let reads = [
            get("docs", [doc(1, None, None)]),
            all("docs"),
            all("docs_score"),
            Read::Scan(range("docs_score", vec![int(1)])),
            Read::Merge(ranges("lines", [vec![int(1)], vec![int(2)]])),
            Read::Merge(Range {
                limit: 5,
                ..range("lines_item", vec![])
            }),
            climb([1], 5),
            all("counts"),
            all("log"),
        ];
        let found = other.read(&reads).await?;
        same(found.sets.iter().map(|set| set.rows.len()).collect(), vec![0; 9])?;
        same((found.position, found.newest), (Position::START, i64::MIN))?;
    }
    Ok(())
}

pub(super) async fn each_network_has_its_own_log(bench: Bench) -> Verdict {
    fill(&bench).await?;
    fill(&bench.network(9)).await?;
    bench.done(bench.draft().log("{}")).await?;
    same(bench.read(&[]).await?.position.number, 2)?;
    same(bench.network(9).read(&[]).await?.position.number, 1)
}

pub(super) async fn checks_see_their_own_network_only(bench: Bench) -> Verdict {
    fill(&bench).await?;
    for other in neighbours(&bench) {
        other
            .done(other.draft().absent("tree", node(1)).absent("docs", doc(1, None, None)))
            .await?;
    }
    Ok(())
}

pub(super) async fn writes_stay_in_their_network(bench: Bench) -> Verdict {
    fill(&bench).await?;
    let before = bench
        .read(&[
            all("docs"),
            all("docs_score"),
            all("lines"),
            all("tree"),
            all("counts"),
            all("log"),
        ])
        .await?;
    for other in neighbours(&bench) {
        let draft = other
            .draft()
            .put("docs", doc(1, None, None), about(None, 9, None))
            .delete("tree", node(1));
        let draft = draft
            .delete_range("lines", vec![], 9)
            .add(count(1, None), "n", 5)
            .log("[]");
        other.done(draft).await?;
        other
            .done(
                other
                    .draft()
                    .delete("docs", doc(1, None, None))
                    .delete_range("counts", vec![], 1),
            )
            .await?;
    }
    let after = bench
        .read(&[
            all("docs"),
            all("docs_score"),
            all("lines"),
            all("tree"),
            all("counts"),
            all("log"),
        ])
        .await?;
    same(after, before)
}

pub(super) async fn ranges_are_counted_in_their_network_only(bench: Bench) -> Verdict {
    fill(&bench).await?;
    let other = bench.network(9);
    other
        .done(
            other
                .draft()
                .delete_range("tree", vec![], 0)
                .delete_range("counts", vec![], 0),
        )
        .await?;
    same(bench.keys(all("tree")).await?.len(), 2)
}
