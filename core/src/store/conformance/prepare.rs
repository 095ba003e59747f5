//! A store is compared with the schema or brought up to it, never guessed at.

use super::bench::{Bench, Verdict, holds, same};
use super::draft::{about, doc};
use super::schema::{changed, grown, schema};
use crate::store::{CommitError, Prepare, Prepared, StorageError};

pub(super) async fn a_fresh_store_is_too_old_for_a_check(bench: Bench) -> Verdict {
    let bare = bench.bare().await;
    let expected = Err(StorageError::SchemaTooOld { found: 0, needed: 1 });
    same(bare.store.prepare(&schema(), Prepare::Check).await, expected.clone())?;
    same(bare.store.prepare(&schema(), Prepare::Check).await, expected)
}

pub(super) async fn an_upgrade_makes_the_store_ready(bench: Bench) -> Verdict {
    let bare = bench.bare().await;
    let prepared = bare.store.prepare(&schema(), Prepare::Upgrade).await?;
    same(
        prepared,
        Prepared {
            adds: 1,
            breaks: 1,
            changed: true,
        },
    )?;
    bare.done(bare.draft().put("docs", doc(1, None, None), about(None, 5, None)))
        .await?;
    holds(
        bare.get("docs", doc(1, None, None)).await?.is_some(),
        "the row is not there",
    )
}

pub(super) async fn preparing_again_changes_nothing(bench: Bench) -> Verdict {
    bench
        .done(bench.draft().put("docs", doc(1, None, None), about(None, 5, None)))
        .await?;
    let expected = Ok(Prepared {
        adds: 1,
        breaks: 1,
        changed: false,
    });
    same(bench.store.prepare(&schema(), Prepare::Upgrade).await, expected.clone())?;
    same(bench.store.prepare(&schema(), Prepare::Check).await, expected)?;
    holds(
        bench.get("docs", doc(1, None, None)).await?.is_some(),
        "the row is gone",
    )
}

pub(super) async fn an_unprepared_store_answers_neither_reads_nor_commits(bench: Bench) -> Verdict {
    let bare = bench.bare().await;
    let read = bare.get("docs", doc(1, None, None)).await;
    holds(
        matches!(read, Err(StorageError::SchemaTooOld { .. })),
        format_args!("the read answered {read:?}"),
    )?;
    let commit = bare.commit(bare.draft().log("{}")).await;
    let too_old = matches!(commit, Err(CommitError::Storage(StorageError::SchemaTooOld { .. })));
    holds(too_old, format_args!("the commit answered {commit:?}"))
}

pub(super) async fn a_check_against_a_grown_schema_says_too_old(bench: Bench) -> Verdict {
    let expected = Err(StorageError::SchemaTooOld { found: 1, needed: 2 });
    same(bench.store.prepare(&grown(), Prepare::Check).await, expected)?;
    bench
        .done(bench.draft().put("docs", doc(1, None, None), about(None, 5, None)))
        .await?;
    holds(
        bench.get("docs", doc(1, None, None)).await?.is_some(),
        "a refused check must leave the store working",
    )
}

pub(super) async fn a_larger_break_is_refused_and_changes_nothing(bench: Bench) -> Verdict {
    let bare = bench.bare().await;
    bare.store.prepare(&changed(), Prepare::Upgrade).await?;
    let expected = Err(StorageError::SchemaTooNew { found: 2, known: 1 });
    same(bare.store.prepare(&schema(), Prepare::Check).await, expected.clone())?;
    same(bare.store.prepare(&schema(), Prepare::Upgrade).await, expected)?;
    let expected = Ok(Prepared {
        adds: 3,
        breaks: 2,
        changed: false,
    });
    same(bare.store.prepare(&changed(), Prepare::Check).await, expected)
}

pub(super) async fn an_upgrade_may_raise_the_breaks(bench: Bench) -> Verdict {
    bench
        .done(bench.draft().put("docs", doc(1, None, None), about(None, 5, None)))
        .await?;
    let expected = Ok(Prepared {
        adds: 3,
        breaks: 2,
        changed: true,
    });
    same(bench.store.prepare(&changed(), Prepare::Upgrade).await, expected)?;
    holds(
        bench.get("docs", doc(1, None, None)).await?.is_some(),
        "the row is gone",
    )
}

pub(super) async fn a_commit_under_an_older_break_is_refused(bench: Bench) -> Verdict {
    let newer = bench.beside().await?;
    newer.store.prepare(&changed(), Prepare::Upgrade).await?;
    let late = bench
        .commit(bench.draft().put("docs", doc(1, None, None), about(None, 5, None)))
        .await;
    same(late, Err(StorageError::SchemaTooNew { found: 2, known: 1 }.into()))?;
    holds(
        newer.get("docs", doc(1, None, None)).await?.is_none(),
        "the refused commit left a row",
    )
}
