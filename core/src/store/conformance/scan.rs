//! Ranges of an order, each with its own limit.

use super::bench::{Bench, Stop, Verdict, holds, keys_of, same};
use super::draft::{about, all, doc, id, int, line, range, ranges, text, time, word};
use crate::store::{Dir, Parts, Range, Read, Row};

/// Six lines of two timelines and one of a third.
async fn lines(bench: &Bench) -> Verdict {
    let mut draft = bench.draft();
    for (kind, owner, t, item) in [
        (1, 1, 10, 1),
        (1, 1, 20, 2),
        (1, 1, 20, 3),
        (1, 1, 30, 4),
        (1, 2, 10, 1),
        (1, 2, 40, 5),
        (2, 1, 5, 6),
    ] {
        draft = draft.put("lines", line(kind, owner, t, item), Vec::new());
    }
    bench.done(draft).await?;
    Ok(())
}

fn items(rows: &[Parts]) -> Vec<Option<crate::store::Value>> {
    rows.iter().filter_map(|key| key.last().cloned()).collect()
}

async fn found(bench: &Bench, range: Range) -> Result<Vec<Option<crate::store::Value>>, Stop> {
    Ok(items(&bench.keys(Read::Scan(range)).await?))
}

fn ids(numbers: &[u64]) -> Vec<Option<crate::store::Value>> {
    numbers.iter().map(|n| id(*n)).collect()
}

pub(super) async fn a_prefix_bounds_the_range(bench: Bench) -> Verdict {
    lines(&bench).await?;
    same(
        found(&bench, range("lines", vec![int(1), id(1)])).await?,
        ids(&[1, 2, 3, 4]),
    )?;
    same(
        found(&bench, range("lines", vec![int(1)])).await?,
        ids(&[1, 2, 3, 4, 1, 5]),
    )?;
    same(
        found(&bench, range("lines", vec![int(1), id(1), time(20)])).await?,
        ids(&[2, 3]),
    )?;
    same(found(&bench, range("lines", line(1, 1, 20, 3))).await?, ids(&[3]))?;
    same(found(&bench, range("lines", vec![int(3)])).await?, ids(&[]))
}

pub(super) async fn an_empty_prefix_is_the_whole_order(bench: Bench) -> Verdict {
    lines(&bench).await?;
    same(
        found(&bench, range("lines", Vec::new())).await?,
        ids(&[1, 2, 3, 4, 1, 5, 6]),
    )?;
    same(bench.keys(all("lines_item")).await?.len(), 7)
}

pub(super) async fn from_is_exclusive_and_to_is_inclusive(bench: Bench) -> Verdict {
    lines(&bench).await?;
    let whole = range("lines", vec![int(1), id(1)]);
    let range = |from: Parts, to: Parts, dir| Range {
        from,
        to,
        dir,
        ..whole.clone()
    };
    same(
        found(&bench, range(vec![time(20), id(2)], vec![], Dir::Up)).await?,
        ids(&[3, 4]),
    )?;
    same(
        found(&bench, range(vec![time(20), id(3)], vec![], Dir::Down)).await?,
        ids(&[2, 1]),
    )?;
    same(
        found(&bench, range(vec![], vec![time(20), id(2)], Dir::Up)).await?,
        ids(&[1, 2]),
    )?;
    same(
        found(&bench, range(vec![], vec![time(20), id(3)], Dir::Down)).await?,
        ids(&[4, 3]),
    )?;
    same(
        found(&bench, range(vec![time(10), id(1)], vec![time(20), id(3)], Dir::Up)).await?,
        ids(&[2, 3]),
    )?;
    same(
        found(&bench, range(vec![time(25)], vec![time(25)], Dir::Up)).await?,
        ids(&[]),
    )?;
    same(
        found(&bench, range(vec![time(30)], vec![time(10)], Dir::Up)).await?,
        ids(&[]),
    )
}

pub(super) async fn from_leaves_out_and_to_takes_in_all_that_begins_with_it(bench: Bench) -> Verdict {
    lines(&bench).await?;
    let whole = range("lines", vec![int(1), id(1)]);
    let range = |from: Parts, to: Parts, dir| Range {
        from,
        to,
        dir,
        ..whole.clone()
    };
    same(found(&bench, range(vec![time(20)], vec![], Dir::Up)).await?, ids(&[4]))?;
    same(
        found(&bench, range(vec![time(20)], vec![], Dir::Down)).await?,
        ids(&[1]),
    )?;
    same(
        found(&bench, range(vec![], vec![time(20)], Dir::Up)).await?,
        ids(&[1, 2, 3]),
    )?;
    same(
        found(&bench, range(vec![], vec![time(20)], Dir::Down)).await?,
        ids(&[4, 3, 2]),
    )?;
    same(
        found(&bench, range(vec![time(10)], vec![time(20)], Dir::Up)).await?,
        ids(&[2, 3]),
    )
}

pub(super) async fn a_bound_may_end_in_an_absent_part(bench: Bench) -> Verdict {
    let keys = [
        doc(1, None, None),
        doc(1, None, Some(1)),
        doc(1, Some("a"), None),
        doc(1, Some("b"), None),
    ];
    let mut draft = bench.draft();
    for key in keys.clone() {
        draft = draft.put("docs", key, about(None, 1, None));
    }
    bench.done(draft).await?;
    let whole = range("docs", vec![id(1)]);
    let read = |from: Parts, to: Parts, dir| {
        Read::Scan(Range {
            from,
            to,
            dir,
            ..whole.clone()
        })
    };
    let [none, one, a, b] = keys;
    same(
        bench.keys(read(vec![None], vec![], Dir::Up)).await?,
        vec![a.clone(), b.clone()],
    )?;
    same(
        bench.keys(read(vec![None, None], vec![], Dir::Up)).await?,
        vec![one.clone(), a.clone(), b.clone()],
    )?;
    same(bench.keys(read(vec![None], vec![], Dir::Down)).await?, vec![])?;
    same(
        bench.keys(read(vec![], vec![None], Dir::Up)).await?,
        vec![none.clone(), one.clone()],
    )?;
    same(
        bench.keys(read(vec![], vec![None, None], Dir::Down)).await?,
        vec![b.clone(), a, one.clone(), none.clone()],
    )?;
    same(
        bench.keys(Read::Scan(range("docs", vec![id(1), None]))).await?,
        vec![none, one],
    )?;
    same(
        bench.keys(Read::Scan(range("docs", vec![id(1), text("b")]))).await?,
        vec![b],
    )
}

pub(super) async fn down_is_up_reversed(bench: Bench) -> Verdict {
    lines(&bench).await?;
    for index in ["lines", "lines_item"] {
        let mut up = bench.keys(all(index)).await?;
        up.reverse();
        same(
            bench
                .keys(Read::Scan(Range {
                    dir: Dir::Down,
                    ..range(index, Vec::new())
                }))
                .await?,
            up,
        )?;
    }
    Ok(())
}

pub(super) async fn each_prefix_has_its_own_limit(bench: Bench) -> Verdict {
    lines(&bench).await?;
    let prefixes = [vec![int(1), id(1)], vec![int(1), id(2)], vec![int(2), id(1)]];
    let up = Range {
        limit: 2,
        ..ranges("lines", prefixes)
    };
    same(found(&bench, up.clone()).await?, ids(&[1, 2, 1, 5, 6]))?;
    same(
        found(
            &bench,
            Range {
                dir: Dir::Down,
                ..up.clone()
            },
        )
        .await?,
        ids(&[4, 3, 5, 1, 6]),
    )?;
    same(
        found(
            &bench,
            Range {
                from: vec![time(10)],
                limit: 1,
                ..up
            },
        )
        .await?,
        ids(&[2, 5]),
    )
}

pub(super) async fn prefixes_come_in_key_order_in_both_directions(bench: Bench) -> Verdict {
    lines(&bench).await?;
    let prefixes = [
        vec![int(2), id(1)],
        vec![int(1), id(2)],
        vec![int(9), id(9)],
        vec![int(1), id(1)],
    ];
    let up = Range {
        limit: 1,
        ..ranges("lines", prefixes)
    };
    same(found(&bench, up.clone()).await?, ids(&[1, 1, 6]))?;
    same(found(&bench, Range { dir: Dir::Down, ..up }).await?, ids(&[4, 5, 6]))
}

pub(super) async fn a_limit_of_zero_finds_nothing(bench: Bench) -> Verdict {
    lines(&bench).await?;
    same(
        found(
            &bench,
            Range {
                limit: 0,
                ..range("lines", Vec::new())
            },
        )
        .await?,
        ids(&[]),
    )?;
    same(
        bench
            .keys(Read::Merge(Range {
                limit: 0,
                ..range("lines", Vec::new())
            }))
            .await?,
        vec![],
    )
}

pub(super) async fn a_limit_beyond_the_rows_finds_them_all(bench: Bench) -> Verdict {
    lines(&bench).await?;
    same(
        found(
            &bench,
            Range {
                limit: u32::MAX,
                ..range("lines", Vec::new())
            },
        )
        .await?
        .len(),
        7,
    )
}

/// Forty documents with six scores, some absent: ties in every index.
async fn tied(bench: &Bench) -> Verdict {
    let mut draft = bench.draft();
    for n in 0..40_u64 {
        let score = i64::try_from(n % 6).ok().filter(|score| *score > 0);
        let lang = ["de", "fr"].get(usize::try_from(n % 3).unwrap_or_default()).copied();
        draft = draft.put("docs", doc(n, lang, None), about(score, 7, lang));
    }
    bench.done(draft).await?;
    Ok(())
}

/// The parts of a row in one of the indexes of `docs`.
fn place_in(index: &str, row: &Row) -> Parts {
    let key = |n: usize| row.key.get(n).cloned().flatten();
    let column = |n: usize| row.columns.get(n).cloned().flatten();
    match index {
        "docs_score" => vec![column(0), key(0), key(1), key(2)],
        "docs_title" => vec![column(2), column(1), key(0), key(1), key(2)],
        "docs_lang" => vec![key(1), column(0), key(0), key(2)],
        _ => row.key.clone(),
    }
}

pub(super) async fn ties_in_an_index_follow_in_key_order(bench: Bench) -> Verdict {
    tied(&bench).await?;
    for index in ["docs", "docs_score", "docs_title", "docs_lang"] {
        let rows = bench.rows(all(index)).await?;
        same(rows.len(), 40)?;
        holds(
            rows.is_sorted_by_key(|row| place_in(index, row)),
            format_args!("{index} is out of order"),
        )?;
    }
    Ok(())
}

pub(super) async fn pages_chained_by_the_last_row_skip_and_repeat_nothing(bench: Bench) -> Verdict {
    tied(&bench).await?;
    for (index, dir) in ["docs", "docs_score", "docs_title", "docs_lang"]
        .map(|i| [(i, Dir::Up), (i, Dir::Down)])
        .concat()
    {
        let whole = keys_of(
            bench
                .rows(Read::Scan(Range {
                    dir,
                    ..range(index, Vec::new())
                }))
                .await?,
        );
        for limit in [1, 3, 7] {
            let (mut from, mut paged) = (Vec::new(), Vec::new());
            while paged.len() <= whole.len() {
                let page = Range {
                    from: from.clone(),
                    limit,
                    dir,
                    ..range(index, Vec::new())
                };
                let rows = bench.rows(Read::Scan(page)).await?;
                let Some(last) = rows.last() else { break };
                from = place_in(index, last);
                paged.extend(keys_of(rows));
            }
            same(paged, whole.clone())?;
        }
    }
    Ok(())
}

pub(super) async fn pages_go_on_where_the_last_row_was_deleted(bench: Bench) -> Verdict {
    lines(&bench).await?;
    bench.done(bench.draft().delete("lines", line(1, 1, 20, 3))).await?;
    let after = Range {
        from: vec![time(20), id(3)],
        ..range("lines", vec![int(1), id(1)])
    };
    same(found(&bench, after.clone()).await?, ids(&[4]))?;
    same(
        found(
            &bench,
            Range {
                dir: Dir::Down,
                ..after
            },
        )
        .await?,
        ids(&[2, 1]),
    )
}

pub(super) async fn an_index_follows_every_change_of_a_row(bench: Bench) -> Verdict {
    let key = doc(1, Some("fr"), None);
    let at = |score: i64| Read::Scan(range("docs_score", vec![int(score)]));
    bench
        .done(bench.draft().put("docs", key.clone(), about(Some(1), 5, None)))
        .await?;
    bench
        .done(bench.draft().put("docs", key.clone(), about(Some(2), 5, None)))
        .await?;
    same(bench.keys(at(1)).await?, vec![])?;
    same(bench.keys(at(2)).await?, vec![key.clone()])?;
    bench
        .done(bench.draft().put("docs", key.clone(), about(None, 5, None)))
        .await?;
    same(bench.keys(at(2)).await?, vec![])?;
    same(
        bench.keys(Read::Scan(range("docs_score", vec![None]))).await?,
        vec![key.clone()],
    )?;
    bench.done(bench.draft().delete("docs", key)).await?;
    same(bench.keys(all("docs_score")).await?, vec![])
}

pub(super) async fn an_index_answers_whole_rows(bench: Bench) -> Verdict {
    let key = doc(1, Some("fr"), Some(-3));
    let columns = about(Some(1), 5, Some("titre"));
    let stamp = bench
        .done(
            bench
                .draft()
                .put_with("docs", key.clone(), columns.clone(), r#"{"a":1}"#),
        )
        .await?;
    let row = Row {
        key,
        columns,
        stamp: Some(stamp),
        document: Some(r#"{"a":1}"#.into()),
    };
    for index in ["docs", "docs_score", "docs_title", "docs_lang"] {
        same(bench.rows(all(index)).await?, vec![row.clone()])?;
    }
    Ok(())
}

pub(super) async fn a_text_prefix_is_a_whole_part_not_its_beginning(bench: Bench) -> Verdict {
    let draft = bench.draft().put("words", word(Some("a"), None, None), Vec::new());
    bench
        .done(draft.put("words", word(Some("ab"), None, None), Vec::new()))
        .await?;
    same(
        bench.keys(Read::Scan(range("words", vec![text("a")]))).await?,
        vec![word(Some("a"), None, None)],
    )?;
    let beyond = Range {
        from: vec![text("a")],
        ..range("words", Vec::new())
    };
    same(
        bench.keys(Read::Scan(beyond)).await?,
        vec![word(Some("ab"), None, None)],
    )
}
