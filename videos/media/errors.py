"""What can go wrong with a video file. Every message is a sentence for a person."""


class MediaError(Exception):
    """Something about pictures and sound failed. ``str()`` is one clear sentence."""


class Refused(ValueError):
    """The file will not be taken. ``str()`` says why, and what the person can do about it."""


class FootageError(MediaError):
    """A file that looked right could not be turned into playable footage."""


class DecodeError(MediaError):
    """Frames that should be there could not be read, or are not there."""


class EncodeError(MediaError):
    """Frames could not be written: the encoder died, or wrote less than it was given."""


class RebuildError(MediaError):
    """The rebuilt video does not have the frames or the length that was promised."""


class Stopped(MediaError):
    """The caller asked for the work to stop. Nothing is left behind."""
