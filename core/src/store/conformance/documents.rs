//! Documents and values come back byte for byte.

use super::bench::{Bench, Verdict, holds, same};
use super::draft::{about, all, bytes, doc, id, mark, text, time, word};

pub(super) async fn documents_come_back_byte_for_byte(bench: Bench) -> Verdict {
    let documents = [
        "{}",
        "null",
        " {\"b\" : 1,\n\t\"a\":2 }  ",
        r#"{"a":1,"a":2}"#,
        r#"{"n":1.0,"m":1e2,"big":123456789012345678901234567890,"small":-0.0}"#,
        r#"{"escaped":"\u00e9\/\n","plain":"é"}"#,
        r#"{"emoji":"😀","rtl":"שלום","zero width":"a‍b","combining":"é"}"#,
        r#"{"quote":"it's \"so\" %s $1 ? :x -- ; \\"}"#,
        "[1,2,{\"deep\":[[[[]]]]}]",
        "\"\"",
    ];
    for (n, document) in (0..).zip(documents) {
        let draft = bench
            .draft()
            .put_with("docs", doc(n, None, None), about(None, 1, None), document);
        bench
            .done(
                draft
                    .put_with("marks", mark(n, "m"), vec![time(1)], document)
                    .log(document),
            )
            .await?;
    }
    for table in ["docs", "marks", "log"] {
        let rows = bench.rows(all(table)).await?;
        same(
            rows.iter().filter_map(|row| row.document.as_deref()).collect(),
            documents.to_vec(),
        )?;
    }
    Ok(())
}

pub(super) async fn an_absent_document_is_absent(bench: Bench) -> Verdict {
    let key = || doc(1, None, None);
    bench
        .done(bench.draft().put("docs", key(), about(None, 1, None)))
        .await?;
    same(bench.get("docs", key()).await?.map(|row| row.document), Some(None))?;
    bench
        .done(bench.draft().put_with("docs", key(), about(None, 1, None), "{}"))
        .await?;
    bench
        .done(bench.draft().put("docs", key(), about(None, 1, None)))
        .await?;
    same(bench.get("docs", key()).await?.map(|row| row.document), Some(None))
}

pub(super) async fn texts_and_bytes_come_back_byte_for_byte(bench: Bench) -> Verdict {
    let texts = [
        "",
        " ",
        "a ",
        "e\u{301}",
        "é",
        "\u{1}\u{7f}",
        "\u{feff}bom",
        "\u{1f468}\u{200d}\u{1f469}",
        "'\"\\;--%_",
        "\r\n",
    ];
    let all_bytes: Vec<u8> = (0..=255).collect();
    for (n, value) in (0..).zip(texts) {
        let columns = vec![None, time(1), text(value), bytes(&all_bytes)];
        let draft = bench.draft().put("docs", doc(n, Some(value), None), columns.clone());
        bench
            .done(draft.put("words", word(Some(value), None, Some(&all_bytes)), vec![]))
            .await?;
        let row = bench.get("docs", doc(n, Some(value), None)).await?;
        same(row.map(|row| row.columns), Some(columns))?;
        let key = word(Some(value), None, Some(&all_bytes));
        same(bench.get("words", key.clone()).await?.map(|row| row.key), Some(key))?;
    }
    Ok(())
}

pub(super) async fn extremes_of_integers_and_ids_come_back(bench: Bench) -> Verdict {
    for n in [i64::MIN, -1, 0, 1, (1 << 53) + 1, i64::MAX] {
        let columns = vec![super::draft::int(n), time(n), None, None];
        bench
            .done(bench.draft().put("docs", doc(1, None, Some(n)), columns.clone()))
            .await?;
        same(
            bench.get("docs", doc(1, None, Some(n))).await?.map(|row| row.columns),
            Some(columns),
        )?;
    }
    let most = vec![Some(crate::store::Value::Id([0xff; 16]))];
    bench
        .done(bench.draft().put("tree", most.clone(), vec![id(0), None]))
        .await?;
    same(
        bench.get("tree", most).await?.map(|row| row.columns),
        Some(vec![id(0), None]),
    )
}

pub(super) async fn large_rows_come_back_whole(bench: Bench) -> Verdict {
    let blob: Vec<u8> = (0..100_000_u32)
        .map(|n| u8::try_from(n % 251).unwrap_or_default())
        .collect();
    let document = format!("{{\"text\":\"{}\"}}", "é".repeat(20_000));
    for n in 0..20 {
        let columns = vec![None, time(1), None, bytes(&blob)];
        bench
            .done(bench.draft().put_with("docs", doc(n, None, None), columns, &document))
            .await?;
    }
    let rows = bench.rows(all("docs")).await?;
    same(rows.len(), 20)?;
    let whole = rows
        .iter()
        .all(|row| row.document.as_ref() == Some(&document) && row.columns.last() == Some(&bytes(&blob)));
    holds(whole, "a row came back changed")
}
