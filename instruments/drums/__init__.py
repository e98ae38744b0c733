"""Drums: what is struck (modes whose tension falls) and what hisses (dense modes in bands), and the kits made of it."""
