"""The decision table in force: its rows in the order of SAFETY.md. ``docs/safety.md`` is made from them."""

from __future__ import annotations

from trainctl_tui.domain import losses, rules, rules_states, rules_tags, rules_volumes
from trainctl_tui.domain.acts import Verdict
from trainctl_tui.domain.case import Case
from trainctl_tui.domain.rule import (
    ATTACH,
    DELETE,
    DESTROY,
    DETACH,
    EVERY,
    EXISTING,
    HALT,
    KEEP,
    MODIFY,
    RESTORE,
    TERMINATE,
    UNPROTECT,
    Rule,
)

REFUSE, TYPE, WARN = Verdict.REFUSE, Verdict.TYPE, Verdict.WARN

MOMENT: tuple[Rule[Case], ...] = (
    Rule("D1", EVERY, "read-only mode", REFUSE, rules.read_only),
    Rule("D1", EVERY, "offline, or credentials expired", REFUSE, rules.offline),
    Rule("D1", EVERY, "account unknown, or not the one on the screen", REFUSE, rules.other_account),
    Rule("D1", EVERY, "region unknown", REFUSE, rules.no_region),
    Rule("D1", EVERY, "facts older than 15 s, or from the future", REFUSE, rules.not_fresh),
    Rule("D1", EVERY, "listing of the region partial or stale", REFUSE, rules.partial),
    Rule("D37", EVERY, "an unfinished operation names it", REFUSE, rules.in_operation),
)
"""Rows that hold whatever the target is."""

NOT_KNOWN: Rule[Case] = Rule("state", EVERY, "the provider does not know the id", REFUSE, rules.not_known)
SETTLED: Rule[Case] = Rule("D5", EVERY, "already there", REFUSE, rules_states.already, settled=True)

ANY_TARGET: tuple[Rule[Case], ...] = (
    Rule("state", EVERY, "not in a state that takes the act", REFUSE, rules_states.wrong_state),
    Rule(
        "asked",
        EVERY,
        "what is asked breaks a limit of AWS, or edits a protecting tag",
        REFUSE,
        rules_tags.unfit,
    ),
    Rule(
        "D2",
        EXISTING,
        'not mine, or tags unknown, and `ownership = "strict"`',
        REFUSE,
        rules.not_mine_strictly,
    ),
    Rule(
        "D2",
        EXISTING,
        'a colleague\'s, foreign (unless `ownership = "any"`), or tags unknown',
        TYPE,
        rules.not_mine,
        by_word=True,
    ),
    Rule("D2", EXISTING, "made by trainctl, names no user", TYPE, rules.nobodys),
    Rule("D3", DESTROY, "a tag protects it, or tags unknown", REFUSE, rules.protected),
    Rule(
        "D3",
        DESTROY,
        "protection of it, or of a volume that dies with it, removed less than 60 s ago",
        REFUSE,
        rules_tags.unlocked_lately,
    ),
    Rule("D3", UNPROTECT, "a tag protects it", TYPE, rules_tags.unprotects),
    Rule("D3", UNPROTECT, "tags unknown", REFUSE, rules_tags.protection_unknown),
    Rule("D3", UNPROTECT, "another tag would still protect it", REFUSE, rules_tags.protection_left),
    Rule(
        "D3",
        RESTORE,
        "the volume would lose what protects its snapshot, or tags unknown",
        REFUSE,
        rules_tags.protection_lost,
    ),
    Rule("D4", (*HALT, *DESTROY), "another service manages it, or tags unknown", REFUSE, rules.managed),
    Rule("D4", TERMINATE, "EC2's termination protection on, or unknown", REFUSE, rules.terminate_protected),
    Rule("D4", (*HALT, *TERMINATE), "EC2's stop protection on, or unknown", REFUSE, rules.stop_protected),
    Rule("D6", DESTROY, "younger than `min_age`", TYPE, losses.too_young, in_batch=REFUSE),
    Rule("D7", DESTROY, "age unknown", TYPE, losses.no_age, in_batch=REFUSE),
)
"""Rows about any target that the provider knows and that is not already there."""

OF_MACHINES: tuple[Rule[Case], ...] = (
    Rule("D8", TERMINATE, "a job runs", REFUSE, losses.job_runs),
    Rule(
        "D8",
        TERMINATE,
        "a job runs, and `allow_force` is set: the phrase is `FORCE <id>`",
        TYPE,
        losses.job_runs_forcing,
        in_batch=REFUSE,
        forced=True,
    ),
    Rule("D9", TERMINATE, "could not check for a job", TYPE, losses.job_unknown, by_word=True),
    Rule("D10", TERMINATE, "no job runs, or the machine is stopped", WARN, losses.nothing_runs),
    Rule(
        "D11",
        TERMINATE,
        "no job found, yet CPU, memory or GPU above 80 %, or unknown",
        TYPE,
        losses.busy_yet_idle,
    ),
    Rule(
        "D12",
        TERMINATE,
        "a data volume that is deleted with it, or may be",
        TYPE,
        losses.data_volume_dies,
    ),
    Rule("D13", TERMINATE, "its volumes are unknown", REFUSE, losses.volumes_unknown),
    Rule(
        "D13",
        TERMINATE,
        "a volume that is deleted with it, or may be, has a protecting tag, or unknown tags",
        REFUSE,
        losses.protected_volume,
    ),
    Rule("D14", TERMINATE, "volumes that stay; says what they cost", WARN, losses.volumes_stay),
    Rule(
        "D15",
        TERMINATE,
        "an instance store, or perhaps one, unless stopped",
        TYPE,
        losses.instance_store_dies,
    ),
    Rule(
        "D15",
        TERMINATE,
        "newest checkpoint without a remote copy, or unknown, unless stopped",
        TYPE,
        losses.checkpoint_only_here,
    ),
    Rule("D16", HALT, "a job runs", WARN, losses.job_runs_on_stop),
    Rule("D17", HALT, "could not check for a job", TYPE, losses.job_unknown, by_word=True),
    Rule("D18", HALT, "one-time spot, or perhaps", REFUSE, losses.spot_once),
    Rule("D18", HALT, "an instance store, or perhaps one", TYPE, losses.instance_store_dies),
)
"""Rows about machines."""

OF_VOLUMES: tuple[Rule[Case], ...] = (
    Rule(
        "D2",
        ATTACH,
        'the machine is not mine, and `ownership = "strict"`',
        REFUSE,
        rules_volumes.host_not_mine_strictly,
    ),
    Rule(
        "D2",
        ATTACH,
        "the machine is a colleague's, foreign, names no user, or has unknown tags",
        TYPE,
        rules_volumes.host_not_mine,
        by_word=True,
    ),
    Rule(
        "D19",
        DELETE,
        "a volume that is attached, not available, or perhaps",
        REFUSE,
        rules_volumes.not_available,
    ),
    Rule(
        "D20",
        DELETE,
        "a volume with a snapshot of the last `snapshot_days`",
        WARN,
        rules_volumes.copied_lately,
    ),
    Rule(
        "D21",
        DELETE,
        "a volume without such a snapshot, or snapshots unknown",
        TYPE,
        rules_volumes.not_copied,
    ),
    Rule(
        "snapshot", DELETE, "a snapshot that an image uses, or perhaps", REFUSE, rules_volumes.images_use_it
    ),
    Rule("snapshot", DELETE, "a snapshot whose volume is gone, or perhaps", TYPE, rules_volumes.last_copy),
    Rule(
        "state", (*DETACH, *KEEP), "which machine holds it is not clear", REFUSE, rules_volumes.which_holder
    ),
    Rule("state", KEEP, "its machine is being terminated", REFUSE, rules_volumes.holder_ends),
    Rule(
        "D22",
        DETACH,
        "root of a machine that is not stopped, or perhaps",
        REFUSE,
        rules_volumes.root_of_running,
    ),
    Rule(
        "D22",
        DETACH,
        "mounted on a machine that is not stopped, or perhaps",
        TYPE,
        rules_volumes.mounted,
        by_word=True,
    ),
    Rule(
        "D22",
        DETACH,
        "by force: the phrase is `FORCE <id>`",
        TYPE,
        rules_volumes.by_force,
        in_batch=REFUSE,
        forced=True,
    ),
    Rule(
        "D23",
        ATTACH,
        "the machine is in another zone, neither running nor stopped, or unknown",
        REFUSE,
        rules_volumes.host_unfit,
    ),
    Rule(
        "D23", ATTACH, "attached already, and not multi-attach, or perhaps", REFUSE, rules_volumes.held_alone
    ),
    Rule("D24", ATTACH, "multi-attach, and another machine holds it", TYPE, rules_volumes.second_host),
    Rule(
        "state",
        MODIFY,
        "a change goes on, or the last one is younger than `modify_hours`, or unknown",
        REFUSE,
        rules_volumes.modified_lately,
    ),
    Rule("speed", MODIFY, "the new type has fewer IOPS", WARN, rules_volumes.slower),
    Rule("state", RESTORE, "a snapshot in the archive tier, or tier unknown", REFUSE, rules_volumes.archived),
)
"""Rows about volumes and snapshots."""

ALWAYS: Rule[Case] = Rule("default", EVERY, "always", WARN, losses.consequence)

TARGET = (*ANY_TARGET, *OF_MACHINES, *OF_VOLUMES, ALWAYS)
"""Rows about a target that the provider knows and that is not already there."""
