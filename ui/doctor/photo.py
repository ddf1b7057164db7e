"""A photograph of a digit, uploaded or taken, put in the canvas's place and read like a drawing."""

import streamlit as st

from data import DataError
from data.photo.ink import ink_of_photo
from data.photo.picture_file import MEGAPIXELS, open_picture
from ui.shared.uploads import uploaded
from ui.shared.words import escaped
from ui.state.session import Drawing, Exhibit, Session

INKS = {"automatic": None, "dark ink on light": True, "light ink on dark": False}


def show_photo(session: Session) -> None:
    """Draw the upload, the camera and the switch for the ink."""
    st.markdown("Write **one large digit** on paper, take a picture from straight above, and let it be read.")
    st.segmented_control(
        "Which ink?",
        list(INKS),
        default="automatic",
        required=True,
        key="photo_ink",
        on_change=_read,
        args=(session,),
    )
    if st.toggle("Use this device's camera", key="use_camera"):
        st.camera_input("The digit", key="photo", on_change=_read, args=(session,))
        st.caption(
            "No picture? Browsers allow the camera only on https or on the computer itself: switch this off, "
            "take the photograph with the tablet's own camera, and upload it."
        )
    else:
        st.file_uploader(
            f"A picture, at most {MEGAPIXELS} megapixels; a phone or tablet offers its camera here, too",
            key="photo",
            on_change=_read,
            args=(session,),
        )
    if error := st.session_state.get("photo_error"):
        st.error(escaped(error))
    elif session.exhibit and session.exhibit.note:
        st.success(session.exhibit.note)


def _read(session: Session) -> None:
    """Find the digit in the picture and put it in the canvas's place."""
    st.session_state["photo_error"] = None
    file = uploaded("photo")
    if file is None:
        return
    try:
        found = ink_of_photo(open_picture(file), INKS[st.session_state["photo_ink"]])
    except DataError as error:
        st.session_state["photo_error"] = str(error)
        return
    kind = "dark ink on light paper" if found.dark_on_light else "light ink on a dark ground"
    note = f"Found {kind}. The digit now takes the canvas's place; 'Draw again' brings the canvas back."
    session.exhibit = Exhibit("From your photograph", Drawing(found.ink, "photo"), note)
