"""Short notes: one that repeats is counted, and they never pile up."""

from textual.notifications import Notification

from sicktui.tui.main.notes import MOST, Notes


def words(notes: Notes) -> list[str]:
    return [note.message for note in notes]


def test_a_note_that_repeats_is_counted_in_its_place() -> None:
    notes = Notes()
    for text in ("Still reading.", "Stopped.", "Still reading.", "Still reading."):
        notes.add(Notification(text))
    assert words(notes) == ["Stopped.", "Still reading. (3 times)"]
    notes.add(Notification("Still reading.", severity="error"))
    assert words(notes)[-1] == "Still reading.", "an error is another note"


def test_only_the_newest_stay() -> None:
    notes = Notes()
    for number in range(9):
        notes.add(Notification(f"note {number}"))
    assert words(notes) == [f"note {number}" for number in range(9 - MOST, 9)]
    notes.add(Notification("note 8"))
    assert words(notes)[-1] == "note 8 (2 times)"
