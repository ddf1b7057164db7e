"""Says what is wrong with a CSV file of digits: which line, which column, what stands there."""

import io
import re

from data.dataset import DataError

COLUMNS = 785  # a label and 28x28 pixels
HEADERS = (
    ["label", *(f"pixel{i}" for i in range(784))],  # Kaggle's 'Digit Recognizer'
    ["label", *(f"pixel{i}" for i in range(1, 785))],  # Kaggle's 'Fashion MNIST'
    ["label", *(f"{row}x{column}" for row in range(1, 29) for column in range(1, 29))],  # 'MNIST in CSV'
)
LOOK_ALIKES = {b"PK": "a ZIP archive or an Excel workbook", b"\x89PNG": "a PNG picture", b"<": "a web page"}
BYTES = frozenset(str(value) for value in range(256))
QUOTED = re.compile(r'"([^"]*)" *')
NO_CSV_NUMBER = re.compile(
    r"[^ -~\t\v\f]|_"
)  # for Python 1_0 and the digits of other scripts are numbers, too


def check_first_line(text: bytes, name: str) -> bool:
    """Tell whether the file begins with a header, and refuse what is no CSV of labels and pixels.

    Parameters
    ----------
    text : bytes
        The whole file, unpacked.
    name : str
        What the file is called, for the sentences.

    Returns
    -------
    bool

    Raises
    ------
    DataError
        Where the file is empty, something else, or its first line has other columns.
    """
    if not text or text.isspace():
        raise DataError(f"{name} is empty: choose a file with a label and 784 pixels in each line.")
    start = text[:20_000].removeprefix(b"\xef\xbb\xbf")  # the mark with which Windows begins UTF-8
    for magic, what in LOOK_ALIKES.items():
        if start.lstrip().startswith(magic):
            raise DataError(f"{name} is no CSV file but {what}: choose the CSV file itself.")
    if b"\0" in start:
        raise DataError(f"{name} is no CSV file: it holds binary data, not lines of text.")
    first = start.decode("utf-8", errors="replace").splitlines()[0]
    for separator, what in {";": "semicolons", "\t": "tabs"}.items():
        if first.count(separator) > first.count(","):
            raise DataError(f"{name} separates its columns by {what}: save it with commas instead.")
    columns = first.split(",")
    if len(columns) == COLUMNS - 1:
        raise DataError(
            f"{name} has 784 columns: pixels only, no labels. Kaggle's train.csv has them, not test.csv."
        )
    has_header = re.search("[A-Za-z]", columns[0]) is not None
    if has_header:
        _check_header(columns, name)
        if not re.search(rb"[\r\n]\s*\S", text):
            raise DataError(f"{name} has a header and no digits below it: choose a file with some.")
    return has_header


def _check_header(columns: list[str], name: str) -> None:
    if len(columns) != COLUMNS:
        raise DataError(f"{name}, line 1: {len(columns)} columns instead of 785, a label and 784 pixels.")
    names = [_unquoted(column.strip(" ")) for column in columns]
    expected = next((header for header in HEADERS if header[1] == names[1]), HEADERS[0])
    for number, (found, wanted) in enumerate(zip(names, expected, strict=True), start=1):
        if found is None:
            raise DataError(
                f"{name}, line 1, column {number}: a stray quotation mark. Correct or remove the header."
            )
        if found.strip(" ") != wanted:
            raise DataError(
                f"{name}, line 1, column {number}: the header says '{found}' instead of '{wanted}'. The "
                "label comes first, then the pixels in order."
            )


def first_fault(text: bytes, name: str, has_header: bool) -> DataError:
    """Find the first line that is wrong: slower than pandas, which does not tell, so run only if it fails.

    Parameters
    ----------
    text : bytes
        The whole file, unpacked; its first line has been checked.
    name : str
        What the file is called, for the sentence.
    has_header : bool
        Whether that first line is a header.

    Returns
    -------
    DataError
        To be raised. It names the line, counted from 1 with the header, and the column.
    """
    lines = io.TextIOWrapper(io.BytesIO(text), encoding="utf-8-sig", errors="replace")
    for number, line in enumerate(lines, start=1):
        if (has_header and number == 1) or not line.strip():
            continue
        fields = line.rstrip("\n").split(",")
        if len(fields) < COLUMNS and not next(lines, None):
            return DataError(
                f"{name}, line {number}: the file ends after {len(fields)} of 785 columns. It is truncated: "
                "download or copy it again."
            )
        if len(fields) != COLUMNS:
            return DataError(
                f"{name}, line {number}: {len(fields)} columns instead of 785, a label and 784 pixels."
            )
        if BYTES.issuperset(fields) and len(fields[0]) == 1:
            continue
        for column, field in enumerate(fields, start=1):
            complaint = _complaint(field, "label" if column == 1 else "pixel")
            if complaint:
                return DataError(
                    f"{name}, line {number}, column {column}: {complaint} Correct or remove the line."
                )
    return DataError(f"{name} is no table of whole numbers separated by commas: save it as CSV once more.")


def _complaint(field: str, kind: str) -> str | None:
    """Say what is wrong with a label or a pixel; None where nothing is."""
    highest = 9 if kind == "label" else 255
    shown = repr(field.strip(" ")[:20])  # what is not seen, such as a no-break space, becomes visible
    number = _unquoted(field)
    if number is None:
        return f"the {kind} is {shown}, with a stray quotation mark."
    if number.strip().lower() in ("", "nan"):
        return f"the {kind} is missing."
    if NO_CSV_NUMBER.search(number):
        return f"the {kind} is {shown}, not a number in the digits 0 to 9."
    try:
        value = float(number)
    except ValueError:
        return f"the {kind} is {shown}, not a number."
    if 0 <= value <= highest and value % 1 == 0:
        return None
    return f"the {kind} is {number.strip()[:20]}, not a whole number from 0 to {highest}."


def _unquoted(field: str) -> str | None:
    """Return a field without its quotation marks, if it has any; None where they are out of place."""
    if '"' not in field:
        return field
    quoted = QUOTED.fullmatch(field)
    return quoted[1] if quoted else None
