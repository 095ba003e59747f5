//! Batches: what is refused, what conflicts, what follows from a write.

use super::*;

fn refused(store: &Memory, batch: Batch) {
    let answer = commit(store, batch);
    assert!(
        matches!(answer, Err(CommitError::Storage(StorageError::Refused { .. }))),
        "{answer:?}"
    );
}

fn cause(store: &Memory, batch: Batch) -> Cause {
    match commit(store, batch) {
        Err(CommitError::Conflict(conflict)) => conflict.cause,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_remembered_batch_answers_the_first_success() {
    let store = store();
    let absent = Check {
        table: "doc",
        key: vec![int(1)],
        expect: Expect::Absent,
    };
    let checks = vec![absent];
    let writes = vec![doc(1, None, "a")];
    let first = Batch {
        checks,
        writes,
        log: vec!["{}".into(), "{}".into()],
        answer: "1".into(),
        ..batch(1)
    };
    let done = commit(&store, first.clone()).unwrap();
    assert_eq!(
        (done.position, done.repeated),
        (
            Position {
                number: 2,
                commit: id(1)
            },
            false
        )
    );
    commit(
        &store,
        Batch {
            log: vec!["{}".into()],
            ..batch(2)
        },
    )
    .unwrap();
    assert_eq!(
        commit(&store, first.clone()).unwrap(),
        Committed { repeated: true, ..done }
    );
    assert_eq!(
        commit(
            &store,
            Batch {
                request: [9; 16],
                ..first.clone()
            }
        ),
        Err(CommitError::KeyReused)
    );
    // A refusal is decided again: the same id may succeed later.
    let again = Batch { id: id(3), ..first };
    assert_eq!(cause(&store, again.clone()), Cause::NotAbsent);
    wrote(
        &store,
        4,
        vec![Write::Delete {
            table: "doc",
            key: vec![int(1)],
        }],
    );
    assert!(!commit(&store, again).unwrap().repeated);
}

#[test]
fn the_log_grows_without_gaps_and_its_time_never_goes_back() {
    let store = store();
    let empty = now(store.read(NET, &[], ReadAt::Fresh)).unwrap();
    assert_eq!((empty.position, empty.newest), (Position::START, i64::MIN));
    commit(
        &store,
        Batch {
            time: 50,
            log: vec!["{\"a\":1}".into()],
            ..batch(1)
        },
    )
    .unwrap();
    commit(
        &store,
        Batch {
            time: 20,
            log: vec!["{\"b\":1}".into()],
            ..batch(2)
        },
    )
    .unwrap();
    wrote(&store, 3, vec![doc(1, None, "a")]);
    let found = now(store.read(NET, &[Read::Scan(range(LOG, vec![vec![]]))], ReadAt::Fresh)).unwrap();
    assert_eq!(
        (found.position, found.newest),
        (
            Position {
                number: 2,
                commit: id(2)
            },
            50
        )
    );
    assert_eq!(ints(&found.sets[0], 0), [1, 2]);
    assert_eq!(
        found.sets[0].rows[1].columns,
        [Some(Value::Time(50)), Some(Value::Id([2; 16]))]
    );
    assert_eq!(found.sets[0].rows[1].document.as_deref(), Some("{\"b\":1}"));
    let other = now(store.read(
        NetworkId([8; 16]),
        &[Read::Scan(range(LOG, vec![vec![]]))],
        ReadAt::Fresh,
    ))
    .unwrap();
    assert_eq!((other.position, other.sets[0].rows.len()), (Position::START, 0));
}

#[test]
fn checks_name_what_failed_and_nothing_is_written() {
    let store = store();
    wrote(&store, 1, vec![doc(1, None, "a")]);
    let check = |key, expect| Batch {
        checks: vec![Check {
            table: "doc",
            key: vec![int(key)],
            expect,
        }],
        writes: vec![doc(5, None, "x")],
        ..batch(9)
    };
    assert_eq!(cause(&store, check(1, Expect::Absent)), Cause::NotAbsent);
    assert_eq!(cause(&store, check(2, Expect::Present)), Cause::NotPresent);
    assert_eq!(cause(&store, check(1, Expect::Stamp(id(2)))), Cause::OtherStamp);
    assert_eq!(cause(&store, check(2, Expect::Stamp(id(1)))), Cause::OtherStamp);
    assert_eq!(
        ints(&read(&store, &[Read::Scan(range("doc", vec![vec![]]))])[0], 0),
        [1]
    );
    commit(&store, check(1, Expect::Stamp(id(1)))).unwrap();
}

#[test]
fn counters_begin_at_zero_and_keep_their_bounds() {
    let store = store();
    let add = |column, n, at_least, at_most| Write::Add {
        table: "count",
        key: vec![int(1)],
        column,
        n,
        at_least,
        at_most,
    };
    let max = |value| Write::Max {
        table: "count",
        key: vec![int(1)],
        column: "b",
        value,
    };
    wrote(&store, 1, vec![add("a", 2, None, Some(2)), max(-5)]);
    let one = |n, write| {
        cause(
            &store,
            Batch {
                writes: vec![write],
                ..batch(n)
            },
        )
    };
    assert_eq!(one(2, add("a", 1, None, Some(2))), Cause::Bound);
    assert_eq!(one(3, add("a", -3, Some(0), None)), Cause::Bound);
    assert_eq!(one(4, add("a", i64::MAX, None, None)), Cause::Overflow);
    wrote(&store, 5, vec![add("a", -2, Some(0), None), max(7)]);
    let row = read(&store, &[Read::Scan(range("count", vec![vec![]]))])[0].rows[0].clone();
    assert_eq!((row.columns, row.stamp), (vec![int(0), int(7)], None));
    refused(
        &store,
        Batch {
            writes: vec![max(1), max(2)],
            ..batch(6)
        },
    );
    refused(
        &store,
        Batch {
            writes: vec![
                max(1),
                Write::Delete {
                    table: "count",
                    key: vec![int(1)],
                },
            ],
            ..batch(6)
        },
    );
}

#[test]
fn batches_that_do_not_fit_are_refused() {
    let store = store();
    let put = |table, key, columns, document| Write::Put {
        table,
        key,
        columns,
        document,
    };
    let wide = "x".repeat(MAX_DOCUMENT + 1);
    let writes = [
        vec![put("nothing", vec![int(1)], vec![], None)],
        vec![put("doc", vec![None], vec![None, text("a")], None)],
        vec![put("doc", vec![int(1)], vec![None, None], None)],
        vec![put("doc", vec![int(1)], vec![None], None)],
        vec![put("doc", vec![int(1)], vec![text("a"), text("a")], None)],
        vec![put("doc", vec![int(1)], vec![None, text("a\0")], None)],
        vec![put("doc", vec![int(1)], vec![None, text(&wide[..MAX_KEY + 1])], None)],
        vec![put("doc", vec![int(1)], vec![None, text("a")], Some(wide.clone()))],
        vec![put("vote", vec![int(1)], vec![], Some("{}".into()))],
        vec![put("count", vec![int(1)], vec![int(0), int(0)], None)],
        vec![Write::Max {
            table: "doc",
            key: vec![int(1)],
            column: "parent",
            value: 1,
        }],
        vec![line(&wide[..MAX_KEY], 1, 1)],
        vec![doc(1, None, "a"), doc(1, None, "a")],
        vec![
            doc(1, None, "a"),
            Write::DeleteRange {
                table: "doc",
                prefix: vec![],
                at_most: 9,
            },
        ],
        vec![
            Write::DeleteRange {
                table: "line",
                prefix: vec![],
                at_most: 9,
            },
            Write::DeleteRange {
                table: "line",
                prefix: vec![text("a")],
                at_most: 9,
            },
        ],
        vec![put(
            LOG,
            vec![int(1)],
            vec![Some(Value::Time(1)), Some(Value::Id([1; 16]))],
            None,
        )],
        vec![Write::Delete {
            table: AGENDA,
            key: vec![Some(Value::Id([1; 16]))],
        }],
        (0..1_001).map(|n| doc(n, None, "a")).collect(),
    ];
    writes
        .into_iter()
        .for_each(|writes| refused(&store, Batch { writes, ..batch(1) }));
    let checks = [
        ("line", Expect::Absent),
        ("count", Expect::Present),
        ("vote", Expect::Stamp(id(1))),
    ];
    for (table, expect) in checks {
        let key = if table == "line" {
            vec![text("a"), Some(Value::Time(1)), int(1)]
        } else {
            vec![int(1)]
        };
        refused(
            &store,
            Batch {
                checks: vec![Check { table, key, expect }],
                ..batch(1)
            },
        );
    }
    refused(
        &store,
        Batch {
            answer: "x".repeat(MAX_ANSWER + 1),
            ..batch(1)
        },
    );
    let range = |at_most| Write::DeleteRange {
        table: "line",
        prefix: vec![text("a")],
        at_most,
    };
    wrote(&store, 2, vec![line("a", 1, 1), line("a", 2, 1), line("ab", 1, 1)]);
    assert_eq!(
        cause(
            &store,
            Batch {
                writes: vec![range(1)],
                ..batch(3)
            }
        ),
        Cause::TooMany
    );
    wrote(&store, 4, vec![range(2)]);
    assert_eq!(
        read(&store, &[Read::Scan(self::range("line", vec![vec![]]))])[0]
            .rows
            .len(),
        1
    );
}

#[test]
fn the_agenda_lists_networks_in_due_order() {
    let store = store();
    let wake = |network: u8, n: u8, wake| {
        let batch = Batch {
            wake: Some(wake),
            ..batch(n)
        };
        now(store.commit(NetworkId([network; 16]), batch)).unwrap();
    };
    let due = || {
        let found = now(store.read(
            AGENDA_NETWORK,
            &[Read::Scan(range(AGENDA_DUE, vec![vec![]]))],
            ReadAt::Fresh,
        ));
        let at = |row: Row| (row.key[0].clone(), row.columns[0].clone());
        found
            .unwrap()
            .sets
            .remove(0)
            .rows
            .into_iter()
            .map(at)
            .collect::<Vec<_>>()
    };
    let row = |network: u8, at| (Some(Value::Id([network; 16])), Some(Value::Time(at)));
    wake(1, 1, Wake::Sooner(50));
    wake(2, 2, Wake::Sooner(40));
    wake(1, 3, Wake::Sooner(60));
    assert_eq!(due(), [row(2, 40), row(1, 50)]);
    wake(2, 4, Wake::Exactly(Some(70)));
    wake(1, 5, Wake::Sooner(45));
    assert_eq!(due(), [row(1, 45), row(2, 70)]);
    wake(1, 6, Wake::Exactly(None));
    assert_eq!(due(), [row(2, 70)]);
}
