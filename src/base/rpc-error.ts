/** The codes of JSON-RPC 2.0 §5.1. */
export const rpcCode = {
  parse: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
} as const;

/** A JSON-RPC error; `data` is exact JSON text. */
export interface RpcError {
  readonly code: number;
  readonly message: string;
  readonly data?: string;
}
