"""A source with a newer package."""

import tempfile
from pathlib import Path

from textual.pilot import Pilot

from screenshots.stage import board_of, furnish, opened, picture, shown, until
from sicktui.engine.context import Context
from sicktui.model.settings import SourceSettings
from sicktui.simulator import make_package
from sicktui.simulator.fleet.fleet import Fleet
from sicktui.simulator.fleet.standard import standard_fleet
from sicktui.tui.screens.update.offers import OffersScreen
from sicktui.tui.screens.update.shelf import ShelfScreen


async def offering() -> None:
    """A folder with a newer package."""
    with tempfile.TemporaryDirectory(prefix="sicktui-share-") as folder:
        source = SourceSettings(kind="folder", path=str(share_in(Path(folder))))
        with opened(sources={"plant share": source}) as context:
            async with Fleet(standard_fleet(6), time_scale=4.0) as fleet:
                furnish(context, fleet)
                async with shown(context) as pilot:
                    await until(pilot, lambda: len(board_of(pilot).observations) == len(fleet.devices))
                    await picture_offers(pilot, context)


def share_in(folder: Path) -> Path:
    """A folder that somebody has dropped a package into."""
    share = folder / "share"
    share.mkdir()
    package = share / "picoScan150_2.5.0.0R.spk.signed"
    make_package(package, "picoScan", "2.5.0.0R", size=12_600_000, signed=True)
    return share


async def picture_offers(pilot: Pilot[None], context: Context) -> None:
    """What an offer would change, and the package on the shelf, not approved."""
    await pilot.press("N")
    await until(pilot, lambda: isinstance(pilot.app.screen, OffersScreen))
    await pilot.press("c")
    await until(pilot, lambda: len(context.offers.offers()) > 0)
    await pilot.pause(0.5)
    picture(pilot, "offers")
    await pilot.press("f")
    await until(pilot, lambda: len(context.shelf.entries()) > 1)
    await pilot.pause(0.5)
    await pilot.press("q", "F")
    await until(pilot, lambda: isinstance(pilot.app.screen, ShelfScreen))
    pilot.app.clear_notifications()
    await pilot.pause(0.5)
    picture(pilot, "shelf")
    await pilot.press("q")
