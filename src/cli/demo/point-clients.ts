/** How to point MCP clients at a node. The forms were tried with the clients where that is possible without an account. */

/** What a client needs to know. */
export interface NodeDoor {
  readonly home: string;
  readonly url: string;
  readonly token: string;
}

/** Titles, and the lines to paste. */
export function clientSetups({ home, url, token }: NodeDoor): readonly (readonly [string, string])[] {
  const endpoint = new URL('/mcp', url).href;
  const authorization = `Bearer ${token}`;
  const server = { url: endpoint, headers: { Authorization: authorization } };
  return [
    ['Claude Code, stdio', `claude mcp add mesh -- towline --home '${home}' mcp`],
    [
      'Claude Code, HTTP',
      `claude mcp add --transport http mesh ${endpoint} --header "Authorization: ${authorization}"`,
    ],
    ['Cursor, ~/.cursor/mcp.json', JSON.stringify({ mcpServers: { mesh: server } })],
    ['VS Code, .vscode/mcp.json', JSON.stringify({ servers: { mesh: { type: 'http', ...server } } })],
    [
      'MCP Inspector',
      `npx @modelcontextprotocol/inspector --cli ${endpoint} --transport http --method tools/list --header "Authorization: ${authorization}"`,
    ],
  ];
}
