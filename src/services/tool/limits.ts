/** The limits of tool calls. docs/LIMITS.md repeats them. */

/** While a call waits for a person, its caller hears of it this often: MCP clients give up after 60 s of silence. */
export const WAIT_PROGRESS_MS = 10_000;
