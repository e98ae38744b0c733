"""``index.html`` and ``page/``: the song as a page that carries its own sound, with stems to solo, mute and level.

It needs no server and no network: it is opened from disk. The stems are scripts, loaded when a stem is touched. Beside
the mix's WAV file it plays that, in which a browser finds each place exactly. Sent to someone without it, it plays
``page/mix.mp3``, in which Chromium 156 is up to 0.08 s early after a seek. ``player`` makes the same page without sound
of its own, which costs next to nothing.
"""

from __future__ import annotations

from functools import partial

from render.rendering import Rendering
from render.writers.page.document import NAME, Sound, as_html
from render.writers.page.sound import stem_kbps, stems_gain_db, write_mix, write_stem

# After the page of ``player``, which it replaces.
ORDER = 20
TARGET = "page"

FOLDER = "page"


def write(rendering: Rendering) -> None:
    """Write the page and its sound, each stem in a thread where one is idle."""
    folder = rendering.folder / FOLDER
    folder.mkdir(exist_ok=True)
    kbps = stem_kbps(rendering.stems, rendering.rate, rendering.frames)
    names = [f"{stem.path.stem}.js" for stem in rendering.stems]
    tasks = [partial(write_mix, rendering, folder / "mix.mp3"),
             *(partial(write_stem, rendering, number, folder / name, kbps) for number, name in enumerate(names))]
    list(rendering.run(lambda task: task(), tasks))
    mixes = [rendering.mix_path.relative_to(rendering.folder).as_posix(), f"{FOLDER}/mix.mp3"]
    sound = Sound(mixes, [f"{FOLDER}/{name}" for name in names], stems_gain_db(rendering, kbps))
    (rendering.folder / NAME).write_text(as_html(rendering, sound), encoding="utf-8", newline="\n")
