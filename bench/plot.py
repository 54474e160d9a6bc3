"""Plots as SVG, readable on light and on dark pages."""
import math
from html import escape

WIDTH, LEFT, RIGHT, TOP, BOTTOM = 720, 70, 36, 64, 46
COLOURS = ["#2f81f7", "#d9730d", "#2da44e", "#a371f7", "#d1434b", "#1b9aaa"]
STYLE = """<style>
text { font: 12px system-ui, sans-serif; fill: #1f2328 }
.title { font-size: 15px; font-weight: 600 }
.grid { stroke: #8b949e; stroke-opacity: .3 }
.line { fill: none; stroke-width: 2 }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } }
</style>"""


def document(title, height, parts):
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title)}">'
    return "\n".join([head, STYLE, text(LEFT, 22, title, css="title"), *parts, "</svg>"]) + "\n"


def text(x, y, words, anchor="start", css=None):
    name = f' class="{css}"' if css else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{name}>{escape(words)}</text>'


def number(value):
    return f"{value:,.0f}" if value >= 10 else f"{value:g}"


def bars(title, values):
    """A horizontal bar for each name and value, from zero."""
    step, left = 30, 230
    most = max(value for _, value in values)
    parts = []
    for place, (name, value) in enumerate(values):
        y = 44 + place * step
        width = (WIDTH - left - 80) * value / most
        colour = COLOURS[0] if place == 0 else "#8b949e"
        parts.append(text(left - 8, y + 15, name, "end"))
        parts.append(f'<rect x="{left}" y="{y}" width="{max(width, 1):.1f}" height="20" rx="2" fill="{colour}"/>')
        parts.append(text(left + width + 8, y + 15, number(value)))
    return document(title, 54 + len(values) * step, parts)


class Scale:
    """A logarithmic axis from `start` to `end` pixels over at least one decade."""

    def __init__(self, values, start, end):
        self.low = math.floor(math.log10(min(values)) + 1e-9)
        self.high = max(math.ceil(math.log10(max(values)) - 1e-9), self.low + 1)
        self.start, self.end = start, end

    def __call__(self, value):
        share = (math.log10(value) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self):
        return [10.0**power for power in range(self.low, self.high + 1)]


def lines(title, x_title, y_title, series):
    """A line for each (name, points, is_dashed) on two logarithmic axes; x has a mark for each value that occurs."""
    height = 400
    points = [point for _, those, _ in series for point in those]
    xs = sorted({x for x, _ in points})
    across = Scale(xs, LEFT, WIDTH - RIGHT)
    # The values that occur fill the axis.
    across.low, across.high = math.log10(xs[0]), math.log10(xs[-1])
    up = Scale([y for _, y in points], height - BOTTOM, TOP)
    parts = []
    for tick in up.ticks():
        y = up(tick)
        parts.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
        parts.append(text(LEFT - 8, y + 4, number(tick), "end"))
    for x in xs:
        parts.append(f'<path class="grid" d="M{across(x):.1f} {TOP}V{height - BOTTOM}"/>')
        parts.append(text(across(x), height - BOTTOM + 18, number(x), "middle"))
    parts.append(text((LEFT + WIDTH - RIGHT) / 2, height - 8, x_title, "middle"))
    parts.append(text(LEFT, TOP - 8, y_title))
    colours = {}
    for place, (name, those, is_dashed) in enumerate(series):
        colour = colours.setdefault(name.split(",")[0], COLOURS[len(colours) % len(COLOURS)])
        dash = ' stroke-dasharray="6 4"' if is_dashed else ""
        path = "L".join(f"{across(x):.1f} {up(y):.1f}" for x, y in those)
        parts.append(f'<path class="line" stroke="{colour}" d="M{path}"{dash}/>')
        parts += [f'<circle cx="{across(x):.1f}" cy="{up(y):.1f}" r="3" fill="{colour}"/>' for x, y in those]
        legend = LEFT + place * 150
        parts.append(f'<path class="line" stroke="{colour}" d="M{legend} 36h24"{dash}/>')
        parts.append(text(legend + 30, 40, name))
    return document(title, height, parts)
