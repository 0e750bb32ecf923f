"""What the command line takes of acts on volumes, snapshots and tags. Light, as ``arguments`` is."""

from __future__ import annotations

import argparse

from trainctl_tui.arguments_acts import Command, Commands, Run, add_consent, add_include

_TAG = "KEY=VALUE"


def add_volume(commands: Commands[argparse.ArgumentParser], command: Command, run: Run) -> None:
    """Add what can be done with volumes."""
    acts = _group(commands, command, "volume", "attach, detach, delete, modify, keep or create volumes")
    attach = _act(acts, command, run, "attach", "attach volumes to a machine of their zone", "volumes")
    attach.add_argument("--to", metavar="INSTANCE", help="the machine")
    attach.add_argument("--device", default="", help="as /dev/sdf; else the next that is free")
    detach = _act(acts, command, run, "detach", "detach volumes from their machine", "volumes")
    detach.add_argument("--from", dest="to", metavar="INSTANCE", help="the machine, where several hold it")
    forced = "even if the machine does not let go: its file system may break"
    detach.add_argument("--force", action="store_true", help=forced)
    _act(acts, command, run, "delete", "delete volumes, for good", "volumes")
    modify = _act(acts, command, run, "modify", "change type, size or speed of volumes", "volumes")
    _add_form(modify)
    _act(acts, command, run, "keep", "let volumes stay when their machine is terminated", "volumes")
    create = _act(acts, command, run, "create", "create an empty volume", "")
    create.add_argument("--zone", help="as us-east-1a")
    create.add_argument("--encrypted", action="store_true", help="encrypt it with the account's key")
    _add_form(create)
    _add_tags(create)


def add_snapshot(commands: Commands[argparse.ArgumentParser], command: Command, run: Run) -> None:
    """Add what can be done with snapshots."""
    acts = _group(commands, command, "snapshot", "create, delete or restore snapshots")
    create = _act(acts, command, run, "snapshot", "take a snapshot of volumes", "volumes", name="create")
    create.add_argument("--description", default="", help="words for whoever finds it")
    _add_tags(create)
    _act(acts, command, run, "delete", "delete snapshots, for good", "snapshots")
    restore = _act(acts, command, run, "restore", "make volumes of snapshots", "snapshots")
    restore.add_argument("--zone", help="as us-east-1a")
    _add_form(restore)
    _add_tags(restore)


def add_tags(commands: Commands[argparse.ArgumentParser], command: Command, run: Run) -> None:
    """Add what can be done with the tags of anything."""
    anything = "instances, volumes or snapshots"
    _act(commands, command, run, "protect", "protect them from being terminated or deleted", anything)
    _act(commands, command, run, "unprotect", "take the tags that protect them off", anything)
    tag = _act(commands, command, run, "tag", "set or remove tags", anything)
    tag.add_argument("--set", dest="tags", action="append", metavar=_TAG, default=[], help="may be repeated")
    tag.add_argument("--remove", action="append", metavar="KEY", default=[], help="may be repeated")


def _group(
    commands: Commands[argparse.ArgumentParser], command: Command, name: str, about: str
) -> Commands[argparse.ArgumentParser]:
    one = command(commands, name, about)
    return one.add_subparsers(dest=f"{name}_command", metavar="COMMAND", title="commands", required=True)


def _act(
    commands: Commands[argparse.ArgumentParser],
    command: Command,
    run: Run,
    verb: str,
    about: str,
    targets: str,
    name: str = "",
) -> argparse.ArgumentParser:
    """Add one act; without ``targets`` it takes no ids."""
    one = command(commands, name or verb, f"{about}: plan, confirm, carry out, follow")
    one.set_defaults(verb=verb, ids=[])
    if targets:
        one.add_argument("ids", nargs="*", metavar="ID", help=f"{targets}, by their ids")
    add_consent(one)
    add_include(one, "take in a target that needs your word by itself; may be repeated")
    run(one)
    return one


def _add_form(to: argparse.ArgumentParser) -> None:
    to.add_argument("--type", help="gp3, gp2, io2, io1, st1, sc1 or standard")
    to.add_argument("--size", type=int, metavar="GIB", help="in GiB")
    to.add_argument("--iops", type=int, help="operations a second")
    to.add_argument("--throughput", type=int, metavar="MIBS", help="in MiB/s; gp3 only")


def _add_tags(to: argparse.ArgumentParser) -> None:
    to.add_argument("--tag", dest="tags", action="append", metavar=_TAG, default=[], help="may be repeated")
