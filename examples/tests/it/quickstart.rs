//! What the quickstart prints.

use crate::work::settled;
use parvis_examples::quickstart::{Lang, Options, run};
use parvis_examples::store::Store;
use pollster::block_on;
use std::path::Path;

fn printed(options: &Options) -> String {
    let mut out = Vec::new();
    block_on(run(options, &mut out)).unwrap();
    String::from_utf8(out).unwrap()
}

/// Compares with a committed text; `PARVIS_BLESS=1` writes it anew.
fn golden(name: &str, text: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("PARVIS_BLESS").is_some() {
        std::fs::write(&file, text).unwrap();
    }
    let expected = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(text == expected, "not as in {}; is:\n{text}", file.display());
}

fn sample(lang: Lang) -> Options {
    Options {
        person: Some("amelie".to_owned()),
        lang,
        ..Options::sample()
    }
}

#[test]
fn the_sample_is_shown_as_ever() {
    let english = printed(&sample(Lang::En));
    golden("quickstart.en.txt", &english);
    golden("quickstart.fr.txt", &printed(&sample(Lang::Fr)));
    assert!(
        english.lines().all(|line| line.chars().count() <= 100),
        "lines of at most 100 columns"
    );
    assert!(!english.contains('\u{1b}'), "no style unless asked for");
}

#[test]
fn whoever_has_a_full_home_is_shown_where_nobody_is_named() {
    let text = printed(&Options::sample());
    assert!(text.contains("Home of Amélie Roux"), "{text}");
}

#[test]
fn the_same_on_sqlite_and_a_second_run_finds_nothing_new() {
    let folder = tempfile::tempdir().unwrap();
    twice(Store::Sqlite(folder.path().join("new/parvis.db")));
}

#[test]
fn the_same_on_sled_and_a_second_run_finds_nothing_new() {
    let folder = tempfile::tempdir().unwrap();
    twice(Store::Sled(folder.path().join("new/parvis.sled")));
}

fn twice(store: Store) {
    let options = Options {
        store,
        ..sample(Lang::En)
    };
    let store = |text: &str| {
        text.lines()
            .filter(|line| !line.starts_with("store:"))
            .collect::<Vec<_>>()
            .join("\n")
    };
    assert_eq!(store(&printed(&options)), store(&printed(&sample(Lang::En))));
    let mut out = Vec::new();
    let again = block_on(run(&options, &mut out)).unwrap();
    assert!(settled(&again), "{again}");
}

#[test]
fn somebody_unknown_is_told_so() {
    for person in ["nobody", "odile"] {
        let options = Options {
            person: Some(person.to_owned()),
            ..Options::sample()
        };
        let failed = block_on(run(&options, &mut Vec::new())).unwrap_err().to_string();
        assert!(
            failed.starts_with(&format!("`{person}` is unknown here, or the account has ended")),
            "{failed}"
        );
    }
}

#[test]
fn everybody_who_may_look_can_be_looked_at() {
    for person in ["hugo", "claire", "paul", "nadia", "oscar", "leo"] {
        let options = Options {
            person: Some(person.to_owned()),
            ..Options::sample()
        };
        let text = printed(&options);
        let surprised = text.contains("Home of Paul") && text.split("── Who may").next().unwrap().contains("50 ans");
        assert!(
            text.contains("── Wall of ") && text.contains("── Who may see ") && !surprised,
            "{text}"
        );
    }
}
