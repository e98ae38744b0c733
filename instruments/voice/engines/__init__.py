"""The speech engines of this machine, and the one that sings a song."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Literal, get_args

from instruments.voice.engines.espeak import Espeak
from instruments.voice.engines.hibari import Hibari, found
from instruments.voice.engines.network import NetworkError
from instruments.voice.source import Speech, SpeechRequest, VocalSource
from scores.faults import InputError
from scores.lyrics.languages import ENGLISH

EngineName = Literal["auto", "hibari", "espeak", "hum"]
_LOOKING = Lock()  # threads that ask at once get the same engine, which remembers what it has said
ENGINE_NAMES: tuple[str, ...] = get_args(EngineName)
# Languages that hibari says by itself, English and those in which a recogniser understands it better than espeak-ng:
# docs/voice.md has the figures. It is asked for others by its name.
WELL_SAID = frozenset({ENGLISH, "it"})
ADVICE = {
    "hibari": "pip install hibari-tts; or let espeak sing, or auto",
    "espeak": "pip install espeakng-loader; or let hibari sing, or auto",
}


class EngineMissing(InputError):  # noqa: N818 - what is missing is no error of the program
    """An engine that was asked for by name is not on this machine; the text says how to install it."""


def source(engine: str = "auto", network: str | None = None) -> VocalSource | None:
    """Return the engine of a name.

    Parameters
    ----------
    engine
        ``auto`` is hibari where it is installed, for the languages that it says well, else espeak-ng. ``hum`` is none.
    network
        Path of a person's own network, with which hibari sings instead of the package's.

    Returns
    -------
    VocalSource or None
        The same object each time, because it remembers what it has said; None where nobody speaks.

    Raises
    ------
    EngineMissing
        Where a named engine is not on this machine.
    """
    if engine == "hum":
        return None
    with _LOOKING:
        if network is not None and engine != "espeak":
            if found() is None:  # its symbols and its rules of reading are the package's
                raise EngineMissing(f"hibari is not on this machine; {ADVICE['hibari']}")
            return _own(Path(network), _stamp(Path(network)), None if engine == "hibari" else WELL_SAID)
        if engine == "auto":
            return _hibari(WELL_SAID) or _espeak()
        engines: dict[str, Callable[[], VocalSource | None]] = {"hibari": _hibari, "espeak": _espeak}
        asked = engines[engine]()
    if asked is None:
        raise EngineMissing(f"{engine} is not on this machine; {ADVICE[engine]}")
    return asked


def of_language(engine: VocalSource, language: str) -> VocalSource:
    """Return the engine that says a language: the song's own, or espeak-ng where that one is not asked for it.

    Raises
    ------
    EngineMissing
        Where espeak-ng is needed and is not on this machine.
    """
    if engine.languages is None or language in engine.languages:
        return engine
    other = source("espeak")
    assert other is not None
    return other


def speak(engine: VocalSource, requests: Sequence[SpeechRequest]) -> list[tuple[VocalSource, Speech]]:
    """Return each line as it was said, with the engine that said it; the lines of one engine are asked for together."""
    engines = [of_language(engine, request.language) for request in requests]
    said: dict[int, Speech] = {}
    for one in dict.fromkeys(engines):
        places = [i for i, other in enumerate(engines) if other is one]
        said |= zip(places, one.speak([requests[i] for i in places]), strict=True)
    return [(one, said[i]) for i, one in enumerate(engines)]


def flaw_of(network: str, engine: EngineName) -> str | None:
    """Return what is wrong with a person's own network; None where it can sing, or nobody can try it."""
    if found() is None:
        return None
    try:
        singer = source(engine, network)
        assert isinstance(singer, Hibari)
        singer.check()
    except NetworkError as error:
        return error.message
    except OSError as error:
        return f"it cannot be read: {error.strerror or error}"
    return None


def _stamp(path: Path) -> tuple[int, int]:
    """Return what changes when a file is written: its size and the time of its last change [ns]."""
    status = path.stat()
    return status.st_size, status.st_mtime_ns


@lru_cache(2)
def _own(path: Path, _: tuple[int, int], languages: frozenset[str] | None) -> Hibari:
    return Hibari(path, languages)


@cache
def _hibari(languages: frozenset[str] | None = None) -> Hibari | None:
    path = found()
    return Hibari(path, languages) if path else None


@cache
def _espeak() -> Espeak | None:
    if find_spec("espeakng_loader") is None:
        return None
    import espeakng_loader

    library, data = Path(espeakng_loader.get_library_path()), Path(espeakng_loader.get_data_path())
    return Espeak(library, data) if library.exists() and data.exists() else None
