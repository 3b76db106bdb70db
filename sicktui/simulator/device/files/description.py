"""The OpenAPI description that a simulated device serves of itself, where its spec has a path for it.

SICK's file of picoScan 2.3.3 names it as an example of what ``crown/file`` serves, and gives no path.
"""

from collections.abc import Iterator

from sicktui.simulator.device.state import DeviceState
from sicktui.simulator.network.http import Reply, Request


def described(device: DeviceState, request: Request) -> Reply | None:
    """The file, if it is asked for."""
    path = device.spec.description
    if not path or request.query.get("filePath") != path:
        return None
    return Reply(body="\n".join(_lines(device)).encode(), content_type="application/yaml")


def _lines(device: DeviceState) -> Iterator[str]:
    api = device.generation.api
    yield "openapi: 3.0.1"
    yield f"info:\n  title: {device.model}\n  version: {device.firmware_version}"
    yield "paths:"
    for name, variable in api.variables.items():
        yield from (f"  /{name}:", *(f"    {_HTTP[access]}:" for access in variable.access))
    for name in api.methods:
        yield from (f"  /{name}:", "    post:")


_HTTP = {"R": "get", "W": "post"}
