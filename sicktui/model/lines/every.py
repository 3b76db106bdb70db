"""Every kind of JSON line that a command prints."""

from typing import Final

from msgspec import Struct

from sicktui.model.lines.backups import BackupLine, ExportLine, HistoryLine, PruneLine
from sicktui.model.lines.fleet import (
    ActLine,
    FleetPlanLine,
    FleetReport,
    FleetReportWritten,
    FleetStep,
    FleetSummary,
    FleetTables,
    FleetUpdateState,
    FleetVerdict,
    OrderLine,
    PcLine,
    RolloutLine,
)
from sicktui.model.lines.network import (
    AddressLine,
    CommissionSummary,
    FoundLine,
    NetworkVerdict,
    SearchSummary,
)
from sicktui.model.lines.packages import FetchProgress, OfferLine, PackageLine, SourceLine, SourcesSummary
from sicktui.model.lines.parameters import DifferenceLine, DiffLine, ParameterLine, SnapshotLine
from sicktui.model.lines.passwords import (
    FleetLogin,
    LoginLine,
    LogoutLine,
    PassphraseLine,
    PasswdLine,
    SourceLogin,
    SourceLogout,
    VaultLine,
)
from sicktui.model.lines.pc import CheckLine, ErrorLine, FileLine, ServingLine, SettingLine
from sicktui.model.lines.runs import PlanWritten, PrunedRun, ReportLine, ReportWritten, RunEnded, Verified
from sicktui.model.lines.sensors import (
    DeviceLine,
    DumpLine,
    FindMeLine,
    HealthFindingLine,
    HealthHourLine,
    HealthLine,
    OverviewLine,
    ProblemLine,
    StepLine,
)
from sicktui.model.run.event import (
    Logged,
    Planned,
    Progressed,
    RunChanged,
    StatusRead,
    StepChanged,
    Summarised,
    UpdateStateRead,
    VerdictReached,
    Waiting,
)

LINES: Final[tuple[type[Struct], ...]] = (
    *(ErrorLine, ProblemLine),
    *(RunChanged, Planned, StepChanged, StepLine, Progressed, FetchProgress, UpdateStateRead, Logged),
    Waiting,
    *(VerdictReached, NetworkVerdict),
    *(Summarised, SearchSummary, CommissionSummary, SourcesSummary),
    *(PlanWritten, ReportLine, ReportWritten, Verified, PrunedRun, RunEnded),
    *(
        StatusRead,
        HealthLine,
        HealthHourLine,
        HealthFindingLine,
        DeviceLine,
        OverviewLine,
        ParameterLine,
        FindMeLine,
        DumpLine,
    ),
    *(SnapshotLine, DifferenceLine, DiffLine),
    *(FoundLine, AddressLine),
    *(PackageLine, OfferLine, SourceLine),
    *(BackupLine, HistoryLine, PruneLine, ExportLine),
    *(LoginLine, SourceLogin, LogoutLine, SourceLogout, PasswdLine, PassphraseLine, VaultLine),
    *(FleetTables, FleetLogin, PcLine, RolloutLine, OrderLine, FleetPlanLine, FleetStep, FleetUpdateState),
    *(FleetVerdict, FleetSummary, ActLine, FleetReport, FleetReportWritten),
    *(CheckLine, ServingLine, SettingLine, FileLine),
)
"""Several may have one kind; they differ in their other keys."""
