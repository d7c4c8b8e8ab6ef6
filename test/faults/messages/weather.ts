import { Storm, type StormOptions } from './storm.ts';

/** A storm from its beginning to its end, with a word on what happened. */
export async function weather(options: StormOptions): Promise<void> {
  await using storm = await Storm.start();
  try {
    await storm.run(options);
  } finally {
    console.log(storm.report());
  }
}
