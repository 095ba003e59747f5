//! Golden files: what every operation answers to one good request and how it refuses a wrong one, byte for byte, in a world
//! that is the same at every run. `PARVIS_GOLDEN=write` writes them again.

use crate::asked::asked;
use crate::town::{clock, settings, town};
use parvis::Parvis;
use parvis::operations::TABLE;
use parvis::store::conformance::wait;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden")
}

fn writing() -> bool {
    std::env::var("PARVIS_GOLDEN").is_ok_and(|value| value == "write")
}

#[test]
fn every_operation_answers_as_its_golden_file_says() {
    let town = wait(town(0));
    let mut wrong = Vec::new();
    if writing() {
        fs::create_dir_all(folder()).unwrap();
    }
    for row in TABLE {
        let cases = asked(row.name, &town).map(|asked| {
            let db = wait(Parvis::open(town.memory.fork(), settings(&clock()))).unwrap();
            let (outcome, said) = match wait(asked.call(&db, row.name)) {
                Ok(bytes) => ("answer", serde_json::from_slice::<Value>(&bytes).unwrap()),
                Err(error) => ("error", serde_json::to_value(&error).unwrap()),
            };
            json!({"by": asked.by, "request": asked.request, outcome: said})
        });
        assert!(
            cases[0].get("answer").is_some(),
            "{}: the good request was refused: {}",
            row.name,
            cases[0]
        );
        assert!(
            cases[1].get("error").is_some(),
            "{}: the wrong request was answered: {}",
            row.name,
            cases[1]
        );
        let told = serde_json::to_string_pretty(&json!({"operation": row.name, "cases": cases})).unwrap() + "\n";
        let file = folder().join(format!("{}.json", row.name));
        if writing() {
            fs::write(&file, told).unwrap();
        } else if fs::read_to_string(&file).is_ok_and(|golden| golden == told) {
            continue;
        } else {
            wrong.push(format!(
                "{}.json is missing or says otherwise; now it would be\n{told}",
                row.name
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_golden_file_is_of_an_operation() {
    let files: BTreeSet<String> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let operations: BTreeSet<String> = TABLE.iter().map(|row| format!("{}.json", row.name)).collect();
    assert_eq!(files, operations);
}

#[test]
fn the_table_answers_the_same_bytes_through_json_and_through_methods() {
    let town = wait(town(0));
    let db = wait(Parvis::open(town.memory.fork(), settings(&clock()))).unwrap();
    let ben = crate::town::act(&db, "ben");
    let typed = wait(ben.feed().home(parvis::operations::Home::new())).unwrap();
    let called = wait(ben.call("feed.home", b"{}")).unwrap();
    assert_eq!(serde_json::to_vec(&typed).unwrap(), called);
}
