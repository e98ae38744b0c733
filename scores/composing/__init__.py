"""Composing: the time line, the form, and what players share: hands, singing, glitches."""
