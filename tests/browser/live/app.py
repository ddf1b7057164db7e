"""The live parts by themselves, with visitors whose run is trained in a thread: what test_live.py opens."""

import streamlit as st

from server.live import live_routes
from tests.browser.live.guest import VISITS
from ui.live.parts import SCRIPTS

app = st.App("page.py", routes=live_routes(VISITS, SCRIPTS))
