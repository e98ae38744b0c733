"""Parameters of the plucked instruments: range, unit and meaning of each, as the score and its reference show them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from instruments.strings.body import WoodTone
from instruments.strings.pluck import Plectrum

Pluck = Annotated[Plectrum, Field(description="what plucks the string: flesh of thumb or finger, nail, or pick")]
PluckPosition = Annotated[float, Field(ge=0.03, le=0.5, description="place of the pluck, as a share of the string's "
                                                                    "length from the bridge")]
Hardness = Annotated[float, Field(ge=0, le=1, description="hardness of the pick or fingertip: 0 soft, 1 hard; the "
                                                          "harder, the brighter")]
StringAge = Annotated[float, Field(ge=0, le=1, description="age of the strings: 0 new and bright, 1 dead")]
Sustain = Annotated[float, Field(ge=0.1, le=3, description="factor of the decay times, 1 as usual")]
Detune = Annotated[float, Field(ge=0, le=10, description="mistuning of the string's two directions of vibration in "
                                                         "cents: slow beating")]
PluckNoise = Annotated[float, Field(ge=0, le=1, description="level of the noise of finger, nail or pick on the string")]
Release = Annotated[float, Field(ge=0.03, le=3, description="time in which a released note falls by 60 dB, in seconds")]
Body = Annotated[float, Field(ge=0, le=1, description="share of the body's sound: 0 string alone, 1 full body")]
Tone = Annotated[WoodTone, Field(description="tone of the body: dark is large and soft, bright small and stiff")]
Distance = Annotated[float, Field(ge=0.1, le=2, description="distance of the two microphones in metres: nearer is "
                                                            "wider, with more bass")]
Knock = Annotated[float, Field(ge=0, le=1, description="level of the thump of the body at a pluck")]
Sympathy = Annotated[float, Field(ge=0, le=1, description="level of the sympathetic resonance of free strings")]
Squeak = Annotated[float, Field(ge=0, le=1, description="level of the squeak of fingers that slide on wound "
                                                       "strings")]
Handling = Annotated[float, Field(ge=0, le=1, description="level of the noise of fingers that touch and leave strings")]
Scatter = Annotated[float, Field(ge=0, le=3, description="how unlike frets and strokes are in level, as a multiple of "
                                                         "recorded guitars: 0 not at all")]
