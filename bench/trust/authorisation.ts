/** What it costs to decide whether a caller may call: the access of the method, and the scopes of a token. */
import { ToolService } from '../../gen/towline/v1/tool_service_pb.ts';
import { accessOf, checkAccess, scopesOf } from '../../src/rpc/interceptors/access.ts';
import type { Principal } from '../../src/rpc/principal.ts';
import { parseScope } from '../../src/trust/scope.ts';
import { type Figure, median } from '../lib/figures.ts';

/** One call is shorter than the clock is fine: so many are timed together. */
const calls = 1_000;
const rounds = 500;

export async function authorisationFigures(note: (text: string) => void): Promise<Figure[]> {
  note('authorising');
  const method = ToolService.method.callTool;
  const needs = { name: 'towline.v1.ToolService/CallTool', access: accessOf(method), scopes: scopesOf(method) };
  const groups = new Set(['home']);
  const scopes = ['nodes:read', 'tools:call'].map(parseScope);
  const principals: Principal[] = [
    { kind: 'peer', name: 'desk', groups },
    { kind: 'agent', name: 'claude', groups: new Set() },
    { kind: 'program', name: 'ci', groups, scopes },
  ];
  const roundUs = Array.from({ length: rounds }, () => {
    const start = performance.now();
    for (let n = 0; n < calls; n++) {
      for (const principal of principals) checkAccess(principal, needs);
    }
    return ((performance.now() - start) * 1_000) / (calls * principals.length);
  });
  return [{ name: 'authorisation_p50_us', value: median(roundUs), unit: 'µs', target: 2, better: 'lower' }];
}
