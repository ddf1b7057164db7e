"""What a browser knows of the page: the tree of elements that the server's messages build up."""

import json
import re
from collections.abc import Iterator, Sequence

from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.WidgetStates_pb2 import WidgetState

KEYED = re.compile(r"\$\$ID-[0-9a-f]+-(.+)", re.DOTALL)


def key_of(identity: str) -> str | None:
    """Return the key that the page gave to an element with this id, or None where it gave none."""
    found = KEYED.fullmatch(identity)
    return None if found is None or found[1] == "None" else found[1]


class Node:
    """A place on the page: an element, or a block with places in it."""

    def __init__(self) -> None:
        self.places: dict[int, Node] = {}
        self.element: Element | None = None
        self.identity = ""  # of the widget or container here
        self.run = ""  # the run of the script that drew it last
        self.fragment = ""  # the part of the page that draws it by itself

    @property
    def kind(self) -> str:
        """What stands here, as Element names it; empty for a block."""
        return self.element.WhichOneof("type") or "" if self.element else ""

    @property
    def proto(self) -> object:
        """The element itself, a Button or a Slider."""
        return getattr(self.element, self.kind)

    def place(self, delta: Delta, run: str) -> None:
        """Take over what the server draws here."""
        self.run, self.fragment = run, delta.fragment_id
        if delta.WhichOneof("type") == "add_block":
            self.element, self.identity = None, delta.add_block.id
        else:
            self.element, self.places = delta.new_element, {}
            self.identity = getattr(self.proto, "id", "") if self.kind else ""

    def walk(self) -> Iterator["Node"]:
        """Go through this place and all places in it, in the order of the page."""
        yield self
        for _, place in sorted(self.places.items()):
            yield from place.walk()

    def forget(self, run: str, fragments: Sequence[str]) -> None:
        """Take away what a run that has ended did not draw again: of the whole page, or of its fragments."""
        for number, place in list(self.places.items()):
            concerned = not fragments or place.fragment in fragments
            if concerned and place.run and place.run != run:
                del self.places[number]
            else:
                place.forget(run, fragments)

    @property
    def text(self) -> str:
        """All text in it."""
        parts = [node.proto for node in self.walk() if node.kind in ("markdown", "alert", "heading", "toast")]
        return "\n".join(part.body for part in parts)

    @property
    def data(self) -> dict:
        """The JSON data of a component; empty for anything else."""
        if self.kind != "bidi_component":
            return {}
        text = self.proto.json or self.proto.mixed.json
        return json.loads(text) if text else {}


def first_value(node: Node) -> WidgetState | None:
    """Return the value with which a browser shows a widget; None for one that has none of its own."""
    proto, state = node.proto, WidgetState(id=node.identity)
    if node.kind == "slider" and proto.type == proto.SELECT_SLIDER:
        chosen = proto.raw_value if proto.set_value else [proto.options[int(k)] for k in proto.default]
        state.string_array_value.data.extend(chosen)
    elif node.kind == "slider":
        state.double_array_value.data.extend(proto.value if proto.set_value else proto.default)
    elif node.kind == "number_input":
        state.double_value = proto.value if proto.set_value else proto.default
    elif node.kind == "selectbox" and proto.options:
        state.string_value = proto.raw_value if proto.set_value else proto.options[proto.default]
    elif node.kind == "checkbox":
        state.bool_value = proto.value if proto.set_value else proto.default
    elif node.kind == "button_group":
        chosen = proto.raw_values if proto.set_value else [proto.options[k].content for k in proto.default]
        state.string_array_value.data.extend(chosen)
    else:
        return None
    return state
