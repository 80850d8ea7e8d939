/** The texts of the lists and forms in the share dialog. */
export const shareDialogTexts = {
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
  },
  /** The texts for the dialog that shares several files at once. */
  files: {
    title: (count: number) => `Share ${count} files`,
    hint: "Share only these files with people who should not see the whole note.",
    shared: (shared: number, all: number) => `${shared} of ${all} files are shared.`,
    again: "Share again for the rest.",
    invitations: "Invitations",
    copy: "Copy all",
    copyOf: (email: string) => `Copy all invitations for ${email}`,
    copyHint:
      "With an account, they find the files under “Shared with me”. Without one, give them the invitations. Each opens one file.",
  },
  list: {
    title: "Who has access",
    failed: "The list of people with access could not be loaded",
    remove: (name: string) => `Stop sharing with ${name}`,
    removing: (name: string) => `Ending the access of ${name} …`,
    removed: (name: string) => `${name} no longer has access.`,
  },
  /** `usual` and `longest`: how long an issued URL is valid. */
  removal: {
    short: (usual: string) =>
      `Removing someone takes effect at once. File URLs that were already issued expire within ${usual}.`,
    long: (usual: string, longest: string) =>
      `Removing someone takes effect at once. File URLs that were already issued expire within ${usual}. A URL that a program requested can stay valid for up to ${longest}.`,
  },
};
