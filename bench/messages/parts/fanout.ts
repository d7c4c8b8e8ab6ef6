/** One sender and a hundred subscribers over a hundred links; a `ws` broadcast of the same JSON with TLS; NATS. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { alternate, ratio } from '../../lib/alternate.ts';
import { type Figure, median } from '../../lib/figures.ts';
import { startWorker, type Worker } from '../../lib/worker.ts';
import { freeAddress } from '../../link/slim.ts';
import { HubPair } from '../hub-pair.ts';

const ROUNDS = 3;
const SUBSCRIBERS = 100;
/** Messages that every subscriber gets in a round. */
const LOAD = { count: 1_000, inFlight: 256, bytes: 200 };
/** A thousand of SLIM's, 256 in flight, did not all come within two minutes. */
const SLIM_LOAD = { count: 200, inFlight: 32, bytes: 200 };
const SLIM_MS = 60_000;

type Measure = () => Promise<number>;

export async function fanout(scratch: string, note: (text: string) => void): Promise<Figure[]> {
  note(`fanout: ${ROUNDS} rounds of ${LOAD.count} messages to ${SUBSCRIBERS} subscribers`);
  await using stack = new AsyncDisposableStack();
  const pair = stack.use(await HubPair.start(scratch));
  const homes = [join(scratch, 'hub'), join(scratch, 'peer')] as const;
  const rival = (own: string, peer: string) =>
    stack.use(startWorker(join(import.meta.dirname, '..', 'rivals.ts'), own, peer));
  const rivals = () => [rival(homes[0], homes[1]), rival(homes[1], homes[0]), rival(homes[1], homes[0])] as const;
  const measures = { own: await own(pair), ws: await webSocket(...rivals()) };
  await alternate(1, measures); // to warm up
  const found = await alternate(ROUNDS, measures);
  return [
    { name: 'fanout_deliveries_per_second', value: median(found.own), unit: '/s', better: 'higher' },
    { name: 'ws_broadcast_deliveries_per_second', value: median(found.ws), unit: '/s', better: 'higher' },
    { name: 'fanout_against_ws', value: ratio(found.own, found.ws), unit: '×', target: 1.2, better: 'higher' },
    await nats(...rivals()),
    ...(await slim(median(found.own))),
  ];
}

async function own(pair: HubPair): Promise<Measure> {
  const sender = await pair.peers(1);
  await sender.ask('found');
  const readers = await pair.peers(SUBSCRIBERS);
  return async () => {
    await readers.ask('subscribe', { count: LOAD.count });
    const read = readers.ask<number>('readAll');
    const started = await sender.ask<number>('sendAll', LOAD);
    return perSecond(started, await read);
  };
}

async function webSocket(server: Worker, sender: Worker, readers: Worker): Promise<Measure> {
  const address = await server.ask<string>('webSocketServe');
  await sender.ask('webSocketDial', { address, count: 1 });
  await readers.ask('webSocketDial', { address, count: SUBSCRIBERS });
  return async () => {
    const read = readers.ask<number>('webSocketRead', LOAD);
    const started = await sender.ask<number>('webSocketSend', LOAD);
    return perSecond(started, await read);
  };
}

async function nats(broker: Worker, sender: Worker, readers: Worker): Promise<Figure> {
  const about = { name: 'nats_deliveries_per_second', unit: '/s', better: 'higher' } as const;
  try {
    const address = await broker.ask<string>('natsServe');
    await sender.ask('natsDial', { address, count: 1 });
    await readers.ask('natsDial', { address, count: SUBSCRIBERS });
    const measure = async () => {
      await readers.ask('natsSubscribe', LOAD);
      const read = readers.ask<number>('natsRead');
      const started = await sender.ask<number>('natsSend', LOAD);
      return perSecond(started, await read);
    };
    await alternate(1, { nats: measure });
    const found = await alternate(ROUNDS, { nats: measure });
    await Promise.all([sender.ask('close'), readers.ask('close')]);
    return { ...about, value: median(found.nats) };
  } catch (error) {
    return { ...about, value: null, reason: (error as Error).message };
  }
}

/** A reliable group session: each message is acknowledged by each reader. */
async function slim(ownRate: number): Promise<Figure[]> {
  const rate = { name: 'slim_deliveries_per_second', unit: '/s', better: 'higher' } as const;
  const against = { name: 'fanout_against_slim', unit: '×', target: 5, better: 'higher' } as const;
  try {
    await using stack = new AsyncDisposableStack();
    const address = await freeAddress();
    const start = (script: string) => stack.use(startWorker(join(import.meta.dirname, '..', '..', script), address));
    await start('link/slim-node.ts').ask('start');
    const [readers, sender] = [start('messages/slim-group.ts'), start('messages/slim-group.ts')];
    await readers.ask('listen', { readers: SUBSCRIBERS, ...SLIM_LOAD });
    await inTime(sender.ask('gather', { readers: SUBSCRIBERS }));
    const read = readers.ask<number>('readAll');
    const started = await inTime(sender.ask<number>('send', SLIM_LOAD));
    const value = perSecond(started, await inTime(read), SLIM_LOAD.count);
    return [
      { ...rate, value },
      { ...against, value: ownRate / value },
    ];
  } catch (error) {
    const { message: reason } = error as Error;
    return [
      { ...rate, value: null, reason },
      { ...against, value: null, reason },
    ];
  }
}

function inTime<T>(answer: Promise<T>): Promise<T> {
  const late = sleep(SLIM_MS, undefined, { ref: false }).then(() =>
    Promise.reject(new Error(`no answer within ${SLIM_MS / 1_000} s`)),
  );
  return Promise.race([answer, late]);
}

function perSecond(startedMs: number, endedMs: number, count = LOAD.count): number {
  return (count * SUBSCRIBERS) / ((endedMs - startedMs) / 1_000);
}
