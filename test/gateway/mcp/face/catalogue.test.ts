import { setTimeout as sleep } from 'node:timers/promises';
import { Code, ConnectError } from '@connectrpc/connect';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { silentLog } from '../../../../src/base/log.ts';
import { Catalogue } from '../../../../src/gateway/mcp/face/catalogue.ts';
import { exposedName, type ToolAddress } from '../../../../src/gateway/mcp/face/names.ts';
import { definition, FakeMesh, toolSet } from './fake-mesh.ts';

const open: Catalogue[] = [];

async function catalogueOf(mesh: FakeMesh, naming: (address: ToolAddress) => string = exposedName): Promise<Catalogue> {
  const catalogue = new Catalogue(mesh.clients.tools, naming, silentLog);
  open.push(catalogue);
  await catalogue.ready;
  return catalogue;
}

afterEach(() => {
  for (const catalogue of open.splice(0)) catalogue.close();
});

describe('Catalogue', () => {
  it('lists this node first, then its peers by alias, each in its own order', async () => {
    const mesh = new FakeMesh()
      .offer(toolSet('zoe', 'up', definition('b'), definition('a')))
      .offer(toolSet('self', 'up', definition('c')))
      .offer(toolSet('adam', 'up', definition('d')));
    const catalogue = await catalogueOf(mesh);
    expect([...catalogue.tools.keys()]).toEqual(['up__c', 'adam__up__d', 'zoe__up__b', 'zoe__up__a']);
  });

  it('changes nothing of a definition but its name', async () => {
    const text =
      '{ "title":"\\u00e9", "name" : "t", "inputSchema":{"type":"object","x":12345678901234567890},"y":1e400 }';
    const catalogue = await catalogueOf(new FakeMesh().offer(toolSet('self', 'up', text)));
    expect(catalogue.tools.get('up__t')?.definition).toBe(
      '{"title":"\\u00e9","name":"up__t","inputSchema":{"type":"object","x":12345678901234567890},"y":1e400}',
    );
  });

  it('leaves out a definition that would make clients refuse the whole list', async () => {
    const bad = ['{"name":"a"}', '{"name":"b","inputSchema":{"type":"string"}}', definition('c', ',"description":7')];
    const catalogue = await catalogueOf(new FakeMesh().offer(toolSet('self', 'up', ...bad, definition('good'))));
    expect([...catalogue.tools.keys()]).toEqual(['up__good']);
  });

  it('tells of a change once, and only if the list has really changed', async () => {
    const mesh = new FakeMesh().offer(toolSet('self', 'up', definition('a')));
    const catalogue = await catalogueOf(mesh);
    const changed = vi.fn();
    catalogue.onChange(changed);
    mesh.offer(toolSet('self', 'up', definition('a')));
    await sleep(120);
    expect(changed).toHaveBeenCalledTimes(0);
    mesh.offer(toolSet('work', 'up', definition('b'))).offer(toolSet('work', 'up', definition('b'), definition('c')));
    await sleep(120);
    expect(changed).toHaveBeenCalledTimes(1);
    mesh.remove('work');
    await vi.waitFor(() => expect(changed).toHaveBeenCalledTimes(2));
  });

  it('watches again after a watch has ended, and forgets nodes that are gone', async () => {
    const mesh = new FakeMesh()
      .offer(toolSet('self', 'up', definition('a')))
      .offer(toolSet('work', 'up', definition('b')));
    const catalogue = await catalogueOf(mesh);
    mesh.cut(new ConnectError('stopped', Code.Unavailable));
    expect(catalogue.tools.size).toBe(2);
    mesh.remove('work');
    await vi.waitFor(() => expect([...catalogue.tools.keys()]).toEqual(['up__a']), 3_000);
  });

  it('keeps the first of two tools that a naming calls the same', async () => {
    const mesh = new FakeMesh()
      .offer(toolSet('self', 'up', definition('a')))
      .offer(toolSet('work', 'up', definition('a')));
    const catalogue = await catalogueOf(mesh, ({ name }) => name);
    expect([...catalogue.tools.values()].map(({ address }) => address.node)).toEqual(['self']);
  });

  it('ends its watch when it is closed', async () => {
    const mesh = new FakeMesh();
    const catalogue = await catalogueOf(mesh);
    catalogue.close();
    await vi.waitFor(() => expect(mesh.watchCount).toBe(0));
  });
});
