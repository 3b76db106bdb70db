"""Text that people read is free of the seven habits of wording; see ``wording.py``."""

from pathlib import Path
from typing import Final

import pytest

from tests.docs.wording import PAGES, ROOT, allowances, files, findings, habits_in

ALL: Final = files([ROOT / "sicktui", *(ROOT / page for page in PAGES)])

STRANGE: Final = {
    "is no": "The host is no name of a sensor.",
    "tells, says, gives": "The sensor tells no serial number.",
    "lies, stands": "A backup lies in a folder\n    # of each sensor.",
    "nobody, whoever": "Nobody knows.",
    "of its own": "Under a password of its own.",
    "is going": "The run that is going goes on.",
    "so many, so long": "Keep the newest so many.",
    "Say --option": "Say --yes.",
    "take over, bring back": "It brings the old values back.",
    "metadata are": "Its metadata are kept.",
    "seen to hold": "Last seen to hold.",
    "until sicktui ends": "Kept until sicktui ends.",
    "let X blink": "Let each sensor blink.",
}
FINE: Final = (
    "There is no keyring.",
    "There can be no vault here.",
    "It is no longer valid.",
    "It is going to restart.",
    "The vendor says 60 s.",
    "Stands for a sensor.",
    "It cannot tell apart what it reads.",
    "As long as it runs; not so long as before.",
    "The host is not a name.",
)


@pytest.mark.parametrize("habit", STRANGE)
def test_each_habit_is_found(habit: str) -> None:
    assert [found.name for _, found, _ in habits_in(STRANGE[habit])] == [habit]


@pytest.mark.parametrize("text", FINE)
def test_what_is_english_is_not(text: str) -> None:
    assert list(habits_in(text)) == []


def test_a_habit_is_found_where_its_first_word_depends_on_a_number(tmp_path: Path) -> None:
    page = tmp_path / "text.py"
    page.write_text(
        """words = f"{number} {'is' if number == 1 else 'are'} going: {names}"\n""", encoding="utf-8"
    )
    assert [found.habit.name for found in findings(page)] == ["is going"]


def test_every_text_is_free_of_the_seven_habits() -> None:
    assert [str(found) for path in ALL for found in findings(path)] == []


def test_every_allowance_is_still_needed() -> None:
    gone = [
        (file, text)
        for file, text in allowances()
        if not (ROOT / file).exists()
        or text not in " ".join((ROOT / file).read_text(encoding="utf-8").split())
    ]
    assert gone == []


def test_findings_name_the_line(tmp_path: Path) -> None:
    page = tmp_path / "page.py"
    page.write_text(
        '"""Fine.\n\nNobody knows.\n"""\nname = f"{1} is no name"  # lies there\n', encoding="utf-8"
    )
    assert [found.line for found in findings(page)] == [3, 5, 5]
