"""Starts a run that was confirmed, and shows it from that moment on."""

from sicktui.engine.run.launch import start_run
from sicktui.model.errors import SicktuiError
from sicktui.model.run.plan import RunSpec
from sicktui.tui.flows.services import Services


async def launch(services: Services, spec: RunSpec) -> bool:
    """Start a run and show it, first as starting; returns whether it started."""
    services.show_starting(spec)
    started = False
    try:
        await services.work("Starting the run", start_run(services.context, spec), stops=False)
        started = True
    except SicktuiError as error:
        services.notify(str(error), "error")
    finally:
        if not started:
            services.show_not_started(spec)
    if started:
        services.follow(spec.run)
    return started
