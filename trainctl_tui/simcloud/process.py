"""The simulated AWS as a child process: start it, drive it, end it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

HOST = "127.0.0.1"
_READY_WAIT = 30.0
_END_WAIT = 5.0


@dataclass(frozen=True)
class Reservation:
    """A port that listens before anyone serves it: early connections wait in line."""

    listener: socket.socket

    @property
    def endpoint(self) -> str:
        """The address clients will use."""
        return f"http://{HOST}:{self.listener.getsockname()[1]}"


def reserve_endpoint() -> Reservation:
    """Choose the port of a simulated AWS that is yet to start."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((HOST, 0))
    listener.listen(128)
    return Reservation(listener)


def simulated_environment(endpoint: str, base: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return variables that send every AWS client to ``endpoint`` and nowhere else.

    With ``base`` (such as ``os.environ``): all of it but its own AWS settings and proxies, then ours.
    """
    kept = {
        key: value
        for key, value in (base or {}).items()
        if not key.startswith("AWS_") and not key.lower().endswith("_proxy")
    }
    return {
        **kept,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false",
        "AWS_ACCESS_KEY_ID": "SIMULATEDKEY",
        "AWS_SECRET_ACCESS_KEY": "simulated",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "NO_PROXY": "127.0.0.1,localhost",
    }


class Child:
    """A server in a process of its own, that ends with this one."""

    def __init__(self, process: subprocess.Popen[bytes], endpoint: str, complaints: IO[bytes]) -> None:
        self._process = process
        self._complaints = complaints
        self.endpoint = endpoint

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._process.pid

    def wait_until_ready(self) -> None:
        """Wait for the child's first line; raise RuntimeError if it ends without one."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            code = self._process.wait(_END_WAIT)
            last = self.complaints().strip().rpartition("\n")[2]
            self.stop()
            raise RuntimeError(f"The simulated AWS ended with code {code}: {last}")
        self.endpoint = json.loads(line)["endpoint"]

    def environment(self, base: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return variables that send every AWS client here; see ``simulated_environment``."""
        return simulated_environment(self.endpoint, base)

    def complaints(self) -> str:
        """Return what the child wrote to its standard error: tracebacks of its own faults."""
        # Read at a place of its own: the child shares the offset of this file.
        return os.pread(self._complaints.fileno(), 1 << 20, 0).decode("utf-8", "replace")

    def stop(self) -> None:
        """End the child; harmless if it has ended."""
        if self._process.stdin:
            self._process.stdin.close()
        try:
            self._process.wait(_END_WAIT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(_END_WAIT)
        if self._process.stdout:
            self._process.stdout.close()
        self._complaints.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class SimCloud(Child):
    """A running simulated AWS. Use it as a context manager, or call ``stop``."""

    @classmethod
    def start(
        cls,
        seed: int = 1,
        instances: int = 40,
        speed: float = 1.0,
        *,
        faults: Path | None = None,
        latency: float = 0.0,
        regions: Sequence[str] = ("us-east-1", "eu-west-1"),
        reservation: Reservation | None = None,
        wait: bool = True,
    ) -> Self:
        """Start one. With ``wait=False`` it returns at once; its port is open all the same."""
        arguments = [
            *("--seed", str(seed), "--instances", str(instances), "--speed", str(speed)),
            *("--latency", str(latency), "--regions", ",".join(regions)),
            *(("--faults", str(faults)) if faults else ()),
        ]
        child = cls(*spawn("trainctl_tui.simcloud", arguments, reservation or reserve_endpoint()))
        if wait:
            child.wait_until_ready()
        return child

    def faults(self, rules: Sequence[Mapping[str, Any]] | Mapping[str, Any], seed: int = 0) -> dict[str, Any]:
        """Put these fault rules in force instead of all others; see ``wire.faults.Rule``."""
        listed = [rules] if isinstance(rules, Mapping) else list(rules)
        return self._ask("POST", "/_faults", {"rules": listed, "seed": seed})

    def clear_faults(self) -> None:
        """Let every answer through again."""
        self._ask("DELETE", "/_faults")

    def fault_log(self) -> list[dict[str, Any]]:
        """Return what the rules did: effect, call, region and page of each hit."""
        log: list[dict[str, Any]] = self._ask("GET", "/_faults")["log"]
        return log

    def calls(self) -> dict[str, int]:
        """Return the number of calls so far by name ("ec2:DescribeInstances")."""
        counts: dict[str, int] = self._ask("GET", "/_calls")["counts"]
        return counts

    def calls_by_region(self) -> dict[str, dict[str, int]]:
        """Return the number of calls by region and name."""
        regions: dict[str, dict[str, int]] = self._ask("GET", "/_calls")["regions"]
        return regions

    def mutating_calls(self) -> list[str]:
        """Return the names of calls that would change something, in order."""
        names: list[str] = self._ask("GET", "/_calls")["mutating"]
        return names

    def ungated_calls(self) -> list[str]:
        """Return the names of changes that the program asked for past its own gate."""
        names: list[str] = self._ask("GET", "/_calls")["ungated"]
        return names

    def forget_calls(self) -> None:
        """Count from zero again."""
        self._ask("DELETE", "/_calls")

    def engine_command(self, do: str, **told: Any) -> dict[str, Any]:
        """Drive the engine; see ``driver.Driver`` for the commands. Raises ValueError for a bad one."""
        return self._ask("POST", "/_engine", {"do": do, **told})

    def _ask(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        # Imported late: a demo's view imports this module before its first frame.
        from http.client import HTTPConnection

        connection = HTTPConnection(self.endpoint.removeprefix("http://"), timeout=_READY_WAIT)
        try:
            connection.request(method, path, None if body is None else json.dumps(body))
            reply = connection.getresponse()
            told: dict[str, Any] = json.loads(reply.read())
        finally:
            connection.close()
        if reply.status != 200:
            raise ValueError(told["error"])
        return told


def spawn(
    module: str, arguments: Sequence[str], reservation: Reservation
) -> tuple[subprocess.Popen[bytes], str, IO[bytes]]:
    """Start ``python -m module`` on a reserved port, in a session of its own.

    Return it, its endpoint, and the file that holds its standard error: never the terminal, where a
    traceback would be written across the screen.
    """
    complaints = tempfile.TemporaryFile()  # noqa: SIM115 - the child's owner closes it
    listener, endpoint = reservation.listener, reservation.endpoint
    with listener:
        process = subprocess.Popen(
            [
                sys.executable,
                "-P",
                "-m",
                module,
                "--fd",
                str(listener.fileno()),
                "--follow-stdin",
                *arguments,
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            pass_fds=(listener.fileno(),),
            start_new_session=True,
        )
    return process, endpoint, complaints
