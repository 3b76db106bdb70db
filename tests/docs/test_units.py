"""The units for systemd in the docs are what systemd takes."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

DOCS: Final = Path(__file__).parents[2] / "docs"
PROGRAM: Final = shutil.which("systemd-analyze")


def units() -> dict[str, str]:
    """The units by their file's name."""
    found: dict[str, str] = {}
    for block in re.findall(r"```ini\n(.*?)```", (DOCS / "operations.md").read_text("utf-8"), re.DOTALL):
        parts = re.split(r"^# (\S+)\n", block, flags=re.MULTILINE)
        found |= {Path(name).name: text for name, text in zip(parts[1::2], parts[2::2], strict=True)}
    return found


def test_each_timer_has_its_service_and_each_run_outlives_its_unit() -> None:
    found = units()
    timers = {Path(name).stem for name in found if name.endswith(".timer")}
    assert timers == {Path(name).stem for name in found if name.endswith(".service")}
    assert len(timers) >= 2
    for name, text in found.items():
        if re.search(r"sicktui (update|backup|restore)\b", text):
            assert "KillMode=process" in text, name


@pytest.mark.skipif(PROGRAM is None, reason="there is no systemd here")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    files = []
    for name, text in units().items():
        files.append(tmp_path / name)
        files[-1].write_text(text.replace("%h/.local/bin/sicktui", "/bin/true"), "utf-8")
    checked = subprocess.run(
        [str(PROGRAM), "verify", *map(str, files)], capture_output=True, check=False, timeout=60
    )
    assert (
        checked.returncode,
        [line for line in checked.stderr.decode().splitlines() if str(tmp_path) in line],
    ) == (
        0,
        [],
    )
