//! What happens in the gaps: a deed on contents and a deed on rights, by others than the reader, or by the clock.

use crate::town::{NETWORK, NOON, Town, act, post};
use parvis::items::{NewAudience, Place};
use parvis::operations::*;
use parvis::people::{PersonStatus, Topic};
use parvis::spaces::{Role, Visibility};
use parvis::testing::ManualClock;
use parvis::{External, Parvis, Ref, Time, external};
use serde_json::Value;

/// On an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum OnContent {
    Edit,
    Delete,
    Comment,
    Post,
    /// By the staff, in a space.
    Pin,
    Unpin,
}

/// On what Ben may read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum OnRights {
    Add,
    Remove,
    Open,
    Close,
    Block,
    Expire,
    Move,
    Role,
    Deactivate,
    /// No right, but what comes to him without his asking.
    FollowTag,
    UnfollowTag,
    MuteTag,
}

pub(crate) const CONTENTS: [OnContent; 6] = [
    OnContent::Edit,
    OnContent::Delete,
    OnContent::Comment,
    OnContent::Post,
    OnContent::Pin,
    OnContent::Unpin,
];

pub(crate) const RIGHTS: [OnRights; 12] = [
    OnRights::Add,
    OnRights::Remove,
    OnRights::Open,
    OnRights::Close,
    OnRights::Block,
    OnRights::Expire,
    OnRights::Move,
    OnRights::Role,
    OnRights::Deactivate,
    OnRights::FollowTag,
    OnRights::UnfollowTag,
    OnRights::MuteTag,
];

/// What a deed on contents is about: an item, its author, and where a new post beside it goes.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) item: Ref,
    author: &'static str,
    place: Place,
    audience: NewAudience,
}

impl OnRights {
    fn is_on_tags(self) -> bool {
        matches!(self, OnRights::FollowTag | OnRights::UnfollowTag | OnRights::MuteTag)
    }

    /// The item that the deed on rights decides about.
    pub(crate) fn target(self, town: &Town) -> Target {
        let at = |item: &str, space: &str| Target {
            item: post(item).into(),
            author: "cleo",
            place: Place::space(external(space)),
            audience: NewAudience::Place,
        };
        let wall = |item: &str, audience| Target {
            place: Place::Wall,
            audience,
            ..at(item, "")
        };
        match self {
            OnRights::Add | OnRights::Open => at("club1", "club"),
            OnRights::Remove | OnRights::Deactivate => at("lab1", "lab"),
            // It bears the tag `lab`, which Ben follows.
            OnRights::FollowTag | OnRights::UnfollowTag | OnRights::MuteTag => at("lab1", "lab"),
            OnRights::Close => at("agora1", "agora"),
            OnRights::Expire => at("vault1", "vault"),
            OnRights::Block => wall("fans1", NewAudience::Followers),
            OnRights::Move => wall("unit1", NewAudience::Unit),
            OnRights::Role => Target {
                item: town.staff.into(),
                author: "ana",
                audience: NewAudience::Staff,
                ..at("", "lab")
            },
        }
    }

    /// Carries it out.
    pub(crate) async fn run(self, db: &Parvis, clock: &ManualClock) {
        let (ana, ben) = (act(db, "ana").spaces(), external("ben"));
        let space = |name: &str| -> External { external(name) };
        let host = db.system(NETWORK, "host").people();
        match self {
            OnRights::Add => ana
                .add(AddMember::new(space("club"), ben).idempotency_key("r"))
                .await
                .map(drop),
            OnRights::Remove => ana
                .remove(RemoveMember::new(space("lab"), ben).idempotency_key("r"))
                .await
                .map(drop),
            OnRights::Open => {
                let open = SetVisibility::new(space("club"), Visibility::Open);
                ana.set_visibility(open.idempotency_key("r")).await.map(drop)
            }
            OnRights::Close => {
                let close = SetVisibility::new(space("agora"), Visibility::Closed);
                ana.set_visibility(close.idempotency_key("r")).await.map(drop)
            }
            OnRights::Block => {
                let block = Block::new(external("cleo")).idempotency_key("r");
                act(db, "ben").people().block(block).await.map(drop)
            }
            OnRights::Expire => {
                clock.set(Time::from_millis(NOON + 1));
                Ok(())
            }
            OnRights::Move => {
                let moved = PutPerson::new(ben, "ben").unit(external("board"));
                host.put(moved.idempotency_key("r")).await.map(drop)
            }
            OnRights::Role => {
                let role = SetRole::new(space("lab"), ben, Role::Moderator);
                ana.set_role(role.idempotency_key("r")).await.map(drop)
            }
            OnRights::Deactivate => {
                let gone = PutPerson::new(ben, "ben")
                    .unit(external("team"))
                    .status(PersonStatus::Deactivated);
                host.put(gone.idempotency_key("r")).await.map(drop)
            }
            OnRights::FollowTag => {
                let follow = FollowTag::new("later").idempotency_key("r");
                act(db, "ben").people().follow_tag(follow).await.map(drop)
            }
            OnRights::UnfollowTag => {
                let unfollow = UnfollowTag::new("lab").idempotency_key("r");
                act(db, "ben").people().unfollow_tag(unfollow).await.map(drop)
            }
            OnRights::MuteTag => {
                let mute = Mute::new(Topic::Tag { tag: "lab".into() }).idempotency_key("r");
                act(db, "ben").people().mute(mute).await.map(drop)
            }
        }
        .unwrap();
    }
}

impl OnContent {
    /// Carries it out.
    pub(crate) async fn run(self, db: &Parvis, target: &Target) {
        let author = act(db, target.author);
        let items = author.items();
        match self {
            OnContent::Edit => {
                let get = serde_json::to_vec(&GetItem::new(target.item.clone())).unwrap();
                let read: Value = serde_json::from_slice(&author.call("items.get", &get).await.unwrap()).unwrap();
                let version = parvis::gate::answer::Token::new(read["item"]["version"].as_str().unwrap());
                let edit = EditItem::new(target.item.clone(), "Redacted", version);
                items.edit(edit.idempotency_key("c")).await.map(drop)
            }
            OnContent::Delete => items
                .delete(DeleteItem::new(target.item.clone()).idempotency_key("c"))
                .await
                .map(drop),
            OnContent::Comment => {
                let comment = NewComment::new(target.item.clone(), "A later word");
                items.comment(comment.idempotency_key("c")).await.map(drop)
            }
            OnContent::Post => {
                let post = NewItem::new("A #later post")
                    .place(target.place.clone())
                    .audience(target.audience);
                let post = match target.audience {
                    NewAudience::Unit => post.unit(external("dept")),
                    _ => post,
                };
                items.create(post.idempotency_key("c")).await.map(drop)
            }
            OnContent::Pin => {
                let pin = PinItem::new(target.item.clone(), Time::from_millis(NOON + 86_400_000));
                let staff = act(db, "ana").items();
                staff.pin(pin.idempotency_key("c")).await.map(drop)
            }
            OnContent::Unpin => {
                let unpin = UnpinItem::new(target.item.clone()).idempotency_key("c");
                act(db, "ana").items().unpin(unpin).await.map(drop)
            }
        }
        .unwrap();
    }
}

/// One of a pair.
#[derive(Clone, Debug)]
pub(crate) enum Deed {
    Content(OnContent, Target),
    Rights(OnRights),
}

impl Deed {
    /// Carries it out, to its end.
    pub(crate) async fn run(&self, db: &Parvis, clock: &ManualClock) {
        match self {
            Deed::Content(content, target) => content.run(db, target).await,
            Deed::Rights(rights) => rights.run(db, clock).await,
        }
    }
}

/// A post to the network, which no deed on rights is about.
fn aside(town: &Town) -> Target {
    Target {
        item: town.net.into(),
        author: "cleo",
        place: Place::Network,
        audience: NewAudience::Place,
    }
}

impl OnContent {
    /// Whether it can go together with this deed on rights: pins stand in spaces, and what comes home by its tag is posted, changed
    /// and deleted.
    fn meets(self, rights: OnRights, target: &Target) -> bool {
        let pins = matches!(self, OnContent::Pin | OnContent::Unpin);
        let posts = matches!(self, OnContent::Edit | OnContent::Delete | OnContent::Post);
        (posts || !rights.is_on_tags()) && (!pins || matches!(target.place, Place::Space { .. }))
    }
}

/// Every pair of a deed on contents and a deed on rights, in both orders, each on a target.
fn both_orders(rights: impl Iterator<Item = OnRights>, targets: impl Fn(OnRights) -> Target) -> Vec<[Deed; 2]> {
    let mut pairs = Vec::new();
    for rights in rights {
        let target = targets(rights);
        for content in CONTENTS.into_iter().filter(|content| content.meets(rights, &target)) {
            let [one, other] = [Deed::Content(content, target.clone()), Deed::Rights(rights)];
            pairs.push([one.clone(), other.clone()]);
            pairs.push([other, one]);
        }
    }
    pairs
}

/// Every pair on the item that the rights are about.
pub(crate) fn pairs(town: &Town) -> Vec<[Deed; 2]> {
    both_orders(RIGHTS.into_iter(), |rights| rights.target(town))
}

/// Every pair whose content is another item than the one that the rights are about.
pub(crate) fn pairs_aside(town: &Town) -> Vec<[Deed; 2]> {
    both_orders(RIGHTS.into_iter().filter(|rights| !rights.is_on_tags()), |_| {
        aside(town)
    })
}
