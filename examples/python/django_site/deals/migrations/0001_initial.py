"""The table of deals."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """Creates it."""

    initial = True
    dependencies: ClassVar[list[tuple[str, str]]] = [("auth", "0012_alter_user_first_name_max_length")]
    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name="Deal",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=200)),
                ("won", models.BooleanField(default=False)),
                ("team", models.ForeignKey(on_delete=models.deletion.PROTECT, to="auth.group")),
            ],
        )
    ]
