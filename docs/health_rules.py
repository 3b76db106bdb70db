"""The page of health: the table of its rules, as the code has it."""

from sicktui.model.health.rules import TOPICS
from sicktui.model.health.rules.rule import Rule

_BEGIN = """\
# Health

`sicktui health` reads what each sensor reports of itself, and judges it with the rules on this page; in the dashboard `Q`
shows the same for one sensor. It only reads: nothing is written, and no login is tried. One sensor costs some forty
requests, which take 15 s at the default `limits.requests_per_second`. A family is not asked for what its files do not have.

The dashboard reads all listed sensors in the background: first about 20 s after a sensor has answered, then every
`dashboard.health_interval` (15 minutes; 0: never), four sensors at once and about one request a second to each, never one
that a run uses. That adds 0.04 requests a second to a sensor at rest. What a sensor pushes, and the states that a look at it
reads, replace what was read at once. Column *Health* and the status line show which sensors have an error or a warning; the
log has a line when one begins and when it is over. What is older than 45 minutes is shown with its age.

The state is the worst of the findings: `error`, `warning`, `unknown` or `ok`. A `note` does not change it: it names what may
be as intended. What cannot be read, or has a value outside its documented limits, is `unknown` and never guessed. So is a
sensor that does not answer, and one in whose place another answers.

| exit code | meaning |
|---|---|
| 0 | no sensor has an error or a warning, and everything was read |
| 1 | a sensor has an error or a warning |
| 3 | none has, but something could not be read |

With `--json` each sensor is one `health` line; its `findings` have the `code` of a rule below, `level`, `message` and `advice`.

The rules are from SICK's LiDAR Developer Guide (picoScan100), the OpenAPI files of all families and two support articles.
Nothing of this was tried on hardware.
"""
_END = """\
## Does it measure?

`sicktui health --measuring` (in the dashboard `M` in the view of health) looks for a proof. It never sets a sensor to send anywhere else, since that takes the stream from
the plant, and it writes nothing. It listens only where the sensor's own settings send the stream to this PC: to one of its
addresses, to a broadcast address of its subnets, or to a multicast group, which is joined on the interface that leads to the
sensor. Sensors with one receiver share the port. After four seconds at most, or as soon as two datagrams that are half a
second apart have shown the rate, the port is closed.

A port that another program of this PC has is left to it: nothing is listened to then, and the finding names the port. A
program that is started in these four seconds cannot open its port; start it again.

Compact and MSGPACK are decoded as far as it takes: serial number, telegram counter, segment, checksum (of a MSGPACK datagram
the guide has two, either counts). LMDscandata, ROS 2 and streams by TCP are not. The counter is 1 at power-up: a small one
after a restart is a proof of it.

`measuring_evidence` is the best that was found: `received`, `evaluated`, `reported`, `denied` (the sensor reports that it does
not measure) or `none`.

## Before and after an update

After a proven update its run compares what it has read before and after anyway, without a request more: DeviceStatus, checksums,
clock, and the parameters that are read with the backup. With `update --check-measuring` (or `update.check_measuring` in the
settings) all that is on this page is read after it, and its scan data are listened for. Before it they are listened for beside
the backup and the login, so that no flash waits: a telegram counter that is smaller afterwards shows the restart once more.
A sensor that does not measure yet is asked three times in 20 s.

What is wrong and was not before is named in the log and in `sicktui runs report`. A setting that is another one now is a warning,
also where its rule above is a note, since an update keeps settings. A clock that is lost is expected. What was not read before
counts only if it is more than a note. The verdict rests on none of this.

`sicktui health --watch 10m` looks at each sensor every ten seconds (twice `timing.poll_interval`), all of them at once, and reads
the whole health afterwards. Every rule about its state counts in each look, so a moment that was not well is named, and so are a restart and other firmware.

`update --watch 10m` is SICK's own criterion for a good update (firmware 2.1.0): a sensor has succeeded once its DeviceStatus was
good for ten minutes (`timing.settle`, also where a profile has another one); one that does not stay so has not. Canaries and waves wait for it.

## What is not judged

- Operating hours and power-on count: they are shown, and have no limit.
- The web server while it is on: SICK recommends to switch off what is unused, but REST itself needs it.
- User levels: no variable reports which are on. Service always is. Maintenance and AuthorizedClient are off since
  firmware 2.1.0, but one that was on before stays on through an update, with its published password unless it was changed.
  Look on the sensor's web page, and switch off what is not used (EnableUserLevel, and save).
- Digital outputs, also one that is set to "device not ready": what it is for is known on site.
- Whether scan data arrives at another PC, and what a licence allows: no variable reports it.
- The unit of `since_power_on` (`DailyOpHours`): the sources contradict one another. It falls at each restart.

## Values

`values` of a JSON line has what was understood, by these names. What a sensor does not report is left out.

| name | value |
|---|---|
| `device_status`, `device_state`, `update_state` | `DeviceStatus`, `SCdevicestate`, `UpdateState` |
| `measuring` | whether the sensor reports that it measures, by both of its states; left out where they leave that open: with an error, or while firmware is written |
| `temperature`, `temperature_upper`, `temperature_lower` | °C, inside the sensor, and its own thresholds |
| `temperature_alarm` | its own alarm |
| `operating_hours` | hours in its life |
| `since_power_on` | `DailyOpHours` |
| `power_on_count` | `PowerOnCnt` |
| `leds` | each LED in words |
| `contamination_strategy` | 0: off |
| `contamination`, `contamination_warning`, `contamination_error` | sector by sector `clean`, `minor`, `heavy`, `blocked`; only while it measures with the strategy on |
| `clock`, `clock_offset`, `uptime` | its time; seconds ahead of this PC, without whole quarters of an hour; seconds since power-on of a clock in 1970 |
| `clock_source` | `none`, `NTP`, `PTP` |
| `autostart`, `output`, `output_format`, `output_receiver` | measuring after a start; scan data: on, its format, who gets it |
| `measuring_evidence` | with `--measuring`: what is known about whether it measures |
| `datagrams`, `telegram_counter` | where this PC listened: datagrams that count as its own, the telegram counter of the last |
| `datagrams_per_second`, `datagrams_promised` | what it sends, lost ones included; what its settings promise |
| `imu`, `encoder` | picoScan150: whether the data of its IMU and of an encoder is sent |
| `calibration`, `checksums_good` | `MD5Calibration`, `MD5SumOK` |
| `https`, `certificate_expires` | whether HTTPS is on; the end of the certificate that ends first |
| `cola`, `scan_mode`, `cloning_plug` | `EtherAuxEnabled`, `EtherCoLaScanMode`, `enableCloningPlug` |
| `web_server` | `GetWebserverEnabled`: whether REST is there after the next start |

## Thresholds

Beside a sensor's own thresholds, `[health]` in the [settings](settings.md) has yours, for all devices, and
`[health.groups.TAG]` for those with a tag. Of several groups the strictest threshold holds.

```toml
[health]
temperature_warning = 60.0

[health.groups.oven]
temperature_warning = 75.0
contaminated_sectors = 3
```

## History

Each reading is kept by the serial number of the sensor, hour by hour for 400 days: the lowest, highest and last value of
temperature, operating hours, power-on count, clock offset, `DeviceStatus` and `SCdevicestate`, the worst of each sector, and the
version. So is when each finding was first seen and when it was gone; a finding whose variable could not be read, or
that is not looked for while the sensor does not measure, stays. `sicktui health --history --since 30d` shows it
without asking a sensor, and the view in the dashboard (`Q`) draws the last 30 days. A history that is damaged, or a full disk, is reported once, and the reading goes on.

## Calibration

The calibration of each sensor is remembered when it is first read (`health.json` in the data folder). If SICK has calibrated
a sensor, `sicktui health DEVICE --accept-calibration` remembers the new one.
"""


def health_page() -> str:
    """Every rule by topic, with what it proves and what not."""
    parts = [_BEGIN]
    for topic, rules in TOPICS.items():
        lines = [
            f"## {topic}",
            "",
            "| code | level | when | what it proves | what to do |",
            "|---|---|---|---|---|",
        ]
        parts.append("\n".join([*lines, *(_row(rule) for rule in rules)]) + "\n")
    return "\n".join([*parts, _END])


def _row(rule: Rule) -> str:
    cells = (f"`{rule.code}`", rule.level.value, rule.when, rule.worth, rule.advice)
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
