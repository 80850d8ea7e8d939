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
    /** For screen readers: who can see the note. */
    all: (names: string) => `${names} can see this note`,
    and: (first: string, rest: string) => `${first} and ${rest}`,
    others: { one: "other", other: "others" },
    by: (name: string) => `Shared by ${name}`,
    editor: "you can edit",
    viewer: "you can view",
  },
  people: {
    label: "People",
    placeholder: "E-mail addresses",
    hint: "Separate several with commas, or paste a list.",
    chosen: "To be shared with",
    remove: (address: string) => `Take out ${address}`,
    shared: (names: string) => `Shared with ${names}.`,
    missing: "Enter an e-mail address.",
    invalid: (address: string) => `“${address}” is not a whole e-mail address, like ann@example.com.`,
    own: (address: string) => `${address} is you: it is yours already.`,
    unknown: (addresses: string[]) =>
      addresses.length === 1
        ? `No one here has the address ${addresses[0]}.`
        : `No one here has these addresses: ${addresses.join(", ")}.`,
    unknownOpen: "Ask them to sign up first, or copy a temporary link of a file.",
    unknownClosed: "Ask the administrator to make them an account, or copy a temporary link of a file.",
  },
  role: {
    label: "What they can do",
    labelOf: (name: string) => `What ${name} can do`,
    viewer: "Can view",
    editor: "Can edit",
  },
  end: {
    label: "When it ends",
    labelOf: (name: string) => `When it ends for ${name}`,
    never: "Never ends",
    after: (span: string) => `For ${span}`,
    custom: "Until a date…",
    customLabel: "Ends on",
    past: "Choose a time that is still to come.",
    endsIn: (left: string) => `Ends in ${left}`,
    ended: (when: string) => `Ended ${when}`,
    set: "Set the end",
  },
  list: {
    title: "Who has access",
    failed: "Who has access could not be loaded",
    remove: (name: string) => `Stop sharing with ${name}`,
    removed: (name: string) => `${name} no longer has access.`,
  },
  /** What removing someone means. `usual`, `longest`: how long addresses live that were given out already. */
  removal: {
    short: (usual: string) =>
      `Removing someone takes effect at once. Addresses of files that were given out already end within ${usual}.`,
    long: (usual: string, longest: string) =>
      `Removing someone takes effect at once. Addresses of files that were given out already end within ${usual}; a temporary link that they copied can last up to ${longest}.`,
  },
  link: {
    title: "Temporary link",
    hint: "Whoever has the link can download the file until it ends. It can’t be taken back.",
    lasts: "Works for",
    copy: "Copy link",
    copyAgain: "Copy again",
    copyNew: "Copy new link",
    other: "New link",
    copied: "Copied",
    address: "Link",
    byHand: "This browser copies nothing by itself: the link is selected, copy it with your keyboard or menu.",
    endsIn: (left: string) => `Ends in ${left}`,
    over: "This link has ended.",
    code: (filename: string) => `QR code of the link to ${filename}`,
    /** For screen readers. */
    started: (span: string) => `The link is copied. It works for ${span}.`,
    startedOnly: (span: string) => `The link is there. It works for ${span}.`,
    ending: (left: string) => `The link ends in ${left}.`,
  },
};
