//! The ways into a space and the lists around it: requests, invitations, members, completion, addresses, the archive.

use super::leak_test;
use super::town::{PEOPLE, Town};
use super::{Outcome, check};
use parvis::operations::*;
use parvis::people::{PersonStatus, Topic};
use parvis::spaces::{JoinPolicy, Role, Visibility};
use parvis::{Error, PersonId, Reason, external};

fn reason<T>(of: Result<T, Error>) -> Option<Reason> {
    of.err().map(|error| error.reason)
}

/// To whom a text completes for somebody, by the host's id.
async fn completes(town: &Town, name: &str, request: CompletePeople) -> Vec<String> {
    let found = town.of(name).people().complete(request.limit(20u32)).await;
    let people = found.map(|found| found.people.iter().map(|card| card.external.clone().unwrap()).collect());
    let mut people: Vec<String> = people.unwrap_or_default();
    people.sort();
    people
}

leak_test!(
    l012_every_completion_stays_within_what_one_may_see,
    ["audience_bounds"],
    async |town: Town| -> Outcome {
        let lab = town.lab().await;
        town.add(lab, "gus", Role::Member).await;
        let post = town.post("ben", lab, "in the lab").await;
        let aside = town.comment_to_staff("mona", post, "aside").await;
        let letters: Vec<String> = ('a'..='z').map(String::from).collect();
        let pairs = letters
            .iter()
            .flat_map(|one| letters.iter().map(move |two| format!("{one}{two}")));
        for typed in letters.iter().cloned().chain(pairs).chain([String::new()]) {
            let gus = completes(&town, "gus", CompletePeople::new(typed.clone())).await;
            let met = ["ben", "mona", "olga"];
            check!(
                gus.iter().all(|name| met.contains(&name.as_str())),
                "{typed}: gus finds {gus:?}"
            );
            for place in [
                CompletePeople::new(typed.clone()).space(lab),
                CompletePeople::new(typed.clone()).item(post),
            ] {
                let ben = completes(&town, "ben", place).await;
                let within = ["gus", "mona", "olga"];
                check!(
                    ben.iter().all(|name| within.contains(&name.as_str())),
                    "{typed}: ben calls {ben:?}"
                );
            }
            let staff = completes(&town, "olga", CompletePeople::new(typed.clone()).item(aside)).await;
            check!(
                staff.iter().all(|name| name == "mona"),
                "{typed}: an aside calls {staff:?}"
            );
        }
        for (name, typed) in [("ben", "ol"), ("gus", "ol")] {
            let found = completes(&town, name, CompletePeople::new(typed).space(lab)).await;
            check!(found == ["olga"], "{name} does not find who is there: {found:?}");
        }
        let cleo = town.of("cleo").people();
        for request in [CompletePeople::new("").space(lab), CompletePeople::new("").item(post)] {
            let refused = reason(cleo.complete(request.clone()).await);
            let expected = [Some(Reason::NotMember), Some(Reason::Named)];
            check!(expected.contains(&refused), "cleo is told who may read: {refused:?}");
        }
        Ok(())
    }
);

leak_test!(
    l029_completion_finds_a_secret_space_for_its_members_only,
    ["space_found"],
    async |town: Town| -> Outcome {
        let secret = town.space("Merger", Visibility::Secret).await;
        let closed = town.space("Merchants", Visibility::Closed).await;
        town.add(closed, "gus", Role::Member).await;
        for (name, expected) in [
            ("olga", vec![closed, secret]),
            ("ben", vec![closed]),
            ("gus", vec![closed]),
            ("gina", vec![]),
        ] {
            let spaces = town.of(name).spaces();
            let found = spaces.complete(CompleteSpaces::new("mer")).await.unwrap();
            let found: Vec<_> = found.spaces.iter().map(|card| card.id).collect();
            check!(found == expected, "{name} completes to {found:?}");
            let listed = spaces.list(ListSpaces::new()).await.unwrap();
            check!(
                !listed.spaces.iter().any(|card| card.id == secret),
                "{name} is listed the secret space"
            );
        }
        // Opened and hidden again, it is found and not found at once.
        for (visibility, there) in [(Visibility::Open, true), (Visibility::Secret, false)] {
            let set = SetVisibility::new(secret, visibility);
            town.of("olga").spaces().set_visibility(set).await.unwrap();
            let found = town
                .of("ben")
                .spaces()
                .complete(CompleteSpaces::new("merg"))
                .await
                .unwrap();
            check!(
                found.spaces.is_empty() != there,
                "{visibility:?}: {} found",
                found.spaces.len()
            );
        }
        let stays_hidden = town.of("ben").spaces().get(GetSpace::new(secret)).await;
        check!(stays_hidden.is_err(), "a secret space shows itself");
        Ok(())
    }
);

leak_test!(
    l025_members_of_a_closed_space_are_listed_to_its_members_only,
    ["members_listed"],
    async |town: Town| -> Outcome {
        let lab = town.lab().await;
        let agora = town.space("Agora", Visibility::Open).await;
        town.add(agora, "gus", Role::Member).await;
        for name in PEOPLE {
            let spaces = town.of(name).spaces();
            let closed = spaces
                .members(ListMembers::new(lab))
                .await
                .map(|page| page.members.len());
            let open = spaces
                .members(ListMembers::new(agora))
                .await
                .map(|page| page.members.len());
            let (in_lab, guest) = (["olga", "mona", "ben"].contains(name), ["gus", "gina"].contains(name));
            check!(closed.is_ok() == in_lab, "{name}: {closed:?}");
            check!(open.is_ok() == (!guest || *name == "gus"), "{name}: {open:?}");
        }
        // The end of a membership is the staff's and the member's own to know.
        let end = town.clock_time().plus_days(3);
        let add = AddMember::new(lab, external("cleo")).expires(end);
        town.of("olga").spaces().add(add).await.unwrap();
        for (name, shown) in [("olga", true), ("mona", true), ("cleo", true), ("ben", false)] {
            let page = town.of(name).spaces().members(ListMembers::new(lab)).await.unwrap();
            let cleo = page.members.iter().find(|member| member.person.name == "cleo").unwrap();
            check!(cleo.expires.is_some() == shown, "{name} is shown {:?}", cleo.expires);
        }
        Ok(())
    }
);

leak_test!(
    l099_requests_to_join_are_the_staffs_business,
    ["admit_needs_staff"],
    async |town: Town| -> Outcome {
        let lab = town.lab().await;
        let cleo = town.of("cleo").spaces();
        cleo.ask(AskToJoin::new(lab).words("let me in, please")).await.unwrap();
        for name in ["ben", "dave", "cleo"] {
            let spaces = town.of(name).spaces();
            let outcomes = [
                reason(spaces.requests(ListRequests::new(lab)).await),
                reason(spaces.accept(AcceptRequest::new(lab, external("cleo"))).await),
                reason(spaces.refuse(RefuseRequest::new(lab, external("cleo"))).await),
            ];
            check!(outcomes == [Some(Reason::NotStaff); 3], "{name}: {outcomes:?}");
        }
        let seen = town.sightings("ben", "let me in").await;
        check!(seen.is_empty(), "ben reads a request: {seen:?}");
        let mona = town.of("mona").spaces();
        check!(
            mona.requests(ListRequests::new(lab)).await.unwrap().requests.len() == 1,
            "the request is lost"
        );
        mona.accept(AcceptRequest::new(lab, external("cleo"))).await.unwrap();
        let role = cleo.get(GetSpace::new(lab)).await.unwrap().role;
        check!(role == Some(Role::Member), "accepted as {role:?}");
        // Once answered, it is answered: nobody comes back by it.
        town.remove(lab, "cleo").await;
        let again = reason(mona.accept(AcceptRequest::new(lab, external("cleo"))).await);
        check!(again == Some(Reason::Named), "an old request: {again:?}");
        Ok(())
    }
);

leak_test!(
    l049_an_invitation_ends_with_its_date_and_with_its_inviter,
    ["invitation_valid"],
    async |town: Town| -> Outcome {
        let secret = town.space("Merger", Visibility::Secret).await;
        town.add(secret, "mona", Role::Owner).await;
        let [olga, mona, cleo] = ["olga", "mona", "cleo"].map(|name| town.of(name).spaces());
        let invite = || InviteToSpace::new(secret, external("cleo"));
        let accept = || cleo.accept_invitation(AcceptInvitation::new(secret));
        let listed = async || {
            cleo.invitations(ListInvitations::new())
                .await
                .unwrap()
                .invitations
                .len()
        };

        check!(reason(accept().await) == Some(Reason::Named), "without an invitation");
        olga.invite(invite().until(town.clock_time().plus_hours(1)))
            .await
            .unwrap();
        check!(listed().await == 1, "the invitation does not arrive");
        town.clock.advance_hours(2);
        check!(listed().await == 0, "an invitation outlives its date");
        check!(reason(accept().await) == Some(Reason::Named), "accepted after its date");

        mona.invite(invite()).await.unwrap();
        let demote = SetRole::new(secret, external("mona"), Role::Member);
        olga.set_role(demote).await.unwrap();
        check!(listed().await == 0, "an invitation outlives its inviter");
        check!(
            reason(accept().await) == Some(Reason::Named),
            "accepted after its inviter"
        );

        olga.invite(invite()).await.unwrap();
        olga.uninvite(Uninvite::new(secret, external("cleo"))).await.unwrap();
        check!(
            reason(accept().await) == Some(Reason::Named),
            "accepted after it was taken back"
        );

        olga.invite(invite()).await.unwrap();
        accept().await.unwrap();
        town.remove(secret, "cleo").await;
        check!(reason(accept().await) == Some(Reason::Named), "accepted twice");
        for name in ["ben", "gus"] {
            let strange = town
                .of(name)
                .spaces()
                .accept_invitation(AcceptInvitation::new(secret))
                .await;
            check!(reason(strange) == Some(Reason::Named), "{name} accepts another's");
        }
        Ok(())
    }
);

leak_test!(
    l038_nobody_writes_in_an_archived_space_or_comes_in,
    ["archive_read_only"],
    async |town: Town| -> Outcome {
        let lab = town.lab().await;
        let post = town.post("ben", lab, "kept").await;
        let version = town
            .of("ben")
            .items()
            .get(GetItem::new(post))
            .await
            .unwrap()
            .item
            .version
            .clone();
        let olga = town.of("olga").spaces();
        olga.invite(InviteToSpace::new(lab, external("dave"))).await.unwrap();
        town.of("cleo").spaces().ask(AskToJoin::new(lab)).await.unwrap();
        olga.archive(ArchiveSpace::new(lab)).await.unwrap();
        let (items, place) = (town.of("ben").items(), || parvis::items::Place::space(lab));
        let outcomes = [
            reason(items.create(NewItem::new("more").place(place())).await),
            reason(items.comment(NewComment::new(post, "more")).await),
            reason(items.react(React::new(post)).await),
            reason(items.edit(EditItem::new(post, "other", version)).await),
            reason(olga.add(AddMember::new(lab, external("dave"))).await),
            reason(olga.accept(AcceptRequest::new(lab, external("cleo"))).await),
            reason(olga.invite(InviteToSpace::new(lab, external("cleo"))).await),
            reason(
                town.of("dave")
                    .spaces()
                    .accept_invitation(AcceptInvitation::new(lab))
                    .await,
            ),
            reason(town.of("dave").spaces().ask(AskToJoin::new(lab)).await),
        ];
        check!(outcomes == [Some(Reason::Archived); 9], "{outcomes:?}");
        let read = items.get(GetItem::new(post)).await;
        check!(read.is_ok(), "what is archived cannot be read: {:?}", reason(read));
        let wall = town.of("ben").feed().space_wall(SpaceWall::new(lab)).await.unwrap();
        check!(wall.items.len() == 1, "the wall of an archived space is empty");
        check!(town.home("ben").await.is_empty(), "what is archived comes home");
        let ranked = town.of("ben").feed().home(Home::new()).await.unwrap();
        check!(ranked.items.is_empty(), "what is archived is ranked");
        let mine = town.of("ben").spaces().mine(MySpaces::new()).await.unwrap();
        check!(
            mine.spaces.iter().any(|card| card.id == lab && card.archived),
            "it is lost to its members"
        );
        olga.unarchive(UnarchiveSpace::new(lab)).await.unwrap();
        check!(town.home("ben").await.len() == 1, "it does not come back");
        Ok(())
    }
);

leak_test!(
    l091_an_address_is_shown_to_colleagues_and_its_owner_only,
    ["email_internal"],
    async |town: Town| -> Outcome {
        let lab = town.lab().await;
        town.add(lab, "gus", Role::Member).await;
        for name in ["ben", "gus"] {
            let put = PutPerson::new(external(name), name).email(format!("{name}@lumen.example"));
            let put = match name {
                "gus" => put.kind(parvis::people::PersonKind::Guest),
                _ => put,
            };
            town.hr().people().put(put).await.unwrap();
        }
        town.post("ben", lab, "by ben").await;
        let shown = async |by: &str, of: &str| -> Option<String> {
            let profile = town.of(by).people().get(GetPerson::new(external(of))).await.unwrap();
            profile.email.clone()
        };
        check!(
            shown("olga", "ben").await.is_some() && shown("ben", "ben").await.is_some(),
            "hidden from colleagues"
        );
        check!(
            shown("olga", "gus").await.is_some() && shown("gus", "gus").await.is_some(),
            "hidden from its owner"
        );
        check!(shown("gus", "ben").await.is_none(), "a guest is shown an address");
        let seen = town.sightings("gus", "ben@lumen").await;
        check!(seen.is_empty(), "a guest reads it in {seen:?}");
        Ok(())
    }
);

leak_test!(
    l053_who_is_deactivated_is_listed_and_completed_nowhere,
    // No predicate: lists hold those who may act.
    [],
    async |town: Town| -> Outcome {
        let lab = town.lab().await;
        let put = |status| PutPerson::new(external("ben"), "ben").status(status);
        let found = async || -> [bool; 3] {
            let olga = town.of("olga");
            let listed = olga.people().list(ListPeople::new().limit(100u32)).await.unwrap();
            let members = olga.spaces().members(ListMembers::new(lab)).await.unwrap();
            [
                listed.people.iter().any(|card| card.name == "ben"),
                completes(&town, "olga", CompletePeople::new("be")).await == ["ben"],
                members.members.iter().any(|member| member.person.name == "ben"),
            ]
        };
        check!(found().await == [true; 3], "an active person is not found");
        town.hr().people().put(put(PersonStatus::Deactivated)).await.unwrap();
        check!(found().await == [false; 3], "a deactivated person is found");
        town.hr().people().put(put(PersonStatus::Active)).await.unwrap();
        check!(found().await == [true; 3], "who is back is not found");
        Ok(())
    }
);

leak_test!(
    l067_nobody_is_told_what_another_mutes,
    ["guest_confined"],
    async |town: Town| -> Outcome {
        let lab = town.lab().await;
        town.add(lab, "gus", Role::Member).await;
        let post = town.post("olga", lab, "a post").await;
        let before = town
            .of("olga")
            .people()
            .get(GetPerson::new(external("ben")))
            .await
            .map(drop);
        let ben = town.of("ben").people();
        for what in [
            Topic::Person {
                person: external("olga").into(),
            },
            Topic::Space { space: lab.into() },
            Topic::Thread { item: post.into() },
            Topic::Tag { tag: "news".into() },
        ] {
            ben.mute(Mute::new(what)).await.unwrap();
        }
        check!(
            ben.mutes(ListMutes::new()).await.unwrap().mutes.len() == 4,
            "a mute is lost"
        );
        let after = town
            .of("olga")
            .people()
            .get(GetPerson::new(external("ben")))
            .await
            .map(drop);
        check!(
            before == after
                && town
                    .of("olga")
                    .people()
                    .mutes(ListMutes::new())
                    .await
                    .unwrap()
                    .mutes
                    .is_empty(),
            "it is told"
        );
        // A mute of somebody whom a guest does not know says nothing about him.
        let nobody = PersonId::from_bytes([9; 16]);
        let gus = town.of("gus").people();
        let [hidden, absent] = [external("cleo").into(), nobody.into()].map(|person| Topic::Person { person });
        let (hidden, absent) = (
            gus.mute(Mute::new(hidden)).await.map(drop),
            gus.mute(Mute::new(absent)).await.map(drop),
        );
        check!(hidden == absent && hidden.is_err(), "{hidden:?} but {absent:?}");
        // What is no longer one's to know is no longer listed.
        town.remove(lab, "ben").await;
        let left = ben.mutes(ListMutes::new()).await.unwrap();
        check!(left.mutes.len() == 3, "a thread of a lost space is still listed");
        Ok(())
    }
);

leak_test!(
    l099_who_may_find_a_space_comes_in_by_its_policy,
    // No predicate: the policy is the space's own.
    [],
    async |town: Town| -> Outcome {
        let room = town.space("Room", Visibility::Open).await;
        let olga = town.of("olga").spaces();
        let cleo = town.of("cleo").spaces();
        for (visibility, policy, joins, asks) in [
            (Visibility::Open, JoinPolicy::Request, Some(Reason::NotOpen), None),
            (
                Visibility::Open,
                JoinPolicy::Invitation,
                Some(Reason::NotOpen),
                Some(Reason::ByInvitation),
            ),
            (
                Visibility::Closed,
                JoinPolicy::Invitation,
                Some(Reason::NotOpen),
                Some(Reason::ByInvitation),
            ),
            (Visibility::Closed, JoinPolicy::Free, None, Some(Reason::BadValue)),
            (
                Visibility::Secret,
                JoinPolicy::Free,
                Some(Reason::Named),
                Some(Reason::Named),
            ),
        ] {
            olga.set_visibility(SetVisibility::new(room, visibility)).await.unwrap();
            olga.edit(EditSpace::new(room).join(policy)).await.unwrap();
            let asked = reason(cleo.ask(AskToJoin::new(room)).await);
            check!(asked == asks, "{visibility:?} {policy:?}: asking gives {asked:?}");
            let joined = reason(cleo.join(JoinSpace::new(room)).await);
            check!(joined == joins, "{visibility:?} {policy:?}: joining gives {joined:?}");
            if joined.is_none() {
                cleo.leave(LeaveSpace::new(room)).await.unwrap();
            } else if asked.is_none() {
                cleo.withdraw(WithdrawRequest::new(room)).await.unwrap();
            }
        }
        Ok(())
    }
);
