"""From a score file to a demo: the functions behind the command line and the Python API."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from effects.hosting.plugin_host import PluginError
from instruments.sampler.chunks import BankError
from instruments.voice.engines import EngineMissing
from instruments.voice.source import SpeechError
from render import finished, standing
from render.catalogue import catalogue, out_of_range
from render.console.report import NOTICE, Progress, Quiet, told
from render.excerpt import Excerpt, cut, excerpt
from render.inputs import InputFile, fingerprint, inputs_of, place_of, stamp
from render.pipeline import Job, render
from render.publish import check, folder_of, publishing
from render.rendering import Rendering
from render.replaced import WAS_SUNG, voice_changes
from render.returned import played_back
from render.run import RATES, cores
from render.speaker import begin_speaking, fault_of, guesses, speaker, spoken
from render.store.folder import Store, opened
from render.store.key import Described
from render.store.surroundings import surroundings
from render.targets import chosen
from render.wanted import Wanted, named
from scores.compose import compose
from scores.composing.pace import unfinished_changes
from scores.composing.picked import unmet_picks
from scores.faults import Fault, InputError, ScoreError, ScoreFault, warning_text
from scores.midi_in.edited import Whose
from scores.performance import Performance
from scores.reading.changes import Changes
from scores.reading.read import ScoreSource, read_score
from scores.score import Score

# In a note's key: whatever the demo is for, since mix and stems are the same.
ANY = ("any",)
# Most warnings of a score that are shown.
MOST_WARNINGS = 20

Shown = Callable[[Sequence[str]], AbstractContextManager[Progress]]


@dataclass(frozen=True)
class Song:
    """A score, its performance, and notices for the user."""

    score: Score
    performance: Performance
    notices: Sequence[str]


def plan(score: Path, *, out: Path = Path("out"), changes: Changes | None = None, midi: Path | None = None,
         midi_tempo: Whose = "score") -> Song:
    """Read and compose a score without rendering it.

    Parameters
    ----------
    score
        The score's file.
    out
        Folder that the demo would be rendered into; an older demo in it may give a notice.
    changes
        Values that replace those of the score.
    reroll
        Parts and sections that are played otherwise: ``[("guitar", "Verse 2")]``.
    midi
        A MIDI file whose tracks replace the composed notes of the parts of the same names.
    midi_tempo
        Whether the score's tempo is kept, or that of this file taken: ``file``.

    Raises
    ------
    InputError
        With every fault found.
    """
    return _composed(read_score(score, catalogue(), changes), folder_of(out, score), changes, midi, midi_tempo)


def demo(score: str | Path, *, out: str | Path = "out", seed: int | None = None, temperature: float | None = None,
         voice: str | None = None, reroll: Sequence[tuple[str, str]] = (), midi: str | Path | None = None,
         midi_tempo: Whose = "score", rate: int = 48000, jobs: int | None = None, dry: bool = False,
         targets: Collection[str] | None = None, cache: bool = True,
         progress: Shown | None = None) -> Rendering:
    """Render a song: read the score, compose it, and publish a folder with mix, stems, MIDI and all other files.

    Parameters
    ----------
    score
        The score's file.
    out
        Folder in which a folder named like the score is made, or replaced if it is an older demo. With another seed or
        temperature its name says so.
    seed, temperature, voice
        Values that replace the score's ``seed``, ``temperature`` and ``singer: {engine: ...}``.
    midi
        A MIDI file whose tracks replace the composed notes of the parts of the same names.
    midi_tempo
        Whether the score's tempo is kept, or that of this file taken: ``file``.
    rate
        Sample rate in Hz: 44100, 48000 or 96000.
    jobs
        How many parts are rendered at a time, by default as many as there are cores. The result is the same.
    dry
        Whether the stems are also written without glitches.
    targets
        What the demo is made for: words of ``render.targets``, such as ``reaper``, or ``all``. None for what is
        small. Mix, stems, MIDI and manifest are always there.
    cache
        Whether parts that sound as in an earlier render are taken from the store, and new ones are kept there. The
        result is the same.
    progress
        Given the names of the parts, a context in which the work is shown; by default nothing is.

    Returns
    -------
    Rendering
        The score, its performance and everything that was made from it; ``folder`` is the demo's folder.

    Raises
    ------
    InputError
        With what is wrong in the score, in the files that it names, in an argument or with the output folder. Then
        nothing is published, and an older demo stays as it was.
    """
    changes = Changes.checked(seed=seed, temperature=temperature, engine=voice, reroll=reroll)
    chosen(targets)  # refuses a word that it does not know, before any work
    path, edited = Path(score), Path(midi) if midi is not None else None
    destination = folder_of(Path(out), path.with_name(f"{named(path.stem, seed, temperature, reroll)}.yaml"))
    store = opened() if cache else None
    options: dict[str, Any] = {"seed": seed, "temperature": temperature, "voice": voice, "reroll": reroll,
                               "midi": edited, "midi_tempo": midi_tempo, "rate": rate}
    asked = standing.asked(path, Path(out), **options, dry=dry, targets=targets).key() if store else None
    read = {file: fingerprint(file) for file in (path, edited) if asked and file and file.is_file()}
    source, job = job_of(path, destination, changes, edited, midi_tempo, rate, store)
    job = replace(job, dry=dry, targets=targets, replaces=destination)
    shown = progress(list(job.score.parts)) if progress else nullcontext(Quiet())
    with publishing(destination) as folder, shown as display, placed(source, midi=edited):
        rendering = render(job, folder, jobs or cores(), display)
        made = {file.relative_to(folder): stamp(file) for file in folder.rglob("*") if file.is_file()}
    _remember(store, source.score)
    here = {file: stamp(destination / file) for file in made}
    # publishing changes the last of a file's times, and nothing else
    if store and all((*was[:2], *was[3:]) == (*here[file][:2], *here[file][3:]) for file, was in made.items()):
        finished.note(store, destination, rendering, here)
        for_any = standing.asked(path, Path(out), **options, targets=ANY).key()
        for key in filter(None, (asked, for_any) if asked else ()):
            _note(store, key, {**read, **_named(job.score, job.inputs)}, destination, here, rendering)
    return rendering.published(destination)


def part_of(score: str | Path, wanted: Wanted, *, out: str | Path = "out", seed: int | None = None,
            temperature: float | None = None, voice: str | None = None,
            reroll: Sequence[tuple[str, str]] = (), midi: str | Path | None = None,
            midi_tempo: Whose = "score", rate: int = 48000, jobs: int | None = None, cache: bool = True,
            progress: Shown | None = None) -> Excerpt:
    """Render some bars or some parts of a song into a folder of their own: mix, premaster and stems.

    Each sample is that of the whole song. The arguments are those of :func:`demo`, beside ``wanted``: the bars and
    parts.

    Raises
    ------
    InputError
        As :func:`demo` does, and for bars or parts that the song does not have.
    """
    changes = Changes.checked(seed=seed, temperature=temperature, engine=voice, reroll=reroll)
    path, edited = Path(score), Path(midi) if midi is not None else None
    name = f"{named(path.stem, seed, temperature, reroll)}_{wanted.suffix}"
    destination = folder_of(Path(out), path.with_name(f"{name}.yaml"))
    store = opened() if cache else None
    told_of = standing.asked(path, Path(out), seed=seed, temperature=temperature, voice=voice, reroll=reroll,
                             midi=edited, midi_tempo=midi_tempo, rate=rate, targets=ANY)
    whole = standing.found(store, told_of) if store and not (wanted.solo or wanted.mute) else None
    source, job = job_of(path, destination, changes, edited, midi_tempo, rate, store, speaks=not whole)
    wanted.frames(job.performance, rate), wanted.parts(job.score)  # refuses what is not there, before any work
    shown = progress(list(job.score.parts)) if progress else nullcontext(Quiet())
    with publishing(destination) as folder, shown as display, placed(source, midi=edited):
        if whole:
            notices = [line.removeprefix(NOTICE) for line in whole[1:] if line.startswith(NOTICE)]
            made = cut(job, wanted, Path(whole[0]), folder, notices)
        else:
            made = excerpt(job, wanted, folder, jobs or cores(), display)
            _remember(store, source.score)
    return made.published(destination)


def job_of(path: Path, destination: Path, changes: Changes, midi: Path | None, midi_tempo: Whose, rate: int,
           store: Store | None, *, speaks: bool = True,
           known: Callable[[ScoreSource], Performance | None] = lambda source: None) -> tuple[ScoreSource, Job]:
    """Read and compose a score that is rendered into a folder; meanwhile, its words may be spoken.

    The arguments are those of :func:`demo`; ``known`` may return what a score is composed to. Raises InputError as it
    does.
    """
    if rate not in RATES:
        raise InputError(f"a rate of {rate} Hz is not possible", found=str(rate), allowed="44100, 48000 or 96000 Hz")
    source = read_score(path, catalogue(), changes)
    check(destination)
    if speaks and not (store and _sung(store, source.score)):
        ahead = ThreadPoolExecutor(1)  # the speech engine works while the song is composed
        ahead.submit(begin_speaking, source.score)
        ahead.shutdown(wait=False)
    song = _composed(source, destination, changes, midi, midi_tempo, known(source))
    return source, Job(destination.name, song.score, song.performance, rate, inputs_of(song.score, midi), song.notices,
                       store=store)


def _words(score: Score) -> str | None:
    """Return the key under which the store knows that the words of a song were sung; None where it cannot."""
    around = surroundings()
    voice = fingerprint(Path(score.singer.voice)) if score.singer.voice else None
    return Described({}).digest("sung", around, score.singer.engine, voice, spoken(score)) if around else None


def _sung(store: Store, score: Score) -> bool:
    """Whether the words of a song were sung before: then its voices are kept, and probably nothing is to be said."""
    entry = store.find(key) if (key := _words(score)) else None
    if entry:
        entry.close()
    return entry is not None


def _remember(store: Store | None, score: Score) -> None:
    """Remember that the words of a song were sung."""
    if store and (key := _words(score)) and (entry := store.keep(key, {}, {})):
        entry.close()


def _named(score: Score, inputs: Sequence[InputFile]) -> dict[Path, str]:
    """Return the fingerprint of each file that the score names, as it was when the render began."""
    known = {each.file: each.sha256 for each in inputs}
    return {file.path: known[file.name] for file in score.files}


def _note(store: Store, asked: str, read: dict[Path, str], demo: Path,
          made: dict[Path, tuple[int, ...]], rendering: Rendering) -> None:
    """Note a demo, if a note holds all that it depends on: what plug-ins depend on nobody here knows."""
    if not any(path.suffix == ".vst3" for path in read):
        standing.note(store, asked, demo, read, {path.as_posix(): its for path, its in made.items()},
                      [line for line in told(rendering) if WAS_SUNG not in line])


def _composed(source: ScoreSource, destination: Path, changes: Changes | None, midi: Path | None,
              midi_tempo: Whose, known: Performance | None = None) -> Song:
    score, notices = source.score, list[str]()
    warnings = [warning_text(source.file, warning) for warning in source.warnings]
    if len(warnings) > MOST_WARNINGS:
        warnings = [*warnings[:MOST_WARNINGS], f"{source.file}: {len(warnings) - MOST_WARNINGS} more of the kind"]
    with placed(source, changes, midi):
        performance = known or compose(score)
        if faults := out_of_range(score, performance):
            raise source.error(faults)
        if midi is not None:
            performance, notices = played_back(midi, score, performance, midi_tempo)
            if midi_tempo == "file":
                score = _in_tempo(score, performance)
        voice = speaker(score, performance)
    if changes is not None and changes.reroll:
        kept = ", ".join(f"{part}: {{{name}: {score.reroll[part][name]}}}" for part, name in _places(score, changes))
        notices.append(f"To keep what was rolled again, write it in the score: reroll: {{{kept}}}")
    return Song(score, performance, [*warnings, *unfinished_changes(score),
                                     *unmet_picks(score, performance), *notices, *guesses(score),
                                     *voice_changes(destination, voice)])


def _places(score: Score, changes: Changes) -> list[tuple[str, str]]:
    """Return each part and section that was rolled again, once, as the score calls them."""
    names = {section.name.casefold(): section.name for section in score.sections}
    return list(dict.fromkeys((part, names[place.casefold()]) for part, place in changes.reroll))


def _in_tempo(score: Score, performance: Performance) -> Score:
    """Return the score with the tempo at which it is played, which names its files and is told to others."""
    bar = performance.bars[0]
    felt = 60 / performance.tempo.beat_seconds(0.0) / float(bar.meter.pulse_beats)
    if abs(felt - score.bpm) < 1e-3 * felt:
        return score
    tempo = score.tempo.model_copy(update={"start": round(felt, 2), "counts": None, "changes": ()})
    return score.model_copy(update={"tempo": tempo})


@contextmanager
def placed(source: ScoreSource, changes: Changes | None = None, midi: Path | None = None) -> Iterator[None]:
    """Raise errors that occur after reading as InputError, each with its place in the score or in the MIDI file."""
    score = source.score
    try:
        yield
    except ScoreFault as error:
        raise source.error([error.fault]) from error
    except EngineMissing as error:
        if changes is not None and changes.engine is not None:  # named on the command line, not in the score
            raise InputError(f"--voice: {error.message}", found=changes.engine) from error
        raise source.error([Fault(0, 0, error.message, ("singer", "engine"), score.singer.engine)]) from error
    except SpeechError as error:
        fault = fault_of(score, error)
        if midi is not None and not fault.path:  # no line of the score has these words: they are lyrics of the file
            raise ScoreError(str(midi), [fault]) from error
        raise source.error([fault]) from error
    except PluginError as error:
        raise source.error([Fault(0, 0, error.message, place_of(score, error.file), None, error.allowed)]) from error
    except BankError as error:
        raise source.error([Fault(0, 0, f"this SoundFont cannot be used: {error}", place_of(score, error.file), None,
                                  error.allowed)]) from error
