"""What a machine has printed on its console: boot lines, then a training run that goes on."""

from __future__ import annotations

import random
import time

from trainctl_tui.simcloud.engine.records import InstanceRecord

# The service refreshes its copy about this often, so the text is a little behind the machine.
REFRESHED_EVERY = 60.0
_SHOWN_STEPS = 30
_BOOT = (
    (0.0, "Linux version 6.8.0-1031-aws (buildd@lcy02-amd64-080) #33~22.04.1-Ubuntu SMP"),
    (0.0, "Command line: BOOT_IMAGE=/vmlinuz-6.8.0-1031-aws root=PARTUUID=9c1d ro console=ttyS0"),
    (1.2, "nvme nvme0: pci function 0000:00:04.0"),
    (1.9, "EXT4-fs (nvme0n1p1): mounted filesystem with ordered data mode"),
    (3.1, "[\x1b[0;32m  OK  \x1b[0m] Started ssh.service - OpenBSD Secure Shell server."),
    (4.6, "[\x1b[0;32m  OK  \x1b[0m] Started amazon-ssm-agent.service."),
    (6.3, "cloud-init[1402]: Cloud-init v. 24.4 finished. Datasource DataSourceEc2Local."),
)


def console_text(record: InstanceRecord, now: float, *, latest: bool = False) -> tuple[str, float]:
    """Return the text and when the service took it: ``latest`` means now.

    The same machine at the same time prints the same.
    """
    young = now - record.launched_at <= REFRESHED_EVERY
    taken_at = now if latest or young else now - now % REFRESHED_EVERY
    lines = [f"[{seconds:12.6f}] {text}" for seconds, text in _BOOT]
    lines.append(f"ip-{record.private_ip.replace('.', '-')} login: ")
    up = taken_at - record.launched_at
    if record.type[0] in "gp" and record.state == "running" and up > 120:
        lines += _training(record, up)
    if record.health != "ok":
        lines.append(f"[{up:12.6f}] NVRM: Xid (PCI:0000:00:1e): 79, GPU has fallen off the bus.")
    return "\r\n".join(lines) + "\r\n", taken_at


def _training(record: InstanceRecord, up: float) -> list[str]:
    """Return the last lines of a training log: one step each ten seconds, a slowly falling loss."""
    last = int((up - 120) / 10)
    lines = []
    for step in range(max(0, last - _SHOWN_STEPS), last + 1):
        noise = random.Random(f"{record.id}/{step}").uniform(-0.02, 0.02)  # noqa: S311 - a simulation
        clock = time.strftime("%H:%M:%S", time.gmtime(record.launched_at + 120 + step * 10))
        loss = 1.7 + 6.0 / (1 + step / 200) ** 0.5 + noise
        lines.append(f"{clock} train.py[2211]: step={step * 50} loss={loss:.4f} lr=3.0e-04 tok/s=184320")
        if step % 20 == 19:
            lines.append(f"{clock} train.py[2211]: saved /opt/ml/checkpoints/step-{step * 50:08d}.pt")
    return lines
