"""Names of profiles, out of files in every shape that the AWS tools write and people make of them."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainctl_tui.services.profiles import profiles


def names(directory: Path, config: str = "", credentials: str = "") -> tuple[str, ...]:
    (directory / "config").write_text(config, encoding="utf-8")
    (directory / "credentials").write_text(credentials, encoding="utf-8")
    return profiles(
        {
            "AWS_CONFIG_FILE": str(directory / "config"),
            "AWS_SHARED_CREDENTIALS_FILE": str(directory / "credentials"),
            "HOME": str(directory),
        }
    )


def test_profiles_come_from_both_files_in_their_order_and_once(tmp_path: Path) -> None:
    config = "[default]\nregion=x\n[profile ml-team]\n[sso-session corp]\n[services s]\n[plugins ]\n"
    credentials = "[default]\naws_secret_access_key=x\n[old]\n[ml-team]\n"
    assert names(tmp_path, config, credentials) == ("default", "ml-team", "old")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("[profile a]", ("a",)),
        ("[ profile   a ]", ("a",)),
        ("  [profile a]  # a remark", ("a",)),
        ('[profile "two words"]', ("two words",)),
        ("[profile 'two words']", ("two words",)),
        ("[profilex]", ("profilex",)),
        ("[profile]", ("profile",)),
        ("[a.b/c@d]", ("a.b/c@d",)),
        ("[é]", ("é",)),
        ("# [profile a]", ()),
        ("; [a]", ()),
        ("key = [a]", ()),
        ("[]", ()),
        ("[profile a", ()),
        ("[sso-session corp]", ()),
        ("[profile sso-session]", ("sso-session",)),
    ],
)
def test_a_section_by_example(tmp_path: Path, line: str, expected: tuple[str, ...]) -> None:
    assert names(tmp_path, f"{line}\n") == expected


def test_the_files_stand_in_the_home_directory_where_nothing_else_is_said(tmp_path: Path) -> None:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/config").write_text("[profile a]\n", encoding="utf-8")
    (tmp_path / ".aws/credentials").write_text("[b]\n", encoding="utf-8")
    assert profiles({"HOME": str(tmp_path)}) == ("a", "b")
    assert profiles({"HOME": str(tmp_path), "AWS_CONFIG_FILE": ""}) == ("a", "b")


def test_a_missing_file_holds_none(tmp_path: Path) -> None:
    assert profiles({"HOME": str(tmp_path / "nowhere")}) == ()
    assert profiles({"HOME": str(tmp_path), "AWS_CONFIG_FILE": "~nobody-is-called-this/config"}) == ()


@pytest.mark.timeout(20)
def test_what_is_no_file_holds_none_and_delays_nobody(tmp_path: Path) -> None:
    (tmp_path / "directory").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for place in ("directory", "pipe"):
        environ = {"HOME": str(tmp_path), "AWS_CONFIG_FILE": str(tmp_path / place)}
        assert profiles(environ) == ()


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads any file")
def test_a_file_without_leave_holds_none(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("[a]\n", encoding="utf-8")
    (tmp_path / "config").chmod(0)
    assert profiles({"HOME": str(tmp_path), "AWS_CONFIG_FILE": str(tmp_path / "config")}) == ()


def test_bytes_that_are_no_text_spoil_only_themselves(tmp_path: Path) -> None:
    (tmp_path / "config").write_bytes(b"\xff\xfe\n[profile a\xff]\n[profile b]\n\x00[c]\n")
    found = profiles({"HOME": str(tmp_path), "AWS_CONFIG_FILE": str(tmp_path / "config")})
    assert found == ("a\ufffd", "b")


def test_no_secret_is_returned(tmp_path: Path) -> None:
    found = names(
        tmp_path, credentials="[a]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = [hush]\n"
    )
    assert found == ("a",)


@given(st.text(max_size=200))
def test_any_file_can_be_read(content: str) -> None:
    with tempfile.TemporaryDirectory() as directory:
        (Path(directory) / "c").write_text(content, encoding="utf-8", errors="replace")
        found = profiles({"HOME": directory, "AWS_CONFIG_FILE": f"{directory}/c"})
    assert len(found) == len(set(found))
