//! The table of operations: calls back `$cb! { [args] groups }`. Every face is made of it.
//!
//! A row: doc, `query` or `command`, name, request with its required fields, then after `;` its optional fields with
//! defaults, answer. Types resolve where the table is expanded.

/// Hands the table to a macro of the caller's: `parvis::operations!(my_shell)`.
#[macro_export]
#[rustfmt::skip]
macro_rules! operations { ($cb:ident $($arg:tt)*) => { $cb! { [$($arg)*]
    /// Persons, units, and ties between persons.
    people: People {
        /// Creates a person, or changes the one who has this host's id. For the host's system.
        command put(PutPerson {
            /// The host's own id.
            external: External,
            /// The name as shown, at most 400 bytes.
            name: String;
            /// The handle, unique in the network; left as it is unless named, given up where empty.
            handle: Option<String> = None,
            /// What stands under the name.
            title: Option<String> = None,
            /// The e-mail address, which internal persons see; left as it is unless named, gone where empty.
            email: Option<String> = None,
            /// The languages (BCP 47), the best one first, at most 8; left as they are unless named.
            languages: Option<List<String>> = None,
            /// Internal, unless said otherwise.
            kind: Option<PersonKind> = None,
            /// Active, unless said otherwise.
            status: Option<PersonStatus> = None,
            /// The unit; internal persons only.
            unit: Option<Ref> = None,
            /// When a guest's account ends; 180 days after creation unless said otherwise.
            expires: Option<Time> = None,
            /// IANA name of the time zone, in which working hours are counted; left as it is unless named.
            zone: Option<String> = None,
            /// What he knows, as tags, the most important one first, at most 30; left as it is unless named.
            skills: Option<List<String>> = None,
            /// The same command repeated under the same key happens once.
            idempotency_key: Option<String> = None,
        }) -> PersonMade;
        /// Changes what is shown of the one who acts; what is not named is left as it is.
        command edit(EditPerson {;
            /// The handle, unique in the network, 2 to 40 letters, digits, `.`, `_`, `-`; given up where empty. For internal persons.
            handle: Option<String> = None,
            /// What stands under the name; gone where empty.
            title: Option<String> = None,
            /// The languages (BCP 47), the best one first, at most 8.
            languages: Option<List<String>> = None,
            /// IANA name of the time zone, in which working hours are counted; gone where empty.
            zone: Option<String> = None,
            /// The skills that one declares, as tags, the most important one first, at most 30.
            skills: Option<List<String>> = None,
            /// The same command repeated under the same key happens once.
            idempotency_key: Option<String> = None,
        }) -> Receipt;
        /// Creates a unit, or changes the one that has this host's id. For the host's system.
        command put_unit(PutUnit {
            /// The host's own id.
            external: External,
            /// The name as shown, at most 400 bytes.
            name: String;
            /// The unit above; none for a top of the tree.
            parent: Option<Ref> = None,
            /// The same command repeated under the same key happens once.
            idempotency_key: Option<String> = None,
        }) -> UnitMade;
        /// One person's page. A guest finds those who share a space with him.
        query get(GetPerson {
            /// Who.
            person: Ref
        }) -> Profile;
        /// One page of the people who may act, by name. A guest finds those who share a space with him.
        query list(ListPeople {;
            /// How many, at most 100.
            limit: u32 = 20,
            /// `next` of the page before.
            cursor: Option<Token> = None,
        }) -> PersonPage;
        /// The people to whom what somebody typed completes, by the beginning of any word of the name or of the handle.
        query complete(CompletePeople {
            /// What was typed, at most 400 bytes; nothing completes to those one follows.
            text: String;
            /// How many, at most 20.
            limit: u32 = 10,
            /// Only those who may read this space.
            space: Option<Ref> = None,
            /// Only those who may read this item.
            item: Option<Ref> = None,
        }) -> PersonMatches;
        /// Follows a person: his posts come home, and one holds the key of what he writes for followers.
        command follow(Follow {
            /// Whom.
            person: Ref;
            /// The same command repeated under the same key happens once.
            idempotency_key: Option<String> = None,
        }) -> Receipt;
        /// Follows a person no longer.
        command unfollow(Unfollow {
            /// Whom.
            person: Ref;
            /// The same command repeated under the same key happens once.
            idempotency_key: Option<String> = None,
        }) -> Receipt;
        /// Blocks a person: what he writes is folded away, he directs nothing at the blocker, follows end both ways.
        command block(Block {
            /// Whom.
            person: Ref;
            /// The same command repeated under the same key happens once.
            idempotency_key: Option<String> = None,
        }) -> Receipt;
        /// Blocks a person no longer.
        command unblock(Unblock {
            /// Whom.
            person: Ref;
            /// The same command repeated under the same key happens once.
            idempotency_key: Option<String> = None,
        }) -> Receipt;
        /// Follows a tag, however it is spelt: threads that bear it come to the ranked home, as far as one may read them.
        command follow_tag(FollowTag {
            /// Which, with or without `#`.
            tag: String;
            /// The same command repeated under the same key happens once.
            idempotency_key: Option<String> = None,
        }) -> Receipt;
        /// Follows a tag no longer.
        command unfollow_tag(UnfollowTag {
            /// Which.
            tag: String;
            /// The same command repeated under the same key happens once.
            idempotency_key: Option<String> = None,
        }) -> Receipt;
        /// One page of the tags that the one who asks follows.
        query tags(ListTags {;
            /// How many, at most 100.
            limit: u32 = 20,
            /// `next` of the page before.
            cursor: Option<Token> = None,
        }) -> TagPage;
        /// Mutes a person, a space, a thread or a tag, for good or until an instant: nothing of it comes home or, of its own accord,
        /// into the inbox. It takes no right away.
        command mute(Mute {
            /// What.
            what: Topic;
            /// Until when; for good, unless said otherwise.
            until: Option<Time> = None,
            /// The same command repeated under the same key happens once.
            idempotency_key: Option<String> = None,
        }) -> Receipt;
        /// Mutes something no longer.
        command unmute(Unmute {
            /// What.
            what: Topic;
            /// The same command repeated under the same key happens once.
            idempotency_key: Option<String> = None,
        }) -> Receipt;
        /// One page of what the one who acts muted, the newest first.
        query mutes(ListMutes {;
            /// How many, at most 100.
            limit: u32 = 20,
            /// `next` of the page before.
            cursor: Option<Token> = None,
        }) -> MuteList;
    }
    /// Spaces and memberships.
    spaces: Spaces {
        /// Opens a space; the one who acts becomes its owner.
        command create(NewSpace {
            /// The name, at most 400 bytes.
            name: String,
            /// Who may find and read it.
            visibility: Visibility;
            /// The handle, unique in the network; a secret space has none.
            handle: Option<String> = None,
            /// What it is for.
            about: Option<String> = None,
            /// How one becomes a member: freely where it is open, on request where it is closed, unless said otherwise; always by
            /// invitation where it is secret.
            join: Option<JoinPolicy> = None,
            /// The same command repeated under the same key happens once.
            idempotency_key: Option<String> = None,
        }) -> SpaceMade;
        /// Changes what a space is called and what it is for; what is not named is left as it is. For owners.
        command edit(EditSpace {
            /// Which.
            space: Ref;
            /// The name, at most 400 bytes.
            name: Option<String> = None,
            /// The handle, unique in the network; given up where empty. A secret space has none.
            handle: Option<String> = None,
            /// What it is for; taken away where empty.
            about: Option<String> = None,
            /// How one becomes a member.
            join: Option<JoinPolicy> = None,
            /// The same command repeated under the same key happens once.
            idempotency_key: Option<String> = None,
        }) -> Receipt;
        /// One space, where the reader may find it.
        query get(GetSpace {
            /// Which.
            space: Ref
        }) -> SpaceView;
        /// Joins a space that is entered freely.
        command join(JoinSpace {
            /// Which.
            space: Ref;
            /// The same command repeated under the same key happens once.
            idempotency_key: Option<String> = None,
        }) -> Receipt;
        /// Leaves a space; the last owner cannot.
        command leave(LeaveSpace {
            /// Which.
            space: Ref;
            /// The same command repeated under the same key happens once.
            idempotency_key: Option<String> = None,
        }) -> Receipt;
        /// Takes a person in, or changes the membership he has. For owners.
        command add(AddMember {
            /// Where.
            space: Ref,
            /// Whom.
            person: Ref;
            /// Member, unless said otherwise; a guest is never more.
            role: Option<Role> = None,
            /// When the membership ends.
            expires: Option<Time> = None,
            /// The same command repeated under the same key happens once.
            idempotency_key: Option<String> = None,
        }) -> Receipt;
        /// Takes a membership away, in force when the call returns. For owners.
        command remove(RemoveMember {
            /// Where.
            space: Ref,
            /// Whom.
            person: Ref;
            /// The same command repeated under the same key happens once.
            idempotency_key: Option<String> = None,
        }) -> Receipt;
        /// Gives a member another role. For owners.
        command set_role(SetRole {
            /// Where.
            space: Ref,
            /// Whom.
            person: Ref,
            /// Which role.
            role: Role;
            /// The same command repeated under the same key happens once.
            idempotency_key: Option<String> = None,
        }) -> Receipt;
        /// Opens, closes or hides a space, in force when the call returns; a space that is hidden gives its handle up. For owners.
        command set_visibility(SetVisibility {
            /// Which.
            space: Ref,
            /// Who may find and read it from now on.
            visibility: Visibility;
            /// The same command repeated under the same key happens once.
            idempotency_key: Option<String> = None,
        }) -> Receipt;
        /// Says who may write announcements: owners, or all members. For owners.
        command set_announcers(SetAnnouncers {
            /// Which.
            space: Ref,
            /// Who may from now on.
            announcers: Announcers;
            /// The same command repeated under the same key happens once.
            idempotency_key: Option<String> = None,
        }) -> Receipt;
        /// Asks to become a member of a space that is entered on request; its moderators answer.
        command ask(AskToJoin {
            /// Which.
            space: Ref;
            /// A line to the moderators, at most 400 bytes.
            words: Option<String> = None,
            /// The same command repeated under the same key happens once.
            idempotency_key: Option<String> = None,
        }) -> Receipt;
        /// Asks no longer.
        command withdraw(WithdrawRequest {
            /// Which.
            space: Ref;
            /// The same command repeated under the same key happens once.
            idempotency_key: Option<String> = None,
        }) -> Receipt;
        /// Takes in somebody who asked. For moderators and owners.
        command accept(AcceptRequest {
            /// Where.
            space: Ref,
            /// Whom.
            person: Ref;
            /// The same command repeated under the same key happens once.
            idempotency_key: Option<String> = None,
        }) -> Receipt;
        /// Takes somebody who asked not in; he may ask again. For moderators and owners.
        command refuse(RefuseRequest {
            /// Where.
            space: Ref,
            /// Whom.
            person: Ref;
            /// The same command repeated under the same key happens once.
            idempotency_key: Option<String> = None,
        }) -> Receipt;
        /// Invites a person, who becomes a member when he accepts. For owners.
        command invite(InviteToSpace {
            /// Where.
            space: Ref,
            /// Whom.
            person: Ref;
            /// Member, unless said otherwise; a guest is never more.
            role: Option<Role> = None,
            /// Until when the invitation holds, at most 366 days; 30 days, unless said otherwise.
            until: Option<Time> = None,
            /// The same command repeated under the same key happens once.
            idempotency_key: Option<String> = None,
        }) -> Receipt;
        /// Takes an invitation back. For owners.
        command uninvite(Uninvite {
            /// Where.
            space: Ref,
            /// Whom.
            person: Ref;
            /// The same command repeated under the same key happens once.
            idempotency_key: Option<String> = None,
        }) -> Receipt;
        /// Becomes a member of a space one is invited to.
        command accept_invitation(AcceptInvitation {
            /// Which.
            space: Ref;
            /// The same command repeated under the same key happens once.
            idempotency_key: Option<String> = None,
        }) -> Receipt;
        /// Becomes no member of a space one is invited to.
        command decline_invitation(DeclineInvitation {
            /// Which.
            space: Ref;
            /// The same command repeated under the same key happens once.
            idempotency_key: Option<String> = None,
        }) -> Receipt;
        /// Archives a space: it can be read as before, nobody writes in it or comes in, and it leaves home and lists. For owners.
        command archive(ArchiveSpace {
            /// Which.
            space: Ref;
            /// The same command repeated under the same key happens once.
            idempotency_key: Option<String> = None,
        }) -> Receipt;
        /// Takes a space out of the archive. For owners.
        command unarchive(UnarchiveSpace {
            /// Which.
            space: Ref;
            /// The same command repeated under the same key happens once.
            idempotency_key: Option<String> = None,
        }) -> Receipt;
        /// One page of the spaces that the reader may find, by name; secret and archived ones stand among his own only.
        query list(ListSpaces {;
            /// How many, at most 100.
            limit: u32 = 20,
            /// `next` of the page before.
            cursor: Option<Token> = None,
        }) -> SpacePage;
        /// One page of the reader's own spaces, by name.
        query mine(MySpaces {;
            /// How many, at most 100.
            limit: u32 = 20,
            /// `next` of the page before.
            cursor: Option<Token> = None,
        }) -> SpacePage;
        /// The spaces to which what somebody typed completes, by the beginning of any word of the name or of the handle.
        query complete(CompleteSpaces {
            /// What was typed, at most 400 bytes; nothing completes to one's own.
            text: String;
            /// How many, at most 20.
            limit: u32 = 10,
        }) -> SpaceMatches;
        /// One page of the members of a space, owners first: of an open one for internal persons, of another one for its members.
        query members(ListMembers {
            /// Which.
            space: Ref;
            /// How many, at most 100.
            limit: u32 = 20,
            /// `next` of the page before.
            cursor: Option<Token> = None,
        }) -> MemberPage;
        /// One page of those who asked to become members. For moderators and owners.
        query requests(ListRequests {
            /// Which.
            space: Ref;
            /// How many, at most 100.
            limit: u32 = 20,
            /// `next` of the page before.
            cursor: Option<Token> = None,
        }) -> RequestPage;
        /// One page of the invitations of the one who asks.
        query invitations(ListInvitations {;
            /// How many, at most 100.
            limit: u32 = 20,
            /// `next` of the page before.
            cursor: Option<Token> = None,
        }) -> InvitationPage;
    }
    /// Posts, comments, reactions, and the rights on them.
    items: Items {
        /// Writes a post or an announcement.
        command create(NewItem {
            /// The words in CommonMark, at most 16 kB. `#tag` in them is a tag.
            body: String;
            /// The kind: `post`, unless said otherwise, or `announcement`, which is for those whom the space lets announce.
            kind: Option<String> = None,
            /// The title of an announcement, at most 400 bytes.
            title: Option<String> = None,
            /// When an announcement stops being one: at most 366 days from now. Never, unless said otherwise.
            expires: Option<Time> = None,
            /// What it is about: further tags, at most 20 with those of the words.
            tags: Option<List<String>> = None,
            /// Where; the person's own wall, unless said otherwise.
            place: Option<Place> = None,
            /// Who may read it; everybody who may read the place, unless said otherwise.
            audience: Option<NewAudience> = None,
            /// The unit of the audience `unit`.
            unit: Option<Ref> = None,
            /// At once, unless said otherwise; at once and quietly; or as a draft.
            publishing: Option<Publishing> = None,
            /// When it is published by itself, at most 366 days from now: a draft until then. It is not, if its author may not
            /// write it any more when the instant comes.
            publish_at: Option<Time> = None,
            /// The language (BCP 47).
            language: Option<String> = None,
            /// The same command repeated under the same key happens once.
            idempotency_key: Option<String> = None,
        }) -> ItemMade;
        /// Publishes one's draft: it stands where it would stand if it had been written now.
        command publish(PublishItem {
            /// Which.
            item: Ref;
            /// As the draft was begun, unless said otherwise; or quietly; or not any more by itself (`draft`).
            publishing: Option<Publishing> = None,
            /// Not now, but by itself at this instant, at most 366 days from now.
            publish_at: Option<Time> = None,
            /// The same command repeated under the same key happens once.
            idempotency_key: Option<String> = None,
        }) -> ItemMade;
        /// One page of the reader's own drafts, newest first.
        query drafts(MyDrafts {;
            /// How many items, at most 100.
            limit: u32 = 20,
            /// `next` of the page before.
            cursor: Option<Token> = None,
        }) -> FeedPage;
        /// What an item said before: the versions that others replaced, newest first, for those who could read them.
        query history(GetHistory {
            /// Which.
            item: Ref;
            /// How many versions, at most 100.
            limit: u32 = 20,
            /// `next` of the page before.
            cursor: Option<Token> = None,
        }) -> HistoryPage;
        /// Comments on an item, or answers a comment.
        command comment(NewComment {
            /// On what.
            on: Ref,
            /// The words, at most 16 kB.
            body: String;
            /// Who may read it: as the root, or its space's staff only.
            audience: Option<CommentAudience> = None,
            /// The language (BCP 47).
            language: Option<String> = None,
            /// The same command repeated under the same key happens once.
            idempotency_key: Option<String> = None,
        }) -> ItemMade;
        /// Changes the words of one's own item.
        command edit(EditItem {
            /// Which.
            item: Ref,
            /// The words in CommonMark, at most 16 kB.
            body: String,
            /// The `version` of the item as it was read; another one is a conflict.
            based_on: Token;
            /// The title of an announcement; as it was, unless said otherwise.
            title: Option<String> = None,
            /// When an announcement stops being one; as it was, unless said otherwise.
            expires: Option<Time> = None,
            /// The tags beside those of the words; as they were, unless said otherwise.
            tags: Option<List<String>> = None,
            /// The language (BCP 47): as before, unless named; `und` takes it away.
            language: Option<String> = None,
            /// The same command repeated under the same key happens once.
            idempotency_key: Option<String> = None,
        }) -> ItemMade;
        /// Deletes an item: its words go, a placeholder stays in its thread.
        command delete(DeleteItem {
            /// Which.
            item: Ref;
            /// The same command repeated under the same key happens once.
            idempotency_key: Option<String> = None,
        }) -> Receipt;
        /// Reacts to an item, or changes one's reaction.
        command react(React {
            /// To what.
            item: Ref;
            /// Which reaction: 1 to 32 lower-case letters, digits, `_`; `like`, unless said otherwise.
            reaction: Option<String> = None,
            /// The same command repeated under the same key happens once.
            idempotency_key: Option<String> = None,
        }) -> Receipt;
        /// Takes one's reaction back.
        command unreact(Unreact {
            /// From what.
            item: Ref;
            /// The same command repeated under the same key happens once.
            idempotency_key: Option<String> = None,
        }) -> Receipt;
        /// Pins a post in its space: it comes first on the space's wall until an instant. Pinned again, it has the new instant.
        /// Three at most. For moderators and owners.
        command pin(PinItem {
            /// Which.
            item: Ref,
            /// Until when, at most 30 days from now.
            until: Time;
            /// The same command repeated under the same key happens once.
            idempotency_key: Option<String> = None,
        }) -> Receipt;
        /// Takes a pin off before its time. For moderators and owners.
        command unpin(UnpinItem {
            /// Which.
            item: Ref;
            /// The same command repeated under the same key happens once.
            idempotency_key: Option<String> = None,
        }) -> Receipt;
        /// One item with its root and a page of its thread: the comments on it, each with a few of its answers.
        query get(GetItem {
            /// Which.
            item: Ref;
            /// The end that the first page is of; the oldest, unless said otherwise.
            end: Option<ThreadEnd> = None,
            /// How many comments, at most 100.
            limit: u32 = 20,
            /// `next` or `previous` of another page, `next` of the comment asked for: goes on in its direction.
            cursor: Option<Token> = None,
        }) -> ThreadPage;
        /// Whether the reader may use a verb on one item; no for what is absent or hidden.
        query may(May {
            /// What he would do.
            verb: Verb,
            /// With what.
            item: Ref
        }) -> Allowed;
        /// Whether the reader may use a verb on many items, in the order asked.
        query filter(FilterItems {
            /// What he would do.
            verb: Verb,
            /// With what, at most 1,000.
            items: List<Ref>
        }) -> Allowed;
        /// Why one may or may not use a verb on an item: the facts that the decision rested on.
        query explain(ExplainItem {
            /// On what.
            item: Ref;
            /// `see`, unless said otherwise.
            verb: Option<Verb> = None,
            /// About whom; the reader himself. The host's system names anybody.
            person: Option<Ref> = None,
        }) -> Explanation;
    }
    /// Home and walls.
    feed: Feed {
        /// One page of the reader's home: his spaces, the persons he follows, the network.
        query home(Home {;
            /// Ranked, unless said otherwise.
            order: Option<Order> = None,
            /// How many items, at most 100.
            limit: u32 = 20,
            /// `next` of the page before.
            cursor: Option<Token> = None,
            /// How much of the ranking is explained.
            explain: Option<Explain> = None,
            /// The language of the reasons (BCP 47): French or English.
            language: Option<String> = None,
        }) -> FeedPage;
        /// One page of a space's wall, newest first.
        query space_wall(SpaceWall {
            /// Which space.
            space: Ref;
            /// How many items, at most 100.
            limit: u32 = 20,
            /// `next` of the page before.
            cursor: Option<Token> = None,
        }) -> FeedPage;
        /// One page of a person's wall, newest first.
        query person_wall(PersonWall {
            /// Whose.
            person: Ref;
            /// How many items, at most 100.
            limit: u32 = 20,
            /// `next` of the page before.
            cursor: Option<Token> = None,
        }) -> FeedPage;
        /// One page of the network's wall, newest first.
        query network_wall(NetworkWall {;
            /// How many items, at most 100.
            limit: u32 = 20,
            /// `next` of the page before.
            cursor: Option<Token> = None,
        }) -> FeedPage;
        /// Reports cards that were on the screen (half of it for a second). No right depends on it.
        command seen(MarkSeen {
            /// The roots, at most 200.
            items: List<Ref>
        }) -> Receipt;
    }
    /// What a person is told of.
    inbox: Inbox {
        /// One page of the reader's inbox, newest first: each event by itself, with how much is unread on the first page.
        query entries(Entries {;
            /// All, unless said otherwise.
            which: Option<Which> = None,
            /// How many entries, at most 100.
            limit: u32 = 20,
            /// `next` of the page before.
            cursor: Option<Token> = None,
            /// The language of the sentences (BCP 47): French or English.
            language: Option<String> = None,
        }) -> EntriesPage;
        /// One page of the reader's inbox, newest first: events of one kind about one thing together.
        query bundles(Bundles {;
            /// How many bundles, at most 20.
            limit: u32 = 20,
            /// `next` of the page before.
            cursor: Option<Token> = None,
            /// The language of the sentences (BCP 47): French or English.
            language: Option<String> = None,
        }) -> BundlesPage;
        /// How many entries are unread, and what a badge shows: always what the list would show.
        query unread(UnreadQuery {;
            /// Counted up to so many, at most 1,000.
            cap: u32 = 99,
        }) -> UnreadView;
        /// The inbox was open: the badge falls to nothing, and open bundles are closed. Nothing is read by it.
        command seen(SeenInbox {;
            /// Up to this entry; up to now, unless said otherwise.
            entry: Option<NoticeId> = None,
        }) -> Receipt;
        /// Marks entries as read, and all entries of bundles. What the reader may not know of leaves no trace and no word.
        command read(ReadEntries {
            /// The entries, at most 200.
            entries: List<NoticeId>;
            /// Bundles, at most 20, all their entries.
            bundles: List<NoticeId> = { Vec::new() },
        }) -> Receipt;
        /// Marks everything as read up to an entry, broadcasts too.
        command read_up_to(ReadUpTo {;
            /// Up to this entry; up to now, unless said otherwise.
            entry: Option<NoticeId> = None,
        }) -> Receipt;
    }
    /// What changed since one last looked.
    live: Live {
        /// How much is unread and how much is new in the reader's home since a position, as soon as there is something.
        query changes(Changes {;
            /// `position` of an earlier answer; at once, unless said otherwise.
            after: Option<Token> = None,
            /// How long it may wait for something, at most 60 seconds.
            wait_seconds: u32 = 0,
        }) -> ChangesView;
    }
    /// Organisations coming in from the host's files. For the host's system.
    import: Import {
        /// Puts a chunk of rows: what is new is created, what is other is changed, what is the same is left; a bad row is
        /// reported and the rest goes on.
        command put(ImportRows {
            /// The rows, at most 500, in the order of their files.
            rows: List<ImportRow>
        }) -> ImportReport;
        /// Deactivates the people of the host's app who are not among these, and nobody where more of them are missing than
        /// `at_most` allows: a list that was cut off ends no house. Who comes back in a later import is active again.
        command end_missing(EndMissing {
            /// The host's ids of everybody there is, at most 1,000,000.
            present: List<String>;
            /// How many of those who are active may be missing, in percent.
            at_most: u32 = 5,
        }) -> EndedReport;
    }
} } }
