"""Answers that hold what people wrote: half a character (a lone surrogate) in it is no reason to fail."""

import json
from typing import Any

from starlette.responses import HTMLResponse, JSONResponse


class Json(JSONResponse):
    """In ASCII: what UTF-8 cannot say is said by its number, and the page has it as it was written."""

    def render(self, content: Any) -> bytes:
        return json.dumps(content, allow_nan=False, separators=(",", ":")).encode()


class Html(HTMLResponse):
    """What UTF-8 cannot say becomes a question mark."""

    def render(self, content: Any) -> bytes:
        return str(content).encode("utf-8", "replace")
