// Who may import whom. The tables below are the rule; change them only together with docs/ARCHITECTURE.md.
import { describe, expect, it } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { COMPUTED, type Import, importsBelow, importsOf, packageOf, targetOf } from './support/imports.ts';

/** The arrows of the diagram. A layer may import itself and whatever its arrows lead to; `gen` is open to all. */
const ARROWS: Record<string, readonly string[]> = {
  cli: ['node'],
  index: ['node'], // src/index.ts, the door for programs
  node: ['services', 'gateway', 'legacy'],
  services: ['rpc', 'store'],
  gateway: ['rpc'],
  legacy: ['rpc'],
  rpc: ['link'],
  link: ['trust'],
  trust: ['base'],
  store: ['base'],
  base: [],
};

/** Layers whose folders know nothing of each other: they meet through generated clients, and node/ composes them. */
const APART = ['services', 'gateway', 'legacy'];

/** Packages that are part of the language here. `towline` is this package's own manifest. */
const EVERYWHERE = ['@bufbuild/protobuf', '@connectrpc/connect', '@connectrpc/connect-node', 'towline'];

/** The one place in src that knows a package, as a path prefix: replacing the package touches nothing else. */
const OWNERS: Record<string, string> = {
  '@bufbuild/cel': 'services/policy',
  '@bufbuild/protovalidate': 'rpc',
  '@hpke/core': 'trust',
  '@modelcontextprotocol/client': 'cli',
  '@noble/ed25519': 'trust',
  '@peculiar/x509': 'trust',
  commander: 'cli',
  'cross-spawn': 'gateway/mcp',
  'eventsource-parser': 'gateway/mcp',
  'multicast-dns': 'node/discovery',
  'reflect-metadata': 'trust',
  ws: 'link/carrier',
  yaml: 'node/config',
};

/** Places beside the owner that may import a package, each with its reason. */
const EXCEPTIONS: readonly { package: string; place: string; reason: string }[] = [
  {
    package: '@bufbuild/protovalidate',
    place: 'node/config',
    reason: 'the configuration file is checked by its rules',
  },
  {
    package: 'ws',
    place: 'legacy',
    reason: 'older protocols are spoken over WebSockets too',
  },
];

/** Says why an import is not allowed, or nothing when it is. */
function breach(found: Import): string | undefined {
  if (found.specifier === COMPUTED) return 'an import by a computed name hides what it depends on: write the name';
  if (found.specifier.startsWith('node:')) return undefined;
  const target = targetOf(found);
  if (!found.file.startsWith('src/')) return outsideBreach(found, target);
  return target === undefined ? packageBreach(found) : layerBreach(found.file, target);
}

function layerBreach(file: string, target: string): string | undefined {
  if (target.startsWith('gen/')) return undefined;
  if (!target.startsWith('src/')) return 'src imports only src and gen: what is outside is not published';
  const [from, to] = [layerOf(file), layerOf(target)];
  for (const layer of [from, to]) {
    if (!(layer in ARROWS)) return `src/${layer} has no place in the table of layers`;
  }
  if (from === to) return folderBreach(from, file, target);
  if (reach(from).has(to)) return undefined;
  if (APART.includes(from) && APART.includes(to)) return `${from} and ${to} are siblings: use a generated client`;
  return `${from} may import ${[...reach(from), 'gen'].join(', ')}; ${to} is not below it`;
}

function folderBreach(layer: string, file: string, target: string): string | undefined {
  if (!APART.includes(layer)) return undefined;
  const [from, to] = [folderOf(file), folderOf(target)];
  if (to === undefined || from === to) return undefined; // what stands directly in the layer is shared by its folders
  return from === undefined
    ? `what ${layer}/ shares must not know one of its folders (${to}): node/ composes them`
    : `${layer}/${from} and ${layer}/${to} are siblings: use a generated client`;
}

function packageBreach({ file, specifier }: Import): string | undefined {
  const name = packageOf(specifier);
  if (EVERYWHERE.includes(name)) return undefined;
  const owner = OWNERS[name];
  if (owner === undefined)
    return `${name} has no owner: add it to the table and to docs/DEPENDENCIES.md, or do without`;
  const exceptions = EXCEPTIONS.filter((exception) => exception.package === name).map(({ place }) => place);
  return [owner, ...exceptions].some((place) => isIn(file, place)) ? undefined : `${name} belongs to src/${owner}`;
}

/** web/, clients/ and examples/ stand where any outside client stands: the schema is all that they see. */
function outsideBreach({ file }: Import, target: string | undefined): string | undefined {
  const folder = file
    .split('/')
    .slice(0, file.startsWith('clients/') ? 2 : 1)
    .join('/');
  if (target === undefined || target.startsWith('gen/') || target.startsWith(`${folder}/`)) return undefined;
  return `${folder} sees only gen`;
}

/** All layers that the arrows lead to. */
function reach(layer: string): Set<string> {
  const next = ARROWS[layer] ?? [];
  return new Set([...next, ...next.flatMap((below) => [...reach(below)])]);
}

function layerOf(path: string): string {
  return path.split('/')[1]?.replace(/\.ts$/, '') ?? '';
}

function folderOf(path: string): string | undefined {
  const parts = path.split('/');
  return parts.length > 3 ? parts[2] : undefined;
}

/** Whether a file is the place (`node/config.ts`), beside it (`node/config-file.ts`) or in it (`node/config/load.ts`). */
function isIn(file: string, place: string): boolean {
  const rest = file.startsWith(`src/${place}`) ? file.slice(`src/${place}`.length) : undefined;
  return rest !== undefined && /^[./-]/.test(rest);
}

function breaches(imports: readonly Import[]): string[] {
  return imports.flatMap((found) => {
    const reason = breach(found);
    return reason === undefined ? [] : [`${found.file} imports ${found.specifier}: ${reason}`];
  });
}

describe('the layers', () => {
  it.each(['src', 'web', 'clients', 'examples'])('%s imports only what the tables allow', async (folder) => {
    expect(breaches(await importsBelow(folder))).toEqual([]);
  });

  it('name only packages that package.json has', () => {
    const known = { ...manifest.dependencies, ...manifest.devDependencies, towline: '' };
    const named = [...EVERYWHERE, ...Object.keys(OWNERS), ...EXCEPTIONS.map((exception) => exception.package)];
    expect(named.filter((name) => !(name in known))).toEqual([]);
    expect(Object.keys(manifest.dependencies).filter((name) => !named.includes(name))).toEqual([]);
  });
});

describe('the check of the layers', () => {
  it.each([
    ['src/base/queue.ts', '../link/mux.ts', 'base may import gen; link is not below it'],
    ['src/store/sqlite/log.ts', '../../rpc/server.ts', 'store may import base, gen; rpc is not below it'],
    ['src/rpc/server.ts', '../store/store.ts', 'rpc may import link, trust, base, gen; store is not below it'],
    ['src/node/node.ts', '../cli/main.ts', 'cli is not below it'],
    ['src/services/tool/call.ts', '../../gateway/mcp/server.ts', 'services and gateway are siblings'],
    ['src/legacy/huskies/map.ts', '../../services/tool/call.ts', 'legacy and services are siblings'],
    ['src/services/tool/call.ts', '../join/redeem.ts', 'services/tool and services/join are siblings'],
    ['src/legacy/huskies/map.ts', '../claudemesh/wire.ts', 'legacy/huskies and legacy/claudemesh are siblings'],
    ['src/services/page.ts', './tool/call.ts', 'what services/ shares must not know one of its folders (tool)'],
    ['src/base/ids.ts', '../extra/x.ts', 'src/extra has no place in the table'],
    ['src/base/ids.ts', '../../test/support/imports.ts', 'src imports only src and gen'],
    ['src/link/hello.ts', '@noble/ed25519', '@noble/ed25519 belongs to src/trust'],
    ['src/node/confine.ts', 'yaml', 'yaml belongs to src/node/config'],
    ['src/services/tool/call.ts', '@bufbuild/protovalidate', '@bufbuild/protovalidate belongs to src/rpc'],
    ['src/base/ids.ts', 'left-pad/lib', 'left-pad has no owner'],
    ['src/base/ids.ts', COMPUTED, 'computed name'],
    ['web/app.ts', '../src/base/ids.ts', 'web sees only gen'],
    ['examples/mailbox/main.ts', '../../src/base/ids.ts', 'examples sees only gen'],
    ['clients/browser/app.ts', '../go/x.ts', 'clients/browser sees only gen'],
  ])('%s must not import %s', (file, specifier, reason) => {
    expect(breach({ file, specifier })).toContain(reason);
  });

  it.each([
    ['src/cli/main.ts', '../gateway/mcp/server.ts'],
    ['src/node/node.ts', '../store/store.ts'],
    ['src/node/config.ts', 'yaml'],
    ['src/node/config/load.ts', '@bufbuild/protovalidate'],
    ['src/services/tool/call.ts', '../page.ts'],
    ['src/base/ids.ts', '../../gen/towline/v1/frame_pb.ts'],
    ['src/base/ids.ts', '@bufbuild/protobuf/wkt'],
    ['src/base/ids.ts', 'node:crypto'],
    ['src/trust/certificate.ts', 'reflect-metadata'],
    ['web/app.ts', '../gen/towline/v1/node_pb.ts'],
  ])('%s may import %s', (file, specifier) => {
    expect(breach({ file, specifier })).toBeUndefined();
  });

  it('reads imports of every form, and no comments', () => {
    const text = [
      "import 'a';",
      "import type { B } from 'b';",
      'import {',
      '  c,',
      "} from 'c';",
      "export * from 'd';",
      "const e = await import('e');",
      'const f = await import(name);',
      "// import 'not';",
      " * import { not } from 'not';",
      "const text = 'all from here';",
    ].join('\n');
    const found = importsOf('src/x.ts', text).map(({ specifier }) => specifier);
    expect(found.sort()).toEqual([COMPUTED, 'a', 'b', 'c', 'd', 'e']);
  });
});
