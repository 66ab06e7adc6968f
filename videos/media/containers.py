"""Looks at the outer structure of a file without any decoder: what is it, and is all of it there?"""

import os
from pathlib import Path
from typing import BinaryIO

from videos.media.errors import Refused

NOT_A_VIDEO = (
    "This file is not a video that Rotoscope can read. Upload the clip as MP4, MOV, MKV, WebM or AVI, "
    "as the camera or your editor wrote it."
)
EMPTY = "The file is empty. Check that the clip was copied from the camera completely, and upload it again."
UNFINISHED = (
    "The recording was never finished: its index is missing. Copy the clip from the camera again, "
    "or repair it in your editor, and upload the result."
)
TRUNCATED = "The file ends early: its last part is missing. Copy the whole clip from the camera again and upload that."
PLAYLIST = (
    "This is a list that points to other files, not a video. "
    "Upload the video itself, as MP4, MOV, MKV, WebM or AVI."
)
PICTURE = "This is a picture, not a video. Upload a clip as MP4, MOV, MKV, WebM or AVI."
TEXT = "This is a text file, not a video. Upload a clip as MP4, MOV, MKV, WebM or AVI."

MOST_BOXES = 2_000_000  # that are looked at: hours in pieces of one picture each, a second or two

_LISTS = (
    b"#EXTM3U",
    b"ffconcat",
    b"file '",
    b"file ",
    b"http://",
    b"https://",
    b"<?xml",
    b"<MPD",
    b"<smil",
    b"[playlist]",
    b"[InternetShortcut]",
    b"v=0\r\n",
    b"v=0\n",
)
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"II*\x00", b"MM\x00*", b"BM")
_PICTURE_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"mif1", b"mif2", b"msf1", b"avif", b"avis"}
_BOXES = {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"styp", b"uuid", b"sidx"}


def inspect(path: Path) -> None:
    """Raises Refused for what is plainly no video, and for a container whose end is missing."""
    size = os.path.getsize(path)
    if size == 0:
        raise Refused(EMPTY)
    with open(path, "rb") as file:
        head = file.read(4096)
        file.seek(0)
        if head[4:8] in _BOXES:
            _inspect_boxes(file, size)
        elif head.startswith(b"\x1aE\xdf\xa3"):
            _inspect_matroska(file, size)
        elif head.startswith(b"RIFF") and head[8:12] == b"AVI ":
            _inspect_riff(file, size)
        else:
            raise Refused(_what_is(head))


def _what_is(head: bytes) -> str:
    """The sentence for a file that is none of the containers taken here."""
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text.startswith(_LISTS):
        return PLAYLIST
    if head.startswith(_PICTURES) or (head.startswith(b"RIFF") and head[8:12] == b"WEBP"):
        return PICTURE
    printable = sum(byte >= 32 or byte in b"\t\r\n\f" for byte in head)
    return TEXT if printable == len(head) and b"\x00" not in head else NOT_A_VIDEO


def _inspect_boxes(file: BinaryIO, size: int) -> None:
    """MP4 and QuickTime: the top-level boxes must fill the file, and the index must be among them."""
    position, seen = 0, 0
    kinds: set[bytes] = set()
    while position + 8 <= size:
        if (seen := seen + 1) > MOST_BOXES:
            return  # the rest is left to the child, whose time is bounded
        file.seek(position)
        header = file.read(16)
        length, kind = int.from_bytes(header[:4], "big"), header[4:8]
        if b"moov" in kinds and not all(32 <= byte < 127 for byte in kind):
            break  # after the last box some cameras leave padding, others measurements of their own
        if length == 1:
            length = int.from_bytes(header[8:16], "big")
        elif length == 0:
            length = size - position
        if length < 8:
            break
        kinds.add(kind)
        position += length
    if position > size:
        raise Refused(TRUNCATED)
    if b"moov" not in kinds:
        raise Refused(_without_an_index(file, kinds))


def _without_an_index(file: BinaryIO, kinds: set[bytes]) -> str:
    """The sentence for a file of boxes that has none: HEIC and AVIF are made of them too, as phones take pictures."""
    file.seek(4)
    kind, brand = file.read(4), file.read(4)
    if kind == b"ftyp" and brand in _PICTURE_BRANDS:
        return PICTURE
    return UNFINISHED if b"mdat" in kinds else TRUNCATED


def _vint(data: bytes) -> tuple[int | None, int]:
    """An EBML number: its value (None if it says 'unknown') and its length in bytes (0 if there is none)."""
    if not data or data[0] == 0:
        return None, 0
    length = 9 - data[0].bit_length()
    if len(data) < length:
        return None, 0
    value = int.from_bytes(data[:length], "big") & ((1 << (7 * length)) - 1)
    return (None if value == (1 << (7 * length)) - 1 else value), length


def _inspect_matroska(file: BinaryIO, size: int) -> None:
    """Matroska and WebM: the segment must not promise more bytes than there are."""
    head = file.read(4096)
    header_size, length = _vint(head[4:12])
    position = 4 + length + (header_size or 0)
    file.seek(position)
    head = file.read(16)
    if head[:4] != b"\x18\x53\x80\x67":
        raise Refused(TRUNCATED if position + 4 >= size else NOT_A_VIDEO)
    segment_size, length = _vint(head[4:])
    if length == 0 or (segment_size is not None and position + 4 + length + segment_size > size):
        raise Refused(TRUNCATED)


def _inspect_riff(file: BinaryIO, size: int) -> None:
    """AVI: the RIFF chunks (several in files over a gigabyte) must not promise more bytes than there are."""
    position, seen = 0, 0
    while position + 12 <= size and (seen := seen + 1) <= MOST_BOXES:
        file.seek(position)
        header = file.read(8)
        if header[:4] != b"RIFF":
            break
        length = int.from_bytes(header[4:8], "little")
        position += 8 + length + length % 2
    if position > size + 1:
        raise Refused(TRUNCATED)
