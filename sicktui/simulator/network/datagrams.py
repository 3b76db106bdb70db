"""The UDP socket from which a simulated sensor sends measured data."""

import socket
from contextlib import suppress
from ipaddress import IPv4Address
from typing import Final

from sicktui.simulator.network.port import bind_to_interface

_BUFFER: Final = 1 << 18


class DatagramSender:
    """Sends from a sensor's address.

    Without an interface only this PC is reached: loopback addresses, and multicast groups on the loopback.
    A simulated sensor must not disturb a real network.

    Args:
        host: the sensor's address.
        interface: the network interface that is its own (Linux); with it any receiver is reached.
    """

    def __init__(self, host: str, interface: str | None) -> None:
        self.host = host
        self._anywhere = interface is not None
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self._socket.setblocking(False)  # noqa: FBT003  the only way
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)
            if interface is not None:
                bind_to_interface(self._socket, interface)
            self._socket.bind((host, 0))
            self._socket.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(host))
            self._socket.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 1)
        except OSError:
            self._socket.close()
            raise

    def reaches(self, address: str) -> bool:
        """Whether it sends to an address."""
        to = IPv4Address(address)
        return self._anywhere or to.is_loopback or to.is_multicast

    def send(self, datagram: bytes, to: tuple[str, int]) -> None:
        """Send it; one that the network does not take is lost, as always with UDP."""
        with suppress(OSError):
            self._socket.sendto(datagram, to)

    def close(self) -> None:
        """Release the socket."""
        self._socket.close()
