/** Who is signed in, how the page looks, and the small things every page shares: toasts, the spoken line, the menu, panels. */
import { api, ApiError, type Me, type Playlist, type Scan, whenSignedOut, whole, type Welcome } from '../api';
import { keep, recall } from '../player/ids';

export interface Toast { id: number; text: string; undo?: () => unknown; kind: 'note' | 'bad' }
export interface Action { label: string; icon?: unknown; run?: () => unknown; href?: string; more?: () => Action[]; danger?: boolean; divider?: boolean; disabled?: boolean }
export interface OpenMenu { x: number; y: number; title: string; actions: Action[]; from: HTMLElement | null }
export type Panel = 'queue' | 'lyrics' | 'credits' | null;

export const ui = $state({
  me: null as Me | null,
  welcome: null as Welcome | null,
  booted: false,
  offline: !navigator.onLine,
  unreachable: false,
  toasts: [] as Toast[],
  spoken: '',
  menu: null as OpenMenu | null,
  panel: recall<Panel>('panel', innerWidth >= 1280 ? 'queue' : null),
  sheet: false,
  shortcuts: false,
  theme: recall<'auto' | 'light' | 'dark'>('theme', 'auto'),
  contrast: recall<'auto' | 'high'>('contrast', 'auto'),
  letters: recall('letters', true),
  playlists: [] as Playlist[],
  saved: {} as Record<string, boolean>,
  scan: null as Scan | null,
  picker: null as null | { uris: string[]; name: string },
});

export const isAdmin = (): boolean => ui.me?.roles.some((role) => role === 'admin' || role === 'staff') ?? false;

let count = 0;
export function toast(text: string, undo?: () => unknown, kind: Toast['kind'] = 'note'): void {
  const id = ++count;
  ui.toasts = [...ui.toasts.slice(-2), { id, text, ...(undo ? { undo } : {}), kind }];
  setTimeout(() => dismiss(id), undo || kind === 'bad' ? 8000 : 4000);
}
export function dismiss(id: number): void { ui.toasts = ui.toasts.filter((t) => t.id !== id); }
export function say(text: string): void { ui.spoken = ''; setTimeout(() => { ui.spoken = text; }, 30); }

export function wordsOf(error: unknown): string {
  if (error instanceof ApiError && error.retryAfterS) return `${error.message} Try again in ${String(Math.ceil(error.retryAfterS))} s.`;
  return error instanceof Error ? error.message : String(error);
}
/** Runs something the person asked for; a failure becomes a toast and `null`. */
export async function attempt<V>(work: () => Promise<V>, failed = ''): Promise<V | null> {
  try { return await work(); } catch (error) { toast(failed ? `${failed} ${wordsOf(error)}` : wordsOf(error), undefined, 'bad'); return null; }
}

export function paint(): void {
  const root = document.documentElement;
  root.dataset['theme'] = ui.theme;
  root.dataset['contrast'] = ui.contrast;
  keep('theme', ui.theme);
  keep('contrast', ui.contrast);
}

export async function boot(): Promise<void> {
  paint();
  try {
    ui.me = await api.me();
    ui.unreachable = false;
    await settle();
  } catch (error) {
    ui.me = null;
    ui.unreachable = !(error instanceof ApiError && error.status === 401);
    try { ui.welcome = await api.welcome(); ui.unreachable = false; } catch { ui.unreachable = true; }
  }
  ui.booted = true;
}
/** What is read once a person is known. */
export async function settle(): Promise<void> {
  document.documentElement.lang = 'en';
  await Promise.allSettled([loadPlaylists(), loadScan()]);
}
export async function loadPlaylists(): Promise<void> { ui.playlists = await whole((offset) => api.playlists(offset), 1000); }

let scanTimer: ReturnType<typeof setTimeout> | undefined;
export async function loadScan(): Promise<void> {
  clearTimeout(scanTimer);
  try { ui.scan = await api.scan(); } catch { return; }
  const busy = ui.scan.state !== 'idle';
  if (ui.me) scanTimer = setTimeout(() => void loadScan(), busy ? 1500 : 20_000);
}

/** Looks up, in one go, which of these are in the library; what is known is not asked again. */
let wanted = new Set<string>();
let asking: ReturnType<typeof setTimeout> | undefined;
export function wantSaved(uris: (string | undefined)[]): void {
  for (const uri of uris) if (uri && !(uri in ui.saved)) wanted.add(uri);
  if (!wanted.size) return;
  clearTimeout(asking);
  asking = setTimeout(() => {
    const list = [...wanted];
    wanted = new Set();
    api.saved(list).then((answers) => { list.forEach((uri, i) => { ui.saved[uri] = answers[i] ?? false; }); }, () => undefined);
  }, 40);
}
export async function toggleSaved(item: { uri: string; name: string; type?: string }): Promise<void> {
  const before = ui.saved[item.uri] ?? false;
  ui.saved[item.uri] = !before;
  try {
    await (before ? api.unsave([item.uri]) : api.save([item.uri]));
    const word = item.type === 'artist' ? (before ? 'No longer following' : 'Following') : before ? 'Removed from your library:' : 'In your library:';
    say(`${word} ${item.name}`);
    if (before) toast(`${word} ${item.name}`, () => toggleSaved(item));
  } catch (error) {
    ui.saved[item.uri] = before;
    toast(`That was not kept. ${wordsOf(error)}`, undefined, 'bad');
  }
}

whenSignedOut(() => {
  if (!ui.me) return;
  ui.me = null;
  toast('Your session has ended. Please sign in again.', undefined, 'bad');
});
addEventListener('online', () => { ui.offline = false; });
addEventListener('offline', () => { ui.offline = true; });
