"""Parameters of the plucked instruments: range, unit and meaning of each, as the score and its reference show them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from instruments.strings.body import WoodTone
from instruments.strings.pluck import Plectrum

Pluck = Annotated[Plectrum, Field(description="what plucks: the flesh of a thumb, a finger, its nail, or a pick")]
PluckPosition = Annotated[float, Field(ge=0.03, le=0.5, description="where the string is plucked, as share of its "
                                                                    "length from the bridge")]
Hardness = Annotated[float, Field(ge=0, le=1, description="how firm it is: 0 soft, 1 hard, six times as sharp a "
                                                          "corner in the string")]
StringAge = Annotated[float, Field(ge=0, le=1, description="0 new strings, that ring bright, to 1 dead ones")]
Sustain = Annotated[float, Field(ge=0.1, le=3, description="decay times, to those of the instrument as 1")]
Detune = Annotated[float, Field(ge=0, le=10, description="how far apart the two planes of a string are tuned, in "
                                                         "cents: slow beating")]
PluckNoise = Annotated[float, Field(ge=0, le=1, description="level of the rub of skin or nail in the pluck")]
Release = Annotated[float, Field(ge=0.03, le=3, description="seconds in which a note that has ended falls by 60 dB")]
Body = Annotated[float, Field(ge=0, le=1, description="share of the wooden body in the sound, to the string's own")]
Tone = Annotated[WoodTone, Field(description="the wood of the body: dark is large and soft, bright small and stiff")]
Distance = Annotated[float, Field(ge=0.1, le=2, description="metres from the body to the pair of microphones: near is "
                                                            "fuller in the bass and wider")]
Knock = Annotated[float, Field(ge=0, le=1, description="thump of the body when the finger lets go of the string")]
Sympathy = Annotated[float, Field(ge=0, le=1, description="how much the free strings ring along")]
Squeak = Annotated[float, Field(ge=0, le=1, description="level of the squeak of fingers that shift along wound "
                                                       "strings")]
Handling = Annotated[float, Field(ge=0, le=1, description="level of fingers that land on strings and leave them")]
