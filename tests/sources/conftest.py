"""Fixtures of the tests of firmware sources."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.thinx_server import mqtt
from tests.thinx_server.certificates import Authority


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """A private CA."""
    return Authority(tmp_path)


@pytest.fixture
def broker(tmp_path: Path, authority: Authority) -> Iterator[mqtt.Broker]:
    """A real mosquitto with passwords and TLS."""
    if missing := mqtt.missing():
        reason = f"{missing} not installed: apt-get install mosquitto mosquitto-clients"
        if os.environ.get(mqtt.REQUIRED):
            pytest.fail(reason)
        pytest.skip(reason)
    with mqtt.broker_running(tmp_path, authority) as running:
        yield running
