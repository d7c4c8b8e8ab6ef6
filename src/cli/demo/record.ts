/** What was recorded of it all, and whether the record is whole. */
import { AuditService } from '../../../gen/towline/v1/audit_service_pb.ts';
import type { MeshNode } from './mesh-node.ts';
import type { Say } from './transcript.ts';
import { verify } from './verify.ts';

/** The questions and answers of the steps before are on record, and the chain of entries holds. */
export async function verifyRecord(lab: MeshNode, say: Say): Promise<void> {
  const audit = lab.client(AuditService);
  const { entries } = await audit.queryAudit({ filter: { kinds: ['approval'] }, pageSize: 100 });
  // The newest come first.
  const steps = entries.reverse().map(({ event }) => (event.case === 'approval' ? event.value.step : ''));
  verify(steps.filter((step) => step === 'pending').length === 4, `four questions are on record: ${steps.join(', ')}`);
  say(`${lab.name}: towline audit query --kind approval  →  ${steps.join(', ')}`);
  const { report } = await audit.verifyAudit({});
  verify(report?.isIntact === true, 'the log is whole');
  say(`towline audit verify  →  ${report.entryCount} entries, chained and signed, none changed, none missing`);
}
