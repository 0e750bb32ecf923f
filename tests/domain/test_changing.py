"""What a wish asks of each target, and which wishes AWS or this house would not take."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.support.judging import (
    COPY,
    DISK,
    HOLDER,
    HOST,
    MINE,
    POLICY,
    SITUATION,
    held,
    judged,
    machine,
    new,
    ready,
    snapshot,
    volume,
)
from trainctl_tui.domain.acts import Act, Facts, Policy, Verdict
from trainctl_tui.domain.changing import DEVICES, differing, misfit, settled
from trainctl_tui.domain.errors import Refused
from trainctl_tui.domain.orders import Change
from trainctl_tui.domain.plans import make
from trainctl_tui.domain.volume_limits import VOLUME_TYPES

ON = ("trainctl:protected", "true")
MADE = (("CreatedBy", "trainctl-tui"), ("trainctl:user", "ann"))
OTHER = replace(HOLDER, instance_id="i-2", device="/dev/sdq")
ZONE = "us-east-1a"


def one(act: Act, facts: Facts, wanted: Change, policy: Policy = POLICY) -> Change:
    return settled(act, [facts], wanted, policy=policy)[facts.id]


def disk(**given: Any) -> Facts:
    return volume(disk=replace(DISK, **given))


@pytest.mark.parametrize(
    ("act", "facts", "wanted", "asked"),
    [
        (Act.ATTACH, volume(host=HOST), Change("i-1"), Change("i-1", "/dev/sdf")),
        (Act.ATTACH, volume(host=HOST), Change("i-1", "/dev/sdk"), Change("i-1", "/dev/sdk")),
        (Act.ATTACH, volume(host=replace(HOST, devices=("/dev/xvdf", "/dev/sdg1", "/dev/sdg"))),
         Change("i-1"), Change("i-1", "/dev/sdh")),
        (Act.ATTACH, volume(host=replace(HOST, devices=("/dev/nvme0n1",)), disk=None),
         Change("i-1"), Change("i-1", "/dev/sdf")),
        (Act.ATTACH, volume(host=HOST, disk=replace(DISK, multi_attach=True, holders=(OTHER,))),
         Change("i-1"), Change("i-1", "/dev/sdf")),
        (Act.DETACH, held(), Change(), Change(HOLDER.instance_id, "/dev/sdf")),
        (Act.DETACH, held(holders=(HOLDER, OTHER)), Change("i-2", force=True),
         Change("i-2", "/dev/sdq", force=True)),
        (Act.DETACH, held(holders=(HOLDER, OTHER)), Change(), Change()),
        (Act.KEEP, held(), Change(), Change(HOLDER.instance_id, "/dev/sdf")),
        (Act.KEEP, volume(disk=None), Change("i-1"), Change("i-1")),
        (Act.MODIFY, volume(), Change(type="gp3", size_gib=100, iops=3000, throughput=125), Change()),
        (Act.MODIFY, volume(), Change(type="gp3", size_gib=101, iops=3001, throughput=126),
         Change(size_gib=101, iops=3001, throughput=126)),
        (Act.MODIFY, volume(type="io1"), Change(type="gp3", iops=3000, throughput=125),
         Change(type="gp3", iops=3000, throughput=125)),
        (Act.MODIFY, volume(disk=None), Change(size_gib=100), Change(size_gib=100)),
        (Act.PROTECT, machine(), Change(), Change(tags=(ON,))),
        (Act.UNPROTECT, volume(tags=(*MINE, ON, ("runctl:Important", ""), ("trainctl:persistent", "no"))),
         Change(), Change(untag=("trainctl:protected", "runctl:Important"))),
        (Act.UNPROTECT, volume(tags=None), Change(), Change()),
        (Act.CREATE, new(), Change(zone=ZONE, size_gib=9),
         Change(zone=ZONE, size_gib=9, type="gp3", tags=MADE)),
        (Act.CREATE, new(), Change(zone=ZONE, size_gib=9, type="io2", iops=500, tags=(("Name", "x"),)),
         Change(zone=ZONE, size_gib=9, type="io2", iops=500, tags=(*MADE, ("Name", "x")))),
        (Act.SNAPSHOT, volume(tags=(*MINE, ON)), Change(description="before"),
         Change(description="before", tags=MADE)),
        (Act.RESTORE, snapshot(tags=(*MINE, ON)), Change(zone=ZONE, tags=(("trainctl:user", "bob"),)),
         Change(zone=ZONE, type="gp3", tags=(MADE[0], ("trainctl:user", "bob"), ON))),
        (Act.TAG, volume(), Change(tags=(("a", "b"),)),
         Change(tags=(("a", "b"),))),
        (Act.DELETE, volume(), Change(), Change()),
    ],
)  # fmt: skip
def test_a_wish_is_settled(act: Act, facts: Facts, wanted: Change, asked: Change) -> None:
    assert one(act, facts, wanted) == asked


def test_nobody_is_named_where_no_user_is_set() -> None:
    assert one(Act.SNAPSHOT, volume(), Change(), Policy()).tags == MADE[:1]


def test_each_volume_gets_a_device_of_its_own_and_keeps_one_it_has() -> None:
    has = volume(4, state="in-use", host=HOST, disk=replace(DISK, holders=(HOLDER,)))
    facts = [volume(number, host=replace(HOST, devices=("/dev/sdg",))) for number in (1, 2, 3)]
    asked = settled(Act.ATTACH, [*facts, has], Change(HOST.id), policy=POLICY)
    assert [change.device for change in asked.values()] == ["/dev/sdf", "/dev/sdh", "/dev/sdi", "/dev/sdf"]


def test_one_call_takes_off_what_protects_any_of_the_targets() -> None:
    facts = [volume(1, tags=(ON,)), snapshot(2, tags=(("runctl:important", ""), ON))]
    asked = settled(Act.UNPROTECT, facts, Change(), policy=POLICY)
    assert set(asked.values()) == {Change(untag=("trainctl:protected", "runctl:important"))}


def test_what_fits_some_is_left_to_the_rules() -> None:
    small, large = volume(1), volume(2, disk=replace(DISK, size_gib=300))
    asked = settled(Act.MODIFY, [small, large], Change(size_gib=200), policy=POLICY)
    made = make(Act.MODIFY, [small, large], POLICY, SITUATION, [], actor="", endpoint="", changes=asked)
    assert (made.ids, made.changes) == ((small.id,), {small.id: Change(size_gib=200)})
    assert made.left_out[0].reasons[0] == "A volume cannot get smaller: it has 300 GiB, not 200."


FULL = replace(HOST, devices=DEVICES)
BIG = tuple((f"k{number}", "") for number in range(50))


@pytest.mark.parametrize(
    ("act", "facts", "wanted", "why"),
    [
        (Act.ATTACH, volume(host=HOST), Change(), "To which machine is not said."),
        (Act.ATTACH, volume(host=FULL), Change("i-1"),
         "No device from /dev/sdf to /dev/sdp is free on i-0000000000000000a."),
        (Act.ATTACH, volume(host=FULL), Change("i-1", "/dev/xvdp"),
         "/dev/xvdp is taken on i-0000000000000000a."),
        (Act.ATTACH, volume(host=HOST), Change("i-1", "sdf"),
         "sdf is no name of a device. They look like /dev/sdf."),
        (Act.MODIFY, volume(), Change(size_gib=99), "A volume cannot get smaller: it has 100 GiB, not 99."),
        (Act.MODIFY, volume(), Change(throughput=800), "3,000 IOPS carry at most 750 MiB/s "
         "(0.25 for each IOPS), not 800."),
        (Act.MODIFY, disk(iops=8000, throughput=2000), Change(iops=7999),
         "7,999 IOPS carry at most 1,999 MiB/s (0.25 for each IOPS), not 2,000."),
        (Act.MODIFY, disk(size_gib=30), Change(type="io1"),
         "30 GiB of io1 take at most 1,500 IOPS (50 for each GiB), not 3,000."),
        (Act.MODIFY, volume(), Change(type="st1", size_gib=125, iops=3),
         "The IOPS of st1 volumes cannot be chosen."),
        (Act.MODIFY, volume(), Change(type="gp9"), "gp9 is no type of volume; there are gp3, gp2, io2, io1, "
         "st1, sc1, standard."),
        (Act.CREATE, new(), Change(zone=ZONE), "How large it is to be is not said."),
        (Act.CREATE, new(), Change(size_gib=9), "Nothing is no zone of us-east-1."),
        (Act.CREATE, new(), Change(size_gib=9, zone="us-east-1"), "us-east-1 is no zone of us-east-1."),
        (Act.CREATE, new(), Change(size_gib=9, zone="eu-west-1a"), "eu-west-1a is no zone of us-east-1."),
        (Act.CREATE, new(), Change(size_gib=9, zone=ZONE, type="io1"),
         "How many IOPS an io1 volume is to have is not said."),
        (Act.CREATE, new(), Change(size_gib=9, zone=ZONE, type="sc1"),
         "sc1 volumes have 125 to 16,384 GiB, not 9."),
        (Act.CREATE, new(), Change(size_gib=9, zone=ZONE, tags=(("aws:x", ""),)), "Tag aws:x is AWS's own."),
        (Act.RESTORE, snapshot(), Change(zone=ZONE, size_gib=99),
         "A volume of a snapshot cannot get smaller: it has 100 GiB, not 99."),
        (Act.RESTORE, snapshot(tags=(*MINE, ON)), Change(zone=ZONE, tags=(("trainctl:protected", "no"),)),
         "Tag trainctl:protected is a protection. Use protect and unprotect."),
        (Act.SNAPSHOT, volume(), Change(description="x" * 256), "A description has at most 255 characters."),
        (Act.TAG, volume(), Change(tags=(("", "x"),)), "A tag needs a key."),
        (Act.TAG, volume(), Change(tags=(("k" * 129, ""),)),
         "A key of a tag has at most 128 characters: kkkkkkkkkkkkkkkkkkkk… has 129."),
        (Act.TAG, volume(), Change(tags=(("k", "v" * 257),)),
         "The value of tag k has more than 256 characters."),
        (Act.TAG, volume(), Change(untag=("AWS:autoscaling:x",)), "Tag AWS:autoscaling:x is AWS's own."),
        (Act.TAG, volume(), Change(untag=("Trainctl:op",)),
         "Tag Trainctl:op says which operation made it, and stays."),
        (Act.TAG, volume(), Change(untag=(" RUNCTL:Important",)),
         "Tag  RUNCTL:Important is a protection. Use protect and unprotect."),
        (Act.TAG, volume(), Change(tags=BIG), "It would have 52 tags, and 50 may be."),
        (Act.PROTECT, volume(tags=BIG), Change(), "It would have 51 tags, and 50 may be."),
        (Act.CREATE, new(), Change(size_gib=9, zone=ZONE, tags=BIG),
         "It would have 52 tags, and 50 may be."),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_before_it_is_asked(
    act: Act, facts: Facts, wanted: Change, why: str
) -> None:
    with pytest.raises(Refused) as told:
        one(act, facts, wanted)
    assert (told.value.what, told.value.why) == (why, "Nothing was sent.")


@pytest.mark.parametrize(
    ("act", "facts", "change"),
    [
        (Act.ATTACH, volume(), Change("i-1")),  # D23 says that the machine is not known
        (Act.MODIFY, volume(type="gp2", disk=replace(DISK, iops=300)), Change(size_gib=200)),
        (Act.MODIFY, volume(disk=None), Change(iops=80_000)),
        (Act.MODIFY, volume(), Change(size_gib=100)),
        (Act.MODIFY, disk(size_gib=None), Change(size_gib=1)),
        (Act.RESTORE, snapshot(copy=None), Change(zone=ZONE)),
        (Act.RESTORE, snapshot(copy=replace(COPY, size_gib=None)), Change(zone=ZONE, size_gib=1)),
        (Act.TAG, volume(tags=(*BIG, ("aws:x", ""))), Change(tags=(("k1", "2"),))),
        (Act.TAG, volume(tags=BIG), Change(untag=("k1",))),
        (Act.TAG, volume(), Change(tags=(("k" * 128, "v" * 256),))),
        (Act.SNAPSHOT, volume(), Change(description="x" * 255)),
        (Act.PROTECT, volume(tags=None), Change(tags=(ON,))),
        (Act.DELETE, volume(), Change()),
    ],
)
def test_what_can_be_fits(act: Act, facts: Facts, change: Change) -> None:
    assert misfit(act, facts, change, POLICY) == ""


@pytest.mark.parametrize("act", list(Act))
def test_what_is_ready_is_settled_already(act: Act) -> None:
    facts, change = ready(act)
    made = one(act, facts, change)
    assert judged(act, facts, change=made).verdict <= Verdict.TYPE
    assert set(change.tags) <= set(made.tags)


MAYBE = st.none() | st.integers(-1, 300_000)


@given(
    facts=st.builds(
        lambda kind, size, iops: volume(type=kind, disk=replace(DISK, size_gib=size, iops=iops)),
        st.sampled_from(list(VOLUME_TYPES)),
        MAYBE,
        MAYBE,
    ),
    wanted=st.builds(
        Change, type=st.sampled_from(["", *VOLUME_TYPES]), size_gib=MAYBE, iops=MAYBE, throughput=MAYBE
    ),
)
def test_what_differs_is_what_was_wanted_and_differs_once(facts: Facts, wanted: Change) -> None:
    asked = differing(facts, wanted)
    assert differing(facts, asked) == asked
    for name in ("type", "size_gib", "iops", "throughput"):
        assert getattr(asked, name) in (getattr(wanted, name), None, "")
    assert asked.size_gib is None or facts.disk is None or asked.size_gib != facts.disk.size_gib
