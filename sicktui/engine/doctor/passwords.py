"""The doctor's checks of passwords: the whole chain, from the best store down, and the devices."""

from collections.abc import Iterator, Mapping

from sicktui.engine.context import Context
from sicktui.engine.doctor.check import DoctorCheck
from sicktui.engine.targets import choose
from sicktui.model.device import Target
from sicktui.model.errors import SicktuiError
from sicktui.model.passwords.factory import is_factory_password
from sicktui.model.wording import count, names
from sicktui.stores.disk.files import POSIX_MODES, display_path
from sicktui.stores.disk.shared_record import SharedRecord
from sicktui.stores.secrets.bindings import BindingsRecord
from sicktui.stores.secrets.credentials import Credentials
from sicktui.stores.secrets.report import StoreProblem
from sicktui.stores.secrets.store import MEMORY, SOURCE_VARIABLE
from sicktui.stores.secrets.vault import VARIABLE, Vault, VaultState

GIVEN = ("SICKTUI_PASSWORD", "SICKTUI_PASSPHRASE", VARIABLE, SOURCE_VARIABLE)
UNATTENDED = "For unattended use, give the password with SICKTUI_PASSWORD or --password-stdin."
_OTHERS = 0o077


def password_checks(context: Context, environ: Mapping[str, str]) -> Iterator[DoctorCheck]:
    """Each store for passwords, whether it works here, and what to do if not; then the devices."""
    vault = context.credentials.vault
    state = None if vault is None else vault.state()
    in_vault: StoreProblem | None = None
    keyring_works = False
    yield _given(environ)
    for name, problem in context.credentials.walk():
        if vault is not None and name == vault.name:
            in_vault = problem
        else:
            keyring_works = problem is None
            yield _keyring(name, problem, state)
    if vault is not None and (vault.removed_copies or vault.kept_copies):
        yield _copies(vault)
    if vault is not None and state is not None:
        yield _vault(vault, state, in_vault, keyring_works=keyring_works)
    yield from _memory(context)
    yield _devices(context, environ)


def _given(environ: Mapping[str, str]) -> DoctorCheck:
    found = [name for name in GIVEN if environ.get(name)]
    if not found:
        return DoctorCheck(name="given", state="ok", message="No password in the environment.")
    message = f"Set in the environment: {', '.join(found)}"
    if "SICKTUI_PASSWORD" in found:
        message += "; SICKTUI_PASSWORD is used for every device, whatever is stored"
    return DoctorCheck(name="given", state="ok", message=f"{message}.")


def _keyring(name: str, problem: StoreProblem | None, vault: VaultState | None) -> DoctorCheck:
    if problem is None:
        return DoctorCheck(
            name="keyring",
            state="ok",
            message=f"{name} works. Passwords that you enter are stored in it.",
        )
    instead = vault in (VaultState.OPEN, VaultState.LOCKED)
    return DoctorCheck(
        name="keyring",
        state="ok" if instead else "warning",
        message=f"{name} is not used: {problem.reason}." + (" The vault is used instead." if instead else ""),
        remedy="" if instead else problem.advice or UNATTENDED,
    )


def _vault(
    vault: Vault, state: VaultState, problem: StoreProblem | None, *, keyring_works: bool
) -> DoctorCheck:
    advice = problem.advice if problem else ""
    if state is VaultState.ABSENT:
        message = "No vault yet. None is needed while the keyring works."
        if not keyring_works:
            message = f"No vault yet, so a password that you enter is kept in {MEMORY}."
        remedy = "" if keyring_works else "Create one with 'sicktui vault create', then use 'sicktui login'."
        return DoctorCheck(
            name="vault", state="ok" if keyring_works else "warning", message=message, remedy=remedy
        )
    told = f"{vault.path}, {count(len(vault.names()), 'entry', 'entries')}"
    if state is VaultState.UNUSABLE:
        reason = problem.reason if problem else "it cannot be used"
        return DoctorCheck(name="vault", state="failed", message=f"{reason}.", remedy=advice)
    if loose := _readable_by_others(vault):
        return DoctorCheck(
            name="vault", state="warning", message=f"{told}: {loose}", remedy=f"chmod 600 {vault.path}"
        )
    if problem is None:
        return DoctorCheck(name="vault", state="ok", message=f"{told}, opened with {VARIABLE}.")
    wrong = VARIABLE in problem.reason
    return DoctorCheck(
        name="vault",
        state="warning" if wrong else "ok",
        message=f"{told}: {problem.reason}.",
        remedy=advice if not keyring_works or wrong else "",
    )


def _memory(context: Context) -> Iterator[DoctorCheck]:
    """The records without which passwords are withheld, where one cannot be read."""
    bindings = SharedRecord(context.home.bindings_file, BindingsRecord())
    for name, read, then in (
        ("sensor memory", context.sensor_memory.check, "No password is sent with Basic meanwhile."),
        ("bindings", bindings.read, "No stored password is used meanwhile."),
    ):
        try:
            read()
        except SicktuiError as error:
            yield DoctorCheck(
                name=name, state="failed", message=f"{error.message} {then}", remedy=error.advice
            )


def _copies(vault: Vault) -> DoctorCheck:
    """Hidden copies of the vault: what a killed process leaves opens with the password of then."""
    facts = [
        f"{what}: {', '.join(display_path(copy) for copy in copies)}"
        for what, copies in (("deleted", vault.removed_copies), ("not deleted", vault.kept_copies))
        if copies
    ]
    return DoctorCheck(
        name="vault copies",
        state="warning",
        message=f"A killed process left hidden copies of the vault ({'; '.join(facts)}).",
        remedy="Delete the copies: they open with an earlier password of the vault."
        if vault.kept_copies
        else "If an earlier password of the vault has leaked, change the sensors' passwords.",
    )


def _readable_by_others(vault: Vault) -> str:
    if not POSIX_MODES:
        return ""
    try:
        mode = vault.path.stat().st_mode
    except OSError:
        return ""
    return f"other users can read it (mode {mode & 0o777:o})." if mode & _OTHERS else ""


def _devices(context: Context, environ: Mapping[str, str]) -> DoctorCheck:
    """Which devices have a password, as far as is known without a prompt."""
    place = f"A password that you enter now is stored in: {context.credentials.describe().active}."
    try:
        listed = context.devices()
        targets = choose(["all"], listed, context.settings) if listed.profiles else []
    except SicktuiError:
        targets = []  # Reported by the check of the list.
    if not targets or environ.get("SICKTUI_PASSWORD"):
        return DoctorCheck(name="passwords", state="ok", message=place)
    return _coverage(context.credentials, targets, place)


def _coverage(credentials: Credentials, targets: list[Target], place: str) -> DoctorCheck:
    known = {target.device: credentials.password(target.device, target.user) for target in targets}
    locked = [
        t.device for t in targets if known[t.device] is None and credentials.is_locked(t.device, t.user)
    ]
    missing = [device for device, found in known.items() if found is None and device not in locked]
    factory = [device for device, found in known.items() if found is not None and is_factory_password(found)]
    have = "has" if len(targets) == 1 else "have"
    facts = [f"{len(targets) - len(locked) - len(missing)} of {count(len(targets), 'device')} {have} one"]
    if locked:
        facts.append(f"in the locked vault: {names(locked)}")
    elsewhere = [t.device for t in targets if t.device in missing and credentials.why_other(t.device, t.user)]
    if elsewhere:
        facts.append(f"stored for another sensor, so not used: {names(elsewhere)}")
    if missing:
        facts.append(f"without: {names(missing)}")
    if factory:
        facts.append(f"with a factory password, which SICK publishes: {names(factory)}")
    return DoctorCheck(
        name="passwords",
        state="warning" if factory else "ok",
        message=f"{place} {'; '.join(facts)}.",
        remedy="Change those passwords with 'sicktui passwd'." if factory else "",
    )
