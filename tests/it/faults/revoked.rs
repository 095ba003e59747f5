//! F13: a right is taken away while somebody reads page after page. What is produced after that was acknowledged lacks the content,
//! whatever cursor it goes on from.

use super::ground::{Random, points, report};
use crate::stores::Engine;
use crate::town::NETWORK;
use parvis::items::Place;
use parvis::operations::*;
use parvis::spaces::Visibility;
use parvis::{Actor, Config, Parvis, SpaceId, external};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

const POSTS: usize = 12;

/// One list that is read page after page.
#[derive(Clone, Copy, Debug)]
enum List {
    Home,
    Wall,
    Inbox,
}

/// Reads a list to its end, and again, until it was empty after the revoke. A page that began after the revoke was acknowledged holds
/// nothing of the space; how many pages were read after it, from a cursor of before.
async fn scroll(ben: Actor, list: List, room: SpaceId, revoked: Arc<AtomicBool>, pages: Arc<AtomicUsize>) -> usize {
    let mut late = 0;
    loop {
        let mut cursor = None;
        let mut begun_before = false;
        loop {
            let after = revoked.load(Ordering::SeqCst);
            let (shown, next) = match list {
                List::Home => {
                    let ask = cursor.take().into_iter().fold(Home::new().limit(2), Home::cursor);
                    match ben.feed().home(ask).await {
                        Ok(page) => (page.items.len(), page.next.clone()),
                        Err(error) => panic!("{error:?}"),
                    }
                }
                List::Wall => {
                    let ask = cursor
                        .take()
                        .into_iter()
                        .fold(SpaceWall::new(room).limit(2), SpaceWall::cursor);
                    // A space that one may not know of is not there.
                    match ben.feed().space_wall(ask).await {
                        Ok(page) => (page.items.len(), page.next.clone()),
                        Err(error) => {
                            assert_eq!(error.code(), parvis::Code::NotFound);
                            (0, None)
                        }
                    }
                }
                List::Inbox => {
                    let ask = cursor.take().into_iter().fold(Entries::new().limit(2), Entries::cursor);
                    match ben.inbox().entries(ask).await {
                        Ok(page) => (page.entries.len(), page.next.clone()),
                        Err(error) => panic!("{error:?}"),
                    }
                }
            };
            pages.fetch_add(1, Ordering::SeqCst);
            // A store that never waits lets nobody else have a turn.
            tokio::task::yield_now().await;
            assert!(!after || shown == 0, "{list:?} shows {shown} after the revoke");
            late += usize::from(after && begun_before);
            begun_before |= !after;
            cursor = next;
            if cursor.is_none() {
                if after {
                    return late;
                }
                break;
            }
        }
    }
}

async fn revokes(engine: Engine) {
    let Some(made) = engine.make() else { return };
    let runs = points(6, 200);
    let mut random = Random::new();
    let db = Parvis::open_shared(Arc::clone(&made.storage), Config::new())
        .await
        .unwrap();
    let people = db.system(NETWORK, "hr").people();
    for name in ["ana", "ben"] {
        people.put(PutPerson::new(external(name), name)).await.unwrap();
    }
    let ana = db.act_as(NETWORK, external("ana"));
    let secret = NewSpace::new("Board", Visibility::Secret);
    let room = ana.spaces().create(secret).await.unwrap().id.0;
    ana.spaces().add(AddMember::new(room, external("ben"))).await.unwrap();
    for n in 0..POSTS {
        let post = NewItem::new(format!("{n} @[Ben](person:ben)")).place(Place::space(room));
        ana.items().create(post).await.unwrap();
    }
    while db.run_due(parvis::due::Budget::steps(100)).await.unwrap().more {}
    let ben = db.act_as(NETWORK, external("ben"));
    let mut late = 0;
    let mut run = 0;
    // A run may end before anybody was in the middle of a list.
    while run < runs || (late == 0 && run < 100) {
        if run > 0 {
            ana.spaces().add(AddMember::new(room, external("ben"))).await.unwrap();
        }
        let (revoked, pages) = (Arc::<AtomicBool>::default(), Arc::<AtomicUsize>::default());
        let readers: Vec<_> = [List::Home, List::Wall, List::Inbox]
            .into_iter()
            .map(|list| {
                let (ben, revoked, pages) = (ben.clone(), Arc::clone(&revoked), Arc::clone(&pages));
                tokio::spawn(scroll(ben, list, room, revoked, pages))
            })
            .collect();
        // In the middle of some page.
        let some = 3 + random.below(12) as usize;
        while pages.load(Ordering::SeqCst) < some {
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
        ana.spaces()
            .remove(RemoveMember::new(room, external("ben")))
            .await
            .unwrap();
        revoked.store(true, Ordering::SeqCst);
        for reader in readers {
            late += reader.await.unwrap();
        }
        run += 1;
    }
    assert!(late > 0, "no page went on from a cursor of before the revoke");
    let result =
        format!("a member removed while he reads three lists: {late} pages went on from before, 0 showed anything");
    let name = match engine {
        Engine::Mysql => "MariaDB".to_owned(),
        engine => format!("{engine:?}"),
    };
    report("F13", &name, run, &result);
}

#[tokio::test(flavor = "multi_thread")]
async fn f13_pages_after_a_revoke_lack_the_content_on_memory() {
    revokes(Engine::Memory).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f13_pages_after_a_revoke_lack_the_content_on_sqlite() {
    revokes(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f13_pages_after_a_revoke_lack_the_content_on_sled() {
    revokes(Engine::Sled).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f13_pages_after_a_revoke_lack_the_content_on_postgres() {
    revokes(Engine::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f13_pages_after_a_revoke_lack_the_content_on_mysql() {
    revokes(Engine::Mysql).await;
}
