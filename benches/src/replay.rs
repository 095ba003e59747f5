//! The samples, in the order in which every peer replays them. Answers are digested as the peers digest theirs.

use crate::measure::Bench;
use crate::organisation::{NETWORK, Ticking};
use crate::publish::publish;
use parvis::feed::{FeedPage, Order};
use parvis::gate::answer::{Token, Visible};
use parvis::inbox::{EntriesPage, NoticeCode};
use parvis::items::Allowed;
use parvis::operations::{Entries, FilterItems, Home, May};
use parvis::{Actor, Parvis, Ref, Verb, external};
use serde::Deserialize;
use std::error::Error;
use std::fs;
use std::path::Path;

/// Items of a page.
const PAGE: u32 = 20;
/// Pairs of W4, as every peer takes them.
const PAIRS: usize = 2_000;

#[derive(Deserialize)]
struct Samples {
    readers: Vec<u32>,
    pairs: Vec<(u32, u32)>,
    filters: Vec<Filter>,
    publish: Publish,
    pub_check: Vec<u32>,
}

/// What is published in W3, and by whom.
#[derive(Deserialize)]
pub(crate) struct Publish {
    pub(crate) space: u32,
    pub(crate) authors: Vec<u32>,
    pub(crate) text: String,
}

#[derive(Deserialize)]
struct Filter {
    person: u32,
    posts: Vec<u32>,
}

pub(crate) fn named(id: u32) -> Ref {
    external(id).into()
}

type Answer<T> = Result<T, parvis::Error>;

/// The page as text: the files' numbers.
fn numbers(page: &Answer<Option<Visible<FeedPage>>>) -> String {
    match page {
        Ok(Some(page)) => page
            .items
            .iter()
            .map(|item| format!("{},", item.external.as_deref().unwrap_or("?")))
            .collect(),
        Ok(None) => String::new(),
        Err(error) => error.to_string(),
    }
}

/// The inbox as text: the unread count, then kind, actor and post of each entry by the files' numbers.
fn inbox_numbers(page: &Answer<Option<Visible<EntriesPage>>>) -> String {
    let page = match page {
        Ok(Some(page)) => page,
        Ok(None) => return String::new(),
        Err(error) => return error.to_string(),
    };
    let unread = page.unread.map_or(0, |count| count.unread);
    page.entries.iter().fold(format!("{unread}:"), |text, entry| {
        let kind = match entry.code {
            NoticeCode::Reaction => 0,
            NoticeCode::Comment => 1,
            _ => 2,
        };
        let actor = entry.actor.as_ref().and_then(|card| card.external.as_deref());
        let post = entry.root.as_ref().and_then(|name| name.external.as_deref());
        text + &format!("{kind}{}@{},", actor.unwrap_or("?"), post.unwrap_or("?"))
    })
}

async fn home(actor: &Actor, order: Order, cursor: Option<Token>) -> Answer<Visible<FeedPage>> {
    let mut request = Home::new().order(order).limit(PAGE);
    if let Some(cursor) = cursor {
        request = request.cursor(cursor);
    }
    actor.feed().home(request).await
}

/// Where page 10 of a reader's home begins: `None` where it ends before.
async fn page_ten(actor: &Actor) -> Answer<Option<Token>> {
    let mut cursor = None;
    for _ in 0..9 {
        match &home(actor, Order::Newest, cursor).await?.next {
            Some(next) => cursor = Some(next.clone()),
            None => return Ok(None),
        }
    }
    Ok(cursor)
}

/// Replays the samples.
pub(crate) async fn replay(
    parvis: &Parvis,
    folder: &Path,
    clock: &Ticking,
    bench: &mut Bench,
) -> Result<(), Box<dyn Error>> {
    let samples: Samples = serde_json::from_str(&fs::read_to_string(folder.join("samples.json"))?)?;
    let actor = |person: u32| parvis.act_as(NETWORK, named(person));
    let readers: Vec<Actor> = samples.readers.iter().map(|reader| actor(*reader)).collect();
    let mut tenth = Vec::new();
    for reader in readers.iter().filter(|_| bench.wants("W2")) {
        let begin = page_ten(reader).await?;
        tenth.push((reader, begin));
    }
    let without = tenth.iter().filter(|(_, begin)| begin.is_none()).count();
    eprintln!("{without} of {} readers have no page 10", readers.len());
    let first = |order: Order| {
        let readers = &readers;
        move |i: usize| async move {
            match readers.get(i) {
                Some(reader) => home(reader, order, None).await.map(Some),
                None => Ok(None),
            }
        }
    };
    let n = readers.len();
    bench.run("W1", n, first(Order::Newest), numbers).await;
    bench.run("W1r", n, first(Order::Ranked), numbers).await;
    let later = |i: usize| {
        let tenth = &tenth;
        async move {
            match tenth.get(i) {
                Some((reader, Some(cursor))) => home(reader, Order::Newest, Some(cursor.clone())).await.map(Some),
                _ => Ok(None),
            }
        }
    };
    bench.run("W2", n, later, numbers).await;
    rights(parvis, &samples, bench).await;
    let inbox = |i: usize| {
        let reader = readers.get(i);
        async move {
            match reader {
                Some(reader) => reader.inbox().entries(Entries::new().limit(PAGE)).await.map(Some),
                None => Ok(None),
            }
        }
    };
    bench.run("W5", n, inbox, inbox_numbers).await;
    // Last: it writes.
    publish(parvis, clock, &samples.publish, &samples.pub_check, bench).await
}

async fn rights(parvis: &Parvis, samples: &Samples, bench: &mut Bench) {
    let actor = |person: u32| parvis.act_as(NETWORK, named(person));
    let pairs: Vec<(Actor, Ref)> = samples
        .pairs
        .iter()
        .take(PAIRS)
        .map(|(person, post)| (actor(*person), named(*post)))
        .collect();
    let may = |i: usize| {
        let pair = pairs.get(i);
        async move {
            match pair {
                Some((actor, item)) => actor.items().may(May::new(Verb::See, item.clone())).await.map(Some),
                None => Ok(None),
            }
        }
    };
    let digit = |answer: &Answer<Option<Visible<Allowed>>>| match answer {
        Ok(Some(answer)) => u8::from(answer.allowed == [true]).to_string(),
        Ok(None) => String::new(),
        Err(error) => error.to_string(),
    };
    bench.run("W4", pairs.len(), may, digit).await;
    let filters: Vec<(Actor, Vec<u32>, Vec<Ref>)> = samples
        .filters
        .iter()
        .map(|filter| {
            let items = filter.posts.iter().map(|post| named(*post)).collect();
            (actor(filter.person), filter.posts.clone(), items)
        })
        .collect();
    let filter = |i: usize| {
        let filter = filters.get(i);
        async move {
            match filter {
                Some((actor, posts, items)) => {
                    let allowed = actor.items().filter(FilterItems::new(Verb::See, items.clone())).await?;
                    let kept = posts.iter().zip(&allowed.allowed).filter(|(_, allowed)| **allowed);
                    Ok(kept.map(|(post, _)| *post).collect::<Vec<u32>>())
                }
                None => Ok(Vec::new()),
            }
        }
    };
    let list = |answer: &Answer<Vec<u32>>| match answer {
        Ok(kept) => format!("{kept:?}"),
        Err(error) => error.to_string(),
    };
    bench.run("W6", filters.len(), filter, list).await;
}
