"""The table of commands that are committed together with the host's rows, where Parvis has a store of its own."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db import migrations
from django.db.migrations.operations.base import Operation

from parvis import later
from parvis.contrib.django import conf


def make(apps: Any, schema_editor: Any) -> None:
    """Makes it, in the database of the setting `ALIAS`."""
    if schema_editor.connection.alias == conf.settings().alias:
        schema_editor.execute(later.ddl(schema_editor.connection))


def drop(apps: Any, schema_editor: Any) -> None:
    """Takes it away."""
    if schema_editor.connection.alias == conf.settings().alias:
        schema_editor.execute(f"drop table if exists {later.TABLE}")


class Migration(migrations.Migration):
    """Makes the table."""

    initial: ClassVar[bool | None] = True
    dependencies: ClassVar[Sequence[tuple[str, str]]] = []
    operations: ClassVar[Sequence[Operation]] = [migrations.RunPython(make, drop)]
