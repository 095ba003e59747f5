//! What reads cost, in rows that the server looks at: they grow with what is asked for, not with what is stored, whatever the
//! planner believes of a table that was filled since it was last looked at.

#![expect(clippy::print_stdout, reason = "tests print what they saw")]

use super::engine::PostgresEngine;
use super::{Postgres, PostgresOptions};
use crate::carry::{Carried, carry};
use crate::lines::{NETWORK, fill, range, schema};
use crate::release::Release;
use crate::talk::Talk;
use parvis::store::{Batch, Check, CommitId, Expect, Parts, Read, Value, Write};
use sqlx::{AssertSqlSafe, PgConnection};
use std::sync::Arc;

/// Timelines, each with a few entries.
const TIMELINES: i64 = 200;
/// Entries of the one that is large and has been silent for long.
const SILENT: i64 = 10_000;

async fn filled(store: &Postgres) {
    let lively = (0..TIMELINES * 10).map(|n| (1 + n % TIMELINES, 1_000_000 + n, n));
    fill(store, lively.chain((0..SILENT).map(|n| (0, n, n)))).await;
}

/// Rows and index entries that the transaction under way has looked at in the table.
async fn looked_at(c: &mut PgConnection, table: &str) -> i64 {
    let text = format!(
        "select (select coalesce(seq_tup_read,0)+coalesce(idx_tup_fetch,0) from pg_stat_xact_all_tables \
         where relid='{table}'::regclass) + (select coalesce(sum(pg_stat_get_xact_tuples_returned(indexrelid)),0) \
         from pg_index where indrelid='{table}'::regclass)::bigint"
    );
    sqlx::query_scalar(AssertSqlSafe(text)).fetch_one(c).await.unwrap()
}

#[test]
fn a_range_costs_its_limit_even_where_a_large_and_silent_one_stands_beside_it() {
    let Ok(url) = std::env::var("PARVIS_TEST_POSTGRES") else {
        println!("skipped: no `PARVIS_TEST_POSTGRES`; scripts/test makes a server");
        return;
    };
    let place = format!("parvis_costs_{}", std::process::id());
    let options = PostgresOptions::new(&url).schema(&place);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let store = Postgres::open(options.clone()).await.unwrap();
        filled(&store).await;
        let engine = PostgresEngine::new(options);
        let release = Release::new(Arc::new(schema()));
        let mut c = crate::server::Engine::connect(&engine).await.unwrap();
        let number = engine
            .number(&mut c, NETWORK, crate::talk::Make::Nothing)
            .await
            .unwrap()
            .unwrap();
        let table = engine.dialect.names.table("line");
        let limit = 20;
        for (name, read, most) in [
            ("a scan of one", Read::Scan(range("line", [7], limit)), i64::from(limit)),
            (
                "a scan of the silent one",
                Read::Scan(range("line", [0], limit)),
                i64::from(limit),
            ),
            (
                "a scan of all",
                Read::Scan(range("line", 0..=TIMELINES, limit)),
                TIMELINES * 10 + i64::from(limit),
            ),
            // A head for each timeline, then what lies before the twentieth head.
            (
                "a merge of all",
                Read::Merge(range("line", 0..=TIMELINES, limit)),
                TIMELINES + 1 + i64::from(limit) * i64::from(limit),
            ),
        ] {
            // A statement of its own: what was looked at is counted when one ends.
            engine.raw(&mut c, "begin".to_owned()).await.unwrap();
            let before = looked_at(&mut c, &table).await;
            let found = engine.read(&mut c, &release, NETWORK, number, &[read]).await.unwrap();
            let looked = looked_at(&mut c, &table).await - before;
            engine.raw(&mut c, "rollback".to_owned()).await.unwrap();
            let rows: usize = found.sets.iter().map(|set| set.rows.len()).sum();
            println!("{name}: {rows} rows, {looked} looked at");
            assert!(rows > 0 && looked > 0);
            // Each row is counted as an entry of the index and as a row of the table.
            assert!(
                looked <= 2 * most,
                "{name}: {looked} looked at for {rows} rows, at most {most} are in question"
            );
        }
        // What a batch asks about, and what it takes away.
        let keys: Vec<Parts> = (0..300).map(|n| line(0, n)).collect();
        let mut checked = Batch::new(CommitId([200; 16]), [0; 16], 0);
        checked.checks.extend(keys.iter().map(|key| Check {
            table: "line",
            key: key.clone(),
            expect: Expect::Present,
        }));
        let mut deleted = Batch::new(CommitId([201; 16]), [0; 16], 0);
        deleted.writes.extend(keys.iter().map(|key| Write::Delete {
            table: "line",
            key: key.clone(),
        }));
        for (name, batch) in [("300 checks", checked), ("300 rows taken away", deleted)] {
            engine.raw(&mut c, "begin".to_owned()).await.unwrap();
            let before = looked_at(&mut c, &table).await;
            let carried = carry(&engine, &mut c, &release.schema, (NETWORK, number), &batch).await;
            match carried {
                Ok(Carried::Written(_)) => {}
                Ok(Carried::Refused(error)) => panic!("{name}: {error:?}"),
                _ => panic!("{name}"),
            }
            let looked = looked_at(&mut c, &table).await - before;
            engine.raw(&mut c, "rollback".to_owned()).await.unwrap();
            println!("{name}: {looked} looked at");
            assert!((300..=900).contains(&looked), "{name}: {looked} looked at for 300 rows");
        }
        engine
            .raw(&mut c, format!("drop schema {place} cascade"))
            .await
            .unwrap();
        store.close().await;
    });
}

/// The key of an entry.
fn line(of: i64, n: i64) -> Parts {
    vec![Some(Value::Int(of)), Some(Value::Time(n)), Some(Value::Int(n))]
}
