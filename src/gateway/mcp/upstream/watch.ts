/** The stream of WatchTools for one upstream: a slow reader misses states in between, never the last. */
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import type { ToolSetSchema } from '../../../../gen/towline/v1/tool_pb.ts';
import { type WatchToolsResponse, WatchToolsResponseSchema } from '../../../../gen/towline/v1/tool_service_pb.ts';

type Snapshot = () => MessageInitShape<typeof ToolSetSchema>;

/** Sends what is, then `synced`, then what is after each change, until `signal` aborts. */
export async function* watchTools(
  snapshot: Snapshot,
  onChange: (listener: () => void) => () => void,
  signal: AbortSignal,
): AsyncGenerator<WatchToolsResponse> {
  let wake = Promise.withResolvers<void>();
  const end = onChange(() => wake.resolve());
  const onAbort = () => wake.resolve();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    yield toolSet(snapshot);
    yield create(WatchToolsResponseSchema, { event: { case: 'synced', value: {} } });
    while (!signal.aborted) {
      await wake.promise;
      wake = Promise.withResolvers<void>();
      if (!signal.aborted) yield toolSet(snapshot);
    }
  } finally {
    end();
    signal.removeEventListener('abort', onAbort);
  }
}

function toolSet(snapshot: Snapshot): WatchToolsResponse {
  return create(WatchToolsResponseSchema, { event: { case: 'toolSet', value: snapshot() } });
}
