//! Rights that end: leaving, removal, expiry, deactivation, a space that closes. In force when the call returns.

use super::check;
use super::feeds::readers_are;
use super::leak_test;
use super::town::{PEOPLE, monday};
use parvis::items::{NewAudience, Place};
use parvis::operations::*;
use parvis::people::PersonStatus;
use parvis::spaces::{Role, Visibility};
use parvis::{Reason, external};

leak_test!(l016_following_a_tag_opens_no_space, ["member_held"], async |town| {
    let lab = town.lab().await;
    let cleo = town.of("cleo");
    cleo.people().follow_tag(FollowTag::new("Secret")).await.unwrap();
    let post = town.post("ben", lab, "words about #secret").await;
    let other = Place::Network;
    let open = NewItem::new("no words").tags(vec!["SECRET".to_owned()]).place(other);
    let open = town.write("mona", open).await;
    let home = cleo.feed().home(Home::new()).await.unwrap();
    let ids: Vec<_> = home.items.iter().map(|item| item.id).collect();
    check!(!ids.contains(&post), "a tag opens a space");
    check!(ids == [open], "{} threads come home", ids.len());
    readers_are(&town, "words about", &["olga", "mona", "ben"]).await
});

leak_test!(
    l016_following_a_person_opens_no_space_and_ends_with_the_follow,
    ["member_held", "follower_held"],
    async |town| {
        let lab = town.lab().await;
        let cleo = town.of("cleo");
        cleo.people().follow(Follow::new(external("ben"))).await.unwrap();
        town.post("ben", lab, "in-the-lab").await;
        town.write("ben", NewItem::new("for-followers").audience(NewAudience::Followers))
            .await;
        readers_are(&town, "in-the-lab", &["olga", "mona", "ben"]).await?;
        readers_are(&town, "for-followers", &["ben", "cleo"]).await?;
        cleo.people().unfollow(Unfollow::new(external("ben"))).await.unwrap();
        readers_are(&town, "for-followers", &["ben"]).await?;
        cleo.people().follow(Follow::new(external("ben"))).await.unwrap();
        readers_are(&town, "for-followers", &["ben", "cleo"]).await?;
        town.of("ben")
            .people()
            .block(Block::new(external("cleo")))
            .await
            .unwrap();
        readers_are(&town, "for-followers", &["ben"]).await?;
        let again = cleo.people().follow(Follow::new(external("ben"))).await;
        check!(again.is_err(), "who is blocked follows again");
        Ok(())
    }
);

leak_test!(
    l037_items_follow_the_visibility_of_their_space,
    ["open_only", "space_found"],
    async |town| {
        let space = town.space("Room-Name", Visibility::Open).await;
        let post = town.post("olga", space, "in-the-room").await;
        town.comment("olga", post, "said-in-the-room").await;
        let internal: Vec<&str> = PEOPLE[..5].to_vec();
        for (visibility, words, name) in [
            (Visibility::Open, &internal[..], &internal[..]),
            (Visibility::Closed, &["olga"], &internal[..]),
            (Visibility::Secret, &["olga"], &["olga"]),
            (Visibility::Closed, &["olga"], &internal[..]),
            (Visibility::Open, &internal[..], &internal[..]),
        ] {
            let set = SetVisibility::new(space, visibility);
            town.of("olga").spaces().set_visibility(set).await.unwrap();
            readers_are(&town, "in-the-room", words).await?;
            readers_are(&town, "said-in-the-room", words).await?;
            readers_are(&town, "Room-Name", name).await?;
        }
        Ok(())
    }
);

leak_test!(
    l038_who_left_keeps_no_verb_on_what_he_wrote,
    ["write_needs_member"],
    async |town| {
        let open = town.space("Open", Visibility::Open).await;
        town.add(open, "ben", Role::Member).await;
        let post = town.post("ben", open, "mine").await;
        let said = town.comment("ben", post, "mine too").await;
        let ben = town.of("ben");
        let version = ben.items().get(GetItem::new(post)).await.unwrap().root.version.clone();
        ben.spaces().leave(LeaveSpace::new(open)).await.unwrap();
        let items = ben.items();
        let refused = [
            items.edit(EditItem::new(post, "changed", version)).await.map(drop),
            items.delete(DeleteItem::new(post)).await.map(drop),
            items.delete(DeleteItem::new(said)).await.map(drop),
            items.comment(NewComment::new(post, "more")).await.map(drop),
            items.react(React::new(post)).await.map(drop),
            items
                .create(NewItem::new("new").place(Place::space(open)))
                .await
                .map(drop),
        ];
        for (at, answer) in refused.into_iter().enumerate() {
            let reason = answer.err().map(|error| error.reason);
            check!(reason == Some(Reason::NotMember), "verb {at} after leaving: {reason:?}");
        }
        let page = ben.items().get(GetItem::new(post)).await.unwrap();
        check!(
            page.root.viewer.can == [parvis::Verb::See],
            "the page offers {:?}",
            page.root.viewer.can
        );
        Ok(())
    }
);

leak_test!(
    l039_a_membership_ends_on_its_date_with_all_that_hangs_on_it,
    ["membership_unexpired"],
    async |town| {
        let lab = town.lab().await;
        let until = AddMember::new(lab, external("gus")).expires(monday().plus_hours(48));
        town.of("olga").spaces().add(until).await.unwrap();
        let post = town.post("ben", lab, "in-the-lab").await;
        let own = town.comment("gus", post, "by-gus").await;
        readers_are(&town, "in-the-lab", &["olga", "mona", "ben", "gus"]).await?;
        town.clock.advance_hours(49);
        readers_are(&town, "in-the-lab", &["olga", "mona", "ben"]).await?;
        readers_are(&town, "by-gus", &["olga", "mona", "ben"]).await?;
        let gus = town.of("gus").items();
        check!(
            gus.comment(NewComment::new(post, "more")).await.is_err(),
            "an expired member comments"
        );
        check!(
            gus.delete(DeleteItem::new(own)).await.is_err(),
            "an expired member deletes"
        );
        check!(
            town.of("gus")
                .people()
                .get(GetPerson::new(external("ben")))
                .await
                .is_err(),
            "he still meets ben"
        );
        check!(
            town.of("gina")
                .people()
                .get(GetPerson::new(external("gus")))
                .await
                .is_err(),
            "gina meets gus"
        );
        Ok(())
    }
);

leak_test!(
    l040_a_removed_member_finds_nothing_on_any_path_at_once,
    ["member_held", "space_found"],
    async |town| {
        let secret = town.space("Secret-Name", Visibility::Secret).await;
        town.add(secret, "ben", Role::Member).await;
        let post = town.post("ben", secret, "in-the-secret").await;
        town.comment("ben", post, "said-in-secret").await;
        readers_are(&town, "in-the-secret", &["olga", "ben"]).await?;
        town.remove(secret, "ben").await;
        for words in ["in-the-secret", "said-in-secret", "Secret-Name"] {
            readers_are(&town, words, &["olga"]).await?;
        }
        let again = town.of("ben").spaces().join(JoinSpace::new(secret)).await;
        check!(
            again.is_err_and(|error| error.reason == Reason::Named),
            "he may come back by himself"
        );
        Ok(())
    }
);

leak_test!(
    l052_a_new_person_of_an_old_name_inherits_nothing,
    ["member_held", "follower_held"],
    async |town| {
        let lab = town.lab().await;
        town.post("ben", lab, "in-the-lab").await;
        town.write("ben", NewItem::new("for-followers").audience(NewAudience::Followers))
            .await;
        let gone = PutPerson::new(external("ben"), "ben").status(PersonStatus::Deactivated);
        town.hr().people().put(gone).await.unwrap();
        let old = town.id("ben").await;
        let new = town
            .hr()
            .people()
            .put(PutPerson::new(external("ben2"), "ben"))
            .await
            .unwrap();
        check!(new.id.0 != old, "the id of another");
        for words in ["in-the-lab", "for-followers"] {
            let seen = town.sightings("ben2", words).await;
            check!(seen.is_empty(), "the new ben reads `{words}` by {}", seen.join(", "));
        }
        Ok(())
    }
);

leak_test!(
    l053_a_deactivated_person_is_refused_everywhere_at_once,
    ["reader_active"],
    async |town| {
        let lab = town.lab().await;
        let post = town.post("ben", lab, "in-the-lab").await;
        let gone = PutPerson::new(external("ben"), "ben").status(PersonStatus::Deactivated);
        town.hr().people().put(gone).await.unwrap();
        let ben = town.of("ben");
        for (operation, request) in super::requests::questions(&town.things(), PEOPLE) {
            // An explanation for another person is refused before anybody is looked up.
            let answer = ben.call(operation, &request).await;
            let reason = answer.as_ref().err().map(|error| error.reason);
            let refused = matches!(reason, Some(Reason::Actor | Reason::SystemOnly));
            check!(refused, "`{operation}` answers a deactivated person: {reason:?}");
        }
        let wrote = ben.items().comment(NewComment::new(post, "still here")).await;
        check!(
            wrote.is_err_and(|error| error.reason == Reason::Actor),
            "a deactivated person writes"
        );
        let nobody = town.of("nobody").feed().home(Home::new()).await.map(drop);
        check!(
            nobody == ben.feed().home(Home::new()).await.map(drop),
            "deactivated and unknown differ"
        );
        readers_are(&town, "in-the-lab", &["olga", "mona"]).await
    }
);

leak_test!(
    l039_what_was_scheduled_is_not_published_for_who_is_gone,
    ["reader_active"],
    async |town| {
        let lab = town.lab().await;
        town.add(lab, "cleo", Role::Member).await;
        let at = parvis::Clock::now(&town.clock).plus_hours(2);
        let soon = |words: &str| NewItem::new(words).publish_at(at);
        town.write("cleo", soon("from-a-member").place(Place::space(lab))).await;
        town.write("ben", soon("from-a-colleague").place(Place::Network)).await;
        town.remove(lab, "cleo").await;
        let gone = PutPerson::new(external("ben"), "ben").status(PersonStatus::Deactivated);
        town.hr().people().put(gone).await.unwrap();
        town.clock.set(at);
        town.post("olga", lab, "time passes").await;
        for words in ["from-a-member", "from-a-colleague"] {
            readers_are(&town, words, &[]).await?;
        }
        Ok(())
    }
);

leak_test!(
    f08_who_expired_stays_expired_when_the_clock_runs_back,
    ["reader_unexpired", "membership_unexpired"],
    async |town| {
        let lab = town.lab().await;
        town.add(lab, "gus", Role::Member).await;
        let until = AddMember::new(lab, external("cleo")).expires(monday().plus_hours(24));
        town.of("olga").spaces().add(until).await.unwrap();
        let guest = PutPerson::new(external("gus"), "gus").kind(parvis::people::PersonKind::Guest);
        town.hr()
            .people()
            .put(guest.expires(monday().plus_hours(24)))
            .await
            .unwrap();
        let post = town.post("ben", lab, "in-the-lab").await;
        check!(
            town.of("gus").items().get(GetItem::new(post)).await.is_ok(),
            "the guest cannot read"
        );
        for jump in [25, 24 * 30, 24 * 400, -1, -24 * 30] {
            town.clock.set(monday().plus_hours(25));
            town.comment("ben", post, "time passes").await;
            town.clock.advance_hours(jump);
            for name in ["gus", "cleo"] {
                let seen = town.sightings(name, "in-the-lab").await;
                check!(
                    seen.is_empty(),
                    "{name} reads {jump} hours after by {}",
                    seen.join(", ")
                );
            }
        }
        Ok(())
    }
);
