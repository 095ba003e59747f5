//! Up a tree, step by step, in one read.

use super::bench::{Bench, Verdict, same};
use super::draft::{climb, edge, node, ranges, under};
use crate::store::{Keys, MAX_DEPTH, Parts, Read, Want};

/// 1 over 2 over 3 and 4; 5 over 6; 7 points to itself, 8 and 9 to each other, 10 to a node that is not there.
async fn tree(bench: &Bench) -> Verdict {
    let mut draft = bench.draft();
    for (n, parent) in [
        (1, None),
        (2, Some(1)),
        (3, Some(2)),
        (4, Some(2)),
        (5, None),
        (6, Some(5)),
        (7, Some(7)),
        (8, Some(9)),
        (9, Some(8)),
        (10, Some(99)),
    ] {
        draft = draft.put("tree", node(n), under(parent));
    }
    bench.done(draft).await?;
    Ok(())
}

fn nodes(numbers: &[u64]) -> Vec<Parts> {
    numbers.iter().map(|n| node(*n)).collect()
}

pub(super) async fn a_walk_climbs_to_the_root_and_answers_in_key_order(bench: Bench) -> Verdict {
    tree(&bench).await?;
    same(bench.keys(climb([3], 16)).await?, nodes(&[1, 2, 3]))?;
    same(bench.keys(climb([6], 16)).await?, nodes(&[5, 6]))
}

pub(super) async fn depth_counts_rows_on_a_path(bench: Bench) -> Verdict {
    tree(&bench).await?;
    same(bench.keys(climb([3], 1)).await?, nodes(&[3]))?;
    same(bench.keys(climb([3], 2)).await?, nodes(&[2, 3]))?;
    same(bench.keys(climb([3], 3)).await?, nodes(&[1, 2, 3]))
}

pub(super) async fn a_cycle_ends_with_each_row_once(bench: Bench) -> Verdict {
    tree(&bench).await?;
    same(bench.keys(climb([7], 16)).await?, nodes(&[7]))?;
    same(bench.keys(climb([8], 16)).await?, nodes(&[8, 9]))?;
    same(bench.keys(climb([8, 9, 7], 2)).await?, nodes(&[7, 8, 9]))
}

pub(super) async fn paths_that_meet_answer_shared_rows_once(bench: Bench) -> Verdict {
    tree(&bench).await?;
    same(
        bench.keys(climb([4, 3, 2, 6, 3], 16)).await?,
        nodes(&[1, 2, 3, 4, 5, 6]),
    )
}

pub(super) async fn a_row_met_early_and_late_leads_on_as_far_as_the_early_meeting_allows(bench: Bench) -> Verdict {
    tree(&bench).await?;
    // 2 is a start itself: from there two steps reach 1, although 3 alone would need three.
    same(bench.keys(climb([3, 2], 2)).await?, nodes(&[1, 2, 3]))
}

pub(super) async fn an_absent_next_and_a_missing_row_end_the_path(bench: Bench) -> Verdict {
    tree(&bench).await?;
    same(bench.keys(climb([1], 16)).await?, nodes(&[1]))?;
    same(bench.keys(climb([10], 16)).await?, nodes(&[10]))?;
    same(bench.keys(climb([98], 16)).await?, nodes(&[]))?;
    same(bench.keys(climb([], 16)).await?, nodes(&[]))
}

pub(super) async fn a_walk_goes_at_most_sixteen_rows_up(bench: Bench) -> Verdict {
    let mut draft = bench.draft();
    for n in 1..=20_u64 {
        draft = draft.put("tree", node(n), under(Some(n + 1)));
    }
    bench.done(draft).await?;
    let expected: Vec<u64> = (1..=u64::from(MAX_DEPTH)).collect();
    same(bench.keys(climb([1], MAX_DEPTH)).await?, nodes(&expected))
}

pub(super) async fn a_walk_follows_every_row_of_a_prefix(bench: Bench) -> Verdict {
    let mut draft = bench.draft();
    let edges = [(1, 2), (1, 3), (2, 4), (3, 4), (4, 1), (4, 6), (6, 7), (8, 9)];
    for (from, to) in edges {
        draft = draft.put("edges", edge(from, to), vec![None]);
    }
    bench.done(draft).await?;
    let walk = |next, index, start, depth| Read::Walk {
        index,
        start: Keys::given([node(start)]),
        next,
        depth,
        want: Want::Document,
    };
    let expected = |edges: &[(u64, u64)]| edges.iter().map(|(from, to)| edge(*from, *to)).collect::<Vec<_>>();
    same(bench.keys(walk("to", "edges", 1, 16)).await?, expected(&edges[..7]))?;
    same(bench.keys(walk("to", "edges", 1, 2)).await?, expected(&edges[..4]))?;
    same(
        bench.keys(walk("from", "edges_back", 4, 2)).await?,
        expected(&[(1, 2), (1, 3), (2, 4), (3, 4)]),
    )
}

pub(super) async fn a_walk_goes_down_by_the_index_of_parents(bench: Bench) -> Verdict {
    tree(&bench).await?;
    let walk = Read::Walk {
        index: "tree_parent",
        start: Keys::given([node(1)]),
        next: "id",
        depth: 16,
        want: Want::Key,
    };
    same(bench.keys(walk).await?, nodes(&[2, 3, 4]))
}

pub(super) async fn a_walk_sees_the_rows_of_a_scan(bench: Bench) -> Verdict {
    tree(&bench).await?;
    let rows = bench.rows(climb([3], 16)).await?;
    same(rows, bench.rows(super::draft::get("tree", nodes(&[1, 2, 3]))).await?)?;
    same(
        bench.keys(Read::Scan(ranges("tree", nodes(&[3, 1])))).await?,
        nodes(&[1, 3]),
    )
}
