"""Amazon Web Services behind the provider's door."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from threading import Lock
from typing import Any

from trainctl_tui.domain.acts import Facts
from trainctl_tui.domain.errors import ConfigError, InvalidResponse, NotFound, TrainctlError
from trainctl_tui.domain.orders import NO_CHANGES, Change, Order
from trainctl_tui.domain.resources import Console, Identity, Kind, Region
from trainctl_tui.providers.aws.acting import rehearse, send
from trainctl_tui.providers.aws.calls import Answer, Caller, Question, is_code
from trainctl_tui.providers.aws.errors import Act, translate
from trainctl_tui.providers.aws.facts import read_facts
from trainctl_tui.providers.aws.listed import Listed
from trainctl_tui.providers.aws.listings import SPECS, Spec, chunks
from trainctl_tui.providers.aws.session import expiry_of, of_method
from trainctl_tui.providers.aws.sweep import Sweep
from trainctl_tui.providers.aws.words import of_datetime
from trainctl_tui.providers.base import (
    CredentialFacts,
    Observed,
    Page,
    Patience,
    ProviderOptions,
    Receipt,
    boundary,
)
from trainctl_tui.providers.gate import named
from trainctl_tui.providers.standing import observe

HOME_REGION = "us-east-1"  # where identity is asked for when no region is set
CONSOLE_BYTES = 65_536
_NAMES = re.compile(r"[a-z0-9-]+\.[a-z0-9-]+")


class AwsProvider:
    """Reads EC2, STS and IAM, and acts on machines. Opening it touches neither files nor the network."""

    name = "aws"

    def __init__(self, options: ProviderOptions, caller: Caller | None = None) -> None:
        self._caller = caller if caller is not None else Caller(options)
        self._sweeps: dict[tuple[Kind, str], Sweep] = {}
        self._lock = Lock()

    def default_region(self) -> str:
        """Return the region of AWS_REGION, AWS_DEFAULT_REGION or the profile, or ""."""
        return self._caller.clients.region()

    def clock_offset(self) -> float:
        """Return AWS's clock minus ours in seconds, by the last Date header."""
        return self._caller.clock_offset

    def credentials(self) -> CredentialFacts:
        """Say where the SDK finds credentials: by its own order, with the settings of the profile."""
        clients = self._caller.clients
        found = clients.credentials(Act("find credentials", profile=clients.profile))
        return CredentialFacts(of_method(found), expiry_of(found))

    def identify(self, patience: Patience) -> Identity:
        """Say who we are, by the regional endpoint of STS."""
        answer = self._ask("sts", "GetCallerIdentity", "Account", "ask AWS who you are", patience)
        told = answer.parsed
        return Identity(account=told["Account"], arn=told.get("Arn", ""), user_id=told.get("UserId", ""))

    def alias(self, patience: Patience) -> str:
        """Return the account's alias, or "". Many roles may not ask: Denied is normal."""
        answer = self._ask(
            "iam", "ListAccountAliases", "AccountAliases", "read the account's alias", patience
        )
        return next(iter(answer.parsed["AccountAliases"]), "")

    def regions(self, patience: Patience) -> tuple[Region, ...]:
        """List all regions, those not opted in to included, by name."""
        answer = self._ask("ec2", "DescribeRegions", "Regions", "list the regions", patience, AllRegions=True)
        found = (
            Region(id=region.get("RegionName", ""), opt_in=region.get("OptInStatus", ""))
            for region in answer.parsed["Regions"]
        )
        return tuple(sorted(found, key=lambda region: region.id))

    def pages(
        self, kind: Kind, region: str, patience: Patience, only: Collection[str] = ()
    ) -> Iterator[Page]:
        """List every page of one kind, each retried by itself.

        Types are listed by the names in ``only``; with none there is one empty page and no call.
        """
        spec = SPECS[kind]
        with self._boundary(f"list {kind}", region):
            if kind is Kind.TYPES:
                yield from self._types(spec, region, patience, only)
            else:
                yield from self._pages(kind, spec, region, patience)

    def console(self, region: str, instance_id: str, patience: Patience) -> Console:
        """Return the last 64 KB of an instance's console: the live one where the machine can (Nitro)."""
        with self._boundary(f"read the console of {instance_id}", region):
            try:
                answer = self._console(region, instance_id, patience, Latest=True)
            except TrainctlError as error:
                if not is_code(error, "UnsupportedOperation"):
                    raise
                answer = self._console(region, instance_id, patience)
        text = answer.parsed.get("Output", "")
        return Console(
            instance_id=instance_id,
            text=text.encode("utf-8", "replace")[-CONSOLE_BYTES:].decode("utf-8", "ignore"),
            taken_at=of_datetime(answer.parsed.get("Timestamp")),
        )

    def raw(self, kind: Kind, region: str, id: str, patience: Patience) -> str:
        """Return AWS's own description of one resource as indented JSON."""
        spec = SPECS[kind]
        question = Question(
            "ec2", spec.operation, region, spec.key, f"describe {id}", {spec.one: [id], **spec.one_more}
        )
        with self._boundary(question.doing, region):
            found = self._caller.ask(question, patience).parsed[spec.key]
            if kind is Kind.INSTANCES:
                found = [machine for group in found for machine in group.get("Instances", ())]
            if not found:
                raise NotFound(f"Could not describe {id} in {region}.", "AWS does not know it.", "Refresh.")
            return json.dumps(found[0], indent=2, ensure_ascii=False, default=_plain)

    def facts(
        self,
        region: str,
        ids: Collection[str],
        patience: Patience,
        changes: Mapping[str, Change] = NO_CHANGES,
    ) -> tuple[Facts, ...]:
        """Return what each id is judged by, without job and money. What may not be read is unknown."""
        with self._boundary("read what an act is judged by", region):
            return read_facts(self._caller, self.pages, region, ids, patience, changes)

    def act(self, order: Order, region: str, ids: Collection[str], patience: Patience) -> Receipt:
        """Send an approved act once."""
        with self._boundary(f"{order.act} {named(ids)}", region):
            return send(self._caller, order, region, ids, patience)

    def rehearse(self, order: Order, region: str, ids: Collection[str], patience: Patience) -> None:
        """Raise what forbids an act, by DryRun."""
        with self._boundary(f"rehearse to {order.act} {named(ids)}", region):
            rehearse(self._caller, order, region, ids, patience)

    def observe(
        self, order: Order, region: str, ids: Collection[str], patience: Patience
    ) -> dict[str, Observed]:
        """Return how each id that is seen stands to an order."""
        with self._boundary(f"look at {named(ids)}", region):
            return observe(Listed(self._caller, region, patience), order, ids)

    def _ask(
        self, service: str, operation: str, expect: str, doing: str, patience: Patience, **parameters: Any
    ) -> Answer:
        """Ask a question that has no region of its own, in the configured region or the home of AWS."""
        with self._boundary(doing, ""):
            region = self.default_region() or HOME_REGION
            return self._caller.ask(Question(service, operation, region, expect, doing, parameters), patience)

    def _pages(self, kind: Kind, spec: Spec, region: str, patience: Patience) -> Iterator[Page]:
        sweep = self._sweep(kind, spec, region)
        token = ""
        while True:
            parameters = {**spec.parameters, "NextToken": token} if token else spec.parameters
            urgent = kind is Kind.INSTANCES  # the pane that a view begins with
            question = Question(
                "ec2",
                spec.operation,
                region,
                spec.key,
                f"list {kind}",
                parameters,
                sweep,
                urgent,
                first=urgent and not token and not sweep.memory,
            )
            answer = self._caller.ask(question, patience)
            rows = answer.rows if answer.rows is not None else spec.read(answer.parsed[spec.key], region)
            before, token = token, answer.parsed.get("NextToken") or ""
            if token and token == before:
                raise InvalidResponse(
                    f"Could not list {kind} in {region}.", "AWS gave the same page twice.", "Refresh."
                )
            if not token:
                sweep.memory.turn()
            yield Page(rows, answer.taken_at)
            if not token:
                return

    def _types(self, spec: Spec, region: str, patience: Patience, only: Collection[str]) -> Iterator[Page]:
        if not only:
            yield Page((), None)
        for names in chunks(only):
            yield self._known_types(spec, region, patience, names)

    def _known_types(self, spec: Spec, region: str, patience: Patience, names: list[str]) -> Page:
        """Describe types by name, leaving out those that the region does not know."""
        while names:
            question = Question(
                "ec2", spec.operation, region, spec.key, "read instance types", {"InstanceTypes": names}
            )
            try:
                answer = self._caller.ask(question, patience)
            except ConfigError as error:
                if not is_code(error, "InvalidInstanceType"):
                    raise
                unknown = set(_NAMES.findall(str(error.__cause__))).intersection(names)
                if not unknown and len(names) > 1:
                    return self._by_halves(spec, region, patience, names)
                names = [name for name in names if name not in unknown] if unknown else []
            else:
                return Page(spec.read(answer.parsed[spec.key], region), answer.taken_at)
        return Page((), None)

    def _by_halves(self, spec: Spec, region: str, patience: Patience, names: list[str]) -> Page:
        """Find the unknown name by halves, where the answer does not name it."""
        middle = len(names) // 2
        first = self._known_types(spec, region, patience, names[:middle])
        second = self._known_types(spec, region, patience, names[middle:])
        return Page(first.items + second.items, second.taken_at or first.taken_at)

    def _console(self, region: str, instance_id: str, patience: Patience, **more: Any) -> Answer:
        question = Question(
            "ec2",
            "GetConsoleOutput",
            region,
            "InstanceId",
            f"read the console of {instance_id}",
            {"InstanceId": instance_id, **more},
        )
        return self._caller.ask(question, patience)

    def _sweep(self, kind: Kind, spec: Spec, region: str) -> Sweep:
        with self._lock:
            sweep = self._sweeps.get((kind, region))
            if sweep is None:
                assert spec.read_item is not None
                sweep = self._sweeps[(kind, region)] = Sweep(spec.set_name, spec.read_item, region)
            return sweep

    @contextmanager
    def _boundary(self, doing: str, region: str) -> Iterator[None]:
        def ours(error: Exception, doing: str) -> TrainctlError:
            return translate(error, Act(doing, region=region, profile=self._caller.clients.profile))

        with boundary(doing, ours):
            yield


def _plain(value: Any) -> str:
    """Write what JSON has no word for: times as ISO 8601, bytes as text."""
    if isinstance(value, date):
        return value.isoformat()
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
