"""The README's examples, in its order, as one program."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import parvis

README = Path(__file__).resolve().parents[1] / "README.md"


def blocks() -> list[str]:
    return re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)


def test_the_readme_has_types(tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    program = tmp_path / "readme.py"
    program.write_text("\n".join(blocks()), encoding="utf-8")
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout


def test_the_readme_does_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert len(blocks()) == 7
    said = []
    names: dict[str, object] = {"__name__": "readme"}
    for block in blocks():
        exec(compile(block, str(README), "exec"), names)
        said.append(capsys.readouterr().out)
    assert said[0].startswith("[('Hello!', '")
    assert said[1].startswith("Signed!")
    assert "Ana Lima\nBen Okafor\n" in said[2]
    assert said[3] == "2 True\n"
    assert said[4] == f"named place {parvis.NotFound('named').message('fr')}\n"
    assert said[5].startswith("0 []")
    assert said[6] == "['Won deal 42!']\n"
    names["db"].close()  # type: ignore[attr-defined]
