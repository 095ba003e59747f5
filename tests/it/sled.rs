//! The conformance kit on sled, flushed at each commit and in intervals.

use crate::folder::Folder;
use parvis::store::conformance::Kit;
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
