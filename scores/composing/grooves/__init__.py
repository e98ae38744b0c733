"""Grooves: drum patterns in tablature, the table of grooves, fills, and locking to the bass drum."""
