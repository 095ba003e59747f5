//! The conformance kit on sled, flushed at each commit and in intervals.

use crate::folder::Folder;
use crate::load::{people, whole};
use parvis::store::StorageError;
use parvis::store::conformance::{Kit, wait};
use parvis::{Config, Parvis};
use parvis_sled::{Flush, Sled, SledOptions};
use std::time::Duration;

fn kit(flush: Flush) -> Kit {
    Kit::reopening(Folder::new, move |folder| async move {
        let options = SledOptions::new(folder.file("parvis"))
            .flush(flush)
            .readers(2)
            .cache_bytes(4 << 20);
        Sled::open(options).await.unwrap()
    })
    .shared()
}

mod each {
    parvis::conformance!(super::kit(parvis_sled::Flush::Each));
}

mod intervals {
    parvis::conformance!(super::kit(parvis_sled::Flush::Every(super::Duration::from_millis(50))));
}

#[test]
fn f01_sled_killed_while_it_wrote_a_snapshot_opens_again() {
    let folder = Folder::new();
    let at = folder.file("parvis");
    let options = || SledOptions::new(&at).busy_timeout(Duration::from_millis(50));
    let opened = |first: bool| {
        wait(async {
            let store = Sled::open(options()).await.unwrap();
            let db = Parvis::open(store.clone(), Config::new()).await.unwrap();
            if first {
                people(&db, 3).await;
            }
            let found = whole(&store).await;
            store.close().await;
            found
        })
    };
    let texts = opened(true);
    let unfinished = at.join("snap.00FFFFFFFFFFFFFF.generating");
    for part in [0, 7, 20_480] {
        std::fs::write(&unfinished, vec![7; part]).unwrap();
        assert_eq!(opened(false), texts, "{part} bytes");
        assert!(!unfinished.exists());
    }
    // As long as somebody else has the folder open, the file is his.
    std::fs::write(&unfinished, [7; 7]).unwrap();
    let other = std::fs::File::open(at.join("db")).unwrap();
    other.lock().unwrap();
    assert_eq!(wait(Sled::open(options())).map(drop), Err(StorageError::Busy));
    assert!(unfinished.exists());
    other.unlock().unwrap();
    assert_eq!(opened(false), texts);
}
