"""``python -m render``."""

import gc

from render.cli import main

if __name__ == "__main__":
    # One render, then the end: counting references frees the sound, and looking for cycles costs a twentieth of it all.
    gc.disable()
    raise SystemExit(main())
