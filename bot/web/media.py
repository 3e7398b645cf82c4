"""Pictures, clips and films for the pages, in ranges where a player asks for them."""

import re

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from bot.web.house import House

SHOWN_INLINE = re.compile(r"image/(jpeg|png|webp|gif)|audio/[\w.+-]+|video/[\w.+-]+")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Media:
    """Prepared files, for those who are signed in; a hash names the same bytes for ever."""

    def __init__(self, house: House) -> None:
        self._house = house

    def routes(self) -> list[Route]:
        return [Route("/media/{sha256}", self.media, methods=["GET"])]

    async def media(self, request: Request) -> Response:
        if await self._house.visitor(request) is None:
            raise HTTPException(401)
        sha = request.path_params["sha256"]
        found = await self._house.open_media(sha) if _SHA256.fullmatch(sha) else None
        if found is None:
            raise HTTPException(404)
        headers = {
            "cache-control": "private, max-age=31536000, immutable",
            "content-security-policy": "default-src 'none'; sandbox",
        }
        if not SHOWN_INLINE.fullmatch(found.mime):
            headers["content-disposition"] = "attachment"
        return FileResponse(found.path, media_type=found.mime, headers=headers)
