"""``python -m render``."""

import gc
import os
import sys

# The parts share the cores among themselves: threads of the matrix library would spin beside them, and a sum may depend
# on how many there are.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("VECLIB_MAXIMUM_THREADS", "1")

from render.cli import main

if __name__ == "__main__":
    # One render, then the end: counting references frees the sound, and looking for cycles costs a twentieth of it all.
    gc.disable()
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # all is published: taking the interpreter down in order would cost a fortieth
