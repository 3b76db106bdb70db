"""The nearest known word, for "did you mean"."""

from collections.abc import Iterable

from sicktui.model.safe_text import clean


def nearest(word: str, known: Iterable[str]) -> str:
    """`` (did you mean 'x'?)`` for the known word nearest to ``word``; empty if none is near.

    In a dotted key the section counts apart from the name in it: ``timing.pol`` is nearer to
    ``timing.poll_interval`` than to ``timing.settle``, though it has fewer letters in common.
    """
    import difflib  # noqa: PLC0415 - for a word that is not known

    by_folded = {name.casefold(): name for name in known}
    folded = word.casefold()
    section, dot, leaf = folded.rpartition(".")
    siblings = [name for name in by_folded if dot and name.startswith(f"{section}.")]
    begins = [name for name in siblings if leaf and name.startswith(folded)]
    close = (
        begins
        or [
            f"{section}.{name}"
            for name in difflib.get_close_matches(leaf, [n[len(section) + 1 :] for n in siblings])
        ]
        or difflib.get_close_matches(folded, list(by_folded), n=1)
    )
    return f" (did you mean {quoted(by_folded[close[0]])}?)" if close else ""


def quoted(text: str) -> str:
    """A word of a person or of a file in a sentence: one harmless line in quotes."""
    return f"'{clean(text)}'"
