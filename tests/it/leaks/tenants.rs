//! The wall between networks: what is of another is unknown here, whatever one names, and nothing there moves.

use super::leak_test;
use super::requests::{Named, by_id, requests};
use super::town::{ACME, Town};
use super::{Outcome, check};
use parvis::feed::Order;
use parvis::items::Place;
use parvis::operations::*;
use parvis::spaces::Visibility;
use parvis::store::{Dir, Keys, Memory, NetworkId, Parts, Range, Read, ReadAt, Row, Storage, Want};
use parvis::{Actor, ItemId, PersonId, Reason, SpaceId, UnitId, external};

/// Every row of one table of a network.
pub(crate) async fn rows(store: &Memory, network: &str, table: &'static str) -> Vec<Row> {
    let range = Range {
        index: table,
        prefixes: Keys::given([Parts::new()]),
        from: Parts::new(),
        to: Parts::new(),
        dir: Dir::Up,
        limit: 10_000,
        want: Want::Document,
    };
    let network = NetworkId::named(network);
    store
        .read(network, &[Read::Scan(range)], ReadAt::Fresh)
        .await
        .unwrap()
        .sets
        .remove(0)
        .rows
}

/// Everything that a network holds.
async fn all(store: &Memory, network: &str) -> Vec<(&'static str, Vec<Row>)> {
    let mut all = Vec::new();
    for table in parvis::testing::schema().tables {
        all.push((table.name, rows(store, network, table.name).await));
    }
    all
}

const OTHER: &str = "other";

/// What one network has: the same in both.
struct Side {
    item: ItemId,
    comment: ItemId,
    space: SpaceId,
    person: PersonId,
    unit: UnitId,
    home: String,
    cursor: parvis::gate::answer::Token,
    version: parvis::gate::answer::Token,
}

async fn build(town: &Town, network: &str) -> Side {
    let of = |name: &str| town.db.act_as(network, external(name));
    let space = of("olga")
        .spaces()
        .create(NewSpace::new("Lab", Visibility::Open))
        .await
        .unwrap()
        .id
        .0;
    of("ben").spaces().join(JoinSpace::new(space)).await.unwrap();
    let mut item = None;
    for number in 0..3 {
        town.tick();
        let words = format!("post {number} of {network}");
        item = Some(
            of("olga")
                .items()
                .create(NewItem::new(words).place(Place::space(space)))
                .await
                .unwrap(),
        );
    }
    let item = item.unwrap();
    let comment = of("ben")
        .items()
        .comment(NewComment::new(item.id.0, "a comment"))
        .await
        .unwrap()
        .id
        .0;
    let hr = town.db.system(network, "hr").people();
    let home = of("ben")
        .feed()
        .home(Home::new().order(Order::Newest).limit(1u32))
        .await
        .unwrap();
    Side {
        item: item.id.0,
        comment,
        space,
        person: hr.put(PutPerson::new(external("cleo"), "cleo")).await.unwrap().id.0,
        unit: hr
            .put_unit(PutUnit::new(external("lab"), "lab").parent(external("head")))
            .await
            .unwrap()
            .id
            .0,
        home: serde_json::to_string(&home).unwrap(),
        cursor: home.next.clone().unwrap(),
        version: item.version,
    }
}

async fn both(town: &Town) -> (Side, Side) {
    town.settle(OTHER).await;
    (build(town, ACME).await, build(town, OTHER).await)
}

fn named(side: &Side) -> Named {
    Named {
        item: by_id(side.item),
        space: by_id(side.space),
        person: by_id(side.person),
        unit: by_id(side.unit),
    }
}

/// The answer without what every commit changes: an id that was made, and tokens.
async fn said(of: &Actor, operation: &str, request: &serde_json::Value) -> String {
    match of.call(operation, &serde_json::to_vec(request).unwrap()).await {
        Ok(answer) => {
            let mut answer: serde_json::Value = serde_json::from_slice(&answer).unwrap();
            for changes in ["position", "version", "id"] {
                answer.as_object_mut().unwrap().remove(changes);
            }
            answer.to_string()
        }
        Err(error) => format!("{error} {error:?}"),
    }
}

leak_test!(
    u5_tenant_wall,
    // No predicate: the network is an argument of every call to the store.
    [],
    async |town: Town| -> Outcome {
        let (_, theirs) = both(&town).await;
        let unknown = Named {
            item: by_id(ItemId::from_bytes([7; 16])),
            space: by_id(SpaceId::from_bytes([7; 16])),
            person: by_id(PersonId::from_bytes([7; 16])),
            unit: by_id(UnitId::from_bytes([7; 16])),
        };
        let mut comment = named(&theirs);
        comment.item = by_id(theirs.comment);
        let before = all(&town.store, OTHER).await;
        let actors = [town.of("olga"), town.of("ben"), town.of("gus"), town.hr()];
        let mut crossed = 0;
        for row in TABLE {
            for theirs in [&named(&theirs), &comment] {
                for (asked, control) in requests(row, theirs).iter().zip(requests(row, &unknown)) {
                    for of in &actors {
                        let (theirs, unknown) = (said(of, row.name, asked).await, said(of, row.name, &control).await);
                        check!(theirs == unknown, "{}: {theirs} but {unknown}", row.name);
                        crossed += 1;
                    }
                }
            }
        }
        check!(
            all(&town.store, OTHER).await == before,
            "something moved in the other network"
        );
        println!("{crossed} calls with ids of another network: the answers of unknown ids, no effect");
        Ok(())
    }
);

leak_test!(
    l074_tokens_of_one_network_are_refused_by_another,
    // No predicate: the network is part of what a token is sealed with.
    [],
    async |town: Town| -> Outcome {
        let (ours, theirs) = both(&town).await;
        let ben = town.of("ben");
        for (side, taken) in [(&ours, true), (&theirs, false)] {
            let home = Home::new().order(Order::Newest).cursor(side.cursor.clone());
            let home = ben.feed().home(home).await.map(drop);
            let reason = home.err().map(|error| error.reason);
            check!(reason == (!taken).then_some(Reason::Cursor), "a cursor: {reason:?}");
            let edit = EditItem::new(ours.item, "changed", side.version.clone());
            let edit = town.of("olga").items().edit(edit).await.map(drop);
            let reason = edit.err().map(|error| error.reason);
            check!(reason == (!taken).then_some(Reason::BadValue), "a version: {reason:?}");
        }
        Ok(())
    }
);

leak_test!(
    l075_the_same_ids_of_the_host_mean_other_things_in_each_network,
    // No predicate, as above.
    [],
    async |town: Town| -> Outcome {
        let (ours, theirs) = both(&town).await;
        check!(
            ours.person != theirs.person && ours.space != theirs.space,
            "an id is used twice"
        );
        check!(
            !ours.home.contains("of other") && !theirs.home.contains("of acme"),
            "a home of both networks"
        );
        let put = PutPerson::new(external("ben"), "ben").status(parvis::people::PersonStatus::Deactivated);
        town.db.system(OTHER, "hr").people().put(put).await.unwrap();
        check!(
            town.of("ben").feed().home(Home::new()).await.is_ok(),
            "deactivated there, refused here"
        );
        let there = town.db.act_as(OTHER, external("ben")).feed().home(Home::new()).await;
        check!(
            there.is_err_and(|error| error.reason == Reason::Actor),
            "deactivated there, active there"
        );
        let third = town
            .db
            .act_as("a-third", external("ben"))
            .feed()
            .home(Home::new())
            .await;
        check!(
            third.is_err_and(|error| error.reason == Reason::Actor),
            "a network that nobody settled"
        );
        Ok(())
    }
);
