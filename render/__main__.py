"""``python -m render``, and the command ``softmax-render`` that an installation has."""

import gc
import os
import sys
from typing import NoReturn

# The parts share the cores among themselves: threads of the matrix library would spin beside them, and a sum may depend
# on how many there are.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("VECLIB_MAXIMUM_THREADS", "1")

from render.cli import main


def run() -> NoReturn:
    """Run the command and end the process."""
    # One render, then the end: counting references frees the sound, and looking for cycles costs a twentieth of it all.
    gc.disable()
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # all is published: taking the interpreter down in order would cost a fortieth


if __name__ == "__main__":
    run()
