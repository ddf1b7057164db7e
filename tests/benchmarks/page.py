"""How long the server works on one refresh of each page while a network learns: tests.benchmarks.page."""

import argparse
import statistics
import time
from collections.abc import Callable

import streamlit as st
from streamlit.testing.v1 import AppTest

from nn import Hyperparameters

MOST_MS = 50  # a refresh of all panels together should stay below
VIEWS = {  # page, view: the widget that opens it
    ("Train", ""): None,
    ("Digit doctor", "all its tabs"): None,
    **{
        ("Inside", view): "inside_part"
        for view in ("This drawing", "Templates", "Evidence", "Dreams", "Blend")
    },
    **{
        ("Mistakes", view): "mistakes_view"
        for view in (*("Confusions", "Digit by digit", "Surest mistakes", "How sure, how right", "A sample"),)
    },
    **{("How it got there", view): "runs_view" for view in ("Rewind", "Runs", "Pins", "Keep and share")},
    **{("How it works", view): "lesson_part" for view in ("Seven steps", "One weight")},
}


def script() -> None:
    """Draw one page as ui/page.py does; what stands in the canvas's place stays as it is at a refresh."""
    import streamlit as st

    from ui.doctor.doctor import show_doctor
    from ui.draw.drawing import show_drawing
    from ui.history.history import show_runs
    from ui.inside.inside import show_inside
    from ui.lesson.lesson import show_lesson
    from ui.mistakes.mistakes import show_mistakes
    from ui.shared.live import live
    from ui.state.session import current_session
    from ui.train.training import show_status, show_training

    session = current_session()
    session.refreshing = session.running
    show_drawing(session)
    live(session.refreshing, show_status, session)
    pages = {
        "Train": show_training,
        "Digit doctor": show_doctor,
        "Inside": show_inside,
        "Mistakes": show_mistakes,
        "How it got there": show_runs,
        "How it works": show_lesson,
    }
    pages[st.session_state["page"]](session)


FRAME = ("show_status", "_show_reading")  # what is live on every page


class Stopwatch:
    """Stands in for st.fragment: what is live is run in place, and timed."""

    def __init__(self) -> None:
        self.milliseconds: dict[str, float] = {}

    def __call__(self, panel: Callable[..., None], run_every: float | None = None) -> Callable[..., None]:
        def timed(*arguments: object) -> None:
            start = time.perf_counter()
            panel(*arguments)
            name = "frame" if getattr(panel, "__name__", "") in FRAME else "page"
            spent = 1000 * (time.perf_counter() - start)
            self.milliseconds[name] = self.milliseconds.get(name, 0) + spent

        return timed


class Refreshes:
    """One visitor's page, a network of a size that learns on and on, a drawing and two pins."""

    def __init__(self, hidden_size: int) -> None:
        from ui.state.run import Run
        from ui.state.session import Drawing, Exhibit
        from ui.state.settings import Settings

        self.app = AppTest.from_function(script, default_timeout=60)
        self.app.session_state["page"] = "Train"
        self.app.session_state["lesson_step"] = "All"
        self.app.run()
        session = self.app.session_state["session"]
        sample = session.dataset
        training = Hyperparameters(learning_rate=0.01, iterations=10**9, batch_size=64)
        session.show(Run(Settings(hidden_size=hidden_size, init="he", hyperparameters=training), sample))
        self.trainer = session.trainer
        session.exhibit = Exhibit(
            "a digit", Drawing((sample.X_test[0].reshape(28, 28) * 255).astype("uint8"))
        )
        session.pins = [row.reshape(28, 28) for row in sample.X_test[:6]]
        self.trainer.start()

    def measure(self, page: str, view: str, key: str | None, stopwatch: Stopwatch) -> tuple[float, float]:
        """Refresh once; return the milliseconds of what every page shows, and of this page."""
        self.app.session_state["page"] = page
        if key:
            self.app.session_state[key] = view
        stopwatch.milliseconds.clear()
        self.app.run()
        if self.app.exception:
            raise RuntimeError(f"{page}, {view}: {self.app.exception[0].value}")
        return stopwatch.milliseconds["frame"], stopwatch.milliseconds.get("page", 0.0)


def main() -> None:
    """Print the median and the worst of some refreshes, a page a line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20, help="refreshes of each page (default: 20)")
    parser.add_argument("--hidden", type=int, nargs="+", default=[10, 128])
    options = parser.parse_args()
    stopwatch = Stopwatch()
    st.fragment = stopwatch
    for hidden_size in options.hidden:
        refreshes = Refreshes(hidden_size)
        frame: list[float] = []
        pages: dict[tuple[str, str], list[float]] = {place: [] for place in VIEWS}
        for round_ in range(options.rounds + 1):
            for (page, view), key in VIEWS.items():
                around, here = refreshes.measure(page, view, key, stopwatch)
                if round_:  # the first fills caches
                    frame.append(around)
                    pages[page, view].append(here)
        refreshes.trainer.pause()
        print_table(hidden_size, frame, pages)


def print_table(hidden_size: int, frame: list[float], pages: dict[tuple[str, str], list[float]]) -> None:
    """Print milliseconds of the server, and whether all panels together stay within the promise."""
    print(f"784-{hidden_size}-10 learning meanwhile: milliseconds of a refresh     median   worst")
    lines = {"on every page: status and reading": frame}
    lines |= {f"{page}{': ' * bool(view)}{view}": spent for (page, view), spent in pages.items()}
    for name, spent in lines.items():
        print(f"  {name:<60} {statistics.median(spent):8.1f} {max(spent):7.1f}")
    medians: dict[str, float] = {}
    for (page, _), spent in pages.items():  # of each page one view is open at a time: the dearest
        medians[page] = max(medians.get(page, 0), statistics.median(spent))
    total = statistics.median(frame) + sum(medians.values())
    every = [statistics.median(frame) + sum(row) for row in zip(*pages.values(), strict=True)]
    print(f"  {'six pages in a row, the dearest view of each':<60} {total:8.1f}   ({MOST_MS} at most)")
    print(f"  {'all views of all pages in a row':<60} {statistics.median(every):8.1f} {max(every):7.1f}\n")


if __name__ == "__main__":
    main()
