import { openMemoryStore } from '../../src/store/memory/store.ts';
import { describeStore } from '../compliance/store.ts';

describeStore('the memory store', { open: () => Promise.resolve(openMemoryStore()) });
