"""A voice that answers: what stands in brackets in the lyrics, or every second line."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from scores.players.voice import Share, Sing


class Answer(Sing):
    """Sings the words in brackets of the other singers' lines; where there are none, every second line."""

    style: ClassVar[str] = "answer"
    answers: ClassVar[bool] = True
    softer: ClassVar[float] = 0.15

    distance: Share = Field(0.4, description="from the microphone, 0 at the lips to 1 across the room")
