"""What a tuning is like unless somebody wishes otherwise. Without PyTorch, so that forms and the API can say it."""

MINUTES: float = 5
STYLE_WEIGHT: float = 24
"""How much the style loss counts beside the content loss: brings both about as close to their aims at once."""
CONTENT_WEIGHT: float = 1
STYLE_SCALE: float = 1
SEED = 1
LEAST_FRAME_SIDE = 160
"""Pixels on the shorter side that a picture of footage needs for anything to be learned on it."""
