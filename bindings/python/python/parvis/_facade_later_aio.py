"""The commands, in groups, as rows that a host inserts in a transaction of its own, for asyncio."""

# Written by `cargo run -p parvis-generate`. Do not edit.

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ._args import as_instant, as_place, as_ref, as_refs
from ._group import AioHandsOver, AioLaterGroup, CommandId
from .types import (
    Announcers,
    AnnouncersName,
    CommentAudience,
    CommentAudienceName,
    External,
    ImportRow,
    JoinPolicy,
    JoinPolicyName,
    NewAudience,
    NewAudienceName,
    NoticeId,
    PersonKind,
    PersonKindName,
    PersonStatus,
    PersonStatusName,
    Place,
    Publishing,
    PublishingName,
    RefLike,
    Role,
    RoleName,
    Topic,
    Visibility,
    VisibilityName,
)


class AioLaterPeople(AioLaterGroup):
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
    ) -> CommandId:
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
            The command's id, for `db.commands`.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._later(
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
    ) -> CommandId:
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
            The command's id, for `db.commands`.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._later(
            "people.edit",
            {
                "handle": handle,
                "title": title,
                "languages": languages,
                "zone": zone,
                "skills": skills,
                "idempotency_key": idempotency_key,
            },
        )

    async def put_unit(
        self,
        external: External,
        name: str,
        *,
        parent: RefLike | None = None,
        idempotency_key: str | None = None,
    ) -> CommandId:
        """Creates a unit, or changes the one that has this host's id. For the host's system.

        Args:
            external: The host's own id.
            name: The name as shown, at most 400 bytes.
            parent: The unit above; none for a top of the tree.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            The command's id, for `db.commands`.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._later(
            "people.put_unit",
            {
                "external": external,
                "name": name,
                "parent": as_ref(parent, "parent"),
                "idempotency_key": idempotency_key,
            },
        )

    async def follow(self, person: RefLike, *, idempotency_key: str | None = None) -> CommandId:
        """Follows a person: his posts come home, and one holds the key of what he writes for followers.

        Args:
            person: Whom.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            The command's id, for `db.commands`.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._later(
            "people.follow",
            {
                "person": as_ref(person, "person"),
                "idempotency_key": idempotency_key,
            },
        )

    async def unfollow(self, person: RefLike, *, idempotency_key: str | None = None) -> CommandId:
        """Follows a person no longer.

        Args:
            person: Whom.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            The command's id, for `db.commands`.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._later(
            "people.unfollow",
            {
                "person": as_ref(person, "person"),
                "idempotency_key": idempotency_key,
            },
        )

    async def block(self, person: RefLike, *, idempotency_key: str | None = None) -> CommandId:
        """Blocks a person: what he writes is folded away, he directs nothing at the blocker, follows end both
        ways.

        Args:
            person: Whom.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            The command's id, for `db.commands`.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._later(
            "people.block",
            {
                "person": as_ref(person, "person"),
                "idempotency_key": idempotency_key,
            },
        )

    async def unblock(self, person: RefLike, *, idempotency_key: str | None = None) -> CommandId:
        """Blocks a person no longer.

        Args:
            person: Whom.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            The command's id, for `db.commands`.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._later(
            "people.unblock",
            {
                "person": as_ref(person, "person"),
                "idempotency_key": idempotency_key,
            },
        )

    async def follow_tag(self, tag: str, *, idempotency_key: str | None = None) -> CommandId:
        """Follows a tag, however it is spelt: threads that bear it come to the ranked home, as far as one may
        read them.

        Args:
            tag: Which, with or without `#`.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            The command's id, for `db.commands`.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._later("people.follow_tag", {"tag": tag, "idempotency_key": idempotency_key})

    async def unfollow_tag(self, tag: str, *, idempotency_key: str | None = None) -> CommandId:
        """Follows a tag no longer.

        Args:
            tag: Which.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            The command's id, for `db.commands`.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._later("people.unfollow_tag", {"tag": tag, "idempotency_key": idempotency_key})

    async def mute(
        self,
        what: Topic,
        *,
        until: datetime | None = None,
        idempotency_key: str | None = None,
    ) -> CommandId:
        """Mutes a person, a space, a thread or a tag, for good or until an instant: nothing of it comes home or,
        of its own accord, into the inbox. It takes no right away.

        Args:
            what: What.
            until: Until when; for good, unless said otherwise.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            The command's id, for `db.commands`.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._later(
            "people.mute",
            {
                "what": what,
                "until": as_instant(until, "until"),
                "idempotency_key": idempotency_key,
            },
        )

    async def unmute(self, what: Topic, *, idempotency_key: str | None = None) -> CommandId:
        """Mutes something no longer.

        Args:
            what: What.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            The command's id, for `db.commands`.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._later("people.unmute", {"what": what, "idempotency_key": idempotency_key})


class AioLaterSpaces(AioLaterGroup):
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
    ) -> CommandId:
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
            The command's id, for `db.commands`.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._later(
            "spaces.create",
            {
                "name": name,
                "visibility": visibility,
                "handle": handle,
                "about": about,
                "join": join,
                "idempotency_key": idempotency_key,
            },
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
    ) -> CommandId:
        """Changes what a space is called and what it is for; what is not named is left as it is. For owners.

        Args:
            space: Which.
            name: The name, at most 400 bytes.
            handle: The handle, unique in the network; given up where empty. A secret space has none.
            about: What it is for; taken away where empty.
            join: How one becomes a member.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            The command's id, for `db.commands`.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._later(
            "spaces.edit",
            {
                "space": as_ref(space, "space"),
                "name": name,
                "handle": handle,
                "about": about,
                "join": join,
                "idempotency_key": idempotency_key,
            },
        )

    async def join(self, space: RefLike, *, idempotency_key: str | None = None) -> CommandId:
        """Joins a space that is entered freely.

        Args:
            space: Which.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            The command's id, for `db.commands`.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._later(
            "spaces.join",
            {
                "space": as_ref(space, "space"),
                "idempotency_key": idempotency_key,
            },
        )

    async def leave(self, space: RefLike, *, idempotency_key: str | None = None) -> CommandId:
        """Leaves a space; the last owner cannot.

        Args:
            space: Which.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            The command's id, for `db.commands`.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._later(
            "spaces.leave",
            {
                "space": as_ref(space, "space"),
                "idempotency_key": idempotency_key,
            },
        )

    async def add(
        self,
        space: RefLike,
        person: RefLike,
        *,
        role: Role | RoleName | None = None,
        expires: datetime | None = None,
        idempotency_key: str | None = None,
    ) -> CommandId:
        """Takes a person in, or changes the membership he has. For owners.

        Args:
            space: Where.
            person: Whom.
            role: Member, unless said otherwise; a guest is never more.
            expires: When the membership ends.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            The command's id, for `db.commands`.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._later(
            "spaces.add",
            {
                "space": as_ref(space, "space"),
                "person": as_ref(person, "person"),
                "role": role,
                "expires": as_instant(expires, "expires"),
                "idempotency_key": idempotency_key,
            },
        )

    async def remove(
        self,
        space: RefLike,
        person: RefLike,
        *,
        idempotency_key: str | None = None,
    ) -> CommandId:
        """Takes a membership away, in force when the call returns. For owners.

        Args:
            space: Where.
            person: Whom.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            The command's id, for `db.commands`.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._later(
            "spaces.remove",
            {
                "space": as_ref(space, "space"),
                "person": as_ref(person, "person"),
                "idempotency_key": idempotency_key,
            },
        )

    async def set_role(
        self,
        space: RefLike,
        person: RefLike,
        role: Role | RoleName,
        *,
        idempotency_key: str | None = None,
    ) -> CommandId:
        """Gives a member another role. For owners.

        Args:
            space: Where.
            person: Whom.
            role: Which role.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            The command's id, for `db.commands`.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._later(
            "spaces.set_role",
            {
                "space": as_ref(space, "space"),
                "person": as_ref(person, "person"),
                "role": role,
                "idempotency_key": idempotency_key,
            },
        )

    async def set_visibility(
        self,
        space: RefLike,
        visibility: Visibility | VisibilityName,
        *,
        idempotency_key: str | None = None,
    ) -> CommandId:
        """Opens, closes or hides a space, in force when the call returns; a space that is hidden gives its
        handle up. For owners.

        Args:
            space: Which.
            visibility: Who may find and read it from now on.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            The command's id, for `db.commands`.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._later(
            "spaces.set_visibility",
            {
                "space": as_ref(space, "space"),
                "visibility": visibility,
                "idempotency_key": idempotency_key,
            },
        )

    async def set_announcers(
        self,
        space: RefLike,
        announcers: Announcers | AnnouncersName,
        *,
        idempotency_key: str | None = None,
    ) -> CommandId:
        """Says who may write announcements: owners, or all members. For owners.

        Args:
            space: Which.
            announcers: Who may from now on.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            The command's id, for `db.commands`.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._later(
            "spaces.set_announcers",
            {
                "space": as_ref(space, "space"),
                "announcers": announcers,
                "idempotency_key": idempotency_key,
            },
        )

    async def ask(
        self,
        space: RefLike,
        *,
        words: str | None = None,
        idempotency_key: str | None = None,
    ) -> CommandId:
        """Asks to become a member of a space that is entered on request; its moderators answer.

        Args:
            space: Which.
            words: A line to the moderators, at most 400 bytes.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            The command's id, for `db.commands`.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._later(
            "spaces.ask",
            {
                "space": as_ref(space, "space"),
                "words": words,
                "idempotency_key": idempotency_key,
            },
        )

    async def withdraw(self, space: RefLike, *, idempotency_key: str | None = None) -> CommandId:
        """Asks no longer.

        Args:
            space: Which.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            The command's id, for `db.commands`.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._later(
            "spaces.withdraw",
            {
                "space": as_ref(space, "space"),
                "idempotency_key": idempotency_key,
            },
        )

    async def accept(
        self,
        space: RefLike,
        person: RefLike,
        *,
        idempotency_key: str | None = None,
    ) -> CommandId:
        """Takes in somebody who asked. For moderators and owners.

        Args:
            space: Where.
            person: Whom.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            The command's id, for `db.commands`.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._later(
            "spaces.accept",
            {
                "space": as_ref(space, "space"),
                "person": as_ref(person, "person"),
                "idempotency_key": idempotency_key,
            },
        )

    async def refuse(
        self,
        space: RefLike,
        person: RefLike,
        *,
        idempotency_key: str | None = None,
    ) -> CommandId:
        """Takes somebody who asked not in; he may ask again. For moderators and owners.

        Args:
            space: Where.
            person: Whom.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            The command's id, for `db.commands`.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._later(
            "spaces.refuse",
            {
                "space": as_ref(space, "space"),
                "person": as_ref(person, "person"),
                "idempotency_key": idempotency_key,
            },
        )

    async def invite(
        self,
        space: RefLike,
        person: RefLike,
        *,
        role: Role | RoleName | None = None,
        until: datetime | None = None,
        idempotency_key: str | None = None,
    ) -> CommandId:
        """Invites a person, who becomes a member when he accepts. For owners.

        Args:
            space: Where.
            person: Whom.
            role: Member, unless said otherwise; a guest is never more.
            until: Until when the invitation holds, at most 366 days; 30 days, unless said otherwise.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            The command's id, for `db.commands`.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._later(
            "spaces.invite",
            {
                "space": as_ref(space, "space"),
                "person": as_ref(person, "person"),
                "role": role,
                "until": as_instant(until, "until"),
                "idempotency_key": idempotency_key,
            },
        )

    async def uninvite(
        self,
        space: RefLike,
        person: RefLike,
        *,
        idempotency_key: str | None = None,
    ) -> CommandId:
        """Takes an invitation back. For owners.

        Args:
            space: Where.
            person: Whom.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            The command's id, for `db.commands`.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._later(
            "spaces.uninvite",
            {
                "space": as_ref(space, "space"),
                "person": as_ref(person, "person"),
                "idempotency_key": idempotency_key,
            },
        )

    async def accept_invitation(self, space: RefLike, *, idempotency_key: str | None = None) -> CommandId:
        """Becomes a member of a space one is invited to.

        Args:
            space: Which.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            The command's id, for `db.commands`.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._later(
            "spaces.accept_invitation",
            {
                "space": as_ref(space, "space"),
                "idempotency_key": idempotency_key,
            },
        )

    async def decline_invitation(self, space: RefLike, *, idempotency_key: str | None = None) -> CommandId:
        """Becomes no member of a space one is invited to.

        Args:
            space: Which.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            The command's id, for `db.commands`.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._later(
            "spaces.decline_invitation",
            {
                "space": as_ref(space, "space"),
                "idempotency_key": idempotency_key,
            },
        )

    async def archive(self, space: RefLike, *, idempotency_key: str | None = None) -> CommandId:
        """Archives a space: it can be read as before, nobody writes in it or comes in, and it leaves home and
        lists. For owners.

        Args:
            space: Which.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            The command's id, for `db.commands`.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._later(
            "spaces.archive",
            {
                "space": as_ref(space, "space"),
                "idempotency_key": idempotency_key,
            },
        )

    async def unarchive(self, space: RefLike, *, idempotency_key: str | None = None) -> CommandId:
        """Takes a space out of the archive. For owners.

        Args:
            space: Which.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            The command's id, for `db.commands`.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._later(
            "spaces.unarchive",
            {
                "space": as_ref(space, "space"),
                "idempotency_key": idempotency_key,
            },
        )


class AioLaterItems(AioLaterGroup):
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
    ) -> CommandId:
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
            The command's id, for `db.commands`.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._later(
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
        )

    async def publish(
        self,
        item: RefLike,
        *,
        publishing: Publishing | PublishingName | None = None,
        publish_at: datetime | None = None,
        idempotency_key: str | None = None,
    ) -> CommandId:
        """Publishes one's draft: it stands where it would stand if it had been written now.

        Args:
            item: Which.
            publishing: As the draft was begun, unless said otherwise; or quietly; or not any more by itself
                (`draft`).
            publish_at: Not now, but by itself at this instant, at most 366 days from now.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            The command's id, for `db.commands`.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._later(
            "items.publish",
            {
                "item": as_ref(item, "item"),
                "publishing": publishing,
                "publish_at": as_instant(publish_at, "publish_at"),
                "idempotency_key": idempotency_key,
            },
        )

    async def comment(
        self,
        on: RefLike,
        body: str,
        *,
        audience: CommentAudience | CommentAudienceName | None = None,
        language: str | None = None,
        idempotency_key: str | None = None,
    ) -> CommandId:
        """Comments on an item, or answers a comment.

        Args:
            on: On what.
            body: The words, at most 16 kB.
            audience: Who may read it: as the root, or its space's staff only.
            language: The language (BCP 47).
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            The command's id, for `db.commands`.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._later(
            "items.comment",
            {
                "on": as_ref(on, "on"),
                "body": body,
                "audience": audience,
                "language": language,
                "idempotency_key": idempotency_key,
            },
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
    ) -> CommandId:
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
            The command's id, for `db.commands`.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._later(
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
        )

    async def delete(self, item: RefLike, *, idempotency_key: str | None = None) -> CommandId:
        """Deletes an item: its words go, a placeholder stays in its thread.

        Args:
            item: Which.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            The command's id, for `db.commands`.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._later(
            "items.delete",
            {
                "item": as_ref(item, "item"),
                "idempotency_key": idempotency_key,
            },
        )

    async def react(
        self,
        item: RefLike,
        *,
        reaction: str | None = None,
        idempotency_key: str | None = None,
    ) -> CommandId:
        """Reacts to an item, or changes one's reaction.

        Args:
            item: To what.
            reaction: Which reaction: 1 to 32 lower-case letters, digits, `_`; `like`, unless said otherwise.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            The command's id, for `db.commands`.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._later(
            "items.react",
            {
                "item": as_ref(item, "item"),
                "reaction": reaction,
                "idempotency_key": idempotency_key,
            },
        )

    async def unreact(self, item: RefLike, *, idempotency_key: str | None = None) -> CommandId:
        """Takes one's reaction back.

        Args:
            item: From what.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            The command's id, for `db.commands`.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._later(
            "items.unreact",
            {
                "item": as_ref(item, "item"),
                "idempotency_key": idempotency_key,
            },
        )

    async def pin(self, item: RefLike, until: datetime, *, idempotency_key: str | None = None) -> CommandId:
        """Pins a post in its space: it comes first on the space's wall until an instant. Pinned again, it has
        the new instant. Three at most. For moderators and owners.

        Args:
            item: Which.
            until: Until when, at most 30 days from now.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            The command's id, for `db.commands`.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._later(
            "items.pin",
            {
                "item": as_ref(item, "item"),
                "until": as_instant(until, "until"),
                "idempotency_key": idempotency_key,
            },
        )

    async def unpin(self, item: RefLike, *, idempotency_key: str | None = None) -> CommandId:
        """Takes a pin off before its time. For moderators and owners.

        Args:
            item: Which.
            idempotency_key: The same command repeated under the same key happens once.

        Returns:
            The command's id, for `db.commands`.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._later(
            "items.unpin",
            {
                "item": as_ref(item, "item"),
                "idempotency_key": idempotency_key,
            },
        )


class AioLaterFeed(AioLaterGroup):
    """Home and walls."""

    __slots__ = ()

    async def seen(self, items: Sequence[RefLike]) -> CommandId:
        """Reports cards that were on the screen (half of it for a second). No right depends on it.

        Args:
            items: The roots, at most 200.

        Returns:
            The command's id, for `db.commands`.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._later("feed.seen", {"items": as_refs(items, "items")})


class AioLaterInbox(AioLaterGroup):
    """What a person is told of."""

    __slots__ = ()

    async def seen(self, *, entry: NoticeId | None = None) -> CommandId:
        """The inbox was open: the badge falls to nothing, and open bundles are closed. Nothing is read by it.

        Args:
            entry: Up to this entry; up to now, unless said otherwise.

        Returns:
            The command's id, for `db.commands`.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._later("inbox.seen", {"entry": entry})

    async def read(self, entries: Sequence[NoticeId], *, bundles: Sequence[NoticeId] = ()) -> CommandId:
        """Marks entries as read, and all entries of bundles. What the reader may not know of leaves no trace and
        no word.

        Args:
            entries: The entries, at most 200.
            bundles: Bundles, at most 20, all their entries.

        Returns:
            The command's id, for `db.commands`.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._later("inbox.read", {"entries": entries, "bundles": bundles})

    async def read_up_to(self, *, entry: NoticeId | None = None) -> CommandId:
        """Marks everything as read up to an entry, broadcasts too.

        Args:
            entry: Up to this entry; up to now, unless said otherwise.

        Returns:
            The command's id, for `db.commands`.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._later("inbox.read_up_to", {"entry": entry})


class AioLaterImport(AioLaterGroup):
    """Organisations coming in from the host's files. For the host's system."""

    __slots__ = ()

    async def put(self, rows: Sequence[ImportRow]) -> CommandId:
        """Puts a chunk of rows: what is new is created, what is other is changed, what is the same is left; a
        bad row is reported and the rest goes on.

        Args:
            rows: The rows, at most 500, in the order of their files.

        Returns:
            The command's id, for `db.commands`.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._later("import.put", {"rows": rows})

    async def end_missing(self, present: Sequence[str], *, at_most: int = 5) -> CommandId:
        """Deactivates the people of the host's app who are not among these, and nobody where more of them are
        missing than `at_most` allows: a list that was cut off ends no house. Who comes back in a later import
        is active again.

        Args:
            present: The host's ids of everybody there is, at most 1,000,000.
            at_most: How many of those who are active may be missing, in percent.

        Returns:
            The command's id, for `db.commands`.

        Raises:
            ParvisError: with a code and a reason that say what was wrong.
        """
        return await self._later("import.end_missing", {"present": present, "at_most": at_most})


class AioLaterGroups(AioHandsOver):
    """What one who acts can do, in groups."""

    __slots__ = ()

    @property
    def people(self) -> AioLaterPeople:
        """Persons, units, and ties between persons."""
        return AioLaterPeople(self)

    @property
    def spaces(self) -> AioLaterSpaces:
        """Spaces and memberships."""
        return AioLaterSpaces(self)

    @property
    def items(self) -> AioLaterItems:
        """Posts, comments, reactions, and the rights on them."""
        return AioLaterItems(self)

    @property
    def feed(self) -> AioLaterFeed:
        """Home and walls."""
        return AioLaterFeed(self)

    @property
    def inbox(self) -> AioLaterInbox:
        """What a person is told of."""
        return AioLaterInbox(self)

    @property
    def importing(self) -> AioLaterImport:
        """Organisations coming in from the host's files. For the host's system."""
        return AioLaterImport(self)
