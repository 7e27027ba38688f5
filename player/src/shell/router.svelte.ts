import { match, type Route } from './routes';

const state = $state<{ route: Route }>({ route: match(new URL(location.href)) });
const places = new Map<string, number>();
let entry = (history.state as { entry?: string } | null)?.entry ?? 'first';

function main(): HTMLElement | null { return document.getElementById('page'); }

function apply(): void {
  state.route = match(new URL(location.href));
}

export const router = {
  get route(): Route { return state.route; },
  go(to: string, { replace = false } = {}): void {
    if (to === location.pathname + location.search + location.hash) return;
    places.set(entry, main()?.scrollTop ?? 0);
    entry = Math.random().toString(36).slice(2);
    history[replace ? 'replaceState' : 'pushState']({ entry }, '', to);
    apply();
    if (!replace) { main()?.scrollTo(0, 0); queueMicrotask(() => document.getElementById('page')?.focus({ preventScroll: true })); }
  },
  /** How far down the page stood when it was left, for going back. */
  remembered(): number { return places.get(entry) ?? 0; },
};

addEventListener('popstate', (event) => {
  places.set(entry, main()?.scrollTop ?? 0);
  entry = (event.state as { entry?: string } | null)?.entry ?? 'first';
  apply();
  const to = places.get(entry) ?? 0;
  let tries = 0;
  const restore = () => { main()?.scrollTo(0, to); if (tries++ < 20 && Math.abs((main()?.scrollTop ?? to) - to) > 4) setTimeout(restore, 50); };
  setTimeout(restore, 0);
});
addEventListener('hashchange', apply);

/** Ordinary links are the navigation: one listener turns clicks on them into route changes. */
document.addEventListener('click', (event) => {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = (event.target as Element).closest('a');
  if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin || link.pathname.startsWith('/api/')) return;
  if (link.hash && link.pathname === location.pathname) return;
  event.preventDefault();
  router.go(link.pathname + link.search + link.hash);
});
