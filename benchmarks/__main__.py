"""The one command: runs the parts asked for, or all, and prints the table."""

import argparse
import sys
from collections.abc import Callable
from typing import Final

from benchmarks import (
    command_time,
    dashboard,
    discovery,
    fleet_time,
    health_history,
    key_latency,
    outage,
    push_day,
    push_latency,
    recovery,
    rollout,
    runner_memory,
    schedule,
    screen_traffic,
    sensor_look,
    source_fetch,
    startup_time,
    update_time,
    upload_time,
)
from benchmarks.report import BenchmarkError, Measured, table

PARTS: Final[dict[str, Callable[[], list[Measured]]]] = {
    startup_time.PART: startup_time.measure,
    command_time.PART: command_time.measure,
    sensor_look.PART: sensor_look.measure,
    update_time.PART: update_time.measure,
    update_time.FAST_PART: update_time.measure_overhead,
    update_time.POLITE_PART: update_time.measure_politeness,
    fleet_time.PART: fleet_time.measure,
    upload_time.PART: upload_time.measure,
    schedule.PART: schedule.measure,
    runner_memory.PART: runner_memory.measure,
    screen_traffic.PART: screen_traffic.measure,
    key_latency.PART: key_latency.measure,
    dashboard.PART: dashboard.measure,
    dashboard.IDLE_PART: dashboard.measure_idle,
    dashboard.PUSHED_PART: dashboard.measure_pushed,
    dashboard.REST_PART: dashboard.measure_rest,
    push_latency.PART: push_latency.measure,
    push_day.PART: push_day.measure,
    dashboard.DAY_PART: dashboard.measure_day,
    health_history.PART: health_history.measure,
    recovery.PART: recovery.measure,
    rollout.PART: rollout.measure,
    outage.PART: outage.measure,
    source_fetch.PART: source_fetch.measure,
    discovery.PART: discovery.measure,
    discovery.SWEEP_PART: discovery.measure_sweep,
}


def main() -> int:
    """Measure. Returns 0 if every bound holds, 1 if one does not, 2 if something could not be measured."""
    parser = argparse.ArgumentParser(prog="benchmarks/run.py", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all without one")
    wanted = parser.parse_args().parts or list(PARTS)
    for part in wanted:
        if part not in PARTS:
            parser.error(f"there is no part {part!r}; there are {', '.join(PARTS)}")
    results: list[Measured] = []
    broken = False
    for part in wanted:
        sys.stderr.write(f"{part}: {(PARTS[part].__doc__ or '').strip()}\n")
        try:
            results += PARTS[part]()
        except BenchmarkError as error:
            broken = True
            sys.stderr.write(f"{part}: not measured. {error}\n")
    sys.stdout.write(table(results) + "\n")
    if broken:
        return 2
    return 0 if all(result.holds for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
