//! `docs/security.md` says the truth: its list of ids and of tests is the one of the sources, and every predicate of the gate
//! has a leak test that goes red without it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn sources(folder: &Path, into: &mut Vec<String>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && !name.starts_with('.') && name != "target" {
            sources(&path, into);
        } else if name.ends_with(".rs") || name.ends_with(".py") {
            into.push(fs::read_to_string(&path).unwrap());
        }
    }
}

/// The id that a test's name begins with: `l024_...` is of `L024`.
fn id_of(name: &str) -> Option<String> {
    let (id, rest) = name.split_once('_')?;
    let (letter, number) = id.split_at_checked(1)?;
    let known = matches!((letter, number.len()), ("l", 3) | ("f", 2) | ("u", 1));
    (known && !rest.is_empty() && number.chars().all(|c| c.is_ascii_digit())).then(|| id.to_uppercase())
}

/// A name at the beginning of a text.
fn name_at(text: &str) -> &str {
    let end = text
        .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

/// The tests with ids of all sources, by id.
fn tests() -> BTreeMap<String, BTreeSet<String>> {
    let mut texts = Vec::new();
    sources(&root(), &mut texts);
    let mut tests: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for text in &texts {
        let many = "#[tokio::test(flavor = \"multi_thread\")]\n";
        // In Python a test is a function whose name begins with `test_`; the id follows.
        let marks = [
            ("#[test]\n", true),
            (many, true),
            ("leak_test!(", false),
            ("\ndef test_", false),
        ];
        for (mark, test) in marks {
            for after in text.split(mark).skip(1) {
                let named = match test {
                    true => after.split_once("fn ").map_or("", |(_, name)| name),
                    false => after.trim_start(),
                };
                let name = name_at(named);
                if let Some(id) = id_of(name) {
                    tests.entry(id).or_default().insert(name.to_owned());
                }
            }
        }
    }
    tests
}

/// The rows of the lists in `docs/security.md`: id, and the tests that it names.
fn documented() -> BTreeMap<String, BTreeSet<String>> {
    let text = fs::read_to_string(root().join("docs/security.md")).unwrap();
    let mut rows = BTreeMap::new();
    for line in text.lines().filter(|line| line.starts_with("| ")) {
        let id = line.split('|').nth(1).unwrap_or_default().trim();
        if id_of(&format!("{}_x", id.to_lowercase())).is_none() {
            continue;
        }
        let names = line.split('`').skip(1).step_by(2).filter(|name| id_of(name).is_some());
        let names: BTreeSet<String> = names.map(str::to_owned).collect();
        let said = names.is_empty() == line.contains("| not yet");
        assert!(said, "a row names tests or says `not yet`: {line}");
        assert!(rows.insert(id.to_owned(), names).is_none(), "{id} is listed twice");
    }
    rows
}

#[test]
fn docs_security_lists_every_id_with_the_tests_there_are() {
    let (rows, tests) = (documented(), tests());
    let all = (1..=100).map(|n| format!("L{n:03}"));
    let all = all
        .chain((1..=29).map(|n| format!("F{n:02}")))
        .chain((1..=6).map(|n| format!("U{n}")));
    let none = BTreeSet::new();
    let mut wrong = Vec::new();
    for id in all {
        let there = tests.get(&id).unwrap_or(&none);
        match rows.get(&id) {
            None => wrong.push(format!("{id} is not listed")),
            Some(named) if named != there => {
                let names: Vec<_> = there.iter().map(|name| format!("`{name}`")).collect();
                wrong.push(format!("{id} has the tests {}", names.join(" ")));
            }
            Some(_) => {}
        }
    }
    assert!(wrong.is_empty(), "docs/security.md:\n{}", wrong.join("\n"));
    let held = tests.keys().filter(|id| id.starts_with('L')).count();
    println!("{held} of 100 ways to leak have a test");
    assert!(held >= 25);
}

#[test]
fn u6_every_predicate_of_the_gate_turns_a_leak_test_red() {
    let mut texts = Vec::new();
    sources(&PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("it/leaks"), &mut texts);
    let mut red: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for text in &texts {
        for after in text.split("leak_test!(").skip(1) {
            let name = name_at(after.trim_start());
            if id_of(name).is_none() {
                continue;
            }
            let list = after
                .split_once('[')
                .and_then(|(_, list)| list.split_once(']'))
                .map_or("", |(list, _)| list);
            for predicate in list.split('"').skip(1).step_by(2) {
                red.entry(predicate.to_owned()).or_default().push(name.to_owned());
            }
        }
    }
    for (predicate, asks) in parvis::testing::PREDICATES {
        let tests = red.remove(*predicate).unwrap_or_default();
        assert!(
            !tests.is_empty(),
            "no leak test goes red without `{predicate}` ({asks})"
        );
        println!("{predicate}: {}", tests.join(", "));
    }
    assert!(red.is_empty(), "these are no predicates: {red:?}");
}
