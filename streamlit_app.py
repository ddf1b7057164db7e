"""The app that `streamlit run streamlit_app.py` serves: the page, and what the server does around it."""

from pathlib import Path

import streamlit as st

app = st.App(Path(__file__).parent / "ui" / "page.py")
