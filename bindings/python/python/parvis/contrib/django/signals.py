"""Users and groups are told when they change. What is told is how they are once the transaction is committed; if Parvis
cannot be reached then, the host's work stands, the log says so, and `parvis_sync` repairs it.

Models that inherit from that of users or groups are listened to as well, proxies and others. Each is connected by
itself: where somebody listens to all models, Django deletes no rows of any model in one statement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models.signals import class_prepared, m2m_changed, post_delete, post_save, pre_delete

from . import conf, people

#: Fields that are no part of what is told.
_UNTOLD = frozenset({"last_login", "password"})
#: On a user or group: who was with it before all were taken away.
_CLEARED = "_parvis_cleared"


def connect() -> None:
    """Listens to the models that are there, and to those that come."""
    for model in apps.get_models():
        listen(model)
    class_prepared.connect(listen, dispatch_uid="parvis-models")
    if spaces():
        user: Any = get_user_model()
        m2m_changed.connect(members_changed, sender=user.groups.through, dispatch_uid="parvis-members")


def spaces() -> bool:
    """Whether groups are spaces."""
    return conf.settings().groups is not None and hasattr(get_user_model(), "groups")


def listen(sender: Any, **kwargs: Any) -> None:
    """Listens to a model where it is one of users or groups. Those of migrations, which inherit from none, are not."""
    if is_user(sender):
        post_save.connect(user_saved, sender=sender, dispatch_uid="parvis-user-saved")
        post_delete.connect(user_deleted, sender=sender, dispatch_uid="parvis-user-deleted")
    elif is_group(sender) and spaces():
        post_save.connect(group_saved, sender=sender, dispatch_uid="parvis-group-saved")
        pre_delete.connect(group_goes, sender=sender, dispatch_uid="parvis-group-goes")


def is_user(sender: Any) -> bool:
    """Whether a model is one of users. Handlers ask again: Django knows who is listened to by the address of the class,
    where another may stand later."""
    # Not the proxy that some hosts name in `AUTH_USER_MODEL`.
    users: Any = get_user_model()._meta.concrete_model
    return issubclass(sender, users)


def is_group(sender: Any) -> bool:
    """Whether a model is one of groups."""
    return issubclass(sender, Group)


def key(instance: Any, model: Any) -> Any:
    """The key of a user or group, whose child may have one of its own."""
    return getattr(instance, model._meta.pk.attname)


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

    if is_user(sender) and not raw and (update_fields is None or not set(update_fields) <= _UNTOLD):
        pk = key(instance, get_user_model())
        committed(using, lambda: tell_user(pk, using))


def user_deleted(sender: Any, instance: Any, using: str | None = None, **kwargs: Any) -> None:
    """A user was deleted."""
    if not is_user(sender):
        return
    pk, name = key(instance, get_user_model()), people.last_name(instance)
    committed(using, lambda: tell_user(pk, using, name))


def tell_user(pk: Any, using: str | None, name: str | None = None) -> None:
    """Tells how a user is now; that he is no more only of one who was there, by the name he had."""
    last = name

    def read() -> tuple[Any, Any]:
        user = get_user_model()._base_manager.using(using).filter(pk=pk).first()
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
    if is_group(sender) and not raw:
        pk = key(instance, Group)
        committed(using, lambda: tell_group(pk, using))


def tell_group(pk: Any, using: str | None) -> None:
    """Tells how a group is called now."""
    people.settle(lambda: [people.space(found) for found in Group.objects.using(using).filter(pk=pk)], people.bring)


def group_goes(sender: Any, instance: Any, using: str | None = None, **kwargs: Any) -> None:
    """A group is being deleted: its space stays, without members."""
    if not is_group(sender):
        return
    pk, members = key(instance, Group), list(instance.user_set.using(using).values_list("pk", flat=True))
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
    """Users came into groups, or left them. Of a clearance it is not said whom it concerns: who was there is looked up
    before it, and told after it."""
    if action == "pre_clear":
        related = instance.user_set if reverse else instance.groups
        instance.__dict__[_CLEARED] = list(related.using(using).values_list("pk", flat=True))
    elif action == "post_clear":
        pk_set = instance.__dict__.pop(_CLEARED, None)
    if action not in ("post_add", "post_remove", "post_clear") or not pk_set:
        return
    own = key(instance, Group if reverse else get_user_model())
    pairs = [(own, pk) if reverse else (pk, own) for pk in pk_set]
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
