//! A schema only grows, and what is stored grows with it.

use super::bench::{Bench, Stop, Verdict, holds, same};
use super::draft::{about, all, doc, get, id, int, range, text};
use super::schema::{grown, schema};
use crate::store::{Parts, Prepare, Prepared, Read};

/// A store with three old rows: with rank and genre in the document, with neither, and without a document.
async fn old_rows(bench: &Bench) -> Verdict {
    let full = r#"{"rank": 7, "meta": {"genre": "roman"}, "x": 1}"#;
    let draft = bench.draft();
    let draft = draft.put_with("docs", doc(1, None, None), about(Some(3), 30, None), full);
    let draft = draft.put_with(
        "docs",
        doc(2, Some("fr"), Some(1)),
        about(None, 20, None),
        r#"{"y": 2}"#,
    );
    bench
        .done(draft.put("docs", doc(3, None, None), about(None, 10, None)))
        .await?;
    Ok(())
}

async fn grow(bench: &Bench) -> Verdict {
    let expected = Ok(Prepared {
        adds: 2,
        breaks: 1,
        changed: true,
    });
    same(bench.store.prepare(&grown(), Prepare::Upgrade).await, expected)
}

fn last_two(columns: &Parts) -> Parts {
    columns.iter().skip(4).cloned().collect()
}

async fn grown_columns(bench: &Bench) -> Result<Vec<Parts>, Stop> {
    Ok(bench
        .rows(all("docs"))
        .await?
        .iter()
        .map(|row| last_two(&row.columns))
        .collect())
}

pub(super) async fn a_new_column_is_filled_from_documents(bench: Bench) -> Verdict {
    old_rows(&bench).await?;
    grow(&bench).await?;
    let expected = vec![vec![int(7), text("roman")], vec![None, None], vec![None, None]];
    same(grown_columns(&bench).await?, expected)
}

pub(super) async fn a_value_of_another_kind_in_a_document_fills_nothing(bench: Bench) -> Verdict {
    let draft = bench.draft();
    let draft = draft.put_with(
        "docs",
        doc(1, None, None),
        about(None, 1, None),
        r#"{"rank":"7","meta":{"genre":7}}"#,
    );
    let draft = draft.put_with(
        "docs",
        doc(2, None, None),
        about(None, 1, None),
        r#"{"rank":null,"meta":[]}"#,
    );
    bench
        .done(draft.put_with("docs", doc(3, None, None), about(None, 1, None), "[1, 2]"))
        .await?;
    grow(&bench).await?;
    same(grown_columns(&bench).await?, vec![vec![None, None]; 3])
}

pub(super) async fn a_new_index_covers_old_rows_and_new_ones(bench: Bench) -> Verdict {
    old_rows(&bench).await?;
    grow(&bench).await?;
    let columns: Parts = about(None, 15, None).into_iter().chain([int(-2), None]).collect();
    bench
        .done(bench.draft().put("docs", doc(4, None, None), columns))
        .await?;
    let by_rank = bench.keys(all("docs_rank")).await?;
    let expected = vec![
        doc(2, Some("fr"), Some(1)),
        doc(3, None, None),
        doc(4, None, None),
        doc(1, None, None),
    ];
    same(by_rank, expected)?;
    same(
        bench.keys(Read::Scan(range("docs_rank", vec![int(7)]))).await?,
        vec![doc(1, None, None)],
    )?;
    let by_time = bench.keys(all("docs_at")).await?;
    same(
        by_time,
        vec![
            doc(3, None, None),
            doc(4, None, None),
            doc(2, Some("fr"), Some(1)),
            doc(1, None, None),
        ],
    )
}

pub(super) async fn a_new_table_stands_beside_old_rows(bench: Bench) -> Verdict {
    old_rows(&bench).await?;
    grow(&bench).await?;
    bench
        .done(bench.draft().put("extras", vec![id(1)], vec![int(5)]))
        .await?;
    let found = bench.read(&[get("extras", [vec![id(1)]]), all("docs")]).await?;
    let counts: Vec<usize> = found.sets.iter().map(|set| set.rows.len()).collect();
    same(counts, vec![1, 3])
}

pub(super) async fn growing_leaves_keys_documents_stamps_and_log_alone(bench: Bench) -> Verdict {
    old_rows(&bench).await?;
    bench.done(bench.draft().log(r#"{"n": 1}"#)).await?;
    let before = bench.read(&[all("docs"), all("log")]).await?;
    grow(&bench).await?;
    let mut after = bench.read(&[all("docs"), all("log")]).await?;
    for row in after.sets.iter_mut().take(1).flat_map(|set| &mut set.rows) {
        row.columns.truncate(4);
    }
    same(after, before)
}

pub(super) async fn an_older_release_goes_on_working_after_growth(bench: Bench) -> Verdict {
    old_rows(&bench).await?;
    grow(&bench).await?;
    let expected = Ok(Prepared {
        adds: 2,
        breaks: 1,
        changed: false,
    });
    same(bench.store.prepare(&schema(), Prepare::Check).await, expected.clone())?;
    same(bench.store.prepare(&schema(), Prepare::Upgrade).await, expected)?;
    bench
        .done(bench.draft().put("docs", doc(5, None, None), about(Some(1), 50, None)))
        .await?;
    let rows = bench.rows(all("docs")).await?;
    same(rows.len(), 4)?;
    holds(
        rows.iter().all(|row| row.columns.len() == 4),
        "rows must come as this release declares them",
    )
}

pub(super) async fn growth_outlives_the_handle(bench: Bench) -> Verdict {
    old_rows(&bench).await?;
    grow(&bench).await?;
    let bench = bench.reopen().await?;
    let expected = Ok(Prepared {
        adds: 2,
        breaks: 1,
        changed: false,
    });
    same(bench.store.prepare(&grown(), Prepare::Check).await, expected)?;
    let expected = vec![vec![int(7), text("roman")], vec![None, None], vec![None, None]];
    same(grown_columns(&bench).await?, expected)
}
