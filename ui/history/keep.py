"""What a visitor takes home: the network, its curves, a program that trains it again, and a link."""

import io
import zipfile
from collections.abc import Callable
from functools import partial
from urllib.parse import urlencode, urlsplit

import numpy as np
import pandas as pd
import streamlit as st

from nn import History, TwoLayerNN
from nn.model import MAX_HIDDEN
from nn.parameters import Parameters
from ui.history.reproduce import Unrepeatable, notebook, refuse, script
from ui.shared.live import live
from ui.shared.uploads import uploaded
from ui.shared.words import escaped
from ui.state.run import UPLOADED
from ui.state.session import Session

MOST_MEGABYTES = 20  # of a file, packed and unpacked: 1,024 hidden units in float64 take 6.5
PIXELS, CLASSES = 784, 10


def show_keep(session: Session) -> None:
    """Draw the view 'Keep and share'."""
    _show_files(session)
    st.markdown("**A link to these settings**")
    st.code(lesson_link(st.context.url, st.query_params.to_dict()), language=None, wrap_lines=True)
    notes = ["It holds every setting in the sidebar, but nothing that the network has learned."]
    if session.settings.dataset.startswith(UPLOADED):
        notes.append("Your own file is not part of it: whoever opens the link has to add the file first.")
    st.caption(" ".join(notes))
    live(session.refreshing, _show_reproduction, session)


def lesson_link(address: str | None, query: dict[str, str]) -> str:
    """
    Return the link that reopens the lesson on the first page.

    Its address is that of the page on show, if the browser has sent it; `query` holds the settings that
    differ from the defaults, as `Settings.link` names them.
    """
    parts = urlsplit(address or "http://localhost:8501/")
    folder = parts.path.rsplit("/", 1)[0]  # the last part names one of the pages
    settings = f"?{urlencode(query)}" if query else ""
    return f"{parts.scheme}://{parts.netloc}{folder}/{settings}"


def history_csv(history: History) -> str:
    """Write the measurements of a run, a line each."""
    return pd.DataFrame(history.points).to_csv(index=False)


def write_network(net: TwoLayerNN) -> bytes:
    """Return the content of the file that `TwoLayerNN.save` writes."""
    file = io.BytesIO()
    net.save(file)
    return file.getvalue()


def read_network(content: bytes) -> TwoLayerNN:
    """
    Read a network from a visitor's file, and check that the page can go on with it.

    Parameters
    ----------
    content : bytes
        Of a .npz file.

    Returns
    -------
    TwoLayerNN
        In float32, 784 pixels to ten classes.

    Raises
    ------
    ValueError
        When the file is of another kind, too large, or holds something else. No code in it is ever run.
    """
    if len(content) > MOST_MEGABYTES * 10**6:
        raise ValueError(f"The file has {len(content) / 1e6:.0f} MB; a network has at most {MOST_MEGABYTES}.")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except Exception as error:  # of many kinds: the file may hold anything
        raise ValueError("This is not an .npz file. Choose one written by 'Save the network'.") from error
    if unpacked > MOST_MEGABYTES * 10**6:
        raise ValueError(
            f"Unpacked, the file would have {unpacked / 1e6:,.0f} MB; a network has at most {MOST_MEGABYTES}."
        )
    net = TwoLayerNN.load(io.BytesIO(content))
    if (net.input_size, net.output_size) != (PIXELS, CLASSES):
        raise ValueError(
            f"This network turns {net.input_size:,} numbers into {net.output_size:,} classes; "
            f"the page needs {PIXELS} pixels and {CLASSES} classes."
        )
    if net.hidden_size > MAX_HIDDEN:
        raise ValueError(
            f"This network has {net.hidden_size:,} hidden units; the page takes up to {MAX_HIDDEN:,}."
        )
    with np.errstate(over="ignore", invalid="ignore"):
        net.parameters = Parameters(*(array.astype(np.float32) for array in net.parameters))
        if not all(np.isfinite(array).all() for array in net.parameters):
            raise ValueError("Some weights in the file are larger than float32 can hold (3.4e38).")
        if not np.isfinite(net.forward(np.ones((1, PIXELS), np.float32)).Z2).all():
            raise ValueError("The weights in the file are so large that the network's answers overflow.")
    return net


def _show_files(session: Session) -> None:
    """Draw what can be saved and loaded."""
    trainer = session.trainer
    with st.container(horizontal=True, gap="small", key="keep_files"):
        _download("Save the network", lambda: write_network(trainer.net.copy()), "network.npz", "save")
        _download("History as CSV", lambda: history_csv(trainer.history), "history.csv", "table")
    st.file_uploader(
        f"Load a network (.npz, at most {MOST_MEGABYTES} MB): a new run starts from its weights",
        type=["npz"],
        max_upload_size=MOST_MEGABYTES,
        key="load_network",
        on_change=_load,
        args=(session,),
    )
    if error := st.session_state.get("load_error"):
        st.error(escaped(f"{error} Nothing has changed."))
    elif session.run.source:
        st.success(escaped(f"This run started from the weights in {session.run.source}."))


def _load(session: Session) -> None:
    file = uploaded("load_network")
    st.session_state["load_error"] = None
    if file is None:
        return
    try:
        net = read_network(file.getvalue())
    except ValueError as error:
        st.session_state["load_error"] = f"{file.name}: {error}"
        return
    session.load(net, file.name)
    session.adopt()


def _show_reproduction(session: Session) -> None:
    """Offer the run as a script and as a notebook, written only when asked for, or say why there is none."""
    st.markdown("**Train this run again**")
    if session.running:
        st.caption("Pause the run, or wait until it has finished: then it can be written as a program.")
        return
    run = session.run
    try:
        refuse(run)
    except Unrepeatable as reason:
        st.info(escaped(reason))
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="reproduce"):
        _download("Script", partial(script, run), "reproduce.py", "code")
        _download("Notebook", partial(notebook, run), "reproduce.ipynb", "menu_book")
        read_here = st.toggle("Read the script here", key="read_script")
    place = "Put it in the project's folder and run it there: it ends with the same accuracy, or complains."
    if run.settings.dataset.startswith(UPLOADED):
        place += f" Put {escaped(run.settings.dataset.removeprefix(UPLOADED))} beside it."
    st.caption(place)
    if read_here:
        st.code(script(run), language="python", height=260)


def _download(label: str, make: Callable[[], str | bytes], file: str, icon: str) -> None:
    """Draw a button that makes a file, but only once it is clicked."""
    st.download_button(
        label,
        make,
        file,
        icon=f":material/{icon}:",
        key=f"save_{label.split()[-1].lower()}",
        on_click="ignore",
    )
