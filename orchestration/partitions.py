"""The sites of the crawl as Dagster's partitions.

Belongs here: keeping the partitions equal to the enabled publishers, naming them for a run. Does not belong
here: the asset that they are of (`orchestration.defs.crawl`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dagster import DagsterInstance

SITES = "sites"
_FIRST, _LAST = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"


def sites_of_run(instance: DagsterInstance) -> dict[str, str]:
    """Make the partitions those of the enabled publishers; the tags by which one run materialises them all.

    Empty where no publisher is enabled. A publisher that is switched off loses its partition, and keeps the
    history of its materialisations.
    """
    from orchestration.crawling import enabled

    wanted = list(enabled())
    present = list(instance.get_dynamic_partitions(SITES))
    for name in set(present) - set(wanted):
        instance.delete_dynamic_partition(SITES, name)
    if missing := [name for name in wanted if name not in present]:
        instance.add_dynamic_partitions(SITES, missing)
    ordered = list(instance.get_dynamic_partitions(SITES))
    return {_FIRST: ordered[0], _LAST: ordered[-1]} if ordered else {}
