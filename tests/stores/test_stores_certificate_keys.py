"""The keys of a profile for HTTPS: ``ca_file`` and ``fingerprint``."""

from pathlib import Path

import pytest

from sicktui.model.device import Profile, plain_fingerprint, resolve
from sicktui.model.errors import ConfigError, UsageError
from sicktui.model.settings import DeviceDefaults, Timing
from sicktui.stores.config.device_files import export_devices, import_devices
from sicktui.stores.config.device_rules import check_profile
from sicktui.stores.config.devices import DeviceList, load_devices, save_devices

HEX = "0123456789abcdef" * 4
COLONS = ":".join(HEX[at : at + 2].upper() for at in range(0, 64, 2))
GATE = Profile(
    name="gate", address="10.0.0.1", scheme="https", ca_file="/etc/plant/ca.pem", fingerprint=COLONS
)


@pytest.mark.parametrize(
    "text", [HEX, HEX.upper(), COLONS, f"SHA256:{COLONS}", f"sha256 Fingerprint={COLONS}"]
)
def test_a_fingerprint_is_taken_as_tools_print_it(text: str) -> None:
    assert plain_fingerprint(text) == HEX
    target = resolve(
        Profile(name="a", address="b", scheme="https", fingerprint=text), DeviceDefaults(), Timing()
    )
    assert target.fingerprint == HEX


@pytest.mark.parametrize(
    "text", ["", HEX[:-1], HEX + "0", HEX[:40], "x" * 64, f"MD5:{HEX}", HEX + "\n" + HEX]
)
def test_anything_else_is_no_fingerprint(text: str) -> None:
    assert plain_fingerprint(text) == ""
    with pytest.raises(UsageError):
        check_profile(Profile(name="a", address="b", scheme="https", fingerprint=text))


@pytest.mark.parametrize("scheme", [None, "http"])
@pytest.mark.parametrize("key", ["ca_file", "fingerprint"])
def test_a_certificate_without_https_is_an_error_and_not_ignored(scheme: object, key: str) -> None:
    value = {"ca_file": "/ca.pem", "fingerprint": HEX}[key]
    with pytest.raises(UsageError, match="no effect without scheme"):
        check_profile(Profile(name="a", address="b", scheme=scheme, **{key: value}))  # type: ignore[arg-type]


@pytest.mark.parametrize("path", ["ca.pem", "./ca.pem", "..\\ca.pem", "/a\x1b.pem"])
def test_a_path_that_depends_on_the_folder_is_refused(path: str) -> None:
    with pytest.raises(UsageError):
        check_profile(Profile(name="a", address="b", scheme="https", ca_file=path))


@pytest.mark.parametrize("path", ["/etc/ca.pem", "~/ca.pem", "C:\\plant\\ca.pem"])
def test_a_whole_path_is_taken_on_every_platform(path: str) -> None:
    check_profile(Profile(name="a", address="b", scheme="https", ca_file=path))


def test_only_the_profile_allows_plain_http() -> None:
    defaults = DeviceDefaults(scheme="http")
    assert not resolve(Profile(name="a", address="b"), defaults, Timing()).http_allowed
    assert resolve(Profile(name="a", address="b", scheme="http"), defaults, Timing()).http_allowed


@pytest.mark.parametrize("suffix", [".toml", ".csv"])
def test_they_survive_every_file(tmp_path: Path, suffix: str) -> None:
    devices = DeviceList().add(GATE).add(Profile(name="plain", address="10.0.0.2"))
    path = tmp_path / "devices.toml"
    save_devices(path, devices)
    assert load_devices(path).profiles == devices.profiles
    export_devices(devices, tmp_path / f"out{suffix}")
    imported, _ = import_devices(DeviceList(), tmp_path / f"out{suffix}")
    assert imported.profiles == devices.profiles


def test_a_table_without_https_has_no_columns_for_it(tmp_path: Path) -> None:
    export_devices(DeviceList().add(Profile(name="plain", address="10.0.0.2")), tmp_path / "out.csv")
    assert "ca_file" not in (tmp_path / "out.csv").read_text("utf-8-sig")


def test_a_wrong_one_in_the_file_names_its_line(tmp_path: Path) -> None:
    path = tmp_path / "devices.toml"
    path.write_text('[devices.gate]\naddress = "a"\nscheme = "https"\nfingerprint = "AB:CD"\n')
    with pytest.raises(ConfigError, match=r"line 4.*SHA-256"):
        load_devices(path)
