"""A canvas of palette indices and a few shapes, all in whole numbers, so that a drawing is the same on every machine."""

import numpy as np

from sample.labels.png import Pixels

Point = tuple[int, int]


class Canvas:
    """Pixels (height, width) to draw on. What lies outside is cut off."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.pixels: Pixels = np.zeros((height, width), np.uint8)

    def rectangle(self, left: int, top: int, width: int, height: int, color: int) -> None:
        """A filled rectangle."""
        self.pixels[max(top, 0) : max(top + height, 0), max(left, 0) : max(left + width, 0)] = color

    def ellipse(self, left: int, top: int, width: int, height: int, color: int) -> None:
        """A filled ellipse that touches the sides of the rectangle."""
        x0, x1, y0, y1 = max(left, 0), min(left + width, self.width), max(top, 0), min(top + height, self.height)
        if x0 >= x1 or y0 >= y1:
            return
        y, x = np.ogrid[y0:y1, x0:x1]
        across, down = (2 * (x - left) + 1 - width) * height, (2 * (y - top) + 1 - height) * width
        self.pixels[y0:y1, x0:x1][across * across + down * down <= (width * height) ** 2] = color

    def polygon(self, points: tuple[Point, ...], color: int) -> None:
        """A filled convex polygon, its corners in either direction."""
        x0, x1 = max(min(x for x, _ in points), 0), min(max(x for x, _ in points) + 1, self.width)
        y0, y1 = max(min(y for _, y in points), 0), min(max(y for _, y in points) + 1, self.height)
        if x0 >= x1 or y0 >= y1:
            return
        y, x = np.ogrid[y0:y1, x0:x1]
        sides = [(bx - ax) * (y - ay) - (by - ay) * (x - ax) for (ax, ay), (bx, by) in zip(points, (*points[1:], points[0]), strict=True)]
        inside = np.logical_and.reduce([side >= 0 for side in sides]) | np.logical_and.reduce([side <= 0 for side in sides])
        self.pixels[y0:y1, x0:x1][inside] = color

    def line(self, start: Point, end: Point, color: int, thick: int = 1) -> None:
        """A line of square dots."""
        steps = max(abs(end[0] - start[0]), abs(end[1] - start[1]), 1)
        for step in range(steps + 1):
            x, y = (a + (b - a) * step // steps for a, b in zip(start, end, strict=True))
            self.rectangle(x - thick // 2, y - thick // 2, thick, thick, color)
