//! One good and one wrong request of every operation of the table: an operation without them fails every test that walks
//! the table.

use crate::town::{NETWORK, NOON, Town, act, settings};
use parvis::store::conformance::wait;
use parvis::testing::ManualClock;
use parvis::{Actor, Error, Parvis, Time};
use serde_json::{Value, json};

/// Who asks what.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// A person, or `host` for the host's system.
    pub(crate) by: &'static str,
    pub(crate) request: Value,
}

impl Asked {
    /// The one who asks.
    pub(crate) fn actor(&self, db: &Parvis) -> Actor {
        match self.by {
            "host" => db.system(NETWORK, "host"),
            name => act(db, name),
        }
    }

    /// Asks.
    pub(crate) async fn call(&self, db: &Parvis, operation: &str) -> Result<Vec<u8>, Error> {
        let request = serde_json::to_vec(&self.request).unwrap();
        self.actor(db).call(operation, &request).await
    }

    /// The same under an idempotency key.
    pub(crate) fn under(&self, key: &str) -> Asked {
        let mut asked = self.clone();
        asked.request["idempotency_key"] = json!(key);
        asked
    }
}

/// What an edit of an item must be based on, as its author reads it now.
fn version(town: &Town, author: &str, item: &Value) -> Value {
    let clock = ManualClock::new(Time::from_millis(NOON));
    let db = wait(Parvis::open(town.memory.fork(), settings(&clock))).unwrap();
    let request = serde_json::to_vec(&json!({ "item": item })).unwrap();
    let page: Value = serde_json::from_slice(&wait(act(&db, author).call("items.get", &request)).unwrap()).unwrap();
    page["item"]["version"].clone()
}

/// A good request and a wrong one.
pub(crate) fn asked(operation: &str, town: &Town) -> [Asked; 2] {
    let named = |id: &str| json!({"type": "external", "id": id});
    let [lab, agora, club] = ["lab", "agora", "club"].map(named);
    let [ben, cleo, nora, nobody] = ["ben", "cleo", "nora", "nobody"].map(named);
    let [lab1, club1] = ["lab1", "club1"].map(named);
    let good = |by, request| Asked { by, request };
    let wrong = good;
    match operation {
        "people.put" => [
            good(
                "host",
                json!({"external": {"id": "zoe"}, "name": "Zoé", "handle": "Zoe", "title": "Nurse", "email": "zoe@lumen.example",
                    "languages": ["fr", "en-gb"], "zone": "Europe/Paris", "skills": ["#Nursing", "First-Aid", "nursing"], "unit": named("team")}),
            ),
            wrong("ana", json!({"external": {"id": "zoe"}, "name": "Zoé"})),
        ],
        "people.edit" => [
            good(
                "ben",
                json!({"handle": "@Ben.L", "title": "Chemist", "languages": ["fr"], "zone": "UTC", "skills": ["Verre"]}),
            ),
            wrong("gus", json!({"handle": "gus"})),
        ],
        "people.put_unit" => [
            good(
                "host",
                json!({"external": {"id": "ward"}, "name": "Ward", "parent": named("dept")}),
            ),
            wrong(
                "host",
                json!({"external": {"id": "corp"}, "name": "corp", "parent": named("team")}),
            ),
        ],
        "people.get" => [
            good("ben", json!({ "person": cleo })),
            wrong("gus", json!({ "person": nora })),
        ],
        "people.list" => [
            good("ben", json!({"limit": 3})),
            wrong("ben", json!({"cursor": "AAAA"})),
        ],
        "people.complete" => [
            good("ben", json!({"text": "@C", "space": lab})),
            wrong("gus", json!({"text": "c", "space": club})),
        ],
        "people.mute" => [
            good(
                "ben",
                json!({"what": {"type": "thread", "item": named("comment:lab1c")}, "until": "2026-10-01T00:00:00Z"}),
            ),
            wrong("ben", json!({"what": {"type": "person", "person": nobody}})),
        ],
        "people.unmute" => [
            good("ben", json!({"what": {"type": "tag", "tag": "football"}})),
            wrong("gus", json!({"what": {"type": "space", "space": club}})),
        ],
        "people.mutes" => [good("ben", json!({})), wrong("nobody", json!({}))],
        "people.follow_tag" => [
            good("ben", json!({"tag": "#Cooking"})),
            wrong("ben", json!({"tag": "a b"})),
        ],
        "people.unfollow_tag" => [
            good("ben", json!({"tag": "LAB"})),
            wrong("nobody", json!({"tag": "lab"})),
        ],
        "people.tags" => [
            good("ben", json!({"limit": 1})),
            wrong("ben", json!({"cursor": "AAAA"})),
        ],
        "people.follow" => [
            good("ana", json!({ "person": ben })),
            wrong("ana", json!({ "person": named("ana") })),
        ],
        "people.unfollow" => [
            good("ben", json!({ "person": cleo })),
            wrong("ben", json!({ "person": nobody })),
        ],
        "people.block" => [
            good("ben", json!({ "person": cleo })),
            wrong("gus", json!({ "person": cleo })),
        ],
        "people.unblock" => [
            good("ben", json!({ "person": named("dan") })),
            wrong("ben", json!({ "person": nobody })),
        ],
        "spaces.create" => [
            good(
                "ben",
                json!({"name": "Garden", "visibility": "closed", "handle": "garden", "about": "What grows"}),
            ),
            wrong("gus", json!({"name": "Garden", "visibility": "open"})),
        ],
        "spaces.edit" => [
            good(
                "ana",
                json!({"space": lab, "name": "The laboratory", "handle": "lab", "about": "What is tried"}),
            ),
            wrong("ana", json!({"space": named("vault"), "handle": "vault"})),
        ],
        "spaces.get" => [
            good("ben", json!({ "space": lab })),
            wrong("nora", json!({ "space": named("vault") })),
        ],
        "spaces.join" => [
            good("ben", json!({ "space": agora })),
            wrong("ben", json!({ "space": club })),
        ],
        "spaces.leave" => [
            good("ben", json!({ "space": lab })),
            wrong("ana", json!({ "space": lab })),
        ],
        "spaces.add" => [
            good("ana", json!({"space": club, "person": ben, "role": "moderator"})),
            wrong("ana", json!({"space": club, "person": named("gus"), "role": "owner"})),
        ],
        "spaces.remove" => [
            good("ana", json!({"space": lab, "person": ben})),
            wrong("ben", json!({"space": lab, "person": cleo})),
        ],
        "spaces.set_role" => [
            good("ana", json!({"space": lab, "person": ben, "role": "moderator"})),
            wrong("ana", json!({"space": lab, "person": named("ana"), "role": "member"})),
        ],
        "spaces.set_visibility" => [
            good("ana", json!({"space": lab, "visibility": "open"})),
            wrong("ben", json!({"space": lab, "visibility": "open"})),
        ],
        "spaces.set_announcers" => [
            good("ana", json!({"space": lab, "announcers": "members"})),
            wrong("ben", json!({"space": lab, "announcers": "members"})),
        ],
        "spaces.ask" => [
            good("dan", json!({"space": club, "words": "I bring the cake"})),
            wrong("dan", json!({"space": agora})),
        ],
        "spaces.withdraw" => [
            good("nora", json!({ "space": lab })),
            wrong("gus", json!({ "space": club })),
        ],
        "spaces.accept" => [
            good("ana", json!({"space": lab, "person": nora})),
            wrong("ben", json!({"space": lab, "person": nora})),
        ],
        "spaces.refuse" => [
            good("ana", json!({"space": lab, "person": nora})),
            wrong("ana", json!({"space": lab, "person": named("dan")})),
        ],
        "spaces.invite" => [
            good("ana", json!({"space": club, "person": nora, "role": "moderator"})),
            wrong(
                "ana",
                json!({"space": club, "person": named("gus"), "role": "moderator"}),
            ),
        ],
        "spaces.uninvite" => [
            good("ana", json!({"space": club, "person": ben})),
            wrong("ben", json!({"space": lab, "person": nora})),
        ],
        "spaces.accept_invitation" => [
            good("ben", json!({ "space": club })),
            wrong("nora", json!({ "space": club })),
        ],
        "spaces.decline_invitation" => [
            good("ben", json!({ "space": club })),
            wrong("nora", json!({ "space": club })),
        ],
        "spaces.archive" => [
            good("ana", json!({ "space": lab })),
            wrong("ben", json!({ "space": lab })),
        ],
        "spaces.unarchive" => [
            good("ana", json!({ "space": named("attic") })),
            wrong("ben", json!({ "space": named("attic") })),
        ],
        "spaces.list" => [
            good("ben", json!({"limit": 2})),
            wrong("ben", json!({"cursor": "AAAA"})),
        ],
        "spaces.mine" => [good("ben", json!({})), wrong("nobody", json!({}))],
        "spaces.complete" => [
            good("ben", json!({"text": "the"})),
            wrong("ben", json!({"text": "t".repeat(401)})),
        ],
        "spaces.members" => [
            good("gus", json!({"space": lab, "limit": 3})),
            wrong("ben", json!({ "space": club })),
        ],
        "spaces.requests" => [
            good("ana", json!({ "space": lab })),
            wrong("ben", json!({ "space": lab })),
        ],
        "spaces.invitations" => [good("ben", json!({})), wrong("ben", json!({"cursor": "AAAA"}))],
        "items.create" => [
            good(
                "ben",
                json!({"body": "Bonjour à tous. #Été #ÉTÉ", "tags": ["Projet-2027"], "place": {"type": "space", "space": lab}, "language": "fr"}),
            ),
            wrong(
                "ben",
                json!({"body": "Hello", "place": {"type": "space", "space": agora}}),
            ),
        ],
        "items.publish" => [
            good(
                "ben",
                json!({"item": {"type": "id", "id": town.draft}, "publishing": "quietly"}),
            ),
            wrong("cleo", json!({"item": {"type": "id", "id": town.draft}})),
        ],
        "items.drafts" => [good("ben", json!({"limit": 5})), wrong("nobody", json!({}))],
        "items.history" => [
            good("ben", json!({"item": {"type": "id", "id": town.net}})),
            wrong("ben", json!({ "item": club1 })),
        ],
        "items.comment" => [
            good("ben", json!({"on": lab1, "body": "Well said"})),
            wrong("ben", json!({"on": club1, "body": "Well said"})),
        ],
        "items.edit" => [
            good(
                "cleo",
                json!({"item": lab1, "body": "Other words", "based_on": version(town, "cleo", &lab1)}),
            ),
            wrong(
                "ben",
                json!({"item": lab1, "body": "Other words", "based_on": version(town, "ben", &lab1)}),
            ),
        ],
        "items.delete" => [
            good("cleo", json!({ "item": lab1 })),
            wrong("ben", json!({ "item": lab1 })),
        ],
        "items.react" => [
            good("ben", json!({"item": lab1, "reaction": "thanks"})),
            wrong("ben", json!({"item": lab1, "reaction": "No!"})),
        ],
        "items.unreact" => [
            good("cleo", json!({ "item": lab1 })),
            wrong("nora", json!({ "item": lab1 })),
        ],
        "items.pin" => [
            good(
                "ana",
                json!({"item": lab1, "until": Time::from_millis(NOON + 86_400_000)}),
            ),
            wrong(
                "ben",
                json!({"item": lab1, "until": Time::from_millis(NOON + 86_400_000)}),
            ),
        ],
        "items.unpin" => [
            good("ana", json!({ "item": lab1 })),
            wrong("ana", json!({ "item": named("comment:lab1c") })),
        ],
        "items.get" => [
            good("ben", json!({"item": lab1, "limit": 1})),
            wrong("ben", json!({ "item": club1 })),
        ],
        "items.may" => [
            good("ben", json!({"verb": "comment", "item": lab1})),
            wrong("ben", json!({"verb": "burn", "item": lab1})),
        ],
        "items.filter" => [
            good(
                "ben",
                json!({"verb": "see", "items": [lab1, club1, {"type": "id", "id": town.net}, nobody]}),
            ),
            wrong("host", json!({"verb": "see", "items": [lab1]})),
        ],
        "items.explain" => [
            good("ben", json!({"item": named("comment:lab1c"), "verb": "edit"})),
            wrong("ben", json!({"item": lab1, "person": cleo})),
        ],
        "feed.home" => [
            good("ben", json!({"limit": 3, "explain": "all", "language": "fr"})),
            wrong("ben", json!({"cursor": "AAAA"})),
        ],
        "feed.space_wall" => [
            good("gus", json!({"space": lab, "limit": 1})),
            wrong("ben", json!({ "space": club })),
        ],
        "feed.person_wall" => [
            good("ben", json!({ "person": cleo })),
            wrong("gus", json!({ "person": cleo })),
        ],
        "feed.network_wall" => [good("ana", json!({"limit": 1})), wrong("gus", json!({}))],
        "feed.seen" => [
            good("ben", json!({"items": [lab1, club1]})),
            wrong("nobody", json!({"items": [lab1]})),
        ],
        "inbox.entries" => [
            good("ben", json!({"limit": 2, "language": "fr"})),
            wrong("ben", json!({"cursor": "AAAA"})),
        ],
        "inbox.bundles" => [good("ben", json!({})), wrong("ben", json!({"limit": -1}))],
        "inbox.unread" => [good("ben", json!({})), wrong("nobody", json!({}))],
        "live.changes" => [
            good("ben", json!({"after": town.early})),
            wrong("ben", json!({"after": "AAAA"})),
        ],
        "inbox.seen" => [
            good("ben", json!({"entry": town.told})),
            wrong("ben", json!({"entry": "yesterday"})),
        ],
        "inbox.read" => [
            good("ben", json!({"entries": [town.told], "bundles": [town.told]})),
            wrong("ben", json!({"entries": vec![town.told; 201]})),
        ],
        "inbox.read_up_to" => [good("ben", json!({})), wrong("host", json!({}))],
        "import.put" => [
            good(
                "host",
                json!({"rows": [
                    {"type": "person", "id": "yan", "name": "Yan", "unit": "team", "skills": ["Kayak"]},
                    {"type": "member", "space": "lab", "person": "yan"},
                    {"type": "post", "id": "yan1", "author": "yan", "text": "Here I am", "ts": "2026-09-21T08:00:00.000Z",
                        "space": "lab", "audience": {"type": "place"}},
                    {"type": "member", "space": "moon", "person": "yan"},
                ]}),
            ),
            wrong("ana", json!({"rows": []})),
        ],
        "import.end_missing" => [
            // All but one of ten: nora has left.
            good(
                "host",
                json!({"present": ["ana", "ben", "cleo", "dan", "gus"], "at_most": 20}),
            ),
            wrong("host", json!({"present": ["ana", "ben"]})),
        ],
        _ => panic!("`{operation}` has no request here: it would go unproven"),
    }
}
