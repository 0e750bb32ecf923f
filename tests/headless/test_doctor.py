"""``doctor`` under each fault: the failure by its name, with its fix, and the code that goes with it."""

from __future__ import annotations

import json
import re
import socket
from pathlib import Path
from typing import Any

import pytest

from tests.headless.conftest import Done, Run
from trainctl_tui.simcloud.process import SimCloud

pytestmark = pytest.mark.wire


def findings(done: Done) -> dict[str, dict[str, str]]:
    """Return the findings by name; the last of a name counts."""
    told = json.loads(done.stdout)
    assert set(told) == {"schema", "kind", "lanes", "items"}
    return {item["name"]: item for item in told["items"]}


def wrong(done: Done) -> set[str]:
    """Return the names of what is wrong, after seeing that each has its fix."""
    found = {name: item for name, item in findings(done).items() if item["verdict"] == "wrong"}
    assert all(item["fix"] for item in found.values()), found
    return set(found)


def test_where_all_is_well_it_says_so(run: Run, cloud: SimCloud) -> None:
    done = run(cloud.endpoint, "doctor", "--json")
    assert done.returncode == 0
    assert wrong(done) == set()
    found = findings(done)
    for action in ("Instances", "Volumes", "Snapshots", "InstanceStatus", "InstanceTypes", "Regions"):
        assert found[f"permission ec2:Describe{action}"]["verdict"] == "ok"
    assert "environment variables" in found["credentials"]["detail"]
    assert "acme-ml-research" in found["identity"]["detail"]
    assert "textual 8" in found["versions"]["detail"]
    assert cloud.mutating_calls() == []
    text = run(cloud.endpoint, "doctor").stdout
    assert re.search(r"^ok +identity +account 123456789012", text, re.MULTILINE)
    assert re.search(r"^note +user .*\n +fix: .*user = ", text, re.MULTILINE)


@pytest.mark.parametrize(
    ("rule", "code", "expected"),
    [
        ({"service": "ec2", "action": "DescribeVolumes", "effect": "denied"}, 4,
         {"permission ec2:DescribeVolumes"}),
        ({"service": "ec2", "action": "DescribeInstanceStatus", "effect": "denied"}, 4,
         {"permission ec2:DescribeInstanceStatus"}),
        ({"service": "sts", "effect": "expired"}, 4, {"identity"}),
        ({"service": ".*", "effect": "skew", "seconds": 900.0}, 1, {"clock"}),
        ({"service": ".*", "effect": "skew", "seconds": -900.0}, 1, {"clock"}),
        ({"service": "ec2", "action": "DescribeSnapshots", "effect": "html"}, 1,
         {"permission ec2:DescribeSnapshots"}),
    ],
)  # fmt: skip
def test_each_fault_of_the_cloud_has_its_line(
    run: Run, cloud: SimCloud, rule: dict[str, Any], code: int, expected: set[str]
) -> None:
    cloud.faults([rule])
    done = run(cloud.endpoint, "doctor", "--json")
    assert wrong(done) == expected
    assert done.returncode == code
    assert done.stderr == ""


def test_what_only_a_key_needs_is_a_note(run: Run, cloud: SimCloud) -> None:
    cloud.faults([{"service": "ec2", "action": "GetConsoleOutput|DescribeRegions", "effect": "denied"}])
    done = run(cloud.endpoint, "doctor", "--json")
    assert done.returncode == 0
    found = findings(done)
    assert found["permission ec2:GetConsoleOutput"]["verdict"] == "note"
    assert "ec2:DescribeRegions" in found["permission ec2:DescribeRegions"]["fix"]


def test_no_credentials_and_no_region_are_two_findings(run: Run) -> None:
    done = run("", "doctor", "--json")
    assert done.returncode == 4
    assert wrong(done) == {"credentials", "region"}
    assert "aws configure" in findings(done)["credentials"]["fix"]


def test_a_region_that_does_not_exist_is_named(run: Run, cloud: SimCloud) -> None:
    done = run(cloud.endpoint, "doctor", "--json", "--region", "us-esat-1")
    assert "region" in wrong(done)
    assert "us-esat-1" in findings(done)["region"]["detail"]
    assert "us-east-1" in findings(done)["region"]["fix"]


def test_settings_and_surroundings(run: Run, cloud: SimCloud, home: dict[str, str], tmp_path: Path) -> None:
    config = Path(home["XDG_CONFIG_HOME"]) / "trainctl-tui" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text("refesh = 3\n")
    cache = Path(home["XDG_CACHE_HOME"])
    cache.mkdir()
    (cache / "trainctl-tui").write_text("a file where a directory belongs")
    keys = tmp_path / "credentials"
    keys.write_text("[default]\n")
    keys.chmod(0o644)
    done = run(
        cloud.endpoint, "doctor", "--json",
        AWS_SHARED_CREDENTIALS_FILE=str(keys), HTTPS_PROXY="http://ada:hunter2@proxy:3128",
        PYTHONIOENCODING="ascii", NO_PROXY="127.0.0.1",
    )  # fmt: skip
    found = findings(done)
    assert done.returncode == 2
    assert {"settings", "cache directory", "locale"} <= wrong(done)
    assert "did you mean 'refresh'?" in found["settings"]["detail"]
    assert found["AWS files"]["fix"] == f"chmod 600 {keys}"
    assert "http" not in found["proxies"]["detail"].partition("=")[2].partition(";")[0]
    assert "proxy:3128" in found["proxies"]["detail"]
    assert "hunter2" not in done.stdout


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ("[default]\ncredential_process = /bin/echo no json\n", "credential_process"),
        (
            "[default]\nsso_start_url = https://x\nsso_region = us-east-1\n"
            "sso_account_id = 1\nsso_role_name = r\n",
            "aws sso login",
        ),
        ("[default]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = missing\n", ""),
        ("[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n", "aws_secret_access_key"),
        (
            "[default]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = base\n"
            "mfa_serial = arn:aws:iam::1:mfa/a\n[profile base]\n"
            "aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = x\n",
            "MFA",
        ),
    ],
)  # fmt: skip
def test_broken_sources_of_credentials(run: Run, tmp_path: Path, config: str, words: str) -> None:
    path = tmp_path / "awsconfig"
    path.write_text(config)
    done = run("", "doctor", "--json", "--region", "us-east-1", AWS_CONFIG_FILE=str(path))
    assert done.returncode in (2, 4)
    assert "credentials" in wrong(done)
    found = findings(done)["credentials"]
    assert words in f"{found['detail']} {found['fix']}"
    assert done.stderr == ""


def test_a_metadata_service_that_hangs_holds_nobody_up(run: Run) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        where = f"http://127.0.0.1:{silent.getsockname()[1]}"
        done = run(
            "", "doctor", "--json", "--region", "us-east-1",
            AWS_EC2_METADATA_DISABLED="false", AWS_EC2_METADATA_SERVICE_ENDPOINT=where,
        )  # fmt: skip
    assert done.returncode == 4
    assert wrong(done) == {"credentials"}
