"""What a measurement says, and how it is printed."""

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

_HEADINGS = ("work", "engine", "ours", "limit", "ratio", "to reach", "reached", "note")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table. ``reached`` is None where there is nothing to reach."""

    work: str
    engine: str
    ours: str
    limit: str = "–"
    ratio: float | None = None
    to_reach: str = "–"
    reached: bool | None = None
    note: str = ""


def at_least(line: Line, ratio: float, target: float, *, also: bool = True) -> Line:
    """The line with its ratio judged: it is to be no smaller than the target."""
    return replace(line, ratio=ratio, to_reach=f"≥ {target:g}", reached=ratio >= target and also)


def at_most(line: Line, ratio: float, target: float, *, also: bool = True) -> Line:
    """The line with its ratio judged: it is to be no larger than the target."""
    return replace(line, ratio=ratio, to_reach=f"≤ {target:g}", reached=ratio <= target and also)


def interleaved(rounds: int, *measures: Callable[[], float]) -> list[list[float]]:
    """What each measure gave in each round. The measures take turns, so that a busy moment hits all of them."""
    taken: list[list[float]] = [[] for _ in measures]
    for _ in range(rounds):
        for results, measure in zip(taken, measures, strict=True):
            results.append(measure())
    return taken


def ratio_of(ours: Sequence[float], limit: Sequence[float]) -> float:
    """The median of the ratios of the rounds."""
    return statistics.median(a / b for a, b in zip(ours, limit, strict=True))


def percentile(values: Iterable[float], share: float) -> float:
    """The value that this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def as_text(lines: Sequence[Line]) -> str:
    """The table, in Markdown with aligned columns."""
    rows = [_HEADINGS, *(_cells(line) for line in lines)]
    widths = [max(len(row[n]) for row in rows) for n in range(len(_HEADINGS))]
    rows.insert(1, tuple("-" * width for width in widths))
    return "\n".join("| " + " | ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) + " |" for row in rows)


def _cells(line: Line) -> tuple[str, ...]:
    reached = {True: "yes", False: "NO", None: "–"}[line.reached]
    ratio = "–" if line.ratio is None else f"{line.ratio:.2f}"
    return (line.work, line.engine, line.ours, line.limit, ratio, line.to_reach, reached, line.note)
