//! Idempotency: a request sent again under its key answers the first success; another one is refused; a crowd at one row
//! leaves one row.

use crate::asked::asked;
use crate::town::{Town, act, clock, settings, town};
use parvis::operations::{GetItem, JoinSpace, Kind, React, TABLE};
use parvis::spaces::Role;
use parvis::store::conformance::wait;
use parvis::{Parvis, Reason, external};
use serde_json::{Value, json};
use std::thread;

/// A copy of the town, in which an operation has something to change.
fn opened(town: &Town, operation: &str) -> Parvis {
    let db = wait(Parvis::open(town.memory.fork(), settings(&clock()))).unwrap();
    if operation == "items.unpin" {
        // What is not pinned is taken off without a trace.
        wait(asked("items.pin", town)[0].call(&db, "items.pin")).unwrap();
    }
    db
}

#[test]
fn l095_a_request_sent_again_under_its_key_answers_the_first_success() {
    let town = wait(town(0));
    let mut commands = 0;
    let keyed = TABLE
        .iter()
        .filter(|row| row.kind == Kind::command && row.fields.contains(&"idempotency_key"));
    for row in keyed {
        let db = opened(&town, row.name);
        let good = asked(row.name, &town)[0].under("k");
        let first = wait(good.call(&db, row.name)).unwrap();
        // Meanwhile the world goes on, and nobody who asked may ask any more.
        for name in ["ana", "ben", "cleo"] {
            let gone = json!({"external": {"id": name}, "name": name, "status": "deactivated"});
            let gone = serde_json::to_vec(&gone).unwrap();
            wait(db.system("acme", "host").call("people.put", &gone)).unwrap();
        }
        let again = wait(good.call(&db, row.name));
        assert_eq!(again.as_ref(), Ok(&first), "{} again", row.name);
        commands += 1;
    }
    assert!(commands >= 12);
}

#[test]
fn l095_a_request_that_would_change_nothing_any_more_answers_the_first_success() {
    let town = wait(town(0));
    let keyed = TABLE
        .iter()
        .filter(|row| row.kind == Kind::command && row.fields.contains(&"idempotency_key"));
    for row in keyed {
        let db = opened(&town, row.name);
        let good = asked(row.name, &town)[0].under("k");
        let first = wait(good.call(&db, row.name)).unwrap();
        let mut later = asked("items.create", &town)[0].clone();
        later.by = "ana";
        // On her own wall: the request may have archived the space.
        later.request["place"] = serde_json::Value::Null;
        wait(later.call(&db, "items.create")).unwrap();
        assert_eq!(wait(good.call(&db, row.name)), Ok(first), "{} again", row.name);
    }
}

#[test]
fn l095_another_request_under_a_used_key_is_refused() {
    let town = wait(town(0));
    let keyed = TABLE
        .iter()
        .filter(|row| row.kind == Kind::command && row.fields.contains(&"idempotency_key"));
    for row in keyed {
        let db = opened(&town, row.name);
        let good = asked(row.name, &town)[0].under("k");
        wait(good.call(&db, row.name)).unwrap();
        let mut other = good.clone();
        let fields = [
            "body",
            "name",
            "title",
            "what",
            "reaction",
            "role",
            "visibility",
            "item",
            "person",
            "space",
            "on",
            "tag",
        ];
        let field = fields
            .into_iter()
            .find(|field| good.request.get(field).is_some())
            .unwrap();
        other.request[field] = match field {
            "body" | "name" | "title" => json!("Something else"),
            "what" => json!({"type": "space", "space": {"type": "external", "id": "agora"}}),
            "reaction" => json!("wow"),
            "role" => json!("member"),
            "tag" => json!("other"),
            "visibility" => json!("secret"),
            _ => json!({"type": "external", "id": "agora1"}),
        };
        let refused = wait(other.call(&db, row.name)).unwrap_err();
        assert_eq!(
            refused.reason,
            Reason::OtherRequest,
            "{} with another {field}",
            row.name
        );
    }
}

#[test]
fn l095_a_key_is_one_callers_in_one_network() {
    let town = wait(town(0));
    let db = wait(Parvis::open(town.memory.fork(), settings(&clock()))).unwrap();
    let mut made: Vec<Value> = Vec::new();
    for by in ["ana", "ben", "cleo"] {
        let mut good = asked("items.create", &town)[0].under("k");
        good.by = by;
        let answer: Value = serde_json::from_slice(&wait(good.call(&db, "items.create")).unwrap()).unwrap();
        assert!(!made.contains(&answer["id"]));
        made.push(answer["id"].clone());
    }
}

/// Runs a call from 64 threads at once.
fn crowd(db: &Parvis, call: impl Fn(&Parvis, usize) + Sync) {
    thread::scope(|scope| {
        for n in 0..64 {
            let call = &call;
            scope.spawn(move || call(db, n));
        }
    });
}

#[test]
fn l095_sixty_four_joins_at_once_make_one_membership() {
    let town = wait(town(0));
    let db = wait(Parvis::open(town.memory.fork(), settings(&clock()))).unwrap();
    crowd(&db, |db, n| {
        let join = JoinSpace::new(external("agora")).idempotency_key((n % 2 == 0).then(|| format!("k{}", n % 8)));
        // Who lost too many races says so and may try again.
        while let Err(error) = wait(act(db, "ben").spaces().join(join.clone())) {
            assert_eq!(error.reason, Reason::Contended);
        }
    });
    let space = wait(
        act(&db, "ben")
            .spaces()
            .get(parvis::operations::GetSpace::new(external("agora"))),
    )
    .unwrap();
    assert_eq!(space.role, Some(Role::Member));
    let leave = parvis::operations::LeaveSpace::new(external("agora"));
    wait(act(&db, "ben").spaces().leave(leave)).unwrap();
    let space = wait(
        act(&db, "ben")
            .spaces()
            .get(parvis::operations::GetSpace::new(external("agora"))),
    )
    .unwrap();
    assert_eq!(space.role, None, "one leave undoes them all");
}

#[test]
fn l095_sixty_four_reactions_at_once_count_one() {
    let town = wait(town(0));
    let db = wait(Parvis::open(town.memory.fork(), settings(&clock()))).unwrap();
    crowd(&db, |db, _| {
        while let Err(error) = wait(
            act(db, "ben")
                .items()
                .react(React::new(external("lab1")).reaction("wow")),
        ) {
            assert_eq!(error.reason, Reason::Contended);
        }
    });
    let page = wait(act(&db, "ana").items().get(GetItem::new(external("lab1")))).unwrap();
    let counts: Vec<(&str, i64)> = page.root.reactions.iter().map(|r| (r.reaction.as_str(), r.n)).collect();
    assert_eq!(counts, [("like", 1), ("wow", 1)]);
}
