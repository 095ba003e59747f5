"""Users and groups are told when they change. What is told is how they are once the transaction is committed; if Parvis
cannot be reached then, the host's work stands, the log says so, and `parvis_sync` repairs it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_delete

from . import conf, people

#: Fields that are no part of what is told.
_UNTOLD = frozenset({"last_login", "password"})


def connect() -> None:
    """Listens."""
    user = get_user_model()
    post_save.connect(user_saved, sender=user, dispatch_uid="parvis-user-saved")
    post_delete.connect(user_deleted, sender=user, dispatch_uid="parvis-user-deleted")
    groups = getattr(user, "groups", None)
    if conf.settings().groups is None or groups is None:
        return
    post_save.connect(group_saved, sender=Group, dispatch_uid="parvis-group-saved")
    pre_delete.connect(group_goes, sender=Group, dispatch_uid="parvis-group-goes")
    m2m_changed.connect(members_changed, sender=groups.through, dispatch_uid="parvis-members")


def committed(using: str | None, tell: Callable[[], object]) -> None:
    """Tells something once the host's transaction is committed."""
    transaction.on_commit(tell, using=using, robust=True)


def user_saved(
    sender: Any,
    instance: Any,
    using: str | None = None,
    raw: bool = False,
    update_fields: Iterable[str] | None = None,
    **kwargs: Any,
) -> None:
    """A user was created or changed. Signing in, which changes a user, too, is nothing to Parvis."""

    if not raw and (update_fields is None or not set(update_fields) <= _UNTOLD):
        committed(using, lambda: tell_user(sender, instance.pk, using))


def user_deleted(sender: Any, instance: Any, using: str | None = None, **kwargs: Any) -> None:
    """A user was deleted."""
    pk, name = instance.pk, people.last_name(instance)
    committed(using, lambda: tell_user(sender, pk, using, name))


def tell_user(model: Any, pk: Any, using: str | None, name: str | None = None) -> None:
    """Tells how a user is now; that he is no more only of one who was there, by the name he had."""
    last = name

    def read() -> tuple[Any, Any]:
        user = model._base_manager.using(using).filter(pk=pk).first()
        return user, None if user is None else people.fields(user)

    def tell(now: tuple[Any, Any]) -> None:
        nonlocal last
        user, known = now
        if user is not None:
            last = str(known["name"])
            people.put(user, known)
        elif last is not None:
            people.end(pk, last)

    people.settle(read, tell)


def group_saved(sender: Any, instance: Any, using: str | None = None, raw: bool = False, **kwargs: Any) -> None:
    """A group was created or renamed."""
    if not raw:
        committed(using, lambda: tell_group(instance.pk, using))


def tell_group(pk: Any, using: str | None) -> None:
    """Tells how a group is called now."""
    people.settle(lambda: [people.space(found) for found in Group.objects.using(using).filter(pk=pk)], people.bring)


def group_goes(sender: Any, instance: Any, using: str | None = None, **kwargs: Any) -> None:
    """A group is being deleted: its space stays, without members."""
    pk, members = instance.pk, list(instance.user_set.using(using).values_list("pk", flat=True))
    committed(using, lambda: people.bring([people.member(pk, person, ended=True) for person in members]))


def members_changed(
    sender: Any,
    instance: Any,
    action: str,
    reverse: bool,
    pk_set: Iterable[Any] | None,
    using: str | None = None,
    **kwargs: Any,
) -> None:
    """Users came into groups, or left them. Before a clearance it is not said whom it concerns, so it is looked up."""
    if action == "pre_clear":
        related = instance.user_set if reverse else instance.groups
        pk_set = list(related.using(using).values_list("pk", flat=True))
    if action not in ("post_add", "post_remove", "pre_clear") or not pk_set:
        return
    pairs = [(instance.pk, pk) if reverse else (pk, instance.pk) for pk in pk_set]
    committed(using, lambda: tell_members(sender, pairs, using))


def tell_members(through: Any, pairs: list[tuple[Any, Any]], using: str | None) -> None:
    """Tells of pairs of a group and a user whether they are together now."""
    group, user = through._meta.get_field("group"), through._meta.get_field(user_field(through))

    def read() -> list[dict[str, Any]]:
        named = Group.objects.using(using).filter(pk__in={pk for pk, _ in pairs}).order_by("pk")
        rows = [people.space(found) for found in named]
        for pk, person in pairs:
            known = through._base_manager.using(using).filter(**{group.attname: pk, user.attname: person})
            rows.append(people.member(pk, person, ended=not known.exists()))
        return rows

    people.settle(read, people.bring)


def user_field(through: Any) -> str:
    """The field of the table of memberships that names the user: it is called like the model."""
    names = [field.name for field in through._meta.fields if field.is_relation and field.name != "group"]
    return str(names[0])
