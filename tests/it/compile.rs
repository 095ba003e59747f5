//! What must not compile: each case takes the gate's types in by path, names the error it must meet, and has a twin without
//! the fault that compiles.

use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A fault, the code of the error that must answer it, and the same without the fault.
struct Case {
    name: &'static str,
    code: &'static str,
    fault: &'static str,
    twin: &'static str,
}

const CASES: &[Case] = &[
    Case {
        name: "a_record_as_an_answer",
        code: "E0277",
        fault: "pub fn op() -> impl Answer { Record { words: String::new() } }",
        twin: "answer! { pub struct Told { pub token: Token } } pub fn op(token: Token) -> impl Answer { Told { token } }",
    },
    Case {
        name: "a_record_within_an_answer",
        code: "E0277",
        fault: "answer! { pub struct Told { pub record: Record } }",
        twin: "answer! { pub struct Told { pub record: Visible<Record> } }",
    },
    Case {
        name: "a_number_as_an_answer",
        code: "E0277",
        fault: "pub fn op() -> impl Answer { 7_u32 }",
        twin: "pub fn op() -> impl Answer { gate::answer::Meter(7) }",
    },
    Case {
        name: "a_number_within_an_answer",
        code: "E0277",
        fault: "answer! { pub struct Told { pub n: u32 } }",
        twin: "answer! { pub struct Told { pub n: gate::answer::Meter } }",
    },
    Case {
        name: "a_text_as_an_answer",
        code: "E0277",
        fault: "pub fn op() -> impl Answer { String::new() }",
        twin: "pub fn op() -> impl Answer { gate::answer::Echo(String::new()) }",
    },
    Case {
        name: "texts_as_an_answer",
        code: "E0277",
        fault: "pub fn op() -> impl Answer { vec![String::new()] }",
        twin: "pub fn op() -> impl Answer { vec![gate::answer::Echo(String::new())] }",
    },
    Case {
        name: "sealed_rows_as_an_answer",
        code: "E0277",
        fault: "pub fn op(rows: SealedSet<Record>) -> impl Answer { rows }",
        twin: "pub fn op(rows: SealedSet<Record>) -> SealedSet<Record> { rows }",
    },
    Case {
        name: "building_a_visible",
        code: "E0451",
        fault: "pub fn op(value: u32) -> Visible<u32> { Visible { value, network: [0; 16], viewer: [0; 16], position: 0 } }",
        twin: "pub fn op(value: Visible<u32>) -> Visible<u32> { value }",
    },
    Case {
        name: "stamping_a_visible",
        code: "E0624",
        fault: "pub fn op(stamp: gate::answer::Stamp, value: u32) -> Visible<u32> { stamp.visible(value) }",
        twin: "pub fn op(stamp: gate::answer::Stamp, value: u32) -> (gate::answer::Stamp, u32) { (stamp, value) }",
    },
    Case {
        name: "making_a_stamp",
        code: "E0624",
        fault: "pub fn op() -> gate::answer::Stamp { gate::answer::Stamp::new([0; 16], [0; 16], 0) }",
        twin: "pub fn op(stamp: gate::answer::Stamp) -> gate::answer::Stamp { stamp }",
    },
    Case {
        name: "mapping_a_visible",
        code: "E0599",
        fault: "pub fn op(seen: Visible<Record>) -> Visible<usize> { seen.map(|record| record.words.len()) }",
        twin: "pub fn op(seen: Visible<Record>) -> usize { seen.words.len() }",
    },
    Case {
        name: "copying_a_visible",
        code: "E0599",
        fault: "pub fn op(seen: Visible<Record>) -> (Visible<Record>, Visible<Record>) { (seen.clone(), seen) }",
        twin: "pub fn op(seen: Visible<Record>) -> Visible<Record> { seen }",
    },
    Case {
        name: "a_visible_out_of_nothing",
        code: "E0277",
        fault: "fn default<T: Default>() {} pub fn op() { default::<Visible<u32>>() }",
        twin: "fn default<T: Default>() {} pub fn op() { default::<u32>() }",
    },
    Case {
        name: "a_visible_out_of_a_text",
        code: "E0277",
        fault: "fn read<T: serde::de::DeserializeOwned>() {} pub fn op() { read::<Visible<u32>>() }",
        twin: "fn read<T: serde::de::DeserializeOwned>() {} pub fn op() { read::<Token>() }",
    },
    Case {
        name: "the_length_of_sealed_rows",
        code: "E0599",
        fault: "pub fn op(rows: &SealedSet<Record>) -> usize { rows.len() }",
        twin: "pub fn op(rows: SealedSet<Record>) -> usize { rows.open(Opening::Show).len() }",
    },
    Case {
        name: "walking_sealed_rows",
        code: "E0277",
        fault: "pub fn op(rows: SealedSet<Record>) { for _ in rows {} }",
        twin: "pub fn op(rows: SealedSet<Record>) { for _ in rows.open(Opening::Decide) {} }",
    },
    Case {
        name: "the_fields_of_sealed_rows",
        code: "E0616",
        fault: "pub fn op(set: SealedSet<Record>) -> Vec<Record> { set.rows }",
        twin: "pub fn op(set: SealedSet<Record>) -> Vec<Record> { set.open(Opening::Project) }",
    },
    Case {
        name: "printing_sealed_rows",
        code: "E0277",
        fault: "pub fn op(rows: &SealedSet<u32>) -> String { format!(\"{rows:?}\") }",
        twin: "pub fn op(seen: &Visible<u32>) -> String { format!(\"{seen:?}\") }",
    },
    Case {
        name: "showing_sealed_rows",
        code: "E0599",
        fault: "pub fn op(rows: &SealedSet<u32>) -> String { rows.to_string() }",
        twin: "pub fn op(seen: &Visible<u32>) -> String { (**seen).to_string() }",
    },
    Case {
        name: "writing_sealed_rows_out",
        code: "E0277",
        fault: "fn write<T: serde::Serialize>(_: &T) {} pub fn op(rows: &SealedSet<u32>) { write(rows) }",
        twin: "fn write<T: serde::Serialize>(_: &T) {} pub fn op(seen: &Visible<u32>) { write(seen) }",
    },
    Case {
        name: "comparing_sealed_rows",
        code: "E0369",
        fault: "pub fn op(one: SealedSet<u32>, other: SealedSet<u32>) -> bool { one == other }",
        twin: "pub fn op(one: Visible<u32>, other: Visible<u32>) -> bool { one == other }",
    },
    Case {
        name: "copying_sealed_rows",
        code: "E0599",
        fault: "pub fn op(rows: SealedSet<Record>) -> (SealedSet<Record>, SealedSet<Record>) { (rows.clone(), rows) }",
        twin: "pub fn op(rows: SealedSet<Record>) -> SealedSet<Record> { rows }",
    },
    Case {
        name: "an_opening_of_ones_own",
        code: "E0599",
        fault: "pub fn op(rows: SealedSet<Record>) -> Vec<Record> { rows.open(Opening::Look) }",
        twin: "pub fn op(rows: SealedSet<Record>) -> Vec<Record> { rows.open(Opening::Show) }",
    },
];

/// The beginning of every case: the two files of the gate, and a record.
fn head(source: &Path) -> String {
    format!(
        "#![allow(dead_code, unused)]\n\
         pub mod gate {{\n    #[path = {:?}]\n    pub mod answer;\n    #[path = {:?}]\n    pub mod sealed;\n}}\n\
         use gate::answer::{{Answer, Token, Visible}};\nuse gate::sealed::{{Opening, SealedSet}};\n\
         #[derive(serde::Serialize)]\npub struct Record {{ pub words: String }}\nfn main() {{}}\n",
        source.join("gate/answer.rs"),
        source.join("gate/sealed.rs")
    )
}

/// A package of its own with every case as an example; it takes the versions of this workspace's lock and no network.
fn package(folder: &Path) {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()
        .unwrap();
    fs::create_dir_all(folder.join("src")).unwrap();
    let examples = folder.join("examples");
    if examples.exists() {
        fs::remove_dir_all(&examples).unwrap();
    }
    fs::create_dir_all(&examples).unwrap();
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    fs::write(folder.join("src/lib.rs"), "").unwrap();
    let manifest = "[package]\nname = \"cases\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
        [dependencies]\nserde = { version = \"1\", features = [\"derive\"] }\n\n[workspace]\n";
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    let head = head(&root.join("core/src"));
    for case in CASES {
        for (kind, body) in [("fault", case.fault), ("twin", case.twin)] {
            fs::write(
                examples.join(format!("{kind}_{}.rs", case.name)),
                format!("{head}{body}\n"),
            )
            .unwrap();
        }
    }
}

/// The codes of the errors of each example.
fn check(folder: &Path) -> BTreeMap<String, Vec<String>> {
    let output = Command::new(env!("CARGO"))
        .args([
            "check",
            "--offline",
            "--examples",
            "--keep-going",
            "--message-format=json",
            "--quiet",
        ])
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .env_remove("RUSTFLAGS")
        .output()
        .unwrap();
    let mut codes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut built = 0;
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let Ok(message) = serde_json::from_str::<Value>(line) else {
            continue;
        };
        built += usize::from(message["reason"] == "compiler-artifact");
        let target = message["target"]["name"].as_str().unwrap_or_default().to_owned();
        if message["message"]["level"] == "error" {
            let code = message["message"]["code"]["code"].as_str().unwrap_or("none");
            codes.entry(target).or_default().push(code.to_owned());
        }
    }
    assert!(
        built > CASES.len(),
        "nothing was compiled: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    codes
}

#[test]
fn what_has_not_passed_the_gate_does_not_compile() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("compile");
    package(&folder);
    let codes = check(&folder);
    let none = Vec::new();
    for case in CASES {
        let fault = codes.get(&format!("fault_{}", case.name)).unwrap_or(&none);
        // The last one only counts the errors.
        let fault: Vec<&String> = fault.iter().filter(|code| *code != "none").collect();
        assert!(!fault.is_empty(), "{} compiles", case.name);
        assert!(
            fault.iter().all(|code| *code == case.code),
            "{} met {fault:?}, not {}",
            case.name,
            case.code
        );
        let twin = codes.get(&format!("twin_{}", case.name)).unwrap_or(&none);
        assert!(twin.is_empty(), "the twin of {} met {twin:?}", case.name);
    }
    println!("{} cases with their twins", CASES.len());
}
