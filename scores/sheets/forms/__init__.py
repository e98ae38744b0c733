"""The forms that a page may have, a reader each. A form is recognised by its file's name or by its content."""

from __future__ import annotations

from scores.sheets.forms import text
from scores.sheets.page import text_of
from scores.sheets.sheet import Sheet


def read_sheet(data: bytes, name: str) -> Sheet:
    """Return the sheet of a page.

    Parameters
    ----------
    data
        Its bytes.
    name
        The name of its file, which tells its form; "-" for none.

    Raises
    ------
    InputError
        Where it is no sheet that can be read.
    """
    return text.read(text_of(data))
