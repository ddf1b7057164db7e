"""How much of an accuracy is luck: the same settings with ten seeds."""

import numpy as np
import pandas as pd
import streamlit as st

from ui.shared.charts import HELD_OUT, PADDING, PERCENT, Chart, iterations, position, tip
from ui.shared.live import live
from ui.shared.words import escaped
from ui.state.seeds import MOST_HIDDEN, SEEDS, SeedRuns
from ui.state.session import Session


def show_seeds(session: Session) -> None:
    """Draw the buttons, the band, and what it says."""
    st.markdown(
        "The first weights of your run were random. **Is its accuracy skill or luck?** "
        f"Train {SEEDS} networks that differ only in their seed."
    )
    seeds, why_not = session.seeds, _why_not(session)
    running = seeds is not None and seeds.running
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            f"Train {SEEDS} seeds",
            icon=":material/casino:",
            key="seeds_start",
            type="primary",
            disabled=running or why_not is not None,
            on_click=_start,
            args=(session,),
        )
        if seeds and not seeds.over:
            st.button(
                "Stop" if running else "Go on",
                key="seeds_stop",
                on_click=seeds.stop if running else _run,
                args=() if running else (seeds,),
            )
    if why_not:
        st.caption(why_not)
    if seeds:
        live(running, _show_band, seeds, running)
        first = seeds.settings.hyperparameters.seed
        st.caption(
            f"Trained with {seeds.settings.in_words()}, seeds {first} to {first + SEEDS - 1}. "
            "All ten learn from the same digits and take turns."
        )


def _chart(band: pd.DataFrame, end: int) -> Chart:
    """Draw the band of the runs that differ only in their seed; the axis ends at iteration `end`."""
    tooltip = [tip("iteration", "d"), *(tip(name, ".1%") for name in ("lowest", "median", "highest"))]
    y = position("lowest", PERCENT, [0, 1])
    spec = {
        "padding": PADDING,
        "encoding": {"x": iterations(end), "tooltip": tooltip},
        "layer": [
            {
                "mark": {"type": "area", "opacity": 0.35, "color": HELD_OUT, "clip": True},
                "encoding": {"y": y, "y2": {"field": "highest"}},
            },
            {
                "mark": {"type": "line", "strokeWidth": 2.5, "color": HELD_OUT, "clip": True},
                "encoding": {"y": y | {"field": "median"}},
            },
        ],
    }
    if not len(band):
        return Chart(band, spec, "All runs have exploded: there is nothing to draw.")
    last = band.iloc[-1]
    return Chart(
        band,
        spec,
        f"Held-out accuracy of {SEEDS} seeds after {last.iteration:.0f} iterations: from "
        f"{last.lowest:.1%} to {last.highest:.1%}, median {last['median']:.1%}.",
    )


def _why_not(session: Session) -> str | None:
    run = session.run
    settings, training = run.now, run.trainer.hyperparameters
    if run.source:
        return f"This run started from the weights in {escaped(run.source)}: no seed can draw those again."
    if settings.from_expert and not (training.dropout or training.batch_size or settings.distort):
        return "From the expert's weights, with full batch and no dropout, nothing is random: all ten agree."
    if settings.hidden_size > MOST_HIDDEN:
        return f"Ten networks of more than {MOST_HIDDEN} hidden units would be too much for one computer."
    return None


def _start(session: Session) -> None:
    if session.seeds:
        session.seeds.stop()
    session.seeds = SeedRuns(session.run)
    _run(session.seeds)


def _run(seeds: SeedRuns) -> None:
    seeds.start()


def _show_band(seeds: SeedRuns, was_running: bool) -> None:
    if was_running and not seeds.running:
        st.rerun()  # the buttons change
    st.progress(min(seeds.progress, 1.0))
    chart = _chart(seeds.band(), seeds.settings.hyperparameters.iterations)
    with st.container(key="seeds_chart", gap=None):
        st.caption("Held-out accuracy: the band reaches from the worst to the best, the line is the median")
        st.vega_lite_chart(chart.data, chart.spec, height=220, alt=chart.alt)
    with st.container(key="seeds_says"):
        st.markdown(_sentence(seeds))


def _sentence(seeds: SeedRuns) -> str:
    """Say what the band means; while it grows, how far they are."""
    accuracies = seeds.accuracies()
    if not accuracies:
        return f"**All {SEEDS} exploded:** lower the learning rate. That is not bad luck."
    diverged = SEEDS - len(accuracies)
    note = f" {diverged} of the {SEEDS} exploded and are not counted." if diverged else ""
    low, high, middle = min(accuracies), max(accuracies), float(np.median(accuracies))
    where = "After the last iteration" if seeds.over else "So far"
    digits = len(seeds.dataset.Y_dev)
    chance = 2 * np.sqrt(middle * (1 - middle) / digits)  # two standard errors of a share
    return (
        f"{where} the ten read **{low:.1%} to {high:.1%}** of the digits right, median {middle:.1%}: a "
        f"difference of up to **{100 * (high - low):.1f} points is luck.** A setting that gains less than "
        f"that has not been shown to be better.{note} The {digits:,} held-out digits are a random sample, "
        f"too: each of these numbers is only known to within about ±{100 * chance:.1f} points."
    )
