"""Services are read in parts, to the values that botocore's own loader reads."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import botocore
import msgspec
import pytest
from botocore.loaders import JSONFileLoader

from trainctl_tui.providers.aws.service_files import Parts, ServiceFiles

DATA = Path(botocore.__file__).parent / "data"


@pytest.mark.parametrize("name", ["ec2/2016-11-15/service-2", "sts/2011-06-15/service-2", "endpoints"])
def test_it_reads_what_botocore_reads(name: str) -> None:
    path = str(DATA / name)
    ours, theirs = ServiceFiles().load_file(path), JSONFileLoader().load_file(path)
    assert list(ours) == list(theirs)
    for section, held in theirs.items():
        assert list(ours[section]) == list(held) if isinstance(held, dict) else True
        for part in held if isinstance(ours[section], Parts) else ():
            assert ours[section].get(part) == held[part]
        assert ours[section] == held


def test_only_what_is_asked_for_becomes_objects() -> None:
    shapes = ServiceFiles().load_file(str(DATA / "ec2/2016-11-15/service-2"))["shapes"]

    def read() -> int:
        return sum(type(part) is not msgspec.Raw for part in dict.values(shapes))

    assert read() == 0
    assert shapes["Instance"] is shapes["Instance"]
    assert (read(), shapes.get("no such"), "no such" in shapes) == (1, None, False)
    assert all(isinstance(shape, dict) for shape in shapes.values())
    assert dict(shapes.items()).keys() == shapes.keys()


@pytest.mark.parametrize("content", [b"", b"{", b'{"shapes": 1}', b"[]"])
def test_botocore_has_the_last_word_on_a_strange_file(tmp_path: Path, content: bytes) -> None:
    with gzip.open(tmp_path / "service-2.json.gz", "wb") as file:
        file.write(content)
    path = str(tmp_path / "service-2")
    try:
        wanted = json.loads(content)
    except ValueError:
        with pytest.raises(ValueError, match="Expecting"):
            ServiceFiles().load_file(path)
    else:
        assert ServiceFiles().load_file(path) == wanted


def test_a_file_that_is_not_there_is_none(tmp_path: Path) -> None:
    assert ServiceFiles().load_file(str(tmp_path / "service-2")) is None
