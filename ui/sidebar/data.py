"""Which digits to learn: the list of sources, the upload, and what to say when one cannot be had."""

import streamlit as st

from data import DataError, Dataset, list_sources
from server.datasets import MOST_DIGITS, datasets
from ui.shared.uploads import uploaded
from ui.shared.words import escaped
from ui.state.run import UPLOADED
from ui.state.session import Session


def choose_dataset(session: Session) -> tuple[str, Dataset]:
    """
    Draw the list and the upload; load what is chosen.

    Parameters
    ----------
    session : Session

    Returns
    -------
    tuple of str and Dataset
        The key of the source and its digits. Where they cannot be loaded, the page says why and the
        present run's are returned.
    """
    labels = {source.key: source.label for source in list_sources()}
    labels |= {UPLOADED + name: f"{name} (your upload)" for name in session.uploads}
    labels.setdefault(session.settings.dataset, session.dataset.name)  # a file that has gone meanwhile
    wanted = st.session_state.get("dataset")
    if wanted not in labels:  # a link to a file that is not here, or to an upload before a reload
        session.data_error = (
            f"There are no digits '{str(wanted)[:40]}' here: add the file again, or choose others."
        )
        st.session_state["dataset"] = session.settings.dataset
    key = st.selectbox("Digits to learn", list(labels), format_func=labels.get, key="dataset")
    with st.expander("Add your own digits"):
        st.file_uploader(
            "A CSV file, also gzipped: one digit a row, its label and 784 pixels from 0 to 255. At most "
            f"{MOST_DIGITS:,} rows; a large file takes a while, as they are read one at a time.",
            type=["csv", "gz"],
            key="upload",
            on_change=_read_upload,
            args=(session,),
        )
    dataset = _load(key, session)
    if session.data_error:
        st.error(escaped(f"{session.data_error} Until then the page goes on with {session.dataset.name}."))
        if session.failed_dataset and st.button("Try again", key="retry"):
            session.failed_dataset = session.data_error = None
            st.rerun()
    return (key, dataset) if dataset else (session.settings.dataset, session.dataset)


def _load(key: str, session: Session) -> Dataset | None:
    if key.startswith(UPLOADED):
        return session.uploads.get(key.removeprefix(UPLOADED))
    if key == session.failed_dataset:
        return None  # do not ask a dead network again at every click
    in_use = key == session.settings.dataset
    if in_use and not datasets().has_changed(key, session.dataset):
        if session.failed_dataset:
            session.failed_dataset = session.data_error = None
        return session.dataset
    place = st.empty()
    try:
        with place, st.spinner("Fetching the digits ..."):
            bar = st.empty()
            dataset = datasets().get(key, lambda here, total: _show_progress(bar, here, total))
    except DataError as error:
        session.failed_dataset, session.data_error = key, str(error)
        return None
    finally:
        place.empty()
    session.failed_dataset = session.data_error = None
    return dataset


def _show_progress(bar: st.delta_generator.DeltaGenerator, here: int, total: int) -> None:
    bar.progress(here / total, f"Downloading: {here / 1e6:.1f} of {total / 1e6:.1f} MB")


def _read_upload(session: Session) -> None:
    file = uploaded("upload")
    session.data_error = session.failed_dataset = None
    if file is None:
        return
    try:
        dataset = datasets().read(file)
    except DataError as error:
        session.data_error = str(error) if file.name in str(error) else f"{file.name}: {error}"
        return
    session.uploads = {file.name: dataset}  # the last one only: 70,000 digits take 220 MB
    st.session_state["dataset"] = UPLOADED + file.name
