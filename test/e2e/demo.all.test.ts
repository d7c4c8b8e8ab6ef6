/** The demo, as a person runs it: each of its steps verifies what it shows. */
import { expect, it } from 'vitest';
import { towline } from '../fixtures/mesh.ts';

interface DemoJson {
  readonly steps: readonly { title: string }[];
  readonly figures: readonly { name: string; value: number }[];
}

it('the demo ends well, with all of its steps and figures', { timeout: 240_000 }, async () => {
  const { code, stdout, stderr } = await towline(['demo', '--json']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const { steps, figures } = JSON.parse(stdout) as DemoJson;
  expect(steps.map(({ title }) => title)).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^Three nodes start/),
      expect.stringMatching(/^A channel/),
      expect.stringMatching(/^A call that wants a yes/),
      expect.stringMatching(/^An agent without a node attaches/),
      expect.stringMatching(/^A mail for a node that is away/),
    ]),
  );
  for (const { name, value } of figures) expect(value, name).toBeGreaterThan(0);
});
