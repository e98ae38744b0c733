"""Two drum machines by their circuits.

808: bridged-T resonators, excited by a pulse, for bass drum, snare, toms and claves; six square oscillators through
band-passes for the cymbals. 909: oscillators with an envelope of pitch; its cymbals are recordings of six bits.

References
----------
K. Werner, J. Abel and J. Smith, "A Physically-Informed, Circuit-Bendable, Digital Model of the Roland TR-808 Bass Drum
Circuit", DAFx 2014.

K. Werner, J. Abel and J. Smith, "The TR-808 Cymbal", ICMC 2014.

G. Reid, "Synth Secrets" 34–41, Sound on Sound, 2002.
"""

from __future__ import annotations

from instruments.drums.modes import Ringing
from instruments.drums.pieces import Curve, Piece, Wash

INSTANT: Curve = ((1000, 0.0002),)  # rise at once [s]


def resonator(hz: float, t60: float, glide: float, glide_seconds: float, contact: float = 0.0008) -> Ringing:
    """Return a bridged-T network or an oscillator: one mode, all strokes alike."""
    return Ringing((hz,), (t60,), (1.0,), contact, glide, float(glide_seconds), scatter=0.0)


def circuit(body: str, bank: str, level: Curve, t60: float, *, rise: float = 0.0002, delay: float = 0.0) -> Wash:
    """Return noise or oscillators under an envelope, all strokes alike."""
    return Wash(body, bank, level, ((1000, t60),), ((1000, rise),), delay, brightening=0.0, scatter_db=0.0)


# The band-passes of the metal voices, at 3.44 and 7.1 kHz: level of each frequency [dB].
_LOW_METAL: Curve = (
    (500, -52),
    (1000, -38),
    (2000, -24),
    (3440, -14),
    (5000, -20),
    (7100, -26),
    (12000, -36),
    (18000, -44),
)
_HIGH_METAL: Curve = (
    (1000, -62),
    (2500, -44),
    (4000, -30),
    (6000, -17),
    (7100, -13),
    (9500, -14),
    (13000, -19),
    (18000, -26),
)


def tom_808(hz: float, t60: float, pan: float, *, noise: bool = True) -> Piece:
    """Return an 808 tom or conga: a resonator, and for toms the noise of its reverberation."""
    hiss = circuit(f"pink_{hz:.0f}", "noise_mono", ((200, -38), (600, -36), (1500, -46), (4000, -64)), 0.7 * t60)
    return Piece(0.0, (resonator(hz, t60, 0.12, 0.03),), (0.0,), (hiss,) if noise else (), pan, room_db=None)


TR808: dict[str, Piece] = {
    "kick": Piece(
        0.0,
        (
            resonator(49.5, 1.5, 1.3, 0.0045, 0.003),
            Ringing((1100, 2400), (0.006, 0.004), (1, 0.6), 0.0003, scatter=0.0),
        ),
        (0.0, -18.0),
        room_db=None,
    ),
    "low_kick": Piece(0.0, (resonator(43.5, 2.6, 1.3, 0.0045, 0.003),), (0.0,), room_db=None),
    "snare": Piece(
        0.0,
        (resonator(181, 0.22, 0.1, 0.01, 0.0012), resonator(331, 0.16, 0.08, 0.01, 0.0008)),
        (0.0, -4.0),
        (
            circuit(
                "snappy",
                "noise_mono",
                ((500, -60), (1200, -36), (2500, -20), (5000, -16), (10000, -17), (18000, -22)),
                0.24,
            ),
        ),
        room_db=None,
    ),
    "side_stick": Piece(
        0.0, (resonator(1667, 0.024, 0, 1, 0.0002), resonator(455, 0.026, 0, 1, 0.0002)), (0.0, -3.0), room_db=None
    ),
    "clap": Piece(
        0.0,
        washes=tuple(
            circuit(
                f"clap_{i}",
                "noise_mono",
                ((300, -44), (700, -20), (1000, -11), (1500, -15), (3000, -25), (9000, -36)),
                t60,
                delay=delay,
            )
            for i, (delay, t60) in enumerate(((0.0, 0.03), (0.0105, 0.03), (0.021, 0.03), (0.0315, 0.34)))
        ),
        room_db=None,
    ),
    "floor_tom": tom_808(82, 0.62, -0.34),
    "low_tom": tom_808(100, 0.55, -0.12),
    "low_mid_tom": tom_808(122, 0.5, 0.0),
    "high_mid_tom": tom_808(143, 0.45, 0.1),
    "high_tom": tom_808(168, 0.4, 0.18),
    "closed_hat": Piece(0.0, washes=(circuit("hat", "squares", _HIGH_METAL, 0.13),), pan=0.2, metal=True, room_db=None),
    "open_hat": Piece(0.0, washes=(circuit("hat", "squares", _HIGH_METAL, 0.9),), pan=0.2, metal=True, room_db=None),
    "crash": Piece(
        0.0,
        washes=(circuit("cymbal", "squares", _HIGH_METAL, 2.2), circuit("cymbal_low", "squares", _LOW_METAL, 1.1)),
        pan=-0.2,
        metal=True,
        room_db=None,
    ),
    "ride": Piece(
        0.0,
        washes=(circuit("cymbal", "squares", _HIGH_METAL, 1.0), circuit("cymbal_low", "squares", _LOW_METAL, 0.35)),
        pan=-0.2,
        metal=True,
        room_db=None,
    ),
    "cowbell": Piece(
        0.0,
        washes=(
            circuit("cowbell", "cowbell", ((300, -30), (600, -15), (900, -11), (2640, -15), (6000, -30)), 0.5),
            circuit("cowbell_attack", "cowbell", ((600, -14), (2640, -14), (6000, -26)), 0.06),
        ),
        room_db=None,
    ),
    "claves": Piece(0.0, (resonator(2500, 0.11, 0, 1, 0.0001),), (0.0,), room_db=None),
    "maracas": Piece(
        0.0,
        washes=(
            circuit("maracas", "noise_mono", ((2500, -50), (5000, -22), (9000, -14), (18000, -17)), 0.06, rise=0.004),
        ),
        pan=0.3,
        metal=True,
        room_db=None,
    ),
    "low_conga": tom_808(165, 0.35, -0.2, noise=False),
    "open_conga": tom_808(251, 0.3, -0.2, noise=False),
    "mute_conga": tom_808(370, 0.18, -0.2, noise=False),
}


def metal_909(body: str, t60: float, level: Curve, pan: float) -> Piece:
    """Return a 909 cymbal or hi-hat."""
    return Piece(
        0.0,
        washes=(
            Wash(
                body,
                "crash" if "hat" not in body else "hi_hat",
                level,
                ((1000, t60), (6000, 0.8 * t60)),
                INSTANT,
                brightening=0.0,
                scatter_db=0.0,
            ),
        ),
        pan=pan,
        metal=True,
        room_db=None,
    )


def tom_909(hz: float, t60: float, pan: float) -> Piece:
    """Return a 909 tom: three oscillators whose pitch falls."""
    three = (
        resonator(hz, t60, 0.5, 0.035),
        resonator(1.5 * hz, 0.7 * t60, 0.5, 0.035),
        resonator(2.77 * hz, 0.4 * t60, 0.5, 0.035),
    )
    return Piece(
        0.0,
        three,
        (0.0, -10.0, -15.0),
        (circuit(f"skin_{hz:.0f}", "noise_mono", ((300, -40), (2000, -36), (6000, -48)), 0.05),),
        pan,
        room_db=None,
    )


_HAT_909: Curve = ((1500, -60), (3000, -32), (6000, -15), (9000, -12), (13000, -13), (18000, -20))
_CYMBAL_909: Curve = ((400, -40), (1000, -27), (3000, -18), (6000, -14), (10000, -14), (17000, -19))
TR909: dict[str, Piece] = TR808 | {
    "kick": Piece(
        0.0,
        (
            resonator(51.0, 0.62, 3.0, 0.018, 0.0016),
            Ringing((1800, 3600, 5400), (0.012, 0.008, 0.006), (1, 0.7, 0.4), 0.0002, scatter=0.0),
        ),
        (0.0, -17.0),
        (circuit("kick_click", "noise_mono", ((500, -36), (3000, -30), (8000, -36)), 0.02),),
        room_db=None,
    ),
    "low_kick": Piece(0.0, (resonator(46.0, 0.9, 3.0, 0.02, 0.0016),), (0.0,), room_db=None),
    "snare": Piece(
        0.0,
        (resonator(185, 0.17, 0.45, 0.018, 0.0008), resonator(330, 0.12, 0.45, 0.018, 0.0006)),
        (0.0, -5.0),
        (
            circuit("snappy", "noise_mono", ((400, -38), (1200, -25), (3000, -17), (7000, -15), (14000, -19)), 0.2),
            circuit("snappy_attack", "noise_mono", ((1000, -26), (4000, -17), (12000, -22)), 0.03),
        ),
        room_db=None,
    ),
    "side_stick": Piece(
        0.0,
        (resonator(500, 0.035, 0, 1, 0.0002), resonator(222, 0.04, 0, 1, 0.0004), resonator(1000, 0.03, 0, 1, 0.0001)),
        (-2.0, -8.0, 0.0),
        room_db=None,
    ),
    "floor_tom": tom_909(80, 0.7, -0.34),
    "low_tom": tom_909(96, 0.62, -0.12),
    "low_mid_tom": tom_909(117, 0.55, 0.0),
    "high_mid_tom": tom_909(140, 0.5, 0.1),
    "high_tom": tom_909(165, 0.45, 0.18),
    "closed_hat": metal_909("hat", 0.15, _HAT_909, 0.2),
    "open_hat": metal_909("hat", 1.0, _HAT_909, 0.2),
    "crash": metal_909("cymbal", 2.4, _CYMBAL_909, -0.2),
    "ride": metal_909(
        "ride_cymbal", 1.9, ((800, -44), (2000, -30), (4000, -18), (6000, -16), (9000, -15), (16000, -24)), -0.2
    ),
}
