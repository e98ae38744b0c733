"""What no single model can see: names, ways of playing, and what must fit in time."""
