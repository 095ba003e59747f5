//! A small organisation, the same at every run: the world of the tests that compare byte for byte or step by step.
//!
//! Ben reads. Everything in it is there because some command of [`super::stepped`] changes what he may read of it.

use parvis::gate::answer::Token;
use parvis::import::ImportRow;
use parvis::items::{CommentAudience, NewAudience, Place, Publishing};
use parvis::operations::*;
use parvis::people::Topic;
use parvis::store::{Memory, Storage};
use parvis::testing::{ManualClock, config};
use parvis::{Actor, Config, External, ItemId, NoticeId, Parvis, Time, external};
use serde_json::{Value, json};
use std::sync::Arc;

/// The network.
pub(crate) const NETWORK: &str = "acme";

/// When everything has been written: 2026-09-21T14:13:20Z, a Monday.
pub(crate) const NOON: i64 = 1_790_000_000_000;

/// The world, at [`NOON`].
pub(crate) struct Town {
    /// What is stored.
    pub(crate) memory: Memory,
    /// A post of Cleo's to the network.
    pub(crate) net: ItemId,
    /// A draft of Ben's.
    pub(crate) draft: ItemId,
    /// A post of Ana's for the moderators and owners of the lab.
    pub(crate) staff: ItemId,
    /// What Ben's inbox says of the answer in the lab.
    pub(crate) told: NoticeId,
    /// The position after the import, and the first post.
    pub(crate) early: Token,
}

/// The instant the world was finished.
pub(crate) fn noon() -> Time {
    Time::from_millis(NOON)
}

/// A clock that stands at [`NOON`].
pub(crate) fn clock() -> ManualClock {
    ManualClock::new(noon())
}

/// The configuration of the town, whose every outcome follows from the clock and a seed.
pub(crate) fn settings(clock: &ManualClock) -> Config {
    config(clock, 11).upkeep(parvis::Upkeep::Worker)
}

/// A person who acts.
pub(crate) fn act(db: &Parvis, name: &str) -> Actor {
    db.act_as(NETWORK, external(name))
}

/// A post or comment that came with the import.
pub(crate) fn post(name: &str) -> External {
    external(name)
}

fn ago(minutes: i64) -> String {
    Time::from_millis(NOON - minutes * 60_000).to_string()
}

fn rows(hidden: usize) -> Vec<ImportRow> {
    let unit = |id: &str, parent: Option<&str>| json!({"type": "unit", "id": id, "name": id, "parent": parent});
    let person = |id: &str, unit: Option<&str>| json!({"type": "person", "id": id, "name": id, "unit": unit});
    let space = |id: &str, kind: &str| json!({"type": "space", "id": id, "name": format!("The {id}"), "kind": kind, "owner": "ana"});
    let member = |space: &str, person: &str| json!({"type": "member", "space": space, "person": person});
    let written = |id: &str, author: &str, space: Option<&str>, minutes: i64, audience: Value| {
        // One post mentions a member, and one who may not read it.
        let to = match id {
            "lab1" => " for @[B](person:ben) and @[N](person:nora) #Lab",
            _ => "",
        };
        json!({"type": "post", "id": id, "author": author, "text": format!("Words of {id}{to}"), "ts": ago(minutes),
            "space": space, "audience": audience})
    };
    let comment = |id: &str, person: &str, post: &str, minutes: i64, staff: bool| {
        json!({"type": "comment", "id": id, "person": person, "post": post, "ts": ago(minutes),
            "text": format!("Said {id}"), "staff": staff})
    };
    let place = || json!({"type": "place"});
    let of = |unit: &str| json!({"type": "unit", "id": unit});
    let mut rows = vec![
        unit("corp", None),
        unit("dept", Some("corp")),
        unit("team", Some("dept")),
        unit("board", Some("corp")),
        person("ana", Some("corp")),
        person("ben", Some("team")),
        person("cleo", Some("team")),
        person("nora", Some("board")),
        person("dan", Some("corp")),
        json!({"type": "person", "id": "gus", "name": "gus", "guest": true}),
        space("lab", "closed"),
        space("agora", "open"),
        space("club", "closed"),
        space("vault", "secret"),
        space("attic", "closed"),
        member("lab", "ben"),
        member("lab", "cleo"),
        member("lab", "gus"),
        member("attic", "ben"),
        member("agora", "cleo"),
        member("club", "cleo"),
        member("vault", "cleo"),
        json!({"type": "member", "space": "vault", "person": "ben", "expires": Time::from_millis(NOON + 1)}),
        json!({"type": "follow", "person": "ben", "follows": "cleo"}),
        json!({"type": "follow", "person": "ben", "follows": "nora"}),
        written("lab1", "cleo", Some("lab"), 300, place()),
        written("agora1", "cleo", Some("agora"), 310, place()),
        written("club1", "cleo", Some("club"), 320, place()),
        written("vault1", "cleo", Some("vault"), 330, place()),
        written("unit1", "cleo", None, 340, of("dept")),
        written("fans1", "cleo", None, 350, json!({"type": "followers"})),
        written("wall1", "nora", None, 360, place()),
        written("old1", "nora", None, 60 * 24 * 30, place()),
        written("old2", "cleo", Some("lab"), 60 * 24 * 31, place()),
    ];
    rows.extend((0..hidden).map(|n| written(&format!("board{n}"), "nora", None, 10 + n as i64, of("board"))));
    rows.extend([
        comment("lab1c", "cleo", "lab1", 200, false),
        comment("lab1b", "ben", "lab1", 190, false),
        comment("lab1s", "ana", "lab1", 180, true),
        comment("club1c", "cleo", "club1", 170, false),
        comment("vault1c", "cleo", "vault1", 160, false),
        json!({"type": "reaction", "person": "cleo", "post": "lab1", "ts": ago(150), "reaction": "like"}),
        json!({"type": "reaction", "person": "ben", "post": "agora1", "ts": ago(140), "reaction": "thanks"}),
    ]);
    rows.into_iter()
        .map(|row| serde_json::from_value(row).unwrap())
        .collect()
}

/// Builds it, with so many posts that Ben's home lists and he may not read.
pub(crate) async fn town(hidden: usize) -> Town {
    let memory = Memory::new();
    let [net, staff, draft] = settle(Arc::new(memory.clone()), hidden).await;
    let db = Parvis::open(memory.fork(), settings(&clock())).await.unwrap();
    let inbox = act(&db, "ben").inbox().entries(Entries::new()).await.unwrap();
    let told = inbox.entries.last().unwrap().id;
    // Sent again it answers what it answered first.
    let early = act(&db, "ana").items().create(for_the_staff()).await.unwrap().position;
    Town {
        memory,
        net,
        draft,
        staff,
        told,
        early,
    }
}

fn for_the_staff() -> NewItem {
    let staff = NewItem::new("For the staff").place(Place::space(external("lab")));
    staff.audience(NewAudience::Staff).idempotency_key("staff")
}

/// Builds it in any store: the same rows under the same ids. Answers the post to the network, the one for the staff, and a draft.
pub(crate) async fn settle(storage: Arc<dyn Storage>, hidden: usize) -> [ItemId; 3] {
    let clock = ManualClock::new(Time::from_millis(NOON - 7_200_000));
    let db = Parvis::open_shared(storage, settings(&clock)).await.unwrap();
    let host = db.system(NETWORK, "host");
    for chunk in rows(hidden).chunks(400) {
        let report = host.import().put(ImportRows::new(chunk.to_vec())).await.unwrap();
        assert!(report.bad.is_empty(), "{:?}", report.bad);
    }
    let (ana, cleo) = (act(&db, "ana"), act(&db, "cleo"));
    let staff = ana.items().create(for_the_staff()).await.unwrap().id.0;
    clock.advance_hours(1);
    let net = NewItem::new("To all").place(Place::Network).language("en");
    let net = cleo.items().create(net.idempotency_key("net")).await.unwrap().id.0;
    let said = NewComment::new(net, "More of it").audience(CommentAudience::Root);
    cleo.items().comment(said.idempotency_key("net-c")).await.unwrap();
    let asked = AskToJoin::new(external("lab")).words("I cook, too");
    act(&db, "nora")
        .spaces()
        .ask(asked.idempotency_key("asked"))
        .await
        .unwrap();
    let invited = InviteToSpace::new(external("club"), external("ben")).idempotency_key("invited");
    ana.spaces().invite(invited).await.unwrap();
    let archived = ArchiveSpace::new(external("attic")).idempotency_key("attic");
    ana.spaces().archive(archived).await.unwrap();
    for (what, key) in [
        (
            Topic::Person {
                person: external("dan").into(),
            },
            "mute dan",
        ),
        (
            Topic::Space {
                space: external("club").into(),
            },
            "mute club",
        ),
        (
            Topic::Thread {
                item: post("agora1").into(),
            },
            "mute agora1",
        ),
        (
            Topic::Tag {
                tag: "#Football".into(),
            },
            "mute football",
        ),
    ] {
        act(&db, "ben")
            .people()
            .mute(Mute::new(what).idempotency_key(key))
            .await
            .unwrap();
    }
    for item in ["lab1", "agora1", "club1", "vault1"] {
        let pin = PinItem::new(post(item), Time::from_millis(NOON + 7 * 86_400_000));
        ana.items().pin(pin.idempotency_key(item)).await.unwrap();
    }
    for tag in ["lab", "#Glass"] {
        let follow = FollowTag::new(tag).idempotency_key(tag);
        act(&db, "ben").people().follow_tag(follow).await.unwrap();
    }
    let called = EditPerson::new()
        .handle("cleo")
        .skills(["Glass", "chimie"].map(str::to_owned).to_vec())
        .idempotency_key("cleo");
    cleo.people().edit(called).await.unwrap();
    let called = EditSpace::new(external("agora"))
        .handle("agora")
        .idempotency_key("agora");
    ana.spaces().edit(called).await.unwrap();
    // What Ben's inbox holds: an answer in the lab, an answer under Cleo's post to all, a follower.
    let answer = NewComment::new(external("comment:lab1b"), "Indeed").idempotency_key("lab1-a");
    cleo.items().comment(answer).await.unwrap();
    let asks = NewComment::new(net, "Is there?").idempotency_key("net-b");
    let asks = act(&db, "ben").items().comment(asks).await.unwrap().id.0;
    clock.advance_millis(1);
    let answer = NewComment::new(asks, "There is").idempotency_key("net-a");
    cleo.items().comment(answer).await.unwrap();
    clock.advance_millis(1);
    let follow = Follow::new(external("ben")).idempotency_key("nora");
    act(&db, "nora").people().follow(follow).await.unwrap();
    let version = cleo.items().get(GetItem::new(net)).await.unwrap().item.version.clone();
    let edit = EditItem::new(net, "To all of you", version);
    cleo.items().edit(edit.idempotency_key("net-e")).await.unwrap();
    let draft = NewItem::new("Not yet #Lab")
        .place(Place::space(external("lab")))
        .publishing(Publishing::Draft);
    let draft = act(&db, "ben").items().create(draft.idempotency_key("draft")).await;
    let draft = draft.unwrap().id.0;
    let block = Block::new(external("dan")).idempotency_key("dan");
    act(&db, "ben").people().block(block).await.unwrap();
    while db.run_due(parvis::due::Budget::steps(100)).await.unwrap().more {}
    [net, staff, draft]
}
