"""The command line: its options, its answers and its exit codes."""

from __future__ import annotations

import argparse
import difflib
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn

import render
from render import aligning, explaining, importing, keeping, listening, many, standing
from render.console.screen import screen, tell
from render.kernels import settle
from render.publish import MANIFEST, folder_of
from render.run import RATES, cores
from render.startup import STOPPED, clear_away_on_signals
from render.store.folder import opened
from render.targets import TARGETS, chosen
from render.wanted import Wanted
from render.wanted import bars as wanted_bars
from render.wanted import names as wanted_names
from scores.faults import InputError, explain

# Exit codes: done, a fault of the program, a fault of the score or options, Ctrl-C.
OK, OURS, THEIRS, INTERRUPTED = 0, 1, 2, 130
# Words that begin another command than a render.
COMMANDS = {"import": importing, "explain": explaining, "align": aligning, "catalogue": many,
            "cache": keeping, "listen": listening}
DESCRIPTION = """\
Render a song. The score is a YAML file: lyrics, chords, sections and who plays
them. Out come a mastered mix, one WAV for each part, MIDI for your DAW, and
what Suno takes."""
EXAMPLES = """\
examples:
  python -m render scores/softmax.yaml
      render the song into out/softmax/
  python -m render scores/softmax.yaml --check
      read and compose it, print the plan, write nothing
  python -m render scores/softmax.yaml --seed 7
      another take of the same song, into out/softmax_seed7/
  python -m render mysong.yaml --takes 8
      eight takes side by side, and a table of what differs
  python -m render mysong.yaml --temperature 0.2
      tighter: likelier choices, closer to the grid
  python -m render mysong.yaml --reroll guitar@"Verse 2"
      one part played otherwise in one section, all else the same
  python -m render mysong.yaml --section Bridge --solo voice,guitar
      some bars, some parts, as they sound in the whole song
  python -m render mysong.yaml --midi edited.mid
      with the notes as you changed them in a DAW
  python -m render explain mysong.yaml "Verse 2:3 guitar"
      what could have been played in a bar, and how likely it was
  python -m render import lyrics.md
      make a score from a page of lyrics: lyrics.yaml beside it
  python -m render listen mysong.yaml
      hear the song in a browser while it is written
  python -m render align mysong.yaml returned.mp3
      find the song in a recording of it, with MIDI that follows it"""


class Parser(argparse.ArgumentParser):
    """Answers an unknown option with the nearest known one, and refuses a second score."""

    def error(self, message: str) -> NoReturn:
        self.exit(THEIRS, f"{self.prog}: {message}\nTry --help.\n")

    def _print_message(self, message: str, file: Any = None) -> None:
        if message:
            screen(file).print(message, end="", soft_wrap=True)

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        parsed, unknown = self.parse_known_args(args, namespace)
        if unknown:
            wrong = next((text for text in unknown if text.startswith("-")), "")
            if not wrong:
                self.error(f"one score at a time: {parsed.score}, or {unknown[0]}")
            options = [option for action in self._actions for option in action.option_strings]
            near = difflib.get_close_matches(wrong.partition("=")[0], options, 1, 0.5)
            self.error(f"{wrong} is not an option" + (f"; did you mean {near[0]}?" if near else ""))
        return parsed


def _in_score(name: str) -> Callable[[str], Any]:
    """Return a converter that checks a value like the score's field ``name``."""
    def convert(text: str) -> Any:
        from scores.reading.changes import possible  # the models of a score take a third of a second to load

        try:
            return possible(name, text)
        except InputError as error:
            raise _impossible(text, error.allowed or "", error.nearest) from error

    return convert


def _read(read: Callable[[str], Any]) -> Callable[[str], Any]:
    """Return a converter that refuses what a reader of a text refuses."""
    def convert(text: str) -> Any:
        try:
            return read(text)
        except InputError as error:
            raise _impossible(text, error.allowed or "", error.nearest) from error

    return convert


def _roll(text: str) -> tuple[str, str]:
    from scores.reading.changes import rolled

    return rolled(text)


def _impossible(text: str, allowed: str, near: str | None = None) -> argparse.ArgumentTypeError:
    return argparse.ArgumentTypeError(f"{text!r} is not possible: {allowed}"
                                      + (f"; did you mean {near}?" if near else ""))


def _rate(text: str) -> int:
    rate = int(text) if text.isascii() and text.isdigit() else 0
    if rate not in RATES:
        raise _impossible(text, "44100, 48000 or 96000 Hz",
                          str(min(RATES, key=lambda allowed: abs(allowed - rate)) if rate else 48000))
    return rate


def _jobs(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 256:
        raise _impossible(text, f"a whole number from 1 to 256; this machine has {cores()} cores")
    return int(text)


def _targets(text: str) -> list[str]:
    words = [word.strip() for word in text.lower().split(",") if word.strip()]
    try:
        chosen(words)
    except InputError as error:
        raise _impossible(str(error.found), error.allowed or "", error.nearest) from error
    return words


def parser() -> Parser:
    """Return the parser of the options, with their help."""
    made = Parser(prog="python -m render", description=DESCRIPTION, epilog=EXAMPLES, allow_abbrev=False,
                  formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("score", metavar="SCORE.yaml", type=Path,
                      help="the score of the song; or a page of lyrics (.md, .txt, .cho …), which is imported first")
    made.add_argument("--out", metavar="DIR", type=Path, default=Path("out"),
                      help="where the demo goes: a folder named like the score is made in DIR (default: out)")
    made.add_argument("--seed", metavar="N", type=_in_score("seed"),
                      help="which take: another whole number gives other choices (default: the score's)")
    made.add_argument("--temperature", metavar="T", type=_in_score("temperature"),
                      help="how freely choices are made, 0 to 10: 0 always the likeliest and on the grid, high loose "
                           "(default: the score's; sections with a temperature of their own keep it)")
    made.add_argument("--takes", metavar="N", type=many.number, default=1,
                      help="render so many takes, with the seeds that follow the score's: the others lie in the folder "
                           "takes of the demo, with a table of what differs and how each measures")
    made.add_argument("--reroll", metavar='PART@"SECTION"', type=_read(_roll), action="append", default=[],
                      help='play a part otherwise in a section, and nothing else: guitar@"Verse 2"; may be given again')
    made.add_argument("--midi", metavar="FILE", type=Path,
                      help="play the notes of this file in place of what is composed for the parts of its tracks: MIDI "
                           "as it comes from your DAW, or MusicXML or ABC from a notation program")
    made.add_argument("--midi-tempo", metavar="WHOSE", choices=("score", "file"), default="score",
                      help="whether the tempo of that file is taken: file, or the score's kept: score (default)")
    made.add_argument("--voice", metavar="NAME", type=_in_score("engine"),
                      help="speech engine whose words are sung: auto, hibari, espeak, or hum for none "
                           "(default: the score's; auto takes hibari where it is installed, else espeak)")
    made.add_argument("--rate", metavar="HZ", type=_rate, default=48000,
                      help="sample rate: 44100, 48000 or 96000 (default: 48000)")
    made.add_argument("--jobs", metavar="N", type=_jobs, default=cores(),
                      help="how many parts are rendered at a time (default: as many as there are cores); "
                           "the result is the same")
    made.add_argument("--dry", action="store_true",
                      help="write the stems a second time without glitches, in stems_dry, for a mix of your own")
    made.add_argument("--for", metavar="WHAT", dest="targets", type=_targets,
                      help="what the demo is made for, besides mix, stems and MIDI: words of this list with commas "
                           "between them, or all (default: what is small): " + ", ".join(
                          target.word + ("" if target.by_default else " (large)") for target in TARGETS))
    bars = made.add_mutually_exclusive_group()
    bars.add_argument("--section", metavar="NAME", help="render this section alone, as it sounds in the whole song")
    bars.add_argument("--bars", metavar="17-24", type=_read(wanted_bars), help="render these bars alone, as they sound "
                      "in the whole song; their demo has a folder of its own")
    made.add_argument("--solo", metavar="PARTS", type=_read(wanted_names), default=(),
                      help="render these parts alone, as they sound in the song: names with commas between them")
    made.add_argument("--mute", metavar="PARTS", type=_read(wanted_names), default=(), help="leave these parts out")
    made.add_argument("--no-cache", action="store_true",
                      help="take nothing from earlier renders and keep nothing for later ones; the result is the same "
                           "(python -m render cache: what is kept, and where)")
    made.add_argument("--check", action="store_true",
                      help="read and compose, print the plan, write nothing; plug-ins that the score names are run to "
                           "ask for their parameters")
    made.add_argument("--no-plugins", action="store_true",
                      help="run no plug-in: --check leaves their parameters unchecked, a render refuses them")
    made.add_argument("--debug", action="store_true", help="when the program itself fails, print where")
    made.add_argument("--version", action="version", version=f"softmax-renderer {render.__version__}")
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Parameters
    ----------
    arguments
        Command line without the program's name; None for that of this process.

    Returns
    -------
    int
        Exit code: 0, 1 for a fault of the program, 2 for one of the user's input, 130 when interrupted.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    command = COMMANDS.get(given[0]) if given else None
    try:
        options = command.options(given[1:]) if command else parser().parse_args(given)
    except SystemExit as end:
        return int(end.code or OK)
    if command or not options.debug:
        sys.excepthook = _blame
    before = _published(options)
    try:
        return command.run(options) if command else _run(options)
    except InputError as error:
        return _tell(explain(error).rstrip(), THEIRS)
    except (KeyboardInterrupt, SystemExit) as stop:
        told = STOPPED if _published(options) == before else "Stopped. The new demo is in its place."
        return _tell(told, int(stop.code or OK) if isinstance(stop, SystemExit) else INTERRUPTED)


def _published(options: argparse.Namespace) -> object:
    """Return what identifies the demo at the destination; None where there is none."""
    if "score" not in options or "out" not in options:  # a command that publishes no demo
        return None
    try:
        begins = folder_of(options.out, options.score).name  # that of a take or an excerpt ends with what it is
        found = [path.stat() for folder in options.out.iterdir() if folder.name.startswith(begins)
                 and (path := folder / MANIFEST).is_file()]
    except (OSError, ValueError, InputError):
        return None
    return {(status.st_ino, status.st_mtime_ns) for status in found}


def _blame(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Report an unexpected exception; the interpreter then ends with exit code 1."""
    tell(f"This is our fault, not your score's: {kind.__name__}: {error}\n"
         "Please report it with the score and what --debug prints. No demo was touched.")


def _tell(message: str, code: int) -> int:
    tell(message)
    return code


def _run(options: argparse.Namespace) -> int:
    notice = settle()
    if notice:
        tell(f"Notice: {notice}")
    if options.score.suffix.lower() in importing.SHEETS:
        clear_away_on_signals()
        with tempfile.TemporaryDirectory() as folder:  # a check leaves nothing behind
            options.score = importing.score_of(options.score, options.seed, options.temperature,
                                               Path(folder) if options.check else None)
            return _rendered(options)
    return _rendered(options)


def _takes(options: argparse.Namespace) -> int:
    """Render takes of a song side by side."""
    alone = {"--seed": options.seed is not None, "--section": options.section, "--bars": options.bars,
             "--solo": options.solo, "--mute": options.mute, "--reroll": options.reroll, "--midi": options.midi,
             "--dry": options.dry, "--no-cache": options.no_cache, "--temperature": options.temperature is not None}
    if given := [name for name, value in alone.items() if value]:
        raise InputError(f"--takes does not go with {given[0]}", allowed="--takes with --for, --rate, --voice, --out")
    clear_away_on_signals()
    rows = many.takes([options.score], options.takes, options.out, options.jobs,
                      {"voice": options.voice, "rate": options.rate, "targets": options.targets})
    many.table(rows)
    if (folder := rows[0].folder) is not None:
        many.sheet(rows, folder / many.TAKES / many.SHEET)
    return THEIRS if any(row.state == many.FAILED for row in rows) else OK


def _rendered(options: argparse.Namespace) -> int:
    if options.takes > 1 and not options.check:
        return _takes(options)
    wanted = Wanted(options.section, options.bars, options.solo, options.mute)
    if not (options.check or options.no_cache or wanted) and (store := opened()):
        asked = standing.asked(
            options.score, options.out, seed=options.seed, temperature=options.temperature, voice=options.voice,
            reroll=options.reroll, midi=options.midi, midi_tempo=options.midi_tempo, rate=options.rate, dry=options.dry,
            targets=options.targets)
        if stands := standing.found(store, asked):
            demo_folder, *lines = stands
            screen(sys.stdout).print(f"{demo_folder} stands as it was asked for, so nothing was rendered "
                                     "(--no-cache renders it anew).", *lines, sep="\n", soft_wrap=True)
            return OK
    # Imported here: instruments and effects take a second to load, and the help and a wrong option do not need them.
    from effects.hosting import plugin_host
    from render.console import report
    from render.produce import demo, part_of, plan
    from scores.reading.changes import Changes

    # From here on there is something to clear away. During an import the interpreter may swallow an interrupt.
    clear_away_on_signals()
    refused: plugin_host.Policy = "leave unchecked" if options.check else "refuse"
    plugin_host.set_policy(refused if options.no_plugins else "run")
    began = time.perf_counter()
    out = report.console()
    if options.check:
        song = plan(options.score, out=options.out, midi=options.midi, midi_tempo=options.midi_tempo,
                    changes=Changes(options.seed, options.temperature, options.voice, tuple(options.reroll)))
        report.plan(song.score, song.performance, out)
        for line in song.notices:
            out.print(line, soft_wrap=True)
        if run := ", ".join(sorted(file.name for file in plugin_host.asked)):
            what = "was not asked for its" if options.no_plugins else "was run to ask for its"
            out.print(f"{run} {what} parameters" + ("." if options.no_plugins else "; --no-plugins leaves that out."),
                      soft_wrap=True)
        return OK
    if wanted:
        made = part_of(options.score, wanted, out=options.out, seed=options.seed, temperature=options.temperature,
                       voice=options.voice, reroll=options.reroll, midi=options.midi, midi_tempo=options.midi_tempo,
                       rate=options.rate, jobs=options.jobs, cache=not options.no_cache, progress=report.progress)
        paths = [made.mix.path, made.premaster.path, *(stem.path for stem in made.stems)]
        report.excerpt(made.folder, paths, (made.span.stop - made.span.start) / options.rate, made.notices,
                       time.perf_counter() - began, out)
        return OK
    rendering = demo(options.score, out=options.out, seed=options.seed, temperature=options.temperature,
                     voice=options.voice, reroll=options.reroll, midi=options.midi, midi_tempo=options.midi_tempo,
                     rate=options.rate, jobs=options.jobs, dry=options.dry, targets=options.targets,
                     cache=not options.no_cache, progress=report.progress)
    report.summary(rendering, rendering.folder, time.perf_counter() - began, out)
    return OK
