"""A rollout before it is ordered: who may go, in which wave, and what is to be minded of each device."""

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec import structs

from sicktui.fleet.drafts import Draft, Wish, drafted
from sicktui.fleet.records import PROTOCOL, Ask, Inventory, PcDevice, PcPackage
from sicktui.fleet.selection import Pc
from sicktui.model.enums import Operation
from sicktui.model.errors import UsageError
from sicktui.model.run.plan import DOWNGRADE_WORD
from sicktui.model.settings import Limits

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
SHA = "ab" * 32


def device(name: str, version: str = "2.3.0.0R", model: str = "picoScan150") -> PcDevice:
    return PcDevice(name=name, model=model, version=version)


def pc(name: str, *devices: PcDevice, approved: bool | None = True, **changes: Any) -> Pc:
    """A PC; ``approved``: whether its shelf has the package, and approved (``None``: it has not)."""
    packages = () if approved is None else (PcPackage(sha256=SHA, version="2.4.0.0R", approved=approved),)
    words: dict[str, Any] = {"protocol": PROTOCOL, "version": "0.1.0", "silence": 1.0} | changes
    return Pc(name=name, inventory=Inventory(devices=devices, packages=packages), **words)


def draft(*pcs: Pc, ask: Ask | None = None, limits: Limits | None = None) -> Draft:
    asked = ask or Ask(package=SHA, expect_version="2.4.0.0R")
    wish = Wish(devices=("all",), ask=asked, limits=limits or Limits())
    return drafted(wish, {each.name: each for each in pcs}, NOW)


def test_each_device_has_its_wave_and_what_is_to_be_minded_with_what_to_do_on_which_pc() -> None:
    found = draft(
        pc("hall-1", device("current", "2.4.0.0R"), device("ready"), device("newer", "2.5.0.0R")),
        pc("hall-2", device("bare"), approved=None),
        pc("hall-3", device("away"), approved=False, silence=500.0),
        pc("hall-4", device("old"), protocol="orders-0"),
        limits=Limits(canary=1, wave=2),
    )
    assert [found.words(item.device) for item in found.spec.items] == [
        "it runs that already: its PC skips it",
        "",
        "it runs a newer version: its PC refuses the downgrade",
        "its shelf does not have the package",
        "the package is not approved there; hall-3 is silent: its order waits",
        f"hall-4 has the protocol orders-0, this fleet {PROTOCOL}. Nothing was sent.",
    ]
    assert found.waves == {
        "hall-1/ready": "the canaries",
        "hall-1/current": "wave 1",
        "hall-1/newer": "wave 1",
        "hall-2/bare": "wave 2",
        "hall-3/away": "wave 2",
    }
    assert found.advice == (
        "On hall-2: sicktui firmware add FILE, then sicktui firmware approve abababababab.",
        "On hall-3: sicktui firmware approve abababababab.",
        "Check on hall-3 that 'sicktui fleet worker' runs and reaches the database.",
        "Update sicktui on hall-4.",
    )
    assert found.question == "Update 5 sensors on 3 PCs?"


@pytest.mark.parametrize(
    ("words", "bulk"),
    [
        (("hall-1/a",), False),
        (("hall-1/a", "hall-1/a"), False),
        (("hall-1/a", "hall-1/b"), True),
        (("all",), True),
        (("hall-1/all",), True),
        (("@gates",), True),
        (("hall-1/@gates",), True),
    ],
)
def test_pins_hold_but_for_a_device_that_is_named_alone(words: tuple[str, ...], bulk: bool) -> None:
    tagged = structs.replace(device("a"), tags=("gates",))
    wish = Wish(devices=words, ask=Ask(package=SHA), limits=Limits())
    assert drafted(wish, {"hall-1": pc("hall-1", tagged, device("b"))}, NOW).spec.ask.bulk is bulk


def test_a_pin_that_was_published_is_said() -> None:
    pinned = structs.replace(device("a"), pin="2.3.0.0R")
    found = draft(pc("hall-1", pinned, structs.replace(pinned, name="b", pin="2.4.0.0R")))
    assert found.words("hall-1/a") == "its profile pins 2.3.0.0R: its PC skips it"
    assert found.words("hall-1/b") == ""


def test_a_backup_needs_no_package_and_looks_at_no_version() -> None:
    found = draft(pc("hall-1", device("a"), approved=None), ask=Ask(operation=Operation.BACKUP))
    assert found.remarks == {}
    assert (found.question, found.word_to_type) == ("Back up 1 sensor on 1 PC?", "")


@pytest.mark.parametrize(
    ("runs", "model", "allowed", "word"),
    [
        ("2.5.0.0R", "picoScan150", True, DOWNGRADE_WORD),
        ("2.5.0.0R", "picoScan150", False, ""),
        ("2.3.0.0R", "picoScan150", True, ""),
        ("2.5.0.0R", "LMS4124R", True, ""),
        ("", "picoScan150", True, DOWNGRADE_WORD),  # nobody knows what it runs
        ("2.5.0.0R", "", True, DOWNGRADE_WORD),  # nor what it is
    ],
)
def test_a_downgrade_that_the_vendor_rules_out_is_typed(
    runs: str, model: str, word: str, *, allowed: bool
) -> None:
    ask = Ask(package=SHA, expect_version="2.4.0.0R", allow_downgrade=allowed)
    found = draft(pc("hall-1", device("a", runs, model)), ask=ask)
    assert found.word_to_type == word
    assert ("SICK rules out" in found.question) == bool(word)


def test_an_approval_that_nothing_could_wait_for_is_refused() -> None:
    with pytest.raises(UsageError, match="only one"):
        draft(pc("hall-1", device("a")), limits=Limits(approve=True))


def test_the_same_draft_can_be_a_rollout_of_its_own() -> None:
    found = draft(pc("hall-1", device("a")))
    again = found.renewed(NOW)
    assert again.spec.rollout != found.spec.rollout
    assert again.spec.items == found.spec.items
