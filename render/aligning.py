"""``python -m render align SCORE RECORDING``: finds a song in what came back, and writes MIDI that follows it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from render.console.screen import screen
from scores.faults import InputError

DESCRIPTION = """\
Find the song of a score in a recording of it that came back: from Suno, from a
band, as a mix or as a folder of stems. Out come a table of sections, bars,
tempo and key, and MIDI and a DAWproject whose notes follow the recording."""


def options(arguments: Sequence[str]) -> argparse.Namespace:
    """Return what ``align`` was asked for. Ends the process where that is wrong."""
    parser = argparse.ArgumentParser(prog="python -m render align", description=DESCRIPTION, allow_abbrev=False,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("song", metavar="SCORE.yaml", type=Path, help="the score of the song")
    parser.add_argument("recording", metavar="RECORDING", type=Path,
                        help="what came back: WAV, FLAC, MP3, OGG, Opus or AIFF, or a folder of such stems")
    parser.add_argument("--out", metavar="DIR", type=Path,
                        help="where the files go (default: out/NAME_aligned)")
    parser.add_argument("--warp", choices=("ours", "theirs", "both"),
                        help="also stretch sound: the stems of our demo to the recording (ours), the recording to the "
                             "grid of our song (theirs), or both")
    parser.add_argument("--demo", metavar="DIR", type=Path, help="the demo whose stems are warped (default: out/NAME)")
    parser.add_argument("--anyway", action="store_true", help="write the files even if it seems to be another song")
    return parser.parse_args(arguments)


def run(asked: argparse.Namespace) -> int:
    """Align a recording; return the exit code.

    Raises
    ------
    InputError
        Where the score or the recording cannot be read, or it is another song.
    """
    # Imported here: they take a second to load, and the help does not need them.
    from render.align.features import listen, written
    from render.align.place import place
    from render.align.recording import read_recording
    from render.align.report import HEADINGS, rows, summary
    from render.align.write import Aligned, write, write_warped
    from render.console.table import print_table
    from render.produce import plan
    from scores.composing.timeline import lay_out
    from scores.retime import retimed

    recording = read_recording(asked.recording)
    song = plan(asked.song)
    folder: Path = asked.out or Path("out") / f"{asked.song.stem}_aligned"
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder}: this is no folder", allowed="--out DIR")
    # Another player has another rubato or none, what was made from our audio has ours: both are tried.
    counted = retimed(song.performance, lay_out(song.score).steady)
    notes = written(song.score, counted)
    if not (notes.key >= 0).any():
        raise InputError(f"{asked.song}: the score has no notes with a pitch, by which a recording is known",
                         allowed="a score with some harmony or melody")
    heard = listen(recording.heard)
    placed = place(heard, notes, counted)
    if counted.tempo != song.performance.tempo:
        yielding = place(heard, written(song.score, song.performance), song.performance)
        if yielding.evidence > placed.evidence:
            placed, counted = yielding, song.performance
    if not placed.stretches or not (placed.is_ours or asked.anyway):
        raise InputError(f"{asked.recording}: this seems to be another song than {asked.song}: "
                         f"{100 * max(placed.evidence, 0):.0f} points of likeness, where a take of the song has 66 to "
                         "100",
                         allowed="a recording of the song; --anyway writes the files all the same"
                                 if placed.stretches else "a recording of the song")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        aligned = Aligned(asked.song.stem, song.score, counted, song.performance, recording, placed)
        notices = write(aligned, folder)
        demo = asked.demo or Path("out") / asked.song.stem
        warped = [write_warped(aligned, folder, theirs=theirs, demo=demo) for word, theirs in
                  (("ours", False), ("theirs", True)) if asked.warp in (word, "both")]
    except OSError as error:
        raise InputError(f"{folder}: the files cannot be written: {error.strerror or error}",
                         allowed="a place where you may write: --out DIR") from error
    out = screen(sys.stdout)
    for line in summary(placed, counted):
        out.print(line, soft_wrap=True)
    print_table(HEADINGS, [row.cells for row in rows(placed, counted)], out)
    for line in notices:
        out.print(line, soft_wrap=True)
    named = ["alignment.txt", "bars.csv", "aligned.mid", "aligned.dawproject", *(f"{there.name}/" for there in warped)]
    out.print(f"\n{folder}: {', '.join(named)}", soft_wrap=True)
    return 0
