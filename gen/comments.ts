// Made by scripts/generate.ts from the comments in proto/. Do not edit.
/** What the schema says of a thing, by its full name: "towline.v1.Tool", "towline.v1.Tool.ref", "towline.v1.ToolService/CallTool". */
export const comments: Readonly<Record<string, string>> = {
  "towline.v1.AcceptRequest":
    "AcceptRequest is a part of what the dialer sends.",
  "towline.v1.AcceptRequest.data":
    "The next bytes of the dialer.",
  "towline.v1.AcceptRequest.dialer":
    "Who dials. Once, first.",
  "towline.v1.AcceptRequest.kind":
    "The dialer first, then data.",
  "towline.v1.AcceptResponse":
    "AcceptResponse is a part of what the target sends.",
  "towline.v1.AcceptResponse.data":
    "The next bytes for the dialer.",
  "towline.v1.AcceptResponse.kind":
    "Ready first, then data.",
  "towline.v1.AcceptResponse.ready":
    "The connection is taken. Once, first.",
  "towline.v1.Access":
    "Access says who may call a method at all. It is read by one interceptor at every door; what a caller then sees or may do with the method's arguments is decided by the service (sharing, policy).\n\nEach value includes the ones after it: an owner may call what an agent may call.",
  "towline.v1.Access.ACCESS_AGENT":
    "An agent of this node, or the owner. Peers and programs are refused.",
  "towline.v1.Access.ACCESS_OWNER":
    "The person who owns this node. Agent tokens, program tokens and peers are refused.",
  "towline.v1.Access.ACCESS_PEER":
    "A key in the keyring, a program with a token, an agent, or the owner.",
  "towline.v1.Access.ACCESS_STRANGER":
    "Anyone who completes mutual TLS, an unknown key included. Only JoinService.Redeem, LinkService.Open (whose hello refuses unknown keys itself) and RotationService (whose signatures count, not the caller) may say so.",
  "towline.v1.Access.ACCESS_UNSPECIFIED":
    "No access is declared. The method is refused to everybody, and a test fails.",
  "towline.v1.AddMemberRequest":
    "AddMemberRequest names a key to let in.",
  "towline.v1.AddMemberRequest.addresses":
    "Where it can be dialed.",
  "towline.v1.AddMemberRequest.alias":
    "What the group calls it.",
  "towline.v1.AddMemberRequest.group":
    "What the group is called here.",
  "towline.v1.AddMemberRequest.node_id":
    "The key.",
  "towline.v1.AddMemberRequest.role":
    "Its role. Empty for none.",
  "towline.v1.AddMemberResponse":
    "AddMemberResponse shows the group.",
  "towline.v1.AddMemberResponse.group":
    "The group, with its new version.",
  "towline.v1.AddOwnerRequest":
    "AddOwnerRequest names a member.",
  "towline.v1.AddOwnerRequest.group":
    "What the group is called here.",
  "towline.v1.AddOwnerRequest.member":
    "The alias here or in the group, the did:key, or 64 hex digits.",
  "towline.v1.AddOwnerResponse":
    "AddOwnerResponse shows the group.",
  "towline.v1.AddOwnerResponse.group":
    "The group, with its new version.",
  "towline.v1.AddTrustRequest":
    "AddTrustRequest names a key to trust.",
  "towline.v1.AddTrustRequest.addresses":
    "Where it can be dialed, as \"host:port\" or \"wss://host[:port]/path\". Empty if it will dial.",
  "towline.v1.AddTrustRequest.alias":
    "The name that it gets.",
  "towline.v1.AddTrustRequest.dial":
    "Whether this node keeps a link to it without being asked.",
  "towline.v1.AddTrustRequest.group":
    "The group that it gets into. If empty, \"home\".",
  "towline.v1.AddTrustRequest.node_id":
    "The key.",
  "towline.v1.AddTrustResponse":
    "AddTrustResponse shows the peer.",
  "towline.v1.AddTrustResponse.peer":
    "The peer, as this node knows it now.",
  "towline.v1.AddressSource":
    "AddressSource tells who named an address.",
  "towline.v1.AddressSource.ADDRESS_SOURCE_DISCOVERY":
    "The local network.",
  "towline.v1.AddressSource.ADDRESS_SOURCE_HELLO":
    "The peer, in its hello.",
  "towline.v1.AddressSource.ADDRESS_SOURCE_HUB":
    "Another peer.",
  "towline.v1.AddressSource.ADDRESS_SOURCE_INVITE":
    "An invite.",
  "towline.v1.AddressSource.ADDRESS_SOURCE_MANUAL":
    "A person.",
  "towline.v1.AddressSource.ADDRESS_SOURCE_ROSTER":
    "The roster of a group.",
  "towline.v1.AddressSource.ADDRESS_SOURCE_UNSPECIFIED":
    "Not known.",
  "towline.v1.AdminService":
    "AdminService runs a node. For its owner alone.",
  "towline.v1.AdminService/AddTrust":
    "Trusts a key: adds it to a group of the keyring.",
  "towline.v1.AdminService/CreateInvite":
    "Makes an invite.",
  "towline.v1.AdminService/CreateToken":
    "Makes a token for an agent or a program. Its text is shown this once.\n\nErrors: `invalid_argument` reason SCOPE_INVALID, SCOPE_UNKNOWN, or SCOPE_TOO_WIDE for a scope beyond what the kind may do; SUBJECT_RESERVED for the subjects \"owner\" and \"node\"; `resource_exhausted` reason TOO_MANY_TOKENS.",
  "towline.v1.AdminService/GetStatus":
    "Tells how the node does.",
  "towline.v1.AdminService/Join":
    "Redeems an invite of another node: dials it, trusts it, and keeps a link to it.\n\nErrors: those of JoinService.Redeem; `unavailable` reason INVITER_UNREACHABLE; `already_exists` reason ALIAS_TAKEN if this node knows another key by the inviter's alias.",
  "towline.v1.AdminService/ListLinks":
    "Lists the open links, and the last 100 that ended, newest first.\n\nErrors: `not_found` reason PEER_UNKNOWN if the filter names an alias that no key has.",
  "towline.v1.AdminService/ListRoutes":
    "Lists how each peer would be reached now, and why, by alias.",
  "towline.v1.AdminService/ListTokens":
    "Lists the tokens that were made and neither revoked nor expired.",
  "towline.v1.AdminService/Reload":
    "Reads the configuration again. Upstreams that did not change keep running.",
  "towline.v1.AdminService/RemoveTrust":
    "Removes a key from one group, or from all; with none left, its links end at once.",
  "towline.v1.AdminService/RevokeToken":
    "Revokes a token at once.",
  "towline.v1.AdminService/RotateKey":
    "Gives the node a new key, signed by the old one. Peers that are linked follow at once and keep their links; the others when the two nodes next reach each other. Invites that were not redeemed work no more; tokens go on working.",
  "towline.v1.AdminService/Shutdown":
    "Shuts the node down in order. The answer comes before the end.",
  "towline.v1.AdminService/WatchLinks":
    "Sends rounds: all open links, and those that ended since the round before. A round follows at every interval, and within 100 ms when a link opens, makes way for another or ends. The first one has open links alone. The server never ends the stream; after a reconnect the caller starts again.\n\nErrors, as of ListLinks: `not_found` reason PEER_UNKNOWN.",
  "towline.v1.Agent":
    "Agent is someone who works on a node: an MCP client session, a program, or the person at the CLI.",
  "towline.v1.Agent.connect_time":
    "When it came.",
  "towline.v1.Agent.door":
    "What kind of door it came through: \"mcp\", \"cli\", \"token\" or \"uplink\".",
  "towline.v1.Agent.name":
    "The agent's name on its node.",
  "towline.v1.Agent.software":
    "What its software calls itself, for example \"claude-code 2.1.329\". For display only.",
  "towline.v1.AgentAudience":
    "AgentAudience says whether an agent is shown to other nodes.",
  "towline.v1.AgentAudience.AGENT_AUDIENCE_GROUPS":
    "To whoever shares a group with it.",
  "towline.v1.AgentAudience.AGENT_AUDIENCE_NODE":
    "To nobody but its own node.",
  "towline.v1.AgentAudience.AGENT_AUDIENCE_UNSPECIFIED":
    "The same as AGENT_AUDIENCE_GROUPS.",
  "towline.v1.AgentKind":
    "AgentKind says what an agent is in the mesh.",
  "towline.v1.AgentKind.AGENT_KIND_CONTROL_PLANE":
    "A node itself. Lists leave these out unless they are asked for.",
  "towline.v1.AgentKind.AGENT_KIND_SERVICE":
    "A program with a token.",
  "towline.v1.AgentKind.AGENT_KIND_SESSION":
    "Somebody who works: an MCP client, or the person at the CLI.",
  "towline.v1.AgentKind.AGENT_KIND_UNSPECIFIED":
    "Not known.",
  "towline.v1.AgentPresence":
    "AgentPresence is what is known of one agent, or of a node as an agent: whether it is there, what it is, what it does. A node speaks of its own agents alone; whatever a peer says of another node's is dropped.",
  "towline.v1.AgentPresence.alias":
    "What the answering node calls the agent's node: an alias of its keyring, or \"self\". Set by the answering node; empty between nodes.",
  "towline.v1.AgentPresence.connect_time":
    "If present, since when it has been there without a break.",
  "towline.v1.AgentPresence.groups":
    "The groups that may see it, as its node names them; to a peer, only those that it is in itself. For display only.",
  "towline.v1.AgentPresence.kind":
    "What it is in the mesh.",
  "towline.v1.AgentPresence.last_seen_time":
    "If present, when it was last there. Absent while it is, and where it never was.",
  "towline.v1.AgentPresence.name":
    "What people call it. If empty, its name in `ref`. For display only.",
  "towline.v1.AgentPresence.profile":
    "Who it is at more length.",
  "towline.v1.AgentPresence.ref":
    "Who it is.",
  "towline.v1.AgentPresence.role":
    "What it is for, as it says itself; an agent that says nothing has the role of its node, if that is one of these.",
  "towline.v1.AgentPresence.sessions":
    "What it is here by, oldest first, at most 16 of them. Empty when it is offline, and for a program that calls without saying that it stays.",
  "towline.v1.AgentPresence.state":
    "Whether it is there.",
  "towline.v1.AgentPresence.status":
    "What it does, as it said last.",
  "towline.v1.AgentPresence.summary":
    "What it works on, in its own words.",
  "towline.v1.AgentPresence.team":
    "The team of its node. For display only.",
  "towline.v1.AgentPresence.type":
    "Who it is behind the door.",
  "towline.v1.AgentPresence.visibility":
    "Who may see it. Shown on its own node alone.",
  "towline.v1.AgentProfile":
    "AgentProfile is what an agent says of itself at more length. All of it is for display only.",
  "towline.v1.AgentProfile.avatar":
    "A character or two that stand for it, or the address of a picture. Nobody fetches it unasked.",
  "towline.v1.AgentProfile.bio":
    "What it is, in a few sentences.",
  "towline.v1.AgentProfile.capabilities":
    "What it is good at, in words of its own: \"typescript\", \"review\".",
  "towline.v1.AgentProfile.title":
    "What it is, in a few words: \"release engineer\".",
  "towline.v1.AgentRef":
    "AgentRef names an agent: whoever works on a node. On the way from one node to another, the agent in whose name a call is made stands in the call's metadata `towline-agent`: the same text as `agent`, with the calling node's key as `node_id`. A call without it is made by the node itself. A text that cannot be an agent is refused with `invalid_argument` reason INVALID_AGENT. The name is for records and addresses; rights come from the key alone.",
  "towline.v1.AgentRef.agent":
    "The agent's name on its node: the subject of its token. \"owner\" is the person who owns the node, \"node\" the node itself.",
  "towline.v1.AgentRef.node_id":
    "The Ed25519 public key of the node that the agent works on.",
  "towline.v1.AgentRole":
    "AgentRole says what an agent is for.",
  "towline.v1.AgentRole.AGENT_ROLE_ORCHESTRATOR":
    "Gives out work. Also written coordinator, agent or director.",
  "towline.v1.AgentRole.AGENT_ROLE_THINKER":
    "Solves problems. Also written problem-solver.",
  "towline.v1.AgentRole.AGENT_ROLE_UNSPECIFIED":
    "It says nothing.",
  "towline.v1.AgentRole.AGENT_ROLE_WORKER":
    "Does what it is given. Also written executor.",
  "towline.v1.AgentSession":
    "AgentSession is one thing by which an agent is there: an MCP client, or an open Attend.",
  "towline.v1.AgentSession.connect_time":
    "When it came.",
  "towline.v1.AgentSession.door":
    "What kind of door it came through: \"mcp\", \"cli\", \"token\" or \"uplink\".",
  "towline.v1.AgentSession.folder":
    "The folder that it works in. Empty to other nodes unless the agent shares its place.",
  "towline.v1.AgentSession.host":
    "The machine that it runs on. Empty to other nodes unless the agent shares its place.",
  "towline.v1.AgentSession.session":
    "Its name among the sessions of the agent.",
  "towline.v1.AgentSession.software":
    "What its software calls itself, for example \"claude-code 2.1.329\". For display only.",
  "towline.v1.AgentState":
    "AgentState tells whether an agent is there. Transitions: OFFLINE -> ONLINE -> OFFLINE. An agent that leaves in order is offline at once; one whose node's link is lost stays online for a grace of 5 seconds, in which the link may come back.",
  "towline.v1.AgentState.AGENT_STATE_OFFLINE":
    "It is not. Its row stays.",
  "towline.v1.AgentState.AGENT_STATE_ONLINE":
    "It is there.",
  "towline.v1.AgentState.AGENT_STATE_UNSPECIFIED":
    "Not known.",
  "towline.v1.AgentStatus":
    "AgentStatus says what an agent does, and so which words may interrupt it.",
  "towline.v1.AgentStatus.AGENT_STATUS_DO_NOT_DISTURB":
    "Not to be disturbed: only what cannot wait.",
  "towline.v1.AgentStatus.AGENT_STATUS_IDLE":
    "Free: everything may be told to it. The status of an agent that never set one.",
  "towline.v1.AgentStatus.AGENT_STATUS_UNSPECIFIED":
    "Not known; receivers take it for idle.",
  "towline.v1.AgentStatus.AGENT_STATUS_WORKING":
    "Busy: what can wait should wait.",
  "towline.v1.AgentType":
    "AgentType says who is behind the door.",
  "towline.v1.AgentType.AGENT_TYPE_AI":
    "A model, by an agent's token.",
  "towline.v1.AgentType.AGENT_TYPE_CONNECTOR":
    "Software that connects others: a node, or a program by its token.",
  "towline.v1.AgentType.AGENT_TYPE_HUMAN":
    "The person who owns the node.",
  "towline.v1.AgentType.AGENT_TYPE_UNSPECIFIED":
    "Not known.",
  "towline.v1.AgentVisibility":
    "AgentVisibility says who may see an agent. Its own node always does.",
  "towline.v1.AgentVisibility.audience":
    "Whether it is shown to other nodes at all.",
  "towline.v1.AgentVisibility.groups":
    "If not empty, it is shown only to those who are in one of these groups of its node, instead of in any that it is in.",
  "towline.v1.AgentVisibility.shares_place":
    "Whether the host and the folder of its sessions are shown to other nodes.",
  "towline.v1.AlwaysAnswer":
    "AlwaysAnswer is a yes that lasts.",
  "towline.v1.AlwaysAnswer.lifetime_seconds":
    "How long the grant counts, in seconds: from a minute to 30 days.",
  "towline.v1.AlwaysAnswer.same_arguments":
    "Whether it counts for these very arguments alone. If false, for any arguments of this tool.",
  "towline.v1.AnnounceRequest":
    "AnnounceRequest tells of new keys.",
  "towline.v1.AnnounceRequest.rotations":
    "Each from the key that the one before it leads to.",
  "towline.v1.AnnounceResponse":
    "AnnounceResponse is empty: the last key is trusted as the first was.",
  "towline.v1.Approval":
    "Approval is one question to people: may this very call run? It is bound to the asker, the serving node, the verb, the tool, the exact argument bytes and the version of the policy, it ends by itself, and it lets one call run, once.",
  "towline.v1.Approval.approval_id":
    "Its id: six bytes of time, then ten random ones.",
  "towline.v1.Approval.arguments_sha256":
    "SHA-256 of the exact argument bytes that will run.",
  "towline.v1.Approval.arguments_size_bytes":
    "How many bytes these are.",
  "towline.v1.Approval.arguments_text":
    "The arguments, or their beginning: at most 64 KiB while the approval is pending, 2 KiB afterwards. Without bytes that are no UTF-8.",
  "towline.v1.Approval.arguments_truncated":
    "Whether `arguments_text` is not all of them.",
  "towline.v1.Approval.asker":
    "Who asks.",
  "towline.v1.Approval.binding":
    "SHA-256 over all that the approval is bound to. Whoever decides sends it back: an answer is to what was shown.",
  "towline.v1.Approval.create_time":
    "When it was raised, by the clock of the serving node.",
  "towline.v1.Approval.decidable":
    "Whether the caller may say yes to it now.",
  "towline.v1.Approval.end_time":
    "If present, when it ended.",
  "towline.v1.Approval.expire_time":
    "When it ends by itself. Only the clock of the serving node counts.",
  "towline.v1.Approval.grant_id":
    "The grant that it led to. Empty if none.",
  "towline.v1.Approval.missing":
    "Whose yes is still missing: aliases, \"@group\", \"token:NAME\", \"self\", or how many more. Empty if it has ended.",
  "towline.v1.Approval.node":
    "The serving node as the node that answers knows it: its alias, or \"self\".",
  "towline.v1.Approval.node_id":
    "The key of the serving node: the one that raised the question, and runs the call.",
  "towline.v1.Approval.policy_version":
    "The version of the policy that says that somebody must be asked.",
  "towline.v1.Approval.reason":
    "Why it ended, in UPPER_SNAKE: APPROVED, DENIED, TIMEOUT, CANCELED, LINK_LOST, POLICY_CHANGED, NODE_STOPPED, STORE_FAILED. Empty while it is pending.",
  "towline.v1.Approval.remaining_ms":
    "How long it still waits, in milliseconds, at the time of sending: for people whose clock is wrong. 0 if it has ended.",
  "towline.v1.Approval.resource":
    "What the verb is about where that is no tool. Empty if there is nothing to name.",
  "towline.v1.Approval.rule":
    "The rule that says so, by its name.",
  "towline.v1.Approval.state":
    "How far it is.",
  "towline.v1.Approval.tool":
    "The tool, as the serving node names it: \"self\" is that node. Absent if the verb is about something else.",
  "towline.v1.Approval.verb":
    "What the caller wants to do: \"tools.call\", or another verb of the policy.",
  "towline.v1.Approval.votes":
    "What was said to it, the latest of each decider.",
  "towline.v1.ApprovalAsker":
    "ApprovalAsker is who asks.",
  "towline.v1.ApprovalAsker.agent":
    "The agent for which a peer says that it asks. For people to read; it decides nothing.",
  "towline.v1.ApprovalAsker.kind":
    "\"peer\", \"program\", \"agent\" or \"owner\".",
  "towline.v1.ApprovalAsker.name":
    "Its name on the serving node: an alias, the subject of a token, or \"owner\".",
  "towline.v1.ApprovalAsker.node_id":
    "The peer's key. Empty for others.",
  "towline.v1.ApprovalDecider":
    "ApprovalDecider is who decides.",
  "towline.v1.ApprovalDecider.agent":
    "The agent in whose session the person answered. Empty for the command line.",
  "towline.v1.ApprovalDecider.name":
    "The alias of its key on the serving node; \"self\" for the owner of the serving node; \"token:NAME\" for a program that the owner has as an approver, NAME being the subject of its token.",
  "towline.v1.ApprovalDecider.node_id":
    "Its key. Empty for the owner of the serving node, and for programs.",
  "towline.v1.ApprovalDecision":
    "ApprovalDecision is an answer.",
  "towline.v1.ApprovalDecision.always":
    "Yes, and from now on without asking: writes a grant.",
  "towline.v1.ApprovalDecision.answer":
    "The answer.",
  "towline.v1.ApprovalDecision.approve":
    "Yes, this once.",
  "towline.v1.ApprovalDecision.deny":
    "No.",
  "towline.v1.ApprovalService":
    "ApprovalService shows the questions that wait for the owner of this node, those of this node and those of peers that have it as an approver, and takes the answers. For the owner alone: no agent ever decides.",
  "towline.v1.ApprovalService/DecideApproval":
    "Answers a question. The same answer again has no effect, and no failure.\n\nErrors: `not_found` reason APPROVAL_UNKNOWN; `failed_precondition` reason APPROVAL_OVER if it has ended before: the answer has no effect; `invalid_argument` reason APPROVAL_MISMATCH if the binding is another one; `permission_denied` reason OWN_APPROVAL if the decider is the asker, or NOT_APPROVER; `unavailable` if the serving node cannot be reached.",
  "towline.v1.ApprovalService/ListApprovals":
    "Lists approvals, the newest first.",
  "towline.v1.ApprovalService/ListGrants":
    "Lists the grants of this node, the newest first.",
  "towline.v1.ApprovalService/RevokeGrant":
    "Ends a grant at once.\n\nErrors: `not_found` reason GRANT_UNKNOWN.",
  "towline.v1.ApprovalService/WatchApprovals":
    "Sends each pending approval, then `synced`, then each approval again when it changes or ends. The server never ends the stream by itself; after a reconnect the caller starts again.",
  "towline.v1.ApprovalState":
    "ApprovalState is the life of an approval. Transitions: PENDING -> GRANTED -> USED; PENDING -> DENIED, EXPIRED or WITHDRAWN; GRANTED -> WITHDRAWN if the asker went in that very moment.",
  "towline.v1.ApprovalState.APPROVAL_STATE_DENIED":
    "Somebody said no, or the node that raised it ended.",
  "towline.v1.ApprovalState.APPROVAL_STATE_EXPIRED":
    "Nobody answered in time: a denial.",
  "towline.v1.ApprovalState.APPROVAL_STATE_GRANTED":
    "Everybody who is needed said yes, and the call has not begun.",
  "towline.v1.ApprovalState.APPROVAL_STATE_PENDING":
    "It waits for an answer.",
  "towline.v1.ApprovalState.APPROVAL_STATE_UNSPECIFIED":
    "Not known.",
  "towline.v1.ApprovalState.APPROVAL_STATE_USED":
    "The call that it was for has begun. It lets nothing else run.",
  "towline.v1.ApprovalState.APPROVAL_STATE_WITHDRAWN":
    "The asker went, or the policy changed: a denial.",
  "towline.v1.ApprovalVote":
    "ApprovalVote is what one decider said.",
  "towline.v1.ApprovalVote.decider":
    "Who.",
  "towline.v1.ApprovalVote.decision":
    "What.",
  "towline.v1.ApprovalVote.vote_time":
    "When, by the clock of the serving node.",
  "towline.v1.ApprovalsConfig":
    "ApprovalsConfig says who is asked before a call runs that the policy lets run only with a person's yes. An approver is an alias of the keyring, \"@group\" for every key of a group (in quotes: YAML keeps the sign for itself), or \"self\" for the owner of this node. Nobody ever decides what they ask themselves.",
  "towline.v1.ApprovalsConfig.approvers":
    "Who may answer: aliases, \"@group\", \"self\", or \"token:NAME\" for a program whose token has the subject NAME and the scope \"approvals:decide\". If empty, \"self\". The owner of this node may always say no.",
  "towline.v1.ApprovalsConfig.quorum":
    "How many must say yes. If absent, one.",
  "towline.v1.ApprovalsConfig.required":
    "Whose yes is needed each time, beside `quorum`: a second device, or one key of each group named. They are approvers too.",
  "towline.v1.ApprovalsConfig.wait":
    "How long an answer is waited for, such as \"60s\": a second to an hour. If absent, 110 s: MCP clients give up in the end.",
  "towline.v1.ApprovalsSynced":
    "ApprovalsSynced marks the end of the first round of a watch.",
  "towline.v1.ApproveAnswer":
    "ApproveAnswer is a yes.",
  "towline.v1.ApproverService":
    "ApproverService asks the approvers of this node that are not its owner. The node of an approver watches each peer that announces the feature \"approval\", and shows to its owner what it hears. Peers with a key are answered, and programs whose token names the scope \"approvals:decide\": never agents, or the owner, who has ApprovalService.",
  "towline.v1.ApproverService/Decide":
    "Answers a question. The same answer of the same key again has no effect, and no failure.\n\nErrors: as for ApprovalService.DecideApproval, and `permission_denied` reason APPROVERS_ONLY. A caller that is no approver is told NOT_APPROVER, whether there is such an approval or not.",
  "towline.v1.ApproverService/WatchPending":
    "Sends each pending approval that the caller may decide, then `synced`, then each of them again when it changes or ends. What the caller's own node asks is not sent. The server never ends the stream by itself; after a reconnect the caller starts again.\n\nErrors: `permission_denied` reason APPROVERS_ONLY.",
  "towline.v1.AtHubRecord":
    "AtHubRecord is how much of an outbox a hub has.",
  "towline.v1.AtHubRecord.cursor":
    "The last letter that it has.",
  "towline.v1.AtHubRecord.hub_id":
    "The hub.",
  "towline.v1.AttachRequest":
    "AttachRequest is one envelope of the agent.",
  "towline.v1.AttachRequest.envelope":
    "What it says.",
  "towline.v1.AttachResponse":
    "AttachResponse is one envelope of the node.",
  "towline.v1.AttachResponse.envelope":
    "What it says.",
  "towline.v1.AttendRequest":
    "AttendRequest says how the caller is here.",
  "towline.v1.AttendRequest.door":
    "What kind of door it came through: \"mcp\", \"cli\", \"token\" or \"uplink\". If empty, \"token\".",
  "towline.v1.AttendRequest.folder":
    "The folder that it works in. If empty, not known.",
  "towline.v1.AttendRequest.host":
    "The machine that it runs on. If empty, not known.",
  "towline.v1.AttendRequest.passing":
    "Whether nobody will come again under this name: the agent's row is forgotten ten minutes after it left, not kept.",
  "towline.v1.AttendRequest.session":
    "The session's name among those of the agent. If empty, the node gives it one; a second session of a name gets a number.",
  "towline.v1.AttendRequest.software":
    "What the caller's software calls itself. For display only.",
  "towline.v1.AttendResponse":
    "AttendResponse is the caller's row.",
  "towline.v1.AttendResponse.agent":
    "As it is now.",
  "towline.v1.AuditApproval":
    "AuditApproval is a step of an approval.",
  "towline.v1.AuditApproval.approval_id":
    "Its id.",
  "towline.v1.AuditApproval.arguments_sha256":
    "SHA-256 of the exact argument bytes that the approval is for.",
  "towline.v1.AuditApproval.decided_by":
    "Who decided. Empty if nobody did.",
  "towline.v1.AuditApproval.expire_time":
    "Until when it can be decided.",
  "towline.v1.AuditApproval.policy_version":
    "The version of the policy that asked.",
  "towline.v1.AuditApproval.reason":
    "Why, for people.",
  "towline.v1.AuditApproval.step":
    "pending, granted, used, denied, expired or withdrawn: its state from then on.",
  "towline.v1.AuditApproval.tool":
    "The tool, as \"node/upstream/name\".",
  "towline.v1.AuditCall":
    "AuditCall is a call that this node served, over whichever door.",
  "towline.v1.AuditCall.arguments_bytes":
    "Bytes of the arguments.",
  "towline.v1.AuditCall.arguments_json":
    "The arguments, without secrets, as JSON text. Empty unless `audit.arguments` is on. At most 16 KiB; longer ones are cut, and end with \"…\".",
  "towline.v1.AuditCall.arguments_sha256":
    "SHA-256 of the exact argument bytes of a tool; of other methods, of the request's bytes without sensitive fields.",
  "towline.v1.AuditCall.call_number":
    "Tells the calls of this run of the node apart: the same in both phases of a call.",
  "towline.v1.AuditCall.door":
    "How it came: \"link\", \"local\" or a protocol of HTTP.",
  "towline.v1.AuditCall.duration_ms":
    "How long it took.",
  "towline.v1.AuditCall.is_error":
    "Whether the tool says that it failed.",
  "towline.v1.AuditCall.method":
    "The method: \"towline.v1.ToolService/CallTool\".",
  "towline.v1.AuditCall.phase":
    "Which part of the call it tells.",
  "towline.v1.AuditCall.reason":
    "Why it failed, in UPPER_SNAKE. Empty if it did not, or gave no reason.",
  "towline.v1.AuditCall.result_bytes":
    "If present, bytes of the answer of a tool.",
  "towline.v1.AuditCall.status":
    "The status: 0 if it worked, else a number of google.rpc.Code.",
  "towline.v1.AuditCall.tool":
    "The tool, as \"node/upstream/name\"; the node is \"self\" or an alias. Empty for other methods.",
  "towline.v1.AuditCheckpoint":
    "AuditCheckpoint is a signature over the chain. It covers all entries before it by their hash, and its own number, time and reason.",
  "towline.v1.AuditCheckpoint.node_id":
    "The key that the node has.",
  "towline.v1.AuditCheckpoint.reason":
    "Why it was made.",
  "towline.v1.AuditCheckpoint.signature":
    "Ed25519, by that key, of the domain \"towline-audit-v1\", a zero byte, the word \"checkpoint\", the entry's `previous_hash`, and its number, its time in milliseconds since 1970 and its reason as 8 bytes each, big-endian.",
  "towline.v1.AuditCheckpointReason":
    "AuditCheckpointReason says why a checkpoint was made.",
  "towline.v1.AuditCheckpointReason.AUDIT_CHECKPOINT_REASON_EXPORT":
    "It ends an export.",
  "towline.v1.AuditCheckpointReason.AUDIT_CHECKPOINT_REASON_PERIODIC":
    "Some thousand entries, or a minute, have passed since the last.",
  "towline.v1.AuditCheckpointReason.AUDIT_CHECKPOINT_REASON_SEGMENT":
    "It begins a segment: every segment can be verified without those before.",
  "towline.v1.AuditCheckpointReason.AUDIT_CHECKPOINT_REASON_STOP":
    "The node ends in order.",
  "towline.v1.AuditCheckpointReason.AUDIT_CHECKPOINT_REASON_UNSPECIFIED":
    "Not said.",
  "towline.v1.AuditConfig":
    "AuditConfig says how the audit log is kept.",
  "towline.v1.AuditConfig.arguments":
    "Whether the arguments of calls are recorded, without what looks like a secret. If false, their SHA-256 alone.",
  "towline.v1.AuditConfig.max_bytes":
    "How many bytes the log may take; the oldest segments go first. If absent, 1 GiB.",
  "towline.v1.AuditConfig.max_days":
    "How many days entries are kept. If absent, until `max_bytes` is reached.",
  "towline.v1.AuditConfig.required":
    "Whether a call that changes something waits until it is on record: before it begins, and again before it is answered. If the record cannot be written, the call is refused, reason AUDIT_UNAVAILABLE. If false, records are on disk within 100 ms, and calls go on when the disk is full.",
  "towline.v1.AuditDecision":
    "AuditDecision is what a policy said.",
  "towline.v1.AuditDecision.arguments_sha256":
    "SHA-256 of the exact argument bytes, if there are any.",
  "towline.v1.AuditDecision.effect":
    "allow, deny or ask.",
  "towline.v1.AuditDecision.policy_version":
    "The version of the policy.",
  "towline.v1.AuditDecision.reason":
    "Why, in UPPER_SNAKE or in words.",
  "towline.v1.AuditDecision.resource":
    "To what: a tool as \"node/upstream/name\", a channel, ….",
  "towline.v1.AuditDecision.rule":
    "The rule that decided. Empty if none matched.",
  "towline.v1.AuditDecision.verb":
    "What was to be done.",
  "towline.v1.AuditEntry":
    "AuditEntry is one entry of a node's audit log. The log is a chain: each entry names the SHA-256 of the bytes of the one before. On disk a segment file is a stream of entries, each behind its length as a varint, and the entry's exact bytes are what is hashed.",
  "towline.v1.AuditEntry.approval":
    "A human was asked, or has answered.",
  "towline.v1.AuditEntry.call":
    "A call was served.",
  "towline.v1.AuditEntry.checkpoint":
    "A signed statement of all that stands before it.",
  "towline.v1.AuditEntry.decision":
    "A policy decided.",
  "towline.v1.AuditEntry.event":
    "What happened.",
  "towline.v1.AuditEntry.grant":
    "A standing permission came or went.",
  "towline.v1.AuditEntry.heal":
    "The end of the log was mended when it was opened.",
  "towline.v1.AuditEntry.login":
    "Somebody showed who it is.",
  "towline.v1.AuditEntry.loss":
    "Entries that were not required could not be written.",
  "towline.v1.AuditEntry.number":
    "The first entry is 1; each has one more than the one before, whatever was trimmed.",
  "towline.v1.AuditEntry.previous_hash":
    "SHA-256 of the bytes of the entry before; 32 zero bytes in the first.",
  "towline.v1.AuditEntry.principal":
    "Who caused it. Absent if the node itself did, or a file that was edited.",
  "towline.v1.AuditEntry.refusal":
    "Somebody was turned away.",
  "towline.v1.AuditEntry.reload":
    "The configuration was read again.",
  "towline.v1.AuditEntry.rotation":
    "The node has a new key.",
  "towline.v1.AuditEntry.start":
    "The node has started.",
  "towline.v1.AuditEntry.stop":
    "The node ends in order.",
  "towline.v1.AuditEntry.time":
    "When it happened, by the node's clock.",
  "towline.v1.AuditEntry.token":
    "A token was made or revoked.",
  "towline.v1.AuditEntry.trim":
    "The oldest segments were, or are about to be, deleted because the log has reached its bounds.",
  "towline.v1.AuditEntry.trust":
    "What the node trusts has changed.",
  "towline.v1.AuditFilter":
    "AuditFilter chooses entries. What is not said matches all.",
  "towline.v1.AuditFilter.caller":
    "Who: \"peer:desk\", \"desk\", an agent's name, or a key as did:key.",
  "towline.v1.AuditFilter.failed":
    "Whether only what went wrong: failed calls, denials, refusals, losses and heals.",
  "towline.v1.AuditFilter.kinds":
    "What happened: names of the fields of AuditEntry.event, such as \"call\" or \"refusal\".",
  "towline.v1.AuditFilter.since_time":
    "Not before.",
  "towline.v1.AuditFilter.tool":
    "Which tool: its name, or \"node/upstream/name\"; `*` is any run of characters.",
  "towline.v1.AuditFilter.until_time":
    "Not at or after.",
  "towline.v1.AuditFinding":
    "AuditFinding is one thing that is wrong, and where.",
  "towline.v1.AuditFinding.first_number":
    "The first entry that is concerned.",
  "towline.v1.AuditFinding.last_number":
    "The last one.",
  "towline.v1.AuditFinding.message":
    "For people.",
  "towline.v1.AuditFinding.offset_bytes":
    "Where in the file the finding was made, in bytes.",
  "towline.v1.AuditFinding.reason":
    "In UPPER_SNAKE: ENTRY_CHANGED, ENTRIES_MISSING, ENTRIES_REORDERED, ENTRY_REPEATED, BYTES_UNREADABLE, CHECKPOINT_INVALID, CHECKPOINT_FOREIGN, CHECKPOINT_MISSING, END_CUT, HEAD_MISSING, HEAD_INVALID, HEAD_MISMATCH, ROTATION_INVALID.",
  "towline.v1.AuditFinding.segment":
    "The file.",
  "towline.v1.AuditGrant":
    "AuditGrant is a change of a standing permission.",
  "towline.v1.AuditGrant.expire_time":
    "Until when.",
  "towline.v1.AuditGrant.grant_id":
    "Its id.",
  "towline.v1.AuditGrant.grantee":
    "Whom it lets.",
  "towline.v1.AuditGrant.resource":
    "What it lets them do, and to what.",
  "towline.v1.AuditGrant.step":
    "created or revoked.",
  "towline.v1.AuditHead":
    "AuditHead is the node's signed statement of where its log ends, in a file beside the segments. It is written anew before anybody hears that an entry is on disk, so that entries cannot be cut off unseen.",
  "towline.v1.AuditHead.hash":
    "SHA-256 of its bytes.",
  "towline.v1.AuditHead.node_id":
    "The key that signs.",
  "towline.v1.AuditHead.number":
    "The last entry.",
  "towline.v1.AuditHead.signature":
    "Ed25519, by that key, of the domain \"towline-audit-v1\", a zero byte, the word \"head\", `hash`, and `number` as 8 bytes, big-endian.",
  "towline.v1.AuditHeal":
    "AuditHeal says what was wrong with the end of the log when it was opened.",
  "towline.v1.AuditHeal.dropped_bytes":
    "Bytes behind it that were half an entry, and were cut off.",
  "towline.v1.AuditHeal.head_missing":
    "Whether the signed statement of the log's end was missing or damaged.",
  "towline.v1.AuditHeal.last_number":
    "The last entry that was good.",
  "towline.v1.AuditHeal.signed_number":
    "If present, the entry up to which the node had signed that there are entries: those between are missing, and somebody removed them. The chain goes on from what was signed.",
  "towline.v1.AuditLogin":
    "AuditLogin says that somebody showed who it is. Further ones of the same principal at the same door within a minute are counted, not written one by one.",
  "towline.v1.AuditLogin.address":
    "Where it came from, if the node knows.",
  "towline.v1.AuditLogin.count":
    "How many there were in that minute.",
  "towline.v1.AuditLogin.door":
    "link, http, mcp, web-socket, uplink, ….",
  "towline.v1.AuditLoss":
    "AuditLoss says that entries could not be written, and were not required.",
  "towline.v1.AuditLoss.count":
    "How many.",
  "towline.v1.AuditLoss.reason":
    "Why, for people.",
  "towline.v1.AuditLoss.since_time":
    "Since when.",
  "towline.v1.AuditPhase":
    "AuditPhase says which part of a call an entry tells.",
  "towline.v1.AuditPhase.AUDIT_PHASE_BEGUN":
    "It is about to begin. Written only where audit is required: what runs is on disk before.",
  "towline.v1.AuditPhase.AUDIT_PHASE_ENDED":
    "It has ended.",
  "towline.v1.AuditPhase.AUDIT_PHASE_UNSPECIFIED":
    "Not said.",
  "towline.v1.AuditPrincipal":
    "AuditPrincipal says who caused an entry.",
  "towline.v1.AuditPrincipal.agent":
    "The agent that a peer's node names: what it says, not what it proved. Empty if it names none.",
  "towline.v1.AuditPrincipal.kind":
    "Its kind: owner, agent, program, peer or stranger.",
  "towline.v1.AuditPrincipal.name":
    "The peer's alias, the token's subject, \"owner\" or \"stranger\".",
  "towline.v1.AuditPrincipal.node_id":
    "The key that it has shown. Empty if none.",
  "towline.v1.AuditPrincipal.token_id":
    "The id of its token, in hex. Empty if it has none.",
  "towline.v1.AuditRefusal":
    "AuditRefusal says that somebody was turned away before a service saw the call. The first of a kind is written at once; further ones within a minute are counted and written as one.",
  "towline.v1.AuditRefusal.address":
    "Where from; \"others\" for those of whom there were too many to tell apart. Empty if the node does not know.",
  "towline.v1.AuditRefusal.count":
    "How many.",
  "towline.v1.AuditRefusal.door":
    "link, http, port, ….",
  "towline.v1.AuditRefusal.method":
    "The method that was asked for, if it came that far.",
  "towline.v1.AuditRefusal.reason":
    "Why, in UPPER_SNAKE.",
  "towline.v1.AuditReload":
    "AuditReload says that the configuration was read again.",
  "towline.v1.AuditReload.config_sha256":
    "SHA-256 of the file's bytes; empty if there is no file.",
  "towline.v1.AuditReload.error_count":
    "How much of it could not be used.",
  "towline.v1.AuditReport":
    "AuditReport is the outcome of a verification.",
  "towline.v1.AuditReport.checkpoint_count":
    "How many checkpoints were right.",
  "towline.v1.AuditReport.entry_count":
    "How many entries there are.",
  "towline.v1.AuditReport.finding_count":
    "How much is wrong in all.",
  "towline.v1.AuditReport.findings":
    "What is wrong: the first 100.",
  "towline.v1.AuditReport.first_number":
    "The first entry that is there. 0 if there is none.",
  "towline.v1.AuditReport.is_intact":
    "Whether nothing is wrong.",
  "towline.v1.AuditReport.last_hash":
    "SHA-256 of the last entry.",
  "towline.v1.AuditReport.last_number":
    "The last one.",
  "towline.v1.AuditReport.node_id":
    "The key that signed the end. Empty if no signature is right.",
  "towline.v1.AuditReport.notes":
    "What is no harm and worth knowing, for people.",
  "towline.v1.AuditReport.segment_count":
    "Segments, or 1 for an export.",
  "towline.v1.AuditReport.signed_number":
    "The last entry that a right signature covers. Who removes entries after it is not found out.",
  "towline.v1.AuditRotation":
    "AuditRotation says that the node has a new key. Checkpoints after it are signed by that one.",
  "towline.v1.AuditRotation.rotation":
    "Signed by both keys.",
  "towline.v1.AuditService":
    "AuditService shows what this node has recorded. For its owner alone.",
  "towline.v1.AuditService/ExportAudit":
    "Sends the log as a file that can be verified by itself: it begins with the checkpoint of a segment and ends with one that is made now.\n\nErrors: `unavailable` reason AUDIT_UNAVAILABLE.",
  "towline.v1.AuditService/QueryAudit":
    "Lists entries that match, newest first. A page may be short, or empty, with more to come: a request looks at 100,000 entries at most.",
  "towline.v1.AuditService/TailAudit":
    "Sends the last entries that match, oldest first, and then, if asked, each that is added, once it is on disk. Ends by itself only if `follow` is false. Who comes back after a broken stream asks with `after_number`.",
  "towline.v1.AuditService/VerifyAudit":
    "Verifies the whole log on disk.",
  "towline.v1.AuditStart":
    "AuditStart says that the node has started.",
  "towline.v1.AuditStart.config_sha256":
    "SHA-256 of the configuration file's bytes; empty if there is none.",
  "towline.v1.AuditStart.software":
    "The program and its version.",
  "towline.v1.AuditStop":
    "AuditStop says that the node ends in order.",
  "towline.v1.AuditToken":
    "AuditToken is a change of the tokens.",
  "towline.v1.AuditToken.change":
    "created or revoked.",
  "towline.v1.AuditToken.expire_time":
    "Until when.",
  "towline.v1.AuditToken.groups":
    "Its groups.",
  "towline.v1.AuditToken.kind":
    "agent or program.",
  "towline.v1.AuditToken.scopes":
    "Its scopes.",
  "towline.v1.AuditToken.subject":
    "Whose it is.",
  "towline.v1.AuditToken.token_id":
    "Its id, in hex.",
  "towline.v1.AuditTrim":
    "AuditTrim says which entries are still kept. It is written before the others are deleted.",
  "towline.v1.AuditTrim.first_number":
    "The first entry that is kept.",
  "towline.v1.AuditTrim.previous_hash":
    "SHA-256 of the entry before it.",
  "towline.v1.AuditTrust":
    "AuditTrust is a change of what the node trusts.",
  "towline.v1.AuditTrust.alias":
    "Its alias.",
  "towline.v1.AuditTrust.change":
    "added, removed, changed, invited, let-in, joined, followed, or a change of a group: founded, member-added, member-removed, owner-added, owner-removed, group-joined, group-left.",
  "towline.v1.AuditTrust.groups":
    "The groups that it is in now, or the one that changed.",
  "towline.v1.AuditTrust.node_id":
    "The key.",
  "towline.v1.BackupFile":
    "BackupFile is one file of a home.",
  "towline.v1.BackupFile.path":
    "Where it is in the home: names joined by \"/\", none of them hidden or \"..\".",
  "towline.v1.BackupFile.size_bytes":
    "How many bytes it has.",
  "towline.v1.BackupHeader":
    "BackupHeader tells what is in a backup of a home. The file that `towline backup` writes is, in this order: the line \"towline-backup-v1\", the length of this message (4 bytes, big-endian), this message, the bytes of its files one after the other, and the SHA-256 of everything before. It holds the node's private key: whoever has it can be the node.",
  "towline.v1.BackupHeader.create_time":
    "When it was made.",
  "towline.v1.BackupHeader.files":
    "The files, in the order of their bytes.",
  "towline.v1.BackupHeader.node_id":
    "The node whose home it is.",
  "towline.v1.BackupHeader.software":
    "The software that made it, such as \"towline/0.1.0\".",
  "towline.v1.BlobRef":
    "BlobRef refers to content that is kept apart from the words that speak of it, by its digest.",
  "towline.v1.BlobRef.media_type":
    "Its media type (RFC 6838), such as \"image/png\". Empty if not known.",
  "towline.v1.BlobRef.name":
    "What it is called, for people. Empty if it has no name.",
  "towline.v1.BlobRef.sha256":
    "SHA-256 of the content.",
  "towline.v1.BlobRef.size_bytes":
    "How long the content is.",
  "towline.v1.CallToolRequest":
    "CallToolRequest is one call.",
  "towline.v1.CallToolRequest.agent":
    "The agent on the calling node that asks, for the record of the node that has the tool. Set by the calling node.",
  "towline.v1.CallToolRequest.arguments_json":
    "The exact JSON text of the arguments, an object. If empty, the call has no arguments. Duplicate members and lone surrogates are refused.",
  "towline.v1.CallToolRequest.extra_json":
    "The exact JSON text of an object with all further members of the MCP request's `params`. If empty, there are none.",
  "towline.v1.CallToolRequest.log_level":
    "If present, the least severe log level that the caller wants (\"debug\" to \"emergency\"). If absent, no log events.",
  "towline.v1.CallToolRequest.meta_json":
    "The exact JSON text of the MCP request's `_meta`, without the members that belong to one hop (progress token and protocol envelope). If empty, there is none.",
  "towline.v1.CallToolRequest.progress":
    "Whether the caller wants progress events.",
  "towline.v1.CallToolRequest.request_id":
    "Names the call for its principal: the same id never runs twice within ten minutes, on the node that has the tool. Asked again, it gives the same answer; asked with another tool, arguments, meta or extra, it is refused (`invalid_argument`, REQUEST_ID_REUSED). If absent, the node makes one.",
  "towline.v1.CallToolRequest.tool":
    "The tool.",
  "towline.v1.CallToolResponse":
    "CallToolResponse is one event of a call.",
  "towline.v1.CallToolResponse.event":
    "What happened.",
  "towline.v1.CallToolResponse.log":
    "Something that the upstream logged during the call.",
  "towline.v1.CallToolResponse.progress":
    "How far the call is.",
  "towline.v1.CallToolResponse.result":
    "The answer. The last event.",
  "towline.v1.CaughtUp":
    "CaughtUp marks the end of what was there.",
  "towline.v1.CaughtUp.cursor":
    "The cursor of the last message that was there. 0 if there never was one.",
  "towline.v1.ChallengeRequest":
    "ChallengeRequest asks for a nonce.",
  "towline.v1.ChallengeResponse":
    "ChallengeResponse is a nonce.",
  "towline.v1.ChallengeResponse.nonce":
    "Random.",
  "towline.v1.Channel":
    "Channel is a place where agents talk. It lives on one node, its hub, which gives its messages one order for everybody.",
  "towline.v1.Channel.channel_id":
    "Tells this channel from all others, one of the same name that was deleted before it included.",
  "towline.v1.Channel.create_request_id":
    "The id of the request that made it.",
  "towline.v1.Channel.create_time":
    "When it was made.",
  "towline.v1.Channel.creator":
    "Who made it.",
  "towline.v1.Channel.creator_alias":
    "What the hub called the creator's node then.",
  "towline.v1.Channel.groups":
    "The groups of the hub whose members may join. Agents of the hub and of the node that made it always may.",
  "towline.v1.Channel.name":
    "Its name on its hub, as people write it: \"dev\" for #dev.",
  "towline.v1.Channel.retention":
    "What is kept. On a stored channel all fields are set.",
  "towline.v1.Channel.title":
    "What it is for, for people. Empty if nobody said.",
  "towline.v1.ChannelMember":
    "ChannelMember is an agent in a channel.",
  "towline.v1.ChannelMember.agent":
    "Who it is.",
  "towline.v1.ChannelMember.alias":
    "What the hub calls its node.",
  "towline.v1.ChannelMember.connected":
    "Whether it has a subscription open now. Not stored.",
  "towline.v1.ChannelMember.display_name":
    "What it calls itself, for people; nothing vouches for it. Empty if it gave no name.",
  "towline.v1.ChannelMember.join_time":
    "When it joined.",
  "towline.v1.ChannelMessage":
    "ChannelMessage is what was said in a channel.",
  "towline.v1.ChannelMessage.blobs":
    "Content that it refers to.",
  "towline.v1.ChannelMessage.connection_id":
    "The connection that sent it, as its sender named it: subscriptions of the same sender with this id do not get it.",
  "towline.v1.ChannelMessage.create_time":
    "When the hub took it, by its clock. Never before that of the message before it, whatever the clock does.",
  "towline.v1.ChannelMessage.cursor":
    "Its place in the channel: the first has 1, each has one more than the one before it, and none is given twice.",
  "towline.v1.ChannelMessage.mentions":
    "Whom it speaks to in particular.",
  "towline.v1.ChannelMessage.message_id":
    "The id of the request that sent it: unique among the messages of its sender.",
  "towline.v1.ChannelMessage.reply_to":
    "The cursor of the message that it answers. If absent, it answers none.",
  "towline.v1.ChannelMessage.sender":
    "Who sent it; for a system message, of whom it speaks.",
  "towline.v1.ChannelMessage.sender_alias":
    "What the hub called the sender's node then.",
  "towline.v1.ChannelMessage.sender_name":
    "What the sender called itself, for people; nothing vouches for it. Empty if it gave no name.",
  "towline.v1.ChannelMessage.system_event":
    "What happened, for a system message.",
  "towline.v1.ChannelMessage.text":
    "What was said.",
  "towline.v1.ChannelMessage.type":
    "What kind of message it is.",
  "towline.v1.ChannelPosition":
    "ChannelPosition is a place in a channel, behind a message that was seen.",
  "towline.v1.ChannelPosition.channel_id":
    "The channel that it is in. If absent, it is not checked that the channel is still the same.",
  "towline.v1.ChannelPosition.cursor":
    "The cursor of the last message that was seen; 0 before the first.",
  "towline.v1.ChannelPosition.message_id":
    "Its id. If absent, it is not checked that the message is still the same.",
  "towline.v1.ChannelService":
    "ChannelService lets agents talk in channels. For its own agents and its owner a node answers for the channels of its hub; for everybody else for its own. A channel that the caller may not join does not exist for it: `not_found` reason CHANNEL_NOT_FOUND. A member is an agent, `AgentRef`; a node vouches for its agents.",
  "towline.v1.ChannelService/CreateChannel":
    "Makes a channel; its creator is its first member. Asked again by the same caller with the same id and name, it gives the same channel; a caller that sends no id must not ask again.\n\nErrors: `already_exists` reason CHANNEL_EXISTS, `resource_exhausted` reason CHANNELS_FULL or QUOTA_EXCEEDED, `permission_denied` reason NOT_IN_GROUP for a group that the caller is not in.",
  "towline.v1.ChannelService/DeleteChannel":
    "Deletes a channel with all of its messages; its subscriptions end with `not_found` reason CHANNEL_DELETED. For the owner of the hub, and for its creator: of another node, for that node.\n\nErrors: `permission_denied` reason NOT_CREATOR.",
  "towline.v1.ChannelService/GetChannel":
    "Shows one channel.",
  "towline.v1.ChannelService/JoinChannel":
    "Makes the caller a member; the others hear of it by a system message. A member that joins again changes its shown name at most, without a word to the others.\n\nErrors: `resource_exhausted` reason CHANNEL_FULL.",
  "towline.v1.ChannelService/LeaveChannel":
    "Takes the caller out; the others hear of it by a system message, and the caller's subscriptions end with `failed_precondition` reason NOT_A_MEMBER.",
  "towline.v1.ChannelService/ListChannelMembers":
    "Lists the members of a channel: by alias, then by name.",
  "towline.v1.ChannelService/ListChannels":
    "Lists the channels that the caller may join, by name.",
  "towline.v1.ChannelService/ReadChannel":
    "Reads a page of what was said; who may join may read.\n\nErrors: `out_of_range` reason CURSOR_AHEAD for a cursor that was never given; its metadata has `last_cursor`.",
  "towline.v1.ChannelService/SendToChannel":
    "Says something. The answer comes when the message is on the hub's disk. The same id of the same sender has the effect of one message, and gets the same answer, for 10 minutes at least (docs/LIMITS.md has the bound on their number); a caller that sends no id must not ask again.\n\nErrors: `failed_precondition` reason NOT_A_MEMBER, `already_exists` reason MESSAGE_ID_REUSED for an id that came with other content, `invalid_argument` reason TEXT_INVALID or REPLY_TO_UNKNOWN, `resource_exhausted` reason STORE_FULL.",
  "towline.v1.ChannelService/StreamChannel":
    "Takes part in what is live in a channel (a voice, a screen): bytes that are passed on to the others who take part now, and never stored. The first request is `open`; if it names a source, chunks of it may follow. The first answer is `opened`, then `started` for each source that is there. A reader that is too slow loses the oldest chunks and is told by `dropped`. Ending the requests ends the caller's source, not its listening; a lost link ends both.\n\nErrors: `failed_precondition` reason NOT_A_MEMBER, `resource_exhausted` reason LIVE_FULL, `invalid_argument` reason LIVE_OPEN_EXPECTED.",
  "towline.v1.ChannelService/SubscribeChannel":
    "Sends what is kept after a position and then whatever comes, each message once and in order. The first answer is `opened`; `caught_up` comes once, when all that was there has been sent. The server never ends a stream that goes well. A reader that is slower than the channel costs nobody anything and loses nothing, unless retention takes a message before it was sent: then it is told by `missing`. Whoever comes back names the last message that it has seen as its position and gets exactly what it missed.\n\nErrors: `failed_precondition` reason NOT_A_MEMBER, `out_of_range` reason CURSOR_AHEAD for a position that the channel has not reached, `aborted` reason CHANNEL_RESET when the channel or the message there is another one. The last two mean that the channel was made anew or that its hub has lost its newest messages (it was restored from a backup): begin again from a position of its own, knowing that messages are gone. Their metadata has `first_cursor`, `last_cursor` and `channel_id` in hex.",
  "towline.v1.ChannelSummary":
    "ChannelSummary is a channel as it is now.",
  "towline.v1.ChannelSummary.channel":
    "What it is.",
  "towline.v1.ChannelSummary.connected_count":
    "How many of them are connected.",
  "towline.v1.ChannelSummary.first_cursor":
    "The cursor of the oldest message that is kept. The next one to come if none is.",
  "towline.v1.ChannelSummary.last_cursor":
    "The cursor of the newest message. 0 if there never was one.",
  "towline.v1.ChannelSummary.member_count":
    "How many members it has.",
  "towline.v1.ChannelSummary.members":
    "Some of its members, those who are connected first, then by alias and name: at most 100.",
  "towline.v1.ChannelSummary.message_count":
    "How many messages are kept.",
  "towline.v1.CloseReason":
    "CloseReason says why a link ended. Receivers treat an unknown value as unspecified.",
  "towline.v1.CloseReason.CLOSE_REASON_BAD_HELLO":
    "The hello's signature, channel binding or node id is wrong.",
  "towline.v1.CloseReason.CLOSE_REASON_CARRIER_LOST":
    "The carrier ended without a word.",
  "towline.v1.CloseReason.CLOSE_REASON_DUPLICATE":
    "The two nodes have another link, which is kept.",
  "towline.v1.CloseReason.CLOSE_REASON_HEARTBEAT_TIMEOUT":
    "Nothing was received for 30 seconds.",
  "towline.v1.CloseReason.CLOSE_REASON_HELLO_TIMEOUT":
    "No hello came in time.",
  "towline.v1.CloseReason.CLOSE_REASON_INTERNAL":
    "A fault in the software of the side that closed.",
  "towline.v1.CloseReason.CLOSE_REASON_LIMIT_EXCEEDED":
    "A limit of docs/LIMITS.md was passed.",
  "towline.v1.CloseReason.CLOSE_REASON_PROTOCOL_ERROR":
    "A frame broke the protocol.",
  "towline.v1.CloseReason.CLOSE_REASON_REQUESTED":
    "The owner asked for it.",
  "towline.v1.CloseReason.CLOSE_REASON_SHUTDOWN":
    "The node shuts down in order.",
  "towline.v1.CloseReason.CLOSE_REASON_UNSPECIFIED":
    "No reason was given.",
  "towline.v1.CloseReason.CLOSE_REASON_UNTRUSTED":
    "The other side's key is not, or no longer, in the keyring.",
  "towline.v1.CloseReason.CLOSE_REASON_VERSION_MISMATCH":
    "No common protocol version.",
  "towline.v1.Config":
    "Config is the file `towline.yaml` in a node's home. Its keys are the field names below.",
  "towline.v1.Config.approvals":
    "Who is asked when the policy says `ask`.",
  "towline.v1.Config.audit":
    "What is recorded of what happens on the node.",
  "towline.v1.Config.discovery":
    "How peers are found beside what is known of them.",
  "towline.v1.Config.hub":
    "The node whose channels, mailboxes, state, memory and skills this node uses: an alias, or \"self\" for its own. If empty, what the first join decided: the hub of the node that invited this one. A node that never joined is its own.",
  "towline.v1.Config.hubs":
    "Other hubs for some of the services.",
  "towline.v1.Config.limits":
    "How much of the node one caller may use at a time. The first that is about a caller counts for it.",
  "towline.v1.Config.listen":
    "Where the node listens.",
  "towline.v1.Config.log_level":
    "The least severe level that is logged: debug, info, warn or error. If empty, info.",
  "towline.v1.Config.mcp_files":
    "MCP configuration files of other programs (.mcp.json, claude_desktop_config.json, …), read as they are.",
  "towline.v1.Config.name":
    "What the node calls itself, and the alias that it proposes when it joins. If empty, made from the host's name.",
  "towline.v1.Config.policy":
    "Who may do what with what is shared with them. If absent, sharing alone decides.",
  "towline.v1.Config.relay":
    "Whether this node carries links between two of its peers that share a group here and cannot reach each other. If absent, it does.",
  "towline.v1.Config.role":
    "The role that the node claims: orchestrator, thinker or worker. Shown, not believed.",
  "towline.v1.Config.team":
    "The team that the node claims. Shown, not believed.",
  "towline.v1.Config.tls":
    "An ordinary certificate, for programs that cannot pin a key.",
  "towline.v1.Config.uplinks":
    "Agents that attach by UplinkService, by name. One that is not named may attach too; nobody but the owner and the agents of this node sees its tools.",
  "towline.v1.Config.upstreams":
    "MCP servers whose tools the node offers, by name.",
  "towline.v1.CreateChannelRequest":
    "CreateChannelRequest describes a channel to make.",
  "towline.v1.CreateChannelRequest.display_name":
    "What the creator calls itself as a member.",
  "towline.v1.CreateChannelRequest.groups":
    "The groups of the hub whose members may join. If empty, only agents of the hub and of the caller's node may.",
  "towline.v1.CreateChannelRequest.name":
    "Its name.",
  "towline.v1.CreateChannelRequest.request_id":
    "Names the request for its caller. If absent, the node makes one.",
  "towline.v1.CreateChannelRequest.retention":
    "What is kept. If absent, the defaults.",
  "towline.v1.CreateChannelRequest.title":
    "What it is for.",
  "towline.v1.CreateChannelResponse":
    "CreateChannelResponse shows the channel.",
  "towline.v1.CreateChannelResponse.channel":
    "The channel.",
  "towline.v1.CreateGroupRequest":
    "CreateGroupRequest founds a group.",
  "towline.v1.CreateGroupRequest.alias":
    "What the group calls this node. If empty, what this node calls itself.",
  "towline.v1.CreateGroupRequest.lifetime_seconds":
    "How long each roster gives trust, in seconds; owners' nodes renew it while they run. If absent, for ever.",
  "towline.v1.CreateGroupRequest.name":
    "Its name, here and everywhere.",
  "towline.v1.CreateGroupResponse":
    "CreateGroupResponse shows the group.",
  "towline.v1.CreateGroupResponse.group":
    "The group.",
  "towline.v1.CreateInviteRequest":
    "CreateInviteRequest asks for an invite.",
  "towline.v1.CreateInviteRequest.alias":
    "The alias that the joiner gets. If empty, the one that the joiner proposes.",
  "towline.v1.CreateInviteRequest.group":
    "The group that the joiner becomes a member of. If empty, \"home\".",
  "towline.v1.CreateInviteRequest.lifetime_seconds":
    "How long it works, in seconds. If absent, 24 hours; at most 30 days.",
  "towline.v1.CreateInviteResponse":
    "CreateInviteResponse is the invite.",
  "towline.v1.CreateInviteResponse.expire_time":
    "When it stops working.",
  "towline.v1.CreateInviteResponse.group":
    "The group that the joiner becomes a member of.",
  "towline.v1.CreateInviteResponse.invite":
    "The text to paste into `towline join`.",
  "towline.v1.CreateTokenRequest":
    "CreateTokenRequest asks for a token.",
  "towline.v1.CreateTokenRequest.client_key":
    "If present, the Ed25519 key of the TLS client certificate that the bearer must show with it.",
  "towline.v1.CreateTokenRequest.groups":
    "For a program: the groups whose shared tools it may use.",
  "towline.v1.CreateTokenRequest.kind":
    "What its bearer is: an agent or a program.",
  "towline.v1.CreateTokenRequest.lifetime_seconds":
    "How long it works, in seconds. If absent, 90 days.",
  "towline.v1.CreateTokenRequest.scopes":
    "What it may be used for (see TokenBody.scopes). If empty, for everything that its kind may do.",
  "towline.v1.CreateTokenRequest.subject":
    "The bearer's name.",
  "towline.v1.CreateTokenResponse":
    "CreateTokenResponse is the token.",
  "towline.v1.CreateTokenResponse.info":
    "What was made.",
  "towline.v1.CreateTokenResponse.token":
    "The text to send as `authorization: Bearer <text>`. Not shown again.",
  "towline.v1.Credit":
    "Credit grants the receiver of this frame the right to send more. Grants add up; a sum above 2^31 - 1 ends the link with CLOSE_REASON_PROTOCOL_ERROR.",
  "towline.v1.Credit.bytes":
    "How many more bytes of messages.",
  "towline.v1.Credit.messages":
    "How many more messages.",
  "towline.v1.DecideApprovalRequest":
    "DecideApprovalRequest is an answer.",
  "towline.v1.DecideApprovalRequest.agent":
    "The agent in whose session the person answers. Empty for the command line.",
  "towline.v1.DecideApprovalRequest.approval_id":
    "The approval.",
  "towline.v1.DecideApprovalRequest.binding":
    "Its `binding`, as it was shown.",
  "towline.v1.DecideApprovalRequest.decision":
    "The answer.",
  "towline.v1.DecideApprovalResponse":
    "DecideApprovalResponse shows what became of it.",
  "towline.v1.DecideApprovalResponse.approval":
    "The approval. If it is still pending, others must say yes too.",
  "towline.v1.DecideRequest":
    "DecideRequest is an answer.",
  "towline.v1.DecideRequest.approval_id":
    "The approval.",
  "towline.v1.DecideRequest.binding":
    "Its `binding`, as it was shown.",
  "towline.v1.DecideRequest.decision":
    "The answer.",
  "towline.v1.DecideResponse":
    "DecideResponse shows what became of it.",
  "towline.v1.DecideResponse.approval":
    "The approval. If it is still pending, others must say yes too.",
  "towline.v1.DeleteChannelRequest":
    "DeleteChannelRequest names a channel.",
  "towline.v1.DeleteChannelRequest.channel":
    "Its name.",
  "towline.v1.DeleteChannelResponse":
    "DeleteChannelResponse is empty: the channel is gone.",
  "towline.v1.DeliverMailRequest":
    "DeliverMailRequest is some mail, in order.",
  "towline.v1.DeliverMailRequest.envelopes":
    "The mail.",
  "towline.v1.DeliverMailResponse":
    "DeliverMailResponse tells what was taken.",
  "towline.v1.DeliverMailResponse.verdicts":
    "One for each envelope, in its order.",
  "towline.v1.Delivery":
    "Delivery is what became of a mail for one receiver.",
  "towline.v1.Delivery.last_error":
    "Why the last attempt failed, of a mail that waits. Empty if none has failed.",
  "towline.v1.Delivery.receiver":
    "For whom.",
  "towline.v1.Delivery.refusal":
    "Why it was refused. Present if and only if it was.",
  "towline.v1.Delivery.state":
    "How far it is.",
  "towline.v1.Delivery.state_time":
    "Since when.",
  "towline.v1.DeliveryState":
    "DeliveryState tells how far a mail has come. Transitions: QUEUED -> STORED_AT_HUB -> DELIVERED -> READ, each of the first two may be skipped; QUEUED and STORED_AT_HUB -> REFUSED or EXPIRED. An EXPIRED one becomes DELIVERED if the receiver's word that it was in time arrives late. READ and REFUSED are the end.",
  "towline.v1.DeliveryState.DELIVERY_STATE_DELIVERED":
    "In the receiver's inbox, on its disk.",
  "towline.v1.DeliveryState.DELIVERY_STATE_EXPIRED":
    "It was not delivered before it expired, as far as the sender's node knows.",
  "towline.v1.DeliveryState.DELIVERY_STATE_QUEUED":
    "On the disk of the sender's node, which goes on trying.",
  "towline.v1.DeliveryState.DELIVERY_STATE_READ":
    "Somebody whose inbox it is has marked it as read.",
  "towline.v1.DeliveryState.DELIVERY_STATE_REFUSED":
    "The receiver's node does not take it; `refusal` says why.",
  "towline.v1.DeliveryState.DELIVERY_STATE_STORED_AT_HUB":
    "Also on the disk of the hub, sealed. The sender's node goes on trying too.",
  "towline.v1.DeliveryState.DELIVERY_STATE_UNSPECIFIED":
    "Not known.",
  "towline.v1.DenyAnswer":
    "DenyAnswer is a no.",
  "towline.v1.DenyAnswer.comment":
    "What the asker is told. Empty for nothing.",
  "towline.v1.DiscoveryConfig":
    "DiscoveryConfig says how a node finds its peers. What is found grants nothing: it is one more address to try, where the key of the peer must answer.",
  "towline.v1.DiscoveryConfig.mdns":
    "Whether the node looks for its peers on the local network by multicast DNS, and announces its node id and port there. Off by default: everybody on the network can read the announcement.",
  "towline.v1.ErrorDetail":
    "ErrorDetail is one typed detail of a failed call.",
  "towline.v1.ErrorDetail.type":
    "The message's full name: \"towline.v1.ErrorInfo\".",
  "towline.v1.ErrorDetail.value":
    "The message's bytes.",
  "towline.v1.ErrorInfo":
    "ErrorInfo is the detail that every failed call carries beside its status code.",
  "towline.v1.ErrorInfo.help":
    "What a person can do about it: usually a command to run. Empty if there is nothing to suggest.",
  "towline.v1.ErrorInfo.metadata":
    "Facts about the failure, for programs: the alias, the tool, the limit. Never secrets.",
  "towline.v1.ErrorInfo.permanent":
    "True if the same request will fail again until somebody changes something.",
  "towline.v1.ErrorInfo.reason":
    "A stable name of the cause in UPPER_SNAKE, for programs: \"ALIAS_TAKEN\", \"TOOL_NOT_FOUND\".",
  "towline.v1.ErrorInfo.retry_delay_ms":
    "If present, how long the caller should wait before it tries again, in milliseconds.",
  "towline.v1.ExportAuditRequest":
    "ExportAuditRequest asks for the log as a file.",
  "towline.v1.ExportAuditRequest.since_time":
    "If present, the segments before the one with this time are left out.",
  "towline.v1.ExportAuditResponse":
    "ExportAuditResponse is a piece of the file, at most 256 KiB.",
  "towline.v1.ExportAuditResponse.data":
    "The next bytes.",
  "towline.v1.Frame":
    "Frame is the unit inside a link. Frames of one turn of the event loop travel together in one packet (OpenRequest, OpenResponse). Frames are checked by the link's own code, which a test proves equal to the rules written here.",
  "towline.v1.Frame.cancel":
    "Gives a call up. From the caller only; nothing follows it on its stream.",
  "towline.v1.Frame.close":
    "Ends the link. On stream 0; nothing follows it.",
  "towline.v1.Frame.credit":
    "Grants the receiver of this frame the right to send more on the stream.",
  "towline.v1.Frame.end":
    "Ends a call. From the callee only; nothing follows it on its stream.",
  "towline.v1.Frame.go_away":
    "Asks the receiver to open no more calls on this link. On stream 0.",
  "towline.v1.Frame.headers":
    "Response headers. From the callee, once, before its first message.",
  "towline.v1.Frame.heartbeat":
    "Shows that the sender lives. On stream 0.",
  "towline.v1.Frame.hello":
    "Says who speaks. The first frame each way, once, on stream 0.",
  "towline.v1.Frame.kind":
    "What the frame says.",
  "towline.v1.Frame.message":
    "One message, or a fragment of one.",
  "towline.v1.Frame.open":
    "Starts a call. On a new stream only.",
  "towline.v1.Frame.stream_id":
    "The call that the frame belongs to: odd when the dialer opened it, even when the acceptor did. Ids are used once and only grow. Zero for frames of the link itself.",
  "towline.v1.GetChannelRequest":
    "GetChannelRequest names a channel.",
  "towline.v1.GetChannelRequest.channel":
    "Its name.",
  "towline.v1.GetChannelResponse":
    "GetChannelResponse shows a channel.",
  "towline.v1.GetChannelResponse.channel":
    "The channel.",
  "towline.v1.GetDeliveryRequest":
    "GetDeliveryRequest names a mail that the caller sent.",
  "towline.v1.GetDeliveryRequest.message_id":
    "Its id.",
  "towline.v1.GetDeliveryResponse":
    "GetDeliveryResponse tells what became of a mail.",
  "towline.v1.GetDeliveryResponse.deliveries":
    "One for each receiver.",
  "towline.v1.GetMailRequest":
    "GetMailRequest names a mail.",
  "towline.v1.GetMailRequest.agent":
    "Whose inbox. Empty for the caller's. Only the owner of the node may name another agent.",
  "towline.v1.GetMailRequest.id":
    "The message id in hex, or at least 4 digits of its end.",
  "towline.v1.GetMailResponse":
    "GetMailResponse is a mail.",
  "towline.v1.GetMailResponse.mail":
    "The mail.",
  "towline.v1.GetNodeRequest":
    "GetNodeRequest asks who this node is.",
  "towline.v1.GetNodeResponse":
    "GetNodeResponse says who this node is.",
  "towline.v1.GetNodeResponse.node":
    "This node, with alias \"self\".",
  "towline.v1.GetPolicyRequest":
    "GetPolicyRequest asks for the policy.",
  "towline.v1.GetPolicyResponse":
    "GetPolicyResponse is the policy in force.",
  "towline.v1.GetPolicyResponse.load_time":
    "When it came into force. Absent if there is none.",
  "towline.v1.GetPolicyResponse.policy":
    "The policy. If absent, there is none: sharing alone decides.",
  "towline.v1.GetPolicyResponse.policy_version":
    "SHA-256 of it. Empty if there is none.",
  "towline.v1.GetPolicyResponse.refusal":
    "Why the file of now is not in force, if it could not be loaded: the policy before it stays. Empty if it is.",
  "towline.v1.GetPresenceRequest":
    "GetPresenceRequest names an agent.",
  "towline.v1.GetPresenceRequest.ref":
    "Whom. If absent, the caller itself.",
  "towline.v1.GetPresenceResponse":
    "GetPresenceResponse is an agent.",
  "towline.v1.GetPresenceResponse.agent":
    "As it is now.",
  "towline.v1.GetRosterRequest":
    "GetRosterRequest names a group.",
  "towline.v1.GetRosterRequest.group":
    "The group's name.",
  "towline.v1.GetRosterRequest.group_id":
    "The founder's key. If empty, the group that this node calls so, if the caller is in it.",
  "towline.v1.GetRosterResponse":
    "GetRosterResponse is a roster.",
  "towline.v1.GetRosterResponse.roster":
    "The roster, signed.",
  "towline.v1.GetStatusRequest":
    "GetStatusRequest asks how the node does.",
  "towline.v1.GetStatusResponse":
    "GetStatusResponse tells how the node does.",
  "towline.v1.GetStatusResponse.advertise_addresses":
    "The addresses that it tells to others.",
  "towline.v1.GetStatusResponse.agent_count":
    "How many agents are on it.",
  "towline.v1.GetStatusResponse.config_errors":
    "What is wrong with its configuration: file, line, reason. Empty if nothing is.",
  "towline.v1.GetStatusResponse.hubs":
    "Which node's services it uses, one row a service that lives on a hub.",
  "towline.v1.GetStatusResponse.link_count":
    "How many links are open.",
  "towline.v1.GetStatusResponse.listen_addresses":
    "The addresses that it listens on.",
  "towline.v1.GetStatusResponse.node":
    "Who it is.",
  "towline.v1.GetStatusResponse.peer_count":
    "How many peers it trusts.",
  "towline.v1.GetStatusResponse.pid":
    "The process id.",
  "towline.v1.GetStatusResponse.refused_connections":
    "Connections that were refused or dropped, by reason, since the start.",
  "towline.v1.GetStatusResponse.resident_bytes":
    "Resident memory, in bytes.",
  "towline.v1.GetStatusResponse.start_time":
    "When it started.",
  "towline.v1.GetStatusResponse.upstreams":
    "Its upstreams.",
  "towline.v1.GetStatusResponse.warnings":
    "What its owner should know and do something about, for people. Empty if nothing is.",
  "towline.v1.GetSuccessorRequest":
    "GetSuccessorRequest asks what became of a key.",
  "towline.v1.GetSuccessorRequest.node_id":
    "A key that this node may have had.",
  "towline.v1.GetSuccessorResponse":
    "GetSuccessorResponse leads from the key to the one of now.",
  "towline.v1.GetSuccessorResponse.rotations":
    "Oldest first. At most 16.",
  "towline.v1.GoAway":
    "GoAway asks the receiver to open no more calls on this link. Calls under way go on; the sender closes the link when they have ended.",
  "towline.v1.GoAway.message":
    "Why, for people.",
  "towline.v1.GoAway.reason":
    "Why.",
  "towline.v1.Grant":
    "Grant is a standing permission: this asker may use this tool without asking, until it expires or is revoked. It never allows what the policy denies.",
  "towline.v1.Grant.approval_id":
    "The approval that it came from.",
  "towline.v1.Grant.arguments_sha256":
    "If present, with these arguments alone: their SHA-256.",
  "towline.v1.Grant.asker":
    "Who may.",
  "towline.v1.Grant.create_time":
    "When it was written.",
  "towline.v1.Grant.deciders":
    "Who gave it.",
  "towline.v1.Grant.expire_time":
    "When it ends.",
  "towline.v1.Grant.grant_id":
    "Its id.",
  "towline.v1.Grant.resource":
    "With what, where that is no tool.",
  "towline.v1.Grant.tool":
    "With which tool. Absent if the verb is about something else.",
  "towline.v1.Grant.use_count":
    "How often it let a call run, since the node started.",
  "towline.v1.Grant.verb":
    "What it may do.",
  "towline.v1.Group":
    "Group is a group that this node is in.",
  "towline.v1.Group.create_time":
    "When the roster was signed.",
  "towline.v1.Group.expire_time":
    "If present, when it stops giving trust.",
  "towline.v1.Group.group_id":
    "The founder's key.",
  "towline.v1.Group.hash":
    "SHA-256 of that roster.",
  "towline.v1.Group.is_owner":
    "Whether this node is an owner.",
  "towline.v1.Group.member_count":
    "How many members it has, this node included.",
  "towline.v1.Group.name":
    "What it is called here: the group of the keyring that its members are in.",
  "towline.v1.Group.owner_ids":
    "The owners, the first counts most.",
  "towline.v1.Group.problems":
    "What is wrong with it. Empty if nothing is.",
  "towline.v1.Group.roster_name":
    "What its owners call it.",
  "towline.v1.Group.version":
    "The version of the roster that is in force.",
  "towline.v1.GroupMember":
    "GroupMember is a member of a group.",
  "towline.v1.GroupMember.addresses":
    "Where the group says that it can be dialed.",
  "towline.v1.GroupMember.alias":
    "What it is called here. Empty if it is not trusted: another key has its alias.",
  "towline.v1.GroupMember.is_owner":
    "Whether it is an owner.",
  "towline.v1.GroupMember.is_self":
    "Whether it is this node.",
  "towline.v1.GroupMember.node_id":
    "Its key.",
  "towline.v1.GroupMember.role":
    "The role that the group gives it.",
  "towline.v1.GroupMember.roster_alias":
    "What the group calls it.",
  "towline.v1.GroupProblem":
    "GroupProblem is what is wrong with a group, and what mends it.",
  "towline.v1.GroupProblem.help":
    "What mends it.",
  "towline.v1.GroupProblem.message":
    "For people.",
  "towline.v1.GroupProblem.reason":
    "In UPPER_SNAKE: ROSTER_FORKED, ROSTER_EXPIRED, ROSTER_REFUSED, NOT_A_MEMBER, ALIAS_TAKEN, ROSTER_INVALID.",
  "towline.v1.GroupService":
    "GroupService runs the groups that this node is in. For its owner alone. Members are changed only where this node is an owner of the group; elsewhere `failed_precondition`, reason NOT_GROUP_OWNER.",
  "towline.v1.GroupService/AddMember":
    "Lets a key in, or changes what the group says of it.\n\nErrors: `already_exists` reason ALIAS_TAKEN, `resource_exhausted` reason GROUP_FULL.",
  "towline.v1.GroupService/AddOwner":
    "Makes a member an owner, behind those who are.",
  "towline.v1.GroupService/CreateGroup":
    "Founds a group: this node is its first owner and member; keys that the keyring has in the group become members.\n\nErrors: `already_exists` reason GROUP_EXISTS.",
  "towline.v1.GroupService/JoinGroup":
    "Joins a group that an owner added this node to, by asking a peer for the roster.",
  "towline.v1.GroupService/LeaveGroup":
    "Leaves a group: its members are trusted no longer here, and an owner who can be reached is asked to take this node out.\n\nErrors: `failed_precondition` reason GROUP_OWNER_STAYS for an owner, unless it is the only member.",
  "towline.v1.GroupService/ListGroups":
    "Lists the groups that this node is in, by name.",
  "towline.v1.GroupService/ListMembers":
    "Lists the members of a group, by alias.",
  "towline.v1.GroupService/RemoveMember":
    "Puts a key out: it is revoked on every node of the group at its next contact, live links included.\n\nErrors: `not_found` reason MEMBER_UNKNOWN, `failed_precondition` reason OWNER_SENIOR for an owner who stands before this node.",
  "towline.v1.GroupService/RemoveOwner":
    "Makes an owner who stands behind this node a member like others. This node itself goes to the last place among the owners: one of the others then removes it.\n\nErrors: `failed_precondition` reason OWNER_SENIOR, or LAST_OWNER.",
  "towline.v1.GroupService/SetMemberAlias":
    "Gives a member another name on this node alone.",
  "towline.v1.Heartbeat":
    "Heartbeat shows that the sender lives. A side that has sent nothing for 10 seconds sends one; a side that has received nothing for 30 seconds ends the link.",
  "towline.v1.Heartbeat.is_answer":
    "True if this answers the receiver's heartbeat; an answer is not answered.",
  "towline.v1.Heartbeat.sequence":
    "Counts the sender's heartbeats, or repeats the number that is answered.",
  "towline.v1.Hello":
    "Hello says who speaks, and proves it for this very connection.",
  "towline.v1.Hello.body":
    "The exact bytes of a HelloBody.",
  "towline.v1.Hello.signature":
    "Ed25519, by the key that the body names, of: the domain \"towline-link-v1\", a zero byte, the sender's side (1 dialer, 2 acceptor), the carrier's 32-byte channel binding, and `body`. For TLS the binding is the exporter (RFC 8446 §7.5) with label \"EXPORTER-towline-link-v1\" and no context.",
  "towline.v1.HelloBody":
    "HelloBody is what a Hello signs.",
  "towline.v1.HelloBody.addresses":
    "Where the sender can be dialed, as \"host:port\" or \"wss://host[:port]/path\". The receiver keeps them in its address book.",
  "towline.v1.HelloBody.display_name":
    "What the sender calls itself. For display only: policy uses the receiver's alias for the key.",
  "towline.v1.HelloBody.features":
    "Optional abilities by name (\"gzip\"). Unknown names are ignored. An ability that needs both sides counts if both name it; one that a side has alone (\"relay\", \"relay-accept\") counts for that side.",
  "towline.v1.HelloBody.initial_credit_bytes":
    "How many bytes of messages the receiver of this hello may send at first on each stream that it opens.",
  "towline.v1.HelloBody.initial_credit_messages":
    "How many messages the receiver of this hello may send at first on each stream that it opens.",
  "towline.v1.HelloBody.instance_id":
    "Random bytes, fresh each time the node starts: tells a peer that came back from one that never left.",
  "towline.v1.HelloBody.max_version":
    "The newest protocol version that the sender speaks. The link uses the lower of both sides' newest, and is refused where that is below either side's oldest.",
  "towline.v1.HelloBody.min_version":
    "The oldest protocol version that the sender speaks.",
  "towline.v1.HelloBody.node_id":
    "The sender's node id. Must be the key that the carrier authenticated, where it authenticates one.",
  "towline.v1.HelloBody.nonce":
    "Random bytes, fresh for each hello.",
  "towline.v1.HelloBody.role":
    "The role that the sender claims: orchestrator, thinker or worker. For display only.",
  "towline.v1.HelloBody.software":
    "The sender's software and version: \"towline/0.1.0\". For display only.",
  "towline.v1.HelloBody.team":
    "The team that the sender claims. For display only.",
  "towline.v1.HubSource":
    "HubSource tells who chose a hub.",
  "towline.v1.HubSource.HUB_SOURCE_CONFIG":
    "The configuration.",
  "towline.v1.HubSource.HUB_SOURCE_JOIN":
    "The first join: that of this node to another, or of another to it.",
  "towline.v1.HubSource.HUB_SOURCE_NONE":
    "Nobody: a node that was told nothing uses its own services.",
  "towline.v1.HubSource.HUB_SOURCE_UNSPECIFIED":
    "Not known.",
  "towline.v1.HubStatus":
    "HubStatus tells whose service a node uses.",
  "towline.v1.HubStatus.alias":
    "The alias of the hub, \"self\" for the node's own. The text of its key if no alias is known.",
  "towline.v1.HubStatus.node_id":
    "The hub's key. Empty if the alias is unknown.",
  "towline.v1.HubStatus.problem":
    "Why the service cannot be used there, for people. Empty if nothing is known against it.",
  "towline.v1.HubStatus.service":
    "The service: \"channels\", \"mailboxes\", \"state\", \"memory\" or \"skills\".",
  "towline.v1.HubStatus.source":
    "Who decided it.",
  "towline.v1.HubsConfig":
    "HubsConfig names the hub of each service: an alias, or \"self\". Where empty, `hub` of the configuration counts.",
  "towline.v1.HubsConfig.channels":
    "Whose channels are used.",
  "towline.v1.HubsConfig.mailboxes":
    "Whose mailboxes are used.",
  "towline.v1.HubsConfig.memory":
    "Whose memory is used.",
  "towline.v1.HubsConfig.skills":
    "Whose skills are used.",
  "towline.v1.HubsConfig.state":
    "Whose state is used.",
  "towline.v1.InboxPlace":
    "InboxPlace is a place in the two inboxes that an agent sees.",
  "towline.v1.InboxPlace.node":
    "The last cursor seen of the node's inbox.",
  "towline.v1.InboxPlace.own":
    "The last cursor seen of the agent's own inbox.",
  "towline.v1.InboxRecord":
    "InboxRecord is an entry of an inbox.",
  "towline.v1.InboxRecord.message_id":
    "Names it for its sender.",
  "towline.v1.InboxRecord.sender_id":
    "The node that sent it.",
  "towline.v1.InboxRecord.words":
    "The words.",
  "towline.v1.InstanceService":
    "InstanceService finds out that two nodes run with one key: a home that was copied. A peer that has links to both asks each for a nonce, lets each sign the other's, and hands the signatures over. So nobody who does not hold the key itself can make a node believe it. Instance ids begin with the time at which their process started (48 bits, in milliseconds since 1970): the node with the greater one, the younger, ends.",
  "towline.v1.InstanceService/Challenge":
    "Gives a nonce, good for one Report by the same peer.",
  "towline.v1.InstanceService/Prove":
    "Signs a nonce of another instance.",
  "towline.v1.InstanceService/Report":
    "Hands over what another instance has signed. Errors: `invalid_argument` reason PROOF_INVALID.",
  "towline.v1.Invite":
    "Invite lets one unknown key become a trusted peer of the node that signed it, once. As text it is \"towline-invite-\" and the base64url of this message.",
  "towline.v1.Invite.body":
    "The exact bytes of an InviteBody.",
  "towline.v1.Invite.signature":
    "Ed25519, by the inviter's key, of the domain \"towline-invite-v1\", a zero byte, and `body`.",
  "towline.v1.InviteBody":
    "InviteBody is what an Invite signs.",
  "towline.v1.InviteBody.addresses":
    "Where the inviter can be dialed, as \"host:port\" or \"wss://host[:port]/path\"; the first that answers is used.",
  "towline.v1.InviteBody.alias":
    "The alias that the joiner gets on the inviter's node. If empty, the one that the joiner proposes.",
  "towline.v1.InviteBody.expire_time":
    "When the invite stops working. 24 hours after it was made, unless the inviter said otherwise.",
  "towline.v1.InviteBody.group":
    "The group that the joiner becomes a member of, on the inviter's node.",
  "towline.v1.InviteBody.group_id":
    "The founder's key, if the group has a roster: then the inviter is one of its owners, and the joiner gets the roster of this group and of no other. Empty if not.",
  "towline.v1.InviteBody.invite_id":
    "Names the invite on the node that made it.",
  "towline.v1.InviteBody.inviter_id":
    "The node that made it.",
  "towline.v1.InviteBody.inviter_name":
    "What the inviter calls itself. The joiner uses it as the inviter's alias, unless told otherwise.",
  "towline.v1.JoinChannelRequest":
    "JoinChannelRequest names a channel.",
  "towline.v1.JoinChannelRequest.channel":
    "Its name.",
  "towline.v1.JoinChannelRequest.display_name":
    "What the member calls itself, for people.",
  "towline.v1.JoinChannelResponse":
    "JoinChannelResponse shows the channel.",
  "towline.v1.JoinChannelResponse.channel":
    "The channel, with its new member.",
  "towline.v1.JoinChannelResponse.joined":
    "Whether the caller was no member before.",
  "towline.v1.JoinGroupRequest":
    "JoinGroupRequest names a group of a peer.",
  "towline.v1.JoinGroupRequest.group":
    "What the group is called there.",
  "towline.v1.JoinGroupRequest.name":
    "What it is called here; then it may be a group in which the keyring has others. If empty, as there.",
  "towline.v1.JoinGroupRequest.peer":
    "The peer's alias.",
  "towline.v1.JoinGroupResponse":
    "JoinGroupResponse shows the group.",
  "towline.v1.JoinGroupResponse.group":
    "The group.",
  "towline.v1.JoinRequest":
    "JoinRequest asks to join another node.",
  "towline.v1.JoinRequest.alias":
    "The alias that the inviter gets on this node. If empty, what the inviter calls itself.",
  "towline.v1.JoinRequest.group":
    "The group that the inviter gets into on this node. If empty, the invite's.",
  "towline.v1.JoinRequest.invite":
    "The text that `towline invite` printed there.",
  "towline.v1.JoinRequest.proposed_alias":
    "The alias that this node would like on the inviter's node. If empty, what this node calls itself.",
  "towline.v1.JoinResponse":
    "JoinResponse tells what the join gave.",
  "towline.v1.JoinResponse.hub_alias":
    "The alias of the hub that this node uses from now on; \"self\" if it uses its own services.",
  "towline.v1.JoinResponse.own_alias":
    "The alias that this node has on the inviter's node.",
  "towline.v1.JoinResponse.peer":
    "The inviter, as this node knows it now.",
  "towline.v1.JoinService":
    "JoinService lets strangers in who hold an invite.",
  "towline.v1.JoinService/Redeem":
    "Trades an invite for trust: the caller's key, taken from its TLS certificate, is added to the invite's group in the keyring of this node; if the group has a roster, it becomes a member and gets the roster. The only method, beside opening a link, that an unknown key may call.\n\nErrors: `permission_denied` for a bad signature, `deadline_exceeded` reason INVITE_EXPIRED, `failed_precondition` reason INVITE_USED or NOT_GROUP_OWNER, `already_exists` reason ALIAS_TAKEN, `unauthenticated` without a client certificate, `resource_exhausted` for too many attempts. A caller that already redeemed this invite with the same key gets the same answer again.",
  "towline.v1.KeepMailRequest":
    "KeepMailRequest is some mail of the caller for one peer, in order.",
  "towline.v1.KeepMailRequest.envelopes":
    "The mail, sealed, all for the same receiver.",
  "towline.v1.KeepMailResponse":
    "KeepMailResponse tells how many are kept.",
  "towline.v1.KeepMailResponse.kept_count":
    "So many of the first are on this node's disk.",
  "towline.v1.KeepMailResponse.refusal":
    "Why the next one is not: KEEP_FULL or QUOTA_EXCEEDED. If absent, all are.",
  "towline.v1.KeepReason":
    "KeepReason tells why a link is kept.",
  "towline.v1.KeepReason.KEEP_REASON_HUB":
    "It is a hub of this node.",
  "towline.v1.KeepReason.KEEP_REASON_MARKED":
    "It is marked so: `towline join` and `towline trust add --dial` do.",
  "towline.v1.KeepReason.KEEP_REASON_ORCHESTRATOR":
    "This node is an orchestrator: it keeps links to all members of its groups.",
  "towline.v1.KeepReason.KEEP_REASON_OWNER":
    "It owns a group that this node is in.",
  "towline.v1.KeepReason.KEEP_REASON_UNSPECIFIED":
    "Not known.",
  "towline.v1.LeaveChannelRequest":
    "LeaveChannelRequest names a channel.",
  "towline.v1.LeaveChannelRequest.channel":
    "Its name.",
  "towline.v1.LeaveChannelResponse":
    "LeaveChannelResponse tells what was there to leave.",
  "towline.v1.LeaveChannelResponse.left":
    "Whether the caller was a member.",
  "towline.v1.LeaveGroupRequest":
    "LeaveGroupRequest names a group.",
  "towline.v1.LeaveGroupRequest.group":
    "What it is called here.",
  "towline.v1.LeaveGroupResponse":
    "LeaveGroupResponse tells who knows of it.",
  "towline.v1.LeaveGroupResponse.resigned":
    "Whether an owner took this node out. If not, the others trust this node until an owner removes it.",
  "towline.v1.LimitsConfig":
    "LimitsConfig is how much of the node each of some callers may use: every caller has the whole of it for itself. What is above is refused (`resource_exhausted`), with the time to wait. The owner has no limits.",
  "towline.v1.LimitsConfig.bytes_per_minute":
    "Bytes of texts and binary fields in requests and answers, each minute. An answer is never cut: it counts against the calls that follow. If absent, 65,536 MiB (64 GiB).",
  "towline.v1.LimitsConfig.calls":
    "Calls under way at a time. If absent, 4,096.",
  "towline.v1.LimitsConfig.quotas":
    "What services keep for a caller, by name; above, they refuse (`resource_exhausted`, reason QUOTA_EXCEEDED). If a name is missing, what the service says. Agents of this node are counted each, those of another node together.\n\n\"channels\": how many channels of this node it made. \"stored_bytes\": bytes that its words take on this node. Each counts by itself: what all channels that it made may keep together (where it does not say how much a new one keeps, what is left, up to the default); its mail that is unread in the inboxes here; its mail that waits here for other nodes; and letters that this node keeps for nodes that are away.",
  "towline.v1.LimitsConfig.streams":
    "Streams under way at a time: watches, subscriptions, what never ends by itself. If absent, 4,096.",
  "towline.v1.LimitsConfig.who":
    "Whom it is about; any one of these is enough, as in `who` of a rule of the policy. If empty, everybody.",
  "towline.v1.LinkClose":
    "LinkClose ends the link at once. Calls under way fail with `unavailable`.",
  "towline.v1.LinkClose.message":
    "Why, for people.",
  "towline.v1.LinkClose.reason":
    "Why.",
  "towline.v1.LinkClose.retry_delay_ms":
    "If present, how long the receiver should wait before it dials again, in milliseconds.",
  "towline.v1.LinkCredits":
    "LinkCredits is what flow control allows on a link now. Credits belong to one call and one direction; the sums are of all calls under way, and 0 if there are none.",
  "towline.v1.LinkCredits.receive_bytes":
    "Bytes of messages that the peer may still send.",
  "towline.v1.LinkCredits.receive_messages":
    "Messages that the peer may still send.",
  "towline.v1.LinkCredits.send_bytes":
    "Bytes of messages that this node may still send.",
  "towline.v1.LinkCredits.send_messages":
    "Messages that this node may still send.",
  "towline.v1.LinkCredits.waiting_stream_count":
    "How many calls have something to send and no credit for it: their readers are slower than this node.",
  "towline.v1.LinkRound":
    "LinkRound ends a round of a watch of links.",
  "towline.v1.LinkRound.open_count":
    "How many links are open.",
  "towline.v1.LinkService":
    "LinkService opens links: authenticated, persistent, bidirectional sessions between two nodes, over which either side calls the other.",
  "towline.v1.LinkService/Open":
    "Opens a link. The caller is the dialer. The first packet of each side starts with a frame that is a Hello; after both, either side may open streams. Either side may end the link with a LinkClose, and a lost carrier ends it too. Nothing survives a link: after a new hello, services subscribe again from where they were.\n\nAn unknown key is answered with `permission_denied`. Both sides must present a certificate.",
  "towline.v1.LinkState":
    "LinkState tells where a link is in its life. Transitions: OPEN -> DRAINING -> CLOSED, and OPEN -> CLOSED.",
  "towline.v1.LinkState.LINK_STATE_CLOSED":
    "It has ended.",
  "towline.v1.LinkState.LINK_STATE_DRAINING":
    "Calls under way go on; no more are opened.",
  "towline.v1.LinkState.LINK_STATE_OPEN":
    "Either side may open calls.",
  "towline.v1.LinkState.LINK_STATE_UNSPECIFIED":
    "Not known.",
  "towline.v1.LinkStatus":
    "LinkStatus tells how a link does, or how it ended.",
  "towline.v1.LinkStatus.alias":
    "The peer's alias. Empty if the peer is trusted no longer.",
  "towline.v1.LinkStatus.carrier":
    "How the bytes travel: \"tls\", \"websocket\", \"relay\" or \"memory\".",
  "towline.v1.LinkStatus.close_message":
    "Why it ended, for people.",
  "towline.v1.LinkStatus.close_reason":
    "Why it ended. Unspecified while it is open.",
  "towline.v1.LinkStatus.close_time":
    "If present, when it ended.",
  "towline.v1.LinkStatus.closed_by_peer":
    "True if the peer ended it. False if this node did, or if the carrier was lost (CLOSE_REASON_CARRIER_LOST). False while it is open.",
  "towline.v1.LinkStatus.credits":
    "What may be sent on the calls that are under way. If absent, the link has ended.",
  "towline.v1.LinkStatus.dialed":
    "Whether this node dialed.",
  "towline.v1.LinkStatus.last_close_message":
    "The same, for people.",
  "towline.v1.LinkStatus.last_close_reason":
    "Why the link to the same peer that ended last did so, as long as it is remembered. Unspecified if there was none.",
  "towline.v1.LinkStatus.link_id":
    "Names the link on this node: counts its links since it started, from 1.",
  "towline.v1.LinkStatus.node_id":
    "The peer's node id.",
  "towline.v1.LinkStatus.open_time":
    "When it opened.",
  "towline.v1.LinkStatus.received_bytes":
    "Bytes of packets received.",
  "towline.v1.LinkStatus.received_frame_count":
    "Frames received.",
  "towline.v1.LinkStatus.received_packet_count":
    "Packets received.",
  "towline.v1.LinkStatus.relay_alias":
    "The alias of the peer through which the link goes. Empty if it is direct.",
  "towline.v1.LinkStatus.remote_address":
    "The other end's address, if the carrier has one. Known to this node alone.",
  "towline.v1.LinkStatus.round_trip_ms":
    "The round-trip time of the last heartbeat that was answered, in milliseconds. If absent, none was yet. A heartbeat is sent when the link opens, a second later and then every 10 seconds, also while calls are under way.",
  "towline.v1.LinkStatus.sent_bytes":
    "Bytes of packets sent.",
  "towline.v1.LinkStatus.sent_frame_count":
    "Frames sent.",
  "towline.v1.LinkStatus.sent_packet_count":
    "Packets sent.",
  "towline.v1.LinkStatus.state":
    "Where it is in its life.",
  "towline.v1.LinkStatus.stream_count":
    "How many calls are under way.",
  "towline.v1.LinkStatus.unsent_bytes":
    "Bytes that wait to be sent: messages without credit or turn, and packets that the carrier has not taken.",
  "towline.v1.LintPolicyRequest":
    "LintPolicyRequest names a policy.",
  "towline.v1.LintPolicyRequest.policy":
    "The policy. If absent, the one in force. Rules of the schema are not asked for: what breaks them is a finding.",
  "towline.v1.LintPolicyResponse":
    "LintPolicyResponse is what was found.",
  "towline.v1.LintPolicyResponse.findings":
    "In the order of the policy. At most 1,000.",
  "towline.v1.ListAgentsRequest":
    "ListAgentsRequest asks for a page of agents.",
  "towline.v1.ListAgentsRequest.page_size":
    "At most this many. If 0, 100; at most 1,000.",
  "towline.v1.ListAgentsRequest.page_token":
    "The `next_page_token` of the page before. Empty for the first page.",
  "towline.v1.ListAgentsResponse":
    "ListAgentsResponse is a page of agents.",
  "towline.v1.ListAgentsResponse.agents":
    "The agents, by name.",
  "towline.v1.ListAgentsResponse.next_page_token":
    "Asks for the next page. Empty on the last.",
  "towline.v1.ListApprovalsRequest":
    "ListApprovalsRequest asks for a page of approvals.",
  "towline.v1.ListApprovalsRequest.all":
    "Whether to list those that have ended too: of this node the last 1,000.",
  "towline.v1.ListApprovalsRequest.page_size":
    "At most this many. If 0, 100; at most 1,000.",
  "towline.v1.ListApprovalsRequest.page_token":
    "The `next_page_token` of the page before. Empty for the first page.",
  "towline.v1.ListApprovalsResponse":
    "ListApprovalsResponse is a page of approvals.",
  "towline.v1.ListApprovalsResponse.approvals":
    "The approvals.",
  "towline.v1.ListApprovalsResponse.next_page_token":
    "Asks for the next page. Empty on the last.",
  "towline.v1.ListChannelMembersRequest":
    "ListChannelMembersRequest asks for a page of members.",
  "towline.v1.ListChannelMembersRequest.channel":
    "The name of the channel.",
  "towline.v1.ListChannelMembersRequest.page_size":
    "At most this many. If 0, 100; at most 1,000.",
  "towline.v1.ListChannelMembersRequest.page_token":
    "The `next_page_token` of the page before. Empty for the first page.",
  "towline.v1.ListChannelMembersResponse":
    "ListChannelMembersResponse is a page of members.",
  "towline.v1.ListChannelMembersResponse.members":
    "The members.",
  "towline.v1.ListChannelMembersResponse.next_page_token":
    "Asks for the next page. Empty on the last.",
  "towline.v1.ListChannelsRequest":
    "ListChannelsRequest asks for a page of channels.",
  "towline.v1.ListChannelsRequest.page_size":
    "At most this many. If 0, 100; at most 1,000.",
  "towline.v1.ListChannelsRequest.page_token":
    "The `next_page_token` of the page before. Empty for the first page.",
  "towline.v1.ListChannelsResponse":
    "ListChannelsResponse is a page of channels.",
  "towline.v1.ListChannelsResponse.channels":
    "The channels, by name. Their members are left out, but not their counts.",
  "towline.v1.ListChannelsResponse.next_page_token":
    "Asks for the next page. Empty on the last.",
  "towline.v1.ListGrantsRequest":
    "ListGrantsRequest asks for a page of grants.",
  "towline.v1.ListGrantsRequest.page_size":
    "At most this many. If 0, 100; at most 1,000.",
  "towline.v1.ListGrantsRequest.page_token":
    "The `next_page_token` of the page before. Empty for the first page.",
  "towline.v1.ListGrantsResponse":
    "ListGrantsResponse is a page of grants.",
  "towline.v1.ListGrantsResponse.grants":
    "The grants.",
  "towline.v1.ListGrantsResponse.next_page_token":
    "Asks for the next page. Empty on the last.",
  "towline.v1.ListGroupsRequest":
    "ListGroupsRequest asks for the groups.",
  "towline.v1.ListGroupsRequest.page_size":
    "At most this many. If 0, 100; at most 1,000.",
  "towline.v1.ListGroupsRequest.page_token":
    "The `next_page_token` of the page before. Empty for the first page.",
  "towline.v1.ListGroupsResponse":
    "ListGroupsResponse is a page of groups.",
  "towline.v1.ListGroupsResponse.groups":
    "The groups, by name.",
  "towline.v1.ListGroupsResponse.next_page_token":
    "Asks for the next page. Empty on the last.",
  "towline.v1.ListLinksRequest":
    "ListLinksRequest asks for links.",
  "towline.v1.ListLinksRequest.peer":
    "Only those to this peer: its alias, its did:key, or its 64 hex digits. If empty, to all.",
  "towline.v1.ListLinksRequest.states":
    "Only those in one of these states. If empty, in any.",
  "towline.v1.ListLinksResponse":
    "ListLinksResponse lists links.",
  "towline.v1.ListLinksResponse.links":
    "The open links, by alias, then the ended ones, newest first.",
  "towline.v1.ListMailRequest":
    "ListMailRequest asks for a page of an inbox.",
  "towline.v1.ListMailRequest.agent":
    "Whose inbox. Empty for the caller's. Only the owner of the node may name another agent.",
  "towline.v1.ListMailRequest.page_size":
    "At most this many. If 0, 100; at most 1,000. A page has at most about 4 MiB of text.",
  "towline.v1.ListMailRequest.page_token":
    "The `next_page_token` of the page before. Empty for the first page.",
  "towline.v1.ListMailRequest.unread_only":
    "Only what is unread.",
  "towline.v1.ListMailResponse":
    "ListMailResponse is a page of an inbox.",
  "towline.v1.ListMailResponse.mails":
    "The mail, newest first by the time of its arrival.",
  "towline.v1.ListMailResponse.next_page_token":
    "Asks for the next page. Empty on the last.",
  "towline.v1.ListMailResponse.unread_count":
    "How many are unread in all. At most 10,000 are counted.",
  "towline.v1.ListMembersRequest":
    "ListMembersRequest asks for a page of members.",
  "towline.v1.ListMembersRequest.group":
    "What the group is called here.",
  "towline.v1.ListMembersRequest.page_size":
    "At most this many. If 0, 100; at most 1,000.",
  "towline.v1.ListMembersRequest.page_token":
    "The `next_page_token` of the page before. Empty for the first page.",
  "towline.v1.ListMembersResponse":
    "ListMembersResponse is a page of members.",
  "towline.v1.ListMembersResponse.group":
    "The group.",
  "towline.v1.ListMembersResponse.members":
    "The members, by the group's alias.",
  "towline.v1.ListMembersResponse.next_page_token":
    "Asks for the next page. Empty on the last.",
  "towline.v1.ListPeersRequest":
    "ListPeersRequest asks for a page of peers.",
  "towline.v1.ListPeersRequest.page_size":
    "At most this many. If 0, 100; at most 1,000.",
  "towline.v1.ListPeersRequest.page_token":
    "The `next_page_token` of the page before. Empty for the first page.",
  "towline.v1.ListPeersResponse":
    "ListPeersResponse is a page of peers.",
  "towline.v1.ListPeersResponse.next_page_token":
    "Asks for the next page. Empty on the last.",
  "towline.v1.ListPeersResponse.peers":
    "The peers, by alias.",
  "towline.v1.ListPresenceRequest":
    "ListPresenceRequest asks for a page of agents.",
  "towline.v1.ListPresenceRequest.alias":
    "Only agents of the node with this alias. If empty, of all.",
  "towline.v1.ListPresenceRequest.include_control_plane":
    "Whether nodes themselves are listed too.",
  "towline.v1.ListPresenceRequest.page_size":
    "At most this many. If 0, 100; at most 1,000.",
  "towline.v1.ListPresenceRequest.page_token":
    "The `next_page_token` of the page before. Empty for the first page.",
  "towline.v1.ListPresenceResponse":
    "ListPresenceResponse is a page of agents.",
  "towline.v1.ListPresenceResponse.agents":
    "The agents, by alias of their node and then by name.",
  "towline.v1.ListPresenceResponse.next_page_token":
    "Asks for the next page. Empty on the last.",
  "towline.v1.ListPresenceResponse.unlisted_count":
    "How many rows of peers are left out, because a peer has more than 1,001 of them.",
  "towline.v1.ListRoutesRequest":
    "ListRoutesRequest asks for a page of routes.",
  "towline.v1.ListRoutesRequest.page_size":
    "At most this many. If 0, 100; at most 1,000.",
  "towline.v1.ListRoutesRequest.page_token":
    "The `next_page_token` of the page before. Empty for the first page.",
  "towline.v1.ListRoutesResponse":
    "ListRoutesResponse is a page of routes.",
  "towline.v1.ListRoutesResponse.next_page_token":
    "Asks for the next page. Empty on the last.",
  "towline.v1.ListRoutesResponse.routes":
    "The routes, by alias.",
  "towline.v1.ListTokensRequest":
    "ListTokensRequest asks for a page of tokens.",
  "towline.v1.ListTokensRequest.page_size":
    "At most this many. If 0, 100; at most 1,000.",
  "towline.v1.ListTokensRequest.page_token":
    "The `next_page_token` of the page before. Empty for the first page.",
  "towline.v1.ListTokensResponse":
    "ListTokensResponse is a page of tokens.",
  "towline.v1.ListTokensResponse.next_page_token":
    "Asks for the next page. Empty on the last.",
  "towline.v1.ListTokensResponse.tokens":
    "The tokens, newest first.",
  "towline.v1.ListToolsRequest":
    "ListToolsRequest asks for a page of tools.",
  "towline.v1.ListToolsRequest.node":
    "If set, only the tools of this node: an alias, or \"self\".",
  "towline.v1.ListToolsRequest.page_size":
    "At most this many. If 0, 100; at most 1,000.",
  "towline.v1.ListToolsRequest.page_token":
    "The `next_page_token` of the page before. Empty for the first page.",
  "towline.v1.ListToolsResponse":
    "ListToolsResponse is a page of tools.",
  "towline.v1.ListToolsResponse.next_page_token":
    "Asks for the next page. Empty on the last.",
  "towline.v1.ListToolsResponse.tools":
    "The tools: this node's first, then by alias; within a node by upstream name; within an upstream in its order.",
  "towline.v1.ListVerbsRequest":
    "ListVerbsRequest asks for the verbs.",
  "towline.v1.ListVerbsRequest.page_size":
    "At most this many. If 0, 1,000, and that is the most.",
  "towline.v1.ListVerbsRequest.page_token":
    "The `next_page_token` of the page before. Empty for the first page.",
  "towline.v1.ListVerbsResponse":
    "ListVerbsResponse is a page of verbs.",
  "towline.v1.ListVerbsResponse.next_page_token":
    "Asks for the next page. Empty on the last.",
  "towline.v1.ListVerbsResponse.verbs":
    "The verbs.",
  "towline.v1.ListenConfig":
    "ListenConfig says where a node listens.",
  "towline.v1.ListenConfig.advertise":
    "The addresses that are told to others, as \"host:port\" or \"wss://host[:port]/path\". If empty, those of the machine's interfaces.",
  "towline.v1.ListenConfig.host":
    "The host to bind. If empty, all interfaces; TLS with known keys is asked of everything that is not loopback.",
  "towline.v1.ListenConfig.max_connections":
    "Connections in all. If absent, 10,000.",
  "towline.v1.ListenConfig.max_connections_per_address":
    "Connections of one address. If absent, 256.",
  "towline.v1.ListenConfig.max_unauthenticated_connections":
    "Connections that have not said who they are. If absent, 512.",
  "towline.v1.ListenConfig.plain_remote":
    "Whether plain HTTP is taken from other machines. If false, from loopback alone.",
  "towline.v1.ListenConfig.port":
    "The port. If absent, 7433; 0 takes a free one.",
  "towline.v1.LiveChunk":
    "LiveChunk is a part of what a source sends.",
  "towline.v1.LiveChunk.data":
    "The bytes.",
  "towline.v1.LiveChunk.sequence":
    "Counts the chunks of the source from 1; a step of more than one is a loss.",
  "towline.v1.LiveChunk.source_id":
    "The source.",
  "towline.v1.LiveDropped":
    "LiveDropped tells of a loss.",
  "towline.v1.LiveDropped.chunk_count":
    "How many chunks are lost since the last one that came.",
  "towline.v1.LiveDropped.source_id":
    "The source.",
  "towline.v1.LiveEnded":
    "LiveEnded tells that nothing more comes of a source.",
  "towline.v1.LiveEnded.source_id":
    "The source.",
  "towline.v1.LiveOpen":
    "LiveOpen says where to take part, and with what.",
  "towline.v1.LiveOpen.channel":
    "The name of the channel.",
  "towline.v1.LiveOpen.source":
    "What the caller sends. If absent, it only listens.",
  "towline.v1.LiveOpened":
    "LiveOpened is empty: the caller takes part.",
  "towline.v1.LiveSource":
    "LiveSource describes bytes to come.",
  "towline.v1.LiveSource.format":
    "How the bytes are to be read: a media type (RFC 6838) with its parameters.",
  "towline.v1.LiveSource.kind":
    "What it is: \"voice\", \"screen\".",
  "towline.v1.LiveStarted":
    "LiveStarted tells of a source.",
  "towline.v1.LiveStarted.sender":
    "Whose it is.",
  "towline.v1.LiveStarted.sender_alias":
    "What the hub calls the sender's node.",
  "towline.v1.LiveStarted.source":
    "What it is.",
  "towline.v1.LiveStarted.source_id":
    "Names the source in this call.",
  "towline.v1.LocatePeerRequest":
    "LocatePeerRequest names a peer.",
  "towline.v1.LocatePeerRequest.node_id":
    "Its key.",
  "towline.v1.LocatePeerResponse":
    "LocatePeerResponse tells where it may be.",
  "towline.v1.LocatePeerResponse.addresses":
    "Where it can be dialed, the best address first. Empty if this node does not know.",
  "towline.v1.Mail":
    "Mail is a message in an inbox.",
  "towline.v1.Mail.create_time":
    "When it was sent, by the sender's clock.",
  "towline.v1.Mail.cursor":
    "Its place in its inbox: grows with each mail, never comes again. The inbox is `receiver.agent`.",
  "towline.v1.Mail.message_id":
    "Names the mail for its sender: one sender never uses an id for two texts.",
  "towline.v1.Mail.priority":
    "When the receiver is told.",
  "towline.v1.Mail.receive_time":
    "When it was written into the inbox, by this node's clock.",
  "towline.v1.Mail.receiver":
    "For whom it is: the agent, or the node.",
  "towline.v1.Mail.reply_to":
    "The mail that this one answers, of whichever of the two sent it. Empty if none.",
  "towline.v1.Mail.sender":
    "Who sent it. The key has been proved by the seal; of this node's own mail it is this node's.",
  "towline.v1.Mail.target":
    "The target as the sender wrote it: \"desk\", \"@team\", \"*\". For display only.",
  "towline.v1.Mail.text":
    "The words.",
  "towline.v1.Mail.unread":
    "Whether nobody has marked it as read.",
  "towline.v1.MailAddress":
    "MailAddress is one end of a mail, as seen from the node that answers.",
  "towline.v1.MailAddress.agent":
    "The agent on that node: the subject of its token, \"owner\" for its owner. Of a receiver, empty means the node: whoever works on it. Of a sender, it is what the sending node says.",
  "towline.v1.MailAddress.alias":
    "What the answering node calls the node: its alias, \"self\" for itself. Empty if it knows no such key any more.",
  "towline.v1.MailAddress.node_id":
    "The node's Ed25519 public key.",
  "towline.v1.MailEnvelope":
    "MailEnvelope is what carries a mail between nodes: all that a hub sees.",
  "towline.v1.MailEnvelope.body":
    "A MailLetter. Senders of this version seal it; a receiver takes a plain one only from the sender's own link.",
  "towline.v1.MailEnvelope.expire_time":
    "When it is not worth delivering any more.",
  "towline.v1.MailEnvelope.message_id":
    "Names it for its sender.",
  "towline.v1.MailEnvelope.plain":
    "The exact bytes of the letter.",
  "towline.v1.MailEnvelope.receiver_id":
    "The node that it is for, by the key that it is sealed for.",
  "towline.v1.MailEnvelope.sealed":
    "The same, sealed.",
  "towline.v1.MailEnvelope.sender_id":
    "The node that sent it.",
  "towline.v1.MailLetter":
    "MailLetter is what is sealed: words for an inbox, or news of mail that the other node sent.",
  "towline.v1.MailLetter.content":
    "What it is.",
  "towline.v1.MailLetter.receipts":
    "What became of mail of the receiver of this letter.",
  "towline.v1.MailLetter.words":
    "Words.",
  "towline.v1.MailPriority":
    "MailPriority says when a receiver is told of a mail; it never changes the order or whether it is delivered.",
  "towline.v1.MailPriority.MAIL_PRIORITY_LOW":
    "When the receiver has nothing to do.",
  "towline.v1.MailPriority.MAIL_PRIORITY_NEXT":
    "At once, unless the receiver does not want to be disturbed; then when it does again. The default.",
  "towline.v1.MailPriority.MAIL_PRIORITY_NOW":
    "At once, whatever the receiver does.",
  "towline.v1.MailPriority.MAIL_PRIORITY_UNSPECIFIED":
    "As MAIL_PRIORITY_NEXT.",
  "towline.v1.MailReceipt":
    "MailReceipt tells what became of one mail.",
  "towline.v1.MailReceipt.message_id":
    "Which.",
  "towline.v1.MailReceipt.refusal":
    "Why it was refused.",
  "towline.v1.MailReceipt.state":
    "DELIVERED, READ or REFUSED.",
  "towline.v1.MailReceipt.time":
    "When, by the clock of who tells.",
  "towline.v1.MailReceipts":
    "MailReceipts tells what became of mail.",
  "towline.v1.MailReceipts.receipts":
    "One for each mail.",
  "towline.v1.MailRef":
    "MailRef names a mail in an inbox by its place.",
  "towline.v1.MailRef.cursor":
    "Its cursor.",
  "towline.v1.MailRef.of_node":
    "Whether it lies in the node's inbox, and not in the agent's own.",
  "towline.v1.MailRefusal":
    "MailRefusal is why a mail was not taken.",
  "towline.v1.MailRefusal.help":
    "What mends it.",
  "towline.v1.MailRefusal.message":
    "For people.",
  "towline.v1.MailRefusal.permanent":
    "True if the same mail will be refused again until somebody changes something. If false, it may be sent again later, with a new message id.",
  "towline.v1.MailRefusal.reason":
    "In UPPER_SNAKE: AGENT_UNKNOWN, INBOX_FULL, QUOTA_EXCEEDED, MESSAGE_ID_CONFLICT, SEAL_BROKEN, SEAL_KEY_GONE, SEAL_SCHEME_UNKNOWN, MAIL_MALFORMED, SENDER_UNKNOWN.",
  "towline.v1.MailSynced":
    "MailSynced marks the end of the mail that was there.",
  "towline.v1.MailSynced.held_count":
    "How many mails wait until the receiver's status allows them.",
  "towline.v1.MailTransferService":
    "MailTransferService carries mail between nodes. Only peers with a key are answered.",
  "towline.v1.MailTransferService/DeliverMail":
    "Hands over mail for this node: the caller's own, or what the caller has kept for it as a hub. Each is on this node's disk, or refused, when the answer is sent; handed over again, it is there once.\n\nErrors of the call, after which nothing was taken: `resource_exhausted` reason STORE_FULL, `unavailable`.",
  "towline.v1.MailTransferService/KeepMail":
    "Asks this node to keep sealed mail of the caller for a peer of both, and to hand it over when that peer has a link. Kept in order, until the first that is refused.\n\nErrors: `not_found` reason RECEIVER_UNKNOWN also for a key that shares no group with the caller here, `failed_precondition` reason NO_HUB if this node keeps no mail for others.",
  "towline.v1.MailVerdict":
    "MailVerdict is what became of an envelope.",
  "towline.v1.MailVerdict.refusal":
    "Why it was not taken. If absent, it is on this node's disk.",
  "towline.v1.MailWords":
    "MailWords is a mail as its sender wrote it.",
  "towline.v1.MailWords.create_time":
    "When it was sent, by the sender's clock.",
  "towline.v1.MailWords.from_agent":
    "The agent that sends it, as its node says. \"owner\" for the owner.",
  "towline.v1.MailWords.priority":
    "When the receiver is told.",
  "towline.v1.MailWords.reply_to":
    "The mail that it answers. Empty if none.",
  "towline.v1.MailWords.target":
    "The target as the sender wrote it.",
  "towline.v1.MailWords.text":
    "The words.",
  "towline.v1.MailWords.to_agent":
    "For whom. Empty for all who work on the node.",
  "towline.v1.MailboxService":
    "MailboxService sends and receives mail in the name of an agent of this node. What was accepted is on this node's disk, and reaches the inbox once, in the order in which this node accepted it for that receiver, however often links and processes end in between. Each agent has an inbox, and the node has one for all who work on it; an agent sees these two, the owner of the node all.",
  "towline.v1.MailboxService/GetDelivery":
    "Tells what became of a mail that the caller sent.\n\nErrors: `not_found` reason MAIL_UNKNOWN.",
  "towline.v1.MailboxService/GetMail":
    "Gives one mail by its id.\n\nErrors: `not_found` reason MAIL_UNKNOWN, `invalid_argument` reason MAIL_AMBIGUOUS if several have an id that begins so.",
  "towline.v1.MailboxService/ListMail":
    "Lists the mail of an inbox, newest first, whatever its priority.",
  "towline.v1.MailboxService/MarkRead":
    "Marks mail as read, and lets its senders know. What is read already, or in no inbox of the caller, changes nothing.",
  "towline.v1.MailboxService/ReceiveMail":
    "Sends the mail of an inbox from a cursor on, and then each new one when its priority and the receiver's status allow it. At least once: after a reconnect from `resume_cursor`, one that was sent before its turn comes again. Mail that the caller itself sent to many is left out. The server never ends the stream by itself.",
  "towline.v1.MailboxService/SendMail":
    "Accepts a mail. Resolves when it is on the disk, not when it is delivered.\n\nErrors: `not_found` reason TARGET_UNKNOWN, `invalid_argument` reason TARGET_AMBIGUOUS (the candidates stand in the metadata), `already_exists` reason MESSAGE_ID_CONFLICT if the id was used for another mail, `resource_exhausted` reason OUTBOX_FULL or QUOTA_EXCEEDED, `failed_precondition` reason TARGET_EMPTY for a group without members.",
  "towline.v1.MailboxService/WatchDelivery":
    "Sends the delivery of a mail to each receiver, and again when it changes. Ends when nothing can change any more.\n\nErrors: `not_found` reason MAIL_UNKNOWN.",
  "towline.v1.MarkReadRequest":
    "MarkReadRequest names mail.",
  "towline.v1.MarkReadRequest.agent":
    "Whose inbox. Empty for the caller's. Only the owner of the node may name another agent.",
  "towline.v1.MarkReadRequest.mails":
    "The mail.",
  "towline.v1.MarkReadResponse":
    "MarkReadResponse tells how many were unread.",
  "towline.v1.MarkReadResponse.marked_count":
    "How many are read now that were not.",
  "towline.v1.McpFileConfig":
    "McpFileConfig names an MCP configuration file.",
  "towline.v1.McpFileConfig.path":
    "The file. Relative to the home.",
  "towline.v1.McpFileConfig.share":
    "The groups that all its servers are shared with. If empty, with nobody.",
  "towline.v1.MessageBatch":
    "MessageBatch is a run of messages.",
  "towline.v1.MessageBatch.messages":
    "The messages, in order: those that came since the batch before, at most 256 and about 256 KiB, one at least.",
  "towline.v1.MessageType":
    "MessageType says what kind of message it is.",
  "towline.v1.MessageType.MESSAGE_TYPE_SYSTEM":
    "Words of the hub about the channel. Nobody can send these.",
  "towline.v1.MessageType.MESSAGE_TYPE_TEXT":
    "Words of an agent or a person.",
  "towline.v1.MessageType.MESSAGE_TYPE_TOOL_RESULT":
    "What a tool gave.",
  "towline.v1.MessageType.MESSAGE_TYPE_UNSPECIFIED":
    "Taken for text.",
  "towline.v1.MessagesMissing":
    "MessagesMissing names messages that are gone.",
  "towline.v1.MessagesMissing.first_cursor":
    "The cursor of the first that is missing.",
  "towline.v1.MessagesMissing.last_cursor":
    "The cursor of the last that is missing.",
  "towline.v1.Metadata":
    "Metadata is one header or trailer of a call. Binary values have names that end in \"-bin\" and are base64.",
  "towline.v1.Metadata.name":
    "The lower-case name.",
  "towline.v1.Metadata.value":
    "The value.",
  "towline.v1.Node":
    "Node describes a node as seen from the node that answers.",
  "towline.v1.Node.alias":
    "The name that the answering node's keyring gives to the key; \"self\" for the answering node.",
  "towline.v1.Node.display_name":
    "What the node calls itself. For display only.",
  "towline.v1.Node.features":
    "The optional abilities that the node announced.",
  "towline.v1.Node.node_id":
    "The node's Ed25519 public key.",
  "towline.v1.Node.role":
    "The role that the node claims. For display only.",
  "towline.v1.Node.software":
    "The node's software and version.",
  "towline.v1.Node.team":
    "The team that the node claims. For display only.",
  "towline.v1.NodeService":
    "NodeService tells who this node is and whom it knows.",
  "towline.v1.NodeService/GetNode":
    "Says who this node is.",
  "towline.v1.NodeService/ListAgents":
    "Lists the agents that are on this node now.",
  "towline.v1.NodeService/ListPeers":
    "Lists the peers that this node trusts, connected or not, by alias.",
  "towline.v1.NodeService/LocatePeer":
    "Tells where another peer of this node can be dialed. Asked of a hub, where the addresses that are known of a peer do not answer. What is learnt so grants nothing: the peer's key must answer there.\n\nErrors: `not_found` reason PEER_UNKNOWN for a key that is not trusted here, and for one that shares no group with the caller: the two answers are alike.",
  "towline.v1.NodeService/WatchPeers":
    "Sends all peers, then each peer that changes. The server never ends the stream; after a reconnect the caller starts again.",
  "towline.v1.OpenRequest":
    "OpenRequest is one packet from the dialer. At most 1 MiB.",
  "towline.v1.OpenRequest.frames":
    "Frames in the order in which they were sent. Streams are independent of each other.",
  "towline.v1.OpenResponse":
    "OpenResponse is one packet from the acceptor. At most 1 MiB.",
  "towline.v1.OpenResponse.frames":
    "Frames in the order in which they were sent. Streams are independent of each other.",
  "towline.v1.OutboxRecord":
    "OutboxRecord is an entry of an outbox: a letter on its way to one node.",
  "towline.v1.OutboxRecord.expire_time":
    "When it is not worth delivering any more.",
  "towline.v1.OutboxRecord.is_receipt":
    "Whether it is a receipt: nobody watches those.",
  "towline.v1.OutboxRecord.letter":
    "The exact bytes of the letter: sealed anew for each attempt, they must stay the same.",
  "towline.v1.OutboxRecord.message_id":
    "Names it.",
  "towline.v1.OwnersBody":
    "OwnersBody is one change of a group's owners.",
  "towline.v1.OwnersBody.create_time":
    "When it was signed.",
  "towline.v1.OwnersBody.group":
    "The group's name.",
  "towline.v1.OwnersBody.group_id":
    "The founder's key.",
  "towline.v1.OwnersBody.owners":
    "The owners from now on. The first counts most: a signer leaves everybody who stood before it as it was, and may change itself and those behind.",
  "towline.v1.OwnersBody.previous_hash":
    "SHA-256 of the body of the change before. Empty in the first.",
  "towline.v1.Peer":
    "Peer is another node that this node trusts, and how it is reached.",
  "towline.v1.Peer.addresses":
    "Where it can be dialed, the best address first.",
  "towline.v1.Peer.dial":
    "Whether this node keeps a link to it without being asked.",
  "towline.v1.Peer.groups":
    "The groups of this node's keyring that the key is in.",
  "towline.v1.Peer.last_error":
    "Why the last link or the last attempt ended. Empty if there was none.",
  "towline.v1.Peer.node":
    "Who it is. What it says of itself is empty until it has been connected once.",
  "towline.v1.Peer.relay_alias":
    "The alias of the peer through which the link goes. Empty if the link is direct, or if there is none.",
  "towline.v1.Peer.round_trip_ms":
    "If present, the round-trip time of the last heartbeat, in milliseconds.",
  "towline.v1.Peer.state":
    "Whether it is there now.",
  "towline.v1.Peer.state_time":
    "If present, when the link opened (connected) or ended (otherwise).",
  "towline.v1.Peer.tool_count":
    "How many tools it shares with this node.",
  "towline.v1.PeerState":
    "PeerState tells whether a peer is there. Transitions: OFFLINE -> CONNECTING -> CONNECTED -> OFFLINE, and CONNECTING -> OFFLINE.",
  "towline.v1.PeerState.PEER_STATE_CONNECTED":
    "There is a link.",
  "towline.v1.PeerState.PEER_STATE_CONNECTING":
    "A link is being opened, or will be after a pause.",
  "towline.v1.PeerState.PEER_STATE_OFFLINE":
    "No link, and none is being opened.",
  "towline.v1.PeerState.PEER_STATE_UNSPECIFIED":
    "Not known.",
  "towline.v1.PendingSynced":
    "PendingSynced marks the end of the first round of a watch.",
  "towline.v1.PolicyCase":
    "PolicyCase is one question.",
  "towline.v1.PolicyCase.acting":
    "The agent that a peer says it acts for.",
  "towline.v1.PolicyCase.args":
    "The arguments, as JSON text. If empty, there are none.",
  "towline.v1.PolicyCase.as":
    "Who asks: see TestPolicyRequest.",
  "towline.v1.PolicyCase.expect":
    "The answer that is expected: allow, ask or deny.",
  "towline.v1.PolicyCase.name":
    "What it is about, for people. If empty, the question itself.",
  "towline.v1.PolicyCase.rule":
    "The rule that is expected to decide. If empty, any, or none.",
  "towline.v1.PolicyCase.time":
    "The time that `now` gives, as in RFC 3339. If empty, now.",
  "towline.v1.PolicyCase.tool":
    "The tool, as \"TOOL\", \"UPSTREAM/TOOL\" or \"NODE/UPSTREAM/TOOL\".",
  "towline.v1.PolicyCase.verb":
    "What is done. If empty, \"tools.call\".",
  "towline.v1.PolicyCases":
    "PolicyCases is a file of questions with the answers that are expected: `towline policy test --file` asks them all.",
  "towline.v1.PolicyCases.cases":
    "The questions.",
  "towline.v1.PolicyConfig":
    "PolicyConfig is the key `policy` of towline.yaml: who may do what with what is shared with them already. Policy only takes away: what is not shared with a caller stays closed, whatever a rule says.\n\nRules are asked in their order; the first that matches decides. Where none matches, sharing alone decides.",
  "towline.v1.PolicyConfig.rules":
    "The rules. Their order counts.",
  "towline.v1.PolicyDecision":
    "PolicyDecision is the answer to one question.",
  "towline.v1.PolicyDecision.effect":
    "What holds.",
  "towline.v1.PolicyDecision.ground":
    "What decided.",
  "towline.v1.PolicyDecision.policy_version":
    "SHA-256 of the policy that was asked. Empty if there is none.",
  "towline.v1.PolicyDecision.rule":
    "The rule that decided, by name. Empty if none did.",
  "towline.v1.PolicyDecision.steps":
    "Every rule that was looked at, up to the one that decided.",
  "towline.v1.PolicyDecision.visible":
    "Whether the caller would see the tool in lists. True for what is no tool.",
  "towline.v1.PolicyEffect":
    "PolicyEffect is what the policy says to a call.",
  "towline.v1.PolicyEffect.POLICY_EFFECT_ALLOW":
    "The call goes on.",
  "towline.v1.PolicyEffect.POLICY_EFFECT_ASK":
    "The call waits until a person decides; without an answer it is refused.",
  "towline.v1.PolicyEffect.POLICY_EFFECT_DENY":
    "The call is refused.",
  "towline.v1.PolicyEffect.POLICY_EFFECT_UNSPECIFIED":
    "Not known.",
  "towline.v1.PolicyFinding":
    "PolicyFinding is something that is wrong with a policy, or that its author may not have meant.",
  "towline.v1.PolicyFinding.message":
    "What is wrong.",
  "towline.v1.PolicyFinding.path":
    "Where it is in the message, from its top: \"rules.3.when\".",
  "towline.v1.PolicyFinding.refused":
    "Whether a policy with it is refused.",
  "towline.v1.PolicyFinding.rule":
    "The rule, by name. Empty if it is about the policy as a whole.",
  "towline.v1.PolicyGround":
    "PolicyGround is what decided.",
  "towline.v1.PolicyGround.POLICY_GROUND_ACCESS":
    "The method is not for callers of this kind: no rule was asked.",
  "towline.v1.PolicyGround.POLICY_GROUND_NO_RULE":
    "No rule matched, or there is no policy: sharing alone.",
  "towline.v1.PolicyGround.POLICY_GROUND_RULE":
    "A rule.",
  "towline.v1.PolicyGround.POLICY_GROUND_SHARING":
    "The tool is not there, or not shared with the caller: no rule was asked.",
  "towline.v1.PolicyGround.POLICY_GROUND_UNSPECIFIED":
    "Not known.",
  "towline.v1.PolicyMatch":
    "PolicyMatch is what became of a rule.",
  "towline.v1.PolicyMatch.POLICY_MATCH_FAILED":
    "Its expression failed, and the rule allows: it does not match.",
  "towline.v1.PolicyMatch.POLICY_MATCH_FAILED_MATCHED":
    "Its expression failed, and the rule asks or denies: it matched, and decided.",
  "towline.v1.PolicyMatch.POLICY_MATCH_FALSE":
    "Its expression is false.",
  "towline.v1.PolicyMatch.POLICY_MATCH_MATCHED":
    "It matched, and decided.",
  "towline.v1.PolicyMatch.POLICY_MATCH_OTHER_PRINCIPAL":
    "It is about others.",
  "towline.v1.PolicyMatch.POLICY_MATCH_OTHER_TOOL":
    "It is about other tools.",
  "towline.v1.PolicyMatch.POLICY_MATCH_OTHER_VERB":
    "It is about other verbs.",
  "towline.v1.PolicyMatch.POLICY_MATCH_UNSPECIFIED":
    "Not known.",
  "towline.v1.PolicyRule":
    "PolicyRule is one rule. It matches a call that all of `who`, `verbs`, `tools` and `when` match.\n\nThe owner of the node is bound only by rules whose `who` names \"owner\", and by none in what the owner needs to mend a policy: the verbs of admin, approvals, audit and policy. What keeps the mesh up (links, joins, rosters, relays, answers of approvers) is not asked of the policy.",
  "towline.v1.PolicyRule.effect":
    "What the rule says: allow, ask (a person decides on each call) or deny.",
  "towline.v1.PolicyRule.limit":
    "How often the rule lets a caller through, as COUNT/TIME: \"10/1m\", \"1000/1d\" (s, m, h, d). As many at once, and then one each time that an even pace allows. Each caller has its own count, which starts anew with the node. Above it the call is refused with RATE_LIMITED and the time to wait. If empty, without a limit. Not for deny.",
  "towline.v1.PolicyRule.limit_per_tool":
    "Whether `limit` counts each tool by itself. If false, all that the rule matches together.",
  "towline.v1.PolicyRule.name":
    "Names the rule in decisions, records and messages. Unique in the policy.",
  "towline.v1.PolicyRule.tools":
    "The tools that it is about, as \"UPSTREAM/TOOL\" of this node or \"NODE/UPSTREAM/TOOL\", with `*` for any run of characters; \"self\" is this node. A tool of a peer is decided on there, and here for this node's agents before. If empty, the rule is not about certain tools.",
  "towline.v1.PolicyRule.verbs":
    "What is done: the service's noun and the method, as in \"channels.send\" or \"state.set\", with `*` for any run of characters. `towline policy verbs` lists them. If empty, \"tools.call\" where `tools` are named, else everything.",
  "towline.v1.PolicyRule.when":
    "A CEL expression that must be true, over `principal` (kind, name, groups, role, token, key, relayed), `tool` (node, upstream, name, annotations), `verb`, `args` (the arguments of the call), `now` (a timestamp) and `claimed` (agent: what a peer says that it acts for). If empty, always true. Where it fails (a member that is not there, arguments of more than 64 KiB), an `allow` does not match; `ask` and `deny` do.",
  "towline.v1.PolicyRule.who":
    "Whom it is about; any one of these is enough. If empty, everybody but the owner.\n\n\"peer:ALIAS\", \"group:NAME\" and \"role:NAME\" as this node's keyring and rosters have them at the time of the call (a key that is renamed takes the rules of its new alias); \"key:did:key:…\" whatever its alias; \"agent:NAME\" and \"program:NAME\" for bearers of this node's tokens, \"token:ID\" (32 hex digits) for one token; \"owner\"; \"*\" for everybody but the owner. \"peer:*\", \"agent:*\" and \"program:*\" are all of a kind.\n\n\"acting:NAME\" is a peer that says it acts for its agent of that name. A peer may say what it likes: such a rule may ask or deny, and never allow.",
  "towline.v1.PolicyService":
    "PolicyService shows what the policy of this node says. The policy itself stands in towline.yaml, which only a person changes; `AdminService.Reload` puts it in force.",
  "towline.v1.PolicyService/GetPolicy":
    "Gives the policy that is in force.",
  "towline.v1.PolicyService/LintPolicy":
    "Looks for what is wrong in a policy: what would be refused when it is loaded, names that this node does not know, and rules that can never decide.",
  "towline.v1.PolicyService/ListVerbs":
    "Lists the verbs that rules may name, by name.",
  "towline.v1.PolicyService/TestPolicy":
    "Asks what would happen, and says why. Nothing is counted, called or recorded. The owner may ask for anybody; an agent for itself alone, and is not told of the rules that did not match.\n\nErrors: `not_found` reason PRINCIPAL_UNKNOWN, VERB_UNKNOWN; `permission_denied` reason POLICY_OWN_ONLY; `invalid_argument` reason ARGUMENTS_NOT_JSON.",
  "towline.v1.PolicyStep":
    "PolicyStep is one rule that was looked at.",
  "towline.v1.PolicyStep.effect":
    "What it says when it matches.",
  "towline.v1.PolicyStep.failure":
    "Why `when` failed. Empty if it did not.",
  "towline.v1.PolicyStep.match":
    "What became of it.",
  "towline.v1.PolicyStep.rule":
    "The rule's name.",
  "towline.v1.PresenceService":
    "PresenceService tells which agents there are, and lets each say what it does.\n\nA node answers its own agents and its owner with all rows: its own, and those that the linked peers have told it. Peers and programs get the rows of this node alone, and of these what is shown to a group that they are in. Each node watches its peers; there is no central list. When the link to a peer ends, the rows of its agents go offline: at once if the peer left in order or was silent for 30 seconds, after a grace of 5 seconds if the link broke. They stay until the peer is trusted no longer, or this node restarts.",
  "towline.v1.PresenceService/Attend":
    "Says that the caller is here for as long as the stream lasts, and sends it its own row, now and whenever it changes. The server never ends the stream by itself.\n\nErrors: those of SetStatus; `resource_exhausted` reason TOO_MANY_AGENTS or TOO_MANY_SESSIONS.",
  "towline.v1.PresenceService/GetPresence":
    "Gives one agent.\n\nErrors: `not_found` reason AGENT_UNKNOWN, also for one that the caller may not see.",
  "towline.v1.PresenceService/ListPresence":
    "Lists agents, by alias of their node and then by name.",
  "towline.v1.PresenceService/SetProfile":
    "Says who the calling agent is. Errors: those of SetStatus.",
  "towline.v1.PresenceService/SetStatus":
    "Says what the calling agent does. What it says here is kept when it leaves.\n\nErrors: `permission_denied` reason NOT_AN_AGENT_HERE for peers, whose agents speak to their own nodes; `resource_exhausted` reason TOO_MANY_AGENTS.",
  "towline.v1.PresenceService/SetSummary":
    "Says what the calling agent works on. Errors: those of SetStatus.",
  "towline.v1.PresenceService/SetVisibility":
    "Says who may see the calling agent. Errors: those of SetStatus.",
  "towline.v1.PresenceService/WatchPresence":
    "Sends all agents, then `synced`, then each agent that changes. The server never ends the stream by itself; after a reconnect the caller starts again, and takes what it is not told of before `synced` for gone.",
  "towline.v1.PresenceSynced":
    "PresenceSynced is empty: what follows are changes.",
  "towline.v1.ProveRequest":
    "ProveRequest asks for a signature.",
  "towline.v1.ProveRequest.nonce":
    "What the other instance gave.",
  "towline.v1.ProveResponse":
    "ProveResponse is a signature.",
  "towline.v1.ProveResponse.instance_id":
    "The instance id of the node that signs, as in its hello.",
  "towline.v1.ProveResponse.signature":
    "Ed25519, by the node's key, of the domain \"towline-instance-v1\", a zero byte, the nonce, and the instance id.",
  "towline.v1.QueryAuditRequest":
    "QueryAuditRequest asks for a page of entries.",
  "towline.v1.QueryAuditRequest.filter":
    "Which entries.",
  "towline.v1.QueryAuditRequest.page_size":
    "At most this many. If 0, 100; at most 1,000.",
  "towline.v1.QueryAuditRequest.page_token":
    "The `next_page_token` of the page before. Empty for the first page.",
  "towline.v1.QueryAuditResponse":
    "QueryAuditResponse is a page of entries.",
  "towline.v1.QueryAuditResponse.entries":
    "The entries, newest first.",
  "towline.v1.QueryAuditResponse.next_page_token":
    "Asks for the next page. Empty on the last.",
  "towline.v1.ReadChannelRequest":
    "ReadChannelRequest asks for a page of messages.",
  "towline.v1.ReadChannelRequest.after":
    "Only messages with a greater cursor. If absent, from the oldest on.",
  "towline.v1.ReadChannelRequest.before":
    "Only messages with a smaller cursor. If absent, up to the newest.",
  "towline.v1.ReadChannelRequest.channel":
    "The name of the channel.",
  "towline.v1.ReadChannelRequest.newest_first":
    "Whether the page is taken from the newest end, newest first.",
  "towline.v1.ReadChannelRequest.page_size":
    "At most this many. If 0, 100; at most 1,000. A page has at most about 4 MiB, and one message at least.",
  "towline.v1.ReadChannelResponse":
    "ReadChannelResponse is a page of messages.",
  "towline.v1.ReadChannelResponse.first_cursor":
    "The cursor of the oldest message that is kept. The next one to come if none is.",
  "towline.v1.ReadChannelResponse.has_more":
    "Whether there are more in the same direction: ask again `after` (newest first: `before`) the last one's cursor.",
  "towline.v1.ReadChannelResponse.last_cursor":
    "The cursor of the newest message. 0 if there never was one.",
  "towline.v1.ReadChannelResponse.messages":
    "The messages, in the order that was asked for.",
  "towline.v1.ReceiveMailRequest":
    "ReceiveMailRequest asks for mail.",
  "towline.v1.ReceiveMailRequest.after":
    "If present, all after this place; `{}` is from the beginning. If absent, only what comes from now on.",
  "towline.v1.ReceiveMailRequest.agent":
    "Whose inbox. Empty for the caller's. Only the owner of the node may name another agent.",
  "towline.v1.ReceiveMailRequest.unread_only":
    "Only what is unread.",
  "towline.v1.ReceiveMailResponse":
    "ReceiveMailResponse is one event.",
  "towline.v1.ReceiveMailResponse.event":
    "What happened.",
  "towline.v1.ReceiveMailResponse.mail":
    "A mail.",
  "towline.v1.ReceiveMailResponse.resume_after":
    "Where to go on after a reconnect without missing anything.",
  "towline.v1.ReceiveMailResponse.synced":
    "All mail that was there has been sent, but for what is held back by the receiver's status.",
  "towline.v1.RedeemRequest":
    "RedeemRequest is what a joiner says.",
  "towline.v1.RedeemRequest.addresses":
    "Where the joiner can be dialed, as \"host:port\" or \"wss://host[:port]/path\". Empty if nowhere.",
  "towline.v1.RedeemRequest.invite":
    "The invite, as it was given.",
  "towline.v1.RedeemRequest.proposed_alias":
    "The alias that the joiner would like. Used if the invite fixes none.",
  "towline.v1.RedeemResponse":
    "RedeemResponse is what the joiner needs to know.",
  "towline.v1.RedeemResponse.alias":
    "The alias that the joiner has on the inviter's node.",
  "towline.v1.RedeemResponse.group":
    "The group that it is in there.",
  "towline.v1.RedeemResponse.hub_id":
    "The key of the hub that the inviter uses; its own if it uses its own services. If empty, the inviter does not say: its own. A joiner that has chosen no hub yet uses the same one, if it trusts the key.",
  "towline.v1.RedeemResponse.inviter_name":
    "What the inviter calls itself.",
  "towline.v1.RedeemResponse.roster":
    "The group's roster with the joiner in it, if the group has one.",
  "towline.v1.RelayDialer":
    "RelayDialer names the node that dials.",
  "towline.v1.RelayDialer.node_id":
    "Its key, as the relaying node knows it. For the record only.",
  "towline.v1.RelayReady":
    "RelayReady is empty: bytes may flow.",
  "towline.v1.RelayRequest":
    "RelayRequest is a part of what the dialer sends.",
  "towline.v1.RelayRequest.data":
    "The next bytes for the target.",
  "towline.v1.RelayRequest.kind":
    "The target first, then data.",
  "towline.v1.RelayRequest.target":
    "Whom to reach. Once, first.",
  "towline.v1.RelayResponse":
    "RelayResponse is a part of what the target sends.",
  "towline.v1.RelayResponse.data":
    "The next bytes for the dialer.",
  "towline.v1.RelayResponse.kind":
    "Ready first, then data.",
  "towline.v1.RelayResponse.ready":
    "The target took the connection. Once, first.",
  "towline.v1.RelayService":
    "RelayService carries bytes between two nodes that cannot reach each other. A node that offers Relay names the feature \"relay\" in its hello, one that can be reached through others \"relay-accept\". Inside the bytes both ends speak TLS 1.3 with their own keys, then the link protocol: whoever carries them can neither read nor alter them.\n\n  dialer ── Relay ──> relaying node ── Accept ──> target",
  "towline.v1.RelayService/Accept":
    "Takes a connection that another peer of the caller dialed. The first request says who dials, which the target does not believe: the key that TLS shows inside decides. The first response takes the connection; then as Relay.",
  "towline.v1.RelayService/Relay":
    "Connects the caller to another peer of this node. The first request names the target; the first response says that the target took the connection; then data follows each way, in order. Closing the requests is the end of the dialer's bytes; the end of the call is the end of all. A reader that stops stops the writer at the far end, by the credits of both links. Both legs must be links that are not relayed themselves. Nothing survives the call: to go on, dial again.",
  "towline.v1.RelayTarget":
    "RelayTarget names the node to reach.",
  "towline.v1.RelayTarget.node_id":
    "Its key.",
  "towline.v1.ReloadRequest":
    "ReloadRequest asks to read the configuration again.",
  "towline.v1.ReloadResponse":
    "ReloadResponse tells what came of it.",
  "towline.v1.ReloadResponse.config_errors":
    "What is wrong with the configuration: file, line, reason. The other parts are in force.",
  "towline.v1.RemoveMemberRequest":
    "RemoveMemberRequest names a member.",
  "towline.v1.RemoveMemberRequest.group":
    "What the group is called here.",
  "towline.v1.RemoveMemberRequest.member":
    "The alias here or in the group, the did:key, or 64 hex digits.",
  "towline.v1.RemoveMemberResponse":
    "RemoveMemberResponse shows the group.",
  "towline.v1.RemoveMemberResponse.group":
    "The group, with its new version.",
  "towline.v1.RemoveOwnerRequest":
    "RemoveOwnerRequest names an owner.",
  "towline.v1.RemoveOwnerRequest.group":
    "What the group is called here.",
  "towline.v1.RemoveOwnerRequest.member":
    "The alias here or in the group, the did:key, or 64 hex digits.",
  "towline.v1.RemoveOwnerResponse":
    "RemoveOwnerResponse shows the group.",
  "towline.v1.RemoveOwnerResponse.group":
    "The group, with its new version.",
  "towline.v1.RemoveTrustRequest":
    "RemoveTrustRequest names a key to trust no longer.",
  "towline.v1.RemoveTrustRequest.group":
    "The group to remove it from. If empty, all.",
  "towline.v1.RemoveTrustRequest.peer":
    "Its alias, its did:key, or its 64 hex digits.",
  "towline.v1.RemoveTrustResponse":
    "RemoveTrustResponse tells what was removed.",
  "towline.v1.RemoveTrustResponse.groups":
    "The groups that it was removed from.",
  "towline.v1.RemoveTrustResponse.revoked":
    "Whether it is trusted no longer at all.",
  "towline.v1.ReportRequest":
    "ReportRequest hands a signature over.",
  "towline.v1.ReportRequest.instance_id":
    "The instance id of the other node.",
  "towline.v1.ReportRequest.signature":
    "What it signed: the nonce that this node gave to the caller.",
  "towline.v1.ReportResponse":
    "ReportResponse is empty: the younger of the two ends, the elder says so in its log and status.",
  "towline.v1.ResignMemberRequest":
    "ResignMemberRequest names the group that the caller leaves.",
  "towline.v1.ResignMemberRequest.group":
    "The group's name.",
  "towline.v1.ResignMemberRequest.group_id":
    "The founder's key.",
  "towline.v1.ResignMemberResponse":
    "ResignMemberResponse is empty: the caller is a member no longer.",
  "towline.v1.Retention":
    "Retention says which messages a channel keeps: the newest ones within all three bounds. The oldest go, up to a hundredth of the count late.",
  "towline.v1.Retention.max_age_seconds":
    "None that is older than this many seconds. If absent, 7776000 (90 days). Looked at every few minutes.",
  "towline.v1.Retention.max_bytes":
    "At most this many bytes, as they are stored. If absent, 1,073,741,824.",
  "towline.v1.Retention.max_count":
    "At most this many. If absent, 100,000.",
  "towline.v1.RevokeGrantRequest":
    "RevokeGrantRequest names a grant.",
  "towline.v1.RevokeGrantRequest.grant_id":
    "The grant.",
  "towline.v1.RevokeGrantResponse":
    "RevokeGrantResponse shows the grant.",
  "towline.v1.RevokeGrantResponse.grant":
    "The grant, as it was.",
  "towline.v1.RevokeTokenRequest":
    "RevokeTokenRequest names a token.",
  "towline.v1.RevokeTokenRequest.token_id":
    "The token.",
  "towline.v1.RevokeTokenResponse":
    "RevokeTokenResponse is empty: the token works no more.",
  "towline.v1.Roster":
    "Roster is the list of a group's members, as one of the group's owners signed it. A group is named by the key of its founder together with its name; nobody else can make a roster of it.\n\nA node holds one roster of a group and takes another one in its place by these rules, in this order: the longer chain of owner changes; the higher version; the higher SHA-256 of the body. Two chains that part are decided where they part: the change whose signer stands first among the owners there counts.",
  "towline.v1.Roster.create_time":
    "When it was signed.",
  "towline.v1.Roster.expire_time":
    "If present, when it stops giving trust, unless a newer one came. If absent, never.",
  "towline.v1.Roster.group":
    "The group's name. Nodes may call it otherwise among themselves.",
  "towline.v1.Roster.group_id":
    "The founder's key: the first owner.",
  "towline.v1.Roster.members":
    "The members, by alias. Aliases and keys are unique. Every owner is a member.",
  "towline.v1.Roster.owner_changes":
    "The changes of owners since the founding, oldest first. The owners are those of the last one; with none, the founder alone.",
  "towline.v1.Roster.previous_hash":
    "SHA-256 of the body of the roster that the signer held before. Empty in the first.",
  "towline.v1.Roster.revocations":
    "The keys that were members and are no longer.",
  "towline.v1.Roster.version":
    "1 for the first roster of a group; each later one is higher than the one that its signer held. At most 1,048,576 higher than the one that a receiver holds: one signature must not use up all numbers.",
  "towline.v1.RosterAlias":
    "RosterAlias is this node's own name for a member.",
  "towline.v1.RosterAlias.alias":
    "What it is called here.",
  "towline.v1.RosterAlias.node_id":
    "The member.",
  "towline.v1.RosterFork":
    "RosterFork is the trace of two rosters that exclude each other.",
  "towline.v1.RosterFork.other_hash":
    "SHA-256 of the body that is not.",
  "towline.v1.RosterFork.other_signer_id":
    "The owner who signed the one that is not used. Empty if it was never seen.",
  "towline.v1.RosterFork.see_time":
    "When this node saw it.",
  "towline.v1.RosterFork.used_hash":
    "SHA-256 of the body that is used.",
  "towline.v1.RosterFork.version":
    "The version that both have.",
  "towline.v1.RosterHead":
    "RosterHead says which roster a node holds, without its members.",
  "towline.v1.RosterHead.group":
    "The group's name.",
  "towline.v1.RosterHead.group_id":
    "The founder's key.",
  "towline.v1.RosterHead.hash":
    "SHA-256 of its body.",
  "towline.v1.RosterHead.owners_hash":
    "SHA-256 of the body of the last change of owners. Empty if there was none.",
  "towline.v1.RosterHead.version":
    "Its version.",
  "towline.v1.RosterMember":
    "RosterMember is one member of a group.",
  "towline.v1.RosterMember.addresses":
    "Where it can be dialed, as \"host:port\" or whatever an address book takes.",
  "towline.v1.RosterMember.alias":
    "The name that the group suggests for it. A node may use another one.",
  "towline.v1.RosterMember.node_id":
    "The member's key.",
  "towline.v1.RosterMember.role":
    "The role that the group gives it. Empty for none.",
  "towline.v1.RosterMember.rotations":
    "If the member got its key by rotations since it was let in, these, oldest first: a receiver that trusts a key before follows it, and goes on to accept the one before until its grace ends.",
  "towline.v1.RosterMember.since_version":
    "The version that let it in. A revocation of the same or a higher version keeps the key out.",
  "towline.v1.RosterRecord":
    "RosterRecord is what a node keeps of a group in `<home>/trust/<group>.roster`. It never leaves the node.",
  "towline.v1.RosterRecord.aliases":
    "Names that this node gives to members in place of the group's.",
  "towline.v1.RosterRecord.forks":
    "Where owners signed two rosters of one version, newest first. The last 16.",
  "towline.v1.RosterRecord.join_time":
    "When the node joined the group: the older of two groups keeps an alias that both give.",
  "towline.v1.RosterRecord.revocations":
    "All revocations that owners signed, those of rosters that are not in force included.",
  "towline.v1.RosterRecord.roster":
    "The roster that is in force.",
  "towline.v1.RosterRevocation":
    "RosterRevocation is a key that a group trusts no longer. It stays in force where two owners signed at once and the other one's roster is used: only a member entry with a higher `since_version` lets the key back in.",
  "towline.v1.RosterRevocation.node_id":
    "The key.",
  "towline.v1.RosterRevocation.revoke_time":
    "When.",
  "towline.v1.RosterRevocation.version":
    "The version that put it out.",
  "towline.v1.RosterService":
    "RosterService carries rosters between the members of a group. Each end of a link watches the other: whoever holds the newer roster of a group gives it. Only peers with a key are answered, and only of groups that they are in.",
  "towline.v1.RosterService/GetRoster":
    "Gives the roster of a group that is in force here. The caller verifies it by itself.\n\nErrors: `not_found` reason GROUP_UNKNOWN if this node is not in the group, or the caller is not.",
  "towline.v1.RosterService/ResignMember":
    "Takes the caller out of the group, on a node of one of its owners.\n\nErrors: `not_found` reason GROUP_UNKNOWN; `failed_precondition` reason NOT_GROUP_OWNER on other nodes, and GROUP_OWNER_STAYS if the caller is an owner.",
  "towline.v1.RosterService/WatchRosters":
    "Sends one head for each group that both are in, and again when a roster changes. The server never ends the stream by itself; after a reconnect the caller starts again.",
  "towline.v1.RotateKeyRequest":
    "RotateKeyRequest asks for a new key.",
  "towline.v1.RotateKeyRequest.grace_seconds":
    "How long peers accept the old key beside the new one, in seconds. If absent, 7 days; at most 30 days. With 0 they drop it, and its links, as soon as they hear of the new one.",
  "towline.v1.RotateKeyResponse":
    "RotateKeyResponse tells of the new key.",
  "towline.v1.RotateKeyResponse.followers":
    "The aliases of the peers that follow already.",
  "towline.v1.RotateKeyResponse.node_id":
    "The key that the node has now.",
  "towline.v1.RotateKeyResponse.untold":
    "The aliases of the peers that do not know yet.",
  "towline.v1.Rotation":
    "Rotation is a node's word that another key is its own from now on, signed by both keys.",
  "towline.v1.Rotation.body":
    "The exact bytes of a RotationBody.",
  "towline.v1.Rotation.new_signature":
    "The same by the new key: nobody can give away a key that is another's.",
  "towline.v1.Rotation.old_signature":
    "Ed25519, by the old key, of the domain \"towline-rotate-v1\", a zero byte, and `body`.",
  "towline.v1.RotationBody":
    "RotationBody is what a Rotation signs.",
  "towline.v1.RotationBody.create_time":
    "When it was made.",
  "towline.v1.RotationBody.grace_end_time":
    "Until when the old key is accepted beside the new one. At most 30 days after `create_time`: whoever follows it later than that counts it as over.",
  "towline.v1.RotationBody.new_id":
    "The key that it has.",
  "towline.v1.RotationBody.old_id":
    "The key that the node had.",
  "towline.v1.RotationService":
    "RotationService lets keyrings follow a node that has a new key. Both methods are open to strangers, because that is what a node with a new key is to those who have not heard of it; the signatures in a Rotation are what counts, not the caller.",
  "towline.v1.RotationService/Announce":
    "Tells this node of new keys, oldest first. A key in its keyring is replaced by its successor, under the same alias and in the same groups. Telling it again changes nothing.\n\nErrors: `permission_denied` reason ROTATION_REFUSED if none of the keys is known here, a signature is wrong, the old key has another successor already, or the successor is known by another alias.",
  "towline.v1.RotationService/GetSuccessor":
    "Gives the rotations that lead from a key that this node had to the one that it has: for those who look for it by the old one. Errors: `not_found` reason ROTATION_UNKNOWN.",
  "towline.v1.Route":
    "Route tells how one peer is or would be reached.",
  "towline.v1.Route.addresses":
    "The addresses that are tried, in this order.",
  "towline.v1.Route.alias":
    "The peer's alias.",
  "towline.v1.Route.carrier":
    "For a linked peer, how the bytes travel: \"tls\", \"websocket\", \"relay\" or \"memory\".",
  "towline.v1.Route.dialed":
    "For a linked peer, whether this node dialed.",
  "towline.v1.Route.keep_reasons":
    "Why this node keeps a link to the peer without being asked. Empty if it dials at the first call.",
  "towline.v1.Route.kind":
    "What is done for a call to it.",
  "towline.v1.Route.last_error":
    "Why the last link or the last attempt ended. Empty if there was none, and while there is a link.",
  "towline.v1.Route.node_id":
    "Its key.",
  "towline.v1.Route.problem":
    "Why nothing can be tried, for people. Empty otherwise.",
  "towline.v1.Route.relay_alias":
    "For a linked peer, the alias of the node that relays; empty if none does.",
  "towline.v1.Route.relay_aliases":
    "The peers that are asked to relay where no address answers, in this order.",
  "towline.v1.Route.remote_address":
    "For a linked peer, the other end's address, if the carrier has one.",
  "towline.v1.RouteAddress":
    "RouteAddress is one place where a peer may be.",
  "towline.v1.RouteAddress.address":
    "\"host:port\" or \"wss://…\".",
  "towline.v1.RouteAddress.see_time":
    "If present, when it was said last. To the day for what is said at each link.",
  "towline.v1.RouteAddress.source":
    "Who said so.",
  "towline.v1.RouteAddress.success_time":
    "If present, when a link last opened there.",
  "towline.v1.RouteKind":
    "RouteKind tells what is done for a call to a peer.",
  "towline.v1.RouteKind.ROUTE_KIND_DIAL":
    "Its addresses are dialed.",
  "towline.v1.RouteKind.ROUTE_KIND_LINKED":
    "There is a link.",
  "towline.v1.RouteKind.ROUTE_KIND_NONE":
    "There is nothing to try.",
  "towline.v1.RouteKind.ROUTE_KIND_RELAY":
    "No address is known: others are asked to relay.",
  "towline.v1.RouteKind.ROUTE_KIND_UNSPECIFIED":
    "Not known.",
  "towline.v1.SealedBody":
    "SealedBody is sealed by the sender's node for the receiver's. Bound to it, and not sent with it: the text \"towline-mail-v1\", a zero byte, sender_id, receiver_id, message_id, and the seconds of expire_time as 8 bytes, big-endian. The priority is in the letter.",
  "towline.v1.SealedBody.ciphertext":
    "The ciphertext with its tag.",
  "towline.v1.SealedBody.encapsulated":
    "Names the context, for this scheme: HPKE's encapsulated key.",
  "towline.v1.SealedBody.scheme":
    "How: \"hpke-auth-x25519-sha256-aes256gcm-v1\" (docs/MAIL.md).",
  "towline.v1.SealedBody.sequence":
    "Which message of the context.",
  "towline.v1.SecretConfig":
    "SecretConfig says where a secret is: in a file, or what a command prints.",
  "towline.v1.SecretConfig.command":
    "A program and its arguments, run in the home with the node's environment. It must end with code 0 within 10 seconds, having printed at most 16 KiB.",
  "towline.v1.SecretConfig.file":
    "A file that nobody but its owner may open, at most 16 KiB; a line end behind it does not count. Relative to the home.",
  "towline.v1.SeenRecord":
    "SeenRecord remembers that a mail was taken, for as long as it may be handed over again.",
  "towline.v1.SeenRecord.fingerprint":
    "SHA-256 of the letter.",
  "towline.v1.SeenRecord.forget_time":
    "When it may be forgotten.",
  "towline.v1.SendMailRequest":
    "SendMailRequest is a mail to send.",
  "towline.v1.SendMailRequest.lifetime_seconds":
    "If present, how long it is worth delivering, in seconds, at most 90 days. If absent, 30 days.",
  "towline.v1.SendMailRequest.priority":
    "When the receiver is told. If unspecified, MAIL_PRIORITY_NEXT. Must be unspecified for \"#channel\".",
  "towline.v1.SendMailRequest.reply_to":
    "The mail that this one answers. Empty if none.",
  "towline.v1.SendMailRequest.request_id":
    "Names the mail. Sent again with the same id and words, it is accepted once. If absent, the node makes one.",
  "towline.v1.SendMailRequest.target":
    "For whom: an alias (\"desk\"), an agent on a node (\"claude@desk\"), an agent of this node (\"claude@self\", or \"claude\" if no peer has this alias), a node id as did:key or hex or at least 8 characters of its beginning, \"@group\" for all peers in a group of the keyring and this node, \"#channel\" for a channel of the hub (who hosts it can read it), \"*\" for all peers and this node.",
  "towline.v1.SendMailRequest.text":
    "The words.",
  "towline.v1.SendMailResponse":
    "SendMailResponse is the promise that the mail is not lost.",
  "towline.v1.SendMailResponse.deliveries":
    "One for each receiver. At most 1,000 of them; GetDelivery gives the same.",
  "towline.v1.SendMailResponse.expire_time":
    "When it expires.",
  "towline.v1.SendMailResponse.message_id":
    "Its id.",
  "towline.v1.SendToChannelRequest":
    "SendToChannelRequest is something to say.",
  "towline.v1.SendToChannelRequest.blobs":
    "Content that it refers to.",
  "towline.v1.SendToChannelRequest.channel":
    "The name of the channel.",
  "towline.v1.SendToChannelRequest.connection_id":
    "Names the connection that sends. Subscriptions of the same sender that named the same one do not get the message.",
  "towline.v1.SendToChannelRequest.mentions":
    "Whom it speaks to in particular.",
  "towline.v1.SendToChannelRequest.reply_to":
    "The cursor of the message that it answers. If absent, it answers none.",
  "towline.v1.SendToChannelRequest.request_id":
    "Names the message for its sender. If absent, the node makes one.",
  "towline.v1.SendToChannelRequest.text":
    "What to say: text in UTF-8.",
  "towline.v1.SendToChannelRequest.type":
    "What kind of message it is. If unspecified, text. Never a system message.",
  "towline.v1.SendToChannelResponse":
    "SendToChannelResponse says where the message stands.",
  "towline.v1.SendToChannelResponse.create_time":
    "When the hub took it.",
  "towline.v1.SendToChannelResponse.cursor":
    "Its cursor.",
  "towline.v1.SentRecord":
    "SentRecord is what this node knows of a mail that it sent to one receiver.",
  "towline.v1.SentRecord.expire_time":
    "When it expires.",
  "towline.v1.SentRecord.fingerprint":
    "SHA-256 of what the sender asked for.",
  "towline.v1.SentRecord.from_agent":
    "The agent that sent it.",
  "towline.v1.SentRecord.receiver_id":
    "The node that it is for.",
  "towline.v1.SentRecord.refusal":
    "Why it was refused.",
  "towline.v1.SentRecord.state":
    "How far it is.",
  "towline.v1.SentRecord.state_time":
    "Since when.",
  "towline.v1.SentRecord.to_agent":
    "The agent that it is for; empty for the node.",
  "towline.v1.SetMemberAliasRequest":
    "SetMemberAliasRequest names a member anew.",
  "towline.v1.SetMemberAliasRequest.alias":
    "What it is called here from now on. If empty, as the group calls it.",
  "towline.v1.SetMemberAliasRequest.group":
    "What the group is called here.",
  "towline.v1.SetMemberAliasRequest.member":
    "The alias here or in the group, the did:key, or 64 hex digits.",
  "towline.v1.SetMemberAliasResponse":
    "SetMemberAliasResponse shows the group.",
  "towline.v1.SetMemberAliasResponse.group":
    "The group.",
  "towline.v1.SetProfileRequest":
    "SetProfileRequest gives what is to change.",
  "towline.v1.SetProfileRequest.name":
    "If present, what people call it. Empty for its own name.",
  "towline.v1.SetProfileRequest.profile":
    "If present, takes the place of the profile as a whole.",
  "towline.v1.SetProfileRequest.role":
    "If present, what it is for. Unspecified for the role of its node.",
  "towline.v1.SetProfileResponse":
    "SetProfileResponse is the agent as it is now.",
  "towline.v1.SetProfileResponse.agent":
    "The caller.",
  "towline.v1.SetStatusRequest":
    "SetStatusRequest gives a status.",
  "towline.v1.SetStatusRequest.status":
    "What the agent does.",
  "towline.v1.SetStatusResponse":
    "SetStatusResponse is the agent as it is now.",
  "towline.v1.SetStatusResponse.agent":
    "The caller.",
  "towline.v1.SetSummaryRequest":
    "SetSummaryRequest gives a summary.",
  "towline.v1.SetSummaryRequest.summary":
    "What the agent works on. Empty to say nothing.",
  "towline.v1.SetSummaryResponse":
    "SetSummaryResponse is the agent as it is now.",
  "towline.v1.SetSummaryResponse.agent":
    "The caller.",
  "towline.v1.SetVisibilityRequest":
    "SetVisibilityRequest gives a visibility.",
  "towline.v1.SetVisibilityRequest.visibility":
    "Takes the place of the one before as a whole.",
  "towline.v1.SetVisibilityResponse":
    "SetVisibilityResponse is the agent as it is now.",
  "towline.v1.SetVisibilityResponse.agent":
    "The caller.",
  "towline.v1.ShutdownRequest":
    "ShutdownRequest asks the node to end.",
  "towline.v1.ShutdownResponse":
    "ShutdownResponse is empty: the node drains and ends.",
  "towline.v1.SignedOwners":
    "SignedOwners is a change of owners as an owner before it signed it.",
  "towline.v1.SignedOwners.body":
    "The exact bytes of an OwnersBody.",
  "towline.v1.SignedOwners.signature":
    "Ed25519, by the signer's key, of the domain \"towline-owners-v1\", a zero byte, and `body`.",
  "towline.v1.SignedOwners.signer_id":
    "The owner who signed.",
  "towline.v1.SignedRoster":
    "SignedRoster is what travels.",
  "towline.v1.SignedRoster.body":
    "The exact bytes of a Roster.",
  "towline.v1.SignedRoster.signature":
    "Ed25519, by the signer's key, of the domain \"towline-roster-v1\", a zero byte, and `body`.",
  "towline.v1.SignedRoster.signer_id":
    "The owner who signed.",
  "towline.v1.StreamCancel":
    "StreamCancel gives a call up. The callee's handler sees its signal abort; what it still sends is dropped.",
  "towline.v1.StreamCancel.code":
    "Why, as a gRPC status code: 1 (canceled) or 4 (deadline exceeded). 0 is read as 1.",
  "towline.v1.StreamChannelRequest":
    "StreamChannelRequest is a part of what a participant sends.",
  "towline.v1.StreamChannelRequest.chunk":
    "The next bytes of the caller's source.",
  "towline.v1.StreamChannelRequest.kind":
    "What is sent.",
  "towline.v1.StreamChannelRequest.open":
    "Where to take part. Once, first.",
  "towline.v1.StreamChannelResponse":
    "StreamChannelResponse is one event of what is live.",
  "towline.v1.StreamChannelResponse.chunk":
    "Bytes of a source.",
  "towline.v1.StreamChannelResponse.dropped":
    "The caller was too slow: chunks of a source are lost.",
  "towline.v1.StreamChannelResponse.ended":
    "A source has ended.",
  "towline.v1.StreamChannelResponse.event":
    "What happened.",
  "towline.v1.StreamChannelResponse.opened":
    "The caller takes part. Once, first.",
  "towline.v1.StreamChannelResponse.started":
    "A source begins, or was there before the caller.",
  "towline.v1.StreamEnd":
    "StreamEnd ends a call.",
  "towline.v1.StreamEnd.code":
    "The status: 0 for success, else a gRPC status code (1 to 16).",
  "towline.v1.StreamEnd.data":
    "The last response message, or its last fragment. If absent, there is none.",
  "towline.v1.StreamEnd.details":
    "What went wrong, for programs.",
  "towline.v1.StreamEnd.message":
    "What went wrong, for people. Empty on success.",
  "towline.v1.StreamEnd.trailers":
    "Trailers. At most 16 KiB in all.",
  "towline.v1.StreamHeaders":
    "StreamHeaders carries the response headers of a call that has some.",
  "towline.v1.StreamHeaders.metadata":
    "Response headers. At most 16 KiB in all.",
  "towline.v1.StreamMessage":
    "StreamMessage carries one message of a call, or a fragment of one.",
  "towline.v1.StreamMessage.data":
    "The message's bytes. If absent, the frame carries no message (it only closes the caller's half). An empty value is an empty message.",
  "towline.v1.StreamMessage.half_close":
    "True if the caller sends nothing after this message. From the caller only.",
  "towline.v1.StreamMessage.more":
    "True if `data` is a fragment and more of the same message follows.",
  "towline.v1.StreamOpen":
    "StreamOpen starts a call; a unary call is this one frame one way and one StreamEnd the other way.",
  "towline.v1.StreamOpen.credit_bytes":
    "How many bytes of messages the callee may send before it is granted more.",
  "towline.v1.StreamOpen.credit_messages":
    "How many messages the callee may send before it is granted more.",
  "towline.v1.StreamOpen.data":
    "The first request message, or its first fragment. If absent, the first message follows in a StreamMessage.",
  "towline.v1.StreamOpen.half_close":
    "True if the caller sends nothing after the message that starts here: its half is closed.",
  "towline.v1.StreamOpen.metadata":
    "Request headers. At most 16 KiB in all.",
  "towline.v1.StreamOpen.method":
    "The method's full name without a leading slash: \"towline.v1.ToolService/CallTool\".",
  "towline.v1.StreamOpen.more":
    "True if `data` is a fragment and more of the same message follows.",
  "towline.v1.StreamOpen.timeout_ms":
    "How long the caller waits for the end of the call, in milliseconds from when the frame is received. If absent, as long as the link lives.",
  "towline.v1.SubscribeChannelRequest":
    "SubscribeChannelRequest says from where.",
  "towline.v1.SubscribeChannelRequest.after":
    "Behind this one.",
  "towline.v1.SubscribeChannelRequest.channel":
    "The name of the channel.",
  "towline.v1.SubscribeChannelRequest.connection_id":
    "Names the caller's connection: messages that the caller sends with the same id do not come back on this stream.",
  "towline.v1.SubscribeChannelRequest.newest_count":
    "With the newest messages, as many as this; 0 for those to come only.",
  "towline.v1.SubscribeChannelRequest.start":
    "Where to begin. If absent, with the oldest message that is kept.",
  "towline.v1.SubscribeChannelResponse":
    "SubscribeChannelResponse is one event of a subscription.",
  "towline.v1.SubscribeChannelResponse.caught_up":
    "All that was there when the subscription began has been sent.",
  "towline.v1.SubscribeChannelResponse.event":
    "What happened.",
  "towline.v1.SubscribeChannelResponse.messages":
    "The next messages.",
  "towline.v1.SubscribeChannelResponse.missing":
    "Messages that retention took before they could be sent.",
  "towline.v1.SubscribeChannelResponse.opened":
    "The subscription stands. Once, first.",
  "towline.v1.SubscriptionOpened":
    "SubscriptionOpened says where the channel stands.",
  "towline.v1.SubscriptionOpened.channel_id":
    "The channel.",
  "towline.v1.SubscriptionOpened.first_cursor":
    "The cursor of the oldest message that is kept. The next one to come if none is.",
  "towline.v1.SubscriptionOpened.last_cursor":
    "The cursor of the newest message. 0 if there never was one.",
  "towline.v1.SystemEvent":
    "SystemEvent says what a system message tells.",
  "towline.v1.SystemEvent.SYSTEM_EVENT_CREATED":
    "The sender made the channel.",
  "towline.v1.SystemEvent.SYSTEM_EVENT_JOINED":
    "The sender joined.",
  "towline.v1.SystemEvent.SYSTEM_EVENT_LEFT":
    "The sender left.",
  "towline.v1.SystemEvent.SYSTEM_EVENT_UNSPECIFIED":
    "Nothing: it is no system message, or a newer hub knows more.",
  "towline.v1.TailAuditRequest":
    "TailAuditRequest asks for the end of the log.",
  "towline.v1.TailAuditRequest.after_number":
    "If present, all entries after this one.",
  "towline.v1.TailAuditRequest.count":
    "How many at first. If 0, 20; at most 1,000. Not asked where `after_number` is given.",
  "towline.v1.TailAuditRequest.filter":
    "Which entries.",
  "towline.v1.TailAuditRequest.follow":
    "Whether to go on with what is added.",
  "towline.v1.TailAuditResponse":
    "TailAuditResponse is one entry.",
  "towline.v1.TailAuditResponse.entry":
    "The entry.",
  "towline.v1.TestPolicyRequest":
    "TestPolicyRequest is a question.",
  "towline.v1.TestPolicyRequest.arguments_json":
    "The exact JSON text of the arguments, an object. If empty, there are none.",
  "towline.v1.TestPolicyRequest.as":
    "Who asks: a peer's alias, or \"agent:NAME\", \"program:NAME\", \"peer:ALIAS\", \"token:ID\", \"owner\". If empty, the caller.",
  "towline.v1.TestPolicyRequest.claimed_agent":
    "The agent that a peer says it acts for. If empty, it says nothing.",
  "towline.v1.TestPolicyRequest.time":
    "The time that `now` gives. If absent, now.",
  "towline.v1.TestPolicyRequest.tool":
    "The tool, for verbs of tools. If its upstream is empty, the one upstream that offers it.",
  "towline.v1.TestPolicyRequest.verb":
    "What is done. If empty, \"tools.call\".",
  "towline.v1.TestPolicyResponse":
    "TestPolicyResponse is the answer.",
  "towline.v1.TestPolicyResponse.decision":
    "The decision.",
  "towline.v1.TlsConfig":
    "TlsConfig names an ordinary certificate.",
  "towline.v1.TlsConfig.cert":
    "The PEM file with the certificate chain. Relative to the home.",
  "towline.v1.TlsConfig.key":
    "The PEM file with the private key. Relative to the home.",
  "towline.v1.Token":
    "Token lets a program in where there is no client certificate. As text it is \"towline-token-\" and the base64url of this message; it is sent as `authorization: Bearer <text>`.",
  "towline.v1.Token.body":
    "The exact bytes of a TokenBody.",
  "towline.v1.Token.signature":
    "Ed25519, by the issuer's key, of the domain \"towline-token-v1\", a zero byte, and `body`.",
  "towline.v1.TokenBody":
    "TokenBody is what a Token signs.",
  "towline.v1.TokenBody.client_key":
    "If present, the Ed25519 key that the caller must have shown by TLS with a client certificate: whoever finds the token cannot use it without that key (as RFC 8705 binds tokens to certificates). Never in the owner's.",
  "towline.v1.TokenBody.create_time":
    "When it was made.",
  "towline.v1.TokenBody.expire_time":
    "If present, when it stops working.",
  "towline.v1.TokenBody.groups":
    "For a program: the groups whose shared tools it may use. Empty otherwise.",
  "towline.v1.TokenBody.issuer_id":
    "The node that made it, and the only one that accepts it.",
  "towline.v1.TokenBody.kind":
    "What its bearer is.",
  "towline.v1.TokenBody.scopes":
    "What it may be used for, of what its kind may do; each adds to the others. If empty, for everything that its kind may do. Empty for the owner's.\n\nA scope is the name of one that methods declare (`option (scopes)`), or the first word of such names, which means all of them: \"nodes:read\", \"tools\". A scope of tools may end in \":\" and NODE/UPSTREAM/TOOL, where \"*\" stands for any run of characters and \"self\" for the node that made the token: \"tools:call:far/*\", \"tools:call:self/files/read_*\". What such a token may call, it may also list. A tool outside of its scopes does not exist for it.",
  "towline.v1.TokenBody.subject":
    "The bearer's name: of the agent, or of the program. \"owner\" for the owner's token.",
  "towline.v1.TokenBody.token_id":
    "Names the token on the node that made it.",
  "towline.v1.TokenInfo":
    "TokenInfo describes a token without giving it.",
  "towline.v1.TokenInfo.client_key":
    "If present, the key of the client certificate that its bearer must show.",
  "towline.v1.TokenInfo.create_time":
    "When it was made.",
  "towline.v1.TokenInfo.expire_time":
    "If present, when it stops working.",
  "towline.v1.TokenInfo.groups":
    "The groups whose shared tools it may use.",
  "towline.v1.TokenInfo.kind":
    "What its bearer is.",
  "towline.v1.TokenInfo.last_use_time":
    "If present, when it was last used; exact to a minute.",
  "towline.v1.TokenInfo.scopes":
    "What it may be used for. If empty, for everything that its kind may do.",
  "towline.v1.TokenInfo.subject":
    "The bearer's name.",
  "towline.v1.TokenInfo.token_id":
    "Names the token on this node.",
  "towline.v1.TokenKind":
    "TokenKind says what the bearer of a token is.",
  "towline.v1.TokenKind.TOKEN_KIND_AGENT":
    "An agent on the node: uses its tools and its peers', never its trust, tokens or administration.",
  "towline.v1.TokenKind.TOKEN_KIND_OWNER":
    "The person who owns the node. One token, in the home's owner.token.",
  "towline.v1.TokenKind.TOKEN_KIND_PROGRAM":
    "A program: uses what is shared with its groups, as a peer in them would.",
  "towline.v1.TokenKind.TOKEN_KIND_UNSPECIFIED":
    "Never valid.",
  "towline.v1.Tool":
    "Tool is a callable thing.",
  "towline.v1.Tool.definition_json":
    "The exact JSON text of the MCP Tool object that the upstream listed, unknown members included.",
  "towline.v1.Tool.ref":
    "Its name here.",
  "towline.v1.Tool.share":
    "The groups that it is shared with. Filled for the owner of the node that has it, else empty.",
  "towline.v1.ToolError":
    "ToolError is the detail of a call that the tool's own server answered with a JSON-RPC error. It lets an MCP edge give its client exactly what the upstream said.",
  "towline.v1.ToolError.code":
    "The JSON-RPC error code, for example -32602.",
  "towline.v1.ToolError.data_json":
    "The exact JSON text of the error's `data` member. If absent, the error had none.",
  "towline.v1.ToolError.message":
    "The JSON-RPC error message, as the upstream wrote it.",
  "towline.v1.ToolFilterConfig":
    "ToolFilterConfig chooses tools by exact name.",
  "towline.v1.ToolFilterConfig.allow":
    "If not empty, only these.",
  "towline.v1.ToolFilterConfig.deny":
    "Never these.",
  "towline.v1.ToolLog":
    "ToolLog is one log message of an upstream.",
  "towline.v1.ToolLog.data_json":
    "The exact JSON text of what was logged.",
  "towline.v1.ToolLog.level":
    "Its level, \"debug\" to \"emergency\".",
  "towline.v1.ToolLog.logger":
    "The part of the upstream that logs. Empty if it does not say.",
  "towline.v1.ToolProgress":
    "ToolProgress tells how far a call is.",
  "towline.v1.ToolProgress.message":
    "What is being done. Empty if the upstream does not say.",
  "towline.v1.ToolProgress.progress":
    "How much is done, in the upstream's unit. Grows with each event.",
  "towline.v1.ToolProgress.total":
    "How much there is in all, if the upstream knows.",
  "towline.v1.ToolRef":
    "ToolRef names a tool from where the caller stands.",
  "towline.v1.ToolRef.name":
    "The tool's name, exactly as its upstream gives it.",
  "towline.v1.ToolRef.node":
    "The alias of the node that has it; \"self\" for the node that is asked. If empty in a call: wherever the tool lives, the asked node first; an ambiguity is refused with the candidates.",
  "towline.v1.ToolRef.upstream":
    "The upstream that offers it on that node, by its name in the configuration. If empty in a call: any.",
  "towline.v1.ToolResult":
    "ToolResult is the answer of a call.",
  "towline.v1.ToolResult.is_error":
    "Whether the tool says that it failed: the result's `isError`.",
  "towline.v1.ToolResult.result_json":
    "The exact JSON text of the MCP result object, unknown members included.",
  "towline.v1.ToolService":
    "ToolService lists and calls tools. A node offers to a peer only its own tools, and only those shared with a group that the peer is in; to its own agents it offers those of its peers too. Upstreams implement this service as well.",
  "towline.v1.ToolService/CallTool":
    "Calls a tool, at most once for each request id. Any number of progress and log events come before one result, which ends the stream. Cancelling the call cancels it at the upstream.\n\nErrors: `not_found` reason TOOL_NOT_FOUND (also for tools that are not shared with the caller), `failed_precondition` reason TOOL_AMBIGUOUS, `invalid_argument` reason ARGUMENTS_NOT_JSON, `unavailable` reason PEER_OFFLINE or UPSTREAM_DOWN, `aborted` reason OUTCOME_UNKNOWN if the tool may have run but its answer was lost, `resource_exhausted` reason RESULT_TOO_LARGE, and any code with a ToolError detail if the upstream answered with a JSON-RPC error. A result with `is_error` is not a failure of the call.",
  "towline.v1.ToolService/ListTools":
    "Lists the tools that the caller may call.",
  "towline.v1.ToolService/WatchTools":
    "Sends one ToolSet for each node, then `synced`, then the whole ToolSet of a node each time it changes, or `removed_node` when the node cannot be reached any more. The server never ends the stream by itself; after a reconnect the caller starts again.",
  "towline.v1.ToolSet":
    "ToolSet is everything that one node offers to the caller.",
  "towline.v1.ToolSet.node":
    "The alias of the node that has the tools; \"self\" for the node that is asked.",
  "towline.v1.ToolSet.tools":
    "The tools, in upstream order by upstream name.",
  "towline.v1.ToolSet.upstreams":
    "The upstreams that are configured but do not work now, with the reason. Filled for the owner, else empty.",
  "towline.v1.UplinkApproval":
    "UplinkApproval is one change of what waits for a yes.",
  "towline.v1.UplinkApproval.approval":
    "A question as it is now. Its `decidable` says whether an answer of this program would count.",
  "towline.v1.UplinkApproval.event":
    "What changed.",
  "towline.v1.UplinkApproval.removed_approval_id":
    "One that the program may not decide any more, by its id.",
  "towline.v1.UplinkCancel":
    "UplinkCancel ends the wait for an answer.",
  "towline.v1.UplinkClose":
    "UplinkClose ends an uplink.",
  "towline.v1.UplinkClose.message":
    "For people.",
  "towline.v1.UplinkClose.reason":
    "Why.",
  "towline.v1.UplinkCloseReason":
    "UplinkCloseReason says why an uplink ends.",
  "towline.v1.UplinkCloseReason.UPLINK_CLOSE_REASON_DONE":
    "The side that sends it has no more to do.",
  "towline.v1.UplinkCloseReason.UPLINK_CLOSE_REASON_NODE_STOPPED":
    "The node ends. It may be back: attach again after a pause that grows and has some chance in it.",
  "towline.v1.UplinkCloseReason.UPLINK_CLOSE_REASON_REPLACED":
    "The same agent attached elsewhere. Who hears this does not attach again by itself: the two would take turns.",
  "towline.v1.UplinkCloseReason.UPLINK_CLOSE_REASON_UNSPECIFIED":
    "Not said.",
  "towline.v1.UplinkConfig":
    "UplinkConfig is one agent that attaches.",
  "towline.v1.UplinkConfig.share":
    "The groups that its tools are shared with. If empty, with nobody.",
  "towline.v1.UplinkConfig.trust_annotations":
    "Whether rules of the policy may go by what it says of its own tools.",
  "towline.v1.UplinkDecided":
    "UplinkDecided says that an answer was taken.",
  "towline.v1.UplinkDecided.approval":
    "The approval as it is now. If it is still pending, others must say yes too.",
  "towline.v1.UplinkDecision":
    "UplinkDecision is what people say to a question. The same answer again has no effect, and no failure.",
  "towline.v1.UplinkDecision.approval_id":
    "The approval.",
  "towline.v1.UplinkDecision.binding":
    "Its `binding`, as it was shown.",
  "towline.v1.UplinkDecision.decision":
    "The answer.",
  "towline.v1.UplinkEnvelope":
    "UplinkEnvelope is one thing that an attached agent and its node tell each other. What a later version adds is sent only to those who said that they speak it.",
  "towline.v1.UplinkEnvelope.approval":
    "From the node: a question for the people behind the program, as it is now, if its identity asked for approvals. Again with each change, until it is over.",
  "towline.v1.UplinkEnvelope.body":
    "What is said.",
  "towline.v1.UplinkEnvelope.cancel":
    "From the asker: it wants no answer any more. An answer that was under way is ignored.",
  "towline.v1.UplinkEnvelope.close":
    "From either, last: the line ends, and why.",
  "towline.v1.UplinkEnvelope.decided":
    "From the node: the answer was taken.",
  "towline.v1.UplinkEnvelope.decision":
    "From the program: what they say to it. Answered by one `decided` or `failure`.",
  "towline.v1.UplinkEnvelope.failure":
    "From either: the request failed.",
  "towline.v1.UplinkEnvelope.heartbeat":
    "From either: still there.",
  "towline.v1.UplinkEnvelope.identity":
    "From the agent, first: who it is.",
  "towline.v1.UplinkEnvelope.identity_ack":
    "From the node, first: it is attached.",
  "towline.v1.UplinkEnvelope.late":
    "From the node: an answer of the agent came for nothing that it was asked, and has no effect: its request was canceled, over, or put to an uplink before this one. The envelope's request_id is the answer's.",
  "towline.v1.UplinkEnvelope.mail":
    "From the node: a mail for the agent, if its identity asked for mail.",
  "towline.v1.UplinkEnvelope.mcp_answer":
    "From the node: the result.",
  "towline.v1.UplinkEnvelope.mcp_request":
    "From the agent: a request of MCP to the mesh. Answered by one `mcp_answer` or `failure`.",
  "towline.v1.UplinkEnvelope.message":
    "From the agent: a mail to send. Answered by one `message_sent` or `failure`. For agents; programs have no mail.",
  "towline.v1.UplinkEnvelope.message_sent":
    "From the node: the mail is accepted, and will not be lost.",
  "towline.v1.UplinkEnvelope.permission_answer":
    "From the node: yes or no.",
  "towline.v1.UplinkEnvelope.permission_request":
    "From the agent: may it do this? Answered by one `permission_answer`.",
  "towline.v1.UplinkEnvelope.request_id":
    "Names a request, and in an answer the request that it answers. Whoever asks makes it: 16 bytes that it never uses again for anything else. Empty where nothing is asked or answered: identity, identity_ack, heartbeat, tools, mail, close.",
  "towline.v1.UplinkEnvelope.tool_call":
    "From the node: a call of one of them. Answered by one `tool_result` or `failure`.",
  "towline.v1.UplinkEnvelope.tool_progress":
    "From the agent: how far the call is, any number of times before its answer.",
  "towline.v1.UplinkEnvelope.tool_result":
    "From the agent: the call's answer.",
  "towline.v1.UplinkEnvelope.tools":
    "From the agent: all the tools that it offers now. Replaces what it offered before.",
  "towline.v1.UplinkFailure":
    "UplinkFailure says why a request failed.",
  "towline.v1.UplinkFailure.help":
    "What to do next. Empty if nobody knows.",
  "towline.v1.UplinkFailure.message":
    "For people.",
  "towline.v1.UplinkFailure.permanent":
    "Whether the same request fails again until somebody changes something.",
  "towline.v1.UplinkFailure.reason":
    "In UPPER_SNAKE.",
  "towline.v1.UplinkFailure.retry_delay_ms":
    "If present, how long to wait before the next try.",
  "towline.v1.UplinkHeartbeat":
    "UplinkHeartbeat is a sign of life.",
  "towline.v1.UplinkIdentity":
    "UplinkIdentity says who attaches. The token of the call, and the client key if the token is bound to one, is the proof.",
  "towline.v1.UplinkIdentity.agent":
    "The agent's name: must be the subject of its token.",
  "towline.v1.UplinkIdentity.approves":
    "Whether questions that the people behind this program may decide are sent to it. For programs whose token names the scope \"approvals:decide\" and whom the owner has as an approver (\"token:NAME\"); a `failure` without a request id tells others that they are none.",
  "towline.v1.UplinkIdentity.mail_after":
    "If present, the agent's mail is sent to it, from this place on; `{}` is from the beginning. If absent, no mail is. Where mail cannot be read, a `failure` without a request id says why.",
  "towline.v1.UplinkIdentity.open_request_ids":
    "Tool calls of an earlier uplink that the agent has in work, or whose answers it does not know to have arrived.",
  "towline.v1.UplinkIdentity.software":
    "The agent's software, as \"name/version\". Shown, not believed.",
  "towline.v1.UplinkIdentity.version":
    "The version of this protocol that the agent speaks. 1 is the only one.",
  "towline.v1.UplinkIdentityAck":
    "UplinkIdentityAck says that the agent is attached.",
  "towline.v1.UplinkIdentityAck.dead_ms":
    "After how much silence a side takes the line for dead, in milliseconds.",
  "towline.v1.UplinkIdentityAck.heartbeat_ms":
    "How often a side that has nothing to say sends a heartbeat, in milliseconds.",
  "towline.v1.UplinkIdentityAck.node_id":
    "The node's Ed25519 public key.",
  "towline.v1.UplinkIdentityAck.over_request_ids":
    "Those of `open_request_ids` that are over: their callers have been told that the line was lost.",
  "towline.v1.UplinkIdentityAck.replaced":
    "Whether the agent was attached already: that line has been told REPLACED.",
  "towline.v1.UplinkIdentityAck.share":
    "The groups that they are shared with. If empty, the owner and the agents of this node alone see them.",
  "towline.v1.UplinkIdentityAck.upstream":
    "The upstream's name under which the tools of the agent are offered: \"uplink.NAME\".",
  "towline.v1.UplinkIdentityAck.version":
    "The version that both speak from now on.",
  "towline.v1.UplinkLate":
    "UplinkLate marks an answer that had no effect.",
  "towline.v1.UplinkMail":
    "UplinkMail is a mail that was received.",
  "towline.v1.UplinkMail.mail":
    "The mail. At least once: after an attach, one that was sent before comes again unless `mail_after` is past it.",
  "towline.v1.UplinkMail.resume_after":
    "Where to go on after the next attach without missing anything.",
  "towline.v1.UplinkMcpAnswer":
    "UplinkMcpAnswer is the answer of MCP.",
  "towline.v1.UplinkMcpAnswer.result_json":
    "The exact JSON text of the result.",
  "towline.v1.UplinkMcpRequest":
    "UplinkMcpRequest is a request of MCP without its envelope: the request id takes the place of JSON-RPC's.",
  "towline.v1.UplinkMcpRequest.method":
    "\"tools/list\": every tool that the agent may call, on one page, named NODE/UPSTREAM/TOOL. \"tools/call\": one of them by that name; with the same request id it runs once.",
  "towline.v1.UplinkMcpRequest.params_json":
    "The exact JSON text of `params`. Empty for none.",
  "towline.v1.UplinkMcpRequest.timeout_ms":
    "How long an answer is waited for, in milliseconds; then the request is canceled, and fails with DEADLINE_EXCEEDED. If absent, 60 s; at most an hour.",
  "towline.v1.UplinkMessage":
    "UplinkMessage is a mail to send: see SendMailRequest, whose request_id is the envelope's.",
  "towline.v1.UplinkMessage.target":
    "For whom.",
  "towline.v1.UplinkMessage.text":
    "The words.",
  "towline.v1.UplinkMessageSent":
    "UplinkMessageSent says that a mail is accepted.",
  "towline.v1.UplinkMessageSent.expire_time":
    "When it expires if nobody fetches it.",
  "towline.v1.UplinkPermissionAnswer":
    "UplinkPermissionAnswer is what people said.",
  "towline.v1.UplinkPermissionAnswer.approval_id":
    "The approval. Empty if none was raised.",
  "towline.v1.UplinkPermissionAnswer.comment":
    "What the one who said no wants the agent to know. Empty if nothing.",
  "towline.v1.UplinkPermissionAnswer.decided_by":
    "Those who decided.",
  "towline.v1.UplinkPermissionAnswer.granted":
    "Whether the agent may do exactly what it asked for, once.",
  "towline.v1.UplinkPermissionAnswer.reason":
    "Why not, in UPPER_SNAKE, as in Approval.reason. Empty if granted.",
  "towline.v1.UplinkPermissionRequest":
    "UplinkPermissionRequest asks the people who approve on the node. The asker never decides, nor does any other agent.",
  "towline.v1.UplinkPermissionRequest.action":
    "What the agent wants to do, as people know it: \"shell\", \"deploy to production\". Not trusted, only shown.",
  "towline.v1.UplinkPermissionRequest.arguments_json":
    "The exact JSON text of what it would do. A yes is bound to these bytes.",
  "towline.v1.UplinkService":
    "UplinkService attaches agents that dial out and are dialed by nobody: programs in any language, behind whatever network. For agents and programs of this node, by their tokens; peers have links.",
  "towline.v1.UplinkService/Attach":
    "Attaches the caller for as long as the stream lasts. The first envelope each way is `identity` from the agent and `identity_ack` from the node; the agent sends its own within 10 seconds, and nothing before. Then either side sends what it likes. Who has nothing to send sends `heartbeat` every 10 seconds; who hears nothing for 30 seconds takes the line for dead. Either side ends with `close`, or by ending its half.\n\nWhen the line is lost or closed, every call that the agent has in work fails at once (`unavailable`, UPSTREAM_DOWN), every permission that it waits for is denied, and its tools are gone until it attaches again and offers them. Nothing is resumed: the agent attaches again, and hears what of its work is over. What it asked for before, asked for again with the same request id within ten minutes, has the effect and the answer of one request.\n\nErrors: `permission_denied` reason IDENTITY_MISMATCH if `identity` names somebody else than the token, NOT_AN_UPLINK at peers and the owner; `invalid_argument` reason UPLINK_OUT_OF_TURN if the first envelope is another, or a later one may not come from the agent, and TOOLS_INVALID; `already_exists` reason UPLINK_NAME_TAKEN; `deadline_exceeded` reason UPLINK_SILENT; `resource_exhausted` reason TOO_MANY_UPLINKS, UPLINK_FLOOD or UPLINK_SLOW; `failed_precondition` reason UPLINK_VERSION.",
  "towline.v1.UplinkToolCall":
    "UplinkToolCall is a call of a tool that the agent offers.",
  "towline.v1.UplinkToolCall.arguments_json":
    "The exact JSON text of the arguments, an object. Empty for none.",
  "towline.v1.UplinkToolCall.extra_json":
    "The exact JSON text of an object with all further members of the MCP request's `params`. Empty for none.",
  "towline.v1.UplinkToolCall.meta_json":
    "The exact JSON text of the MCP request's `_meta`. Empty for none.",
  "towline.v1.UplinkToolCall.name":
    "The tool's name.",
  "towline.v1.UplinkToolCall.progress":
    "Whether the caller wants progress.",
  "towline.v1.UplinkToolResult":
    "UplinkToolResult is the answer of a tool.",
  "towline.v1.UplinkToolResult.result_json":
    "The exact JSON text of the MCP result object, with `isError` where the tool failed.",
  "towline.v1.UplinkTools":
    "UplinkTools is a set of tools.",
  "towline.v1.UplinkTools.definitions_json":
    "The exact JSON text of an MCP Tool object for each, with a `name` of 1 to 256 characters that no other has. Together at most 1 MiB.",
  "towline.v1.UpstreamConfig":
    "UpstreamConfig is one MCP server.",
  "towline.v1.UpstreamConfig.args":
    "The program's arguments.",
  "towline.v1.UpstreamConfig.command":
    "A program to start, which speaks MCP on its standard input and output.",
  "towline.v1.UpstreamConfig.cwd":
    "The program's folder. If empty, the home.",
  "towline.v1.UpstreamConfig.disabled":
    "Whether it is left out.",
  "towline.v1.UpstreamConfig.env":
    "Environment of the program, beside HOME, LOGNAME, PATH, SHELL, TERM and USER. `${NAME}` and `${NAME:-default}` are replaced from the node's environment.",
  "towline.v1.UpstreamConfig.env_file":
    "A file of NAME=value lines that are added to `env`.",
  "towline.v1.UpstreamConfig.headers":
    "Headers of each HTTP request, with the same replacements.",
  "towline.v1.UpstreamConfig.protocol":
    "Which protocol era it speaks: auto, legacy (2025-11-25 and before) or modern (2026-07-28). If empty, auto.",
  "towline.v1.UpstreamConfig.secrets":
    "Secrets, by the variable that the program finds them in; `${NAME}` stands for them in `env` and `headers`. Read each time the upstream is started, and shown nowhere. `env: {NAME: {file: …}}` says the same.",
  "towline.v1.UpstreamConfig.share":
    "The groups that its tools are shared with. If empty, with nobody.",
  "towline.v1.UpstreamConfig.timeout_ms":
    "How long a call may go without an answer or progress, in milliseconds. If absent, 10 minutes.",
  "towline.v1.UpstreamConfig.tools":
    "Which of its tools are offered.",
  "towline.v1.UpstreamConfig.transport":
    "How it is reached.",
  "towline.v1.UpstreamConfig.trust_annotations":
    "Whether rules of the policy may go by what it says of its own tools (`tool.annotations`). If false, a rule that asks for an annotation finds none: an upstream that calls a tool read-only is believed only by who trusts it.",
  "towline.v1.UpstreamConfig.url":
    "A Streamable HTTP endpoint.",
  "towline.v1.UpstreamState":
    "UpstreamState is the life of an upstream. Transitions: STARTING -> READY -> FAILED -> STARTING; any -> STOPPED.",
  "towline.v1.UpstreamState.UPSTREAM_STATE_FAILED":
    "It could not be started, or it ended; the next start follows after a pause.",
  "towline.v1.UpstreamState.UPSTREAM_STATE_READY":
    "It answers.",
  "towline.v1.UpstreamState.UPSTREAM_STATE_STARTING":
    "It is being started, or will be after a pause.",
  "towline.v1.UpstreamState.UPSTREAM_STATE_STOPPED":
    "It is disabled, or the node shuts down.",
  "towline.v1.UpstreamState.UPSTREAM_STATE_UNSPECIFIED":
    "Not known.",
  "towline.v1.UpstreamStatus":
    "UpstreamStatus tells how an upstream does.",
  "towline.v1.UpstreamStatus.error":
    "Why it does not work. Empty if it does.",
  "towline.v1.UpstreamStatus.name":
    "Its name in the configuration.",
  "towline.v1.UpstreamStatus.restart_count":
    "How often it was started again after it ended by itself.",
  "towline.v1.UpstreamStatus.share":
    "The groups that it is shared with.",
  "towline.v1.UpstreamStatus.software":
    "What the upstream calls itself, and its protocol version. Empty until known.",
  "towline.v1.UpstreamStatus.state":
    "Whether it works.",
  "towline.v1.UpstreamStatus.tool_count":
    "How many tools it offers.",
  "towline.v1.VerifyAuditRequest":
    "VerifyAuditRequest asks whether the log is whole.",
  "towline.v1.VerifyAuditResponse":
    "VerifyAuditResponse says whether the log is whole.",
  "towline.v1.VerifyAuditResponse.report":
    "What was found.",
  "towline.v1.WatchApprovalsRequest":
    "WatchApprovalsRequest asks to be told of approvals.",
  "towline.v1.WatchApprovalsRequest.agent":
    "The agent in whose session the person answers: what it asks itself is not `decidable`. Empty for the command line.",
  "towline.v1.WatchApprovalsResponse":
    "WatchApprovalsResponse is one change.",
  "towline.v1.WatchApprovalsResponse.approval":
    "An approval as it is now.",
  "towline.v1.WatchApprovalsResponse.event":
    "What changed.",
  "towline.v1.WatchApprovalsResponse.lost_approval_id":
    "An approval that cannot be answered here any more: the link to its node was lost. By its id.",
  "towline.v1.WatchApprovalsResponse.synced":
    "All that were pending have been sent.",
  "towline.v1.WatchDeliveryRequest":
    "WatchDeliveryRequest names a mail that the caller sent.",
  "towline.v1.WatchDeliveryRequest.message_id":
    "Its id.",
  "towline.v1.WatchDeliveryResponse":
    "WatchDeliveryResponse tells what became of a mail for one receiver.",
  "towline.v1.WatchDeliveryResponse.delivery":
    "For whom, and how far it is.",
  "towline.v1.WatchLinksRequest":
    "WatchLinksRequest asks to be told of links.",
  "towline.v1.WatchLinksRequest.interval_ms":
    "How long until the next round, in milliseconds. If absent, 1,000.",
  "towline.v1.WatchLinksRequest.peer":
    "Only those to this peer: its alias, its did:key, or its 64 hex digits. If empty, to all.",
  "towline.v1.WatchLinksResponse":
    "WatchLinksResponse is one link, or the end of a round.",
  "towline.v1.WatchLinksResponse.event":
    "What there is to know.",
  "towline.v1.WatchLinksResponse.link":
    "A link as it is now, or as it ended.",
  "towline.v1.WatchLinksResponse.round":
    "Every open link has been sent, and every one that ended since the round before.",
  "towline.v1.WatchPeersRequest":
    "WatchPeersRequest asks to be told of peers.",
  "towline.v1.WatchPeersResponse":
    "WatchPeersResponse is one change.",
  "towline.v1.WatchPeersResponse.event":
    "What changed.",
  "towline.v1.WatchPeersResponse.peer":
    "A peer that is there, as it is now.",
  "towline.v1.WatchPeersResponse.removed_alias":
    "The alias of a peer that is trusted no longer.",
  "towline.v1.WatchPendingRequest":
    "WatchPendingRequest asks to be told of approvals.",
  "towline.v1.WatchPendingResponse":
    "WatchPendingResponse is one change.",
  "towline.v1.WatchPendingResponse.approval":
    "An approval as it is now.",
  "towline.v1.WatchPendingResponse.event":
    "What changed.",
  "towline.v1.WatchPendingResponse.removed_approval_id":
    "An approval that the caller may not decide any more, by its id.",
  "towline.v1.WatchPendingResponse.synced":
    "All that were pending have been sent.",
  "towline.v1.WatchPresenceRequest":
    "WatchPresenceRequest asks to be told of agents.",
  "towline.v1.WatchPresenceRequest.include_control_plane":
    "Whether nodes themselves are told of too.",
  "towline.v1.WatchPresenceResponse":
    "WatchPresenceResponse is one event.",
  "towline.v1.WatchPresenceResponse.agent":
    "An agent as it is now.",
  "towline.v1.WatchPresenceResponse.event":
    "What happened.",
  "towline.v1.WatchPresenceResponse.removed":
    "An agent that is known no longer, or is not shown any more.",
  "towline.v1.WatchPresenceResponse.synced":
    "All agents of this moment have been sent.",
  "towline.v1.WatchRostersRequest":
    "WatchRostersRequest asks to be told of rosters.",
  "towline.v1.WatchRostersResponse":
    "WatchRostersResponse is one roster that is held.",
  "towline.v1.WatchRostersResponse.head":
    "Which one.",
  "towline.v1.WatchSynced":
    "WatchSynced marks the end of the first round of a watch.",
  "towline.v1.WatchToolsRequest":
    "WatchToolsRequest asks to be told of tools.",
  "towline.v1.WatchToolsResponse":
    "WatchToolsResponse is one change.",
  "towline.v1.WatchToolsResponse.event":
    "What changed.",
  "towline.v1.WatchToolsResponse.removed_node":
    "A node whose tools are gone, by alias.",
  "towline.v1.WatchToolsResponse.synced":
    "All nodes that could be asked have been sent once.",
  "towline.v1.WatchToolsResponse.tool_set":
    "Everything that one node offers now; replaces what it offered before.",
};
