"""Passphrases of backups: for the plant, for a device, generated, and found again by a fingerprint."""

import pytest

from sicktui.engine.plan.spec import new_spec
from sicktui.engine.run.handshake import RunSecrets
from sicktui.engine.run.spawn import secrets_for
from sicktui.model.enums import Operation
from sicktui.model.errors import UsageError
from sicktui.stores.backups.fingerprint import fingerprint
from sicktui.stores.backups.passphrases import SITE, Passphrases, generate
from sicktui.stores.backups.store import BackupFacts
from sicktui.stores.secrets.credentials import Credentials
from sicktui.stores.secrets.store import MemoryStore, StoreFailed
from tests.support.engine_harness import EngineHarness
from tests.support.harness import PASSPHRASE, PASSWORD

pytestmark = pytest.mark.skips_waiting


class Vault(MemoryStore):
    """A store that lasts."""

    name = "a vault"


class Broken(MemoryStore):
    """A store that fails."""

    name = "a broken keyring"

    def put(self, account: str, secret: str) -> None:
        raise StoreFailed("locked")


def facts(passphrase: str | None, device: str = "gate") -> BackupFacts:
    return BackupFacts(
        device=device,
        serial="1",
        version="2.3.0.0R",
        created="2026-11-21T08:00:00.000Z",
        operator="",
        run=None,
        passphrase_fingerprint=fingerprint(passphrase) if passphrase else None,
    )


def test_a_device_has_its_own_or_that_of_the_plant() -> None:
    vault = Vault()
    passphrases = Passphrases(Credentials(given=None, keyring=vault))
    assert passphrases.of("gate") is None
    assert passphrases.remember(SITE, "of all") == "a vault"
    passphrases.remember("dock", "of the dock")
    # Another process finds them again.
    again = Passphrases(Credentials(given="a password", keyring=vault))
    assert (again.of("gate"), again.of("dock")) == ("of all", "of the dock")
    assert again.known("dock") == ["of the dock", "of all"]
    assert again.forget("dock")
    assert again.of("dock") == "of all"
    given = Passphrases(Credentials(given=None, keyring=vault, passphrase="of this call"))
    assert given.of("dock") == "of this call"


def test_without_a_store_that_works_it_stays_in_memory() -> None:
    passphrases = Passphrases(Credentials(given=None, keyring=Broken()))
    assert "memory" in passphrases.remember(SITE, "of all")
    assert passphrases.of("gate") == "of all"


def test_the_right_one_is_found_by_the_fingerprint() -> None:
    credentials = Credentials(given=None, keyring=Vault(), passphrase="new")
    passphrases = Passphrases(credentials)
    passphrases.remember(SITE, "old")
    passphrases.remember("dock", "of the dock")
    assert passphrases.opening(facts("old"), "gate") == "old"
    assert passphrases.opening(facts("new"), "gate") == "new"
    assert passphrases.opening(facts("of the dock", device="dock"), "gate") == "of the dock"
    assert passphrases.opening(facts("lost"), "gate") is None
    assert passphrases.opening(facts(None), "gate") == ""


def test_a_generated_one_can_be_written_down() -> None:
    made = {generate() for _ in range(50)}
    assert len(made) == 50
    for passphrase in made:
        assert [len(group) for group in passphrase.split("-")] == [4] * 6
        assert not set(passphrase) & set("ilo01 ")


@pytest.mark.parametrize("passphrase", ["", "x" * 257])
def test_one_that_no_sensor_takes_is_not_kept(passphrase: str) -> None:
    with pytest.raises(UsageError):
        Passphrases(Credentials(given=None, keyring=None)).remember(SITE, passphrase)


def test_secrets_are_never_shown() -> None:
    secrets = RunSecrets(passwords={"gate": "topsecret"}, passphrase="hush", passphrases={"dock": "quiet"})
    assert not {"topsecret", "hush", "quiet"} & set(repr(secrets).replace("'", " ").split())
    assert (secrets.passphrase_of("gate"), secrets.passphrase_of("dock")) == ("hush", "quiet")


async def test_the_runner_gets_the_one_that_opens_the_backup(harness: EngineHarness) -> None:
    device = await harness.sensor()
    record = await harness.backed_up(device)
    harness.context.credentials.passphrase = "another one by now"
    Passphrases(harness.context.credentials).remember(SITE, PASSPHRASE)
    spec = await harness.restore_run(device, record.id)
    assert secrets_for(harness.context, spec).passphrase_of(device.address) == PASSPHRASE
    backup = new_spec(harness.context, Operation.BACKUP, spec.items)
    assert secrets_for(harness.context, backup).passphrase_of(device.address) == "another one by now"


@pytest.mark.usefixtures("every_parameter")
async def test_what_a_sensor_repeats_of_secrets_is_kept_nowhere(harness: EngineHarness) -> None:
    """It may have written them into a name or an order number, whoever told it."""
    device = await harness.sensor(version="2.3.0.0R")
    device.parameters.write("LocationName", f"gate {PASSPHRASE}")
    device.parameters.write("rosNamespace", f"x{PASSWORD}")
    await harness.verdict(harness.package())
    home = harness.context.home
    files = [path for path in home.data.parent.rglob("*") if path.is_file()]
    kept = {path.name: path.read_bytes() for path in files if path.suffix != ".sbak"}
    assert any(b"gate ***" in content for content in kept.values()), sorted(kept)
    for secret in (PASSPHRASE, PASSWORD):
        assert [name for name, content in kept.items() if secret.encode() in content] == []
