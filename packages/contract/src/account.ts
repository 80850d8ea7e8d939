import { type Static, Type } from "typebox";
import { Id, Instant, PlainText, UserId } from "./common.ts";
import { closedObject, orNull } from "./shapes.ts";

/** The public settings of the service, which a page needs before a person signs in. */
export const Instance = Type.Object({
  signUp: Type.Enum(["open", "invited", "closed"], {
    description: "Who may create an account with a password. invited: people with the link of an invitation",
  }),
  hasAccounts: Type.Boolean({ description: "false until somebody creates the first account" }),
  oidc: orNull(Type.Object({ name: Type.String() }), {
    description: "The identity provider for sign-in, or null when there is none",
  }),
  mail: Type.Boolean({ description: "Whether the service sends mails, such as a link for a new password" }),
  operatorContact: orNull(Type.String(), {
    description: "The email address or URL of the operator (ABUSE_CONTACT), or null",
  }),
  limits: Type.Object({
    urlTtlDefaultSeconds: Type.Integer(),
    urlTtlMaxSeconds: Type.Integer({ description: "The longest expiry that the owner of a file may request" }),
    urlTtlMaxSharedSeconds: Type.Integer({ description: "The longest expiry that anyone else may request" }),
    uploadMaxBytes: Type.Integer(),
    trashDays: Type.Integer({ description: "The days in which a deleted note or file can be restored, or 0" }),
    links: Type.Object({
      enabled: Type.Boolean({ description: "Whether people can make links" }),
      maxExpirySeconds: orNull(Type.Integer(), {
        description: "The longest expiry of a link from its creation. null: a link needs no expiry",
      }),
      sendable: Type.Boolean({
        description: "Whether people can send links by mail: the service sends mails, and sign-up is not open",
      }),
      passwordRequired: Type.Boolean({ description: "Whether a link without a password is closed to visitors" }),
    }),
  }),
});
export type Instance = Static<typeof Instance>;

export const CreateTokenBody = closedObject({
  label: Type.String({ minLength: 1, maxLength: 100, ...PlainText }),
  expiresAt: Type.Optional(orNull(Instant)),
});
export type CreateTokenBody = Static<typeof CreateTokenBody>;

export const ApiToken = Type.Object({
  id: Id,
  label: Type.String(),
  createdAt: Instant,
  expiresAt: orNull(Instant),
  lastUsedAt: orNull(Instant),
});
export type ApiToken = Static<typeof ApiToken>;

/** The response for a new API token, which is the only response with the secret of the token. */
export const CreatedToken = Type.Object({ ...ApiToken.properties, token: Type.String() });
export type CreatedToken = Static<typeof CreatedToken>;

export const ApiTokens = Type.Object({ tokens: Type.Array(ApiToken) });
export type ApiTokens = Static<typeof ApiTokens>;

/** `userId`: the user whose API tokens the caller lists or revokes, by default the caller. Only administrators may name another user. */
export const TokensQuery = closedObject({ userId: Type.Optional(UserId) });
export type TokensQuery = Static<typeof TokensQuery>;

/** The body of `POST /token-requests`. The person sees `label` before confirming, and later as the label of the API token. */
export const RequestTokenBody = closedObject({
  label: Type.String({
    minLength: 1,
    maxLength: 100,
    pattern: "^[^\\p{Cc}\\p{Cs}\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069]*$",
    description: "text without control characters and text-direction marks",
  }),
});
export type RequestTokenBody = Static<typeof RequestTokenBody>;

/** The API token works after a signed-in person has typed `code` at `confirmUrl`, before `expiresAt`. */
export const RequestedToken = Type.Object({
  token: Type.String(),
  code: Type.String({ examples: ["BDFG-HJKL"] }),
  confirmUrl: Type.String(),
  expiresAt: Instant,
  intervalSeconds: Type.Integer({ description: "The pause between two requests to /token-requests/state" }),
});
export type RequestedToken = Static<typeof RequestedToken>;

export const RequestedTokenBody = closedObject({ token: Type.String({ maxLength: 100 }) });
export type RequestedTokenBody = Static<typeof RequestedTokenBody>;

/** `tokenId`: null until a person confirms the code. A refused or expired code gives `token_request_not_found`. */
export const RequestedTokenState = Type.Object({ tokenId: orNull(Id) });
export type RequestedTokenState = Static<typeof RequestedTokenState>;

/** The service ignores upper and lower case, spaces and the dash in a code. */
export const TokenRequestCode = closedObject({ code: Type.String({ minLength: 1, maxLength: 40 }) });
export type TokenRequestCode = Static<typeof TokenRequestCode>;

/** The program that requested an API token and shows a code. The program itself chose the `label`, so a person must not trust the label. */
export const TokenRequest = Type.Object({
  label: Type.String(),
  clientAddress: Type.String(),
  requestedAt: Instant,
  expiresAt: Instant,
  tokenExpiresAt: Instant,
});
export type TokenRequest = Static<typeof TokenRequest>;

export const AnswerTokenRequestBody = closedObject({
  ...TokenRequestCode.properties,
  decision: Type.Enum(["confirm", "refuse"]),
});
export type AnswerTokenRequestBody = Static<typeof AnswerTokenRequestBody>;

export const TokenParams = Type.Object({ tokenId: Id });

export const Me = Type.Object({
  id: UserId,
  email: orNull(Type.String()),
  emailProven: Type.Boolean({ description: "Whether it is proven that the email address is yours" }),
  name: orNull(Type.String()),
  isAdmin: Type.Boolean(),
  hasPassword: Type.Boolean({
    description: "Whether your account has a password. false if you sign in with an identity provider or a JWT",
  }),
});
export type Me = Static<typeof Me>;

/** The quotas of the caller, and the storage of the caller's own notes, including unfinished uploads. A quota of null means no limit. */
export const Usage = Type.Object({
  usedBytes: Type.Integer(),
  quotaBytes: orNull(Type.Integer()),
  files: Type.Integer(),
  quotaFiles: orNull(Type.Integer()),
});
export type Usage = Static<typeof Usage>;

/** When the service sends the mails of a topic. `daily`: in one mail a day, the daily digest. */
export const MailChoice = Type.Enum(["at_once", "daily", "never"]);
export type MailChoice = Static<typeof MailChoice>;

const choices = {
  shares: MailChoice,
  expiry: MailChoice,
  links: MailChoice,
  files: MailChoice,
  requests: MailChoice,
};

/**
 * The mail preferences of the caller: when the service sends the mails of each topic.
 *
 * - `shares`: a person shares a note or a file with the caller
 * - `expiry`: a share expires within a day
 * - `links`: a visitor opens a link of the caller or downloads from it, if `notify` of the link asks for a mail
 * - `files`: a file request of the caller receives files, if `notify` of the file request asks for a mail
 * - `requests`: a person requests access to a note of the caller
 */
export const MailPreferences = Type.Object(choices);
export type MailPreferences = Static<typeof MailPreferences>;

/** Changes the mail preferences for the given topics, and keeps the preferences for all other topics. */
export const UpdateMailPreferencesBody = closedObject(Type.Partial(Type.Object(choices)).properties, {
  minProperties: 1,
});
export type UpdateMailPreferencesBody = Static<typeof UpdateMailPreferencesBody>;

/** The token in the unsubscribe link of a mail, which can only turn off the mails of one topic. */
export const UnsubscribeParams = Type.Object({ token: Type.String({ minLength: 1, maxLength: 1024 }) });

/**
 * A state from an earlier response to `GET /changes`. A state has three parts: for the caller's own notes, for shared notes and files, and
 * for the note `noteId`.
 */
const State = Type.String({ pattern: "^[\\w-]{1,22}(\\.[\\w-]{1,22}){0,2}$", maxLength: 68 });

/** `noteId`: the note that the caller has open. `since`: the `state` of an earlier response, or its first one or two parts. */
export const ChangesQuery = closedObject({ noteId: Type.Optional(Id), since: Type.Optional(State) });
export type ChangesQuery = Static<typeof ChangesQuery>;

/**
 * A part of the caller's data that has changed, and that the caller should read again. Contains no id of a note or file.
 *
 * `own`: a note of the caller has new activity. `shared`: a note or a file that is shared with the caller has changed. `note`: the note
 * with the id `noteId` has changed, or the caller's access to the note has changed.
 */
export const ChangedPart = Type.Enum(["own", "shared", "note"]);
export type ChangedPart = Static<typeof ChangedPart>;

/** The parts that have changed since the state `since`, and the new state. Without `since` in the request, `changed` is empty. */
export const Changes = Type.Object({ changed: Type.Array(ChangedPart), state: Type.String() });
export type Changes = Static<typeof Changes>;
