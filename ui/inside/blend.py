"""From one pinned drawing to another: the probabilities cross on the way."""

import streamlit as st

from nn.explain.dreams import blend
from ui.inside.blend_chart import blend_chart
from ui.inside.subject import Subject
from ui.shared.pictures import show_digit
from ui.shared.pins import MOST_PINS, show_pin_button, unpin
from ui.shared.words import reading
from ui.state.session import Session

STOPS = 41  # along the way


def show_pins(session: Session) -> None:
    """Draw the pinned drawings, each with a button that removes it, and the button that pins."""
    if len(session.pins) >= MOST_PINS:
        st.markdown(
            f"**{MOST_PINS} drawings are pinned**, the most that fit. Remove one with ✕ to pin another."
        )
    else:
        st.markdown("**Blend two drawings** and watch the answer change on the way.")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="blend_pins"):
        for place, pin in enumerate(session.pins):
            with st.container(width=60, gap="xsmall", key=f"pin_{place + 1}"):
                show_digit(pin, f"Pinned drawing {place + 1}", enlarged=2)
                st.button(
                    f"{place + 1} ✕",
                    key=f"unpin_{place}",
                    type="tertiary",
                    on_click=unpin,
                    args=(session, place),
                )
        show_pin_button(session, key="pin")


def show_blend(subject: Subject) -> None:
    """Draw the slider, the blended picture, and the probabilities along the way."""
    pins = subject.pins
    if len(pins) < 2:
        missing = "two drawings" if not pins else "one more"
        st.info(f"Draw a digit, press **Pin this drawing**: {missing} to go.", icon=":material/keep:")
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="blend_choice"):
        first = _choose("From", "blend_from", len(pins), len(pins) - 2)
        last = _choose("to", "blend_to", len(pins), len(pins) - 1)
        percent = st.slider("Share of the second", 0, 100, 50, 1, key="blend", format="%d %%", width=260)
    if first == last:
        st.info("Choose two different drawings.")
        return
    way = blend(subject.net, pins[first], pins[last], STOPS)
    share = percent / 100
    picture = (1 - share) * pins[first] + share * pins[last]
    probabilities = subject.net.predict_proba(picture.reshape(1, -1))[0]
    left, right = st.columns([1, 3], gap="small")
    with left, st.container(key="blended", gap="xsmall"):
        alt = f"{percent}% of drawing {last + 1} over {100 - percent}% of drawing {first + 1}"
        show_digit(picture, alt, enlarged=4)
        st.markdown(reading(probabilities, subject.names))
    with right, st.container(key="blend_chart"):
        chart = blend_chart(way, share, subject.names)
        st.vega_lite_chart(chart.data, chart.spec, height=200, alt=chart.alt)


def _choose(label: str, key: str, count: int, default: int) -> int:
    """Draw a choice of a pinned drawing."""
    return st.selectbox(
        label, range(count), index=default, format_func=lambda k: f"drawing {k + 1}", key=key, width=130
    )
