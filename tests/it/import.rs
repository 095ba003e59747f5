//! Rows of an import through the facade: one bad row never costs another, and rows of one instant keep their order.

use parvis::feed::Explain;
use parvis::import::{
    CommentRow, ImportReport, ImportRow, PersonRow, PostAudience, PostRow, ReactionRow, SpaceRow, UnitRow,
};
use parvis::operations::{GetItem, Home, ImportRows, SpaceWall};
use parvis::spaces::Visibility;
use parvis::store::conformance::wait;
use parvis::testing::{ManualClock, memory};
use parvis::{Actor, HOST, Parvis, Time, external};

const NOON: &str = "2026-11-02T12:00:00Z";

fn at(text: &str) -> Time {
    text.parse().unwrap()
}

fn unit(id: &str, parent: Option<&str>) -> ImportRow {
    ImportRow::Unit(UnitRow {
        id: id.into(),
        name: "Unit".into(),
        parent: parent.map(str::to_owned),
    })
}

fn person(id: &str) -> ImportRow {
    ImportRow::Person(PersonRow {
        id: id.into(),
        name: "Ana".into(),
        guest: false,
        unit: None,
        expires: None,
        title: None,
        active: true,
        skills: None,
    })
}

fn post(id: &str) -> PostRow {
    PostRow {
        id: id.into(),
        author: "ana".into(),
        text: id.into(),
        ts: at(NOON),
        space: Some("lab".into()),
        wall: None,
        audience: PostAudience::Place,
        announce: false,
    }
}

fn comment(id: &str, on: &str) -> CommentRow {
    CommentRow {
        id: Some(id.into()),
        person: "ana".into(),
        post: on.into(),
        ts: at(NOON),
        text: "Yes".into(),
        parent: None,
        staff: false,
    }
}

fn space(id: &str) -> ImportRow {
    ImportRow::Space(SpaceRow {
        id: id.into(),
        name: "Lab".into(),
        kind: Visibility::Open,
        owner: Some("ana".into()),
        about: None,
    })
}

async fn town() -> (Parvis, Actor) {
    let db = memory(&ManualClock::new(at("2026-11-03T12:00:00Z"))).await.unwrap();
    let system = db.system("acme", HOST);
    assert_eq!(put(&system, vec![person("ana"), space("lab")]).await.new.0, 2);
    (db, system)
}

async fn put(system: &Actor, rows: Vec<ImportRow>) -> ImportReport {
    system.import().put(ImportRows::new(rows)).await.unwrap()
}

/// Reasons and fields of the bad rows, each with its place.
fn bad(report: &ImportReport) -> Vec<(u64, &str, &str)> {
    let bad = report.bad.iter();
    bad.map(|bad| {
        (
            bad.row.0,
            bad.reason.as_str(),
            bad.field.0.as_deref().unwrap_or_default(),
        )
    })
    .collect()
}

#[test]
fn an_id_that_cannot_be_one_costs_its_own_row_only() {
    wait(async {
        let (_, system) = town().await;
        put(&system, vec![ImportRow::Post(post("p"))]).await;
        type Make = fn(&str) -> ImportRow;
        let kinds: [Make; 5] = [
            |id| unit(id, None),
            person,
            space,
            |id| ImportRow::Post(post(id)),
            |id| ImportRow::Comment(comment(id, "p")),
        ];
        for (kind, make) in kinds.iter().enumerate() {
            let long = "x".repeat(201);
            let endless = "x".repeat(2_000);
            let rows = vec![make(&long), make(&endless), make("a\0b"), make(""), make("fine")];
            let report = put(&system, rows).await;
            let expected = [
                (0, "too_long", "id"),
                (1, "too_long", "id"),
                (2, "bad_text", "id"),
                (3, "missing", "id"),
            ];
            assert_eq!(bad(&report), expected, "kind {kind}");
            assert_eq!(report.new.0, 1, "kind {kind}");
        }
    });
}

#[test]
fn posts_and_comments_of_one_instant_keep_the_order_of_their_rows() {
    wait(async {
        let (db, system) = town().await;
        let ids: Vec<String> = (0..250).map(|n| format!("p{n:03}")).collect();
        put(&system, ids.iter().map(|id| ImportRow::Post(post(id))).collect()).await;
        let comments = (0..250).map(|n| ImportRow::Comment(comment(&format!("{n:03}"), "p000")));
        put(&system, comments.collect()).await;
        let ana = db.act_as("acme", external("ana"));
        let (mut wall, mut next) = (Vec::new(), None);
        loop {
            let mut request = SpaceWall::new(external("lab")).limit(100u32);
            request.cursor = next;
            let page = ana.feed().space_wall(request).await.unwrap();
            wall.extend(page.items.iter().map(|item| item.external.clone().unwrap()));
            next = page.next.clone();
            if next.is_none() {
                break;
            }
        }
        assert!(wall.iter().rev().eq(&ids), "{wall:?}");
        let thread = ana
            .items()
            .get(GetItem::new(external("p000")).limit(100u32))
            .await
            .unwrap();
        let comments: Vec<_> = thread
            .comments
            .iter()
            .map(|item| item.external.clone().unwrap())
            .collect();
        let expected: Vec<_> = (0..100).map(|n| format!("comment:{n:03}")).collect();
        assert_eq!(comments, expected);
        assert!(ana.feed().home(Home::new()).await.unwrap().next.is_some());
    });
}

#[test]
fn a_reaction_on_a_comment_is_a_reaction_on_no_post() {
    wait(async {
        let (_, system) = town().await;
        let rows = vec![ImportRow::Post(post("p")), ImportRow::Comment(comment("c", "p"))];
        put(&system, rows).await;
        let reaction = ReactionRow {
            person: "ana".into(),
            post: "comment:c".into(),
            ts: at(NOON),
            reaction: "like".into(),
        };
        let report = put(&system, vec![ImportRow::Reaction(reaction)]).await;
        assert_eq!(bad(&report), [(0, "unknown", "post")]);
    });
}

#[test]
fn a_comment_stays_on_its_post() {
    wait(async {
        let (_, system) = town().await;
        let rows = vec![
            ImportRow::Post(post("p")),
            ImportRow::Post(post("q")),
            ImportRow::Comment(comment("c", "p")),
        ];
        put(&system, rows).await;
        let report = put(&system, vec![ImportRow::Comment(comment("c", "q"))]).await;
        assert_eq!(bad(&report), [(0, "not_allowed", "post")]);
    });
}

#[test]
fn a_tree_that_is_too_deep_is_told_from_a_circle() {
    wait(async {
        let (_, system) = town().await;
        let ids: Vec<String> = (0..18).map(|n| format!("u{n}")).collect();
        let chain = ids.iter().zip([None].into_iter().chain(ids.iter().map(Some)));
        let rows = chain.map(|(id, parent)| unit(id, parent.map(String::as_str)));
        let report = put(&system, rows.collect()).await;
        assert_eq!(bad(&report), [(16, "too_deep", "parent"), (17, "unknown", "parent")]);
        let report = put(&system, vec![unit("u0", Some("u3"))]).await;
        assert_eq!(bad(&report), [(0, "circle", "parent")]);
    });
}

#[test]
fn a_post_that_is_imported_counts_for_its_space_like_one_written_here() {
    wait(async {
        let (db, import) = town().await;
        let rows = vec![ImportRow::Post(post("one")), ImportRow::Post(post("two"))];
        assert_eq!(import.import().put(ImportRows::new(rows)).await.unwrap().new.0, 2);
        let ana = db.act_as("acme", external("ana"));
        let home = ana.feed().home(Home::new().explain(Explain::All)).await.unwrap();
        // All of her activity went to this one space: 76 * ln(1 + 10 * 1).
        let points = |code: &str| {
            home.items[0]
                .reasons
                .iter()
                .find(|reason| reason.code == code)
                .unwrap()
                .points
        };
        assert_eq!((home.items.len(), points("ACTIVE_IN_SPACE")), (2, Some(182)));
    });
}

#[test]
fn a_whole_request_of_people_fits_its_batches_whatever_changes() {
    wait(async {
        let (_db, hr) = town().await;
        let crowd = |words: &str, expires: &str, active: bool| -> Vec<ImportRow> {
            let people = (0..500).map(|n| {
                let ImportRow::Person(mut row) = person(&format!("guest-{n}")) else {
                    unreachable!()
                };
                row.name = words
                    .split(' ')
                    .map(|word| format!("{word}{n}"))
                    .collect::<Vec<_>>()
                    .join(" ");
                row.guest = true;
                row.active = active;
                row.expires = Some(at(expires));
                ImportRow::Person(row)
            });
            people.collect()
        };
        let first = crowd("Ana Bea Cleo Dora Eve Fay", "2030-01-01T00:00:00Z", true);
        assert_eq!(put(&hr, first).await.new.0, 500);
        // Every row by which each was found, his date, and what he may see.
        let second = crowd("Gil Hal Ian Jon Kim Lee", "2031-01-01T00:00:00Z", true);
        assert_eq!(put(&hr, second).await.changed.0, 500);
        let third = crowd("Mia Noa Ona Pam Quy Ria", "2032-01-01T00:00:00Z", false);
        assert_eq!(put(&hr, third).await.changed.0, 500);
    });
}
