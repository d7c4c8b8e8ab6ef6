/** The towline.yaml that `towline init` writes: every line says what it does. */
export function defaultConfigText(name?: string): string {
  return `# The configuration of this node. A node reads it when it starts; \`towline doctor\` checks it.
# All keys: proto/towline/v1/config.proto.

# What the node calls itself, and the alias that it proposes when it joins.
${name === undefined ? '# name: laptop' : `name: ${name}`}

# listen:
#   host: 127.0.0.1   # default: all interfaces; others must show a trusted key
#   port: 7433

# Carry links between peers that share a group here and cannot reach each other; they are encrypted between the two.
# relay: false        # default: true

# Whose channels, mailboxes, state, memory and skills this node uses. Default: the hub of the first node that it joined.
# hub: self           # or an alias; for one service alone: hubs: {memory: desk}

# Find peers on the local network; announces this node's id and port to everybody there.
# discovery: {mdns: true}

# MCP servers whose tools the node offers, to its own agents and to the groups in \`share\`.
# upstreams:
#   files:
#     command: npx
#     args: [-y, "@modelcontextprotocol/server-filesystem", /srv/docs]
#     share: [home]

# Who is asked where the policy says \`ask\`: aliases, "@group", or self, the owner of this node. docs/APPROVALS.md
# approvals:
#   approvers: [self, phone]   # default: [self]

# MCP configuration files of other programs, read as they are.
# mcp_files:
#   - path: .mcp.json
#     share: [home]
`;
}
