"""One weight under the microscope: its value, its gradient, the nudge that proves it, and the update."""

from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st

from nn.explain.microscope import Nudge, nudge_test, steepest
from ui.lesson.numbers import signed_picture
from ui.lesson.scene import Scene
from ui.shared.diverged import show_diverged
from ui.shared.live import live
from ui.shared.remembered import remembered
from ui.shared.words import number
from ui.state.session import Session

LAYERS = {
    "W1": "W1, pixel → hidden unit",
    "b1": "b1, bias of a hidden unit",
    "W2": "W2, hidden unit → class",
    "b2": "b2, bias of a class",
}
EPSILONS = [1.0, 0.1, 0.01, 1e-3, 1e-4, 1e-5]
Place = tuple[int, ...]


def show_microscope(session: Session, look: Callable[[], Scene]) -> None:
    """Draw the choice of a weight, and everything about it; `look` returns the scene as it is now."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="weight_choice"):
        kept: dict[str, Any] = {"persist_state": "session"}
        name = st.selectbox(
            "Which weight", LAYERS, format_func=LAYERS.get, key="weight_layer", width=210, **kept
        )
        epsilon = st.select_slider(
            "Nudge e", EPSILONS, 1e-4, format_func="{:g}".format, key="epsilon", width=130, **kept
        )
        follow = st.toggle("the steepest one", True, key="follow_steepest", **kept)
    place = None if follow else _choose_place(name, look())
    live(session.refreshing, _show_weight, session, look, name, place, epsilon)


def _choose_place(name: str, scene: Scene) -> Place:
    """Draw a number for each index; they begin with the steepest weight."""
    begin = steepest(getattr(scene.step, "d" + name))
    sides = [("hidden unit", scene.net.hidden_size - 1)] if name != "b2" else []
    if name == "W1":
        begin = (begin[0], *divmod(begin[1], 28))
        sides += [("pixel row", 27), ("pixel column", 27)]
    elif name.endswith("2"):
        sides = [("class", 9), *sides]
    chosen = []
    with st.container(horizontal=True, gap="small", key="weight_place"):
        for (side, most), start in zip(sides, begin, strict=True):
            key = f"place_{name}_{side}".replace(" ", "_")
            st.session_state[key] = min(st.session_state.get(key, start), most)  # there may be fewer now
            chosen.append(int(st.number_input(side, 0, most, key=key, width=140, persist_state="session")))
    return (chosen[0], chosen[1] * 28 + chosen[2]) if name == "W1" else tuple(chosen)


def _show_weight(
    session: Session, look: Callable[[], Scene], name: str, place: Place | None, epsilon: float
) -> None:
    scene = look()
    if scene.diverged:
        show_diverged()
        return
    place = place or steepest(getattr(scene.step, "d" + name))
    nudge = remembered(
        "weight_nudge",
        (scene, name, *place, epsilon),
        lambda: nudge_test(scene.net, scene.x, scene.y, name, place, epsilon, scene.learning_rate),
    )
    st.markdown(f"**{_called(scene, name, place)}**, label **{scene.names[scene.y]}**")
    pictures, words = st.columns([2, 5], gap="small")
    with pictures, st.container(key="weight_pictures", gap="xsmall"):
        _show_pictures(scene, name, place)
    with words, st.container(key="weight_words", gap="xsmall"):
        st.markdown(_forward_words(scene, name, place, nudge))
        st.html(_nudge_table(nudge, epsilon))
        st.markdown(_nudge_words(nudge, epsilon))
        st.markdown(_update_words(scene, nudge))


def _called(scene: Scene, name: str, place: Place) -> str:
    if name == "W1":
        row, column = divmod(place[1], 28)
        return f"From the pixel in row {row}, column {column}, to hidden unit {place[0]}"
    if name == "W2":
        return f"From hidden unit {place[1]} to class {scene.names[place[0]]}"
    return f"Bias of hidden unit {place[0]}" if name == "b1" else f"Bias of class {scene.names[place[0]]}"


def _forward_words(scene: Scene, name: str, place: Place, nudge: Nudge) -> str:
    """Say what it does on the way forward, and what its gradient is made of."""
    step = scene.step
    signal = step.dZ1[place[0]] if name in ("W1", "b1") else step.dZ2[place[0]]
    layer = name[1]
    w, gradient = number(nudge.value), number(nudge.gradient)
    if name.startswith("b"):
        return (
            f"**Forward:** its value, **{w}**, is added to Z{layer}.\n\n"
            f"**Gradient:** dZ{layer} itself = **{gradient}**"
        )
    source = "x" if name == "W1" else "A1"
    entering = float(np.ravel(scene.x)[place[1]] if name == "W1" else step.A1[place[1]])
    return (
        f"**Forward:** value **{w}** · {source} {number(entering)} = {number(nudge.value * entering)}, "
        f"its share of Z{layer}.\n\n"
        f"**Gradient:** dZ{layer} {number(signal)} · {source} {number(entering)} = **{gradient}**"
    )


def _nudge_table(nudge: Nudge, epsilon: float) -> str:
    """Write the loss at w + e, w and w - e, with enough digits to see the difference."""
    values = (("w + e", epsilon, nudge.loss_up), ("w", 0, nudge.loss), ("w − e", -epsilon, nudge.loss_down))
    rows = "".join(
        f"<tr><td>{called}</td><td>{nudge.value + change:.6f}</td><td>{loss:.9f}</td></tr>"
        for called, change, loss in values
    )
    head = "<th scope='col'>Nudge</th><th scope='col'>weight</th><th scope='col'>loss</th>"
    return f"<div class='numbers'><table><tr>{head}</tr>{rows}</table></div>".replace(">-", ">−")


def _nudge_words(nudge: Nudge, epsilon: float) -> str:
    """Say whether the nudge confirms the gradient."""
    if nudge.crosses_kink:
        verdict = "on the way a unit switches on or off, so the two may differ. Take a smaller e."
    elif np.isclose(nudge.numerical, nudge.gradient, rtol=1e-3, atol=1e-8):
        verdict = ":green[✓ the nudge agrees with the gradient]"
    else:
        verdict = f":orange[✗ not the gradient: e = {epsilon:g} is too large a nudge. Take a smaller e.]"
    return (
        f"(loss above − loss below) / 2e = **{_exact(nudge.numerical)}**; the gradient is "
        f"**{_exact(nudge.gradient)}**: {verdict}"
    )


def _update_words(scene: Scene, nudge: Nudge) -> str:
    better = "lower" if nudge.loss_after < nudge.loss else "not lower"
    return (
        f"**Update:** {number(nudge.value)} − {scene.learning_rate:g} · ({number(nudge.gradient)}) = "
        f"**{number(nudge.value_after)}**. All weights together take the loss from {number(nudge.loss)} to "
        f"**{number(nudge.loss_after)}**: {better}."
    )


def _show_pictures(scene: Scene, name: str, place: Place) -> None:
    """Draw the weight among its neighbours: their values, and their gradients."""
    if name.endswith("2"):
        row, unit = place[0], place[1] if name == "W2" else None
        mark = None if unit is None or unit >= 28 else (row, unit)
        pictures = [scene.net.W2[:, :28], scene.step.dW2[:, :28]]  # a picture as wide as the others
        what = "W2: rows are classes, columns hidden units"
    else:
        unit = place[0]
        mark = divmod(place[1], 28) if name == "W1" else None
        pictures = [scene.net.W1[unit].reshape(28, 28), scene.step.dW1[unit].reshape(28, 28)]
        what = f"all 784 weights of unit {unit}"
    for title, values in zip(("Values", "Gradients"), pictures, strict=True):
        st.caption(f"{title}: {what}" if title == "Values" else title)
        st.image(
            signed_picture(values, mark, enlarged=4),
            width=4 * values.shape[1],
            output_format="PNG",
            alt=f"{title}, {what}; orange above 0, blue below." + (" The weight is framed." if mark else ""),
        )


def _exact(value: float) -> str:
    return f"{value:.6g}".replace("-", "−")
