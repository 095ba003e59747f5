//! A batch as one text, which is one round trip and, sent by itself, one transaction: it reads the facts, judges, and writes
//! where all conditions hold.
//!
//! A statement sees what was committed before it began, also where it then waits for the position row. Every commit writes that row:
//! a row that is another one once it is held says that the facts are old. Then nothing is written.

use crate::dialect::{Arg, Dialect};
use crate::facts::{Demand, Group, Questions, beginning};
use crate::json::List;
use crate::talk::Whole;
use crate::writes::{Basis, writes};
use parvis::store::{Batch, Class, CommitId, Expect, Kind, NetworkId, Parts, Schema, StorageError, Table, Value};

/// The text of a batch that fits the schema.
///
/// # Errors
/// Those of [`writes`].
pub(super) fn whole(
    dialect: &dyn Dialect,
    schema: &Schema,
    network: NetworkId,
    batch: &Batch,
) -> Result<Whole, StorageError> {
    let mut rounds = writes(dialect, schema, network, batch, Basis::Within)?.into_iter();
    let first = rounds.next().unwrap_or_default();
    let questions = Questions::of(batch);
    // The parameters of what is written come right behind the first two: those of the questions follow.
    let mut args = first.args;
    let most = args.len() + 3;
    args.push(Arg::Int(questions.most));
    let mut with = vec![position(dialect)];
    let mut items = beginning(dialect);
    let mut conditions = vec![standing(dialect, schema, batch)];
    for (at, (group, asked)) in questions.groups.iter().enumerate() {
        let Some(table) = schema.table(group.table()) else {
            continue;
        };
        let mut list = List::new();
        asked
            .iter()
            .for_each(|(key, demand)| push_asked(&mut list, key, *demand));
        args.push(Arg::Text(list.finish()));
        let parts = asked.first().map_or(0, |(key, _)| key.len());
        let answer = group.answer(dialect, table, parts, most);
        let holds = holds(dialect, *group, table, parts);
        // As answered first: the condition looks at the answer.
        with.push(format!(
            "q{at} as materialized (select a,{holds} h from (select {answer} a,j.* from {} offset 0) j)",
            dialect.list(args.len() + 2, "j", &[])
        ));
        conditions.push(format!("not exists(select 1 from q{at} where h is not true)"));
        items.push(format!("(select {} from q{at})", dialect.group("a")));
    }
    with.push(format!(
        "ok as materialized (select coalesce({},false) ok)",
        conditions.join(" and ")
    ));
    items.push(format!(
        "(select case when (select ok from ok) then 1 when {SAME} then 0 else 2 end)"
    ));
    let written = first.statements.into_iter().enumerate();
    with.extend(written.map(|(at, statement)| format!("w{at} as ({statement})")));
    let text = format!("with {} select {}", with.join(",\n"), dialect.answer(&items));
    Ok(Whole {
        text: dialect.finish(text, args.len() + 2),
        args,
        rest: rounds.collect(),
    })
}

/// Whether the position row that is held is the one that the statement sees.
const SAME: &str = "(select p.version=l.version from p,l)";

/// The position row as the statement sees it, and as it is once it is held.
fn position(dialect: &dyn Dialect) -> String {
    let row = format!(
        "from {} where network={}",
        dialect.names().positions(),
        dialect.param(Kind::Int, 1)
    );
    format!(
        "p as materialized (select number,commit_id,newest,xmin as version {row}),\n\
         l as materialized (select xmin as version {row} for update)"
    )
}

/// Whether the text may write for this network and this release at all.
fn standing(dialect: &dyn Dialect, schema: &Schema, batch: &Batch) -> String {
    let names = dialect.names();
    let (adds, breaks) = (schema.adds, schema.breaks);
    let last = i64::MAX - i64::try_from(batch.log.len()).unwrap_or(i64::MAX);
    let full = match batch.log.len() {
        0 => String::new(),
        // No number is left: said by who reads the facts.
        _ => format!(" and (select number from p)<={last}"),
    };
    let known = match batch.is_remembered() {
        false => String::new(),
        true => format!(
            " and not exists(select 1 from {} where network={} and id={})",
            names.commits(),
            dialect.param(Kind::Int, 1),
            dialect.param(Kind::Id, 2)
        ),
    };
    format!(
        "{SAME}{full} and (select adds={adds} and breaks={breaks} and filled={adds} from {}){known}",
        names.numbers()
    )
}

/// Appends a key and what the answer about it has to be.
fn push_asked(list: &mut List, key: &Parts, demand: Demand) {
    let mut row = key.clone();
    match demand {
        Demand::Row(Expect::Absent) => row.push(None),
        Demand::Row(Expect::Present) => row.push(Some(Value::Text(String::new()))),
        Demand::Row(Expect::Stamp(CommitId(stamp))) => row.push(Some(Value::Id(stamp))),
        Demand::Sum(n, least, most) => row.extend([Some(n), least, most].map(|n| n.map(Value::Int))),
        Demand::AtMost(most) => row.push(Some(Value::Int(i64::from(most)))),
    }
    list.push_row(&row);
}

/// Whether the answer `a` is what the parts behind the key say.
fn holds(dialect: &dyn Dialect, group: Group, table: &Table, parts: usize) -> String {
    let item = |kind: Kind, at: usize| dialect.item(kind, "j", parts + at);
    match group {
        Group::Row(_) => {
            let expect = item(Kind::Text, 0);
            let stamp = match table.class {
                Class::Stamped => format!("a={}", item(Kind::Id, 0)),
                Class::Counters | Class::Free | Class::Unstamped => "false".to_owned(),
            };
            format!("case when {expect} is null then a is null when {expect}='' then a is not null else {stamp} end")
        }
        Group::Counter(..) => {
            let (n, least, most) = (item(Kind::Int, 0), item(Kind::Int, 1), item(Kind::Int, 2));
            format!(
                "coalesce(a,0)::numeric+{n} between coalesce({least},{}) and coalesce({most},{})",
                i64::MIN,
                i64::MAX
            )
        }
        Group::Range(..) => format!("a<={}", item(Kind::Int, 0)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::PostgresOptions;
    use super::super::engine::PostgresEngine;
    use crate::carry::{AtOnce, Carried, at_once, carry};
    use crate::lines::{NETWORK, fill, schema};
    use crate::server::Engine;
    use crate::talk::{Fault, Make, Talk};
    use parvis::store::{Batch, Check, CommitId, Expect, Parts, Value, Write};

    fn key() -> Parts {
        vec![Some(Value::Int(1)), Some(Value::Time(1)), Some(Value::Int(1))]
    }

    /// Creates the row.
    fn creating(commit: u8) -> Batch {
        let mut batch = Batch::new(CommitId([commit; 16]), [commit; 16], 0);
        batch.checks.push(Check {
            table: "line",
            key: key(),
            expect: Expect::Absent,
        });
        batch.writes.push(Write::Put {
            table: "line",
            key: key(),
            columns: vec![None],
            document: None,
        });
        batch
    }

    #[test]
    #[expect(clippy::print_stdout, reason = "a skipped test says so")]
    fn who_waited_for_another_commit_writes_nothing_and_knows_it() {
        let Ok(url) = std::env::var("PARVIS_TEST_POSTGRES") else {
            println!("skipped: no `PARVIS_TEST_POSTGRES`; scripts/test makes a server");
            return;
        };
        let place = format!("parvis_whole_{}", std::process::id());
        let options = PostgresOptions::new(&url).schema(&place);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let store = super::super::Postgres::open(options.clone()).await.unwrap();
            // The network has a position row.
            fill(&store, [(9, 9, 9)].into_iter()).await;
            let (engine, schema) = (PostgresEngine::new(options), schema());
            let mut one = engine.connect().await.unwrap();
            let mut other = engine.connect().await.unwrap();
            let number = engine.number(&mut one, NETWORK, Make::Nothing).await.unwrap().unwrap();
            engine.begin(&mut one, number).await.unwrap();
            let (first, second) = (creating(101), creating(102));
            let waits = async {
                let whole = engine.whole(&schema, NETWORK, &second)?.unwrap();
                at_once(&engine, &mut other, &schema, number, &second, whole).await
            };
            let commits = async {
                let waiting = format!(
                    "select count(*)::bigint n from pg_locks l join pg_class c on c.oid=l.relation \
                     where not l.granted or (c.relnamespace='{place}'::regnamespace and l.mode='RowShareLock' \
                     and l.pid<>pg_backend_pid())"
                );
                for _ in 0..1_000 {
                    let n: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(waiting.clone()))
                        .fetch_one(&mut one)
                        .await
                        .unwrap();
                    if n > 0 {
                        break;
                    }
                    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
                }
                let carried = carry(&engine, &mut one, &schema, (NETWORK, number), &first).await?;
                engine.commit(&mut one).await?;
                Ok::<Carried, Fault>(carried)
            };
            let (waited, carried) = tokio::join!(waits, commits);
            assert!(matches!(carried, Ok(Carried::Written(_))));
            assert!(matches!(waited, Ok(AtOnce::Stale)), "it saw what was no longer so");
            // Sent again, it sees that the row is there.
            let whole = engine.whole(&schema, NETWORK, &second).unwrap().unwrap();
            let again = at_once(&engine, &mut other, &schema, number, &second, whole).await;
            assert!(matches!(again, Ok(AtOnce::Carried(Carried::Refused(_)))));
            // And what was written before is known again.
            let whole = engine.whole(&schema, NETWORK, &first).unwrap().unwrap();
            let again = at_once(&engine, &mut other, &schema, number, &first, whole).await;
            assert!(matches!(again, Ok(AtOnce::Carried(Carried::Known(_)))));
            let gone = engine.raw(&mut one, format!("drop schema {place} cascade")).await;
            gone.unwrap();
            store.close().await;
        });
    }
}
