//! The host's own rows and Parvis's in one transaction: all or nothing, nobody waits for a host that dawdles, whoever has to
//! give way learns it.

mod hosts;

use crate::town::NETWORK;
use hosts::{Host, OnMysql, OnPostgres, OnServer, OnSqlite};
use parvis::items::Place;
use parvis::operations::*;
use parvis::spaces::Visibility;
use parvis::{Code, ItemId, Reason, Retry, SpaceId, Transaction, external};
use std::time::Duration;

async fn room_and_post(on: &Transaction) -> (SpaceId, ItemId) {
    let ana = on.act_as(NETWORK, external("ana"));
    let room = ana
        .spaces()
        .create(NewSpace::new("Deal", Visibility::Closed))
        .await
        .unwrap()
        .id
        .0;
    ana.spaces().add(AddMember::new(room, external("ben"))).await.unwrap();
    let post = ana
        .items()
        .create(NewItem::new("Signed!").place(Place::space(room)))
        .await
        .unwrap()
        .id
        .0;
    (room, post)
}

async fn all_or_nothing<H: Host>(host: &H) {
    let ben = host.db().act_as(NETWORK, external("ben"));
    // Dropped: nothing of it is there.
    let on = host.won(1).await;
    let (_, lost) = room_and_post(&on).await;
    // What it did it sees, and nobody else.
    let inside = on.act_as(NETWORK, external("ben"));
    assert!(inside.items().get(GetItem::new(lost)).await.is_ok());
    assert_eq!(
        ben.items().get(GetItem::new(lost)).await.unwrap_err().code(),
        Code::NotFound
    );
    drop(on);
    let over = inside.items().get(GetItem::new(lost)).await.unwrap_err();
    assert_eq!(over.reason, Reason::TransactionOver);
    drop(inside);
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(host.stage(1).await, "open");
    assert_eq!(
        ben.items().get(GetItem::new(lost)).await.unwrap_err().code(),
        Code::NotFound
    );
    // Committed: all of it is there, at once.
    let on = host.won(1).await;
    let (room, post) = room_and_post(&on).await;
    let late = on.act_as(NETWORK, external("ana"));
    on.commit().await.unwrap();
    assert_eq!(host.stage(1).await, "won");
    assert_eq!(ben.items().get(GetItem::new(post)).await.unwrap().item.id, post);
    let home = ben.feed().home(Home::new()).await.unwrap();
    assert!(
        home.items.iter().any(|item| item.id == post),
        "the post is in Ben's home"
    );
    // Nobody acts on a transaction that ended.
    let over = late
        .items()
        .create(NewItem::new("Late").place(Place::space(room)))
        .await
        .unwrap_err();
    assert_eq!((over.reason, over.retry()), (Reason::TransactionOver, Retry::Never));
    // A right that is taken away in a transaction is gone when the commit returns, not before.
    let on = host.won(2).await;
    let away = RemoveMember::new(room, external("ben"));
    on.act_as(NETWORK, external("ana")).spaces().remove(away).await.unwrap();
    assert!(ben.items().get(GetItem::new(post)).await.is_ok());
    on.commit().await.unwrap();
    assert_eq!(
        ben.items().get(GetItem::new(post)).await.unwrap_err().code(),
        Code::NotFound
    );
    // A refusal changes nothing, and what else was done stands.
    let on = host.won(3).await;
    let cleo = on.act_as(NETWORK, external("cleo"));
    let refused = cleo
        .items()
        .create(NewItem::new("No").place(Place::space(room)))
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Code::Forbidden);
    on.commit().await.unwrap();
    assert_eq!(host.stage(3).await, "won");
}

#[tokio::test(flavor = "multi_thread")]
async fn n10_a_hosts_rows_and_parvis_commit_together_on_sqlite() {
    all_or_nothing(&OnSqlite::new().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn n10_a_hosts_rows_and_parvis_commit_together_on_postgres() {
    if let Some(host) = OnPostgres::new().await {
        all_or_nothing(&host).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn n10_a_hosts_rows_and_parvis_commit_together_on_mysql() {
    if let Some(host) = OnMysql::new().await {
        all_or_nothing(&host).await;
    }
}

async fn dawdling<H: OnServer>(host: &H) {
    let begun = host.begin(4).await;
    // Longer than any commit waits for a lock.
    let dawdling = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        begun
    });
    let ana = host.db().act_as(NETWORK, external("ana"));
    let mut written = 0;
    while !dawdling.is_finished() {
        ana.items()
            .create(NewItem::new("Meanwhile").place(Place::Network))
            .await
            .unwrap();
        written += 1;
    }
    assert!(written > 10, "{written} posts while the host dawdled");
    let on = host.over(dawdling.await.unwrap());
    room_and_post(&on).await;
    on.commit().await.unwrap();
    assert_eq!(host.stage(4).await, "won");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_dawdles_before_it_hands_over_delays_nobody_on_postgres() {
    if let Some(host) = OnPostgres::new().await {
        dawdling(&host).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_dawdles_before_it_hands_over_delays_nobody_on_mysql() {
    if let Some(host) = OnMysql::new().await {
        dawdling(&host).await;
    }
}

async fn waiting<H: OnServer>(host: &H) {
    let first = host.won(1).await;
    room_and_post(&first).await;
    // The network is taken until the first one ends.
    let second = host.won(2).await;
    let ben = second.act_as(NETWORK, external("ben"));
    let post = || NewItem::new("Mine").place(Place::Network);
    let busy = ben.items().create(post()).await.unwrap_err();
    assert_eq!((busy.reason, busy.retry()), (Reason::Busy, Retry::After));
    first.commit().await.unwrap();
    let made = ben.items().create(post()).await.unwrap().id.0;
    second.commit().await.unwrap();
    assert_eq!((host.stage(1).await, host.stage(2).await), ("won".into(), "won".into()));
    assert!(
        host.db()
            .act_as(NETWORK, external("ana"))
            .items()
            .get(GetItem::new(made))
            .await
            .is_ok()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_is_waited_for_so_long_and_the_transaction_goes_on_on_postgres() {
    if let Some(host) = OnPostgres::new().await {
        waiting(&host).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_is_waited_for_so_long_and_the_transaction_goes_on_on_mysql() {
    if let Some(host) = OnMysql::new().await {
        waiting(&host).await;
    }
}

async fn opposite<H: OnServer>(host: &H) {
    let networks = ["north", "south"];
    for network in networks {
        let people = host.db().system(network, "crm").people();
        people.put(PutPerson::new(external("ana"), "Ana")).await.unwrap();
    }
    let handler = async |side: usize| {
        let (mut again, mut busy) = (0, 0);
        for round in 0..6 {
            // The handler of a host: it is run again where its transaction had to give way.
            loop {
                let on = host.won(1 + side as i64).await;
                let mut given_way = None;
                for turn in [side, 1 - side] {
                    let ana = on.act_as(networks[turn], external("ana"));
                    let post = NewItem::new(format!("{side} {round}")).place(Place::Network);
                    if let Err(error) = ana.items().create(post).await {
                        given_way = Some(error);
                        break;
                    }
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                let ended = match given_way {
                    None => on.commit().await,
                    Some(error) => Err(error),
                };
                match ended.map_err(|error| error.reason) {
                    Ok(()) => break,
                    Err(Reason::TransactionLost) => again += 1,
                    Err(Reason::Busy) => busy += 1,
                    Err(other) => panic!("{other:?}"),
                }
            }
        }
        again + busy
    };
    let (north, south) = tokio::join!(handler(0), handler(1));
    let given_way = north + south;
    println!("{given_way} transactions had to give way");
    assert!(given_way > 0, "nobody met anybody");
    for network in networks {
        let wall = NetworkWall::new().limit(50);
        let page = host
            .db()
            .act_as(network, external("ana"))
            .feed()
            .network_wall(wall)
            .await
            .unwrap();
        assert_eq!(page.items.len(), 12, "every post once in {network}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hosts_with_opposite_lock_orders_lose_nothing_on_postgres() {
    if let Some(host) = OnPostgres::new().await {
        opposite(&host).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hosts_with_opposite_lock_orders_lose_nothing_on_mysql() {
    if let Some(host) = OnMysql::new().await {
        opposite(&host).await;
    }
}

async fn isolated<H: OnServer>(host: &H) {
    let on = host.over(host.serializable().await);
    let ana = on.act_as(NETWORK, external("ana"));
    let refused = ana
        .items()
        .create(NewItem::new("No").place(Place::Network))
        .await
        .unwrap_err();
    assert_eq!((refused.reason, refused.code()), (Reason::Isolation, Code::Invalid));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_is_isolated_otherwise_is_refused_on_postgres() {
    if let Some(host) = OnPostgres::new().await {
        isolated(&host).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_is_isolated_otherwise_is_refused_on_mysql() {
    if let Some(host) = OnMysql::new().await {
        isolated(&host).await;
    }
}

async fn ended<H: OnServer>(host: &H) {
    let mut begun = host.begin(5).await;
    let session = host.session(&mut begun).await;
    let on = host.over(begun);
    let (_, post) = room_and_post(&on).await;
    host.end(session).await;
    let lost = on
        .act_as(NETWORK, external("ana"))
        .items()
        .get(GetItem::new(post))
        .await
        .unwrap_err();
    assert_eq!((lost.reason, lost.retry()), (Reason::TransactionLost, Retry::Now));
    assert_eq!(on.commit().await.unwrap_err().reason, Reason::TransactionLost);
    assert_eq!(host.stage(5).await, "open");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_the_server_ends_takes_the_whole_transaction_back_on_postgres() {
    if let Some(host) = OnPostgres::new().await {
        ended(&host).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_the_server_ends_takes_the_whole_transaction_back_on_mysql() {
    if let Some(host) = OnMysql::new().await {
        ended(&host).await;
    }
}
