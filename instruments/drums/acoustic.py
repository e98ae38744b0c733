"""The acoustic kit: kick, snare and toms by their membranes, cymbals by their modes in bands.

Other spectra, decays and levels than those of the source were set beside recorded kits (docs/drums.md). Positions are
as the audience sees a right-handed drummer: hi-hat on the right, floor tom and ride on the left.

References
----------
T. Rossing, Science of Percussion Instruments, 2000: chapters 4 and 6 (tuning and decay of drums), 8 (cymbals).
"""

from __future__ import annotations

from instruments.drums.modes import Membrane, Ringing
from instruments.drums.pieces import Curve, Piece, Wash

INSTANT: Curve = ((1000, 0.0002),)  # rise at once [s]


def kick(hz: float, t60: float) -> Piece:
    """Return a bass drum of 22 inches, damped by a cushion, with a felt beater; ``hz``, ``t60`` of its (1,1) mode."""
    head = Membrane(
        hz,
        t60,
        loss=0.7,
        place=0.12,
        air=1.05,
        second_head=1.75,
        contact_seconds=0.005,
        glide=0.16,
        glide_seconds=0.028,
        centred=4.0,
    )
    beater = Ringing(
        (410, 690, 1150, 1900, 3100, 4300),
        (0.05, 0.04, 0.03, 0.024, 0.018, 0.012),
        (0.9, 0.8, 0.8, 0.75, 0.6, 0.35),
        contact_seconds=0.0007,
    )
    click = Wash(
        "beater",
        "noise_mono",
        ((200, -60), (1000, -23), (3000, -10), (7000, -17), (12000, -34)),
        ((200, 0.16), (2000, 0.1), (10000, 0.05)),
        brightening=3.0,
    )
    return Piece(0.0, (head, beater), (0.0, -15.0), (click,), room_db=-27.0)


WIRES = Wash(
    "wires",
    "noise",
    ((250, -36), (700, -20), (1500, -14), (3500, -11), (7000, -13), (11000, -19), (18000, -29)),
    ((250, 0.34), (1500, 0.32), (5000, 0.26), (15000, 0.17)),
    ((1000, 0.0025),),
    brightening=1.2,
)
STICK = Wash(
    "stick",
    "noise_mono",
    ((300, -54), (1000, -28), (2500, -21), (6000, -22), (12000, -30)),
    ((300, 0.02), (3000, 0.014), (12000, 0.009)),
    brightening=2.5,
)
SNARE_HEAD = Membrane(
    272.0,
    0.18,
    loss=0.75,
    place=0.2,
    air=1.15,
    second_head=1.36,
    contact_seconds=0.0016,
    glide=0.045,
    glide_seconds=0.03,
    centred=3.0,
)


def snare() -> Piece:
    """Return a snare drum of 14 inches, struck near the centre."""
    return Piece(0.0, (SNARE_HEAD,), (0.0,), (WIRES, STICK), pan=0.04, room_db=-22.0)


def rim_shot() -> Piece:
    """Return a stroke of the stick on head and rim at once: the shell rings as well."""
    head = Membrane(
        258.0,
        0.26,
        loss=0.6,
        place=0.5,
        air=1.15,
        second_head=1.36,
        contact_seconds=0.0011,
        glide=0.05,
        glide_seconds=0.03,
    )
    hoop = Ringing((830, 1480, 2270, 3350, 4700), (0.13, 0.11, 0.09, 0.07, 0.05), (1, 0.9, 0.8, 0.6, 0.4), 0.0004)
    return Piece(0.0, (head, hoop), (0.0, -7.0), (WIRES, STICK), pan=0.04, room_db=-21.0)


def tom(hz: float, t60: float, pan: float) -> Piece:
    """Return a tom with two heads; ``hz`` and ``t60`` of its (1,1) mode."""
    head = Membrane(
        hz,
        t60,
        loss=0.85,
        place=0.3,
        air=0.86,
        second_head=1.2,
        contact_seconds=0.0012 * (130 / hz) ** 0.4,
        glide=0.06,
        glide_seconds=0.07,
    )
    stick = Wash(
        "tom_stick",
        "noise_mono",
        ((300, -36), (1000, -17), (3000, -11), (8000, -18), (14000, -36)),
        ((300, 0.24), (3000, 0.14), (12000, 0.07)),
        brightening=2.5,
    )
    return Piece(0.0, (head,), (0.0,), (stick,), pan=pan, room_db=-25.0)


def cymbal(
    name: str,
    bank: str,
    level: Curve,
    t60: Curve,
    rise: Curve,
    pan: float,
    *,
    brightening: float = 1.2,
    struck: tuple[Ringing, ...] = (),
    struck_db: tuple[float, ...] = (),
    tip: tuple[Wash, ...] = (),
    room_db: float = -30.0,
) -> Piece:
    """Return a cymbal: the curves of its bands, and what a stick adds to them."""
    wash = Wash(name, bank, level, t60, rise, brightening=brightening)
    return Piece(0.0, struck, struck_db, (wash, *tip), pan, metal=True, room_db=room_db)


HAT_PAN, RIDE_PAN, CRASH_PAN, SECOND_PAN = 0.42, -0.42, 0.3, -0.35  # places from the audience, −1 left … 1 right
_CRASH_RISE: Curve = ((300, 0.001), (1000, 0.004), (2500, 0.018), (6000, 0.045), (18000, 0.05))
# The tip of the stick, which sounds before the vibration has spread over the plate.
TIP = Wash(
    "ride_tip",
    "hi_hat",
    ((1000, -50), (3000, -26), (6000, -14), (9000, -8), (14000, -10), (19000, -18)),
    ((2000, 0.16), (9000, 0.22), (16000, 0.16)),
    brightening=2.0,
)
_RIDE_RISE: Curve = ((300, 0.0005), (2000, 0.001), (6000, 0.006), (15000, 0.004))
HAT_TIP = ((200, -34), (350, -27), (700, -30), (1500, -27), (3000, -20), (6000, -14), (9500, -10), (15000, -10))

ACOUSTIC: dict[str, Piece] = {
    "kick": kick(72.0, 0.5),
    "low_kick": kick(61.0, 0.6),
    "snare": snare(),
    "rim_shot": rim_shot(),
    "side_stick": Piece(
        0.0,
        (
            Ringing(
                (385, 610, 1290, 1750, 2640, 3900, 5600),
                (0.3, 0.34, 0.34, 0.3, 0.26, 0.22, 0.16),
                (0.2, 0.25, 0.7, 0.9, 0.8, 0.8, 0.6),
                0.00015,
            ),
        ),
        (0.0,),
        (Wash("side_stick", "noise_mono", ((300, -50), (1500, -24), (4000, -16), (9000, -24)), ((1000, 0.02),)),),
        pan=0.04,
        room_db=-24.0,
    ),
    "clap": Piece(
        0.0,
        washes=tuple(
            Wash(
                f"clap_{i}",
                "noise",
                ((300, -50), (700, -24), (1200, -13), (2500, -12), (5000, -18), (12000, -27)),
                ((1000, t60),),
                delay_seconds=delay,
            )
            for i, (delay, t60) in enumerate(((0.0, 0.02), (0.009, 0.02), (0.021, 0.025), (0.03, 0.2)))
        ),
        room_db=-20.0,
    ),
    "floor_tom": tom(88.0, 1.9, -0.34),
    "high_floor_tom": tom(101.0, 1.7, -0.26),
    "low_tom": tom(116.0, 1.6, -0.12),
    "low_mid_tom": tom(133.0, 1.5, 0.0),
    "high_mid_tom": tom(151.0, 1.4, 0.1),
    "high_tom": tom(172.0, 1.3, 0.18),
    "closed_hat": cymbal(
        "hi_hat",
        "hi_hat",
        HAT_TIP,
        ((200, 0.09), (800, 0.17), (4000, 0.26), (9000, 0.31), (16000, 0.27)),
        INSTANT,
        HAT_PAN,
    ),
    "pedal_hat": cymbal(
        "hi_hat",
        "hi_hat",
        ((200, -28), (400, -19), (800, -22), (2000, -22), (5000, -17), (10000, -14), (16000, -19)),
        ((200, 0.1), (1000, 0.13), (10000, 0.14)),
        ((300, 0.003), (10000, 0.006)),
        HAT_PAN,
    ),
    "open_hat": cymbal(
        "hi_hat",
        "hi_hat",
        ((200, -38), (400, -25), (900, -23), (2000, -21), (4000, -17), (8000, -13), (15000, -15)),
        ((200, 0.4), (600, 1.6), (2500, 2.8), (6000, 2.6), (10000, 2.0), (18000, 1.3)),
        ((300, 0.0005), (3000, 0.002), (10000, 0.003)),
        HAT_PAN,
    ),
    "crash": cymbal(
        "crash",
        "crash",
        ((200, -40), (400, -24), (700, -20), (1500, -20), (3000, -18), (6000, -15), (10000, -17), (17000, -24)),
        ((200, 5.0), (700, 4.6), (2000, 4.3), (5000, 3.7), (9000, 2.8), (17000, 1.6)),
        _CRASH_RISE,
        CRASH_PAN,
    ),
    "second_crash": cymbal(
        "second_crash",
        "ride",
        ((200, -36), (400, -22), (700, -19), (1500, -19), (3000, -17), (6000, -16), (10000, -19), (17000, -27)),
        ((200, 5.5), (700, 4.8), (2000, 4.3), (5000, 3.3), (9000, 2.3), (17000, 1.3)),
        _CRASH_RISE,
        SECOND_PAN,
    ),
    "splash": cymbal(
        "splash",
        "crash",
        ((200, -50), (500, -32), (900, -24), (2000, -18), (4000, -15), (8000, -14), (13000, -18), (18000, -25)),
        ((300, 1.5), (1500, 2.1), (5000, 1.9), (12000, 1.2)),
        ((300, 0.0005), (8000, 0.004)),
        0.12,
    ),
    "china": cymbal(
        "china",
        "crash",
        ((200, -40), (500, -26), (1000, -20), (2500, -13), (5000, -13), (9000, -19), (16000, -30)),
        ((300, 2.0), (2000, 2.3), (6000, 1.9), (12000, 1.2)),
        ((300, 0.001), (5000, 0.008)),
        -0.5,
    ),
    "ride": cymbal(
        "ride",
        "ride",
        ((200, -38), (400, -31), (800, -27), (1500, -27), (3000, -22), (6000, -17), (10000, -17), (17000, -24)),
        ((200, 3.0), (800, 3.2), (2500, 2.4), (6000, 1.3), (10000, 0.8), (17000, 0.5)),
        _RIDE_RISE,
        RIDE_PAN,
        struck=(
            Ringing(
                (3150, 3790, 4480, 5230, 6110, 7150),
                (0.5, 0.42, 0.36, 0.3, 0.24, 0.2),
                (0.6, 0.9, 1.0, 1.0, 0.9, 0.7),
                0.0002,
            ),
        ),
        struck_db=(-16.0,),
        tip=(TIP,),
    ),
    "ride_bell": cymbal(
        "ride",
        "ride",
        ((200, -42), (400, -34), (800, -30), (1500, -25), (3000, -20), (6000, -20), (10000, -25), (17000, -34)),
        ((200, 3.0), (800, 3.2), (2500, 2.6), (6000, 1.5), (17000, 0.6)),
        _RIDE_RISE,
        RIDE_PAN,
        struck=(
            Ringing(
                (713, 1254, 1880, 2470, 3020, 3640, 4390, 5370, 6720),
                (1.8, 2.2, 2.3, 2.2, 2.0, 1.7, 1.3, 1.0, 0.7),
                (0.15, 0.3, 0.5, 0.8, 0.9, 1.0, 0.9, 0.8, 0.7),
                0.0001,
            ),
        ),
        struck_db=(-5.0,),
    ),
    "second_ride": cymbal(
        "second_ride",
        "crash",
        ((200, -40), (400, -32), (800, -28), (1500, -27), (3000, -23), (6000, -19), (10000, -16), (17000, -22)),
        ((200, 2.6), (800, 2.8), (2500, 2.2), (6000, 1.4), (10000, 0.9), (17000, 0.5)),
        _RIDE_RISE,
        RIDE_PAN,
        tip=(TIP,),
    ),
}
