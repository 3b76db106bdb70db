"""``python -m tests.exploration.run --depth N``: explore deeper than the tests do."""

import argparse
import sys
import time

from tests.exploration.explorer import explore
from tests.exploration.truth import Wrong
from tests.exploration.world import WORLDS

DEPTH = 2
"""Up to here there are no wrong ends at all; beyond, there are some that no reply can show."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--depth", type=int, default=2, help="surprises in one path")
    parser.add_argument("--world", default="", help="only this one")
    options = parser.parse_args()
    wrong = 0
    for world in WORLDS:
        if options.world and options.world != world.name:
            continue
        begun = time.process_time()
        try:
            count = explore(world, options.depth, blind=options.depth > DEPTH)
        except Wrong as found:
            wrong += 1
            sys.stdout.write(f"{found}\n")
        else:
            seconds = time.process_time() - begun
            sys.stdout.write(f"{world.name}: {count} in {seconds:.1f} s\n")
        sys.stdout.flush()
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
