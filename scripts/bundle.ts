// Puts the emitted command and its libraries into a few files: reading a hundred small ones took half of the time of a
// short command, and 15 MB of a node's memory. Writes dist/bundle, and the licences of what went into it.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { join, sep } from 'node:path';
import { rolldown } from 'rolldown';

const root = join(import.meta.dirname, '..');
const out = join(root, 'dist', 'bundle');

/**
 * An `import` of node:http reads all its exports, three of which (WebSocket and its events) load the whole of Node's fetch.
 * So what is imported of it is taken from the module itself, without those three: 2.5 MB less of an idle node.
 */
const slim = 'slim:http';
const slimHttp = {
  name: 'slim-http',
  resolveId: (id: string) => (/^(node:)?http$/.test(id) ? slim : null),
  load(id: string) {
    if (id !== slim) return null;
    const { CloseEvent: _c, MessageEvent: _m, WebSocket: _w, ...rest } = Object.getOwnPropertyDescriptors(http);
    const names = Object.keys(rest).join(', ');
    return `const http = process.getBuiltinModule('node:http');\nexport default http;\nexport const { ${names} } = http;\n`;
  },
};

const bundle = await rolldown({
  input: { main: join(root, 'dist', 'src', 'cli', 'main.js') },
  platform: 'node',
  plugins: [slimHttp],
  // The demo's client is not ours to ship; the package's own description is read where it lies.
  external: [/^node:(?!http$)/, /^@modelcontextprotocol\//, 'towline/package.json'],
});
const { output } = await bundle.write({ dir: out, chunkFileNames: '[name]-[hash].js' });
await bundle.close();

const modules = output.flatMap((part) => (part.type === 'chunk' ? part.moduleIds : []));
const packages = new Set(modules.flatMap((id) => packageOf(id) ?? []));
const texts = await Promise.all([...packages].sort().map(licenceOf));
await writeFile(join(out, 'LICENSES.txt'), texts.join('\n\n'));

/** The folder of the package that a module belongs to; nothing for our own. */
function packageOf(id: string): string | undefined {
  const marker = `${sep}node_modules${sep}`;
  const at = id.lastIndexOf(marker);
  if (at < 0) return undefined;
  const parts = id.slice(at + marker.length).split(sep);
  return id.slice(0, at + marker.length) + parts.slice(0, id[at + marker.length] === '@' ? 2 : 1).join(sep);
}

async function licenceOf(folder: string): Promise<string> {
  const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Record<
    string,
    string
  >;
  const files = (await readdir(folder)).filter((file) => /^(licen[cs]e|notice)/i.test(file));
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  return [`${name} ${version} (${license})`, ...texts].join('\n\n');
}
