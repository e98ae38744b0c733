"""Who takes part beside the band: doubles of the voice, further singers, those who answer, and who plays a solo."""

from __future__ import annotations

import re
from typing import Any

from scores.sheets import known
from scores.sheets.band import Band
from scores.sheets.playing import Manner
from scores.sheets.sheet import SheetSection
from scores.sheets.singers import Singers, sung_by
from scores.table import read_table


class Casting:
    """Parts come into being where a section needs them."""

    band: Band
    singers: Singers
    parts: dict[str, dict[str, Any]]

    def _doubles(self) -> dict[str, Any]:
        entry = read_table("players")["doubles"]
        for name, pan in (("voice_left", -0.85), ("voice_right", 0.85)):
            self.parts.setdefault(name, {"instrument": self.band.roles["doubles"], **entry["part"], "pan": pan})
        return {"voice_left": {"style": "double", "of": "voice"},
                "voice_right": {"style": "double", "of": "voice", "interval": "third below"}}

    def _share(self, section: SheetSection, values: dict[str, Any], manner: Manner) -> None:
        """Give each line to who sings it, and what stands in brackets to those who answer."""
        play, lyrics = values["play"], values["lyrics"]
        is_answered = any(re.search(r"\w.*\(\w", line.text) for line in section.lines)
        if is_answered and manner.delivery in ("sung", "rap") and "answer" in known.styles() and not section.notes:
            self.parts.setdefault("answers", {"instrument": "guide_vocal", "pan": 0.35,
                                              "sends": {"plate": -12}, "glitch": 0.25})
            play["answers"] = "answer"
        if not self.singers or section.notes or "voice" not in play:
            return
        by_line = self.singers.of_lines(section)
        used = [voice for voice in self.singers.voices if any(voice in voices for voices in by_line)]
        voice = play.pop("voice")
        settings = voice if isinstance(voice, dict) else {"style": voice}
        own = {name: {**settings, **self.singers.range_of(name)} for name in used}
        values["play"] = {**{name: each if len(each) > 1 else each["style"] for name, each in own.items()}, **play}
        for name in used:
            self.parts.setdefault(name, {**self.parts["voice"], "pan": 0.25 * (int(name[-1]) - 1)} if name[-1].isdigit()
                                  else self.parts["voice"])
        if "voice" not in used:
            for double in ("voice_left", "voice_right"):
                values["play"].pop(double, None)
        values["lyrics"] = sung_by(by_line, lyrics, used)

    def _lead(self, named: str | None, play: dict[str, Any]) -> dict[str, Any]:
        """Return who plays a solo: somebody of the band whom others accompany, else one more."""
        instrument = named or next((self.parts[name]["instrument"] for name in play
                                    if "guitar" in self.parts[name]["instrument"]), "steel_guitar")
        if instrument == "electric_guitar" and "electric" not in self.band.roles:
            instrument = next((name for name in ("steel_guitar", "nylon_guitar") if name in self.band.roles.values()),
                              instrument)
        chordal = [name for name in play if name not in ("bass", "upright", "drums", "heartbeat", "debris")]
        own = next((name for name in chordal if self.parts[name]["instrument"] == instrument), None)
        if own and len(chordal) > 1:
            return {own: "lead"}
        self.parts.setdefault("lead", {"instrument": instrument, "pan": 0.15, "sends": {"plate": -14}})
        return {"lead": "lead"}
