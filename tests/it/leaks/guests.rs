//! Guests: they see the spaces they were taken into, whom they meet there, and nothing else.

use super::check;
use super::feeds::readers_are;
use super::leak_test;
use super::town::{PEOPLE, Town};
use parvis::items::Place;
use parvis::operations::*;
use parvis::people::PersonKind;
use parvis::spaces::{Role, Visibility};
use parvis::{Error, Reason, external};

leak_test!(
    l012_a_guest_finds_only_whom_he_meets_in_a_space,
    ["person_found", "guest_confined"],
    async |town| {
        let lab = town.lab().await;
        town.add(lab, "gus", Role::Member).await;
        let expected = |reader: &str, name: &str| match reader {
            "gus" => ["olga", "mona", "ben", "gus"].contains(&name),
            _ => reader == name,
        };
        for reader in ["gus", "gina"] {
            for name in PEOPLE {
                let found = town
                    .of(reader)
                    .people()
                    .get(GetPerson::new(external(name)))
                    .await
                    .is_ok();
                check!(
                    found == expected(reader, name),
                    "the guest {reader} finds {name}: {found}"
                );
            }
        }
        Ok(())
    }
);

leak_test!(l012_a_guest_is_not_told_who_exists, ["guest_confined"], async |town| {
    let gus = town.of("gus").people();
    let mut told: Vec<Result<(), Error>> = Vec::new();
    for name in PEOPLE.iter().copied().filter(|name| *name != "gus").chain(["nobody"]) {
        let person = external(name);
        told.push(gus.follow(Follow::new(person.clone())).await.map(drop));
        told.push(gus.unfollow(Unfollow::new(person.clone())).await.map(drop));
        told.push(gus.block(Block::new(person.clone())).await.map(drop));
        told.push(gus.unblock(Unblock::new(person)).await.map(drop));
    }
    for answer in &told {
        check!(answer.is_err(), "a guest follows or blocks somebody by name");
        check!(
            *answer == told[0],
            "two answers for persons hidden from a guest: {answer:?}, {:?}",
            told[0]
        );
    }
    Ok(())
});

leak_test!(
    l045_a_guest_sees_the_spaces_he_was_taken_into_and_nothing_else,
    ["guest_confined", "member_held", "space_found"],
    async |town| {
        let (lab, open) = (town.lab().await, town.space("Open", Visibility::Open).await);
        let closed = town.space("Closed-Name", Visibility::Closed).await;
        town.add(lab, "gus", Role::Member).await;
        town.post("ben", lab, "in-the-lab").await;
        town.post("olga", open, "in-the-open").await;
        town.post("olga", closed, "in-the-closed").await;
        readers_are(&town, "in-the-lab", &["olga", "mona", "ben", "gus"]).await?;
        readers_are(&town, "in-the-open", &["olga", "mona", "ben", "cleo", "dave"]).await?;
        readers_are(&town, "in-the-closed", &["olga"]).await?;
        let internal: Vec<&str> = PEOPLE[..5].to_vec();
        readers_are(&town, "Closed-Name", &internal).await?;
        let joined = town.of("gus").spaces().join(JoinSpace::new(open)).await;
        check!(
            joined.is_err_and(|error| error.reason == Reason::Named),
            "a guest finds an open space"
        );
        Ok(())
    }
);

leak_test!(
    l046_who_becomes_a_guest_keeps_no_power,
    ["guest_confined"],
    async |town| {
        let lab = town.lab().await;
        let open = town.space("Open", Visibility::Open).await;
        town.post("olga", open, "in-the-open").await;
        let post = town.post("ben", lab, "in-the-lab").await;
        let aside = town.comment_to_staff("olga", post, "aside").await;
        town.add(lab, "cleo", Role::Owner).await;
        let demoted = PutPerson::new(external("cleo"), "cleo").kind(PersonKind::Guest);
        town.hr().people().put(demoted).await.unwrap();
        let cleo = town.of("cleo");
        let seen = town.sightings("cleo", "in-the-open").await;
        check!(
            seen.is_empty(),
            "a new guest still reads open spaces by {}",
            seen.join(", ")
        );
        check!(
            town.sightings("cleo", "aside").await.is_empty(),
            "a new guest still reads asides"
        );
        let add = AddMember::new(lab, external("gina"));
        check!(cleo.spaces().add(add).await.is_err(), "a guest manages members");
        check!(
            cleo.items().delete(DeleteItem::new(post)).await.is_err(),
            "a guest moderates"
        );
        check!(
            cleo.items().delete(DeleteItem::new(aside)).await.is_err(),
            "a guest moderates asides"
        );
        check!(
            cleo.spaces()
                .create(NewSpace::new("Mine", Visibility::Open))
                .await
                .is_err(),
            "a guest opens a space"
        );
        let told = cleo.items().create(NewItem::new("hello").place(Place::Network)).await;
        check!(told.is_err(), "a guest writes to the network");
        Ok(())
    }
);

leak_test!(
    l046_no_grant_raises_a_guest_to_the_staff,
    // No predicate: commands refuse such a role before it exists. What a row says nevertheless is judged, above.
    [],
    async |town: Town| {
        let lab = town.lab().await;
        for role in [Role::Moderator, Role::Owner] {
            let add = town
                .of("olga")
                .spaces()
                .add(AddMember::new(lab, external("gus")).role(role))
                .await;
            check!(
                add.is_err_and(|error| error.reason == Reason::Guest),
                "a guest is taken in as {role:?}"
            );
            town.add(lab, "gus", Role::Member).await;
            let set = town
                .of("olga")
                .spaces()
                .set_role(SetRole::new(lab, external("gus"), role))
                .await;
            check!(
                set.is_err_and(|error| error.reason == Reason::Guest),
                "a guest is made {role:?}"
            );
        }
        Ok(())
    }
);
