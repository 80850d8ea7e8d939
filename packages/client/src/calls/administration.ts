import type { Call, PageOptions } from "../call.ts";
import type * as wire from "../wire.ts";

/** Calls for administrators. For all other users, each call fails with `access_denied`. */
export function administrationCalls(call: Call) {
  const person = (userId: string) => `/admin/people/${encodeURIComponent(userId)}`;
  const page = <Page>(
    path: string,
    { signal, ...query }: PageOptions & { q?: string; kind?: wire.LinkKind; state?: wire.MailState },
  ) => call<Page>("GET", `/admin/${path}`, { query: { ...query }, signal });
  return {
    /** Returns one page of users, the newest user first. `q`: a text that the email address, name or id of each returned user contains. */
    people: (options: PageOptions & { q?: string } = {}) => page<wire.AdminPersonPage>("people", options),
    /** Disables or enables a user, or sets the quotas of the user. A quota of null means the default quota of the service. */
    updatePerson: (userId: string, change: wire.UpdatePersonBody) =>
      call<wire.AdminPerson>("PATCH", person(userId), { body: change }),
    /**
     * Closes the account of a user. After 14 days, the service deletes the account. Until then, `updatePerson` with `isDisabled: false`
     * reopens it.
     */
    deletePerson: (userId: string) => call<wire.ClosedAccount>("DELETE", person(userId)),
    /** Makes a link with which a user sets a new password. The link works once, within 24 hours. */
    makeResetLink: (userId: string) => call<wire.ResetLink>("POST", `${person(userId)}/reset-link`),
    /** Returns one page of invitations to the service that nobody has accepted, the newest invitation first. */
    invitations: (options: PageOptions = {}) => page<wire.AdminInvitationPage>("invitations", options),
    /** Invites an email address to create an account. If the service sends mails, the service mails the invitation. */
    invite: (email: string) => call<wire.AdminInvitation>("POST", "/admin/invitations", { body: { email } }),
    /** Makes a new link for an invitation, valid for 30 days. A service with mail also mails the new link. The old link stops working. */
    renewInvitation: (invitationId: string) =>
      call<wire.AdminInvitation>("POST", `/admin/invitations/${encodeURIComponent(invitationId)}/renew`),
    revokeInvitation: (invitationId: string) =>
      call<void>("DELETE", `/admin/invitations/${encodeURIComponent(invitationId)}`),
    /** Returns the rules of the service that administrators can change. */
    policy: (options: Pick<PageOptions, "signal"> = {}) => call<wire.PolicySettings>("GET", "/admin/policy", options),
    /**
     * Changes a rule of the service, and returns all rules. Rejects with `policy_fixed` if the configuration of the service sets the rule.
     */
    setPolicy: (name: wire.PolicySetting["name"], value: wire.PolicySetting["value"]) =>
      call<wire.PolicySettings>("PUT", `/admin/policy/${name}`, { body: { value } }),
    /** Resets a rule of the service to its default, and returns all rules. */
    resetPolicy: (name: wire.PolicySetting["name"]) => call<wire.PolicySettings>("DELETE", `/admin/policy/${name}`),
    /**
     * Returns one page of the links of all users, the newest link first, without the URLs of the links. `q`: a text that the name, note or
     * creator of each returned link contains.
     */
    links: (options: PageOptions & { kind?: wire.LinkKind; q?: string } = {}) =>
      page<wire.AdminLinkPage>("links", options),
    /** Revokes a link of any user. Download URLs that visitors already have work until `lastUrlExpiresAt`. */
    revokeLink: (linkId: string) => call<wire.RevokedLink>("DELETE", `/admin/links/${encodeURIComponent(linkId)}`),
    /** Returns one page of the mails that wait or have finally failed, the newest mail first, without the texts of the mails. */
    mails: (options: PageOptions & { state?: wire.MailState } = {}) => page<wire.AdminMailPage>("mails", options),
    /** Tries again to send a mail that has finally failed. */
    retryMail: (mailId: string) => call<void>("POST", `/admin/mails/${encodeURIComponent(mailId)}/retry`),
    /** The calls for webhooks that get events about the notes of all users. */
    webhooks: webhookCalls(call, "/admin/webhooks"),
    /** Returns one page of the log of administrator actions and operator commands, the newest event first. */
    log: (options: PageOptions = {}) => page<wire.AdminEventPage>("log", options),
  };
}

/** Calls for webhooks. `path` is /webhooks for events about the caller's notes, or /admin/webhooks for events about all notes. */
export function webhookCalls(call: Call, path: "/webhooks" | "/admin/webhooks" = "/webhooks") {
  const one = (webhookId: string) => `${path}/${encodeURIComponent(webhookId)}`;
  return {
    list: ({ signal }: { signal?: AbortSignal } = {}) => call<wire.Webhooks>("GET", path, { signal }),
    /** Creates a webhook. Only the response to `create` contains the secret of the webhook. */
    create: (webhook: wire.CreateWebhookBody) => call<wire.WebhookWithSecret>("POST", path, { body: webhook }),
    /** Changes the settings of a webhook. `isDisabled: false` enables a disabled webhook. */
    update: (webhookId: string, change: wire.UpdateWebhookBody) =>
      call<wire.Webhook>("PATCH", one(webhookId), { body: change }),
    /** Deletes a webhook and the list of its deliveries. */
    remove: (webhookId: string) => call<void>("DELETE", one(webhookId)),
    /** Makes a new secret for a webhook. For 24 hours, the service signs messages with the new secret and with the old secret. */
    rotateSecret: (webhookId: string) => call<wire.WebhookWithSecret>("POST", `${one(webhookId)}/secret`),
    /** Sends a test message to the webhook. */
    test: (webhookId: string) => call<wire.WebhookTest>("POST", `${one(webhookId)}/test`),
    /** Returns one page of the deliveries of a webhook in the last 30 days, the newest delivery first. */
    deliveries: (webhookId: string, { signal, ...query }: PageOptions = {}) =>
      call<wire.WebhookDeliveryPage>("GET", `${one(webhookId)}/deliveries`, { query, signal }),
    /** Sends a webhook message again. */
    retry: (webhookId: string, deliveryId: string) =>
      call<void>("POST", `${one(webhookId)}/deliveries/${encodeURIComponent(deliveryId)}/retry`),
  };
}

export function tokenCalls(call: Call) {
  return {
    /** Creates an API token. Only the response to `create` contains the secret of the token. */
    create: (token: wire.CreateTokenBody) => call<wire.CreatedToken>("POST", "/tokens", { body: token }),
    /** Lists the API tokens of the caller. With `userId`, an administrator lists the tokens of another user. */
    list: ({ signal, userId }: { signal?: AbortSignal; userId?: string } = {}) =>
      call<wire.ApiTokens>("GET", ofUser(userId), { signal }),
    /** Revokes an API token of the caller. An administrator can revoke every API token. */
    remove: (tokenId: string) => call<void>("DELETE", `/tokens/${encodeURIComponent(tokenId)}`),
    /** Revokes all API tokens of the caller. With `userId`, an administrator revokes the tokens of another user. */
    removeAll: ({ userId }: { userId?: string } = {}) => call<void>("DELETE", ofUser(userId)),
    /** Returns the program that requested an API token and shows the code. */
    lookAtRequest: (code: string) => call<wire.TokenRequest>("POST", "/token-requests/look", { body: { code } }),
    /** Grants an API token of the caller to the program that shows the code, or refuses the program's request. */
    answerRequest: (body: wire.AnswerTokenRequestBody) => call<void>("POST", "/token-requests/answer", { body }),
  };
}

function ofUser(userId: string | undefined): string {
  return userId === undefined ? "/tokens" : `/tokens?${new URLSearchParams({ userId })}`;
}
