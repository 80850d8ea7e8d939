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
