"""Words: how they sound, where they divide, and how fast a mouth can say them."""
