"""A page to draw on in pixels: lines of text, boxes and bars, and a PNG in the end."""

import io
from collections.abc import Sequence
from typing import Final

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import FancyBboxPatch, Rectangle

from bot.quality.drawable import Weight, font, shortened

INK: Final = "#1F2933"
MUTED: Final = "#52606D"
TRACK: Final = "#EDF0F4"
LINE: Final = "#CBD2D9"
# Okabe and Ito's palette, told apart by people with any colour vision.
BLUE: Final = "#0072B2"
SKY: Final = "#56B4E9"
VERMILLION: Final = "#D55E00"
_DPI: Final = 100


class Sheet:
    """A white page measured in pixels from its top left corner."""

    def __init__(self, width: int, height: int) -> None:
        self._figure = Figure(figsize=(width / _DPI, height / _DPI), dpi=_DPI, facecolor="white")
        self._canvas = FigureCanvasAgg(self._figure)
        self._axes: Axes = self._figure.add_axes((0, 0, 1, 1))
        self._axes.set_axis_off()
        self._axes.set(xlim=(0, width), ylim=(height, 0))
        self._renderer = self._canvas.get_renderer()  # type: ignore[no-untyped-call]

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: int,
        *,
        colour: str = INK,
        weight: Weight = "normal",
        ha: str = "left",
    ) -> None:
        """One line, `y` at its baseline, `size` in pixels. Dollar signs stay dollar signs."""
        self._axes.text(
            x,
            y,
            text,
            color=colour,
            ha=ha,
            va="baseline",
            fontproperties=_font(size, weight),
            parse_math=False,
            usetex=False,
        )

    def width(self, text: str, size: int, weight: Weight = "normal") -> float:
        width, _, _ = self._renderer.get_text_width_height_descent(text, _font(size, weight), False)
        return float(width)

    def fitted(self, text: str, size: int, room: float, weight: Weight = "normal") -> str:
        """The text, cut with an ellipsis where it is wider than `room` pixels. Nothing longer than that is measured."""
        if len(text) <= room and self.width(text, size, weight) <= room:
            return text
        fits, too_long = 0, min(len(text), int(room))
        while too_long - fits > 1:
            middle = (fits + too_long) // 2
            narrow = self.width(shortened(text, middle), size, weight) <= room
            fits, too_long = (middle, too_long) if narrow else (fits, middle)
        return shortened(text, fits)

    def box(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        self._axes.add_patch(Rectangle((x, y), width, height, facecolor=colour, linewidth=0))

    def pill(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        """A box with round ends, never narrower than its ends."""
        radius = min(height / 2, 10)
        style = f"round,pad=0,rounding_size={radius}"
        self._axes.add_patch(
            FancyBboxPatch((x, y), max(width, 2 * radius), height, boxstyle=style, facecolor=colour, linewidth=0)
        )

    def line(self, x: float, y: float, width: float, colour: str, *, dashed: bool = False) -> None:
        self._axes.plot([x, x + width], [y, y], color=colour, linewidth=2, linestyle="--" if dashed else "-")

    def path(self, points: Sequence[tuple[float, float]], colour: str) -> None:
        """A line through the points, each with a dot."""
        xs, ys = zip(*points, strict=True)
        self._axes.plot(xs, ys, color=colour, linewidth=3, marker="o", markersize=8)

    def path_down(self, x: float, y: float, height: float, colour: str) -> None:
        self._axes.plot([x, x], [y, y + height], color=colour, linewidth=2, linestyle="--")

    def end(self, height: float) -> None:
        """The page ends there."""
        self._figure.set_figheight(round(height) / _DPI)
        self._axes.set_ylim(round(height), 0)

    def png(self) -> bytes:
        held = io.BytesIO()
        self._canvas.print_png(held, metadata={"Software": None})  # type: ignore[no-untyped-call]
        return held.getvalue()


def _font(size: int, weight: Weight) -> FontProperties:
    return font(weight, size * 72 / _DPI)
