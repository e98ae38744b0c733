r"""``lyrics/``: the words with their times, for players, video and karaoke.

- ``lyrics.lrc``: one line each, with the time of each word in angle brackets ("enhanced LRC", A2 Media Player).
- ``lyrics.vtt``: WebVTT with timestamps inside the cues (W3C, 2019, "WebVTT: The Web Video Text Tracks Format").
- ``lyrics.srt``: SubRip, lines only.
- ``lyrics.ass``: Advanced SubStation Alpha, which fills each syllable while it is heard (``\kf``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from render.rendering import Rendering
from render.writers.lyrics import TimedLine, TimedWord, timed_lines

ORDER = 10
TARGET = "lyrics"

# Time for which a line is shown before its first word, where nothing else is sung then [s].
AHEAD_SECONDS = 1.0
ASS_HEAD = """\
[Script Info]
Title: {title}
ScriptType: v4.00+
WrapStyle: 0
ScaledBorderAndShadow: yes
PlayResX: 1280
PlayResY: 720

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, \
StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Line,Arial,48,&H00FFFFFF,&H00909090,&H00000000,&H80000000,0,0,0,0,100,100,0,0,1,2,1,2,40,40,60,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""


def write(rendering: Rendering) -> None:
    """Write the four files; a song without words has none."""
    lines = timed_lines(rendering.performance)
    if not lines:
        return
    folder = rendering.folder / "lyrics"
    folder.mkdir(exist_ok=True)
    title = rendering.score.title
    for suffix, text in (("lrc", lrc(title, rendering.frames / rendering.rate, lines)), ("vtt", vtt(title, lines)),
                         ("srt", srt(lines)), ("ass", ass(title, lines))):
        (folder / f"lyrics.{suffix}").write_text(text, encoding="utf-8", newline="\n")


def lrc(title: str, seconds: float, lines: Sequence[TimedLine]) -> str:
    """Return enhanced LRC: the line's time in square brackets, each word's in angle brackets, to 0.01 s.

    An empty line clears the screen where the voice rests for more than twice ``AHEAD_SECONDS``.
    """
    rows = [f"[ti:{_one_line(title)}]", f"[length:{int(seconds) // 60}:{int(seconds) % 60:02d}]"]
    for line, following in _with_next(lines):
        words = " ".join(f"<{_minutes(word.start_seconds)}>{word.text}" for word in line.words)
        rows.append(f"[{_minutes(line.start_seconds)}]{words} <{_minutes(line.end_seconds)}>")
        if following is None or following.start_seconds - line.end_seconds > 2 * AHEAD_SECONDS:
            rows.append(f"[{_minutes(line.end_seconds)}]")
    return "\n".join(rows) + "\n"


def vtt(title: str, lines: Sequence[TimedLine]) -> str:
    """Return WebVTT: a cue for each line, with a timestamp before each word but the first."""
    blocks = [f"WEBVTT - {_one_line(title).replace('-->', '→')}"]
    for number, (line, (start, end)) in enumerate(zip(lines, _shown(lines), strict=True), 1):
        words = [_escaped(line.words[0].text)]
        inside = start
        for word in line.words[1:]:
            # A timestamp lies inside its cue, later than the one before it.
            marked = max(round(word.start_seconds, 3), round(inside + 0.001, 3))
            words.append((f"<{_hours(marked)}>" if marked < round(end, 3) else "") + _escaped(word.text))
            inside = marked
        blocks.append(f"{number}\n{_hours(start)} --> {_hours(end)}\n{' '.join(words)}")
    return "\n\n".join(blocks) + "\n"


def srt(lines: Sequence[TimedLine]) -> str:
    """Return SubRip: a numbered block for each line."""
    return "\n".join(f"{number}\n{_hours(start, ',')} --> {_hours(end, ',')}\n{line.text}\n"
                     for number, (line, (start, end)) in enumerate(zip(lines, _shown(lines), strict=True), 1))


def ass(title: str, lines: Sequence[TimedLine]) -> str:
    """Return Advanced SubStation Alpha: karaoke by syllables, each filled until the next one begins."""
    rows = []
    for line, (start, end) in zip(lines, _shown(lines), strict=True):
        begun = round(start * 100)
        text, at = "", begun
        syllables = [(round(seconds * 100), spelling) for word in line.words for seconds, spelling in _spelled(word)]
        if syllables[0][0] > at:  # time before the first word, in which nothing is filled
            text, at = f"{{\\k{syllables[0][0] - at}}}", syllables[0][0]
        ends = [*(onset for onset, _ in syllables[1:]), round(line.end_seconds * 100)]
        for (_, spelling), until in zip(syllables, ends, strict=True):
            text += f"{{\\kf{max(until - at, 0)}}}{_plain(spelling)}"
            at = max(until, at)
        name = line.line.singer.replace(",", " ")
        rows.append(f"Dialogue: 0,{_ass_time(begun)},{_ass_time(round(end * 100))},Line,{name},0,0,0,,{text.rstrip()}")
    return ASS_HEAD.format(title=_one_line(title)) + "\n".join(rows) + "\n"


def _spelled(word: TimedWord) -> list[tuple[float, str]]:
    """Return onset and spelling of a word's syllables, which joined are the printed word and a space."""
    joined = "".join(spelling for _, spelling in word.syllables)
    if word.text.startswith(joined):
        rest = word.text[len(joined):]
        return [*word.syllables[:-1], (word.syllables[-1][0], word.syllables[-1][1] + rest + " ")]
    return [(word.start_seconds, word.text + " ")]


def _shown(lines: Sequence[TimedLine]) -> Iterator[tuple[float, float]]:
    """Yield when each line is shown [s]: a second before its first word at most, and never together with another."""
    before = 0.0
    for line, following in _with_next(lines):
        start = max(line.start_seconds - AHEAD_SECONDS, min(before, line.start_seconds), 0.0)
        end = line.end_seconds if following is None else min(line.end_seconds, following.start_seconds)
        before = max(end, start + 0.01)
        yield start, before


def _with_next(lines: Sequence[TimedLine]) -> Iterator[tuple[TimedLine, TimedLine | None]]:
    return zip(lines, [*lines[1:], None], strict=True)


def _minutes(seconds: float) -> str:
    hundredths = round(seconds * 100)
    return f"{hundredths // 6000:02d}:{hundredths // 100 % 60:02d}.{hundredths % 100:02d}"


def _hours(seconds: float, mark: str = ".") -> str:
    thousandths = round(seconds * 1000)
    return (f"{thousandths // 3_600_000:02d}:{thousandths // 60_000 % 60:02d}:{thousandths // 1000 % 60:02d}{mark}"
            f"{thousandths % 1000:03d}")


def _ass_time(hundredths: int) -> str:
    return (f"{hundredths // 360_000}:{hundredths // 6000 % 60:02d}:{hundredths // 100 % 60:02d}."
            f"{hundredths % 100:02d}")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _plain(text: str) -> str:
    """Return a text without what ASS reads as an override or an escape."""
    return text.replace("\\", "").replace("{", "(").replace("}", ")")


def _one_line(text: str) -> str:
    return " ".join(text.split())
