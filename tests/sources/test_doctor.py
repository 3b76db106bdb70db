"""What the doctor finds about sources, without asking one."""

from pathlib import Path

import pytest

from sicktui.stores.disk.home import locate
from sicktui.stores.sources.offers import OfferStore
from tests.sources.site import configure
from tests.support.program import ProgramHarness

SERVER = f"""kind = "thinx"
url = "https://127.0.0.1:9"
owner = "{"a" * 64}"
devices = ["all"]
"""


def found(program: ProgramHarness, table: str, **environment: str) -> list[tuple[str, str]]:
    configure(program, f"[sources.plant]\n{table}")
    result = program.here("doctor", "--json", fast=False, **environment)  # type: ignore[arg-type]
    return [(line["state"], line["message"]) for line in result.lines if line.get("name") == "sources"]


@pytest.mark.parametrize(
    ("table", "state", "words"),
    [
        ('kind = "folder"\npath = "/nowhere/at/all"\n', "failed", "its folder cannot be read"),
        ('kind = "folder"\n', "failed", "needs a path"),
        (SERVER, "failed", "its API key is not known"),
        (SERVER.replace("https", "http"), "warning", "url is not encrypted"),
        (SERVER + 'mqtt_url = "mqtt://127.0.0.1"\n', "warning", "mqtt_url is not encrypted"),
    ],
)
def test_each_problem_of_a_source_is_found(
    program: ProgramHarness, table: str, state: str, words: str
) -> None:
    assert any(words in message and state == level for level, message in found(program, table))


def test_sources_that_can_be_used_are_ready(program: ProgramHarness, tmp_path: Path) -> None:
    folder = f'kind = "folder"\npath = "{tmp_path}"\n'
    assert found(program, folder) == [("ok", "plant: ready.")]
    assert found(program, SERVER, SICKTUI_SOURCE_SECRET="b" * 64) == [("ok", "plant: ready.")]


def test_messages_that_are_not_heard_are_named_until_they_are(program: ProgramHarness) -> None:
    configure(program, "")
    store = OfferStore(locate(program.home, {}).offers_file)
    store.note_unheard("plant", "The broker refuses gate-1.")
    table = SERVER + 'mqtt_url = "mqtts://127.0.0.1"\n'
    [(state, message)] = found(program, table, SICKTUI_SOURCE_SECRET="b" * 64)
    assert state == "warning"
    assert message.startswith("plant: its messages over MQTT were not heard at ")
    assert message.endswith("The broker refuses gate-1.")
    store.note_unheard("plant", "")
    assert found(program, table, SICKTUI_SOURCE_SECRET="b" * 64) == [("ok", "plant: ready.")]
