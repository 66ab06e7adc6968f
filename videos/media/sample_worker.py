"""Draws a range of the sample flight's frames into one segment. A process of its own, started by sample.py."""

import sys
from fractions import Fraction

import cv2

from videos.media.encode import SegmentWriter
from videos.media.sample import draw_frame


def main() -> None:
    """Arguments: path, first frame, frame after the last, width, height, rate, how many such processes run."""
    path, start, stop, width, height, rate, processes = sys.argv[1:8]
    if int(processes) > 1:
        cv2.setNumThreads(1)
    with SegmentWriter(path, int(width), int(height), Fraction(rate), crf=17) as writer:
        for index in range(int(start), int(stop)):
            writer.write(draw_frame(float(index / Fraction(rate)), int(width), int(height)))
            print(index, flush=True)


if __name__ == "__main__":
    main()
