//! The conformance kit: what every backend must show, and what any author of one runs.
//!
//! ```
//! // One `#[test]` for every case, each with a store of its own.
//! mod memory {
//!     use parvis::store::{Memory, conformance::Kit};
//!
//!     parvis::conformance!(Kit::new(|| async { Memory::new() }));
//! }
//!
//! // A store that outlives its handle shows crash and reopening too; `shared` where several handles may be open at once.
//! mod reopened {
//!     use parvis::store::{Memory, conformance::Kit};
//!
//!     parvis::conformance!(Kit::reopening(Memory::new, |place| async move { place.reopen() }).shared());
//! }
//! ```
//!
//! The name of a case is the sentence that it shows: `scan::from_is_exclusive_and_to_is_inclusive`. What a store does not
//! offer (reopening, several handles) is reported as not applicable. The last case runs random scripts of batches and reads
//! on the store and on [`Memory`](super::Memory), compares every outcome, and shrinks a difference to its shortest script:
//! `PARVIS_SEED` and `PARVIS_SCRIPTS` choose them.
//!
//! [`cases`] gives the same as data: [`Case::run`] answers a [`Report`].
//!
//! No case reads a private detail: all go through [`Storage`](super::Storage). The kit is not a stable interface: it grows with
//! every sentence that is promised.

#![expect(
    clippy::panic,
    clippy::print_stderr,
    reason = "the kit is test code: a broken promise ends the test"
)]

mod agenda;
mod batch;
mod bench;
mod cancel;
mod checks;
mod counters;
mod delete_range;
mod documents;
mod draft;
mod get;
mod growth;
mod handles;
mod keys;
mod kit;
mod limits;
mod log;
mod merge;
mod networks;
mod order;
mod prepare;
mod random;
mod refusals;
mod reopen;
mod resend;
mod scan;
mod schema;
mod snapshot;
mod threads;
mod walk;

use bench::{Bench, Stop, Verdict};
use std::pin::Pin;

pub use kit::{Kit, Work, wait};
pub use schema::schema;

/// The one table of cases: hands them, topic by topic, to the macro of this path.
#[doc(hidden)]
#[macro_export]
macro_rules! conformance_cases {
    ($($then:tt)+) => {
        $($then)+! {
            prepare {
                a_fresh_store_is_too_old_for_a_check,
                an_upgrade_makes_the_store_ready,
                preparing_again_changes_nothing,
                an_unprepared_store_answers_neither_reads_nor_commits,
                a_check_against_a_grown_schema_says_too_old,
                a_larger_break_is_refused_and_changes_nothing,
                an_upgrade_may_raise_the_breaks,
                a_commit_under_an_older_break_is_refused,
            }
            growth {
                a_new_column_is_filled_from_documents,
                a_value_of_another_kind_in_a_document_fills_nothing,
                a_new_index_covers_old_rows_and_new_ones,
                a_new_table_stands_beside_old_rows,
                growing_leaves_keys_documents_stamps_and_log_alone,
                an_older_release_goes_on_working_after_growth,
                growth_outlives_the_handle,
            }
            get {
                a_missing_row_is_reported_absent_never_an_error,
                rows_come_in_key_order_whatever_order_was_asked,
                equal_keys_are_answered_once,
                want_decides_how_much_of_a_row_comes_back,
                absent_key_parts_make_a_key_of_their_own,
                keys_that_differ_in_case_accent_or_blank_are_different_rows,
                absent_columns_come_back_absent_and_empty_ones_empty,
                a_key_may_be_of_absent_parts_only,
                a_read_without_keys_finds_nothing,
            }
            scan {
                a_prefix_bounds_the_range,
                an_empty_prefix_is_the_whole_order,
                from_is_exclusive_and_to_is_inclusive,
                from_leaves_out_and_to_takes_in_all_that_begins_with_it,
                a_bound_may_end_in_an_absent_part,
                down_is_up_reversed,
                each_prefix_has_its_own_limit,
                prefixes_come_in_key_order_in_both_directions,
                a_limit_of_zero_finds_nothing,
                a_limit_beyond_the_rows_finds_them_all,
                ties_in_an_index_follow_in_key_order,
                pages_chained_by_the_last_row_skip_and_repeat_nothing,
                pages_go_on_where_the_last_row_was_deleted,
                an_index_follows_every_change_of_a_row,
                an_index_answers_whole_rows,
                a_text_prefix_is_a_whole_part_not_its_beginning,
            }
            merge {
                ranges_become_one_order_in_both_directions,
                rows_equal_after_the_prefix_are_one_row_of_the_smallest_prefix,
                the_limit_counts_rows_after_equal_ones_are_folded,
                bounds_hold_for_every_range,
                merged_pages_chained_by_the_last_row_skip_and_repeat_nothing,
                empty_ranges_and_repeated_prefixes_do_not_matter,
                a_merge_of_one_range_is_a_scan,
                an_index_merges_with_absent_parts_first,
                merged_prefixes_that_are_whole_keys_are_one_row,
            }
            walk {
                a_walk_climbs_to_the_root_and_answers_in_key_order,
                depth_counts_rows_on_a_path,
                a_cycle_ends_with_each_row_once,
                paths_that_meet_answer_shared_rows_once,
                a_row_met_early_and_late_leads_on_as_far_as_the_early_meeting_allows,
                an_absent_next_and_a_missing_row_end_the_path,
                a_walk_goes_at_most_sixteen_rows_up,
                a_walk_follows_every_row_of_a_prefix,
                a_walk_goes_down_by_the_index_of_parents,
                a_walk_sees_the_rows_of_a_scan,
            }
            keys {
                keys_may_come_from_an_earlier_read,
                an_absent_column_gives_no_key,
                equal_computed_keys_count_once,
                keys_of_an_empty_read_are_none,
                given_and_computed_keys_stand_together,
                a_constant_may_stand_beside_columns,
                reads_may_chain_through_several,
                a_walk_gives_and_takes_computed_keys,
                key_parts_serve_as_keys_whatever_the_earlier_read_wanted,
                a_column_that_the_earlier_read_did_not_want_is_refused,
                only_rows_give_keys_not_the_absent_ones,
                only_rows_within_the_limit_give_keys,
                five_thousand_keys_are_answered,
                a_part_may_be_a_column_of_the_only_row_of_another_read,
                no_row_several_rows_and_an_absent_column_give_no_only_part,
                an_only_part_that_does_not_fit_is_refused,
            }
            order {
                absent_parts_come_first,
                absent_columns_come_first_in_an_index,
                integers_are_ordered_by_value_also_negative_ones,
                times_are_ordered_by_value_also_before_1970,
                ids_are_ordered_bytewise,
                text_is_ordered_bytewise_in_keys,
                text_is_ordered_bytewise_in_indexes,
                bounds_compare_text_bytewise,
                bytes_are_ordered_bytewise,
                parts_are_compared_one_by_one,
                long_shared_prefixes_do_not_confuse,
                long_titles_are_ordered_to_their_last_byte,
                a_lone_part_of_a_key_orders_before_what_continues_it,
            }
            refusals {
                unknown_names_are_refused,
                writes_of_the_wrong_shape_are_refused,
                reads_of_the_wrong_shape_are_refused,
                computed_keys_that_do_not_fit_are_refused,
                writes_against_the_class_of_a_table_are_refused,
                checks_against_the_class_of_a_table_are_refused,
                a_key_is_written_at_most_once,
                the_store_alone_writes_its_log_and_its_agenda,
                a_refused_batch_changes_nothing_and_is_not_remembered,
            }
            limits {
                a_batch_has_at_most_a_thousand_operations,
                a_batch_has_at_most_four_mebibytes,
                a_key_has_at_most_512_bytes,
                the_columns_of_an_index_have_at_most_512_bytes,
                a_document_has_at_most_48_kilobytes,
                an_answer_has_at_most_four_kilobytes,
                a_zero_character_is_refused_in_texts_and_documents,
                a_read_names_at_most_five_thousand_keys,
                a_read_computes_at_most_five_thousand_keys,
                a_call_holds_at_most_64_reads,
                a_walk_has_one_to_sixteen_steps,
            }
            batch {
                a_batch_does_all_it_says,
                a_failed_check_leaves_nothing_of_the_batch,
                a_failed_bound_leaves_nothing_of_the_batch,
                a_range_that_is_too_long_leaves_nothing_of_the_batch,
                the_first_condition_that_fails_is_named_checks_before_writes,
                checks_see_the_state_before_the_batch,
                a_put_replaces_the_whole_row,
                deleting_what_is_not_there_is_harmless,
                an_empty_batch_is_harmless,
                a_commit_answers_its_answer_and_the_position_after_it,
                a_thousand_rows_are_one_batch,
            }
            checks {
                absent_holds_where_no_row_is,
                present_holds_where_a_row_is,
                a_stamp_is_the_commit_that_last_wrote_the_row,
                a_stamp_check_holds_for_that_commit_only,
                a_key_deleted_and_created_again_does_not_fool_an_old_check,
                a_check_changes_neither_row_nor_stamp,
                checks_tell_absent_key_parts_from_present_ones,
                tables_without_stamps_answer_none,
                unstamped_tables_take_absent_and_present,
                several_checks_of_one_key_may_stand_together,
            }
            counters {
                add_and_max_create_a_row_at_zero,
                adds_sum_up,
                columns_of_a_counter_are_independent,
                bounds_hold_for_the_value_after,
                a_bound_crossed_on_a_new_counter_creates_no_row,
                several_bounds_of_one_batch_all_hold,
                an_overflow_is_a_conflict_that_changes_nothing,
                max_never_lowers,
                a_deleted_counter_begins_at_zero_again,
                an_index_follows_a_counter,
            }
            delete_range {
                every_row_under_the_prefix_goes_and_no_other,
                an_empty_prefix_takes_the_whole_table,
                a_whole_key_takes_one_row,
                more_rows_than_expected_are_a_conflict_and_none_goes,
                an_empty_range_is_harmless,
                indexes_forget_a_range_too,
                a_prefix_may_end_in_an_absent_part,
            }
            log {
                an_empty_log_is_at_the_start,
                positions_are_dense_and_entries_keep_their_order,
                a_position_names_the_commit_of_the_newest_entry,
                a_batch_without_entries_leaves_position_and_newest_time,
                times_of_entries_never_go_back,
                times_before_1970_are_times_too,
                the_log_is_read_like_a_table,
                the_log_may_be_checked,
            }
            resend {
                a_resent_batch_answers_its_first_success,
                a_resent_batch_is_applied_once,
                another_request_under_the_same_id_is_refused,
                a_refusal_is_decided_again,
                a_refused_id_may_come_with_another_request,
                a_check_an_add_a_wake_and_an_entry_each_make_a_batch_remembered,
                plain_writes_are_carried_out_each_time,
                the_same_id_in_another_network_is_another_batch,
                a_resent_batch_is_answered_although_it_would_fail_now,
            }
            networks {
                rows_of_one_network_are_absent_in_every_other,
                each_network_has_its_own_log,
                checks_see_their_own_network_only,
                writes_stay_in_their_network,
                ranges_are_counted_in_their_network_only,
            }
            snapshot {
                a_read_of_several_tables_is_never_torn,
                computed_keys_are_read_in_the_same_instant,
                a_walk_is_of_one_instant,
            }
            threads {
                no_add_is_lost,
                positions_stay_dense_and_times_in_order,
                of_many_who_create_a_key_exactly_one_wins,
                stamps_let_one_change_through_at_a_time,
                a_batch_sent_by_many_at_once_happens_once,
                a_bound_holds_under_a_crowd,
                whoever_has_an_acknowledgement_is_seen_by_all,
                many_networks_write_at_once,
            }
            agenda {
                sooner_keeps_the_earlier_instant,
                exactly_sets_the_instant_or_takes_the_row_away,
                the_agenda_is_read_in_due_order,
                the_agenda_is_in_the_network_system_only,
                a_batch_that_fails_wakes_nobody,
                a_resent_wake_changes_nothing,
                a_wake_leaves_the_logs_of_both_networks,
            }
            documents {
                documents_come_back_byte_for_byte,
                an_absent_document_is_absent,
                texts_and_bytes_come_back_byte_for_byte,
                extremes_of_integers_and_ids_come_back,
                large_rows_come_back_whole,
            }
            reopen {
                what_was_acknowledged_is_there_after_reopening,
                positions_and_times_go_on_after_reopening,
                batches_stay_remembered_after_reopening,
                what_failed_left_nothing_after_reopening,
                a_store_may_be_opened_many_times,
            }
            cancel {
                a_commit_dropped_at_any_poll_happens_whole_or_not_at_all,
                a_read_dropped_at_any_poll_leaves_the_store_working,
                many_dropped_commits_leave_the_store_working,
            }
            handles {
                a_fresh_read_sees_what_another_handle_was_acknowledged,
                checks_hold_across_handles,
                two_handles_lose_no_add_and_no_position,
                a_read_at_a_position_sees_at_least_that,
            }
            random {
                scripts_agree_with_memory,
            }
        }
    };
}

/// Makes one `#[test]` for every case of the kit; the argument is an expression that gives a
/// [`Kit`](crate::store::conformance::Kit).
#[macro_export]
macro_rules! conformance {
    ($kit:expr) => {
        fn conformance_kit() -> $crate::store::conformance::Kit {
            $kit
        }
        $crate::conformance_cases!($crate::conformance_tests);
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! conformance_tests {
    ($($topic:ident { $($name:ident,)* })*) => {
        $(mod $topic {
            $(#[test]
            fn $name() {
                $crate::store::conformance::check(&super::conformance_kit(), stringify!($topic), stringify!($name));
            })*
        })*
    };
}

/// One case: a sentence that a store must keep.
#[derive(Clone, Copy)]
pub struct Case {
    /// What it is about.
    pub topic: &'static str,
    /// The sentence, blanks as underscores.
    pub name: &'static str,
    run: fn(Bench) -> Pin<Box<dyn Future<Output = Verdict> + Send>>,
}

/// What a case came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Report {
    /// The store keeps it.
    Passed,
    /// The store does not offer what it is about.
    NotApplicable(&'static str),
    /// The store breaks it; says how.
    Failed(String),
}

impl Case {
    /// Topic and name as a path, `scan::a_prefix_bounds_the_range`.
    pub fn path(&self) -> String {
        format!("{}::{}", self.topic, self.name)
    }

    /// Runs the case on a fresh store.
    pub fn run(&self, kit: &Kit) -> Report {
        if let Some(why) = kit.unavailable {
            return Report::NotApplicable(why);
        }
        let case = async { (self.run)(Bench::prepared(kit).await?).await };
        match kit.run(case) {
            Some(Ok(())) => Report::Passed,
            Some(Err(Stop::NotApplicable(why))) => Report::NotApplicable(why),
            Some(Err(Stop::Failed(how))) => Report::Failed(how),
            None => Report::Failed("the executor did not run the case to its end".into()),
        }
    }
}

macro_rules! list {
    ($($topic:ident { $($name:ident,)* })*) => {
        vec![$($(Case {
            topic: stringify!($topic),
            name: stringify!($name),
            run: |bench| Box::pin($topic::$name(bench)),
        },)*)*]
    };
}

/// All cases.
pub fn cases() -> Vec<Case> {
    conformance_cases!(list)
}

/// Runs the case of this topic and name; what [`conformance!`](crate::conformance) puts into each test.
///
/// # Panics
/// Where the store breaks the case.
pub fn check(kit: &Kit, topic: &str, name: &str) {
    let Some(case) = cases()
        .into_iter()
        .find(|case| case.topic == topic && case.name == name)
    else {
        panic!("the kit has no case {topic}::{name}")
    };
    match case.run(kit) {
        Report::Passed => {}
        Report::NotApplicable(why) => eprintln!("not applicable: {why}"),
        Report::Failed(how) => panic!("{}: {how}", case.name.replace('_', " ")),
    }
}
