"""Sound in any arrangement of channels as two, where ffmpeg by itself knows no mix and would give up."""

from videos.media.probe import AudioInfo

USUAL = {*range(1, 9), 16, 24}
"""Numbers of channels for which ffmpeg takes a usual layout where the file names none."""
AROUND = ["FL", "FR", "FC", "LFE", "BL", "BR", "FLC", "FRC", "BC", "SL", "SR"]
SPEAKERS = [*AROUND, "TC", "TFL", "TFC", "TFR", "TBL", "TBC", "TBR"]
"""Channels by ffmpeg's names, in the only order in which it mixes them."""
PAIRS = (("FL", "FR"), ("BL", "BR"), ("FLC", "FRC"), ("SL", "SR"))


def picked(sound: AudioInfo) -> list[str]:
    """The filter that takes two channels out of such sound; none where ffmpeg mixes it, or it has but one."""
    if sound.layout.startswith("ambisonic"):
        # The first channel heard everything, the second left minus right: two microphones that look left and right.
        return ["pan=stereo|c0=0.5*c0+0.5*c1|c1=0.5*c0-0.5*c1"]
    names = sound.layout.partition("(")[2].rstrip(")").split("+")
    if sound.channels == 1 or _can_be_mixed(sound, names):
        return []
    left, right = (names.index("FL"), names.index("FR")) if {"FL", "FR"} <= {*names} else (0, 1)
    return [f"channelmap={left}|{right}:stereo"]


def _can_be_mixed(sound: AudioInfo, names: list[str]) -> bool:
    """Whether every speaker is there once, in order and with its partner, and one of them in front."""
    if sound.layout == f"{sound.channels} channels":
        return sound.channels in USUAL
    if "(" not in sound.layout:
        return True  # a layout that has a name of its own
    places = [
        SPEAKERS.index(name) if name in SPEAKERS else len(SPEAKERS) + at for at, name in enumerate(names)
    ]
    paired = all((left in names) == (right in names) for left, right in PAIRS)
    return places == sorted({*places}) and paired and names[0] in ("FL", "FC")
