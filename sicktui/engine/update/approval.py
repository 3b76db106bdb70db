"""Whether a package was approved by a person, on the shelf and by its SHA-256."""

from sicktui.engine.plan.refusal import Refusal
from sicktui.model.enums import Action, Code
from sicktui.model.firmware.package import Package
from sicktui.stores.packages.shelf import ShelfEntry


def judge_approval(package: Package, entry: ShelfEntry | None) -> Refusal | None:
    """Refuse a package that is not approved. ``entry`` is the one of its bytes; ``None`` if there is none."""
    if entry is not None and entry.approved:
        return None
    way = (
        f"approve it with 'sicktui firmware approve {entry.id}'"
        if entry is not None
        else "add it with 'sicktui firmware add FILE' and approve it"
    )
    return Refusal(
        Action.REFUSE,
        Code.NOT_APPROVED,
        f"{package.name} is not approved on the shelf, and limits.require_approval is on.",
        f"Compare its SHA-256 with the vendor's and {way}, or use --allow-unapproved.",
    )


def unapproved_words(entry: ShelfEntry | None) -> str:
    """What should be known of a package that came from a source and is not approved; else empty."""
    if entry is None or entry.source is None or entry.approved:
        return ""
    return f"The package was fetched from {entry.source} and is not approved."
