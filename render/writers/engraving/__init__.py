"""Sheets of music as pages: Verovio sets them, this family reads what it drew and writes the PDF.

Verovio (LGPL-3.0, rism.digital) draws SVG only. Weighed and left: svglib, which loses the accidentals and takes 20 s
for four pages; cairosvg, which needs the Cairo library on the system. Verovio uses a small part of SVG, which
``drawing.py`` reads whole.
"""
