import { type Static, Type } from "typebox";
import { Email, Id, Instant, PageQuery, Person, PlainText, pageOf, UserId } from "./common.ts";
import { LinkFacts, ListLinksQuery } from "./links.ts";
import { closedObject, orNull } from "./shapes.ts";

/**
 * `q`: a text that the email address, name or id of each returned user contains. A `cursor` may be long, because the ids of users can be
 * long.
 */
export const ListPeopleQuery = closedObject({
  ...PageQuery.properties,
  cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 2_048 })),
  q: Type.Optional(Type.String({ minLength: 1, maxLength: 200, ...PlainText })),
});
export type ListPeopleQuery = Static<typeof ListPeopleQuery>;

export const AdminPersonParams = closedObject({ userId: UserId });

/** A user, as administrators see it: with names and sizes, but without the content of files and notes. */
export const AdminPerson = Type.Object({
  id: UserId,
  email: orNull(Type.String()),
  isEmailProven: Type.Boolean(),
  name: orNull(Type.String()),
  isAdmin: Type.Boolean(),
  disabledAt: orNull(Instant),
  deleteAt: orNull(Instant, { description: "When the closed account is permanently deleted" }),
  createdAt: Instant,
  lastSignInAt: orNull(Instant, { description: "null for never, and for users with JWTs alone" }),
  lastSeenAt: orNull(Instant, {
    description: "The last sign-in, or the last use of a session that still exists. A use is recorded once a day",
  }),
  usedBytes: Type.Integer(),
  quotaBytes: orNull(Type.Integer(), { description: "The quota that applies. null for no limit" }),
  ownQuotaBytes: orNull(Type.Integer(), {
    description: "The quota that an administrator set. null for the quota of the service",
  }),
  files: Type.Integer(),
  quotaFiles: orNull(Type.Integer(), { description: "As quotaBytes, for the number of files" }),
  ownQuotaFiles: orNull(Type.Integer()),
  links: Type.Integer({ description: "Links of this user that are neither revoked nor expired, counted up to 1,000" }),
});
export type AdminPerson = Static<typeof AdminPerson>;

export const AdminPersonPage = pageOf(AdminPerson);
export type AdminPersonPage = Static<typeof AdminPersonPage>;

const Quota = Type.Optional(orNull(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })));

/** Changes only the given members of a user. A quota of null means the default quota of the service. */
export const UpdatePersonBody = closedObject(
  {
    isDisabled: Type.Optional(Type.Boolean()),
    quotaBytes: Quota,
    quotaFiles: Quota,
  },
  { minProperties: 1 },
);
export type UpdatePersonBody = Static<typeof UpdatePersonBody>;

export const ClosedAccount = Type.Object({ deleteAt: Instant });
export type ClosedAccount = Static<typeof ClosedAccount>;

/** A link with which a user can set a new password once. */
export const ResetLink = Type.Object({ url: Type.String(), expiresAt: Instant });
export type ResetLink = Static<typeof ResetLink>;

/**
 * One event in the log of the administrators. `actor`: null if the operator used a command. `person`: the user whom the action affected.
 */
export const AdminEvent = Type.Object({
  id: Id,
  at: Instant,
  action: Type.String(),
  actor: orNull(Person),
  person: orNull(Person),
  detail: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Null()])),
});
export type AdminEvent = Static<typeof AdminEvent>;

export const AdminEventPage = pageOf(AdminEvent);
export type AdminEventPage = Static<typeof AdminEventPage>;

/** `q`: a text that the name, note or creator of each returned link contains. */
export const ListAllLinksQuery = closedObject({ ...ListLinksQuery.properties, q: ListPeopleQuery.properties.q });
export type ListAllLinksQuery = Static<typeof ListAllLinksQuery>;

/**
 * A link, as administrators see it: without its URL. `files`: the number of its files, or null if the link opens every file of the note.
 */
export const AdminLink = Type.Object({ ...LinkFacts.properties, owner: Person, files: orNull(Type.Integer()) });
export type AdminLink = Static<typeof AdminLink>;

export const AdminLinkPage = pageOf(AdminLink);
export type AdminLinkPage = Static<typeof AdminLinkPage>;

export const MailState = Type.Enum(["waiting", "given_up"]);
export type MailState = Static<typeof MailState>;

export const ListMailsQuery = closedObject({ ...PageQuery.properties, state: Type.Optional(MailState) });
export type ListMailsQuery = Static<typeof ListMailsQuery>;
export const MailParams = closedObject({ mailId: Id });

/** A mail that waits or has finally failed, without its text. `problem`: why the last attempt to send it failed. */
export const AdminMail = Type.Object({
  id: Id,
  kind: Type.String(),
  email: Type.String(),
  state: MailState,
  attempts: Type.Integer(),
  createdAt: Instant,
  dueAt: orNull(Instant),
  givenUpAt: orNull(Instant),
  problem: orNull(Type.String()),
});
export type AdminMail = Static<typeof AdminMail>;

export const AdminMailPage = pageOf(AdminMail);
export type AdminMailPage = Static<typeof AdminMailPage>;

const PolicyName = Type.Enum([
  "sign-up",
  "proven-email",
  "link-max-expiry",
  "link-password",
  "url-ttl-max",
  "url-ttl-max-shared",
]);
const PolicyValue = Type.Union([Type.String({ maxLength: 20, ...PlainText }), Type.Integer(), Type.Null()]);

export const PolicyParams = closedObject({ name: PolicyName });
export const SetPolicyBody = closedObject({ value: PolicyValue });
export type SetPolicyBody = Static<typeof SetPolicyBody>;

/** A rule of the service that administrators can change. Rules about expiry have values in seconds, or null for no limit. */
export const PolicySetting = Type.Object({
  name: PolicyName,
  value: PolicyValue,
  source: Type.Enum(["configuration", "administrator", "default"], {
    description: "configuration: the operator has set `variable`, so that no administrator can change the rule",
  }),
  fallback: Type.Union([Type.String(), Type.Integer(), Type.Null()], { description: "The value after a reset" }),
  variable: Type.String({ description: "The variable of the environment" }),
});
export type PolicySetting = Static<typeof PolicySetting>;

export const PolicySettings = Type.Object({ items: Type.Array(PolicySetting) });
export type PolicySettings = Static<typeof PolicySettings>;

export const InviteBody = closedObject({ email: Email });
export type InviteBody = Static<typeof InviteBody>;

/** An invitation to create an account. `invitedBy`: null if the operator made the invitation with a command. */
export const AdminInvitation = Type.Object({
  id: Id,
  email: Type.String(),
  invitedBy: orNull(Person),
  invitedAt: Instant,
  linkExpiresAt: Instant,
  url: Type.String(),
});
export type AdminInvitation = Static<typeof AdminInvitation>;

export const AdminInvitationPage = pageOf(AdminInvitation);
export type AdminInvitationPage = Static<typeof AdminInvitationPage>;

/**
 * A fault of the set-up that the doctor found. `fix`: the remedies, which the operator can paste. `label`: where the operator pastes a
 * remedy.
 */
export const DoctorFinding = Type.Object({
  id: Type.String({ description: "The stable id of the fault" }),
  severity: Type.Enum(["error", "warning", "info"]),
  title: Type.String(),
  detail: Type.String({ description: "The observation, without secrets" }),
  why: Type.String({ description: "The consequence of the fault" }),
  fix: Type.Array(Type.Object({ label: Type.String(), text: Type.String() })),
});
export type DoctorFinding = Static<typeof DoctorFinding>;

/** The results of the checks on the server, and URLs of a test object for the checks in the browser. */
export const DoctorReport = Type.Object({
  ranAt: Type.String({ format: "date-time" }),
  provider: Type.String({ description: "The kind of S3 server" }),
  worst: Type.Enum(["healthy", "info", "warning", "error"]),
  findings: Type.Array(DoctorFinding),
  unchecked: Type.Array(Type.Object({ subject: Type.String(), reason: Type.String() })),
  checked: Type.Array(Type.String()),
  browser: Type.Object({
    put: Type.Object({ url: Type.String(), headers: Type.Record(Type.String(), Type.String()) }),
    getUrl: Type.String(),
  }),
});
export type DoctorReport = Static<typeof DoctorReport>;
