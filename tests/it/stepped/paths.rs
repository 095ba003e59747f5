//! Every read path with the requests that walk it: a query of the table without one fails.

use crate::town::{Town, post};
use parvis::feed::{Explain, Order};
use parvis::inbox::Which;
use parvis::items::ThreadEnd;
use parvis::operations::*;
use parvis::{Ref, Verb, external, handle};
use serde::Serialize;

/// A request of Ben's.
#[derive(Clone, Debug)]
pub(crate) struct Path {
    pub(crate) operation: &'static str,
    pub(crate) request: Vec<u8>,
}

impl Path {
    /// Whether it asks for every term of the points.
    pub(crate) fn explains_all(&self) -> bool {
        let request: serde_json::Value = serde_json::from_slice(&self.request).unwrap();
        request["explain"] == "all"
    }
}

/// Items of every place and audience, and one that there is not.
fn all(town: &Town) -> Vec<Ref> {
    let mut items = some(town);
    items.extend(["vault1", "unit1", "fans1", "comment:lab1s", "nothing"].map(|name| post(name).into()));
    items
}

/// Items that every deed is about in one way or another.
fn some(town: &Town) -> Vec<Ref> {
    let mut items = vec![town.net.into(), town.staff.into()];
    items.extend(["lab1", "agora1", "club1", "comment:lab1c"].map(|name| post(name).into()));
    items
}

fn json<R: Serialize>(requests: impl IntoIterator<Item = R>) -> Vec<Vec<u8>> {
    requests
        .into_iter()
        .map(|request| serde_json::to_vec(&request).unwrap())
        .collect()
}

fn requests(operation: &str, town: &Town) -> Vec<Vec<u8>> {
    let some = || some(town).into_iter();
    match operation {
        "people.get" => {
            let named = ["ben", "cleo"].map(|name| Ref::from(external(name)));
            json(named.into_iter().chain([handle("cleo")]).map(GetPerson::new))
        }
        "spaces.get" => {
            let named = ["lab", "club", "vault"].map(|name| Ref::from(external(name)));
            json(named.into_iter().chain([handle("agora")]).map(GetSpace::new))
        }
        "people.list" => json([ListPeople::new(), ListPeople::new().limit(2_u32)]),
        "people.complete" => json([
            CompletePeople::new("c"),
            CompletePeople::new("").space(external("lab")),
            CompletePeople::new("c").space(external("club")),
            CompletePeople::new("").item(post("lab1")),
            CompletePeople::new("n").item(post("unit1")),
            CompletePeople::new("").item(post("fans1")),
        ]),
        "people.tags" => json([ListTags::new(), ListTags::new().limit(1_u32)]),
        "people.mutes" => json([ListMutes::new(), ListMutes::new().limit(1_u32)]),
        "spaces.list" => json([ListSpaces::new(), ListSpaces::new().limit(1_u32)]),
        "spaces.mine" => json([MySpaces::new(), MySpaces::new().limit(1_u32)]),
        "spaces.complete" => json(["the", "va", ""].map(CompleteSpaces::new)),
        "spaces.members" => json(["lab", "agora", "club", "vault"].map(|name| ListMembers::new(external(name)))),
        "spaces.requests" => json(["lab", "club"].map(|name| ListRequests::new(external(name)))),
        "spaces.invitations" => json([ListInvitations::new()]),
        "items.get" => {
            let newest = all(town)
                .into_iter()
                .map(|item| GetItem::new(item).end(ThreadEnd::Newest));
            json(all(town).into_iter().map(GetItem::new).chain(newest))
        }
        "items.history" => json(all(town).into_iter().map(GetHistory::new)),
        "items.drafts" => json([MyDrafts::new()]),
        "items.may" => json(some().take(4).map(|item| May::new(Verb::Comment, item))),
        "items.filter" => json([Verb::See, Verb::Comment, Verb::Delete].map(|verb| FilterItems::new(verb, all(town)))),
        "items.explain" => json(some().skip(1).map(ExplainItem::new)),
        "feed.home" => json([
            Home::new().order(Order::Newest),
            Home::new().order(Order::Newest).limit(2_u32),
            Home::new().explain(Explain::All),
            Home::new().limit(3_u32),
        ]),
        "feed.space_wall" => json(["lab", "agora", "club", "vault"].map(|name| SpaceWall::new(external(name)))),
        "feed.person_wall" => json(["cleo", "nora"].map(|name| PersonWall::new(external(name)))),
        "feed.network_wall" => json([NetworkWall::new()]),
        "inbox.entries" => json([Entries::new(), Entries::new().which(Which::Unread).limit(1_u32)]),
        "inbox.bundles" => json([Bundles::new()]),
        "live.changes" => json([Changes::new(), Changes::new().after(town.early.clone())]),
        "inbox.unread" => json([UnreadQuery::new()]),
        _ => panic!("the read path `{operation}` has no request here: it would go unproven"),
    }
}

/// Every query of the table, as Ben asks it.
pub(crate) fn paths(town: &Town) -> Vec<Path> {
    let queries = TABLE.iter().filter(|row| row.kind == Kind::query);
    let paths = queries.flat_map(|row| {
        let requests = requests(row.name, town).into_iter();
        requests.map(|request| Path {
            operation: row.name,
            request,
        })
    });
    paths.collect()
}
