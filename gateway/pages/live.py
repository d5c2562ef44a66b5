"""Pages that follow what happens: made of pieces, of which a browser gets those that have changed.

The browser asks every second while its tab is in sight, and says in `X-Shown` which pieces it shows. So no state is
kept here, and any process may answer. What the pieces are made of is computed once a second for all who look.
"""

import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from typing import Any, Generic, TypeVar

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

SHOWN_BY = "X-Shown"
CSRF_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')  # masked anew each time
T = TypeVar("T")


@dataclass(frozen=True)
class Piece:
    """An element of the page with `name` as its id; or one with further pieces in it, `html` before and `end` after."""

    name: str
    html: str
    parts: tuple["Piece", ...] = ()
    end: str = ""

    @cached_property
    def digest(self) -> str:
        """Of one with parts: which they are and in which order, not what is in them."""
        content = f"{self.html}{' '.join(part.name for part in self.parts)}{self.end}"
        return blake2b(content.encode(), digest_size=5).hexdigest()

    def whole(self) -> str:
        return f"{self.html}{''.join(part.whole() for part in self.parts)}{self.end}"

    def out_of_band(self) -> str:
        """As htmx puts it in the place of the element with the same id."""
        return self.whole().replace(f'id="{self.name}"', f'id="{self.name}" hx-swap-oob="true"', 1)


@dataclass(frozen=True)
class Pieces:
    """All of a page that moves."""

    top: tuple[Piece, ...]

    def html(self) -> SafeString:
        """What the page begins with."""
        return mark_safe(self.shown() + "".join(piece.whole() for piece in self.top))  # noqa: S308 - from templates

    def shown(self, more: str = "") -> str:
        """The element that tells the browser what it shows."""
        return format_html('<input type="hidden" id="live-shown" value="{}"{}>', self.state, mark_safe(more))  # noqa: S308

    @cached_property
    def state(self) -> str:
        return " ".join(f"{piece.name}={piece.digest}" for top in self.top for piece in (top, *top.parts))

    def changed(self, shown: str) -> Iterator[Piece]:
        """What a browser lacks that shows the pieces of `shown`, a `state` of earlier."""
        has = dict(one.partition("=")[::2] for one in shown.split())
        for piece in self.top:
            if has.get(piece.name) != piece.digest:
                yield piece
            else:
                yield from (part for part in piece.parts if has.get(part.name) != part.digest)


def answer(request: HttpRequest, pieces: Pieces) -> HttpResponse:
    """The pieces that the browser lacks; 204 where it has them all: then htmx leaves the page alone."""
    shown = request.headers.get(SHOWN_BY, "")
    if shown == pieces.state:
        return HttpResponse(status=204)
    lacking = "".join(piece.out_of_band() for piece in pieces.changed(shown))
    return HttpResponse(lacking + pieces.shown(' hx-swap-oob="true"'))


@dataclass
class Shared(Generic[T]):
    """A value for all who ask within `SECONDS`: one computes it, the others wait for it."""

    compute: Callable[[], T]
    SECONDS = 1.0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _at: float = float("-inf")
    _value: T | None = None

    def get(self) -> T:
        with self._lock:
            if self._value is None or time.monotonic() - self._at >= self.SECONDS:
                self._value = self.compute()
                self._at = time.monotonic()  # by now: of those who waited for a slow one none computes it again
            return self._value

    def forget(self) -> None:
        self._value = None


def in_dialog(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of a page."""
    return "HX-Request" in request.headers


def fragment(request: HttpRequest, name: str, template: str, context: dict[str, Any]) -> HttpResponse:
    """A page's only moving part, the element `name`, which asks for itself; 204 where the browser has it already."""
    html = render_to_string(template, context, request)
    state = blake2b(CSRF_TOKEN.sub("", html).encode(), digest_size=5).hexdigest()
    if request.headers.get(SHOWN_BY) == state:
        return HttpResponse(status=204)
    return HttpResponse(html.replace(f'id="{name}"', f'id="{name}" hx-headers=\'{{"{SHOWN_BY}": "{state}"}}\'', 1))


def login(request: HttpRequest, extra_context: Any = None) -> HttpResponse:
    """The admin's; where a piece was asked for and the login has run out, the whole page is loaded anew instead."""
    if in_dialog(request):
        return HttpResponse(headers={"HX-Refresh": "true"})
    return admin.site.login(request, extra_context)
