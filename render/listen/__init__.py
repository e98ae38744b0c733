"""Hearing a song while it is written: a server for one page, which renders at each save.

``session.py`` renders, ``watch.py`` notices a save, ``server.py`` serves what was made and nothing else, ``sound.py``
is a mix as a WAV file that is never written, ``whole.py`` the song.
"""
