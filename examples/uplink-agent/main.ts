/**
 * A thin agent: it dials out to a node, offers a tool, calls it through the mesh, and goes.
 *
 *     TOWLINE_URL=http://127.0.0.1:7433 TOWLINE_TOKEN=$(towline token create --agent thin) node examples/uplink-agent/main.ts
 */
import assert from 'node:assert/strict';
import { Uplink } from './uplink.ts';

const { TOWLINE_URL: url = 'http://127.0.0.1:7433', TOWLINE_TOKEN: token = '' } = process.env;

const uplink = new Uplink({
  url,
  token,
  identity: { agent: 'thin', software: 'uplink-agent/1' },
  tools: { shout: (text) => (JSON.parse(text) as { words: string }).words.toUpperCase() },
});
const { upstream } = await uplink.attached;
console.log(`attached; my tools are those of ${upstream}`);

const list = await uplink.ask({ case: 'mcpRequest', value: { method: 'tools/list' } });
assert(list.case === 'mcpAnswer');
const { tools } = JSON.parse(list.value.resultJson) as { tools: { name: string }[] };
const name = `self/${upstream}/shout`;
assert(tools.some((tool) => tool.name === name));

const params = { name, arguments: { words: 'hello, mesh' } };
const value = { method: 'tools/call', paramsJson: JSON.stringify(params), timeoutMs: 10_000 };
const answer = await uplink.ask({ case: 'mcpRequest', value });
assert(answer.case === 'mcpAnswer');
assert.deepEqual(JSON.parse(answer.value.resultJson), { content: [{ type: 'text', text: 'HELLO, MESH' }] });

await uplink.close();
console.log('called it through the mesh; done');
