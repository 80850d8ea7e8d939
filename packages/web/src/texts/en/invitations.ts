import { brandName } from "../brand-name.ts";
/** Texts of invitations and requests for access. A page loads these texts only with the parts that need them. */
export const invitationTexts = {
  waiting: (until: string) => `Invited. Must accept by ${until}.`,
  expired: "Invited, not here yet. The invitation has expired.",
  /** A message about a share, which the user sends to a person without the service. */
  message: {
    title: "A message to send",
    unknown: (count: number): string =>
      count === 1
        ? "They do not know yet. Copy this message, and send it yourself."
        : "They do not know yet. Copy each message, and send it yourself.",
    mailed: "You can also send these messages yourself.",
    copy: "Copy message",
    copyOf: (email: string) => `Copy message for ${email}`,
    copyInvitation: "Copy invitation",
    copyInvitationOf: (email: string) => `Copy invitation for ${email}`,
    plain: (what: string, url: string) => `I have shared “${what}” with you:\n${url}`,
    personal: (what: string, url: string, until: string) =>
      `I have shared “${what}” with you:\n${url}\nThe link is only for you. Open it by ${until}.`,
    files: (lines: readonly string[]) =>
      `I have shared files with you:\n${lines.join("\n")}\nThe links are only for you.`,
  },
  renew: "Replace invitation",
  renewOf: (email: string) => `Replace invitation for ${email}`,
  renewing: "A replaced invitation can no longer be used.",
  renewed: "The old link no longer works.",
  mailed: (emails: readonly string[]) =>
    emails.length > 3
      ? `${emails.length} invitations are on their way by mail.`
      : `The invitation is on its way to ${emails.join(", ")}.`,
  page: {
    title: "An invitation",
    shares: (who: string, what: string) => `${who} shares “${what}” with you`,
    invites: (who: string | null, host: string) =>
      who === null ? `You are invited to ${brandName} at ${host}` : `${who} invites you to ${brandName} at ${host}`,
    signUp: "Create an account to open it.",
    signUpToService: "Create your account. Then you can store files, and share them.",
    hasAccount: "You do not need to create another account.",
    closed: (who: string | null) =>
      `If you have an account, sign in. If not, ask ${who === null ? "the person who invited you" : `${who} or the administrator`} for one. Then open this link again.`,
    own: "This is your own invitation",
    ownHint: ({ invited, what }: { invited: string; what: string }) =>
      `It opens “${what}” for ${invited}. Give the link to this person. You have access already.`,
    copy: "Copy link",
    signedIn: (email: string) => `You are signed in as ${email}.`,
    sharesWith: (who: string, { what, invited }: { what: string; invited: string }) =>
      `${who} shares “${what}” with ${invited}`,
    hasAccess: (what: string) => `You already have access to “${what}”`,
    signedInAs: "You are signed in as",
    now: "Now",
    ifAccepted: "If you accept",
    gives: "With this invitation",
    /** `until`: an instant, or undefined for access without an end. */
    access: (access: "viewer" | "editor" | "file", until: string | undefined) => {
      const action = { viewer: "view the note", editor: "edit the note", file: "open the file" }[access];
      return `You can ${action}${until === undefined ? ", with no end date" : ` until ${until}`}.`;
    },
    endsEarlier: "After that, you can no longer open the note.",
    usesUp: (invited: string) => `${invited} can no longer use this invitation.`,
    staysOpen: (invited: string) => `You do not need this invitation. It is for ${invited}, who can still use it.`,
    open: { note: "Open the note", file: "Open the file" },
    accept: "Accept with this account",
    acceptUntil: (until: string) => `Accept, and edit until ${until}`,
    leaveFor: (invited: string) => `Leave it for ${invited}`,
    keep: (until: string | null) => `Keep viewing${until === null ? ", with no end date" : ` until ${until}`}`,
    opening: "Opening…",
    otherAccount: "Use another account",
    home: "Go to your notes",
    signIn: "Sign in",
    failed: "The invitation could not be loaded",
  },
  /** For a signed-in person whose account does not have the access of a used invitation. */
  usedHint:
    "Another account used it, or the access that it gave has ended. If the other account is yours, use that account. Otherwise ask the person who sent it for a new invitation.",
  /** The reasons why an invitation does not work, by error code. */
  closed: {
    invitation_not_found: {
      title: "This invitation does not work",
      hint: "It was revoked, replaced by a newer link, or copied in part. Ask the person who sent it for another one.",
    },
    invitation_used: {
      title: "This invitation was used already",
      hint: "If you used it, sign in with the account that you used then. Otherwise ask the person who sent it for a new invitation.",
    },
    invitation_expired: { title: "This invitation has expired", hint: "Ask the person who sent it for another one." },
  },
  ask: {
    action: "Ask for access",
    asked: {
      title: "You asked for access",
      hint: "If there is such a note, its owner sees your request. It opens here when the owner agrees.",
    },
  },
  requests: {
    title: "Asking for access",
    asks: (name: string) => `${name} asks for access`,
    unproven: "email address not confirmed",
    allow: { viewer: "Allow to view", editor: "Allow to edit" },
    allowOf: {
      viewer: (name: string) => `Allow to view: ${name}`,
      editor: (name: string) => `Allow to edit: ${name}`,
    },
    dismiss: "Refuse",
    dismissOf: (name: string) => `Refuse the request of ${name}`,
    failed: "The requests for access could not be loaded",
  },
};
