export function clock(seconds: number): string {
  const s = Math.max(0, Math.floor(Number.isFinite(seconds) ? seconds : 0));
  const tail = `${String(Math.floor((s % 3600) / 60)).padStart(s >= 3600 ? 2 : 1, '0')}:${String(s % 60).padStart(2, '0')}`;
  return s >= 3600 ? `${String(Math.floor(s / 3600))}:${tail}` : tail;
}
export function spoken(seconds: number): string {
  const s = Math.floor(seconds);
  return `${String(Math.floor(s / 60))} min ${String(s % 60)} s`;
}
export function totalOf(ms: number): string {
  const minutes = Math.round(ms / 60000);
  return minutes < 60 ? `${String(Math.max(1, minutes))} min` : `${String(Math.floor(minutes / 60))} h ${String(minutes % 60)} min`;
}
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString()} ${n === 1 ? one : many}`;
}
export function yearOf(album: { release_date?: string; bandstand?: { year?: number | null } } | undefined): string {
  const year = album?.bandstand?.year ?? Number((album?.release_date ?? '').slice(0, 4));
  return year && Number.isFinite(year) ? String(year) : '';
}
export function names(artists: { name: string }[] | undefined): string {
  return (artists ?? []).map((a) => a.name).join(', ');
}
export function when(iso: string | null | undefined): string {
  if (!iso) return '';
  const date = new Date(iso);
  const minutes = Math.round((Date.now() - date.getTime()) / 60000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${String(minutes)} min ago`;
  const time = date.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' });
  if (date.toDateString() === new Date().toDateString()) return `today, ${time}`;
  return `${date.toLocaleDateString(undefined, { day: 'numeric', month: 'short' })}, ${time}`;
}
export function kindOf(type: string): string {
  return ({ album: 'Album', single: 'Single', ep: 'EP', compilation: 'Compilation' } as Record<string, string>)[type] ?? 'Album';
}
