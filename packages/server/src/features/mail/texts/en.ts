import type { AccountChange } from "../../outbox/mail.ts";

export type Thing = "note" | "file";
/** `sender`: the name and the email address of the sender. `label`: the label of the link, or undefined. */
type SentLinkFacts = { sender: string; label: string | undefined };

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

/** The name of a link in a mail. `label`: a label that the reader wrote. `note`: the title of the link's note. */
export type LinkName = { label?: string | undefined; note?: string | undefined };

/** `by`: the proven email address of the sharer. `name`: the title of the note or the name of the file, if there is only one. */
export type SharedThings = { by: string | undefined; thing: Thing; name: string | undefined; count: number };

const somebody = (by: string | undefined) => by ?? "Somebody";
const thingCalled = (thing: Thing, name: string | undefined) =>
  name === undefined ? `a ${thing}` : `the ${thing} “${name}”`;
const yourNote = (name: string | undefined) => (name === undefined ? "one of your notes" : `your note “${name}”`);
const yourLink = ({ label, note }: LinkName, kind: "link" | "file request" = "link") => {
  if (label !== undefined) return `your ${kind} “${label}”`;
  return note === undefined ? `one of your ${kind}s` : `a ${kind} of your note “${note}”`;
};
const filesOf = (count: number) => (count === 1 ? "a file" : `${count} files`);

export const english = {
  language: "en",
  locale: "en-GB",
  time: "Time",
  unsubscribe: "Turn off these mails",
  opens: "This button opens",
  openSettings: "Open the settings",
  openService: (name: string) => `Open ${name}`,
  ignore: "If you did not ask for it, ignore this mail.",
  reasons: {
    account: (host: string) =>
      `You get this mail because an account at ${host} has this email address. Mails about the safety of an account are always sent.`,
    entered: (host: string) => `You get this mail because somebody entered this email address at ${host}.`,
    former: (host: string) => `You get this mail because an account at ${host} had this email address.`,
    invited: (by: string | undefined, host: string) =>
      `You get this mail because ${by ?? "somebody"} entered your email address at ${host}.`,
    topic: (host: string) =>
      `You get this mail because you have an account at ${host}. Your settings there say which mails you get.`,
  },

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
    life: "The link is for one person, and works once.",
    openBy: (end: string) => `Open it by ${end}.`,
    access: (end: string) => `You have access until ${end}.`,
    ignore: "If you did not expect it, ignore this mail.",
  },
  accountInvitation: {
    subject: (host: string) => `An account at ${host}`,
    intro: (by: string | undefined, host: string) =>
      `${by ?? "The administration"} invites you to create an account at ${host} with this email address.`,
    button: "Create your account",
    life: (end: string) => `The link is for you alone. It works once, until ${end}.`,
  },
  accessRequest: {
    outro: "The note shows who asks. You can let the person view or edit it, or say no.",
  },
  code: {
    subject: "Your code for a link",
    intro: (by: string | undefined) =>
      `${somebody(by)} shares files with you. Enter this code on the page of the link:`,
    life: "The code works for 15 minutes, and once.",
  },
  sentLink: {
    subject: {
      download: (email: string) => `${email} sends you a link`,
      upload: (email: string) => `${email} asks you for files`,
    },
    intro: {
      download: ({ sender, label }: SentLinkFacts) =>
        `${sender} sends you ${label === undefined ? "a link to files" : `the link “${label}”`}.`,
      upload: ({ sender, label }: SentLinkFacts) =>
        label === undefined ? `${sender} asks you for files.` : `${sender} asks you for files: “${label}”.`,
    },
    button: { download: "Open the link", upload: "Send the files" },
    life: (end: string) => `The link works until ${end}.`,
    password: (email: string) => `The link has a password. Ask ${email} for it.`,
    code: "The page of the link asks for your email address, and sends you a code.",
    everybody: "Everybody who has the link can open it.",
    answer: (email: string) => `An answer to this mail goes to ${email}.`,
    seen: "The sender sees whether the link of this mail was opened and used. If you do not know the sender, ignore this mail.",
  },
  notices: {
    subjects: {
      shares: "Notes and files are shared with you",
      expiry: "Your access to notes and files ends",
      links: "What happened to your links",
      files: "You received files",
      digest: "Your day in one mail",
    },
    more: (count: number) => `And ${count} more.`,
    shared: ({ by, thing, name, count }: SharedThings) =>
      `${somebody(by)} shared ${count > 1 ? `${count} ${thing}s` : thingCalled(thing, name)} with you.`,
    ends: (thing: Thing, name: string | undefined, end: string) =>
      `Your access to ${name === undefined ? `a ${thing} that is shared with you` : thingCalled(thing, name)} ends on ${end}.`,
    opened: (link: LinkName) => `Somebody opened ${yourLink(link)} for the first time.`,
    downloaded: (by: string | undefined, files: number, link: LinkName) =>
      `${somebody(by)} downloaded ${filesOf(files)} from ${yourLink(link)}.`,
    downloadedOften: (files: number, link: LinkName) => `${files} files were downloaded from ${yourLink(link)}.`,
    viewed: (by: string | undefined, files: number, link: LinkName) =>
      `${somebody(by)} viewed ${filesOf(files)} of ${yourLink(link)}.`,
    viewedOften: (files: number, link: LinkName) => `${files} files of ${yourLink(link)} were viewed.`,
    received: (files: number, link: LinkName) =>
      `You received ${filesOf(files)} through ${yourLink(link, "file request")}.`,
    asked: (by: string | undefined, name: string | undefined) =>
      `${somebody(by)} asks for access to ${yourNote(name)}.`,
    openNote: "Open the note",
    openFile: "Open the file",
    openLinks: "Open your links",
    openFiles: "Open your files",
  },
} as const;

/** The type of the mail texts in any language, with the same keys as the English texts. */
type Translated<T> = T extends string
  ? string
  : T extends (...args: infer Args) => infer Result
    ? (...args: Args) => Translated<Result>
    : { readonly [Key in keyof T]: Translated<T[Key]> };

export type MailTexts = Translated<typeof english>;
