//! Verbs: what one may do with what one sees, and that one may do nothing with what one does not see.

use super::feeds::readers_are;
use super::leak_test;
use super::{Outcome, check};
use crate::leaks::town::{PEOPLE, Town, monday};
use parvis::items::{CommentAudience, NewAudience, Place};
use parvis::operations::*;
use parvis::spaces::{Role, Visibility};
use parvis::{Actor, Error, ItemId, Reason, Verb, external};

leak_test!(
    l031_an_answer_is_never_wider_than_what_it_answers,
    ["narrow_key"],
    async |town| {
        let lab = town.lab().await;
        let post = town.post("ben", lab, "a post").await;
        let aside = town.comment_to_staff("mona", post, "aside").await;
        town.comment("olga", aside, "answer-to-aside").await;
        town.comment("olga", post, "answer-to-post").await;
        readers_are(&town, "answer-to-aside", &["olga", "mona"]).await?;
        readers_are(&town, "answer-to-post", &["olga", "mona", "ben"]).await?;
        let wall = town.write("olga", NewItem::new("on my wall")).await;
        let wider = [
            NewItem::new("x")
                .place(Place::space(lab))
                .audience(NewAudience::Followers),
            NewItem::new("x")
                .place(Place::space(lab))
                .audience(NewAudience::Unit)
                .unit(external("lab")),
            NewItem::new("x").audience(NewAudience::Staff),
            NewItem::new("x").place(Place::Network).audience(NewAudience::Followers),
            NewItem::new("x").audience(NewAudience::Unit).unit(external("sales")),
        ];
        for item in wider {
            let made = town.of("olga").items().create(item.clone()).await;
            check!(
                made.is_err_and(|error| error.reason == Reason::BadAudience),
                "accepted: {:?}",
                item.audience
            );
        }
        let staff = NewComment::new(wall, "x").audience(CommentAudience::Staff);
        check!(
            town.of("olga").items().comment(staff).await.is_err(),
            "the staff of a wall"
        );
        let posing = NewItem::new("x").place(Place::space(lab)).audience(NewAudience::Staff);
        check!(
            town.of("ben").items().create(posing).await.is_err(),
            "a member writes to the staff"
        );
        Ok(())
    }
);

/// What every verb on an item answers.
async fn verbs(of: &Actor, item: ItemId, version: &parvis::gate::answer::Token) -> Vec<Result<(), Error>> {
    let items = of.items();
    vec![
        items.comment(NewComment::new(item, "x")).await.map(drop),
        items.react(React::new(item)).await.map(drop),
        items.unreact(Unreact::new(item)).await.map(drop),
        items.edit(EditItem::new(item, "x", version.clone())).await.map(drop),
        items.delete(DeleteItem::new(item)).await.map(drop),
        items.pin(PinItem::new(item, monday().plus_days(7))).await.map(drop),
        items.unpin(UnpinItem::new(item)).await.map(drop),
        items.publish(PublishItem::new(item)).await.map(drop),
        items.history(GetHistory::new(item)).await.map(drop),
        items.get(GetItem::new(item)).await.map(drop),
        items.explain(ExplainItem::new(item)).await.map(drop),
    ]
}

leak_test!(
    l061_no_verb_works_on_what_one_may_not_read_whatever_one_is,
    ["follower_held", "person_held", "narrow_key", "staff_only"],
    async |town: Town| {
        let lab = town.lab().await;
        let private = town
            .write("ben", NewItem::new("for followers").audience(NewAudience::Followers))
            .await;
        let post = town.post("ben", lab, "a post").await;
        let aside = town.comment_to_staff("mona", post, "aside").await;
        let token = |item: ItemId, name: &'static str| {
            let of = town.of(name);
            async move { of.items().get(GetItem::new(item)).await.unwrap().item.version.clone() }
        };
        let private_version = token(private, "ben").await;
        let aside_version = token(aside, "mona").await;
        // The owner of spaces is no exception, nor is the author of the post under an aside.
        for (name, item, version) in [
            ("olga", private, &private_version),
            ("cleo", private, &private_version),
            ("gus", private, &private_version),
            ("ben", aside, &aside_version),
            ("cleo", aside, &aside_version),
        ] {
            for (at, answer) in verbs(&town.of(name), item, version).await.into_iter().enumerate() {
                let reason = answer.err().map(|error| error.reason);
                check!(
                    reason == Some(Reason::Named),
                    "verb {at} of {name} on a hidden item: {reason:?}"
                );
            }
        }
        Ok(())
    }
);

/// Who may use a verb on `ben`'s post in a closed space with `olga` as owner, `mona` as moderator, `ben` and `gus` as members,
/// and on `ben`'s comment there: the table of rights as a person would write it down.
const RIGHTS: &[(Verb, &[&str])] = &[
    (Verb::See, &["olga", "mona", "ben", "gus"]),
    (Verb::Comment, &["olga", "mona", "ben", "gus"]),
    (Verb::React, &["olga", "mona", "ben", "gus"]),
    (Verb::Edit, &["ben"]),
    (Verb::Delete, &["olga", "mona", "ben"]),
    // Posts only.
    (Verb::Pin, &["olga", "mona"]),
    // It is published already.
    (Verb::Publish, &[]),
];

async fn try_verb(town: &Town, name: &str, verb: Verb, item: ItemId) -> Result<(), Error> {
    let version = town
        .of("olga")
        .items()
        .get(GetItem::new(item))
        .await
        .unwrap()
        .item
        .version
        .clone();
    let items = town.of(name).items();
    match verb {
        Verb::See => items.get(GetItem::new(item)).await.map(drop),
        Verb::Comment => items.comment(NewComment::new(item, "x")).await.map(drop),
        Verb::React => items.react(React::new(item)).await.map(drop),
        Verb::Edit => items.edit(EditItem::new(item, "x", version)).await.map(drop),
        Verb::Delete => items.delete(DeleteItem::new(item)).await.map(drop),
        Verb::Pin => items.pin(PinItem::new(item, monday().plus_days(7))).await.map(drop),
        Verb::Publish => items.publish(PublishItem::new(item)).await.map(drop),
        _ => panic!("the verb {verb:?} has no row in the table of rights"),
    }
}

leak_test!(
    l099_verbs_are_allowed_by_one_table_in_answers_and_in_deeds,
    ["edit_own", "delete_own_or_staff", "member_held", "pin_needs_staff"],
    async |town: Town| {
        let lab = town.lab().await;
        town.add(lab, "gus", Role::Member).await;
        let root = town.post("ben", lab, "a post").await;
        let open = town.space("Open", Visibility::Open).await;
        town.post("olga", open, "another").await;
        for verb in Verb::ALL {
            let (_, allowed) = RIGHTS.iter().find(|(known, _)| known == verb).unwrap();
            for name in PEOPLE {
                let expected = allowed.contains(name);
                // A deed may be the last one on an item: each has its own.
                let post = town.post("ben", lab, "a post").await;
                let comment = town.comment("ben", root, "a comment").await;
                for item in [post, comment] {
                    let expected = expected && !(*verb == Verb::Pin && item == comment);
                    let items = town.of(name).items();
                    let told = items.may(May::new(*verb, item)).await.unwrap().allowed[0];
                    let offered = match items.get(GetItem::new(item)).await {
                        Ok(page) => page.item.viewer.can.contains(verb),
                        Err(_) => false,
                    };
                    let done = try_verb(&town, name, *verb, item).await;
                    let as_told = told == expected && offered == expected && done.is_ok() == expected;
                    check!(
                        as_told,
                        "{verb:?} by {name}: told {told}, offered {offered}, done {done:?}"
                    );
                }
            }
        }
        Ok(())
    }
);

async fn managing(of: &Actor, space: parvis::SpaceId) -> Vec<Result<(), Error>> {
    let spaces = of.spaces();
    vec![
        spaces.add(AddMember::new(space, external("cleo"))).await.map(drop),
        spaces
            .set_role(SetRole::new(space, external("mona"), Role::Owner))
            .await
            .map(drop),
        spaces
            .set_visibility(SetVisibility::new(space, Visibility::Open))
            .await
            .map(drop),
        spaces
            .remove(RemoveMember::new(space, external("mona")))
            .await
            .map(drop),
    ]
}

leak_test!(
    l099_announcements_are_for_those_whom_the_space_lets_announce,
    ["announce_needs_owner"],
    async |town| {
        let lab = town.lab().await;
        town.add(lab, "gus", Role::Member).await;
        let notice = || {
            let new = NewItem::new("words").kind("announcement").title("Title");
            new.place(Place::space(lab))
        };
        let outcome = async |name: &str, new: NewItem| {
            let made = town.of(name).items().create(new).await;
            made.err().map(|error| error.reason)
        };
        for (name, expected) in [
            ("olga", None),
            ("mona", Some(Reason::NotOwner)),
            ("ben", Some(Reason::NotOwner)),
            ("gus", Some(Reason::Guest)),
            ("cleo", Some(Reason::NotMember)),
        ] {
            let got = outcome(name, notice()).await;
            check!(got == expected, "{name} announces: {got:?}, should be {expected:?}");
        }
        let members = SetAnnouncers::new(lab, parvis::spaces::Announcers::Members);
        town.of("olga").spaces().set_announcers(members).await.unwrap();
        for (name, expected) in [
            ("mona", None),
            ("ben", None),
            ("gus", Some(Reason::Guest)),
            ("cleo", Some(Reason::NotMember)),
        ] {
            let got = outcome(name, notice()).await;
            check!(got == expected, "{name} announces among members: {got:?}");
        }
        for place in [Place::Wall, Place::Network] {
            let got = outcome("olga", notice().place(place)).await;
            check!(got == Some(Reason::BadValue), "an announcement beside spaces: {got:?}");
        }
        Ok(())
    }
);

leak_test!(
    l099_members_and_settings_are_the_owners_business,
    ["manage_needs_owner"],
    async |town: Town| -> Outcome {
        let lab = town.lab().await;
        for (name, expected) in [
            ("mona", Reason::NotOwner),
            ("ben", Reason::NotOwner),
            ("cleo", Reason::NotOwner),
            ("gus", Reason::Named),
        ] {
            for (at, answer) in managing(&town.of(name), lab).await.into_iter().enumerate() {
                let reason = answer.err().map(|error| error.reason);
                check!(reason == Some(expected), "command {at} of {name}: {reason:?}");
            }
        }
        let hr = town
            .of("ben")
            .people()
            .put(PutPerson::new(external("new"), "new"))
            .await;
        check!(
            hr.is_err_and(|error| error.reason == Reason::SystemOnly),
            "a person puts persons"
        );
        let rows = town.of("olga").import().put(ImportRows::new(vec![])).await;
        check!(
            rows.is_err_and(|error| error.reason == Reason::SystemOnly),
            "a person imports"
        );
        let other = ExplainItem::new(town.post("ben", lab, "a post").await).person(external("cleo"));
        let other = town.of("olga").items().explain(other).await;
        check!(
            other.is_err_and(|error| error.reason == Reason::SystemOnly),
            "a person asks about another"
        );
        Ok(())
    }
);

leak_test!(
    l099_who_is_blocked_directs_nothing_at_the_blocker,
    ["directed_at_blocker"],
    async |town: Town| -> Outcome {
        let lab = town.lab().await;
        let post = town.post("mona", lab, "a post").await;
        let bens = town.post("ben", lab, "another").await;
        let said = town.comment("mona", bens, "a comment").await;
        town.of("mona")
            .people()
            .block(Block::new(external("ben")))
            .await
            .unwrap();
        let ben = town.of("ben");
        let answers = [
            ben.items().comment(NewComment::new(post, "x")).await.map(drop),
            ben.items().comment(NewComment::new(said, "x")).await.map(drop),
            ben.items().react(React::new(post)).await.map(drop),
            ben.items().react(React::new(said)).await.map(drop),
            ben.people().follow(Follow::new(external("mona"))).await.map(drop),
        ];
        for (at, answer) in answers.into_iter().enumerate() {
            let reason = answer.err().map(|error| error.reason);
            check!(reason == Some(Reason::Blocked), "deed {at} at the blocker: {reason:?}");
        }
        check!(
            ben.items().get(GetItem::new(post)).await.is_ok(),
            "a block hides the blocker's posts"
        );
        Ok(())
    }
);
