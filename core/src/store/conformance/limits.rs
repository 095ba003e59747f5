//! What passes a limit is refused with a typed error, and what just fits is taken.

use super::bench::{Bench, Verdict, holds, refused, same};
use super::draft::{about, all, climb, count, doc, get, node, range, ranges, text, word};
use crate::store::{
    Keys, MAX_BATCH, MAX_DEPTH, MAX_DOCUMENT, MAX_KEY, MAX_KEYS, MAX_OPERATIONS, MAX_READS, Part, Range, Read, Want,
};

pub(super) async fn a_batch_has_at_most_a_thousand_operations(bench: Bench) -> Verdict {
    let mut draft = bench.draft().absent("tree", node(0)).log("{}");
    for n in 2..1_000 {
        draft = draft.put("tree", node(n), vec![None, None]);
    }
    same(draft.batch.operations(), MAX_OPERATIONS)?;
    let over = draft.clone().delete("tree", node(5_000));
    refused("a batch of 1,001 operations", bench.commit(over).await)?;
    bench.done(draft).await?;
    same(bench.keys(all("tree")).await?.len(), 998)
}

pub(super) async fn a_batch_has_at_most_four_mebibytes(bench: Bench) -> Verdict {
    let document = format!("\"{}\"", "x".repeat(40_000));
    let mut draft = bench.draft();
    for n in 0..104 {
        draft = draft.put_with("docs", doc(n, None, None), about(None, 1, None), &document);
    }
    holds(draft.batch.size() <= MAX_BATCH, "the case is wrong")?;
    let mut over = draft.clone();
    for n in 104..106 {
        over = over.put_with("docs", doc(n, None, None), about(None, 1, None), &document);
    }
    holds(over.batch.size() > MAX_BATCH, "the case is wrong")?;
    refused("a batch of more than 4 MiB", bench.commit(over).await)?;
    bench.done(draft).await?;
    same(bench.keys(all("docs")).await?.len(), 104)
}

pub(super) async fn a_key_has_at_most_512_bytes(bench: Bench) -> Verdict {
    let long = |n: usize| word(Some(&"k".repeat(n)), Some(1), Some(b"1234"));
    let fits = long(MAX_KEY - 12);
    bench
        .done(
            bench
                .draft()
                .absent("words", fits.clone())
                .put("words", fits.clone(), Vec::new()),
        )
        .await?;
    same(bench.keys(all("words")).await?, vec![fits.clone()])?;
    same(
        bench.get("words", fits.clone()).await?.map(|row| row.key),
        Some(fits.clone()),
    )?;
    let over = long(MAX_KEY - 11);
    refused(
        "a put",
        bench.commit(bench.draft().put("words", over.clone(), Vec::new())).await,
    )?;
    refused(
        "a check",
        bench.commit(bench.draft().absent("words", over.clone())).await,
    )?;
    refused("a delete", bench.commit(bench.draft().delete("words", over)).await)?;
    let counter = count(1, Some(&"k".repeat(MAX_KEY - 15)));
    refused("an add", bench.commit(bench.draft().add(counter, "n", 1)).await)?;
    bench
        .done(bench.draft().add(count(1, Some(&"k".repeat(MAX_KEY - 16))), "n", 1))
        .await?;
    bench.done(bench.draft().delete("words", fits)).await?;
    same(bench.keys(all("words")).await?, vec![])
}

pub(super) async fn the_columns_of_an_index_have_at_most_512_bytes(bench: Bench) -> Verdict {
    let put = |n: usize| {
        bench
            .draft()
            .put("docs", doc(1, None, None), about(Some(1), 1, Some(&"t".repeat(n))))
    };
    refused("a title", bench.commit(put(505)).await)?;
    bench.done(put(504)).await?;
    same(bench.keys(all("docs_title")).await?, vec![doc(1, None, None)])
}

pub(super) async fn a_document_has_at_most_48_kilobytes(bench: Bench) -> Verdict {
    let document = |n: usize| format!("\"{}\"", "d".repeat(n - 2));
    let put = |n| {
        bench
            .draft()
            .put_with("docs", doc(1, None, None), about(None, 1, None), &document(n))
    };
    refused("a document", bench.commit(put(MAX_DOCUMENT + 1)).await)?;
    refused(
        "a log entry",
        bench.commit(bench.draft().log(&document(MAX_DOCUMENT + 1))).await,
    )?;
    bench.done(put(MAX_DOCUMENT)).await?;
    let row = bench.get("docs", doc(1, None, None)).await?;
    holds(
        row.and_then(|row| row.document) == Some(document(MAX_DOCUMENT)),
        "the document came back changed",
    )?;
    bench.done(bench.draft().log(&document(MAX_DOCUMENT))).await?;
    same(bench.read(&[]).await?.position.number, 1)
}

pub(super) async fn an_answer_has_at_most_four_kilobytes(bench: Bench) -> Verdict {
    refused(
        "an answer",
        bench.commit(bench.draft().log("{}").answer(&"a".repeat(4_097))).await,
    )?;
    let fits = bench.draft().log("{}").answer(&"a".repeat(4_096));
    bench.done(fits.clone()).await?;
    same(bench.commit(fits).await?.answer.len(), 4_096)
}

pub(super) async fn a_zero_character_is_refused_in_texts_and_documents(bench: Bench) -> Verdict {
    let zero = "a\0b";
    let put = |draft: super::draft::Draft| async { bench.commit(draft).await };
    refused(
        "a key",
        put(bench.draft().put("words", word(Some(zero), None, None), Vec::new())).await,
    )?;
    refused(
        "a check",
        put(bench.draft().absent("words", word(Some("\0"), None, None))).await,
    )?;
    let column = bench
        .draft()
        .put("docs", doc(1, None, None), about(None, 1, Some(zero)));
    refused("a column", put(column).await)?;
    let document = bench
        .draft()
        .put_with("docs", doc(1, None, None), about(None, 1, None), "\"\0\"");
    refused("a document", put(document).await)?;
    refused("a log entry", put(bench.draft().log("\0")).await)?;
    refused(
        "a key of a read",
        bench.read(&[get("words", [word(Some(zero), None, None)])]).await,
    )?;
    refused(
        "a bound",
        bench
            .read(&[Read::Scan(Range {
                to: vec![text(zero)],
                ..range("words", vec![])
            })])
            .await,
    )?;
    bench
        .done(bench.draft().put("words", word(None, None, Some(b"\0")), Vec::new()))
        .await?;
    Ok(())
}

pub(super) async fn a_read_names_at_most_five_thousand_keys(bench: Bench) -> Verdict {
    let too_many = || (0..=5_000).map(node);
    same(too_many().count(), MAX_KEYS + 1)?;
    refused("a get", bench.read(&[get("tree", too_many())]).await)?;
    refused("a scan", bench.read(&[Read::Scan(ranges("tree", too_many()))]).await)?;
    refused("a merge", bench.read(&[Read::Merge(ranges("tree", too_many()))]).await)?;
    refused("a walk", bench.read(&[climb(0..=5_000, 2)]).await)
}

pub(super) async fn a_read_computes_at_most_five_thousand_keys(bench: Bench) -> Verdict {
    for batch in 0..5 {
        let mut draft = bench.draft();
        for n in 0..1_000 {
            draft = draft.put("tree", node(batch * 1_000 + n), vec![None, None]);
        }
        bench.done(draft).await?;
    }
    let nodes = Read::Scan(Range {
        limit: u32::MAX,
        want: Want::Key,
        ..range("tree", vec![])
    });
    let keys = Keys::of(0, [Part::Column("id")]);
    let of = || Read::Get {
        table: "tree",
        keys: keys.clone(),
        want: Want::Key,
    };
    same(bench.last(&[nodes.clone(), of()]).await?.len(), MAX_KEYS)?;
    bench
        .done(bench.draft().put("tree", node(5_000), vec![None, None]))
        .await?;
    refused("a get of 5,001 computed keys", bench.read(&[nodes, of()]).await)
}

pub(super) async fn a_call_holds_at_most_64_reads(bench: Bench) -> Verdict {
    let reads = vec![get("tree", [node(1)]); MAX_READS + 1];
    refused("a call of 65 reads", bench.read(&reads).await)?;
    same(
        bench
            .read(reads.split_last().map_or(&[], |(_, reads)| reads))
            .await?
            .sets
            .len(),
        MAX_READS,
    )
}

pub(super) async fn a_walk_has_one_to_sixteen_steps(bench: Bench) -> Verdict {
    refused("no step", bench.read(&[climb([1], 0)]).await)?;
    refused("17 steps", bench.read(&[climb([1], MAX_DEPTH + 1)]).await)
}
