"""The manifest asks for what the adapter uses and no more, and docs/slack.md explains all of it."""

from pathlib import Path

import yaml

from bot.chats.slack import SCOPES

ROOT = Path(__file__).parents[2]
MANIFEST = yaml.safe_load((ROOT / "config" / "slack-manifest.yaml").read_text())
DOCS = (ROOT / "docs" / "slack.md").read_text()


def test_the_manifest_asks_for_the_adapters_scopes_and_no_others() -> None:
    assert MANIFEST["oauth_config"]["scopes"]["bot"] == list(SCOPES)


def test_every_scope_event_and_setting_is_explained() -> None:
    events = MANIFEST["settings"]["event_subscriptions"]["bot_events"]
    settings = ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_API_URL", "SLACK_COMMAND"]
    for name in [*SCOPES, *events, *settings, "connections:write"]:
        assert f"`{name}`" in DOCS or f"{name}=" in DOCS


def test_people_can_type_to_the_bot_and_tap() -> None:
    assert MANIFEST["features"]["app_home"] == {
        "home_tab_enabled": True,
        "messages_tab_enabled": True,
        "messages_tab_read_only_enabled": False,
    }
    assert MANIFEST["settings"]["interactivity"]["is_enabled"]
    assert MANIFEST["settings"]["socket_mode_enabled"]
    assert [command["command"] for command in MANIFEST["features"]["slash_commands"]] == ["/label"]
