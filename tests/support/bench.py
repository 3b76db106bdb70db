"""A PC and sensors at one switch, in network namespaces."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from sicktui.simulator import make_package
from tests.support.harness import PASSWORD
from tests.support.namespaces import Host, Network
from tests.support.program import FAST, VERSION, Result

PC: Final = "10.1.0.5"
SETTINGS: Final = [part for key, value in FAST.items() for part in ("--set", f"{key}={value}")]


class Bench:
    """A PC at 10.1.0.5/24, a switch, and sensors with an interface each."""

    def __init__(self, network: Network, address: str = f"{PC}/24") -> None:
        self.network = network
        self.switch = network.switch("switch")
        self.pc = network.host("pc")
        network.plug(self.pc, "left", self.switch, address)
        self._sensors = 0

    def sensors(self, *devices: str, time_scale: float = 20.0) -> list[dict[str, Any]]:
        """Sensors as they announce themselves; each is the TOML of a device, or an address."""
        host = self.network.host(f"sensors-{self._sensors}")
        written = []
        for device in devices:
            self._sensors += 1
            name = f"eth{self._sensors}"
            self.network.plug(host, name, self.switch)
            written.append(f'name = "s{self._sensors}"\ninterface = "{name}"\n{at(device)}')
        return self.network.simulate(host, *written, time_scale=time_scale).announced

    def run(self, *words: str) -> Result:
        """The program on the PC, with JSON lines."""
        return self.network.program(self.pc, *words, "--json")

    def text(self, *words: str) -> str:
        """What it prints for people."""
        result = self.network.program(self.pc, *words)
        return result.out + result.err

    def profile(self, name: str, address: str, serial: str) -> None:
        """Add a device to the list."""
        added = self.network.program(self.pc, "devices", "add", name, address, "--serial", serial)
        assert added.code == 0, added

    def listed(self) -> dict[str, str]:
        """The addresses in the device list."""
        return {line["device"]: line["address"] for line in self.run("devices", "list").lines}

    def start_update(self, folder: Path, device: str, *words: str) -> "subprocess.Popen[bytes]":
        """Begin to update a picoScan."""
        package = folder / f"picoScan100_{VERSION}.spk.signed"
        make_package(package, "picoScan", VERSION, size=200_000, signed=True)
        arguments = ("update", device, "--package", str(package), "--yes", "--no-backup", "--json")
        return self.network.start(self.pc, *arguments, *SETTINGS, *words, SICKTUI_PASSWORD=PASSWORD)

    @staticmethod
    def end(process: "subprocess.Popen[bytes]") -> Result:
        """Wait for the end of a call that takes long."""
        out, err = process.communicate(timeout=200)
        result = Result(process.returncode, out, err)
        assert "Traceback" not in result.err, result
        return result

    def update(self, folder: Path, device: str, *words: str) -> Result:
        """Update a picoScan."""
        return self.end(self.start_update(folder, device, *words))


def at(device: str) -> str:
    """``10.1.0.51`` as the keys of a device; anything else is that already."""
    if not device.replace(".", "").isdigit():
        return device
    return f"parameters = {{ EtherIPAddress = [{device.replace('.', ', ')}] }}"


def read(host: Host, url: str) -> Any:
    """A GET from a host; ``None``: nothing answers."""
    code = "import sys, urllib.request as r; print(r.urlopen(sys.argv[1], timeout=1).read().decode())"
    try:
        return json.loads(host.run(sys.executable, "-c", code, f"http://{url}"))
    except AssertionError:
        return None


def record(host: Host, address: str) -> dict[str, Any]:
    """What the simulator has recorded of a sensor."""
    found: dict[str, Any] = read(host, f"{address}/simulator/record")
    assert found is not None, f"nothing answers at {address}"
    return found
