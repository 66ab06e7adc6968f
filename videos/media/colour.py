"""From whatever colours the source has to 8-bit 4:2:0 BT.709 in limited range, as ffmpeg filters."""

from videos.media.probe import Probe

# What SDR white is in nits on an HDR display (ITU-R BT.2408), and how bright graded HDR usually gets.
REFERENCE_WHITE = 203
PEAK = 1000

TAGS = "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709"

_WIDE = {"bt2020", "smpte431", "smpte432"}
_SWSCALE = {
    "bt709": "bt709",
    "fcc": "fcc",
    "bt470bg": "bt601",
    "smpte170m": "bt601",
    "smpte240m": "smpte240m",
    "bt2020nc": "bt2020",
}
_HEIGHT_OF_SD = 576
_EVEN = "crop=floor(iw/2)*2:floor(ih/2)*2:0:0"  # zscale refuses odd sizes where chroma is at half of them


def filters(probe: Probe, width: int, height: int) -> list[str]:
    """The filters that scale to ``width`` × ``height`` and convert the colours."""
    if probe.hdr:
        return [_EVEN, *_tone_mapped(probe, width, height), "format=yuv420p", TAGS]
    if probe.colour.primaries in _WIDE and not _is_rgb(probe):
        return [_EVEN, _wide(probe, width, height), "format=yuv420p", TAGS]
    return [_swscaled(probe, width, height), "format=yuv420p", TAGS]


def _is_rgb(probe: Probe) -> bool:
    """Whether the pictures are stored as red, green and blue."""
    return probe.pix_fmt.startswith(("rgb", "bgr", "gbr", "argb", "abgr", "pal8", "0rgb", "0bgr", "bayer"))


def matrix_of(probe: Probe) -> str:
    """The matrix by its tag; untagged, what players assume: BT.709 above standard definition, else BT.601."""
    if probe.colour.matrix in _SWSCALE:
        return probe.colour.matrix
    return "smpte170m" if probe.coded_height <= _HEIGHT_OF_SD and probe.coded_width <= 1024 else "bt709"


def range_of(probe: Probe) -> str:
    """``pc`` (0..255) or ``tv`` (16..235), by the tag or by the pixel format."""
    if probe.pix_fmt.startswith("yuvj"):
        return "pc"
    return probe.colour.range or "tv"


def _swscaled(probe: Probe, width: int, height: int) -> str:
    """The way of ordinary footage. Does nothing at all where size, matrix and range are right already."""
    flags = "bicubic+accurate_rnd+full_chroma_int"
    source = (
        "" if _is_rgb(probe) else f":in_color_matrix={_SWSCALE[matrix_of(probe)]}:in_range={range_of(probe)}"
    )
    return f"scale={width}:{height}:flags={flags}{source}:out_color_matrix=bt709:out_range=tv"


def _wide(probe: Probe, width: int, height: int) -> str:
    """SDR in BT.2020 or P3 primaries."""
    transfer = probe.colour.transfer or "bt709"
    transfer = {"gamma22": "bt470m", "gamma28": "bt470bg"}.get(transfer, transfer)  # zscale's names
    source = f"min={_zimg_matrix(probe)}:tin={transfer}:pin={probe.colour.primaries}:rin={range_of(probe)}"
    return f"zscale=w={width}:h={height}:f=bicubic:{source}:m=bt709:t=bt709:p=bt709:r=tv"


def _zimg_matrix(probe: Probe) -> str:
    """The matrix by zscale's names, where BT.2020 has another one than swscale's."""
    return {"bt2020nc": "2020_ncl", "bt709": "709", "bt470bg": "470bg", "smpte170m": "170m"}.get(
        matrix_of(probe), "709"
    )


def _tone_mapped(probe: Probe, width: int, height: int) -> list[str]:
    """PQ and HLG: to linear light with reference white at 1, BT.709 primaries, highlights rolled off, back."""
    matrix = "2020_ncl" if probe.colour.matrix in (None, "bt2020nc") else _zimg_matrix(probe)
    primaries = probe.colour.primaries if probe.colour.primaries in _WIDE else "bt2020"
    source = f"min={matrix}:tin={probe.colour.transfer}:pin={primaries}:rin={range_of(probe)}"
    return [
        # The primaries are said of the result too: of untagged footage the next step would know none.
        f"zscale=w={width}:h={height}:f=bicubic:{source}:p={primaries}:t=linear:npl={REFERENCE_WHITE}",
        "format=gbrpf32le",
        "zscale=p=bt709",
        f"tonemap=tonemap=mobius:param=0.6:desat=0:peak={PEAK / REFERENCE_WHITE:.3f}",
        "zscale=t=bt709:m=bt709:r=tv:d=error_diffusion",
    ]
