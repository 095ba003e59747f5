//! The conformance kit on the reference backend.

use parvis::store::Memory;
use parvis::store::conformance::{Kit, Report, cases, wait};

mod memory {
    use parvis::store::Memory;
    use parvis::store::conformance::Kit;

    parvis::conformance!(Kit::reopening(Memory::new, |place| async move { place.reopen() }).shared());
}

#[test]
fn names_of_cases_are_unique() {
    let mut paths: Vec<String> = cases().iter().map(|case| case.path()).collect();
    let count = paths.len();
    paths.sort();
    paths.dedup();
    assert_eq!(paths.len(), count);
}

#[test]
fn what_a_store_does_not_offer_is_reported_as_not_applicable() {
    let kit = Kit::new(|| async { Memory::new() }).block_on(|work| wait(work));
    for case in cases() {
        let needs_more = ["reopen", "handles"].contains(&case.topic)
            || ["growth_outlives_the_handle", "a_commit_under_an_older_break_is_refused"].contains(&case.name);
        let own = case.name == "a_read_at_a_position_sees_at_least_that";
        match case.run(&kit) {
            Report::Passed => assert!(!needs_more || own, "{} passed", case.path()),
            Report::NotApplicable(why) => assert!(needs_more, "{}: {why}", case.path()),
            Report::Failed(how) => panic!("{}: {how}", case.path()),
        }
    }
}
