"""The file that an uploader holds, if it has arrived."""

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile


def uploaded(key: str) -> UploadedFile | None:
    """
    Return the file of an uploader or of a camera.

    Parameters
    ----------
    key : str
        The widget's.

    Returns
    -------
    UploadedFile or None
        None where there is none, and where one was only named: it broke off on its way, or has been deleted.
    """
    file = st.session_state.get(key)
    return file if isinstance(file, UploadedFile) else None
