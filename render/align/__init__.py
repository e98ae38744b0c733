"""Where our song is in a recording that came back: its sections, its bars, its tempo and its key."""
