"""The settings that are read of each family and firmware, against the descriptions of the simulated sensors.

Both were written from the vendor's files, apart from one another.
"""

import pytest

from sicktui.engine.parameters.variables import affordable, has_checksum, variables
from sicktui.simulator.generations import GENERATIONS, Generation

READ_ONLY = {
    "EvaluationGroupType",
    "groundFilterType",
    "PerformanceProfileNumber",
    "ScanConfig",
    "SensorPosition",
    "temperatureAlarmConfiguration",
}
"""Settings that some families let be read only."""


@pytest.mark.parametrize("generation", GENERATIONS.values(), ids=lambda generation: generation.name)
def test_every_setting_of_a_firmware_is_read_and_nothing_else_is_asked_for(generation: Generation) -> None:
    described = generation.api.variables
    settings = {
        name
        for name, variable in described.items()
        if variable.access == "RW" or (variable.access == "R" and name in READ_ONLY)
    }
    asked = variables(generation.family.name, "full", generation.version)
    assert set(asked) == settings
    assert len(asked) == len(settings)


@pytest.mark.parametrize("generation", GENERATIONS.values(), ids=lambda generation: generation.name)
def test_the_essential_ones_are_among_them(generation: Generation) -> None:
    family, version = generation.family.name, generation.version
    essential = variables(family, "essential")
    assert set(essential) <= set(variables(family, "full", version))
    assert affordable(family, 0.1, version) == essential
    assert set(affordable(family, 1000.0, version)) == set(variables(family, "full", version))


@pytest.mark.parametrize("generation", GENERATIONS.values(), ids=lambda generation: generation.name)
def test_the_checksum_is_asked_for_where_it_exists(generation: Generation) -> None:
    assert has_checksum(generation.family.name) == ("LFTchecksum" in generation.api.variables)


def test_a_firmware_without_a_readable_version_is_asked_for_everything() -> None:
    assert variables("picoScan", "full", "strange") == variables("picoScan", "full")
    assert len(variables("picoScan", "full", "2.2.1.0R")) + 15 == len(variables("picoScan", "full"))


def test_families_with_one_beginning_are_told_apart() -> None:
    assert "operatingMode" in variables("picoScan120", "full")
    assert "operatingMode" not in variables("picoScan", "full")
    assert "dataOutputMode" in variables("multiScan200", "full")
    assert "dataOutputMode" not in variables("multiScan", "full")
    assert not has_checksum("multiScan")
