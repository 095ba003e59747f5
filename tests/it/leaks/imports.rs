//! Imports: the host's rows come in whole, with their audience, and a bad row does no harm beyond itself.

use super::check;
use super::leak_test;
use super::town::{ACME, Town, monday};
use parvis::import::{CommentRow, ImportRow, MemberRow, PersonRow, PostAudience, PostRow, SpaceRow};
use parvis::operations::*;
use parvis::spaces::{Role, Visibility};
use parvis::{Actor, External};

fn host(id: &str) -> External {
    External {
        app: "hr".into(),
        id: id.into(),
    }
}

fn of(town: &Town, name: &str) -> Actor {
    town.db.act_as(ACME, host(name))
}

pub(crate) fn person(id: &str, guest: bool) -> ImportRow {
    ImportRow::Person(PersonRow {
        id: id.into(),
        name: id.into(),
        guest,
        unit: None,
        expires: None,
        title: None,
        active: true,
        skills: None,
    })
}

fn space(id: &str, kind: Visibility) -> ImportRow {
    ImportRow::Space(SpaceRow {
        id: id.into(),
        name: id.into(),
        kind,
        owner: Some("ann".into()),
        about: None,
    })
}

fn member(space: &str, person: &str) -> ImportRow {
    ImportRow::Member(MemberRow {
        space: space.into(),
        person: person.into(),
        role: Role::Member,
        expires: None,
    })
}

fn post(id: &str, text: &str, space: Option<&str>, audience: PostAudience) -> ImportRow {
    ImportRow::Post(PostRow {
        id: id.into(),
        author: "ann".into(),
        text: text.into(),
        ts: monday(),
        space: space.map(Into::into),
        wall: None,
        audience,
        announce: false,
    })
}

fn comment(id: &str, text: &str, staff: bool) -> ImportRow {
    ImportRow::Comment(CommentRow {
        id: Some(id.into()),
        person: "ann".into(),
        post: "p".into(),
        ts: monday(),
        text: text.into(),
        parent: None,
        staff,
    })
}

leak_test!(
    l066_what_is_imported_is_seen_by_its_final_audience_only,
    ["member_held", "narrow_key", "follower_held", "guest_confined"],
    async |town| {
        let rows = vec![
            person("ann", false),
            person("bob", false),
            person("eve", false),
            person("gil", true),
            space("closed", Visibility::Closed),
            space("open", Visibility::Open),
            member("closed", "bob"),
            member("open", "gil"),
            post("p", "in-the-closed", Some("closed"), PostAudience::Place),
            post("o", "in-the-open", Some("open"), PostAudience::Place),
            post("f", "for-followers", None, PostAudience::Followers),
            post("n", "for-internals", None, PostAudience::Place),
            comment("c", "said-there", false),
            comment("s", "said-to-staff", true),
        ];
        // Row by row: what is in is already under its final audience.
        for (at, row) in rows.iter().enumerate() {
            let report = town
                .hr()
                .import()
                .put(ImportRows::new(vec![row.clone()]))
                .await
                .unwrap();
            assert!(report.bad.is_empty(), "row {at}: {:?}", report.bad);
            for (id, readers) in [
                ("p", &["ann", "bob"][..]),
                ("o", &["ann", "bob", "eve", "gil"]),
                ("f", &["ann"]),
                ("n", &["ann", "bob", "eve"]),
                ("comment:c", &["ann", "bob"]),
                ("comment:s", &["ann"]),
            ] {
                for name in ["ann", "bob", "eve", "gil"].iter().take(at + 1) {
                    let page = of(&town, name).items().get(GetItem::new(host(id))).await;
                    let expected = readers.contains(name);
                    check!(expected || page.is_err(), "after row {at}: {name} reads {id}");
                    check!(!expected || page.is_ok() || at < 13, "{name} does not read {id}");
                }
            }
        }
        let twice = town.hr().import().put(ImportRows::new(rows)).await.unwrap();
        check!(
            (twice.new.0, twice.changed.0) == (0, 0),
            "a second run changes: {twice:?}"
        );
        Ok(())
    }
);

leak_test!(
    l066_an_import_confines_guests_to_their_spaces,
    // No predicate: the rows are refused; rights are not asked of an import.
    [],
    async |town| {
        let mut rows = vec![
            person("ann", false),
            person("gil", true),
            space("closed", Visibility::Closed),
        ];
        rows.push(post("p", "x", Some("closed"), PostAudience::Place));
        let report = town.hr().import().put(ImportRows::new(rows)).await.unwrap();
        assert!(report.bad.is_empty(), "{:?}", report.bad);
        let mut by_guest = match comment("g", "x", false) {
            ImportRow::Comment(row) => row,
            _ => unreachable!(),
        };
        by_guest.person = "gil".into();
        let posing = ImportRow::Post(PostRow {
            id: "q".into(),
            author: "gil".into(),
            text: "x".into(),
            ts: monday(),
            space: None,
            wall: None,
            audience: PostAudience::Place,
            announce: false,
        });
        let report = town
            .hr()
            .import()
            .put(ImportRows::new(vec![ImportRow::Comment(by_guest), posing]))
            .await
            .unwrap();
        let reasons: Vec<_> = report.bad.iter().map(|bad| bad.reason.as_str()).collect();
        check!(
            reasons == ["guest_outside", "guest_outside"],
            "a guest outside his spaces: {reasons:?}"
        );
        Ok(())
    }
);

leak_test!(
    l066_many_bad_rows_are_reported_and_the_good_ones_come_in,
    // No predicate: the form of an import.
    [],
    async |town| {
        let mut rows = vec![person("ann", false), space("closed", Visibility::Closed)];
        for number in 0..240 {
            rows.push(person(&format!("p{number}"), false));
        }
        let report = town.hr().import().put(ImportRows::new(rows)).await.unwrap();
        assert!(report.bad.is_empty(), "{:?}", report.bad);
        let unknown = "u".repeat(150);
        let rows: Vec<ImportRow> = (0..240)
            .map(|number| match number % 2 {
                0 => member("closed", &format!("p{number}")),
                _ => member("closed", &format!("{unknown}{number}")),
            })
            .collect();
        let report = town.hr().import().put(ImportRows::new(rows)).await;
        let report = report.map_err(|error| format!("bad rows stop the import: {error}"))?;
        check!(
            (report.new.0, report.bad.len()) == (120, 120),
            "{} new, {} bad",
            report.new.0,
            report.bad.len()
        );
        Ok(())
    }
);
