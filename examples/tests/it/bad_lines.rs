//! Every documented reason: the line is named with it, the rest goes on.

use crate::work::{Town, bad, counts, folder};
use parvis_folder::Stop;

/// Files beside the one that is tried.
const UNITS: &[u8] = b"id,name\nhouse,House\n";
const PEOPLE: &[u8] = b"id,name,guest\nana,Ana,\nben,Ben,\ngus,Gus,1\n";
const SPACES: &[u8] = b"id,name,kind,owner\nlab,Lab,closed,ana\n";
const MEMBERS: &[u8] = b"space,person\nlab,gus\n";
const POSTS: &[u8] = b"id,author,text,ts,space\np,ana,Hello,1793520000,\nq,ana,Hello,1793520000,lab\n";

/// Imports `lines` as the file `name`; its header and one good line stand around the bad ones. Answers the reasons, and how
/// many rows of the file were new.
fn refused(name: &str, lines: &[u8]) -> (Vec<String>, u64) {
    let all = [
        ("units.csv", UNITS),
        ("people.csv", PEOPLE),
        ("spaces.csv", SPACES),
        ("members.csv", MEMBERS),
        ("posts.csv", POSTS),
    ];
    let table = name.split('.').next().unwrap();
    let others = all.into_iter().filter(|(other, _)| !other.starts_with(table));
    let files: Vec<_> = others.chain([(name, lines)]).collect();
    let report = Town::new().import(folder(&files).path()).unwrap();
    assert!(report.bad().all(|bad| bad.file == name), "{report}");
    let new = counts(&report, table).0;
    (bad(&report), new)
}

fn long(n: usize) -> String {
    "x".repeat(n)
}

#[test]
fn units() {
    let (bad, new) = refused(
        "units.csv",
        b"id,name,parent\na,A,\nb,B,nowhere\nc,,a\na,Again,\nd,D,d\ne,E,a\n",
    );
    assert_eq!(
        bad,
        [
            "units.csv:3: unknown parent `nowhere`",
            "units.csv:4: missing name",
            "units.csv:5: duplicate id `a`",
            "units.csv:6: unknown parent `d`",
        ]
    );
    assert_eq!(new, 2);
    let mut deep = "id,name,parent\nu1,U,\n".to_owned();
    for n in 2..=18 {
        deep.push_str(&format!("u{n},U,u{}\n", n - 1));
    }
    let (bad, new) = refused("units.csv", deep.as_bytes());
    assert_eq!(
        bad,
        [
            "units.csv:18: too deep: parent `u16`",
            "units.csv:19: unknown parent `u17`"
        ]
    );
    assert_eq!(new, 16);
}

#[test]
fn a_unit_that_would_stand_above_itself() {
    let town = Town::new();
    let before = folder(&[("units.csv", b"id,name,parent\na,A,\nb,B,a\n"), ("people.csv", PEOPLE)]);
    assert_eq!(bad(&town.import(before.path()).unwrap()), [""; 0]);
    let after = folder(&[("units.csv", b"id,name,parent\na,A,b\nc,C,a\n"), ("people.csv", PEOPLE)]);
    let report = town.import(after.path()).unwrap();
    assert_eq!(bad(&report), ["units.csv:2: circle: parent `b`"]);
    assert_eq!(counts(&report, "units"), (1, 0, 0, 1));
}

#[test]
fn people() {
    let lines = format!(
        "id,name,guest,unit,expires,active,title\n\
         a,A,,nowhere,,,\n\
         b,B,1,house,,,\n\
         c,C,0,,2027-01-01T00:00:00Z,,\n\
         d,D,maybe,,,,\n\
         e,E,1,,tomorrow,,\n\
         f,F,,,,2,\n\
         {},G,,,,,\n\
         h,{},,,,,\n\
         ,I,,,,,\n\
         j,\"J\tJ\",,,,,\n\
         ana,Ana,,,,,\n\
         ben,Ben,false,,,true,\n\
         gus,Gus,1,,253402300799,,\n\
         k,K,1,,253402300800,,\n",
        long(201),
        long(401)
    );
    let (bad, new) = refused("people.csv", lines.as_bytes());
    assert_eq!(
        bad,
        [
            "people.csv:2: unknown unit `nowhere`",
            "people.csv:3: not allowed here: unit `house`",
            "people.csv:4: not allowed here: expires",
            "people.csv:5: not a yes/no: guest `maybe`",
            "people.csv:6: not an instant: expires `tomorrow`",
            "people.csv:7: not a yes/no: active `2`",
            "people.csv:8: too long: id",
            "people.csv:9: too long: name",
            "people.csv:10: missing id",
            "people.csv:11: not a text of one line: name",
            "people.csv:15: not an instant: expires `253402300800`",
        ]
    );
    assert_eq!(new, 3);
}

#[test]
fn spaces() {
    let (bad, new) = refused(
        "spaces.csv",
        b"id,name,kind,owner\na,A,hidden,\nb,B,open,nobody\nc,C,open,gus\nd,D,,\nlab,Lab,1,ana\ne,E,2,\n",
    );
    assert_eq!(
        bad,
        [
            "spaces.csv:2: not a choice (open, closed, secret): kind `hidden`",
            "spaces.csv:3: unknown owner `nobody`",
            "spaces.csv:4: not allowed here: owner `gus`",
            "spaces.csv:5: missing kind",
        ]
    );
    assert_eq!(new, 2);
}

#[test]
fn members() {
    let (bad, new) = refused(
        "members.csv",
        b"space,person,role,expires\nnone,ana,,\nlab,nobody,,\nlab,ben,boss,\nlab,gus,moderator,\nlab,ana,member,\nlab,ben,,\nlab,ben,owner,\nlab,gus,,2027-01-01\n",
    );
    assert_eq!(
        bad,
        [
            "members.csv:2: unknown space `none`",
            "members.csv:3: unknown person `nobody`",
            "members.csv:4: not a choice (member, moderator, owner): role `boss`",
            "members.csv:5: not allowed here: role `gus`",
            "members.csv:6: last owner",
            "members.csv:7: duplicate person `ben`",
            "members.csv:8: duplicate person `ben`",
            "members.csv:9: duplicate person `gus`",
        ]
    );
    assert_eq!(new, 0);
}

#[test]
fn follows() {
    let (bad, new) = refused(
        "follows.csv",
        b"person,follows\nana,ana\nana,nobody\nnobody,ana\nana,ben\nana,ben\ngus,ana\nben\nana,gus,extra\n",
    );
    assert_eq!(
        bad,
        [
            "follows.csv:2: not allowed here: follows `ana`",
            "follows.csv:3: unknown follows `nobody`",
            "follows.csv:4: unknown person `nobody`",
            "follows.csv:6: duplicate follows `ben`",
            "follows.csv:8: not valid CSV: 1 fields, the header has 2",
            "follows.csv:9: not valid CSV: 3 fields, the header has 2",
        ]
    );
    assert_eq!(new, 2);
}

#[test]
fn posts() {
    let ts = 1_793_520_000;
    let line = |fields: &str| format!("{{{fields},\"ts\":{ts}}}\n");
    let lines = [
        line(r#""id":1,"author":"hogu","text":"x""#),
        line(r#""id":2,"author":"ana","text":"x","space":"none""#),
        line(r#""id":3,"author":"ana","text":"x","wall":"nobody""#),
        line(r#""id":4,"author":"ana","text":"x","vis":"unit:none""#),
        line(r#""id":5,"author":"ana","text":"x","space":"lab","wall":"ana""#),
        line(r#""id":6,"author":"ana","text":"x","space":"lab","vis":"followers""#),
        line(r#""id":7,"author":"ana","text":"x","vis":"members""#),
        line(r#""id":8,"author":"ana","text":"x","vis":"everybody""#),
        line(r#""id":9,"author":"ana","text":"x","announce":1"#),
        line(r#""id":10,"author":"ana","text":"""#),
        line(&format!(r#""id":11,"author":"ana","text":"{}""#, long(16 * 1024 + 1))),
        line(r#""id":12,"author":"gus","text":"x""#),
        line(r#""id":13,"author":"ana","text":"x\u0000y""#),
        line(r#""id":"comment:1","author":"ana","text":"x""#),
        line(r#""id":1.5,"author":"ana","text":"x""#),
        line(r#""id":14,"author":"ana","text":5"#),
        "{\"id\":15,\"author\":\"ana\",\"text\":\"x\"}\n".to_owned(),
        "{\"id\":16,\"author\":\"ana\",\"text\":\"x\",\"ts\":1793520000000}\n".to_owned(),
        "{\"id\":17,\"author\":\"ana\"\n".to_owned(),
        "[1]\n".to_owned(),
        line(r#""id":"7","author":"ana","text":"x""#),
        line(r#""id":18,"author":"gus","text":"x","space":"lab","vis":0,"wall":null"#),
        line(r#""id":"018","author":"ana","text":"x","vis":1"#),
    ];
    let mut bytes = lines.concat().into_bytes();
    bytes.extend(b"{\"id\":\"\xff\"}\n");
    let (bad, new) = refused("posts.jsonl", &bytes);
    let places = "a choice (public, followers, members, unit:ID)";
    assert_eq!(
        bad,
        [
            "posts.jsonl:1: unknown author `hogu`".to_owned(),
            "posts.jsonl:2: unknown space `none`".to_owned(),
            "posts.jsonl:3: unknown wall `nobody`".to_owned(),
            "posts.jsonl:4: unknown vis `none`".to_owned(),
            "posts.jsonl:5: not allowed here: wall".to_owned(),
            "posts.jsonl:6: not allowed here: vis".to_owned(),
            "posts.jsonl:7: not allowed here: vis `members`".to_owned(),
            format!("posts.jsonl:8: not {places}: vis `everybody`"),
            "posts.jsonl:9: not allowed here: announce".to_owned(),
            "posts.jsonl:10: missing text".to_owned(),
            "posts.jsonl:11: too long: text".to_owned(),
            "posts.jsonl:12: guest outside his spaces: author `gus`".to_owned(),
            "posts.jsonl:13: not a text: text `x\\0y`".to_owned(),
            "posts.jsonl:14: not allowed here: id `comment:1`".to_owned(),
            "posts.jsonl:15: not an id: id `1.5`".to_owned(),
            "posts.jsonl:16: not a text: text `5`".to_owned(),
            "posts.jsonl:17: missing ts".to_owned(),
            "posts.jsonl:18: not an instant: ts `1793520000000`".to_owned(),
            "posts.jsonl:19: not valid JSON: it breaks off or errs at column 23".to_owned(),
            "posts.jsonl:20: not valid JSON: the line is no object".to_owned(),
            "posts.jsonl:21: duplicate id `7`".to_owned(),
            "posts.jsonl:24: not UTF-8".to_owned(),
        ]
    );
    assert_eq!(new, 2);
}

#[test]
fn interactions() {
    let lines = [
        "id,kind,person,post,ts,text,reaction,parent,audience",
        "1,reaction,nobody,p,1793520001,,,,",
        "2,reaction,ana,none,1793520001,,,,",
        "3,wave,ana,p,1793520001,,,,",
        "4,comment,ana,p,1793520001,,,,",
        "5,reaction,ana,p,1793520001,,like,,",
        "6,reaction,ana,p,1793520002,,love,,",
        "7,comment,ana,p,1793520001,Yes,,nowhere,",
        "8,comment,ana,p,1793520001,First,,,",
        "9,comment,ana,q,1793520001,Other post,,8,",
        "10,comment,ana,p,1793520001,Secret,,,staff",
        "11,comment,gus,p,1793520001,Hm,,,",
        "12,reaction,gus,p,1793520001,,,,",
        "13,reaction,ben,p,1793520001,Nice,,,",
        "14,comment,ben,p,1793520001,Nice,like,,",
        "15,reaction,ben,p,1793520001,,Thumbs Up,,",
        "8,comment,ben,p,1793520001,Again,,,",
        ",comment,ben,p,1793520001,One,,,",
        ",comment,ben,p,1793520001,Two,,,",
        ",comment,ben,p,soon,Three,,,",
        ",comment,ben,p,1793520002,Three,,,public",
        "16,comment,gus,q,2026-11-02T09:15:00+01:00,\"Two",
        "lines\",,,",
        "17,comment,ana,q,1793520001,For few,,,staff",
        "18,comment,ana,q,1793520001,a \"quote\" in it,,,",
        "19,reaction,ben,comment:8,1793520001,,,,",
        "",
    ];
    let (bad, new) = refused("interactions.csv", lines.join("\r\n").as_bytes());
    assert_eq!(
        bad,
        [
            "interactions.csv:2: unknown person `nobody`",
            "interactions.csv:3: unknown post `none`",
            "interactions.csv:4: not a choice (reaction, comment): kind `wave`",
            "interactions.csv:5: missing text",
            "interactions.csv:7: duplicate post `p`",
            "interactions.csv:8: unknown parent `nowhere`",
            "interactions.csv:10: unknown parent `8`",
            "interactions.csv:11: not allowed here: audience `staff`",
            "interactions.csv:12: guest outside his spaces: person `gus`",
            "interactions.csv:13: guest outside his spaces: person `gus`",
            "interactions.csv:14: not allowed here: text `Nice`",
            "interactions.csv:15: not allowed here: reaction `like`",
            "interactions.csv:16: duplicate post `p`",
            "interactions.csv:17: duplicate id `8`",
            "interactions.csv:19: duplicate post `p`",
            "interactions.csv:20: not an instant: ts `soon`",
            "interactions.csv:21: not a choice (staff): audience `public`",
            "interactions.csv:25: not valid CSV: a quote inside an unquoted field",
            "interactions.csv:26: unknown post `comment:8`",
        ]
    );
    assert_eq!(new, 5);
}

#[test]
fn a_reaction_has_a_short_name() {
    let lines = b"kind,person,post,ts,reaction\nreaction,ben,p,1793520001,Thumbs Up\nreaction,ana,p,1793520001,party\n";
    let (bad, new) = refused("interactions.csv", lines);
    let what = "a name of a reaction (1 to 32 of a-z, 0-9, _)";
    assert_eq!(bad, [format!("interactions.csv:2: not {what}: reaction `Thumbs Up`")]);
    assert_eq!(new, 1);
}

#[test]
fn a_row_that_names_a_refused_row_is_refused_too() {
    let files: [(&str, &[u8]); 3] = [
        ("people.csv", b"id,name\nana,\nben,Ben\n"),
        (
            "posts.csv",
            b"id,author,text,ts\n1,ana,x,1793520000\n2,ben,x,1793520000\n",
        ),
        (
            "interactions.csv",
            b"kind,person,post,ts,text\ncomment,ben,1,1793520001,x\ncomment,ben,2,1793520001,x\n",
        ),
    ];
    let report = Town::new().import(folder(&files).path()).unwrap();
    assert_eq!(
        bad(&report),
        [
            "people.csv:2: missing name",
            "posts.csv:2: unknown author `ana`",
            "interactions.csv:2: unknown post `1`"
        ]
    );
    assert_eq!(counts(&report, "interactions"), (1, 0, 0, 1));
}

#[test]
fn columns_that_are_not_known_are_named_once_a_file() {
    let files: [(&str, &[u8]); 2] = [
        ("people.csv", b"id,name,titel\nana,Ana,Chief\nben,Ben,\n"),
        ("posts.jsonl", b"{\"id\":1,\"author\":\"ana\",\"ts\":0,\"text\":\"x\",\"tags\":[1]}\n{\"id\":2,\"author\":\"ana\",\"ts\":0,\"text\":\"x\",\"tags\":[],\"vis \":1}\n"),
    ];
    let report = Town::new().import(folder(&files).path()).unwrap().to_string();
    let ignored: Vec<_> = report.lines().filter(|line| line.contains("ignored")).collect();
    assert_eq!(
        ignored,
        [
            "people.csv: column `titel` is not known and was ignored",
            "posts.jsonl: column `tags` is not known and was ignored",
            "posts.jsonl: column `vis ` is not known and was ignored",
        ]
    );
}

#[test]
fn what_stops_an_import_does_so_before_anything_is_written() {
    type Files<'a> = &'a [(&'a str, &'a [u8])];
    let stops: [(Files<'_>, &str); 6] = [
        (&[("units.csv", UNITS)], "holds neither people.csv nor people.jsonl"),
        (
            &[("people.csv", PEOPLE), ("posts.csv", POSTS), ("posts.jsonl", b"")],
            "both posts.csv and posts.jsonl are there",
        ),
        (
            &[("people.csv", PEOPLE), ("follows.csv", b"person,follow\nana,ben\n")],
            "follows.csv: column `follows` is missing",
        ),
        (
            &[("people.csv", PEOPLE), ("follows.csv", b"person,person,follows\n")],
            "follows.csv: column `person` stands twice",
        ),
        (
            &[("people.csv", PEOPLE), ("follows.csv", b"person,\xff\n")],
            "follows.csv: the header is not UTF-8",
        ),
        (
            &[("people.csv", PEOPLE), ("follows.csv", b"person,\"follows\n")],
            "follows.csv: a quote is not closed",
        ),
    ];
    for (files, why) in stops {
        let town = Town::new();
        let stop: Stop = town.import(folder(files).path()).unwrap_err();
        assert!(stop.to_string().contains(why), "{stop}");
        let fine = folder(&[("people.csv", PEOPLE)]);
        let report = town.import(fine.path()).unwrap();
        assert_eq!(counts(&report, "people"), (3, 0, 0, 0), "{why}");
    }
    let missing = Town::new().import(std::path::Path::new("no/such/folder")).unwrap_err();
    assert_eq!(missing.to_string(), "`no/such/folder` is no folder");
}
