"""Many visitors on one computer: python -m tests.load --visitors 60 --training 30."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy loads: a small matrix wants one thread

import argparse
import sys
import tempfile
from pathlib import Path

from tests.load.bare import bare_iterations_per_second
from tests.load.crowd import Plan
from tests.load.measure import Result, machine, measure
from tests.pen import FOLDER

SMALLER = (1, 10, 30)  # visitors, all in training, beside the crowd that was asked for
MOST_VISITORS = 200
MOST_SECONDS = 120.0
BARE_SECONDS = 8.0


def main() -> None:
    """Measure, and print a column for each size of the crowd."""
    options = _options()
    if not (FOLDER / "pendigits-orig.tra.gz").is_file():
        sys.exit("The visitors draw the pen digits: set PEN_DIR to the folder with pendigits-orig.tra.gz.")
    seconds = 6.0 if options.quick else options.seconds
    sizes = [(options.visitors, options.training)]
    if not options.quick:
        sizes = [(count, count) for count in SMALLER] + sizes
    print(f"{machine()}; {seconds:g} s each\n", flush=True)
    columns = []
    with tempfile.TemporaryDirectory() as folder:
        for visitors, training in dict.fromkeys(sizes):
            print(f"{visitors} visitors, {training} in training ...", file=sys.stderr, flush=True)
            before = _bare(training, seconds)
            result = measure(Plan(visitors, training, seconds), Path(folder) / "server.log")
            columns.append(column(result, before, _bare(training, seconds)))
    print_table(columns)
    print(f"\n{machine()}")


def _bare(runs: int, seconds: float) -> float:
    return bare_iterations_per_second(runs, min(BARE_SECONDS, seconds)) if runs else 0.0


def column(result: Result, before: float, after: float) -> dict[str, str]:
    """Put what was measured into words, a line each, beside the same runs without a page before and after."""
    bare = (before + after) / 2
    record, pace = result.record, result.iterations_per_second
    return {
        "visitors, in training": f"{result.plan.visitors}, {result.plan.training}",
        "frame to reading, ms  p50 p95 p99": _milliseconds(result, "frame", 50, 95, 99),
        "   read, unanswered, wrong": f"{_count(result, 'frame')}, {record.wrong}",
        "first Train, ms       p50 p95": _milliseconds(result, "start", 50, 95),
        "   answered, unanswered": _count(result, "start"),
        "Train, Pause, ms      p50 p95": _milliseconds(result, "press", 50, 95),
        "   answered, unanswered ": _count(result, "press"),
        "change of page, ms    p50 p95": _milliseconds(result, "page", 50, 95),
        "   answered, unanswered  ": _count(result, "page"),
        "opening the page, ms  p50 p95": _milliseconds(result, "open", 50, 95),
        "   answered, unanswered   ": _count(result, "open"),
        "iterations a second, all runs": f"{pace:,.0f}",
        "   without a page, before, after": f"{before:,.0f}, {after:,.0f}",
        "   share": f"{pace / bare:.0%}" if bare else "–",
        "   runs of which nothing was heard": str(record.silent),
        "parts drawn again by Python, a second": f"{record.redrawn / result.plan.seconds:.1f}",
        "page process: cores": f"{result.page.cores:.2f}",
        "   MB its own, resident": f"{result.page.unique:,.0f}, {result.page.resident:,.0f}",
        "worker processes: number, cores": f"{result.workers.processes}, {result.workers.cores:.2f}",
        "   MB their own, resident": f"{result.workers.unique:,.0f}, {result.workers.resident:,.0f}",
        "visitors' process: cores": f"{result.visitors_share:.2f}",
        "errors on pages": str(len(record.errors)),
    }


def print_table(columns: list[dict[str, str]]) -> None:
    """Print a line for each measure."""
    width = max(map(len, columns[0]))
    for name in columns[0]:
        print(f"{name:<{width}}" + "".join(f"{one[name]:>20}" for one in columns))


def _milliseconds(result: Result, what: str, *percentiles: float) -> str:
    if not result.record.seconds[what]:
        return "–"
    values = result.milliseconds(what, *percentiles)
    return " ".join(f"{value:,.0f}" if value >= 100 else f"{value:.1f}" for value in values)


def _count(result: Result, what: str) -> str:
    return f"{len(result.record.seconds[what])}, {result.record.unanswered[what]}"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    parser.add_argument("--visitors", type=_within(1, MOST_VISITORS), default=60)
    parser.add_argument("--training", type=_within(0, MOST_VISITORS), default=30, help="of the visitors")
    parser.add_argument("--seconds", type=_within(2, MOST_SECONDS), default=15.0, help="of each size")
    parser.add_argument("--quick", action="store_true", help="only the crowd itself, for 6 seconds")
    options = parser.parse_args()
    options.training = min(options.training, options.visitors)
    return options


def _within(low: float, high: float):
    def read(text: str) -> float:
        number = type(low)(text) if isinstance(high, int) else float(text)
        if not low <= number <= high:
            raise argparse.ArgumentTypeError(f"{text}: from {low:g} to {high:g}")
        return number

    return read


if __name__ == "__main__":
    main()
