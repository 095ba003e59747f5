//! The golden script: one story in two networks, the same bytes on every store. `tests/script/README.md` describes the files.
//! `PARVIS_GOLDEN=write` writes the answers again, from memory.

mod faulty;
mod play;

use crate::stores::Engine;
use parvis::Reason;
use parvis::operations::{CODES, Kind, TABLE};
pub(crate) use play::{Said, play};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

pub(crate) fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("script").join(name)
}

/// The steps, with the numbers of their lines.
pub(crate) fn steps() -> Vec<(usize, Value)> {
    let text = fs::read_to_string(file("steps.jsonl")).unwrap();
    let step = |(at, line): (usize, &str)| match serde_json::from_str(line) {
        Ok(step) => (at + 1, step),
        Err(error) => panic!("steps.jsonl:{}: {error}", at + 1),
    };
    text.lines().enumerate().map(step).collect()
}

/// What the steps answer on memory.
fn played() -> Vec<Said> {
    play(Engine::Memory.make().unwrap().storage, &steps())
}

/// Where two answers begin to differ, with what stands around it.
fn difference(said: &str, golden: &str) -> String {
    let same = said.bytes().zip(golden.bytes()).take_while(|(a, b)| a == b).count();
    let around = |text: &str| {
        let bytes = text.as_bytes();
        let part = &bytes[same.saturating_sub(100)..bytes.len().min(same + 100)];
        String::from_utf8_lossy(part).into_owned()
    };
    format!(
        "at byte {same}:\n  said   {}\n  golden {}",
        around(said),
        around(golden)
    )
}

pub(crate) fn compare<'a>(said: &[Said], golden: impl Iterator<Item = &'a str>) {
    let golden: Vec<&str> = golden.collect();
    for (said, golden) in said.iter().zip(&golden) {
        if said.text != *golden {
            let (line, step, how) = (said.line, &said.step, difference(&said.text, golden));
            panic!("steps.jsonl:{line} answers otherwise than answers.jsonl says, {how}\n{step}");
        }
    }
    assert_eq!(said.len(), golden.len(), "answers.jsonl has another number of lines");
}

fn the_script_answers_as_its_golden_file_says(engine: Engine) {
    let writing = std::env::var("PARVIS_GOLDEN").is_ok_and(|value| value == "write");
    if writing && engine != Engine::Memory {
        println!("skipped: the answers are being written");
        return;
    }
    let Some(made) = engine.make() else { return };
    let said = play(made.storage.clone(), &steps());
    if writing {
        let lines: Vec<&str> = said.iter().map(|said| said.text.as_str()).collect();
        fs::write(file("answers.jsonl"), lines.join("\n") + "\n").unwrap();
    }
    let golden = fs::read_to_string(file("answers.jsonl")).unwrap();
    compare(&said, golden.lines());
}

#[test]
fn golden_script_memory() {
    the_script_answers_as_its_golden_file_says(Engine::Memory);
}

#[test]
fn golden_script_sqlite() {
    the_script_answers_as_its_golden_file_says(Engine::Sqlite);
}

#[test]
fn golden_script_sled() {
    the_script_answers_as_its_golden_file_says(Engine::Sled);
}

#[test]
fn golden_script_postgres() {
    the_script_answers_as_its_golden_file_says(Engine::Postgres);
}

#[test]
fn golden_script_mysql() {
    the_script_answers_as_its_golden_file_says(Engine::Mysql);
}

/// Without a store that fails by order the other answers are the same: a face that cannot make one leaves those steps out.
#[test]
fn golden_script_without_the_steps_of_a_failing_store() {
    let failing = |step: &Value| step.get("reads").is_some() || step.get("commits").is_some();
    let all = played();
    let rest = all.iter().filter(|said| !failing(&said.step));
    let kept: Vec<_> = steps().into_iter().filter(|(_, step)| !failing(step)).collect();
    let said = play(Engine::Memory.make().unwrap().storage, &kept);
    assert!(said.len() < all.len());
    compare(&said, rest.map(|said| said.text.as_str()));
}

/// What became of every call: the operation's name, the step, and its answers or its error.
fn told() -> Vec<(String, Value, Value)> {
    let told = |said: Said| {
        let name = said.step.get("call")?.as_str()?.to_owned();
        Some((name, said.step, serde_json::from_str(&said.text).unwrap()))
    };
    played().into_iter().filter_map(told).collect()
}

fn missing<'a>(all: impl IntoIterator<Item = &'a str>, there: &BTreeSet<&str>) -> Vec<&'a str> {
    all.into_iter().filter(|name| !there.contains(name)).collect()
}

#[test]
fn golden_script_calls_every_operation() {
    let told = told();
    let answered = told.iter().filter(|(_, _, said)| said.get("answers").is_some());
    let answered: BTreeSet<&str> = answered.map(|(name, ..)| name.as_str()).collect();
    let missing = missing(TABLE.iter().map(|row| row.name), &answered);
    assert!(missing.is_empty(), "tests/script/steps.jsonl lacks {missing:?}");
}

#[test]
fn golden_script_meets_every_code_and_every_reason() {
    let told = told();
    let errors: Vec<&Value> = told.iter().filter_map(|(_, _, said)| said.get("error")).collect();
    let met = |field: &str| -> BTreeSet<&str> { errors.iter().filter_map(|error| error[field].as_str()).collect() };
    let reasons = Reason::ALL.iter().map(|reason| reason.as_str());
    assert_eq!(missing(reasons, &met("reason")), Vec::<&str>::new(), "reasons");
    let codes = CODES.iter().map(|code| json!(code).as_str().unwrap().to_owned());
    let codes: Vec<String> = codes.collect();
    let codes = codes.iter().map(String::as_str);
    assert_eq!(missing(codes, &met("code")), Vec::<&str>::new(), "codes");
}

#[test]
fn golden_script_walks_every_list_to_its_end() {
    let told = told();
    for row in TABLE.iter().filter(|row| row.fields.contains(&"cursor")) {
        let of = told.iter().filter(|(name, ..)| name == row.name);
        let pages = of.filter_map(|(_, _, said)| said.get("answers")?.as_array());
        let walked = pages
            .filter(|pages| pages.last().is_some_and(|last| last["next"].is_null()))
            .map(Vec::len)
            .max();
        assert!(walked >= Some(3), "{}: {walked:?} pages, three at least", row.name);
    }
}

#[test]
fn golden_script_speaks_both_languages_in_both_networks() {
    let told = told();
    let asked = |name: &str, language: &str| {
        let with = told.iter().filter(|(called, ..)| called == name);
        with.filter(|(_, _, said)| said.get("answers").is_some())
            .any(|(_, step, _)| step["with"]["language"] == language)
    };
    let spoken = TABLE
        .iter()
        .filter(|row| row.kind == Kind::query && row.fields.contains(&"language"));
    for row in spoken {
        assert!(asked(row.name, "fr") && asked(row.name, "en"), "{}", row.name);
    }
    for network in ["acme", "lumen"] {
        let there = told.iter().filter(|(_, step, _)| step["in"] == network);
        let names: BTreeSet<&str> = there.map(|(name, ..)| name.as_str()).collect();
        assert!(names.len() > 10, "{network}: {names:?}");
    }
}
