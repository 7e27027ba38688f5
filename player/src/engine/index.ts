export { Engine, type Entry, type Hooks, type Opened, type Source } from './engine';
export { type Quality, Throughput, choose } from './choice';
export { MediaFault } from './fetching';
export { gainOf, type Normalisation } from './gain';
export type { Manifest, Rendition, Loudness } from './manifest';
