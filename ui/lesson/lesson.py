"""The page 'How it works': seven steps with formula, source and numbers; one weight; and the bug museum."""

from functools import partial

import streamlit as st

from ui.lesson.microscope import show_microscope
from ui.lesson.museum import show_museum
from ui.lesson.scene import Scene
from ui.lesson.steps import STEPS, LessonStep, source
from ui.shared.choices import choose
from ui.shared.diverged import show_diverged
from ui.shared.live import live
from ui.shared.remembered import remembered
from ui.state.session import Session

LESSON, WEIGHT, MUSEUM = "Seven steps", "One weight", "Bug museum"
ALL = "All"
AS_READ = -1  # the label is what the network reads


def show_lesson(session: Session) -> None:
    """Draw the page."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="lesson_top"):
        part = choose("Part", [LESSON, WEIGHT, MUSEUM], "lesson_part")
        label = _choose_label(session) if part != MUSEUM else None
    if part == MUSEUM:
        show_museum(session)
        return
    look = partial(_scene, session, label)
    if session.digit is None:
        st.caption("Nothing is drawn yet, so these are the numbers of a held-out digit. Draw your own!")
    if part == WEIGHT:
        show_microscope(session, look)
        return
    chosen = choose("Step", [*(f"{k} {step.title}" for k, step in enumerate(STEPS, 1)), ALL], "lesson_step")
    shown = STEPS if chosen == ALL else [STEPS[int(chosen.split()[0]) - 1]]
    live(session.refreshing, _show_steps, session, shown, look)


def _choose_label(session: Session) -> int | None:
    """Let the visitor say what the digit really is; None leaves that to the network, or to the data."""
    names = session.dataset.class_names
    by_itself = "as read" if session.digit is not None else "as it is"
    label = st.selectbox(
        "Label: what it really is",
        [AS_READ, *range(10)],
        format_func=lambda k: f"Label: {by_itself if k == AS_READ else names[k]}",
        key="lesson_label",
        width=165,
        label_visibility="collapsed",
        persist_state="session",
    )
    return None if label == AS_READ else label


def _scene(session: Session, label: int | None) -> Scene:
    """Return the scene of the digit on show, or else of a held-out one, whose label is known."""
    x = session.digit
    if x is None:
        x = session.dataset.X_dev[0].reshape(28, 28)
        label = int(session.dataset.Y_dev[0]) if label is None else label
    net, names = session.trainer.net.copy(), session.dataset.class_names
    rate = session.trainer.hyperparameters.learning_rate
    same = (net.parameters, x, label, rate, names)
    return remembered("lesson_scene", same, lambda: Scene(net, x, label, rate, names))


def _show_steps(session: Session, shown: list[LessonStep], look: partial) -> None:
    """Draw the steps, all with the numbers of the same moment."""
    scene = look()
    for step in shown:
        with st.container(key=f"step_{step.title.lower()}", gap="xsmall"):
            st.markdown(f"**{STEPS.index(step) + 1}. {step.title}.** {step.sentence}")
            st.latex(step.formula(session))
            with st.container(gap="xsmall"):
                if scene.diverged and step.of_network:
                    show_diverged()
                else:
                    step.numbers(session, scene)
            st.code("\n\n".join(map(source, step.functions(session))))
