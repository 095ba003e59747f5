//! What reads cost, in rows that the server looks at: they grow with what is asked for, not with what is stored.

use super::run::{Asking, number, plain};
use super::{MysqlEngine, MysqlOptions};
use crate::lines::{NETWORK, fill, range, schema};
use crate::server::Engine;
use crate::steps::answer;
use crate::talk::Talk;
use parvis::store::{Dir, Range, Read, Value};

const TIMELINES: i64 = 60;
const ENTRIES: i64 = 500;

/// A number of this instant and place; those of later instants are larger.
fn entry(of: i64, n: i64) -> i64 {
    n * TIMELINES + of
}

async fn filled(options: &MysqlOptions) -> super::Mysql {
    let store = super::Mysql::open(options.clone()).await.unwrap();
    let entries = (0..TIMELINES).flat_map(|of| (0..ENTRIES).map(move |n| (of, entry(of, n), n)));
    fill(&store, entries).await;
    store
}

struct Costs {
    engine: MysqlEngine,
    connection: sqlx::MySqlConnection,
    number: i64,
}

impl Costs {
    /// Rows found, and rows that the server looked at.
    async fn of(&mut self, read: Read) -> (usize, i64) {
        let looked = "show session status where variable_name in ('handler_read_key','handler_read_next',\
             'handler_read_prev','handler_read_first','handler_read_last')";
        let count = |rows: Vec<crate::steps::Cells>| rows.iter().map(|row| number::<i64>(row, 1).unwrap()).sum::<i64>();
        let c = &mut self.connection;
        let before = count(plain(c, looked.to_owned()).await.unwrap());
        let names = &self.engine.dialect.names;
        let sets = answer(&mut Asking(c), names, &schema(), self.number, &[read])
            .await
            .unwrap();
        let after = count(plain(c, looked.to_owned()).await.unwrap());
        (sets[0].rows.len(), after - before)
    }
}

#[test]
#[expect(clippy::print_stdout, reason = "figures, or why there are none")]
fn what_reads_cost_follows_what_they_ask_for() {
    let Ok(url) = std::env::var("PARVIS_TEST_MYSQL") else {
        println!("skipped: no `PARVIS_TEST_MYSQL`; scripts/test makes a server");
        return;
    };
    let options = MysqlOptions::new(&url).prefix(format!("costs{}_", std::process::id()));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let store = filled(&options).await;
        let engine = MysqlEngine::new(options.clone());
        let mut connection = engine.connect().await.unwrap();
        let number = engine
            .number(&mut connection, NETWORK, crate::talk::Make::Nothing)
            .await
            .unwrap()
            .unwrap();
        let mut costs = Costs {
            engine,
            connection,
            number,
        };
        let time = |t: i64| vec![Some(Value::Time(t))];
        let deep = time(entry(0, 20));
        let cases = [
            ("a merge", Read::Merge(range("line", 0..TIMELINES, 20)), 20, 400),
            (
                "one that ends",
                Read::Merge(Range {
                    to: time(entry(0, 400)),
                    ..range("line", 0..TIMELINES, 20)
                }),
                20,
                400,
            ),
            (
                "one that ends at once",
                Read::Merge(Range {
                    to: time(i64::MAX),
                    ..range("line", 0..TIMELINES, 20)
                }),
                0,
                200,
            ),
            (
                "one that begins deep",
                Read::Merge(Range {
                    from: deep.clone(),
                    ..range("line", 0..TIMELINES, 20)
                }),
                20,
                900,
            ),
            ("one of few ranges", Read::Merge(range("line", 0..3, 20)), 20, 100),
            (
                "one upwards",
                Read::Merge(Range {
                    dir: Dir::Up,
                    ..range("line", 0..TIMELINES, 20)
                }),
                20,
                400,
            ),
            (
                "one by an index",
                Read::Merge(range("line_more", 0..TIMELINES, 20)),
                20,
                900,
            ),
            ("a scan", Read::Scan(range("line", 0..2, 20)), 40, 100),
            ("a scan of many", Read::Scan(range("line", 0..TIMELINES, 5)), 300, 3_000),
            (
                "one that begins deep",
                Read::Scan(Range {
                    from: deep,
                    ..range("line", 0..TIMELINES, 5)
                }),
                300,
                3_000,
            ),
        ];
        for (name, read, expected, most) in cases {
            let (found, looked) = costs.of(read).await;
            println!("{name}: {found} rows found, {looked} looked at");
            assert_eq!(found, expected, "{name}");
            assert!(looked <= most, "{name}: {looked} rows looked at for {found}");
        }
        let names = costs.engine.dialect.names.clone();
        for table in [
            names.table("line"),
            names.table("log"),
            names.table("agenda"),
            names.numbers(),
            names.networks(),
            names.positions(),
            names.commits(),
        ] {
            plain(&mut costs.connection, format!("drop table {table}"))
                .await
                .unwrap();
        }
        store.close().await;
    });
}
