"""What one takes home: the network, its curves, the way to train it again, and the link to the lesson."""

from urllib.parse import urlencode, urlsplit

import pandas as pd
import streamlit as st

from nn import History
from ui.history.network_file import MOST_MEGABYTES, read_network, write_network
from ui.history.reproduce import Unrepeatable, notebook, script
from ui.shared.words import escaped
from ui.state.run import UPLOADED
from ui.state.session import Session


def show_keep(session: Session) -> None:
    """Draw the page's part."""
    _show_files(session)
    st.markdown("**A link to these settings**")
    st.code(lesson_link(st.context.url, st.query_params.to_dict()), language=None, wrap_lines=True)
    notes = ["It carries every setting of the sidebar, not what was learned."]
    if session.settings.dataset.startswith(UPLOADED):
        notes.append("Your own file is not in it: whoever opens it adds the file first.")
    st.caption(" ".join(notes))
    _show_reproduction(session)


def lesson_link(address: str | None, query: dict[str, str]) -> str:
    """
    Put the link together that reopens the lesson on the first page.

    Parameters
    ----------
    address : str or None
        Of the page, where the browser has told it.
    query : dict of str to str
        The settings that are not the defaults, as `ui.state.link` writes them.

    Returns
    -------
    str
    """
    parts = urlsplit(address or "http://localhost:8501/")
    folder = parts.path.rsplit("/", 1)[0]  # the last part names one of the pages
    settings = f"?{urlencode(query)}" if query else ""
    return f"{parts.scheme}://{parts.netloc}{folder}/{settings}"


def history_csv(history: History) -> str:
    """Write the measurements of a run, a line each."""
    return pd.DataFrame(history.points).to_csv(index=False)


def _show_files(session: Session) -> None:
    """Draw what is saved and what is loaded."""
    trainer = session.trainer
    with st.container(horizontal=True, gap="small", key="keep_files"):
        st.download_button(
            "Save the network",
            lambda: write_network(trainer.net.copy()),  # as it is when clicked
            "network.npz",
            "application/octet-stream",
            icon=":material/save:",
            key="save_network",
            on_click="ignore",
        )
        st.download_button(
            "History as CSV",
            lambda: history_csv(trainer.history),
            "history.csv",
            "text/csv",
            icon=":material/table:",
            key="history_csv",
            on_click="ignore",
        )
    st.file_uploader(
        f"Load a network (.npz, at most {MOST_MEGABYTES} MB): a new run starts from its weights",
        type=["npz"],
        max_upload_size=MOST_MEGABYTES,
        key="load_network",
        on_change=_load,
        args=(session,),
    )
    if session.load_error:
        st.error(escaped(f"{session.load_error} Nothing has changed."))
    elif session.run.source:
        st.success(escaped(f"The run on show started from the weights in {session.run.source}."))


def _load(session: Session) -> None:
    file = st.session_state["load_network"]
    session.load_error = None
    if file is None:
        return
    try:
        net = read_network(file.getvalue())
    except ValueError as error:
        session.load_error = f"{file.name}: {error}"
        return
    session.load(net, file.name)
    session.adopt()


def _show_reproduction(session: Session) -> None:
    """Draw the run as a script and as a notebook, or say why there is none."""
    st.markdown("**Reproduce this run**")
    if session.running:
        st.caption("Pause, or wait for the end: then the run can be written down.")
        return
    run = session.run
    try:
        program, book = script(run), notebook(run)
    except Unrepeatable as reason:
        st.info(escaped(reason))
        return
    with st.container(horizontal=True, gap="small", key="reproduce"):
        st.download_button(
            "Script",
            program,
            "reproduce.py",
            "text/x-python",
            icon=":material/code:",
            key="script",
            on_click="ignore",
        )
        st.download_button(
            "Notebook",
            book,
            "reproduce.ipynb",
            "application/x-ipynb+json",
            icon=":material/menu_book:",
            key="notebook",
            on_click="ignore",
        )
    place = "Keep it in the project's folder and run it there: it ends with the same accuracy, or complains."
    if run.settings.dataset.startswith(UPLOADED):
        place += f" Put {escaped(run.settings.dataset.removeprefix(UPLOADED))} beside it."
    st.caption(place)
    st.code(program, language="python", height=260)
