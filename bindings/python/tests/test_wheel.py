"""The package as somebody gets it: a wheel in a fresh virtual environment, and the first example of its README."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1]


def example() -> str:
    readme = (PACKAGE / "README.md").read_text(encoding="utf-8")
    found = re.search(r"```python\n(.*?)```", readme, re.DOTALL)
    assert found is not None
    return found.group(1)


def test_the_wheel_works_in_a_fresh_environment_as_the_readme_says(tmp_path: Path) -> None:
    maturin = shutil.which("maturin")
    if maturin is None:
        pytest.skip("no maturin; scripts/python brings it")
    # Unoptimised, as it is built for these tests already; scripts/wheel makes the one to give away.
    build = [maturin, "build", "--quiet", "--profile", "dev", "--out", str(tmp_path / "dist")]
    subprocess.run([*build, "--manifest-path", str(PACKAGE / "Cargo.toml")], check=True)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    assert "-cp311-abi3-" in wheel.name
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wheel], check=True)
    (tmp_path / "first.py").write_text(example(), encoding="utf-8")
    run = subprocess.run([python, "first.py"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert run.stdout.startswith("[('Hello!', '")
    assert (tmp_path / "parvis.db").exists()
    typed = (
        tmp_path
        / "venv"
        / "lib"
        / f"python{sys.version_info[0]}.{sys.version_info[1]}"
        / "site-packages"
        / "parvis"
        / "py.typed"
    )
    assert typed.exists()
