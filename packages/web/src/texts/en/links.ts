import { formatCount } from "../format.ts";

const files = { one: "file", other: "files" };
const people = { one: "person", other: "people" };
const opened = { one: "time", other: "times" };
const claims = { one: "download", other: "downloads" };
const ended = { one: "ended link", other: "ended links" };
const received = { one: "file received", other: "files received" };

/** The facts for the sentence about a link. `people` is the number of recipients, or 0 if everybody may open the link. */
export type Will = { people: number; isNew: boolean; hasPassword: boolean; downloads: number | undefined; end: string };

function who({ people, isNew }: Will): string {
  if (people === 0) return isNew ? "Anyone with the new link" : "Anyone with the link";
  return people === 1 ? "Only the person you name" : `Only the ${people} people you name`;
}

function limits({ hasPassword, downloads }: Will): string {
  const password = hasPassword ? ", with the password" : "";
  if (downloads === undefined) return password;
  return `${password}${downloads === 1 ? ", only once" : `, ${downloads} times in all`}`;
}

/** Only the code of links imports these texts. If these texts were in `texts`, every page would load them. */
export const linkTexts = {
  existing: { note: "Links to this note", file: "Links that open this file" },
  others: { note: "Other links to this note", file: "Other links that open this file" },
  create: "New link",
  creating: "Creating…",
  requestFiles: "Ask for files instead",
  requestFilesHint: "With this kind of link, others send you files.",
  fileRequest: "File request",
  opens: {
    whole: "All files of the note",
    files: (first: string, others: number) => `${first} and ${others} more`,
  },
  off: "The operator of this service has turned links off. Links that you made before are closed to visitors.",
  failed: "The links could not be loaded",
  list: "Links",
  page: {
    title: "Links",
    filter: "What to show",
    filters: { all: "All", download: "Shared files", upload: "File requests" },
    empty: {
      title: "No links yet",
      hint: "A link gives files to people without an account, or lets them send you files. Share a note to make one.",
    },
    emptyOf: { download: "You have no links to files.", upload: "You have no file requests." },
  },
  revoked: (when: string) => `Ended ${when}`,
  made: (when: string) => `Made ${when}`,
  ended: (count: number | undefined) => (count === undefined ? "Ended links" : formatCount(count, ended)),
  again: { download: "New link like this", upload: "New request like this" },
  againHint: "A new link has a new address, and the same settings and duration. The old one stays ended.",
  againOf: {
    download: (name: string) => `New link like this: “${name}”`,
    upload: (name: string) => `New request like this: “${name}”`,
  },
  endedBecause: {
    used_up: {
      download: "All downloads are used. Allow more to open the link again.",
      upload: "It has received every file that it asked for.",
    },
    closed: "The operator requires a password. Visitors can open it again when it has one.",
    orphaned: "Its files were deleted, or the person who made it is no longer allowed to share them.",
    password: "The service does not know its password. Make a new link with a new password in the note.",
    ofAnother: "Somebody else made it. Make a link of your own in the note.",
  },
  hasPassword: "Password",
  forRecipients: (count: number) => (count === 0 ? "For certain people" : `For ${formatCount(count, people)}`),
  counts: {
    none: "Not opened yet",
    never: "Never opened",
    opened: (count: number) => `Opened ${formatCount(count, opened)}`,
    claims: (count: number) => formatCount(count, claims),
    claimsOf: (count: number, maxClaims: number) => `${count} of ${formatCount(maxClaims, claims)}`,
    received: (count: number, maxFiles: number) => `${count} of ${formatCount(maxFiles, received)}`,
  },
  copy: "Copy",
  copyOf: (name: string) => `Copy the link “${name}”`,
  field: "Address of the link",
  byHand: "This browser can't copy to the clipboard. The link is selected: copy it with your keyboard or menu.",
  onlyHere: "Only this computer can open this link.",
  copiedAnnouncement: (expiry: string) => `The link is copied. ${expiry}.`,
  code: (name: string) => `QR code of the link “${name}”`,
  showCode: "Show QR code",
  hideCode: "Hide QR code",
  moreOf: (name: string) => `More about the link “${name}”`,
  edit: "Edit",
  editOf: (name: string) => `Edit the link “${name}”`,
  newUrl: {
    action: "Replace the link…",
    confirm: "Replace the link",
    question: "The old link stops working at once. Everyone who has it needs the new one.",
    copiedAnnouncement: "The new link is copied. The old one no longer works.",
  },
  revoke: {
    action: "End link",
    confirm: "End link",
    question: "End this link? Then nobody can open it. You cannot undo this.",
    lastUrl: (left: string) => `A download that was just opened works for ${left} more.`,
    noUrl: "Nobody can download anything with it any more.",
  },
  send: {
    action: "Send by mail…",
    title: (name: string) => `Send the link “${name}”`,
    to: "Send to",
    chosen: "People who get the link",
    message: "Message (optional)",
    messageHint: "Nobody can click on the web address in the mail.",
    consequence: (email: string) => `Each person gets a mail with the link. Replies go to ${email}.`,
    password: "The mail does not contain the password of the link. Tell it to them in another way.",
    send: (count: number) => (count === 0 ? "Send" : `Send to ${formatCount(count, people)}`),
    /** For the people whose email addresses the service did not refuse. */
    sendToOthers: ([email, ...others]: readonly string[]) =>
      `Send only to ${others.length === 0 ? email : `the other ${others.length + 1} people`}`,
    sending: "Sending…",
    sent: (emails: readonly string[]) =>
      `You sent the link to ${emails.length > 3 ? formatCount(emails.length, people) : emails.join(", ")}.`,
    unproven: "Replies go to your email address, so confirm it first.",
    openSettings: "Open the settings",
    tooMany: (max: number, count: number) => `Enter at most ${max} email addresses. These are ${count}.`,
    oneOfThem: "One of these people",
    notSent: "Nobody has got your mail yet.",
    problems: {
      limit: (max: number, wait: string) =>
        `You can send links to ${max} people in a day. Nobody got this mail. Send it to fewer people, or try again in ${wait}.`,
      /** The text does not say who has written to this email address. */
      notNow: (email: string) => `${email} can get no more mails today. Try again tomorrow.`,
      notListed: (email: string) =>
        `The link is only for certain people, and ${email} is not one of them. Add ${email} to the link first.`,
    },
  },
  receivers: {
    list: "People who got the link by mail",
    people: (count: number) => `Sent to ${formatCount(count, people)}`,
    visited: (count: number) => `${count} opened it`,
    used: {
      download: (count: number) => `${count} downloaded`,
      upload: (count: number) => `${count} sent files`,
    },
    notDelivered: (count: number) => `${count} not delivered`,
    states: {
      waiting: "On its way",
      sent: "Sent",
      visited: "Opened",
      used: { download: "Downloaded", upload: "Sent files" },
      not_delivered: "Not delivered",
    },
    when: (state: string, when: string) => `${state} ${when}`,
    oldUrl: (state: string) => `${state} · the old link, which no longer works`,
    correct: "Correct email address",
    correctOf: (email: string) => `Correct email address ${email}`,
    sendNew: "Send the new link",
    sendNewOf: (email: string) => `Send the new link to ${email}`,
    hint: "“Opened” means that somebody opened the link in the mail to this person.",
    hintProven: "Each person proves their email address with a code from a mail.",
  },
  form: {
    editTitle: (name: string) => `Edit “${name}”`,
    requestTitle: "Request files",
    label: "Name of the link",
    requestLabel: "What is it about?",
    requestLabelPlaceholder: "For example: documents for the application",
    labelHint: "Visitors see it, too.",
    message: "Message for visitors",
    lasts: "How long it works",
    date: "Date…",
    dateOrNoEnd: "Date or no end…",
    unchanged: (expiry: string) => `${expiry} (unchanged)`,
    asksPassword: "Protect with a password",
    passwordRequired: "This service requires a password for each link.",
    password: "Password",
    newPassword: "New password",
    passwordHint: "At least 6 characters. Tell it to your visitors in another message.",
    passwordKept: "Leave it empty to keep the password. A new one signs out everyone who entered the old one.",
    passwordShort: "Use at least 6 characters.",
    passwordMissing: (min: number) => `Enter a password of at least ${min} characters.`,
    maxClaims: "Download limit",
    countProblem: (max: string) => `Enter a whole number from 1 to ${max}.`,
    sizeProblem: (max: string) => `Enter a size up to ${max}.`,
    files: "Files",
    filesWhole: "All files of the note, also those that are added later",
    filesMissing: "Choose at least one file.",
    filesFailed: "The files of the note could not be loaded.",
    longest: (span: string) => `This service allows at most ${span}.`,
    recipients: "Only these people can open it",
    everyone: "Anyone with the link",
    recipientsHint: "Enter email addresses. Each person gets a code by email.",
    recipientsProblem: (wrong: readonly string[]) =>
      wrong.length === 1
        ? `“${wrong[0]}” is not an email address.`
        : `These are not email addresses: ${wrong.map((one) => `“${one}”`).join(", ")}.`,
    recipientsTooMany: (count: number) => `Enter at most ${count} email addresses.`,
    showPreviews: "Show pictures before the download",
    showPreviewsHint: "Visitors see small pictures of the files. This does not count as a download.",
    notify: { me: "Tell me by email", owner: "Tell the owner by email" },
    notifyUsual: "As in the settings for mails",
    notifies: {
      download: { never: "Never", first: "On the first visit and the first download", each: "On every download" },
      upload: { never: "Never", first: "On the first file", each: "On every file" },
    },
    more: (content: readonly string[]) => `More: ${content.join(", ")}`,
    rare: {
      name: "name",
      message: "message",
      pictures: "pictures",
      limit: "limit",
      people: "people",
      review: "review",
      limits: "limits",
    },
    save: "Save",
    saving: "Saving…",
    discard: "Discard changes",
    createRequest: "Create request",
  },
  request: {
    slots: "Ask for certain files (optional)",
    slotsHint: "Visitors see a checklist. Each entry accepts one file.",
    slotName: (nth: number) => `File ${nth}`,
    slotKind: (nth: number) => `Kind of file ${nth}`,
    slotPlaceholder: "Passport",
    addSlot: "Ask for another file",
    removeSlot: (name: string) => `Take “${name}” off the list`,
    slotMissing: "Give each file of the list a name, or remove it from the list.",
    maxFiles: "How many files",
    maxPerFile: "Largest file (MB)",
    maxTotal: "All files together (MB)",
    noLimit: "No limit",
    kinds: "Accept only",
    kindsHint: "Nothing chosen: every kind.",
    anyKind: "Any kind",
    askName: "Ask visitors for their name",
    askNames: { no: "No", optional: "Yes, they may leave it empty", required: "Yes, they must give it" },
    review: "Review each file before it can be opened",
    reviewHint: "You see its name, kind and size, and accept or reject it.",
    kindNames: {
      "image/*": "Pictures",
      "application/pdf": "PDF",
      "video/*": "Films",
      "audio/*": "Sound",
      "text/*": "Text",
    } as Record<string, string>,
  },
  will: {
    download: (will: Will) => `${who(will)} can download${will.end}${limits(will)}. You can end it at any time.`,
    upload: (will: Will) =>
      `${who(will)} can send you files${will.end}${limits(will)}. They do not see what others send. The people and links of the note can open these files.`,
    end: {
      never: " until you end it",
      after: (span: string) => ` for ${span}`,
      until: (date: string) => ` until ${date}`,
    },
    staysEnded: "This link has ended. Choose a new end to open it again.",
  },
  seeAsVisitor: "See it as a visitor",
  dialog: {
    title: (filename: string) => `Link to “${filename}”`,
    titleOfSeveral: (count: number) => `Link to ${formatCount(count, files)}`,
    wholeTitle: "Link to all files of this note, without its text",
    whole: (count: number, size: string) =>
      `${formatCount(count, files)}, ${size}, and every file that is added later, also by a file request.${count > 1 ? " To share only some, select them in the note." : ""}`,
    create: "Create and copy link",
  },
};
