import { describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { commands } from '../../src/cli/commands.ts';
import { towline } from './capture.ts';
import { tempHome } from './temp-home.ts';

describe('the command line', () => {
  it('lists every command in its help, with the exit codes', async () => {
    const { code, out } = await towline(['--help']);
    expect(code).toBe(0);
    const line = out.replace(/\n {18}/g, ' ');
    for (const { name, summary } of commands) expect(line).toMatch(new RegExp(`^  ${name} +${summary}$`, 'm'));
    expect(out).toContain('no node runs for this home');
  });

  it('says its version', async () => {
    const { code, out } = await towline(['--version']);
    expect([code, out.trim()]).toEqual([0, manifest.version]);
  });

  it('ends with 2 and a suggestion for an unknown option', async () => {
    const { code, err } = await towline(['peers', '--wach']);
    expect(code).toBe(2);
    expect(err).toContain('--watch');
    expect(err).toContain('reason: USAGE');
  });

  it('ends with 2 and a suggestion for an unknown command', async () => {
    const { code, err } = await towline(['peerz']);
    expect(code).toBe(2);
    expect(err).toContain('peers');
  });

  it('ends with 2 when a command is missing', async () => {
    expect((await towline([])).code).toBe(2);
  });

  it('writes errors as one JSON object under --json', async () => {
    const { code, out, err } = await towline(['peers', '--wach', '--json']);
    expect([code, out]).toEqual([2, '']);
    expect(JSON.parse(err)).toMatchObject({ error: { reason: 'USAGE', exitCode: 2 } });
  });

  it('ends with 3 and the command that helps when no node runs', async () => {
    await using home = await tempHome();
    const { code, err } = await towline(['--home', home.path, 'peers']);
    expect(code).toBe(3);
    expect(err).toContain(`no node runs for the home ${home.path}`);
    expect(err).toContain('towline up');
  });

  it('takes the home from the environment, and from the option first', async () => {
    await using home = await tempHome();
    const { err } = await towline(['status'], { TOWLINE_HOME: home.path });
    expect(err).toContain(home.path);
    const other = await towline(['status', '--home', `${home.path}/other`], { TOWLINE_HOME: home.path });
    expect(other.err).toContain(`${home.path}/other`);
  });
});

describe.each(commands.map(({ name }) => name))('towline %s', (name) => {
  it('has help with an example of itself', async () => {
    const { code, out } = await towline([name, '--help']);
    expect(code).toBe(0);
    const examples = out.slice(out.indexOf('Examples:'));
    expect(examples).toMatch(new RegExp(`^ +(?:.*\\| )?towline (?:--home \\S+ )?${name}`, 'm'));
    expect(out).toContain('--json');
  });

  it('has the same help through `towline help`', async () => {
    expect((await towline(['help', name])).out).toBe((await towline([name, '--help'])).out);
  });
});
