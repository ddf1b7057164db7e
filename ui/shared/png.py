"""Pictures as addresses: a PNG inside a data: URL, for HTML and SVG that show many small ones at once."""

import base64
import io

import numpy as np
from PIL import Image


def address(picture: np.ndarray | Image.Image) -> str:
    """
    Return a picture as a data: URL.

    Parameters
    ----------
    picture : (height, width) or (height, width, 3) uint8, or a Pillow image

    Returns
    -------
    str
    """
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=1)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
