"""Landscapes drawn by arithmetic: a height field, the sun, the sea, the air, seen by an exact camera.

Metres everywhere; x runs along the coast, y inland, z up; colours are linear light until the end.
"""
