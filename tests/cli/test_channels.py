"""`hubbub channels discover`: where the bot can speak, and adding a place."""

from tests.cli.conftest import Hubbub


def test_places_are_listed_and_added_by_their_id(hubbub: Hubbub) -> None:
    listed = hubbub("channels", "discover")
    assert listed.exit_code == 0 and "webchat" in listed.stdout
    added = hubbub("channels", "discover", "--add", "community")
    assert added.exit_code == 0 and "Posts can go to" in added.stdout


def test_a_place_that_is_not_there_is_not_added(hubbub: Hubbub) -> None:
    result = hubbub("channels", "discover", "--add", "the-moon")
    assert result.exit_code == 1 and "Take an id of the list" in result.stderr
