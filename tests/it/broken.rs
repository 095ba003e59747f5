//! Broken backends: each must turn a named case of the conformance kit red, else the kit proves nothing.

mod fault;
mod store;

use fault::Fault;
use parvis::store::conformance::{Kit, Report, cases};
use parvis::store::{Batch, CommitError, Committed, Found, Memory, NetworkId, Prepare, Prepared, Read, ReadAt, Schema};
use parvis::store::{Storage, StorageError};
use std::sync::{Arc, Mutex};
use store::Broken;

/// Runs the whole kit, prints what turned red, and answers the names.
fn red(name: &str, kit: &Kit) -> Vec<String> {
    let failed = cases()
        .into_iter()
        .filter(|case| matches!(case.run(kit), Report::Failed(_)));
    let paths: Vec<String> = failed.map(|case| case.path()).collect();
    println!("{name}: {} red\n    {}", paths.len(), paths.join("\n    "));
    paths
}

fn must_be_red(name: &str, kit: &Kit, case: &str) {
    let known = cases().iter().any(|known| known.path() == case);
    assert!(known, "the kit has no case {case}");
    let red = red(name, kit);
    assert!(
        red.iter().any(|path| path == case),
        "{name} passes {case}; red are {red:?}"
    );
}

macro_rules! broken {
    ($($name:ident: $fault:ident => $case:literal,)*) => {
        $(#[test]
        fn $name() {
            let kit = Kit::new(|| async { Broken::new(Fault::$fault) });
            must_be_red(stringify!($name), &kit, $case);
        })*
    };
}

broken! {
    wrong_direction: WrongDirection => "scan::down_is_up_reversed",
    text_without_case: TextWithoutCase => "order::text_is_ordered_bytewise_in_keys",
    absent_last: AbsentLast => "order::absent_parts_come_first",
    page_skips_row: PageSkipsRow => "scan::pages_chained_by_the_last_row_skip_and_repeat_nothing",
    limit_ignored: LimitIgnored => "scan::each_prefix_has_its_own_limit",
    merge_repeats: MergeRepeats => "merge::rows_equal_after_the_prefix_are_one_row_of_the_smallest_prefix",
    depth_ignored: DepthIgnored => "walk::depth_counts_rows_on_a_path",
    absent_swallowed: AbsentSwallowed => "get::a_missing_row_is_reported_absent_never_an_error",
    only_of_first: OnlyOfFirst => "keys::no_row_several_rows_and_an_absent_column_give_no_only_part",
    torn_snapshot: TornSnapshot => "snapshot::a_read_of_several_tables_is_never_torn",
    torn_walk: TornWalk => "snapshot::a_walk_is_of_one_instant",
    torn_batch: TornBatch => "batch::a_failed_bound_leaves_nothing_of_the_batch",
    torn_by_cancelling: TornByCancelling => "cancel::a_commit_dropped_at_any_poll_happens_whole_or_not_at_all",
    lost_add: LostAdd => "threads::no_add_is_lost",
    bound_ignored: BoundIgnored => "counters::bounds_hold_for_the_value_after",
    stamp_ignored: StampIgnored => "checks::a_key_deleted_and_created_again_does_not_fool_an_old_check",
    checks_ignored: ChecksIgnored => "threads::of_many_who_create_a_key_exactly_one_wins",
    last_condition_named: LastConditionNamed => "batch::the_first_condition_that_fails_is_named_checks_before_writes",
    range_unlimited: RangeUnlimited => "delete_range::more_rows_than_expected_are_a_conflict_and_none_goes",
    resend_applied: ResendApplied => "resend::a_resent_batch_is_applied_once",
    request_ignored: RequestIgnored => "resend::another_request_under_the_same_id_is_refused",
    refusal_remembered: RefusalRemembered => "resend::a_refusal_is_decided_again",
    network_ignored: NetworkIgnored => "networks::rows_of_one_network_are_absent_in_every_other",
    log_with_gaps: LogWithGaps => "log::positions_are_dense_and_entries_keep_their_order",
    time_goes_back: TimeGoesBack => "log::times_of_entries_never_go_back",
    sooner_is_exactly: SoonerIsExactly => "agenda::sooner_keeps_the_earlier_instant",
    documents_tidied: DocumentsTidied => "documents::documents_come_back_byte_for_byte",
    columns_unfilled: ColumnsUnfilled => "growth::a_new_column_is_filled_from_documents",
    nothing_refused: NothingRefused => "limits::a_batch_has_at_most_a_thousand_operations",
}

#[test]
fn the_wrapper_without_a_fault_passes() {
    assert_eq!(
        red("no fault", &Kit::new(|| async { Broken::new(Fault::None) })),
        Vec::<String>::new()
    );
}

#[test]
fn a_difference_is_shrunk_to_its_shortest_script() {
    let cases = cases();
    let random = cases.iter().find(|case| case.topic == "random").unwrap();
    let steps = |fault| match random.run(&Kit::new(move || async move { Broken::new(fault) })) {
        Report::Failed(how) => {
            println!("{fault:?}\n{how}\n");
            assert!(how.starts_with("seed 1, script "), "no seed: {how}");
            how.lines()
                .filter(|line| line.starts_with("    Commit") || line.starts_with("    Read"))
                .count()
        }
        other => panic!("{fault:?}: {other:?}"),
    };
    // A later instant after an earlier one; two rows of one key; one batch and a repetition; a range and a row in it.
    assert_eq!(
        [
            Fault::SoonerIsExactly,
            Fault::LimitIgnored,
            Fault::ResendApplied,
            Fault::RangeUnlimited
        ]
        .map(steps),
        [2, 2, 2, 2],
    );
}

/// What was committed to a place: opening it again loses the newest.
type Journal = Arc<Mutex<Vec<(NetworkId, Batch)>>>;

/// A store that acknowledges before the newest batch is on the medium.
struct Forgetful {
    memory: Memory,
    journal: Journal,
}

impl Forgetful {
    async fn open(journal: Journal) -> Forgetful {
        let memory = Memory::new();
        let kept = {
            let mut journal = journal.lock().unwrap();
            journal.pop();
            journal.clone()
        };
        if !kept.is_empty() {
            memory
                .prepare(&parvis::store::conformance::schema(), Prepare::Upgrade)
                .await
                .unwrap();
        }
        for (network, batch) in kept {
            let _again = memory.commit(network, batch).await;
        }
        Forgetful { memory, journal }
    }
}

#[async_trait::async_trait]
impl Storage for Forgetful {
    async fn prepare(&self, schema: &Schema, mode: Prepare) -> Result<Prepared, StorageError> {
        self.memory.prepare(schema, mode).await
    }

    async fn read(&self, network: NetworkId, reads: &[Read], at: ReadAt) -> Result<Found, StorageError> {
        self.memory.read(network, reads, at).await
    }

    async fn commit(&self, network: NetworkId, batch: Batch) -> Result<Committed, CommitError> {
        self.journal.lock().unwrap().push((network, batch.clone()));
        self.memory.commit(network, batch).await
    }
}

#[test]
fn newest_commit_lost() {
    let kit = Kit::reopening(Journal::default, Forgetful::open);
    must_be_red(
        "newest_commit_lost",
        &kit,
        "reopen::what_was_acknowledged_is_there_after_reopening",
    );
}

/// A second handle that sees what there was when it was opened.
#[test]
fn stale_second_handle() {
    let kit = Kit::reopening(Journal::default, Forgetful::open).shared();
    must_be_red(
        "stale_second_handle",
        &kit,
        "handles::two_handles_lose_no_add_and_no_position",
    );
}
