"""The keys of the mix and of the master: sends, balance, loudness."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from scores.format.fields import Chain, Decibels, Dip, HissOverBand, Lift, LoudnessSpan, OverBand
from scores.format.strict import Strict


class Send(Strict):
    """A shared effects chain, such as a reverb, that parts are sent to. It returns the wet sound only."""

    effects: Chain = Field(min_length=1, description="the chain: effect names, or name: {parameters}")
    glitch: float = Field(0, ge=0, le=1, description="how much of the section's glitch falls on the send's output")


class SectionMix(Strict):
    """How a section is balanced; what is left out is as in the song's ``mix``."""

    voice: OverBand | None = Field(None, description="dB by which the voice lies over the band here; off: as the "
                                                     "levels say")
    lift: Lift | None = Field(None, description="LU by which this section is louder than the one before; off: as it is "
                                                "played; default: mix.lift in a chorus")
    dip: Dip | None = Field(None, description="deepest dip of the band under the words here, in dB; off or 0: none")
    level: Decibels = Field(0, description="level of the section in dB")


class Mix(Strict):
    """What the parts share."""

    sends: Mapping[str, Send] = Field(default_factory=dict, description="shared effects chains that parts are "
                                            "sent to, by name")
    balance: Literal["auto", "off"] = Field(
        "auto", description="auto: levels are offsets from a balance that is measured; off: they are all there is")
    voice: OverBand = Field(4.0, description="dB by which the voice lies over the band from 1 to 4 kHz, where it "
                                           "sings; off: as the levels say")
    lift: Lift = Field(3.0, description="LU by which a chorus is louder than the section before it, within 1 LU; off: "
                                      "as it is played. A chorus with softer dynamics is not lifted")
    span: LoudnessSpan = Field(9.0, description="LU between the loudest and the softest section at most; off: as they "
                                              "are played")
    dip: Dip = Field(3.0, description="deepest dip of the band under the words, in dB from 1 to 4 kHz; off or 0: none")
    hiss: HissOverBand = Field(10.0, description="dB by which a voice may lie over the band above 3.2 kHz; off: any")
    level: Decibels = Field(-6, description="level of the mix before the master, in dB, applied to every stem; the "
                                            "master makes up for it")


class Master(Strict):
    """The only processing after the sum of the stems."""

    loudness: float = Field(-14, ge=-30, le=-8, description="integrated loudness in LUFS (ITU-R BS.1770-4)")
    true_peak: float = Field(-1, ge=-9, le=-0.1, description="highest true peak in dBTP")
