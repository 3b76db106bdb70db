"""A report as one JSON object."""

from collections.abc import Iterable
from typing import Any

import msgspec

from sicktui.engine.reports.causes import Cause
from sicktui.engine.reports.records import RunFacts
from sicktui.engine.reports.timeline import Timeline
from sicktui.model.run.event import SCHEMA_VERSION


def report_record(facts: RunFacts) -> dict[str, Any]:
    """The object, its times in RFC 3339 and its lengths in seconds."""
    body: dict[str, Any] = msgspec.to_builtins(facts)
    body["causes"] = causes(facts.causes)
    proof = facts.proof
    body["proof"] = {
        "intact": proof.intact if proof else None,
        "trouble": proof.trouble if proof else "",
        "head": proof.head if proof else None,
        "events": proof.events if proof else 0,
        "original_head": proof.original_head if proof else None,
    }
    body["timeline"] = _timeline(facts.timeline)
    return {"kind": "report", "v": SCHEMA_VERSION, **body}


def causes(found: Iterable[Cause]) -> list[dict[str, Any]]:
    """What went wrong, an object for each cause."""
    return [
        {
            "verdict": cause.verdict.value,
            "code": cause.code.value if cause.code else None,
            "message": cause.message,
            "advice": list(cause.advice),
            "devices": cause.devices,
        }
        for cause in found
    ]


def _timeline(timeline: Timeline) -> dict[str, Any]:
    return {
        "seconds": round(timeline.seconds, 3),
        "breaks": [
            {"at": round(cut.at, 3), "seconds": round(cut.seconds, 3), "interrupted": cut.interrupted}
            for cut in timeline.breaks
        ],
        "devices": [
            {
                "device": device.device,
                "spans": [
                    {"phase": span.phase.value, "start": round(span.start, 3), "end": round(span.end, 3)}
                    for span in device.spans
                ],
                "tries": [{"at": round(again.at, 3), "number": again.number} for again in device.tries],
            }
            for device in timeline.devices
        ],
    }


def json_report(facts: RunFacts) -> bytes:
    """The object of a run."""
    return written(report_record(facts))


def written(record: dict[str, Any]) -> bytes:
    """An object over several lines, for people to read too."""
    return msgspec.json.format(msgspec.json.encode(record), indent=2) + b"\n"
