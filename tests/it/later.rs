//! Commands that a host hands over in a transaction of its own, through a driver that is not the store's: carried out once they are
//! committed, once, in order; refused ones are told.

use crate::asked::asked;
use crate::folder::Folder;
use crate::mysql::{MysqlPlace, NO_MYSQL};
use crate::servers::{NO_POSTGRES, PostgresPlace};
use crate::town::{NETWORK, act, clock, settings, town};
use async_trait::async_trait;
use parvis::due::{Budget, Due};
use parvis::items::Place;
use parvis::later::{CommandRow, CommandState, RefusedQuery};
use parvis::operations::*;
use parvis::spaces::Visibility;
use parvis::store::conformance::wait;
use parvis::store::{
    Batch, CommitError, CommitId, Committed, Found, Memory, NetworkId, Prepare, Prepared, Read, ReadAt, Schema,
    Storage, StorageError, Write,
};
use parvis::testing::{ManualClock, SeededEntropy};
use parvis::{Actor, Config, Parvis, Reason, Time, external};
use parvis_sqlx::{Mysql, Parameter, Postgres, Sqlite, Statement};
use serde_json::json;
use sqlx::{AnyConnection, AssertSqlSafe, Connection};
use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// A host whose driver knows nothing of Parvis.
struct Host {
    db: Parvis,
    statement: Box<dyn Fn(&CommandRow) -> Statement + Send + Sync>,
    connection: AnyConnection,
    /// The table with its commands.
    table: String,
    _place: Box<dyn Any>,
}

fn host(runtime: &tokio::runtime::Runtime, db: Parvis, url: &str, table: String, place: Box<dyn Any>) -> Host {
    sqlx::any::install_default_drivers();
    Host {
        db,
        statement: Box::new(|_| unreachable!("each host brings its own")),
        connection: runtime.block_on(AnyConnection::connect(url)).unwrap(),
        table,
        _place: place,
    }
}

fn on_sqlite(runtime: &tokio::runtime::Runtime) -> Host {
    let folder = Folder::new();
    let file = folder.file("host.db");
    let store = wait(Sqlite::open(file.as_path())).unwrap();
    let db = wait(Parvis::open(store.clone(), Config::new())).unwrap();
    let url = format!("sqlite://{}", file.display());
    Host {
        statement: Box::new(move |row| store.statement(row).unwrap()),
        ..host(runtime, db, &url, "parvis_command".to_owned(), Box::new(folder))
    }
}

fn on_postgres(runtime: &tokio::runtime::Runtime) -> Option<Host> {
    let Some(place) = PostgresPlace::new() else {
        println!("{NO_POSTGRES}");
        return None;
    };
    let store = wait(Postgres::open(place.options())).unwrap();
    let db = wait(Parvis::open(store.clone(), Config::new())).unwrap();
    let (url, table) = (place.url().to_owned(), format!("{}.parvis_command", place.schema()));
    Some(Host {
        statement: Box::new(move |row| store.statement(row).unwrap()),
        ..host(runtime, db, &url, table, Box::new(place))
    })
}

fn on_mysql(runtime: &tokio::runtime::Runtime) -> Option<Host> {
    let Some(place) = MysqlPlace::new() else {
        println!("{NO_MYSQL}");
        return None;
    };
    let store = wait(Mysql::open(place.options())).unwrap();
    let db = wait(Parvis::open(store.clone(), Config::new())).unwrap();
    let (url, table) = (place.url().to_owned(), format!("{}command", place.prefix()));
    Some(Host {
        statement: Box::new(move |row| store.statement(row).unwrap()),
        ..host(runtime, db, &url, table, Box::new(place))
    })
}

impl Host {
    /// One transaction of the host that hands over commands.
    async fn hands(&mut self, rows: &[CommandRow], end: &'static str) {
        let statements: Vec<Statement> = rows.iter().map(|row| (self.statement)(row)).collect();
        let c = &mut self.connection;
        sqlx::raw_sql("begin").execute(&mut *c).await.unwrap();
        for Statement { text, parameters, .. } in statements {
            let query =
                parameters
                    .into_iter()
                    .fold(sqlx::query(AssertSqlSafe(text)), |query, parameter| match parameter {
                        Parameter::Int(n) => query.bind(n),
                        Parameter::Text(text) => query.bind(text),
                        other => panic!("{other:?} is new"),
                    });
            query.execute(&mut *c).await.unwrap();
        }
        sqlx::raw_sql(end).execute(c).await.unwrap();
    }

    async fn rows(&mut self, with: &str) -> i64 {
        let count = format!("select count(*) from {} where _document like '%{with}%'", self.table);
        sqlx::query_scalar(AssertSqlSafe(count))
            .fetch_one(&mut self.connection)
            .await
            .unwrap()
    }

    async fn due(&self) -> Due {
        self.db.run_due(Budget::steps(1_000)).await.unwrap()
    }

    async fn people(&self) {
        let people = self.db.system(NETWORK, "crm").people();
        for name in ["ana", "ben"] {
            people.put(PutPerson::new(external(name), name)).await.unwrap();
        }
    }
}

/// The words of somebody's home.
async fn home(me: &Actor) -> Vec<String> {
    let page = me.feed().home(Home::new()).await.unwrap();
    let body = |item: &parvis::items::ItemView| item.body.as_ref().map(|body| body.source.clone());
    page.items.iter().filter_map(body).collect()
}

/// A person of the host's and a post of hers, which needs her.
fn hired(db: &Parvis, network: &str, n: u32) -> [CommandRow; 2] {
    let id = external(format!("hire:{n}"));
    let person = PutPerson::new(id.clone(), "Dora").idempotency_key(format!("hire:{n}"));
    let post = NewItem::new(format!("Hello {n}!")).idempotency_key(format!("hello:{n}"));
    [
        db.system(network, "hr").later(person).unwrap(),
        db.act_as(network, id).later(post.place(Place::Network)).unwrap(),
    ]
}

async fn all_or_nothing(mut host: Host) {
    host.people().await;
    let ana = act(&host.db, "ana");
    host.due().await;

    host.hands(&hired(&host.db, NETWORK, 1), "rollback").await;
    host.due().await;
    assert_eq!(
        (home(&ana).await.len(), host.rows("").await),
        (0, 0),
        "what was rolled back left something"
    );

    let rows = hired(&host.db, NETWORK, 2);
    host.hands(&rows, "commit").await;
    assert_eq!(home(&ana).await.len(), 0);
    assert_eq!(
        host.db.commands().state(rows[1].id()).await.unwrap(),
        CommandState::Waiting
    );
    assert!(host.due().await.done >= 2);
    assert_eq!(home(&ana).await, ["Hello 2!"]);
    assert_eq!(host.rows("").await, 0, "what was carried out left its row");
    assert_eq!(
        host.db.commands().state(rows[1].id()).await.unwrap(),
        CommandState::Gone
    );

    // The host's handler runs again.
    host.hands(&hired(&host.db, NETWORK, 2), "commit").await;
    host.due().await;
    assert_eq!(home(&ana).await, ["Hello 2!"]);
    assert_eq!(host.rows("").await, 0);

    // With other words under the same key it is refused, not lost.
    let other = |words: &str| {
        let post = NewItem::new(words).place(Place::Network).idempotency_key("once");
        ana.later(post).unwrap()
    };
    let (one, two) = (other("One."), other("Two."));
    host.hands(&[one, two.clone()], "commit").await;
    host.due().await;
    assert!(home(&ana).await.contains(&"One.".to_owned()));
    let CommandState::Refused(refused) = host.db.commands().state(two.id()).await.unwrap() else {
        panic!("the second one vanished");
    };
    assert_eq!(
        (refused.code.as_str(), refused.reason.as_str()),
        ("key_reused", "other_request")
    );
}

async fn refusals_are_told(mut host: Host) {
    host.people().await;
    let (ana, ben) = (act(&host.db, "ana"), act(&host.db, "ben"));
    let room = NewSpace::new("Deal 42", Visibility::Secret);
    let room = ana.spaces().create(room).await.unwrap().id.0;
    let [hire, post] = hired(&host.db, NETWORK, 1);
    let canary = NewItem::new("quetzal").place(Place::space(room));
    let stranger = ben.later(canary).unwrap();
    let nobody = act(&host.db, "nobody").later(NewItem::new("quetzal")).unwrap();
    host.hands(&[hire, stranger.clone(), nobody.clone(), post], "commit")
        .await;
    host.due().await;
    assert_eq!(home(&ana).await, ["Hello 1!"], "a refusal held up others");
    assert_eq!(host.rows("quetzal").await, 0, "words of a refused command were kept");

    let commands = host.db.commands();
    let first = commands.refused(RefusedQuery::new(NETWORK).limit(1)).await.unwrap();
    let next = first.next.clone().unwrap();
    let second = commands
        .refused(RefusedQuery::new(NETWORK).limit(1).cursor(next))
        .await
        .unwrap();
    assert_eq!(second.next, None);
    let told: Vec<_> = first.commands.iter().chain(&second.commands).collect();
    let told: Vec<_> = told
        .iter()
        .map(|it| {
            (
                it.id.as_str(),
                it.operation.as_str(),
                it.code.as_str(),
                it.reason.as_str(),
            )
        })
        .collect();
    // Whether the space is there is nobody's business who cannot see it.
    assert_eq!(
        told,
        [
            (stranger.id(), "items.create", "not_found", "named"),
            (nobody.id(), "items.create", "not_found", "actor"),
        ]
    );
    assert_eq!(
        commands.refused(RefusedQuery::new("elsewhere")).await.unwrap().commands,
        []
    );
    let state = commands.state(stranger.id()).await.unwrap();
    assert_eq!(state, CommandState::Refused(first.commands[0].clone()));

    commands.forget(stranger.id()).await.unwrap();
    assert_eq!(commands.state(stranger.id()).await.unwrap(), CommandState::Gone);

    // Handed over again, it is decided again.
    host.hands(std::slice::from_ref(&nobody), "commit").await;
    let people = host.db.system(NETWORK, "crm").people();
    people.put(PutPerson::new(external("nobody"), "Noah")).await.unwrap();
    host.due().await;
    assert_eq!(commands.state(nobody.id()).await.unwrap(), CommandState::Gone);
}

macro_rules! everywhere {
    ($($case:ident),+ $(,)?) => {
        mod sqlite {
            $(#[test]
            fn $case() {
                let runtime = super::runtime();
                let host = super::on_sqlite(&runtime);
                runtime.block_on(super::$case(host));
            })+
        }
        mod postgres {
            $(#[test]
            fn $case() {
                let runtime = super::runtime();
                if let Some(host) = super::on_postgres(&runtime) {
                    runtime.block_on(super::$case(host));
                }
            })+
        }
        mod mysql {
            $(#[test]
            fn $case() {
                let runtime = super::runtime();
                if let Some(host) = super::on_mysql(&runtime) {
                    runtime.block_on(super::$case(host));
                }
            })+
        }
    };
}
everywhere!(all_or_nothing, refusals_are_told);

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

/// A store that fails some commits.
struct Failing {
    memory: Memory,
    /// Commits to this network fail so often from now on.
    network: NetworkId,
    left: AtomicU32,
    with: StorageError,
}

#[async_trait]
impl Storage for Failing {
    async fn prepare(&self, schema: &Schema, mode: Prepare) -> Result<Prepared, StorageError> {
        self.memory.prepare(schema, mode).await
    }

    async fn read(&self, network: NetworkId, reads: &[Read], at: ReadAt) -> Result<Found, StorageError> {
        self.memory.read(network, reads, at).await
    }

    async fn commit(&self, network: NetworkId, batch: Batch) -> Result<Committed, CommitError> {
        let less = |left: u32| left.checked_sub(1);
        let ends = network != NetworkId::SYSTEM || batch.writes.iter().any(|it| it.key_of("command").is_some());
        if network == self.network && ends && self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less).is_ok() {
            return Err(self.with.clone().into());
        }
        self.memory.commit(network, batch).await
    }
}

/// The key of a write, where it is to this table.
trait KeyOf {
    fn key_of(&self, table: &str) -> Option<&parvis::store::Parts>;
}

impl KeyOf for Write {
    fn key_of(&self, of: &str) -> Option<&parvis::store::Parts> {
        match self {
            Write::Put { table, key, .. } | Write::Delete { table, key } if *table == of => Some(key),
            _ => None,
        }
    }
}

/// What a host's statement does, where there is no SQL.
fn insert(memory: &Memory, row: &CommandRow) {
    let mut batch = Batch::new(CommitId([0; 16]), [0; 16], 0);
    batch.writes.push(row.into());
    wait(memory.commit(NetworkId::SYSTEM, batch)).unwrap();
}

/// Two networks on a store that fails.
fn failing(network: NetworkId, with: StorageError) -> (Arc<Failing>, Parvis) {
    let storage = Arc::new(Failing {
        memory: Memory::new(),
        network,
        left: AtomicU32::new(0),
        with,
    });
    let db = wait(Parvis::open_shared(storage.clone(), settings(&clock()))).unwrap();
    for network in [NETWORK, "other"] {
        let people = db.system(network, "crm").people();
        for name in ["ana", "ben"] {
            wait(people.put(PutPerson::new(external(name), name))).unwrap();
        }
    }
    wait(db.run_due(Budget::steps(100))).unwrap();
    (storage, db)
}

#[test]
fn what_has_to_wait_holds_up_its_own_network_only() {
    let (storage, db) = failing(NetworkId::named(NETWORK), StorageError::Busy);
    let (here, there) = (act(&db, "ana"), db.act_as("other", external("ana")));
    for row in hired(&db, NETWORK, 1).iter().chain(&hired(&db, "other", 1)) {
        insert(&storage.memory, row);
    }
    storage.left.store(1, Ordering::SeqCst);
    let due = wait(db.run_due(Budget::steps(100))).unwrap();
    assert!(due.next.is_some(), "nobody comes again");
    assert_eq!(wait(home(&here)).len(), 0);
    assert_eq!(wait(home(&there)), ["Hello 1!"]);
    // Had the post been carried out before its author was there, it would have been refused.
    wait(db.run_due(Budget::steps(100))).unwrap();
    assert_eq!(wait(home(&here)), ["Hello 1!"]);
}

#[test]
fn f10_a_worker_that_dies_before_the_row_ends_leaves_one_command() {
    let (storage, db) = failing(NetworkId::SYSTEM, StorageError::Unavailable);
    let ana = act(&db, "ana");
    // No key of the host's: the row's own.
    insert(&storage.memory, &ana.later(NewItem::new("Once.")).unwrap());
    for _ in 0..3 {
        storage.left.store(1, Ordering::SeqCst);
        assert_eq!(
            wait(db.run_due(Budget::steps(100))).map_err(|error| error.reason),
            Err(Reason::Store)
        );
    }
    storage.left.store(0, Ordering::SeqCst);
    wait(db.run_due(Budget::steps(100))).unwrap();
    assert_eq!(wait(home(&act(&db, "ana"))).len(), 0, "her own posts do not come home");
    let wall = wait(ana.feed().person_wall(PersonWall::new(external("ana")))).unwrap();
    assert_eq!(wall.items.len(), 1);
}

#[test]
fn a_budget_bounds_what_is_carried_out_and_the_rest_comes_later() {
    let (storage, db) = failing(NetworkId::SYSTEM, StorageError::Unavailable);
    let ana = act(&db, "ana");
    for n in 0..150 {
        insert(&storage.memory, &ana.later(NewItem::new(format!("{n}"))).unwrap());
    }
    let due = wait(db.run_due(Budget::steps(10))).unwrap();
    assert_eq!((due.done, due.more), (10, true));
    let mut calls = 0;
    while wait(db.run_due(Budget::steps(100))).unwrap().more {
        calls += 1;
        assert!(calls < 100);
    }
    let mut wall = wait(ana.feed().person_wall(PersonWall::new(external("ana")).limit(100_u32))).unwrap();
    let mut seen = wall.items.len();
    while let Some(next) = wall.next.clone() {
        wall = wait(
            ana.feed()
                .person_wall(PersonWall::new(external("ana")).limit(100_u32).cursor(next)),
        )
        .unwrap();
        seen += wall.items.len();
    }
    assert_eq!(seen, 150);
}

#[test]
fn what_cannot_be_understood_holds_up_nothing() {
    let (storage, db) = failing(NetworkId::SYSTEM, StorageError::Unavailable);
    let ana = act(&db, "ana");
    let rows = hired(&db, NETWORK, 1);
    for broken in [
        json!({}),
        json!({"by": {"robot": 7}, "operation": "items.create"}),
        json!({"operation": 7}),
    ] {
        let row = ana.later(NewItem::new("x")).unwrap();
        let Write::Put {
            table, key, columns, ..
        } = Write::from(&row)
        else {
            unreachable!()
        };
        let mut batch = Batch::new(CommitId([0; 16]), [0; 16], 0);
        let document = Some(broken.to_string());
        batch.writes.push(Write::Put {
            table,
            key,
            columns,
            document,
        });
        wait(storage.memory.commit(NetworkId::SYSTEM, batch)).unwrap();
    }
    rows.iter().for_each(|row| insert(&storage.memory, row));
    let due = wait(db.run_due(Budget::steps(100))).unwrap();
    assert!(due.done >= 2);
    assert_eq!(wait(home(&ana)), ["Hello 1!"]);
}

#[test]
fn commands_that_a_host_kept_in_another_database_happen_once() {
    let (storage, db) = failing(NetworkId::SYSTEM, StorageError::Unavailable);
    let ana = act(&db, "ana");
    let nobody = act(&db, "nobody").later(NewItem::new("x")).unwrap();
    let mut rows: Vec<CommandRow> = (0..70)
        .map(|n| ana.later(NewItem::new(format!("{n}"))).unwrap())
        .collect();
    rows.push(nobody.clone());
    // Through the host's table, in any order, twice: he died before he deleted his rows.
    let kept: Vec<String> = rows.iter().rev().map(|row| row.to_json().unwrap()).collect();
    let kept: Vec<CommandRow> = kept.iter().map(|text| CommandRow::from_json(text).unwrap()).collect();
    for _ in 0..2 {
        wait(db.commands().take(&kept)).unwrap();
        while wait(db.run_due(Budget::steps(100))).unwrap().more {}
    }
    let wall = PersonWall::new(external("ana")).limit(100_u32);
    let wall = wait(ana.feed().person_wall(wall)).unwrap();
    let mut texts: Vec<usize> = Vec::new();
    for item in &wall.items {
        texts.push(item.body.as_ref().unwrap().source.parse().unwrap());
    }
    texts.sort_unstable();
    assert_eq!(texts, (0..70).collect::<Vec<_>>());
    assert!(matches!(
        wait(db.commands().state(nobody.id())).unwrap(),
        CommandState::Refused(_)
    ));
    storage.left.store(1, Ordering::SeqCst);
    assert!(wait(db.commands().take(&kept)).is_err(), "the host keeps its rows");
    for text in ["", "{}", "[]", r#"{"id":"x","network":"y","n":"z"}"#] {
        assert_eq!(
            CommandRow::from_json(text).map(drop).unwrap_err().reason,
            Reason::BadValue
        );
    }
}

#[test]
fn every_command_can_be_handed_over() {
    let town = wait(town(0));
    let mut commands = 0;
    for row in TABLE.iter().filter(|row| row.kind == Kind::command) {
        let memory = town.memory.fork();
        // Draws other keys than the commands that made the town.
        let config = settings(&clock()).entropy(Arc::new(SeededEntropy::new(1 << 40)));
        let db = wait(Parvis::open(memory.clone(), config)).unwrap();
        wait(db.run_due(Budget::steps(10_000))).unwrap();
        let [good, wrong] = asked(row.name, &town);
        for (asked, refused) in [(&good, false), (&wrong, true)] {
            let request = serde_json::to_vec(&asked.request).unwrap();
            match asked.actor(&db).later_call(row.name, &request) {
                Ok(handed) => {
                    insert(&memory, &handed);
                    wait(db.run_due(Budget::steps(10_000))).unwrap();
                    let state = wait(db.commands().state(handed.id())).unwrap();
                    let told = matches!(state, CommandState::Refused(_));
                    assert_eq!(told, refused, "{}: {state:?}", row.name);
                }
                Err(error) => assert!(refused, "{}: {error}", row.name),
            }
        }
        commands += 1;
    }
    assert!(commands > 40);
    let nothing = wait(Parvis::open(town.memory.fork(), settings(&clock()))).unwrap();
    for name in ["items.get", "items.fly"] {
        let refused = act(&nothing, "ana").later_call(name, b"{}").map(drop);
        assert_eq!(refused.map_err(|error| error.reason), Err(Reason::NoOperation));
    }
}

#[test]
fn what_nobody_forgot_is_swept_after_a_month() {
    let clock = ManualClock::new(Time::from_millis(crate::town::NOON));
    let memory = Memory::new();
    let config = settings(&clock).entropy(Arc::new(SeededEntropy::new(5)));
    let db = wait(Parvis::open(memory.clone(), config)).unwrap();
    let refuse = || {
        let row = act(&db, "nobody").later(NewItem::new("x")).unwrap();
        insert(&memory, &row);
        wait(db.run_due(Budget::steps(10))).unwrap();
        row
    };
    let old = refuse();
    clock.advance_hours(29 * 24);
    refuse();
    let state = |row: &CommandRow| wait(db.commands().state(row.id())).unwrap();
    assert!(matches!(state(&old), CommandState::Refused(_)));
    clock.advance_hours(2 * 24);
    refuse();
    assert_eq!(state(&old), CommandState::Gone);
    let left = wait(db.commands().refused(RefusedQuery::new(NETWORK))).unwrap();
    assert_eq!(left.commands.len(), 2);
}

#[test]
fn a_crowd_of_workers_carries_each_command_out_once() {
    let runtime = runtime();
    let Some(mut host) = on_postgres(&runtime) else { return };
    runtime.block_on(async {
        host.people().await;
        let ana = act(&host.db, "ana");
        let rows: Vec<CommandRow> = (0..40)
            .map(|n| ana.later(NewItem::new(format!("{n}"))).unwrap())
            .collect();
        host.hands(&rows, "commit").await;
        let workers: Vec<_> = (0..8)
            .map(|_| {
                let db = host.db.clone();
                std::thread::spawn(move || {
                    for _ in 0..20 {
                        // One that meets another may be told so.
                        let _busy = wait(db.run_due(Budget::steps(1_000)));
                    }
                })
            })
            .collect();
        workers.into_iter().for_each(|worker| worker.join().unwrap());
        host.due().await;
        let wall = ana
            .feed()
            .person_wall(PersonWall::new(external("ana")).limit(100_u32))
            .await
            .unwrap();
        assert_eq!((wall.items.len(), wall.next.is_some()), (40, false));
        assert_eq!(host.rows("").await, 0);
    });
}

#[test]
fn parameters_are_written_as_other_drivers_do() {
    let runtime = runtime();
    let host = on_sqlite(&runtime);
    let row = act(&host.db, "ana").later(NewItem::new("x")).unwrap();
    let statement = (host.statement)(&row);
    assert_eq!(statement.text.matches('?').count(), statement.parameters.len());
    let percent = statement.clone().percent();
    assert_eq!(percent.text, statement.text.replace('?', "%s"));
    assert_eq!(percent.parameters, statement.parameters);
}
