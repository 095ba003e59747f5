//! Imports that go well: the sample, again, changed, in both forms, from a generator.

use crate::work::{Town, bad, counts, folder, settled};
use parvis::feed::Order;
use parvis::operations::{EditPerson, Entries, GetItem, GetPerson, GetSpace, Home, PersonWall, SpaceWall};
use parvis::spaces::{Role, Visibility};
use parvis::{Reason, external};
use parvis_examples::quickstart::sample;
use parvis_folder::{Folder, Stop};
use pollster::block_on;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A folder that uses every column, in both forms.
const CSV: &[(&str, &[u8])] = &[
    ("units.csv", b"id,name,parent\r\nhouse,House,\r\nlab,Lab,house\r\n"),
    (
        "people.csv",
        b"\xef\xbb\xbfname,id,title,unit,guest,expires,active,skills\nAna,ana,\"Chief, \"\"x\"\"\",house,,,,\"Tea, #Kettles\"\nBen,ben,,lab,0,,true,\nGus,gus,,,1,2027-01-01T01:00:00+01:00,,Hi-fi\nOld,7,,,,,0,\n",
    ),
    ("spaces.csv", b"id,name,kind,owner,about\ntea,Tea,0,ana,Kettle\nden,Den,2,ben,\n"),
    ("members.csv", b"space,person,role,expires\ntea,gus,,1893456000\ntea,ben,moderator,\n"),
    ("follows.csv", b"person,follows\nana,ben\ngus,7\n"),
    (
        "posts.csv",
        b"id,author,text,ts,space,wall,vis,announce\n1,ana,\"Two\nlines\",1793520000,tea,,members,1\n2,ben,Few,2026-11-01T08:00:01.5Z,,,1,\n3,ben,Unit,1793520002,,ana,unit:lab,\n4,gus,Hi,1793520002,tea,,0,0\n",
    ),
    (
        "interactions.csv",
        b"id,kind,person,post,ts,text,reaction,parent,audience\n1,comment,gus,1,1793520010,Yes,,,\n2,comment,ana,1,1793520011,Hm,,1,\n,comment,ben,1,1793520012,Staff,,,staff\n,reaction,gus,1,1793520013,,party,,\n9,reaction,ben,1,1793520013,,,,\n",
    ),
];
const JSON: &[(&str, &[u8])] = &[
    ("units.jsonl", b"{\"id\":\"house\",\"name\":\"House\"}\n\n{\"name\":\"Lab\",\"parent\":\"house\",\"id\":\"lab\"}"),
    (
        "people.jsonl",
        b"{\"id\":\"ana\",\"name\":\"Ana\",\"title\":\"Chief, \\\"x\\\"\",\"unit\":\"house\",\"skills\":[\"Tea\",\"#Kettles\"]}\n{\"id\":\"ben\",\"name\":\"Ben\",\"unit\":\"lab\",\"guest\":false,\"active\":1}\r\n{\"id\":\"gus\",\"name\":\"Gus\",\"guest\":1,\"expires\":1798761600,\"skills\":\"Hi-fi\"}\n{\"id\":7,\"name\":\"Old\",\"active\":false,\"title\":null}\n",
    ),
    ("spaces.jsonl", b"{\"id\":\"tea\",\"name\":\"Tea\",\"kind\":\"open\",\"owner\":\"ana\",\"about\":\"Kettle\"}\n{\"id\":\"den\",\"name\":\"Den\",\"kind\":2,\"owner\":\"ben\"}\n"),
    ("members.jsonl", b"{\"space\":\"tea\",\"person\":\"gus\",\"role\":\"member\",\"expires\":\"2030-01-01T00:00:00Z\"}\n{\"space\":\"tea\",\"person\":\"ben\",\"role\":\"moderator\"}\n"),
    ("follows.jsonl", b"{\"person\":\"ana\",\"follows\":\"ben\"}\n{\"person\":\"gus\",\"follows\":\"7\"}\n"),
    (
        "posts.jsonl",
        b"{\"id\":1,\"author\":\"ana\",\"text\":\"Two\\nlines\",\"ts\":1793520000,\"space\":\"tea\",\"vis\":\"public\",\"announce\":true}\n{\"id\":\"2\",\"author\":\"ben\",\"text\":\"Few\",\"ts\":\"2026-11-01T09:00:01.500+01:00\",\"vis\":\"followers\"}\n{\"id\":3,\"author\":\"ben\",\"text\":\"Unit\",\"ts\":1793520002,\"wall\":\"ana\",\"vis\":\"unit:lab\"}\n{\"id\":4,\"author\":\"gus\",\"text\":\"Hi\",\"ts\":1793520002,\"space\":\"tea\"}\n",
    ),
    (
        "interactions.jsonl",
        b"{\"id\":1,\"kind\":\"comment\",\"person\":\"gus\",\"post\":1,\"ts\":1793520010,\"text\":\"Yes\"}\n{\"id\":2,\"kind\":\"comment\",\"person\":\"ana\",\"post\":1,\"ts\":1793520011,\"text\":\"Hm\",\"parent\":1}\n{\"kind\":\"comment\",\"person\":\"ben\",\"post\":1,\"ts\":1793520012,\"text\":\"Staff\",\"audience\":\"staff\"}\n{\"kind\":\"reaction\",\"person\":\"gus\",\"post\":1,\"ts\":1793520013,\"reaction\":\"party\"}\n{\"id\":9,\"kind\":\"reaction\",\"person\":\"ben\",\"post\":1,\"ts\":1793520013,\"reaction\":\"like\"}\n",
    ),
];

#[test]
fn the_sample_company_has_no_bad_line_and_settles() {
    let town = Town::new();
    let report = town.import(&sample()).unwrap();
    assert_eq!(bad(&report), [""; 0]);
    assert_eq!(counts(&report, "posts"), (37, 0, 0, 0));
    let again = town.import(&sample()).unwrap();
    assert!(settled(&again), "{again}");
    assert!(!settled(&report), "{report}");
}

/// What ana and gus see, as far as it is the same in every store.
fn seen(town: &Town) -> String {
    block_on(async {
        let mut seen = String::new();
        for person in ["ana", "gus"] {
            let actor = town.person(person);
            let home = actor.feed().home(Home::new().order(Order::Newest)).await.unwrap();
            let thread = actor.items().get(GetItem::new(external(1))).await.unwrap();
            let space = actor.spaces().get(GetSpace::new(external("tea"))).await.unwrap();
            seen += &format!("{person} {:?} {:?} {:?}\n", space.name, space.about, space.role);
            let page = actor.people().get(GetPerson::new(external(person))).await.unwrap();
            let skills: Vec<&str> = page.skills.iter().map(|skill| skill.name.as_str()).collect();
            seen += &format!("{skills:?}\n");
            for item in home
                .items
                .iter()
                .chain([&thread.root])
                .chain(thread.comments.iter().map(|view| &**view))
            {
                let author = item.author.as_ref().map(|card| (&card.name, &card.title, card.guest));
                let body = item.body.as_ref().map(|body| &body.source);
                let (id, t, comments, reactions) = (&item.external, item.t, item.comments, &item.reactions);
                seen += &format!("{id:?} {t} {author:?} {body:?} {comments} {reactions:?}\n");
            }
        }
        seen
    })
}

#[test]
fn csv_and_json_lines_give_the_same() {
    let (csv, json) = (Town::new(), Town::new());
    let (from_csv, from_json) = (folder(CSV), folder(JSON));
    let first = csv.import(from_csv.path()).unwrap();
    let second = json.import(from_json.path()).unwrap();
    assert_eq!(bad(&first), [""; 0]);
    assert_eq!(first.to_string(), second.to_string());
    let view = seen(&csv);
    println!("{view}");
    assert_eq!(view, seen(&json));
    assert!(view.contains("Two\\nlines") && view.contains("party"));
    // One form after the other is the same organisation.
    for other in [
        csv.import(from_json.path()).unwrap(),
        json.import(from_csv.path()).unwrap(),
    ] {
        assert!(settled(&other), "{other}");
    }
    // The two may be mixed.
    let mixed: Vec<_> = CSV
        .iter()
        .enumerate()
        .map(|(at, file)| if at % 2 == 0 { *file } else { JSON[at] })
        .collect();
    let report = csv.import(folder(&mixed).path()).unwrap();
    assert!(settled(&report), "{report}");
}

#[test]
fn a_changed_row_is_updated_and_seen() {
    let town = Town::new();
    town.import(folder(CSV).path()).unwrap();
    let mut files = CSV.to_vec();
    for (name, bytes) in &mut files {
        *bytes = match *name {
            "people.csv" => b"id,name,guest,active\nana,Ana Lima,,\nben,Ben,,0\ngus,Gus,1,\n7,Old,,0\n",
            "spaces.csv" => b"id,name,kind,owner\ntea,Tea and cake,closed,ana\nden,Den,2,ben\n",
            "posts.csv" => b"id,author,text,ts,space\n1,ana,Edited,1793520000,tea\n4,gus,Hi,1793520002,tea\n",
            "interactions.csv" => b"id,kind,person,post,ts,text,reaction\n1,comment,gus,1,1793520010,Yes!,\n,reaction,gus,1,1793520013,,heart\n",
            other => CSV.iter().find(|(name, _)| *name == other).unwrap().1,
        };
    }
    let changed = folder(&files);
    let report = town.import(changed.path()).unwrap();
    assert_eq!(bad(&report), [""; 0]);
    // The row of gus differs as well: it names no date any more, and the date stays.
    assert_eq!(counts(&report, "people"), (0, 3, 1, 0));
    assert_eq!(counts(&report, "spaces"), (0, 1, 1, 0));
    // The post of gus says the same as before; the post of ana has other words and announces no more.
    assert_eq!(counts(&report, "posts"), (0, 1, 1, 0));
    assert_eq!(counts(&report, "interactions"), (0, 2, 0, 0));
    assert!(settled(&town.import(changed.path()).unwrap()));
    block_on(async {
        let ana = town.person("ana");
        let space = ana.spaces().get(GetSpace::new(external("tea"))).await.unwrap();
        assert_eq!((space.visibility, space.role), (Visibility::Closed, Some(Role::Owner)));
        assert_eq!((space.name.as_str(), &space.about), ("Tea and cake", &None));
        let thread = ana.items().get(GetItem::new(external(1))).await.unwrap();
        let root = &thread.root;
        assert_eq!(root.body.as_ref().unwrap().source, "Edited");
        let author = root.author.as_ref().unwrap();
        assert_eq!((author.name.as_str(), &author.title), ("Ana Lima", &None));
        assert!(root.edited.is_some());
        let reactions: Vec<_> = root
            .reactions
            .iter()
            .map(|reaction| reaction.reaction.as_str())
            .collect();
        assert_eq!(reactions, ["heart", "like"]);
        assert_eq!(thread.comments[0].body.as_ref().unwrap().source, "Yes!");
        // Rows that are gone from the folder are not removed.
        assert_eq!(root.comments, 3);
        let gone = town.person("ben").feed().home(Home::new()).await.unwrap_err();
        assert_eq!(gone.reason, Reason::Actor);
    });
}

#[test]
fn a_guest_without_a_date_keeps_the_one_of_his_first_import() {
    let town = Town::new();
    let people = |title: &str| format!("id,name,guest,title\ngus,Gus,1,{title}\n");
    for (title, expected) in [
        ("", (1, 0, 0, 0)),
        ("", (0, 0, 1, 0)),
        ("Clerk", (0, 1, 0, 0)),
        ("Clerk", (0, 0, 1, 0)),
    ] {
        let report = town
            .import(folder(&[("people.csv", people(title).as_bytes())]).path())
            .unwrap();
        assert_eq!(counts(&report, "people"), expected, "{title}");
    }
}

#[test]
fn rows_of_one_instant_keep_their_order_across_calls() {
    let mut posts = "id,author,text,ts\n".to_owned();
    for n in 0..1_200 {
        // The 400 in the middle would be cut by the end of a call.
        let ts = 1_793_520_000 + if (300..700).contains(&n) { 300 } else { n };
        posts += &format!("{n},ana,x,{ts}\n");
    }
    let files: [(&str, &[u8]); 2] = [("people.csv", b"id,name\nana,Ana\n"), ("posts.csv", posts.as_bytes())];
    let town = Town::new();
    let report = town.import(folder(&files).path()).unwrap();
    assert_eq!(counts(&report, "posts"), (1_200, 0, 0, 0));
    let wall = block_on(async {
        let (ana, mut next, mut wall) = (town.person("ana"), None, Vec::new());
        loop {
            let mut request = PersonWall::new(external("ana")).limit(100u32);
            request.cursor = next;
            let page = ana.feed().person_wall(request).await.unwrap();
            wall.extend(page.items.iter().map(|item| item.external.clone().unwrap()));
            next = page.next.clone();
            if next.is_none() {
                return wall;
            }
        }
    });
    assert!(
        wall.iter()
            .rev()
            .map(String::as_str)
            .eq((0..1_200).map(|n| n.to_string()).collect::<Vec<_>>())
    );
}

#[test]
fn notices_of_one_instant_are_told_apart_by_their_ids() {
    let notice = |id: u32| {
        format!(
            "{{\"id\":{id},\"to\":\"ana\",\"kind\":\"comment\",\"actor\":\"ben\",\"post\":\"p1\",\"ts\":1793607300}}\n"
        )
    };
    let notices = format!("{}{}", notice(1), notice(2));
    let said = "id,person,kind,post,ts,text\n1,ben,comment,p1,1793607300,Yes\n2,ben,comment,p1,1793607300,Indeed\n";
    let files: [(&str, &[u8]); 4] = [
        ("people.csv", b"id,name\nana,Ana\nben,Ben\n"),
        ("posts.csv", b"id,author,text,ts\np1,ana,Hello,1793600000\n"),
        ("interactions.csv", said.as_bytes()),
        ("notifications.jsonl", notices.as_bytes()),
    ];
    let (town, files) = (Town::new(), folder(&files));
    let report = town.import(files.path()).unwrap();
    assert_eq!(bad(&report), [""; 0]);
    assert_eq!(counts(&report, "notifications"), (2, 0, 0, 0));
    assert!(settled(&town.import(files.path()).unwrap()));
    // The same id twice is a mistake of the file.
    std::fs::write(files.path().join("notifications.jsonl"), notice(1) + &notice(1)).unwrap();
    let report = town.import(files.path()).unwrap();
    assert_eq!(bad(&report), ["notifications.jsonl:2: duplicate id `1`"]);
}

#[test]
fn an_example_of_the_documentation_is_a_folder() {
    let files: [(&str, &[u8]); 4] = [
        ("people.csv", b"id,name\nana,Ana Silva\nben,Ben Okafor\n"),
        ("spaces.csv", b"id,name,kind,owner\ntea,Tea room,open,ana\n"),
        ("members.csv", b"space,person\ntea,ben\n"),
        ("posts.jsonl", b"{\"id\":1,\"author\":\"ana\",\"space\":\"tea\",\"ts\":\"2026-11-02T09:00:00Z\",\"text\":\"New kettle. Be gentle.\"}\n"),
    ];
    let town = Town::new();
    assert_eq!(bad(&town.import(folder(&files).path()).unwrap()), [""; 0]);
    let wall = town.person("ben");
    let wall = block_on(wall.feed().space_wall(SpaceWall::new(external("tea")))).unwrap();
    assert_eq!(wall.items[0].body.as_ref().unwrap().source, "New kettle. Be gentle.");
}

#[test]
fn two_comments_of_one_instant_are_two_notices_where_they_have_ids() {
    let notice = "{\"to\":\"ana\",\"kind\":\"comment\",\"actor\":\"ben\",\"post\":1,\"ts\":1793520012";
    let unread = |lines: String| {
        let mut files = JSON.to_vec();
        files.push(("notifications.jsonl", lines.as_bytes()));
        let (town, folder) = (Town::new(), folder(&files));
        let report = town.import(folder.path()).unwrap();
        assert_eq!(counts(&town.import(folder.path()).unwrap(), "notifications").0, 0);
        let entries = block_on(town.person("ana").inbox().entries(Entries::new())).unwrap();
        let unread = entries.unread.map(|count| count.unread);
        (bad(&report), entries.entries.len(), unread)
    };
    let (bad, entries, count) = unread(format!("{notice},\"id\":7}}\n{notice},\"id\":8}}\n"));
    assert_eq!((bad, entries, count), (Vec::new(), 2, Some(2)));
    let (bad, entries, count) = unread(format!("{notice}}}\n{notice}}}\n"));
    assert_eq!((bad.len(), entries, count), (1, 1, Some(1)));
}

/// The generator of the performance harness, where it is.
fn generator() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    let shared = std::env::var_os("PARVIS_SHARED").map_or_else(beside, PathBuf::from);
    let generator = shared.join("peers/gen_org.py");
    let python = Command::new("python3").arg("--version").output().is_ok();
    (generator.is_file() && python).then_some(generator)
}

#[test]
fn a_generated_organisation_has_no_bad_line_and_settles() {
    let Some(generator) = generator() else {
        println!("skipped: no peers/gen_org.py in PARVIS_SHARED or no python3");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let sizes = [
        "--people=200",
        "--guests=10",
        "--spaces=12",
        "--posts=5000",
        "--interactions=1500",
    ];
    let made = Command::new("python3")
        .arg(generator)
        .arg("--out")
        .arg(folder.path())
        .args(sizes)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let town = Town::new();
    let report = town.import(folder.path()).unwrap();
    println!("{report}");
    assert_eq!(bad(&report), [""; 0]);
    assert_eq!(counts(&report, "people"), (210, 0, 0, 0));
    assert_eq!(counts(&report, "interactions"), (1_500, 0, 0, 0));
    assert!(report.files.iter().all(|file| file.ignored.is_empty()));
    assert!(counts(&report, "notifications").0 > 100, "{report}");
    let again = town.import(folder.path()).unwrap();
    assert!(settled(&again), "{again}");
}

/// So many people, without some of them.
fn people(n: usize, without: &[usize]) -> String {
    let rows = (0..n).filter(|n| !without.contains(n));
    "id,name\n".to_owned() + &rows.map(|n| format!("p{n},Person {n}\n")).collect::<String>()
}

#[test]
fn an_authoritative_file_ends_the_accounts_of_those_who_are_missing() {
    let town = Town::new();
    let whole = people(40, &[]);
    town.import(folder(&[("people.csv", whole.as_bytes())]).path()).unwrap();
    let end = |rows: &str, at_most| {
        let files = folder(&[("people.csv", rows.as_bytes())]);
        let files = Folder::open(files.path()).unwrap();
        block_on(files.end_missing(&town.system(), at_most))
    };
    let acts = |n: usize| block_on(town.person(&format!("p{n}")).feed().home(Home::new())).is_ok();
    // Somebody of another app is no business of this file.
    let other = town.db.system("acme", "other");
    let mut elsewhere = external("p99");
    elsewhere.app = "other".to_owned();
    let put = parvis::operations::PutPerson::new(elsewhere, "Elsewhere");
    block_on(other.people().put(put)).unwrap();
    assert_eq!(end(&whole, 5).unwrap(), 0);
    assert_eq!(end(&people(40, &[3, 7]), 5).unwrap(), 2);
    assert_eq!((acts(3), acts(7), acts(8)), (false, false, true));
    // 2 of the 38 who are left are more than 5 %.
    let cut = people(40, &[3, 7, 8, 9]);
    match end(&cut, 5).unwrap_err() {
        Stop::Refused(file, error) => assert_eq!((file.as_str(), error.reason), ("people.csv", Reason::ManyMissing)),
        other => panic!("{other}"),
    }
    assert!(acts(8) && acts(9), "a refusal ends nobody");
    assert_eq!(end(&cut, 100).unwrap(), 2);
    assert!(!acts(8) && !acts(9));
    // A line that cannot be read could be anybody.
    let broken = format!("{}p9\n", people(40, &[3, 7, 8, 9]));
    assert!(matches!(end(&broken, 100).unwrap_err(), Stop::Unsure(_, 38)));
    // Who comes back with his old row is active again.
    let report = town.import(folder(&[("people.csv", whole.as_bytes())]).path()).unwrap();
    assert_eq!(counts(&report, "people"), (0, 4, 36, 0));
    assert!([3, 7, 8, 9].into_iter().all(acts));
}

#[test]
fn skills_come_in_and_stay_where_they_are_not_named() {
    let town = Town::new();
    let import = |people: &str| {
        let folder = folder(&[("people.csv", people.as_bytes())]);
        let report = town.import(folder.path()).unwrap();
        (counts(&report, "people"), bad(&report))
    };
    let skills = || {
        let page = block_on(town.person("ana").people().get(GetPerson::new(external("ana")))).unwrap();
        page.skills.iter().map(|skill| skill.name.clone()).collect::<Vec<_>>()
    };
    let good = Vec::<String>::new();
    let first = "id,name,skills\nana,Ana,\"Glass, glass,#Tea\"\n";
    assert_eq!(import(first), ((1, 0, 0, 0), good.clone()));
    assert_eq!(skills(), ["Glass", "Tea"]);
    let edit = EditPerson::new().skills(vec!["Brass".into()]);
    block_on(town.person("ana").people().edit(edit)).unwrap();
    // Neither the same row nor one without them takes away what she declared.
    assert_eq!(import(first), ((0, 0, 1, 0), good.clone()));
    assert_eq!(import("id,name,skills\nana,Ana Lima,\n"), ((0, 1, 0, 0), good.clone()));
    assert_eq!(skills(), ["Brass"]);
    assert_eq!(import("id,name,skills\nana,Ana,\"Tea,Wood\"\n"), ((0, 1, 0, 0), good));
    assert_eq!(skills(), ["Tea", "Wood"]);
    let (counted, bad) = import("id,name,skills\nana,Ana,\"Tea,two words\"\n");
    assert_eq!(counted, (0, 0, 0, 1));
    assert_eq!(bad, ["people.csv:2: not allowed here: skills `two words`"]);
    assert_eq!(skills(), ["Tea", "Wood"]);
}
