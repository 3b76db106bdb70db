"""What was measured, and the table of it."""

from collections.abc import Sequence

from msgspec import Struct


class BenchmarkError(Exception):
    """A measurement failed; its value is unknown."""


class Measured(Struct, frozen=True, kw_only=True):
    """One line of the table."""

    part: str
    what: str
    value: float
    unit: str = ""
    bound: float | None = None
    """The most that it may be; ``None`` for a value that only explains the others."""
    digits: int = 2

    @property
    def holds(self) -> bool:
        """Whether the bound is kept; a value without one keeps it."""
        return self.bound is None or self.value <= self.bound

    def cells(self) -> tuple[str, ...]:
        """The line's texts: part, what, value, bound, and whether it holds."""
        value = f"{self.value:.{self.digits}f} {self.unit}".rstrip()
        if self.bound is None:
            return (self.part, self.what, value, "", "")
        bound = f"<= {self.bound:g} {self.unit}".rstrip()
        return (self.part, self.what, value, bound, "holds" if self.holds else "DOES NOT HOLD")


def table(results: Sequence[Measured]) -> str:
    """The results as a Markdown table, which a terminal shows as well."""
    rows = [("part", "what", "measured", "bound", "verdict"), *(result.cells() for result in results)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)
