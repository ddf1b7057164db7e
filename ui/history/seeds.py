"""How much of an accuracy is luck: the same settings with ten seeds."""

import numpy as np
import streamlit as st

from server.shared import pool
from ui.history.charts import seeds_chart
from ui.shared.live import live
from ui.shared.words import escaped
from ui.state.seeds import MOST_HIDDEN, SEEDS, SeedRuns
from ui.state.session import Session


def show_seeds(session: Session) -> None:
    """Draw the buttons, the band, and what it says."""
    st.markdown(
        "Your run drew its first weights by lot. **Is its accuracy skill or luck?** "
        f"Train {SEEDS} networks that differ in nothing but the seed."
    )
    fan, why_not = session.seeds, _why_not(session)
    running = fan is not None and fan.running
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
        if fan and not fan.over:
            st.button(
                "Stop" if running else "Go on",
                key="seeds_stop",
                on_click=fan.stop if running else _go_on,
                args=() if running else (fan,),
            )
    if why_not:
        st.caption(why_not)
    if fan:
        live(running, _show_band, session, fan, running)
        first = fan.settings.hyperparameters.seed
        st.caption(
            f"Trained with {fan.settings.in_words()}, seeds {first} to {first + SEEDS - 1}. "
            "All ten share the digits and the processors."
        )


def _why_not(session: Session) -> str | None:
    run = session.run
    settings, training = run.now, run.trainer.hyperparameters
    if run.source:
        return f"This run started from {escaped(run.source)}: there is no lot to draw again."
    if settings.from_expert and not (training.dropout or training.batch_size or settings.distort):
        return "From the expert's weights, full batch, no dropout: nothing is left to chance, all ten agree."
    if settings.hidden_size > MOST_HIDDEN:
        return f"Ten networks of more than {MOST_HIDDEN} hidden units would be too much for one computer."
    return None


def _start(session: Session) -> None:
    if session.seeds:
        session.seeds.stop()
    session.seeds = SeedRuns(session.run)
    session.seeds.start(pool())


def _go_on(fan: SeedRuns) -> None:
    fan.start(pool())


def _show_band(session: Session, fan: SeedRuns, was_running: bool) -> None:
    if was_running and not fan.running:
        st.rerun()  # the buttons change
    st.progress(min(fan.progress, 1.0))
    band = fan.band()
    chart = seeds_chart(band, fan.settings.hyperparameters.iterations)
    with st.container(key="seeds_chart", gap=None):
        st.caption(
            "Held-out accuracy: from the worst to the best of the ten; the line is the middle one (median)"
        )
        st.vega_lite_chart(chart.data, chart.spec, height=220, alt=chart.alt)
    with st.container(key="seeds_says"):
        st.markdown(_sentence(session, fan))


def _sentence(session: Session, fan: SeedRuns) -> str:
    """Say what the band means; while it grows, how far they are."""
    accuracies = fan.accuracies()
    exploded = SEEDS - len(accuracies)
    note = f" {exploded} of the {SEEDS} exploded and are left out." if exploded else ""
    if not accuracies:
        return f"**All {SEEDS} exploded:** lower the learning rate. That is not luck."
    low, high, middle = min(accuracies), max(accuracies), float(np.median(accuracies))
    where = "After the last iteration" if fan.over else "So far"
    digits = len(fan.trainers[0].dataset.Y_dev)
    chance = 2 * np.sqrt(middle * (1 - middle) / digits)
    return (
        f"{where} the ten read **{low:.1%} to {high:.1%}**, median {middle:.1%}: a difference of up to "
        f"**{100 * (high - low):.1f} points is luck.** A setting that gains less than that has not been "
        f"shown to be better.{note} And {digits:,} held-out digits are a sample, too: any of these numbers "
        f"is known to about ±{100 * chance:.1f} points only."
    )
