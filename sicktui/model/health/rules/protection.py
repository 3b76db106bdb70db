"""What SICK's guide recommends to close (cybersecurity), as far as a sensor lets it be read."""

from collections.abc import Callable
from typing import Final

from sicktui.model.health.facts import Facts
from sicktui.model.health.records import Weight
from sicktui.model.health.rules.rule import Rule
from sicktui.model.passwords.factory import FACTORY_WARNING

_OPEN, _OFF = 0, 2
_FACTORY_ADVICE: Final = "Change it with 'sicktui passwd'."


def _factory(known: str, sentence: str) -> Callable[[Facts], str]:
    return lambda facts: sentence if facts.readings.before.factory_login == known else ""


def _search(facts: Facts) -> str:
    if facts.scan_mode in (None, _OPEN, _OFF):
        return ""
    return f"The sensor answers device searches (EtherCoLaScanMode {facts.scan_mode})."


PROTECTION: Final = (
    Rule(
        code="factory_password",
        level=Weight.WARNING,
        when="the stored password is one that SICK publishes, and this very sensor has accepted it",
        worth="It was accepted when it was last tried. No login is tried for this: five wrong ones lock.",
        check=_factory("accepted", f"The sensor's password is known: {FACTORY_WARNING.partition('. ')[0]}."),
        advice=_FACTORY_ADVICE,
    ),
    Rule(
        code="factory_password_stored",
        level=Weight.NOTE,
        when="the stored password is one that SICK publishes",
        worth="Whether the sensor accepts it is not known.",
        check=_factory("stored", "The known password is a factory password, which SICK publishes."),
        advice=_FACTORY_ADVICE,
    ),
    Rule(
        code="address_open",
        level=Weight.WARNING,
        when="EtherCoLaScanMode is 0",
        worth="Anybody in the network can change its address without a login, at any time.",
        check=lambda facts: (
            "Anybody in the network can change the sensor's address (EtherCoLaScanMode 0)."
            if facts.scan_mode == _OPEN and "EtherCoLaScanMode" in facts.readings.values
            else ""
        ),
        advice="Set EtherCoLaScanMode to 3 (for a minute after each start) or 2 (off).",
    ),
    Rule(
        code="search_on",
        level=Weight.NOTE,
        when="EtherCoLaScanMode is 1 or 3",
        worth="The sensor can be found. SICK recommends 2 (off); searches do not find it then.",
        check=_search,
        advice="Set EtherCoLaScanMode to 2 where the network is not closed.",
    ),
    Rule(
        code="cola_on",
        level=Weight.NOTE,
        when="EtherAuxEnabled is true, which is the default",
        worth="CoLa A and B (ports 2111, 2112) are open: old, without encryption. CoLa 2 (2122) cannot be "
        "closed.",
        check=lambda facts: "The old CoLa ports are open (EtherAuxEnabled)." if facts.cola else "",
        advice="Set EtherAuxEnabled to false if no SOPAS ET and no driver needs them. Firmware 2.0.0 closes "
        "them at the next power cycle.",
    ),
    Rule(
        code="cloning_plug_on",
        level=Weight.NOTE,
        when="enableCloningPlug is true, which is the default",
        worth="A sensor may copy the network settings of a system plug.",
        check=lambda facts: "The cloning plug is enabled." if facts.cloning_plug else "",
        advice="Set enableCloningPlug to false where plugs are moved between sensors.",
    ),
    Rule(
        code="web_server_off",
        level=Weight.WARNING,
        when="GetWebserverEnabled answers false: it is off from the next start on",
        worth="SICK recommends to switch off what is unused. But an update restarts the sensor, and then "
        "neither REST nor its web page is there any more: CoLa alone can switch it on again.",
        check=lambda facts: (
            "Its web server is switched off: from its next start on it has no REST API and no web page."
            if facts.web_server is False
            else ""
        ),
        advice="Switch it on before an update or a restart (SetWebserverEnabled, and save).",
    ),
    Rule(
        code="https_off",
        level=Weight.NOTE,
        when="`httpsStatus.enabled` is false",
        worth="Backups and firmware travel unencrypted; passwords do not, with challenge-response.",
        check=lambda facts: (
            "HTTPS is off." if facts.https and not facts.https.enabled and not facts.https.trouble else ""
        ),
        advice="Install a certificate on the sensor's web page, over a direct connection.",
    ),
)
