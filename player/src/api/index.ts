/** Every operation of the server that the player uses, typed. */
import { call, del, get, patch, post, put } from './client';
import type * as T from './types';

export * from './types';
export { ApiError, whenSignedOut } from './client';

const CONTAINS = 40;

export const api = {
  welcome: () => get<T.Welcome>('/api/welcome'),
  claim: (body: { token: string; name?: string; password?: string; market?: string; time_zone?: string; language?: string }) => post('/api/welcome', body),
  signIn: (name: string, password: string) => post('/api/session', { name, password }),
  signOut: () => del('/api/session'),
  me: () => get<T.Me>('/api/me'),
  changeMe: (change: Partial<T.Me>) => patch<T.Me | undefined>('/api/me', change),
  changePassword: (old: string, fresh: string) => post('/api/me/password', { old, new: fresh }),
  consents: () => get<{ consents: Record<string, boolean> }>('/api/me/consents'),
  consent: (purpose: string, granted: boolean) => put(`/api/me/consents/${purpose}`, { granted }),
  signIns: () => get<{ items: T.SignIn[] } | T.SignIn[]>('/api/me/sessions'),
  revoke: (id: string) => del(`/api/me/sessions/${id}`),
  people: () => get<{ items: T.Person[] } | T.Person[]>('/api/people'),
  addPerson: (name: string, password: string, role: string) => post('/api/people', { name, password, role }),
  removePerson: (id: string) => del(`/api/people/${id}`),

  home: () => get<{ shelves: T.Shelf[] }>('/api/home'),
  browse: <I extends T.Item>(what: 'albums' | 'artists' | 'tracks', sort: string, cursor: string | null, limit = 60) =>
    get<T.CursorPage<I>>(`/api/${what}`, { sort, cursor, limit }),
  genres: () => get<{ items: T.Genre[] }>('/api/genres'),
  genreTracks: (id: string) => get<T.CursorPage<T.Track>>(`/api/genres/${id}/tracks`),
  genreAlbums: (id: string) => get<T.CursorPage<T.AlbumRef>>(`/api/genres/${id}/albums`),
  history: (cursor: string | null) => get<T.CursorPage<T.HistoryRow>>('/api/history', { cursor, limit: 50 }),
  mostPlayed: (days: number) => get<{ items: { plays: number; track: T.Track }[] }>('/api/most-played', { days }),
  lyrics: (track: string) => get<T.Lyrics>(`/api/tracks/${track}/lyrics`),
  facts: (track: string) => get<T.Facts>(`/api/tracks/${track}`),
  scan: () => get<T.Scan>('/api/scan'),
  startScan: () => post('/api/scan'),
  problems: (cursor: string | null) => get<T.CursorPage<T.Problem>>('/api/scan/problems', { cursor }),
  jobs: () => get<{ items: T.Job[] } | T.Job[]>('/api/jobs'),

  openPlayback: (body: { track: string; device: string; codecs: string[]; max_kbps?: number; network?: string }, signal?: AbortSignal) =>
    call<T.PlaybackSession>('POST', '/api/playback/sessions', { body, ...(signal ? { signal } : {}) }),

  search: (q: string, signal?: AbortSignal) => get<T.Found>('/v1/search', { q, type: 'track,artist,album,playlist', limit: 10 }, signal),
  album: (id: string) => get<T.Album>(`/v1/albums/${id}`),
  artist: (id: string) => get<T.Artist>(`/v1/artists/${id}`),
  artistAlbums: (id: string, offset = 0) => get<T.Paging<T.AlbumRef & { album_group?: string }>>(`/v1/artists/${id}/albums`, { include_groups: 'album,single,compilation,appears_on', limit: 50, offset }),
  artistTop: (id: string) => get<{ tracks: T.Track[] }>(`/v1/artists/${id}/top-tracks`),
  playlists: (offset = 0) => get<T.Paging<T.Playlist>>('/v1/me/playlists', { limit: 50, offset }),
  playlist: (id: string) => get<T.Playlist>(`/v1/playlists/${id}`),
  playlistItems: (id: string, offset = 0) => get<T.Paging<T.PlaylistItem>>(`/v1/playlists/${id}/items`, { limit: 50, offset }),
  createPlaylist: (name: string, description = '') => post<T.Playlist>('/v1/me/playlists', { name, description, public: false }),
  changePlaylist: (id: string, change: { name?: string; description?: string }) => put(`/v1/playlists/${id}`, change),
  addToPlaylist: (id: string, uris: string[], position?: number) => post<{ snapshot_id: string }>(`/v1/playlists/${id}/items`, { uris, ...(position === undefined ? {} : { position }) }),
  movePlaylistItem: (id: string, range_start: number, insert_before: number) => put<{ snapshot_id: string }>(`/v1/playlists/${id}/items`, { range_start, insert_before, range_length: 1 }),
  removeFromPlaylist: (id: string, uri: string, position: number) => del<{ snapshot_id: string }>(`/v1/playlists/${id}/items`, { items: [{ uri, positions: [position] }] }),
  deletePlaylist: (id: string) => del(`/api/playlists/${id}`),
  restorePlaylist: (id: string) => post(`/api/playlists/${id}/restore`),
  undoPlaylist: (id: string) => post<{ snapshot_id: string }>(`/api/playlists/${id}/undo`),
  likedTracks: (offset = 0) => get<T.Paging<{ added_at: string; track: T.Track }>>('/v1/me/tracks', { limit: 50, offset }),
  savedAlbums: (offset = 0) => get<T.Paging<{ added_at: string; album: T.AlbumRef }>>('/v1/me/albums', { limit: 50, offset }),
  followedArtists: () => get<{ artists: { items: T.Artist[]; total?: number } }>('/v1/me/following', { type: 'artist', limit: 50 }),
  save: (uris: string[]) => put('/v1/me/library', undefined, { uris: uris.join(',') }),
  unsave: (uris: string[]) => del('/v1/me/library', undefined, { uris: uris.join(',') }),
  async saved(uris: string[]): Promise<boolean[]> {
    const answers: boolean[] = [];
    for (let i = 0; i < uris.length; i += CONTAINS) {
      answers.push(...(await get<boolean[]>('/v1/me/library/contains', { uris: uris.slice(i, i + CONTAINS).join(',') })));
    }
    return answers;
  },
};

/** Some lists come bare, some in `items`. */
export function listOf<I>(answer: { items: I[] } | I[]): I[] {
  return Array.isArray(answer) ? answer : answer.items;
}

/** Reads a paged list to its end, page by page, up to `most` items. */
export async function whole<I>(page: (offset: number) => Promise<T.Paging<I>>, most = 10_000): Promise<I[]> {
  const all: I[] = [];
  for (;;) {
    const answer = await page(all.length);
    all.push(...answer.items);
    if (!answer.items.length || !answer.next || all.length >= Math.min(answer.total, most)) return all;
  }
}
