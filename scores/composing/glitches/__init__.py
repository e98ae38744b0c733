"""Where the song breaks, and what must stay whole."""
