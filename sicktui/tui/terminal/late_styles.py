"""Styles of the parts of a widget (``input--cursor``), worked out when a part is drawn.

Textual works them out for every part of every widget that opens: two thirds of what a form spends on styles,
and most of them are never drawn.
"""

from textual.css.styles import RenderStyles
from textual.css.stylesheet import Stylesheet
from textual.dom import DOMNode


class LateStylesheet(Stylesheet):
    """As Textual's, but a part is styled at its first use, and from then on with its widget."""

    def _process_component_classes(self, node: DOMNode) -> None:
        known = node._component_styles  # noqa: SLF001 - as Textual's own
        if not isinstance(known, _Parts):
            if node._get_component_classes():  # noqa: SLF001
                node._component_styles = _Parts(self, node)  # noqa: SLF001
            return
        before = dict(known)
        known.clear()
        if any(known[name] != styles for name, styles in before.items()):
            node.refresh()


class _Parts(dict[str, RenderStyles]):
    """The parts that were drawn so far."""

    def __init__(self, sheet: Stylesheet, node: DOMNode) -> None:
        super().__init__()
        self._sheet = sheet
        self._node = node

    def __contains__(self, name: object) -> bool:
        return name in self._node._get_component_classes()  # noqa: SLF001

    def __missing__(self, name: str) -> RenderStyles:
        part = DOMNode(classes=name)
        part._attach(self._node)  # noqa: SLF001 - as Textual's own
        self._sheet.apply(part)
        self[name] = part.styles
        return part.styles
