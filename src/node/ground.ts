/** What everything else in a node stands on: its home, key, settings, log, record and disk. */
import { createLog, type Log, type LogRecord } from '../base/log.ts';
import { Redactor } from '../base/redact.ts';
import { acquireHomeLock } from '../store/sqlite/lock.ts';
import { openSqliteStore } from '../store/sqlite/store.ts';
import type { Store } from '../store/store.ts';
import { loadOrCreateIdentity } from '../trust/identity.ts';
import { LiveIdentity } from '../trust/live-identity.ts';
import { withoutSecrets } from './audit/log-lines.ts';
import { type Audit, openAudit } from './audit/open.ts';
import type { Closers } from './closers.ts';
import { type Configuration, readConfiguration } from './configuration.ts';
import { type HomePaths, homePaths } from './home.ts';
import { openLogFile } from './log-file.ts';
import { defaultName } from './name.ts';
import type { StartOptions } from './start-options.ts';

export interface Ground {
  readonly paths: HomePaths;
  readonly identity: LiveIdentity;
  readonly settings: Settings;
  readonly name: string;
  readonly redactor: Redactor;
  readonly log: Log;
  readonly audit: Audit;
  readonly store: Store;
  /** What is worth nothing after a loss of power. */
  readonly calls: Store;
}

/** The configuration that counts now. */
export interface Settings {
  now: Configuration;
  /** Reads the files again; nothing counts yet. Throws CONFIG_INVALID. */
  read(): Promise<Configuration>;
}

/** Throws what is wrong with the home (HOME_IN_USE, KEY_FILE_TOO_OPEN, …) or with the configuration (CONFIG_INVALID). */
export async function openGround(options: StartOptions, closers: Closers): Promise<Ground> {
  const paths = homePaths(options.home);
  const identity = await LiveIdentity.of(await loadOrCreateIdentity(paths.home));
  const lock = acquireHomeLock(paths.lock);
  closers.add(() => lock.release());

  const read = () => readConfiguration(paths, options.mcpFiles ?? []);
  const settings: Settings = { now: await read(), read };
  const { config } = settings.now;
  const logFile = await openLogFile(paths.logFile);
  closers.add(() => logFile.close());
  const redactor = new Redactor();
  const log = teeLog(logFile.write, options.log, config.logLevel || 'info', redactor);
  const name = options.name || config.name || defaultName();

  const audit = await openAudit({
    folder: paths.audit,
    configFile: paths.config,
    identity,
    config: () => settings.now.config,
    redactor,
    log,
  });
  closers.add(() => audit.close());
  const store = openSqliteStore(paths.store);
  closers.add(() => store.close());
  // A call is asked for again within seconds, by a caller that waits: no power comes back so soon (decision 0001).
  const calls = openSqliteStore(paths.calls, 'process');
  closers.add(() => calls.close());
  return { paths, identity, settings, name, redactor, log, audit, store, calls };
}

/** Into the file, and to whoever else listens. */
function teeLog(write: (record: LogRecord) => void, other: Log | undefined, level: string, redactor: Redactor): Log {
  const sink = (said: LogRecord) => {
    const record = withoutSecrets(said, redactor);
    write(record);
    other?.[record.level](record.message, record.fields);
  };
  return createLog(sink, level as LogRecord['level']);
}
