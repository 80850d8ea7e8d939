import type { Call, PageOptions } from "../call.ts";
import type {
  AdminEventPage,
  AdminInvitation,
  AdminInvitationPage,
  AdminLinkPage,
  AdminMailPage,
  AdminPerson,
  AdminPersonPage,
  AnswerTokenRequestBody,
  ApiTokens,
  ClosedAccount,
  CreatedToken,
  CreateTokenBody,
  CreateWebhookBody,
  LinkKind,
  MailState,
  PolicySetting,
  PolicySettings,
  ResetLink,
  RevokedLink,
  TokenRequest,
  UpdatePersonBody,
  UpdateWebhookBody,
  Webhook,
  WebhookDeliveryPage,
  Webhooks,
  WebhookTest,
  WebhookWithSecret,
} from "../wire.ts";

/** Calls for administrators. For all other users, each call fails with `access_denied`. */
export function administrationCalls(call: Call) {
  const person = (userId: string) => `/admin/people/${encodeURIComponent(userId)}`;
  const page = <Page>(
    path: string,
    { signal, ...query }: PageOptions & { q?: string; kind?: LinkKind; state?: MailState },
  ) => call<Page>("GET", `/admin/${path}`, { query: { ...query }, signal });
  return {
    /** Returns one page of users, the newest user first. `q`: a text that the email address, name or id of each returned user contains. */
    people: (options: PageOptions & { q?: string } = {}) => page<AdminPersonPage>("people", options),
    /** Disables or enables a user, or sets the quotas of the user. A quota of null means the default quota of the service. */
    updatePerson: (userId: string, change: UpdatePersonBody) =>
      call<AdminPerson>("PATCH", person(userId), { body: change }),
    /**
     * Closes the account of a user. After 14 days, the service deletes the account. Until then, `updatePerson` with `isDisabled: false`
     * reopens it.
     */
    deletePerson: (userId: string) => call<ClosedAccount>("DELETE", person(userId)),
    /** Makes a link with which a user sets a new password. The link works once, within 24 hours. */
    makeResetLink: (userId: string) => call<ResetLink>("POST", `${person(userId)}/reset-link`),
    /** Returns one page of invitations to the service that nobody has accepted, the newest invitation first. */
    invitations: (options: PageOptions = {}) => page<AdminInvitationPage>("invitations", options),
    /** Invites an email address to create an account. If the service sends mails, the service mails the invitation. */
    invite: (email: string) => call<AdminInvitation>("POST", "/admin/invitations", { body: { email } }),
    /** Makes a new link for an invitation, valid for 30 days. A service with mail also mails the new link. The old link stops working. */
    renewInvitation: (invitationId: string) =>
      call<AdminInvitation>("POST", `/admin/invitations/${encodeURIComponent(invitationId)}/renew`),
    revokeInvitation: (invitationId: string) =>
      call<void>("DELETE", `/admin/invitations/${encodeURIComponent(invitationId)}`),
    /** Returns the rules of the service that administrators can change. */
    policy: (options: Pick<PageOptions, "signal"> = {}) => call<PolicySettings>("GET", "/admin/policy", options),
    /**
     * Changes a rule of the service, and returns all rules. Rejects with `policy_fixed` if the configuration of the service sets the rule.
     */
    setPolicy: (name: PolicySetting["name"], value: PolicySetting["value"]) =>
      call<PolicySettings>("PUT", `/admin/policy/${name}`, { body: { value } }),
    /** Resets a rule of the service to its default, and returns all rules. */
    resetPolicy: (name: PolicySetting["name"]) => call<PolicySettings>("DELETE", `/admin/policy/${name}`),
    /**
     * Returns one page of the links of all users, the newest link first, without the URLs of the links. `q`: a text that the name, note or
     * creator of each returned link contains.
     */
    links: (options: PageOptions & { kind?: LinkKind; q?: string } = {}) => page<AdminLinkPage>("links", options),
    /** Revokes a link of any user. Download URLs that visitors already have work until `lastUrlExpiresAt`. */
    revokeLink: (linkId: string) => call<RevokedLink>("DELETE", `/admin/links/${encodeURIComponent(linkId)}`),
    /** Returns one page of the mails that wait or have finally failed, the newest mail first, without the texts of the mails. */
    mails: (options: PageOptions & { state?: MailState } = {}) => page<AdminMailPage>("mails", options),
    /** Tries again to send a mail that has finally failed. */
    retryMail: (mailId: string) => call<void>("POST", `/admin/mails/${encodeURIComponent(mailId)}/retry`),
    /** The calls for webhooks that get events about the notes of all users. */
    webhooks: webhookCalls(call, "/admin/webhooks"),
    /** Returns one page of the log of administrator actions and operator commands, the newest event first. */
    log: (options: PageOptions = {}) => page<AdminEventPage>("log", options),
  };
}

/** Calls for webhooks. `path` is /webhooks for events about the caller's notes, or /admin/webhooks for events about all notes. */
export function webhookCalls(call: Call, path: "/webhooks" | "/admin/webhooks" = "/webhooks") {
  const one = (webhookId: string) => `${path}/${encodeURIComponent(webhookId)}`;
  return {
    list: ({ signal }: { signal?: AbortSignal } = {}) => call<Webhooks>("GET", path, { signal }),
    /** Creates a webhook. Only the response to `create` contains the secret of the webhook. */
    create: (webhook: CreateWebhookBody) => call<WebhookWithSecret>("POST", path, { body: webhook }),
    /** Changes the settings of a webhook. `isDisabled: false` enables a disabled webhook. */
    update: (webhookId: string, change: UpdateWebhookBody) => call<Webhook>("PATCH", one(webhookId), { body: change }),
    /** Deletes a webhook and the list of its deliveries. */
    remove: (webhookId: string) => call<void>("DELETE", one(webhookId)),
    /** Makes a new secret for a webhook. For 24 hours, the service signs messages with the new secret and with the old secret. */
    rotateSecret: (webhookId: string) => call<WebhookWithSecret>("POST", `${one(webhookId)}/secret`),
    /** Sends a test message to the webhook. */
    test: (webhookId: string) => call<WebhookTest>("POST", `${one(webhookId)}/test`),
    /** Returns one page of the deliveries of a webhook in the last 30 days, the newest delivery first. */
    deliveries: (webhookId: string, { signal, ...query }: PageOptions = {}) =>
      call<WebhookDeliveryPage>("GET", `${one(webhookId)}/deliveries`, { query, signal }),
    /** Sends a webhook message again. */
    retry: (webhookId: string, deliveryId: string) =>
      call<void>("POST", `${one(webhookId)}/deliveries/${encodeURIComponent(deliveryId)}/retry`),
  };
}

export function tokenCalls(call: Call) {
  return {
    /** Creates an API token. Only the response to `create` contains the secret of the token. */
    create: (token: CreateTokenBody) => call<CreatedToken>("POST", "/tokens", { body: token }),
    /** Lists the API tokens of the caller. With `userId`, an administrator lists the tokens of another user. */
    list: ({ signal, userId }: { signal?: AbortSignal; userId?: string } = {}) =>
      call<ApiTokens>("GET", ofUser(userId), { signal }),
    /** Revokes an API token of the caller. An administrator can revoke every API token. */
    remove: (tokenId: string) => call<void>("DELETE", `/tokens/${encodeURIComponent(tokenId)}`),
    /** Revokes all API tokens of the caller. With `userId`, an administrator revokes the tokens of another user. */
    removeAll: ({ userId }: { userId?: string } = {}) => call<void>("DELETE", ofUser(userId)),
    /** Returns the program that requested an API token and shows the code. */
    lookAtRequest: (code: string) => call<TokenRequest>("POST", "/token-requests/look", { body: { code } }),
    /** Grants an API token of the caller to the program that shows the code, or refuses the program's request. */
    answerRequest: (body: AnswerTokenRequestBody) => call<void>("POST", "/token-requests/answer", { body }),
  };
}

function ofUser(userId: string | undefined): string {
  return userId === undefined ? "/tokens" : `/tokens?${new URLSearchParams({ userId })}`;
}
