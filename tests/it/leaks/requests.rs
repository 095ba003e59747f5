//! A request for every operation of the table, made of the ids at hand. An operation or a field that is not known here
//! fails, so that no read path is forgotten.

use super::town::Things;
use parvis::operations::{Kind, Row, TABLE};
use serde_json::{Value, json};

/// A request in its wire form, with the operation's name.
pub(crate) type Asked = (&'static str, Vec<u8>);

/// What ids a request is made of; each as a reference in its wire form.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) item: Value,
    pub(crate) space: Value,
    pub(crate) person: Value,
    pub(crate) unit: Value,
}

/// A reference by Parvis's id.
pub(crate) fn by_id(id: impl ToString) -> Value {
    json!({"type": "id", "id": id.to_string()})
}

/// A reference by the host's id.
pub(crate) fn by_name(id: impl ToString) -> Value {
    json!({"type": "external", "id": id.to_string()})
}

/// An entry of an inbox that is an item: what an announcement's is.
fn entry(item: &Value) -> Value {
    match item["type"] == "id" {
        true => item["id"].clone(),
        false => json!("09090909-0909-0909-0909-090909090909"),
    }
}

/// Fields that name nothing that could be hidden.
const PLAIN: &[&str] = &[
    "idempotency_key",
    "language",
    "limit",
    "cursor",
    // A sealed position, which names nothing.
    "after",
    "wait_seconds",
    "zone",
    "kind",
    "status",
    "title",
    "about",
    "handle",
    "email",
    "languages",
    "skills",
    "join",
    "until",
    "words",
    "text",
    "role",
    "name",
    "tags",
    "expires",
    "publishing",
    "publish_at",
];

/// The requests of one operation; together they use all of its fields but the plain ones.
pub(crate) fn requests(row: &Row, named: &Named) -> Vec<Value> {
    let Named {
        item,
        space,
        person,
        unit,
    } = named;
    let made: Vec<Value> = match row.name {
        "people.put" => vec![json!({"external": {"id": "new"}, "name": "New", "unit": unit,
            "expires": "2027-01-01T00:00:00Z"})],
        "people.put_unit" => vec![json!({"external": {"id": "new"}, "name": "New", "parent": unit})],
        "people.edit" => vec![json!({})],
        "people.list" | "people.mutes" | "people.tags" | "spaces.list" | "spaces.mine" | "spaces.invitations" => {
            vec![json!({"limit": 100})]
        }
        "people.complete" => vec![
            json!({"text": "", "limit": 20}),
            json!({"text": "z", "limit": 20}),
            json!({"text": "", "limit": 20, "space": space}),
            json!({"text": "z", "limit": 20, "space": space}),
            json!({"text": "z", "limit": 20, "item": item}),
        ],
        "people.follow_tag" | "people.unfollow_tag" => vec![json!({"tag": "lab"})],
        "people.mute" | "people.unmute" => vec![
            json!({"what": {"type": "space", "space": space}}),
            json!({"what": {"type": "thread", "item": item}}),
            json!({"what": {"type": "person", "person": person}}),
            json!({"what": {"type": "tag", "tag": "lab"}}),
        ],
        "spaces.complete" => vec![json!({"text": "", "limit": 20}), json!({"text": "z", "limit": 20})],
        "spaces.ask"
        | "spaces.withdraw"
        | "spaces.accept_invitation"
        | "spaces.decline_invitation"
        | "spaces.archive"
        | "spaces.unarchive" => vec![json!({"space": space})],
        "spaces.accept" | "spaces.refuse" | "spaces.invite" | "spaces.uninvite" => {
            vec![json!({"space": space, "person": person})]
        }
        "spaces.members" | "spaces.requests" => vec![json!({"space": space, "limit": 100})],
        "spaces.edit" => vec![json!({"space": space})],
        "people.get" | "people.follow" | "people.unfollow" | "people.block" | "people.unblock" | "feed.person_wall" => {
            vec![json!({"person": person})]
        }
        "spaces.create" => vec![json!({"name": "New", "visibility": "closed"})],
        "spaces.get" | "spaces.join" | "spaces.leave" | "feed.space_wall" => vec![json!({"space": space})],
        "spaces.add" => {
            vec![json!({"space": space, "person": person, "role": "member", "expires": "2027-01-01T00:00:00Z"})]
        }
        "spaces.remove" => vec![json!({"space": space, "person": person})],
        "spaces.set_role" => vec![json!({"space": space, "person": person, "role": "moderator"})],
        "spaces.set_visibility" => vec![json!({"space": space, "visibility": "secret"})],
        "spaces.set_announcers" => vec![json!({"space": space, "announcers": "members"})],
        "items.create" => vec![
            json!({"body": "New", "place": {"type": "space", "space": space}}),
            json!({"body": "New", "place": {"type": "wall"}, "audience": "unit", "unit": unit}),
        ],
        "items.comment" => vec![
            json!({"on": item, "body": "New"}),
            json!({"on": item, "body": "New", "audience": "staff"}),
        ],
        "items.edit" => vec![json!({"item": item, "body": "New", "based_on": "AAAA"})],
        "items.pin" => vec![json!({"item": item, "until": "2026-11-09T00:00:00Z"})],
        "items.drafts" => vec![json!({"limit": 100})],
        "items.delete" | "items.unreact" | "items.unpin" | "items.publish" | "items.history" => {
            vec![json!({"item": item})]
        }
        "items.get" => vec![json!({"item": item}), json!({"item": item, "end": "newest"})],
        "items.react" => vec![json!({"item": item}), json!({"item": item, "reaction": "wow"})],
        "items.may" => ["see", "comment", "react", "edit", "delete", "pin", "publish"]
            .map(|verb| json!({"verb": verb, "item": item}))
            .into(),
        "items.filter" => vec![json!({"verb": "see", "items": [item, item]})],
        "items.explain" => vec![
            json!({"item": item}),
            json!({"item": item, "verb": "comment", "person": person}),
        ],
        "feed.home" => vec![
            json!({"order": "newest", "limit": 100}),
            json!({"order": "ranked", "limit": 100, "explain": "all"}),
            json!({"limit": 100}),
        ],
        "feed.network_wall" => vec![json!({"limit": 100})],
        "feed.seen" => vec![json!({"items": [item]})],
        "inbox.entries" => vec![
            json!({"limit": 100}),
            json!({"which": "unread", "limit": 100, "language": "fr"}),
        ],
        "inbox.bundles" => vec![json!({"limit": 100})],
        "live.changes" => vec![json!({})],
        "inbox.unread" => vec![json!({"cap": 1_000})],
        "inbox.seen" | "inbox.read_up_to" => vec![json!({"entry": entry(item)})],
        "inbox.read" => vec![json!({"entries": [entry(item)], "bundles": [entry(item)]})],
        "import.put" => vec![json!({"rows": []})],
        "import.end_missing" => vec![json!({"present": [], "at_most": 0})],
        other => panic!("the operation `{other}` is not swept"),
    };
    for field in row.fields {
        let used = made.iter().any(|request| request.get(field).is_some());
        assert!(
            used || PLAIN.contains(field),
            "the field `{field}` of `{}` is not swept",
            row.name
        );
    }
    made
}

/// Every query about every item, space and person.
pub(crate) fn questions(things: &Things, people: &[&str]) -> Vec<Asked> {
    let none = by_name("nobody");
    let items: Vec<Value> = things.items.iter().map(by_id).collect();
    let spaces: Vec<Value> = things.spaces.iter().map(by_id).collect();
    let people: Vec<Value> = people.iter().map(by_name).collect();
    let longest = items.len().max(spaces.len()).max(people.len()).max(1);
    let mut asked: Vec<Asked> = Vec::new();
    for row in TABLE.iter().filter(|row| row.kind == Kind::query) {
        for at in 0..longest {
            let at = |list: &[Value]| list.get(at).unwrap_or(&none).clone();
            let named = Named {
                item: at(&items),
                space: at(&spaces),
                person: at(&people),
                unit: none.clone(),
            };
            for request in requests(row, &named) {
                let request = (row.name, serde_json::to_vec(&request).unwrap());
                if !asked.contains(&request) {
                    asked.push(request);
                }
            }
        }
    }
    asked
}
