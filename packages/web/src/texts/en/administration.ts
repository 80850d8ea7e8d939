import { formatBytes, formatCount, formatNumber, formatSpan } from "../format.ts";

const files = { one: "file", other: "files" };
const received = { one: "file received", other: "files received" };
const tries = { one: "try", other: "tries" };
const tokens = { one: "API token", other: "API tokens" };
const claims = { one: "download", other: "downloads" };

/** Only the pages of administrators import these texts. */
export const administration = {
  title: "Administration",
  hint: "You see names and sizes here, but not the content of notes and files.",
  notYours: {
    title: "Only administrators see this page",
    hint: "If you need it, ask an administrator or the person who runs this service.",
  },
  tabs: {
    label: "What to show",
    people: "People",
    links: "Links",
    policy: "Rules",
    mail: "Mail",
    webhooks: "Webhooks",
    log: "Log",
  },
  people: {
    failed: "The people could not be loaded",
    search: "Search people",
    searchHint: "Name or email",
    empty: "Nobody found",
    emptyHint: "Search for a part of a name or an email address.",
    columns: {
      seen: "Last seen",
      used: "Storage",
      links: "Links",
    },
    active: "Active",
    administrator: "Administrator",
    disabled: "Disabled",
    unproven: "Email not confirmed",
    neverSeen: "Never signed in",
    storage: (used: number, quota: number | null) =>
      quota === null ? formatBytes(used) : `${formatBytes(used)} of ${formatBytes(quota)}`,
    files: (count: number, quota: number | null) =>
      quota === null ? formatCount(count, files) : `${formatNumber(count)} of ${formatCount(quota, files)}`,
    nothing: "No files",
    // The service counts at most 1,000 links.
    links: (count: number) => (count >= 1_000 ? `${formatNumber(count)}+` : formatNumber(count)),
    menuOf: (name: string) => `Actions for ${name}`,
    disable: "Disable…",
    disableOf: (name: string) => `Disable ${name}?`,
    disableQuestion:
      "This person is signed out. All sessions, API tokens and links stop working at once. You can enable the account again.",
    disableNow: "Disable",
    enable: "Enable",
    revokeTokens: "Revoke API tokens…",
    revokeTokensOf: (name: string) => `Revoke all API tokens of ${name}?`,
    revokeTokensQuestion: "Programs with these tokens lose access at once. The person stays signed in.",
    revokeTokensNow: "Revoke API tokens",
    tokensRevoked: (name: string) => `All API tokens of ${name} are revoked.`,
    remove: "Delete…",
    removeOf: (name: string) => `Delete ${name}?`,
    removeQuestion:
      "The account, its notes and its files are deleted for good in 14 days. Until then, you can cancel the deletion: enable the account again.",
    removeNow: "Delete",
    deletedIn: (left: string) => `Will be deleted in ${left}`,
    quota: "Limit storage…",
    quotaOf: (name: string) => `Storage of ${name}`,
    quotaField: "GB at most",
    quotaProblem: "Enter a number from 0 to 1,000,000.",
    quotaFilesField: "Files at most",
    quotaFilesProblem: "Enter a whole number.",
    quotaHint: (used: number, count: number) =>
      `In use now: ${formatBytes(used)} and ${formatCount(count, files)}. A lower limit deletes nothing, but stops new files. Leave a field empty for the default of the service.`,
    quotaDefault: (value: string | undefined) => (value === undefined ? "Default" : `Default: ${value}`),
    quotaNone: "no limit",
    reset: "New password…",
    resetOf: (name: string) => `A new password for ${name}`,
    resetQuestion: "Anyone with the link can set a new password and sign in. Give it only to this person.",
    resetNow: "Make link",
    resetLink: "Link for a new password",
    resetGive: (name: string) =>
      `Copy this link, and give it only to ${name}. The page of the link asks for a new password.`,
    resetHint: "It works once, within 24 hours. It is not shown again.",
  },
  invitations: {
    title: "Invite a person",
    hint: "The person creates an account with this email address, even if sign-up is closed. You confirm that the email address is theirs.",
    email: "Email address",
    action: "Invite",
    pending: "Inviting…",
    made: (email: string) => `${email} is invited. Copy the invitation, and give it only to this person.`,
    mailed: (email: string) =>
      `${email} gets a mail. You can also copy the invitation, and give it only to this person.`,
    taken: "There is an account with this email address already.",
    wrong: "This is not a complete email address, like ann@example.com.",
    failed: "The invitations could not be loaded",
    label: "Invitations",
    invited: (who: string) => `Invited by ${who}`,
    byCommand: "Invited from the command line",
    copy: "Copy invitation",
    copyOf: (email: string) => `Invitation of ${email}`,
    copied: (email: string) => `The invitation of ${email} is copied.`,
    renew: "New invitation",
    renewed: "The new invitation works for 30 days. The old one stopped working.",
    revoke: "Withdraw…",
    revokeOf: (email: string) => `Withdraw the invitation of ${email}?`,
    revokeQuestion: "The invitation stops working. You can invite the person again.",
    revokeNow: "Withdraw",
  },
  links: {
    failed: "The links could not be loaded",
    empty: "No links yet",
    emptyHint: "Links and file requests of all people appear here.",
    search: "Search links",
    searchHint: "Name, note or person",
    none: { title: "No link found", hint: "Search for a part of its name, of its note, or of the person who made it." },
    request: "File request",
    states: {
      live: "Open",
      used_up: "Used up",
      expired: "Expired",
      revoked: "Ended",
      orphaned: "Its files were deleted",
      closed: "Closed by the rules",
    },
    columns: { by: "Made by", used: "Used", state: "State" },
    whole: "All files",
    files: (count: number) => formatCount(count, files),
    revokedAt: (when: string) => `Ended ${when}`,
    password: "Password",
    claims: (count: number) => formatCount(count, claims),
    received: (count: number, bytes: number) =>
      `${formatCount(count, received)}${count === 0 ? "" : `, ${formatBytes(bytes)}`}`,
    revoke: "End link",
    revokeOf: (name: string) => `End link “${name}”`,
    revokeQuestion: "End this link? Then nobody can open it. The owner sees that you ended it. You cannot undo this.",
  },
  mail: {
    failed: "The mails could not be loaded",
    empty: "No mail is waiting",
    emptyHint: "Mails appear here until they are sent. A mail that cannot be sent stays for 30 days.",
    kinds: {
      "password-reset": "New password",
      "email-proof": "Confirmation of an email address",
      "email-change": "Confirmation of a new email address",
      "email-changed": "Note about a new email address",
      "account-closed": "Note about a deleted account",
      "new-sign-in": "Warning about a new sign-in",
      "account-changed": "Warning about a changed account",
      invitation: "Invitation",
      "account-invitation": "Invitation to create an account",
      "access-request": "Request for access",
      "link-code": "Code for a link",
      "sent-link": "Link that a person sent",
      shares: "News about shares",
      expiry: "News about shares that end",
      links: "News about links",
      files: "News about received files",
      digest: "Daily digest",
    } as Record<string, string>,
    waiting: (when: string) => `Next try ${when}`,
    columns: { to: "Not delivered", tries: "Tries" },
    problem: (text: string) => `The mail server said: ${text}`,
    due: "Next try soon",
    givenUp: (when: string) => `Given up ${when}`,
    tries: (count: number) => formatCount(count, tries),
    again: "Send again",
    againOf: (email: string) => `Send again to ${email}`,
  },
  log: {
    failed: "The log could not be loaded",
    empty: "Nothing happened yet",
    emptyHint: "Everything that administrators do is written here.",
    command: "The operator of the server",
    acts: {
      "person.made_administrator": () => "made an administrator:",
      "person.email_proven": () => "vouched for the email address of",
      "person.disabled": () => "disabled",
      "person.enabled": () => "enabled",
      "person.quota_changed": ({ quotaBytes, quotaFiles }) => {
        const bytes = typeof quotaBytes === "number" ? [formatBytes(quotaBytes)] : [];
        const number = typeof quotaFiles === "number" ? [formatCount(quotaFiles, files)] : [];
        const most = [...bytes, ...number].join(" and ");
        return most === "" ? "restored the default quota of" : `set a quota of ${most} for`;
      },
      "person.reset_link_made": () => "made a link for a new password of",
      "person.second_factor_removed": () => "removed the second factor of",
      "person.email_changed": () => "changed the email address of",
      "person.deleted": () => "deleted",
      "person.tokens_revoked": ({ count }) => `revoked ${formatCount(Number(count), tokens)} of`,
      "link.revoked": ({ label, kind }) => {
        const what = kind === "upload" ? "file request" : "link";
        return label === "" ? `ended a ${what} of` : `ended the ${what} “${label}” of`;
      },
      "mail.retried": ({ email }) => `sent a failed mail to ${email} again`,
      "webhook.created": ({ host }) => `added a webhook to ${host}`,
      "webhook.updated": ({ host }) => `changed the webhook to ${host}`,
      "webhook.secret_rotated": ({ host }) => `made a new secret for the webhook to ${host}`,
      "bucket.move_started": ({ from, to }) => `started to move all files from bucket ${from} to bucket ${to}`,
      "bucket.move_ended": ({ from, to, objects }) => `moved ${objects} objects from bucket ${from} to bucket ${to}`,
      "policy.changed": ({ name, from, to }) =>
        `changed the rule “${ruleName(name)}” from “${ruleValue(name, from)}” to “${ruleValue(name, to)}”`,
      "invitation.created": ({ email }) => `invited ${email}`,
      "invitation.renewed": ({ email }) => `made a new invitation for ${email}`,
      "invitation.revoked": ({ email }) => `revoked the invitation of ${email}`,
      "webhook.deleted": ({ host }) => `deleted the webhook to ${host}`,
    } as Record<string, (detail: Record<string, string | number | null>) => string>,
  },
};

type Rule = {
  title: string;
  /** The effect of the rule, also on existing links, shares and accounts. */
  hint: string;
  /** The names of the values of the rule. Undefined if the value is a lifetime. */
  choices?: Record<string, string>;
};

/** Only the pages of administrators import these texts. */
export const policyTexts = {
  hint: "Changes apply within a few seconds.",
  failed: "The rules could not be loaded",
  rules: {
    "sign-up": {
      title: "Who may create an account",
      hint: "Existing accounts stay, and your own invitations always work.",
      choices: { open: "Everybody", invited: "People with an invitation", closed: "Nobody" },
    },
    "proven-email": {
      title: "Which email addresses receive shares",
      hint: "If only confirmed ones do, a share waits until the person confirms the address.",
      choices: { required: "Only confirmed ones", optional: "Also unconfirmed ones" },
    },
    "link-max-expiry": {
      title: "Longest life of a link",
      hint: "Links that are older close, and open again if you allow a longer life.",
    },
    "link-password": {
      title: "Password of a link",
      hint: "If required, existing links without a password stay closed until they get one.",
      choices: { required: "Required", optional: "Optional" },
    },
    "url-ttl-max": {
      title: "Longest time to start a download: owner of the file",
      hint: "Programs can prepare a download and start it up to this long afterwards. A change counts only for downloads prepared from now on. In the browser, a download starts at once.",
    },
    "url-ttl-max-shared": {
      title: "Longest time to start a download: everybody else",
      hint: "Never longer than for the owner. A download that was prepared before a share ended can still start in this time.",
    },
  } as Record<string, Rule>,
  noLimit: "No limit",
  fixed: "Fixed in the configuration of the server.",
  reset: (value: string) => `Reset to the default: ${value}`,
  saved: "Saved.",
};

type Value = string | number | null | undefined;

export function ruleName(name: Value): string {
  return policyTexts.rules[String(name)]?.title ?? String(name);
}

export function ruleValue(name: Value, value: Value): string {
  if (value == null) return policyTexts.noLimit;
  if (typeof value === "number") return formatSpan(value);
  return policyTexts.rules[String(name)]?.choices?.[value] ?? value;
}
