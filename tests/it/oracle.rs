//! The oracle: a second judge, written from the rules and the commands alone, over random organisations and histories.
//! `PARVIS_SEED` chooses the histories, `PARVIS_DECISIONS` how many decisions are compared.

pub(crate) mod acts;
pub(crate) mod commands;
pub(crate) mod compare;
pub(crate) mod dice;
pub(crate) mod drive;
pub(crate) mod history;
mod inbox;
mod live;
mod mutants;
mod places;
mod sight;
pub(crate) mod ties;
mod ways;
pub(crate) mod world;

use crate::folder::Folder;
use crate::mysql::{MysqlPlace, NO_MYSQL};
use crate::servers::{NO_POSTGRES, PostgresPlace};
use history::Size;
use parvis::store::conformance::wait;
use parvis::store::{Memory, Storage};
use parvis_sled::{Sled, SledOptions};
use parvis_sqlx::{Mysql, Postgres, Sqlite, SqliteOptions};

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(otherwise)
}

/// Runs histories on new stores until so many decisions were compared. The first difference fails. `new` makes a store, and
/// what must live as long as it.
fn compare_on<S: Storage, K>(decisions: u64, size: Size, new: impl Fn() -> (S, K)) {
    let began = std::time::Instant::now();
    let first = number("PARVIS_SEED", 1);
    let (mut compared, mut seed) = (0, first);
    while compared < decisions {
        let (store, _keep) = new();
        let (more, outcome) = wait(history::run(store, seed, size, |config| config));
        let found = outcome.err().map(|it| format!("{}: {}", it.by, it.said));
        assert_eq!(found, None, "PARVIS_SEED={seed}");
        compared += more;
        seed += 1;
    }
    let seconds = began.elapsed().as_secs_f32();
    println!(
        "{compared} decisions, {} histories from seed {first}, 0 differences, {seconds:.1} s",
        seed - first
    );
}

const SIZE: Size = Size {
    persons: 12,
    spaces: 6,
    commands: 300,
    glances: true,
    every: 30,
};

#[test]
fn u4_the_oracle_and_the_library_agree_on_memory() {
    compare_on(number("PARVIS_DECISIONS", 1_000_000), SIZE, || (Memory::new(), ()));
}

#[test]
fn u4_the_oracle_and_the_library_agree_on_sqlite() {
    // Every question costs a statement here: fewer of them, in a world with more items.
    let size = Size {
        commands: 500,
        glances: false,
        every: 100,
        ..SIZE
    };
    compare_on(number("PARVIS_DECISIONS", 1_000_000) / 10, size, || {
        let folder = Folder::new();
        let options = SqliteOptions::new(folder.file("parvis.db")).readers(1);
        (wait(Sqlite::open(options)).unwrap(), folder)
    });
}

#[test]
fn u4_the_oracle_and_the_library_agree_on_sled() {
    let size = Size {
        commands: 300,
        glances: false,
        every: 100,
        ..SIZE
    };
    compare_on(number("PARVIS_DECISIONS", 1_000_000) / 100, size, || {
        let folder = Folder::new();
        let options = SledOptions::new(folder.file("parvis")).readers(1).cache_bytes(4 << 20);
        (wait(Sled::open(options)).unwrap(), folder)
    });
}

#[test]
fn u4_the_oracle_and_the_library_agree_on_postgres() {
    let size = Size {
        commands: 300,
        glances: false,
        every: 100,
        ..SIZE
    };
    if PostgresPlace::new().is_none() {
        println!("{NO_POSTGRES}");
        return;
    }
    compare_on(number("PARVIS_DECISIONS", 1_000_000) / 100, size, || {
        let place = PostgresPlace::new().unwrap();
        (wait(Postgres::open(place.options())).unwrap(), place)
    });
}

#[test]
fn u4_the_oracle_and_the_library_agree_on_mysql() {
    let size = Size {
        commands: 300,
        glances: false,
        every: 100,
        ..SIZE
    };
    if MysqlPlace::new().is_none() {
        println!("{NO_MYSQL}");
        return;
    }
    compare_on(number("PARVIS_DECISIONS", 1_000_000) / 100, size, || {
        let place = MysqlPlace::new().unwrap();
        (wait(Mysql::open(place.options())).unwrap(), place)
    });
}

#[test]
fn l015_who_is_told_is_who_a_brute_force_list_names_over_10_000_events() {
    let size = Size {
        persons: 10,
        spaces: 4,
        commands: 500,
        glances: false,
        every: 50,
    };
    let (mut events, mut told, mut compared, mut seed) = (0, 0, 0, number("PARVIS_SEED", 1));
    while events < 10_000 {
        let clock = history::morning();
        let config = parvis::testing::config(&clock, seed);
        let db = wait(parvis::Parvis::open(Memory::new(), config)).unwrap();
        let mut pair = drive::Pair::new(db, clock);
        let outcome = wait(inbox::live(&mut pair, &mut dice::Dice::new(seed), size));
        let found = outcome.as_ref().err().map(|it| format!("{}: {}", it.by, it.said));
        assert_eq!(found, None, "PARVIS_SEED={seed}");
        (events, told) = (events + size.commands, told + outcome.unwrap_or_default());
        (compared, seed) = (compared + pair.decisions, seed + 1);
    }
    println!("{events} events, {told} notices, {compared} decisions, 0 differences");
    assert!(told > 1_000, "hardly anybody was told anything");
}
