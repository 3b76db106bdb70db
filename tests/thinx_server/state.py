"""What the ways into the server share: accounts, devices, tokens, builds, and the checks of a request."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.thinx_server.devices import Account, Device, Devices
from tests.thinx_server.firmware import Build
from tests.thinx_server.generations import Fault, Generation
from tests.thinx_server.record import Record, Request
from tests.thinx_server.replies import Reply, page, refused
from tests.thinx_server.tokens import Tokens
from tests.thinx_server.versions import Version, collapsed, semver


@dataclass
class State:
    """One server's state."""

    generation: Generation
    accounts: tuple[Account, ...]
    devices: Devices
    tokens: Tokens
    record: Record
    now: Callable[[], float]
    builds: list[Build] = field(default_factory=list)

    def has(self, fault: Fault) -> bool:
        """Whether the server has a fault."""
        return self.generation.has(fault)

    def key_of(self, owner: object) -> str | None:
        """The API key of an owner, or None where the owner is unknown."""
        return next((account.key for account in self.accounts if account.owner == owner), None)

    def version(self, text: str) -> Version | None:
        """What a version compares by here."""
        return semver(collapsed(text) if self.has(Fault.VERSIONS_COLLAPSE) else text)

    def newest(self, device: Device) -> Build | None:
        """The build of the highest version for a device; of equal ones, the last."""
        found = [
            build
            for build in self.builds
            if (device.mac in build.macs if build.macs else build.name == device.firmware_name)
        ]
        return max(reversed(found), key=lambda build: self.version(build.version) or _LOWEST, default=None)

    def is_newer(self, build: Build, device: Device) -> bool:
        """Whether a build is an update for a device, by what it last reported."""
        has, offered = self.version(device.version), self.version(build.version)
        if has is None or offered is None:
            return False
        other_environment = self.has(Fault.VERSIONS_COLLAPSE) and device.env_hash != build.env_hash
        return has < offered or (has == offered and other_environment)

    def issue(self, device: Device) -> str:
        """A token for a device."""
        token = self.tokens.issue(device.owner, device.udid)
        self.record.token_issued(token)
        return token

    def unauthenticated(self, request: Request) -> Reply | None:
        """The refusal of a request without its key header."""
        if request.key:
            return None
        by_other_name = "authorization" in request.headers
        return refused(
            "authentication", status=403 if by_other_name else self.generation.missing_header_status
        )

    def wrong_key(self, owner: object, key: str, *, lenient: bool = False) -> Reply | None:
        """The refusal of an unknown owner or a wrong key."""
        right = self.key_of(owner)
        if right is None:
            return refused("apikey_not_found")
        # Fault 14: any part of the key is enough, and firmware comes with any key at all.
        if self.has(Fault.WRONG_KEY_IS_SERVED):
            return None if lenient or key in right else refused("owner_found_but_no_key")
        return None if key == right else refused("owner_found_but_no_key")

    def unreadable(self, request: Request) -> Reply | None:
        """The 400 of a body that is not JSON."""
        try:
            json.loads(request.body)
        except ValueError:
            return page("SyntaxError: Unexpected token in JSON at position 0", status=400)
        return None


_LOWEST: Version = (-1, 0, 0, False, "")
