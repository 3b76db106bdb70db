"""Device lists from and to other programs."""

import csv as csv_module
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sicktui.model.device import Profile
from sicktui.model.errors import ConfigError, UsageError
from sicktui.stores.config.device_files import ImportProblems, export_devices, import_devices
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
        ("name,address\nnew,b\nnew,c\n", "row 3: the device 'new' is in the file twice"),
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
        (b"name,address\ncaf\x81,b\n", "is not text in UTF-8 or Windows-1252"),
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


ONE = Profile(name="Präge 1", address="10.0.0.7", tags=("a", "b"), serial="025420067", note="line 1\nline 2")
_TABLE = (
    "Name;Address;Tags;Serial;Note;;\r\n"
    '"Präge 1";10.0.0.7;a b;025420067;"line 1\nline 2";;\r\n;;;;;;\r\n;\r\n'
)


def _as_written(encoding: str, delimiter: str, ends: str, hint: str = "") -> bytes:
    text = hint + _TABLE
    return text.replace(";", delimiter).replace("\r\n", ends).encode(encoding)


@pytest.mark.parametrize("ends", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_every_encoding_delimiter_and_line_end(
    tmp_path: Path, encoding: str, delimiter: str, ends: str
) -> None:
    path = csv(tmp_path, _as_written(encoding, delimiter, ends))
    devices, _ = import_devices(DeviceList(), path)
    assert list(devices.profiles.values()) == [ONE]
    hinted = csv(tmp_path, _as_written(encoding, delimiter, ends, hint="sep=;\r\n"))
    assert import_devices(DeviceList(), hinted)[0].profiles == devices.profiles


def test_the_unicode_text_of_excel(tmp_path: Path) -> None:
    path = tmp_path / "Liste.txt"
    path.write_bytes(b"\xff\xfe" + _as_written("utf-16-le", "\t", "\r\n"))
    devices, _ = import_devices(DeviceList(), path)
    assert list(devices.profiles.values()) == [ONE]


def test_a_zero_byte_is_named_with_its_row(tmp_path: Path) -> None:
    path = csv(tmp_path, b"name,address\ngate-1,10.0.0.7\ngate\0-2,10.0.0.8\n")
    with pytest.raises(ConfigError, match="row 3"):
        import_devices(DeviceList(), path)


@pytest.mark.parametrize("magic", [b"PK\x03\x04rest", b"\xd0\xcf\x11\xe0rest"])
def test_a_workbook_is_named_as_one(tmp_path: Path, magic: bytes) -> None:
    with pytest.raises(ConfigError, match="is a workbook of a spreadsheet program"):
        import_devices(DeviceList(), csv(tmp_path, magic))


@pytest.mark.parametrize(
    ("written", "serial"),
    [
        ("25420067", "25420067"),
        ("25420067.0", "25420067"),
        ("25420067,00", "25420067"),
        ("'0025420067", "0025420067"),
        ('"=""0025420067"""', "0025420067"),
    ],
)
def test_a_serial_number_as_spreadsheets_write_it(tmp_path: Path, written: str, serial: str) -> None:
    path = csv(tmp_path, f"name;address;serial\npress;10.0.0.7;{written}\n")
    devices, _ = import_devices(DeviceList(), path)
    assert devices.profiles["press"].serial == serial


def test_lost_zeros_change_no_serial_number_of_the_list(tmp_path: Path) -> None:
    known = DeviceList().add(Profile(name="p", address="b", serial="0025420067"))
    path = csv(tmp_path, "name;address;serial\np;b;25420067\n")
    devices, names = import_devices(known, path)  # no change, so nothing is replaced
    assert devices.profiles == known.profiles
    assert names == ["p"]


def test_a_device_keeps_what_the_table_has_no_column_for(tmp_path: Path) -> None:
    path = csv(tmp_path, "name,address,note,timing.settle\na,10.9.9.9,,2\n")
    devices, _ = import_devices(BOTH, path, replace=True)
    assert devices.profiles["a"] == Profile(
        name="a", address="10.9.9.9", tags=("x", "y"), timing={"settle": 2.0}
    )
    bare = csv(tmp_path, "name,address\na,10.9.9.9\n")
    assert import_devices(BOTH, bare, replace=True)[0].profiles["a"].timing == {"settle": 1.5}


def test_every_problem_of_every_row_at_once(tmp_path: Path) -> None:
    rows = '"x","http://y","digest","2E+07"\n"a\nb",,"auto",1\n'
    path = csv(tmp_path, "name,address,auth,serial\n" + rows + "all,b,nonsense,\n")
    with pytest.raises(ImportProblems) as caught:
        import_devices(DeviceList(), path)
    first, second, third = caught.value.problems
    for words in ("row 2:", "was rounded by a spreadsheet", "'auth' must be", "invalid address"):
        assert words in first
    for words in ("row 3:", "'address' must be", "cannot be printed"):
        assert words in second
    for words in ("row 4 (line 5):", "already means something else", "'auth' must be"):
        assert words in third


@pytest.mark.parametrize("column", ["IP", "IP address", "ip-address", "Host"])
def test_other_titles_of_the_same_column(tmp_path: Path, column: str) -> None:
    path = csv(tmp_path, f"Name;{column};Serial Number;MAC address;Firmware;Last seen\np;b;7;x;y;z\n")
    devices, _ = import_devices(DeviceList(), path)
    assert devices.profiles["p"] == Profile(name="p", address="b", serial="7")


HOSTILE = Profile(name="+x", address="b", note="=HYPERLINK(1)\n-2", model="@m", tags=("-t",))
SEEN_OF = {
    "+x": {
        "seen_model": "=cmd|' /C calc'!A0",
        "seen_serial": "0025420067",
        "order_number": "+1141410",
        "mac": "00:06:77:00:00:01",
        "firmware": "-2.3.0.0R",
        "last_backup": "2026-11-21",
        "last_seen": "\t=1",
    }
}


@pytest.mark.parametrize("name", ["out.csv", "out.toml", "out.json"])
def test_what_is_known_of_the_sensors_goes_out_and_is_ignored_on_the_way_in(
    tmp_path: Path, name: str
) -> None:
    known = BOTH.add(HOSTILE)
    export_devices(known, tmp_path / name, SEEN_OF)
    text = (tmp_path / name).read_text("utf-8-sig")
    assert "00:06:77:00:00:01" in text
    devices, _ = import_devices(DeviceList(), tmp_path / name)
    assert devices.profiles == known.profiles


def test_no_cell_of_an_export_is_a_formula(tmp_path: Path) -> None:
    export_devices(BOTH.add(HOSTILE), tmp_path / "out.csv", SEEN_OF)
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv_module.reader(file) for cell in row]
    assert "'=cmd|' /C calc'!A0" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nonsense", "is not a JSON object"),
        ("[" * 100_000, "is not a JSON object"),
        ('{"devices": 3}', "has no list 'devices'"),
        ('{"devices": []}', "contains no devices"),
        ('{"devices": [3]}', "device 1: "),
        ('{"devices": [{"name":"a","adress":"b"}]}', "unknown key 'adress' (did you mean 'address'?)"),
        ('{"devices": [{"name":"p","address":"b"},{"name":"p","address":"b"}]}', "is in the file twice"),
        ('{"devices": [{"name":"\\u001b[31m","address":"b"}]}', "·[31m"),
    ],
)
def test_wrong_json_is_named_by_device(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(ConfigError) as caught:
        import_devices(DeviceList(), tmp_path / "x.json")
    assert words in caught.value.message
    assert "\x1b" not in caught.value.message


@given(st.one_of(st.binary(max_size=400), st.text(alphabet="ab1\";,\t\r\n=+'@\0é", max_size=200)))
def test_no_table_breaks_the_import(raw: bytes | str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.csv"
        content = raw if isinstance(raw, bytes) else f"name;address\r\n{raw}".encode()
        path.write_bytes(content)
        try:
            devices, names = import_devices(DeviceList(), path)
        except (ConfigError, UsageError) as error:
            assert error.advice  # noqa: PT017
        else:
            assert [*devices.profiles] == names


_TEXTS = st.from_regex(r"\A[aE15+=.,;'\"@-]( ?[aE1é])?\Z")
_PROFILES = st.builds(
    Profile,
    name=st.sampled_from(["a", "007", "1E5", "Präge 1", "1.0", "=x", "'+1"]),
    address=st.sampled_from(["10.0.0.7", "b:80", "[fe80::1]"]),
    user=st.none() | _TEXTS,
    auth=st.sampled_from([None, "auto", "basic"]),
    tags=st.sampled_from([(), ("-t", "1E5"), ("0.1",)]),
    serial=st.none()
    | _TEXTS
    | st.from_regex(r"\A'?[0-9]{1,3}([.,]0{1,2})?([eE][+]?[0-9]{1,2})?\Z")
    | st.from_regex(r"\A[0-9]{12,13}\Z"),
    model=st.none() | _TEXTS,
    note=st.none() | st.text(alphabet="aE1=' \"\t\n,;", min_size=1, max_size=6),
    timing=st.sampled_from([None, {"settle": 1e-05}, {"settle": 2.5, "flash_timeout": 300.0}]),
)


@pytest.mark.parametrize("name", ["out.csv", "out.json", "out.toml"])
@given(profiles=st.lists(_PROFILES, min_size=1, max_size=3, unique_by=lambda profile: profile.name))
def test_every_list_that_is_exported_can_be_imported(name: str, profiles: list[Profile]) -> None:
    exported = DeviceList(profiles={profile.name: profile for profile in profiles})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        export_devices(exported, path)
        assert import_devices(DeviceList(), path)[0].profiles == exported.profiles


@pytest.mark.parametrize("ends", ["\r\n", "\n", "\r"])
def test_the_line_ends_of_a_note_become_those_of_the_list(tmp_path: Path, ends: str) -> None:
    path = csv(tmp_path, f'name;address;note{ends}p;b;"one{ends}{ends}two"{ends}')
    devices, _ = import_devices(DeviceList(), path)
    assert devices.profiles["p"].note == "one\n\ntwo"


def test_a_quotation_mark_without_its_other_half_hides_no_other_row(tmp_path: Path) -> None:
    rows = 'a;"b;1\nall;b;\n"x;"y";\nc;d;2E+07\n"e\nf";b";\nfine;"b";\n'
    with pytest.raises(ImportProblems) as caught:
        import_devices(DeviceList(), csv(tmp_path, "name;address;serial\n" + rows))
    said = caught.value.problems
    assert [text.partition(":")[0] for text in said[:4]] == ["row 2", "row 3", "row 4", "row 5"]
    assert ["it is not CSV" in text for text in said[:4]] == [True, False, True, False]
    assert not any("fine" in text for text in said)
    with pytest.raises(ConfigError, match="row 1: it is not CSV"):
        import_devices(DeviceList(), csv(tmp_path, 'name;"address\na;b\n'))


def test_rows_that_are_not_csv_are_not_read_for_ever(tmp_path: Path) -> None:
    with pytest.raises(ImportProblems) as caught:
        import_devices(DeviceList(), csv(tmp_path, "name;address\n" + 'a;"b"c\n' * 5_000))
    assert len(caught.value.problems) == 100
