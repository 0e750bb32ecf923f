"""The cache when all is well: what is kept comes back, to whom it belongs, and to nobody else."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

import pytest

from tests.support.remembering import SCOPE, Remembering, kept_lane, listing
from tests.support.rows import ME, REGION, instance, snapshot, spec, status, volume
from trainctl_tui.domain.inventory import REMEMBERED_SWEEP, Lane, Listing
from trainctl_tui.domain.resources import Identity, Kind, Row
from trainctl_tui.launch import Launch
from trainctl_tui.services import cache as cache_module
from trainctl_tui.services.scope import Scope

ROWS: dict[Kind, Row] = {
    Kind.INSTANCES: instance(1, tags=(("Name", "träin 🚂"), ("", ""))),
    Kind.VOLUMES: volume(1),
    Kind.SNAPSHOTS: snapshot(1),
    Kind.STATUSES: status(1),
    Kind.TYPES: spec(),
}
STRONG = Identity(ME.account, f"arn:aws:sts::{ME.account}:assumed-role/Admin/ada", "AROA1:ada")
WEAK = Identity(ME.account, f"arn:aws:sts::{ME.account}:assumed-role/Viewer/ada", "AROA2:ada")


@pytest.mark.parametrize("kind", Kind)
def test_what_is_kept_comes_back_in_the_next_run(tmp_path: Path, kind: Kind) -> None:
    with Remembering(tmp_path / "cache") as first:
        first.keep(ROWS[kind], kind=kind)
    with Remembering(tmp_path / "cache") as second:
        found = second.cache.load(ME, REGION, kind)
        assert (second.cache.hits, second.cache.misses) == (1, 0)
    assert found is not None
    assert found.clock_offset == 1.5
    assert found.listing == Listing(
        Lane(ME.account, REGION, kind), REMEMBERED_SWEEP, (ROWS[kind],), 1_790_000_000.0, complete=True
    )
    assert first.warnings == second.warnings == []


def test_a_later_listing_takes_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    with Remembering(tmp_path / "cache") as one:
        one.keep(volume(1), volume(2))
        one.keep(volume(2))
        assert one.rows() == (volume(2),)
        one.keep()
        assert one.rows() == (), "an empty listing is one, not a miss"


def test_only_a_whole_listing_is_remembered(tmp_path: Path) -> None:
    with Remembering(tmp_path / "cache") as one:
        whole = listing(volume(1))
        for part in (
            Listing(whole.lane, 7, whole.items, None, complete=False),
            Listing(whole.lane, 7, whole.items, None, complete=True, base=6),
        ):
            with pytest.raises(ValueError, match="whole listing"):
                one.cache.save(ME, part, 0.0)
        assert one.rows() is None


def test_looking_makes_nothing_and_says_nothing(tmp_path: Path) -> None:
    with Remembering(tmp_path / "cache") as one:
        assert one.rows() is None
        assert one.cache.remembered_identity() is None
        assert one.cache.remembered_regions() == ()
        assert one.cache.misses == 1
    assert one.warnings == []
    assert list(tmp_path.iterdir()) == []


def test_identity_and_regions_are_remembered(tmp_path: Path) -> None:
    with Remembering(tmp_path / "cache") as one:
        one.cache.remember_identity(ME)
        one.cache.remember_regions(("eu-west-1", "us-east-1"))
    with Remembering(tmp_path / "cache") as two:
        assert two.cache.remembered_identity() == ME
        assert two.cache.remembered_regions() == ("eu-west-1", "us-east-1")
    with Remembering(tmp_path / "cache", Scope("other", "a digest", "")) as three:
        assert three.cache.remembered_identity() is None
        assert three.cache.remembered_regions() == ()


def test_a_weak_role_never_sees_a_strong_ones_rows(tmp_path: Path) -> None:
    with Remembering(tmp_path / "cache") as one:
        one.keep(volume(1), identity=STRONG)
        assert one.rows(identity=WEAK) is None
        one.keep(identity=WEAK)
        assert one.rows(identity=STRONG) == (volume(1),)


def test_sessions_of_one_role_share_its_rows(tmp_path: Path) -> None:
    tomorrow = Identity(ME.account, STRONG.arn.replace("/ada", "/ada@2027-01-02"), "AROA1:ada@2027-01-02")
    with Remembering(tmp_path / "cache") as one:
        one.keep(volume(1), identity=STRONG)
        assert one.rows(identity=tomorrow) == (volume(1),)


@pytest.mark.parametrize(
    ("identity", "region", "kind"),
    [
        (Identity("210987654321", ME.arn, ME.user_id), REGION, Kind.VOLUMES),
        (Identity(ME.account, ME.arn.replace("ada", "eve"), ME.user_id), REGION, Kind.VOLUMES),
        (ME, "eu-west-1", Kind.VOLUMES),
        (ME, REGION, Kind.SNAPSHOTS),
    ],
)
def test_another_lane_is_a_miss(tmp_path: Path, identity: Identity, region: str, kind: Kind) -> None:
    with Remembering(tmp_path / "cache") as one:
        one.keep(volume(1))
        assert one.cache.load(identity, region, kind) is None
    assert one.warnings == []


@pytest.mark.parametrize("other", [Scope("p", "s", "e"), Scope("", "s", ""), Scope("", "", "http://x")])
def test_another_scope_is_a_miss(tmp_path: Path, other: Scope) -> None:
    with Remembering(tmp_path / "cache", Scope("", "", "")) as one:
        one.keep(volume(1))
    with Remembering(tmp_path / "cache", other) as two:
        assert two.rows() is None
    assert two.warnings == []


def test_another_version_of_the_rows_is_a_miss(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept_lane(tmp_path / "cache")
    monkeypatch.setattr(cache_module, "VERSION", "v0")
    with Remembering(tmp_path / "cache") as newer:
        assert newer.rows() is None
        newer.keep(volume(9))
    monkeypatch.undo()
    with Remembering(tmp_path / "cache") as ours:
        assert ours.rows() == (volume(1),)
    assert newer.warnings == ours.warnings == []


def test_windows_open_at_the_same_time_share_it(tmp_path: Path) -> None:
    with Remembering(tmp_path / "cache") as one, Remembering(tmp_path / "cache") as two:
        one.keep(volume(1))
        assert two.rows() == (volume(1),)
        two.keep(volume(2))
        assert one.rows() == (volume(2),)


def test_a_cache_that_is_removed_meanwhile_is_made_again(tmp_path: Path) -> None:
    with Remembering(tmp_path / "cache") as long_running:
        long_running.keep(volume(1))
        shutil.rmtree(tmp_path / "cache")
        assert long_running.rows() is None
        long_running.keep(volume(2))
        with Remembering(tmp_path / "cache") as next_start:
            assert next_start.rows() == (volume(2),)
    assert long_running.warnings == []


def test_closing_is_harmless_and_not_the_end(tmp_path: Path) -> None:
    one = Remembering(tmp_path / "cache")
    one.cache.close()
    one.keep(volume(1))
    one.cache.close()
    one.cache.close()
    assert one.rows() == (volume(1),)
    one.cache.close()
    assert one.warnings == []


def modes(directory: Path) -> dict[bool, set[str]]:
    """Return the permissions of all directories (True) and files (False) from here down."""
    found: dict[bool, set[str]] = {True: set(), False: set()}
    for path in (directory, *directory.rglob("*")):
        found[path.is_dir()].add(oct(stat.S_IMODE(path.lstat().st_mode)))
    return found


def test_everything_is_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with Remembering(tmp_path / "home" / ".cache" / "trainctl-tui") as one:
            one.keep(volume(1))
            one.cache.remember_identity(ME)
            assert len(list(tmp_path.rglob("cache.db-wal"))) == 2, (
                "the files beside a database in use count too"
            )
            assert modes(tmp_path / "home") == {True: {"0o700"}, False: {"0o600"}}
        assert os.umask(0) == 0, "the mask of the process is as it was"
    finally:
        os.umask(before)


def test_what_others_could_read_is_made_private(tmp_path: Path) -> None:
    lane = kept_lane(tmp_path / "cache")
    for path in (tmp_path / "cache", lane.parent.parent, lane.parent, lane):
        path.chmod(0o755)
    (lane / "cache.db").chmod(0o644)
    with Remembering(tmp_path / "cache") as one:
        assert one.rows() == (volume(1),)
    assert modes(tmp_path / "cache") == {True: {"0o700"}, False: {"0o600"}}


SOURCES = {
    "AWS_PROFILE": "other",
    "AWS_DEFAULT_PROFILE": "other",
    "AWS_ACCESS_KEY_ID": "AKIAOTHER",
    "AWS_ROLE_ARN": "arn:aws:iam::1:role/other",
    "AWS_WEB_IDENTITY_TOKEN_FILE": "/other",
    "AWS_CONFIG_FILE": "/other",
    "AWS_SHARED_CREDENTIALS_FILE": "/other",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/other",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1/other",
}


@pytest.mark.parametrize("name", SOURCES)
def test_another_source_of_credentials_is_another_scope(name: str) -> None:
    plain = Scope.of(Launch(), {})
    other = Scope.of(Launch(), {name: SOURCES[name]})
    assert other.key != plain.key
    assert Scope.of(Launch(), {name: SOURCES[name], "TERM": "dumb"}) == other
    assert SOURCES[name] not in (other.source, other.key)


def test_a_scope_tells_profiles_and_endpoints_apart() -> None:
    scopes = [
        Scope.of(launch, {}).key
        for launch in (
            Launch(),
            Launch(profile="a"),
            Launch(profile="b"),
            Launch(endpoint="http://localhost:1"),
        )
    ]
    assert len(set(scopes)) == len(scopes)
    assert Scope.of(Launch(refresh=1.0, regions=("x",)), {}).key == scopes[0]
    assert all(key.isalnum() and len(key) == 32 for key in (*scopes, SCOPE.key)), "fit for a directory's name"
