//! One order everywhere: part by part, absent first, bytes as they are.

use super::bench::{Bench, Verdict, same};
use super::draft::{about, all, doc, int, line, range, text, word};
use crate::store::{Dir, Parts, Range, Read};

/// Writes rows of `table` in a shuffled order; they must come back in the given one, and backwards against it.
async fn come_in_order(bench: &Bench, table: &'static str, index: &'static str, rows: Vec<(Parts, Parts)>) -> Verdict {
    let mut draft = bench.draft();
    let half = rows.len() / 2;
    for (key, columns) in rows.iter().skip(half).chain(rows.iter().take(half).rev()) {
        draft = draft.put(table, key.clone(), columns.clone());
    }
    bench.done(draft).await?;
    let mut keys: Vec<Parts> = rows.into_iter().map(|(key, _)| key).collect();
    same(bench.keys(all(index)).await?, keys.clone())?;
    keys.reverse();
    same(
        bench
            .keys(Read::Scan(Range {
                dir: Dir::Down,
                ..range(index, Vec::new())
            }))
            .await?,
        keys,
    )
}

fn words(keys: impl IntoIterator<Item = Parts>) -> Vec<(Parts, Parts)> {
    keys.into_iter().map(|key| (key, Vec::new())).collect()
}

pub(super) async fn absent_parts_come_first(bench: Bench) -> Verdict {
    let keys = [
        word(None, None, None),
        word(None, None, Some(b"")),
        word(None, Some(i64::MIN), None),
        word(None, Some(i64::MIN), Some(b"\0")),
        word(Some(""), None, None),
        word(Some(""), Some(-1), None),
        word(Some("a"), None, None),
    ];
    come_in_order(&bench, "words", "words", words(keys)).await
}

pub(super) async fn absent_columns_come_first_in_an_index(bench: Bench) -> Verdict {
    let rows = [
        (3, None),
        (4, None),
        (2, Some(i64::MIN)),
        (5, Some(-1)),
        (1, Some(0)),
        (6, Some(i64::MAX)),
    ];
    let rows = rows.map(|(n, score)| (doc(n, None, None), about(score, 1, None)));
    come_in_order(&bench, "docs", "docs_score", rows.to_vec()).await
}

pub(super) async fn integers_are_ordered_by_value_also_negative_ones(bench: Bench) -> Verdict {
    let numbers = [
        i64::MIN,
        i64::MIN + 1,
        -4_294_967_297,
        -65_536,
        -257,
        -256,
        -255,
        -2,
        -1,
        0,
        1,
        2,
        127,
        128,
        255,
    ]
    .into_iter()
    .chain([
        256,
        257,
        65_535,
        4_294_967_296,
        (1 << 53) - 1,
        1 << 53,
        (1 << 53) + 1,
        i64::MAX - 1,
        i64::MAX,
    ]);
    let keys: Vec<Parts> = numbers.map(|n| word(Some("n"), Some(n), None)).collect();
    come_in_order(&bench, "words", "words", words(keys)).await
}

pub(super) async fn times_are_ordered_by_value_also_before_1970(bench: Bench) -> Verdict {
    let times = [i64::MIN, -62_135_596_800_000, -1, 0, 1, 1_700_000_000_000, i64::MAX];
    let rows = times.map(|t| (line(1, 1, t, 1), Vec::new())).to_vec();
    come_in_order(&bench, "lines", "lines", rows).await
}

pub(super) async fn ids_are_ordered_bytewise(bench: Bench) -> Verdict {
    let ids = [0, 1, 0x7f, 0x80, 0xff, 0x100, u64::MAX].map(|n| (doc(n, None, None), about(None, 0, None)));
    come_in_order(&bench, "docs", "docs", ids.to_vec()).await
}

/// Texts in byte order that other orders would shuffle: case, accents, blanks, digits, surrogate pairs.
const TEXTS: [&str; 22] = [
    "",
    "\u{1}",
    "\t",
    " ",
    " a",
    "!",
    "-1",
    "10",
    "2",
    "A",
    "B",
    "_",
    "a",
    "a ",
    "a!",
    "aa",
    "b",
    "e\u{301}",
    "z",
    "é",
    "\u{ffff}",
    "\u{1f600}",
];

pub(super) async fn text_is_ordered_bytewise_in_keys(bench: Bench) -> Verdict {
    come_in_order(
        &bench,
        "words",
        "words",
        words(TEXTS.map(|text| word(Some(text), None, None))),
    )
    .await
}

pub(super) async fn text_is_ordered_bytewise_in_indexes(bench: Bench) -> Verdict {
    let rows = (0_u64..)
        .zip(TEXTS)
        .map(|(n, text)| (doc(n * 7 % 23, None, None), about(None, 1, Some(text))));
    come_in_order(&bench, "docs", "docs_title", rows.collect()).await
}

pub(super) async fn bounds_compare_text_bytewise(bench: Bench) -> Verdict {
    let mut draft = bench.draft();
    for word_ in TEXTS {
        draft = draft.put("words", word(Some(word_), None, None), Vec::new());
    }
    bench.done(draft).await?;
    for (n, bound) in TEXTS.into_iter().enumerate() {
        let whole = range("words", Vec::new());
        let above = Read::Scan(Range {
            from: vec![text(bound)],
            ..whole.clone()
        });
        let expected = TEXTS
            .into_iter()
            .skip(n + 1)
            .map(|text| word(Some(text), None, None))
            .collect();
        same(bench.keys(above).await?, expected)?;
        let below = Read::Scan(Range {
            to: vec![text(bound)],
            ..whole
        });
        let expected = TEXTS
            .into_iter()
            .take(n + 1)
            .map(|text| word(Some(text), None, None))
            .collect();
        same(bench.keys(below).await?, expected)?;
    }
    Ok(())
}

pub(super) async fn bytes_are_ordered_bytewise(bench: Bench) -> Verdict {
    let all: [&[u8]; 14] = [
        b"",
        b"\0",
        b"\0\0",
        b"\0\x01",
        b"\0\xff",
        b"\x01",
        b"\x01\0",
        b"\x7f",
        b"\x80",
        b"\xfe\xff",
        b"\xff",
        b"\xff\0",
        b"\xff\xfe",
        b"\xff\xff",
    ];
    come_in_order(
        &bench,
        "words",
        "words",
        words(all.map(|raw| word(Some("b"), Some(0), Some(raw)))),
    )
    .await
}

pub(super) async fn parts_are_compared_one_by_one(bench: Bench) -> Verdict {
    let keys = [
        word(Some("a"), Some(9), Some(b"z")),
        word(Some("a\u{1}"), None, None),
        word(Some("a\u{1}"), Some(-5), Some(b"\xff\xff")),
        word(Some("a\u{1}"), Some(-4), None),
        word(Some("ab"), None, None),
        word(Some("ab"), Some(0), Some(b"")),
        word(Some("ab"), Some(0), Some(b"c")),
        word(Some("abc"), None, Some(b"\0")),
    ];
    come_in_order(&bench, "words", "words", words(keys)).await
}

pub(super) async fn long_shared_prefixes_do_not_confuse(bench: Bench) -> Verdict {
    let long = "é".repeat(240);
    let keys: Vec<Parts> = ["", "\u{1}", "0", "a", "ab", "b", "é"]
        .iter()
        .map(|end| word(Some(&format!("{long}{end}")), None, None))
        .collect();
    come_in_order(&bench, "words", "words", words(keys.clone())).await?;
    for key in keys {
        same(bench.get("words", key.clone()).await?.map(|row| row.key), Some(key))?;
    }
    Ok(())
}

pub(super) async fn long_titles_are_ordered_to_their_last_byte(bench: Bench) -> Verdict {
    let long = "t".repeat(503);
    let rows: Vec<(Parts, Parts)> = (0_u64..)
        .zip(["", "a", "b"])
        .map(|(n, end)| (doc(9 - n, None, None), about(None, 1, Some(&format!("{long}{end}")))))
        .collect();
    come_in_order(&bench, "docs", "docs_title", rows).await?;
    same(
        bench
            .keys(Read::Scan(range("docs_title", vec![text(&format!("{long}a"))])))
            .await?,
        vec![doc(8, None, None)],
    )
}

pub(super) async fn a_lone_part_of_a_key_orders_before_what_continues_it(bench: Bench) -> Verdict {
    let keys = [
        word(Some("a"), None, None),
        word(Some("a"), None, Some(b"\0")),
        word(Some("a"), Some(0), None),
    ];
    come_in_order(&bench, "words", "words", words(keys)).await?;
    let one = Range {
        from: vec![None],
        ..range("words", vec![text("a")])
    };
    same(bench.keys(Read::Scan(one)).await?, vec![word(Some("a"), Some(0), None)])?;
    let zero = Read::Scan(range("words", vec![text("a"), int(0)]));
    same(bench.keys(zero).await?, vec![word(Some("a"), Some(0), None)])
}
