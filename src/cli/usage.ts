import { LocalError } from '../base/errors.ts';

/** A command line that cannot be understood; ends the command with the code for usage. */
export function usageError(message: string, help = ''): LocalError {
  return new LocalError('USAGE', message, { help });
}
