"""The obvious dashboard, as one would write it in an afternoon: everything imported at the top, pydantic
models, a DataTable, boto3 in a thread, the list cached as JSON in diskcache.

``python -m tests.bench.apps.obvious CACHE``. Shows ``loaded N`` in its title when all rows are in.
"""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Any

import boto3
from diskcache import Cache
from pydantic import BaseModel, TypeAdapter
from textual.app import App, ComposeResult
from textual.widgets import DataTable, Static

COLUMNS = ("name", "id", "state", "type", "age", "az", "spot", "owner", "private_ip", "public_ip", "key")


class Machine(BaseModel):
    """One instance."""

    id: str
    name: str
    state: str
    type: str
    launched: datetime
    zone: str
    lifecycle: str
    private_ip: str
    public_ip: str
    key: str
    tags: dict[str, str]


Machines = TypeAdapter(list[Machine])


def machine(said: dict[str, Any]) -> Machine:
    """Return what botocore said as a model."""
    tags = {tag["Key"]: tag["Value"] for tag in said.get("Tags", ())}
    return Machine(
        id=said["InstanceId"],
        name=tags.get("Name", "-"),
        state=said["State"]["Name"],
        type=said["InstanceType"],
        launched=said["LaunchTime"],
        zone=said["Placement"]["AvailabilityZone"],
        lifecycle=said.get("InstanceLifecycle", ""),
        private_ip=said.get("PrivateIpAddress", ""),
        public_ip=said.get("PublicIpAddress", ""),
        key=said.get("KeyName", ""),
        tags=tags,
    )


class Obvious(App[None]):
    """A title and a table."""

    CSS = "DataTable { height: 1fr; }"
    BINDINGS = [("j", "down", "down"), ("k", "up", "up"), ("ctrl+q", "quit", "quit")]

    def __init__(self, cache: str) -> None:
        super().__init__()
        self._kept = Cache(cache)

    def compose(self) -> ComposeResult:
        """Build both."""
        yield Static("obvious", id="title")
        yield DataTable(cursor_type="row")

    def on_mount(self) -> None:
        """Show what is cached, then fetch in a thread."""
        table = self.query_one(DataTable)
        for name in COLUMNS:
            table.add_column(name, width=24 if name == "name" else 20 if name == "id" else 10)
        table.focus()
        if (cached := self._kept.get("instances")) is not None:
            self.call_after_refresh(self.add, Machines.validate_json(cached))
        else:
            self.run_worker(self._fetch, thread=True)

    def _fetch(self) -> None:
        found: list[Machine] = []
        for page in boto3.client("ec2").get_paginator("describe_instances").paginate(
            PaginationConfig={"PageSize": 1000}
        ):  # fmt: skip
            rows = [machine(one) for group in page["Reservations"] for one in group["Instances"]]
            found += rows
            self.call_from_thread(self.add, rows)
        self._kept.set("instances", Machines.dump_json(found))
        self.call_from_thread(self.query_one("#title", Static).update, f"loaded {len(found)}")

    def add(self, rows: list[Machine]) -> None:
        """Append rows to the table."""
        table = self.query_one(DataTable)
        now = datetime.now().astimezone()
        for row in rows:
            age = f"{(now - row.launched).days}d"
            owner = row.tags.get("owner", "-")
            table.add_row(
                row.name, row.id, row.state, row.type, age, row.zone, row.lifecycle or "-",
                owner, row.private_ip, row.public_ip, row.key, key=row.id,
            )  # fmt: skip

    def action_down(self) -> None:
        """Move down."""
        self.query_one(DataTable).action_cursor_down()

    def action_up(self) -> None:
        """Move up."""
        self.query_one(DataTable).action_cursor_up()


if __name__ == "__main__":
    Obvious(sys.argv[1]).run()
