//! Point reads of what is hidden and of what is absent ask the store the same.

use super::recorder::Recorder;
use crate::oracle::history::morning;
use parvis::gate::answer::Token;
use parvis::items::Place;
use parvis::operations::*;
use parvis::people::PersonKind;
use parvis::spaces::{Role, Visibility};
use parvis::store::conformance::wait;
use parvis::testing::config;
use parvis::{Actor, ItemId, Parvis, PersonId, Ref, SpaceId, Verb, external};

/// Runs an operation on something hidden and on something absent; both must answer and ask the same.
async fn alike<O: Operation>(store: &Recorder, actor: &Actor, hidden: O, absent: O) {
    let mut told = Vec::new();
    for request in [hidden, absent] {
        store.take();
        let answer = actor.run(request).await;
        let bytes = answer.map_or_else(
            |error| serde_json::to_string(&error).unwrap(),
            |answer| serde_json::to_string(&answer).unwrap(),
        );
        told.push((bytes, store.take()));
    }
    assert!(!told[0].1.is_empty(), "{} asked nothing", O::NAME);
    assert_eq!(told[0], told[1], "{}", O::NAME);
}

#[test]
fn l080_hidden_and_absent_make_the_same_storage_calls() {
    wait(async {
        let store = Recorder::new();
        let db = Parvis::open(store.clone(), config(&morning(), 1)).await.unwrap();
        let people = db.system("acme", "hr").people();
        for name in ["ana", "ben"] {
            people.put(PutPerson::new(external(name), name)).await.unwrap();
        }
        let guest = PutPerson::new(external("gus"), "gus").kind(PersonKind::Guest);
        people.put(guest).await.unwrap();
        let [ana, ben, gus] = ["ana", "ben", "gus"].map(|name| db.act_as("acme", external(name)));
        let request = NewSpace::new("Lab", Visibility::Secret);
        let space = ana.spaces().create(request).await.unwrap().id.0;
        let post = NewItem::new("Hello").place(Place::space(space));
        let root = ana.items().create(post).await.unwrap().id.0;
        let comment = ana.items().comment(NewComment::new(root, "Hi")).await.unwrap().id.0;
        let (no_item, no_space) = (ItemId::from_bytes([9; 16]), SpaceId::from_bytes([9; 16]));
        let (ana_ref, stale) = (Ref::from(external("ana")), Token::new("nothing"));
        for (actor, hidden) in [(&ben, root), (&ben, comment), (&gus, root), (&gus, comment)] {
            macro_rules! both {
                ($($make:expr),+ $(,)?) => { $(alike(&store, actor, ($make)(hidden), ($make)(no_item)).await;)+ };
            }
            both!(
                |id: ItemId| GetItem::new(id),
                |id: ItemId| May::new(Verb::See, id),
                |id: ItemId| FilterItems::new(Verb::React, vec![Ref::from(id)]),
                |id: ItemId| ExplainItem::new(id),
                |id: ItemId| NewComment::new(id, "words"),
                |id: ItemId| DeleteItem::new(id),
                |id: ItemId| React::new(id),
                |id: ItemId| Unreact::new(id),
                |id: ItemId| PinItem::new(id, crate::town::noon()),
                |id: ItemId| UnpinItem::new(id),
            );
        }
        // The form of a version is looked at before the store is asked: a real one is needed.
        let own = NewItem::new("Mine").place(Place::Network);
        let version = ben.items().create(own).await.unwrap().version;
        assert!(ben.items().edit(EditItem::new(root, "words", stale)).await.is_err());
        let edit = |id: ItemId| EditItem::new(id, "words", version.clone());
        alike(&store, &ben, edit(root), edit(no_item)).await;
        for actor in [&ben, &gus] {
            macro_rules! both {
                ($($make:expr),+ $(,)?) => { $(alike(&store, actor, ($make)(space), ($make)(no_space)).await;)+ };
            }
            both!(
                |id: SpaceId| GetSpace::new(id),
                |id: SpaceId| SpaceWall::new(id),
                |id: SpaceId| JoinSpace::new(id),
                |id: SpaceId| LeaveSpace::new(id),
                |id: SpaceId| AddMember::new(id, ana_ref.clone()),
                |id: SpaceId| RemoveMember::new(id, ana_ref.clone()),
                |id: SpaceId| SetRole::new(id, ana_ref.clone(), Role::Member),
                |id: SpaceId| SetVisibility::new(id, Visibility::Open),
                |id: SpaceId| NewItem::new("words").place(Place::space(id)),
            );
        }
        // A guest, about a person with whom he shares no space: by id and by the host's id.
        let nobody = PersonId::from_bytes([9; 16]);
        let ana_id = ben.people().get(GetPerson::new(external("ana"))).await.unwrap().id;
        for (hidden, absent) in [
            (Ref::from(ana_id), Ref::from(nobody)),
            (Ref::from(external("ana")), Ref::from(external("nobody"))),
        ] {
            macro_rules! both {
                ($($make:expr),+ $(,)?) => {
                    $(alike(&store, &gus, ($make)(hidden.clone()), ($make)(absent.clone())).await;)+
                };
            }
            both!(
                |id: Ref| GetPerson::new(id),
                |id: Ref| PersonWall::new(id),
                |id: Ref| Follow::new(id),
                |id: Ref| Unfollow::new(id),
                |id: Ref| Block::new(id),
                |id: Ref| Unblock::new(id),
            );
        }
    });
}
