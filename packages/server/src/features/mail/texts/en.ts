import type { AccountChange, NoticeMail } from "../../outbox/mail.ts";

type Thing = "note" | "file";

/** The subject and the first sentence of the mail about each change of an account. */
const changed: Record<AccountChange, (host: string) => { subject: string; text: string }> = {
  "password-changed": (host) => ({
    subject: "Your password was changed",
    text: `Your account at ${host} has a new password, and all other browsers are signed out.`,
  }),
  "password-reset": (host) => ({
    subject: "Your password was reset",
    text: `Your account at ${host} has a new password, set with a link. All other browsers are signed out.`,
  }),
  "email-changed": (host) => ({
    subject: "Your account has a new email address",
    text: `Your account at ${host} now has this email address.`,
  }),
  "second-factor-on": (host) => ({
    subject: "Two-step sign-in was turned on",
    text: `A sign-in to your account at ${host} now needs a code of the authenticator app.`,
  }),
  "second-factor-off": (host) => ({
    subject: "Two-step sign-in was turned off",
    text: `A sign-in to your account at ${host} no longer needs a code of the authenticator app.`,
  }),
  "recovery-codes-renewed": (host) => ({
    subject: "You have new recovery codes",
    text: `Your account at ${host} has new recovery codes. The earlier ones no longer work.`,
  }),
  "passkey-added": (host) => ({
    subject: "A passkey was added",
    text: `A new passkey signs in to your account at ${host}, without the password.`,
  }),
  "passkey-removed": (host) => ({
    subject: "A passkey was removed",
    text: `A passkey was removed from your account at ${host}. It no longer signs in.`,
  }),
  "token-created": (host) => ({
    subject: "An API token was made",
    text: `A new API token acts for your account at ${host}, without the password.`,
  }),
  kept: (host) => ({
    subject: "Your account stays",
    text: `Your account at ${host} is open again, and is not deleted.`,
  }),
};

const subjects: Record<NoticeMail["kind"], string> = {
  shares: "Notes and files are shared with you",
  expiry: "Your access to notes and files ends",
  links: "Your links are used",
  files: "Files arrived",
  digest: "The daily digest",
};

/** The texts of all mails in English. */
export const english = {
  language: "en",
  locale: "en-GB",
  time: "Time",
  unsubscribe: "Turn off these mails",
  openSettings: "Open the settings",
  openService: "Open Valet Key",
  ignore: "If you did not ask for it, ignore this mail.",

  reset: {
    subject: "Choose a new password",
    intro: (host: string) => `Somebody asked for a new password for your account at ${host}.`,
    button: "Choose a new password",
    life: "The link works for an hour, and once.",
    ignore: "If you did not ask for it, ignore this mail. Your password stays as it is.",
  },
  proof: {
    subject: "Confirm your email address",
    intro: (email: string, host: string) =>
      `Confirm that ${email} is your email address at ${host}. People can then share files with you by it.`,
    button: "Confirm email address",
    life: "The link works for three days, in a browser where you are signed in.",
    ignore: "If you did not create this account, ignore this mail.",
  },
  emailChange: {
    subject: "Confirm your new email address",
    intro: (email: string, host: string) =>
      `Somebody chose ${email} as the new email address of an account at ${host}.`,
    button: "Confirm new email address",
    life: "The link works for a day, in a browser where you are signed in.",
    ignore: "If you did not ask for it, ignore this mail. Nothing changes.",
  },
  emailChanged: {
    subject: "Your email address was changed",
    intro: (host: string) => `Your account at ${host} now has another email address. This one no longer belongs to it.`,
    advice: "If you did not change it, tell the person who runs the service at once.",
  },
  closed: {
    subject: "Your account was deleted",
    intro: (host: string, date: string) => `Your account at ${host} is closed. It is deleted for good on ${date}.`,
    keep: "To keep the account, sign in before then.",
    button: "Sign in",
    advice: "If you did not delete it, keep the account, and choose a new password at once.",
  },
  changed,
  changeAdvice: "If it was not you, choose a new password at once, and end the sessions that you do not know.",
  passwordAdvice: "If it was not you, choose another password at once, with a link to this email address.",
  choosePassword: "Choose another password",
  newSignIn: {
    subject: "A new sign-in to your account",
    intro: (host: string) => `Somebody signed in to your account at ${host}, from a browser that is new to it.`,
    browser: "Browser",
    ip: "IP address",
    device: (browser: string, system: string) => `${browser} on ${system}`,
    unknown: "Unknown",
    button: "Open your sessions",
    fine: "If it was you, there is nothing to do.",
    advice: "If it was not you, choose a new password at once. That signs out all other browsers.",
    providerAdvice: "If it was not you, end that session at once, and secure your account at the identity provider.",
  },
  invitation: {
    subject: (thing: Thing) => `A ${thing} is shared with you`,
    intro: (thing: Thing, host: string) => `Somebody shared a ${thing} with you at ${host}.`,
    button: (thing: Thing) => `Open the ${thing}`,
    life: (end: string) => `The link is for one person. It works once, until ${end}.`,
    expires: (end: string) => `The share expires on ${end}.`,
    ignore: "If you did not expect it, ignore this mail.",
  },
  accountInvitation: {
    subject: (host: string) => `An account at ${host}`,
    intro: (host: string) => `An administrator of ${host} invites you to create an account with this email address.`,
    button: "Create your account",
    life: (end: string) => `The link is for you alone. It works once, until ${end}.`,
  },
  accessRequest: {
    subject: "Somebody asks for access to one of your notes",
    intro: (host: string) => `Somebody asks for access to one of your notes at ${host}.`,
    outro: "The note shows the person. You can allow the person to view or edit it, or dismiss the request.",
  },
  code: {
    subject: "Your code for a link",
    intro: (host: string) => `Somebody shares files with you at ${host}. Enter this code on the page of the link:`,
    life: "The code works for 15 minutes, and once.",
  },
  notices: {
    subjects,
    intro: (host: string) => `News from ${host}:`,
    outro: "Your settings say which mails you get.",
    note: ["A note is shared with you.", (count: number) => `${count} notes are shared with you.`],
    file: ["A file is shared with you.", (count: number) => `${count} files are shared with you.`],
    end: [
      (end: string) => `Your access to something that is shared with you ends on ${end}.`,
      (count: number, end: string) => `Your access to ${count} shared notes and files ends, first on ${end}.`,
    ],
    opened: [
      "Somebody opened one of your links for the first time.",
      (count: number) => `${count} of your links were opened for the first time.`,
    ],
    downloaded: [
      "Somebody downloaded a file from one of your links.",
      (count: number) => `${count} files were downloaded from your links.`,
    ],
    viewed: [
      "Somebody looked at a file of one of your links.",
      (count: number) => `${count} files of your links were looked at.`,
    ],
    claimed: [
      "Somebody got files from one of your links.",
      (count: number) => `Visitors got files from your links ${count} times.`,
    ],
    received: [
      "A file arrived by one of your file requests.",
      (count: number) => `${count} files arrived by your file requests.`,
    ],
    asked: [
      "Somebody asks for access to one of your notes.",
      (count: number) => `There are ${count} requests for access to your notes.`,
    ],
    openNote: "Open the note",
    openLinks: "Open your links",
    openFiles: "Open your files",
  },
} as const;

/** The type of the texts in any language, with the same keys as the English texts. */
type Translated<T> = T extends string
  ? string
  : T extends (...args: infer Args) => infer Result
    ? (...args: Args) => Translated<Result>
    : { readonly [Key in keyof T]: Translated<T[Key]> };

export type MailTexts = Translated<typeof english>;
