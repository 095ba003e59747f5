//! Markup that broke others: what is shown of it does nothing, and the source stays as it was written.

use super::badinput::{bench, corpus, texts};
use super::town::ACME;
use super::{Outcome, check};
use parvis::items::Place;
use parvis::operations::*;
use parvis::store::conformance::wait;
use parvis::{Parvis, SpaceId, external};

/// Elements without attributes that a text may become.
const PLAIN: &[&str] = &[
    "blockquote",
    "br",
    "br /",
    "code",
    "del",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "hr /",
    "li",
    "ol",
    "p",
    "pre",
    "strong",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
];

/// Where a link may lead.
const SCHEMES: &[&str] = &[
    "http://", "https://", "mailto:", "tel:", "person:", "tag:", "http:", "https:",
];

/// Whether an element, without its brackets, is one that can do nothing.
fn harmless(element: &str) -> bool {
    let closing = element
        .strip_prefix('/')
        .is_some_and(|name| PLAIN.contains(&name) || name == "a");
    let link = element
        .strip_prefix("a href=\"")
        .and_then(|rest| rest.strip_suffix("\" rel=\"nofollow noopener noreferrer\""))
        .is_some_and(|target| {
            let lower = target.to_ascii_lowercase();
            !target.contains(['"', '<', '>']) && SCHEMES.iter().any(|scheme| lower.starts_with(scheme))
        });
    let code = element
        .strip_prefix("code class=\"language-")
        .and_then(|rest| rest.strip_suffix('"'))
        .is_some_and(|word| word.chars().all(|c| c.is_ascii_alphanumeric() || "+-_#".contains(c)));
    let list = element
        .strip_prefix("ol start=\"")
        .and_then(|rest| rest.strip_suffix('"'))
        .is_some_and(|number| number.chars().all(|c| c.is_ascii_digit()));
    closing || link || code || list || element == "a rel=\"nofollow noopener noreferrer\"" || PLAIN.contains(&element)
}

/// The first element of a page that is not on the list, read by brackets alone.
fn live(html: &str) -> Option<String> {
    let mut rest = html;
    while let Some((_, after)) = rest.split_once('<') {
        let Some((element, later)) = after.split_once('>') else {
            return Some(after.to_owned());
        };
        if !harmless(element) {
            return Some(element.to_owned());
        }
        rest = later;
    }
    None
}

#[test]
fn l086_the_search_for_live_markup_finds_it() {
    for html in [
        "<script>",
        "<p onclick=x>",
        "<a href=\"javascript:x\" rel=\"nofollow noopener noreferrer\">",
        "<a href=\"https://x\">",
        "<img src=x>",
        "<p",
        "<code class=\"language-x y\">",
        "<!-- x -->",
    ] {
        assert!(live(html).is_some(), "{html}");
    }
}

/// What a folder went through.
#[derive(Default)]
struct Tally {
    texts: usize,
    kept: usize,
    refused: usize,
    tags: usize,
}

/// A text as words, as a title, as a tag, as the name of somebody who is mentioned.
async fn through(db: &Parvis, room: SpaceId, text: &str, tally: &mut Tally) -> Outcome {
    let (ben, hr) = (db.act_as(ACME, external("ben")), db.system(ACME, "hr").people());
    tally.texts += 1;
    let place = || Place::space(room);
    let words = [
        text.to_owned(),
        format!("@[{text}](person:ben) [{text}]({text}) ![{text}](<{text}>) #{text}"),
        format!("> - **{text}**\n\n<div {text}>\n\n```{text}\n{text}\n```"),
    ];
    for (at, words) in words.iter().enumerate() {
        let made = match ben.items().create(NewItem::new(words.clone()).place(place())).await {
            Ok(made) => made,
            Err(error) => {
                check!(
                    matches!(error.code(), parvis::Code::Invalid | parvis::Code::TooLarge),
                    "{words:?} answers {error}"
                );
                tally.refused += usize::from(at == 0);
                continue;
            }
        };
        tally.kept += usize::from(at == 0);
        let page = ben.items().get(GetItem::new(made.id.0)).await.unwrap();
        let body = page.item.body.as_ref().unwrap();
        check!(body.source == *words, "{words:?} came back as {:?}", body.source);
        if let Some(element) = live(&body.html) {
            return Err(format!("{words:?} becomes <{element}> in {}", body.html));
        }
        check!(
            !body.html.contains('\0') && !body.text.contains('\0'),
            "a mark of ours is shown: {words:?}"
        );
    }
    let tagged = NewItem::new("words").place(place()).tags(vec![text.to_owned()]);
    if let Ok(made) = ben.items().create(tagged).await {
        tally.tags += 1;
        let page = ben.items().get(GetItem::new(made.id.0)).await.unwrap();
        let [tag] = page.item.tags.as_slice() else {
            return Err(format!("{text:?} became {:?}", page.item.tags));
        };
        // The tag of a tag is itself.
        let again = NewItem::new("words").place(place()).tags(vec![tag.name.clone()]);
        let again = ben.items().create(again).await.unwrap().id.0;
        let page = ben.items().get(GetItem::new(again)).await.unwrap();
        check!(page.item.tags == [tag.clone()], "{tag:?} became {:?}", page.item.tags);
    }
    if hr.put(PutPerson::new(external("tess"), text)).await.is_ok() {
        let made = ben
            .items()
            .create(NewItem::new("@[x](person:tess)").place(place()))
            .await
            .unwrap();
        let page = ben.items().get(GetItem::new(made.id.0)).await.unwrap();
        let html = &page.item.body.as_ref().unwrap().html;
        check!(
            live(html).is_none() && html.contains("person:"),
            "the name {text:?} becomes {html}"
        );
    }
    Ok(())
}

fn folder(folder: &str) {
    let Some(files) = corpus(folder) else { return };
    let mut tally = Tally::default();
    let count = files.len();
    for (name, bytes) in files {
        let mut texts = texts(&name, &bytes);
        texts.insert(String::from_utf8_lossy(&bytes).into_owned());
        wait(async {
            let (db, room) = bench().await;
            for text in &texts {
                if let Err(what) = through(&db, room, text, &mut tally).await {
                    panic!("{name}: {what}");
                }
            }
        });
    }
    let Tally {
        texts,
        kept,
        refused,
        tags,
    } = tally;
    println!(
        "{folder}: {count} files, {texts} texts: {kept} kept as written, {refused} refused by type, {tags} are tags, 0 live"
    );
}

#[test]
fn l086_no_markup_becomes_live() {
    folder("markup");
}

#[test]
fn l086_no_text_becomes_live_markup() {
    folder("text");
}

#[test]
fn l086_no_json_becomes_live_markup() {
    folder("json");
}

#[test]
fn l092_pathological_texts_are_shown() {
    // Recipes that make other renderers quadratic, at the full length of a text.
    let recipes = [
        "[",
        "[a](",
        "*a ",
        "_a __b ",
        "> ",
        "- ",
        "1. ",
        "`",
        "``` ",
        "<",
        "<!--",
        "&",
        "![",
        "]](",
        "[a]:",
        "\\",
        "|",
        "#a ",
        "@[a](person:b",
        "http://a ",
    ];
    wait(async {
        let (db, room) = bench().await;
        let ben = db.act_as(ACME, external("ben"));
        for recipe in recipes {
            let words = recipe.repeat(16_000 / recipe.len());
            let made = ben
                .items()
                .create(NewItem::new(words.clone()).place(Place::space(room)))
                .await
                .unwrap();
            let began = std::time::Instant::now();
            let page = ben.items().get(GetItem::new(made.id.0)).await.unwrap();
            println!("{recipe:?}: {} us", began.elapsed().as_micros());
            let body = page.item.body.as_ref().unwrap();
            assert_eq!(body.source, words);
            assert_eq!(live(&body.html), None);
        }
    });
}
