"""The sidebar: every setting as a widget, in step with the address in the browser."""

import streamlit as st

from ui.state.session import Session
from ui.state.settings import CLASSIC, MODERN, SETTINGS, Setting, Settings, Value

ALWAYS_OPEN = ("learning_rate", "iterations", "hidden_size")


def prepare_widgets() -> None:
    """Give every widget a valid value before it is drawn: at first the link's, then what it says itself."""
    linked = Settings.from_values(st.query_params.to_dict()).values()
    for name, setting in SETTINGS.items():
        said = st.session_state.get(name)
        value = setting.valid(said) if name in st.session_state else linked[name]
        if type(said) is not type(value) or said != value:  # what is assigned is sent again
            st.session_state[name] = value


def update_link(settings: Settings) -> None:
    """Write the settings that differ from the defaults into the address, so that it reopens the lesson."""
    if st.query_params.to_dict() != settings.link():
        st.query_params.from_dict(settings.link())


def show_presets(session: Session) -> None:
    """Draw the two presets, without `help`: with it Streamlit puts every button into the page twice."""
    classic, modern = st.columns(2)
    classic.button("Classic", key="classic", on_click=_use, args=(session, CLASSIC), width="stretch")
    modern.button("Modern", key="modern", on_click=_use, args=(session, MODERN), width="stretch")
    st.caption(
        "Classic: 10 hidden units, about 85%. Modern: 128, Adam and a learning rate that falls, 95%; "
        "with all 70,000 digits 98%."
    )


def _use(session: Session, preset: Settings) -> None:
    """Put a preset into the widgets and start a new run with it; the data stay as they are."""
    values = preset.values()
    del values["dataset"]
    st.session_state.update(values)
    session.reset_wanted = True


def show_settings(dataset: str) -> Settings:
    """
    Draw the widgets of network and training.

    Parameters
    ----------
    dataset : str
        The key of the chosen digits.

    Returns
    -------
    Settings
        Every value within its range, whatever a widget said.
    """
    said: dict[str, object] = {"dataset": dataset}
    said |= {name: _draw(SETTINGS[name]) for name in ALWAYS_OPEN}
    more = [setting for name, setting in SETTINGS.items() if name not in said]
    with st.expander("More settings"):
        said |= {setting.name: _draw(setting) for setting in more if not setting.after_reset}
        st.caption("The four below count after Reset.")
        said |= {setting.name: _draw(setting) for setting in more if setting.after_reset}
    return Settings.from_values(said)


def _draw(setting: Setting) -> Value | None:
    """Draw one widget; its value is in the session's state already."""
    draw = getattr(st, setting.widget)
    always = {"key": setting.name, "help": setting.help}
    if setting.options:
        return draw(setting.label, setting.options, format_func=setting.shown, **always)
    if setting.limits:
        return draw(setting.label, *setting.limits, step=setting.step, **always)
    return draw(setting.label, **always)
