"""Where passwords are kept, and why not in a better place: said in the status line of any width."""

from pathlib import Path

import pytest

from sicktui.stores.secrets.credentials import Credentials
from sicktui.tui.drawing.spans import width_of
from sicktui.tui.glyphs import UNICODE
from sicktui.tui.main.status_line import status_line, store_labels
from tests.credentials.kit import cheap_vault, opened_vault
from tests.support.keyrings import (
    Refusing,
    Working,
    keyring_store,
    macos_over_ssh,
    windows_over_ssh,
)


def locked() -> BaseException:
    kind: type[Exception] = type("KeyringLocked", (Exception,), {})
    return kind("Failed to unlock the collection!")


def line(credentials: Credentials, width: int) -> str:
    """The status line of a dashboard without devices."""
    shown = status_line(
        [],
        live_runs=0,
        stores=store_labels(credentials.describe()),
        clock="09:54",
        demo=False,
        glyphs=UNICODE,
        width=width,
    )
    assert width_of(shown) == width
    return "".join(span.text for span in shown)


@pytest.mark.parametrize(
    ("failure", "brief"),
    [
        (windows_over_ssh, "keyring: error 1312"),
        (macos_over_ssh, "keyring: error -25308"),
        (locked, "keyring: locked"),
        (TimeoutError, "keyring: locked"),
        (lambda: OSError(5, "Input/output error"), "keyring: fails"),
    ],
)
def test_why_the_keyring_is_not_used_fits_into_a_narrow_line(
    vault_file: Path, failure: object, brief: str
) -> None:
    assert callable(failure)
    credentials = Credentials(
        given=None, keyring=keyring_store(Refusing(failure)), vault=opened_vault(vault_file)
    )
    narrow = line(credentials, 70)
    assert f"passwords: vault ({brief})" in narrow
    wide = line(credentials, 250)
    assert credentials.describe().problems[0].reason in wide
    assert "passwords: vault (encrypted file)" in wide


def test_without_any_store_the_line_says_memory_and_why(vault_file: Path) -> None:
    credentials = Credentials(
        given=None, keyring=keyring_store(Refusing(windows_over_ssh)), vault=cheap_vault(vault_file)
    )
    assert "passwords: memory (keyring: error 1312)" in line(credentials, 70)
    opened_vault(vault_file)
    assert "vault locked" in line(credentials, 60)


def test_a_keyring_that_works_needs_no_excuse(vault_file: Path) -> None:
    credentials = Credentials(given=None, keyring=keyring_store(Working()), vault=cheap_vault(vault_file))
    assert line(credentials, 60).endswith("passwords: OS keyring (test)  09:54")
    assert line(credentials, 50).endswith("passwords: OS keyring  09:54")
