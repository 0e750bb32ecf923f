"""What tags say: SAFETY definitions 1 (protected, managed) and 2 (ours, mine), in every spelling."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainctl_tui.domain.resources import Tags
from trainctl_tui.domain.tags import is_ours, manager_of, name_of, owner_of, protecting_tags, tag

PREFIXES = ("trainctl", "runctl")
WORDS = ("protected", "important", "persistent")
KEYS = [f"{prefix}:{word}" for prefix, word in product(PREFIXES, WORDS)]
SPELLINGS = (str.lower, str.upper, str.title, str.swapcase, lambda key: f" {key}\t")
LETTING_GO = ["false", "0", "no", "off", "False", "NO", "OFF", " false ", "no\n"]
KEEPING = [
    "true",
    "1",
    "yes",
    "on",
    "",
    " ",
    "fals",
    "nope",
    "none",
    "null",
    "0.0",
    "00",
    "f",
    "n",
    "-",
    "\x00",
    "é",
]


# ---- definition 1: protected ----


@pytest.mark.parametrize(("key", "value"), product(KEYS, KEEPING))
def test_any_value_but_a_plain_no_protects(key: str, value: str) -> None:
    assert protecting_tags(((key, value),)) == (key,)


@pytest.mark.parametrize(("key", "value"), product(KEYS, LETTING_GO))
def test_a_plain_no_does_not_protect(key: str, value: str) -> None:
    assert protecting_tags(((key, value),)) == ()


@pytest.mark.parametrize(("key", "spell"), product(KEYS, SPELLINGS))
def test_a_protecting_key_counts_in_every_spelling_and_is_named_as_written(key: str, spell) -> None:  # type: ignore[no-untyped-def]
    written = spell(key)
    assert protecting_tags(((written, "true"),)) == (written,)


@pytest.mark.parametrize(
    "key",
    [
        *WORDS,
        *PREFIXES,
        "trainctl:protect",
        "trainctl:protected:x",
        "trainctlprotected",
        "my-trainctl:protected",
        "trainctl.protected",
        "trainctl:user",
        "Name",
        "",
    ],
)
def test_other_keys_do_not_protect(key: str) -> None:
    assert protecting_tags(((key, "true"),)) == ()


def test_one_no_does_not_undo_another_yes() -> None:
    tags = (("trainctl:protected", "false"), ("runctl:important", ""), ("TRAINCTL:PROTECTED", "true"))
    assert protecting_tags(tags) == ("runctl:important", "TRAINCTL:PROTECTED")


def test_extra_keys_protect_like_our_own() -> None:
    tags = (("Keep", ""), ("keep-not", "x"), ("KEEP", "no"))
    assert protecting_tags(tags, ["kEEp"]) == ("Keep",)
    assert protecting_tags(tags) == ()


@given(st.sampled_from(KEYS), st.text(max_size=12))
def test_a_strange_value_protects(key: str, value: str) -> None:
    expected = () if value.strip().lower() in {"false", "0", "no", "off"} else (key,)
    assert protecting_tags(((key, value),)) == expected


# ---- definition 1: managed by another service ----


@pytest.mark.parametrize(
    "key",
    [
        "aws:autoscaling:groupName",
        "AWS:AutoScaling:groupname",
        "aws:cloudformation:stack-name",
        "aws:ecs:clusterName",
        "aws:eks:cluster-name",
        "aws:batch:job-queue",
        "aws:sagemaker:training-job",
        "eks:cluster-name",
        "kubernetes.io/cluster/train",
    ],
)
def test_a_managed_resource_names_the_tag_that_shows_it(key: str) -> None:
    assert manager_of((("Name", "x"), (key, ""))) == key


@pytest.mark.parametrize(
    "key", ["Name", "aws:ec2:fleet", "autoscaling:group", "my-eks:x", "kubernetes.io/role", ""]
)
def test_other_tags_manage_nothing(key: str) -> None:
    assert manager_of(((key, "aws:autoscaling:groupName"),)) == ""


# ---- definition 2: ours, and whose ----


@pytest.mark.parametrize(
    "tags",
    [
        *(
            ((f"{prefix}:{word}", ""),)
            for prefix in ("trainctl", "runctl", "TrainCtl")
            for word in ("user", "op", "")
        ),
        *((("CreatedBy", value),) for value in ("trainctl", "runctl", "trainctl-tui", "TRAINCTL")),
        (("createdby", "runctl"),),
        (("Name", "x"), ("trainctl:temp", "true")),
    ],
)
def test_ours(tags: Tags) -> None:
    assert is_ours(tags)


@pytest.mark.parametrize(
    "tags",
    [
        (),
        (("Name", "trainctl:x"),),
        (("trainctl", "yes"),),
        (("trainctl-prewarm-temp", ""),),
        (("CreatedBy", "terraform"),),
        (("CreatedBy", "trainctl2"),),
        (("CreatedBy", ""),),
        (("x-trainctl:user", "ada"),),
    ],
)
def test_not_ours(tags: Tags) -> None:
    assert not is_ours(tags)


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ((), ""),
        ((("trainctl:user", "ada"),), "ada"),
        ((("runctl:user", "ada"),), "ada"),
        ((("TrainCtl:User", "Ada"),), "Ada"),
        ((("Owner", "bob"),), "bob"),
        ((("OWNER", "bob"),), "bob"),
        ((("Owner", "bob"), ("trainctl:user", "ada")), "ada"),
        ((("runctl:user", "old"), ("trainctl:user", "new")), "new"),
        ((("trainctl:user", ""), ("Owner", "bob")), "bob"),
        ((("trainctl:user", "ada"), ("TRAINCTL:USER", "eve")), "ada"),
        ((("team", "nlp"),), ""),
    ],
)
def test_the_owner_is_the_user_tag_then_an_owner_tag(tags: Tags, expected: str) -> None:
    assert owner_of(tags) == expected


def test_owner_keys_come_from_the_settings_in_their_order() -> None:
    tags = (("Contact", "eve"), ("Owner", "bob"), ("Squad", "x"))
    assert owner_of(tags, ("squad", "CONTACT")) == "x"
    assert owner_of(tags, ("contact",)) == "eve"
    assert owner_of(tags, ()) == ""


def test_one_tag_is_found_by_its_exact_key() -> None:
    tags = (("name", "small"), ("Name", "great"), ("Name", "again"))
    assert tag(tags, "Name") == "great"
    assert tag(tags, "NAME") is None
    assert name_of(tags) == "great"
    assert name_of((("name", "small"),)) == ""


@given(st.lists(st.tuples(st.text(max_size=20), st.text(max_size=20)), max_size=6))
def test_any_tags_can_be_read(pairs: list[tuple[str, str]]) -> None:
    tags = tuple(pairs)
    assert set(protecting_tags(tags)) <= {name for name, _ in tags}
    assert manager_of(tags) in {"", *(name for name, _ in tags)}
    assert owner_of(tags) in {"", *(value for _, value in tags)}
    assert is_ours((*tags, ("trainctl:op", "")))
