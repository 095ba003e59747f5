//! What the oracle found: one small history each.

use parvis::feed::Order;
use parvis::items::{CommentAudience, Place};
use parvis::operations::*;
use parvis::people::PersonKind;
use parvis::spaces::{Role, Visibility};
use parvis::store::conformance::wait;
use parvis::testing::{ManualClock, memory};
use parvis::{Actor, Clock, Error, Parvis, PersonId, Reason, SpaceId, external};

/// Two internal persons, a guest, and a closed space of the first one.
struct Town {
    clock: ManualClock,
    db: Parvis,
    space: SpaceId,
}

impl Town {
    async fn new() -> Town {
        let clock = ManualClock::new("2026-11-02T08:00:00Z".parse().unwrap());
        let db = memory(&clock).await.unwrap();
        let people = db.system("acme", "hr").people();
        for name in ["ana", "ben"] {
            people.put(PutPerson::new(external(name), name)).await.unwrap();
        }
        let guest = PutPerson::new(external("gus"), "gus").kind(PersonKind::Guest);
        people.put(guest).await.unwrap();
        let ana = db.act_as("acme", external("ana"));
        let space = ana.spaces().create(NewSpace::new("Lab", Visibility::Open)).await;
        let space = space.unwrap().id.0;
        Town { clock, db, space }
    }

    fn act_as(&self, name: &str) -> Actor {
        self.db.act_as("acme", external(name))
    }

    async fn add(&self, name: &str, role: Role, hours: Option<i64>) -> Result<(), Error> {
        let mut request = AddMember::new(self.space, external(name)).role(role);
        request.expires = hours.map(|hours| self.clock.now().plus_hours(hours));
        self.act_as("ana").spaces().add(request).await.map(|_| ())
    }
}

async fn homes(actor: &Actor) -> [usize; 2] {
    let newest = actor.feed().home(Home::new().order(Order::Newest)).await.unwrap();
    let ranked = actor.feed().home(Home::new()).await.unwrap();
    [newest.items.len(), ranked.items.len()]
}

#[test]
fn a_guest_cannot_find_out_who_exists_by_following_or_blocking() {
    wait(async {
        let town = Town::new().await;
        let gus = town.act_as("gus").people();
        let nobody = PersonId::from_bytes([9; 16]);
        let answers = [
            gus.follow(Follow::new(nobody)).await.unwrap_err(),
            gus.follow(Follow::new(external("ben"))).await.unwrap_err(),
            gus.block(Block::new(nobody)).await.unwrap_err(),
            gus.block(Block::new(external("ben"))).await.unwrap_err(),
        ];
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    });
}

#[test]
fn a_space_keeps_an_owner_whose_membership_does_not_end() {
    wait(async {
        let town = Town::new().await;
        let ana = town.act_as("ana").spaces();
        for name in ["ana", "ben"] {
            let ending = town.add(name, Role::Owner, Some(1)).await.unwrap_err();
            assert_eq!(ending.reason, Reason::BadValue);
        }
        let alone = ana.leave(LeaveSpace::new(town.space)).await.unwrap_err();
        assert_eq!(alone.reason, Reason::LastOwner);
        town.add("ben", Role::Owner, None).await.unwrap();
        ana.leave(LeaveSpace::new(town.space)).await.unwrap();
    });
}

#[test]
fn a_membership_that_ended_is_no_member_to_give_a_role_to() {
    wait(async {
        let town = Town::new().await;
        town.add("ben", Role::Member, Some(1)).await.unwrap();
        town.clock.advance_hours(2);
        let request = SetRole::new(town.space, external("ben"), Role::Moderator);
        let role = town.act_as("ana").spaces().set_role(request).await.unwrap_err();
        assert_eq!(role.reason, Reason::Named);
    });
}

#[test]
fn a_membership_that_ended_brings_nothing_home() {
    wait(async {
        let town = Town::new().await;
        town.add("ben", Role::Member, Some(1)).await.unwrap();
        // What is new in an open space could come from outside.
        let close = SetVisibility::new(town.space, Visibility::Closed);
        town.act_as("ana").spaces().set_visibility(close).await.unwrap();
        let post = NewItem::new("Hello").place(Place::space(town.space));
        town.act_as("ana").items().create(post).await.unwrap();
        let ben = town.act_as("ben");
        assert_eq!(homes(&ben).await, [1, 1]);
        town.clock.advance_hours(2);
        assert_eq!(homes(&ben).await, [0, 0]);
    });
}

#[test]
fn a_clock_that_runs_back_hides_nothing_from_the_ranked_home() {
    wait(async {
        let town = Town::new().await;
        let post = NewItem::new("Hello").place(Place::Network);
        town.act_as("ana").items().create(post).await.unwrap();
        town.clock.advance_hours(-1);
        assert_eq!(homes(&town.act_as("ben")).await, [1, 1]);
    });
}

#[test]
fn a_comment_for_the_staff_does_not_move_the_home_of_a_plain_member() {
    /// Ben's points for a post of Ana's, with and without Ana's comment for the staff on a post of his.
    async fn points(with: bool) -> Option<i32> {
        let town = Town::new().await;
        town.add("ben", Role::Member, None).await.unwrap();
        let place = || Place::space(town.space);
        let [ana, ben] = ["ana", "ben"].map(|name| town.act_as(name).items());
        let post = NewItem::new("Mine").place(place());
        let post = ben.create(post).await.unwrap().id.0;
        if with {
            let comment = NewComment::new(post, "Hm").audience(CommentAudience::Staff);
            ana.comment(comment).await.unwrap();
        }
        let hers = ana.create(NewItem::new("Hers").place(place())).await.unwrap().id.0;
        let home = town.act_as("ben").feed().home(Home::new()).await.unwrap();
        home.items.iter().find(|it| it.id == hers).and_then(|it| it.points)
    }
    wait(async { assert_eq!(points(true).await, points(false).await) });
}
