"""The answers as pydantic models: `@app.get(..., responses={200: {"model": parvis.pydantic.FeedPage}})`."""

# Written by `cargo run -p parvis-generate`. Do not edit.

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from .types import (
    Announcers,
    JoinPolicy,
    NoticeCode,
    Role,
    Shown,
    Verb,
    Visibility,
)


class Model(BaseModel):
    """What all models have."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True)


class PersonMade(Model):
    """A person was put."""

    id: str
    """The id."""
    position: str
    """The log position after it."""


class Receipt(Model):
    """A command was carried out."""

    position: str
    """The log position after it: a read at least as fresh sees it."""


class UnitMade(Model):
    """A unit was put."""

    id: str
    """The id."""
    position: str
    """The log position after it."""


class Profile(Model):
    """A person in full: his card, and what one reads on his page. Reads as the card itself."""

    id: str
    """The id."""
    external: str | None
    """The host's own id."""
    name: str
    """The name."""
    handle: str | None
    """The handle, which names one person or space of the network."""
    title: str | None
    """What stands under the name."""
    guest: bool
    """Whether the person comes from outside: hosts mark guests wherever they show them."""
    active: bool
    """Whether the person may act now: not deactivated, not expired."""
    email: str | None
    """The e-mail address: shown to internal persons and to himself."""
    languages: tuple[str, ...]
    """The languages (BCP 47), the best one first."""
    zone: str | None
    """IANA name of the time zone."""
    skills: tuple[TagView, ...]
    """What the person says he knows: tags as he spells them, in his order."""


class TagView(Model):
    """A tag of an item."""

    id: str
    """The tag, however it is spelt."""
    name: str
    """As it is spelt here."""


class PersonPage(Model):
    """A page of people, by name."""

    people: tuple[PersonCard, ...]
    """The people."""
    next: str | None
    """The cursor of the next page; absent at the end."""
    partial: bool
    """Whether the page is short because much had to be left out."""
    position: str
    """The log position it was read at."""


class PersonCard(Model):
    """A person in a line."""

    id: str
    """The id."""
    external: str | None
    """The host's own id."""
    name: str
    """The name."""
    handle: str | None
    """The handle, which names one person or space of the network."""
    title: str | None
    """What stands under the name."""
    guest: bool
    """Whether the person comes from outside: hosts mark guests wherever they show them."""


class PersonMatches(Model):
    """The people to whom what somebody typed completes."""

    people: tuple[PersonCard, ...]
    """Those the reader follows first, then by name."""


class TagPage(Model):
    """A page of the tags that the reader follows."""

    tags: tuple[TagView, ...]
    """The tags, as he spells them."""
    next: str | None
    """The cursor of the next page; absent at the end."""
    position: str
    """The log position it was read at."""


class MuteList(Model):
    """What the reader muted."""

    mutes: tuple[MuteView, ...]
    """Persons, spaces, threads, tags; of those that he may still know of."""
    next: str | None
    """The cursor of the next page; absent at the end."""


class MuteView(Model):
    """Something muted, and for how long."""

    what: MutedView
    """What."""
    until: datetime | None
    """Until when; for good, where absent."""
    t: datetime
    """Since when."""


class MutedViewPerson(Model):
    """A person."""

    type: Literal["person"] = "person"
    person: PersonCard
    """Whom."""


class MutedViewSpace(Model):
    """A space."""

    type: Literal["space"] = "space"
    id: str
    """The id."""
    name: str
    """The name."""


class MutedViewThread(Model):
    """A thread."""

    type: Literal["thread"] = "thread"
    item: str
    """Its root."""


class MutedViewTag(Model):
    """A tag."""

    type: Literal["tag"] = "tag"
    id: str
    """The id, the same for all spellings."""
    name: str
    """As the reader spells it."""


MutedView = Annotated[
    MutedViewPerson | MutedViewSpace | MutedViewThread | MutedViewTag,
    Field(discriminator="type"),
]
"""One thing that the reader muted."""


class SpaceMade(Model):
    """A space was opened."""

    id: str
    """The id."""
    position: str
    """The log position after it."""


class SpaceView(Model):
    """A space as one reader sees it: its card, and what stands on its page. Reads as the card itself."""

    id: str
    """The id."""
    external: str | None
    """The host's own id."""
    name: str
    """The name."""
    handle: str | None
    """The handle, which names one person or space of the network."""
    about: str | None
    """What it is for."""
    visibility: Visibility
    """Who may find and read it."""
    join: JoinPolicy
    """How one becomes a member."""
    archived: bool
    """Whether it can be read and not written in."""
    role: Role | None
    """The reader's role."""
    announcers: Announcers
    """Who may write announcements."""
    requested: bool
    """Whether the reader asked to become a member."""


class SpacePage(Model):
    """A page of spaces, by name."""

    spaces: tuple[SpaceCard, ...]
    """The spaces."""
    next: str | None
    """The cursor of the next page; absent at the end."""
    partial: bool
    """Whether the page is short because much had to be left out."""
    position: str
    """The log position it was read at."""


class SpaceCard(Model):
    """A space in a line."""

    id: str
    """The id."""
    external: str | None
    """The host's own id."""
    name: str
    """The name."""
    handle: str | None
    """The handle, which names one person or space of the network."""
    about: str | None
    """What it is for."""
    visibility: Visibility
    """Who may find and read it."""
    join: JoinPolicy
    """How one becomes a member."""
    archived: bool
    """Whether it can be read and not written in."""
    role: Role | None
    """The reader's role."""


class SpaceMatches(Model):
    """The spaces to which what somebody typed completes."""

    spaces: tuple[SpaceCard, ...]
    """The reader's own first, then by name."""


class MemberPage(Model):
    """A page of the members of a space."""

    members: tuple[MemberView, ...]
    """Owners, moderators, members."""
    next: str | None
    """The cursor of the next page; absent at the end."""
    partial: bool
    """Whether the page is short because much had to be left out."""
    position: str
    """The log position it was read at."""


class MemberView(Model):
    """A member."""

    person: PersonCard
    """Who."""
    role: Role
    """The role."""
    expires: datetime | None
    """When the membership ends: shown to the staff and to the member."""


class RequestPage(Model):
    """A page of requests to become a member of a space."""

    requests: tuple[RequestView, ...]
    """The requests."""
    next: str | None
    """The cursor of the next page; absent at the end."""
    position: str
    """The log position it was read at."""


class RequestView(Model):
    """A request to become a member."""

    person: PersonCard
    """Who asks."""
    words: str | None
    """What he says to it."""
    t: datetime
    """Since when."""


class InvitationPage(Model):
    """A page of the invitations of the one who asks."""

    invitations: tuple[InvitationView, ...]
    """The invitations that hold."""
    next: str | None
    """The cursor of the next page; absent at the end."""
    position: str
    """The log position it was read at."""


class InvitationView(Model):
    """An invitation to become a member."""

    space: SpaceCard
    """Of what."""
    by: PersonCard
    """Who invites."""
    role: Role
    """As what."""
    until: datetime
    """Until when it holds."""
    t: datetime
    """Since when."""


class ItemMade(Model):
    """An item was written or changed."""

    id: str
    """The id."""
    version: str
    """What the next edit must be based on."""
    hints: tuple[MentionHint, ...]
    """Mentions that reach nobody, as far as the writer may know."""
    position: str
    """The log position after it."""


class MentionHint(Model):
    """A mention that reaches nobody: the person may not read the item. Said only to a writer who may see the
    person.
    """

    person: str
    """As the words name the person."""
    reason: str
    """`cannot_read`."""


class FeedPage(Model):
    """One page of a feed."""

    pinned: tuple[PinnedView, ...]
    """What is pinned, latest pin first: on the first page of a space's wall, beside the items, which hold it by
    its date too.
    """
    items: tuple[ItemView, ...]
    """The items, in order."""
    next: str | None
    """The cursor of the next page; absent at the end."""
    partial: bool
    """Whether the page is short because too much of what was scanned was not the reader's."""
    position: str
    """The log position it was read at."""


class PinnedView(Model):
    """A pinned item. Reads as the item itself."""

    id: str
    """The id."""
    external: str | None
    """The host's own id, for an item that came from the host."""
    kind: str
    """The kind's name."""
    shown: Shown
    """How it is shown."""
    draft: bool
    """Whether it is a draft of the reader's."""
    publish_at: datetime | None
    """When the draft is published by itself. An instant that is past says that its author might not write it
    when it came.
    """
    place: PlaceView
    """Where it stands."""
    author: PersonCard | None
    """Who wrote it; absent for placeholders."""
    root: str | None
    """The root of its thread, for a comment."""
    parent: str | None
    """What it answers, for a comment."""
    t: datetime
    """When it was published."""
    edited: datetime | None
    """When it was edited last."""
    version: str
    """What an edit must be based on."""
    expires: datetime | None
    """When it stops being an announcement, for one that does."""
    body: Body | None
    """Its words; absent for placeholders."""
    tags: tuple[TagView, ...]
    """What it is about; none for placeholders."""
    through: Fact
    """By what the reader reads it: the fact that opened it."""
    comments: int
    """Comments that the reader may read."""
    reactions: tuple[ReactionView, ...]
    """Reactions by kind, most first."""
    viewer: ViewerView
    """The reader and the item."""
    points: int | None
    """Points in the ranked feed; absent elsewhere."""
    reasons: tuple[ReasonView, ...]
    """Why it is here, in the ranked feed: the way it came, the two largest terms; all terms on demand."""
    until: datetime
    """Until when it is pinned."""


class PlaceViewSpace(Model):
    """In a space; the name where the reader may find the space."""

    type: Literal["space"] = "space"
    id: str
    """The space."""
    name: str | None
    """Its name."""


class PlaceViewWall(Model):
    """On a person's wall."""

    type: Literal["wall"] = "wall"
    person: str
    """The person."""


class PlaceViewNetwork(Model):
    """On the wall of the network."""

    type: Literal["network"] = "network"


PlaceView = Annotated[
    PlaceViewSpace | PlaceViewWall | PlaceViewNetwork,
    Field(discriminator="type"),
]
"""Where an item stands."""


class Body(Model):
    """The words of an item."""

    source: str
    """As written, in CommonMark."""
    html: str
    """As HTML of a closed list of elements, without scripts, styles, frames or images, whose links lead out.
    `person:` and `tag:` before an id lead to a mention and to a tag: the host says where that is.
    """
    text: str
    """As plain words."""
    title: str | None
    """The title, where the kind has one."""
    language: str | None
    """Their language (BCP 47), where it was named."""


class FactInternal(Model):
    """The reader is an internal person, the audience is the network."""

    type: Literal["internal"] = "internal"


class FactMember(Model):
    """The reader is a member of the space."""

    type: Literal["member"] = "member"
    space: str
    """The space."""
    role: Role
    """His role."""


class FactOpenSpace(Model):
    """The space is open and the reader internal."""

    type: Literal["open_space"] = "open_space"
    space: str
    """The space."""


class FactStaff(Model):
    """The reader is moderator or owner of the space."""

    type: Literal["staff"] = "staff"
    space: str
    """The space."""
    role: Role
    """His role."""


class FactInUnit(Model):
    """The reader is in the unit or below it."""

    type: Literal["in_unit"] = "in_unit"
    unit: str
    """The unit."""


class FactFollower(Model):
    """The reader follows the author."""

    type: Literal["follower"] = "follower"
    of: str
    """The author."""


class FactAddressed(Model):
    """The item is addressed to the reader himself."""

    type: Literal["addressed"] = "addressed"


class FactNarrowKey(Model):
    """The reader holds the narrower key of the comment too."""

    type: Literal["narrow_key"] = "narrow_key"


class FactAbsent(Model):
    """No: there is nothing of that id (or nothing that the reader may know of)."""

    type: Literal["absent"] = "absent"


class FactNotPublished(Model):
    """No: the item is not published."""

    type: Literal["not_published"] = "not_published"


class FactPlaceGone(Model):
    """No: the place is gone."""

    type: Literal["place_gone"] = "place_gone"


class FactRootHidden(Model):
    """No: the root of the thread is not visible."""

    type: Literal["root_hidden"] = "root_hidden"


class FactNoKey(Model):
    """No: the reader holds no key of the audience."""

    type: Literal["no_key"] = "no_key"
    needed: AudienceKey
    """A key that would open the item."""


class FactPolicy(Model):
    """No: the network's policy cannot be judged by this release."""

    type: Literal["policy"] = "policy"


class FactNotAuthor(Model):
    """No: the verb is for the author."""

    type: Literal["not_author"] = "not_author"


class FactNotMember(Model):
    """No: the verb is for members of the space."""

    type: Literal["not_member"] = "not_member"
    space: str
    """The space."""


class FactNotStaff(Model):
    """No: the verb is for moderators and owners."""

    type: Literal["not_staff"] = "not_staff"


class FactNotRoot(Model):
    """No: the verb is for posts in a space."""

    type: Literal["not_root"] = "not_root"


class FactArchived(Model):
    """No: the space is archived."""

    type: Literal["archived"] = "archived"
    space: str
    """The space."""


class FactDeleted(Model):
    """No: the item is deleted."""

    type: Literal["deleted"] = "deleted"


class FactBlocked(Model):
    """No: the author blocked the reader."""

    type: Literal["blocked"] = "blocked"


class FactDraft(Model):
    """No: the item is a draft."""

    type: Literal["draft"] = "draft"


class FactPublished(Model):
    """No: the item is published already."""

    type: Literal["published"] = "published"


Fact = Annotated[
    FactInternal
    | FactMember
    | FactOpenSpace
    | FactStaff
    | FactInUnit
    | FactFollower
    | FactAddressed
    | FactNarrowKey
    | FactAbsent
    | FactNotPublished
    | FactPlaceGone
    | FactRootHidden
    | FactNoKey
    | FactPolicy
    | FactNotAuthor
    | FactNotMember
    | FactNotStaff
    | FactNotRoot
    | FactArchived
    | FactDeleted
    | FactBlocked
    | FactDraft
    | FactPublished,
    Field(discriminator="type"),
]
"""A step of the path on which a reader reaches an item, or the step that is missing."""


class AudienceKeyNetwork(Model):
    """`T`: all internal persons."""

    type: Literal["network"] = "network"


class AudienceKeySpace(Model):
    """`S`: the members of a space; internal persons too while the space is open."""

    type: Literal["space"] = "space"
    id: str
    """The space."""


class AudienceKeyStaff(Model):
    """`R`: moderators and owners of a space."""

    type: Literal["staff"] = "staff"
    id: str
    """The space."""


class AudienceKeyUnit(Model):
    """`U`: the persons of a unit and of the units below it."""

    type: Literal["unit"] = "unit"
    id: str
    """The unit."""


class AudienceKeyFollowers(Model):
    """`F`: internal followers of a person."""

    type: Literal["followers"] = "followers"
    id: str
    """The person."""


class AudienceKeyPerson(Model):
    """`P`: one person."""

    type: Literal["person"] = "person"
    id: str
    """The person."""


AudienceKey = Annotated[
    AudienceKeyNetwork
    | AudienceKeySpace
    | AudienceKeyStaff
    | AudienceKeyUnit
    | AudienceKeyFollowers
    | AudienceKeyPerson,
    Field(discriminator="type"),
]
"""One key of an audience. A reader who holds one of an item's keys is in its audience."""


class ReactionView(Model):
    """How many persons reacted in one way."""

    reaction: str
    """The reaction's name."""
    n: int
    """How many persons."""


class ViewerView(Model):
    """What the reader himself has to do with an item."""

    can: tuple[Verb, ...]
    """What he may do with it."""
    reaction: str | None
    """His reaction."""
    seen: bool
    """Whether his devices reported that he saw it."""


class ReasonView(Model):
    """A reason why an item is where it is in the ranked feed."""

    code: str
    """The stable code."""
    n: int | None
    """The number in the sentence."""
    points: int | None
    """The points it stands for."""
    text: str
    """The sentence in the reader's language."""


class ItemView(Model):
    """One item as one reader sees it at one instant."""

    id: str
    """The id."""
    external: str | None
    """The host's own id, for an item that came from the host."""
    kind: str
    """The kind's name."""
    shown: Shown
    """How it is shown."""
    draft: bool
    """Whether it is a draft of the reader's."""
    publish_at: datetime | None
    """When the draft is published by itself. An instant that is past says that its author might not write it
    when it came.
    """
    place: PlaceView
    """Where it stands."""
    author: PersonCard | None
    """Who wrote it; absent for placeholders."""
    root: str | None
    """The root of its thread, for a comment."""
    parent: str | None
    """What it answers, for a comment."""
    t: datetime
    """When it was published."""
    edited: datetime | None
    """When it was edited last."""
    version: str
    """What an edit must be based on."""
    expires: datetime | None
    """When it stops being an announcement, for one that does."""
    body: Body | None
    """Its words; absent for placeholders."""
    tags: tuple[TagView, ...]
    """What it is about; none for placeholders."""
    through: Fact
    """By what the reader reads it: the fact that opened it."""
    comments: int
    """Comments that the reader may read."""
    reactions: tuple[ReactionView, ...]
    """Reactions by kind, most first."""
    viewer: ViewerView
    """The reader and the item."""
    points: int | None
    """Points in the ranked feed; absent elsewhere."""
    reasons: tuple[ReasonView, ...]
    """Why it is here, in the ranked feed: the way it came, the two largest terms; all terms on demand."""


class HistoryPage(Model):
    """One page of the versions that an item had before."""

    item: str
    """The item."""
    versions: tuple[VersionView, ...]
    """Versions that were replaced, newest first; none of an item that is shown as a placeholder."""
    next: str | None
    """The cursor of older versions; absent at the end."""
    position: str
    """The log position it was read at."""


class VersionView(Model):
    """What an item said before another version replaced it."""

    t: datetime
    """When it was written."""
    body: Body
    """Its words."""


class ThreadPage(Model):
    """An item with its thread. The comments are those on the item; those on an answer are its neighbours, under
    the comment on the root.
    """

    item: ItemView
    """The item asked for."""
    root: ItemView
    """The root of its thread (the item itself, unless it is a comment)."""
    top: ItemView | None
    """The comment on the root under which the item is shown, for an answer to a comment."""
    comments: tuple[CommentView, ...]
    """Comments, oldest first, whichever end they are read from. One that is deleted stays where it was as long
    as the reader reads answers of it.
    """
    next: str | None
    """The cursor of the next comments, away from the end that was asked for; absent at the other end."""
    previous: str | None
    """The cursor back towards that end; absent before the oldest comment, where nothing can come."""
    position: str
    """The log position it was read at."""


class CommentView(Model):
    """A comment with a preview of its answers. Reads as the comment itself."""

    id: str
    """The id."""
    external: str | None
    """The host's own id, for an item that came from the host."""
    kind: str
    """The kind's name."""
    shown: Shown
    """How it is shown."""
    draft: bool
    """Whether it is a draft of the reader's."""
    publish_at: datetime | None
    """When the draft is published by itself. An instant that is past says that its author might not write it
    when it came.
    """
    place: PlaceView
    """Where it stands."""
    author: PersonCard | None
    """Who wrote it; absent for placeholders."""
    root: str | None
    """The root of its thread, for a comment."""
    parent: str | None
    """What it answers, for a comment."""
    t: datetime
    """When it was published."""
    edited: datetime | None
    """When it was edited last."""
    version: str
    """What an edit must be based on."""
    expires: datetime | None
    """When it stops being an announcement, for one that does."""
    body: Body | None
    """Its words; absent for placeholders."""
    tags: tuple[TagView, ...]
    """What it is about; none for placeholders."""
    through: Fact
    """By what the reader reads it: the fact that opened it."""
    comments: int
    """Comments that the reader may read."""
    reactions: tuple[ReactionView, ...]
    """Reactions by kind, most first."""
    viewer: ViewerView
    """The reader and the item."""
    points: int | None
    """Points in the ranked feed; absent elsewhere."""
    reasons: tuple[ReasonView, ...]
    """Why it is here, in the ranked feed: the way it came, the two largest terms; all terms on demand."""
    answers: tuple[ItemView, ...]
    """A few answers, oldest first: the oldest ones, or the newest where the thread is read from there."""
    next: str | None
    """The cursor of more answers, for `items.get` of this comment by its id; absent where there are no more."""


class Allowed(Model):
    """Whether verbs are allowed, in the order asked."""

    allowed: tuple[bool, ...]
    """One answer an item; `false` for what is absent or hidden."""


class Explanation(Model):
    """Why a person may or may not use a verb on an item."""

    allowed: bool
    """The outcome."""
    verb: Verb
    """The verb."""
    person: str
    """The person it is about."""
    path: tuple[Fact, ...]
    """The path of facts: what the decision rested on."""


class EntriesPage(Model):
    """One page of an inbox."""

    entries: tuple[EntryView, ...]
    """The entries, newest first."""
    unread: UnreadCount | None
    """How much is unread in all, on the first page."""
    next: str | None
    """The cursor of the next page; absent at the end."""
    partial: bool
    """Whether the page is short because too much of what was scanned was not the reader's."""
    position: str
    """The log position it was read at."""


class EntryView(Model):
    """One event that the reader is told of."""

    id: str
    """The id: what `read` and `read_up_to` name."""
    code: NoticeCode
    """Why he is told: the strongest reason."""
    reasons: tuple[NoticeCode, ...]
    """All reasons, strongest first."""
    t: datetime
    """When it happened."""
    read: bool
    """Whether he has read it."""
    seen: bool
    """Whether his inbox was open since."""
    actor: PersonCard | None
    """Who did it."""
    item: ItemName | None
    """What was written, reacted to or announced."""
    root: ItemName | None
    """The root of its thread (the item itself, unless it is a comment)."""
    place: PlaceView | None
    """Where that stands."""
    text: str
    """It as a sentence in the reader's language, without a full stop."""


class ItemName(Model):
    """An item by its names."""

    id: str
    """The id."""
    external: str | None
    """The host's own id, for an item that came from the host."""


class UnreadCount(Model):
    """How much is unread, as the list would show it."""

    unread: int
    """Unread entries, at most the cap."""
    more: bool
    """Whether there are more than that."""
    badge: int
    """What a badge shows: unread direct notices since the inbox was last open, at most 99."""


class BundlesPage(Model):
    """One page of bundles."""

    bundles: tuple[BundleView, ...]
    """The bundles, newest event first."""
    next: str | None
    """The cursor of the next page; absent at the end."""
    partial: bool
    """Whether the page is short because too much of what was scanned was not the reader's."""
    position: str
    """The log position it was read at."""


class BundleView(Model):
    """Events of one kind about one thing that came between two times the reader read or saw such a bundle."""

    id: str
    """The id of its newest entry: what `read` names."""
    code: NoticeCode
    """Why the reader is told."""
    t: datetime
    """When the newest event happened."""
    open: bool
    """Whether the next event of this kind joins it. Reading and seeing close it: then the next event opens
    another.
    """
    unread: bool
    """Whether something in it is unread."""
    actors: tuple[PersonCard, ...]
    """Those who did it, latest first, at most three."""
    n: int
    """How many persons, at most 99."""
    more: bool
    """Whether there are more than that."""
    item: ItemName | None
    """What the newest event wrote, reacted to or announced."""
    root: ItemName | None
    """The root of its thread."""
    place: PlaceView | None
    """Where that stands."""
    text: str
    """It as a sentence in the reader's language, without a full stop."""


class UnreadView(Model):
    """How much is unread."""

    unread: int
    """Unread entries, at most the cap."""
    more: bool
    """Whether there are more than that."""
    badge: int
    """What a badge shows: unread direct notices since the inbox was last open, at most 99."""
    position: str
    """The log position it was read at."""


class ChangesView(Model):
    """What changed for a reader."""

    position: str
    """Up to where this answer tells: the `after` of the next call."""
    unread: int
    """Unread entries of the inbox, at most 99."""
    more: bool
    """Whether there are more than that."""
    badge: int
    """What a badge shows: unread direct notices since the inbox was last open, at most 99."""
    feed_new: int
    """Posts of others that are new in the reader's home since `after`, at most 20."""
    replaced: bool
    """Whether `after` is of a history that was replaced, by a restore for instance: whatever was read before is
    to be read again.
    """


class ImportReport(Model):
    """What became of the rows of one call."""

    new: int
    """Rows that were created."""
    changed: int
    """Rows that replaced an older one."""
    same: int
    """Rows that were as before."""
    bad: tuple[BadRow, ...]
    """Rows that were refused."""


class BadRow(Model):
    """Why one row was refused."""

    row: int
    """Its place in the request, counted from 0."""
    reason: str
    """What was wrong."""
    field: str | None
    """The column, where it was one."""
    value: str | None
    """The value as it stood in the row."""


class EndedReport(Model):
    """What became of the people who may act."""

    ended: int
    """Those whose accounts ended now."""
    stayed: int
    """Those who stayed."""


__all__ = [
    "Allowed",
    "AudienceKey",
    "AudienceKeyFollowers",
    "AudienceKeyNetwork",
    "AudienceKeyPerson",
    "AudienceKeySpace",
    "AudienceKeyStaff",
    "AudienceKeyUnit",
    "BadRow",
    "Body",
    "BundleView",
    "BundlesPage",
    "ChangesView",
    "CommentView",
    "EndedReport",
    "EntriesPage",
    "EntryView",
    "Explanation",
    "Fact",
    "FactAbsent",
    "FactAddressed",
    "FactArchived",
    "FactBlocked",
    "FactDeleted",
    "FactDraft",
    "FactFollower",
    "FactInUnit",
    "FactInternal",
    "FactMember",
    "FactNarrowKey",
    "FactNoKey",
    "FactNotAuthor",
    "FactNotMember",
    "FactNotPublished",
    "FactNotRoot",
    "FactNotStaff",
    "FactOpenSpace",
    "FactPlaceGone",
    "FactPolicy",
    "FactPublished",
    "FactRootHidden",
    "FactStaff",
    "FeedPage",
    "HistoryPage",
    "ImportReport",
    "InvitationPage",
    "InvitationView",
    "ItemMade",
    "ItemName",
    "ItemView",
    "MemberPage",
    "MemberView",
    "MentionHint",
    "MuteList",
    "MuteView",
    "MutedView",
    "MutedViewPerson",
    "MutedViewSpace",
    "MutedViewTag",
    "MutedViewThread",
    "PersonCard",
    "PersonMade",
    "PersonMatches",
    "PersonPage",
    "PinnedView",
    "PlaceView",
    "PlaceViewNetwork",
    "PlaceViewSpace",
    "PlaceViewWall",
    "Profile",
    "ReactionView",
    "ReasonView",
    "Receipt",
    "RequestPage",
    "RequestView",
    "SpaceCard",
    "SpaceMade",
    "SpaceMatches",
    "SpacePage",
    "SpaceView",
    "TagPage",
    "TagView",
    "ThreadPage",
    "UnitMade",
    "UnreadCount",
    "UnreadView",
    "VersionView",
    "ViewerView",
]
