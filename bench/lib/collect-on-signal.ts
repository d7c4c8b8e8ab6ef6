/**
 * `node --expose-gc --import` of this: on SIGUSR2 the process frees what its collector would free, and what V8 holds in
 * reserve, so that what is weighed then is what it needs.
 */
process.on('SIGUSR2', () => {
  for (let round = 0; round < 3; round++) globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
});
