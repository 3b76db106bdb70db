"""The doctor's check of HTTPS: files of authorities, and certificates that are about to expire.

The sensors are not asked: what they reported last is remembered.
"""

from collections.abc import Iterator, Mapping

from sicktui.engine.context import Context
from sicktui.engine.doctor.check import DoctorCheck
from sicktui.model.device import SOON_EXPIRED, HttpsState, Profile
from sicktui.model.errors import SicktuiError
from sicktui.model.wording import count, names
from sicktui.sensor.transport.trust import trust


def https_checks(context: Context, profiles: Mapping[str, Profile]) -> Iterator[DoctorCheck]:
    """What would keep HTTPS from working, or soon will."""
    default = context.settings.device.scheme
    encrypted = [p for p in profiles.values() if (p.scheme or default) == "https"]
    broken = []
    for profile in encrypted:
        try:
            trust(profile.ca_file, None)
        except SicktuiError as error:
            broken.append(profile.name)
            message = f"{profile.name}: {error.message}"
            yield DoctorCheck(name="https", state="failed", message=message, remedy=error.advice)
    try:
        known = context.sensor_memory.https_states()
    except SicktuiError:
        known = {}  # Reported by the check of that record.
    states = {name: state for name, state in known.items() if name in profiles}
    if ending := _ending(context, states):
        yield DoctorCheck(
            name="https",
            state="warning",
            message=f"Certificates that have expired or will soon: {names(ending)}.",
            remedy="Install new certificates on these sensors. Where one is pinned, set its new fingerprint.",
        )
    if not broken and not ending and (encrypted or states):
        yield DoctorCheck(name="https", state="ok", message=_summary(encrypted, states))


def _ending(context: Context, states: Mapping[str, HttpsState]) -> list[str]:
    now = context.clock.now()
    left = {name: state.days_left(now) for name, state in states.items()}
    return [
        f"{name} ({states[name].words(now)})"
        for name, days in sorted(left.items(), key=lambda item: item[1] or 0.0)
        if days is not None and days < SOON_EXPIRED
    ]


def _summary(encrypted: list[Profile], states: Mapping[str, HttpsState]) -> str:
    facts = [f"{count(len(encrypted), 'device')} with scheme https"]
    plain = [name for name in states if name not in {profile.name for profile in encrypted}]
    if plain:
        facts.append(f"HTTPS is on but not used at {names(plain)}")
    dated = [state.expires for state in states.values() if state.expires]
    if dated:
        facts.append(f"the first certificate expires on {min(dated):%Y-%m-%d}")
    return f"{'; '.join(facts)}."
