//! Many writers of several processes in one network, and sessions that the server ends while they write.

use crate::servers::{NO_POSTGRES, PostgresPlace, block_on};
use crate::town::NETWORK;
use parvis::items::Place;
use parvis::operations::*;
use parvis::{Code, Config, ItemId, Parvis, external};
use parvis_sqlx::Postgres;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

const WRITERS: usize = 16;
/// Handles, each with connections of its own, as processes have them.
const PROCESSES: usize = 4;

fn number(name: &str, otherwise: usize) -> usize {
    std::env::var(name).map_or(otherwise, |text| text.parse().unwrap())
}

async fn processes(place: &PostgresPlace, name: &str) -> Vec<Parvis> {
    let mut out = Vec::new();
    for _ in 0..PROCESSES {
        let store = Postgres::open(place.options_as(name)).await.unwrap();
        out.push(Parvis::open(store, Config::new()).await.unwrap());
    }
    let people = out[0].system(NETWORK, "hr").people();
    for writer in 0..WRITERS {
        people
            .put(PutPerson::new(external(format!("p{writer}")), format!("P {writer}")))
            .await
            .unwrap();
    }
    out
}

/// The log of the network: how many entries, the largest number, and the numbers that the position row says.
async fn log(place: &PostgresPlace) -> (i64, i64, i64) {
    let mut connection = PgConnection::connect(place.url()).await.unwrap();
    let schema = place.schema();
    let text = format!(
        "select count(*), max(l.number), max(p.number) from {schema}.parvis_log l join {schema}.parvis__position p \
         on p.network=l._network join {schema}.parvis__network n on n.n=l._network where n.n>0"
    );
    sqlx::query_as(AssertSqlSafe(text))
        .fetch_one(&mut connection)
        .await
        .unwrap()
}

/// How many reactions the counters of the post say, and how many rows there are.
async fn reactions(place: &PostgresPlace, db: &Parvis, post: ItemId) -> (i64, i64) {
    let page = db
        .act_as(NETWORK, external("p0"))
        .items()
        .get(GetItem::new(post))
        .await
        .unwrap();
    let counted = page.item.reactions.iter().map(|reaction| reaction.n).sum();
    let mut connection = PgConnection::connect(place.url()).await.unwrap();
    let text = format!("select count(*) from {}.parvis_reaction", place.schema());
    let rows = sqlx::query_scalar(AssertSqlSafe(text))
        .fetch_one(&mut connection)
        .await
        .unwrap();
    (counted, rows)
}

#[test]
fn f20_sixteen_writers_of_four_processes_lose_no_update() {
    let Some(place) = PostgresPlace::new() else {
        println!("{NO_POSTGRES}");
        return;
    };
    let rounds = number("PARVIS_COMMANDS", 960) / WRITERS / 2;
    block_on(async {
        let all = processes(&place, "f20").await;
        let author = all[0].act_as(NETWORK, external("p0"));
        let post = author
            .items()
            .create(NewItem::new("All at once").place(Place::Network))
            .await
            .unwrap()
            .id
            .0;
        let mut writers = Vec::new();
        for writer in 0..WRITERS {
            let db = all[writer % PROCESSES].clone();
            writers.push(tokio::spawn(async move {
                let me = db.act_as(NETWORK, external(format!("p{writer}")));
                for round in 0..rounds {
                    // Everybody changes the counters of one post; in the end half of them like it.
                    if (round + writer) % 2 == 0 {
                        me.items().unreact(Unreact::new(post)).await.unwrap();
                    } else {
                        me.items().react(React::new(post)).await.unwrap();
                    }
                    let text = format!("{writer} {round}");
                    me.items()
                        .create(NewItem::new(text).place(Place::Network))
                        .await
                        .unwrap();
                }
            }));
        }
        for writer in writers {
            writer.await.unwrap();
        }
        let likes = (0..WRITERS).filter(|writer| (rounds - 1 + writer) % 2 == 1).count();
        assert_eq!(reactions(&place, &all[1], post).await, (likes as i64, likes as i64));
        let (entries, newest, position) = log(&place).await;
        assert!(
            entries == newest && newest == position,
            "{entries} entries, {newest}, {position}"
        );
        let texts = wall(&all[2]).await;
        assert_eq!(texts.len(), WRITERS * rounds + 1, "every post once");
        assert!(texts.values().all(|times| *times == 1));
        println!(
            "{} commands of {WRITERS} writers, {entries} entries, no gap",
            WRITERS * rounds * 2
        );
    });
}

/// The texts on the network's wall, and how often each is there.
async fn wall(db: &Parvis) -> BTreeMap<String, usize> {
    let reader = db.act_as(NETWORK, external("p0"));
    let (mut texts, mut cursor) = (BTreeMap::new(), None);
    loop {
        let mut ask = NetworkWall::new().limit(100);
        if let Some(cursor) = cursor.take() {
            ask = ask.cursor(cursor);
        }
        let page = reader.feed().network_wall(ask).await.unwrap();
        for item in &page.items {
            let text = item.body.as_ref().map_or_else(String::new, |body| body.source.clone());
            *texts.entry(text).or_insert(0) += 1;
        }
        cursor = page.next.clone();
        if cursor.is_none() {
            return texts;
        }
    }
}

#[test]
fn f06_postgres_sessions_that_are_ended_double_and_lose_nothing() {
    let Some(place) = PostgresPlace::new() else {
        println!("{NO_POSTGRES}");
        return;
    };
    let cuts = number("PARVIS_CUTS", 40);
    let name = format!("f06-{}", std::process::id());
    block_on(async {
        let all = processes(&place, &name).await;
        let stop = Arc::new(AtomicBool::new(false));
        let mut writers = Vec::new();
        for (writer, db) in all.iter().cloned().enumerate() {
            let stop = Arc::clone(&stop);
            writers.push(tokio::spawn(async move {
                let me = db.act_as(NETWORK, external(format!("p{writer}")));
                let (mut written, mut told) = (0, 0);
                while !stop.load(Ordering::Relaxed) {
                    let text = format!("{writer} {written}");
                    // The same command under the same key until it is acknowledged.
                    loop {
                        let post = NewItem::new(text.clone())
                            .place(Place::Network)
                            .idempotency_key(text.clone());
                        match me.items().create(post).await {
                            Ok(_) => break,
                            Err(error) => {
                                assert!(
                                    matches!(error.code(), Code::OutcomeUnknown | Code::Unavailable),
                                    "{error:?}"
                                );
                                told += 1;
                            }
                        }
                    }
                    written += 1;
                }
                (written, told)
            }));
        }
        let mut killer = PgConnection::connect(place.url()).await.unwrap();
        let cut = "select count(pg_terminate_backend(pid)) from (select pid from pg_stat_activity \
             where application_name=$1 and state in ('active','idle in transaction') order by random() limit 1) one";
        let mut done = 0;
        while done < cuts {
            let ended: i64 = sqlx::query_scalar(cut)
                .bind(&name)
                .fetch_one(&mut killer)
                .await
                .unwrap();
            done += ended as usize;
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        stop.store(true, Ordering::Relaxed);
        let (mut written, mut told) = (0, 0);
        for writer in writers {
            let (more, errors) = writer.await.unwrap();
            (written, told) = (written + more, told + errors);
        }
        let texts = wall(&all[0]).await;
        let doubled = texts.values().filter(|times| **times > 1).count();
        println!(
            "reliability | F06 | Postgres | {done} | {written} commands, {told} times told that the outcome is unknown or the \
             server away; 0 doubled, 0 lost |"
        );
        assert_eq!((texts.len(), doubled), (written, 0), "posts on the wall, doubled ones");
        let (entries, newest, position) = log(&place).await;
        assert!(
            entries == newest && newest == position,
            "{entries} entries, {newest}, {position}"
        );
    });
}
