"""The command line: what a songwriter types, what is answered, and with which exit code."""

from __future__ import annotations

import argparse
import difflib
import os
import signal
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType, TracebackType
from typing import Annotated, Any, NoReturn, get_args

from pydantic import TypeAdapter, ValidationError

import render
from render.publish import OutputError, check, publishing
from scores.faults import Fault, ScoreError, ScoreFault, explain
from scores.format.model import Score, Singer
from scores.format.wording import rule_words

RATES = (44100, 48000, 96000)
ENGINES: tuple[str, ...] = get_args(Singer.model_fields["engine"].annotation)
OK, OURS, THEIRS, INTERRUPTED = 0, 1, 2, 130
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
      another take of the same song
  python -m render mysong.yaml --temperature 0.2
      tighter: likelier choices, closer to the grid
  python -m render mysong.yaml --midi edited.mid
      with the notes as you changed them in a DAW"""


class Parser(argparse.ArgumentParser):
    """Answers an unknown option with the nearest one there is, and a second score with how many there may be."""

    def error(self, message: str) -> NoReturn:
        self.exit(THEIRS, f"{self.prog}: {message}\nTry --help.\n")

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


def _in_score(field: str) -> Any:
    """A converter that checks a value as the score's own field of that name does."""
    info = Score.model_fields[field]
    adapter: TypeAdapter[Any] = TypeAdapter(Annotated[info.annotation, info])  # type: ignore[arg-type]

    def convert(text: str) -> Any:
        try:
            return adapter.validate_python(text)
        except ValidationError as error:
            raise argparse.ArgumentTypeError(f"{text!r} is not possible: {rule_words(info)}") from error

    return convert


def _rate(text: str) -> int:
    try:
        rate = int(text)
    except ValueError:
        rate = 0
    if rate not in RATES:
        near = min(RATES, key=lambda allowed: abs(allowed - rate)) if rate else 48000
        raise argparse.ArgumentTypeError(f"{text!r} is not possible: 44100, 48000 or 96000 Hz; did you mean {near}?")
    return rate


def _engine(text: str) -> str:
    if text not in ENGINES:
        near = difflib.get_close_matches(text, ENGINES, 1, 0.5)
        raise argparse.ArgumentTypeError(f"{text!r} is not possible: {', '.join(ENGINES)}"
                                         + (f"; did you mean {near[0]}?" if near else ""))
    return text


def _cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _jobs(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 256:
        raise argparse.ArgumentTypeError(f"{text!r} is not possible: a whole number from 1 to 256; "
                                         f"this machine has {_cores()} cores")
    return int(text)


def parser() -> Parser:
    """The options and their help."""
    made = Parser(prog="python -m render", description=DESCRIPTION, epilog=EXAMPLES, allow_abbrev=False,
                  formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("score", metavar="SCORE.yaml", type=Path, help="the score of the song")
    made.add_argument("--out", metavar="DIR", type=Path, default=Path("out"),
                      help="where the demo goes: a folder named like the score is made in DIR (default: out)")
    made.add_argument("--seed", metavar="N", type=_in_score("seed"),
                      help="which take: another whole number gives other choices (default: the score's)")
    made.add_argument("--temperature", metavar="T", type=_in_score("temperature"),
                      help="how freely choices are made, 0 to 10: 0 always the likeliest and on the grid, high loose "
                           "(default: the score's; sections with a temperature of their own keep it)")
    made.add_argument("--midi", metavar="FILE.mid", type=Path,
                      help="play the tracks of this MIDI file, as it comes from your DAW, in place of what is composed "
                           "for the parts of their names")
    made.add_argument("--voice", metavar="NAME", type=_engine,
                      help="speech engine whose words are sung: auto, flite, espeak, or hum for none "
                           "(default: the score's; auto takes flite where it is installed, else espeak)")
    made.add_argument("--rate", metavar="HZ", type=_rate, default=48000,
                      help="sample rate: 44100, 48000 or 96000 (default: 48000)")
    made.add_argument("--jobs", metavar="N", type=_jobs, default=_cores(),
                      help="how many parts are rendered at a time (default: as many as there are cores); "
                           "the result is the same")
    made.add_argument("--dry", action="store_true",
                      help="write the stems a second time without glitches, in stems_dry, for a mix of your own")
    made.add_argument("--check", action="store_true", help="read and compose, print the plan, write nothing")
    made.add_argument("--debug", action="store_true", help="when the program itself fails, print where")
    made.add_argument("--version", action="version", version=f"softmax-renderer {render.__version__}")
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 0, 1 for our fault, 2 for the person's, 130 when interrupted."""
    try:
        options = parser().parse_args(arguments)
    except SystemExit as end:
        return int(end.code or OK)
    for name in ("SIGTERM", "SIGHUP"):  # so that what was begun is cleared away; Windows has only the first
        if number := getattr(signal, name, None):
            signal.signal(number, _terminate)
    if not options.debug:
        sys.excepthook = _blame
    try:
        return _run(options)
    except ScoreError as error:
        return _tell(explain(error).rstrip(), THEIRS)
    except OutputError as error:
        return _tell(str(error), THEIRS)
    except KeyboardInterrupt:
        return _tell("Stopped. Nothing was changed.", INTERRUPTED)
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123 - whoever read us has gone: nobody to tell
        return OURS


def _blame(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """What is said of an exception that nobody foresaw; the interpreter then ends with exit code 1."""
    print(f"This is our fault, not your score's: {kind.__name__}: {error}\n"
          "Please report it with the score and what --debug prints. No demo was touched.", file=sys.stderr)


def _tell(message: str, code: int) -> int:
    print(message, file=sys.stderr)
    return code


def _terminate(number: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)


def _run(options: argparse.Namespace) -> int:
    began = time.perf_counter()
    from effects.hosting.plugin_host import PluginError
    from instruments.sampler.sf2 import BankError
    from instruments.voice.engines import EngineMissing
    from instruments.voice.source import SpeechError
    from render.catalogue import catalogue, out_of_range, reaches
    from render.console import report
    from render.inputs import inputs_of, place_of
    from render.speaker import fault_of, speak_first, speaker
    from scores.compose import compose
    from scores.reading.read import read_score

    destination = options.out / options.score.stem
    source = read_score(options.score, catalogue())
    score = source.score.model_copy(update={
        name: value for name in ("seed", "temperature") if (value := getattr(options, name)) is not None})
    if options.voice is not None:
        score = score.model_copy(update={"singer": score.singer.model_copy(update={"engine": options.voice})})
    if not options.check:
        check(destination)
        ahead = ThreadPoolExecutor(1)  # engines speak in processes of their own, while this one composes
        ahead.submit(speak_first, score)
        ahead.shutdown(wait=False)
    try:
        performance = compose(score)
    except ScoreFault as fault:
        raise source.error([fault.fault]) from fault
    if faults := out_of_range(score, performance):
        raise source.error(faults)
    told: list[str] = []
    if options.midi is not None:
        from scores.midi_in.edited import play_edited

        performance, told = play_edited(options.midi, score, performance, reaches(score))
    try:
        speaker(score, performance)
    except EngineMissing as missing:
        if options.voice is not None:
            return _tell(f"python -m render: argument --voice: {missing}", THEIRS)
        raise source.error([Fault(0, 0, str(missing), ("singer", "engine"), score.singer.engine)]) from missing
    out = report.console()
    if options.check:
        report.plan(score, performance, out)
        for line in told:
            out.print(line, soft_wrap=True)
        return OK
    from render.pipeline import Job
    from render.pipeline import render as render_song

    job = Job(options.score.stem, score, performance, options.rate, inputs_of(score, options.midi), told,
              options.dry)
    with publishing(destination) as folder, report.progress(list(score.parts)) as progress:
        try:
            rendering = render_song(job, folder, options.jobs, progress)
        except SpeechError as unspoken:
            unsaid = fault_of(score, unspoken)
            if options.midi is not None and not unsaid.path:  # no line of the score: a lyric of the MIDI file
                raise ScoreError(str(options.midi), [unsaid]) from unspoken
            raise source.error([unsaid]) from unspoken
        except PluginError as error:
            raise source.error([Fault(0, 0, str(error), place_of(score, error.file), None,
                                      "a VST3 plug-in that this machine can run")]) from error
        except BankError as error:
            raise source.error([Fault(0, 0, f"this SoundFont cannot be used: {error}", place_of(score, error.file),
                                      None, "a SoundFont bank (.sf2 or .sf3)")]) from error
    report.summary(rendering, destination, time.perf_counter() - began, out)
    return OK
