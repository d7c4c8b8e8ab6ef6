// Appends at full speed, and says what was accepted, until it is killed: appender.ts <file> <life>.
import { writeSync } from 'node:fs';
import { openSqliteStore } from '../../src/store/sqlite/store.ts';

const IN_FLIGHT = 64;
const [path = '', life = ''] = process.argv.slice(2);
const store = openSqliteStore(path);
const logs = [store.log('left'), store.log('right')];

for (let n = 0; ; n += IN_FLIGHT) {
  const entries = Array.from({ length: IN_FLIGHT }, async (_, k) => {
    const text = `${life}:${n + k}`;
    const cursor = await logs[(n + k) % 2]?.append(Buffer.from(text.padEnd(200)));
    return `${(n + k) % 2} ${cursor} ${text}\n`;
  });
  writeSync(1, (await Promise.all(entries)).join(''));
}
