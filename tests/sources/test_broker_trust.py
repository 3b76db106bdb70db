"""The API key goes to no broker that it was not stored for, and trouble with a broker is reported once."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue

import pytest

from sicktui.model.clock import SystemClock
from sicktui.model.errors import ConfigError
from sicktui.model.settings import SourceSettings, Timing
from sicktui.sources.opening import account, check_settings, open_source, place_of_source
from sicktui.sources.thinx.mqtt import connection, trouble
from sicktui.sources.thinx.mqtt import listener as listener_module
from sicktui.sources.thinx.mqtt.listener import HintListener
from sicktui.sources.thinx.wire import trust
from sicktui.stores.sources.offers import OfferStore
from tests.sources.fake_broker import FakeBroker
from tests.sources.kit import home_in, own_locks, subject
from tests.support.ports import closed_port
from tests.support.waiting import LIMIT

OWNER, KEY = "a" * 64, "b" * 64


def settings(url: str, mqtt_url: str) -> SourceSettings:
    return SourceSettings(kind="thinx", url=url, owner=OWNER, devices=("all",), mqtt_url=mqtt_url)


ELSEWHERE = [
    ("https://thinx.example:7443", "mqtts://broker.example:8883"),
    ("https://thinx.example:7443", "mqtt://thinx.example:1883"),
    ("http://thinx.example:7442", "mqtt://broker.example"),
]
SAME = [
    ("https://thinx.example:7443", ""),
    ("https://thinx.example:7443", "mqtts://THINX.example:8883"),
    ("http://thinx.example:7442", "mqtt://thinx.example:1883"),
]


@pytest.mark.parametrize(("url", "mqtt_url"), ELSEWHERE)
def test_a_stored_key_is_of_the_server_and_another_broker(url: str, mqtt_url: str) -> None:
    alone = place_of_source(account("plant"), {"plant": settings(url, "")})
    assert place_of_source(account("plant"), {"plant": settings(url, mqtt_url)}) != alone


@pytest.mark.parametrize(("url", "mqtt_url"), SAME)
def test_a_broker_of_the_server_itself_needs_no_other_login(url: str, mqtt_url: str) -> None:
    alone = place_of_source(account("plant"), {"plant": settings(url, "")})
    assert place_of_source(account("plant"), {"plant": settings(url, mqtt_url)}) == alone


@pytest.mark.parametrize(("url", "mqtt_url"), ELSEWHERE)
async def test_a_key_of_one_call_is_not_sent_to_another_broker(
    tmp_path: Path, url: str, mqtt_url: str
) -> None:
    home = own_locks(home_in(tmp_path))
    source = open_source(
        "plant",
        settings(url, mqtt_url),
        home,
        OfferStore(home.offers_file),
        timing=Timing(),
        clock=SystemClock(),
        secret=lambda: KEY,
        given=True,
    )
    with pytest.raises(ConfigError, match="not sent there") as caught:
        source.listen(lambda _: None)
    assert "sources login plant" in caught.value.advice
    await source.aclose()


@pytest.mark.parametrize(
    "mqtt_url", ["http://127.0.0.1:1", "mqtts://", "mqtts://h:0x", "mqtt://u:p@h", "mqtts://h/x", "h:1883"]
)
def test_an_address_that_is_no_brokers_is_named_when_settings_are_read(mqtt_url: str) -> None:
    with pytest.raises(ConfigError, match=r"plant\.mqtt_url"):
        check_settings("plant", settings("https://h:1", mqtt_url))


@contextmanager
def listening(port: int) -> Iterator["Queue[str]"]:
    said: Queue[str] = Queue()
    listener = HintListener(
        f"mqtt://127.0.0.1:{port}",
        KEY,
        OWNER,
        ids=lambda sensor: (sensor.mac or "", f"udid of {sensor.device}"),
        trust=lambda: trust(""),
        on_hint=lambda _: None,
        on_state=lambda change: said.put(change.sentence),
    )
    listener.follow([subject(1), subject(2)])
    try:
        yield said
    finally:
        listener.close()


def nothing_more(said: "Queue[str]", seconds: float = 1.5) -> None:
    with pytest.raises(Empty):
        said.get(timeout=seconds)


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (connection, listener_module):
        for name in ("FIRST_PAUSE", "LONGEST_PAUSE"):
            monkeypatch.setattr(module, name, 0.2)
    monkeypatch.setattr(listener_module, "TICK", 0.1)


def test_a_broker_that_cannot_be_reached_is_one_sentence() -> None:
    with listening(closed_port()) as said:
        assert "cannot be reached" in said.get(timeout=LIMIT)
        nothing_more(said)


def test_refused_credentials_are_one_sentence_after_some_tries(
    fake: FakeBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.code = 5
    monkeypatch.setattr(trouble, "REFUSALS", 2)
    with listening(fake.port) as said:
        sentence = said.get(timeout=LIMIT)
        assert "refuses gate-" in sentence
        assert KEY not in sentence
        nothing_more(said)
        fake.code = 0
        assert said.get(timeout=LIMIT) == "The broker answers again."


def test_a_connection_that_breaks_is_named_and_so_is_its_return(fake: FakeBroker) -> None:
    with listening(fake.port) as said:
        nothing_more(said)
        fake.code = 5
        fake.hang_up()
        assert "broke" in said.get(timeout=LIMIT)
        fake.code = 0
        assert said.get(timeout=LIMIT) == "The broker answers again."


def test_another_kind_of_trouble_is_reported_although_none_has_ended(
    fake: FakeBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trouble, "REFUSALS", 1)
    fake.code = 5
    with listening(fake.port) as said:
        assert "refuses gate-" in said.get(timeout=LIMIT)
        fake.close()
        assert "cannot be reached" in said.get(timeout=LIMIT)
