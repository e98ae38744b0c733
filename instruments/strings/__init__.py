"""Plucked and bowed strings: digital waveguides, bodies and hands."""
