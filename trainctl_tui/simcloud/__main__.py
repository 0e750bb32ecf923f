"""Run the simulated AWS: ``python -m trainctl_tui.simcloud --port 0 --instances 40``.

Prints one line of JSON when it listens: {"endpoint": "http://127.0.0.1:PORT", "pid": PID}.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from trainctl_tui.simcloud.driver import Driver
from trainctl_tui.simcloud.engine import Engine
from trainctl_tui.simcloud.fault_script import FaultScript, read_script
from trainctl_tui.simcloud.fleet import Fleet
from trainctl_tui.simcloud.script import Script
from trainctl_tui.simcloud.server import HOST, end_with_parent, make
from trainctl_tui.simcloud.wire import shapes
from trainctl_tui.simcloud.wire.application import Application
from trainctl_tui.simcloud.wire.faults import FaultBook


def main() -> None:
    """Serve until standard input closes."""
    options = _arguments()
    engine = Engine(seed=options.seed)
    fleet = Fleet(options.seed, options.instances, tuple(options.regions.split(",")))
    fleet.populate(engine)
    script = Script(engine, fleet, options.speed)
    bad = read_script(options.faults) if options.faults else FaultScript()
    engine.set_lag(*bad.lags)
    engine.limit(bad.buckets)
    faults = FaultBook(bad.rules, bad.seed)
    application = Application(Driver(engine, fleet, script), faults, options.latency)
    server = make(application, options.port, options.fd)
    if options.follow_stdin:
        end_with_parent()
    told = {"endpoint": f"http://{HOST}:{server.socket.getsockname()[1]}", "pid": os.getpid()}
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    shapes.service()
    application.rest.warm_up()
    try:
        server.serve_forever()
    finally:
        application.close()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="trainctl_tui.simcloud", description="A simulated AWS on loopback.")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1 (default: any free one)")
    parser.add_argument("--fd", type=int, default=None, help="a socket that listens already")
    parser.add_argument("--seed", type=int, default=1, help="the fleet grows from this")
    parser.add_argument("--instances", type=int, default=40, help="machines in the first region")
    parser.add_argument("--regions", default="us-east-1,eu-west-1", help="regions with machines")
    parser.add_argument("--speed", type=float, default=1.0, help="pace of change; 0 freezes the script")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds added to every answer")
    parser.add_argument("--faults", type=Path, default=None, help="a fault script (docs/faults.md)")
    parser.add_argument("--follow-stdin", action="store_true", help="end when standard input closes")
    return parser.parse_args()


if __name__ == "__main__":
    main()
