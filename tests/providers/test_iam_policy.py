"""The policy in docs/iam-policy.md grants what the provider calls: every operation, and none besides."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import botocore.session
import pytest

from tests.support.house import Source, read
from tests.support.house.source import calls, name_of
from trainctl_tui.providers.aws.gated import ACTS, SIGN_IN
from trainctl_tui.providers.aws.listings import SPECS

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ("ec2", "iam", "sts")


def policy() -> dict[str, object]:
    text = (ROOT / "docs/iam-policy.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    found: dict[str, object] = json.loads(block)
    return found


def statements() -> list[dict[str, Any]]:
    """Return the statement that reads and the one that acts."""
    found: list[dict[str, Any]] = policy()["Statement"]  # type: ignore[assignment]
    return found


def actions() -> list[str]:
    return sorted(action for statement in statements() for action in statement["Action"])


@pytest.fixture(scope="module")
def operations() -> dict[str, str]:
    """Return every operation of these services by name, with its IAM action."""
    session = botocore.session.get_session()
    return {
        name: f"{service}:{name}"
        for service in SERVICES
        for name in session.get_service_model(service).operation_names
    }


def provider() -> list[Source]:
    """Return the files of the provider, and that which makes the requests of acts."""
    places = ("trainctl_tui/providers/aws/", "trainctl_tui/providers/requests.py")
    return [source for source in read(ROOT) if source.path.startswith(places)]


def named(source: Source) -> set[str]:
    """Return every text that a file holds, docstrings and messages included."""
    return {
        node.value
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def called(operations: dict[str, str]) -> set[str]:
    """Return the actions of all operations that the provider's code names: only by its name is one called.

    Not those by which the SDK signs in: the policy's words name them.
    """
    found = {operations[text] for source in provider() for text in named(source) & operations.keys()}
    return found - SIGN_IN


def test_the_policy_grants_what_is_called_and_nothing_else(operations: dict[str, str]) -> None:
    assert sorted(called(operations)) == actions()


def test_the_listings_are_among_them(operations: dict[str, str]) -> None:
    assert {f"ec2:{spec.operation}" for spec in SPECS.values()} <= called(operations)


def test_the_services_of_the_provider_are_these() -> None:
    """A fourth service would not be seen by the comparison above."""
    asked = {
        ast.literal_eval(call.args[0])
        for source in provider()
        for call in calls(source.tree)
        if name_of(call.func) in ("Question", "_ask") and isinstance(call.args[0], ast.Constant)
    }
    assert asked == set(SERVICES)


def test_each_statement_does_what_its_name_says() -> None:
    reads, acts = statements()
    assert (reads["Sid"], acts["Sid"]) == ("TrainctlTuiReads", "TrainctlTuiActs")
    for action in reads["Action"]:
        assert re.fullmatch(r"(ec2|iam|sts):(Describe|Get|List)[A-Za-z]+", action)
    assert acts["Action"] == sorted(ACTS)


def test_the_policy_is_in_the_form_that_aws_takes() -> None:
    document = policy()
    assert document["Version"] == "2012-10-17"
    for statement in statements():
        assert set(statement) == {"Sid", "Effect", "Action", "Resource"}
        assert (statement["Effect"], statement["Resource"]) == ("Allow", "*")
        assert statement["Action"] == sorted(statement["Action"])
        assert statement["Sid"].isalnum()


def test_the_readme_names_the_same_actions() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    section = readme.split("\n## What it reads\n")[1].split("\n## ")[0]
    service, found = "", []
    for name in re.findall(r"`([A-Za-z0-9:]+)`", section):
        service = name.partition(":")[0] if ":" in name else service
        found.append(f"{service}:{name.rpartition(':')[2]}")
    assert sorted(found) == actions()


def test_the_table_says_what_each_action_is_for() -> None:
    text = (ROOT / "docs/iam-policy.md").read_text(encoding="utf-8")
    told = {
        name
        for line in text.splitlines()
        if line.startswith("| `")
        for name in re.findall(r"`(\w+:\w+)`", line)
    }
    assert told == set(actions())
