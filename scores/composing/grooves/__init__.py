"""Grooves: drum patterns as drummers write them, and what they are made into."""
