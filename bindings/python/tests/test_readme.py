"""The README's examples, in its order, as one program."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import parvis

README = Path(__file__).resolve().parents[1] / "README.md"


def test_the_readme_does_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 6
    said = []
    names: dict[str, object] = {"__name__": "readme"}
    for block in blocks:
        exec(compile(block, str(README), "exec"), names)
        said.append(capsys.readouterr().out)
    assert said[0].startswith("[('Hello!', '")
    assert said[1].startswith("Signed!")
    assert "Ana Lima\nBen Okafor\n" in said[2]
    assert said[3] == f"named place {parvis.NotFound('named').message('fr')}\n"
    assert said[4].startswith("0 []")
    assert said[5] == "Won deal 42!\n"
    names["db"].close()  # type: ignore[attr-defined]
