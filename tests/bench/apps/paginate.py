"""List every instance with bare boto3, page by page, and say when the first and the last are there."""

from __future__ import annotations

import boto3


def main() -> None:
    """Keep what a table would show of each."""
    rows: list[tuple[str, ...]] = []
    pages = boto3.client("ec2").get_paginator("describe_instances")
    for page in pages.paginate(PaginationConfig={"PageSize": 1000}):
        for group in page["Reservations"]:
            rows += [
                (one["InstanceId"], one["State"]["Name"], one["InstanceType"], str(one["LaunchTime"]))
                for one in group["Instances"]
            ]
        if len(rows) <= 1000:
            print("first page", flush=True)
    print(f"all {len(rows)}", flush=True)


if __name__ == "__main__":
    main()
