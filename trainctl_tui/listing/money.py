"""How money reads: "~" before every list price, "≤" before a bound, and "unknown" where there is no price."""

from __future__ import annotations

from trainctl_tui.domain.cost import Bill, Price, of_volumes, price_of, rate_of, staying
from trainctl_tui.domain.resources import Instance, Kind, Row, Snapshot, Volume
from trainctl_tui.listing.columns import Column
from trainctl_tui.listing.details import Field, Section
from trainctl_tui.listing.facts import Facts

UNKNOWN = "unknown"


def usd(amount: float) -> str:
    """Return an amount with as many digits as matter: four places below a dollar, none from a thousand on."""
    if amount >= 1000:
        return f"{amount:,.0f}"
    whole, _, part = f"{amount:.{2 if amount >= 10 else 3 if amount >= 1 else 4}f}".partition(".")
    return f"{whole}.{part.rstrip('0').ljust(2, '0')}"


def price_text(price: Price | None) -> str:
    """Return "~0.526", "≤~1.006", "-" for what costs nothing, or "unknown"."""
    if price is None:
        return UNKNOWN
    return f"{'≤' * price.at_most}~{usd(price.usd)}" if price.usd else "-"


def bill_text(bill: Bill, unit: str) -> str:
    """Return "~$12.34/h + 2 unknown", or "" where there is nothing to pay."""
    sum_ = f"{'≤' * bill.at_most}~${usd(bill.usd)}/{unit}" if bill.usd or not bill.unknown else ""
    more = f"{bill.unknown:,} unknown" if bill.unknown else ""
    return " + ".join(part for part in (sum_, more) if part)


def cost_column(label: str) -> Column[Instance | Volume | Snapshot, Facts]:
    """Return what a row costs, by the unit of the label."""
    return Column(
        "cost",
        label,
        8,
        lambda row, facts: price_text(price_of(row, facts.prices)),
        lambda row, facts: None if (price := price_of(row, facts.prices)) is None else price.usd,
        align="right",
        style=lambda row, facts: _style(price_of(row, facts.prices)),
        number=True,
    )


def _style(price: Price | None) -> str:
    return "warn" if price is None else "" if price.usd else "dim"


def rate_section(row: Instance, facts: Facts) -> Section:
    """Return what an instance costs: while it runs, through its volumes, and after it is terminated."""
    volumes = facts.of(Kind.VOLUMES)
    rate = rate_of(row, facts.prices)
    told = [Field("While running", _told(rate, "h"), "" if rate else "warn")]
    if row.attachments:
        told += [
            _bill("Its volumes", of_volumes(row, volumes, facts.prices), "also while it is stopped"),
            _bill("Stays if terminated", staying(row, volumes, facts.prices), "of volumes that outlive it"),
        ]
    return Section("Money", tuple(told))


def _bill(label: str, bill: Bill, what: str) -> Field:
    text = bill_text(bill, "month")
    return Field(
        label, f"{text}, {what}" if bill.usd or bill.unknown else "nothing", "warn" if bill.unknown else ""
    )


def month_section(row: Row, facts: Facts) -> Section:
    """Return what a volume or a snapshot costs a month."""
    price = price_of(row, facts.prices)
    return Section("Money", (Field("Costs", _told(price, "month"), "" if price else "warn"),))


def _told(price: Price | None, unit: str) -> str:
    """Return a price with its list and the date of that."""
    if price is None:
        return "unknown: no list names its price"
    bound = "at most " if price.at_most else ""
    where = f" ({price.source}, {price.dated or 'undated'})" if price.source else ""
    return f"{bound}~${usd(price.usd)}/{unit}{where}"
