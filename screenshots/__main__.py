"""The one command: runs the tours asked for, or all."""

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from typing import Final
from unittest.mock import patch

from screenshots import browser
from screenshots.commissioning import commissioning
from screenshots.fleet import film, fleet
from screenshots.health import health
from screenshots.keeping import keeping
from screenshots.offering import offering
from screenshots.searching import conflicting, searching
from screenshots.updating import updating
from screenshots.waves import waves

TOURS: Final[dict[str, Callable[[], Awaitable[None]]]] = {
    "updating": updating,
    "fleet": fleet,
    "film": film,
    "waves": waves,
    "health": health,
    "keeping": keeping,
    "offering": offering,
    "commissioning": commissioning,
    "searching": searching,
    "conflicting": conflicting,
}


async def main() -> None:
    """Run the tours, with a picture at each station."""
    parser = argparse.ArgumentParser(prog="screenshots/make.py", description=__doc__)
    parser.add_argument("tours", nargs="*", metavar="TOUR", help=f"of {', '.join(TOURS)}; all without one")
    wanted = parser.parse_args().tours or list(TOURS)
    for tour in wanted:
        if tour not in TOURS:
            parser.error(f"there is no tour {tour!r}; there are {', '.join(TOURS)}")
    # Whoever makes the pictures, on whatever PC, they show the same operator.
    with patch("getpass.getuser", return_value="anna"), patch("platform.node", return_value="plant-pc"):
        for tour in wanted:
            await TOURS[tour]()
    browser.draw()


if __name__ == "__main__":
    asyncio.run(main())
