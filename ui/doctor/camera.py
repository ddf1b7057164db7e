"""The honest camera: MNIST's own digits prepared like drawings, and how many come back unchanged."""

import numpy as np
import streamlit as st

from data import DataError, Dataset, find_source
from data.doctor import honest_camera
from server.datasets import datasets
from ui.shared.words import escaped


def show_honest_camera() -> None:
    """Draw the button and the count."""
    st.markdown(
        "Does the preparation do what MNIST's makers did? Then it must leave MNIST's own digits "
        "**exactly as they are**: every one of 784 pixels."
    )
    if st.button("Prepare the test digits like drawings", key="honest_camera"):
        digits = _test_digits()
        X = digits.X_dev if digits.X_test is None else digits.X_test
        bar = st.progress(0.0)
        same = np.count_nonzero(honest_camera(X, bar.progress))
        bar.empty()
        name = escaped(digits.name)
        st.session_state["camera_note"] = (
            f"**{same:,} of {len(X):,}** digits of {name} come back pixel for pixel."
        )
    if note := st.session_state.get("camera_note"):
        st.markdown(note)


def _test_digits() -> Dataset:
    """Return all of MNIST where it is at hand and whole, else the sample that is always there."""
    try:
        return datasets().get("sample" if find_source("mnist").needs_download else "mnist")
    except DataError:
        return datasets().get("sample")
