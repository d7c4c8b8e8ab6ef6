// Made by scripts/generate.ts. Do not edit.
import type { DescFile } from '@bufbuild/protobuf';
import { file_towline_v1_access } from './towline/v1/access_pb.ts';
import { file_towline_v1_admin_service } from './towline/v1/admin_service_pb.ts';
import { file_towline_v1_agent } from './towline/v1/agent_pb.ts';
import { file_towline_v1_approval } from './towline/v1/approval_pb.ts';
import { file_towline_v1_approval_service } from './towline/v1/approval_service_pb.ts';
import { file_towline_v1_approver_service } from './towline/v1/approver_service_pb.ts';
import { file_towline_v1_audit } from './towline/v1/audit_pb.ts';
import { file_towline_v1_audit_service } from './towline/v1/audit_service_pb.ts';
import { file_towline_v1_backup } from './towline/v1/backup_pb.ts';
import { file_towline_v1_blob } from './towline/v1/blob_pb.ts';
import { file_towline_v1_channel } from './towline/v1/channel_pb.ts';
import { file_towline_v1_channel_service } from './towline/v1/channel_service_pb.ts';
import { file_towline_v1_config } from './towline/v1/config_pb.ts';
import { file_towline_v1_error_info } from './towline/v1/error_info_pb.ts';
import { file_towline_v1_frame } from './towline/v1/frame_pb.ts';
import { file_towline_v1_group_service } from './towline/v1/group_service_pb.ts';
import { file_towline_v1_instance_service } from './towline/v1/instance_service_pb.ts';
import { file_towline_v1_invite } from './towline/v1/invite_pb.ts';
import { file_towline_v1_join_service } from './towline/v1/join_service_pb.ts';
import { file_towline_v1_link_service } from './towline/v1/link_service_pb.ts';
import { file_towline_v1_mail_record } from './towline/v1/mail_record_pb.ts';
import { file_towline_v1_mail_transfer } from './towline/v1/mail_transfer_pb.ts';
import { file_towline_v1_mail_transfer_service } from './towline/v1/mail_transfer_service_pb.ts';
import { file_towline_v1_mailbox } from './towline/v1/mailbox_pb.ts';
import { file_towline_v1_mailbox_service } from './towline/v1/mailbox_service_pb.ts';
import { file_towline_v1_node } from './towline/v1/node_pb.ts';
import { file_towline_v1_node_service } from './towline/v1/node_service_pb.ts';
import { file_towline_v1_policy } from './towline/v1/policy_pb.ts';
import { file_towline_v1_policy_service } from './towline/v1/policy_service_pb.ts';
import { file_towline_v1_presence } from './towline/v1/presence_pb.ts';
import { file_towline_v1_presence_service } from './towline/v1/presence_service_pb.ts';
import { file_towline_v1_relay_service } from './towline/v1/relay_service_pb.ts';
import { file_towline_v1_roster } from './towline/v1/roster_pb.ts';
import { file_towline_v1_roster_service } from './towline/v1/roster_service_pb.ts';
import { file_towline_v1_rotation } from './towline/v1/rotation_pb.ts';
import { file_towline_v1_rotation_service } from './towline/v1/rotation_service_pb.ts';
import { file_towline_v1_sensitive } from './towline/v1/sensitive_pb.ts';
import { file_towline_v1_token } from './towline/v1/token_pb.ts';
import { file_towline_v1_tool } from './towline/v1/tool_pb.ts';
import { file_towline_v1_tool_service } from './towline/v1/tool_service_pb.ts';
import { file_towline_v1_uplink } from './towline/v1/uplink_pb.ts';
import { file_towline_v1_uplink_service } from './towline/v1/uplink_service_pb.ts';

/** All files of our own schema. */
export const files: readonly DescFile[] = [
  file_towline_v1_access,
  file_towline_v1_admin_service,
  file_towline_v1_agent,
  file_towline_v1_approval,
  file_towline_v1_approval_service,
  file_towline_v1_approver_service,
  file_towline_v1_audit,
  file_towline_v1_audit_service,
  file_towline_v1_backup,
  file_towline_v1_blob,
  file_towline_v1_channel,
  file_towline_v1_channel_service,
  file_towline_v1_config,
  file_towline_v1_error_info,
  file_towline_v1_frame,
  file_towline_v1_group_service,
  file_towline_v1_instance_service,
  file_towline_v1_invite,
  file_towline_v1_join_service,
  file_towline_v1_link_service,
  file_towline_v1_mail_record,
  file_towline_v1_mail_transfer,
  file_towline_v1_mail_transfer_service,
  file_towline_v1_mailbox,
  file_towline_v1_mailbox_service,
  file_towline_v1_node,
  file_towline_v1_node_service,
  file_towline_v1_policy,
  file_towline_v1_policy_service,
  file_towline_v1_presence,
  file_towline_v1_presence_service,
  file_towline_v1_relay_service,
  file_towline_v1_roster,
  file_towline_v1_roster_service,
  file_towline_v1_rotation,
  file_towline_v1_rotation_service,
  file_towline_v1_sensitive,
  file_towline_v1_token,
  file_towline_v1_tool,
  file_towline_v1_tool_service,
  file_towline_v1_uplink,
  file_towline_v1_uplink_service,
];
