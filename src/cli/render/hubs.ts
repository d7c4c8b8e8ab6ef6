import { HubSource, type HubStatus } from '../../../gen/towline/v1/admin_service_pb.ts';
import { plainLine } from './plain.ts';

const WHY: Readonly<Record<HubSource, string>> = {
  [HubSource.UNSPECIFIED]: '',
  [HubSource.NONE]: 'nothing else was chosen',
  [HubSource.CONFIG]: 'towline.yaml',
  [HubSource.JOIN]: 'since the first join',
};

/** "desk (since the first join)", and the services that have another: "desk (…); memory: nas (towline.yaml)". */
export function hubsText(hubs: readonly HubStatus[]): string {
  const texts = hubs.map(hubText);
  const most = mode(texts);
  const others = hubs.flatMap(({ service }, at) => (texts[at] === most ? [] : [`${plainLine(service)}: ${texts[at]}`]));
  return [most, ...others].join('; ');
}

function hubText({ alias, source, problem }: HubStatus): string {
  const why = problem === '' ? WHY[source] : plainLine(problem);
  return `${plainLine(alias)}${why ? ` (${why})` : ''}`;
}

/** What most say; the first of several. */
function mode(texts: readonly string[]): string {
  const count = (text: string) => texts.filter((other) => other === text).length;
  return texts.reduce((best, text) => (count(text) > count(best) ? text : best), texts[0] ?? '');
}
