/**
 * A wish to stop that costs nothing while nobody has it. An `AbortController` with one listener costs as much as a
 * small call; most calls end before anybody wants to stop them.
 */
export class Cancellation {
  #stops: ((reason: unknown) => void)[] | undefined;
  #controller: AbortController | undefined;
  #canceled: { readonly reason: unknown } | undefined;

  get isCanceled(): boolean {
    return this.#canceled !== undefined;
  }

  /** Aborts when it is canceled. Made when first read. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#canceled) this.#controller.abort(this.#canceled.reason);
    }
    return this.#controller.signal;
  }

  /** Calls `stop` when it is canceled: now, if it was. */
  onCancel(stop: (reason: unknown) => void): void {
    this.#stops ??= [];
    if (this.#canceled) stop(this.#canceled.reason);
    else this.#stops.push(stop);
  }

  /** The first reason stays. */
  cancel(reason?: unknown): void {
    if (this.#canceled) return;
    this.#canceled = { reason };
    this.#controller?.abort(reason);
    const stops = this.#stops;
    this.#stops = undefined;
    for (const stop of stops ?? []) stop(reason);
  }
}
