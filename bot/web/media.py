"""Pictures, clips and films for the pages, in ranges where a player asks for them."""

import re

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from bot.web.house import House
from bot.web.ports import MediaFile

SHOWN_INLINE = re.compile(r"image/(jpeg|png|webp|gif)|audio/[\w.+-]+|video/[\w.+-]+")
SHA256 = re.compile(r"[0-9a-f]{64}")


class Media:
    """Prepared files, for those who are signed in and have a role somewhere; a hash names the same bytes for ever.

    Which projects a file belongs to is not asked: items name their files in JSON, and to look there at every picture
    would cost more than it guards. The address cannot be guessed; whoever knows it has seen the file or holds it."""

    def __init__(self, house: House) -> None:
        self._house = house

    def routes(self) -> list[Route]:
        return [Route("/media/{sha256}", self.media, methods=["GET"])]

    async def media(self, request: Request) -> Response:
        visitor = await self._house.visitor(request)
        if visitor is None:
            raise HTTPException(401)
        if not await self._house.reception.belongs(visitor.user):
            raise HTTPException(404)
        sha = request.path_params["sha256"]
        found = await self._house.open_media(sha) if SHA256.fullmatch(sha) else None
        if found is None:
            raise HTTPException(404)
        return FileResponse(found.path, media_type=found.mime, headers=headers_of(found))


def headers_of(found: MediaFile) -> dict[str, str]:
    headers = {
        "cache-control": "private, max-age=31536000, immutable",
        "content-security-policy": "default-src 'none'; sandbox",
    }
    if not SHOWN_INLINE.fullmatch(found.mime):
        headers["content-disposition"] = "attachment"
    return headers
