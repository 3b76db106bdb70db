"""Carries an order out on its PC: as ``sicktui update|backup --order KEY``, so given twice it is one run.

The runner of that run is the only one that writes to a sensor, and outlives this process. Everything that
may go wrong here becomes a verdict: an exception would leave the order without a result for ever.
"""

import json
import os
import queue
import subprocess
import threading
import time
from collections.abc import Callable, Container, Iterable, Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct, structs

from sicktui.engine.context import Context
from sicktui.engine.reports.document import backup_sums
from sicktui.engine.run.follow import request_cancel
from sicktui.engine.run.process import own_module
from sicktui.fleet.address import VARIABLE
from sicktui.fleet.database import DatabaseError, keep_trying
from sicktui.fleet.no_addresses import NoAddresses, without_folders
from sicktui.fleet.records import DeviceResult, OrderResult, OrderSpec
from sicktui.fleet.tables.deliveries import Deliveries
from sicktui.model.enums import Action, Code, Operation, Verdict
from sicktui.model.errors import SicktuiError
from sicktui.model.exit_codes import ExitCode
from sicktui.model.safe_text import clean

TRIES: Final = 20
"""How often a call that ended without a result is made again; each finds the run of its key."""
PAUSE: Final = 2.0
"""Seconds between two tries, and between two looks whether the rollout was cancelled."""
STREAMED: Final = frozenset({"step", "update_state"})
"""Kinds of lines that are shown far away; verdicts come with the result."""
_OURS: Final = ("canary=0", "wave=0", "soak=0", "approve=false", "require_approval=true")
"""Limits of each call: what the rollout decides for all PCs; and an order takes approved packages only."""


class Surroundings(Struct, frozen=True):
    """What carrying out orders needs of its process."""

    pc: str
    database: Deliveries
    open_context: Callable[[], Context]
    words: Sequence[str]
    """The options that every call of the program gets: its home and settings."""
    environ: dict[str, str]


class Children:
    """The calls that this process has started: they end with it, their runs do not."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()
        self._ending = threading.Event()

    def start(self, command: Sequence[str], environ: dict[str, str]) -> subprocess.Popen[bytes]:
        """Start a call whose lines are read."""
        with self._lock:
            child = subprocess.Popen(  # noqa: S603  our own program
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environ,
            )
            self._running.add(child)
        return child

    def ended(self, child: subprocess.Popen[bytes]) -> None:
        """A call has ended. If this process ends too, nothing comes after this: the order stays open."""
        with self._lock:
            self._running.discard(child)
        if self._ending.is_set():
            threading.Event().wait()

    def end(self) -> None:
        """End all calls, because this process ends."""
        self._ending.set()
        with self._lock:
            for child in self._running:
                child.terminate()


class _Heard:
    """What the lines of a call have reported."""

    def __init__(self) -> None:
        self.run: str | None = None
        self.summarised = False
        self.error: dict[str, Any] | None = None
        self.verdicts: dict[str, DeviceResult] = {}
        self._refused: set[object] = set()

    def take(self, line: dict[str, Any]) -> None:
        kind = line.get("kind")
        if kind == "run":
            self.run = str(line.get("run") or "") or None
        elif kind == "summary":
            self.summarised = True
        elif kind == "error":
            self.error = line
        elif kind == "plan" and line.get("action") == Action.REFUSE:
            self._refused.add(line.get("device"))
        elif kind == "verdict":
            result = msgspec.convert(line, DeviceResult)
            result = structs.replace(result, refused=result.device in self._refused)
            self.verdicts[result.device] = result


class OrderKeeper:
    """Carries orders out.

    Args:
        around: what it needs.
        children: the calls of this process.
    """

    def __init__(self, around: Surroundings, children: Children) -> None:
        self._around = around
        self._children = children

    def carry_out(self, order: OrderSpec) -> OrderResult:
        """Start, follow or resume the run of an order until it is over."""
        try:
            context = self._around.open_context()
            try:
                return self._refused(context, order) or self._begun(context, order)
            finally:
                context.close()
        except SicktuiError as error:
            words = (without_folders(error.message), without_folders(error.advice))
            return _every(order, Verdict.UNKNOWN, error.code, *words)
        except Exception as error:  # noqa: BLE001  an order without a result would be open for ever
            message = f"The worker of {order.pc} could not follow the order: {type(error).__name__}: {error}."
            advice = f"Check 'sicktui runs list' on {order.pc}."
            return _every(order, Verdict.UNKNOWN, None, without_folders(clean(message, 500)), advice)

    def _refused(self, context: Context, order: OrderSpec) -> OrderResult | None:
        """Why an order is not begun; ``None``: it is, or it was."""
        if order.pc != self._around.pc:
            message = f"The order is for {clean(order.pc, 60)}, and came to {self._around.pc}."
            return _every(order, Verdict.FAILED, Code.PROTOCOL_ERROR, f"{message} Nothing was written.", "")
        if context.journal.run_of_order(order.order) is not None:
            return None
        if keep_trying(lambda: self._around.database.is_cancelled(order.rollout)):
            message = "The rollout was cancelled before anything was written to the sensor."
            return _every(order, Verdict.CANCELLED, Code.CANCELLED, message, "")
        if keep_trying(self._around.database.now) > order.not_after:
            message = f"The order came to {order.pc} after its deadline. Nothing was written."
            return _every(order, Verdict.SKIPPED, Code.OUTSIDE_WINDOW, message, "Run a new rollout.")
        if order.ask.package is not None and context.shelf.entry_of(order.ask.package) is None:
            message = f"The shelf of {order.pc} does not have the package {order.ask.package[:12]}."
            advice = f"On {order.pc}: sicktui firmware add FILE, then {_approve(order)}."
            return _every(
                order, Verdict.FAILED, Code.PACKAGE_UNREADABLE, f"{message} Nothing was written.", advice
            )
        return None

    def _begun(self, context: Context, order: OrderSpec) -> OrderResult:
        """Run an order for what this PC's list has of it, the same devices each time; refuse the rest."""
        known = _known(context, order)
        part = structs.replace(order, devices=tuple(name for name in order.devices if name in known))
        refused = tuple(_stranger(order.pc, name) for name in order.devices if name not in known)
        if not part.devices:
            return OrderResult(order=order.order, pc=order.pc, verdicts=refused, exit_code=ExitCode.REFUSED)
        result = self._run(context, part)
        return structs.replace(result, verdicts=(*result.verdicts, *refused))

    def _run(self, context: Context, order: OrderSpec) -> OrderResult:
        for _ in range(TRIES):
            heard, code = self._follow(context, order)
            run = context.journal.run_of_order(order.order)
            if heard.summarised:
                return self._result(context, order, heard, code, run)
            if heard.error is not None and run is None:
                message = f"{clean(str(heard.error.get('message')), 400)} Nothing was written."
                advice = clean(str(heard.error.get("advice") or ""), 400)
                return _every(order, Verdict.FAILED, _code(heard.error.get("code")), message, advice)
            time.sleep(PAUSE)
        message = f"{order.pc} could not follow the run of the order {order.order}."
        return _every(order, Verdict.UNKNOWN, None, message, f"Check 'sicktui runs list' on {order.pc}.")

    def _follow(self, context: Context, order: OrderSpec) -> tuple[_Heard, int]:
        """One call of the program, to its end."""
        heard, sending = _Heard(), _Sending(self._around.database, order)
        profiles, home = context.devices().profiles, context.home
        hidden = NoAddresses(
            {name: profile.address for name, profile in profiles.items()},
            (home.config, home.data, home.state, home.log),
        )
        child = self._children.start(
            own_module("sicktui", *call_words(order, self._around.words, context.settings.limits.jobs)),
            self._around.environ,
        )
        lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        threading.Thread(target=_read, args=(child, lines), daemon=True).start()
        cancelled, look_at = False, 0.0
        while True:
            line = _next(lines)
            if line is None:
                break
            if line:
                found = hidden(_object(line))
                heard.take(found)
                sending.add(found)
            if not cancelled and heard.run is not None and time.monotonic() >= look_at:
                look_at = time.monotonic() + PAUSE
                cancelled = self._cancel(context, order, heard.run)
            sending.flush()
        code = child.wait()
        self._children.ended(child)
        sending.flush(now=True)
        return heard, code

    def _cancel(self, context: Context, order: OrderSpec, run: str) -> bool:
        """Cancel the run if the rollout was cancelled. Whether it was."""
        try:
            if not self._around.database.is_cancelled(order.rollout):
                return False
        except DatabaseError:
            return False  # it is asked again
        request_cancel(context, run)
        return True

    def _result(
        self, context: Context, order: OrderSpec, heard: _Heard, code: int, run: str | None
    ) -> OrderResult:
        proof = context.journal.verify(run) if run else None
        sums = backup_sums(context)
        return OrderResult(
            order=order.order,
            pc=order.pc,
            run=run,
            exit_code=code,
            head=proof.head if proof is not None and proof.intact else None,
            verdicts=tuple(
                structs.replace(
                    each,
                    advice=_unapproved(order) if each.code is Code.NOT_APPROVED else each.advice,
                    backup_sha256=sums.get(each.backup or "", (None,))[0],
                )
                for each in heard.verdicts.values()
            ),
        )


class _Sending:
    """Sends lines in parcels, at most one a second.

    Each has the number of its first line: a call that is made again sends its lines again, and readers leave
    out what they have.
    """

    def __init__(self, database: Deliveries, order: OrderSpec) -> None:
        self._database = database
        self._order = order
        self._first = 0
        self._lines: list[dict[str, Any]] = []
        self._due = 0.0

    def add(self, line: dict[str, Any]) -> None:
        if line.get("kind") in STREAMED:
            self._lines.append(line)

    def flush(self, *, now: bool = False) -> None:
        if not self._lines or (not now and time.monotonic() < self._due):
            return
        self._due = time.monotonic() + 1.0
        try:
            self._database.send(self._order, self._first, self._lines)
        except DatabaseError:
            self._due += PAUSE  # they are sent when it is back; they are few
            return
        self._first += len(self._lines)
        self._lines = []


def call_words(order: OrderSpec, common: Iterable[str], jobs: int) -> list[str]:
    """The arguments of the call that carries an order out.

    Args:
        order: the order.
        common: the options that every call gets.
        jobs: sensors at once that this PC allows, whatever the order asks for.
    """
    ask = order.ask
    words = [ask.operation.value, *common, "--json", "--yes", "--order", order.order]
    # As a setting: the same key with other options would be another order, and the PC's limit may change.
    for setting in (*_OURS, f"jobs={min(jobs, ask.jobs or jobs)}"):
        words += ["--set", f"limits.{setting}"]
    if ask.operation is Operation.UPDATE:
        words += ["--set", "limits.keep_pins=true"] if ask.bulk else []
        words += ["--package", str(ask.package)]
        words += ["--max-failures", str(order.max_failures)] if order.max_failures is not None else []
        words += ["--expect-version", ask.expect_version] if ask.expect_version else []
        words += [] if ask.backup else ["--no-backup"]
        words += ["--allow-downgrade"] if ask.allow_downgrade else []
        words += ["--force"] if ask.force else []
        words += ["--persist"] if ask.persist else []
    return [*words, "--", *order.devices]


def _known(context: Context, order: OrderSpec) -> Container[str]:
    """The names that an order may have: those of its run where it was begun, else of the device list.

    An address would be any server, which would be sent the password. A word for many devices, as ``all``,
    would pass by the waves and the budget.
    """
    run = context.journal.run_of_order(order.order)
    if run is None:
        return context.devices().profiles
    return {item.device for item in context.journal.spec(run).items}


def _stranger(pc: str, name: str) -> DeviceResult:
    return DeviceResult(
        device=name,
        verdict=Verdict.FAILED,
        code=Code.PROTOCOL_ERROR,
        refused=True,
        message=f"The device list of {pc} has no device {clean(name, 60)!r}. Nothing was written.",
        advice=f"Was it renamed or removed? On {pc}: sicktui devices list.",
    )


def _approve(order: OrderSpec) -> str:
    """The command that approves the package of an order on its PC."""
    return f"sicktui firmware approve {(order.ask.package or '')[:12]}"


def _unapproved(order: OrderSpec) -> str:
    """What to do where the package is not approved: no option of a rollout allows it."""
    return f"Compare its SHA-256 with the vendor's first. On {order.pc}: {_approve(order)}."


def _every(order: OrderSpec, verdict: Verdict, code: Code | None, message: str, advice: str) -> OrderResult:
    """The same verdict for every device of an order. One that is refused, or skipped, was not begun."""
    return OrderResult(
        order=order.order,
        pc=order.pc,
        exit_code=ExitCode.REFUSED if verdict in (Verdict.FAILED, Verdict.SKIPPED) else None,
        verdicts=tuple(
            DeviceResult(
                device=device,
                verdict=verdict,
                code=code,
                message=message,
                advice=advice,
                refused=verdict is Verdict.FAILED,
            )
            for device in order.devices
        ),
    )


def _code(word: object) -> Code | None:
    try:
        return Code(str(word))
    except ValueError:
        return None


def _read(child: subprocess.Popen[bytes], lines: "queue.SimpleQueue[bytes | None]") -> None:
    for line in child.stdout or ():
        lines.put(line)
    lines.put(None)


def _next(lines: "queue.SimpleQueue[bytes | None]") -> bytes | None:
    """The next line; empty if there is none for a while, ``None`` at the end."""
    try:
        return lines.get(timeout=PAUSE / 2)
    except queue.Empty:
        return b""


def _object(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def environment(password: str | None, passphrase: str | None) -> dict[str, str]:
    """The environment of calls: secrets that were given to this process are given to them."""
    given = {"SICKTUI_PASSWORD": password, "SICKTUI_PASSPHRASE": passphrase}
    ours = {name: value for name, value in os.environ.items() if name != VARIABLE}
    return ours | {name: value for name, value in given.items() if value}
