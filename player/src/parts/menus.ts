/** The one list of what can be done with a thing: the row's button, the right click and the Menu key all show it. */
import { api, type AlbumRef, type Artist, type Item, type Playlist, type Track, whole } from '../api';
import { act, playable } from '../player/player.svelte';
import type { Context } from '../player/queue';
import { router } from '../shell/router.svelte';
import { href, hrefOf } from '../shell/routes';
import { type Action, attempt, loadPlaylists, toast, toggleSaved, ui, wantSaved } from '../shell/session.svelte';

export async function tracksOf(item: Item): Promise<Track[]> {
  if (item.type === 'track') return [item];
  if (item.type === 'artist') return (await api.artistTop(item.id)).tracks;
  if (item.type === 'playlist') return (await whole((o) => api.playlistItems(item.id, o))).flatMap((i) => i.item ?? i.track ?? []);
  const album = await api.album(item.id);
  return album.tracks.items.map((track) => ({ ...track, album: track.album ?? album }));
}
export function contextOf(item: Item, why?: string): Context {
  const said = { album: 'You are playing this album.', artist: 'You are playing this artist.', playlist: 'You are playing this playlist.', track: 'You chose this song.' }[item.type];
  return { uri: item.uri, name: item.name, href: hrefOf(item), why: why ?? said };
}
export async function playItem(item: Item, why?: string): Promise<void> {
  const tracks = await attempt(() => tracksOf(item));
  if (!tracks) return;
  const first = tracks.findIndex(playable);
  if (first < 0) toast('There is nothing here that can be played.');
  else act.playAll(tracks, first, contextOf(item, why));
}

export async function addToPlaylist(playlist: Playlist, uris: string[]): Promise<void> {
  const done = await attempt(() => api.addToPlaylist(playlist.id, uris), 'Not added.');
  if (!done) return;
  toast(`Added to ${playlist.name}`, () => attempt(() => api.undoPlaylist(playlist.id)));
  void loadPlaylists();
}
export async function newPlaylist(name = 'New playlist', uris: string[] = []): Promise<Playlist | null> {
  const made = await attempt(() => api.createPlaylist(name), 'The playlist was not made.');
  if (!made) return null;
  if (uris.length) await attempt(() => api.addToPlaylist(made.id, uris));
  await attempt(loadPlaylists);
  return made;
}
function playlistActions(uris: string[]): Action[] {
  return [
    { label: 'New playlist…', run: async () => { const made = await newPlaylist('New playlist', uris); if (made) router.go(href('playlist', { id: made.id }) + '?edit=1'); } },
    ...ui.playlists.filter((p) => p.owner.id === ui.me?.id).map((p): Action => ({ label: p.name || 'Untitled', run: () => addToPlaylist(p, uris) })),
  ];
}
function share(path: string): Action {
  return { label: 'Copy link', run: async () => { await navigator.clipboard.writeText(location.origin + path); toast('Link copied'); } };
}

export function trackActions(track: Track, extra: Action[] = []): Action[] {
  const able = playable(track);
  return [
    { label: 'Play next', disabled: !able, run: () => act.addNext([track]) },
    { label: 'Add to queue', disabled: !able, run: () => act.addLast([track]) },
    { label: 'Add to playlist', more: () => playlistActions([track.uri]) },
    { label: ui.saved[track.uri] ? 'Remove from liked songs' : 'Like', run: () => toggleSaved(track), divider: true },
    ...track.artists.filter((a) => a.id).slice(0, 4).map((a): Action => ({ label: `Go to ${a.name}`, href: href('artist', { id: a.id }) })),
    ...(track.album ? [{ label: 'Go to album', href: href('album', { id: track.album.id }) }] : []),
    share(`${hrefOf(track)}#${track.id}`),
    ...extra,
  ];
}
export function itemActions(item: AlbumRef | Artist | Playlist, extra: Action[] = []): Action[] {
  wantSaved([item.uri]);
  const all = (run: (tracks: Track[]) => unknown) => async () => { const tracks = await attempt(() => tracksOf(item)); if (tracks?.length) run(tracks.filter(playable)); };
  const saved = ui.saved[item.uri];
  const word = item.type === 'artist' ? (saved ? 'Stop following' : 'Follow') : saved ? 'Remove from library' : 'Add to library';
  return [
    { label: 'Play', run: () => playItem(item) },
    { label: 'Shuffle', run: all((tracks) => act.shuffleAll(tracks, contextOf(item))) },
    { label: 'Play next', run: all((tracks) => act.addNext(tracks)) },
    { label: 'Add to queue', run: all((tracks) => act.addLast(tracks)) },
    ...(item.type === 'artist' ? [] : [{ label: 'Add to playlist', run: async () => { const tracks = await attempt(() => tracksOf(item)); if (tracks) ui.picker = { uris: tracks.map((t) => t.uri), name: item.name }; } }]),
    ...(item.type === 'playlist' ? [] : [{ label: word, run: () => toggleSaved(item), divider: true }]),
    share(hrefOf(item)),
    ...extra,
  ];
}
export function openMenu(event: MouseEvent | KeyboardEvent, title: string, actions: Action[]): void {
  event.preventDefault();
  event.stopPropagation();
  const from = (event.currentTarget as HTMLElement | null) ?? null;
  const rect = from?.getBoundingClientRect();
  const byMouse = event instanceof MouseEvent && event.type === 'contextmenu' && (event.clientX || event.clientY);
  ui.menu = { title, actions, from: (document.activeElement as HTMLElement | null) ?? from, x: byMouse ? event.clientX : (rect?.left ?? 0), y: byMouse ? event.clientY : (rect?.bottom ?? 0) + 4 };
}
