/** What the server answers, as far as the player reads it. `/v1` has Spotify's shape; our own facts stand under `bandstand`. */
export interface Image { url: string; width: number | null; height: number | null }
export interface Artwork { id: string; colour?: string | null; placeholder?: string | null }
export interface Ours { artwork?: Artwork | null; is_missing?: boolean; recording_id?: string; year?: number | null; [key: string]: unknown }
export interface ArtistRef { id: string; name: string; type?: 'artist'; uri: string }
export interface Artist extends ArtistRef { type: 'artist'; genres?: string[]; images?: Image[]; followers?: { total: number }; bandstand?: Ours }
export interface AlbumRef {
  id: string; name: string; type: 'album'; uri: string; album_type: string; artists: ArtistRef[]; images: Image[];
  release_date: string; total_tracks: number; bandstand?: Ours;
}
export interface Album extends AlbumRef {
  label?: string; genres?: string[]; copyrights?: { text: string; type: string }[]; external_ids?: Record<string, string>;
  tracks: Paging<Track>;
}
export interface Track {
  id: string; name: string; type: 'track'; uri: string; artists: ArtistRef[]; album?: AlbumRef; duration_ms: number; explicit?: boolean;
  disc_number: number; track_number: number; is_playable?: boolean; bandstand?: Ours;
}
export interface Playlist {
  id: string; name: string; type: 'playlist'; uri: string; description: string | null; images?: Image[] | null; public?: boolean | null;
  owner: { id: string; display_name?: string | null }; snapshot_id?: string;
  items?: Paging<PlaylistItem>; tracks?: Paging<PlaylistItem> | { total: number }; bandstand?: Ours;
}
export interface PlaylistItem { added_at: string | null; item?: Track | null; track?: Track | null }
export interface Paging<T> { items: T[]; total: number; limit: number; offset: number; next: string | null }
export type Item = Album | AlbumRef | Artist | Track | Playlist;
export interface Found { tracks?: Paging<Track>; artists?: Paging<Artist>; albums?: Paging<AlbumRef>; playlists?: Paging<Playlist | null> }
export interface Welcome { name: string; version: string; needs_setup: boolean }
export interface Me {
  id: string; name: string; roles: string[]; plan: string; market: string; time_zone: string; language: string;
  birth_year: number | null; gender: string | null;
}
export interface Shelf { id: string; title: string; reason: string; policy: string; items: Item[] }
export interface Genre { id: string; name: string; track_count: number; album_count: number }
export interface CursorPage<T> { items: T[]; next: string | null; total?: number }
export interface HistoryRow { played_at: string; heard_ms: number; track: Track; context: string | { uri?: string; type?: string } | null }
export interface Refusal { rendition: string; name?: string; code: string; why: string }
export interface PlaybackSession {
  session: string; manifest_url: string; hls_url: string; expires_at: string;
  decision: { chosen: string | Record<string, unknown> | null; refused: Refusal[] };
}
export interface Lyrics { plain: string | null; synced: { at_ms: number; text: string }[] | null }
export interface Facts {
  problems?: Record<string, unknown>; credits?: { id?: string; name: string; role: string }[];
  source?: { codec?: string; rate?: number; bits?: number | null; channels?: number; kbps?: number | null } | null;
  genres?: (string | { name: string })[];
  [key: string]: unknown;
}
export interface Scan {
  state: 'idle' | 'scanning' | 'making' | string; root: string | null; done: number; total: number; added: number; updated: number;
  moved: number; unchanged: number; missing: number; failed: number; started_at: string | null; finished_at: string | null;
}
export interface Problem { path: string; code: string; severity: string; message: string; hint: string }
export interface Person { id: string; name: string; roles: string[]; plan?: string; created_at?: string }
export interface SignIn { id: string; created_at?: string; last_seen_at?: string; user_agent?: string; address?: string | null; expires_at?: string; is_this_one: boolean }
export interface Consent { purpose: string; granted: boolean; title?: string; description?: string }
export interface Job { id: string; name: string; state: string; progress?: number | { done?: number; total?: number } | null; error?: string | null; created_at?: string; finished_at?: string | null }
