"""Draws pictures as a browser shows them, with headless Chromium, and makes a film of frames.

A page that shows an SVG file takes the reader's fonts and, on some index pages, does not show it at all.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from PIL import Image

from screenshots.stage import FOLDER, FRAMES

CHROMIUM: Final = ("chromium", "chromium-browser", "google-chrome")
DRAWN: Final = (
    *("fleet", "timeline", "plan", "verdicts", "history", "diff", "replacement", "health"),
    *("health-curves", "waves", "approval"),
)
"""The pictures of the README; of these only the drawn ones are kept."""
FILM: Final = "update"
PAGE: Final = "report"
"""The picture of a page: its top, in the size of a sheet of paper."""
_SHEET: Final = (1000, 1250)
_AT_ONCE: Final = 12
"""Frames in one page: a browser draws no more than some 16,000 pixels in height."""
_FRAME_MS: Final = 1000
_LAST_MS: Final = 4000
_COLOURS: Final = 96
_SIZE: Final = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')
_FLAGS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--hide-scrollbars",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--default-background-color=00000000",
)


def draw() -> None:
    """Draw each of the pictures and the film, if there is a Chromium."""
    program = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    if program is None:
        print("There is no Chromium here: the PNG pictures stay as they are.", file=sys.stderr)
        return
    for name in DRAWN:
        svg = FOLDER / f"{name}.svg"
        if svg.exists():
            [drawn] = _drawn(program, [svg])
            _save(drawn, svg)
    page = FOLDER / f"{PAGE}.html"
    if page.exists():
        _save(_screenshot(program, page, *_SHEET), page)
    frames = sorted(FRAMES.glob("*.svg"))
    if frames:
        _film([drawn for some in batched(frames, _AT_ONCE) for drawn in _drawn(program, some)])


def _save(drawn: Image.Image, source: Path) -> None:
    """Keep what was drawn instead of its source. There are few colours: a palette halves the file."""
    path = source.with_suffix(".png")
    drawn.quantize(256, method=Image.Quantize.FASTOCTREE).save(path, optimize=True)
    source.unlink()
    print(path)


def batched(files: Sequence[Path], size: int) -> Iterator[Sequence[Path]]:
    """Parts of a sequence."""
    for start in range(0, len(files), size):
        yield files[start : start + size]


def _drawn(program: str, files: Sequence[Path]) -> list[Image.Image]:
    """Pictures of exactly the size that the files have, all by one start of the browser."""
    found = _SIZE.search(files[0].read_text("utf-8"))
    if found is None:
        sys.exit(f"{files[0]} has no size")
    width, height = (round(float(side)) for side in found.groups())
    images = "".join(
        f"<img src='{svg.as_uri()}' width={width} height={height} style='display:block'>" for svg in files
    )
    with tempfile.TemporaryDirectory(prefix="sicktui-page-") as folder:
        page = Path(folder) / "page.html"
        page.write_text(f"<body style='margin:0'>{images}", "utf-8")
        picture = _screenshot(program, page, width, height * len(files))
    return [picture.crop((0, height * place, width, height * (place + 1))) for place in range(len(files))]


def _screenshot(program: str, page: Path, width: int, height: int) -> Image.Image:
    """What the browser shows of a page."""
    with tempfile.TemporaryDirectory(prefix="sicktui-chromium-") as folder:
        png = Path(folder) / "page.png"
        subprocess.run(
            [
                program,
                *_FLAGS,
                f"--user-data-dir={folder}",
                f"--window-size={width},{height}",
                f"--screenshot={png}",
                page.as_uri(),
            ],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        with Image.open(png) as whole:
            return whole.convert("RGBA")


def _all(pictures: Sequence[Image.Image]) -> Image.Image:
    """A picture with the colours of all of them: the last frames have some that the first have not."""
    width, height = pictures[0].size
    sheet = Image.new("RGB", (width, height * len(pictures)))
    for place, picture in enumerate(pictures):
        sheet.paste(picture, (0, height * place))
    return sheet


def _film(frames: Sequence[Image.Image]) -> None:
    """One file that plays everywhere; equal frames are one that lasts longer."""
    pictures: list[Image.Image] = []
    lasting: list[int] = []
    for frame in frames:
        whole = frame.convert("RGB")
        if pictures and whole.tobytes() == pictures[-1].tobytes():
            lasting[-1] += _FRAME_MS
            continue
        pictures.append(whole)
        lasting.append(_FRAME_MS)
    lasting[-1] = _LAST_MS
    palette = _all(pictures).quantize(_COLOURS, method=Image.Quantize.FASTOCTREE)
    few = [picture.quantize(palette=palette, dither=Image.Dither.NONE) for picture in pictures]
    path = FOLDER / f"{FILM}.gif"
    few[0].save(path, save_all=True, append_images=few[1:], duration=lasting, loop=0, optimize=True)
    print(path)
