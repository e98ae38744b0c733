"""Soft kits: brushes, a cajón, and the acoustic kit in an old sampler."""

from __future__ import annotations

from dataclasses import replace
from math import log2

from instruments.drums.acoustic import ACOUSTIC, SNARE_HEAD, WIRES, cymbal
from instruments.drums.modes import Membrane, Ringing
from instruments.drums.pieces import Curve, Piece, Wash


def raised(curve: Curve, db: float, tilt_db: float = 0.0) -> Curve:
    """Return a curve of levels, raised by ``db`` and tilted above 1 kHz by ``tilt_db`` per octave."""
    return tuple((hz, value + db + tilt_db * max(0.0, log2(hz / 1000))) for hz, value in curve)


def scaled(curve: Curve, factor: float) -> Curve:
    """Return a curve with its values multiplied."""
    return tuple((hz, factor * value) for hz, value in curve)


# Brushes: a fan of wires meets the head within milliseconds, or is drawn over it in circles.
_FAN: Curve = ((250, -34), (800, -23), (2000, -17), (5000, -16), (10000, -20), (18000, -32))
_SOFT_HEAD = replace(SNARE_HEAD, contact_seconds=0.005, glide=0.01, t60_seconds=0.16)
_BRUSH_HAT: Curve = ((400, -34), (1500, -27), (4000, -19), (8000, -14), (15000, -20))


def brushed(name: str, factor: float) -> Piece:
    """Return a cymbal of the acoustic kit under a brush: a slower rise, weaker high modes."""
    piece = ACOUSTIC[name]
    wash = piece.washes[0]
    return replace(
        piece,
        struck=(),
        struck_db=(),
        washes=(replace(wash, level_db=raised(wash.level_db, 0, -1.0), rise_seconds=((1000, 0.005 * factor),)),),
    )


BRUSHES: dict[str, Piece] = ACOUSTIC | {
    "kick": replace(ACOUSTIC["kick"], struck_db=(0.0, -34.0), washes=()),
    "snare": Piece(
        0.0,
        (_SOFT_HEAD,),
        (-7.0,),
        (
            Wash("brush", "noise", _FAN, ((500, 0.09), (8000, 0.06)), ((1000, 0.004),)),
            replace(WIRES, level_db=raised(WIRES.level_db, -9)),
        ),
        pan=0.04,
        room_db=-24.0,
    ),
    "clap": Piece(
        0.0,
        (_SOFT_HEAD,),
        (0.0,),
        (
            Wash("brush", "noise", _FAN, ((500, 0.06), (8000, 0.04)), ((1000, 0.0015),)),
            replace(WIRES, level_db=raised(WIRES.level_db, -3)),
        ),
        pan=0.04,
        room_db=-24.0,
    ),
    "rim_shot": Piece(
        0.0,
        washes=(
            Wash(
                "swirl", "noise", raised(_FAN, -3, -0.5), ((500, 0.55), (8000, 0.45)), ((1000, 0.11),), scatter_db=1.5
            ),
        ),
        pan=0.04,
        room_db=-26.0,
    ),
    "closed_hat": cymbal(
        "hi_hat", "hi_hat", _BRUSH_HAT, ((300, 0.1), (4000, 0.17), (12000, 0.14)), ((1000, 0.003),), 0.42
    ),
    "ride": brushed("ride", 1.0),
    "crash": brushed("crash", 2.0),
    "second_crash": brushed("second_crash", 2.0),
    "open_hat": brushed("open_hat", 1.0),
}

# A cajón: a box with a front of plywood; bass in its middle, slap at its upper corner, wires behind it.
_BOX = Ringing((71, 128, 187, 262), (0.26, 0.2, 0.16, 0.12), (1.0, 0.45, 0.25, 0.15), 0.0035, 0.05, 0.03)
_CORNER = Ringing(
    (178, 265, 384, 561, 803, 1170, 1690),
    (0.12, 0.11, 0.1, 0.08, 0.06, 0.05, 0.04),
    (0.6, 1.0, 0.9, 0.8, 0.7, 0.6, 0.5),
    0.0008,
)
CAJON: dict[str, Piece] = ACOUSTIC | {
    "kick": Piece(
        0.0,
        (_BOX,),
        (0.0,),
        (Wash("palm", "noise_mono", ((300, -38), (900, -34), (2500, -40), (8000, -56)), ((500, 0.04),)),),
        room_db=-22.0,
    ),
    "low_kick": Piece(0.0, (_BOX,), (0.0,), room_db=-22.0),
    "snare": Piece(
        0.0,
        (_CORNER,),
        (0.0,),
        (
            Wash(
                "buzz",
                "noise",
                ((400, -34), (1200, -23), (3000, -17), (7000, -19), (14000, -28)),
                ((500, 0.13), (8000, 0.09)),
                ((1000, 0.0015),),
            ),
        ),
        room_db=-20.0,
    ),
    "side_stick": Piece(
        0.0,
        (_CORNER,),
        (0.0,),
        (Wash("finger", "noise_mono", ((500, -40), (2000, -27), (6000, -30), (12000, -44)), ((1000, 0.012),)),),
        room_db=-22.0,
    ),
    "closed_hat": Piece(
        0.0,
        washes=(
            Wash(
                "shaker",
                "noise",
                ((2000, -50), (4500, -26), (8000, -14), (14000, -16)),
                ((1000, 0.09),),
                ((1000, 0.006),),
            ),
        ),
        pan=0.3,
        metal=True,
        room_db=-28.0,
    ),
    "floor_tom": Piece(0.0, (Membrane(96.0, 0.5, place=0.3, contact_seconds=0.004),), (0.0,), pan=-0.3, room_db=-24.0),
}


def dusty(piece: Piece) -> Piece:
    """Return a piece as in an old sampler: shorter, little above 9 kHz."""

    def shorter(struck: Membrane | Ringing) -> Membrane | Ringing:
        if isinstance(struck, Membrane):
            return replace(struck, t60_seconds=0.7 * struck.t60_seconds, contact_seconds=1.6 * struck.contact_seconds)
        return replace(struck, t60_of_modes=tuple(0.7 * t60 for t60 in struck.t60_of_modes))

    washes = tuple(
        replace(
            wash,
            level_db=(
                *((hz, db + 2.0) for hz, db in raised(wash.level_db, 0, -2.2) if hz < 9000),
                (10500.0, -44.0),
                (13000.0, -72.0),
            ),
            t60_seconds=scaled(wash.t60_seconds, 0.65),
        )
        for wash in piece.washes
    )
    return replace(
        piece,
        struck=tuple(map(shorter, piece.struck)),
        washes=washes,
        room_db=None if piece.room_db is None else piece.room_db + 5,
    )


LOFI: dict[str, Piece] = {name: dusty(piece) for name, piece in ACOUSTIC.items()}
