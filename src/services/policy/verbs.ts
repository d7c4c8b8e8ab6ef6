/**
 * What can be done, as rules name it: the service's noun and the method, in short. Made from the schema, so that a new
 * service has its verbs by itself.
 */
import type { DescMethod } from '@bufbuild/protobuf';
import { files } from '../../../gen/files.ts';
import { verbOf } from '../../rpc/verb.ts';

/** Calling a tool: the one verb whose arguments are the tool's. */
export const CALL_TOOL = 'tools.call';

/** Every verb that a policy is asked about, by name. */
export const verbs: readonly string[] = [...methodsByVerb().keys()].sort();

/** The method of each verb that a policy is asked about. */
export function methodsByVerb(): Map<string, DescMethod> {
  const methods = files.flatMap(({ services }) => services.flatMap((service) => service.methods));
  return new Map(
    methods.flatMap((method): [string, DescMethod][] => {
      const verb = verbOf(method);
      return verb === undefined ? [] : [[verb, method]];
    }),
  );
}
