"""What is known of Suno version 6 (released 2026-09-09), which replaced every earlier model: limits and settings.

Suno does not publish these in one place. They were collected from users and third parties; each says how sure it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# Date of the tables below.
AS_OF = "2026-11"

# How sure an entry is: seen by many users on version 6, reported by some, or known of earlier versions only.
Sure = Literal["seen", "reported", "unverified"]


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit.

    Attributes
    ----------
    what
        Name of a measure of ``suno.exceeded``.
    most
        Highest value.
    unit
        Its unit.
    sure
        How sure it is.
    """

    what: str
    most: float
    unit: str
    sure: Sure


LIMITS = (
    Limit("title", 100, "characters", "seen"),
    Limit("style.txt", 1000, "characters", "seen"),
    Limit("exclude.txt", 1000, "characters", "seen"),
    Limit("lyrics.txt", 5000, "characters", "seen"),
    Limit("a tag", 3, "cues", "reported"),
    Limit("full.mp3", 480, "seconds", "unverified"),
    Limit("excerpt_60s.mp3", 60, "seconds", "reported"),
)


@dataclass(frozen=True, slots=True)
class Advice:
    """A setting of Suno: where it is, what to set, why, and how sure that is."""

    where: str
    setting: str
    why: str
    sure: Sure


COVER = (
    Advice("Upload, then Cover", "full.mp3 or excerpt_60s.mp3", "a cover restyles the demo and keeps its tune", "seen"),
    Advice("Audio Influence", "well above the default of 25 %", "the default drifts from the demo's tune and form",
           "reported"),
    Advice("Variety", "off", "with it on, the melody changes", "reported"),
    Advice("Max Mode", "on", "more faithful over the whole length", "reported"),
    Advice("Lyrics", "lyrics.txt", "a cover does not rewrite words, so they have to be those of the demo", "seen"),
    Advice("Styles", "style.txt", "what it should sound like", "seen"),
    Advice("Exclude styles", "exclude.txt, if it is there", 'a "no drums" among the styles is ignored', "seen"),
    Advice("Downloads", "choose a take before you download it", "plans limit them, Pro to 20 a month", "reported"),
)
# Which upload serves which purpose; the last two are written with --for uploads.
UPLOADS = (
    ("full.mp3", "a cover of the whole song"),
    ("excerpt_60s.mp3", "where only a minute may be uploaded: it begins with the chorus"),
    ("a_cappella.mp3", "the tune and the words for another arrangement, or for a voice of your own"),
    ("instrumental.mp3", "the band alone, for Suno to sing over"),
)
