/** The queues of the file. All of it runs inside of the jobs of a batch. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { steadyNowMs } from '../clock.ts';
import { checkPush } from '../limits.ts';
import type { Leased, PushOptions, QueueSize, TakeOptions, Ticket } from '../store.ts';

export class Queues {
  readonly #push: StatementSync;
  readonly #due: StatementSync;
  readonly #take: StatementSync;
  readonly #settle: StatementSync;
  readonly #done: StatementSync;
  readonly #cancel: StatementSync;
  readonly #size: StatementSync;

  constructor(db: DatabaseSync) {
    const held = 'id = ? AND queue = ? AND attempt = ? AND held = 1';
    this.#push = db.prepare(
      'INSERT INTO queue_items (queue, priority, due_ms, span_ms, attempt, held, value) VALUES (?, ?, ?, ?, 0, 0, ?)',
    );
    this.#due = db.prepare(
      'SELECT id FROM queue_items WHERE queue = ? AND due_ms <= ? ORDER BY priority DESC, id LIMIT ?',
    );
    this.#take = db.prepare(
      'UPDATE queue_items SET due_ms = ?, span_ms = ?, attempt = attempt + 1, held = 1 WHERE id = ? RETURNING attempt, value',
    );
    this.#settle = db.prepare(`UPDATE queue_items SET due_ms = ?, span_ms = ?, held = ? WHERE ${held}`);
    this.#done = db.prepare(`DELETE FROM queue_items WHERE ${held}`);
    this.#cancel = db.prepare('DELETE FROM queue_items WHERE id = ? AND queue = ?');
    this.#size = db.prepare('SELECT count(*) AS count, min(due_ms) AS due_ms FROM queue_items WHERE queue = ?');
    const nowMs = steadyNowMs();
    // The clock may have been set back since.
    db.prepare('UPDATE queue_items SET due_ms = span_ms + ? WHERE due_ms > span_ms + ?').run(nowMs, nowMs);
  }

  push(queue: string, value: Uint8Array, options: PushOptions): number {
    const { priority, delayMs } = checkPush(options);
    return Number(this.#push.run(queue, priority, steadyNowMs() + delayMs, delayMs, value).lastInsertRowid);
  }

  take(queue: string, { leaseMs, limit }: Required<TakeOptions>): Leased[] {
    const nowMs = steadyNowMs();
    return this.#due.all(queue, nowMs, limit).map((row) => {
      const id = Number(row['id']);
      const taken = this.#take.get(nowMs + leaseMs, leaseMs, id);
      return { id, attempt: Number(taken?.['attempt']), value: taken?.['value'] as Uint8Array };
    });
  }

  /** Sets when the item may be taken again, by its holder or when it is given back. */
  settle(queue: string, { id, attempt }: Ticket, spanMs: number, isHeld: boolean): boolean {
    const held = isHeld ? 1 : 0;
    return this.#settle.run(steadyNowMs() + spanMs, spanMs, held, id, queue, attempt).changes !== 0;
  }

  done(queue: string, { id, attempt }: Ticket): boolean {
    return this.#done.run(id, queue, attempt).changes !== 0;
  }

  cancel(queue: string, id: number): boolean {
    return this.#cancel.run(id, queue).changes !== 0;
  }

  size(queue: string): QueueSize {
    const row = this.#size.get(queue);
    const count = Number(row?.['count']);
    return count === 0 ? { count } : { count, dueInMs: Math.max(0, Number(row?.['due_ms']) - steadyNowMs()) };
  }
}
