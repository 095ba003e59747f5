//! Hidden equals absent: the same error, the same fields, the same calls to the store.

use super::leak_test;
use super::requests::{Named, by_id, requests};
use super::town::{ACME, PEOPLE, Town};
use super::{Outcome, check};
use async_trait::async_trait;
use parvis::import::{ImportRow, PersonRow, SpaceRow};
use parvis::items::{NewAudience, Place};
use parvis::operations::*;
use parvis::spaces::Visibility;
use parvis::store::{
    Batch, CommitError, Committed, Found, Memory, NetworkId, Prepare, Prepared, Read, ReadAt, Schema, Storage,
    StorageError,
};
use parvis::{Actor, External, ItemId, Parvis, Reason, SpaceId, external};
use std::sync::{Arc, Mutex};

/// What an operation says about something, without what changes with every commit.
async fn said(of: &Actor, operation: &str, request: &serde_json::Value) -> String {
    match of.call(operation, &serde_json::to_vec(request).unwrap()).await {
        Ok(answer) => {
            let mut answer: serde_json::Value = serde_json::from_slice(&answer).unwrap();
            if let Some(fields) = answer.as_object_mut() {
                fields.remove("position");
            }
            answer.to_string()
        }
        Err(error) => format!("{error} {error:?} {}", serde_json::to_string(&error).unwrap()),
    }
}

leak_test!(
    l078_hidden_and_absent_get_the_same_answer_from_every_operation,
    ["member_held", "space_found", "follower_held", "narrow_key"],
    async |town: Town| -> Outcome {
        let secret = town.space("Secret", Visibility::Secret).await;
        let hidden = [
            town.post("olga", secret, "in secret").await,
            town.write("olga", NewItem::new("for followers").audience(NewAudience::Followers))
                .await,
        ];
        let lab = town.lab().await;
        let post = town.post("ben", lab, "a post").await;
        let aside = town.comment_to_staff("mona", post, "aside").await;
        let absent = Named {
            item: by_id(ItemId::from_bytes([9; 16])),
            space: by_id(SpaceId::from_bytes([9; 16])),
            person: by_id(SpaceId::from_bytes([9; 16])),
            unit: by_id(SpaceId::from_bytes([9; 16])),
        };
        let cases = hidden
            .iter()
            .map(|item| ("cleo", *item))
            .chain([("ben", aside), ("gus", hidden[0])]);
        for (name, item) in cases {
            let there = Named {
                item: by_id(item),
                space: by_id(secret),
                ..absent.clone()
            };
            let of = town.of(name);
            for row in TABLE
                .iter()
                .filter(|row| row.name != "feed.home" && row.name != "spaces.create")
            {
                for (asked, control) in requests(row, &there).iter().zip(requests(row, &absent)) {
                    let (hidden, absent) = (said(&of, row.name, asked).await, said(&of, row.name, &control).await);
                    // What both requests share may be made (a wall post): its id differs.
                    let made = hidden.contains("\"id\"") && absent.contains("\"id\"");
                    check!(made || hidden == absent, "{name}, {}: {hidden} but {absent}", row.name);
                }
            }
        }
        Ok(())
    }
);

leak_test!(
    l028_a_list_by_object_asks_for_the_object_first,
    ["space_found"],
    async |town: Town| -> Outcome {
        let secret = town.space("Secret", Visibility::Secret).await;
        town.post("olga", secret, "in secret").await;
        for name in PEOPLE.iter().filter(|name| **name != "olga") {
            let wall = town.of(name).feed().space_wall(SpaceWall::new(secret)).await.map(drop);
            let none = town
                .of(name)
                .feed()
                .space_wall(SpaceWall::new(SpaceId::from_bytes([9; 16])))
                .await
                .map(drop);
            check!(wall.is_err() && wall == none, "{name}: {wall:?}, {none:?}");
        }
        let gus = town.of("gus").feed();
        let wall = gus.person_wall(PersonWall::new(external("ben"))).await.map(drop);
        let none = gus.person_wall(PersonWall::new(external("nobody"))).await.map(drop);
        check!(
            wall.is_err() && wall == none,
            "the wall of a person, to a guest: {wall:?}, {none:?}"
        );
        Ok(())
    }
);

leak_test!(
    l029_a_hosts_id_of_something_hidden_resolves_to_nothing,
    ["space_found"],
    async |town: Town| -> Outcome {
        let host = |id: &str| External {
            app: "hr".into(),
            id: id.into(),
        };
        let rows = vec![
            ImportRow::Person(PersonRow {
                id: "ann".into(),
                name: "Ann".into(),
                guest: false,
                unit: None,
                expires: None,
                title: None,
                active: true,
                skills: None,
            }),
            ImportRow::Space(SpaceRow {
                id: "merger".into(),
                name: "Merger".into(),
                kind: Visibility::Secret,
                owner: Some("ann".into()),
                about: None,
            }),
        ];
        let report = town.hr().import().put(ImportRows::new(rows)).await.unwrap();
        assert!(report.bad.is_empty(), "{:?}", report.bad);
        let ann = town.db.act_as(ACME, host("ann"));
        let known = ann.spaces().get(GetSpace::new(host("merger"))).await;
        assert!(known.is_ok(), "the owner does not find it");
        let cleo = town.of("cleo");
        for id in ["merger", "nothing"] {
            let got = cleo.spaces().get(GetSpace::new(host(id))).await.map(drop);
            check!(
                got.as_ref().is_err_and(|e| e.reason == Reason::Named),
                "{id} is found: {got:?}"
            );
            let joined = cleo.spaces().join(JoinSpace::new(host(id))).await.map(drop);
            check!(
                joined.as_ref().is_err_and(|e| e.reason == Reason::Named),
                "{id} is joined: {joined:?}"
            );
            let wrote = NewItem::new("x").place(Place::space(host(id)));
            let wrote = cleo.items().create(wrote).await.map(drop);
            check!(
                wrote.as_ref().is_err_and(|e| e.reason == Reason::Named),
                "{id} is written in: {wrote:?}"
            );
        }
        // No name spans what one may not see: another may open a space of the same name.
        let again = cleo.spaces().create(NewSpace::new("Merger", Visibility::Secret)).await;
        check!(again.is_ok(), "the name of a hidden space is taken");
        Ok(())
    }
);

/// Memory that notes what was asked, without ids.
#[derive(Clone)]
struct Noting {
    memory: Memory,
    calls: Arc<Mutex<Vec<String>>>,
}

/// Letters for the bytes of ids, so that only the shape remains.
fn shape(reads: &[Read]) -> String {
    let text = format!("{reads:?}");
    let mut shape = String::new();
    for c in text.chars() {
        if !(c.is_ascii_digit() && shape.ends_with('#')) {
            shape.push(if c.is_ascii_digit() { '#' } else { c });
        }
    }
    shape
}

#[async_trait]
impl Storage for Noting {
    async fn prepare(&self, schema: &Schema, mode: Prepare) -> Result<Prepared, StorageError> {
        self.memory.prepare(schema, mode).await
    }

    async fn read(&self, network: NetworkId, reads: &[Read], at: ReadAt) -> Result<Found, StorageError> {
        self.calls.lock().unwrap().push(format!("read {at:?} {}", shape(reads)));
        self.memory.read(network, reads, at).await
    }

    async fn commit(&self, network: NetworkId, batch: Batch) -> Result<Committed, CommitError> {
        self.calls
            .lock()
            .unwrap()
            .push(format!("commit {}", batch.operations()));
        self.memory.commit(network, batch).await
    }
}

leak_test!(
    l080_hidden_and_absent_make_the_same_calls_to_the_store,
    // No predicate: whether the gate judges at all, the calls are made before it.
    [],
    async |town: Town| -> Outcome {
        let secret = town.space("Secret", Visibility::Secret).await;
        let post = town.post("olga", secret, "in secret").await;
        let noting = Noting {
            memory: town.store.clone(),
            calls: Arc::default(),
        };
        let config = parvis::testing::config(&town.clock, 9);
        let db = Parvis::open(noting.clone(), config).await.unwrap();
        let cleo = db.act_as(ACME, external("cleo"));
        let ids = |item: ItemId, space: SpaceId| Named {
            item: by_id(item),
            space: by_id(space),
            person: by_id(SpaceId::from_bytes([9; 16])),
            unit: by_id(SpaceId::from_bytes([9; 16])),
        };
        let there = ids(post, secret);
        let absent = ids(ItemId::from_bytes([9; 16]), SpaceId::from_bytes([9; 16]));
        for row in TABLE {
            let (hidden, control) = (requests(row, &there), requests(row, &absent));
            for (asked, control) in hidden.iter().zip(&control).filter(|(asked, control)| asked != control) {
                let mut calls = Vec::new();
                for request in [asked, control] {
                    noting.calls.lock().unwrap().clear();
                    said(&cleo, row.name, request).await;
                    calls.push(noting.calls.lock().unwrap().clone());
                }
                check!(calls[0] == calls[1], "{}: {:?} but {:?}", row.name, calls[0], calls[1]);
            }
        }
        Ok(())
    }
);

leak_test!(
    l010_no_field_that_is_not_in_the_table_is_taken,
    // No predicate: requests take the fields of the table and refuse the rest.
    [],
    async |town: Town| -> Outcome {
        let named = Named {
            item: by_id(ItemId::from_bytes([9; 16])),
            space: by_id(SpaceId::from_bytes([9; 16])),
            person: by_id(SpaceId::from_bytes([9; 16])),
            unit: by_id(SpaceId::from_bytes([9; 16])),
        };
        let words = [
            "sort", "order_by", "filter", "where", "fields", "include", "as", "actor", "network", "admin",
        ];
        let mut tried = 0;
        for row in TABLE {
            for request in requests(row, &named) {
                for number in 0..200 {
                    let field = format!("{}{}", words[number % words.len()], number / words.len());
                    let mut request = request.clone();
                    request[field] = serde_json::json!("email");
                    let actor = if row.name.contains("put") {
                        town.hr()
                    } else {
                        town.of("ben")
                    };
                    let answer = actor.call(row.name, &serde_json::to_vec(&request).unwrap()).await;
                    let reason = answer.err().map(|error| error.reason);
                    check!(reason == Some(Reason::BadValue), "{}: {request}: {reason:?}", row.name);
                    tried += 1;
                }
            }
        }
        check!(tried >= 5_000, "only {tried} tried");
        Ok(())
    }
);
