"""What is measured: loudness, true peak, and how broken a song is."""
