"""How sure it is that a backup file is of this moment: a pure rule over what was compared.

That a file can be downloaded proves nothing: it may be from yesterday. The sensor's report does not help
either: it may report a new file and return the old one. So the file that the sensor offers *before* the
trigger is remembered. Other bytes are new. The same bytes are refused as old only on evidence: a readable
parameter that differs. ``MD5Parameters`` covers only what is saved (SICK's developer guide): that it is the
same shows nothing of a parameter that was changed and not saved, and it moves where the parameters that the
file has are saved later. A time stamp of the file proves no content, since a server may make one up; one that
changes with the trigger and stays only ends the waiting for other bytes.
"""

from enum import Enum

from msgspec import Struct


class Seen(Struct, frozen=True, kw_only=True):
    """What is known of a file that is complete and stable."""

    same_bytes: bool
    """Whether it may be the one from before the trigger."""
    anew: bool = False
    """Whether the sensor encrypts it anew for each download: then other bytes do not make it a new file."""
    triggers: int = 1
    """How often the backup was triggered."""
    rewritten: bool = False
    """Whether its server dates it anew since the trigger: another file is not to be waited for."""
    differing: tuple[str, ...] = ()
    """What was compared and is not the sensor's, in words."""
    same_checksum: bool | None = None
    """Whether ``MD5Parameters`` is what it was when these bytes were stored; ``None``: not known.

    ``False`` leaves the age to the sensor's word: something was saved since, perhaps what the file has.
    """
    agrees: bool = False
    """Whether the file itself names enough values, all of them those that the sensor has."""
    compared: int = 0
    """Readable parameters that are what they were when these bytes were stored."""


class Decision(Enum):
    """What to do with it."""

    WRITTEN = "written"
    """The sensor wrote it for this request."""
    COMPARED = "compared"
    """The same bytes as before; the parameters that can be compared are the sensor's."""
    ASSUMED = "assumed"
    """Perhaps the file from before: nothing can be compared, or something was saved since."""
    AGAIN = "again"
    """Trigger once more: perhaps another file comes."""
    OLD = "old"
    """Not the sensor's parameters of now."""


def decide(seen: Seen) -> Decision:
    """Whether the file counts, and how sure that is."""
    if not seen.same_bytes:
        return Decision.ASSUMED if seen.anew else Decision.WRITTEN
    first = seen.triggers == 1
    if seen.differing:
        return Decision.AGAIN if first else Decision.OLD
    saved_since = seen.same_checksum is False
    if seen.agrees and not saved_since:
        return Decision.COMPARED
    if first and not seen.rewritten:
        return Decision.AGAIN
    return Decision.COMPARED if seen.compared and not saved_since else Decision.ASSUMED
