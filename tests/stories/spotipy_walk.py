"""What somebody does with spotipy, unmodified: search, look around, save, make a playlist and change it, delete it."""

import warnings
from typing import Any

import spotipy


def connect(url: str, token: str, session: Any = True) -> spotipy.Spotify:
    """Give a spotipy that talks to `url`; only its `prefix` is set, as its own users would."""
    made = spotipy.Spotify(auth=token, requests_session=session, retries=0, status_retries=0)
    made.prefix = f"{url}/v1/"
    return made


def walk(sp: spotipy.Spotify, query: str) -> None:
    """Do it all, starting from what `query` finds."""
    me = sp.me()
    found = sp.search(query, type="track,artist,album,playlist", limit=5)
    track = found["tracks"]["items"][0]
    artist, album = track["artists"][0], track["album"]
    assert sp.track(track["uri"])["id"] == track["id"]
    assert sp.tracks([track["id"]])["tracks"][0]["name"] == track["name"]
    assert sp.artist(artist["uri"])["name"] == artist["name"]
    assert sp.album(album["id"])["name"] == album["name"]
    _pages(sp, album["id"])
    assert album["id"] in {a["id"] for a in sp.artist_albums(artist["id"])["items"]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Spotify took it away; we have it
        assert sp.artist_top_tracks(artist["id"])["tracks"]
    _saves(sp, track, album, artist)
    _playlist(sp, me["id"], [t["id"] for t in sp.album_tracks(album["id"])["items"]])
    assert sp.current_user_recently_played()["items"] is not None
    assert sp.current_user_top_tracks()["items"] is not None
    assert sp.devices() == {"devices": []}


def _pages(sp: spotipy.Spotify, album: str) -> None:
    page = sp.album_tracks(album, limit=1)
    names = [page["items"][0]["name"]]
    while page["next"]:
        page = sp.next(page)
        names += [item["name"] for item in page["items"]]
    assert len(names) == page["total"]


def _saves(sp: spotipy.Spotify, track: Any, album: Any, artist: Any) -> None:
    sp.current_user_saved_tracks_add([track["id"]])
    sp.current_user_saved_albums_add([album["id"]])
    sp.user_follow_artists([artist["id"]])
    uris = [track["uri"], album["uri"], artist["uri"]]
    assert sp.current_user_saved_items(uris) == [True, True, True]
    assert sp.current_user_saved_tracks()["items"][0]["track"]["id"] == track["id"]
    assert sp.current_user_saved_albums()["items"][0]["album"]["id"] == album["id"]
    assert artist["id"] in {a["id"] for a in sp.current_user_followed_artists()["artists"]["items"]}
    assert sp.current_user_following_artists([artist["id"]]) == [True]
    sp.current_user_saved_tracks_delete([track["id"]])
    sp.user_unfollow_artists([artist["id"]])
    assert sp.current_user_saved_items(uris) == [False, True, False]


def _playlist(sp: spotipy.Spotify, me: str, tracks: list[str]) -> None:
    made = sp.current_user_playlist_create("Für später", public=False, description="to hear")
    playlist = made["id"]
    sp.playlist_add_items(playlist, tracks)
    first = sp.playlist_reorder_items(playlist, range_start=0, insert_before=len(tracks))["snapshot_id"]
    order = [i["track"]["id"] for i in sp.playlist_items(playlist)["items"]]
    assert order == [*tracks[1:], tracks[0]]
    sp.playlist_remove_all_occurrences_of_items(playlist, [tracks[0]])
    sp.playlist_add_items(playlist, [tracks[0]], position=0)
    sp.playlist_remove_specific_occurrences_of_items(playlist, [{"uri": tracks[0], "positions": [0]}])
    sp.playlist_change_details(playlist, name="Later", public=True)
    said = sp.playlist(playlist, fields="name,owner.id,snapshot_id,tracks.items(track(id))")
    assert said["name"] == "Later"
    assert said["owner"]["id"] == me
    assert said["snapshot_id"] != first
    assert [i["track"]["id"] for i in said["tracks"]["items"]] == tracks[1:]
    assert playlist in {p["id"] for p in sp.current_user_playlists()["items"]}
    assert sp.playlist_cover_image(playlist) is not None
    sp.current_user_unfollow_playlist(playlist)
    assert playlist not in {p["id"] for p in sp.current_user_playlists()["items"]}
