//! The faults.

/// What is wrong with a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing: the wrapper itself must not turn a case red.
    None,
    /// A scan downwards comes upwards.
    WrongDirection,
    /// Text is compared without case.
    TextWithoutCase,
    /// An absent part comes last.
    AbsentLast,
    /// The first row after a bound is left out.
    PageSkipsRow,
    /// A limit is not looked at.
    LimitIgnored,
    /// A merge answers rows twice that are equal after the prefix.
    MergeRepeats,
    /// A walk goes on to the root whatever the depth.
    DepthIgnored,
    /// Keys without a row are not reported.
    AbsentSwallowed,
    /// Of several rows the first counts as the only one.
    OnlyOfFirst,
    /// Each read of a call has an instant of its own.
    TornSnapshot,
    /// Each step of a walk has an instant of its own.
    TornWalk,
    /// Bounded adds come in a commit of their own, after the rest.
    TornBatch,
    /// A commit yields after its first rows: dropped there, it leaves them.
    TornByCancelling,
    /// Commits work out what they write before they take the lock.
    LostAdd,
    /// The bounds of an add are not looked at.
    BoundIgnored,
    /// A stamp check is content with any row.
    StampIgnored,
    /// Checks are not looked at.
    ChecksIgnored,
    /// The last condition that fails is named.
    LastConditionNamed,
    /// A range goes however long it is.
    RangeUnlimited,
    /// A batch that is sent again is carried out again.
    ResendApplied,
    /// The request is not compared.
    RequestIgnored,
    /// A refusal is remembered.
    RefusalRemembered,
    /// All networks are one.
    NetworkIgnored,
    /// Positions count by two.
    LogWithGaps,
    /// The newest time is the last one.
    TimeGoesBack,
    /// A later instant replaces an earlier one.
    SoonerIsExactly,
    /// Blanks of a document are tidied away.
    DocumentsTidied,
    /// New columns are not filled.
    ColumnsUnfilled,
    /// What does not fit is taken without a word.
    NothingRefused,
}
