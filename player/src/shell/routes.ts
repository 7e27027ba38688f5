/** The typed routes: a name, its pattern, and how to write its address. */
export const PATTERNS = {
  home: '/', search: '/search', library: '/library', libraryTab: '/library/:tab', album: '/album/:id', artist: '/artist/:id', playlist: '/playlist/:id',
  genre: '/genre/:id', settings: '/settings', admin: '/admin', now: '/now', welcome: '/welcome', signin: '/signin',
} as const;

export type RouteName = keyof typeof PATTERNS | 'missing';
type Params<P extends string> = P extends `${string}:${infer K}/${infer R}` ? { [N in K]: string } & Params<R> : P extends `${string}:${infer K}` ? { [N in K]: string } : object;
export interface Route { name: RouteName; params: Record<string, string>; path: string; query: URLSearchParams; hash: string }

export function match(url: URL): Route {
  const path = url.pathname.replace(/\/+$/, '') || '/';
  for (const [name, pattern] of Object.entries(PATTERNS) as [keyof typeof PATTERNS, string][]) {
    const wanted = pattern.split('/');
    const given = path.split('/');
    if (wanted.length !== given.length) continue;
    const params: Record<string, string> = {};
    const fits = wanted.every((part, i) => {
      if (!part.startsWith(':')) return part === given[i];
      try { params[part.slice(1)] = decodeURIComponent(given[i] ?? ''); } catch { return false; }
      return given[i] !== '';
    });
    if (fits) return { name, params, path, query: url.searchParams, hash: url.hash.slice(1) };
  }
  return { name: 'missing', params: {}, path, query: url.searchParams, hash: url.hash.slice(1) };
}

export function href<N extends keyof typeof PATTERNS>(name: N, params: Params<(typeof PATTERNS)[N]>): string {
  return PATTERNS[name].replace(/:(\w+)/g, (_, key: string) => encodeURIComponent((params as Record<string, string>)[key] ?? ''));
}

export function hrefOf(item: { type?: string; id: string; album?: { id: string } }): string {
  if (item.type === 'track') return item.album ? href('album', { id: item.album.id }) : '/search';
  if (item.type === 'artist') return href('artist', { id: item.id });
  if (item.type === 'playlist') return href('playlist', { id: item.id });
  return href('album', { id: item.id });
}
