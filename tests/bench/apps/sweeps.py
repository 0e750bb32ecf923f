"""Sweep the instances again and again in one process, and say the processor seconds of each sweep as JSON.

``python -m tests.bench.apps.sweeps ours|botocore ROUNDS``
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from time import process_time


def ours() -> Callable[[], int]:
    """Return a sweep by our provider: the first is cold, the others know what has not changed."""
    from trainctl_tui.domain.resources import Kind
    from trainctl_tui.providers.aws.provider import AwsProvider
    from trainctl_tui.providers.base import Patience, ProviderOptions

    provider = AwsProvider(ProviderOptions())
    return lambda: sum(len(page.items) for page in provider.pages(Kind.INSTANCES, "us-east-1", Patience()))


def botocore() -> Callable[[], int]:
    """Return a sweep by botocore's own paginator, which flattens each page."""
    from botocore.session import Session

    client = Session().create_client("ec2")

    def sweep() -> int:
        pages = client.get_paginator("describe_instances").paginate(PaginationConfig={"PageSize": 1000})
        return sum(len(group["Instances"]) for page in pages for group in page["Reservations"])

    return sweep


def main() -> None:
    """Time them."""
    sweep = {"ours": ours, "botocore": botocore}[sys.argv[1]]()
    spent, count = [], 0
    for _ in range(int(sys.argv[2])):
        begun = process_time()
        count = sweep()
        spent.append(process_time() - begun)
    print(json.dumps({"seconds": spent, "instances": count}))


if __name__ == "__main__":
    main()
