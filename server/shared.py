"""What all visitors share: the worker threads that train every network, and the shipped network."""

import streamlit as st
from threadpoolctl import threadpool_limits

from nn import TwoLayerNN
from nn.expert import load_expert
from server.pool import Pool


@st.cache_resource(show_spinner=False)
def expert() -> TwoLayerNN:
    """Return the shipped network, one for the whole server: nobody changes it."""
    return load_expert()


@st.cache_resource(show_spinner=False)
def pool() -> Pool:
    """Return the server's worker threads, each computing on one processor."""
    threadpool_limits(1, user_api="blas")  # the matrices are small: two threads on one are slower
    return Pool()
