"""The page's panels: Streamlit only, they draw what `nn` and `data` have computed."""
