r"""The text format of Prometheus, as its textfile collectors read it.

Source: "Exposition formats", Prometheus documentation: each family once, with HELP and TYPE before its
samples; ``\\``, ``"`` and line breaks in the value of a label are escaped.
"""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct


class Sample(Struct, frozen=True, kw_only=True):
    """A number with its labels."""

    labels: Mapping[str, str] = {}
    value: float


class Family(Struct, frozen=True, kw_only=True):
    """All samples of one name. All are gauges: each run of the program begins to count anew."""

    name: str
    about: str
    samples: Sequence[Sample]


def exposition(families: Iterable[Family]) -> str:
    """The text of families; one without samples is left out."""
    return "".join(_family(family) for family in families if family.samples)


def _family(family: Family) -> str:
    about = family.about.replace("\\", "\\\\").replace("\n", "\\n")
    lines = [f"# HELP {family.name} {about}", f"# TYPE {family.name} gauge"]
    for sample in family.samples:
        labels = ",".join(f'{name}="{_escaped(value)}"' for name, value in sample.labels.items())
        lines.append(f"{family.name}{{{labels}}} {_number(sample.value)}")
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "")


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(float(value))
