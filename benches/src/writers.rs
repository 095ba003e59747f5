//! Writers in one network, each with comments on the same post, for `benches/crowd`.
//!
//!     ESN_URL=postgresql://app@127.0.0.1/empty writers setup 16
//!     ESN_URL=postgresql://app@127.0.0.1/empty writers run FIRST COUNT SECONDS BEGIN
//!
//! `setup` makes so many persons and the post. `run` lets COUNT of them write, from number FIRST on, beginning at an instant (seconds of
//! Unix time) for so many seconds, and prints how many comments were acknowledged within that time, and in all.

#![expect(clippy::print_stdout, reason = "the answer of this program is what it prints")]

use parvis::items::Place;
use parvis::operations::{GetItem, NewComment, NewItem, PutPerson};
use parvis::{Config, Parvis, external};
use parvis_sqlx::Postgres;
use std::error::Error;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const NETWORK: &str = "crowd";

type Failure = Box<dyn Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_time()
        .build()?;
    runtime.block_on(async {
        let store = Postgres::open(std::env::var("ESN_URL")?).await?;
        let db = Parvis::open(store.clone(), Config::new()).await?;
        match args.as_slice() {
            ["setup", persons] => setup(&db, persons.parse()?).await?,
            ["run", first, count, seconds, begin] => {
                let begin = UNIX_EPOCH + Duration::from_secs(begin.parse()?);
                let (first, count) = (first.parse()?, count.parse()?);
                run(&db, first, count, Duration::from_secs(seconds.parse()?), begin).await?;
            }
            _ => return Err("writers setup PERSONS, or writers run FIRST COUNT SECONDS BEGIN".into()),
        }
        drop(db);
        store.close().await;
        Ok(())
    })
}

async fn setup(db: &Parvis, persons: u32) -> Result<(), Failure> {
    let people = db.system(NETWORK, "hr").people();
    for person in 0..persons {
        let name = format!("writer {person}");
        people.put(PutPerson::new(external(person), name)).await?;
    }
    let post = NewItem::new("Say what you think.")
        .place(Place::Network)
        .idempotency_key("post");
    let post = db.act_as(NETWORK, external(0)).items().create(post).await?;
    println!("{}", post.id.0);
    Ok(())
}

async fn run(db: &Parvis, first: u32, count: u32, length: Duration, begin: SystemTime) -> Result<(), Failure> {
    // Known under its key: the first answer is given again.
    let post = NewItem::new("Say what you think.")
        .place(Place::Network)
        .idempotency_key("post");
    let post = db.act_as(NETWORK, external(0)).items().create(post).await?.id.0;
    // Connections are made and texts prepared before the clock starts.
    db.act_as(NETWORK, external(first))
        .items()
        .get(GetItem::new(post))
        .await?;
    tokio::time::sleep(begin.duration_since(SystemTime::now()).unwrap_or_default()).await;
    let warm = length / 4;
    let started = Instant::now();
    let since = begin.duration_since(UNIX_EPOCH)?.as_secs();
    let writers: Vec<_> = (first..first + count)
        .map(|person| {
            let me = db.act_as(NETWORK, external(person));
            tokio::spawn(async move {
                let (mut within, mut all) = (0_u64, 0_u64);
                while started.elapsed() < warm + length {
                    let words = format!("Comment {all} of writer {person} since {since}, as long as they are.");
                    me.items().comment(NewComment::new(post, words)).await?;
                    all += 1;
                    within += u64::from((warm..warm + length).contains(&started.elapsed()));
                }
                Ok::<_, parvis::Error>((within, all))
            })
        })
        .collect();
    let (mut within, mut all) = (0, 0);
    for writer in writers {
        let written = writer.await??;
        within += written.0;
        all += written.1;
    }
    println!("{within} {all}");
    Ok(())
}
