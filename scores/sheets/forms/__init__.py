"""The forms that a page may have, a reader each. A form is recognised by its content."""

from __future__ import annotations

from scores.sheets.forms import abc, chordpro, midi, musicxml, text
from scores.sheets.page import check_size, text_of
from scores.sheets.sheet import Sheet


def read_sheet(data: bytes, name: str) -> Sheet:
    """Return the sheet of a page.

    Parameters
    ----------
    data
        Its bytes.
    name
        The name of its file, whose ending decides where the content leaves its form open.

    Raises
    ------
    InputError
        Where it is no sheet that can be read.
    """
    check_size(data)
    if midi.is_midi(data):
        return midi.read(data)
    if musicxml.is_musicxml(data) or name.lower().endswith((".musicxml", ".mxl")):
        return musicxml.read(data)
    page = text_of(data)
    if abc.is_abc(page):
        return abc.read(page)
    if chordpro.is_chordpro(page) or name.lower().endswith((".cho", ".chordpro", ".crd", ".pro")):
        return chordpro.read(page)
    return text.read(page)
