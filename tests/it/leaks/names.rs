//! Names: nobody is found under the name of another, and no name is more than a line.

use super::leak_test;
use super::town::Town;
use super::{Outcome, check};
use parvis::operations::*;
use parvis::spaces::Visibility;
use parvis::{Reason, external, handle};

leak_test!(
    l088_one_person_never_answers_to_the_name_of_another,
    // No predicate: a host's id is kept byte for byte, and resolved byte for byte.
    [],
    async |town: Town| -> Outcome {
        let pairs = [
            ("admin", "\u{430}dmin"),
            ("paul", "paul "),
            ("rh", "\u{ff52}\u{ff48}"),
            ("ben", "Ben"),
        ];
        let hr = town.hr().people();
        for (real, spoof) in pairs {
            let one = hr.put(PutPerson::new(external(real), real)).await.unwrap().id.0;
            let other = hr.put(PutPerson::new(external(spoof), spoof)).await.unwrap().id.0;
            check!(one != other, "{spoof:?} is {real:?}");
            let found = town
                .of("olga")
                .people()
                .get(GetPerson::new(external(real)))
                .await
                .unwrap();
            check!(
                found.id == one && found.external.as_deref() == Some(real),
                "{real:?} is now {found:?}"
            );
        }
        Ok(())
    }
);

leak_test!(
    l088_a_handle_has_one_form_and_one_holder,
    // No predicate: the form of handles, and the one row of each.
    [],
    async |town: Town| -> Outcome {
        let hr = town.hr().people();
        let paul = hr
            .put(PutPerson::new(external("paul"), "Paul").handle("Paul"))
            .await
            .unwrap();
        let other = || PutPerson::new(external("pavel"), "Pavel");
        for spoof in ["paul", " @PAUL", "\u{ff30}\u{ff41}\u{ff55}\u{ff4c}"] {
            let put = hr.put(other().handle(spoof)).await.map(drop);
            let reason = put.err().map(|error| error.reason);
            check!(reason == Some(Reason::HandleTaken), "{spoof:?}: {reason:?}");
        }
        for spoof in [
            "p\u{430}ul",
            "paul\u{301}",
            "pa\u{200b}ul",
            "pau\u{202e}l",
            "paul.",
            "-paul",
            "everyone",
        ] {
            let put = hr.put(other().handle(spoof)).await.map(drop);
            let reason = put.err().map(|error| error.reason);
            check!(reason == Some(Reason::BadValue), "{spoof:?}: {reason:?}");
        }
        let found = town.of("olga").people().get(GetPerson::new(handle("@PAUL"))).await;
        check!(found.is_ok_and(|card| card.id == paul.id.0), "the handle names another");
        // Nobody acts by a handle: it names another one tomorrow.
        let acts = town.db.act_as(super::town::ACME, handle("paul")).people();
        let reason = acts
            .edit(EditPerson::new().handle("pal"))
            .await
            .err()
            .map(|error| error.reason);
        check!(reason == Some(Reason::Actor), "acts by a handle: {reason:?}");
        // Given up, it is free, and what it named is found by its own.
        hr.put(PutPerson::new(external("paul"), "Paul").handle("pp"))
            .await
            .unwrap();
        let pavel = hr.put(other().handle("paul")).await.unwrap();
        let of = town.of("olga").people();
        let now = of.get(GetPerson::new(handle("paul"))).await.unwrap().id;
        check!(now == pavel.id.0, "the handle does not follow");
        let named = of.get(GetPerson::new(paul.id.0)).await.unwrap().handle.clone();
        check!(named.as_deref() == Some("pp"), "the old holder is called {named:?}");
        Ok(())
    }
);

leak_test!(
    l088_a_handle_tells_nobody_of_a_secret_space,
    ["secret_unnamed"],
    async |town: Town| -> Outcome {
        let merger = town.space("Merger", Visibility::Secret).await;
        let olga = town.of("olga").spaces();
        let named = olga.edit(EditSpace::new(merger).handle("merger")).await.map(drop);
        let reason = named.err().map(|error| error.reason);
        check!(
            reason == Some(Reason::SecretSpace),
            "a secret space is called so: {reason:?}"
        );
        let open = town.space("Tea", Visibility::Open).await;
        olga.edit(EditSpace::new(open).handle("tea")).await.unwrap();
        let hide = SetVisibility::new(open, Visibility::Secret);
        olga.set_visibility(hide).await.unwrap();
        // Whoever tries what a secret space could be called gets it.
        for word in ["merger", "tea"] {
            let cleo = town.of("cleo");
            let found = cleo.spaces().get(GetSpace::new(handle(word))).await.is_ok();
            let taken = cleo.people().edit(EditPerson::new().handle(word)).await.map(drop);
            check!(!found && taken.is_ok(), "{word}: {taken:?}");
        }
        Ok(())
    }
);

leak_test!(
    l012_a_guest_learns_of_nobody_by_trying_handles,
    ["guest_confined"],
    async |town: Town| -> Outcome {
        town.hr()
            .people()
            .put(PutPerson::new(external("cleo"), "cleo").handle("cleo"))
            .await
            .unwrap();
        let gus = town.of("gus").people();
        let mut said = Vec::new();
        for word in ["cleo", "nobody"] {
            said.push(gus.edit(EditPerson::new().handle(word)).await.map(drop));
            said.push(gus.get(GetPerson::new(handle(word))).await.map(drop));
        }
        check!(
            said[0] == said[2] && said[0].is_err(),
            "{:?} but {:?}",
            said[0],
            said[2]
        );
        check!(
            said[1] == said[3] && said[1].is_err(),
            "{:?} but {:?}",
            said[1],
            said[3]
        );
        Ok(())
    }
);

leak_test!(
    l089_a_name_is_one_line_without_marks_that_turn_it_around,
    // No predicate: the form of names.
    [],
    async |town: Town| -> Outcome {
        let hr = town.hr().people();
        for mark in [
            '\u{0}', '\u{7}', '\u{1b}', '\u{7f}', '\u{85}', '\u{9b}', '\r', '\n', '\t', '\u{200e}', '\u{200f}',
            '\u{61c}', '\u{202a}', '\u{202e}', '\u{2066}', '\u{2069}', '\u{2028}', '\u{2029}',
        ] {
            let name = format!("Ma{mark}rie");
            for named in [
                hr.put(PutPerson::new(external("marie"), name.clone())).await.map(drop),
                hr.put(PutPerson::new(external("marie"), "Marie").title(name.clone()))
                    .await
                    .map(drop),
                hr.put_unit(PutUnit::new(external("u"), name.clone())).await.map(drop),
                town.of("ben")
                    .spaces()
                    .create(NewSpace::new(name.clone(), Visibility::Open))
                    .await
                    .map(drop),
            ] {
                let reason = named.err().map(|error| error.reason);
                check!(reason == Some(Reason::BadText), "a name with {mark:?}: {reason:?}");
            }
        }
        for name in ["Zoë d'Été", "王小明", "عمر", "O’Neill 3rd", "👩‍💻 Ada"] {
            let put = hr.put(PutPerson::new(external("n"), name)).await;
            check!(put.is_ok(), "{name} is refused");
        }
        Ok(())
    }
);
