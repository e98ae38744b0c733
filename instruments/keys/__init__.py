"""Struck instruments: pianos and bells."""
