/** Reads something when its key changes: data, error, and a way to try again. Late answers of an old key are dropped. */
export interface Resource<V> { readonly data: V | null; readonly error: unknown; set: (value: V) => void; again: () => void }
export function resource<V>(key: () => string, load: (key: string) => Promise<V>): Resource<V> {
  let data = $state.raw<V | null>(null);
  let error = $state.raw<unknown>(null);
  let round = $state(0);
  $effect(() => {
    const wanted = key();
    void round;
    let alive = true;
    error = null;
    load(wanted).then((value) => { if (alive) data = value; }, (fault: unknown) => { if (alive) error = fault; });
    return () => { alive = false; };
  });
  return { get data() { return data; }, get error() { return error; }, set: (value) => { data = value; }, again: () => { round++; } };
}
