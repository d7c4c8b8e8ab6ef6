import type { Log } from '../base/log.ts';
import type { McpFileRequest } from './configuration.ts';

/** How a node is started. */
export interface StartOptions {
  /** The node's home. Made if there is none. */
  readonly home: string;
  /** Instead of what towline.yaml says. */
  readonly listen?: { readonly host?: string; readonly port?: number; readonly advertise?: readonly string[] };
  /** Instead of what towline.yaml says. */
  readonly name?: string;
  /** Beside what towline.yaml says. */
  readonly mcpFiles?: readonly McpFileRequest[];
  /** Told what goes into the log file too. */
  readonly log?: Log;
}
