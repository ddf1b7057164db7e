"""Many visitors at once: they speak Streamlit's own protocol, so that sixty cost less than one browser."""
