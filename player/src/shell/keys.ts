/** The keyboard: what each key does, once, for the listener and for the sheet that explains it. */
import { act, player, positionNow } from '../player/player.svelte';
import { router } from './router.svelte';
import { toggleSaved, ui, type Panel } from './session.svelte';
import { keep } from '../player/ids';

export const SHORTCUTS: readonly { keys: string; does: string }[] = [
  { keys: 'Space', does: 'Play or pause' }, { keys: 'Shift ← →', does: 'Back or forward 10 s' }, { keys: 'Ctrl ← →', does: 'Previous or next song' },
  { keys: 'Shift ↑ ↓', does: 'Louder or quieter' }, { keys: 'M', does: 'Mute' }, { keys: 'L', does: 'Like what is playing' }, { keys: 'S', does: 'Shuffle' }, { keys: 'R', does: 'Repeat' },
  { keys: 'Q', does: 'Queue' }, { keys: 'Y', does: 'Lyrics' }, { keys: '/ or Ctrl K', does: 'Search' }, { keys: 'G then H, S, L', does: 'Go to Home, Search, Library' },
  { keys: '↑ ↓ Enter', does: 'Move in a list, play' }, { keys: 'Shift F10', does: 'Menu of a song' }, { keys: 'Ctrl Z', does: 'Undo, while the message shows' }, { keys: '?', does: 'This sheet' },
];

export function show(panel: Panel): void { ui.panel = ui.panel === panel ? null : panel; keep('panel', ui.panel); }
export function find(): void {
  const box = document.querySelector<HTMLInputElement>('[data-testid=search-box]');
  if (box) { box.focus(); box.select(); return; }
  router.go('/search');
  setTimeout(() => document.querySelector<HTMLInputElement>('[data-testid=search-box]')?.focus(), 60);
}

let going = 0;
export function onKey(event: KeyboardEvent): void {
  const target = event.target as HTMLElement;
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.isContentEditable;
  const control = event.ctrlKey || event.metaKey;
  if (control && event.key.toLowerCase() === 'k') { event.preventDefault(); find(); return; }
  if (typing || event.altKey || document.querySelector('dialog[open]')) return;
  if (control) {
    if (event.key === 'ArrowRight') { event.preventDefault(); act.next(); } else if (event.key === 'ArrowLeft') { event.preventDefault(); act.previous(); }
    else if (event.key.toLowerCase() === 'z') { const last = ui.toasts.findLast((t) => t.undo && t.kind === 'note'); if (last) { event.preventDefault(); ui.toasts = ui.toasts.filter((t) => t !== last); void last.undo?.(); } }
    return;
  }
  if (event.key === ' ') { if (/^(BUTTON|A|SUMMARY)$/.test(target.tagName)) return; event.preventDefault(); act.toggle(); return; }
  if (event.key === 'Escape' && ui.sheet) { ui.sheet = false; return; }
  if (event.shiftKey && event.key.startsWith('Arrow')) {
    event.preventDefault();
    if (event.key === 'ArrowRight') act.seek(positionNow() + 10);
    else if (event.key === 'ArrowLeft') act.seek(positionNow() - 10);
    else act.volume(player.volume + (event.key === 'ArrowUp' ? 0.05 : -0.05));
    return;
  }
  if (event.key === '?') { ui.shortcuts = true; return; }
  if (!ui.letters && event.key !== '/') return;
  const letter = event.key.toLowerCase();
  if (Date.now() - going < 1200) {
    const to = ({ h: '/', s: '/search', l: '/library' } as Record<string, string>)[letter];
    going = 0;
    if (to) { router.go(to); return; }
  }
  const now = player.queue.now;
  const run = ({
    '/': () => { event.preventDefault(); find(); }, g: () => { going = Date.now(); }, m: () => act.mute(), s: () => act.shuffle(), r: () => act.repeat(),
    l: () => { if (now) void toggleSaved(now.track); }, q: () => show('queue'), y: () => show('lyrics'),
  } as Record<string, () => void>)[letter];
  run?.();
}
