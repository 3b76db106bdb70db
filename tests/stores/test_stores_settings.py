"""Settings: strict, and every error says where."""

import math
import sys
import tomllib
from pathlib import Path

import msgspec
import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from sicktui.model.device import Profile, resolve
from sicktui.model.errors import ConfigError
from sicktui.model.settings import Limits, Settings, Timing
from sicktui.stores.config.settings import load_settings
from sicktui.stores.config.toml import line_of
from tests.support.processes import is_root


def write(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "config.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def refused(tmp_path: Path, text: str | bytes, *overrides: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        load_settings(write(tmp_path, text), overrides)
    return caught.value


def test_no_file_means_defaults(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "config.toml") == Settings()


@pytest.mark.parametrize("text", ["", "# nothing\n", "[timing]\n", "\ufeff[timing]\r\nsettle = 5\r\n"])
def test_files_that_change_nothing(tmp_path: Path, text: str) -> None:
    assert load_settings(write(tmp_path, text)) == Settings()


def test_what_is_written_counts(tmp_path: Path) -> None:
    text = '[timing]\nsettle = 1\n[limits]\njobs = 3\n[device]\nuser = "Maintenance"\n'
    settings = load_settings(write(tmp_path, text))
    assert settings.timing == Timing(settle=1.0)
    assert type(settings.timing.settle) is float
    assert settings.limits == Limits(jobs=3)
    assert settings.device.user == "Maintenance"


ERRORS = [
    (
        "[timing]\npoll_intervall = 2\n",
        2,
        "unknown key 'timing.poll_intervall' (did you mean 'timing.poll_interval'?)",
    ),
    ("# c\n\n[timng]\nsettle = 1\n", 3, "unknown key 'timng' (did you mean 'timing'?)"),
    ("timing.setle = 2\n", 1, "unknown key 'timing.setle' (did you mean 'timing.settle'?)"),
    ('"timing"."setle" = 2', 1, "unknown key 'timing.setle'"),
    ("[limits]\n\n'jobs' = 0\n", 3, "'limits.jobs' must be a whole number, 1 or more, not 0"),
    ("[limits]\njobs = 2.0\n", 2, "must be a whole number, 1 or more, not 2"),
    ("[limits]\njobs = true\n", 2, "not true"),
    ('[limits]\njobs = "8"\n', 2, 'not the text "8"'),
    ("[limits]\nrequests_per_second = 0\n", 2, "must be a number above 0, not 0"),
    ("[timing]\nsettle = -1\n", 2, "must be a number, 0 or more, not -1"),
    ("[timing]\nsettle = nan\n", 2, "must be a number, 0 or more, not nan"),
    ("[timing]\nsettle = inf\n", 2, "must be a number, 0 or more, not inf"),
    ("[timing]\nsettle = 1e300\n", 2, "not 1e+300"),
    (f"[timing]\nsettle = {'9' * 400}\n", 2, "not a number as large as that"),
    ("[timing]\nsettle = 2026-11-21\n", 2, "not a date"),
    ("[timing]\nsettle = [1]\n", 2, "not a list"),
    ("[timing.settle]\nx = 1\n", 1, "not a table"),
    ("timing = 3\n", 1, "'timing' must be a table: [timing]"),
    ("[[timing]]\nsettle = 1\n", 1, "'timing' must be a table"),
    ('[device]\nauth = "digest"\n', 2, '"auto" or "basic" or "challenge", not the text "digest"'),
    ('[device]\nuser = ""\n', 2, "not an empty text"),
    ('[timing]\nx = """\na\nb"""\n', 2, "unknown key 'timing.x'"),
    ('[limits]\njobs = 1\n[device]\nuser = """a\nb"""\nx = [\n1,\n2]\n', 6, "unknown key 'device.x'"),
    ('[timing]\n"\\u001b[31m" = 1\n', 2, "unknown key 'timing.\"·[31m\"'"),
    ("[timing]\nsettle = \n", 2, "this is not TOML: Invalid value"),
    ("[timing\n", 1, "this is not TOML"),
    ("a = 1\na = 2\n", 2, "this is not TOML: Cannot overwrite a value"),
    ("[timing]\nsettle = 'x", 2, "this is not TOML"),
    (b"[timing]\n# caf\xe9\n", 2, "the file is not UTF-8 text"),
    (f"x = {'9' * 5000}\n", None, "this is not TOML"),
    ("x = " + "[" * 3000, None, "this is not TOML"),
    (b"\0", 1, "this is not TOML"),
]


@pytest.mark.parametrize(("text", "line", "words"), ERRORS, ids=[str(n) for n in range(len(ERRORS))])
def test_every_mistake_is_named_with_its_place(
    tmp_path: Path, text: str | bytes, line: int | None, words: str
) -> None:
    path = tmp_path / "config.toml"
    error = refused(tmp_path, text)
    place = f"{path}, line {line}" if line else str(path)
    assert error.message.startswith(f"{place}:") or error.message.startswith(f"{place}, column ")
    assert words in error.message
    assert error.advice
    assert error.message.isprintable()


def test_a_folder_in_the_files_place(tmp_path: Path) -> None:
    (tmp_path / "config.toml").mkdir()
    with pytest.raises(ConfigError, match=r"Cannot read .*config.toml: it is a folder"):
        load_settings(tmp_path / "config.toml")


@pytest.mark.skipif(sys.platform == "win32" or is_root(), reason="root may read everything")
def test_an_unreadable_file(tmp_path: Path) -> None:
    path = write(tmp_path, "")
    path.chmod(0)
    with pytest.raises(ConfigError, match="permission denied"):
        load_settings(path)


def test_a_file_far_too_large(tmp_path: Path) -> None:
    assert "larger than 4 MB" in refused(tmp_path, b"#" * 4_000_001).message


def test_overrides_win_and_the_last_of_them(tmp_path: Path) -> None:
    path = write(tmp_path, "[timing]\nsettle = 9\npoll_interval = 9\n")
    settings = load_settings(path, ["timing.settle=1", "timing.settle = 0.5", "limits.jobs=2"])
    assert (settings.timing.settle, settings.timing.poll_interval, settings.limits.jobs) == (0.5, 9.0, 2)


@pytest.mark.parametrize(
    ("override", "user"),
    [
        ("device.user=bob", "bob"),
        ('device.user="bob"', "bob"),
        ("device.user=123", "123"),
        ("device.user=true", "true"),
    ],
)
def test_a_text_needs_no_quotes(tmp_path: Path, override: str, user: str) -> None:
    assert load_settings(tmp_path / "none", [override]).device.user == user


def test_an_override_of_a_free_table(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "none", ["keys.update=U"]).keys == {"update": "U"}


@pytest.mark.parametrize(
    ("override", "words"),
    [
        (
            "timing.settl=1",
            "--set timing.settl=1: unknown key 'timing.settl' (did you mean 'timing.settle'?)",
        ),
        ("TIMING.SETTLE=1", "did you mean 'timing.settle'?"),
        ("settle=1", "(did you mean 'timing.settle'?)"),
        ("timing=1", "unknown key 'timing'"),
        ("keys=1", "the value must be a table"),
        ("timing.settle", "there is no '='"),
        ("=", "unknown key"),
        ("timing.settle=", "the value must be a number, 0 or more"),
        ("timing.settle=soon", "the value must be a number, 0 or more"),
        ("timing.settle=true", "the value must be a number, 0 or more"),
        ("timing.settle=inf", "the value must be a number, 0 or more"),
        ("timing.settle=-1", "the value must be a number, 0 or more"),
        ("limits.jobs=1\nx=2", "the value must be a whole number"),
        ("device.auth=digest", 'the value must be "auto" or "basic" or "challenge"'),
        ("device.user=", "the value must be a text"),
        ("timing.settle=" + "[" * 3000, "the value must be a number"),
        ("\x1b[31m=1", "·[31m"),
    ],
)
def test_wrong_overrides(tmp_path: Path, override: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_settings(tmp_path / "none", [override])
    assert words in caught.value.message
    assert "\x1b" not in caught.value.message


def test_a_wrong_file_is_an_error_even_when_an_override_hides_it(tmp_path: Path) -> None:
    assert "line 2" in refused(tmp_path, "[timing]\nsettle = -1\n", "timing.settle=1").message


numbers = st.floats(min_value=0.001, max_value=1e6) | st.integers(min_value=1, max_value=10**6)


@given(
    st.fixed_dictionaries({}, optional=dict.fromkeys(Timing.__struct_fields__, numbers)),
    st.fixed_dictionaries({}, optional={"jobs": st.integers(1, 500), "canary": st.integers(0, 9)}),
)
def test_any_good_file_is_read_as_it_is(
    tmp_path_factory: pytest.TempPathFactory, timing: dict[str, float], limits: dict[str, int]
) -> None:
    path = tmp_path_factory.mktemp("config") / "config.toml"
    path.write_text(tomli_w.dumps({"timing": timing, "limits": limits}))
    settings = load_settings(path)
    assert settings.timing == msgspec.convert(timing, Timing)
    assert settings.limits == msgspec.convert(limits, Limits)


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace")))
def test_any_rubbish_is_a_config_error(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("config") / "config.toml"
    path.write_bytes(content)
    message = ""
    try:
        load_settings(path)
    except ConfigError as error:
        message = error.message
    assert not message or str(path) in message
    assert not message or message.isprintable()
    assert path.read_bytes() == content


keys = st.sampled_from(["a", "b", "c", "x y", "ä", "d.e"])
values = st.recursive(
    st.integers(0, 9) | st.sampled_from(["plain", "two\nlines", '"""', "# no comment"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(keys, st.dictionaries(keys, values, min_size=1, max_size=4), min_size=1, max_size=4))
def test_the_line_of_every_key_is_where_it_comes_in(data: dict[str, dict[str, object]]) -> None:
    text = tomli_w.dumps(data, multiline_strings=True)
    lines = text.split("\n")
    for table, entries in data.items():
        for key in entries:
            line = line_of(text, (table, key))
            assert line is not None
            before = tomllib.loads("\n".join(lines[: line - 1]))
            assert key not in before.get(table, {})
            shortest = next(end for end in range(line, len(lines) + 1) if _parses("\n".join(lines[:end])))
            assert key in tomllib.loads("\n".join(lines[:shortest]))[table]


def _parses(text: str) -> bool:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return True


def test_a_key_that_is_not_there_has_no_line() -> None:
    assert line_of("a = 1\n", ("b",)) is None
    assert line_of("a = 1\n", ("a", "b")) is None
    assert line_of("", ("a",)) is None


def test_no_number_is_infinite_after_loading(tmp_path: Path) -> None:
    settings = load_settings(write(tmp_path, "[timing]\nflash_timeout = 1000000000\n"))
    assert math.isfinite(settings.timing.flash_timeout)


def test_what_a_call_sets_wins_over_a_profile(tmp_path: Path) -> None:
    own = Profile(name="a", address="10.0.0.1", timing={"settle": 1.0, "flash_timeout": 400.0})
    for overrides, settle in (((), 1.0), (("timing.settle=600",), 600.0), (("timing.poll_interval=2",), 1.0)):
        settings = load_settings(tmp_path / "config.toml", overrides)
        timing = resolve(own, settings.device, settings.timing).timing
        assert (timing.settle, timing.flash_timeout, type(timing)) == (settle, 400.0, Timing)
