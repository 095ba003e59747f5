//! F28: a medium that cannot be written. Reads answer what they answered before; writes get a typed error.

use super::ground::{Engine, able, can_mount, child, number, report, tell, told};
use crate::asked::asked;
use crate::folder::Folder;
use crate::town::{Town, clock, settings, settle, town};
use parvis::operations::{Kind, TABLE};
use parvis::store::StorageError;
use parvis::store::conformance::wait;
use parvis::{Parvis, Reason};
use parvis_sled::Sled;
use parvis_sqlx::Sqlite;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

/// The child: every operation on a store that cannot be written.
pub(super) async fn read_only(engine: Engine, place: &Path) {
    if engine != Engine::Sqlite {
        let error = Sled::open(place).await.unwrap_err();
        assert_eq!(error, StorageError::ReadOnly);
        return tell("refused 1");
    }
    let town: Town = town(0).await;
    let before = Parvis::open(town.memory.fork(), settings(&clock())).await.unwrap();
    let store = Sqlite::open(place).await.unwrap();
    let db = Parvis::open(store.clone(), settings(&clock())).await.unwrap();
    let (mut questions, mut commands) = (0, 0);
    for row in TABLE {
        let [good, wrong] = asked(row.name, &town);
        match row.kind {
            Kind::query => {
                for asked in [good, wrong] {
                    let expected = asked.call(&before, row.name).await;
                    assert_eq!(asked.call(&db, row.name).await, expected, "{}", row.name);
                    questions += 1;
                }
            }
            Kind::command => {
                let fork = Parvis::open(town.memory.fork(), settings(&clock())).await.unwrap();
                match good.call(&db, row.name).await {
                    Err(error) => assert_eq!(error.reason, Reason::ReadOnly, "{}", row.name),
                    // What changes nothing needs no medium; its answer names the position, which has not moved.
                    Ok(answer) => assert_eq!(Ok(answer), good.call(&fork, row.name).await, "{}", row.name),
                }
                // What is refused anyway is refused as ever, or for the medium.
                let error = wrong.call(&db, row.name).await.err();
                let fork = Parvis::open(town.memory.fork(), settings(&clock())).await.unwrap();
                let expected = wrong.call(&fork, row.name).await.err();
                let medium = error.as_ref().is_some_and(|error| error.reason == Reason::ReadOnly);
                assert!(error == expected || medium, "{}: {error:?}", row.name);
                commands += 1;
            }
        }
    }
    store.close().await;
    tell(&format!("questions {questions}"));
    tell(&format!("commands {commands}"));
}

/// A store with the town in it, closed, in a folder of its own.
fn settled(engine: Engine) -> (Folder, std::path::PathBuf) {
    let folder = Folder::new();
    let home = folder.file("home");
    fs::create_dir(&home).unwrap();
    let place = home.join("parvis");
    wait(async {
        match engine {
            Engine::Sqlite => {
                let store = Sqlite::open(place.as_path()).await.unwrap();
                settle(Arc::new(store.clone()), 0).await;
                store.close().await;
            }
            _ => {
                let store = Sled::open(place.as_path()).await.unwrap();
                settle(Arc::new(store.clone()), 0).await;
                store.close().await;
            }
        }
    });
    (folder, place)
}

/// Sets the modes of everything in a folder, its own included.
fn modes(folder: &Path, of_folders: u32, of_files: u32) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            modes(&path, of_folders, of_files);
        } else {
            fs::set_permissions(&path, fs::Permissions::from_mode(of_files)).unwrap();
        }
    }
    fs::set_permissions(folder, fs::Permissions::from_mode(of_folders)).unwrap();
}

/// As somebody who is bound by modes: root is not.
fn unprivileged(command: &mut Command) {
    if rustix::process::geteuid().is_root() {
        command.uid(65_534).gid(65_534);
    }
}

/// Whether somebody else may start this program.
fn can_start() -> bool {
    let this = std::env::current_exe().unwrap();
    let mut command = Command::new(this);
    unprivileged(command.arg("--list"));
    let able = command.output().is_ok_and(|output| output.status.success());
    if !able {
        println!("skipped: this program lies where only its owner may start it");
    }
    able
}

fn outcome(engine: Engine, how: &str, lines: &[String]) {
    let result = match engine {
        Engine::Sqlite => format!(
            "{how}: {} questions answered as before, {} commands `read_only` or with nothing to change",
            number(lines, "questions "),
            number(lines, "commands ")
        ),
        _ => format!("{how}: `ReadOnly` at open (a limit of sled: copy the folder to read it)"),
    };
    report("F28", &engine.name(), 1, &result);
}

fn without_the_mode(engine: Engine) {
    let (_folder, place) = settled(engine);
    let home = place.parent().unwrap();
    modes(home, 0o555, 0o444);
    if can_start() {
        let mut command = child(&[], "read_only", engine, &place, 0);
        unprivileged(&mut command);
        outcome(engine, "modes without w", &told(command));
    }
    modes(home, 0o755, 0o644);
}

#[test]
fn f28_sqlite_without_the_right_to_write_answers_questions_and_refuses_commands() {
    without_the_mode(Engine::Sqlite);
}

#[test]
fn f28_sled_without_the_right_to_write_is_refused_by_type() {
    without_the_mode(Engine::Sled);
}

fn mounted(engine: Engine) {
    if !can_mount() {
        return;
    }
    let (_folder, place) = settled(engine);
    let home = place.parent().unwrap().to_str().unwrap();
    let script = format!("mount --bind '{home}' '{home}' && mount -o remount,bind,ro '{home}' && exec \"$@\"");
    if !able(
        &["unshare", "-rm", "sh", "-c", &script, "sh", "true"],
        "no folder can be mounted read only here",
    ) {
        return;
    }
    let under = ["unshare", "-rm", "sh", "-c", &script, "sh"];
    outcome(
        engine,
        "mounted read only",
        &told(child(&under, "read_only", engine, &place, 0)),
    );
}

#[test]
fn f28_sqlite_on_a_medium_mounted_read_only_answers_questions_and_refuses_commands() {
    mounted(Engine::Sqlite);
}

#[test]
fn f28_sled_on_a_medium_mounted_read_only_is_refused_by_type() {
    mounted(Engine::Sled);
}
