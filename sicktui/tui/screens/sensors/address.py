"""Shows a sensor's IPv4 address and asks for another one; shows how far its change has come."""

from collections.abc import Awaitable, Callable, Sequence

from sicktui.engine.address.change import AddressChanged, OnStage
from sicktui.engine.address.plan import AddressRequest, ChangePlan
from sicktui.engine.address.read import Addressed
from sicktui.model.network.address_change import AddressStage
from sicktui.model.network.addressing import NO_GATEWAY, rows_of
from sicktui.model.safe_text import clean
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.fields import CheckField, FormValues, TextField
from sicktui.tui.dialogs.form import Form
from sicktui.tui.dialogs.progress import ProgressDialog
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell
from sicktui.tui.widgets.prose import Prose

_LABEL: int = 15
_STAGE: int = max(len(stage.value) for stage in AddressStage) + 2


class AddressForm(Form[AddressRequest]):
    """The present address, and fields for the new one that start with it.

    Args:
        appearance: how the dashboard looks.
        device: the device's name.
        found: the sensor and its address.
        request: what was asked for before; ``None`` at first.
        problem: what was wrong with that.
    """

    def __init__(
        self,
        appearance: Appearance,
        device: str,
        found: Addressed,
        request: AddressRequest | None = None,
        problem: str = "",
    ) -> None:
        config = found.state.config
        asked = request or AddressRequest(
            dhcp=config.dhcp,
            address=config.address,
            mask=config.mask,
            gateway=config.gateway,
            retries_dhcp=config.retries_dhcp,
        )
        self._reports_fallback = config.retries_dhcp is not None
        lines: list[Cell] = [
            (Span(label.ljust(_LABEL), Tone.DIM), Span(clean(value, 200), Tone.KEY))
            for label, value in rows_of(found.state, found.place)
        ]
        if found.interrupted:
            lines.append(cell(clean(found.interrupted, 600), Tone.WARN))
        fields: tuple[TextField | CheckField, ...] = (
            TextField(name="address", label="New address", value=asked.address or "", hint="192.168.0.11"),
            TextField(name="mask", label="Mask", value=asked.mask or "", hint="255.255.255.0"),
            TextField(name="gateway", label="Gateway", value=asked.gateway or "", hint="0.0.0.0: none"),
            CheckField(name="dhcp", label="get the address from a DHCP server", value=asked.dhcp),
        )
        if self._reports_fallback:
            label = "without a DHCP server keep asking; else the static address"
            fields = (*fields, CheckField(name="retry", label=label, value=bool(asked.retries_dhcp)))
        super().__init__(
            appearance, f"Address of {clean(device, 40)}", lines, fields, problem=problem, submit="check it"
        )

    def check(self, values: FormValues) -> str:
        """Nothing here: the plan checks the values against the sensor and the network."""
        return ""

    def answer(self, values: FormValues) -> AddressRequest:
        """What is asked for."""
        retries = values.checked("retry") if self._reports_fallback else None
        if values.checked("dhcp"):
            return AddressRequest(dhcp=True, retries_dhcp=retries)
        return AddressRequest(
            retries_dhcp=retries,
            address=values["address"] or None,
            mask=values["mask"] or None,
            gateway=values["gateway"] or NO_GATEWAY,
        )


class OutsideForm(Form[bool]):
    """The second yes to an address that this PC may not reach: something must be typed.

    Args:
        appearance: how the dashboard looks.
        expected: what must be typed.
        lines: what is confirmed.
    """

    def __init__(self, appearance: Appearance, expected: str, lines: Sequence[Cell]) -> None:
        self._expected = expected
        field = TextField(name="typed", label="Type it", hint=expected, required=True)
        super().__init__(appearance, "Outside this PC's subnets", lines, [field], submit="go on")

    def check(self, values: FormValues) -> str:
        """It must be typed as it is."""
        return "" if values["typed"] == self._expected else f"Type {self._expected} to go on."

    def answer(self, values: FormValues) -> bool:
        """Yes."""
        return True


class AddressProgress(ProgressDialog):
    """Changes the address, and shows each stage as it begins.

    Args:
        appearance: how the dashboard looks.
        lines: what is shown above the stages.
        work: makes the change, and is handed what to call when a stage begins.
    """

    def __init__(
        self,
        appearance: Appearance,
        lines: Sequence[Cell],
        work: Callable[[OnStage], Awaitable[AddressChanged]],
    ) -> None:
        self._shown = list(lines)
        super().__init__(appearance, "Changing the address", lines, lambda: work(self._begun), stops=False)

    def _begun(self, stage: AddressStage, words: str) -> None:
        self._shown.append((Span(stage.value.ljust(_STAGE), Tone.BUSY), Span(clean(words, 200))))
        if self.is_mounted:
            self.query_one("#body Prose", Prose).show(*self._shown)


def unchanged_lines(device: str) -> list[Cell]:
    """What is confirmed before an address is saved that the sensor has already."""
    return [
        cell(f"{clean(device, 40)} has this address already; nothing else is to be written."),
        cell("Saving keeps all its present parameters over a power cycle, also those only tried out."),
    ]


def change_lines(plan: ChangePlan, device: str, warning: str) -> list[Cell]:
    """What is confirmed before an address is changed."""
    lines: list[Cell] = [
        (Span(clean(device, 40), Tone.KEY), Span(f"  {clean(plan.identity.label)}", Tone.DIM)),
        (),
        (Span("from  ", Tone.DIM), Span(plan.state.config.words_beside(plan.wanted))),
        (Span("to    ", Tone.DIM), Span(plan.wanted.words_beside(plan.state.config), Tone.KEY)),
        (),
    ]
    notes = [*plan.warnings, *([plan.outside] if plan.outside else [])]
    lines += [cell(f"{warning} {clean(note, 400)}", Tone.WARN) for note in notes]
    lines.append(
        cell(
            "It is saved only after the sensor has answered at its new address. Until then, switching it off "
            "and on restores the old one.",
            Tone.DIM,
        )
    )
    return lines
