"""What became of a folder that was imported: see `docs/import-format.md` for what stands in one."""

from __future__ import annotations

from ._wire import Record


class RefusedLine(Record, frozen=True, kw_only=True):
    """A line that was refused. It repeats only what stood in that line."""

    line: int
    """The line on which the row begins; line 1 of a CSV file is its header."""
    column: str | None
    """The column, where it was one."""
    value: str | None
    """The value as it stood there."""
    text: str
    """It in words, with file and line."""


class FileReport(Record, frozen=True, kw_only=True):
    """What became of one file."""

    table: str
    """`people`, `posts`, ..."""
    file: str
    """The file's name in the folder."""
    rows: int
    """Rows that were read, refused ones included."""
    new: int
    """Rows that were created."""
    changed: int
    """Rows that replaced an older one."""
    unchanged: int
    """Rows that were as before."""
    refused: tuple[RefusedLine, ...]
    """Lines that were refused, in the order of the file."""
    ignored: tuple[str, ...]
    """Columns that the format does not know; they were ignored."""


class FolderReport(Record, frozen=True, kw_only=True):
    """What became of a folder."""

    files: tuple[FileReport, ...]
    """The files, in the order in which they were read."""
    ended: int | None
    """People whose accounts ended, where that was asked for."""
    text: str
    """A line a file, then what was ignored, then what was refused."""

    def __str__(self) -> str:
        return self.text
