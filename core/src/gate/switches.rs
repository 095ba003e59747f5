//! The gate's predicates by name. A test may switch one off and must then see its leak test go red; a release cannot.

/// Every predicate that the gate judges by, with what it asks.
pub(crate) const PREDICATES: &[(&str, &str)] = &[
    ("reader_active", "the reader is not deactivated"),
    ("reader_unexpired", "the reader's account has not expired"),
    (
        "guest_confined",
        "a guest holds no key of the network, a unit, followers or staff, and no open space",
    ),
    ("membership_unexpired", "a membership has not expired"),
    ("member_held", "the key of a space needs membership"),
    (
        "staff_only",
        "the key of the staff needs the role of moderator or owner",
    ),
    ("unit_held", "the key of a unit needs to be in it or below it"),
    ("follower_held", "the key of followers needs following"),
    ("person_held", "the key of a person is his alone"),
    ("open_only", "a space that is read without membership is open"),
    (
        "state_shown",
        "the item is published, the placeholder of a deleted one, or the reader's own draft",
    ),
    ("text_of_tombstone", "a deleted item shows no word of it"),
    ("place_living", "the place of the item exists and lives"),
    ("root_visible", "a comment is read only where its root is"),
    ("narrow_key", "a comment with a narrower key needs that key as well"),
    ("mention_readable", "a mention names only those who may read the item"),
    (
        "older_audience",
        "a version that was replaced before its space was opened stays with the members",
    ),
    ("policy_empty", "the network's policy is one that can be judged"),
    (
        "secret_unnamed",
        "a secret space has no handle that another one could miss",
    ),
    ("space_found", "a space shows itself only to those who may find it"),
    ("blocked_folded", "what a blocked person wrote is folded away"),
    ("person_found", "a guest sees only persons who share a space with him"),
    ("archive_read_only", "nobody writes in an archived space, or comes in"),
    ("admit_needs_staff", "requests to join are the staff's business"),
    (
        "invitation_valid",
        "an invitation holds until its end, and while the one who invited owns the space",
    ),
    (
        "members_listed",
        "members of a space that is not open are listed to its members",
    ),
    (
        "audience_bounds",
        "only those who may read a place or an item complete there",
    ),
    (
        "email_internal",
        "an e-mail address is shown to internal persons and to its owner",
    ),
    ("edit_own", "only the author edits"),
    ("delete_own_or_staff", "only the author or the place's staff deletes"),
    ("pin_needs_staff", "only moderators and owners pin in a space"),
    ("pin_unexpired", "a pin ends by the clock"),
    ("write_needs_member", "writing in a space needs membership"),
    (
        "announce_needs_owner",
        "announcements are the owners' business, where the space does not say members",
    ),
    ("manage_needs_owner", "members and settings are the owners' business"),
    ("directed_at_blocker", "who is blocked directs nothing at the blocker"),
];

/// Which predicates are in force: all of them, outside tests.
#[derive(Clone, Debug, Default)]
pub(crate) struct Switches {
    #[cfg(feature = "testing")]
    off: Option<&'static str>,
}

impl Switches {
    /// All but one.
    #[cfg(feature = "testing")]
    pub(crate) fn without(name: &'static str) -> Switches {
        Switches { off: Some(name) }
    }

    /// Whether a predicate is in force.
    #[inline]
    pub(crate) fn on(&self, name: &str) -> bool {
        debug_assert!(
            PREDICATES.iter().any(|(known, _)| *known == name),
            "no predicate `{name}`"
        );
        #[cfg(feature = "testing")]
        if self.off == Some(name) {
            return false;
        }
        let _ = name;
        true
    }
}
