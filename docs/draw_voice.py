"""Draw the guide vocal beside what its speech engine says: python docs/draw_voice.py

Takes a sung, a whispered and a spoken line of scores/softmax.yaml and writes docs/voice-sung.png,
docs/voice-whispered.png and docs/voice-spoken.png: above the line as it is in the song, each syllable's onset marked,
below the same words as the package of the network reads them by itself.
"""

from __future__ import annotations

import io
import sys
from dataclasses import replace
from pathlib import Path

import matplotlib
import numpy as np
from hibari import Hibari
from matplotlib import pyplot
from matplotlib.axes import Axes
from PIL import Image
from scipy.signal import stft

FOLDER = Path(__file__).parent
sys.path.insert(0, str(FOLDER.parent))

from instruments.guide_vocal import GuideVocal  # noqa: E402
from instruments.voice.source import request_of  # noqa: E402
from render.catalogue import catalogue  # noqa: E402
from scores.compose import compose  # noqa: E402
from scores.performance import Note, sung_phrases  # noqa: E402
from scores.reading.read import read_score  # noqa: E402

RATE = 48000
LINES = {"sung": "I am the soft in softmax", "whispered": "Before me you were allowed to feel",
         "spoken": "softmax layer position final"}
HIGHEST_HZ, RANGE_DB = 8000, 60


def main() -> None:
    matplotlib.use("Agg")
    performance = compose(read_score(FOLDER.parent / "scores" / "softmax.yaml", catalogue()).score)
    reader = Hibari()
    for manner, text in LINES.items():
        phrase = next(phrase for phrase in sung_phrases(performance.notes["voice"])
                      if request_of(phrase.utterances).text == text)
        notes = phrase.notes
        shift = 0.3 - notes[0].onset_seconds
        moved: list[Note] = [replace(note, onset_seconds=note.onset_seconds + shift) for note in notes]
        audio = GuideVocal().play(moved, RATE, round((moved[-1].end_seconds + 0.4) * RATE))[0]
        figure, (above, below) = pyplot.subplots(2, 1, figsize=(7.2, 5), layout="constrained")
        draw(above, audio, RATE, [(note.onset_seconds, note.utterance.syllable) for note in moved if note.utterance])
        draw(below, reader(text, seed=1), reader.sample_rate, [])
        above.set_title(f"{manner}: “{text}”", fontsize=9, loc="left")
        below.set_title("as hibari reads it", fontsize=9, loc="left")
        drawn = io.BytesIO()
        figure.savefig(drawn, dpi=80)
        pyplot.close(figure)
        with Image.open(drawn) as picture:
            picture.convert("RGB").quantize(24).save(FOLDER / f"voice-{manner}.png", optimize=True)


def draw(axes: Axes, audio: np.ndarray, rate: int, marks: list[tuple[float, str]]) -> None:
    """A spectrogram with windows of 20 ms, and a thin line with a word at each mark."""
    hz, seconds, spectrum = stft(audio, rate, nperseg=round(0.02 * rate), noverlap=round(0.016 * rate), nfft=2048)
    shown = hz <= HIGHEST_HZ
    level_db = 20 * np.log10(np.abs(spectrum[shown]) + 1e-9)
    axes.imshow(level_db, origin="lower", aspect="auto", cmap="magma", vmin=level_db.max() - RANGE_DB,
                vmax=level_db.max(), extent=(0, seconds[-1], 0, HIGHEST_HZ / 1000))
    for at, text in marks:
        axes.axvline(at, color="white", linewidth=0.4, alpha=0.7)
        axes.text(at, 0.95 * HIGHEST_HZ / 1000, f" {text}", color="white", fontsize=6, va="top")
    axes.set_ylabel("kHz", fontsize=8)
    axes.tick_params(labelsize=7)


if __name__ == "__main__":
    main()
