"""The operations, in groups, for asyncio."""

# Written by `cargo run -p parvis-generate`. Do not edit.

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ._args import as_instant, as_place, as_ref, as_refs
from ._group import AioCalls, AioGroup
from .types import (
    Allowed,
    Announcers,
    AnnouncersName,
    BundlesPage,
    ChangesView,
    CommentAudience,
    CommentAudienceName,
    EndedReport,
    EntriesPage,
    Explain,
    ExplainName,
    Explanation,
    External,
    FeedPage,
    HistoryPage,
    ImportReport,
    ImportRow,
    InvitationPage,
    ItemMade,
    JoinPolicy,
    JoinPolicyName,
    MemberPage,
    MuteList,
    NewAudience,
    NewAudienceName,
    NoticeId,
    Order,
    OrderName,
    PersonKind,
    PersonKindName,
    PersonMade,
    PersonMatches,
    PersonPage,
    PersonStatus,
    PersonStatusName,
    Place,
    Profile,
    Publishing,
    PublishingName,
    Receipt,
    RefLike,
    RequestPage,
    Role,
    RoleName,
    SpaceMade,
    SpaceMatches,
    SpacePage,
    SpaceView,
    TagPage,
    ThreadEnd,
    ThreadEndName,
    ThreadPage,
    Topic,
    UnitMade,
    UnreadView,
    Verb,
    VerbName,
    Visibility,
    VisibilityName,
    Which,
    WhichName,
)


class AioPeople(AioGroup):
    """Persons, units, and ties between persons."""

    __slots__ = ()

    async def put(
        self,
        external: External,
        name: str,
        *,
        handle: str | None = None,
        title: str | None = None,
        email: str | None = None,
        languages: Sequence[str] | None = None,
        kind: PersonKind | PersonKindName | None = None,
        status: PersonStatus | PersonStatusName | None = None,
        unit: RefLike | None = None,
        expires: datetime | None = None,
        zone: str | None = None,
        skills: Sequence[str] | None = None,
        idempotency_key: str | None = None,
    ) -> PersonMade:
        """Creates a person, or changes the one who has this host's id. For the host's system.

        Args:
            external: The host's own id.
            name: The name as shown, at most 400 bytes.
            handle: The handle, unique in the network; left as it is unless named, given up where empty.
            title: What stands under the name.
            email: The e-mail address, which internal persons see; left as it is unless named, gone where
                empty.
            languages: The languages (BCP 47), the best one first, at most 8; left as they are unless named.
            kind: Internal, unless said otherwise.
            status: Active, unless said otherwise.
            unit: The unit; internal persons only.
            expires: When a guest's account ends; 180 days after creation unless said otherwise.
            zone: IANA name of the time zone, in which working hours are counted; left as it is unless named.
            skills: What he knows, as tags, the most important one first, at most 30; left as it is unless
                named.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            A person was put.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._ask(
            "people.put",
            {
                "external": external,
                "name": name,
                "handle": handle,
                "title": title,
                "email": email,
                "languages": languages,
                "kind": kind,
                "status": status,
                "unit": as_ref(unit, "unit"),
                "expires": as_instant(expires, "expires"),
                "zone": zone,
                "skills": skills,
                "idempotency_key": idempotency_key,
            },
            PersonMade,
        )

    async def edit(
        self,
        *,
        handle: str | None = None,
        title: str | None = None,
        languages: Sequence[str] | None = None,
        zone: str | None = None,
        skills: Sequence[str] | None = None,
        idempotency_key: str | None = None,
    ) -> Receipt:
        """Changes what is shown of the one who acts; what is not named is left as it is.

        Args:
            handle: The handle, unique in the network, 2 to 40 letters, digits, `.`, `_`, `-`; given up where
                empty. For internal persons.
            title: What stands under the name; gone where empty.
            languages: The languages (BCP 47), the best one first, at most 8.
            zone: IANA name of the time zone, in which working hours are counted; gone where empty.
            skills: The skills that one declares, as tags, the most important one first, at most 30.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            A command was carried out.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._ask(
            "people.edit",
            {
                "handle": handle,
                "title": title,
                "languages": languages,
                "zone": zone,
                "skills": skills,
                "idempotency_key": idempotency_key,
            },
            Receipt,
        )

    async def put_unit(
        self,
        external: External,
        name: str,
        *,
        parent: RefLike | None = None,
        idempotency_key: str | None = None,
    ) -> UnitMade:
        """Creates a unit, or changes the one that has this host's id. For the host's system.

        Args:
            external: The host's own id.
            name: The name as shown, at most 400 bytes.
            parent: The unit above; none for a top of the tree.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            A unit was put.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._ask(
            "people.put_unit",
            {
                "external": external,
                "name": name,
                "parent": as_ref(parent, "parent"),
                "idempotency_key": idempotency_key,
            },
            UnitMade,
        )

    async def get(self, person: RefLike) -> Profile:
        """One person's page. A guest finds those who share a space with him.

        Args:
            person: Who.

        Returns:
            A person in full: his card, and what one reads on his page. Reads as the card itself.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._ask("people.get", {"person": as_ref(person, "person")}, Profile)

    async def list(self, *, limit: int = 20, cursor: str | None = None) -> PersonPage:
        """One page of the people who may act, by name. A guest finds those who share a space with him.

        Args:
            limit: How many, at most 100.
            cursor: `next` of the page before.

        Returns:
            A page of people, by name.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._page("people.list", {"limit": limit, "cursor": cursor}, PersonPage)

    async def complete(
        self,
        text: str,
        *,
        limit: int = 10,
        space: RefLike | None = None,
        item: RefLike | None = None,
    ) -> PersonMatches:
        """The people to whom what somebody typed completes, by the beginning of any word of the name or of the
        handle.

        Args:
            text: What was typed, at most 400 bytes; nothing completes to those one follows.
            limit: How many, at most 20.
            space: Only those who may read this space.
            item: Only those who may read this item.

        Returns:
            The people to whom what somebody typed completes.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._ask(
            "people.complete",
            {
                "text": text,
                "limit": limit,
                "space": as_ref(space, "space"),
                "item": as_ref(item, "item"),
            },
            PersonMatches,
        )

    async def follow(self, person: RefLike, *, idempotency_key: str | None = None) -> Receipt:
        """Follows a person: his posts come home, and one holds the key of what he writes for followers.

        Args:
            person: Whom.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            A command was carried out.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._ask(
            "people.follow",
            {
                "person": as_ref(person, "person"),
                "idempotency_key": idempotency_key,
            },
            Receipt,
        )

    async def unfollow(self, person: RefLike, *, idempotency_key: str | None = None) -> Receipt:
        """Follows a person no longer.

        Args:
            person: Whom.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            A command was carried out.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._ask(
            "people.unfollow",
            {
                "person": as_ref(person, "person"),
                "idempotency_key": idempotency_key,
            },
            Receipt,
        )

    async def block(self, person: RefLike, *, idempotency_key: str | None = None) -> Receipt:
        """Blocks a person: what he writes is folded away, he directs nothing at the blocker, follows end both
        ways.

        Args:
            person: Whom.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            A command was carried out.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._ask(
            "people.block",
            {
                "person": as_ref(person, "person"),
                "idempotency_key": idempotency_key,
            },
            Receipt,
        )

    async def unblock(self, person: RefLike, *, idempotency_key: str | None = None) -> Receipt:
        """Blocks a person no longer.

        Args:
            person: Whom.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            A command was carried out.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._ask(
            "people.unblock",
            {
                "person": as_ref(person, "person"),
                "idempotency_key": idempotency_key,
            },
            Receipt,
        )

    async def follow_tag(self, tag: str, *, idempotency_key: str | None = None) -> Receipt:
        """Follows a tag, however it is spelt: threads that bear it come to the ranked home, as far as one may
        read them.

        Args:
            tag: Which, with or without `#`.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            A command was carried out.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._ask(
            "people.follow_tag",
            {
                "tag": tag,
                "idempotency_key": idempotency_key,
            },
            Receipt,
        )

    async def unfollow_tag(self, tag: str, *, idempotency_key: str | None = None) -> Receipt:
        """Follows a tag no longer.

        Args:
            tag: Which.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            A command was carried out.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._ask(
            "people.unfollow_tag",
            {
                "tag": tag,
                "idempotency_key": idempotency_key,
            },
            Receipt,
        )

    async def tags(self, *, limit: int = 20, cursor: str | None = None) -> TagPage:
        """One page of the tags that the one who asks follows.

        Args:
            limit: How many, at most 100.
            cursor: `next` of the page before.

        Returns:
            A page of the tags that the reader follows.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._page("people.tags", {"limit": limit, "cursor": cursor}, TagPage)

    async def mute(
        self,
        what: Topic,
        *,
        until: datetime | None = None,
        idempotency_key: str | None = None,
    ) -> Receipt:
        """Mutes a person, a space, a thread or a tag, for good or until an instant: nothing of it comes home or,
        of its own accord, into the inbox. It takes no right away.

        Args:
            what: What.
            until: Until when; for good, unless said otherwise.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            A command was carried out.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._ask(
            "people.mute",
            {
                "what": what,
                "until": as_instant(until, "until"),
                "idempotency_key": idempotency_key,
            },
            Receipt,
        )

    async def unmute(self, what: Topic, *, idempotency_key: str | None = None) -> Receipt:
        """Mutes something no longer.

        Args:
            what: What.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            A command was carried out.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._ask("people.unmute", {"what": what, "idempotency_key": idempotency_key}, Receipt)

    async def mutes(self, *, limit: int = 20, cursor: str | None = None) -> MuteList:
        """One page of what the one who acts muted, the newest first.

        Args:
            limit: How many, at most 100.
            cursor: `next` of the page before.

        Returns:
            What the reader muted.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._page("people.mutes", {"limit": limit, "cursor": cursor}, MuteList)


class AioSpaces(AioGroup):
    """Spaces and memberships."""

    __slots__ = ()

    async def create(
        self,
        name: str,
        visibility: Visibility | VisibilityName,
        *,
        handle: str | None = None,
        about: str | None = None,
        join: JoinPolicy | JoinPolicyName | None = None,
        idempotency_key: str | None = None,
    ) -> SpaceMade:
        """Opens a space; the one who acts becomes its owner.

        Args:
            name: The name, at most 400 bytes.
            visibility: Who may find and read it.
            handle: The handle, unique in the network; a secret space has none.
            about: What it is for.
            join: How one becomes a member: freely where it is open, on request where it is closed, unless
                said otherwise; always by invitation where it is secret.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            A space was opened.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._ask(
            "spaces.create",
            {
                "name": name,
                "visibility": visibility,
                "handle": handle,
                "about": about,
                "join": join,
                "idempotency_key": idempotency_key,
            },
            SpaceMade,
        )

    async def edit(
        self,
        space: RefLike,
        *,
        name: str | None = None,
        handle: str | None = None,
        about: str | None = None,
        join: JoinPolicy | JoinPolicyName | None = None,
        idempotency_key: str | None = None,
    ) -> Receipt:
        """Changes what a space is called and what it is for; what is not named is left as it is. For owners.

        Args:
            space: Which.
            name: The name, at most 400 bytes.
            handle: The handle, unique in the network; given up where empty. A secret space has none.
            about: What it is for; taken away where empty.
            join: How one becomes a member.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            A command was carried out.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._ask(
            "spaces.edit",
            {
                "space": as_ref(space, "space"),
                "name": name,
                "handle": handle,
                "about": about,
                "join": join,
                "idempotency_key": idempotency_key,
            },
            Receipt,
        )

    async def get(self, space: RefLike) -> SpaceView:
        """One space, where the reader may find it.

        Args:
            space: Which.

        Returns:
            A space as one reader sees it: its card, and what stands on its page. Reads as the card itself.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._ask("spaces.get", {"space": as_ref(space, "space")}, SpaceView)

    async def join(self, space: RefLike, *, idempotency_key: str | None = None) -> Receipt:
        """Joins a space that is entered freely.

        Args:
            space: Which.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            A command was carried out.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._ask(
            "spaces.join",
            {
                "space": as_ref(space, "space"),
                "idempotency_key": idempotency_key,
            },
            Receipt,
        )

    async def leave(self, space: RefLike, *, idempotency_key: str | None = None) -> Receipt:
        """Leaves a space; the last owner cannot.

        Args:
            space: Which.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            A command was carried out.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._ask(
            "spaces.leave",
            {
                "space": as_ref(space, "space"),
                "idempotency_key": idempotency_key,
            },
            Receipt,
        )

    async def add(
        self,
        space: RefLike,
        person: RefLike,
        *,
        role: Role | RoleName | None = None,
        expires: datetime | None = None,
        idempotency_key: str | None = None,
    ) -> Receipt:
        """Takes a person in, or changes the membership he has. For owners.

        Args:
            space: Where.
            person: Whom.
            role: Member, unless said otherwise; a guest is never more.
            expires: When the membership ends.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            A command was carried out.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._ask(
            "spaces.add",
            {
                "space": as_ref(space, "space"),
                "person": as_ref(person, "person"),
                "role": role,
                "expires": as_instant(expires, "expires"),
                "idempotency_key": idempotency_key,
            },
            Receipt,
        )

    async def remove(
        self,
        space: RefLike,
        person: RefLike,
        *,
        idempotency_key: str | None = None,
    ) -> Receipt:
        """Takes a membership away, in force when the call returns. For owners.

        Args:
            space: Where.
            person: Whom.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            A command was carried out.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._ask(
            "spaces.remove",
            {
                "space": as_ref(space, "space"),
                "person": as_ref(person, "person"),
                "idempotency_key": idempotency_key,
            },
            Receipt,
        )

    async def set_role(
        self,
        space: RefLike,
        person: RefLike,
        role: Role | RoleName,
        *,
        idempotency_key: str | None = None,
    ) -> Receipt:
        """Gives a member another role. For owners.

        Args:
            space: Where.
            person: Whom.
            role: Which role.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            A command was carried out.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._ask(
            "spaces.set_role",
            {
                "space": as_ref(space, "space"),
                "person": as_ref(person, "person"),
                "role": role,
                "idempotency_key": idempotency_key,
            },
            Receipt,
        )

    async def set_visibility(
        self,
        space: RefLike,
        visibility: Visibility | VisibilityName,
        *,
        idempotency_key: str | None = None,
    ) -> Receipt:
        """Opens, closes or hides a space, in force when the call returns; a space that is hidden gives its
        handle up. For owners.

        Args:
            space: Which.
            visibility: Who may find and read it from now on.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            A command was carried out.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._ask(
            "spaces.set_visibility",
            {
                "space": as_ref(space, "space"),
                "visibility": visibility,
                "idempotency_key": idempotency_key,
            },
            Receipt,
        )

    async def set_announcers(
        self,
        space: RefLike,
        announcers: Announcers | AnnouncersName,
        *,
        idempotency_key: str | None = None,
    ) -> Receipt:
        """Says who may write announcements: owners, or all members. For owners.

        Args:
            space: Which.
            announcers: Who may from now on.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            A command was carried out.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._ask(
            "spaces.set_announcers",
            {
                "space": as_ref(space, "space"),
                "announcers": announcers,
                "idempotency_key": idempotency_key,
            },
            Receipt,
        )

    async def ask(
        self,
        space: RefLike,
        *,
        words: str | None = None,
        idempotency_key: str | None = None,
    ) -> Receipt:
        """Asks to become a member of a space that is entered on request; its moderators answer.

        Args:
            space: Which.
            words: A line to the moderators, at most 400 bytes.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            A command was carried out.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._ask(
            "spaces.ask",
            {
                "space": as_ref(space, "space"),
                "words": words,
                "idempotency_key": idempotency_key,
            },
            Receipt,
        )

    async def withdraw(self, space: RefLike, *, idempotency_key: str | None = None) -> Receipt:
        """Asks no longer.

        Args:
            space: Which.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            A command was carried out.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._ask(
            "spaces.withdraw",
            {
                "space": as_ref(space, "space"),
                "idempotency_key": idempotency_key,
            },
            Receipt,
        )

    async def accept(
        self,
        space: RefLike,
        person: RefLike,
        *,
        idempotency_key: str | None = None,
    ) -> Receipt:
        """Takes in somebody who asked. For moderators and owners.

        Args:
            space: Where.
            person: Whom.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            A command was carried out.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._ask(
            "spaces.accept",
            {
                "space": as_ref(space, "space"),
                "person": as_ref(person, "person"),
                "idempotency_key": idempotency_key,
            },
            Receipt,
        )

    async def refuse(
        self,
        space: RefLike,
        person: RefLike,
        *,
        idempotency_key: str | None = None,
    ) -> Receipt:
        """Takes somebody who asked not in; he may ask again. For moderators and owners.

        Args:
            space: Where.
            person: Whom.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            A command was carried out.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._ask(
            "spaces.refuse",
            {
                "space": as_ref(space, "space"),
                "person": as_ref(person, "person"),
                "idempotency_key": idempotency_key,
            },
            Receipt,
        )

    async def invite(
        self,
        space: RefLike,
        person: RefLike,
        *,
        role: Role | RoleName | None = None,
        until: datetime | None = None,
        idempotency_key: str | None = None,
    ) -> Receipt:
        """Invites a person, who becomes a member when he accepts. For owners.

        Args:
            space: Where.
            person: Whom.
            role: Member, unless said otherwise; a guest is never more.
            until: Until when the invitation holds, at most 366 days; 30 days, unless said otherwise.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            A command was carried out.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._ask(
            "spaces.invite",
            {
                "space": as_ref(space, "space"),
                "person": as_ref(person, "person"),
                "role": role,
                "until": as_instant(until, "until"),
                "idempotency_key": idempotency_key,
            },
            Receipt,
        )

    async def uninvite(
        self,
        space: RefLike,
        person: RefLike,
        *,
        idempotency_key: str | None = None,
    ) -> Receipt:
        """Takes an invitation back. For owners.

        Args:
            space: Where.
            person: Whom.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            A command was carried out.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._ask(
            "spaces.uninvite",
            {
                "space": as_ref(space, "space"),
                "person": as_ref(person, "person"),
                "idempotency_key": idempotency_key,
            },
            Receipt,
        )

    async def accept_invitation(self, space: RefLike, *, idempotency_key: str | None = None) -> Receipt:
        """Becomes a member of a space one is invited to.

        Args:
            space: Which.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            A command was carried out.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._ask(
            "spaces.accept_invitation",
            {
                "space": as_ref(space, "space"),
                "idempotency_key": idempotency_key,
            },
            Receipt,
        )

    async def decline_invitation(self, space: RefLike, *, idempotency_key: str | None = None) -> Receipt:
        """Becomes no member of a space one is invited to.

        Args:
            space: Which.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            A command was carried out.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._ask(
            "spaces.decline_invitation",
            {
                "space": as_ref(space, "space"),
                "idempotency_key": idempotency_key,
            },
            Receipt,
        )

    async def archive(self, space: RefLike, *, idempotency_key: str | None = None) -> Receipt:
        """Archives a space: it can be read as before, nobody writes in it or comes in, and it leaves home and
        lists. For owners.

        Args:
            space: Which.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            A command was carried out.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._ask(
            "spaces.archive",
            {
                "space": as_ref(space, "space"),
                "idempotency_key": idempotency_key,
            },
            Receipt,
        )

    async def unarchive(self, space: RefLike, *, idempotency_key: str | None = None) -> Receipt:
        """Takes a space out of the archive. For owners.

        Args:
            space: Which.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            A command was carried out.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._ask(
            "spaces.unarchive",
            {
                "space": as_ref(space, "space"),
                "idempotency_key": idempotency_key,
            },
            Receipt,
        )

    async def list(self, *, limit: int = 20, cursor: str | None = None) -> SpacePage:
        """One page of the spaces that the reader may find, by name; secret and archived ones stand among his own
        only.

        Args:
            limit: How many, at most 100.
            cursor: `next` of the page before.

        Returns:
            A page of spaces, by name.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._page("spaces.list", {"limit": limit, "cursor": cursor}, SpacePage)

    async def mine(self, *, limit: int = 20, cursor: str | None = None) -> SpacePage:
        """One page of the reader's own spaces, by name.

        Args:
            limit: How many, at most 100.
            cursor: `next` of the page before.

        Returns:
            A page of spaces, by name.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._page("spaces.mine", {"limit": limit, "cursor": cursor}, SpacePage)

    async def complete(self, text: str, *, limit: int = 10) -> SpaceMatches:
        """The spaces to which what somebody typed completes, by the beginning of any word of the name or of the
        handle.

        Args:
            text: What was typed, at most 400 bytes; nothing completes to one's own.
            limit: How many, at most 20.

        Returns:
            The spaces to which what somebody typed completes.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._ask("spaces.complete", {"text": text, "limit": limit}, SpaceMatches)

    async def members(self, space: RefLike, *, limit: int = 20, cursor: str | None = None) -> MemberPage:
        """One page of the members of a space, owners first: of an open one for internal persons, of another one
        for its members.

        Args:
            space: Which.
            limit: How many, at most 100.
            cursor: `next` of the page before.

        Returns:
            A page of the members of a space.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._page(
            "spaces.members",
            {
                "space": as_ref(space, "space"),
                "limit": limit,
                "cursor": cursor,
            },
            MemberPage,
        )

    async def requests(self, space: RefLike, *, limit: int = 20, cursor: str | None = None) -> RequestPage:
        """One page of those who asked to become members. For moderators and owners.

        Args:
            space: Which.
            limit: How many, at most 100.
            cursor: `next` of the page before.

        Returns:
            A page of requests to become a member of a space.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._page(
            "spaces.requests",
            {
                "space": as_ref(space, "space"),
                "limit": limit,
                "cursor": cursor,
            },
            RequestPage,
        )

    async def invitations(self, *, limit: int = 20, cursor: str | None = None) -> InvitationPage:
        """One page of the invitations of the one who asks.

        Args:
            limit: How many, at most 100.
            cursor: `next` of the page before.

        Returns:
            A page of the invitations of the one who asks.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._page("spaces.invitations", {"limit": limit, "cursor": cursor}, InvitationPage)


class AioItems(AioGroup):
    """Posts, comments, reactions, and the rights on them."""

    __slots__ = ()

    async def create(
        self,
        body: str,
        *,
        kind: str | None = None,
        title: str | None = None,
        expires: datetime | None = None,
        tags: Sequence[str] | None = None,
        place: Place | RefLike | None = None,
        audience: NewAudience | NewAudienceName | None = None,
        unit: RefLike | None = None,
        publishing: Publishing | PublishingName | None = None,
        publish_at: datetime | None = None,
        language: str | None = None,
        idempotency_key: str | None = None,
    ) -> ItemMade:
        """Writes a post or an announcement.

        Args:
            body: The words in CommonMark, at most 16 kB. `#tag` in them is a tag.
            kind: The kind: `post`, unless said otherwise, or `announcement`, which is for those whom the
                space lets announce.
            title: The title of an announcement, at most 400 bytes.
            expires: When an announcement stops being one: at most 366 days from now. Never, unless said
                otherwise.
            tags: What it is about: further tags, at most 20 with those of the words.
            place: Where; the person's own wall, unless said otherwise.
            audience: Who may read it; everybody who may read the place, unless said otherwise.
            unit: The unit of the audience `unit`.
            publishing: At once, unless said otherwise; at once and quietly; or as a draft.
            publish_at: When it is published by itself, at most 366 days from now: a draft until then. It is
                not, if its author may not write it any more when the instant comes.
            language: The language (BCP 47).
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            An item was written or changed.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._ask(
            "items.create",
            {
                "body": body,
                "kind": kind,
                "title": title,
                "expires": as_instant(expires, "expires"),
                "tags": tags,
                "place": as_place(place, "place"),
                "audience": audience,
                "unit": as_ref(unit, "unit"),
                "publishing": publishing,
                "publish_at": as_instant(publish_at, "publish_at"),
                "language": language,
                "idempotency_key": idempotency_key,
            },
            ItemMade,
        )

    async def publish(
        self,
        item: RefLike,
        *,
        publishing: Publishing | PublishingName | None = None,
        publish_at: datetime | None = None,
        idempotency_key: str | None = None,
    ) -> ItemMade:
        """Publishes one's draft: it stands where it would stand if it had been written now.

        Args:
            item: Which.
            publishing: As the draft was begun, unless said otherwise; or quietly; or not any more by itself
                (`draft`).
            publish_at: Not now, but by itself at this instant, at most 366 days from now.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            An item was written or changed.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._ask(
            "items.publish",
            {
                "item": as_ref(item, "item"),
                "publishing": publishing,
                "publish_at": as_instant(publish_at, "publish_at"),
                "idempotency_key": idempotency_key,
            },
            ItemMade,
        )

    async def drafts(self, *, limit: int = 20, cursor: str | None = None) -> FeedPage:
        """One page of the reader's own drafts, newest first.

        Args:
            limit: How many items, at most 100.
            cursor: `next` of the page before.

        Returns:
            One page of a feed.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._page("items.drafts", {"limit": limit, "cursor": cursor}, FeedPage)

    async def history(self, item: RefLike, *, limit: int = 20, cursor: str | None = None) -> HistoryPage:
        """What an item said before: the versions that others replaced, newest first, for those who could read
        them.

        Args:
            item: Which.
            limit: How many versions, at most 100.
            cursor: `next` of the page before.

        Returns:
            One page of the versions that an item had before.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._page(
            "items.history",
            {
                "item": as_ref(item, "item"),
                "limit": limit,
                "cursor": cursor,
            },
            HistoryPage,
        )

    async def comment(
        self,
        on: RefLike,
        body: str,
        *,
        audience: CommentAudience | CommentAudienceName | None = None,
        language: str | None = None,
        idempotency_key: str | None = None,
    ) -> ItemMade:
        """Comments on an item, or answers a comment.

        Args:
            on: On what.
            body: The words, at most 16 kB.
            audience: Who may read it: as the root, or its space's staff only.
            language: The language (BCP 47).
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            An item was written or changed.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._ask(
            "items.comment",
            {
                "on": as_ref(on, "on"),
                "body": body,
                "audience": audience,
                "language": language,
                "idempotency_key": idempotency_key,
            },
            ItemMade,
        )

    async def edit(
        self,
        item: RefLike,
        body: str,
        based_on: str,
        *,
        title: str | None = None,
        expires: datetime | None = None,
        tags: Sequence[str] | None = None,
        language: str | None = None,
        idempotency_key: str | None = None,
    ) -> ItemMade:
        """Changes the words of one's own item.

        Args:
            item: Which.
            body: The words in CommonMark, at most 16 kB.
            based_on: The `version` of the item as it was read; another one is a conflict.
            title: The title of an announcement; as it was, unless said otherwise.
            expires: When an announcement stops being one; as it was, unless said otherwise.
            tags: The tags beside those of the words; as they were, unless said otherwise.
            language: The language (BCP 47): as before, unless named; `und` takes it away.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            An item was written or changed.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._ask(
            "items.edit",
            {
                "item": as_ref(item, "item"),
                "body": body,
                "based_on": based_on,
                "title": title,
                "expires": as_instant(expires, "expires"),
                "tags": tags,
                "language": language,
                "idempotency_key": idempotency_key,
            },
            ItemMade,
        )

    async def delete(self, item: RefLike, *, idempotency_key: str | None = None) -> Receipt:
        """Deletes an item: its words go, a placeholder stays in its thread.

        Args:
            item: Which.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            A command was carried out.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._ask(
            "items.delete",
            {
                "item": as_ref(item, "item"),
                "idempotency_key": idempotency_key,
            },
            Receipt,
        )

    async def react(
        self,
        item: RefLike,
        *,
        reaction: str | None = None,
        idempotency_key: str | None = None,
    ) -> Receipt:
        """Reacts to an item, or changes one's reaction.

        Args:
            item: To what.
            reaction: Which reaction: 1 to 32 lower-case letters, digits, `_`; `like`, unless said otherwise.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            A command was carried out.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._ask(
            "items.react",
            {
                "item": as_ref(item, "item"),
                "reaction": reaction,
                "idempotency_key": idempotency_key,
            },
            Receipt,
        )

    async def unreact(self, item: RefLike, *, idempotency_key: str | None = None) -> Receipt:
        """Takes one's reaction back.

        Args:
            item: From what.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            A command was carried out.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._ask(
            "items.unreact",
            {
                "item": as_ref(item, "item"),
                "idempotency_key": idempotency_key,
            },
            Receipt,
        )

    async def pin(self, item: RefLike, until: datetime, *, idempotency_key: str | None = None) -> Receipt:
        """Pins a post in its space: it comes first on the space's wall until an instant. Pinned again, it has
        the new instant. Three at most. For moderators and owners.

        Args:
            item: Which.
            until: Until when, at most 30 days from now.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            A command was carried out.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._ask(
            "items.pin",
            {
                "item": as_ref(item, "item"),
                "until": as_instant(until, "until"),
                "idempotency_key": idempotency_key,
            },
            Receipt,
        )

    async def unpin(self, item: RefLike, *, idempotency_key: str | None = None) -> Receipt:
        """Takes a pin off before its time. For moderators and owners.

        Args:
            item: Which.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            A command was carried out.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._ask(
            "items.unpin",
            {
                "item": as_ref(item, "item"),
                "idempotency_key": idempotency_key,
            },
            Receipt,
        )

    async def get(
        self,
        item: RefLike,
        *,
        end: ThreadEnd | ThreadEndName | None = None,
        limit: int = 20,
        cursor: str | None = None,
    ) -> ThreadPage:
        """One item with its root and a page of its thread: the comments on it, each with a few of its answers.

        Args:
            item: Which.
            end: The end that the first page is of; the oldest, unless said otherwise.
            limit: How many comments, at most 100.
            cursor: `next` or `previous` of another page, `next` of the comment asked for: goes on in its
                direction.

        Returns:
            An item with its thread. The comments are those on the item; those on an answer are its
                neighbours, under the comment on the root.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._page(
            "items.get",
            {
                "item": as_ref(item, "item"),
                "end": end,
                "limit": limit,
                "cursor": cursor,
            },
            ThreadPage,
        )

    async def may(self, verb: Verb | VerbName, item: RefLike) -> Allowed:
        """Whether the reader may use a verb on one item; no for what is absent or hidden.

        Args:
            verb: What he would do.
            item: With what.

        Returns:
            Whether verbs are allowed, in the order asked.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._ask("items.may", {"verb": verb, "item": as_ref(item, "item")}, Allowed)

    async def filter(self, verb: Verb | VerbName, items: Sequence[RefLike]) -> Allowed:
        """Whether the reader may use a verb on many items, in the order asked.

        Args:
            verb: What he would do.
            items: With what, at most 1,000.

        Returns:
            Whether verbs are allowed, in the order asked.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._ask("items.filter", {"verb": verb, "items": as_refs(items, "items")}, Allowed)

    async def explain(
        self,
        item: RefLike,
        *,
        verb: Verb | VerbName | None = None,
        person: RefLike | None = None,
    ) -> Explanation:
        """Why one may or may not use a verb on an item: the facts that the decision rested on.

        Args:
            item: On what.
            verb: `see`, unless said otherwise.
            person: About whom; the reader himself. The host's system names anybody.

        Returns:
            Why a person may or may not use a verb on an item.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._ask(
            "items.explain",
            {
                "item": as_ref(item, "item"),
                "verb": verb,
                "person": as_ref(person, "person"),
            },
            Explanation,
        )


class AioFeed(AioGroup):
    """Home and walls."""

    __slots__ = ()

    async def home(
        self,
        *,
        order: Order | OrderName | None = None,
        limit: int = 20,
        cursor: str | None = None,
        explain: Explain | ExplainName | None = None,
        language: str | None = None,
    ) -> FeedPage:
        """One page of the reader's home: his spaces, the persons he follows, the network.

        Args:
            order: Ranked, unless said otherwise.
            limit: How many items, at most 100.
            cursor: `next` of the page before.
            explain: How much of the ranking is explained.
            language: The language of the reasons (BCP 47): French or English.

        Returns:
            One page of a feed.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._page(
            "feed.home",
            {
                "order": order,
                "limit": limit,
                "cursor": cursor,
                "explain": explain,
                "language": language,
            },
            FeedPage,
        )

    async def space_wall(self, space: RefLike, *, limit: int = 20, cursor: str | None = None) -> FeedPage:
        """One page of a space's wall, newest first.

        Args:
            space: Which space.
            limit: How many items, at most 100.
            cursor: `next` of the page before.

        Returns:
            One page of a feed.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._page(
            "feed.space_wall",
            {
                "space": as_ref(space, "space"),
                "limit": limit,
                "cursor": cursor,
            },
            FeedPage,
        )

    async def person_wall(self, person: RefLike, *, limit: int = 20, cursor: str | None = None) -> FeedPage:
        """One page of a person's wall, newest first.

        Args:
            person: Whose.
            limit: How many items, at most 100.
            cursor: `next` of the page before.

        Returns:
            One page of a feed.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._page(
            "feed.person_wall",
            {
                "person": as_ref(person, "person"),
                "limit": limit,
                "cursor": cursor,
            },
            FeedPage,
        )

    async def network_wall(self, *, limit: int = 20, cursor: str | None = None) -> FeedPage:
        """One page of the network's wall, newest first.

        Args:
            limit: How many items, at most 100.
            cursor: `next` of the page before.

        Returns:
            One page of a feed.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._page("feed.network_wall", {"limit": limit, "cursor": cursor}, FeedPage)

    async def seen(self, items: Sequence[RefLike]) -> Receipt:
        """Reports cards that were on the screen (half of it for a second). No right depends on it.

        Args:
            items: The roots, at most 200.

        Returns:
            A command was carried out.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._ask("feed.seen", {"items": as_refs(items, "items")}, Receipt)


class AioInbox(AioGroup):
    """What a person is told of."""

    __slots__ = ()

    async def entries(
        self,
        *,
        which: Which | WhichName | None = None,
        limit: int = 20,
        cursor: str | None = None,
        language: str | None = None,
    ) -> EntriesPage:
        """One page of the reader's inbox, newest first: each event by itself, with how much is unread on the
        first page.

        Args:
            which: All, unless said otherwise.
            limit: How many entries, at most 100.
            cursor: `next` of the page before.
            language: The language of the sentences (BCP 47): French or English.

        Returns:
            One page of an inbox.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._page(
            "inbox.entries",
            {
                "which": which,
                "limit": limit,
                "cursor": cursor,
                "language": language,
            },
            EntriesPage,
        )

    async def bundles(
        self,
        *,
        limit: int = 20,
        cursor: str | None = None,
        language: str | None = None,
    ) -> BundlesPage:
        """One page of the reader's inbox, newest first: events of one kind about one thing together.

        Args:
            limit: How many bundles, at most 20.
            cursor: `next` of the page before.
            language: The language of the sentences (BCP 47): French or English.

        Returns:
            One page of bundles.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._page(
            "inbox.bundles",
            {
                "limit": limit,
                "cursor": cursor,
                "language": language,
            },
            BundlesPage,
        )

    async def unread(self, *, cap: int = 99) -> UnreadView:
        """How many entries are unread, and what a badge shows: always what the list would show.

        Args:
            cap: Counted up to so many, at most 1,000.

        Returns:
            How much is unread.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._ask("inbox.unread", {"cap": cap}, UnreadView)

    async def seen(self, *, entry: NoticeId | None = None) -> Receipt:
        """The inbox was open: the badge falls to nothing, and open bundles are closed. Nothing is read by it.

        Args:
            entry: Up to this entry; up to now, unless said otherwise.

        Returns:
            A command was carried out.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._ask("inbox.seen", {"entry": entry}, Receipt)

    async def read(self, entries: Sequence[NoticeId], *, bundles: Sequence[NoticeId] = ()) -> Receipt:
        """Marks entries as read, and all entries of bundles. What the reader may not know of leaves no trace and
        no word.

        Args:
            entries: The entries, at most 200.
            bundles: Bundles, at most 20, all their entries.

        Returns:
            A command was carried out.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._ask("inbox.read", {"entries": entries, "bundles": bundles}, Receipt)

    async def read_up_to(self, *, entry: NoticeId | None = None) -> Receipt:
        """Marks everything as read up to an entry, broadcasts too.

        Args:
            entry: Up to this entry; up to now, unless said otherwise.

        Returns:
            A command was carried out.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._ask("inbox.read_up_to", {"entry": entry}, Receipt)


class AioLive(AioGroup):
    """What changed since one last looked."""

    __slots__ = ()

    async def changes(self, *, after: str | None = None, wait_seconds: int = 0) -> ChangesView:
        """How much is unread and how much is new in the reader's home since a position, as soon as there is
        something.

        Args:
            after: `position` of an earlier answer; at once, unless said otherwise.
            wait_seconds: How long it may wait for something, at most 60 seconds.

        Returns:
            What changed for a reader.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._ask("live.changes", {"after": after, "wait_seconds": wait_seconds}, ChangesView)


class AioImport(AioGroup):
    """Organisations coming in from the host's files. For the host's system."""

    __slots__ = ()

    async def put(self, rows: Sequence[ImportRow]) -> ImportReport:
        """Puts a chunk of rows: what is new is created, what is other is changed, what is the same is left; a
        bad row is reported and the rest goes on.

        Args:
            rows: The rows, at most 500, in the order of their files.

        Returns:
            What became of the rows of one call.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._ask("import.put", {"rows": rows}, ImportReport)

    async def end_missing(self, present: Sequence[str], *, at_most: int = 5) -> EndedReport:
        """Deactivates the people of the host's app who are not among these, and nobody where more of them are
        missing than `at_most` allows: a list that was cut off ends no house. Who comes back in a later import
        is active again.

        Args:
            present: The host's ids of everybody there is, at most 1,000,000.
            at_most: How many of those who are active may be missing, in percent.

        Returns:
            What became of the people who may act.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._ask("import.end_missing", {"present": present, "at_most": at_most}, EndedReport)


class AioGroups(AioCalls):
    """What one who acts can do, in groups."""

    __slots__ = ()

    @property
    def people(self) -> AioPeople:
        """Persons, units, and ties between persons."""
        return AioPeople(self)

    @property
    def spaces(self) -> AioSpaces:
        """Spaces and memberships."""
        return AioSpaces(self)

    @property
    def items(self) -> AioItems:
        """Posts, comments, reactions, and the rights on them."""
        return AioItems(self)

    @property
    def feed(self) -> AioFeed:
        """Home and walls."""
        return AioFeed(self)

    @property
    def inbox(self) -> AioInbox:
        """What a person is told of."""
        return AioInbox(self)

    @property
    def live(self) -> AioLive:
        """What changed since one last looked."""
        return AioLive(self)

    @property
    def importing(self) -> AioImport:
        """Organisations coming in from the host's files. For the host's system."""
        return AioImport(self)
