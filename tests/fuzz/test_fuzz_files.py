"""Files that people edit, copy and break: used as they are, or refused in words that name what is wrong."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
import tomli_w
from hypothesis import example, given
from hypothesis import strategies as st

from sicktui.model.errors import ConfigError, SicktuiError
from sicktui.model.settings import Settings
from sicktui.simulator import ScenarioError
from sicktui.simulator.fleet.scenario import load_scenario
from sicktui.stores.backups.store import BackupStore
from sicktui.stores.config.device_files import import_devices
from sicktui.stores.config.devices import DeviceList, load_devices
from sicktui.stores.config.settings import load_settings
from sicktui.stores.disk.lock_owner import read_owner
from sicktui.stores.packages.shelf import Shelf
from tests.fuzz.hostile_inputs import FUZZ, changed, harmless, texts

MESSAGE_LIMIT: Final = 2_000
_values: Final = st.recursive(
    st.booleans()
    | st.integers(-(2**62), 2**62)
    | st.floats()
    | texts.filter(lambda text: text.isprintable())
    | st.sampled_from(("inf", "basic", "https", "-1")),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(("address", "timing", "tags", "x")), inner, max_size=3)
    ),
    max_leaves=6,
)
CONFIG: Final[dict[str, Any]] = {
    "timing": {"poll_interval": 5.0, "settle": 0},
    "limits": {"jobs": 8, "requests_per_second": 2.0},
    "device": {"user": "Service", "auth": "auto", "scheme": "http"},
}
DEVICES: Final[dict[str, Any]] = {
    "devices": {
        "gate": {"address": "10.0.0.7", "tags": ["hall 1"], "serial": "1", "timing": {"settle": 1.0}},
        "dock": {"address": "[fe80::1]:80", "auth": "basic"},
    }
}
SCENARIO: Final[dict[str, Any]] = {
    "defaults": {"flash_seconds": 8},
    "device": [{"name": "gate", "generation": "picoscan-2.3.3", "fault": [{"name": "hang", "at": "*"}]}],
}


DEEP: Final = b"x = " + b"[" * 20_000 + b"]" * 20_000
DOTTED: Final = b"a" + b".a" * 20_000 + b" = 1\n[" + b"b." * 20_000 + b"b]"


@st.composite
def toml_of(draw: st.DrawFn, good: dict[str, Any]) -> bytes:
    """A good file of which one part is another now, or of which some bytes are."""
    data = changed(draw, good, _values)
    if not isinstance(data, dict):
        data = {"x": data}
    try:
        raw = tomli_w.dumps(data).encode("utf-8", "surrogatepass")
    except (TypeError, ValueError):
        raw = tomli_w.dumps(good).encode()
    if draw(st.booleans()):
        place = draw(st.integers(0, len(raw)))
        raw = raw[:place] + draw(st.binary(max_size=4)) + raw[place + draw(st.integers(0, 4)) :]
    return raw


def outcome(read: Callable[[], object], kind: type[Exception]) -> object:
    """What it gave; ``None`` if it was refused, in words that can be shown."""
    try:
        return read()
    except kind as error:
        said = str(error)
    assert harmless(said, MESSAGE_LIMIT), said
    assert said
    return None


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("files-fuzz")


@FUZZ
@given(raw=toml_of(CONFIG))
@example(raw=DEEP)
@example(raw=DOTTED)
def test_any_config_is_settings_or_a_config_error(raw: bytes, folder: Path) -> None:
    path = folder / "config.toml"
    path.write_bytes(raw)
    settings = outcome(lambda: load_settings(path), ConfigError)
    if isinstance(settings, Settings):
        assert settings.limits.jobs >= 1
        assert settings.timing.poll_interval > 0
        assert settings.timing.poll_interval < float("inf")
    assert path.read_bytes() == raw, "it is never touched"


@FUZZ
@given(text=texts | st.tuples(st.sampled_from(("timing.settle", "limits.jobs", "x")), texts).map("=".join))
def test_any_override_is_settings_or_a_config_error(text: str, folder: Path) -> None:
    outcome(lambda: load_settings(folder / "none.toml", [text]), ConfigError)


@FUZZ
@given(raw=toml_of(DEVICES))
@example(raw=DEEP)
@example(raw=DOTTED)
def test_any_device_list_is_read_or_a_config_error(raw: bytes, folder: Path) -> None:
    path = folder / "devices.toml"
    path.write_bytes(raw)
    devices = outcome(lambda: load_devices(path), ConfigError)
    if isinstance(devices, DeviceList):
        assert all(profile.address for profile in devices.profiles.values())
    assert path.read_bytes() == raw


@FUZZ
@given(raw=toml_of(DEVICES) | st.binary(max_size=200), suffix=st.sampled_from((".toml", ".csv", ".json", "")))
@example(raw=DEEP, suffix=".toml")
@example(raw=DEEP[4:], suffix=".json")
@example(raw=DOTTED, suffix=".toml")
def test_any_file_to_import_is_devices_or_a_refusal(raw: bytes, suffix: str, folder: Path) -> None:
    path = folder / f"import{suffix}"
    path.write_bytes(raw)
    outcome(lambda: import_devices(DeviceList(profiles={}, digest=None), path), SicktuiError)


@FUZZ
@given(
    cells=st.lists(st.lists(texts, min_size=1, max_size=6), min_size=1, max_size=4),
    delimiter=st.sampled_from((",", ";", "\t")),
)
def test_any_table_to_import_is_devices_or_a_refusal(
    cells: list[list[str]], delimiter: str, folder: Path
) -> None:
    path = folder / "import.csv"
    head = ["name", "address", "tags", "serial"]
    lines = [delimiter.join(row) for row in [head[: len(cells[0])], *cells]]
    path.write_bytes("\r\n".join(lines).encode("utf-8", "surrogatepass"))
    outcome(lambda: import_devices(DeviceList(profiles={}, digest=None), path), SicktuiError)


@FUZZ
@given(raw=toml_of(SCENARIO))
@example(raw=DEEP)
def test_any_scenario_is_devices_or_a_scenario_error(raw: bytes, folder: Path) -> None:
    path = folder / "fleet.toml"
    path.write_bytes(raw)
    outcome(lambda: load_scenario(path), ScenarioError)


@FUZZ
@given(raw=st.binary(max_size=200) | toml_of(CONFIG))
def test_any_notes_of_a_store_are_left_out_or_named(raw: bytes, folder: Path) -> None:
    backups = folder / "backups" / "25420067"
    backups.mkdir(parents=True, exist_ok=True)
    (backups / "b.json").write_bytes(raw)
    store = BackupStore(folder / "backups")
    assert store.list() == []
    assert all(harmless(why, MESSAGE_LIMIT) for why in store.damaged().values())
    shelf = folder / "firmware"
    shelf.mkdir(exist_ok=True)
    (shelf / "shelf.json").write_bytes(raw)
    (shelf / "index.json").write_bytes(raw)
    outcome(lambda: Shelf(shelf).entries(), SicktuiError)
    (folder / "owner.json").write_bytes(raw)
    owner = read_owner(folder / "owner.json")
    assert owner is None or harmless(owner.words(), MESSAGE_LIMIT)
