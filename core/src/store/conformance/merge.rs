//! Ranges as one order.

use super::bench::{Bench, Verdict, same};
use super::draft::{about, doc, id, int, line, range, ranges, text, time};
use crate::store::{Dir, Parts, Range, Read};

/// Three timelines that share items.
async fn lines(bench: &Bench) -> Verdict {
    let mut draft = bench.draft();
    for (kind, owner, t, item) in [
        (1, 1, 10, 1),
        (1, 1, 30, 3),
        (1, 1, 50, 5),
        (1, 2, 20, 2),
        (1, 2, 30, 3),
        (1, 2, 50, 5),
        (2, 1, 30, 3),
        (2, 1, 30, 4),
        (2, 1, 60, 6),
    ] {
        draft = draft.put("lines", line(kind, owner, t, item), Vec::new());
    }
    bench.done(draft).await?;
    Ok(())
}

fn three() -> [Parts; 3] {
    [vec![int(2), id(1)], vec![int(1), id(2)], vec![int(1), id(1)]]
}

pub(super) async fn ranges_become_one_order_in_both_directions(bench: Bench) -> Verdict {
    lines(&bench).await?;
    let up = ranges("lines", [vec![int(1), id(2)], vec![int(2), id(1)]]);
    let mut expected = vec![
        line(1, 2, 20, 2),
        line(1, 2, 30, 3),
        line(2, 1, 30, 4),
        line(1, 2, 50, 5),
        line(2, 1, 60, 6),
    ];
    same(bench.keys(Read::Merge(up.clone())).await?, expected.clone())?;
    expected.reverse();
    same(bench.keys(Read::Merge(Range { dir: Dir::Down, ..up })).await?, expected)
}

pub(super) async fn rows_equal_after_the_prefix_are_one_row_of_the_smallest_prefix(bench: Bench) -> Verdict {
    lines(&bench).await?;
    let mut expected = vec![
        line(1, 1, 10, 1),
        line(1, 2, 20, 2),
        line(1, 1, 30, 3),
        line(2, 1, 30, 4),
        line(1, 1, 50, 5),
        line(2, 1, 60, 6),
    ];
    let up = ranges("lines", three());
    same(bench.keys(Read::Merge(up.clone())).await?, expected.clone())?;
    expected.reverse();
    same(bench.keys(Read::Merge(Range { dir: Dir::Down, ..up })).await?, expected)
}

pub(super) async fn the_limit_counts_rows_after_equal_ones_are_folded(bench: Bench) -> Verdict {
    lines(&bench).await?;
    let up = Range {
        limit: 4,
        ..ranges("lines", three())
    };
    let expected = vec![
        line(1, 1, 10, 1),
        line(1, 2, 20, 2),
        line(1, 1, 30, 3),
        line(2, 1, 30, 4),
    ];
    same(bench.keys(Read::Merge(up.clone())).await?, expected)?;
    let expected = vec![
        line(2, 1, 60, 6),
        line(1, 1, 50, 5),
        line(2, 1, 30, 4),
        line(1, 1, 30, 3),
    ];
    same(bench.keys(Read::Merge(Range { dir: Dir::Down, ..up })).await?, expected)
}

pub(super) async fn bounds_hold_for_every_range(bench: Bench) -> Verdict {
    lines(&bench).await?;
    let whole = ranges("lines", three());
    let read = |from: Parts, to: Parts, dir| {
        Read::Merge(Range {
            from,
            to,
            dir,
            ..whole.clone()
        })
    };
    let found = bench.keys(read(vec![time(30), id(3)], vec![time(50)], Dir::Up)).await?;
    same(found, vec![line(2, 1, 30, 4), line(1, 1, 50, 5)])?;
    let found = bench
        .keys(read(vec![time(50)], vec![time(30), id(4)], Dir::Down))
        .await?;
    same(found, vec![line(2, 1, 30, 4)])?;
    same(
        bench.keys(read(vec![time(30)], vec![], Dir::Down)).await?,
        vec![line(1, 2, 20, 2), line(1, 1, 10, 1)],
    )
}

pub(super) async fn merged_pages_chained_by_the_last_row_skip_and_repeat_nothing(bench: Bench) -> Verdict {
    lines(&bench).await?;
    for dir in [Dir::Up, Dir::Down] {
        let whole = Range {
            dir,
            ..ranges("lines", three())
        };
        let (mut from, mut paged) = (Vec::new(), Vec::new());
        for _ in 0..10 {
            let page = Range {
                from: std::mem::take(&mut from),
                limit: 2,
                ..whole.clone()
            };
            let keys = bench.keys(Read::Merge(page)).await?;
            let Some(last) = keys.last() else { break };
            from = last.iter().skip(2).cloned().collect();
            paged.extend(keys);
        }
        same(paged, bench.keys(Read::Merge(whole)).await?)?;
    }
    Ok(())
}

pub(super) async fn empty_ranges_and_repeated_prefixes_do_not_matter(bench: Bench) -> Verdict {
    lines(&bench).await?;
    let plain = bench.keys(Read::Merge(ranges("lines", three()))).await?;
    let more = three().into_iter().chain([vec![int(7), id(7)], vec![int(2), id(1)]]);
    same(bench.keys(Read::Merge(ranges("lines", more))).await?, plain)?;
    same(
        bench.keys(Read::Merge(ranges("lines", [vec![int(7), id(7)]]))).await?,
        vec![],
    )?;
    same(bench.keys(Read::Merge(ranges("lines", []))).await?, vec![])
}

pub(super) async fn a_merge_of_one_range_is_a_scan(bench: Bench) -> Verdict {
    lines(&bench).await?;
    for prefix in [vec![], vec![int(1)], vec![int(1), id(2)]] {
        let range = Range {
            limit: 5,
            dir: Dir::Down,
            ..range("lines", prefix)
        };
        let scanned = bench.keys(Read::Scan(range.clone())).await?;
        same(bench.keys(Read::Merge(range)).await?, scanned)?;
    }
    Ok(())
}

pub(super) async fn an_index_merges_with_absent_parts_first(bench: Bench) -> Verdict {
    let rows = [
        (doc(1, Some("de"), None), Some(5)),
        (doc(2, Some("fr"), None), None),
        (doc(3, Some("fr"), None), Some(4)),
        (doc(4, None, None), Some(4)),
        (doc(5, None, Some(2)), None),
    ];
    let mut draft = bench.draft();
    for (key, score) in rows.clone() {
        draft = draft.put("docs", key, about(score, 1, None));
    }
    bench.done(draft).await?;
    let [a, b, c, d, e] = rows.map(|(key, _)| key);
    let all = ranges("docs_lang", [vec![text("fr")], vec![None], vec![text("de")]]);
    same(
        bench.keys(Read::Merge(all.clone())).await?,
        vec![b.clone(), e.clone(), c.clone(), d.clone(), a.clone()],
    )?;
    same(
        bench.keys(Read::Merge(Range { dir: Dir::Down, ..all })).await?,
        vec![a, d, c, e, b],
    )
}

pub(super) async fn merged_prefixes_that_are_whole_keys_are_one_row(bench: Bench) -> Verdict {
    lines(&bench).await?;
    let merge = ranges("lines", [line(2, 1, 60, 6), line(1, 1, 10, 1), line(9, 9, 9, 9)]);
    same(bench.keys(Read::Merge(merge)).await?, vec![line(1, 1, 10, 1)])
}
