export const sharing = {
  share: "Share",
  shareNote: "Share this note",
  shareFile: (filename: string) => `Share “${filename}”`,
  shareFileHint: "For people who should not see the whole note. Everyone who can see the note has this file already.",
  you: (name: string) => `${name} (you)`,
  owner: "Owner",
  access: {
    onlyYou: "Only you",
    sharedWith: "Shared with",
    person: { one: "person", other: "people" },
    /** For screen readers. */
    all: (names: string) => `${names} can see this note`,
    and: (first: string, rest: string) => `${first} and ${rest}`,
    others: { one: "other", other: "others" },
    by: (name: string) => `Shared by ${name}`,
    editor: "you can edit",
    viewer: "you can view",
  },
  people: {
    label: "People",
    placeholder: "Email addresses",
    hint: "Separate several with commas, or paste a list.",
    chosen: "To be shared with",
    remove: (email: string) => `Take out ${email}`,
    shared: (names: string) => `Shared with ${names}.`,
    missing: "Enter an email address.",
    invalid: (email: string) => `“${email}” is not a complete email address, like ann@example.com.`,
    own: (email: string) => `${email} is your own email address.`,
    unknown: (emails: string[]) =>
      emails.length === 1
        ? `No one here has the email address ${emails[0]}.`
        : `No one here has these email addresses: ${emails.join(", ")}.`,
    ambiguous: (emails: string[]) =>
      emails.length === 1
        ? `Several people here use the email address ${emails[0]}, so it was not shared. Ask the administrator which account is theirs.`
        : `Several people here use each of these email addresses, so they got no share: ${emails.join(", ")}. Ask the administrator which accounts are theirs.`,
    unknownOpen: "Ask them to sign up first.",
    unknownClosed: "Ask the administrator to make them an account.",
    orLink: "A link below works without an account.",
  },
  role: {
    label: "What they can do",
    labelOf: (name: string) => `What ${name} can do`,
    viewer: "Can view",
    editor: "Can edit",
  },
  expiry: {
    label: "When it expires",
    labelOf: (name: string) => `When it expires for ${name}`,
    never: "Never expires",
    after: (span: string) => `For ${span}`,
    custom: "Until a date…",
    customLabel: "Expires on",
    past: "Choose a time that is still to come.",
    endsIn: (left: string) => `Expires in ${left}`,
    ended: (when: string) => `Expired ${when}`,
    set: "Set the expiry",
  },
  list: {
    title: "Who has access",
    failed: "Who has access could not be loaded",
    remove: (name: string) => `Stop sharing with ${name}`,
    removed: (name: string) => `${name} no longer has access.`,
  },
  /** `usual` and `longest`: how long an issued URL is valid. */
  removal: {
    short: (usual: string) =>
      `Removing someone takes effect at once. URLs of files that were already issued expire within ${usual}.`,
    long: (usual: string, longest: string) =>
      `Removing someone takes effect at once. URLs of files that were already issued expire within ${usual}. A URL that a program asked for can last up to ${longest}.`,
  },
};
