import type { MethodTable } from './methods.ts';

/** The documents that describe what is served here, made when somebody asks, and anew when it has changed. */
export class Documents {
  readonly #methods: MethodTable;
  readonly #version: string;
  readonly #made = new Map<string, { readonly revision: number; readonly text: string }>();

  constructor(methods: MethodTable, version: string) {
    this.#methods = methods;
    this.#version = version;
  }

  /** JSON-RPC, at this door. */
  openRpc(): Promise<string> {
    return this.#get('openrpc', async () => {
      const [{ openRpcDocument }, { ownMethodDocs }] = await Promise.all([
        import('./openrpc.ts'),
        import('./own-methods.ts'),
      ]);
      return openRpcDocument(this.#methods.served(), ownMethodDocs, this.#version);
    });
  }

  /** Connect's JSON over HTTP, at the same port. */
  openApi(): Promise<string> {
    return this.#get('openapi', async () => {
      const { openApiDocument } = await import('./openapi.ts');
      return openApiDocument(this.#methods.served(), this.#version);
    });
  }

  async #get(name: string, make: () => Promise<string>): Promise<string> {
    const { revision } = this.#methods;
    const known = this.#made.get(name);
    if (known?.revision === revision) return known.text;
    const text = await make();
    this.#made.set(name, { revision, text });
    return text;
  }
}
