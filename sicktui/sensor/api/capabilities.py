"""What was found out about a sensor, so that it is requested only once.

The two support articles and the vendor's OpenAPI disagree, and so do the sensors: nothing is
assumed from the model's name. What was negotiated is valid for one firmware: another ``DeviceIdent``
discards it.
"""

from typing import Final

from msgspec import Struct, structs

from sicktui.model.enums import AuthScheme

IDENTITY_VARIABLES: Final = ("SerialNumber", "EtherMACAddress", "DeviceType", "OrderNumber", "LocationName")
HEALTH_VARIABLES: Final = ("DeviceStatus", "PowerOnCnt")
_VARIABLES: Final = frozenset(IDENTITY_VARIABLES + HEALTH_VARIABLES)
_SESSION: Final = "CreateSessionToken"
CHALLENGE: Final = "getChallenge"
"""The method that only sensors with challenge-response have."""


class Capabilities(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known about one sensor's API. ``None``: not found out yet."""

    name: str | None = None
    """``DeviceIdent.Name`` of the sensor that this was learned from."""
    version: str | None = None
    """The firmware that this was learned from."""
    auth: AuthScheme | None = None
    trigger: str | None = None
    """The path that starts the flash: ``RunFirmwareUpdate`` or ``methods/RunFirmwareUpdate``."""
    persist: str | None = None
    """The method that saves parameters: ``WriteEeprom`` or ``PersistParameters``."""
    present: tuple[str, ...] = ()
    """Variables and methods that have answered."""
    missing: tuple[str, ...] = ()
    """Variables and methods that are Not Found here."""

    @property
    def tokens(self) -> bool | None:
        """Whether the sensor has session tokens."""
        if _SESSION in self.present:
            return True
        return False if _SESSION in self.missing else None

    @property
    def summary(self) -> str:
        """One line for people and for the metadata of a backup."""
        tokens = {True: "session token", False: "no session token", None: ""}[self.tokens]
        auth = {AuthScheme.CHALLENGE: "challenge-response", AuthScheme.BASIC: "Basic", None: ""}[self.auth]
        return ", ".join(word for word in (auth, tokens, self.trigger, self.persist) if word)


def capabilities_with(auth: AuthScheme | None) -> Capabilities | None:
    """The capabilities for the next client of a sensor, if only its authentication is known.

    A sensor that has done challenge-response is never sent a password in clear text afterwards, even if
    it answers Not Found to getChallenge while it starts. Basic is probed again each time.
    """
    if auth is not AuthScheme.CHALLENGE:
        return None
    return Capabilities(auth=auth, present=(CHALLENGE,))


class CapabilityCache:
    """The capabilities of one sensor, updated as they are found out.

    Args:
        capabilities: what an earlier client of the same sensor found out, if any.
    """

    def __init__(self, capabilities: Capabilities | None = None) -> None:
        self.capabilities = capabilities or Capabilities()

    def is_missing(self, name: str) -> bool:
        """Whether ``name`` is known to be Not Found."""
        return name in self.capabilities.missing

    def is_present(self, name: str) -> bool:
        """Whether ``name`` has answered before."""
        return name in self.capabilities.present

    def mark_present(self, name: str) -> None:
        """Remember that ``name`` answers."""
        known = self.capabilities
        if name not in known.present:
            self.capabilities = structs.replace(
                known,
                present=(*known.present, name),
                missing=tuple(other for other in known.missing if other != name),
            )

    def mark_missing(self, name: str) -> None:
        """Remember that ``name`` is Not Found.

        What has answered before stays present: a sensor that is still starting answers Not Found to
        what it will know a second later.
        """
        known = self.capabilities
        if name not in known.present and name not in known.missing:
            self.capabilities = structs.replace(known, missing=(*known.missing, name))

    def set_auth(self, scheme: AuthScheme) -> None:
        """Remember how writes are authenticated."""
        self.capabilities = structs.replace(self.capabilities, auth=scheme)

    def set_trigger(self, path: str) -> None:
        """Remember the path that starts the flash."""
        self.capabilities = structs.replace(self.capabilities, trigger=path)

    def set_persist(self, name: str) -> None:
        """Remember the method that saves parameters."""
        self.capabilities = structs.replace(self.capabilities, persist=name)

    def set_identity(self, name: str, version: str) -> bool:
        """Record which sensor answers. Returns whether the known capabilities were discarded."""
        known = self.capabilities
        if (known.name, known.version) == (name, version):
            return False
        if known.name is None and known.version is None:
            self.capabilities = structs.replace(known, name=name, version=version)
            return False
        # The same family with another firmware keeps its variables, though its methods may differ.
        kept = tuple(variable for variable in known.present if variable in _VARIABLES)
        self.capabilities = Capabilities(
            name=name, version=version, present=kept if known.name == name else ()
        )
        return True
