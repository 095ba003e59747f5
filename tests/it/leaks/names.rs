//! Names: nobody is found under the name of another, and no name is more than a line.

use super::leak_test;
use super::town::Town;
use super::{Outcome, check};
use parvis::operations::*;
use parvis::spaces::Visibility;
use parvis::{Reason, external};

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
