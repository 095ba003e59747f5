//! A stranger's store: the backend of the tutorial, held to the whole kit.

#[expect(dead_code, reason = "its `main` runs as an example")]
#[path = "../../examples/custom_storage.rs"]
mod custom_storage;

use crate::folder::Folder;
use custom_storage::{Redb, tour};
use parvis::store::conformance::{Kit, wait};

parvis::conformance!(
    Kit::reopening(Folder::new, |folder| async move {
        Redb::open(folder.file("parvis.redb")).await.unwrap()
    })
    .shared()
);

#[test]
fn the_tour_of_the_tutorial_finds_what_an_earlier_one_wrote() {
    let folder = Folder::new();
    let file = folder.file("parvis.redb");
    for tours in 1..=3 {
        let home = wait(tour(&file)).unwrap();
        assert_eq!(home, vec!["Hello from redb"; tours]);
    }
}
