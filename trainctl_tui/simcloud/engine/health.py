"""Status checks: what DescribeInstanceStatus says of a machine."""

from __future__ import annotations

from trainctl_tui.simcloud.engine.context import Answer, moment
from trainctl_tui.simcloud.engine.records import InstanceRecord
from trainctl_tui.simcloud.engine.render import state_of, zone_id


def status(record: InstanceRecord, now: float) -> Answer:
    """Return the checks and announced events of one machine."""
    system, instance = _checks(record, now)
    answer: Answer = {
        "AvailabilityZone": record.zone,
        "AvailabilityZoneId": zone_id(record.zone),
        "InstanceId": record.id,
        "InstanceState": state_of(record.state),
        "InstanceStatus": _summary(instance, record, now),
        "SystemStatus": _summary(system, record, now),
        "Operator": {"Managed": False},
    }
    if record.events:
        answer["Events"] = [
            {
                "InstanceEventId": f"instance-event-{record.id[2:]}",
                "Code": event.code,
                "Description": event.description,
                "NotBefore": moment(event.not_before),
                "NotAfter": moment(event.not_after),
            }
            for event in record.events
        ]
    return answer


def _checks(record: InstanceRecord, now: float) -> tuple[str, str]:
    if record.state != "running":
        return "not-applicable", "not-applicable"
    if now < record.checked_at:
        return "initializing", "initializing"
    if record.health == "system-impaired":
        return "impaired", "impaired"
    return "ok", "impaired" if record.health == "impaired" else "ok"


def _summary(name: str, record: InstanceRecord, now: float) -> Answer:
    if name == "not-applicable":
        return {"Status": name}
    words = {"ok": "passed", "impaired": "failed", "initializing": "initializing"}
    detail: Answer = {"Name": "reachability", "Status": words[name]}
    if name == "impaired":
        detail["ImpairedSince"] = moment(max(record.checked_at, record.launched_at + 300))
    return {"Details": [detail], "Status": name}
