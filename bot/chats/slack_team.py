"""Which workspace a Slack token belongs to: what our account there is kept under."""

from bot.chats.slack_api import Api


async def team_of(token: str, api_url: str) -> str:
    """The workspace's id. Raises ChatError: permanent for a wrong token, passing where Slack cannot be reached."""
    api = Api(token, api_url)
    try:
        who, _ = await api.raw("auth.test", {})
    finally:
        await api.close()
    return str(who["team_id"])
