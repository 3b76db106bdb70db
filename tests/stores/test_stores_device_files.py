"""Device lists from and to other programs."""

from pathlib import Path

import pytest

from sicktui.model.device import Profile
from sicktui.model.errors import ConfigError, UsageError
from sicktui.stores.config.device_files import export_devices, import_devices
from sicktui.stores.config.devices import DeviceList

A = Profile(
    name="a", address="10.0.0.1", tags=("x", "y"), note="two\nlines; and, more", timing={"settle": 1.5}
)
B = Profile(
    name="Präge", address="b:80", user="Service", auth="basic", scheme="https", serial="007", model="m"
)
BOTH = DeviceList().add(A).add(B)


def csv(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "Liste.CSV"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


@pytest.mark.parametrize("name", ["out.csv", "out.toml", "out"])
def test_what_is_exported_can_be_imported(tmp_path: Path, name: str) -> None:
    export_devices(BOTH, tmp_path / name)
    devices, names = import_devices(DeviceList(), tmp_path / name)
    assert devices.profiles == BOTH.profiles
    assert names == ["a", "Präge"]


def test_a_spreadsheets_semicolons_and_decimal_commas(tmp_path: Path) -> None:
    path = csv(tmp_path, "\ufeffName;Address;Tags;timing.settle\r\npress;10.0.0.7;a b;2,5\r\n;;;\r\n")
    devices, _ = import_devices(DeviceList(), path)
    assert devices.profiles["press"] == Profile(
        name="press", address="10.0.0.7", tags=("a", "b"), timing={"settle": 2.5}
    )


@pytest.mark.parametrize("hint", ["", "sep=;\r\n", "SEP=;\n", "sep=;;;;\r\n"])
def test_what_excel_adds_is_ignored(tmp_path: Path, hint: str) -> None:
    path = csv(tmp_path, f"\ufeff{hint}name;address;;serial;\r\npress;10.0.0.7;;025420067;\r\n;;;;\r\n")
    devices, _ = import_devices(DeviceList(), path)
    assert devices.profiles["press"] == Profile(name="press", address="10.0.0.7", serial="025420067")


@pytest.mark.parametrize("serial", ["2.54E+07", "2,54e+07", "2.54E7", "2E+07"])
def test_a_serial_number_that_a_spreadsheet_rounded_is_refused(tmp_path: Path, serial: str) -> None:
    path = csv(tmp_path, f"sep=;\nname;address;serial\na;b;1\nc;d;{serial}\n")
    with pytest.raises(ConfigError, match=r"row 4: the serial number .* was rounded by a spreadsheet"):
        import_devices(DeviceList(), path)


def test_names_that_are_taken(tmp_path: Path) -> None:
    path = csv(tmp_path, "name,address\na,10.9.9.9\nnew,10.9.9.8\n")
    with pytest.raises(UsageError, match=r"Already in the list: 'a'\. Nothing was imported"):
        import_devices(BOTH, path)
    devices, _ = import_devices(BOTH, path, replace=True)
    assert list(devices.profiles) == ["a", "Präge", "new"]
    assert devices.profiles["a"].address == "10.9.9.9"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "row 1: there must be one column called 'name'"),
        ("name\na\n", "row 1: there must be one column called 'address'"),
        ("name,adress\na,b\n", "row 1: unknown column 'adress' (did you mean 'address'?)"),
        ("name,address\n", "contains no devices"),
        ("name,address\na,b\na,c\n", "row 3: A device called 'a' is already in the list"),
        (
            "name,address\nall,b\nx,http://y\n",
            "row 2: The device name 'all' already means something else; row 3:",
        ),
        ("name,address\n,b\n", "row 2: The device name is empty"),
        ("name,address\nb,\n", "row 2: 'address' must be a text in quotes"),
        ("name,address,auth\na,b,digest\n", 'row 2: \'auth\' must be "auto" or "basic"'),
        ("name,address,timing.settle\na,b,soon\n", "row 2: 'soon' in timing.settle is not a number"),
        ("name,address,timing.settl\na,b,1\n", "unknown key 'timing.settl'"),
        ("name,address,timing.settle\na,b,nan\n", "row 2:"),
        ("name,address\na,b,c\n", "row 2: there are more cells than columns"),
        ("name,address,\na,b,c\n", "row 2: the cell 'c' is in a column without a name"),
        ("sep=,\nname,adress\na,b\n", "row 2: unknown column 'adress'"),
        ('name,address\n"a,b\n', "is not CSV"),
        (b"name,address\ncaf\xe9,b\n", "is not UTF-8 text"),
        ("name,address\n" + "".join(f"all,{n}\n" for n in range(30)), "and 20 more"),
        ("name,address\n\x1b[31m,b\n", "·[31m"),
    ],
)
def test_wrong_tables_are_named_by_row(tmp_path: Path, text: str | bytes, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        import_devices(BOTH, csv(tmp_path, text))
    assert words in caught.value.message
    assert "\x1b" not in caught.value.message
    assert caught.value.advice


@pytest.mark.parametrize("name", ["none.csv", "none.toml"])
def test_a_missing_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="There is no file"):
        import_devices(BOTH, tmp_path / name)


def test_a_folder(tmp_path: Path) -> None:
    (tmp_path / "x.csv").mkdir()
    with pytest.raises(ConfigError, match="it is a folder"):
        import_devices(BOTH, tmp_path / "x.csv")
    with pytest.raises(ConfigError, match="too large"):
        import_devices(BOTH, csv(tmp_path, "x" * 4_000_001))
