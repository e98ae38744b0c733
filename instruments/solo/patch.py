"""Parameters of the solo instruments: range, unit and meaning of each."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

Attack = Annotated[float, Field(ge=0.005, le=0.5, description="rise of a note at velocity 100, in seconds; soft notes "
                                                             "take up to twice it")]
Vibrato = Annotated[float, Field(ge=0, le=100, description="vibrato of long notes to either side, in cents")]
VibratoRate = Annotated[float, Field(ge=3, le=8, description="rate of the vibrato, in Hz")]
VibratoDelay = Annotated[float, Field(ge=0, le=2, description="how long a note lasts before its vibrato begins, in "
                                                              "seconds")]
Swell = Annotated[float, Field(ge=0, le=12, description="how far a long note swells and fades, in dB")]
Scoop = Annotated[float, Field(ge=0, le=200, description="how far below its pitch a phrase begins, in cents")]
Drift = Annotated[float, Field(ge=0, le=20, description="how far the pitch strays by itself, in cents")]
BreathNoise = Annotated[float, Field(ge=-80, le=-6, description="noise of bow or breath against the tone, in dB")]
Portamento = Annotated[float, Field(ge=0.004, le=0.4, description="glide from note to note of a phrase, in seconds")]
Legato = Annotated[float, Field(ge=0, le=0.5, description="longest gap between notes of one phrase, in seconds")]
Brightness = Annotated[float, Field(ge=0, le=1, description="how hard it is bowed or blown for its loudness: 0 "
                                                            "mellow, 1 bright")]
Scatter = Annotated[float, Field(ge=0, le=3, description="how unlike notes are in level, as a multiple of a player's: "
                                                         "0 not at all")]
