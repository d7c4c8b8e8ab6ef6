import { HubSource, type HubStatus } from '../../../gen/towline/v1/admin_service_pb.ts';
import { type Finding, fail, ok } from './finding.ts';

/** Whether the hubs that a running node uses can be used; silent where it uses its own services. */
export function hubFindings(hubs: readonly HubStatus[]): Finding[] {
  const broken = new Map<string, string[]>();
  for (const { service, problem } of hubs) if (problem) broken.set(problem, [...(broken.get(problem) ?? []), service]);
  const failed = [...broken].map(([problem, services]) =>
    fail(
      'hub',
      `${services.join(', ')}: ${problem}`,
      'towline.yaml: `hub: ALIAS` or `hub: self`, then: towline reload',
    ),
  );
  const used = hubs.filter(
    ({ alias, problem, source }) => problem === '' && alias !== 'self' && source !== HubSource.NONE,
  );
  const aliases = [...new Set(used.map(({ alias }) => alias))];
  return [...failed, ...aliases.map((alias) => ok('hub', `${alias}: ${servicesAt(used, alias)}`))];
}

function servicesAt(hubs: readonly HubStatus[], alias: string): string {
  return hubs
    .filter((hub) => hub.alias === alias)
    .map(({ service }) => service)
    .join(', ');
}
