import type { AdminAction } from "../../platform/database/unions.ts";

/** One entry of the log that records the actions of administrators. An entry never contains a URL, a token or the content of a mail. */
export type AdminEvent = {
  /** A UUIDv7, so that ids sort by time. */
  id: string;
  /** Milliseconds since the epoch. */
  at: number;
  action: AdminAction;
  /** The administrator. Undefined: the operator used a command. */
  actorId: string | undefined;
  /** The id of the object of the action: a user, a link, a mail, a webhook or an invitation. For a changed policy rule, this is the name of the rule. */
  subjectId: string;
  /** Facts that pages show with the entry, such as quotaBytes or label. */
  detail: Readonly<Record<string, string | number | null>>;
};
