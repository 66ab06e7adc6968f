"""Video files in, arrays out, and back: probe, decode, encode, rebuild. Nothing here imports Django."""
