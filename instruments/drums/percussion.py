"""Hand percussion, which belongs to every kit. Levels and decays were set beside recorded instruments.

References
----------
T. Rossing, Science of Percussion Instruments, 2000: chapters 2, 7 and 8.
"""

from __future__ import annotations

from instruments.drums.modes import Membrane, Ringing
from instruments.drums.pieces import Curve, Piece, Wash


def hand_drum(
    hz: float, t60: float, place: float, pan: float, *, contact: float = 0.002, slap_db: float = -34.0
) -> Piece:
    """Return a drum of one head, struck by the hand: conga, bongo, timbale."""
    head = Membrane(hz, t60, loss=0.8, place=place, air=0.94, contact_seconds=contact, glide=0.02, glide_seconds=0.04)
    skin = Wash(
        "hand",
        "noise_mono",
        ((300, slap_db - 18), (1500, slap_db), (4000, slap_db - 2), (10000, slap_db - 14)),
        ((300, 0.03), (5000, 0.015)),
    )
    return Piece(0.0, (head,), (0.0,), (skin,), pan, room_db=-26.0)


def shaker(body: str, level: Curve, t60: float, rise: float, pan: float) -> Piece:
    """Return a shaker: noise that rises slowly."""
    return Piece(
        0.0, washes=(Wash(body, "noise", level, ((1000, t60),), ((1000, rise),)),), pan=pan, metal=True, room_db=-30.0
    )


def ringing(
    hz: tuple[float, ...],
    t60: tuple[float, ...],
    gains: tuple[float, ...],
    pan: float,
    *,
    contact: float = 0.0004,
    room_db: float = -26.0,
) -> Piece:
    """Return a bar, bell or block of a few modes."""
    return Piece(0.0, (Ringing(hz, t60, gains, contact),), (0.0,), pan=pan, room_db=room_db)


_SAND: Curve = ((800, -60), (2500, -34), (5000, -22), (9000, -14), (14000, -17), (19000, -26))


def scrape(strokes: int, seconds: float, body: str) -> tuple[Wash, ...]:
    """Return a stick drawn over ridges, faster towards the end."""
    return tuple(
        Wash(
            body,
            "noise_mono",
            ((800, -50), (1800, -24), (2700, -12), (4000, -16), (9000, -24)),
            ((1000, 0.03),),
            delay_seconds=seconds * (i / strokes) ** 0.85,
        )
        for i in range(strokes)
    )


_TRIANGLE = (410.0, 1410.0, 2310.0, 3640.0, 5230.0, 6870.0, 8740.0, 10900.0, 13300.0)
_TRIANGLE_GAINS = (0.02, 0.06, 0.1, 0.2, 0.5, 0.8, 1.0, 0.8, 0.5)

# The teeth in the box of a vibraslap.
_TEETH: Curve = ((1000, -50), (2000, -24), (3200, -13), (6000, -17), (12000, -24))

PERCUSSION: dict[str, Piece] = {
    "tambourine": Piece(
        0.0,
        washes=(
            Wash(
                "jingles",
                "jingles",
                ((1500, -50), (3500, -26), (6000, -16), (9000, -12), (14000, -15)),
                ((2000, 0.35), (9000, 0.3), (16000, 0.22)),
                ((1000, 0.0008),),
            ),
            Wash(
                "jingles_again",
                "jingles",
                ((2500, -50), (4500, -30), (8000, -19), (14000, -21)),
                ((5000, 0.22),),
                ((1000, 0.003),),
                delay_seconds=0.016,
            ),
        ),
        pan=0.25,
        metal=True,
        room_db=-26.0,
    ),
    "cowbell": ringing(
        (562, 838, 1170, 2260, 3370, 4920), (0.34, 0.3, 0.2, 0.14, 0.1, 0.07), (1, 0.7, 0.3, 0.25, 0.3, 0.2), 0.15
    ),
    "vibraslap": Piece(
        0.0,
        washes=tuple(
            Wash(
                "rattle",
                "jingles",
                tuple((hz, db - 0.9 * i) for hz, db in _TEETH),
                ((1000, 0.045),),
                delay_seconds=0.021 * i + 0.0003 * (i * 7 % 5),
            )
            for i in range(36)
        ),
        pan=-0.2,
        room_db=-26.0,
    ),
    "high_bongo": hand_drum(1300.0, 0.2, 0.4, 0.3),
    "low_bongo": hand_drum(960.0, 0.24, 0.4, 0.24),
    "mute_conga": hand_drum(520.0, 0.13, 0.6, -0.24, contact=0.0014, slap_db=-24.0),
    "open_conga": hand_drum(480.0, 0.55, 0.7, -0.24),
    "low_conga": hand_drum(390.0, 0.62, 0.7, -0.3, contact=0.0026),
    "high_timbale": hand_drum(760.0, 0.5, 0.55, 0.2, contact=0.0007, slap_db=-28.0),
    "low_timbale": hand_drum(560.0, 0.6, 0.55, 0.14, contact=0.0008, slap_db=-28.0),
    "high_agogo": ringing((912, 1480, 2480, 4010, 6300), (0.5, 0.42, 0.3, 0.22, 0.12), (1, 0.5, 0.45, 0.4, 0.25), -0.3),
    "low_agogo": ringing(
        (672, 1100, 1890, 3090, 5120), (0.55, 0.46, 0.32, 0.24, 0.14), (1, 0.5, 0.45, 0.4, 0.25), -0.3
    ),
    "cabasa": shaker("cabasa", _SAND, 0.11, 0.008, -0.35),
    "maracas": shaker(
        "maracas", ((1500, -60), (4000, -34), (7000, -18), (11000, -13), (17000, -19)), 0.075, 0.006, 0.35
    ),
    "short_guiro": Piece(0.0, washes=scrape(9, 0.08, "guiro"), pan=0.28, room_db=-28.0),
    "long_guiro": Piece(0.0, washes=scrape(26, 0.34, "long_guiro"), pan=0.28, room_db=-28.0),
    "claves": ringing((2380, 6320, 9900), (0.09, 0.04, 0.02), (1, 0.15, 0.05), -0.14),
    "high_wood_block": ringing((1080, 1730, 2810, 4300), (0.1, 0.07, 0.05, 0.03), (1, 0.5, 0.35, 0.2), 0.1),
    "low_wood_block": ringing((792, 1290, 2130, 3400), (0.11, 0.08, 0.055, 0.035), (1, 0.5, 0.35, 0.2), 0.06),
    "mute_triangle": ringing(_TRIANGLE, (0.2,) * 9, _TRIANGLE_GAINS, 0.38, contact=0.00005),
    "open_triangle": ringing(
        _TRIANGLE, (2.5, 2.8, 3.0, 3.0, 2.8, 2.6, 2.2, 1.8, 1.4), _TRIANGLE_GAINS, 0.38, contact=0.00005
    ),
}
