/** A node's tools behind its port, with policy and audit or without: `node server.ts on|off HOME`. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { ConfigSchema } from '../../gen/towline/v1/config_pb.ts';
import { PolicyConfigSchema } from '../../gen/towline/v1/policy_pb.ts';
import { ToolService } from '../../gen/towline/v1/tool_service_pb.ts';
import { silentLog } from '../../src/base/log.ts';
import { Redactor } from '../../src/base/redact.ts';
import { acceptedTls } from '../../src/link/carrier/tls.ts';
import { acceptLink } from '../../src/link/open.ts';
import { openAudit } from '../../src/node/audit/open.ts';
import { defaultConnectionLimits } from '../../src/node/listener/limits.ts';
import { createListener } from '../../src/node/listener/listener.ts';
import { recordedBy } from '../../src/node/policy/record.ts';
import { Upstreams } from '../../src/node/upstreams.ts';
import { serveLink } from '../../src/rpc/link-server.ts';
import type { PolicyGate } from '../../src/rpc/policy.ts';
import type { Principal } from '../../src/rpc/principal.ts';
import { ServiceRegistry } from '../../src/rpc/registry.ts';
import { compilePolicy } from '../../src/services/policy/compile.ts';
import { Policy } from '../../src/services/policy/policy.ts';
import { ToolDirectory } from '../../src/services/tool/service.ts';
import { openSqliteStore } from '../../src/store/sqlite/store.ts';
import { nodeIdOfCertificate } from '../../src/trust/certificate.ts';
import { loadIdentity } from '../../src/trust/identity.ts';
import { serveQuestions } from '../lib/worker.ts';
import { ruleOf } from './decisions.ts';

const [mode = '', home = ''] = process.argv.slice(2);
const isOn = mode === 'on';
const identity = await loadIdentity(home);
const tls = await identity.tls();
const instanceId = new Uint8Array(randomBytes(16));
const upstream = join(import.meta.dirname, '..', 'call', 'upstream.ts');
const spec = {
  name: 'bench',
  transport: { kind: 'stdio', command: process.execPath, args: [upstream], env: {}, envFile: undefined, cwd: home },
  share: ['home'],
  protocol: 'auto',
  timeoutMs: 60_000,
  disabled: false,
  allow: new Set<string>(),
  deny: new Set<string>(),
} as const;

/** A thousand rules about others, and one about this caller that looks at the arguments. */
async function policy(): Promise<Policy> {
  const others = Array.from({ length: 999 }, ruleOf);
  const own = { name: 'echo', effect: 'allow', tools: ['bench/*'], when: 'args.message.startsWith("message")' };
  const compiled = await compilePolicy(create(PolicyConfigSchema, { rules: [...others, own] }));
  return new Policy(compiled, { lookUp: () => ({ alias: 'client', role: '', groups: ['home'] }) });
}

async function serve(): Promise<string> {
  const config = create(ConfigSchema);
  const folder = join(home, `audit-${mode}`);
  const parts = { folder, configFile: join(home, 'towline.yaml'), identity, config: () => config };
  const audit = isOn ? await openAudit({ ...parts, redactor: new Redactor(), log: silentLog }) : undefined;
  const gate: PolicyGate = audit ? { policy: await policy(), decided: recordedBy(audit.note) } : {};
  const registry = new ServiceRegistry({ gate, ...(audit && { observer: audit.recorder }) });
  const calls = openSqliteStore(join(home, `calls-${mode}.db`), 'process');
  const tools = new ToolDirectory({
    intents: calls.table('intents'),
    peerClient: () => undefined,
    gate,
    log: silentLog,
  });
  registry.add(ToolService, tools.service);
  await new Upstreams(tools.local, new Redactor(), silentLog).apply([spec]);
  const client: Principal = { kind: 'peer', name: 'client', nodeId: identity.nodeId, groups: new Set(['home']) };
  const listener = createListener({
    host: '127.0.0.1',
    port: 0,
    plainRemote: false,
    limits: defaultConnectionLimits,
    tls,
    nodeIdOfCertificate,
    handlers: {
      onRequest: ({ socket }) => void socket.destroy(),
      async onLinkStream(stream, headers, { tlsSocket }) {
        const carrier = tlsSocket && acceptedTls(tlsSocket, 'loopback');
        if (!carrier) return void stream.close();
        const hello = () => ({ instanceId, software: 'bench/1' });
        serveLink(
          await acceptLink(stream, headers, carrier, { identity, hello, isTrusted: () => true, log: silentLog }),
          registry,
          client,
        );
      },
    },
    log: silentLog,
  });
  const { port } = await listener.listen();
  return `127.0.0.1:${port}`;
}

serveQuestions({ serve });
