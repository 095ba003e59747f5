"""What goes in and comes out: ids, vocabularies, records. Records are frozen, compare by value and can be pickled."""

# Written by `cargo run -p parvis-generate`. Do not edit.

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Literal, NewType, TypeAlias

from ._wire import Page, Pages, Record, normal

PersonId = NewType("PersonId", str)
"""A person: internal, guest, or a name that is gone."""

Token = NewType("Token", str)
"""An opaque text: a cursor, a position, the version that an edit is based on."""

UnitId = NewType("UnitId", str)
"""A unit: a department or a team of the organisation's tree."""

TagId = NewType("TagId", str)
"""A tag, however it is spelt."""

SpaceId = NewType("SpaceId", str)
"""A space: open, closed or secret."""

ItemId = NewType("ItemId", str)
"""An item: a post, a comment, later any other kind."""

NoticeId = NewType("NoticeId", str)
"""An entry of an inbox."""


class PersonKind(StrEnum):
    """What a person is to the network."""

    INTERNAL = "internal"
    """An employee: may hold the network's and units' audiences."""
    GUEST = "guest"
    """Somebody from outside: sees the spaces he was taken into, nothing else."""
    UNKNOWN = "unknown"
    """Written by a newer release; grants nothing."""


PersonKindName: TypeAlias = Literal[
    "internal",
    "guest",
    "unknown",
]
"""The same by its word."""


class PersonStatus(StrEnum):
    """Whether a person may act."""

    ACTIVE = "active"
    """Yes, until the expiry where there is one."""
    DEACTIVATED = "deactivated"
    """No; what the person wrote stays."""
    UNKNOWN = "unknown"
    """Written by a newer release; grants nothing."""


PersonStatusName: TypeAlias = Literal[
    "active",
    "deactivated",
    "unknown",
]
"""The same by its word."""


class Visibility(StrEnum):
    """Who may find and read a space."""

    OPEN = "open"
    """Internal persons read it and may join."""
    CLOSED = "closed"
    """Internal persons see that it exists; members read it."""
    SECRET = "secret"
    """Only members know that it exists."""
    UNKNOWN = "unknown"
    """Written by a newer release; grants nothing."""


VisibilityName: TypeAlias = Literal[
    "open",
    "closed",
    "secret",
    "unknown",
]
"""The same by its word."""


class JoinPolicy(StrEnum):
    """How internal persons become members, where they may find the space."""

    FREE = "free"
    """By themselves."""
    REQUEST = "request"
    """They ask, and a moderator lets them in."""
    INVITATION = "invitation"
    """An owner invites them."""
    UNKNOWN = "unknown"
    """Written by a newer release; grants nothing."""


JoinPolicyName: TypeAlias = Literal[
    "free",
    "request",
    "invitation",
    "unknown",
]
"""The same by its word."""


class Role(StrEnum):
    """What a member may do, from little to much."""

    MEMBER = "member"
    """Read, comment, react, post."""
    MODERATOR = "moderator"
    """Also remove others' items and read what is for the staff."""
    OWNER = "owner"
    """Also manage members and settings."""
    UNKNOWN = "unknown"
    """Written by a newer release; grants nothing."""


RoleName: TypeAlias = Literal[
    "member",
    "moderator",
    "owner",
    "unknown",
]
"""The same by its word."""


class Announcers(StrEnum):
    """Who may write announcements in a space. A guest never does."""

    OWNERS = "owners"
    """Its owners."""
    MEMBERS = "members"
    """All its members."""
    UNKNOWN = "unknown"
    """Written by a newer release; grants nothing."""


AnnouncersName: TypeAlias = Literal[
    "owners",
    "members",
    "unknown",
]
"""The same by its word."""


class NewAudience(StrEnum):
    """Who may read a new item; never more than may read its place."""

    PLACE = "place"
    """Everybody who may read the place."""
    STAFF = "staff"
    """In a space: moderators and owners."""
    FOLLOWERS = "followers"
    """On a wall: those who follow the author."""
    UNIT = "unit"
    """On a wall or the network's: the persons of a unit."""


NewAudienceName: TypeAlias = Literal[
    "place",
    "staff",
    "followers",
    "unit",
]
"""The same by its word."""


class Publishing(StrEnum):
    """How an item is published."""

    NOW = "now"
    """At once; those whom it concerns are told."""
    QUIETLY = "quietly"
    """At once; nobody is told."""
    DRAFT = "draft"
    """Not yet, nor by itself: only its author sees it until he publishes it."""


PublishingName: TypeAlias = Literal[
    "now",
    "quietly",
    "draft",
]
"""The same by its word."""


class Shown(StrEnum):
    """How an item is shown."""

    WHOLE = "whole"
    """With its words."""
    DELETED = "deleted"
    """As the placeholder of a deleted item."""
    BLOCKED = "blocked"
    """As the placeholder of what a person wrote whom the reader blocked."""


ShownName: TypeAlias = Literal[
    "whole",
    "deleted",
    "blocked",
]
"""The same by its word."""


class Verb(StrEnum):
    """What a reader may do with an item."""

    SEE = "see"
    """Read it."""
    COMMENT = "comment"
    """Write a comment in its thread."""
    REACT = "react"
    """React to it."""
    EDIT = "edit"
    """Change its words."""
    DELETE = "delete"
    """Delete it."""
    PIN = "pin"
    """Pin it in its space."""
    PUBLISH = "publish"
    """Publish a draft."""


VerbName: TypeAlias = Literal[
    "see",
    "comment",
    "react",
    "edit",
    "delete",
    "pin",
    "publish",
]
"""The same by its word."""


class CommentAudience(StrEnum):
    """Who may read a new comment."""

    ROOT = "root"
    """Everybody who may read the root (or the comment that is answered)."""
    STAFF = "staff"
    """Moderators and owners of the space."""


CommentAudienceName: TypeAlias = Literal[
    "root",
    "staff",
]
"""The same by its word."""


class ThreadEnd(StrEnum):
    """An end of a thread."""

    OLDEST = "oldest"
    """Where the thread begins."""
    NEWEST = "newest"
    """Where the thread goes on: what is read first where people talk."""


ThreadEndName: TypeAlias = Literal[
    "oldest",
    "newest",
]
"""The same by its word."""


class Order(StrEnum):
    """The order of the home feed."""

    RANKED = "ranked"
    """By points, window by window."""
    NEWEST = "newest"
    """Newest first."""
    ACTIVE = "active"
    """By last activity: a thread stands where somebody other than its author last wrote in it. It moves at most
    once in five minutes, and until 48 hours after its post (14 days for a question or an idea).
    """


OrderName: TypeAlias = Literal[
    "ranked",
    "newest",
    "active",
]
"""The same by its word."""


class Explain(StrEnum):
    """How much of the explanation a page carries."""

    MAIN = "main"
    """The way the item came, and the two largest terms."""
    ALL = "all"
    """Every term."""


ExplainName: TypeAlias = Literal[
    "main",
    "all",
]
"""The same by its word."""


class Which(StrEnum):
    """Which entries are listed."""

    ALL = "all"
    """All of them."""
    UNREAD = "unread"
    """Those that were not read."""


WhichName: TypeAlias = Literal[
    "all",
    "unread",
]
"""The same by its word."""


class NoticeCode(StrEnum):
    """Why somebody is told of something, strongest first: of several reasons for one event the first one names
    the notice.
    """

    MENTION = "mention"
    """He is named in it."""
    JOIN_REQUEST = "join_request"
    """Somebody asks to join a space that he moderates."""
    REPLY = "reply"
    """It answers a comment of his."""
    COMMENT = "comment"
    """It is a comment on what he posted."""
    REACTION = "reaction"
    """Somebody reacted to something of his."""
    FOLLOWER = "follower"
    """Somebody follows him now."""
    ANNOUNCEMENT = "announcement"
    """It is announced in a space of his. Never stored: it is pulled when it is read."""
    UNKNOWN = "unknown"
    """Written by a newer release; grants nothing."""


NoticeCodeName: TypeAlias = Literal[
    "mention",
    "join_request",
    "reply",
    "comment",
    "reaction",
    "follower",
    "announcement",
    "unknown",
]
"""The same by its word."""


class NoticeKind(StrEnum):
    """What a notice of an old system told of."""

    REACTION = "reaction"
    """A reaction to a post of one's own."""
    COMMENT = "comment"
    """A comment on a post of one's own."""
    ANNOUNCE = "announce"
    """An announcement in a space."""


NoticeKindName: TypeAlias = Literal[
    "reaction",
    "comment",
    "announce",
]
"""The same by its word."""


class Code(StrEnum):
    """What kind of failure it is; at most twelve, stable across releases."""

    NOT_FOUND = "not_found"
    """Absent, or hidden from the one who asks: the two look the same."""
    FORBIDDEN = "forbidden"
    """Visible, but not allowed."""
    CONFLICT = "conflict"
    """The state is another one than the caller saw."""
    INVALID = "invalid"
    """The request is not of the accepted form."""
    TOO_LARGE = "too_large"
    """The request is larger than allowed."""
    KEY_REUSED = "key_reused"
    """The idempotency key was used for another request."""
    CURSOR_EXPIRED = "cursor_expired"
    """The cursor is not one of this reader and query, or its configuration is gone."""
    OUTCOME_UNKNOWN = "outcome_unknown"
    """The commit may or may not have happened: send the same request with the same idempotency key again."""
    UNAVAILABLE = "unavailable"
    """The store cannot be reached, is busy, full or read only."""
    SCHEMA_TOO_OLD = "schema_too_old"
    """The store must be upgraded."""
    SCHEMA_TOO_NEW = "schema_too_new"
    """The library must be upgraded."""
    INTERNAL = "internal"
    """What is stored cannot be understood, or a bug."""


CodeName: TypeAlias = Literal[
    "not_found",
    "forbidden",
    "conflict",
    "invalid",
    "too_large",
    "key_reused",
    "cursor_expired",
    "outcome_unknown",
    "unavailable",
    "schema_too_old",
    "schema_too_new",
    "internal",
]
"""The same by its word."""


class Retry(StrEnum):
    """Whether and when the same call may succeed."""

    NEVER = "never"
    """Not without a change."""
    NOW = "now"
    """At once."""
    AFTER = "after"
    """After `after_ms`."""


RetryName: TypeAlias = Literal[
    "never",
    "now",
    "after",
]
"""The same by its word."""


class Id(Record, frozen=True, kw_only=True, tag_field="type", tag="id"):
    """Parvis's id."""

    id: str
    """As UUID text."""


class External(Record, frozen=True, kw_only=True, tag_field="type", tag="external"):
    """The host's own id."""

    app: str = "host"
    """The source app; `HOST` unless named."""
    id: str
    """The id there."""


class Handle(Record, frozen=True, kw_only=True, tag_field="type", tag="handle"):
    """The handle of a person or a space. It names whoever has it when the call is made, so nobody acts by it."""

    handle: str
    """As typed: `@Ana` names whom `ana` names."""


Ref: TypeAlias = Id | External | Handle
"""A name of a person, unit, space or item. Resolving it costs no call."""


class PersonMade(Record, frozen=True, kw_only=True):
    """A person was put."""

    id: PersonId
    """The id."""
    position: Token
    """The log position after it."""


class Receipt(Record, frozen=True, kw_only=True):
    """A command was carried out."""

    position: Token
    """The log position after it: a read at least as fresh sees it."""


class UnitMade(Record, frozen=True, kw_only=True):
    """A unit was put."""

    id: UnitId
    """The id."""
    position: Token
    """The log position after it."""


class Profile(Record, frozen=True, kw_only=True):
    """A person in full: his card, and what one reads on his page. Reads as the card itself."""

    id: PersonId
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


class TagView(Record, frozen=True, kw_only=True):
    """A tag of an item."""

    id: TagId
    """The tag, however it is spelt."""
    name: str
    """As it is spelt here."""


class PersonPage(Page, frozen=True, kw_only=True, dict=True):
    """A page of people, by name."""

    people: tuple[PersonCard, ...]
    """The people."""
    next: Token | None
    """The cursor of the next page; absent at the end."""
    partial: bool
    """Whether the page is short because much had to be left out."""
    position: Token
    """The log position it was read at."""

    def all(self) -> Pages[PersonCard]:
        """Everything from here to the end of the list, page by page: for `for`, and for `async for` in
        `parvis.aio`.
        """
        return Pages(self, "people")


class PersonCard(Record, frozen=True, kw_only=True):
    """A person in a line."""

    id: PersonId
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


class PersonMatches(Record, frozen=True, kw_only=True):
    """The people to whom what somebody typed completes."""

    people: tuple[PersonCard, ...]
    """Those the reader follows first, then by name."""


class TagPage(Page, frozen=True, kw_only=True, dict=True):
    """A page of the tags that the reader follows."""

    tags: tuple[TagView, ...]
    """The tags, as he spells them."""
    next: Token | None
    """The cursor of the next page; absent at the end."""
    position: Token
    """The log position it was read at."""

    def all(self) -> Pages[TagView]:
        """Everything from here to the end of the list, page by page: for `for`, and for `async for` in
        `parvis.aio`.
        """
        return Pages(self, "tags")


class TopicPerson(Record, frozen=True, kw_only=True, tag_field="type", tag="person"):
    """A person. For internal persons."""

    person: RefLike
    """Whom."""

    def __post_init__(self) -> None:
        normal(self, "person")


class TopicSpace(Record, frozen=True, kw_only=True, tag_field="type", tag="space"):
    """A space."""

    space: RefLike
    """Which."""

    def __post_init__(self) -> None:
        normal(self, "space")


class TopicThread(Record, frozen=True, kw_only=True, tag_field="type", tag="thread"):
    """The thread of an item."""

    item: RefLike
    """The item."""

    def __post_init__(self) -> None:
        normal(self, "item")


class TopicTag(Record, frozen=True, kw_only=True, tag_field="type", tag="tag"):
    """A tag, however it is spelt."""

    tag: str
    """Which, with or without `#`."""


Topic: TypeAlias = TopicPerson | TopicSpace | TopicThread | TopicTag
"""What can be muted."""


class MuteList(Page, frozen=True, kw_only=True, dict=True):
    """What the reader muted."""

    mutes: tuple[MuteView, ...]
    """Persons, spaces, threads, tags; of those that he may still know of."""
    next: Token | None
    """The cursor of the next page; absent at the end."""

    def all(self) -> Pages[MuteView]:
        """Everything from here to the end of the list, page by page: for `for`, and for `async for` in
        `parvis.aio`.
        """
        return Pages(self, "mutes")


class MuteView(Record, frozen=True, kw_only=True):
    """Something muted, and for how long."""

    what: MutedView
    """What."""
    until: datetime | None
    """Until when; for good, where absent."""
    t: datetime
    """Since when."""


class MutedViewPerson(Record, frozen=True, kw_only=True, tag_field="type", tag="person"):
    """A person."""

    person: PersonCard
    """Whom."""


class MutedViewSpace(Record, frozen=True, kw_only=True, tag_field="type", tag="space"):
    """A space."""

    id: SpaceId
    """The id."""
    name: str
    """The name."""


class MutedViewThread(Record, frozen=True, kw_only=True, tag_field="type", tag="thread"):
    """A thread."""

    item: ItemId
    """Its root."""


class MutedViewTag(Record, frozen=True, kw_only=True, tag_field="type", tag="tag"):
    """A tag."""

    id: TagId
    """The id, the same for all spellings."""
    name: str
    """As the reader spells it."""


MutedView: TypeAlias = MutedViewPerson | MutedViewSpace | MutedViewThread | MutedViewTag
"""One thing that the reader muted."""


class SpaceMade(Record, frozen=True, kw_only=True):
    """A space was opened."""

    id: SpaceId
    """The id."""
    position: Token
    """The log position after it."""


class SpaceView(Record, frozen=True, kw_only=True):
    """A space as one reader sees it: its card, and what stands on its page. Reads as the card itself."""

    id: SpaceId
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


class SpacePage(Page, frozen=True, kw_only=True, dict=True):
    """A page of spaces, by name."""

    spaces: tuple[SpaceCard, ...]
    """The spaces."""
    next: Token | None
    """The cursor of the next page; absent at the end."""
    partial: bool
    """Whether the page is short because much had to be left out."""
    position: Token
    """The log position it was read at."""

    def all(self) -> Pages[SpaceCard]:
        """Everything from here to the end of the list, page by page: for `for`, and for `async for` in
        `parvis.aio`.
        """
        return Pages(self, "spaces")


class SpaceCard(Record, frozen=True, kw_only=True):
    """A space in a line."""

    id: SpaceId
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


class SpaceMatches(Record, frozen=True, kw_only=True):
    """The spaces to which what somebody typed completes."""

    spaces: tuple[SpaceCard, ...]
    """The reader's own first, then by name."""


class MemberPage(Page, frozen=True, kw_only=True, dict=True):
    """A page of the members of a space."""

    members: tuple[MemberView, ...]
    """Owners, moderators, members."""
    next: Token | None
    """The cursor of the next page; absent at the end."""
    partial: bool
    """Whether the page is short because much had to be left out."""
    position: Token
    """The log position it was read at."""

    def all(self) -> Pages[MemberView]:
        """Everything from here to the end of the list, page by page: for `for`, and for `async for` in
        `parvis.aio`.
        """
        return Pages(self, "members")


class MemberView(Record, frozen=True, kw_only=True):
    """A member."""

    person: PersonCard
    """Who."""
    role: Role
    """The role."""
    expires: datetime | None
    """When the membership ends: shown to the staff and to the member."""


class RequestPage(Page, frozen=True, kw_only=True, dict=True):
    """A page of requests to become a member of a space."""

    requests: tuple[RequestView, ...]
    """The requests."""
    next: Token | None
    """The cursor of the next page; absent at the end."""
    position: Token
    """The log position it was read at."""

    def all(self) -> Pages[RequestView]:
        """Everything from here to the end of the list, page by page: for `for`, and for `async for` in
        `parvis.aio`.
        """
        return Pages(self, "requests")


class RequestView(Record, frozen=True, kw_only=True):
    """A request to become a member."""

    person: PersonCard
    """Who asks."""
    words: str | None
    """What he says to it."""
    t: datetime
    """Since when."""


class InvitationPage(Page, frozen=True, kw_only=True, dict=True):
    """A page of the invitations of the one who asks."""

    invitations: tuple[InvitationView, ...]
    """The invitations that hold."""
    next: Token | None
    """The cursor of the next page; absent at the end."""
    position: Token
    """The log position it was read at."""

    def all(self) -> Pages[InvitationView]:
        """Everything from here to the end of the list, page by page: for `for`, and for `async for` in
        `parvis.aio`.
        """
        return Pages(self, "invitations")


class InvitationView(Record, frozen=True, kw_only=True):
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


class PlaceSpace(Record, frozen=True, kw_only=True, tag_field="type", tag="space"):
    """Into a space."""

    space: RefLike
    """Which."""

    def __post_init__(self) -> None:
        normal(self, "space")


class PlaceWall(Record, frozen=True, kw_only=True, tag_field="type", tag="wall"):
    """On the wall of the one who acts."""


class PlaceNetwork(Record, frozen=True, kw_only=True, tag_field="type", tag="network"):
    """On the wall of the network."""


Place: TypeAlias = PlaceSpace | PlaceWall | PlaceNetwork
"""Where a new item goes."""


class ItemMade(Record, frozen=True, kw_only=True):
    """An item was written or changed."""

    id: ItemId
    """The id."""
    version: Token
    """What the next edit must be based on."""
    hints: tuple[MentionHint, ...]
    """Mentions that reach nobody, as far as the writer may know."""
    position: Token
    """The log position after it."""


class MentionHint(Record, frozen=True, kw_only=True):
    """A mention that reaches nobody: the person may not read the item. Said only to a writer who may see the
    person.
    """

    person: str
    """As the words name the person."""
    reason: str
    """`cannot_read`."""


class FeedPage(Page, frozen=True, kw_only=True, dict=True):
    """One page of a feed."""

    pinned: tuple[PinnedView, ...]
    """What is pinned, latest pin first: on the first page of a space's wall, beside the items, which hold it by
    its date too.
    """
    items: tuple[ItemView, ...]
    """The items, in order."""
    next: Token | None
    """The cursor of the next page; absent at the end."""
    partial: bool
    """Whether the page is short because too much of what was scanned was not the reader's."""
    position: Token
    """The log position it was read at."""

    def all(self) -> Pages[ItemView]:
        """Everything from here to the end of the list, page by page: for `for`, and for `async for` in
        `parvis.aio`.
        """
        return Pages(self, "items")


class PinnedView(Record, frozen=True, kw_only=True):
    """A pinned item. Reads as the item itself."""

    id: ItemId
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
    root: ItemId | None
    """The root of its thread, for a comment."""
    parent: ItemId | None
    """What it answers, for a comment."""
    t: datetime
    """When it was published."""
    edited: datetime | None
    """When it was edited last."""
    version: Token
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


class PlaceViewSpace(Record, frozen=True, kw_only=True, tag_field="type", tag="space"):
    """In a space; the name where the reader may find the space."""

    id: SpaceId
    """The space."""
    name: str | None
    """Its name."""


class PlaceViewWall(Record, frozen=True, kw_only=True, tag_field="type", tag="wall"):
    """On a person's wall."""

    person: PersonId
    """The person."""


class PlaceViewNetwork(Record, frozen=True, kw_only=True, tag_field="type", tag="network"):
    """On the wall of the network."""


PlaceView: TypeAlias = PlaceViewSpace | PlaceViewWall | PlaceViewNetwork
"""Where an item stands."""


class Body(Record, frozen=True, kw_only=True):
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


class FactInternal(Record, frozen=True, kw_only=True, tag_field="type", tag="internal"):
    """The reader is an internal person, the audience is the network."""


class FactMember(Record, frozen=True, kw_only=True, tag_field="type", tag="member"):
    """The reader is a member of the space."""

    space: SpaceId
    """The space."""
    role: Role
    """His role."""


class FactOpenSpace(Record, frozen=True, kw_only=True, tag_field="type", tag="open_space"):
    """The space is open and the reader internal."""

    space: SpaceId
    """The space."""


class FactStaff(Record, frozen=True, kw_only=True, tag_field="type", tag="staff"):
    """The reader is moderator or owner of the space."""

    space: SpaceId
    """The space."""
    role: Role
    """His role."""


class FactInUnit(Record, frozen=True, kw_only=True, tag_field="type", tag="in_unit"):
    """The reader is in the unit or below it."""

    unit: UnitId
    """The unit."""


class FactFollower(Record, frozen=True, kw_only=True, tag_field="type", tag="follower"):
    """The reader follows the author."""

    of: PersonId
    """The author."""


class FactAddressed(Record, frozen=True, kw_only=True, tag_field="type", tag="addressed"):
    """The item is addressed to the reader himself."""


class FactNarrowKey(Record, frozen=True, kw_only=True, tag_field="type", tag="narrow_key"):
    """The reader holds the narrower key of the comment too."""


class FactAbsent(Record, frozen=True, kw_only=True, tag_field="type", tag="absent"):
    """No: there is nothing of that id (or nothing that the reader may know of)."""


class FactNotPublished(Record, frozen=True, kw_only=True, tag_field="type", tag="not_published"):
    """No: the item is not published."""


class FactPlaceGone(Record, frozen=True, kw_only=True, tag_field="type", tag="place_gone"):
    """No: the place is gone."""


class FactRootHidden(Record, frozen=True, kw_only=True, tag_field="type", tag="root_hidden"):
    """No: the root of the thread is not visible."""


class FactNoKey(Record, frozen=True, kw_only=True, tag_field="type", tag="no_key"):
    """No: the reader holds no key of the audience."""

    needed: AudienceKey
    """A key that would open the item."""


class FactPolicy(Record, frozen=True, kw_only=True, tag_field="type", tag="policy"):
    """No: the network's policy cannot be judged by this release."""


class FactNotAuthor(Record, frozen=True, kw_only=True, tag_field="type", tag="not_author"):
    """No: the verb is for the author."""


class FactNotMember(Record, frozen=True, kw_only=True, tag_field="type", tag="not_member"):
    """No: the verb is for members of the space."""

    space: SpaceId
    """The space."""


class FactNotStaff(Record, frozen=True, kw_only=True, tag_field="type", tag="not_staff"):
    """No: the verb is for moderators and owners."""


class FactNotRoot(Record, frozen=True, kw_only=True, tag_field="type", tag="not_root"):
    """No: the verb is for posts in a space."""


class FactArchived(Record, frozen=True, kw_only=True, tag_field="type", tag="archived"):
    """No: the space is archived."""

    space: SpaceId
    """The space."""


class FactDeleted(Record, frozen=True, kw_only=True, tag_field="type", tag="deleted"):
    """No: the item is deleted."""


class FactBlocked(Record, frozen=True, kw_only=True, tag_field="type", tag="blocked"):
    """No: the author blocked the reader."""


class FactDraft(Record, frozen=True, kw_only=True, tag_field="type", tag="draft"):
    """No: the item is a draft."""


class FactPublished(Record, frozen=True, kw_only=True, tag_field="type", tag="published"):
    """No: the item is published already."""


Fact: TypeAlias = (
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
    | FactPublished
)
"""A step of the path on which a reader reaches an item, or the step that is missing."""


class AudienceKeyNetwork(Record, frozen=True, kw_only=True, tag_field="type", tag="network"):
    """`T`: all internal persons."""


class AudienceKeySpace(Record, frozen=True, kw_only=True, tag_field="type", tag="space"):
    """`S`: the members of a space; internal persons too while the space is open."""

    id: SpaceId
    """The space."""


class AudienceKeyStaff(Record, frozen=True, kw_only=True, tag_field="type", tag="staff"):
    """`R`: moderators and owners of a space."""

    id: SpaceId
    """The space."""


class AudienceKeyUnit(Record, frozen=True, kw_only=True, tag_field="type", tag="unit"):
    """`U`: the persons of a unit and of the units below it."""

    id: UnitId
    """The unit."""


class AudienceKeyFollowers(Record, frozen=True, kw_only=True, tag_field="type", tag="followers"):
    """`F`: internal followers of a person."""

    id: PersonId
    """The person."""


class AudienceKeyPerson(Record, frozen=True, kw_only=True, tag_field="type", tag="person"):
    """`P`: one person."""

    id: PersonId
    """The person."""


AudienceKey: TypeAlias = (
    AudienceKeyNetwork
    | AudienceKeySpace
    | AudienceKeyStaff
    | AudienceKeyUnit
    | AudienceKeyFollowers
    | AudienceKeyPerson
)
"""One key of an audience. A reader who holds one of an item's keys is in its audience."""


class ReactionView(Record, frozen=True, kw_only=True):
    """How many persons reacted in one way."""

    reaction: str
    """The reaction's name."""
    n: int
    """How many persons."""


class ViewerView(Record, frozen=True, kw_only=True):
    """What the reader himself has to do with an item."""

    can: tuple[Verb, ...]
    """What he may do with it."""
    reaction: str | None
    """His reaction."""
    seen: bool
    """Whether his devices reported that he saw it."""


class ReasonView(Record, frozen=True, kw_only=True):
    """A reason why an item is where it is in the ranked feed."""

    code: str
    """The stable code."""
    n: int | None
    """The number in the sentence."""
    points: int | None
    """The points it stands for."""
    text: str
    """The sentence in the reader's language."""


class ItemView(Record, frozen=True, kw_only=True):
    """One item as one reader sees it at one instant."""

    id: ItemId
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
    root: ItemId | None
    """The root of its thread, for a comment."""
    parent: ItemId | None
    """What it answers, for a comment."""
    t: datetime
    """When it was published."""
    edited: datetime | None
    """When it was edited last."""
    version: Token
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


class HistoryPage(Page, frozen=True, kw_only=True, dict=True):
    """One page of the versions that an item had before."""

    item: ItemId
    """The item."""
    versions: tuple[VersionView, ...]
    """Versions that were replaced, newest first; none of an item that is shown as a placeholder."""
    next: Token | None
    """The cursor of older versions; absent at the end."""
    position: Token
    """The log position it was read at."""

    def all(self) -> Pages[VersionView]:
        """Everything from here to the end of the list, page by page: for `for`, and for `async for` in
        `parvis.aio`.
        """
        return Pages(self, "versions")


class VersionView(Record, frozen=True, kw_only=True):
    """What an item said before another version replaced it."""

    t: datetime
    """When it was written."""
    body: Body
    """Its words."""


class ThreadPage(Page, frozen=True, kw_only=True, dict=True):
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
    next: Token | None
    """The cursor of the next comments, away from the end that was asked for; absent at the other end."""
    previous: Token | None
    """The cursor back towards that end; absent before the oldest comment, where nothing can come."""
    position: Token
    """The log position it was read at."""

    def all(self) -> Pages[CommentView]:
        """Everything from here to the end of the list, page by page: for `for`, and for `async for` in
        `parvis.aio`.
        """
        return Pages(self, "comments")


class CommentView(Record, frozen=True, kw_only=True):
    """A comment with a preview of its answers. Reads as the comment itself."""

    id: ItemId
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
    root: ItemId | None
    """The root of its thread, for a comment."""
    parent: ItemId | None
    """What it answers, for a comment."""
    t: datetime
    """When it was published."""
    edited: datetime | None
    """When it was edited last."""
    version: Token
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
    next: Token | None
    """The cursor of more answers, for `items.get` of this comment by its id; absent where there are no more."""


class Allowed(Record, frozen=True, kw_only=True):
    """Whether verbs are allowed, in the order asked."""

    allowed: tuple[bool, ...]
    """One answer an item; `false` for what is absent or hidden."""


class Explanation(Record, frozen=True, kw_only=True):
    """Why a person may or may not use a verb on an item."""

    allowed: bool
    """The outcome."""
    verb: Verb
    """The verb."""
    person: PersonId
    """The person it is about."""
    path: tuple[Fact, ...]
    """The path of facts: what the decision rested on."""


class EntriesPage(Page, frozen=True, kw_only=True, dict=True):
    """One page of an inbox."""

    entries: tuple[EntryView, ...]
    """The entries, newest first."""
    unread: UnreadCount | None
    """How much is unread in all, on the first page."""
    next: Token | None
    """The cursor of the next page; absent at the end."""
    partial: bool
    """Whether the page is short because too much of what was scanned was not the reader's."""
    position: Token
    """The log position it was read at."""

    def all(self) -> Pages[EntryView]:
        """Everything from here to the end of the list, page by page: for `for`, and for `async for` in
        `parvis.aio`.
        """
        return Pages(self, "entries")


class EntryView(Record, frozen=True, kw_only=True):
    """One event that the reader is told of."""

    id: NoticeId
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


class ItemName(Record, frozen=True, kw_only=True):
    """An item by its names."""

    id: ItemId
    """The id."""
    external: str | None
    """The host's own id, for an item that came from the host."""


class UnreadCount(Record, frozen=True, kw_only=True):
    """How much is unread, as the list would show it."""

    unread: int
    """Unread entries, at most the cap."""
    more: bool
    """Whether there are more than that."""
    badge: int
    """What a badge shows: unread direct notices since the inbox was last open, at most 99."""


class BundlesPage(Page, frozen=True, kw_only=True, dict=True):
    """One page of bundles."""

    bundles: tuple[BundleView, ...]
    """The bundles, newest event first."""
    next: Token | None
    """The cursor of the next page; absent at the end."""
    partial: bool
    """Whether the page is short because too much of what was scanned was not the reader's."""
    position: Token
    """The log position it was read at."""

    def all(self) -> Pages[BundleView]:
        """Everything from here to the end of the list, page by page: for `for`, and for `async for` in
        `parvis.aio`.
        """
        return Pages(self, "bundles")


class BundleView(Record, frozen=True, kw_only=True):
    """Events of one kind about one thing that came between two times the reader read or saw such a bundle."""

    id: NoticeId
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


class UnreadView(Record, frozen=True, kw_only=True):
    """How much is unread."""

    unread: int
    """Unread entries, at most the cap."""
    more: bool
    """Whether there are more than that."""
    badge: int
    """What a badge shows: unread direct notices since the inbox was last open, at most 99."""
    position: Token
    """The log position it was read at."""


class ChangesView(Record, frozen=True, kw_only=True):
    """What changed for a reader."""

    position: Token
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


class UnitRow(Record, frozen=True, kw_only=True, tag_field="type", tag="unit"):
    """A line of `units`."""

    id: str
    """The host's id."""
    name: str
    """The name."""
    parent: str | None = None
    """The unit above."""


class PersonRow(Record, frozen=True, kw_only=True, tag_field="type", tag="person"):
    """A line of `people`."""

    id: str
    """The host's id."""
    name: str
    """The name."""
    guest: bool = False
    """Whether the person comes from outside."""
    unit: str | None = None
    """The unit."""
    expires: datetime | None = None
    """When a guest's account ends."""
    title: str | None = None
    """What stands under the name."""
    active: bool = True
    """Whether the person may act."""
    skills: Sequence[str] | None = None
    """What he knows, as tags; left as it is where absent."""


class SpaceRow(Record, frozen=True, kw_only=True, tag_field="type", tag="space"):
    """A line of `spaces`."""

    id: str
    """The host's id."""
    name: str
    """The name."""
    kind: Visibility
    """Who may find and read it."""
    owner: str | None = None
    """A person who becomes its owner."""
    about: str | None = None
    """What it is for."""


class MemberRow(Record, frozen=True, kw_only=True, tag_field="type", tag="member"):
    """A line of `members`."""

    space: str
    """The space."""
    person: str
    """The person."""
    role: Role = Role.MEMBER
    """The role."""
    expires: datetime | None = None
    """When the membership ends."""


class FollowRow(Record, frozen=True, kw_only=True, tag_field="type", tag="follow"):
    """A line of `follows`."""

    person: str
    """Who follows."""
    follows: str
    """Whom."""


class PostRow(Record, frozen=True, kw_only=True, tag_field="type", tag="post"):
    """A line of `posts`."""

    id: str
    """The host's id."""
    author: str
    """Who wrote it."""
    text: str
    """The words."""
    ts: datetime
    """When."""
    space: str | None = None
    """The space; a wall, where there is none."""
    wall: str | None = None
    """Whose wall; the author's, unless said otherwise."""
    audience: PostAudience
    """Who may read it."""
    announce: bool = False
    """An announcement to its space."""


class ReactionRow(Record, frozen=True, kw_only=True, tag_field="type", tag="reaction"):
    """A reaction of `interactions`."""

    person: str
    """Who reacts."""
    post: str
    """To which post."""
    ts: datetime
    """When."""
    reaction: str
    """How."""


class CommentRow(Record, frozen=True, kw_only=True, tag_field="type", tag="comment"):
    """A comment of `interactions`."""

    id: str | None = None
    """The host's id; without one, the row is known by person, post and date."""
    person: str
    """Who wrote it."""
    post: str
    """On which post."""
    ts: datetime
    """When."""
    text: str
    """The words."""
    parent: str | None = None
    """The comment that it answers."""
    staff: bool = False
    """Whether it is for the staff of the post's space only."""


class NoticeRow(Record, frozen=True, kw_only=True, tag_field="type", tag="notice"):
    """A line of `notifications`."""

    to: str
    """Who was told."""
    kind: NoticeKind
    """Of what."""
    actor: str
    """Who did it."""
    post: str
    """The post."""
    ts: datetime
    """When."""
    read: bool = False
    """Whether it was read."""
    order: int = 0
    """Its place among the rows of one instant. The same row must have the same one whenever it comes."""


ImportRow: TypeAlias = (
    UnitRow | PersonRow | SpaceRow | MemberRow | FollowRow | PostRow | ReactionRow | CommentRow | NoticeRow
)
"""One row of one file."""


class PostAudiencePlace(Record, frozen=True, kw_only=True, tag_field="type", tag="place"):
    """Whoever may read the place."""


class PostAudienceFollowers(Record, frozen=True, kw_only=True, tag_field="type", tag="followers"):
    """The author's followers."""


class PostAudienceUnit(Record, frozen=True, kw_only=True, tag_field="type", tag="unit"):
    """A unit."""

    id: str
    """The host's id of it."""


PostAudience: TypeAlias = PostAudiencePlace | PostAudienceFollowers | PostAudienceUnit
"""Who may read an imported post."""


class ImportReport(Record, frozen=True, kw_only=True):
    """What became of the rows of one call."""

    new: int
    """Rows that were created."""
    changed: int
    """Rows that replaced an older one."""
    same: int
    """Rows that were as before."""
    bad: tuple[BadRow, ...]
    """Rows that were refused."""


class BadRow(Record, frozen=True, kw_only=True):
    """Why one row was refused."""

    row: int
    """Its place in the request, counted from 0."""
    reason: str
    """What was wrong."""
    field: str | None
    """The column, where it was one."""
    value: str | None
    """The value as it stood in the row."""


class EndedReport(Record, frozen=True, kw_only=True):
    """What became of the people who may act."""

    ended: int
    """Those whose accounts ended now."""
    stayed: int
    """Those who stayed."""


class Due(Record, frozen=True, kw_only=True):
    """What `run_due` did."""

    done: int
    """Batches that were carried out."""
    more: bool
    """Whether more is due now: call again at once."""
    next: datetime | None
    """When something is due next, where it is known; new commands may make it sooner."""
    lag_ms: int
    """How long the oldest of what is due now has been waiting; zero where nothing waits."""
    failed: int
    """Networks in which something failed that trying again at once will not mend (it is in the log of the
    program). It is tried again a minute later; nothing else waits for it.
    """


class Status(Record, frozen=True, kw_only=True):
    """How far the work behind the commands of one network is."""

    entries: int
    """Entries of its log: what was done in it. None of a name that no network has."""
    projections: tuple[Progress, ...]
    """How far each projection is."""
    overdue: int
    """Due rows whose instant has come and that are not carried out, counted up to 1,000."""
    next: datetime | None
    """The instant of the earliest due row, past or to come."""
    worker_ran: datetime | None
    """When a worker last left word that it ran, in any network: at most a minute older than the last run. None
    where none ever ran, as with `Inline`.
    """


class Progress(Record, frozen=True, kw_only=True):
    """How far one projection followed the log."""

    name: str
    """Its name."""
    behind: int
    """Entries of the log that it has not followed yet."""
    since: datetime | None
    """The time of the oldest of them."""


class RefusedPage(Page, frozen=True, kw_only=True, dict=True):
    """Some of the refused commands."""

    commands: tuple[RefusedCommand, ...]
    """They."""
    next: str | None
    """The cursor of the next page."""

    def all(self) -> Pages[RefusedCommand]:
        """Everything from here to the end of the list, page by page: for `for`, and for `async for` in
        `parvis.aio`.
        """
        return Pages(self, "commands")


class RefusedCommand(Record, frozen=True, kw_only=True):
    """A command that was refused for good. Its request is not kept: it is the host's."""

    id: str
    """`id`."""
    operation: str
    """Its name in the table of operations."""
    code: str
    """The code, as on the wire."""
    reason: str
    """The reason, as on the wire."""
    field: str | None
    """The field of the request, where it is one."""
    given: datetime
    """When it was given."""
    refused: datetime
    """When it was refused."""


class CommandStateGone(Record, frozen=True, kw_only=True, tag_field="type", tag="gone"):
    """It was carried out, or its transaction was never committed: only the host knows which."""


class CommandStateWaiting(Record, frozen=True, kw_only=True, tag_field="type", tag="waiting"):
    """It waits for `run_due`."""


class CommandStateRefused(Record, frozen=True, kw_only=True, tag_field="type", tag="refused"):
    """It was refused for good."""

    id: str
    """`id`."""
    operation: str
    """Its name in the table of operations."""
    code: str
    """The code, as on the wire."""
    reason: str
    """The reason, as on the wire."""
    field: str | None = None
    """The field of the request, where it is one."""
    given: datetime
    """When it was given."""
    refused: datetime
    """When it was refused."""


CommandState: TypeAlias = CommandStateGone | CommandStateWaiting | CommandStateRefused
"""What became of one command."""


RefLike: TypeAlias = Ref | str
"""How a call names something: an id as text, `external(..)`, `handle(..)`."""

__all__ = [
    "Allowed",
    "Announcers",
    "AnnouncersName",
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
    "Code",
    "CodeName",
    "CommandState",
    "CommandStateGone",
    "CommandStateRefused",
    "CommandStateWaiting",
    "CommentAudience",
    "CommentAudienceName",
    "CommentRow",
    "CommentView",
    "Due",
    "EndedReport",
    "EntriesPage",
    "EntryView",
    "Explain",
    "ExplainName",
    "Explanation",
    "External",
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
    "FollowRow",
    "Handle",
    "HistoryPage",
    "Id",
    "ImportReport",
    "ImportRow",
    "InvitationPage",
    "InvitationView",
    "ItemId",
    "ItemMade",
    "ItemName",
    "ItemView",
    "JoinPolicy",
    "JoinPolicyName",
    "MemberPage",
    "MemberRow",
    "MemberView",
    "MentionHint",
    "MuteList",
    "MuteView",
    "MutedView",
    "MutedViewPerson",
    "MutedViewSpace",
    "MutedViewTag",
    "MutedViewThread",
    "NewAudience",
    "NewAudienceName",
    "NoticeCode",
    "NoticeCodeName",
    "NoticeId",
    "NoticeKind",
    "NoticeKindName",
    "NoticeRow",
    "Order",
    "OrderName",
    "PersonCard",
    "PersonId",
    "PersonKind",
    "PersonKindName",
    "PersonMade",
    "PersonMatches",
    "PersonPage",
    "PersonRow",
    "PersonStatus",
    "PersonStatusName",
    "PinnedView",
    "Place",
    "PlaceNetwork",
    "PlaceSpace",
    "PlaceView",
    "PlaceViewNetwork",
    "PlaceViewSpace",
    "PlaceViewWall",
    "PlaceWall",
    "PostAudience",
    "PostAudienceFollowers",
    "PostAudiencePlace",
    "PostAudienceUnit",
    "PostRow",
    "Profile",
    "Progress",
    "Publishing",
    "PublishingName",
    "ReactionRow",
    "ReactionView",
    "ReasonView",
    "Receipt",
    "Ref",
    "RefLike",
    "RefusedCommand",
    "RefusedPage",
    "RequestPage",
    "RequestView",
    "Retry",
    "RetryName",
    "Role",
    "RoleName",
    "Shown",
    "ShownName",
    "SpaceCard",
    "SpaceId",
    "SpaceMade",
    "SpaceMatches",
    "SpacePage",
    "SpaceRow",
    "SpaceView",
    "Status",
    "TagId",
    "TagPage",
    "TagView",
    "ThreadEnd",
    "ThreadEndName",
    "ThreadPage",
    "Token",
    "Topic",
    "TopicPerson",
    "TopicSpace",
    "TopicTag",
    "TopicThread",
    "UnitId",
    "UnitMade",
    "UnitRow",
    "UnreadCount",
    "UnreadView",
    "Verb",
    "VerbName",
    "VersionView",
    "ViewerView",
    "Visibility",
    "VisibilityName",
    "Which",
    "WhichName",
]
